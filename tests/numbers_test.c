/*
 * The numbers of the ABI, written out in include/sansmtp/types.h, against the rows of lib/ (*.def)
 * from which the library works: every number has its row, every row its number, in order. The
 * header is read as text, for a number without a row is seen by no compiler.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/callbacks.h>
#include <sansmtp/types.h>

#include "extension.h"
#include "verb.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { MOST = 64 };

/* "#define SANSMTP_<kind>_<name> value", in the order of the header. */
struct number {
    char name[40];
    int64_t value;
};

static struct number written[MOST];
static size_t count;

/* 7u, (-7), or (UINT64_C(1) << 7), which is taken as 7. */
static int64_t value_of(const char *text)
{
    const char *shift = strstr(text, "<< ");

    if (shift != NULL) {
        assert_memory_equal(text, "(UINT64_C(1) << ", 16);
        return strtol(shift + 3, NULL, 10);
    }
    return strtol(*text == '(' ? text + 1 : text, NULL, 10);
}

/* Reads all numbers of a kind from the header. */
static void read_written(const char *kind)
{
    FILE *header = fopen(TYPES_H, "r");
    char line[200];
    char prefix[40];

    assert_non_null(header);
    snprintf(prefix, sizeof(prefix), "#define SANSMTP_%s_", kind);
    count = 0;
    while (fgets(line, sizeof(line), header) != NULL) {
        const char *name = line + strlen(prefix);
        size_t length;

        if (strncmp(line, prefix, strlen(prefix)) != 0) {
            continue;
        }
        length = strcspn(name, " ");
        assert_in_range(count, 0, MOST - 1);
        assert_in_range(length, 1, sizeof(written[0].name) - 1);
        memcpy(written[count].name, name, length);
        written[count].name[length] = '\0';
        written[count].value = value_of(name + length + strspn(name + length, " "));
        count++;
    }
    fclose(header);
}

struct row {
    const char *name;
    int64_t value; /* as the compiler knows it */
};

/* The rows are what is written, name by name, and the header means what the compiler understood. */
static void assert_same(const struct row *rows, size_t rows_count, size_t first)
{
    for (size_t i = 0; i < rows_count; i++) {
        assert_in_range(i + first, 0, count == 0 ? 0 : count - 1);
        assert_string_equal(written[i + first].name, rows[i].name);
        assert_true(written[i + first].value == rows[i].value);
    }
    assert_int_equal(rows_count + first, count);
}

/* The numbers run without a gap. */
static void assert_in_sequence(const struct row *rows, size_t rows_count, int64_t first)
{
    for (size_t i = 0; i < rows_count; i++) {
        assert_true(rows[i].value == first + (int64_t)i);
    }
}

static void test_verbs(void **state)
{
    static const struct row rows[] = {
#define VERB(name, form, extension, off, roles, group, gates, budget, question, syntax) \
    {#name, SANSMTP_VERB_##name},
#include "verbs.def"
#undef VERB
    };
    (void)state;

    read_written("VERB");
    assert_string_equal(written[0].name, "UNKNOWN");
    assert_true(written[0].value == 0);
    assert_same(rows, COUNT(rows), 1);
    assert_in_sequence(rows, COUNT(rows), 1);
    assert_int_equal(SANSMTP_VERBS, COUNT(rows));
}

static int64_t bit_number(uint64_t set)
{
    int64_t number = 0;

    assert_true(set != 0 && (set & (set - 1)) == 0);
    while (set >>= 1) {
        number++;
    }
    return number;
}

/* A keyword may have hyphens, where a name has underscores. */
static void assert_same_but_hyphens(const char *keyword, const char *name)
{
    assert_int_equal(strlen(keyword), strlen(name));
    for (size_t i = 0; name[i] != '\0'; i++) {
        assert_int_equal(keyword[i] == '-' ? '_' : keyword[i], name[i]);
    }
}

static void test_extensions(void **state)
{
    const struct row rows[] = {
#define EXTENSION(name, keyword, rfc, mail, rcpt, value, needs, when, since) \
    {#name, bit_number(SANSMTP_EXTENSION_##name)},
#include "extensions.def"
#undef EXTENSION
    };
    (void)state;

    read_written("EXTENSION");
    assert_same(rows, COUNT(rows), 0);
    assert_in_sequence(rows, COUNT(rows), 0);
    assert_int_equal(SANSMTP_EXTENSIONS, COUNT(rows));
    for (uint32_t i = 0; i < SANSMTP_EXTENSIONS; i++) {
        assert_same_but_hyphens(sansmtp_extension_row(i)->keyword, rows[i].name);
    }
}

static void test_parameters(void **state)
{
    static const struct row rows[] = {
#define PARAMETER(name, keyword, extensions, verb, value, absent, bad, check) \
    {#name, SANSMTP_PARAMETER_##name},
#include "parameters.def"
#undef PARAMETER
    };
    (void)state;

    read_written("PARAMETER");
    assert_same(rows, COUNT(rows), 0);
    assert_in_sequence(rows, COUNT(rows), 0);
}

static void test_errors(void **state)
{
    static const struct row rows[] = {
#define ERROR(name) {#name, SANSMTP_ERR_##name},
#include "errors.def"
#undef ERROR
    };
    (void)state;

    read_written("ERR");
    assert_same(rows, COUNT(rows), 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t band = rows[i].value / 100 * 100;

        assert_in_range(-rows[i].value, -band + 1, -band + 99);
        assert_true(i == 0 || rows[i].value < rows[i - 1].value);
        assert_true(i == 0 || rows[i].value == rows[i - 1].value - 1 || rows[i].value == band - 1);
    }
}

/* The questions run from 1, below 64; the notices from 64. */
static void test_events(void **state)
{
    static const struct row rows[] = {
#define QUESTION(name, callback, accept, decline, fail, code, lines) {#name, SANSMTP_EVENT_##name},
#define NOTICE(name, callback)                                       {#name, SANSMTP_EVENT_##name},
#include "events.def"
#undef NOTICE
#undef QUESTION
    };
    const size_t questions = 0
#define QUESTION(name, callback, accept, decline, fail, code, lines) +1
#define NOTICE(name, callback)
#include "events.def"
#undef NOTICE
#undef QUESTION
        ;
    (void)state;

    static const struct row client[] = {
#define QUESTION(name, callback) NOTICE(name, callback)
#define NOTICE(name, callback)   {#name, SANSMTP_EVENT_##name},
#include "client_events.def"
#undef NOTICE
#undef QUESTION
    };
    struct row all[COUNT(rows) + COUNT(client)];

    memcpy(all, rows, sizeof(rows));
    memcpy(all + COUNT(rows), client, sizeof(client));
    read_written("EVENT");
    assert_same(all, COUNT(all), 0);
    assert_int_equal(client[0].value, 32);
    assert_in_sequence(client + 1, COUNT(client) - 1, 96);
    assert_in_range(questions, 1, 31);
    assert_in_sequence(rows, questions, 1);
    assert_in_sequence(rows + questions, COUNT(rows) - questions, 64);
}

/* Where the callback of an event stands: what the first version had in its order, then what came
 * later. */
static size_t place(size_t event, size_t events)
{
    const size_t first_questions = 14;
    const size_t later_questions = 5;

    if (event < first_questions) {
        return event;
    }
    return event < first_questions + later_questions
               ? event + events - first_questions - later_questions
               : event - later_questions;
}

static void test_callbacks(void **state)
{
    static const size_t members[] = {
#define QUESTION(name, callback, accept, decline, fail, code, lines) NOTICE(name, callback)
#define NOTICE(name, callback)                                       offsetof(struct sansmtp_server_callbacks, callback),
#include "events.def"
#undef NOTICE
#undef QUESTION
    };
    sansmtp_server_callback *callback = NULL;
    (void)state;
    (void)callback;

    for (size_t i = 0; i < COUNT(members); i++) {
        assert_int_equal(members[i], 8 + place(i, COUNT(members)) * sizeof(callback));
    }
    assert_int_equal(sizeof(struct sansmtp_server_callbacks),
                     8 + COUNT(members) * sizeof(callback));
}

static void test_reasons(void **state)
{
    static const struct row rows[] = {
#define LIMIT(name, word)
#define REASON(name, word) {#name, SANSMTP_REASON_##name},
#include "reasons.def"
#undef REASON
#undef LIMIT
    };
    (void)state;

    read_written("REASON");
    assert_same(rows, COUNT(rows), 0);
    assert_in_sequence(rows, COUNT(rows), 1);
}

static void test_limits(void **state)
{
    static const struct row rows[] = {
#define REASON(name, word)
#define LIMIT(name, word) {#name, SANSMTP_LIMIT_##name},
#include "reasons.def"
#undef LIMIT
#undef REASON
    };
    (void)state;

    read_written("LIMIT");
    assert_same(rows, COUNT(rows), 0);
    assert_in_sequence(rows, COUNT(rows), 65);
}

struct reply {
    const char *name;
    unsigned code;
    unsigned class;
    unsigned subject;
    unsigned detail;
    const char *text;
};

static const struct reply replies[] = {
#define CODE(code, subject, detail, text)
#define REPLY(name, code, class, subject, detail, text) {#name, code, class, subject, detail, text},
#include "replies.def"
#undef REPLY
#undef CODE
};

static const struct reply codes[] = {
#define REPLY(name, code, class, subject, detail, text)
#define CODE(code, subject, detail, text) {#code, code, (code) / 100, subject, detail, text},
#include "replies.def"
#undef CODE
#undef REPLY
};

/* RFC 5321 4.2: the grammar of a code, and printable text that leaves room in 512 octets. */
static void assert_well_formed(const struct reply *reply)
{
    size_t length = strlen(reply->text);

    assert_in_range(reply->code / 100, 2, 5);
    assert_in_range(reply->code / 10 % 10, 0, 5);
    assert_in_range(length, 0, 200);
    for (size_t i = 0; i < length; i++) {
        assert_in_range((uint8_t)reply->text[i], ' ', '~');
    }
    if (length > 0) {
        assert_int_not_equal(reply->text[0], ' ');
        assert_int_not_equal(reply->text[length - 1], ' ');
    }
    assert_in_range(reply->subject, 0, 999);
    assert_in_range(reply->detail, 0, 999);
}

/* 3463-3-a; RFC 2034 4: none in the greeting, in the reply to a hello, in 3xx */
static void test_the_class_of_an_enhanced_code_is_the_first_digit(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(replies); i++) {
        const struct reply *reply = &replies[i];
        bool none = strcmp(reply->name, "GREETING") == 0 || strcmp(reply->name, "HELLO") == 0 ||
                    reply->code / 100 == 3;

        assert_well_formed(reply);
        if (reply->class != (none ? 0 : reply->code / 100)) {
            fail_msg("%s: %u with class %u", reply->name, reply->code, reply->class);
        }
        if (none) {
            assert_int_equal(reply->subject + reply->detail, 0);
        }
    }
}

/* The registry of RFC 5248: subject 0 other, 1 address ... 7 security. 5248-2.4-a */
static void test_enhanced_codes_are_registered(void **state)
{
    static const unsigned highest[] = {0, 10, 4, 6, 7, 6, 10, 30};
    (void)state;

    for (size_t i = 0; i < COUNT(replies) + COUNT(codes); i++) {
        const struct reply *reply = i < COUNT(replies) ? &replies[i] : &codes[i - COUNT(replies)];

        assert_in_range(reply->subject, 0, COUNT(highest) - 1);
        if (reply->detail > highest[reply->subject]) {
            fail_msg("%s: x.%u.%u", reply->name, reply->subject, reply->detail);
        }
        /* x.5.6 is for an AUTH exchange line alone */
        if (reply->subject == 5 && reply->detail == 6) {
            assert_string_equal(reply->name, "AUTH_LONG");
        }
    }
}

static const struct reply *find_reply(const char *name)
{
    for (size_t i = 0; i < COUNT(replies); i++) {
        if (strcmp(replies[i].name, name) == 0) {
            return &replies[i];
        }
    }
    fail_msg("no reply %s", name);
    return NULL;
}

/* 3463-3-a, 5248-2.4-a */
static void test_default_pairs(void **state)
{
    static const struct reply pairs[] = {
        {"MAIL_OK", 250, 2, 1, 0, NULL},
        {"RCPT_OK", 250, 2, 1, 5, NULL},
        {"END_OK", 250, 2, 0, 0, NULL},
        {"RSET_OK", 250, 2, 0, 0, NULL},
        {"NOOP_OK", 250, 2, 0, 0, NULL},
        {"HELP", 214, 2, 0, 0, NULL},
        {"QUIT", 221, 2, 0, 0, NULL},
        {"CANNOT_VERIFY", 252, 2, 5, 0, NULL},
        {"UNKNOWN", 500, 5, 5, 2, NULL},
        {"LINE_BROKEN", 500, 5, 5, 2, NULL},
        {"LINE_LONG", 500, 5, 5, 2, NULL},
        {"SWITCHED_OFF", 502, 5, 5, 1, NULL},
        {"SEQUENCE", 503, 5, 5, 1, NULL},
        {"NO_RECIPIENTS", 554, 5, 5, 1, NULL},
        {"ARGUMENT", 501, 5, 5, 4, NULL},
        {"PARAMETER", 555, 5, 5, 4, NULL},
        {"BAD_SENDER", 501, 5, 1, 7, NULL},
        {"BAD_RECIPIENT", 501, 5, 1, 3, NULL},
        {"NOT_OURS", 550, 5, 7, 1, NULL},
        {"TOO_MANY_RECIPIENTS", 452, 4, 5, 3, NULL},
        {"SIZE", 552, 5, 3, 4, NULL},
        {"BARE_NEWLINE", 550, 5, 6, 0, NULL},
        {"NUL", 550, 5, 6, 0, NULL},
        {"SHUTDOWN", 421, 4, 3, 2, NULL},
        {"EXPIRED", 421, 4, 4, 2, NULL},
        {"TOO_MANY", 421, 4, 7, 0, NULL},
        {"BAD_CREDENTIALS", 535, 5, 7, 8, NULL},
        {"TLS_DEMANDED", 530, 5, 7, 0, NULL},
        {"AUTH_DEMANDED", 530, 5, 7, 0, NULL},
        {"AUTH_LONG", 500, 5, 5, 6, NULL},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(pairs); i++) {
        const struct reply *reply = find_reply(pairs[i].name);

        assert_int_equal(reply->code, pairs[i].code);
        assert_int_equal(reply->class, pairs[i].class);
        assert_int_equal(reply->subject, pairs[i].subject);
        assert_int_equal(reply->detail, pairs[i].detail);
    }
}

static void test_codes_are_well_formed_and_in_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(codes); i++) {
        assert_well_formed(&codes[i]);
        assert_in_range(strlen(codes[i].text), 1, 200);
        assert_true(i == 0 || codes[i].code > codes[i - 1].code);
    }
}

/* Each code that the engine uses by itself is also one that a host may use. */
static void test_every_reply_has_its_code_in_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(replies); i++) {
        bool found = false;

        for (size_t j = 0; j < COUNT(codes); j++) {
            found = found || codes[j].code == replies[i].code;
        }
        if (!found) {
            fail_msg("%u of %s has no CODE row", replies[i].code, replies[i].name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verbs),
        cmocka_unit_test(test_extensions),
        cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_callbacks),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_the_class_of_an_enhanced_code_is_the_first_digit),
        cmocka_unit_test(test_enhanced_codes_are_registered),
        cmocka_unit_test(test_default_pairs),
        cmocka_unit_test(test_codes_are_well_formed_and_in_order),
        cmocka_unit_test(test_every_reply_has_its_code_in_the_table),
    };

    return cmocka_run_group_tests_name("numbers", tests, NULL, NULL);
}
