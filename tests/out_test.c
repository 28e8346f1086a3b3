#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "guard.h"
#include "out.h"

static void assert_pending(const struct sansmtp_out *out, const char *expected)
{
    size_t length = 99;
    const uint8_t *octets = sansmtp_out_pending(out, &length);

    assert_int_equal(length, strlen(expected));
    assert_memory_equal(octets, expected, length);
    assert_int_equal(sansmtp_out_room(out), out->capacity - length);
}

static void test_what_is_put_is_pending_until_sent(void **state)
{
    struct sansmtp_out out;
    uint8_t *memory = guard_alloc(8);
    (void)state;

    sansmtp_out_init(&out, memory, 8);
    assert_pending(&out, "");
    sansmtp_out_put(&out, "abc", 3);
    sansmtp_out_put(&out, "de", 2);
    assert_pending(&out, "abcde");
    assert_true(sansmtp_out_sent(&out, 2));
    assert_pending(&out, "cde");
    assert_true(sansmtp_out_sent(&out, 0));
    assert_pending(&out, "cde");
    assert_true(sansmtp_out_sent(&out, 3));
    assert_pending(&out, "");
    guard_free(memory, 8);
}

static void test_more_than_is_pending_cannot_be_sent(void **state)
{
    struct sansmtp_out out;
    uint8_t *memory = guard_alloc(8);
    (void)state;

    sansmtp_out_init(&out, memory, 8);
    assert_false(sansmtp_out_sent(&out, 1));
    sansmtp_out_put(&out, "abc", 3);
    assert_true(sansmtp_out_sent(&out, 1));
    assert_false(sansmtp_out_sent(&out, 3));
    assert_false(sansmtp_out_sent(&out, SIZE_MAX));
    assert_pending(&out, "bc");
    guard_free(memory, 8);
}

static void test_all_room_can_be_used_wherever_the_pending_octets_stand(void **state)
{
    (void)state;
    for (size_t first = 0; first <= 8; first++) {
        for (size_t sent = 0; sent <= first; sent++) {
            struct sansmtp_out out;
            uint8_t *memory = guard_alloc(8);
            char expected[9] = "";

            sansmtp_out_init(&out, memory, 8);
            sansmtp_out_put(&out, "abcdefgh", first);
            assert_true(sansmtp_out_sent(&out, sent));
            sansmtp_out_put(&out, "ABCDEFGH", sansmtp_out_room(&out));
            memcpy(expected, &"abcdefgh"[sent], first - sent);
            memcpy(expected + first - sent, "ABCDEFGH", 8 - (first - sent));
            assert_pending(&out, expected);
            assert_int_equal(sansmtp_out_room(&out), 0);
            guard_free(memory, 8);
        }
    }
}

/* A peek is not followed by a move unless something that needs the room is put. */
static void test_pending_octets_stay_where_they_are_while_there_is_room_behind(void **state)
{
    struct sansmtp_out out;
    uint8_t memory[8];
    size_t length;
    const uint8_t *before;
    (void)state;

    sansmtp_out_init(&out, memory, sizeof(memory));
    sansmtp_out_put(&out, "abcd", 4);
    assert_true(sansmtp_out_sent(&out, 2));
    before = sansmtp_out_pending(&out, &length);
    sansmtp_out_put(&out, "efgh", 4);
    assert_ptr_equal(sansmtp_out_pending(&out, &length), before);
    assert_pending(&out, "cdefgh");
}

static void test_clear_forgets(void **state)
{
    struct sansmtp_out out;
    uint8_t memory[8];
    (void)state;

    sansmtp_out_init(&out, memory, sizeof(memory));
    sansmtp_out_put(&out, "abcd", 4);
    assert_true(sansmtp_out_sent(&out, 1));
    sansmtp_out_clear(&out);
    assert_pending(&out, "");
    assert_false(sansmtp_out_sent(&out, 1));
    sansmtp_out_put(&out, "", 0);
    assert_pending(&out, "");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_put_is_pending_until_sent),
        cmocka_unit_test(test_more_than_is_pending_cannot_be_sent),
        cmocka_unit_test(test_all_room_can_be_used_wherever_the_pending_octets_stand),
        cmocka_unit_test(test_pending_octets_stay_where_they_are_while_there_is_room_behind),
        cmocka_unit_test(test_clear_forgets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
