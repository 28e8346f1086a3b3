#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "argument.h"
#include "guard.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define LABEL63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

struct row {
    const char *text;
    bool good;
};

static bool at_guard(bool (*valid)(const uint8_t *octets, size_t length), const char *text)
{
    size_t length = strlen(text);
    uint8_t *octets = guard_copy(text, length);
    bool good = valid(octets, length);

    guard_free(octets, length);
    return good;
}

static void check(bool (*valid)(const uint8_t *octets, size_t length), const struct row *rows,
                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (at_guard(valid, rows[i].text) != rows[i].good) {
            fail_msg("\"%s\"", rows[i].text);
        }
    }
}

/* 1985-5-a */
static void test_nodes(void **state)
{
    static const struct row rows[] = {
        {"x.example", true},
        {"X.Example", true},
        {"@x.example", true},
        {"#uucp", true},
        {"#a+b/c@d", true},
        {LABEL63 ".example", true},
        {"a" LABEL63 ".example", false},
        {"", false},
        {"@", false},
        {"#", false},
        {"localname", false},
        {"@localname", false},
        {"@@x.example", false},
        {"x.example.", false},
        {".example", false},
        {"x..example", false},
        {"-x.example", false},
        {"x-.example", false},
        {"x_y.example", false},
        {"a b", false},
        {"#a b", false},
        {"#a\x7f", false},
        {"#\xc3\xa9", false},
        {"[192.0.2.1]", false},
        {"\xc3\xa9.example", false},
    };

    (void)state;
    check(sansmtp_node_valid, rows, COUNT(rows));
}

/* 2645-5.2.1-a */
static void test_domains(void **state)
{
    static const struct row rows[] = {
        {"a.example", true},
        {"a.example,b.example", true},
        {"a.example,b.example,c.d.example", true},
        {"", false},
        {",", false},
        {"a.example,", false},
        {",a.example", false},
        {"a.example,,b.example", false},
        {"a.example, b.example", false},
        {"a.example b.example", false},
        {"localhost", false},
        {"a.example,localhost", false},
        {"[192.0.2.1]", false},
        {"@a.example", false},
    };

    (void)state;
    check(sansmtp_domains_valid, rows, COUNT(rows));
}

static bool read_url(const char *text, struct sansmtp_span *url, bool *last)
{
    size_t length = strlen(text);
    uint8_t *octets = guard_copy(text, length);
    bool good = sansmtp_url_parse(octets, length, url, last);

    if (good) {
        assert_ptr_equal(url->data, octets);
        assert_memory_equal(url->data, text, url->length);
    }
    guard_free(octets, length);
    return good;
}

/* 4468-3.5-a */
static void test_urls(void **state)
{
    static const struct {
        const char *text;
        size_t length; /* of the URL; 0: there is none */
        bool last;
    } rows[] = {
        {"imap://h/x", 10, false},
        {"imap://h/x LAST", 10, true},
        {"imap://h/x last", 10, true},
        {"a:b", 3, false},
        {"A1+-.:b", 7, false},
        {"imap://h/;uid=25;urlauth=submit+harry:internal:91354a LAST", 53, true},
        {"", 0, false},
        {"LAST", 0, false},
        {" LAST", 0, false},
        {"h/x", 0, false},
        {":x", 0, false},
        {"imap:", 0, false},
        {"1a:x", 0, false},
        {"i_m:x", 0, false},
        {"imap://h/x#f", 0, false},
        {"imap://h/x MORE", 0, false},
        {"imap://h/x LASTS", 0, false},
        {"imap://h/x LAST ", 0, false},
        {"imap://h/x  LAST", 0, false},
        {"imap://h/x ", 0, false},
        {"imap://h/\x7f", 0, false},
        {"imap://h/\t", 0, false},
        {"imap://h/\xc3\xa9", 0, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_span url;
        bool last;
        bool good = read_url(rows[i].text, &url, &last);

        if (good != (rows[i].length != 0)) {
            fail_msg("\"%s\"", rows[i].text);
        }
        if (good) {
            assert_int_equal(url.length, rows[i].length);
            assert_int_equal(last, rows[i].last);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nodes),
        cmocka_unit_test(test_domains),
        cmocka_unit_test(test_urls),
    };

    return cmocka_run_group_tests_name("argument", tests, NULL, NULL);
}
