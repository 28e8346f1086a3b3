#define _DEFAULT_SOURCE

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/trace.h>

#include "guard.h"

/* The literal of an address that is given as text. */
static void check(int family, const char *address, const char *literal)
{
    size_t size = family == AF_INET ? 4 : 16, length = 0;
    uint8_t octets[16];
    char text[49];
    uint8_t *copy;

    assert_int_equal(inet_pton(family, address, octets), 1);
    copy = guard_copy(octets, size);
    assert_int_equal(sansmtp_literal_write(copy, size, text, &length), 0);
    guard_free(copy, size);
    assert_true(length <= 46);
    text[length] = '\0';
    assert_string_equal(text, literal);
}

static void test_ipv4(void **state)
{
    (void)state;
    check(AF_INET, "192.0.2.9", "[192.0.2.9]");
    check(AF_INET, "0.0.0.0", "[0.0.0.0]");
    check(AF_INET, "255.255.255.255", "[255.255.255.255]");
    check(AF_INET, "10.20.100.200", "[10.20.100.200]");
}

/* 5321-4.4-d; RFC 5952 section 4: lower case, no leading zeros, the longest run, the first of two,
 * never a single group */
static void test_ipv6(void **state)
{
    (void)state;
    check(AF_INET6, "2001:DB8:0:0:0:0:0:9", "[IPv6:2001:db8::9]");
    check(AF_INET6, "::", "[IPv6:::]");
    check(AF_INET6, "::1", "[IPv6:::1]");
    check(AF_INET6, "1::", "[IPv6:1::]");
    check(AF_INET6, "2001:db8:0:1:1:1:1:1", "[IPv6:2001:db8:0:1:1:1:1:1]");
    check(AF_INET6, "2001:0:0:1:0:0:0:1", "[IPv6:2001:0:0:1::1]");
    check(AF_INET6, "2001:db8:0:0:1:0:0:1", "[IPv6:2001:db8::1:0:0:1]");
    check(AF_INET6, "0:1:0:1:0:1:0:1", "[IPv6:0:1:0:1:0:1:0:1]");
    check(AF_INET6, "ABCD:EF01:2345:6789:ABCD:EF01:2345:6789",
          "[IPv6:abcd:ef01:2345:6789:abcd:ef01:2345:6789]");
    check(AF_INET6, "fe80:10:200:3000:4:50:600:7000", "[IPv6:fe80:10:200:3000:4:50:600:7000]");
}

static void test_ipv4_in_ipv6_is_ipv4(void **state)
{
    (void)state;
    check(AF_INET6, "::ffff:192.0.2.9", "[192.0.2.9]");
    check(AF_INET6, "::fffe:192.0.2.9", "[IPv6:::fffe:c000:209]");
    check(AF_INET6, "0:0:0:0:1:ffff:192.0.2.9", "[IPv6:::1:ffff:c000:209]");
    check(AF_INET6, "1::ffff:192.0.2.9", "[IPv6:1::ffff:c000:209]");
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 16;
}

/* Many zero groups, and groups of every length. */
static void random_address(uint32_t *seed, uint8_t address[16])
{
    for (size_t i = 0; i < 8; i++) {
        uint32_t kind = next_random(seed) % 8;
        uint32_t group = kind < 4 ? 0 : next_random(seed) >> (kind % 4 * 4);

        address[2 * i] = (uint8_t)(group >> 8);
        address[2 * i + 1] = (uint8_t)group;
    }
}

/* glibc writes RFC 5952's form too, but a dotted tail behind 96 zero bits. */
static void test_random_addresses_as_the_c_library_writes_them(void **state)
{
    uint32_t seed = 1;
    (void)state;

    for (int i = 0; i < 50000; i++) {
        uint8_t address[16], back[16];
        char expected[INET6_ADDRSTRLEN], text[49];
        size_t length = 0;

        random_address(&seed, address);
        assert_non_null(inet_ntop(AF_INET6, address, expected, sizeof expected));
        if (strchr(expected, '.')) {
            continue;
        }
        assert_int_equal(sansmtp_literal_write(address, 16, text, &length), 0);
        text[length] = '\0';
        assert_memory_equal(text, "[IPv6:", 6);
        assert_int_equal(text[length - 1], ']');
        text[length - 1] = '\0';
        assert_string_equal(text + 6, expected);
        assert_int_equal(inet_pton(AF_INET6, text + 6, back), 1);
        assert_memory_equal(back, address, 16);
    }
}

static void test_wrong_arguments(void **state)
{
    static const uint8_t address[17];
    char out[48];
    size_t length = 77;
    (void)state;

    for (size_t size = 0; size <= sizeof address; size++) {
        if (size != 4 && size != 16) {
            assert_int_equal(sansmtp_literal_write(address, size, out, &length),
                             SANSMTP_ERR_ARGUMENT);
        }
    }
    assert_int_equal(sansmtp_literal_write(NULL, 4, out, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_literal_write(address, 4, NULL, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_literal_write(address, 4, out, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(length, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ipv4),
        cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_ipv4_in_ipv6_is_ipv4),
        cmocka_unit_test(test_random_addresses_as_the_c_library_writes_them),
        cmocka_unit_test(test_wrong_arguments),
    };

    return cmocka_run_group_tests_name("literal", tests, NULL, NULL);
}
