#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "additions.h"
#include "guard.h"

/* What is refused of them is shown by contract/later.c; here: what is found. */

static const struct sansmtp_own_extension extensions[] = {
    {.keyword = "XA", .keyword_length = 2, .number = 48, .mail = 10, .rcpt = 1},
    {.keyword = "X-B", .keyword_length = 3, .number = 62, .mail = 100, .rcpt = 2},
};

static const struct sansmtp_own_parameter parameters[] = {
    {"XP", 2, 50, SANSMTP_VERB_MAIL, 48, SANSMTP_OWN_VALUE_NONE},
    {"XP", 2, 51, SANSMTP_VERB_RCPT, 62, SANSMTP_OWN_VALUE_OPTIONAL},
};

static const struct sansmtp_own_verb verbs[] = {
    {"XV", 2, "XV", 2, 256, 0},
    {"XVV", 3, NULL, 0, 4000000000, 62},
};

static const struct sansmtp_additions additions = {
    .size = sizeof(additions),
    .extensions_count = 2,
    .parameters_count = 2,
    .verbs_count = 2,
    .extensions = extensions,
    .parameters = parameters,
    .verbs = verbs,
};

static void test_they_fit(void **state)
{
    static const struct sansmtp_additions nothing = {.size = sizeof(nothing)};

    (void)state;
    assert_true(sansmtp_additions_fit(NULL));
    assert_true(sansmtp_additions_fit(&nothing));
    assert_true(sansmtp_additions_fit(&additions));
}

static const struct sansmtp_own_extension *extension(const char *keyword)
{
    uint8_t *octets = guard_copy(keyword, strlen(keyword));
    const struct sansmtp_own_extension *own = sansmtp_own_extension(&additions, octets,
                                                                    strlen(keyword));

    guard_free(octets, strlen(keyword));
    return own;
}

static void test_extensions(void **state)
{
    (void)state;
    assert_ptr_equal(extension("XA"), &extensions[0]);
    assert_ptr_equal(extension("xa"), &extensions[0]);
    assert_ptr_equal(extension("x-b"), &extensions[1]);
    assert_null(extension("X"));
    assert_null(extension("XAA"));
    assert_null(extension(""));
    assert_null(sansmtp_own_extension(NULL, (const uint8_t *)"XA", 2));
    assert_ptr_equal(sansmtp_own_extension_row(&additions, 48), &extensions[0]);
    assert_ptr_equal(sansmtp_own_extension_row(&additions, 62), &extensions[1]);
    assert_null(sansmtp_own_extension_row(&additions, 49));
    assert_null(sansmtp_own_extension_row(NULL, 48));
    assert_true(sansmtp_additions_extensions(&additions) ==
                (UINT64_C(1) << 48 | UINT64_C(1) << 62));
    assert_true(sansmtp_additions_extensions(NULL) == 0);
}

static void test_lines(void **state)
{
    const uint64_t a = UINT64_C(1) << 48, b = UINT64_C(1) << 62;

    (void)state;
    assert_int_equal(sansmtp_additions_line(&additions, 0, SANSMTP_VERB_MAIL), 0);
    assert_int_equal(sansmtp_additions_line(&additions, a, SANSMTP_VERB_MAIL), 10);
    assert_int_equal(sansmtp_additions_line(&additions, b, SANSMTP_VERB_MAIL), 100);
    assert_int_equal(sansmtp_additions_line(&additions, a | b, SANSMTP_VERB_MAIL), 110);
    assert_int_equal(sansmtp_additions_line(&additions, a | b, SANSMTP_VERB_RCPT), 3);
    assert_int_equal(sansmtp_additions_line(&additions, a | b, SANSMTP_VERB_DATA), 0);
    assert_int_equal(sansmtp_additions_line(NULL, a | b, SANSMTP_VERB_MAIL), 0);
}

/* One keyword may belong to MAIL and to RCPT. */
static void test_parameters(void **state)
{
    const uint8_t *xp = (const uint8_t *)"xP";

    (void)state;
    assert_ptr_equal(sansmtp_own_parameter(&additions, xp, 2, SANSMTP_VERB_MAIL), &parameters[0]);
    assert_ptr_equal(sansmtp_own_parameter(&additions, xp, 2, SANSMTP_VERB_RCPT), &parameters[1]);
    assert_null(sansmtp_own_parameter(&additions, xp, 1, SANSMTP_VERB_MAIL));
    assert_null(sansmtp_own_parameter(NULL, xp, 2, SANSMTP_VERB_MAIL));
    assert_ptr_equal(sansmtp_own_parameter_row(&additions, 51), &parameters[1]);
    assert_null(sansmtp_own_parameter_row(&additions, 52));
    assert_null(sansmtp_own_parameter_row(NULL, 51));
}

static void test_verbs(void **state)
{
    (void)state;
    assert_ptr_equal(sansmtp_own_verb(&additions, (const uint8_t *)"xv", 2), &verbs[0]);
    assert_ptr_equal(sansmtp_own_verb(&additions, (const uint8_t *)"XVV", 3), &verbs[1]);
    assert_null(sansmtp_own_verb(&additions, (const uint8_t *)"XVVV", 4));
    assert_null(sansmtp_own_verb(&additions, NULL, 0));
    assert_null(sansmtp_own_verb(NULL, (const uint8_t *)"XV", 2));
    assert_ptr_equal(sansmtp_own_verb_row(&additions, 4000000000), &verbs[1]);
    assert_null(sansmtp_own_verb_row(&additions, 0));
    assert_null(sansmtp_own_verb_row(NULL, 256));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_they_fit), cmocka_unit_test(test_extensions),
        cmocka_unit_test(test_lines),    cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_verbs),
    };

    return cmocka_run_group_tests_name("additions", tests, NULL, NULL);
}
