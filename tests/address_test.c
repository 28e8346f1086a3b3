#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "address.h"
#include "guard.h"

static bool read4(const char *text, uint8_t address[4])
{
    size_t length = strlen(text);
    uint8_t *octets = guard_copy(text, length);
    bool good = sansmtp_address_ipv4(octets, length, address);

    guard_free(octets, length);
    return good;
}

static bool read6(const char *text, uint8_t address[16])
{
    size_t length = strlen(text);
    uint8_t *octets = guard_copy(text, length);
    bool good = sansmtp_address_ipv6(octets, length, address);

    guard_free(octets, length);
    return good;
}

/* 5321-4.1.3-a */
static void test_ipv4_is_four_decimal_numbers(void **state)
{
    static const char *const bad[] = {
        "",         "1",        "1.2.3",     "1.2.3.",   ".1.2.3",     "1..2.3",     "256.1.1.1",
        "1.1.256",  "1.2.3.4.", "1.2.3.4.5", "1.2.3.a",  "1.2.3.1234", "1.2.3.0004", "1,2,3,4",
        "1.2.3.4 ", " 1.2.3.4", "-1.2.3.4",  "1.2.3.+4", "0x1.2.3.4",
    };
    uint8_t address[4];
    (void)state;

    assert_true(read4("1.2.3.4", address));
    assert_memory_equal(address, "\1\2\3\4", 4);
    assert_true(read4("255.255.255.255", address));
    assert_memory_equal(address, "\xFF\xFF\xFF\xFF", 4);
    assert_true(read4("0.00.000.012", address));
    assert_memory_equal(address, "\0\0\0\x0C", 4);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (read4(bad[i], address)) {
            fail_msg("taken: %s", bad[i]);
        }
    }
}

struct row6 {
    const char *text;
    const char *address;
};

/* 5321-4.1.3-b, 5321-4.1.3-c, 5321-4.1.3-d, 5321-4.1.3-e */
static void test_ipv6_forms(void **state)
{
    static const struct row6 good[] = {
        {"1:2:3:4:5:6:7:8", "\0\1\0\2\0\3\0\4\0\5\0\6\0\7\0\10"},
        {"FFFF:abcd:0:00:000:0000:1:0001", "\xFF\xFF\xAB\xCD\0\0\0\0\0\0\0\0\0\1\0\1"},
        {"2001:db8::1", "\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\1"},
        {"::", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"},
        {"::1", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"},
        {"1::", "\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0"},
        {"1:2:3:4:5:6::", "\0\1\0\2\0\3\0\4\0\5\0\6\0\0\0\0"},
        {"::3:4:5:6:7:8", "\0\0\0\0\0\3\0\4\0\5\0\6\0\7\0\10"},
        {"1:2:3::6:7:8", "\0\1\0\2\0\3\0\0\0\0\0\6\0\7\0\10"},
        {"::ffff:192.0.2.1", "\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xC0\0\2\1"},
        {"1:2:3:4:5:6:192.0.2.1", "\0\1\0\2\0\3\0\4\0\5\0\6\xC0\0\2\1"},
        {"1:2:3:4::192.0.2.1", "\0\1\0\2\0\3\0\4\0\0\0\0\xC0\0\2\1"},
        {"1:2::3:4:192.0.2.1", "\0\1\0\2\0\0\0\0\0\3\0\4\xC0\0\2\1"},
        {"::192.0.2.1", "\0\0\0\0\0\0\0\0\0\0\0\0\xC0\0\2\1"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        uint8_t address[16];

        if (!read6(good[i].text, address)) {
            fail_msg("refused: %s", good[i].text);
        }
        assert_memory_equal(address, good[i].address, 16);
    }
}

/* 5321-4.1.3-c, 5321-4.1.3-d, 5321-4.1.3-e, 5321-4.1.3-g */
static void test_what_is_no_ipv6(void **state)
{
    static const char *const bad[] = {
        "",
        ":",
        ":::",
        "1",
        "1:",
        ":1",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:",
        "1:2:3:4:5:6:7:8:",
        ":1:2:3:4:5:6:7:8",
        "12345:2:3:4:5:6:7:8",
        "00001::",
        "g::",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "1:2:3:4::5:6:7",
        "1:2:3:4:5:6:7:8::",
        "1::2::3",
        "::1::",
        "1:::2",
        "1:2:3:4:5::192.0.2.1",
        "1:2:3:4:5:192.0.2.1",
        "1:2:3:4:5:6:7:192.0.2.1",
        "::192.0.2.1:1",
        "192.0.2.1::",
        "192.0.2.1",
        "::192.0.2",
        "::192.0.2.256",
        "::.1",
        "1:2:3:4:5:6:7:8:9:a:b:c:d:e:f:10:11:12",
        "fe80::1%eth0",
        "::1/64",
        " ::1",
        "::1 ",
    };
    uint8_t address[16];
    (void)state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (read6(bad[i], address)) {
            fail_msg("taken: %s", bad[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ipv4_is_four_decimal_numbers),
        cmocka_unit_test(test_ipv6_forms),
        cmocka_unit_test(test_what_is_no_ipv6),
    };

    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
