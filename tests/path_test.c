#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/wire.h>

#include "guard.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define UTF8        SANSMTP_ACCEPT_UTF8
#define EMPTY       SANSMTP_ACCEPT_NULL
#define POSTMASTER  SANSMTP_ACCEPT_POSTMASTER
#define LONG_LOCAL  SANSMTP_ACCEPT_LONG_LOCAL
#define UNBRACKETED SANSMTP_ACCEPT_UNBRACKETED

/* Parses a copy at a guard page, and looks at what is given back; path's spans are void then. */
static int parse_octets(const void *text, size_t length, uint32_t accept, struct sansmtp_path *path,
                        void (*look)(const struct sansmtp_path *path, const void *with),
                        const void *with)
{
    uint8_t *octets = guard_copy(text, length);
    int result;

    memset(path, 0xA5, sizeof(*path));
    path->size = sizeof(*path);
    result = sansmtp_path_parse(octets, length, accept, path);
    if (result == 0) {
        assert_ptr_equal(path->raw.data, octets);
        assert_in_range(path->raw.length, 1, length);
        look(path, with);
    }
    guard_free(octets, length);
    return result;
}

struct row {
    const char *text; /* the path; what follows it must not matter */
    uint32_t accept;
    uint32_t flags;
    uint32_t kind;
    const char *local;
    const char *domain;
    const char *route;
};

static void assert_span(struct sansmtp_span span, const char *expected)
{
    assert_int_equal(span.length, strlen(expected));
    assert_memory_equal(span.data != NULL ? (const void *)span.data : "", expected, span.length);
}

static void look_at_row(const struct sansmtp_path *path, const void *with)
{
    const struct row *row = with;

    assert_int_equal(path->size, sizeof(*path));
    assert_int_equal(path->flags, row->flags);
    assert_int_equal(path->domain_kind, row->kind);
    assert_span(path->raw, row->text);
    assert_span(path->local, row->local);
    assert_span(path->domain, row->domain);
    assert_span(path->route, row->route);
}

#define NAME    SANSMTP_DOMAIN_NAME
#define QUOTED  SANSMTP_FLAG_QUOTED
#define IS_UTF8 SANSMTP_FLAG_UTF8
#define MASTER  SANSMTP_FLAG_POSTMASTER
#define ROUTED  SANSMTP_FLAG_SOURCE_ROUTE

static const struct row good[] = {
    {"<a@b.example>", 0, 0, NAME, "a", "b.example", ""},
    {"<SmiTh@EX.example>", 0, 0, NAME, "SmiTh", "EX.example", ""},       /* 5321-2.4-b */
    {"<user%host@x.example>", 0, 0, NAME, "user%host", "x.example", ""}, /* 5321-2.3.11-a */
    {"<a.b@x.example>", 0, 0, NAME, "a.b", "x.example", ""},             /* 5321-4.1.2-f */
    {"<a@localhost>", 0, 0, NAME, "a", "localhost", ""},                 /* 5321-4.1.2-o */
    /* 5321-4.1.2-h, 5321-4.1.2-i */
    {"<\"a b\"@x.example>", 0, QUOTED, NAME, "\"a b\"", "x.example", ""},
    {"<\"a\\\"b\"@x.example>", 0, QUOTED, NAME, "\"a\\\"b\"", "x.example", ""},
    {"<\"a>b@c\"@x.example>", 0, QUOTED, NAME, "\"a>b@c\"", "x.example", ""},
    {"<\"a, b\"@x.example>", 0, QUOTED, NAME, "\"a, b\"", "x.example", ""},
    /* the null path is for MAIL: 5321-4.1.1.2-b */
    {"<>", EMPTY, 0, SANSMTP_DOMAIN_NONE, "", "", ""},
    /* the bare Postmaster is for RCPT: 5321-4.1.2-p */
    {"<Postmaster>", POSTMASTER, MASTER, SANSMTP_DOMAIN_NONE, "Postmaster", "", ""},
    {"<pOSTMASTER>", POSTMASTER, MASTER, SANSMTP_DOMAIN_NONE, "pOSTMASTER", "", ""},
    {"<postmaster@x.example>", 0, MASTER, NAME, "postmaster", "x.example", ""},
    {"<\"postm\\aster\"@x.example>", 0, MASTER | QUOTED, NAME, "\"postm\\aster\"", "x.example", ""},
    /* 5321-4.1.2-q, 5321-4.1.1.3-e, 5321bis-F.2-a */
    {"<@a.example:u@b.example>", 0, ROUTED, NAME, "u", "b.example", "@a.example"},
    {"<@h1.example,@h2.example:u@d.example>", 0, ROUTED, NAME, "u", "d.example",
     "@h1.example,@h2.example"},
    {"<@a:postmaster@b>", POSTMASTER, ROUTED | MASTER, NAME, "postmaster", "b", "@a"},
    /* 5321-4.1.2-s */
    {"<a@[192.0.2.1]>", 0, 0, SANSMTP_DOMAIN_IPV4, "a", "[192.0.2.1]", ""},
    {"<a@[IPv6:2001:db8::1]>", 0, 0, SANSMTP_DOMAIN_IPV6, "a", "[IPv6:2001:db8::1]", ""},
    {"<a@[X400:>b]>", 0, 0, SANSMTP_DOMAIN_GENERAL, "a", "[X400:>b]", ""},
    /* 6531-3.3-a, 6531-3.3-b: the fullwidth dot is a character like another */
    {"<\xC3\xBC@x.example>", UTF8, IS_UTF8, NAME, "\xC3\xBC", "x.example", ""},
    {"<a@b\xC3\xBC.example>", UTF8, IS_UTF8, NAME, "a", "b\xC3\xBC.example", ""},
    {"<\xF4\x8F\xBF\xBF@x>", UTF8, IS_UTF8, NAME, "\xF4\x8F\xBF\xBF", "x", ""},
    {"<\xEF\xBC\x8E.\xEF\xBC\x8E@x>", UTF8, IS_UTF8, NAME, "\xEF\xBC\x8E.\xEF\xBC\x8E", "x", ""},
    {"<\"\xC3\xBC\"@x>", UTF8, IS_UTF8 | QUOTED, NAME, "\"\xC3\xBC\"", "x", ""},
    {"<@\xC3\xBC:u@x>", UTF8, IS_UTF8 | ROUTED, NAME, "u", "x", "@\xC3\xBC"},
    {"<a@x>", UTF8, 0, NAME, "a", "x", ""},
};

/* 5321-4.1.1.2-a, 5321-4.1.2-e: where the path ends, whatever follows */
static void test_good_paths(void **state)
{
    static const char *const tails[] = {"", " SIZE=1", "SIZE=1", ">", "@", "\"", "\xFF"};
    (void)state;

    for (size_t i = 0; i < COUNT(good); i++) {
        for (size_t j = 0; j < COUNT(tails); j++) {
            struct sansmtp_path path;
            char text[300];
            int result;

            strcpy(text, good[i].text);
            strcat(text, tails[j]);
            result = parse_octets(text, strlen(text), good[i].accept, &path, look_at_row, &good[i]);
            if (result != 0) {
                fail_msg("%s: %d", text, result);
            }
        }
    }
}

static void look_at_nothing(const struct sansmtp_path *path, const void *with)
{
    (void)path;
    (void)with;
}

static void assert_result(const char *text, uint32_t accept, int expected)
{
    struct sansmtp_path path;
    int result = parse_octets(text, strlen(text), accept, &path, look_at_nothing, NULL);

    if (result != expected) {
        fail_msg("%s: %d, not %d", text, result, expected);
    }
}

/* PRACT-addrfuzz-a: a path ends at its bracket and nowhere before */
static void test_no_prefix_of_a_good_path_is_one(void **state)
{
    struct sansmtp_path path;
    (void)state;

    for (size_t i = 0; i < COUNT(good); i++) {
        for (size_t length = 0; length < strlen(good[i].text); length++) {
            assert_int_equal(
                parse_octets(good[i].text, length, good[i].accept, &path, look_at_nothing, NULL),
                SANSMTP_ERR_SYNTAX);
        }
    }
}

static const char *const never[] = {
    "",
    "<",
    ">",
    "a@b.example", /* 5321-3.3-b */
    " <a@b.example>",
    "< a@b.example>",
    "<a@b.example >",
    "<a @b.example>",
    "<a@ b.example>",
    "<<a@b.example>>",
    "<a@b.example",
    "<a@b.example\">",
    /* 5321-4.1.2-f */
    "<.a@x.example>",
    "<a.@x.example>",
    "<a..b@x.example>",
    /* 5321-4.1.2-g */
    "<(@x.example>",
    "<)@x.example>",
    "<,@x.example>",
    "<:@x.example>",
    "<;@x.example>",
    "<<@x.example>",
    "<>@x.example>",
    "<[@x.example>",
    "<]@x.example>",
    "<\\@x.example>",
    "< @x.example>",
    "<a(comment)@x.example>",
    /* 5321-4.1.2-h, 5321-4.1.2-i, 5321-4.1.2-j, 5321bis-4.1.2-a */
    "<\"a\x07\"@x.example>",
    "<\"a\"b@x.example>",
    "<\"a\".b@x.example>",
    "<\"\"@x.example>",
    "<\"a@x.example>",
    "<\"a\\\"@x.example>",
    "<\"a\">",
    "<a\"b\"@x.example>",
    /* 5321-4.1.2-m, 5321-4.1.2-n, 5321-4.1.2-a */
    "<a@x-.example>",
    "<a@-x.example>",
    "<a@x..example>",
    "<a@.example>",
    "<a@x.example.>",
    "<a@>",
    "<a@my_host.example>",
    /* 5321-4.1.2-p */
    "<joe>",
    "<@x.example>",
    "<\"postmaster\">",
    "<postmasters>",
    "<Postmaster@>",
    "<@a.example:Postmaster>",
    /* 5321-4.1.2-q */
    "<@a.example, @b.example:u@c.example>",
    "<@a.example,b.example:u@c.example>",
    "<@a.example,:u@c.example>",
    "<@a.example u@c.example>",
    "<@a.example;u@c.example>",
    "<@a.example:>",
    "<@a.example:",
    "<@a.example",
    "<@:u@c.example>",
    "<@[192.0.2.1]:u@c.example>",
    "<a@b@c.example>",
    "<@a.example:@b.example:u@c.example>",
    /* 5321-4.1.2-r */
    "<a\x7F@x.example>",
    "<a\t@x.example>",
    "<a\r\n@x.example>",
    "<a@x\x01.example>",
    /* 5321-4.1.3-a, 5321-4.1.3-g */
    "<a@[256.1.1.1]>",
    "<a@[1.2.3.4>",
    "<a@[1.2.3.4]b>",
    "<a@[[1.2.3.4]]>",
    "<a@[IPv6:fe80::1%eth0]>",
    /* 6531-3.3-a */
    "<\xC0\xAF@x.example>",
    "<\xED\xA0\x80@x.example>",
    "<\xF5\x80\x80\x80@x.example>",
    "<\x80@x.example>",
    "<a\xE2\x82@x.example>",
    "<a@\xE2\x82.example>",
    "<@\xE2\x82:a@b>",
    "<\"\xE2\x82\"@x.example>",
    "<\"\\\xC3\xBC\"@x.example>",
    "<a@[x:\xC3\xBC]>",
};

static void test_what_is_no_path_however_lenient(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(never); i++) {
        assert_result(never[i], 0, SANSMTP_ERR_SYNTAX);
        assert_result(never[i], UTF8 | POSTMASTER | LONG_LOCAL, SANSMTP_ERR_SYNTAX);
    }
}

/* 5321-4.1.2-p, 5321-4.1.1.3-b, 5321-2.4-f */
static void test_what_must_be_accepted_first(void **state)
{
    (void)state;
    assert_result("<>", 0, SANSMTP_ERR_SYNTAX);
    assert_result("<>", POSTMASTER, SANSMTP_ERR_SYNTAX);
    assert_result("<postmaster>", 0, SANSMTP_ERR_SYNTAX);
    assert_result("<postmaster>", EMPTY, SANSMTP_ERR_SYNTAX);
    assert_result("<\xC3\xA9@x.example>", 0, SANSMTP_ERR_SYNTAX);
    assert_result("<a@\xC3\xA9.example>", 0, SANSMTP_ERR_SYNTAX);
    assert_result("<\"\xC3\xA9\"@x.example>", 0, SANSMTP_ERR_SYNTAX);
}

/* 5321-4.1.2-r, PRACT-addrfuzz-a */
static void test_control_octets_are_nowhere(void **state)
{
    static const char *const forms[] = {"<a?@x.example>",      "<\"?\"@x.example>",
                                        "<\"\\?\"@x.example>", "<a@x?y>",
                                        "<a@[x:?]>",           "<@x?:a@b>"};
    struct sansmtp_path path;
    (void)state;

    for (size_t i = 0; i < COUNT(forms); i++) {
        for (int octet = 0; octet <= 127; octet += octet == 31 ? 96 : 1) {
            char text[32];

            strcpy(text, forms[i]);
            *strchr(text, '?') = (char)octet;
            assert_int_equal(
                parse_octets(text, strlen(forms[i]), UTF8, &path, look_at_nothing, NULL),
                SANSMTP_ERR_SYNTAX);
        }
    }
}

/* "<", local octets, "@", the domain, ">" */
static void make_path(char *text, size_t local, const char *domain)
{
    text[0] = '<';
    memset(text + 1, 'a', local);
    text[local + 1] = '@';
    strcpy(text + local + 2, domain);
    strcat(text, ">");
}

/* 5321-4.5.3.1.1-a */
static void test_the_length_of_the_local_part(void **state)
{
    char text[400];
    (void)state;

    make_path(text, 64, "x.example");
    assert_result(text, 0, 0);
    make_path(text, 65, "x.example");
    assert_result(text, 0, SANSMTP_ERR_LENGTH);
    assert_result(text, LONG_LOCAL, 0);
    make_path(text, 86, "x.example");
    assert_result(text, LONG_LOCAL, 0);
    /* as sent: quotes and backslashes count */
    make_path(text, 64, "x.example");
    text[1] = '"';
    text[62] = '\\';
    text[64] = '"';
    assert_result(text, 0, 0);
    make_path(text, 65, "x.example");
    text[1] = '"';
    text[65] = '"';
    assert_result(text, 0, SANSMTP_ERR_LENGTH);
}

/* 5321-4.5.3-a: octets, not characters */
static void test_the_length_of_a_utf8_local_part(void **state)
{
    char text[400] = "<";
    (void)state;

    for (size_t i = 0; i < 21; i++) {
        strcat(text, "\xE2\x82\xAC");
    }
    strcat(text, "@x.example>");
    assert_result(text, UTF8, 0);
    strcpy(text, "<");
    for (size_t i = 0; i < 22; i++) {
        strcat(text, "\xE2\x82\xAC");
    }
    strcat(text, "@x.example>");
    assert_result(text, UTF8, SANSMTP_ERR_LENGTH);
    strcpy(text, "<");
    for (size_t i = 0; i < 80; i++) {
        strcat(text, "\xE2\x82\xAC");
    }
    strcat(text, "@xx.example.xx>");
    assert_int_equal(strlen(text), 256);
    assert_result(text, UTF8 | LONG_LOCAL, 0);
    text[strlen(text) - 1] = '\0';
    strcat(text, "y>");
    assert_result(text, UTF8 | LONG_LOCAL, SANSMTP_ERR_LENGTH);
}

/* 5321-4.5.3.1.3-a: brackets and route counted */
static void test_the_length_of_the_path(void **state)
{
    char text[400];
    (void)state;

    make_path(text, 256 - 3 - 9, "x.example");
    assert_int_equal(strlen(text), 256);
    assert_result(text, LONG_LOCAL, 0);
    make_path(text, 257 - 3 - 9, "x.example");
    assert_result(text, LONG_LOCAL, SANSMTP_ERR_LENGTH);
    strcpy(text, "<@r.example:");
    memset(text + 12, 'a', 256 - 12 - 11);
    strcpy(text + 256 - 11, "@x.example>");
    assert_int_equal(strlen(text), 256);
    assert_result(text, LONG_LOCAL, 0);
    strcpy(text + 257 - 11, "@x.example>");
    text[256 - 11] = 'a';
    assert_int_equal(strlen(text), 257);
    assert_result(text, LONG_LOCAL, SANSMTP_ERR_LENGTH);
}

/* 5321-4.5.3.1.2-a, PRACT-dnslabel-a */
static void test_the_length_of_domain_and_label(void **state)
{
    char domain[300];
    char text[400];
    (void)state;

    for (size_t i = 0; i < 252; i++) {
        domain[i] = i % 64 == 63 ? '.' : 'd';
    }
    domain[252] = '\0';
    make_path(text, 1, domain);
    assert_int_equal(strlen(text), 256);
    assert_result(text, 0, 0);
    memset(domain, 'd', 64);
    domain[64] = '\0';
    make_path(text, 1, domain);
    assert_result(text, 0, SANSMTP_ERR_LENGTH);
    strcpy(text, "<@x,@");
    strcat(text, domain);
    strcat(text, ":a@b>");
    assert_result(text, 0, SANSMTP_ERR_LENGTH);
    memmove(text + 5, text + 6, strlen(text + 5));
    assert_result(text, 0, 0);
}

static void look_at_mailbox(const struct sansmtp_path *path, const void *with)
{
    assert_int_equal(path->flags, SANSMTP_FLAG_UNBRACKETED);
    assert_span(path->raw, with);
    assert_span(path->local, "a");
    assert_span(path->domain, "b.example");
}

/* 5321-3.3-b */
static void test_without_brackets(void **state)
{
    struct sansmtp_path path;
    char text[400];
    (void)state;

    assert_int_equal(
        parse_octets("a@b.example", 11, UNBRACKETED, &path, look_at_mailbox, "a@b.example"), 0);
    assert_int_equal(
        parse_octets("a@b.example SIZE=1", 18, UNBRACKETED, &path, look_at_mailbox, "a@b.example"),
        0);
    assert_result("a@b.example>", UNBRACKETED, SANSMTP_ERR_SYNTAX);
    assert_result("<a@b.example", UNBRACKETED, SANSMTP_ERR_SYNTAX);
    assert_result("a@b.example\tSIZE=1", UNBRACKETED, SANSMTP_ERR_SYNTAX);
    assert_result("\"a b\"@b.example", UNBRACKETED, SANSMTP_ERR_SYNTAX);
    assert_result("", UNBRACKETED | EMPTY, SANSMTP_ERR_SYNTAX);
    assert_result(" SIZE=1", UNBRACKETED | EMPTY, SANSMTP_ERR_SYNTAX);
    assert_result("postmaster", UNBRACKETED | POSTMASTER, 0);
    assert_result("postmaster", UNBRACKETED, SANSMTP_ERR_SYNTAX);
    assert_result("@r.example:a@b.example", UNBRACKETED, 0);
    make_path(text, 256 - 3 - 9, "x.example");
    text[255] = '\0';
    assert_result(text + 1, UNBRACKETED | LONG_LOCAL, 0);
    make_path(text, 257 - 3 - 9, "x.example");
    text[256] = '\0';
    assert_result(text + 1, UNBRACKETED | LONG_LOCAL, SANSMTP_ERR_LENGTH);
}

static void look_at_address(const struct sansmtp_path *path, const void *with)
{
    assert_memory_equal(path->address, with, 16);
}

/* 5321-4.1.2-s */
static void test_the_address_of_a_literal(void **state)
{
    static const char ipv4[16] = "\xC0\x00\x02\x01";
    static const char ipv6[16] = {0x20, 0x01, 0x0D, (char)0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    static const char none[16];
    struct sansmtp_path path;
    (void)state;

    assert_int_equal(parse_octets("<a@[192.0.2.1]>", 15, 0, &path, look_at_address, ipv4), 0);
    assert_int_equal(parse_octets("<a@[IPv6:2001:db8::1]>", 22, 0, &path, look_at_address, ipv6),
                     0);
    assert_int_equal(parse_octets("<a@b.example>", 13, 0, &path, look_at_address, none), 0);
}

static void test_arguments(void **state)
{
    struct sansmtp_path path = {.size = sizeof(path)};
    const uint8_t octet = '<';
    (void)state;

    assert_int_equal(sansmtp_path_parse(NULL, 1, 0, &path), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_path_parse(&octet, 1, 0, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_path_parse(NULL, 0, UNBRACKETED, &path), SANSMTP_ERR_SYNTAX);
    path.size = 0;
    assert_int_equal(sansmtp_path_parse(&octet, 1, 0, &path), SANSMTP_ERR_ARGUMENT);
    path.size = sizeof(path) + 1; /* a later library's */
    assert_int_equal(sansmtp_path_parse(&octet, 1, 0, &path), SANSMTP_ERR_SYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_paths),
        cmocka_unit_test(test_no_prefix_of_a_good_path_is_one),
        cmocka_unit_test(test_what_is_no_path_however_lenient),
        cmocka_unit_test(test_what_must_be_accepted_first),
        cmocka_unit_test(test_control_octets_are_nowhere),
        cmocka_unit_test(test_the_length_of_the_local_part),
        cmocka_unit_test(test_the_length_of_a_utf8_local_part),
        cmocka_unit_test(test_the_length_of_the_path),
        cmocka_unit_test(test_the_length_of_domain_and_label),
        cmocka_unit_test(test_without_brackets),
        cmocka_unit_test(test_the_address_of_a_literal),
        cmocka_unit_test(test_arguments),
    };

    return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
