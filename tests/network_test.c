#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/policy.h>
#include <sansmtp/trace.h>

#include "guard.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static int parse(const char *text, struct sansmtp_network *network)
{
    size_t length = strlen(text);
    uint8_t *copy = guard_copy(text, length);
    int error = sansmtp_network_parse(copy, length, network);

    guard_free(copy, length);
    return error;
}

/* An address as octets, by the parser of networks with all bits. */
static size_t address_of(const char *text, uint8_t address[16])
{
    struct sansmtp_network network;

    assert_int_equal(parse(text, &network), 0);
    assert_int_equal(network.bits, network.length * 8);
    memcpy(address, network.address, sizeof network.address);
    return network.length;
}

static int holds(const char *network_text, const char *address_text)
{
    struct sansmtp_network network;
    uint8_t address[16];
    size_t length = address_of(address_text, address);
    uint8_t *copy = guard_copy(address, length);
    int found;

    assert_int_equal(parse(network_text, &network), 0);
    found = sansmtp_network_contains(&network, 1, copy, length);
    guard_free(copy, length);
    return found;
}

static void test_what_is_in_a_network(void **state)
{
    static const struct {
        const char *network, *address;
        int inside;
    } rows[] = {
        {"192.0.2.0/24", "192.0.2.0", 1},
        {"192.0.2.0/24", "192.0.2.255", 1},
        {"192.0.2.0/24", "192.0.3.0", 0},
        {"192.0.2.0/24", "192.0.1.255", 0},
        {"192.0.2.128/25", "192.0.2.127", 0},
        {"192.0.2.128/25", "192.0.2.128", 1},
        {"192.0.2.8/31", "192.0.2.9", 1},
        {"192.0.2.8/31", "192.0.2.10", 0},
        {"192.0.2.9", "192.0.2.9", 1},
        {"192.0.2.9", "192.0.2.8", 0},
        {"192.0.2.9/32", "192.0.2.9", 1},
        {"0.0.0.0/0", "255.255.255.255", 1},
        {"128.0.0.0/1", "127.0.0.1", 0},
        {"2001:db8::/32", "2001:db8:ffff::1", 1},
        {"2001:db8::/32", "2001:db9::", 0},
        {"[2001:db8::]/32", "2001:db8::1", 1},
        {"2001:db8::8000:0/113", "2001:db8::7fff:ffff", 0},
        {"2001:db8::8000:0/113", "2001:db8::8000:1", 1},
        {"::1", "::1", 1},
        {"[::1]", "::1", 1},
        {"::1", "::2", 0},
        /* IPv4 in IPv6 is IPv4, on both sides */
        {"192.0.2.0/24", "::ffff:192.0.2.9", 1},
        {"::ffff:192.0.2.0/120", "192.0.2.9", 1},
        {"::ffff:192.0.2.0/120", "::ffff:192.0.2.9", 1},
        {"::ffff:192.0.2.0/120", "192.0.3.9", 0},
        {"::ffff:0:0/96", "203.0.113.1", 1},
        {"::ffff:0:0/96", "::1", 0},
        /* all of one family is nobody of the other */
        {"::/0", "192.0.2.9", 0},
        {"::/0", "::ffff:192.0.2.9", 0},
        {"::/0", "2001:db8::1", 1},
        {"0.0.0.0/0", "::1", 0},
        {"0.0.0.0/0", "::", 0},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        if (holds(rows[i].network, rows[i].address) != rows[i].inside) {
            fail_msg("%s in %s", rows[i].address, rows[i].network);
        }
    }
}

static void test_what_is_no_network(void **state)
{
    static const char *const rows[] = {
        "",
        "/",
        "/24",
        "192.0.2.0/",
        "192.0.2.0/33",
        "0.0.0.0/33",
        "0.0.0.0/x",
        "::/129",
        "192.0.2.0/024",
        "192.0.2.0/00",
        "010.0.0.0/8",
        "192.0.02.1",
        "192.0.2.00",
        "::ffff:192.0.2.010",
        "192.0.2.0/-1",
        "192.0.2.0/ 24",
        "192.0.2.0/24 ",
        "192.0.2.0/24/24",
        "192.0.2.0/255.255.255.0",
        "192.0.2.0/18446744073709551640",
        "192.0.2/24",
        "192.0.2.256",
        "[192.0.2.1]",
        "2001:db8::/129",
        "[2001:db8::/32",
        "2001:db8::]/32",
        "[2001:db8::/32]",
        "[]/0",
        "2001:db8:::/32",
        "mx.example",
        /* bits that do not count */
        "192.0.2.1/24",
        "0.0.0.1/0",
        "192.0.2.128/24",
        "2001:db8::1/64",
        "::ffff:192.0.2.0/119x",
        "::ffff:192.0.2.1/120",
        "::ffff:192.0.2.0/64",
    };
    struct sansmtp_network network;
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        if (parse(rows[i], &network) != SANSMTP_ERR_SYNTAX) {
            fail_msg("read as a network: %s", rows[i]);
        }
    }
}

static uint32_t random_of(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static bool bit_of(const uint8_t *address, uint32_t bit)
{
    return (address[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

/* Against the definition, bit by bit, for every length of prefix. */
static void test_every_prefix_by_its_definition(void **state)
{
    uint32_t seed = 1;
    (void)state;

    for (uint32_t round = 0; round < 129 * 40; round++) {
        uint32_t bits = round % 129, flip = random_of(&seed) % 128;
        struct sansmtp_network network = {.length = 16, .bits = bits};
        uint8_t address[16];
        bool inside = true;
        char text[64];
        size_t length;

        for (size_t i = 0; i < 16; i++) {
            address[i] = (uint8_t)random_of(&seed);
        }
        address[0] = 0x20;
        for (uint32_t bit = 0; bit < bits; bit++) {
            network.address[bit / 8] |= (uint8_t)(address[bit / 8] & 0x80u >> bit % 8);
        }
        assert_int_equal(sansmtp_literal_write(network.address, 16, text, &length), 0);
        snprintf(text + length - 1, sizeof text - length + 1, "/%u", (unsigned)bits);
        {
            struct sansmtp_network read;

            /* "[IPv6:" is the literal's beginning; one zero group alone it writes as 0 */
            assert_int_equal(parse(text + 6, &read), 0);
            assert_memory_equal(&read, &network, sizeof read);
        }
        address[flip / 8] ^= (uint8_t)(0x80u >> flip % 8);
        for (uint32_t bit = 0; bit < bits; bit++) {
            inside = inside && bit_of(address, bit) == bit_of(network.address, bit);
        }
        assert_int_equal(sansmtp_network_contains(&network, 1, address, 16), inside);
    }
}

static void test_several_networks_and_none(void **state)
{
    struct sansmtp_network networks[2];
    static const uint8_t address[4] = {192, 0, 2, 9};
    (void)state;

    assert_int_equal(parse("10.0.0.0/8", &networks[0]), 0);
    assert_int_equal(parse("192.0.2.0/24", &networks[1]), 0);
    assert_int_equal(sansmtp_network_contains(networks, 2, address, 4), 1);
    assert_int_equal(sansmtp_network_contains(networks, 1, address, 4), 0);
    assert_int_equal(sansmtp_network_contains(NULL, 0, address, 4), 0);
}

/* By what an address is counted: IPv4 whole in either form, of IPv6 the /64. */
static void test_who_holds_an_address(void **state)
{
    static const struct {
        const char *address, *same, *other;
        size_t length;
    } rows[] = {
        {"192.0.2.9", "::ffff:192.0.2.9", "192.0.2.8", 4},
        {"::ffff:192.0.2.9", "192.0.2.9", "::ffff:192.0.2.8", 4},
        {"2001:db8:1:2::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:3::1", 8},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *const texts[] = {rows[i].address, rows[i].same, rows[i].other};
        uint8_t addresses[3][16] = {{0}};
        struct sansmtp_span keys[3];

        for (size_t k = 0; k < 3; k++) {
            size_t length = address_of(texts[k], addresses[k]);

            if (strncmp(texts[k], "::ffff:", 7) == 0) {
                memmove(addresses[k] + 12, addresses[k], 4);
                memset(addresses[k], 0, 12);
                addresses[k][10] = addresses[k][11] = 0xFF;
                length = 16;
            }
            assert_int_equal(sansmtp_rate_address(addresses[k], length, &keys[k]), 0);
            assert_int_equal(keys[k].length, rows[i].length);
            assert_true(keys[k].data >= addresses[k] && keys[k].data < addresses[k] + 16);
        }
        assert_memory_equal(keys[0].data, keys[1].data, rows[i].length);
        assert_memory_not_equal(keys[0].data, keys[2].data, rows[i].length);
    }
    {
        const uint8_t address[16] = {0};
        struct sansmtp_span key;

        assert_int_equal(sansmtp_rate_address(NULL, 4, &key), SANSMTP_ERR_ARGUMENT);
        assert_int_equal(sansmtp_rate_address(address, 4, NULL), SANSMTP_ERR_ARGUMENT);
        assert_int_equal(sansmtp_rate_address(address, 8, &key), SANSMTP_ERR_ARGUMENT);
    }
}

static void test_wrong_arguments(void **state)
{
    struct sansmtp_network all = {.length = 4}, odd = {.length = 4, .bits = 33};
    static const uint8_t address[16] = {192, 0, 2, 9};
    (void)state;

    assert_int_equal(sansmtp_network_parse(NULL, 1, &all), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_network_parse((const uint8_t *)"::1", 3, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_network_parse(NULL, 0, &all), SANSMTP_ERR_SYNTAX);
    all = (struct sansmtp_network){.length = 4};
    assert_int_equal(sansmtp_network_contains(&all, 1, address, 4), 1);
    assert_int_equal(sansmtp_network_contains(&all, 1, address, 5), 0);
    assert_int_equal(sansmtp_network_contains(&all, 1, address, 0), 0);
    assert_int_equal(sansmtp_network_contains(&all, 1, NULL, 4), 0);
    assert_int_equal(sansmtp_network_contains(NULL, 1, address, 4), 0);
    assert_int_equal(sansmtp_network_contains(&odd, 1, address, 4), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_in_a_network),
        cmocka_unit_test(test_what_is_no_network),
        cmocka_unit_test(test_every_prefix_by_its_definition),
        cmocka_unit_test(test_several_networks_and_none),
        cmocka_unit_test(test_who_holds_an_address),
        cmocka_unit_test(test_wrong_arguments),
    };

    return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
