#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attribute.h"
#include "guard.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define XCLIENT     SANSMTP_VERB_XCLIENT
#define XFORWARD    SANSMTP_VERB_XFORWARD

static bool valid(const char *text, uint32_t verb, uint32_t *named)
{
    size_t length = strlen(text);
    uint8_t *octets = guard_copy(text, length);
    bool good = sansmtp_attributes_valid(octets, length, verb, named);

    guard_free(octets, length);
    return good;
}

static void test_words(void **state)
{
    static const char *const words[] = {"NAME",  "ADDR",     "PORT",     "PROTO", "HELO",
                                        "LOGIN", "DESTADDR", "DESTPORT", "IDENT", "SOURCE"};

    (void)state;
    assert_int_equal(SANSMTP_ATTRIBUTES, COUNT(words));
    assert_int_equal(SANSMTP_ATTRIBUTE_ROW_SOURCE, SANSMTP_ATTRIBUTE_SOURCE);
    assert_int_equal(SANSMTP_ATTRIBUTE_ROW_LOGIN, SANSMTP_ATTRIBUTE_LOGIN);
    for (uint32_t i = 0; i < SANSMTP_ATTRIBUTES; i++) {
        size_t length = strlen(words[i]);
        bool client = i < SANSMTP_ATTRIBUTE_IDENT;
        bool forward = i < SANSMTP_ATTRIBUTE_LOGIN || i >= SANSMTP_ATTRIBUTE_IDENT;

        assert_int_equal(sansmtp_attribute_word(i, XCLIENT).length, client ? length : 0);
        assert_int_equal(sansmtp_attribute_word(i, XFORWARD).length, forward ? length : 0);
        assert_int_equal(sansmtp_attribute_find((const uint8_t *)words[i], length, XCLIENT),
                         client ? i : (uint32_t)SANSMTP_ATTRIBUTES);
        assert_int_equal(sansmtp_attribute_find((const uint8_t *)words[i], length, XFORWARD),
                         forward ? i : (uint32_t)SANSMTP_ATTRIBUTES);
        assert_int_equal(sansmtp_attribute_find((const uint8_t *)words[i], length - 1, XCLIENT),
                         SANSMTP_ATTRIBUTES);
    }
    assert_int_equal(sansmtp_attribute_word(SANSMTP_ATTRIBUTES, XCLIENT).length, 0);
}

/* XCLIENT-syntax-a, XCLIENT-syntax-b, XCLIENT-syntax-c, XFORWARD-syntax-a */
static void test_the_form_of_each(void **state)
{
    static const struct {
        const char *text;
        bool client, forward;
    } rows[] = {
        {"NAME=a.example", true, true},
        {"name=a", true, true},
        {"NAME=[UNAVAILABLE]", true, true},
        {"NAME=[tempunavail]", true, true},
        {"NAME=", false, false},
        {"NAME", false, false},
        {"=a", false, false},
        {"NAME=a=b", false, false},
        {"NAME=a+3Db", true, true},
        {"NAME=a+3", false, false},
        {"NAME=a+20b", false, false},
        {"NAME=a+7F", false, false},
        {"NAME=a+C3", false, false},
        {"NAME=\xc3\xa9", false, false},
        {"ADDR=192.0.2.1", true, true},
        {"ADDR=IPV6:2001:db8::1", true, true},
        {"ADDR=ipv6:::1", true, true},
        {"ADDR=2001:db8::1", false, false},
        {"ADDR=[192.0.2.1]", false, false},
        {"ADDR=192.0.2", false, false},
        {"ADDR=192.0.2.1]", false, false},
        {"ADDR=tag:content", false, false},
        {"ADDR=[UNAVAILABLE]", true, true},
        {"ADDR=[TEMPUNAVAIL]", false, false},
        {"ADDR=IPV6:1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cc", false, false},
        {"PORT=0", true, true},
        {"PORT=65535", true, true},
        {"PORT=65536", false, false},
        {"PORT=000025", false, false},
        {"PORT=x", false, false},
        {"PORT=[UNAVAILABLE]", true, true},
        {"PROTO=SMTP", true, true},
        {"PROTO=esmtp", true, true},
        {"PROTO=LMTP", false, true},
        {"PROTO=[UNAVAILABLE]", true, true},
        {"HELO=[192.0.2.1]", true, true},
        {"LOGIN=joe", true, false},
        {"DESTADDR=192.0.2.1", true, false},
        {"DESTADDR=mx.example", false, false},
        {"DESTPORT=25", true, false},
        {"IDENT=A1", false, true},
        {"SOURCE=LOCAL", false, true},
        {"SOURCE=remote", false, true},
        {"SOURCE=there", false, false},
        {"FOO=1", false, false},
        {"", false, false},
        {" ", false, false},
        {"NAME=a PORT=1", true, true},
        {"NAME=a  PORT=1", true, true},
        {"NAME=a ", false, false},
        {"NAME=a b", false, false},
        {"NAME=a NAME=b", true, true},
    };
    uint32_t named;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (valid(rows[i].text, XCLIENT, &named) != rows[i].client ||
            valid(rows[i].text, XFORWARD, &named) != rows[i].forward) {
            fail_msg("\"%s\"", rows[i].text);
        }
    }
    assert_true(valid("NAME=a PORT=1 ADDR=192.0.2.1", XCLIENT, &named));
    assert_int_equal(named, 1u << SANSMTP_ATTRIBUTE_NAME | 1u << SANSMTP_ATTRIBUTE_PORT |
                                1u << SANSMTP_ATTRIBUTE_ADDR);
}

/* XFORWARD-syntax-a: 255 octets, decoded */
static void test_the_longest(void **state)
{
    char text[5 + 3 * 256 + 1] = "NAME=";
    uint32_t named;

    (void)state;
    memset(text + 5, 'a', 256);
    text[5 + 255] = '\0';
    assert_true(valid(text, XFORWARD, &named));
    text[5 + 255] = 'a';
    text[5 + 256] = '\0';
    assert_false(valid(text, XFORWARD, &named));
    for (size_t i = 0; i < 255; i++) {
        memcpy(text + 5 + 3 * i, "+2B", 4);
    }
    assert_true(valid(text, XFORWARD, &named));
    memcpy(text + 5 + 3 * 255, "+2B", 4);
    assert_false(valid(text, XFORWARD, &named));
}

static struct sansmtp_event event_of(const char *text, uint32_t verb)
{
    return (struct sansmtp_event){.verb = verb, .text = {(const uint8_t *)text, strlen(text)}};
}

static void test_one_by_one(void **state)
{
    const struct sansmtp_event event = event_of("NAME=a+2Bb addr=[Unavailable] NAME=[TEMPUNAVAIL]",
                                                XCLIENT);
    uint8_t *text = guard_alloc(13);
    struct sansmtp_attribute out = {.size = sizeof(out), .text = text, .capacity = 13};

    (void)state;
    assert_int_equal(sansmtp_attribute_next(&event, &out), 1);
    assert_int_equal(out.attribute, SANSMTP_ATTRIBUTE_NAME);
    assert_int_equal(out.flags, 0);
    assert_int_equal(out.text_length, 3);
    assert_memory_equal(text, "a+b", 3);
    assert_int_equal(sansmtp_attribute_next(&event, &out), 1);
    assert_int_equal(out.attribute, SANSMTP_ATTRIBUTE_ADDR);
    assert_int_equal(out.flags, SANSMTP_ATTRIBUTE_UNAVAILABLE);
    assert_int_equal(sansmtp_attribute_next(&event, &out), 1);
    assert_int_equal(out.attribute, SANSMTP_ATTRIBUTE_NAME);
    assert_int_equal(out.flags, SANSMTP_ATTRIBUTE_TEMPORARY);
    assert_int_equal(sansmtp_attribute_next(&event, &out), 0);
    assert_int_equal(sansmtp_attribute_next(&event, &out), 0);
    guard_free(text, 13);
}

/* Too little room: it stays where it is, and says how much is needed. */
static void test_room(void **state)
{
    const struct sansmtp_event event = event_of("IDENT=abc", XFORWARD);
    uint8_t *text = guard_alloc(3);
    struct sansmtp_attribute out = {.size = sizeof(out), .text = text + 1, .capacity = 2};

    (void)state;
    assert_int_equal(sansmtp_attribute_next(&event, &out), SANSMTP_ERR_ROOM);
    assert_int_equal(out.text_length, 3);
    assert_int_equal(out.position, 0);
    out.text = NULL;
    out.capacity = 0;
    assert_int_equal(sansmtp_attribute_next(&event, &out), SANSMTP_ERR_ROOM);
    out.text = text;
    out.capacity = 3;
    assert_int_equal(sansmtp_attribute_next(&event, &out), 1);
    assert_memory_equal(text, "abc", 3);
    guard_free(text, 3);
}

static void test_arguments(void **state)
{
    const struct sansmtp_event event = event_of("IDENT=abc", XFORWARD);
    const struct sansmtp_event other = event_of("IDENT=abc", XCLIENT);
    const struct sansmtp_event none = {.type = SANSMTP_EVENT_MAIL};
    uint8_t text[8];
    struct sansmtp_attribute out = {.size = sizeof(out), .text = text, .capacity = sizeof(text)};

    (void)state;
    assert_int_equal(sansmtp_attribute_next(NULL, &out), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_attribute_next(&event, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_attribute_next(&other, &out), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_attribute_next(&none, &out), 0);
    out.position = 10;
    assert_int_equal(sansmtp_attribute_next(&event, &out), SANSMTP_ERR_ARGUMENT);
    out.position = 0;
    out.text = NULL;
    assert_int_equal(sansmtp_attribute_next(&event, &out), SANSMTP_ERR_ARGUMENT);
    out.text = text;
    out.size = 0;
    assert_int_equal(sansmtp_attribute_next(&event, &out), SANSMTP_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),       cmocka_unit_test(test_the_form_of_each),
        cmocka_unit_test(test_the_longest), cmocka_unit_test(test_one_by_one),
        cmocka_unit_test(test_room),        cmocka_unit_test(test_arguments),
    };

    return cmocka_run_group_tests_name("attribute", tests, NULL, NULL);
}
