/* Dot-stuffing against a naive one and against sansmtp_unstuff(), at every cut. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "naive_stuff.h"
#include "stuff.h"
#include "unstuff.h"

#define MOST NAIVE_STUFF_MOST /* octets of the arena */
#include "arena.h"

#define REFUSE    SANSMTP_STUFF_REFUSE
#define NORMALISE SANSMTP_STUFF_NORMALISE
#define SEVEN_BIT SANSMTP_STUFF_SEVEN_BIT
#define BARE      SANSMTP_STUFF_BARE
#define EIGHT_BIT SANSMTP_STUFF_EIGHT_BIT

struct wire {
    uint8_t octets[NAIVE_STUFF_ROOM];
    size_t length;
    size_t slices;
    uint32_t state;
    uint32_t offences;
    bool closed;
};

/* --- ours --- */

static void begin(struct wire *wire, uint32_t policy)
{
    memset(wire, 0, sizeof(*wire));
    wire->state = sansmtp_stuff_begin(policy);
}

static void collect(struct wire *wire, struct sansmtp_span slice)
{
    bool inside = slice.data >= arena && slice.data + slice.length <= arena + MOST;

    assert_true(inside || slice.length == 2);
    if (!inside) {
        assert_memory_equal(slice.data, "\r\n", 2);
    }
    memcpy(wire->octets + wire->length, slice.data, slice.length);
    wire->length += slice.length;
    wire->slices++;
}

/* One chunk, which ends at the guard page. */
static void feed(struct wire *wire, const uint8_t *octets, size_t length, bool last)
{
    struct sansmtp_span chunk = {arena + MOST - length, length};
    struct sansmtp_span slice = {NULL, 99};
    uint32_t before = wire->state;

    if (wire->offences != 0) {
        return;
    }
    if (length > 0) {
        memcpy(arena + MOST - length, octets, length);
    }
    wire->offences = sansmtp_stuff_check(&chunk, last, &wire->state, &slice);
    if (wire->offences != 0) {
        assert_int_equal(wire->state, before);
        assert_ptr_equal(chunk.data, arena + MOST - length);
        assert_int_equal(chunk.length, length);
        assert_int_equal(slice.length, 99);
        return;
    }
    while (slice.length > 0) {
        collect(wire, slice);
        sansmtp_stuff_next(&chunk, &wire->state, &slice);
    }
    assert_int_equal(chunk.length, 0);
}

static void close_message(struct wire *wire)
{
    struct sansmtp_span tail = {NULL, 99};

    if (wire->offences != 0) {
        return;
    }
    wire->closed = sansmtp_stuff_end(wire->state, &tail);
    if (!wire->closed) {
        assert_int_equal(tail.length, 0);
    }
    memcpy(wire->octets + wire->length, tail.data, tail.length);
    wire->length += tail.length;
}

static void stuff_cut(const uint8_t *message, size_t length, size_t cut, uint32_t policy,
                      struct wire *wire)
{
    begin(wire, policy);
    feed(wire, message, cut, false);
    feed(wire, message + cut, length - cut, true);
    close_message(wire);
}

/* The last chunk is known to be the last only by an empty one behind it. */
static void stuff_steps(const uint8_t *message, size_t length, size_t step, uint32_t policy,
                        struct wire *wire)
{
    begin(wire, policy);
    for (size_t at = 0; at < length; at += step) {
        feed(wire, message + at, length - at < step ? length - at : step, false);
    }
    feed(wire, message, 0, true);
    close_message(wire);
}

/* --- what holds of every wire --- */

static void assert_no_bare(const struct wire *wire)
{
    for (size_t at = 0; at < wire->length; at++) {
        assert_false(naive_is_bare(wire->octets, wire->length, at));
    }
}

/* As a strict peer reads it: sets its last state, returns how many octets it took. */
static size_t unstuff(const struct wire *wire, struct wire *content, uint32_t *state)
{
    size_t at = 0;

    *state = sansmtp_unstuff_begin(SANSMTP_UNSTUFF_REFUSE);
    content->length = 0;
    while (at < wire->length && !(*state & SANSMTP_UNSTUFF_END)) {
        struct sansmtp_span span;

        at += sansmtp_unstuff(wire->octets + at, wire->length - at, state, &span);
        memcpy(content->octets + content->length, span.data, span.length);
        content->length += span.length;
    }
    assert_false(*state &
                 (SANSMTP_UNSTUFF_DISCARD | SANSMTP_UNSTUFF_BARE_CR | SANSMTP_UNSTUFF_BARE_LF));
    return at;
}

/* One end, at the end, and before it the message. */
static void assert_unstuffs_to(const struct wire *wire, const struct naive_lines *lines)
{
    static struct wire content;
    uint32_t state;

    assert_int_equal(unstuff(wire, &content, &state), wire->length);
    assert_true(state & SANSMTP_UNSTUFF_END);
    assert_int_equal(content.length, lines->length + (naive_ends_line(lines) ? 0 : 2));
    assert_memory_equal(content.octets, lines->octets, lines->length);
}

static void assert_wire_is(const struct wire *wire, const struct naive_lines *expected)
{
    assert_int_equal(wire->offences, 0);
    assert_true(wire->closed);
    assert_int_equal(wire->length, expected->length);
    assert_memory_equal(wire->octets, expected->octets, expected->length);
}

/* A refused message: what left before is an honest beginning, and nothing closes it. */
static void assert_refused(const struct wire *wire, const struct naive_lines *expected)
{
    static struct wire content;
    uint32_t state;

    assert_int_equal(wire->offences, BARE);
    assert_false(wire->closed);
    assert_no_bare(wire);
    assert_true(wire->length < expected->length);
    assert_memory_equal(wire->octets, expected->octets, wire->length);
    assert_int_equal(unstuff(wire, &content, &state), wire->length);
    assert_false(state & SANSMTP_UNSTUFF_END);
}

static void check_cuts(const uint8_t *message, size_t length, uint32_t policy)
{
    static struct naive_lines lines, expected;
    static struct wire wire;
    bool refused = policy == REFUSE && naive_has_bare(message, length);

    naive_normalise(message, length, &lines);
    naive_stuff(&lines, &expected);
    for (size_t cut = 0; cut <= length; cut++) {
        stuff_cut(message, length, cut, policy, &wire);
        if (refused) {
            assert_refused(&wire, &expected);
        } else {
            assert_wire_is(&wire, &expected);
        }
    }
    for (size_t step = 1; step <= 3; step++) {
        stuff_steps(message, length, step, policy, &wire);
        if (refused) {
            assert_refused(&wire, &expected);
        } else {
            assert_wire_is(&wire, &expected);
        }
    }
    if (refused) {
        return;
    }
    assert_no_bare(&wire);
    assert_unstuffs_to(&wire, &lines);
}

static void check_message(const uint8_t *message, size_t length)
{
    check_cuts(message, length, REFUSE);
    check_cuts(message, length, NORMALISE);
}

/* 5321-4.5.2-a, 5321-4.5.2-c, 5321-4.5.2-e, 5321-2.3.8-b */
static void test_every_short_message_at_every_cut(void **state)
{
    static const uint8_t alphabet[] = {'\r', '\n', '.', 'a'};
    size_t count = 1;
    (void)state;

    for (size_t length = 0; length <= 8; length++, count *= sizeof(alphabet)) {
        for (size_t number = 0; number < count; number++) {
            uint8_t message[8];
            size_t rest = number;

            for (size_t i = 0; i < length; i++, rest /= sizeof(alphabet)) {
                message[i] = alphabet[rest % sizeof(alphabet)];
            }
            check_message(message, length);
        }
    }
}

/* Three chunks of any lengths, empty ones too. */
static void test_every_two_cuts(void **state)
{
    static const char message[] = "..\r\n.\n\r.\r\r\n.a\n\n.\r";
    static struct naive_lines lines, expected;
    static struct wire wire;
    const uint8_t *octets = (const uint8_t *)message;
    size_t length = sizeof(message) - 1;
    (void)state;

    naive_normalise(octets, length, &lines);
    naive_stuff(&lines, &expected);
    for (size_t first = 0; first <= length; first++) {
        for (size_t second = first; second <= length; second++) {
            begin(&wire, NORMALISE);
            feed(&wire, octets, first, false);
            feed(&wire, octets + first, second - first, false);
            feed(&wire, octets + second, length - second, true);
            close_message(&wire);
            assert_wire_is(&wire, &expected);
        }
    }
}

static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % below;
}

/* 5321-4.5.2-e */
static void test_random_messages_over_the_sizes_of_vectors(void **state)
{
    static const char *const pieces[] = {"\r\n", "\r\n.", "\r\n..", ".", "\r\n.\r\n", "\n", "\r"};
    uint64_t seed = 452;
    (void)state;

    for (int round = 0; round < 400; round++) {
        uint32_t kinds = round % 2 == 0 ? 5 : 7; /* the last two are bare */
        size_t wanted = draw(&seed, 200);
        uint8_t message[256];
        size_t length = 0;

        while (length < wanted) {
            uint32_t kind = draw(&seed, kinds + 8);
            const char *piece = kind < kinds ? pieces[kind] : "abcdefghijklm";
            size_t piece_length = kind < kinds ? strlen(piece) : 1 + draw(&seed, 13);

            memcpy(message + length, piece, piece_length);
            length += piece_length;
        }
        check_message(message, length);
    }
}

/* --- by name --- */

static void assert_wire(const char *message, size_t length, uint32_t policy, const char *expected,
                        size_t expected_length)
{
    for (size_t cut = 0; cut <= length; cut++) {
        static struct wire wire;

        stuff_cut((const uint8_t *)message, length, cut, policy, &wire);
        assert_int_equal(wire.offences, 0);
        assert_true(wire.closed);
        assert_int_equal(wire.length, expected_length);
        assert_memory_equal(wire.octets, expected, expected_length);
    }
}

#define ASSERT_WIRE(message, policy, expected) \
    assert_wire(message, sizeof(message) - 1, policy, expected, sizeof(expected) - 1)

/* 5321-4.5.2-a */
static void test_a_dot_at_the_start_of_a_line_is_doubled(void **state)
{
    (void)state;
    ASSERT_WIRE(".\r\n", REFUSE, "..\r\n.\r\n");
    ASSERT_WIRE("..a\r\n", REFUSE, "...a\r\n.\r\n");
    ASSERT_WIRE("a\r\n.\r\nb\r\n", REFUSE, "a\r\n..\r\nb\r\n.\r\n");
    ASSERT_WIRE("a\r\n..b\r\n.c.\r\n", REFUSE, "a\r\n...b\r\n..c.\r\n.\r\n");
    ASSERT_WIRE("a.b\r\n", REFUSE, "a.b\r\n.\r\n");
    ASSERT_WIRE(".", REFUSE, "..\r\n.\r\n");
}

static void test_the_message_is_closed_behind_a_whole_line(void **state)
{
    (void)state;
    ASSERT_WIRE("", REFUSE, ".\r\n");
    ASSERT_WIRE("", NORMALISE, ".\r\n");
    ASSERT_WIRE("a", REFUSE, "a\r\n.\r\n");
    ASSERT_WIRE("a\r\n", REFUSE, "a\r\n.\r\n");
    ASSERT_WIRE("\r\n\r\n", REFUSE, "\r\n\r\n.\r\n");
    ASSERT_WIRE("a\0b", REFUSE, "a\0b\r\n.\r\n");
}

/* 5321-2.3.8-b, 5321-4.5.2-d */
static void test_normalise_makes_lines_and_doubles_their_dots(void **state)
{
    (void)state;
    ASSERT_WIRE("a\nb\r\n", NORMALISE, "a\r\nb\r\n.\r\n");
    ASSERT_WIRE("a\n.b\r\n", NORMALISE, "a\r\n..b\r\n.\r\n");
    ASSERT_WIRE("a\n.\nb\n", NORMALISE, "a\r\n..\r\nb\r\n.\r\n");
    ASSERT_WIRE("a\r.\rb\r", NORMALISE, "a\r\n..\r\nb\r\n.\r\n");
    ASSERT_WIRE("a\r\r\n.\r\n", NORMALISE, "a\r\n\r\n..\r\n.\r\n");
    ASSERT_WIRE("\n\n\r\r\r\n", NORMALISE, "\r\n\r\n\r\n\r\n\r\n.\r\n");
}

/* PRACT-smuggling-c, 5321-2.3.8-b: the near misses never leave, wherever they are cut. */
static void test_smuggled_ends_do_not_leave(void **state)
{
    static const char *const messages[] = {
        "x\n.\nMAIL", "x\n.\r\nMAIL",     "x\r\n.\nMAIL",  "x\r.\rMAIL",     "x\r.\r\nMAIL",
        "x\r\n.\rM",  "x\r\n.\r\r\nMAIL", "\n.\r\n",       "\r.\r\n",        "\n",
        "\r",         "x\r\n\r",          "\r\n.\r\n\n\r", "\r\n\r\n\r\n\r",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        assert_true(naive_has_bare((const uint8_t *)messages[i], strlen(messages[i])));
        check_message((const uint8_t *)messages[i], strlen(messages[i]));
    }
}

static void test_nothing_of_an_offending_chunk_leaves(void **state)
{
    static struct wire wire;
    (void)state;

    begin(&wire, REFUSE);
    feed(&wire, (const uint8_t *)"one\r\n", 5, false);
    feed(&wire, (const uint8_t *)".two\r\nthree\r\nfour\nfive\r\n", 25, false);
    assert_int_equal(wire.offences, BARE);
    assert_int_equal(wire.length, 5);
}

/* The CR at the end of a chunk has not left when the next one shows that it was bare, and the host
 * may offer another. */
static void test_a_cr_at_the_end_of_a_chunk_is_held_back(void **state)
{
    static struct wire wire;
    (void)state;

    begin(&wire, REFUSE);
    feed(&wire, (const uint8_t *)"one\r", 4, false);
    assert_int_equal(wire.length, 3);
    feed(&wire, (const uint8_t *)"two", 3, false);
    assert_int_equal(wire.offences, BARE);
    assert_int_equal(wire.length, 3);
    wire.offences = 0;
    feed(&wire, (const uint8_t *)"", 0, true);
    assert_int_equal(wire.offences, BARE);
    close_message(&wire);
    assert_false(wire.closed);
    wire.offences = 0;
    feed(&wire, (const uint8_t *)"\n.two", 5, true);
    close_message(&wire);
    assert_true(wire.closed);
    assert_int_equal(wire.length, 15);
    assert_memory_equal(wire.octets, "one\r\n..two\r\n.\r\n", 15);
}

static void test_a_cr_is_bare_only_when_nothing_can_follow(void **state)
{
    struct sansmtp_span tail;
    static struct wire wire;
    (void)state;

    begin(&wire, REFUSE);
    feed(&wire, (const uint8_t *)"a\r", 2, true);
    assert_int_equal(wire.offences, BARE);
    begin(&wire, REFUSE);
    feed(&wire, (const uint8_t *)"a\r", 2, false);
    assert_int_equal(wire.offences, 0);
    assert_false(sansmtp_stuff_end(wire.state, &tail));
    assert_int_equal(tail.length, 0);
}

/* 6152-3-a */
static void test_an_octet_over_127_offends_where_it_is_not_taken(void **state)
{
    static struct wire wire;
    uint8_t message[100];
    (void)state;

    memset(message, 127, sizeof(message));
    for (size_t length = 0; length <= sizeof(message); length++) {
        for (uint32_t policy = REFUSE; policy <= NORMALISE; policy += NORMALISE - REFUSE) {
            stuff_cut(message, length, 0, policy | SEVEN_BIT, &wire);
            assert_int_equal(wire.offences, 0);
            for (size_t at = 0; at < length; at++) {
                message[at] = at % 2 == 0 ? 0x80 : 0xFF;
                stuff_cut(message, length, length / 2, policy | SEVEN_BIT, &wire);
                assert_int_equal(wire.offences, EIGHT_BIT);
                assert_int_equal(wire.length, at < length / 2 ? 0 : length / 2);
                stuff_cut(message, length, length / 2, policy, &wire);
                assert_int_equal(wire.offences, 0);
                message[at] = 127;
            }
        }
    }
}

static void test_all_offences_are_told(void **state)
{
    static struct wire wire;
    (void)state;

    stuff_cut((const uint8_t *)"a\nb\xFF", 4, 0, REFUSE | SEVEN_BIT, &wire);
    assert_int_equal(wire.offences, BARE | EIGHT_BIT);
    stuff_cut((const uint8_t *)"a\nb\xFF", 4, 0, NORMALISE | SEVEN_BIT, &wire);
    assert_int_equal(wire.offences, EIGHT_BIT);
    stuff_cut((const uint8_t *)"\xFF\n", 2, 0, REFUSE, &wire);
    assert_int_equal(wire.offences, BARE);
}

/* Only a doubled dot or a CRLF that is made cuts a slice. */
static void test_slices_are_as_long_as_the_chunk_allows(void **state)
{
    static struct wire wire;
    uint8_t message[800];
    (void)state;

    for (size_t at = 0; at < sizeof(message); at += 20) {
        memcpy(message + at, "eighteen characters\r\n", 20);
    }
    for (size_t at = 18; at < sizeof(message); at += 20) {
        memcpy(message + at, "\r\n", 2);
    }
    stuff_cut(message, sizeof(message), 0, REFUSE, &wire);
    assert_int_equal(wire.slices, 1);
    stuff_cut(message, sizeof(message), 0, NORMALISE, &wire);
    assert_int_equal(wire.slices, 1);
    stuff_cut(message, sizeof(message), 401, REFUSE, &wire);
    assert_int_equal(wire.slices, 2);
    stuff_cut(message, sizeof(message), 419, REFUSE, &wire); /* a CRLF cut in two */
    assert_int_equal(wire.slices, 3);
    message[400] = message[401] = '.';
    stuff_cut(message, sizeof(message), 0, REFUSE, &wire);
    assert_int_equal(wire.slices, 2);
    message[100] = '\n';
    stuff_cut(message, sizeof(message), 0, NORMALISE, &wire);
    assert_int_equal(wire.slices, 4);
}

static void test_a_doubled_dot_is_one_octet_in_two_slices(void **state)
{
    static const char message[] = "a\r\n.b\r\n";
    struct sansmtp_span chunk = {(const uint8_t *)message, sizeof(message) - 1};
    uint32_t stuffing = sansmtp_stuff_begin(REFUSE);
    struct sansmtp_span slice, tail;
    (void)state;

    assert_int_equal(sansmtp_stuff_check(&chunk, true, &stuffing, &slice), 0);
    assert_ptr_equal(slice.data, message);
    assert_int_equal(slice.length, 4);
    assert_int_equal(chunk.length, 4);
    assert_false(sansmtp_stuff_end(stuffing, &tail));
    sansmtp_stuff_next(&chunk, &stuffing, &slice);
    assert_ptr_equal(slice.data, message + 3);
    assert_int_equal(slice.length, 4);
    assert_int_equal(chunk.length, 0);
    sansmtp_stuff_next(&chunk, &stuffing, &slice);
    assert_int_equal(slice.length, 0);
    assert_true(sansmtp_stuff_end(stuffing, &tail));
    assert_int_equal(tail.length, 3);
}

/* A caller that forgets the check cannot send a bare CR or LF, nor close the message. */
static void test_what_was_not_checked_does_not_get_by(void **state)
{
    static const char *const messages[] = {"a\r\nb\nc\r\n", "a\r\nb\rc\r\n", "a\r\n\n.\r\n"};
    (void)state;

    for (size_t i = 0; i < 3; i++) {
        struct sansmtp_span chunk = {(const uint8_t *)messages[i], strlen(messages[i])};
        uint32_t stuffing = sansmtp_stuff_begin(REFUSE);
        struct sansmtp_span slice, tail;

        sansmtp_stuff_next(&chunk, &stuffing, &slice);
        assert_int_equal(slice.length, 0);
        assert_int_equal(chunk.length, 0);
        chunk.data = (const uint8_t *)"more\r\n";
        chunk.length = 6;
        assert_int_equal(sansmtp_stuff_check(&chunk, true, &stuffing, &slice), BARE);
        sansmtp_stuff_next(&chunk, &stuffing, &slice);
        assert_int_equal(slice.length, 0);
        assert_false(sansmtp_stuff_end(stuffing, &tail));
        assert_int_equal(tail.length, 0);
    }
}

static void test_refuse_is_the_policy_unless_another_is_named(void **state)
{
    static struct wire wire;
    (void)state;

    assert_int_equal(sansmtp_stuff_begin(0), sansmtp_stuff_begin(REFUSE));
    assert_int_equal(sansmtp_stuff_begin(REFUSE | NORMALISE), sansmtp_stuff_begin(REFUSE));
    assert_int_equal(sansmtp_stuff_begin(UINT32_MAX), sansmtp_stuff_begin(REFUSE | SEVEN_BIT));
    stuff_cut((const uint8_t *)"\n", 1, 0, 0, &wire);
    assert_int_equal(wire.offences, BARE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_short_message_at_every_cut),
        cmocka_unit_test(test_every_two_cuts),
        cmocka_unit_test(test_random_messages_over_the_sizes_of_vectors),
        cmocka_unit_test(test_a_dot_at_the_start_of_a_line_is_doubled),
        cmocka_unit_test(test_the_message_is_closed_behind_a_whole_line),
        cmocka_unit_test(test_normalise_makes_lines_and_doubles_their_dots),
        cmocka_unit_test(test_smuggled_ends_do_not_leave),
        cmocka_unit_test(test_nothing_of_an_offending_chunk_leaves),
        cmocka_unit_test(test_a_cr_at_the_end_of_a_chunk_is_held_back),
        cmocka_unit_test(test_a_cr_is_bare_only_when_nothing_can_follow),
        cmocka_unit_test(test_an_octet_over_127_offends_where_it_is_not_taken),
        cmocka_unit_test(test_all_offences_are_told),
        cmocka_unit_test(test_slices_are_as_long_as_the_chunk_allows),
        cmocka_unit_test(test_a_doubled_dot_is_one_octet_in_two_slices),
        cmocka_unit_test(test_what_was_not_checked_does_not_get_by),
        cmocka_unit_test(test_refuse_is_the_policy_unless_another_is_named),
    };

    return cmocka_run_group_tests_name("stuff", tests, make_arena, drop_arena);
}
