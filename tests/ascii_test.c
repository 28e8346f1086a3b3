#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ascii.h"
#include "guard.h"

static bool is_in(const char *set, unsigned octet)
{
    return octet != 0 && octet < 128 && strchr(set, (int)octet) != NULL;
}

static void test_classes_over_all_octets(void **state)
{
    static const char digits[] = "0123456789";
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    static const char signs[] = "!#$%&'*+-/=?^_`{|}~";
    (void)state;

    for (unsigned octet = 0; octet < 256; octet++) {
        bool digit = is_in(digits, octet);
        bool letter = is_in(letters, octet);

        assert_int_equal(sansmtp_ascii_is_digit((uint8_t)octet), digit);
        assert_int_equal(sansmtp_ascii_is_alpha((uint8_t)octet), letter);
        assert_int_equal(sansmtp_ascii_is_let_dig((uint8_t)octet), digit || letter);
        assert_int_equal(sansmtp_ascii_is_atext((uint8_t)octet),
                         digit || letter || is_in(signs, octet));
    }
}

static void test_upper_changes_small_ascii_letters_only(void **state)
{
    (void)state;
    for (unsigned octet = 0; octet < 256; octet++) {
        bool small = is_in("abcdefghijklmnopqrstuvwxyz", octet);

        assert_int_equal(sansmtp_ascii_upper((uint8_t)octet), small ? octet - 32 : octet);
    }
}

static void test_hexadecimal_digits(void **state)
{
    static const char small[] = "0123456789abcdef";
    static const char big[] = "0123456789ABCDEF";
    (void)state;

    for (unsigned octet = 0; octet < 256; octet++) {
        int expected = -1;

        for (int value = 0; value < 16; value++) {
            if (octet == (unsigned)small[value] || octet == (unsigned)big[value]) {
                expected = value;
            }
        }
        assert_int_equal(sansmtp_ascii_hex_value((uint8_t)octet), expected);
    }
}

static bool equal(const char *a, size_t a_length, const char *b, size_t b_length)
{
    uint8_t *left = guard_copy(a, a_length);
    uint8_t *right = guard_copy(b, b_length);
    bool result = sansmtp_ascii_equal(left, a_length, right, b_length);

    guard_free(left, a_length);
    guard_free(right, b_length);
    return result;
}

static void test_equal_but_for_the_case_of_letters(void **state)
{
    (void)state;
    assert_true(equal("", 0, "", 0));
    assert_true(equal("Mail", 4, "mAIL", 4));
    assert_false(equal("mail", 4, "mailx", 5));
    assert_false(equal("mail", 4, "", 0));
    assert_false(equal("mail", 4, "maim", 4));
    assert_false(equal("@", 1, "`", 1)); /* these differ in the same bit as letters do */
    assert_false(equal("[", 1, "{", 1));
    assert_false(equal("\xC4", 1, "\xE4", 1));
    assert_false(equal("a\0b", 3, "a\0c", 3));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes_over_all_octets),
        cmocka_unit_test(test_upper_changes_small_ascii_letters_only),
        cmocka_unit_test(test_hexadecimal_digits),
        cmocka_unit_test(test_equal_but_for_the_case_of_letters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
