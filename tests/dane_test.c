#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/sts.h>

#include "guard.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* Six things that a certificate can be compared by, told apart by their first octet. */
static const uint8_t certificate[700] = {1}, key[294] = {2};
static const uint8_t certificate_sha256[32] = {3}, key_sha256[32] = {4};
static const uint8_t certificate_sha512[64] = {5}, key_sha512[64] = {6};
static const uint8_t other[700] = {7};

static struct sansmtp_tlsa_certificate shown(uint32_t flags)
{
    return (struct sansmtp_tlsa_certificate){
        .size = sizeof(struct sansmtp_tlsa_certificate),
        .flags = flags,
        .certificate = {certificate, sizeof certificate},
        .key = {key, sizeof key},
        .certificate_sha256 = {certificate_sha256, sizeof certificate_sha256},
        .key_sha256 = {key_sha256, sizeof key_sha256},
        .certificate_sha512 = {certificate_sha512, sizeof certificate_sha512},
        .key_sha512 = {key_sha512, sizeof key_sha512},
    };
}

static struct sansmtp_tlsa tlsa(uint32_t usage, uint32_t selector, uint32_t matching,
                                const uint8_t *data, size_t length)
{
    return (struct sansmtp_tlsa){
        .usage = usage, .selector = selector, .matching = matching, .data = {data, length}};
}

static const struct {
    const uint8_t *data;
    size_t length;
} parts[2][3] = {
    {{certificate, sizeof certificate},
     {certificate_sha256, sizeof certificate_sha256},
     {certificate_sha512, sizeof certificate_sha512}},
    {{key, sizeof key}, {key_sha256, sizeof key_sha256}, {key_sha512, sizeof key_sha512}},
};

static void test_reading(void **state)
{
    static const uint8_t rdata[] = {3, 1, 1, 0xAB, 0xCD};
    struct sansmtp_tlsa record;
    (void)state;

    for (size_t length = 0; length <= sizeof rdata; length++) {
        uint8_t *copy = guard_copy(rdata, length);

        if (length < 4) {
            assert_int_equal(sansmtp_tlsa_parse(copy, length, &record), SANSMTP_ERR_SYNTAX);
        } else {
            assert_int_equal(sansmtp_tlsa_parse(copy, length, &record), 0);
            assert_true(record.usage == 3 && record.selector == 1 && record.matching == 1);
            assert_int_equal(record.data.length, length - 3);
            assert_ptr_equal(record.data.data, copy + 3);
        }
        guard_free(copy, length);
    }
    assert_int_equal(sansmtp_tlsa_parse(NULL, 4, &record), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_tlsa_parse(rdata, 5, NULL), SANSMTP_ERR_ARGUMENT);
}

/* RFC 7672 3.1: of all values of the three octets, and lengths around the right ones */
static void test_what_is_usable(void **state)
{
    static const uint8_t data[66];
    (void)state;

    for (uint32_t usage = 0; usage < 256; usage++) {
        for (uint32_t selector = 0; selector < 256; selector += selector < 3 ? 1 : 126) {
            for (uint32_t matching = 0; matching < 256; matching += matching < 4 ? 1 : 125) {
                for (size_t length = 0; length <= 65; length++) {
                    struct sansmtp_tlsa record = tlsa(usage, selector, matching, data, length);
                    bool right = (usage == 2 || usage == 3) && selector <= 1 &&
                                 ((matching == 0 && length > 0) ||
                                  (matching == 1 && length == 32) ||
                                  (matching == 2 && length == 64));

                    assert_int_equal(sansmtp_tlsa_usable(&record), right);
                }
            }
        }
    }
    assert_int_equal(sansmtp_tlsa_usable(NULL), 0);
}

/* 7672-3.1.1-a, 7672-3.1.2-a: the leaf by DANE-EE, with no names to check; issuers by DANE-TA, with
 * names. Each selector and matching against each part. */
static void test_what_is_compared_with_what(void **state)
{
    (void)state;

    for (uint32_t usage = 0; usage <= 4; usage++) {
        for (uint32_t selector = 0; selector <= 1; selector++) {
            for (uint32_t matching = 0; matching <= 2; matching++) {
                for (uint32_t s = 0; s <= 1; s++) {
                    for (uint32_t m = 0; m <= 2; m++) {
                        struct sansmtp_tlsa record = tlsa(usage, selector, matching,
                                                          parts[s][m].data, parts[s][m].length);
                        struct sansmtp_tlsa_certificate leaf = shown(SANSMTP_TLSA_LEAF);
                        struct sansmtp_tlsa_certificate issuer = shown(0);
                        bool same = s == selector && m == matching;

                        assert_int_equal(sansmtp_tlsa_match(&record, 1, &leaf),
                                         same && usage == 3 ? 3 : 0);
                        assert_int_equal(sansmtp_tlsa_match(&record, 1, &issuer),
                                         same && usage == 2 ? 2 : 0);
                    }
                }
            }
        }
    }
}

static void test_one_of_several(void **state)
{
    struct sansmtp_tlsa_certificate leaf = shown(SANSMTP_TLSA_LEAF);
    struct sansmtp_tlsa records[] = {
        tlsa(1, 1, 1, key_sha256, 32),
        tlsa(3, 1, 1, other, 32),
        tlsa(3, 0, 1, certificate_sha256, 31),
        tlsa(3, 1, 1, key_sha256, 32),
    };
    (void)state;

    assert_int_equal(sansmtp_tlsa_match(records, 4, &leaf), 3);
    assert_int_equal(sansmtp_tlsa_match(records, 3, &leaf), 0);
    assert_int_equal(sansmtp_tlsa_match(NULL, 0, &leaf), 0);
}

/* RFC 7671 9: SHA-256 does not count where SHA-512 of the same kind is there */
static void test_the_strongest_digest_counts(void **state)
{
    struct sansmtp_tlsa_certificate leaf = shown(SANSMTP_TLSA_LEAF);
    struct sansmtp_tlsa records[] = {
        tlsa(3, 1, 1, key_sha256, 32),
        tlsa(3, 1, 2, other, 64),
    };
    (void)state;

    assert_int_equal(sansmtp_tlsa_match(records, 2, &leaf), 0);
    records[1].selector = 0;
    assert_int_equal(sansmtp_tlsa_match(records, 2, &leaf), 3);
    records[1].selector = 1;
    records[1].usage = 2;
    assert_int_equal(sansmtp_tlsa_match(records, 2, &leaf), 3);
    records[1] = tlsa(3, 1, 2, other, 63); /* not usable, so it outdoes nothing */
    assert_int_equal(sansmtp_tlsa_match(records, 2, &leaf), 3);
    records[1] = tlsa(3, 1, 2, key_sha512, 64);
    assert_int_equal(sansmtp_tlsa_match(records, 2, &leaf), 3);
    records[0] = tlsa(3, 1, 0, key, sizeof key);
    records[1] = tlsa(3, 1, 2, other, 64);
    assert_int_equal(sansmtp_tlsa_match(records, 2, &leaf), 3);
}

/* What the host has not computed matches nothing. */
static void test_absent_parts(void **state)
{
    const struct sansmtp_tlsa_certificate nothing = {.size = sizeof nothing,
                                                     .flags = SANSMTP_TLSA_LEAF};
    (void)state;

    for (uint32_t selector = 0; selector <= 1; selector++) {
        for (uint32_t matching = 0; matching <= 2; matching++) {
            struct sansmtp_tlsa record = tlsa(3, selector, matching, parts[selector][matching].data,
                                              parts[selector][matching].length);

            assert_int_equal(sansmtp_tlsa_match(&record, 1, &nothing), 0);
        }
    }
}

/* 7672-2.2.3-a */
static void test_the_name_to_look_up(void **state)
{
    static const struct {
        const char *base;
        uint32_t port;
        const char *name;
    } rows[] = {
        {"mx.example.com", 25, "_25._tcp.mx.example.com"},
        {"mx.example.com.", 25, "_25._tcp.mx.example.com"},
        {"mx", 65535, "_65535._tcp.mx"},
        {"a.", 1, "_1._tcp.a"},
        {"mx_1.example", 25, "_25._tcp.mx_1.example"},
    };
    static const char *const bad[] = {"", ".", "a..b", "-a", "a b", "[192.0.2.1]", "\xc3\xbc.ex"};
    char longest[260];
    char out[300];
    size_t length;
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        const uint8_t *base = (const uint8_t *)rows[i].base;
        size_t need = strlen(rows[i].name);

        for (size_t capacity = 0; capacity <= need; capacity++) {
            char *page = (char *)guard_alloc(capacity);
            int error = sansmtp_tlsa_name_write(base, strlen(rows[i].base), rows[i].port, page,
                                                capacity, &length);

            assert_int_equal(error, capacity < need ? SANSMTP_ERR_ROOM : 0);
            assert_int_equal(length, need);
            if (error == 0) {
                assert_memory_equal(page, rows[i].name, need);
            }
            guard_free((uint8_t *)page, capacity);
        }
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(sansmtp_tlsa_name_write((const uint8_t *)bad[i], strlen(bad[i]), 25, out,
                                                 sizeof out, &length),
                         SANSMTP_ERR_SYNTAX);
    }
    memset(longest, 'a', sizeof longest);
    for (size_t i = 60; i < 243; i += 61) {
        longest[i] = '.';
    }
    assert_int_equal(sansmtp_tlsa_name_write((uint8_t *)longest, 244, 25, out, sizeof out, &length),
                     0);
    assert_int_equal(length, 253);
    assert_int_equal(sansmtp_tlsa_name_write((uint8_t *)longest, 245, 25, out, sizeof out, &length),
                     SANSMTP_ERR_LENGTH);
}

static void test_wrong_arguments(void **state)
{
    struct sansmtp_tlsa_certificate leaf = shown(SANSMTP_TLSA_LEAF);
    struct sansmtp_tlsa record = tlsa(3, 1, 1, key_sha256, 32);
    const uint8_t *const mx = (const uint8_t *)"mx";
    static const uint8_t label[] =
        "a123456789012345678901234567890123456789012345678901234567890123.example";
    size_t length;
    char out[16];
    (void)state;

    assert_int_equal(sansmtp_tlsa_match(NULL, 1, &leaf), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_tlsa_match(&record, 1, NULL), SANSMTP_ERR_ARGUMENT);
    leaf.flags = 2;
    assert_int_equal(sansmtp_tlsa_match(&record, 1, &leaf), SANSMTP_ERR_ARGUMENT);
    leaf = shown(0);
    leaf.size = 0;
    assert_int_equal(sansmtp_tlsa_match(&record, 1, &leaf), SANSMTP_ERR_ARGUMENT);
    leaf = shown(0);
    for (size_t i = 0; i < 6; i++) {
        struct sansmtp_span *const spans[] = {
            &leaf.certificate,        &leaf.key,        &leaf.certificate_sha256,
            &leaf.certificate_sha512, &leaf.key_sha256, &leaf.key_sha512,
        };

        leaf = shown(0);
        spans[i]->data = NULL;
        assert_int_equal(sansmtp_tlsa_match(&record, 1, &leaf), SANSMTP_ERR_ARGUMENT);
    }
    assert_int_equal(sansmtp_tlsa_parse(NULL, 0, &record), SANSMTP_ERR_SYNTAX);
    assert_int_equal(sansmtp_tlsa_name_write(mx, 2, 25, NULL, 0, &length), SANSMTP_ERR_ROOM);
    assert_int_equal(sansmtp_tlsa_name_write(label, sizeof label - 1, 25, NULL, 0, &length),
                     SANSMTP_ERR_LENGTH);
    record = tlsa(3, 1, 1, NULL, 32);
    assert_int_equal(sansmtp_tlsa_usable(&record), 0);
    assert_int_equal(sansmtp_tlsa_name_write(NULL, 2, 25, out, 16, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_tlsa_name_write(mx, 2, 0, out, 16, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_tlsa_name_write(mx, 2, 65536, out, 16, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_tlsa_name_write(mx, 2, 25, NULL, 16, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_tlsa_name_write(mx, 2, 25, out, 16, NULL), SANSMTP_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_what_is_usable),
        cmocka_unit_test(test_what_is_compared_with_what),
        cmocka_unit_test(test_one_of_several),
        cmocka_unit_test(test_the_strongest_digest_counts),
        cmocka_unit_test(test_absent_parts),
        cmocka_unit_test(test_the_name_to_look_up),
        cmocka_unit_test(test_wrong_arguments),
    };

    return cmocka_run_group_tests_name("dane", tests, NULL, NULL);
}
