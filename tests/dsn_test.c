#define _DEFAULT_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/dsn.h>

#include "guard.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define NEVER       SANSMTP_NOTIFY_NEVER
#define SUCCESS     SANSMTP_NOTIFY_SUCCESS
#define FAILURE     SANSMTP_NOTIFY_FAILURE
#define DELAY       SANSMTP_NOTIFY_DELAY
#define FAILED      SANSMTP_DSN_FAILED
#define DELAYED     SANSMTP_DSN_DELAYED
#define DELIVERED   SANSMTP_DSN_DELIVERED
#define RELAYED     SANSMTP_DSN_RELAYED
#define EXPANDED    SANSMTP_DSN_EXPANDED

static struct sansmtp_span span(const char *text)
{
    return (struct sansmtp_span){(const uint8_t *)text, text ? strlen(text) : 0};
}

/* ---- a report that is collected in one place, every step in as little memory as it needs */

static char text[200000];
static size_t length;
static struct sansmtp_dsn dsn;
static struct sansmtp_dsn_scanned scanned;

/* Calls a step without memory, then with just enough, in front of a guard page. */
#define STEP(call)                                                       \
    do {                                                                 \
        struct sansmtp_dsn before = dsn;                                 \
        size_t need = 0, written = 0;                                    \
        char *out = NULL;                                                \
        size_t capacity = 0;                                             \
        size_t *out_length = &need;                                      \
        int error = (call);                                              \
        assert_int_equal(error, SANSMTP_ERR_ROOM);                       \
        assert_memory_equal(&before, &dsn, sizeof(dsn));                 \
        out = (char *)guard_alloc(need);                                 \
        capacity = need;                                                 \
        out_length = &written;                                           \
        error = (call);                                                  \
        assert_int_equal(error, 0);                                      \
        assert_true(written <= need && length + written < sizeof(text)); \
        memcpy(text + length, out, written);                             \
        length += written;                                               \
        guard_free((uint8_t *)out, need);                                \
    } while (0)

/* Calls a step that is refused, and changes nothing. */
#define REFUSED(call, code)                              \
    do {                                                 \
        struct sansmtp_dsn before = dsn;                 \
        char out[4096];                                  \
        size_t capacity = sizeof(out);                   \
        size_t written = 4711;                           \
        size_t *out_length = &written;                   \
        assert_int_equal((call), code);                  \
        assert_int_equal(written, 4711);                 \
        assert_memory_equal(&before, &dsn, sizeof(dsn)); \
    } while (0)

#define BEGIN(report)        sansmtp_dsn_begin(&dsn, report, out, capacity, out_length)
#define TEXT(line)           sansmtp_dsn_text(&dsn, line, strlen(line), out, capacity, out_length)
#define EXPLAIN(recipient)   sansmtp_dsn_explain(&dsn, recipient, out, capacity, out_length)
#define RECIPIENT(recipient) sansmtp_dsn_recipient(&dsn, recipient, out, capacity, out_length)
#define FIELD(name, value) \
    sansmtp_dsn_field(&dsn, name, strlen(name), value, strlen(value), out, capacity, out_length)
#define ORIGINAL(in) sansmtp_dsn_original(&dsn, in, out, capacity, out_length)
#define END()        sansmtp_dsn_end(&dsn, out, capacity, out_length)

static int fresh(void **state)
{
    (void)state;
    memset(&dsn, 0, sizeof(dsn));
    memset(&scanned, 0, sizeof(scanned));
    dsn.size = sizeof(dsn);
    scanned.size = sizeof(scanned);
    length = 0;
    return 0;
}

static struct sansmtp_dsn_report report_of(uint32_t actions)
{
    return (struct sansmtp_dsn_report){
        .size = sizeof(struct sansmtp_dsn_report),
        .actions = actions,
        .seconds = 1770087906,
        .offset_minutes = 60,
        .sender = span("<Alice@Example.ORG>"),
        .reporting_mta = span("Example.ORG"),
        .boundary = span("bcdef"),
    };
}

static struct sansmtp_dsn_fate recipient_of(uint32_t action, const char *path)
{
    return (struct sansmtp_dsn_fate){
        .size = sizeof(struct sansmtp_dsn_fate),
        .action = action,
        .path = span(path),
    };
}

/* Has the report this message to return? */
static void scan(struct sansmtp_dsn_report *report, const char *message, size_t octets)
{
    scanned = (struct sansmtp_dsn_scanned){.size = sizeof(scanned), .boundary = report->boundary};
    for (size_t i = 0; i < octets; i++) {
        assert_int_equal(sansmtp_dsn_scan(&scanned, (const uint8_t *)message + i, 1), 0);
    }
    report->returned = &scanned;
}

static void give(const char *message, size_t octets)
{
    struct sansmtp_span in = {(const uint8_t *)message, octets};

    do {
        char out[64 + 256];
        size_t written = 0;

        assert_int_equal(sansmtp_dsn_original(&dsn, &in, out, sizeof(out), &written), 0);
        memcpy(text + length, out, written);
        length += written;
    } while (in.length > 0);
}

/* All of a report, with one recipient and maybe a message. */
static void write_all(struct sansmtp_dsn_report *report, const struct sansmtp_dsn_fate *recipient,
                      const char *message, size_t octets)
{
    fresh(NULL);
    if (message) {
        scan(report, message, octets);
    }
    STEP(BEGIN(report));
    STEP(EXPLAIN(recipient));
    STEP(RECIPIENT(recipient));
    if (message) {
        give(message, octets);
    }
    STEP(END());
    text[length] = '\0';
}

static void assert_has(const char *part)
{
    if (!strstr(text, part)) {
        fail_msg("no\n%s\nin\n%s", part, text);
    }
}

static void assert_has_not(const char *part)
{
    if (strstr(text, part)) {
        fail_msg("there is\n%s\nin\n%s", part, text);
    }
}

static void assert_short_lines(void)
{
    for (const char *line = text; *line;) {
        const char *end = strstr(line, "\r\n");

        assert_non_null(end);
        assert_true(end - line <= 998);
        line = end + 2;
    }
}

/* ---- is there a report? */

/* 3461-4.1-c 3461-5.2.2-b 3461-5.2.2-c 3461-5.2.3-a 3461-5.2.5-a 3461-5.2.6-a 3461-5.2.7.1-a */
static void test_wanted(void **state)
{
    static const struct {
        uint32_t notify;
        int failed, delayed, success; /* the same for delivered, relayed and expanded */
    } rows[] = {
        {0, SANSMTP_DSN_MUST, SANSMTP_DSN_MAY, SANSMTP_DSN_NO},
        {NEVER, SANSMTP_DSN_NO, SANSMTP_DSN_NO, SANSMTP_DSN_NO},
        {SUCCESS, SANSMTP_DSN_NO, SANSMTP_DSN_NO, SANSMTP_DSN_MUST},
        {FAILURE, SANSMTP_DSN_MUST, SANSMTP_DSN_NO, SANSMTP_DSN_NO},
        {DELAY, SANSMTP_DSN_NO, SANSMTP_DSN_MAY, SANSMTP_DSN_NO},
        {SUCCESS | FAILURE, SANSMTP_DSN_MUST, SANSMTP_DSN_NO, SANSMTP_DSN_MUST},
        {SUCCESS | DELAY, SANSMTP_DSN_NO, SANSMTP_DSN_MAY, SANSMTP_DSN_MUST},
        {FAILURE | DELAY, SANSMTP_DSN_MUST, SANSMTP_DSN_MAY, SANSMTP_DSN_NO},
        {SUCCESS | FAILURE | DELAY, SANSMTP_DSN_MUST, SANSMTP_DSN_MAY, SANSMTP_DSN_MUST},
    };
    const uint8_t *sender = (const uint8_t *)"<a@b.example>";

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t notify = rows[i].notify;

        assert_int_equal(sansmtp_dsn_wanted(sender, 13, notify, FAILED, 0), rows[i].failed);
        assert_int_equal(sansmtp_dsn_wanted(sender, 13, notify, DELAYED, 0), rows[i].delayed);
        assert_int_equal(sansmtp_dsn_wanted(sender, 13, notify, DELIVERED, 0), rows[i].success);
        assert_int_equal(sansmtp_dsn_wanted(sender, 13, notify, RELAYED, 0), rows[i].success);
        assert_int_equal(sansmtp_dsn_wanted(sender, 13, notify, EXPANDED, 0), rows[i].success);
    }
}

/* 5321-6.1-b 5321-4.5.4-a 3461-5.2-a: no report is sent about a report. */
static void test_wanted_null(void **state)
{
    static const uint32_t notify[] = {0, NEVER, SUCCESS, FAILURE, DELAY, SUCCESS | FAILURE | DELAY};

    (void)state;
    for (size_t i = 0; i < COUNT(notify); i++) {
        for (uint32_t action = FAILED; action <= EXPANDED; action <<= 1) {
            for (int by = 0; by <= 1; by++) {
                assert_int_equal(
                    sansmtp_dsn_wanted((const uint8_t *)"<>", 2, notify[i], action, by), 0);
                assert_int_equal(sansmtp_dsn_wanted(NULL, 0, notify[i], action, by), 0);
            }
        }
    }
}

/* 2852-4.1.3-a 2852-4.1.3-b 2852-4.1.4.2-a 2852-4.1.4-a */
static void test_wanted_deliver_by(void **state)
{
    const uint8_t *sender = (const uint8_t *)"a@b.example";

    (void)state;
    assert_int_equal(sansmtp_dsn_wanted(sender, 11, 0, RELAYED, 1), SANSMTP_DSN_MUST);
    assert_int_equal(sansmtp_dsn_wanted(sender, 11, FAILURE, RELAYED, 1), SANSMTP_DSN_MUST);
    assert_int_equal(sansmtp_dsn_wanted(sender, 11, NEVER, RELAYED, 1), SANSMTP_DSN_NO);
    assert_int_equal(sansmtp_dsn_wanted(sender, 11, 0, DELAYED, 1), SANSMTP_DSN_MUST);
    assert_int_equal(sansmtp_dsn_wanted(sender, 11, DELAY, DELAYED, 1), SANSMTP_DSN_MUST);
    assert_int_equal(sansmtp_dsn_wanted(sender, 11, FAILURE, DELAYED, 1), SANSMTP_DSN_NO);
    assert_int_equal(sansmtp_dsn_wanted(sender, 11, NEVER, DELAYED, 1), SANSMTP_DSN_NO);
    assert_int_equal(sansmtp_dsn_wanted(sender, 11, 0, FAILED, 1), SANSMTP_DSN_MUST);
    assert_int_equal(sansmtp_dsn_wanted(sender, 11, NEVER, FAILED, 1), SANSMTP_DSN_NO);
    assert_int_equal(sansmtp_dsn_wanted(sender, 11, 0, DELIVERED, 1), SANSMTP_DSN_NO);
}

static void test_wanted_misuse(void **state)
{
    const uint8_t *sender = (const uint8_t *)"a@b.example";

    (void)state;
    assert_int_equal(sansmtp_dsn_wanted(NULL, 1, 0, FAILED, 0), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_dsn_wanted(sender, 11, 0, 0, 0), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_dsn_wanted(sender, 11, 0, 3, 0), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_dsn_wanted(sender, 11, 0, 32, 0), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_dsn_wanted(sender, 11, 16, FAILED, 0), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_dsn_wanted(sender, 11, NEVER | DELAY, FAILED, 0),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_dsn_wanted(sender, 11, 0, FAILED, 2), SANSMTP_ERR_ARGUMENT);
}

/* 5321-6.1-a 5321-6.1-c 3461-6.1-a 5321-4.5.5-a: the report goes to this one mailbox, from <>. */
static void test_mailbox(void **state)
{
    static const struct {
        const char *sender, *mailbox;
        int result;
    } rows[] = {
        {"<Alice@Example.ORG>", "Alice@Example.ORG", 1},
        {"Alice@Example.ORG", "Alice@Example.ORG", 1},
        {"<@a.example,@b.example:user@d.example>", "user@d.example", 1},
        {"<\"a b\"@[192.0.2.1]>", "\"a b\"@[192.0.2.1]", 1},
        {"<j\xC3\xB6rg@x.example>", "j\xC3\xB6rg@x.example", 1},
        {"<>", "", 0},
        {"", "", 0},
        {"<a@b.example> x", NULL, SANSMTP_ERR_SYNTAX},
        {"<a\r\nb@c.example>", NULL, SANSMTP_ERR_SYNTAX},
        {"nobody", NULL, SANSMTP_ERR_SYNTAX},
    };
    struct sansmtp_span mailbox;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t octets = strlen(rows[i].sender);
        uint8_t *sender = guard_copy(rows[i].sender, octets);

        mailbox = (struct sansmtp_span){sender, 99};
        assert_int_equal(sansmtp_dsn_mailbox(sender, octets, &mailbox), rows[i].result);
        assert_int_equal(mailbox.length, rows[i].mailbox ? strlen(rows[i].mailbox) : 99);
        if (rows[i].result == 1) {
            assert_memory_equal(mailbox.data, rows[i].mailbox, mailbox.length);
        }
        guard_free(sender, octets);
    }
    assert_int_equal(sansmtp_dsn_mailbox(NULL, 0, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_dsn_mailbox(NULL, 1, &mailbox), SANSMTP_ERR_ARGUMENT);
}

/* ---- boundary and scan */

static void test_boundary(void **state)
{
    static const char longest[] = "0123456789012345678901234567890123456789"
                                  "012345678901234567890123456789";

    (void)state;
    for (unsigned octet = 0; octet < 256; octet++) {
        uint8_t boundary[2] = {(uint8_t)octet, 'x'};
        int good = octet > 0 && octet < 128 &&
                   strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                          "'()+_,-./:=? ",
                          (int)octet) != NULL;

        assert_int_equal(sansmtp_dsn_boundary_check(boundary, 2), good ? 0 : SANSMTP_ERR_SYNTAX);
    }
    assert_int_equal(sansmtp_dsn_boundary_check((const uint8_t *)"x ", 2), SANSMTP_ERR_SYNTAX);
    assert_int_equal(sansmtp_dsn_boundary_check((const uint8_t *)longest, 70), 0);
    assert_int_equal(sansmtp_dsn_boundary_check((const uint8_t *)longest, 71), SANSMTP_ERR_LENGTH);
    assert_int_equal(sansmtp_dsn_boundary_check(NULL, 0), SANSMTP_ERR_LENGTH);
    assert_int_equal(sansmtp_dsn_boundary_check(NULL, 1), SANSMTP_ERR_ARGUMENT);
}

#define ENDED SANSMTP_DSN_HEADER_ENDED

static void test_scan(void **state)
{
    static const struct {
        const char *message;
        uint32_t flags;
        uint64_t header;
    } rows[] = {
        {"A: b\r\n\r\nc\r\n", ENDED, 6},
        {"\r\nc\r\n", ENDED, 0},
        {"A: b\r\n", 0, 6},
        {"", 0, 0},
        {"A: b\r\n\r\nc\nd\r\n", ENDED | SANSMTP_DSN_BODY_BINARY, 6},
        {"A: b\r\n\r\nc\rd\r\n", ENDED | SANSMTP_DSN_BODY_BINARY, 6},
        {"A: b\r\n\r\n\r\r\n", ENDED | SANSMTP_DSN_BODY_BINARY, 6},
        {"A: b\n\nc\r\n", SANSMTP_DSN_HEADER_BINARY, 9},
        {"A: \xC3\xA9\r\n\r\n", ENDED | SANSMTP_DSN_HEADER_8BIT, 7},
        {"A: \xF0\x9F\x98\x80\r\n\r\n", ENDED | SANSMTP_DSN_HEADER_8BIT, 9},
        {"A: \xE9\r\n\r\n", ENDED | SANSMTP_DSN_HEADER_8BIT | SANSMTP_DSN_HEADER_NOT_UTF8, 6},
        {"A: \xC0\xAF\r\n\r\n", ENDED | SANSMTP_DSN_HEADER_8BIT | SANSMTP_DSN_HEADER_NOT_UTF8, 7},
        {"A: \xED\xA0\x80\r\n\r\n", ENDED | SANSMTP_DSN_HEADER_8BIT | SANSMTP_DSN_HEADER_NOT_UTF8,
         8},
        {"A: \xC3\r\nB: \xA9\r\n\r\n",
         ENDED | SANSMTP_DSN_HEADER_8BIT | SANSMTP_DSN_HEADER_NOT_UTF8, 12},
        {"\r\n\xE9\r\n", ENDED | SANSMTP_DSN_BODY_8BIT, 0},
        {"\r\n--bcdef\r\n", ENDED | SANSMTP_DSN_BODY_BOUNDARY, 0},
        {"\r\n--bcdefg", ENDED | SANSMTP_DSN_BODY_BOUNDARY, 0},
        {"\r\n--bcde\r\nf", ENDED, 0},
        {"\r\n --bcdef\r\n", ENDED, 0},
        {"\r\n--\r\n--bcdef--", ENDED | SANSMTP_DSN_BODY_BOUNDARY, 0},
        {"--bcdef\r\n", SANSMTP_DSN_HEADER_BOUNDARY, 9},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_dsn_report report = report_of(FAILED);
        struct sansmtp_dsn_scanned whole = {.size = sizeof(whole), .boundary = report.boundary};
        size_t octets = strlen(rows[i].message);

        scan(&report, rows[i].message, octets);
        assert_int_equal(scanned.flags, rows[i].flags);
        assert_int_equal(scanned.header_length, rows[i].header);
        assert_int_equal(scanned.length, octets);
        sansmtp_dsn_scan(&whole, (const uint8_t *)rows[i].message, octets);
        assert_memory_equal(&whole, &scanned, sizeof(whole));
    }
}

static void test_scan_long_lines(void **state)
{
    struct sansmtp_dsn_scanned found = {.size = sizeof(found)};
    uint8_t line[1000];

    (void)state;
    memset(line, 'x', sizeof(line));
    line[998] = '\r';
    line[999] = '\n';
    assert_int_equal(sansmtp_dsn_scan(&found, line, sizeof(line)), 0);
    assert_int_equal(found.flags, 0);
    line[0] = '\0';
    assert_int_equal(sansmtp_dsn_scan(&found, line, sizeof(line)), 0);
    assert_int_equal(found.flags, SANSMTP_DSN_HEADER_BINARY);
    found.flags = 0;
    assert_int_equal(sansmtp_dsn_scan(&found, (const uint8_t *)"y", 1), 0);
    line[0] = 'x';
    assert_int_equal(sansmtp_dsn_scan(&found, line, sizeof(line)), 0);
    assert_int_equal(found.flags, SANSMTP_DSN_HEADER_BINARY);
    assert_int_equal(sansmtp_dsn_scan(NULL, line, 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_dsn_scan(&found, NULL, 1), SANSMTP_ERR_ARGUMENT);
    found.boundary = (struct sansmtp_span){line, 71};
    assert_int_equal(sansmtp_dsn_scan(&found, line, 1), SANSMTP_ERR_ARGUMENT);
    found.boundary.length = 0;
    found.size = 8;
    assert_int_equal(sansmtp_dsn_scan(&found, line, 1), SANSMTP_ERR_ARGUMENT);
}

/* 3461-6.2-a 8689-5-a: how much goes back */
static void test_returns(void **state)
{
    static const char plain[] = "A: b\r\n\r\nc\r\n", body[] = "A: b\r\n\r\n\xE9\r\n",
                      utf8[] = "A: \xC3\xA9\r\n\r\n\0\n", broken[] = "A: \xE9\r\n\r\nc",
                      bare[] = "A: b\r\n\r\nc\nd";
    static const struct {
        const char *message;
        size_t octets;
        uint32_t actions, flags, ret;
        uint64_t limit;
        int returns;
    } rows[] = {
        {plain, sizeof(plain) - 1, FAILED, 0, 0, 0, SANSMTP_DSN_RETURN_FULL},
        {plain, sizeof(plain) - 1, FAILED | DELIVERED, 0, SANSMTP_RET_FULL, 11, 2},
        {plain, sizeof(plain) - 1, FAILED, 0, SANSMTP_RET_FULL, 10, SANSMTP_DSN_RETURN_HEADER},
        {plain, sizeof(plain) - 1, FAILED, 0, SANSMTP_RET_HDRS, 0, SANSMTP_DSN_RETURN_HEADER},
        {plain, sizeof(plain) - 1, FAILED, SANSMTP_DSN_REQUIRETLS, SANSMTP_RET_FULL, 0, 1},
        {plain, sizeof(plain) - 1, DELAYED, 0, SANSMTP_RET_FULL, 0, SANSMTP_DSN_RETURN_HEADER},
        {plain, sizeof(plain) - 1, DELIVERED | RELAYED | EXPANDED, 0, 0, 0, 1},
        {body, sizeof(body) - 1, FAILED, 0, 0, 0, SANSMTP_DSN_RETURN_HEADER},
        {body, sizeof(body) - 1, FAILED, SANSMTP_DSN_8BITMIME, 0, 0, SANSMTP_DSN_RETURN_FULL},
        {body, sizeof(body) - 1, FAILED, SANSMTP_DSN_SMTPUTF8, 0, 0, SANSMTP_DSN_RETURN_FULL},
        {utf8, sizeof(utf8) - 1, FAILED, 0, 0, 0, SANSMTP_DSN_RETURN_FULL},
        {utf8, sizeof(utf8) - 1, FAILED, SANSMTP_DSN_SMTPUTF8, 0, 0, SANSMTP_DSN_RETURN_FULL},
        {broken, sizeof(broken) - 1, FAILED, SANSMTP_DSN_SMTPUTF8, 0, 0, 1},
        {bare, sizeof(bare) - 1, FAILED, SANSMTP_DSN_8BITMIME, 0, 0, SANSMTP_DSN_RETURN_HEADER},
    };
    struct sansmtp_dsn_report report = report_of(FAILED);

    (void)state;
    assert_int_equal(sansmtp_dsn_returns(NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_dsn_returns(&report), SANSMTP_DSN_RETURN_NONE);
    for (size_t i = 0; i < COUNT(rows); i++) {
        report = report_of(rows[i].actions);
        report.flags = rows[i].flags;
        report.ret = rows[i].ret;
        report.limit = rows[i].limit;
        scan(&report, rows[i].message, rows[i].octets);
        assert_int_equal(sansmtp_dsn_returns(&report), rows[i].returns);
    }
    report = report_of(FAILED);
    report.size = 8;
    assert_int_equal(sansmtp_dsn_returns(&report), SANSMTP_ERR_ARGUMENT);
}

/* ---- the RFCs' examples */

/* RFC 3461 10.7, as this writer says it; 3464-2-a 3464-2.1-a 3464-2.2-a 3464-2.3-a 3464-2.3.6-a
 * 3461-6.2-a 5321-4.4-a */
static void test_example_failed(void **state)
{
    static const char expected[] =
        "Date: Tue, 3 Feb 2026 04:05:06 +0100\r\n"
        "From: Mail Delivery System <postmaster@Example.ORG>\r\n"
        "To: <Alice@Example.ORG>\r\n"
        "Subject: Your message was not delivered\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status;\r\n"
        " boundary=\"bcdef\"\r\n"
        "\r\n"
        "--bcdef\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\n"
        "Content-Transfer-Encoding: 7bit\r\n"
        "\r\n"
        "This is the mail system at Example.ORG.\r\n"
        "\r\n"
        "Your message could not be delivered to the recipients that are marked\r\n"
        "\"failed\" below. It will not be tried again: if the reason can be\r\n"
        "mended, please send the message once more.\r\n"
        "\r\n"
        "<Carol@Ivory.EDU>: failed (5.0.0)\r\n"
        "    You wrote to: Carol@Ivory.EDU\r\n"
        "    Ivory.EDU said:\r\n"
        "        550 error - no such recipient\r\n"
        "\r\n"
        "--bcdef\r\n"
        "Content-Type: message/delivery-status\r\n"
        "Content-Transfer-Encoding: 7bit\r\n"
        "\r\n"
        "Original-Envelope-Id: QQ314159\r\n"
        "Reporting-MTA: dns; Example.ORG\r\n"
        "\r\n"
        "Original-Recipient: rfc822;Carol@Ivory.EDU\r\n"
        "Final-Recipient: rfc822;Carol@Ivory.EDU\r\n"
        "Action: failed\r\n"
        "Status: 5.0.0\r\n"
        "Remote-MTA: dns; Ivory.EDU\r\n"
        "Diagnostic-Code: smtp; 550 error - no such recipient\r\n"
        "SMTP-Remote-Recipient: Carol@Ivory.EDU\r\n"
        "\r\n"
        "--bcdef\r\n"
        "Content-Type: text/rfc822-headers\r\n"
        "Content-Transfer-Encoding: 7bit\r\n"
        "\r\n"
        "Subject: Hello\r\n"
        "\r\n"
        "--bcdef--\r\n";
    static const char message[] = "Subject: Hello\r\n\r\nHello, all!\r\n";
    struct sansmtp_dsn_report report = report_of(FAILED);
    struct sansmtp_dsn_fate carol = recipient_of(FAILED, "<Carol@Ivory.EDU>");

    (void)state;
    carol.original = span("rfc822;Carol@Ivory.EDU");
    carol.code = 550;
    carol.text = span("error - no such recipient");
    carol.remote_mta = span("Ivory.EDU");
    report.envelope_id = span("QQ314159");
    report.ret = SANSMTP_RET_HDRS;
    scan(&report, message, strlen(message));
    STEP(BEGIN(&report));
    STEP(EXPLAIN(&carol));
    STEP(RECIPIENT(&carol));
    STEP(FIELD("SMTP-Remote-Recipient", "Carol@Ivory.EDU"));
    give(message, strlen(message));
    STEP(END());
    text[length] = '\0';
    assert_string_equal(text, expected);
    assert_int_equal(sansmtp_dsn_needs(&dsn), 0);
}

/* RFC 3464 appendix E, "Multi-Recipient DSN" and "Delayed DSN": the fields for programs */
static void test_example_several(void **state)
{
    static const char expected[] =
        "Reporting-MTA: dns; cs.utk.edu\r\n"
        "\r\n"
        "Original-Recipient: rfc822;arathib@vnet.ibm.com\r\n"
        "Final-Recipient: rfc822;arathib@vnet.ibm.com\r\n"
        "Action: failed\r\n"
        "Status: 5.0.0\r\n"
        "Remote-MTA: dns; vnet.ibm.com\r\n"
        "Diagnostic-Code: smtp; 550 'arathib@vnet.IBM.COM' is not a registered gateway\r\n"
        " user\r\n"
        "\r\n"
        "Original-Recipient: rfc822;johnh@hpnjld.njd.hp.com\r\n"
        "Final-Recipient: rfc822;johnh@hpnjld.njd.hp.com\r\n"
        "Action: delayed\r\n"
        "Status: 4.0.0\r\n"
        "Diagnostic-Code: x-local; hpnjld.njd.jp.com: host name lookup failure\r\n"
        "Last-Attempt-Date: Thu, 7 Jul 1994 17:15:49 -0400\r\n"
        "Will-Retry-Until: Sat, 16 Jul 1994 19:36:51 -0400\r\n"
        "\r\n"
        "--foobar--\r\n";
    struct sansmtp_dsn_report report = report_of(FAILED | DELAYED);
    struct sansmtp_dsn_fate first = recipient_of(FAILED, "arathib@vnet.ibm.com");
    struct sansmtp_dsn_fate second = recipient_of(DELAYED, "johnh@hpnjld.njd.hp.com");

    (void)state;
    report.boundary = span("foobar");
    report.reporting_mta = span("cs.utk.edu");
    report.offset_minutes = -240;
    first.original = span("rfc822;arathib@vnet.ibm.com");
    first.code = 550;
    first.text = span("'arathib@vnet.IBM.COM' is not a registered gateway user");
    first.remote_mta = span("vnet.ibm.com");
    second.original = span("rfc822;johnh@hpnjld.njd.hp.com");
    second.text = span("hpnjld.njd.jp.com: host name lookup failure");
    second.last_attempt = 773615749;
    second.will_retry_until = 774401811;
    STEP(BEGIN(&report));
    STEP(RECIPIENT(&first));
    STEP(RECIPIENT(&second));
    STEP(END());
    text[length] = '\0';
    assert_true(length > strlen(expected));
    assert_string_equal(text + length - strlen(expected), expected);
}

/* RFC 3461 9.2: a reply of several lines */
static void test_reply_lines(void **state)
{
    struct sansmtp_dsn_report report = report_of(FAILED);
    struct sansmtp_dsn_fate recipient = recipient_of(FAILED, "a@b.example");

    (void)state;
    recipient.code = 550;
    recipient.text = span("mailbox unavailable\nuser has moved with no forwarding address");
    write_all(&report, &recipient, NULL, 0);
    assert_has("\r\nDiagnostic-Code: smtp; 550-mailbox unavailable\r\n"
               " 550 user has moved with no forwarding address\r\n");
    recipient.enhanced = 5001006;
    write_all(&report, &recipient, NULL, 0);
    assert_has("Status: 5.1.6\r\nDiagnostic-Code: smtp; 550-5.1.6 mailbox unavailable\r\n"
               " 550 5.1.6 user has moved");
    assert_has("\r\n    The mailbox has moved, and left no new address.\r\n");
    recipient.text = span("");
    write_all(&report, &recipient, NULL, 0);
    assert_has("Diagnostic-Code: smtp; 550 5.1.6 \r\n");
}

/* ---- fields */

/* 3464-2.2-a: Original-Envelope-Id decoded, if there was an ENVID */
static void test_message_fields(void **state)
{
    static const uint8_t v4[] = {192, 0, 2, 9};
    struct sansmtp_dsn_report report = report_of(FAILED);
    struct sansmtp_dsn_fate recipient = recipient_of(FAILED, "a@b.example");

    (void)state;
    write_all(&report, &recipient, NULL, 0);
    assert_has_not("Original-Envelope-Id");
    assert_has_not("Arrival-Date");
    assert_has_not("Received-From-MTA");
    assert_has("\r\n\r\nReporting-MTA: dns; Example.ORG\r\n\r\nFinal-Recipient");
    report.envelope_id = span("a+20b+2BC");
    report.received_from = span("c.example");
    report.client_address = (struct sansmtp_span){v4, 4};
    report.arrival = 1770000000;
    report.flags = SANSMTP_DSN_UNKNOWN_ZONE;
    report.in_reply_to = span("<1@c.example>");
    report.message_id = span("<2@Example.ORG>");
    report.from = span("<daemon@Example.ORG>");
    report.subject = span("Bounced");
    write_all(&report, &recipient, NULL, 0);
    assert_has("\r\n\r\nOriginal-Envelope-Id: a b+C\r\nReporting-MTA: dns; Example.ORG\r\n"
               "Received-From-MTA: dns; c.example ([192.0.2.9])\r\n"
               "Arrival-Date: Mon, 2 Feb 2026 02:40:00 -0000\r\n\r\nFinal-Recipient");
    assert_has("From: Mail Delivery System <daemon@Example.ORG>\r\nTo: <Alice@Example.ORG>\r\n"
               "Subject: Bounced\r\nMessage-ID: <2@Example.ORG>\r\nIn-Reply-To: <1@c.example>\r\n"
               "References: <1@c.example>\r\n");
    /* RFC 3461 6.3 (b): a name that is not fully qualified is not of type dns */
    report.reporting_mta = span("localhost");
    write_all(&report, &recipient, NULL, 0);
    assert_has("\r\nReporting-MTA: x-local-hostname; localhost\r\n");
}

/* 3464-2.3.2-a 6533-4-a 6533-3-b: addresses keep their case, and their form where that is due */
static void test_addresses(void **state)
{
    static const struct {
        uint32_t flags;
        const char *path, *original, *expected;
    } rows[] = {
        {0, "<AbC@X.Example>", "rfc822;aB+2BC@X.Example",
         "\r\nOriginal-Recipient: rfc822;aB+C@X.Example\r\n"
         "Final-Recipient: rfc822;AbC@X.Example\r\n"},
        {0, "<@r.example:a@x.example>", NULL, "\r\n\r\nFinal-Recipient: rfc822;a@x.example\r\n"},
        {0, "<Postmaster>", NULL, "\r\nFinal-Recipient: rfc822;Postmaster\r\n"},
        {0, "nair_s", "x400;/G=A/",
         "Original-Recipient: x400;/G=A/\r\n"
         "Final-Recipient: rfc822;nair_s\r\n"},
        {0, "<j\xC3\xB6rg@x.example>", "utf-8;d\\x{F6}@x.example",
         "\r\nOriginal-Recipient: utf-8;d\\x{F6}@x.example\r\n"
         "Final-Recipient: utf-8;j\\x{F6}rg@x.example\r\n"},
        {0, "<\"a+\\\\b \xE2\x82\xAC\"@x.example>", "UTF-8;d\xC3\xB6@x.example",
         "\r\nOriginal-Recipient: UTF-8;d\\x{F6}@x.example\r\n"
         "Final-Recipient: utf-8;\"a\\x{2B}\\x{5C}\\x{5C}b\\x{20}\\x{20AC}\"@x.example\r\n"},
        {SANSMTP_DSN_SMTPUTF8, "<j\xC3\xB6rg@x.example>", "utf-8;d\\x{F6}\\x{1F600}@x.example",
         "\r\nOriginal-Recipient: utf-8;d\xC3\xB6\xF0\x9F\x98\x80@x.example\r\n"
         "Final-Recipient: utf-8;j\xC3\xB6rg@x.example\r\n"},
        {SANSMTP_DSN_SMTPUTF8, "<a@x.example>", "utf-8;\\x{D800}@x.example",
         "\r\nOriginal-Recipient: utf-8;\\x{D800}@x.example\r\n"
         "Final-Recipient: rfc822;a@x.example\r\n"},
        {0, "<a@x.example>", "rfc822;a+zz", "\r\nOriginal-Recipient: rfc822;a+zz\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_dsn_report report = report_of(FAILED);
        struct sansmtp_dsn_fate recipient = recipient_of(FAILED, rows[i].path);

        report.flags = rows[i].flags;
        recipient.original = span(rows[i].original);
        write_all(&report, &recipient, NULL, 0);
        assert_has(rows[i].expected);
    }
}

/* 6533-4-a: the global types only where something is not 7-bit */
static void test_global(void **state)
{
    struct sansmtp_dsn_report report = report_of(FAILED);
    struct sansmtp_dsn_fate recipient = recipient_of(FAILED, "a@x.example");

    (void)state;
    report.flags = SANSMTP_DSN_SMTPUTF8;
    write_all(&report, &recipient, NULL, 0);
    assert_has("Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: 7bit\r\n");
    assert_int_equal(sansmtp_dsn_needs(&dsn), SANSMTP_EXTENSION_8BITMIME);
    recipient.code = 550;
    recipient.text = span("gr\xC3\xBC\xC3\x9F");
    write_all(&report, &recipient, NULL, 0);
    assert_has("Content-Type: message/global-delivery-status\r\n"
               "Content-Transfer-Encoding: 8bit\r\n");
    assert_has("smtp; 550 gr\xC3\xBC\xC3\x9F\r\n");
    assert_int_equal(sansmtp_dsn_needs(&dsn),
                     SANSMTP_EXTENSION_8BITMIME | SANSMTP_EXTENSION_SMTPUTF8);
    report.flags = 0;
    write_all(&report, &recipient, NULL, 0);
    assert_has("Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: 7bit\r\n");
    assert_has("smtp; 550 gr\\x{FC}\\x{DF}\r\n");
    assert_int_equal(sansmtp_dsn_needs(&dsn), 0);
    report.flags = SANSMTP_DSN_SMTPUTF8 | SANSMTP_DSN_GLOBAL;
    recipient.text = span("ascii");
    write_all(&report, &recipient, NULL, 0);
    assert_has("Content-Type: message/global-delivery-status\r\n");
    assert_int_equal(sansmtp_dsn_needs(NULL), 0);
}

/* 3464-2.3.3-a */
static void test_actions(void **state)
{
    static const struct {
        uint32_t action;
        const char *field, *subject;
    } rows[] = {
        {FAILED, "\r\nAction: failed\r\nStatus: 5.0.0\r\n", "was not delivered"},
        {DELAYED, "\r\nAction: delayed\r\nStatus: 4.0.0\r\n", "is delayed"},
        {DELIVERED, "\r\nAction: delivered\r\nStatus: 2.0.0\r\n", "was delivered"},
        {RELAYED, "\r\nAction: relayed\r\nStatus: 2.0.0\r\n", "was relayed"},
        {EXPANDED, "\r\nAction: expanded\r\nStatus: 2.0.0\r\n", "was sent on"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_dsn_report report = report_of(rows[i].action);
        struct sansmtp_dsn_fate recipient = recipient_of(rows[i].action, "a@b.example");

        write_all(&report, &recipient, NULL, 0);
        assert_has(rows[i].field);
        assert_has(rows[i].subject);
        recipient.action = rows[(i + 1) % COUNT(rows)].action;
        recipient.status = 0;
        fresh(NULL);
        STEP(BEGIN(&report));
        REFUSED(RECIPIENT(&recipient), SANSMTP_ERR_ARGUMENT);
        REFUSED(EXPLAIN(&recipient), SANSMTP_ERR_ARGUMENT);
    }
}

/* 3464-2.3.4-a */
static void test_status(void **state)
{
    static const struct {
        uint32_t action, status, code, enhanced;
        int error;
        const char *field;
    } rows[] = {
        {FAILED, 5001001, 550, 5007001, 0, "Status: 5.1.1\r\n"},
        {FAILED, 0, 550, 5007001, 0, "Status: 5.7.1\r\n"},
        {FAILED, 0, 451, 0, 0, "Status: 4.0.0\r\n"},
        {FAILED, 4004007, 0, 0, 0, "Status: 4.4.7\r\n"},
        {FAILED, 5999999, 0, 0, 0, "Status: 5.999.999\r\n"},
        {FAILED, 2000000, 0, 0, SANSMTP_ERR_CODE, ""},
        {FAILED, 3000000, 0, 0, SANSMTP_ERR_CODE, ""},
        {FAILED, 511, 0, 0, SANSMTP_ERR_CODE, ""},
        {FAILED, 0, 550, 511, SANSMTP_ERR_CODE, ""},
        {FAILED, 0, 250, 0, SANSMTP_ERR_CODE, ""},
        {DELAYED, 5000000, 0, 0, SANSMTP_ERR_CODE, ""},
        {DELAYED, 0, 451, 4002002, 0, "Status: 4.2.2\r\n"},
        {DELIVERED, 4000000, 0, 0, SANSMTP_ERR_CODE, ""},
        {DELIVERED, 0, 250, 2001005, 0, "Status: 2.1.5\r\n"},
        {RELAYED, 5006004, 0, 0, 0, "Status: 5.6.4\r\n"},
        {EXPANDED, 5000000, 0, 0, SANSMTP_ERR_CODE, ""},
        {FAILED, 0, 199, 0, SANSMTP_ERR_ARGUMENT, ""},
        {FAILED, 0, 600, 0, SANSMTP_ERR_ARGUMENT, ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_dsn_report report = report_of(rows[i].action);
        struct sansmtp_dsn_fate recipient = recipient_of(rows[i].action, "a@b.example");

        recipient.status = rows[i].status;
        recipient.code = rows[i].code;
        recipient.enhanced = rows[i].enhanced;
        if (rows[i].error == 0) {
            write_all(&report, &recipient, NULL, 0);
            assert_has(rows[i].field);
            continue;
        }
        fresh(NULL);
        STEP(BEGIN(&report));
        REFUSED(RECIPIENT(&recipient), rows[i].error);
        REFUSED(EXPLAIN(&recipient), rows[i].error);
    }
}

/* 3464-2.3.9-a 3464-2.3-a 3464-2.3.2-a: what a recipient must and must not have */
static void test_recipient_refused(void **state)
{
    static const struct {
        const char *path, *original;
        int error;
    } rows[] = {
        {NULL, NULL, SANSMTP_ERR_ARGUMENT},
        {"<a\r\nX: y@b.example>", NULL, SANSMTP_ERR_TEXT},
        {"<a\xFF@b.example>", NULL, SANSMTP_ERR_TEXT},
        {"<a\x7F@b.example>", NULL, SANSMTP_ERR_TEXT},
        {"a@b.example", "rfc822", SANSMTP_ERR_TEXT},
        {"a@b.example", "rfc822;", SANSMTP_ERR_TEXT},
        {"a@b.example", ";a", SANSMTP_ERR_TEXT},
        {"a@b.example", "rf c;a", SANSMTP_ERR_TEXT},
        {"a@b.example", "rfc822;a\rb", SANSMTP_ERR_TEXT},
    };
    struct sansmtp_dsn_report report = report_of(FAILED | DELAYED);
    struct sansmtp_dsn_fate recipient;

    (void)state;
    STEP(BEGIN(&report));
    for (size_t i = 0; i < COUNT(rows); i++) {
        recipient = recipient_of(FAILED, rows[i].path);
        recipient.original = span(rows[i].original);
        REFUSED(RECIPIENT(&recipient), rows[i].error);
        REFUSED(EXPLAIN(&recipient), rows[i].error);
    }
    recipient = recipient_of(FAILED, "a@b.example");
    recipient.will_retry_until = 1770500000;
    REFUSED(RECIPIENT(&recipient), SANSMTP_ERR_ARGUMENT);
    recipient.action = DELAYED;
    STEP(EXPLAIN(&recipient));
    recipient.last_attempt = INT64_MAX;
    REFUSED(RECIPIENT(&recipient), SANSMTP_ERR_ARGUMENT);
    recipient.last_attempt = 0;
    recipient.action = 0;
    REFUSED(RECIPIENT(&recipient), SANSMTP_ERR_ARGUMENT);
    recipient.action = FAILED | DELAYED;
    REFUSED(RECIPIENT(&recipient), SANSMTP_ERR_ARGUMENT);
    recipient = recipient_of(FAILED, "a@b.example");
    recipient.size = 8;
    REFUSED(RECIPIENT(&recipient), SANSMTP_ERR_ARGUMENT);
    REFUSED(RECIPIENT(NULL), SANSMTP_ERR_ARGUMENT);
}

/* 3464-2.3.2-a: no CR or LF; nothing that a peer says gets out of its field */
static void test_peer_text(void **state)
{
    static const char said[] = "a\rb\x1b[31m\0c\x7f\t\xC3\xA9\xC3(\r\nX-Evil: 1\n\n--bcdef--\n"
                               "\xF0\x9F\x98\x80";
    static char word[4000];
    struct sansmtp_dsn_report report = report_of(FAILED);
    struct sansmtp_dsn_fate recipient = recipient_of(FAILED, "a@b.example");

    (void)state;
    recipient.code = 550;
    recipient.text = (struct sansmtp_span){(const uint8_t *)said, sizeof(said) - 1};
    recipient.log_id = span("4F\r\nX-Evil: 2");
    recipient.remote_mta = span("mx\r\nX-Evil: 3");
    report.envelope_id = span("a+0D+0AX-Evil:+204");
    report.received_from = span("c.example\r\nX-Evil: 5");
    report.in_reply_to = span("<a@b>\r\nX-Evil: 6");
    write_all(&report, &recipient, NULL, 0);
    assert_has("smtp; 550-a?b?[31m?c? \\x{E9}?(?\r\n 550-X-Evil: 1\r\n 550-\r\n"
               " 550---bcdef--\r\n 550 \\x{1F600}\r\nFinal-Log-ID: 4F? X-Evil: 2\r\n");
    assert_has("Original-Envelope-Id: a? X-Evil: 4\r\n");
    assert_has_not("\r\nX-Evil");
    assert_has_not("Remote-MTA");
    assert_has_not("Received-From-MTA");
    assert_has_not("In-Reply-To");
    memset(word, 'w', sizeof(word));
    recipient.text = (struct sansmtp_span){(const uint8_t *)word, sizeof(word)};
    write_all(&report, &recipient, NULL, 0);
    assert_short_lines();
}

/* However many octets an address has when it is escaped, a line ends in time. */
static void test_long_addresses(void **state)
{
    struct sansmtp_dsn_report report = report_of(FAILED);
    struct sansmtp_dsn_fate recipient = recipient_of(FAILED, NULL);
    static uint8_t path[500], original[500] = "utf-8;";

    (void)state;
    for (size_t i = 0; i + 1 < sizeof(path); i += 2) {
        memcpy(path + i, "\xC3\xB6", 2);
    }
    memcpy(original + 6, path, sizeof(original) - 6);
    recipient.path = (struct sansmtp_span){path, sizeof(path)};
    recipient.original = (struct sansmtp_span){original, sizeof(original)};
    write_all(&report, &recipient, NULL, 0);
    assert_short_lines();
    assert_has("\r\nFinal-Recipient: utf-8;\\x{F6}\\x{F6}");
    recipient.path.length++;
    fresh(NULL);
    STEP(BEGIN(&report));
    REFUSED(RECIPIENT(&recipient), SANSMTP_ERR_TEXT);
}

/* A remote host is named, if with one label; a hello name, too. */
static void test_single_label(void **state)
{
    struct sansmtp_dsn_report report = report_of(FAILED);
    struct sansmtp_dsn_fate recipient = recipient_of(FAILED, "a@b.example");

    (void)state;
    report.received_from = span("pc");
    recipient.remote_mta = span("localhost");
    recipient.code = 550;
    write_all(&report, &recipient, NULL, 0);
    assert_has("\r\nReceived-From-MTA: dns; pc\r\n");
    assert_has("\r\nRemote-MTA: dns; localhost\r\n");
    assert_has("\r\n    localhost said:\r\n");
    recipient.remote_mta = span("[X-Tag:(a]");
    write_all(&report, &recipient, NULL, 0);
    assert_has_not("Remote-MTA");
}

/* 2046-5.1.1: a name of the host is folded behind a blank, so that no delimiter begins a line */
static void test_name_like_a_delimiter(void **state)
{
    struct sansmtp_dsn_report report = report_of(FAILED);

    (void)state;
    report.reporting_mta = span("a name that is long enough to fold the next one --bcdef--");
    report.from = span("a@b.example");
    STEP(BEGIN(&report));
    text[length] = '\0';
    assert_has("--bcdef--");
    assert_has_not("\r\n--bcdef--");
}

/* A large header is no way round the limit: what returns ends with the line that reaches it. */
static void test_large_header(void **state)
{
    static char message[4000];
    struct sansmtp_dsn_report report = report_of(FAILED);
    struct sansmtp_dsn_fate recipient = recipient_of(FAILED, "a@b.example");
    size_t octets = 0;

    (void)state;
    for (int i = 0; i < 60; i++) {
        octets += (size_t)sprintf(message + octets, "X-%02d: 34567890123\r\n", i);
    }
    octets += (size_t)sprintf(message + octets, "\r\nbody\r\n");
    for (uint64_t limit = 19; limit <= 60 * 19; limit++) {
        char last[32], over[8];

        report.limit = limit;
        write_all(&report, &recipient, message, octets);
        sprintf(last, "X-%02d: 34567890123\r\n\r\n--bcdef--", (int)((limit - 1) / 19));
        sprintf(over, "X-%02d", (int)((limit - 1) / 19) + 1);
        assert_has(last);
        assert_has_not(over);
        assert_has_not("body");
    }
}

/* Where the header is one line without an end, it ends nevertheless, and is encoded anyway. */
static void test_endless_line(void **state)
{
    static const char ends[] = " \r=";
    static char message[6000];
    struct sansmtp_dsn_report report = report_of(FAILED);
    struct sansmtp_dsn_fate recipient = recipient_of(FAILED, "a@b.example");

    (void)state;
    report.limit = 100;
    for (size_t i = 0; i < sizeof(ends); i++) {
        memset(message, ends[i], sizeof(message));
        memcpy(message, "X: y", 4);
        write_all(&report, &recipient, message, sizeof(message));
        assert_has("quoted-printable");
        assert_true(length < 6000);
        assert_short_lines();
    }
}

static void test_field(void **state)
{
    static const char longest[] = "x123456789012345678901234567890123456789012345678901234567890";
    const char *const names[] = {"",         "a b",    "a:",        "Reporting-MTA",
                                 "status",   "--",     "--bcdef--", "FINAL-log-id",
                                 "\xC3\xA9", "a\r\nb", longest};
    struct sansmtp_dsn_report report = report_of(FAILED);
    struct sansmtp_dsn_fate recipient = recipient_of(FAILED, "a@b.example");

    (void)state;
    REFUSED(FIELD("X-A", "b"), SANSMTP_ERR_STATE);
    STEP(BEGIN(&report));
    for (size_t i = 0; i < COUNT(names); i++) {
        REFUSED(FIELD(names[i], "b"), SANSMTP_ERR_TEXT);
    }
    REFUSED(FIELD("X-A", "b\r\nc"), SANSMTP_ERR_TEXT);
    REFUSED(FIELD("X-A", "\xC3\xA9"), SANSMTP_ERR_TEXT);
    /* 4865-5.1.2-a */
    STEP(FIELD("Future-Release-Request", "for;60"));
    STEP(RECIPIENT(&recipient));
    STEP(FIELD("X-Queue-ID", "4F1B"));
    STEP(END());
    text[length] = '\0';
    assert_has("Reporting-MTA: dns; Example.ORG\r\nFuture-Release-Request: for;60\r\n\r\n"
               "Final-Recipient: rfc822;a@b.example\r\nAction: failed\r\nStatus: 5.0.0\r\n"
               "X-Queue-ID: 4F1B\r\n\r\n--bcdef--\r\n");
    REFUSED(FIELD("X-A", "b"), SANSMTP_ERR_STATE);
}

/* ---- words of the host */

static void test_text(void **state)
{
    static const char *const bad[] = {"a\rb",    "a\x1b",        "\xC3\xA9",
                                      "--bcdef", "a\n--bcdef--", "x\x7F"};
    struct sansmtp_dsn_report report = report_of(FAILED);
    struct sansmtp_dsn_fate recipient = recipient_of(FAILED, "a@b.example");
    char line[999];

    (void)state;
    report.flags = SANSMTP_DSN_OWN_TEXT;
    STEP(BEGIN(&report));
    for (size_t i = 0; i < COUNT(bad); i++) {
        REFUSED(TEXT(bad[i]), SANSMTP_ERR_TEXT);
    }
    memset(line, 'x', sizeof(line));
    REFUSED(sansmtp_dsn_text(&dsn, line, 999, out, capacity, out_length), SANSMTP_ERR_TEXT);
    REFUSED(sansmtp_dsn_text(&dsn, "a\0b", 3, out, capacity, out_length), SANSMTP_ERR_TEXT);
    STEP(TEXT("one\r\n\ttwo\n\nthree"));
    STEP(TEXT("--bcde\n"));
    STEP(RECIPIENT(&recipient));
    REFUSED(TEXT("late"), SANSMTP_ERR_STATE);
    REFUSED(EXPLAIN(&recipient), SANSMTP_ERR_STATE);
    STEP(END());
    text[length] = '\0';
    assert_has("7bit\r\n\r\none\r\n\ttwo\r\n\r\nthree\r\n--bcde\r\n\r\n--bcdef\r\n");
}

static void test_text_utf8(void **state)
{
    struct sansmtp_dsn_report report = report_of(FAILED);
    struct sansmtp_dsn_fate recipient = recipient_of(FAILED, "a@b.example");

    (void)state;
    report.flags = SANSMTP_DSN_OWN_TEXT | SANSMTP_DSN_UTF8_TEXT;
    STEP(BEGIN(&report));
    REFUSED(TEXT("\xFF"), SANSMTP_ERR_TEXT);
    STEP(TEXT("Gr\xC3\xBC\xC3\x9F"
              "e = \n--x\n.\nFrom \ninside From and -- and the end of a long line\n"));
    STEP(RECIPIENT(&recipient));
    STEP(END());
    text[length] = '\0';
    assert_has("Content-Type: text/plain; charset=utf-8\r\n"
               "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
               "Gr=C3=BC=C3=9Fe =3D =\r\n\r\n=2D-x\r\n=2E\r\n=46rom =\r\n\r\n"
               "inside From and -- and the end of a long line\r\n\r\n--bcdef\r\n");
    assert_int_equal(sansmtp_dsn_needs(&dsn), 0);
    fresh(NULL);
    report.flags |= SANSMTP_DSN_8BITMIME;
    STEP(BEGIN(&report));
    STEP(TEXT("Gr\xC3\xBC\xC3\x9F"));
    text[length] = '\0';
    assert_has("Content-Transfer-Encoding: 8bit\r\n\r\nGr\xC3\xBC\xC3\x9F\r\n");
    assert_int_equal(sansmtp_dsn_needs(&dsn), SANSMTP_EXTENSION_8BITMIME);
}

/* ---- the message that is returned */

/* 6533-4.5-a 3461-6.2-a 6533-4-a */
static void test_original(void **state)
{
    static const struct {
        uint32_t flags, ret;
        const char *message;
        size_t octets;
        uint64_t needs;
        const char *part;
    } rows[] = {
#define ROW(flags, ret, message, needs, part) \
    {flags, ret, message, sizeof(message) - 1, needs, "\r\n--bcdef\r\nContent-Type: " part}
        ROW(0, 0, "A: b\r\n\r\nc\r\n", 0,
            "message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
            "A: b\r\n\r\nc\r\n\r\n--bcdef--\r\n"),
        ROW(0, 0, "A: b\r\n\r\nc", 0,
            "message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
            "A: b\r\n\r\nc\r\n--bcdef--\r\n"),
        ROW(0, SANSMTP_RET_HDRS, "A: b\r\nC: d\r\n\r\nc\r\n", 0,
            "text/rfc822-headers\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
            "A: b\r\nC: d\r\n\r\n--bcdef--\r\n"),
        ROW(0, 0, "\r\n\xE9", 0,
            "text/rfc822-headers\r\nContent-Transfer-Encoding: 7bit\r\n\r\n\r\n--bcdef--\r\n"),
        ROW(SANSMTP_DSN_8BITMIME, 0, "A: b\r\n\r\n\xE9\r\n", SANSMTP_EXTENSION_8BITMIME,
            "message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            "A: b\r\n\r\n\xE9\r\n\r\n--bcdef--\r\n"),
        ROW(0, 0, "A: \xC3\xA9\r\n\r\n\xE9 \r\nx\n\0\r\r\n", 0,
            "message/global\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
            "A: =C3=A9\r\n\r\n=E9 =\r\n\r\nx=0A=00=0D\r\n\r\n--bcdef--\r\n"),
        ROW(0, SANSMTP_RET_HDRS, "A: \xC3\xA9\r\n\r\nx", 0,
            "message/global-headers\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
            "A: =C3=A9\r\n\r\n--bcdef--\r\n"),
        ROW(SANSMTP_DSN_SMTPUTF8, SANSMTP_RET_HDRS, "A: \xC3\xA9\r\n\r\nx",
            SANSMTP_EXTENSION_8BITMIME | SANSMTP_EXTENSION_SMTPUTF8,
            "message/global-headers\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            "A: \xC3\xA9\r\n\r\n--bcdef--\r\n"),
        ROW(SANSMTP_DSN_SMTPUTF8, 0, "A: \xC3\xA9\r\n\r\n\xE9\r\n",
            SANSMTP_EXTENSION_8BITMIME | SANSMTP_EXTENSION_SMTPUTF8,
            "message/global\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            "A: \xC3\xA9\r\n\r\n\xE9\r\n\r\n--bcdef--\r\n"),
        ROW(0, 0, "A: \xE9\r\nB: \r\r\n\r\nx", 0,
            "text/rfc822-headers\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
            "A: =E9\r\nB: =0D\r\n\r\n--bcdef--\r\n"),
        ROW(0, 0, "A: b\r", 0,
            "text/rfc822-headers\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
            "A: b=0D\r\n--bcdef--\r\n"),
        ROW(0, 0, "", 0,
            "message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\n\r\n--bcdef--\r\n"),
#undef ROW
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_dsn_report report = report_of(FAILED);
        struct sansmtp_dsn_fate recipient = recipient_of(FAILED, "a@b.example");
        size_t octets = strlen(rows[i].part);

        report.flags = rows[i].flags;
        report.ret = rows[i].ret;
        write_all(&report, &recipient, rows[i].message, rows[i].octets);
        assert_true(length > octets);
        assert_string_equal(text + length - octets, rows[i].part);
        assert_int_equal(sansmtp_dsn_needs(&dsn) & rows[i].needs, rows[i].needs);
        assert_int_equal(sansmtp_dsn_needs(&dsn) & ~rows[i].needs, 0);
    }
}

/* A message that is another than the one that was scanned is not let through. */
static void test_original_other(void **state)
{
    static const char message[] = "A: b\r\n\r\nc\r\n";
    static const char *const others[] = {"A: b\r\n\r\n\xE9", "A: b\r\n\r\nc\nd",
                                         "A: b\r\n\r\nc\rd", "A: \xC3\xA9\r\n",
                                         "--bcdef\r\n",      "A: b\r\n\r\n--bcdef"};
    struct sansmtp_dsn_report report = report_of(FAILED);
    struct sansmtp_dsn_fate recipient = recipient_of(FAILED, "a@b.example");
    struct sansmtp_span in;

    (void)state;
    scan(&report, message, strlen(message));
    STEP(BEGIN(&report));
    in = span(message);
    REFUSED(ORIGINAL(&in), SANSMTP_ERR_STATE);
    REFUSED(END(), SANSMTP_ERR_STATE);
    STEP(RECIPIENT(&recipient));
    for (size_t i = 0; i < COUNT(others); i++) {
        in = span(others[i]);
        REFUSED(ORIGINAL(&in), SANSMTP_ERR_TEXT);
        assert_ptr_equal(in.data, others[i]);
        assert_int_equal(in.length, strlen(others[i]));
    }
    give("A: b\r", 5);
    REFUSED(END(), SANSMTP_ERR_TEXT);
    give("\n\r\nc\r\n", 6);
    REFUSED(RECIPIENT(&recipient), SANSMTP_ERR_STATE);
    STEP(END());
    REFUSED(END(), SANSMTP_ERR_STATE);
    in = span(message);
    REFUSED(ORIGINAL(&in), SANSMTP_ERR_STATE);
}

static void test_original_absent(void **state)
{
    static const char message[] = "A: b\r\n\r\nc\r\n";
    struct sansmtp_dsn_report report = report_of(FAILED);
    struct sansmtp_dsn_fate recipient = recipient_of(FAILED, "a@b.example");
    struct sansmtp_span in = span(message);

    (void)state;
    STEP(BEGIN(&report));
    STEP(RECIPIENT(&recipient));
    REFUSED(ORIGINAL(&in), SANSMTP_ERR_STATE);
    STEP(END());
    fresh(NULL);
    scan(&report, message, strlen(message));
    STEP(BEGIN(&report));
    STEP(RECIPIENT(&recipient));
    STEP(END());
    text[length] = '\0';
    assert_has("Status: 5.0.0\r\n\r\n--bcdef--\r\n");
}

/* A message in pieces of every size, through memory of every size, is the same. */
static void test_original_pieces(void **state)
{
    static const char message[] =
        "Subject: gr\xC3\xBC\xC3\x9F\r\n\r\nLine \r\n\r\r\n--bcdef\r\n\n\0"
        "a long line that has to be broken somewhere, because it has more"
        " than seventy-six octets\r";
    struct sansmtp_dsn_report report = report_of(FAILED);
    struct sansmtp_dsn_fate recipient = recipient_of(FAILED, "a@b.example");
    static char whole[sizeof(text)];

    (void)state;
    write_all(&report, &recipient, message, sizeof(message) - 1);
    memcpy(whole, text, length + 1);
    for (size_t piece = 1; piece < 12; piece++) {
        size_t at = 0;

        fresh(NULL);
        scan(&report, message, sizeof(message) - 1);
        STEP(BEGIN(&report));
        STEP(EXPLAIN(&recipient));
        STEP(RECIPIENT(&recipient));
        for (; at < sizeof(message) - 1; at += piece) {
            size_t rest = sizeof(message) - 1 - at;

            give(message + at, piece < rest ? piece : rest);
        }
        STEP(END());
        text[length] = '\0';
        assert_string_equal(text, whole);
    }
}

static void test_original_room(void **state)
{
    static const char message[] = "A: b\r\n\r\nc\r\n";
    struct sansmtp_dsn_report report = report_of(FAILED);
    struct sansmtp_dsn_fate recipient = recipient_of(FAILED, "a@b.example");

    (void)state;
    scan(&report, message, strlen(message));
    STEP(BEGIN(&report));
    STEP(RECIPIENT(&recipient));
    for (size_t capacity = 0;; capacity++) {
        struct sansmtp_span in = span(message);
        struct sansmtp_dsn before = dsn;
        char *out = (char *)guard_alloc(capacity);
        size_t written = 0;
        int error = sansmtp_dsn_original(&dsn, &in, out, capacity, &written);

        guard_free((uint8_t *)out, capacity);
        if (error == 0) {
            assert_true(in.length < strlen(message));
            break;
        }
        assert_int_equal(error, SANSMTP_ERR_ROOM);
        assert_true(written > capacity);
        assert_memory_equal(&dsn, &before, sizeof(dsn));
        assert_int_equal(in.length, strlen(message));
    }
}

/* ---- what begin refuses */

static void test_begin_refused(void **state)
{
    struct sansmtp_dsn_report report;

    (void)state;
#define BAD(change, code)              \
    do {                               \
        report = report_of(FAILED);    \
        change;                        \
        REFUSED(BEGIN(&report), code); \
    } while (0)
    BAD(report.size = 8, SANSMTP_ERR_ARGUMENT);
    BAD(report.actions = 0, SANSMTP_ERR_ARGUMENT);
    BAD(report.actions = 32, SANSMTP_ERR_ARGUMENT);
    BAD(report.flags = 128, SANSMTP_ERR_ARGUMENT);
    BAD(report.ret = 3, SANSMTP_ERR_ARGUMENT);
    BAD(report.seconds = INT64_MIN, SANSMTP_ERR_ARGUMENT);
    BAD(report.arrival = INT64_MAX, SANSMTP_ERR_ARGUMENT);
    BAD(report.offset_minutes = 6000, SANSMTP_ERR_ARGUMENT);
    BAD(report.client_address = span("12345"), SANSMTP_ERR_ARGUMENT);
    BAD(report.subject.length = 1, SANSMTP_ERR_ARGUMENT);
    BAD(report.sender = span("<>"), SANSMTP_ERR_TEXT);
    BAD(report.sender = span("<a\r\nb@c.example>"), SANSMTP_ERR_TEXT);
    BAD(report.from = span("<>"), SANSMTP_ERR_TEXT);
    BAD(report.from = span("a b"), SANSMTP_ERR_TEXT);
    BAD(report.boundary = span("a\"b"), SANSMTP_ERR_TEXT);
    BAD(report.boundary = span(""), SANSMTP_ERR_TEXT);
    BAD(report.reporting_mta = span(""), SANSMTP_ERR_TEXT);
    BAD(report.reporting_mta = span("a\r\nb"), SANSMTP_ERR_TEXT);
    BAD(report.reporting_mta = span("localhost"), SANSMTP_ERR_TEXT);
    BAD(report.subject = span("a\r\nBcc: b"), SANSMTP_ERR_TEXT);
    BAD(report.message_id = span("<a b@c>"), SANSMTP_ERR_TEXT);
    BAD(report.message_id = span("a@b"), SANSMTP_ERR_TEXT);
    BAD(report.sender = span("<\xC3\xB6@x.example>"), SANSMTP_ERR_NEEDS_SMTPUTF8);
    BAD(report.subject = span("\xC3\xB6"), SANSMTP_ERR_NEEDS_SMTPUTF8);
    BAD(scan(&report, "\r\n--bcdef", 9), SANSMTP_ERR_TEXT);
    BAD(scan(&report, "--bcdef", 7), SANSMTP_ERR_TEXT);
    BAD(scan(&report, "", 0); report.boundary = span("other"), SANSMTP_ERR_ARGUMENT);
    BAD(scan(&report, "", 0); scanned.size = 4, SANSMTP_ERR_ARGUMENT);
#undef BAD
    REFUSED(BEGIN(NULL), SANSMTP_ERR_ARGUMENT);
    report = report_of(FAILED);
    assert_int_equal(sansmtp_dsn_begin(NULL, &report, NULL, 0, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_dsn_end(&dsn, NULL, 1, &length), SANSMTP_ERR_ARGUMENT);
    dsn.size = 8;
    assert_int_equal(sansmtp_dsn_begin(&dsn, &report, NULL, 0, &length), SANSMTP_ERR_ARGUMENT);
}

/* A boundary in what does not return, or is encoded, does no harm. */
static void test_boundary_harmless(void **state)
{
    static const char utf8[] = "A: \xC3\xA9\r\n\r\n--bcdef\r\n";
    static const char body[] = "A: b\r\n\r\n--bcdef\r\n";
    struct sansmtp_dsn_report report = report_of(FAILED);
    struct sansmtp_dsn_fate recipient = recipient_of(FAILED, "a@b.example");

    (void)state;
    write_all(&report, &recipient, utf8, strlen(utf8));
    assert_has("\r\n=2D-bcdef\r\n\r\n--bcdef--\r\n");
    report.ret = SANSMTP_RET_HDRS;
    write_all(&report, &recipient, body, strlen(body));
    assert_has("\r\nA: b\r\n\r\n--bcdef--\r\n");
}

static void test_smtputf8_header(void **state)
{
    struct sansmtp_dsn_report report = report_of(FAILED);
    struct sansmtp_dsn_fate recipient = recipient_of(FAILED, "a@b.example");

    (void)state;
    report.flags = SANSMTP_DSN_SMTPUTF8;
    report.sender = span("<\xC3\xB6@x.example>");
    write_all(&report, &recipient, NULL, 0);
    assert_has("\r\nTo: <\xC3\xB6@x.example>\r\n");
    assert_int_equal(sansmtp_dsn_needs(&dsn),
                     SANSMTP_EXTENSION_8BITMIME | SANSMTP_EXTENSION_SMTPUTF8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_wanted, fresh),
        cmocka_unit_test_setup(test_wanted_null, fresh),
        cmocka_unit_test_setup(test_wanted_deliver_by, fresh),
        cmocka_unit_test_setup(test_wanted_misuse, fresh),
        cmocka_unit_test_setup(test_mailbox, fresh),
        cmocka_unit_test_setup(test_boundary, fresh),
        cmocka_unit_test_setup(test_scan, fresh),
        cmocka_unit_test_setup(test_scan_long_lines, fresh),
        cmocka_unit_test_setup(test_returns, fresh),
        cmocka_unit_test_setup(test_example_failed, fresh),
        cmocka_unit_test_setup(test_example_several, fresh),
        cmocka_unit_test_setup(test_reply_lines, fresh),
        cmocka_unit_test_setup(test_message_fields, fresh),
        cmocka_unit_test_setup(test_addresses, fresh),
        cmocka_unit_test_setup(test_global, fresh),
        cmocka_unit_test_setup(test_actions, fresh),
        cmocka_unit_test_setup(test_status, fresh),
        cmocka_unit_test_setup(test_recipient_refused, fresh),
        cmocka_unit_test_setup(test_peer_text, fresh),
        cmocka_unit_test_setup(test_long_addresses, fresh),
        cmocka_unit_test_setup(test_single_label, fresh),
        cmocka_unit_test_setup(test_large_header, fresh),
        cmocka_unit_test_setup(test_endless_line, fresh),
        cmocka_unit_test_setup(test_field, fresh),
        cmocka_unit_test_setup(test_name_like_a_delimiter, fresh),
        cmocka_unit_test_setup(test_text, fresh),
        cmocka_unit_test_setup(test_text_utf8, fresh),
        cmocka_unit_test_setup(test_original, fresh),
        cmocka_unit_test_setup(test_original_other, fresh),
        cmocka_unit_test_setup(test_original_absent, fresh),
        cmocka_unit_test_setup(test_original_pieces, fresh),
        cmocka_unit_test_setup(test_original_room, fresh),
        cmocka_unit_test_setup(test_begin_refused, fresh),
        cmocka_unit_test_setup(test_boundary_harmless, fresh),
        cmocka_unit_test_setup(test_smtputf8_header, fresh),
    };

    return cmocka_run_group_tests_name("dsn", tests, NULL, NULL);
}
