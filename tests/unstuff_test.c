/* The scanner of DATA against a naive one, at every cut; the near misses of CRLF.CRLF by name. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "naive_unstuff.h"
#include "unstuff.h"

#define MOST 1024 /* octets of the arena */
#include "arena.h"

#define POLICIES 6

static const uint32_t policies[POLICIES] = {
    SANSMTP_UNSTUFF_REFUSE,
    SANSMTP_UNSTUFF_NORMALISE,
    SANSMTP_UNSTUFF_PASS,
    SANSMTP_UNSTUFF_REFUSE | SANSMTP_UNSTUFF_REFUSE_NUL,
    SANSMTP_UNSTUFF_NORMALISE | SANSMTP_UNSTUFF_REFUSE_NUL,
    SANSMTP_UNSTUFF_PASS | SANSMTP_UNSTUFF_REFUSE_NUL,
};

static const uint32_t facts_mask = SANSMTP_UNSTUFF_BARE_CR | SANSMTP_UNSTUFF_BARE_LF |
                                   SANSMTP_UNSTUFF_NUL | SANSMTP_UNSTUFF_DISCARD |
                                   SANSMTP_UNSTUFF_END;

struct result {
    uint8_t content[2 * MOST];
    size_t length;
    size_t spans;
    size_t taken;
    uint32_t state;
};

static void collect(struct result *result, const uint8_t *chunk, size_t taken,
                    struct sansmtp_span content)
{
    bool inside = content.data >= chunk && content.data + content.length <= chunk + taken;

    if (content.length == 0) {
        return;
    }
    if (!inside) {
        assert_true(content.length <= 2 && memcmp(content.data, "\r\n", content.length) == 0);
    }
    memcpy(result->content + result->length, content.data, content.length);
    result->length += content.length;
    result->spans++;
}

/* One chunk, which ends at the guard page. */
static void feed(struct result *result, const uint8_t *octets, size_t length)
{
    uint8_t *chunk = arena + MOST - length;
    size_t at = 0;

    memcpy(chunk, octets, length);
    while (at < length && !(result->state & SANSMTP_UNSTUFF_END)) {
        struct sansmtp_span content = {NULL, 99};
        size_t taken = sansmtp_unstuff(chunk + at, length - at, &result->state, &content);

        assert_true(taken <= length - at);
        assert_true(taken > 0 || content.length > 0);
        collect(result, chunk + at, taken, content);
        at += taken;
    }
    result->taken += at;
}

static void begin(struct result *result, uint32_t policy)
{
    result->length = result->spans = result->taken = 0;
    result->state = sansmtp_unstuff_begin(policy);
}

static void scan_cut(const uint8_t *wire, size_t length, size_t cut, uint32_t policy,
                     struct result *result)
{
    begin(result, policy);
    feed(result, wire, cut);
    feed(result, wire + cut, length - cut);
}

static void scan_steps(const uint8_t *wire, size_t length, size_t step, uint32_t policy,
                       struct result *result)
{
    begin(result, policy);
    for (size_t at = 0; at < length; at += step) {
        feed(result, wire + at, length - at < step ? length - at : step);
    }
}

static void assert_like_naive(const struct result *result, const struct naive_unstuff *expected)
{
    assert_int_equal(result->state & facts_mask, expected->facts);
    assert_int_equal(result->taken, expected->taken);
    assert_int_equal(result->length, expected->length);
    assert_memory_equal(result->content, expected->content, expected->length);
}

/* Whole, at each cut, and by steps: always the content of the naive one, and one final state. */
static void check_all_cuts(const uint8_t *wire, size_t length, uint32_t policy)
{
    static struct result whole, other;
    static struct naive_unstuff expected;

    naive_unstuff(wire, length, policy, &expected);
    scan_cut(wire, length, 0, policy, &whole);
    assert_like_naive(&whole, &expected);
    for (size_t cut = 1; cut < length; cut++) {
        scan_cut(wire, length, cut, policy, &other);
        assert_like_naive(&other, &expected);
        assert_int_equal(other.state, whole.state);
    }
    for (size_t step = 1; step <= 3 && step < length; step++) {
        scan_steps(wire, length, step, policy, &other);
        assert_like_naive(&other, &expected);
        assert_int_equal(other.state, whole.state);
    }
}

static void check_all_policies(const uint8_t *wire, size_t length)
{
    for (size_t i = 0; i < POLICIES; i++) {
        check_all_cuts(wire, length, policies[i]);
    }
}

/* 5321-4.5.2-c */
static void test_every_short_input_at_every_cut(void **state)
{
    static const uint8_t alphabet[] = {'\r', '\n', '.', 'a', '\0'};
    size_t count = 1;
    (void)state;

    for (size_t length = 1; length <= 7; length++) {
        count *= sizeof(alphabet);
        for (size_t number = 0; number < count; number++) {
            uint8_t wire[7];
            size_t rest = number;

            for (size_t i = 0; i < length; i++, rest /= sizeof(alphabet)) {
                wire[i] = alphabet[rest % sizeof(alphabet)];
            }
            check_all_policies(wire, length);
        }
    }
}

static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % below;
}

static size_t put_random(uint64_t *seed, uint8_t *wire)
{
    static const char *const pieces[] = {
        "\r\n", "\r\n", "\r\n", "\r\n.", "\r\n..", "\r\n.\r", "\r\r\n", ".", "\n", "\r", "\n.\r\n",
    };
    static const uint32_t kinds = sizeof(pieces) / sizeof(pieces[0]);
    uint32_t kind = draw(seed, kinds + 30);

    if (kind < kinds) {
        memcpy(wire, pieces[kind], strlen(pieces[kind]));
        return strlen(pieces[kind]);
    }
    memset(wire, 'a' + (int)draw(seed, 26), 9);
    wire[0] = draw(seed, 64) == 0 ? 0 : wire[0];
    return 1 + draw(seed, 9);
}

/* 5321-4.5.2-c */
static void test_random_inputs_over_the_sizes_of_vectors(void **state)
{
    uint64_t seed = 5321;
    (void)state;

    for (int round = 0; round < 400; round++) {
        uint8_t wire[256];
        size_t wanted = 1 + draw(&seed, 200);
        size_t length = 0;

        while (length < wanted) {
            length += put_random(&seed, wire + length);
        }
        check_all_cuts(wire, wanted, policies[round % POLICIES]);
    }
}

/* --- by name --- */

static void assert_wire(const char *wire, size_t length, uint32_t policy, const char *content,
                        size_t content_length, uint32_t facts)
{
    for (size_t cut = 0; cut < length; cut++) {
        static struct result result;

        scan_cut((const uint8_t *)wire, length, cut, policy, &result);
        assert_int_equal(result.state & facts_mask, facts);
        assert_int_equal(result.length, content_length);
        assert_memory_equal(result.content, content, content_length);
    }
    check_all_policies((const uint8_t *)wire, length);
}

#define ASSERT_WIRE(wire, policy, content, facts) \
    assert_wire(wire, sizeof(wire) - 1, policy, content, sizeof(content) - 1, facts)

#define PASS      SANSMTP_UNSTUFF_PASS
#define REFUSE    SANSMTP_UNSTUFF_REFUSE
#define NORMALISE SANSMTP_UNSTUFF_NORMALISE
#define CR        SANSMTP_UNSTUFF_BARE_CR
#define LF        SANSMTP_UNSTUFF_BARE_LF
#define NUL       SANSMTP_UNSTUFF_NUL
#define DISCARD   SANSMTP_UNSTUFF_DISCARD
#define END       SANSMTP_UNSTUFF_END

/* PRACT-smuggling-a, 5321-2.3.8-c, 5321-4.1.1.4-c */
static void test_near_misses_do_not_end_the_message(void **state)
{
    (void)state;
    ASSERT_WIRE("x\n.\n", PASS, "x\n.\n", LF);
    ASSERT_WIRE("x\n.\r\n", PASS, "x\n.\r\n", LF);
    ASSERT_WIRE("x\r\n.\n", PASS, "x\r\n\n", LF);
    ASSERT_WIRE("x\r.\r", PASS, "x\r.\r", CR);
    ASSERT_WIRE("x\r.\r\n", PASS, "x\r.\r\n", CR);
    ASSERT_WIRE("x\r\n.\ry", PASS, "x\r\n\ry", CR);
    ASSERT_WIRE("x\r\n.\r\r\n", PASS, "x\r\n\r\r\n", CR);
    ASSERT_WIRE("x\r\n.\0\r\n", PASS, "x\r\n\0\r\n", NUL);
    ASSERT_WIRE("x\r\n\0.\r\n", PASS, "x\r\n\0.\r\n", NUL);
    ASSERT_WIRE("x\r\r\n.\r\r\n", PASS, "x\r\r\n\r\r\n", CR);
    ASSERT_WIRE("x\n\r.\r\n", PASS, "x\n\r.\r\n", CR | LF);
    ASSERT_WIRE("x\r\n.\r", PASS, "x\r\n", 0);
}

/* PRACT-smuggling-a: the same by the default: what follows the offence is nobody's content. */
static void test_near_misses_are_refused_and_the_true_end_is_found(void **state)
{
    (void)state;
    ASSERT_WIRE("x\n.\ny\r\n.\r\nz", REFUSE, "x\n", LF | DISCARD | END);
    ASSERT_WIRE("x\n.\r\ny\r\n.\r\nz", REFUSE, "x\n", LF | DISCARD | END);
    ASSERT_WIRE("x\r\n.\ny\r\n.\r\nz", REFUSE, "x\r\n\n", LF | DISCARD | END);
    ASSERT_WIRE("x\r.\r\ny\r\n.\r\nz", REFUSE, "x\r", CR | DISCARD | END);
    ASSERT_WIRE("x\r\n.\r\r\ny\r\n.\r\nz", REFUSE, "x\r\n\r", CR | DISCARD | END);
    ASSERT_WIRE("x\r\n.\ry\r\n.\r\nz", REFUSE, "x\r\n\r", CR | DISCARD | END);
    ASSERT_WIRE("x\0y\r\n.\r\nz", REFUSE | SANSMTP_UNSTUFF_REFUSE_NUL, "x\0", NUL | DISCARD | END);
    ASSERT_WIRE("x\0y\r\n.\r\nz", REFUSE, "x\0y\r\n", NUL | END);
}

/* PRACT-smuggling-a: CRLF.CRLF ends whatever stands before it. */
static void test_a_true_end_ends_after_anything(void **state)
{
    (void)state;
    ASSERT_WIRE("x\r\r\n.\r\n", PASS, "x\r\r\n", CR | END);
    ASSERT_WIRE("x\n\r\n.\r\n", PASS, "x\n\r\n", LF | END);
    ASSERT_WIRE("x\r\r\n.\r\n", REFUSE, "x\r", CR | DISCARD | END);
    ASSERT_WIRE("x\n\r\n.\r\n", REFUSE, "x\n", LF | DISCARD | END);
    ASSERT_WIRE("x\r\n.\r\nMAIL", REFUSE, "x\r\n", END);
}

/* 5321-4.1.1.4-b, 6152-3-g, 5321-4.5.2-b, 1870-5-a */
static void test_dots_of_an_honest_message(void **state)
{
    (void)state;
    ASSERT_WIRE(".\r\n", REFUSE, "", END);
    ASSERT_WIRE("a\r\n.\r\n", REFUSE, "a\r\n", END);
    ASSERT_WIRE("..\r\n.\r\n", REFUSE, ".\r\n", END);
    ASSERT_WIRE(".a\r\n.\r\n", REFUSE, "a\r\n", END);
    ASSERT_WIRE("...\r\n.\r\n", REFUSE, "..\r\n", END);
    ASSERT_WIRE("..a\r\n.\r\n", REFUSE, ".a\r\n", END);
    ASSERT_WIRE("a\r\n..b\r\n.\r\n", REFUSE, "a\r\n.b\r\n", END);
    ASSERT_WIRE("a.\r\n\r\n..\r\n.\r\n", REFUSE, "a.\r\n\r\n.\r\n", END);
}

/* 5321-4.5.2-d */
static void test_a_line_begins_behind_a_wire_crlf_only(void **state)
{
    (void)state;
    ASSERT_WIRE("a\n.b\r\n", PASS, "a\n.b\r\n", LF);
    ASSERT_WIRE("a\r.b\r\n", PASS, "a\r.b\r\n", CR);
    ASSERT_WIRE("a\n.b\r\n", NORMALISE, "a\r\n.b\r\n", LF);
    ASSERT_WIRE("a\n.\r\n", NORMALISE, "a\r\n.\r\n", LF);
    ASSERT_WIRE("a\r.\r\n", NORMALISE, "a\r\n.\r\n", CR);
}

static void test_normalise_makes_each_bare_octet_a_crlf(void **state)
{
    (void)state;
    ASSERT_WIRE("a\nb\rc\r\n.\r\n", NORMALISE, "a\r\nb\r\nc\r\n", CR | LF | END);
    ASSERT_WIRE("a\r\r\n.\r\n", NORMALISE, "a\r\n\r\n", CR | END);
    ASSERT_WIRE("\n\n\r\r\r\n.\r\n", NORMALISE, "\r\n\r\n\r\n\r\n\r\n", CR | LF | END);
    ASSERT_WIRE("\r\n.\r\r\n.\r\n", NORMALISE, "\r\n\r\n\r\n", CR | END);
    ASSERT_WIRE("\r\n.\rx\r\n.\r\n", NORMALISE, "\r\n\r\nx\r\n", CR | END);
}

static size_t stuff(const uint8_t *message, size_t length, uint8_t *wire)
{
    size_t out = 0;

    for (size_t i = 0; i < length; i++) {
        if (message[i] == '.' && naive_begins_line(message, i)) {
            wire[out++] = '.';
        }
        wire[out++] = message[i];
    }
    memcpy(wire + out, ".\r\n", 3);
    return out + 3;
}

/* 5321-4.5.2-e */
static void test_unstuffing_undoes_stuffing(void **state)
{
    uint64_t seed = 452;
    (void)state;

    for (int round = 0; round < 3000; round++) {
        static struct result result;
        uint8_t message[200], wire[600];
        size_t length = 0, wire_length;

        for (uint32_t left = draw(&seed, 80); left > 0; left--) {
            if (draw(&seed, 3) == 0) {
                message[length++] = '\r';
                message[length++] = '\n';
            } else {
                message[length++] = draw(&seed, 2) == 0 ? '.' : 'a';
            }
        }
        message[length++] = '\r';
        message[length++] = '\n';
        wire_length = stuff(message, length, wire);
        scan_steps(wire, wire_length, 1 + draw(&seed, 40), REFUSE, &result);
        assert_int_equal(result.state & facts_mask, END);
        assert_int_equal(result.length, length);
        assert_memory_equal(result.content, message, length);
    }
}

/* Only a dropped dot, an offence or the end cuts a span. */
static void test_spans_are_as_long_as_the_input_allows(void **state)
{
    static struct result result;
    uint8_t wire[800];
    (void)state;

    for (size_t at = 0; at < sizeof(wire); at += 20) {
        memcpy(wire + at, "eighteen characters\r\n", 20);
    }
    for (size_t at = 18; at < sizeof(wire); at += 20) {
        memcpy(wire + at, "\r\n", 2);
    }
    for (size_t cut = 0; cut < sizeof(wire); cut++) {
        scan_cut(wire, sizeof(wire), cut, REFUSE, &result);
        assert_int_equal(result.spans, cut == 0 ? 1 : 2);
    }
    wire[400] = '.';
    scan_cut(wire, sizeof(wire), 0, REFUSE, &result);
    assert_int_equal(result.spans, 2);
    memcpy(wire + 100, "\n\r\0", 3);
    scan_cut(wire, sizeof(wire), 0, PASS, &result);
    assert_int_equal(result.spans, 2);
    assert_int_equal(result.state & facts_mask, CR | LF | NUL);
}

static void test_the_caller_may_discard_at_any_point(void **state)
{
    static const uint8_t wire[] = "a\r\n.b\nc\rd\0\r\n.\rx\r\n.\r\nQUIT";
    static const size_t end = sizeof(wire) - 1 - 4;
    (void)state;

    for (size_t i = 0; i < POLICIES; i++) {
        for (size_t cut = 0; cut < end; cut++) {
            static struct result result;
            size_t length;

            begin(&result, policies[i]);
            feed(&result, wire, cut);
            length = result.length;
            result.state |= DISCARD;
            feed(&result, wire + cut, sizeof(wire) - 1 - cut);
            assert_int_equal(result.length, length);
            assert_int_equal(result.taken, end);
            assert_true(result.state & END);
        }
    }
}

static void test_nothing_is_taken_behind_the_end(void **state)
{
    struct sansmtp_span content = {NULL, 99};
    static struct result result;
    uint32_t after;
    (void)state;

    begin(&result, REFUSE);
    feed(&result, (const uint8_t *)".\r\n.\r\n", 6);
    assert_int_equal(result.taken, 3);
    after = result.state;
    assert_int_equal(sansmtp_unstuff((const uint8_t *)".\r\n", 3, &after, &content), 0);
    assert_int_equal(content.length, 0);
    assert_int_equal(after, result.state);
}

static void test_no_input_changes_nothing_at_any_point(void **state)
{
    static const uint8_t wire[] = "a\r\n.\rb\r\n.\r\n";
    (void)state;

    for (size_t i = 0; i < POLICIES; i++) {
        for (size_t length = 0; length < sizeof(wire); length++) {
            struct sansmtp_span content = {NULL, 99};
            static struct result result;
            uint32_t after;

            begin(&result, policies[i]);
            feed(&result, wire, length);
            after = result.state;
            assert_int_equal(sansmtp_unstuff(arena + MOST, 0, &after, &content), 0);
            assert_int_equal(content.length, 0);
            assert_int_equal(after, result.state);
        }
    }
}

static void test_of_many_policies_the_strictest_holds(void **state)
{
    (void)state;
    assert_int_equal(sansmtp_unstuff_begin(0), sansmtp_unstuff_begin(REFUSE));
    assert_int_equal(sansmtp_unstuff_begin(REFUSE | NORMALISE | PASS),
                     sansmtp_unstuff_begin(REFUSE));
    assert_int_equal(sansmtp_unstuff_begin(NORMALISE | PASS), sansmtp_unstuff_begin(NORMALISE));
    assert_int_equal(sansmtp_unstuff_begin(REFUSE | END | DISCARD), sansmtp_unstuff_begin(REFUSE));
    assert_int_not_equal(sansmtp_unstuff_begin(PASS), sansmtp_unstuff_begin(NORMALISE));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_short_input_at_every_cut),
        cmocka_unit_test(test_random_inputs_over_the_sizes_of_vectors),
        cmocka_unit_test(test_near_misses_do_not_end_the_message),
        cmocka_unit_test(test_near_misses_are_refused_and_the_true_end_is_found),
        cmocka_unit_test(test_a_true_end_ends_after_anything),
        cmocka_unit_test(test_dots_of_an_honest_message),
        cmocka_unit_test(test_a_line_begins_behind_a_wire_crlf_only),
        cmocka_unit_test(test_normalise_makes_each_bare_octet_a_crlf),
        cmocka_unit_test(test_unstuffing_undoes_stuffing),
        cmocka_unit_test(test_spans_are_as_long_as_the_input_allows),
        cmocka_unit_test(test_the_caller_may_discard_at_any_point),
        cmocka_unit_test(test_nothing_is_taken_behind_the_end),
        cmocka_unit_test(test_no_input_changes_nothing_at_any_point),
        cmocka_unit_test(test_of_many_policies_the_strictest_holds),
    };

    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
