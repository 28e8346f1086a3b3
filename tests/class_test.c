#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "class.h"
#include "guard.h"

/* The ranges as the RFCs print them. */
struct range {
    int first;
    int last;
};

static void assert_class(uint32_t class, const struct range *ranges, size_t count, const char *but)
{
    for (int octet = 0; octet < 256; octet++) {
        bool in = false;

        for (size_t i = 0; i < count; i++) {
            in = in || (octet >= ranges[i].first && octet <= ranges[i].last);
        }
        in = in && (octet == 0 || octet > 127 || strchr(but, octet) == NULL);
        if (sansmtp_class_is((uint8_t)octet, class) != in) {
            fail_msg("octet %d, class %x", octet, class);
        }
    }
}

#define ASSERT_CLASS(class, but, ...)                        \
    assert_class(class, (const struct range[]){__VA_ARGS__}, \
                 sizeof((const struct range[]){__VA_ARGS__}) / sizeof(struct range), but)

static void test_every_octet_in_every_class(void **state)
{
    (void)state;
    ASSERT_CLASS(SANSMTP_CLASS_LET_DIG, "", {'0', '9'}, {'A', 'Z'}, {'a', 'z'});
    ASSERT_CLASS(SANSMTP_CLASS_LDH, "", {'0', '9'}, {'A', 'Z'}, {'a', 'z'}, {'-', '-'});
    ASSERT_CLASS(SANSMTP_CLASS_ATEXT, "()<>[]:;@\\,.\"", {33, 126});
    ASSERT_CLASS(SANSMTP_CLASS_QTEXT, "", {32, 33}, {35, 91}, {93, 126});
    ASSERT_CLASS(SANSMTP_CLASS_CONTENT, "", {33, 90}, {94, 126});
    ASSERT_CLASS(SANSMTP_CLASS_VALUE, "", {33, 60}, {62, 126});
    ASSERT_CLASS(SANSMTP_CLASS_XCHAR, "", {33, 42}, {44, 60}, {62, 126});
    ASSERT_CLASS(SANSMTP_CLASS_HIGH, "", {128, 255});
}

static void test_a_span_ends_at_the_first_other_octet(void **state)
{
    uint8_t *octets = guard_copy("ab-c.d", 6);
    (void)state;

    assert_int_equal(sansmtp_class_span(octets, 6, SANSMTP_CLASS_LET_DIG), 2);
    assert_int_equal(sansmtp_class_span(octets, 6, SANSMTP_CLASS_LDH), 4);
    assert_int_equal(sansmtp_class_span(octets, 3, SANSMTP_CLASS_LDH), 3);
    assert_int_equal(sansmtp_class_span(octets, 6, SANSMTP_CLASS_VALUE), 6);
    assert_int_equal(sansmtp_class_span(octets, 0, SANSMTP_CLASS_VALUE), 0);
    assert_int_equal(sansmtp_class_span(octets, 6, SANSMTP_CLASS_HIGH), 0);
    guard_free(octets, 6);
}

static void test_utf8_adds_what_is_above_127(void **state)
{
    static const uint8_t octets[] = "a\xC3\xBC";
    (void)state;

    assert_int_equal(sansmtp_class_span(octets, 3, sansmtp_class_with(SANSMTP_CLASS_ATEXT, false)),
                     1);
    assert_int_equal(sansmtp_class_span(octets, 3, sansmtp_class_with(SANSMTP_CLASS_ATEXT, true)),
                     3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_octet_in_every_class),
        cmocka_unit_test(test_a_span_ends_at_the_first_other_octet),
        cmocka_unit_test(test_utf8_adds_what_is_above_127),
    };

    return cmocka_run_group_tests_name("class", tests, NULL, NULL);
}
