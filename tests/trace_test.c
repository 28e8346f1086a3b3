#define _DEFAULT_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/trace.h>

#include "guard.h"
#include "trace_reader.h"

#define COUNT(rows)  (sizeof(rows) / sizeof((rows)[0]))
#define ESMTP        SANSMTP_RECEIVED_ESMTP
#define LMTP         SANSMTP_RECEIVED_LMTP
#define TLS          SANSMTP_RECEIVED_TLS
#define AUTH         SANSMTP_RECEIVED_AUTH
#define UTF8         SANSMTP_RECEIVED_UTF8
#define UNKNOWN_ZONE SANSMTP_RECEIVED_UNKNOWN_ZONE

#define DATE "Tue, 3 Feb 2026 04:05:06 +0100"

static struct sansmtp_span span(const char *text)
{
    return (struct sansmtp_span){(const uint8_t *)text, text ? strlen(text) : 0};
}

/* A hop with the least that a field needs. */
static struct sansmtp_received hop(uint32_t flags)
{
    return (struct sansmtp_received){
        .size = sizeof(struct sansmtp_received),
        .flags = flags,
        .hello = span("c.example"),
        .by = span("mx.example"),
        .seconds = 1770087906,
        .offset_minutes = 60,
    };
}

/* SANSMTP_RECEIVED_MAX octets in front of a guard page. */
static uint8_t *page;

static int map_page(void **state)
{
    (void)state;
    page = guard_alloc(SANSMTP_RECEIVED_MAX);
    return 0;
}

static int unmap_page(void **state)
{
    (void)state;
    guard_free(page, SANSMTP_RECEIVED_MAX);
    return 0;
}

/* Writes into memory that ends with the last octet needed, reads it back by the strict grammar. */
static void write_and_read(const struct sansmtp_received *received, struct trace_fields *fields)
{
    size_t need = 0, length = 0;
    const char *why = NULL;
    uint8_t *out;

    assert_int_equal(sansmtp_received_write(received, NULL, 0, &need), SANSMTP_ERR_ROOM);
    assert_true(need <= SANSMTP_RECEIVED_MAX);
    out = page + SANSMTP_RECEIVED_MAX - need;
    assert_int_equal(sansmtp_received_write(received, (char *)out, need, &length), 0);
    assert_int_equal(length, need);
    if (!trace_read((const char *)out, length, (received->flags & UTF8) != 0, fields, &why)) {
        fail_msg("expected %s in:\n%.*s", why, (int)length, (const char *)out);
    }
}

static void assert_text(struct trace_text text, const char *expected)
{
    char copy[1024];

    if (!expected) {
        assert_null(text.start);
        return;
    }
    assert_non_null(text.start);
    assert_true(text.length < sizeof copy);
    memcpy(copy, text.start, text.length);
    copy[text.length] = '\0';
    assert_string_equal(copy, expected);
}

static void assert_unfolded(const struct sansmtp_received *received, const char *expected)
{
    struct trace_fields fields;

    write_and_read(received, &fields);
    assert_string_equal(fields.unfolded, expected);
}

/* What the checker of all other tests refuses. */
static void test_the_reader_is_strict(void **state)
{
    static const char good[] = "Received: from a.example (b [192.0.2.1]) by c; " DATE "\r\n";
    static const char *const bad[] = {
        "Received: from a.example (b [192.0.2.1]) by c; " DATE,
        "Received: from a.example by c; " DATE "\n",
        "Received: from a.example by c; " DATE "\r\n\r\n",
        "Received: from a.example\r\nby c; " DATE "\r\n",
        "Received: from a.example\r\n \r\n by c; " DATE "\r\n",
        "Received: from a.example by c; " DATE "\r\nX: y\r\n",
        "Received: by c; " DATE "\r\n",
        "Received: from a_b by c; " DATE "\r\n",
        "Received: from [192.0.2.1] by c; " DATE "\r\n",
        "Received: from [192.0.2.1] ([192.0.2.256]) by c; " DATE "\r\n",
        "Received: from a (b)) by c; " DATE "\r\n",
        "Received: from a by [192.0.2.1]; " DATE "\r\n",
        "Received: from a by c with SMTPS; " DATE "\r\n",
        "Received: from a by c id a b; " DATE "\r\n",
        "Received: from a by c for <a@b> <c@d>; " DATE "\r\n",
        "Received: from a by c for <\xc3\xa4@b>; " DATE "\r\n",
        "Received: from a by c for a@b id x; " DATE "\r\n",
        "Received: from a by c group x25519; " DATE "\r\n",
        "Received: from a by c tls 0x130; " DATE "\r\n",
        "Received: from a by c " DATE "\r\n",
        "Received: from a by c; Tue, 3 Feb 26 04:05:06 +0100\r\n",
        "Received: from a by c; Tue, 3 Feb 2026 04:05:06 GMT\r\n",
    };
    struct trace_fields fields;
    const char *why = NULL;
    (void)state;

    assert_true(trace_read(good, sizeof good - 1, false, &fields, &why));
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (trace_read(bad[i], strlen(bad[i]), false, &fields, &why)) {
            fail_msg("read as a field: %s", bad[i]);
        }
    }
    assert_false(trace_read(good, 0, false, &fields, &why));
}

/* 5321-4.4-b: one field, CRLF at its end; 5321-4.4-c, -d, -f, -g, -h, -k; 8314-4.3-a */
static void test_a_whole_field_octet_by_octet(void **state)
{
    static const char expected[] = "Received: from c.example (rdns.example [192.0.2.9])\r\n"
                                   " by mx.example with ESMTPS id abc123 for <a@x.example>\r\n"
                                   " tls TLS_AES_128_GCM_SHA256 group x25519;\r\n"
                                   " Tue, 3 Feb 2026 04:05:06 +0100\r\n";
    static const uint8_t address[] = {192, 0, 2, 9};
    struct sansmtp_received received = hop(ESMTP | TLS);
    char out[SANSMTP_RECEIVED_MAX];
    size_t length = 0;
    (void)state;

    received.client_name = span("rdns.example");
    received.client_address = (struct sansmtp_span){address, sizeof address};
    received.id = span("abc123");
    received.recipient = span("<a@x.example>");
    received.tls_cipher = span("TLS_AES_128_GCM_SHA256");
    received.tls_group = span("x25519");
    assert_int_equal(sansmtp_received_write(&received, out, sizeof out, &length), 0);
    assert_int_equal(length, sizeof expected - 1);
    assert_memory_equal(out, expected, length);
}

static void test_the_least_field(void **state)
{
    struct sansmtp_received received = hop(0);
    (void)state;

    assert_unfolded(&received, "Received: from c.example by mx.example with SMTP; " DATE);
    received.hello = span(NULL);
    assert_unfolded(&received, "Received: from unknown by mx.example with SMTP; " DATE);
}

static void test_every_smaller_capacity_says_what_is_needed(void **state)
{
    static const uint8_t address[16] = {0x20, 0x01, 0x0d, 0xb8};
    struct sansmtp_received received = hop(ESMTP);
    size_t need = 0;
    (void)state;

    received.client_address = (struct sansmtp_span){address, sizeof address};
    received.recipient = span("a@x.example");
    assert_int_equal(sansmtp_received_write(&received, NULL, 0, &need), SANSMTP_ERR_ROOM);
    for (size_t capacity = 0; capacity < need; capacity++) {
        uint8_t *out = guard_alloc(capacity);
        size_t length = 0;

        assert_int_equal(sansmtp_received_write(&received, (char *)out, capacity, &length),
                         SANSMTP_ERR_ROOM);
        assert_int_equal(length, need);
        guard_free(out, capacity);
    }
}

/* 3848-1-a, 3848-1-b, 6531-4.3-a, 5321-4.4-j */
static void test_with_names_the_session(void **state)
{
    static const struct {
        uint32_t flags;
        const char *with;
    } rows[] = {
        {0, "SMTP"},
        {TLS, "SMTP"},
        {TLS | AUTH, "SMTP"},
        {ESMTP, "ESMTP"},
        {ESMTP | TLS, "ESMTPS"},
        {ESMTP | AUTH, "ESMTPA"},
        {ESMTP | TLS | AUTH, "ESMTPSA"},
        {LMTP, "LMTP"},
        {LMTP | TLS, "LMTPS"},
        {LMTP | AUTH, "LMTPA"},
        {LMTP | TLS | AUTH, "LMTPSA"},
        {UTF8, "UTF8SMTP"},
        {ESMTP | UTF8, "UTF8SMTP"},
        {ESMTP | UTF8 | TLS, "UTF8SMTPS"},
        {ESMTP | UTF8 | AUTH, "UTF8SMTPA"},
        {ESMTP | UTF8 | TLS | AUTH, "UTF8SMTPSA"},
        {LMTP | UTF8, "UTF8LMTP"},
        {LMTP | UTF8 | TLS, "UTF8LMTPS"},
        {LMTP | UTF8 | AUTH, "UTF8LMTPA"},
        {LMTP | UTF8 | TLS | AUTH, "UTF8LMTPSA"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_received received = hop(rows[i].flags);
        struct trace_fields fields;

        write_and_read(&received, &fields);
        assert_text(fields.with, rows[i].with);
    }
}

/* 5321-4.4-i: a numeric zone; the host's, or -0000 where it is unknown */
static void test_zones(void **state)
{
    struct sansmtp_received received = hop(ESMTP);
    struct trace_fields fields;
    (void)state;

    write_and_read(&received, &fields);
    assert_text(fields.date, DATE);
    received.offset_minutes = -480;
    write_and_read(&received, &fields);
    assert_text(fields.date, "Mon, 2 Feb 2026 19:05:06 -0800");
    received.flags |= UNKNOWN_ZONE;
    write_and_read(&received, &fields);
    assert_text(fields.date, "Tue, 3 Feb 2026 03:05:06 -0000");
}

static const uint8_t ipv4[] = {192, 0, 2, 9};
static const uint8_t ipv6[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9};
static const uint8_t mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 9};

/* The choices of one place of the field, and what comes out of each. The third column: of a hello,
 * the comment if it is not written as it is; of a recipient, what is written without SMTPUTF8. */
struct address_choice {
    struct sansmtp_span octets;
    const char *literal;
};

static const struct address_choice addresses[] = {
    {{NULL, 0}, NULL},
    {{ipv4, sizeof ipv4}, "[192.0.2.9]"},
    {{ipv6, sizeof ipv6}, "[IPv6:2001:db8::9]"},
    {{mapped, sizeof mapped}, "[192.0.2.9]"},
};

struct text_choice {
    const char *given;
    const char *written;
    const char *otherwise;
};

/* 5321-4.4-e: a literal needs TCP-info behind it, so without an address it is odd, too */
static const struct text_choice hellos[] = {
    {"c.example", "c.example", NULL},
    {"[192.0.2.77]", "[192.0.2.77]", "hello=[192.0.2.77]"},
    {"[IPv6:2001:db8::77]", "[IPv6:2001:db8::77]", "hello=[IPv6:2001:db8::77]"},
    {"my pc_1", "unknown", "hello=my?pc_1"},
    {NULL, "unknown", NULL},
};

static const struct text_choice names[] = {
    {NULL, NULL, NULL},
    {"rdns.example", "rdns.example", NULL},
    {"evil) by x.example (", NULL, NULL},
    {"[192.0.2.1]", NULL, NULL},
};

static const struct text_choice ourselves[] = {
    {"mx.example", NULL, NULL},
    {"[192.0.2.1]", "[192.0.2.1]", NULL},
    {"[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]", NULL},
};

static const struct text_choice ids[] = {
    {NULL, NULL, NULL},
    {"4bX-0001_z", "4bX-0001_z", NULL},
    {"<20260203.1@mx.example>", "<20260203.1@mx.example>", NULL},
};

static const char *const protocols[] = {"SMTP", "ESMTP", "UTF8LMTPSA"};
static const uint32_t sessions[] = {0, ESMTP, LMTP | UTF8 | TLS | AUTH};

static const struct text_choice recipients[] = {
    {NULL, NULL, NULL},
    {"<a@x.example>", "<a@x.example>", "<a@x.example>"},
    {"a@x.example", "<a@x.example>", "<a@x.example>"},
    {"<@r.example,@s.example:a@x.example>", "<a@x.example>", "<a@x.example>"},
    {"<\"a) ;b\\\"\"@[192.0.2.5]>", "<\"a) ;b\\\"\"@[192.0.2.5]>", "<\"a) ;b\\\"\"@[192.0.2.5]>"},
    {"<\xc3\xa4@\xc3\xb6.example>", "<\xc3\xa4@\xc3\xb6.example>", NULL},
    {"<Postmaster>", NULL, NULL},
    {"<>", NULL, NULL},
    {"<a@x.example> <b@x.example>", NULL, NULL},
    {"<a@x.example>\r\nX-Evil: 1", NULL, NULL},
    {"<a@[x:)(]>", NULL, NULL},
};

struct tls_choice {
    const char *cipher;
    uint32_t number;
    const char *group;
    const char *written;
    const char *written_group;
};

static const struct tls_choice ciphers[] = {
    {NULL, 0, NULL, NULL, NULL},
    {"TLS_AES_256_GCM_SHA384", 0x1302, "X25519MLKEM768", "TLS_AES_256_GCM_SHA384",
     "X25519MLKEM768"},
    {NULL, 0x1301, "x25519", "0x1301", "x25519"},
    {"ECDHE-RSA-AES128-GCM-SHA256", 0xC02F, NULL, "0xC02F", NULL},
    {"ECDHE-RSA-AES128-GCM-SHA256", 0, "x25519", NULL, NULL},
    {"0TLS", 0, "x25519", NULL, NULL},
    {"T;LS", 0xFFFF, "x25519", "0xFFFF", "x25519"},
    {"TLS_AES_128_GCM_SHA256", 0, "x25519-and_more", "TLS_AES_128_GCM_SHA256", "x25519-and_more"},
    {"TLS_AES_128_GCM_SHA256", 0, "x; evil", "TLS_AES_128_GCM_SHA256", NULL},
};

/* An index for each place, counted up like the digits of a number. */
struct choice {
    size_t hello, address, name, by, id, session, recipient, cipher;
};

static struct sansmtp_received chosen(const struct choice *choice)
{
    struct sansmtp_received received = hop(sessions[choice->session]);

    received.hello = span(hellos[choice->hello].given);
    received.client_address = addresses[choice->address].octets;
    received.client_name = span(names[choice->name].given);
    received.by = span(ourselves[choice->by].given);
    received.id = span(ids[choice->id].given);
    received.recipient = span(recipients[choice->recipient].given);
    received.tls_cipher = span(ciphers[choice->cipher].cipher);
    received.tls_cipher_number = ciphers[choice->cipher].number;
    received.tls_group = span(ciphers[choice->cipher].group);
    return received;
}

static void check_from(const struct choice *choice, const struct trace_fields *fields)
{
    const struct text_choice *hello = &hellos[choice->hello];
    const char *literal = addresses[choice->address].literal;
    int odd = strcmp(hello->written, "unknown") == 0 || (hello->written[0] == '[' && !literal);

    assert_text(fields->from, odd ? "unknown" : hello->written);
    assert_text(fields->comment, odd ? hello->otherwise : NULL);
    assert_text(fields->from_literal, literal);
    assert_text(fields->from_name, literal ? names[choice->name].written : NULL);
}

static void check_choice(const struct choice *choice)
{
    struct sansmtp_received received = chosen(choice);
    int utf8 = (received.flags & UTF8) != 0, tls = (received.flags & TLS) != 0;
    struct trace_fields fields;

    write_and_read(&received, &fields);
    assert_true(fields.longest_line <= 78);
    check_from(choice, &fields);
    assert_text(fields.by, ourselves[choice->by].given);
    assert_text(fields.by_literal, ourselves[choice->by].written);
    assert_text(fields.with, protocols[choice->session]);
    assert_text(fields.id, ids[choice->id].written);
    assert_text(fields.recipient, utf8 ? recipients[choice->recipient].written
                                       : recipients[choice->recipient].otherwise);
    assert_text(fields.tls, tls ? ciphers[choice->cipher].written : NULL);
    assert_text(fields.group, tls ? ciphers[choice->cipher].written_group : NULL);
    assert_text(fields.date, DATE);
}

/* The next digit combination, the least digit first; 0 after the last. */
static int next_choice(struct choice *choice)
{
    struct {
        size_t *digit, count;
    } digits[] = {
        {&choice->hello, COUNT(hellos)},
        {&choice->address, COUNT(addresses)},
        {&choice->name, COUNT(names)},
        {&choice->by, COUNT(ourselves)},
        {&choice->id, COUNT(ids)},
        {&choice->session, COUNT(sessions)},
        {&choice->recipient, COUNT(recipients)},
        {&choice->cipher, COUNT(ciphers)},
    };

    for (size_t i = 0; i < COUNT(digits); i++) {
        if (++*digits[i].digit < digits[i].count) {
            return 1;
        }
        *digits[i].digit = 0;
    }
    return 0;
}

/* 5321-4.4-c, -d, -e, -f, -g, -k, -l; 6531-3.7.3-a; 8314-4.3-a: in whatever way they are combined,
 * a strict reader finds each part where the grammar has it, and nothing else */
static void test_all_combinations_by_a_strict_reader(void **state)
{
    struct choice choice = {0};
    size_t count = 0;
    (void)state;

    do {
        check_choice(&choice);
        count++;
    } while (next_choice(&choice));
    assert_int_equal(count, 5 * 4 * 4 * 3 * 3 * 3 * 11 * 9);
}

/* 5321-4.4-l: whatever one octet of it is, one field comes out, and it is the same one */
static void test_no_octet_of_a_hello_breaks_out(void **state)
{
    (void)state;
    for (int octet = 0; octet < 256; octet++) {
        uint8_t name[] = {'a', (uint8_t)octet, 'b', '_'};
        uint8_t *copy = guard_copy(name, sizeof name);
        struct sansmtp_received received = hop(ESMTP);
        int kept = octet > ' ' && octet < 127 && !strchr("()\\", octet);
        char expected[128];

        received.hello = (struct sansmtp_span){copy, sizeof name};
        snprintf(expected, sizeof expected,
                 "Received: from unknown (hello=a%cb_) by mx.example with ESMTP; " DATE,
                 kept ? octet : '?');
        assert_unfolded(&received, expected);
        guard_free(copy, sizeof name);
    }
}

static void test_hellos_that_want_to_be_more(void **state)
{
    static const char *const rows[][2] = {
        {"a)b(", "a?b?"},
        {"x.example\r\nX-Evil: 1", "x.example??X-Evil:?1"},
        {"x.example by mx.evil with ESMTPSA; Tue", "x.example?by?mx.evil?with?ESMTPSA;?Tue"},
        {"x.example (y", "x.example??y"},
        {"\\", "?"},
        {"[x:)(]", "[x:??]"},
        {"\xc3\xa4.example", "??.example"},
        {"-x.example", "-x.example"},
        {"x..example", "x..example"},
        {"[192.0.2.256]", "[192.0.2.256]"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_received received = hop(ESMTP | UTF8);
        char expected[256];

        received.hello = span(rows[i][0]);
        snprintf(expected, sizeof expected,
                 "Received: from unknown (hello=%s) by mx.example with UTF8SMTP; " DATE,
                 rows[i][1]);
        assert_unfolded(&received, expected);
    }
}

/* PRACT-preauth-a, the pure part: the field shows the hello it is given, and nothing is kept */
static void test_nothing_of_an_earlier_hello_is_kept(void **state)
{
    struct sansmtp_received before = hop(ESMTP), after = hop(ESMTP | TLS);
    struct trace_fields fields;
    (void)state;

    before.hello = span("a.example");
    after.hello = span("b.example");
    write_and_read(&before, &fields);
    write_and_read(&after, &fields);
    assert_string_equal(fields.unfolded,
                        "Received: from b.example by mx.example with ESMTPS; " DATE);
}

/* The longest of everything: a domain of 255 octets out of labels of 63. */
static void long_domain(char text[256])
{
    memset(text, 'd', 255);
    text[63] = text[127] = text[191] = '.';
    text[255] = '\0';
}

/* No line over 998 octets, no field over SANSMTP_RECEIVED_MAX; lines over 78 only for long names */
static void test_the_longest_field(void **state)
{
    char domain[256], odd[600], id[256], path[257], name[65];
    struct sansmtp_received received = hop(LMTP | UTF8 | TLS | AUTH);
    struct trace_fields fields;
    char shown[256];
    (void)state;

    long_domain(domain);
    memset(odd, '(', sizeof odd - 1);
    odd[sizeof odd - 1] = '\0';
    memset(id, 'i', 255);
    id[255] = '\0';
    snprintf(path, sizeof path, "<%.*s@%.189s>", 64,
             "llllllllllllllllllllllllllllllllllllllllllllll"
             "llllllllllllllllll",
             domain + 2);
    memset(name, 'N', 65);
    received.hello = span(odd);
    received.client_address = (struct sansmtp_span){
        (const uint8_t *)"\x20\x01\x10\x01\x10\x01\x10\x01"
                         "\x10\x01\x10\x01\x10\x01\x10\x01",
        16};
    received.client_name = received.by = span(domain);
    received.id = span(id);
    received.recipient = span(path);
    received.tls_cipher = received.tls_group = (struct sansmtp_span){(uint8_t *)name, 64};
    received.offset_minutes = 5999;
    write_and_read(&received, &fields);
    assert_int_equal(fields.from_name.length, 255);
    assert_int_equal(fields.id.length, 255);
    assert_int_equal(fields.recipient.length, 256);
    assert_int_equal(fields.tls.length, 64);
    assert_int_equal(fields.group.length, 64);
    assert_int_equal(fields.comment.length, 6 + 255);
    memset(shown, '?', 255);
    assert_memory_equal(fields.comment.start, "hello=", 6);
    assert_memory_equal(fields.comment.start + 6, shown, 255);
    assert_int_equal(fields.longest_line, 1 + 7 + 255 + 1);

    received.hello = span(domain);
    received.tls_group.length = 65;
    write_and_read(&received, &fields);
    assert_int_equal(fields.from.length, 255);
    assert_int_equal(fields.tls.length, 64);
    assert_null(fields.group.start);
}

/* Names of every length that a line can just hold, or just not: never over 78. */
static void test_lines_at_the_edge(void **state)
{
    static const char name[] = "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn";
    (void)state;

    for (int length = 1; length <= 63; length++) {
        for (int other = 1; other <= 63; other += 2) {
            char hello[65], text[64], path[72];
            struct sansmtp_received received = hop(ESMTP | TLS);
            struct trace_fields fields;

            snprintf(hello, sizeof hello, "%.*s%s", length, name, other % 4 == 1 ? "" : "_");
            snprintf(text, sizeof text, "%.*s", other, name);
            snprintf(path, sizeof path, "<%.*s@x.y>", 64 - length, name);
            received.hello = span(hello);
            received.by = received.client_name = received.id = received.tls_cipher = span(text);
            received.client_address = (struct sansmtp_span){ipv6, sizeof ipv6};
            received.recipient = span(path);
            write_and_read(&received, &fields);
            assert_true(fields.longest_line <= 78);
            assert_text(fields.from, other % 4 == 1 ? hello : "unknown");
            assert_text(fields.id, text);
            assert_text(fields.recipient, path);
        }
    }
}

static int write_error(const struct sansmtp_received *received)
{
    char out[SANSMTP_RECEIVED_MAX];
    size_t length = 77;
    int error = sansmtp_received_write(received, out, sizeof out, &length);

    assert_int_equal(length, 77);
    return error;
}

/* 5321-4.4-k: what the host itself says must be right */
static void test_our_own_name_and_id_are_checked(void **state)
{
    static const char *const wrong_names[] = {
        NULL, "mx_1", "a b", "x\r\ny", "[x:y]", "[192.0.2]", "\xc3\xa4.example"};
    static const char *const wrong_ids[] = {"a b",    "a.b",      "a)",      "x\r\n",   "<",
                                            "<>",     "<a>",      "<a@>",    "<@b>",    "<a@b",
                                            "<a@bc",  "xa@b>",    "<a b@c>", "<a@b@c>", "<.a@b>",
                                            "<a.@b>", "<a..b@c>", "<a@b.>",  "a@b",     "\xc3\xa4"};
    char long_id[257];
    struct sansmtp_received received = hop(ESMTP);
    (void)state;

    for (size_t i = 0; i < COUNT(wrong_names); i++) {
        received.by = span(wrong_names[i]);
        assert_int_equal(write_error(&received), SANSMTP_ERR_TEXT);
    }
    received = hop(ESMTP);
    for (size_t i = 0; i < COUNT(wrong_ids); i++) {
        received.id = span(wrong_ids[i]);
        assert_int_equal(write_error(&received), SANSMTP_ERR_TEXT);
    }
    memset(long_id, 'i', 256);
    long_id[256] = '\0';
    received.id = span(long_id);
    assert_int_equal(write_error(&received), SANSMTP_ERR_TEXT);
}

static void test_wrong_arguments(void **state)
{
    static const size_t lengths[] = {1, 3, 5, 15, 17, 32};
    struct sansmtp_received received = hop(ESMTP);
    char out[8];
    size_t length;
    (void)state;

    assert_int_equal(sansmtp_received_write(NULL, out, sizeof out, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_received_write(&received, out, sizeof out, NULL),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_received_write(&received, NULL, 8, &length), SANSMTP_ERR_ARGUMENT);
    received.size--;
    assert_int_equal(write_error(&received), SANSMTP_ERR_ARGUMENT);
    received = hop(64);
    assert_int_equal(write_error(&received), SANSMTP_ERR_ARGUMENT);
    received = hop(ESMTP | LMTP);
    assert_int_equal(write_error(&received), SANSMTP_ERR_ARGUMENT);
    received = hop(ESMTP | TLS);
    received.tls_cipher_number = 0x10000;
    assert_int_equal(write_error(&received), SANSMTP_ERR_ARGUMENT);
    received = hop(ESMTP);
    received.seconds = INT64_MAX;
    assert_int_equal(write_error(&received), SANSMTP_ERR_ARGUMENT);
    for (size_t i = 0; i < COUNT(lengths); i++) {
        static const uint8_t octets[32];

        received = hop(ESMTP);
        received.client_address = (struct sansmtp_span){octets, lengths[i]};
        assert_int_equal(write_error(&received), SANSMTP_ERR_ARGUMENT);
    }
}

static void test_a_span_of_octets_that_are_nowhere_is_refused(void **state)
{
    static const size_t places[] = {
        offsetof(struct sansmtp_received, hello),
        offsetof(struct sansmtp_received, client_name),
        offsetof(struct sansmtp_received, client_address),
        offsetof(struct sansmtp_received, by),
        offsetof(struct sansmtp_received, id),
        offsetof(struct sansmtp_received, recipient),
        offsetof(struct sansmtp_received, tls_cipher),
        offsetof(struct sansmtp_received, tls_group),
    };
    static const struct sansmtp_span nowhere = {NULL, 4};
    (void)state;

    for (size_t i = 0; i < COUNT(places); i++) {
        struct sansmtp_received received = hop(ESMTP);

        memcpy((char *)&received + places[i], &nowhere, sizeof nowhere);
        assert_int_equal(write_error(&received), SANSMTP_ERR_ARGUMENT);
    }
}

static int return_path(const char *path, size_t length, int utf8, char *out, size_t capacity)
{
    uint8_t *copy = guard_copy(path, length);
    size_t written = 0;
    int error = sansmtp_return_path_write(copy, length, utf8, out, capacity - 1, &written);

    guard_free(copy, length);
    out[error == 0 ? written : 0] = '\0';
    return error;
}

/* 5321-4.4-m: "Return-Path: <a@b.example>", the null path too */
static void test_return_paths(void **state)
{
    static const char *const rows[][2] = {
        {"<a@b.example>", "Return-Path: <a@b.example>\r\n"},
        {"a@b.example", "Return-Path: <a@b.example>\r\n"},
        {"<>", "Return-Path: <>\r\n"},
        {"<@r.example,@s.example:a@b.example>", "Return-Path: <a@b.example>\r\n"},
        {"<\"a \\\" b\"@b.example>", "Return-Path: <\"a \\\" b\"@b.example>\r\n"},
        {"<a@[IPv6:2001:db8::1]>", "Return-Path: <a@[IPv6:2001:db8::1]>\r\n"},
    };
    char out[300];
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(return_path(rows[i][0], strlen(rows[i][0]), 0, out, sizeof out), 0);
        assert_string_equal(out, rows[i][1]);
    }
}

/* 6531-3.7.3-a */
static void test_a_return_path_beyond_ascii_only_if_the_transaction_was(void **state)
{
    static const char path[] = "<\xc3\xa4@\xc3\xb6.example>";
    char out[300];
    (void)state;

    assert_int_equal(return_path(path, sizeof path - 1, 1, out, sizeof out), 0);
    assert_string_equal(out, "Return-Path: <\xc3\xa4@\xc3\xb6.example>\r\n");
    assert_int_equal(return_path(path, sizeof path - 1, 0, out, sizeof out), SANSMTP_ERR_SYNTAX);
    assert_int_equal(return_path("<\xc3@x.example>", 13, 1, out, sizeof out), SANSMTP_ERR_SYNTAX);
}

static void test_a_return_path_is_one_line(void **state)
{
    static const struct {
        const char *path;
        size_t length;
    } rows[] = {
        {"<a@b.example>\r\nX-Evil: 1", 24},
        {"<a\r\n@b.example>", 15},
        {"<a\0@b.example>", 14},
        {"<\"a\nb\"@b.example>", 17},
        {"<a@b.example>\r", 14},
        {"<a@b.example> ", 14},
        {"<a@b.example", 12},
        {"", 0},
        {"Postmaster", 10},
        {"<Postmaster>", 12},
        {"<a@>", 4},
    };
    char out[300];
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(return_path(rows[i].path, rows[i].length, 1, out, sizeof out),
                         SANSMTP_ERR_SYNTAX);
    }
}

static void test_return_path_room_and_arguments(void **state)
{
    static const uint8_t path[] = "<a@b.example>";
    static const size_t need = sizeof "Return-Path: <a@b.example>\r\n" - 1;
    size_t length = 0;
    char out[64];
    (void)state;

    for (size_t capacity = 0; capacity <= need; capacity++) {
        uint8_t *room = guard_alloc(capacity);

        assert_int_equal(sansmtp_return_path_write(path, 13, 0, (char *)room, capacity, &length),
                         capacity < need ? SANSMTP_ERR_ROOM : 0);
        assert_int_equal(length, need);
        guard_free(room, capacity);
    }
    assert_int_equal(sansmtp_return_path_write(path, 13, 0, NULL, 0, &length), SANSMTP_ERR_ROOM);
    assert_int_equal(sansmtp_return_path_write(NULL, 13, 0, out, 64, &length),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_return_path_write(path, 13, 0, NULL, 64, &length),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_return_path_write(path, 13, 0, out, 64, NULL), SANSMTP_ERR_ARGUMENT);
}

static void test_the_longest_return_path(void **state)
{
    char path[400], out[300], domain[256];
    (void)state;

    long_domain(domain);
    snprintf(path, sizeof path, "<%.*s@%.189s>", 64,
             "llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll", domain + 2);
    assert_int_equal(return_path(path, strlen(path), 0, out, sizeof out), 0);
    assert_int_equal(strlen(out), 13 + 256 + 2);
    snprintf(path, sizeof path, "<%.*s@%.190s>", 64,
             "llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll", domain + 1);
    assert_int_equal(return_path(path, strlen(path), 0, out, sizeof out), SANSMTP_ERR_LENGTH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_reader_is_strict),
        cmocka_unit_test(test_a_whole_field_octet_by_octet),
        cmocka_unit_test(test_the_least_field),
        cmocka_unit_test(test_every_smaller_capacity_says_what_is_needed),
        cmocka_unit_test(test_with_names_the_session),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_all_combinations_by_a_strict_reader),
        cmocka_unit_test(test_no_octet_of_a_hello_breaks_out),
        cmocka_unit_test(test_hellos_that_want_to_be_more),
        cmocka_unit_test(test_nothing_of_an_earlier_hello_is_kept),
        cmocka_unit_test(test_the_longest_field),
        cmocka_unit_test(test_lines_at_the_edge),
        cmocka_unit_test(test_our_own_name_and_id_are_checked),
        cmocka_unit_test(test_wrong_arguments),
        cmocka_unit_test(test_a_span_of_octets_that_are_nowhere_is_refused),
        cmocka_unit_test(test_return_paths),
        cmocka_unit_test(test_a_return_path_beyond_ascii_only_if_the_transaction_was),
        cmocka_unit_test(test_a_return_path_is_one_line),
        cmocka_unit_test(test_return_path_room_and_arguments),
        cmocka_unit_test(test_the_longest_return_path),
    };

    return cmocka_run_group_tests_name("trace", tests, map_page, unmap_page);
}
