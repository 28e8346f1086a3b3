#define _DEFAULT_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/proxy.h>

#include "guard.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* A literal text with its length, so that it can hold NULs. */
#define TEXT(text)                                \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

static const uint8_t unset = 0xA5;

static struct sansmtp_proxy fresh(void)
{
    struct sansmtp_proxy proxy;

    memset(&proxy, unset, sizeof proxy);
    proxy.size = sizeof proxy;
    return proxy;
}

static int read_within(struct sansmtp_span octets, size_t capacity, struct sansmtp_proxy *proxy)
{
    uint8_t *copy = guard_copy(octets.data, octets.length);
    int result = sansmtp_proxy_read(copy, octets.length, capacity, proxy);

    if (result == 0 && proxy->tlvs.length > 0) {
        proxy->tlvs.data = octets.data + (proxy->tlvs.data - copy);
    }
    guard_free(copy, octets.length);
    return result;
}

static int read_all(struct sansmtp_span octets, struct sansmtp_proxy *proxy)
{
    return read_within(octets, SANSMTP_PROXY_ROOM, proxy);
}

/* At every cut: MORE, with nothing changed, until what came decides; then always the same.
 * PROXY-2-b: nothing is known of a header that is not whole. */
static int read_at_every_cut(struct sansmtp_span octets, struct sansmtp_proxy *proxy)
{
    const struct sansmtp_proxy before = fresh();
    int decided = SANSMTP_PROXY_MORE;

    for (size_t cut = 0; cut <= octets.length; cut++) {
        int result;

        *proxy = before;
        result = read_all((struct sansmtp_span){octets.data, cut}, proxy);
        if (decided != SANSMTP_PROXY_MORE) {
            assert_int_equal(result, decided);
        }
        if (result != 0) {
            assert_memory_equal(proxy, &before, sizeof before);
        } else if (decided == SANSMTP_PROXY_MORE) {
            assert_int_equal(proxy->length, cut);
        }
        decided = result;
    }
    return decided;
}

static void assert_good(struct sansmtp_span octets, uint32_t version, uint32_t family,
                        size_t length)
{
    struct sansmtp_proxy proxy;

    assert_int_equal(read_at_every_cut(octets, &proxy), 0);
    assert_int_equal(proxy.version, version);
    assert_int_equal(proxy.family, family);
    assert_int_equal(proxy.length, length);
}

/* -- version 1 -------------------------------------------------------------------------------- */

/* PROXY-2.1-a: the specification's example, and where the client's octets begin */
static void test_v1_example(void **state)
{
    static const struct sansmtp_span octets = TEXT(
        "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\nEHLO a\r\n");
    struct sansmtp_proxy proxy;
    (void)state;

    assert_int_equal(read_at_every_cut(octets, &proxy), 0);
    assert_int_equal(proxy.version, 1);
    assert_int_equal(proxy.family, SANSMTP_PROXY_IPV4);
    assert_int_equal(proxy.flags, 0);
    assert_memory_equal(proxy.source, "\xC0\xA8\0\x01\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    assert_memory_equal(proxy.destination, "\xC0\xA8\0\x0B\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    assert_int_equal(proxy.source_port, 56324);
    assert_int_equal(proxy.destination_port, 443);
    assert_int_equal(proxy.tlvs.length, 0);
    assert_memory_equal(octets.data + proxy.length, "EHLO a\r\n", 8);
}

/* PROXY-2.1-a, PROXY-2.1-d */
static void test_v1_lines_that_are_good(void **state)
{
    static const struct {
        struct sansmtp_span line;
        uint32_t family;
    } rows[] = {
        {TEXT("PROXY TCP4 0.0.0.0 255.255.255.255 0 65535\r\n"), SANSMTP_PROXY_IPV4},
        {TEXT("PROXY TCP6 :: ::1 1 25\r\n"), SANSMTP_PROXY_IPV6},
        {TEXT("PROXY TCP6 2001:DB8::a 2001:0db8:0000:0000:0000:0000:0000:000b 1 25\r\n"),
         SANSMTP_PROXY_IPV6},
        {TEXT("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
              "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
         SANSMTP_PROXY_IPV6},
        {TEXT("PROXY TCP6 ::ffff:192.0.2.1 ::ffff:c000:0202 1 25\r\n"), SANSMTP_PROXY_IPV6},
        {TEXT("PROXY TCP6 1:2:3::5:6:7:8 1::3:4:5:6:7:8 1 25\r\n"), SANSMTP_PROXY_IPV6},
        {TEXT("PROXY TCP6 ::2:3:4:5:6:7:8 1:2:3:4:5:6:7:: 1 25\r\n"), SANSMTP_PROXY_IPV6},
        {TEXT("PROXY UNKNOWN\r\n"), SANSMTP_PROXY_UNKNOWN},
        {TEXT("PROXY UNKNOWN \r\n"), SANSMTP_PROXY_UNKNOWN},
        {TEXT("PROXY UNKNOWN anything  \0\xff\tEHLO\r\n"), SANSMTP_PROXY_UNKNOWN},
        {TEXT("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
              "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
         SANSMTP_PROXY_UNKNOWN},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_good(rows[i].line, 1, rows[i].family, rows[i].line.length);
    }
    assert_int_equal(rows[COUNT(rows) - 1].line.length, SANSMTP_PROXY_V1_MAX);
}

/* A "::" of one group, as RFC 4291 has it, is where it should be. */
static void test_v1_small_gaps(void **state)
{
    static const struct {
        struct sansmtp_span line;
        size_t zero;
    } rows[] = {
        {TEXT("PROXY TCP6 ::2:3:4:5:6:7:8 ::1 1 2\r\n"), 0},
        {TEXT("PROXY TCP6 1:2:3::5:6:7:8 ::1 1 2\r\n"), 3},
        {TEXT("PROXY TCP6 1:2:3:4:5:6:7:: ::1 1 2\r\n"), 7},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_proxy proxy = fresh();

        assert_int_equal(read_all(rows[i].line, &proxy), 0);
        for (size_t group = 0; group < 8; group++) {
            assert_int_equal(proxy.source[2 * group], 0);
            assert_int_equal(proxy.source[2 * group + 1], group == rows[i].zero ? 0 : group + 1);
        }
    }
}

/* PROXY-2.1-a, PROXY-2.1-b, PROXY-2.1-c */
static void test_v1_lines_that_are_not(void **state)
{
    static const struct sansmtp_span rows[] = {
        TEXT("EHLO client.example\r\n"),
        TEXT("proxy TCP4 192.0.2.1 192.0.2.2 1000 25\r\n"),
        TEXT(" PROXY TCP4 192.0.2.1 192.0.2.2 1000 25\r\n"),
        TEXT("PROXY  TCP4 192.0.2.1 192.0.2.2 1000 25\r\n"),
        TEXT("PROXY\tTCP4 192.0.2.1 192.0.2.2 1000 25\r\n"),
        TEXT("PROXY tcp4 192.0.2.1 192.0.2.2 1000 25\r\n"),
        TEXT("PROXY TCP5 192.0.2.1 192.0.2.2 1000 25\r\n"),
        TEXT("PROXY UDP4 192.0.2.1 192.0.2.2 1000 25\r\n"),
        TEXT("PROXY TCP4  192.0.2.1 192.0.2.2 1000 25\r\n"),
        TEXT("PROXY TCP4 192.0.2.1  192.0.2.2 1000 25\r\n"),
        TEXT("PROXY TCP4 192.0.2.1 192.0.2.2  1000 25\r\n"),
        TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 1000  25\r\n"),
        TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 1000 25 \r\n"),
        TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 1000 25 x\r\n"),
        TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 1000\r\n"),
        TEXT("PROXY TCP4 192.0.2.1 192.0.2.2\r\n"),
        TEXT("PROXY TCP4 \r\n"),
        TEXT("PROXY TCP4\r\n"),
        TEXT("PROXY \r\n"),
        TEXT("PROXY\r\n"),
        TEXT("PROXY TCP4 192.0.02.1 192.0.2.2 1000 25\r\n"),
        TEXT("PROXY TCP4 192.0.2.1 00.0.2.2 1000 25\r\n"),
        TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 01000 25\r\n"),
        TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 1000 025\r\n"),
        TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 1000 00\r\n"),
        TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 65536 25\r\n"),
        TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 1000 100000\r\n"),
        TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 -1 25\r\n"),
        TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 +1 25\r\n"),
        TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 0x10 25\r\n"),
        TEXT("PROXY TCP4 192.0.2.256 192.0.2.2 1000 25\r\n"),
        TEXT("PROXY TCP4 192.0.2 192.0.2.2 1000 25\r\n"),
        TEXT("PROXY TCP4 192.0.2.1.1 192.0.2.2 1000 25\r\n"),
        TEXT("PROXY TCP4 [192.0.2.1] 192.0.2.2 1000 25\r\n"),
        TEXT("PROXY TCP4 ::1 192.0.2.2 1000 25\r\n"),
        TEXT("PROXY TCP4 ::1 ::1 1000 25\r\n"),
        TEXT("PROXY TCP6 192.0.2.1 192.0.2.2 1000 25\r\n"),
        TEXT("PROXY TCP6 ::1 192.0.2.2 1000 25\r\n"),
        TEXT("PROXY TCP6 :: :::1 1000 25\r\n"),
        TEXT("PROXY TCP6 ::1::2 ::1 1000 25\r\n"),
        TEXT("PROXY TCP6 1::3::6:7:8 ::1 1000 25\r\n"),
        TEXT("PROXY TCP6 1:2:3:4:5:6:7:8:9 ::1 1000 25\r\n"),
        TEXT("PROXY TCP6 1:2:3:4:5:6:7 ::1 1000 25\r\n"),
        TEXT("PROXY TCP6 1:2:3:4::5:6:7:8 ::1 1000 25\r\n"),
        TEXT("PROXY TCP6 12345:: ::1 1000 25\r\n"),
        TEXT("PROXY TCP6 fe80::1%eth0 ::1 1000 25\r\n"),
        TEXT("PROXY UNKNOWNX\r\n"),
        TEXT("PROXY UNKNOW\r\n"),
        TEXT("PROXY unknown\r\n"),
        TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 1000 25\n"),
        TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 1000 25\rEHLO a\r\n"),
        TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 1000 25\r\r\n"),
        TEXT("PROXY UNKNOWN x\ny\r\n"),
        TEXT("PROXY UNKNOWN x\ry\r\n"),
        TEXT("P\r\n"),
        TEXT("\n"),
        TEXT("\0"),
    };
    struct sansmtp_proxy proxy;
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(read_at_every_cut(rows[i], &proxy), SANSMTP_ERR_SYNTAX);
    }
}

/* PROXY-2.1-c: 107 octets with CRLF are the most */
static void test_v1_is_bounded(void **state)
{
    uint8_t line[200];
    struct sansmtp_proxy proxy;
    (void)state;

    memset(line, 'x', sizeof line);
    memcpy(line, "PROXY UNKNOWN ", 14);
    assert_int_equal(read_at_every_cut((struct sansmtp_span){line, 105}, &proxy),
                     SANSMTP_PROXY_MORE);
    assert_int_equal(read_at_every_cut((struct sansmtp_span){line, 200}, &proxy),
                     SANSMTP_ERR_LENGTH);
    memcpy(line + 106, "\r\n", 2);
    assert_int_equal(read_at_every_cut((struct sansmtp_span){line, 200}, &proxy),
                     SANSMTP_ERR_LENGTH);
    memcpy(line + 105, "\r\n", 2);
    assert_int_equal(read_at_every_cut((struct sansmtp_span){line, 200}, &proxy), 0);
    assert_int_equal(proxy.length, 107);
    memcpy(line + 105, "x\n", 2);
    assert_int_equal(read_at_every_cut((struct sansmtp_span){line, 200}, &proxy),
                     SANSMTP_ERR_LENGTH);
}

/* -- version 2 -------------------------------------------------------------------------------- */

#define V4_BLOCK "\xC0\0\x02\x01\xC0\0\x02\x02\x03\xE8\0\x19"
#define V6_BLOCK                                 \
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01" \
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\xFF\xFF\0\0"

/* PROXY-2.2-a, PROXY-2.2-e */
static void test_v2_addresses(void **state)
{
    static const struct sansmtp_span four = TEXT(SIGNATURE "\x21\x11\0\x13" V4_BLOCK
                                                           "\xE0\0\x04tlvsEHLO");
    static const struct sansmtp_span six = TEXT(SIGNATURE "\x21\x21\0\x24" V6_BLOCK "EHLO");
    struct sansmtp_proxy proxy;
    (void)state;

    assert_int_equal(read_at_every_cut(four, &proxy), 0);
    assert_int_equal(proxy.version, 2);
    assert_int_equal(proxy.family, SANSMTP_PROXY_IPV4);
    assert_int_equal(proxy.flags, 0);
    assert_memory_equal(proxy.source, "\xC0\0\x02\x01\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    assert_memory_equal(proxy.destination, "\xC0\0\x02\x02\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    assert_int_equal(proxy.source_port, 1000);
    assert_int_equal(proxy.destination_port, 25);
    assert_int_equal(proxy.tlvs.length, 7);
    assert_ptr_equal(proxy.tlvs.data, four.data + 28);
    assert_memory_equal(four.data + proxy.length, "EHLO", 4);

    assert_int_equal(read_at_every_cut(six, &proxy), 0);
    assert_int_equal(proxy.family, SANSMTP_PROXY_IPV6);
    assert_memory_equal(proxy.source, six.data + 16, 16);
    assert_memory_equal(proxy.destination, six.data + 32, 16);
    assert_int_equal(proxy.source_port, 65535);
    assert_int_equal(proxy.destination_port, 0);
    assert_int_equal(proxy.tlvs.length, 0);
    assert_memory_equal(six.data + proxy.length, "EHLO", 4);
}

/* PROXY-2.2-c: whatever stands in the block, and whatever family is named */
static void test_v2_local(void **state)
{
    static const struct sansmtp_span rows[] = {
        TEXT(SIGNATURE "\x20\x00\0\0"),
        TEXT(SIGNATURE "\x20\xFF\0\x0C" V4_BLOCK),
        TEXT(SIGNATURE "\x20\x11\0\x01"
                       "x"),
        TEXT(SIGNATURE "\x20\x21\0\x05"
                       "\xE0\xFF\xFF\0\0"),
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_proxy proxy;

        assert_int_equal(read_at_every_cut(rows[i], &proxy), 0);
        assert_int_equal(proxy.flags, SANSMTP_PROXY_LOCAL);
        assert_int_equal(proxy.family, SANSMTP_PROXY_UNKNOWN);
        assert_int_equal(proxy.length, rows[i].length);
        assert_int_equal(proxy.tlvs.length, 0);
        assert_memory_equal(proxy.source, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    }
}

/* PROXY-2.2-g: combinations that TCP does not have; the block is skipped */
static void test_v2_other_families(void **state)
{
    static const uint8_t kinds[] = {0x00, 0x01, 0x02, 0x10, 0x12, 0x20, 0x22, 0x30, 0x31, 0x32};
    static const uint16_t lengths[] = {0, 12, 36, 216, 300};
    uint8_t octets[16 + 300] = SIGNATURE "\x21";
    (void)state;

    for (size_t i = 0; i < COUNT(kinds) * COUNT(lengths); i++) {
        static const size_t needs[4] = {0, 12, 36, 216};
        uint8_t kind = kinds[i % COUNT(kinds)];
        uint16_t length = lengths[i / COUNT(kinds)];
        size_t need = (kind & 15) == 0 ? 0 : needs[kind >> 4];

        octets[13] = kind;
        octets[14] = (uint8_t)(length >> 8);
        octets[15] = (uint8_t)(length & 255);
        if (length < need) {
            struct sansmtp_proxy proxy;

            assert_int_equal(read_at_every_cut((struct sansmtp_span){octets, 16u + length}, &proxy),
                             SANSMTP_ERR_SYNTAX);
        } else {
            assert_good((struct sansmtp_span){octets, 16u + length}, 2, SANSMTP_PROXY_UNKNOWN,
                        16u + length);
        }
    }
}

/* PROXY-2.2-b, PROXY-2.2-d */
static void test_v2_headers_that_are_not(void **state)
{
    static const struct sansmtp_span rows[] = {
        TEXT(SIGNATURE "\x31\x11\0\x0C" V4_BLOCK),
        TEXT(SIGNATURE "\x22\x11\0\x0C" V4_BLOCK),
        TEXT(SIGNATURE "\x01\x11\0\x0C" V4_BLOCK),
        TEXT(SIGNATURE "\x2F\x11\0\x0C" V4_BLOCK),
        TEXT(SIGNATURE "\x21\x11\0\x0B" V4_BLOCK),
        TEXT(SIGNATURE "\x21\x21\0\x23" V6_BLOCK),
        TEXT(SIGNATURE "\x21\x11\0\0"),
        TEXT(SIGNATURE "\x21\x41\0\x0C" V4_BLOCK),
        TEXT(SIGNATURE "\x21\xF1\0\x0C" V4_BLOCK),
        TEXT(SIGNATURE "\x21\x13\0\x0C" V4_BLOCK),
        TEXT(SIGNATURE "\x21\x1F\0\x0C" V4_BLOCK),
        TEXT("\r\n\r\nEHLO"),
        TEXT("\r\n"
             "EHLO"),
    };
    struct sansmtp_proxy proxy;
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(read_at_every_cut(rows[i], &proxy), SANSMTP_ERR_SYNTAX);
    }
}

/* PROXY-2.2-a: one bit off in the signature, in whichever octet */
static void test_v2_signature_counts_bit_by_bit(void **state)
{
    uint8_t octets[28] = SIGNATURE "\x21\x11\0\x0C" V4_BLOCK;
    struct sansmtp_proxy proxy;
    (void)state;

    for (size_t bit = 0; bit < 12 * 8; bit++) {
        octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(read_at_every_cut((struct sansmtp_span){octets, 28}, &proxy),
                         SANSMTP_ERR_SYNTAX);
        octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_int_equal(read_at_every_cut((struct sansmtp_span){octets, 28}, &proxy), 0);
}

/* PROXY-2.2-f: known to be too long from its first 16 octets; and 65551 where there is room */
static void test_v2_is_bounded_by_the_host(void **state)
{
    static uint8_t octets[16 + 65535] = SIGNATURE "\x20\0\xFF\xFF";
    struct sansmtp_proxy proxy = fresh();
    (void)state;

    assert_int_equal(read_all((struct sansmtp_span){octets, 16}, &proxy), SANSMTP_ERR_LENGTH);
    assert_int_equal(read_within((struct sansmtp_span){octets, 16}, 16 + 65534, &proxy),
                     SANSMTP_ERR_LENGTH);
    assert_int_equal(read_within((struct sansmtp_span){octets, 16}, 16 + 65535, &proxy),
                     SANSMTP_PROXY_MORE);
    assert_int_equal(read_within((struct sansmtp_span){octets, sizeof octets}, 16 + 65535, &proxy),
                     0);
    assert_int_equal(proxy.length, sizeof octets);
}

/* -- TLVs ------------------------------------------------------------------------------------- */

static void test_v2_tlvs(void **state)
{
    static const struct sansmtp_span good = TEXT(
        SIGNATURE "\x21\x11\0\x25" V4_BLOCK "\x02\0\x0Amx.example" /* ends with 0x65 */
                  "\x04\0\0"
                  "\x05\0\x03idx"
                  "\xEF\0\0");
    static const struct sansmtp_span bad[] = {
        TEXT(SIGNATURE "\x21\x11\0\x0D" V4_BLOCK "\x04"),
        TEXT(SIGNATURE "\x21\x11\0\x0E" V4_BLOCK "\x04\0"),
        TEXT(SIGNATURE "\x21\x11\0\x0F" V4_BLOCK "\x04\0\x01"),
        TEXT(SIGNATURE "\x21\x11\0\x10" V4_BLOCK "\x04\x01\0x"),
        TEXT(SIGNATURE "\x21\x11\0\x12" V4_BLOCK "\x03\0\x03xyz"),
        TEXT(SIGNATURE "\x21\x11\0\x13" V4_BLOCK "\x03\0\x04wxyz"),
    };
    static const uint32_t types[] = {SANSMTP_PROXY_AUTHORITY, SANSMTP_PROXY_NOOP,
                                     SANSMTP_PROXY_UNIQUE_ID, 0xEF};
    static const size_t lengths[] = {10, 0, 3, 0};
    struct sansmtp_proxy proxy;
    struct sansmtp_span value;
    uint32_t type;
    (void)state;

    assert_int_equal(read_at_every_cut(good, &proxy), 0);
    for (size_t i = 0; i < COUNT(types); i++) {
        assert_int_equal(sansmtp_proxy_tlv_next(&proxy.tlvs, &type, &value), 1);
        assert_int_equal(type, types[i]);
        assert_int_equal(value.length, lengths[i]);
    }
    assert_int_equal(sansmtp_proxy_tlv_next(&proxy.tlvs, &type, &value), 0);
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(read_at_every_cut(bad[i], &proxy), SANSMTP_ERR_SYNTAX);
    }
}

static void test_a_unique_id_has_at_most_128_octets(void **state)
{
    (void)state;
    for (size_t length = 127; length <= 130; length++) {
        uint8_t octets[16 + 12 + 3 + 130] = SIGNATURE "\x21\x11\0\0" V4_BLOCK "\x05";
        struct sansmtp_proxy proxy = fresh();

        octets[15] = (uint8_t)(12 + 3 + length);
        octets[30] = (uint8_t)length;
        assert_int_equal(read_all((struct sansmtp_span){octets, 31 + length}, &proxy),
                         length <= 128 ? 0 : SANSMTP_ERR_SYNTAX);
    }
}

static void test_ssl(void **state)
{
    static const struct sansmtp_span value = TEXT("\x07\0\x01\x02\x03\x21\0\x07TLSv1.3\x22\0\x02"
                                                  "cn");
    static const struct sansmtp_span bad[] = {TEXT("\x01\0\0\0"), TEXT("\x01\0\0\0\0\x21"),
                                              TEXT("\x01\0\0\0\0\x21\0\x01"), TEXT("")};
    struct sansmtp_proxy_ssl ssl = {.size = sizeof ssl};
    struct sansmtp_span inner;
    uint32_t type;
    (void)state;

    assert_int_equal(sansmtp_proxy_ssl_read(&value, &ssl), 0);
    assert_int_equal(ssl.client, SANSMTP_PROXY_CLIENT_TLS | SANSMTP_PROXY_CLIENT_CERT |
                                     SANSMTP_PROXY_CLIENT_CERT_SESSION);
    assert_int_equal(ssl.verify, 0x00010203);
    assert_int_equal(sansmtp_proxy_tlv_next(&ssl.tlvs, &type, &inner), 1);
    assert_int_equal(type, SANSMTP_PROXY_SSL_VERSION);
    assert_int_equal(inner.length, 7);
    assert_memory_equal(inner.data, "TLSv1.3", 7);
    assert_int_equal(sansmtp_proxy_tlv_next(&ssl.tlvs, &type, &inner), 1);
    assert_int_equal(type, SANSMTP_PROXY_SSL_CN);
    assert_int_equal(sansmtp_proxy_tlv_next(&ssl.tlvs, &type, &inner), 0);
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(sansmtp_proxy_ssl_read(&bad[i], &ssl), SANSMTP_ERR_SYNTAX);
    }
}

/* -- writing ---------------------------------------------------------------------------------- */

static struct sansmtp_proxy connection(uint32_t version, uint32_t family)
{
    struct sansmtp_proxy proxy = {.size = sizeof proxy, .version = version, .family = family};

    memcpy(proxy.source, "\xC0\0\x02\x01", 4);
    memcpy(proxy.destination, "\xC0\0\x02\x02", 4);
    if (family == SANSMTP_PROXY_IPV6) {
        memcpy(proxy.source, V6_BLOCK, 16);
        memcpy(proxy.destination, &V6_BLOCK[16], 16);
    }
    proxy.source_port = 1000;
    proxy.destination_port = 25;
    return proxy;
}

/* Writes with every capacity up to what is needed; each octet is at a guard page. */
static size_t write_in(const struct sansmtp_proxy *proxy, uint8_t out[600])
{
    size_t need = 0, length;

    assert_int_equal(sansmtp_proxy_write(proxy, NULL, 0, &need), SANSMTP_ERR_ROOM);
    assert_true(need <= 600);
    for (size_t capacity = 0; capacity <= need; capacity++) {
        uint8_t *room = guard_alloc(capacity);

        length = 0;
        assert_int_equal(sansmtp_proxy_write(proxy, room, capacity, &length),
                         capacity < need ? SANSMTP_ERR_ROOM : 0);
        assert_int_equal(length, need);
        if (capacity == need) {
            memcpy(out, room, need);
        } else {
            for (size_t i = 0; i < capacity; i++) {
                assert_int_equal(room[i], 0);
            }
        }
        guard_free(room, capacity);
    }
    return need;
}

/* PROXY-2-e */
static void test_written_v1(void **state)
{
    static const char four[] = "PROXY TCP4 192.0.2.1 192.0.2.2 1000 25\r\n";
    static const char six[] = "PROXY TCP6 2001:0db8:0000:0000:0000:0000:0000:0001 "
                              "2001:0db8:0000:0000:0000:0000:0000:0002 1000 25\r\n";
    struct sansmtp_proxy proxy = connection(1, SANSMTP_PROXY_IPV4);
    uint8_t out[600];
    (void)state;

    assert_int_equal(write_in(&proxy, out), sizeof four - 1);
    assert_memory_equal(out, four, sizeof four - 1);
    proxy = connection(1, SANSMTP_PROXY_IPV6);
    assert_int_equal(write_in(&proxy, out), sizeof six - 1);
    assert_memory_equal(out, six, sizeof six - 1);
    proxy = connection(1, SANSMTP_PROXY_UNKNOWN);
    proxy.flags = SANSMTP_PROXY_LOCAL;
    assert_int_equal(write_in(&proxy, out), 15);
    assert_memory_equal(out, "PROXY UNKNOWN\r\n", 15);
}

/* PROXY-2-e: the octets of test_v2_addresses */
static void test_written_v2(void **state)
{
    static const struct sansmtp_span tlvs = TEXT("\xE0\0\x04tlvs");
    struct sansmtp_proxy proxy = connection(2, SANSMTP_PROXY_IPV4);
    uint8_t out[600];
    (void)state;

    proxy.tlvs = tlvs;
    assert_int_equal(write_in(&proxy, out), 35);
    assert_memory_equal(out, SIGNATURE "\x21\x11\0\x13" V4_BLOCK "\xE0\0\x04tlvs", 35);
    proxy = connection(2, SANSMTP_PROXY_UNKNOWN);
    proxy.flags = SANSMTP_PROXY_LOCAL;
    assert_int_equal(write_in(&proxy, out), 16);
    assert_memory_equal(out, SIGNATURE "\x20\0\0\0", 16);
}

/* What is written is read as what it was, with all flags and families. */
static void test_there_and_back(void **state)
{
    static const struct sansmtp_span tlvs = TEXT("\x02\0\x02mx\x04\0\0");
    (void)state;

    for (uint32_t i = 0; i < 2u * 3 * 2 * 2; i++) {
        uint32_t version = 1 + i % 2, family = i / 2 % 3;
        struct sansmtp_proxy proxy = connection(version, family), found = fresh();
        uint8_t out[600];
        size_t length;

        if (version == 2) {
            proxy.flags = i / 6 % 2 != 0 ? SANSMTP_PROXY_CHECKSUM : 0;
            proxy.tlvs = i / 12 % 2 != 0 ? tlvs : proxy.tlvs;
        }
        length = write_in(&proxy, out);
        assert_int_equal(read_at_every_cut((struct sansmtp_span){out, length}, &found), 0);
        assert_int_equal(found.length, length);
        assert_int_equal(found.version, version);
        assert_int_equal(found.family, family);
        if (family != SANSMTP_PROXY_UNKNOWN) {
            assert_int_equal(found.flags, proxy.flags);
            assert_memory_equal(found.source, proxy.source, 16);
            assert_memory_equal(found.destination, proxy.destination, 16);
            assert_int_equal(found.source_port, 1000);
            assert_int_equal(found.destination_port, 25);
        }
    }
}

/* Each bit of a header with a checksum counts. The first 16 octets have their own tests. */
static void test_a_wrong_checksum(void **state)
{
    struct sansmtp_proxy proxy = connection(2, SANSMTP_PROXY_IPV6);
    uint8_t out[600];
    size_t length;
    (void)state;

    proxy.flags = SANSMTP_PROXY_CHECKSUM;
    length = write_in(&proxy, out);
    for (size_t bit = 16 * 8; bit < length * 8; bit++) {
        struct sansmtp_proxy found = fresh();
        int result;

        if (bit / 8 >= length - 7 && bit / 8 < length - 4) {
            continue; /* the TLV is another one then */
        }
        out[bit / 8] ^= (uint8_t)(1u << bit % 8);
        result = read_all((struct sansmtp_span){out, length}, &found);
        assert_int_equal(result, SANSMTP_ERR_SYNTAX);
        out[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

/* The host asks for the checksum by its flag; it never stands among its TLVs. */
static void test_a_checksum_of_the_host_is_none(void **state)
{
    static const struct sansmtp_span twice = TEXT("\x03\0\x04\0\0\0\0");
    struct sansmtp_proxy proxy = connection(2, SANSMTP_PROXY_IPV4);
    uint8_t out[64];
    size_t length;
    (void)state;

    proxy.tlvs = twice;
    assert_int_equal(sansmtp_proxy_write(&proxy, out, sizeof out, &length), SANSMTP_ERR_SYNTAX);
    proxy.flags = SANSMTP_PROXY_CHECKSUM;
    assert_int_equal(sansmtp_proxy_write(&proxy, out, sizeof out, &length), SANSMTP_ERR_SYNTAX);
}

static void test_what_cannot_be_written(void **state)
{
    static const struct sansmtp_span cut = TEXT("\x04\0");
    static const struct sansmtp_span one = TEXT("\x04\0\0");
    static uint8_t large[65530 - 12 + 3], octets[65535];
    struct sansmtp_proxy proxy = connection(1, SANSMTP_PROXY_IPV4);
    struct sansmtp_span value = {octets, 65535};
    uint8_t out[64];
    size_t length = 0;
    (void)state;

    proxy.tlvs = one;
    assert_int_equal(sansmtp_proxy_write(&proxy, out, sizeof out, &length), SANSMTP_ERR_SYNTAX);
    proxy = connection(1, SANSMTP_PROXY_IPV4);
    proxy.flags = SANSMTP_PROXY_CHECKSUM;
    assert_int_equal(sansmtp_proxy_write(&proxy, out, sizeof out, &length), SANSMTP_ERR_SYNTAX);
    proxy = connection(2, SANSMTP_PROXY_IPV4);
    proxy.tlvs = cut;
    assert_int_equal(sansmtp_proxy_write(&proxy, out, sizeof out, &length), SANSMTP_ERR_SYNTAX);
    assert_int_equal(sansmtp_proxy_tlv_write(SANSMTP_PROXY_NOOP, &value, out, 0, &length),
                     SANSMTP_ERR_ROOM);
    assert_int_equal(length, 65538);
    value.length = 65536;
    assert_int_equal(sansmtp_proxy_tlv_write(SANSMTP_PROXY_NOOP, &value, out, 0, &length),
                     SANSMTP_ERR_LENGTH);
    value.length = 65530 - 12;
    assert_int_equal(
        sansmtp_proxy_tlv_write(SANSMTP_PROXY_NOOP, &value, large, sizeof large, &length), 0);
    proxy.tlvs = (struct sansmtp_span){large, length};
    assert_int_equal(sansmtp_proxy_write(&proxy, out, sizeof out, &length), SANSMTP_ERR_ROOM);
    proxy.flags = SANSMTP_PROXY_CHECKSUM;
    assert_int_equal(sansmtp_proxy_write(&proxy, out, sizeof out, &length), SANSMTP_ERR_LENGTH);
}

static void test_tlv_write(void **state)
{
    static const struct sansmtp_span value = TEXT("mx");
    size_t length = 0;
    (void)state;

    for (size_t capacity = 0; capacity <= 5; capacity++) {
        uint8_t *out = guard_alloc(capacity);

        assert_int_equal(
            sansmtp_proxy_tlv_write(SANSMTP_PROXY_AUTHORITY, &value, out, capacity, &length),
            capacity < 5 ? SANSMTP_ERR_ROOM : 0);
        assert_int_equal(length, 5);
        if (capacity == 5) {
            assert_memory_equal(out, "\x02\0\x02mx", 5);
        }
        guard_free(out, capacity);
    }
    assert_int_equal(sansmtp_proxy_tlv_write(256, &value, NULL, 0, &length), SANSMTP_ERR_ARGUMENT);
}

static void test_arguments(void **state)
{
    struct sansmtp_proxy proxy = connection(2, SANSMTP_PROXY_IPV4);
    struct sansmtp_proxy_ssl ssl = {.size = sizeof ssl - 1};
    struct sansmtp_span nowhere = {NULL, 1}, nothing = {NULL, 0}, value;
    uint8_t out[64];
    uint32_t type;
    size_t length;
    (void)state;

    assert_int_equal(sansmtp_proxy_read(NULL, 1, 536, &proxy), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_proxy_read(out, 1, 536, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_proxy_read(out, 1, SANSMTP_PROXY_LEAST - 1, &proxy),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_proxy_read(NULL, 0, SANSMTP_PROXY_LEAST, &proxy), SANSMTP_PROXY_MORE);
    proxy.size--;
    assert_int_equal(sansmtp_proxy_read(out, 1, 536, &proxy), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_proxy_write(&proxy, out, 64, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_proxy_write(NULL, out, 64, &length), SANSMTP_ERR_ARGUMENT);
    proxy = connection(2, SANSMTP_PROXY_IPV4);
    assert_int_equal(sansmtp_proxy_write(&proxy, NULL, 64, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_proxy_write(&proxy, out, 64, NULL), SANSMTP_ERR_ARGUMENT);
    proxy.flags = SANSMTP_PROXY_LOCAL;
    assert_int_equal(sansmtp_proxy_write(&proxy, out, 64, &length), SANSMTP_ERR_ARGUMENT);
    proxy.flags = 4;
    assert_int_equal(sansmtp_proxy_write(&proxy, out, 64, &length), SANSMTP_ERR_ARGUMENT);
    for (uint32_t i = 0; i < 6; i++) {
        proxy = connection(i == 0 ? 0 : i == 1 ? 3 : 2, i == 2 ? 3 : SANSMTP_PROXY_IPV4);
        proxy.source_port += i == 3 ? 65536 : 0;
        proxy.destination_port += i == 4 ? 65536 : 0;
        proxy.tlvs = i == 5 ? nowhere : nothing;
        assert_int_equal(sansmtp_proxy_write(&proxy, out, 64, &length), SANSMTP_ERR_ARGUMENT);
    }
    assert_int_equal(sansmtp_proxy_tlv_next(NULL, &type, &value), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_proxy_tlv_next(&nowhere, &type, &value), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_proxy_tlv_next(&nothing, NULL, &value), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_proxy_tlv_next(&nothing, &type, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_proxy_tlv_next(&nothing, &type, &value), 0);
    assert_int_equal(sansmtp_proxy_ssl_read(&nothing, &ssl), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_proxy_ssl_read(NULL, &ssl), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_proxy_ssl_read(&nothing, NULL), SANSMTP_ERR_ARGUMENT);
}

/* What a newer host says and we do not know is an error, and 0 is nothing. */
static void test_larger_struct(void **state)
{
    struct {
        struct sansmtp_proxy proxy;
        uint64_t more;
    } newer = {connection(2, SANSMTP_PROXY_IPV4), 0};
    uint8_t out[64];
    size_t length;
    (void)state;

    newer.proxy.size = sizeof newer;
    assert_int_equal(sansmtp_proxy_write(&newer.proxy, out, sizeof out, &length), 0);
    newer.more = 1;
    assert_int_equal(sansmtp_proxy_write(&newer.proxy, out, sizeof out, &length),
                     SANSMTP_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_larger_struct),
        cmocka_unit_test(test_v1_example),
        cmocka_unit_test(test_v1_lines_that_are_good),
        cmocka_unit_test(test_v1_small_gaps),
        cmocka_unit_test(test_v1_lines_that_are_not),
        cmocka_unit_test(test_v1_is_bounded),
        cmocka_unit_test(test_v2_addresses),
        cmocka_unit_test(test_v2_local),
        cmocka_unit_test(test_v2_other_families),
        cmocka_unit_test(test_v2_headers_that_are_not),
        cmocka_unit_test(test_v2_signature_counts_bit_by_bit),
        cmocka_unit_test(test_v2_is_bounded_by_the_host),
        cmocka_unit_test(test_v2_tlvs),
        cmocka_unit_test(test_a_unique_id_has_at_most_128_octets),
        cmocka_unit_test(test_ssl),
        cmocka_unit_test(test_written_v1),
        cmocka_unit_test(test_written_v2),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_a_wrong_checksum),
        cmocka_unit_test(test_a_checksum_of_the_host_is_none),
        cmocka_unit_test(test_what_cannot_be_written),
        cmocka_unit_test(test_tlv_write),
        cmocka_unit_test(test_arguments),
    };

    return cmocka_run_group_tests_name("proxy", tests, NULL, NULL);
}
