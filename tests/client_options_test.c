/* The client's options, its memory and its beginning. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/client.h>

#include "guard.h"

static void good(struct sansmtp_client_options *options)
{
    assert_int_equal(sansmtp_client_options_init(options, sizeof *options), 0);
    options->hello = "c.example";
    options->hello_length = 9;
}

/* Everything that the header calls a default. 5321-4.5.3.2.1-a, 5321-4.5.3.2.2-a, 5321-4.5.3.2.3-a,
 * 5321-4.5.3.2.4-a, 5321-4.5.3.2.5-a, 5321-4.5.3.2.6-a */
static void test_defaults(void **state)
{
    struct sansmtp_client_options options;

    (void)state;
    memset(&options, 0xa5, sizeof options);
    assert_int_equal(sansmtp_client_options_init(&options, sizeof options), 0);
    assert_int_equal(options.size, sizeof options);
    assert_int_equal(options.flags, 0);
    assert_int_equal(options.tls, SANSMTP_CLIENT_TLS_REQUIRED);
    assert_int_equal(options.chunking, SANSMTP_CLIENT_CHUNKING_AUTO);
    assert_int_equal(options.body_newlines, SANSMTP_CLIENT_NEWLINES_REFUSE);
    assert_int_equal(options.in_flight, 64);
    assert_null(options.hello);
    assert_null(options.mechanisms);
    assert_int_equal(options.line, 1024);
    assert_int_equal(options.reply_line, 4096);
    assert_int_equal(options.reply_lines, 128);
    assert_int_equal(options.reply_octets, 65536);
    assert_int_equal(options.greeting_patience, 300);
    assert_int_equal(options.patience, 300);
    assert_int_equal(options.data_patience, 120);
    assert_int_equal(options.body_patience, 180);
    assert_int_equal(options.end_patience, 600);
    assert_int_equal(sansmtp_client_options_init(NULL, sizeof options), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_options_init(&options, sizeof options - 1),
                     SANSMTP_ERR_ARGUMENT);
}

static int begin(const struct sansmtp_client_options *options)
{
    static uint8_t block[8192];
    struct sansmtp_client *client = NULL;
    int error = sansmtp_client_init(&client, block, sizeof block, options);

    assert_true((error == 0) == (sansmtp_client_memory(options) != 0));
    assert_true((error == 0) == (client != NULL));
    return error;
}

struct number {
    size_t offset;
    uint32_t value;
    int error;
};

#define AT(name) offsetof(struct sansmtp_client_options, name)
#define BAD      SANSMTP_ERR_OPTIONS

/* PRACT-noalloc-a: what is too little, too much or unknown. */
static const struct number numbers[] = {
    {AT(flags), 64, BAD},
    {AT(flags), 63, 0},
    {AT(tls), 3, BAD},
    {AT(tls), 2, 0},
    {AT(chunking), 2, BAD},
    {AT(chunking), 1, 0},
    {AT(body_newlines), 2, BAD},
    {AT(body_newlines), 1, 0},
    {AT(in_flight), 0, BAD},
    {AT(in_flight), 1, 0},
    {AT(line), 511, BAD},
    {AT(line), 512, 0},
    {AT(output), 2047, BAD},
    {AT(output), 2048, 0},
    {AT(reply_line), 511, BAD},
    {AT(reply_line), 512, 0},
    {AT(greeting_patience), 0, BAD},
    {AT(patience), 0, BAD},
    {AT(data_patience), 0, BAD},
    {AT(body_patience), 0, BAD},
    {AT(end_patience), 0, BAD},
    {AT(end_patience), 1, 0},
    {AT(reserved), 1, BAD},
    {AT(size), 4, SANSMTP_ERR_ARGUMENT},
};

static void test_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sansmtp_client_options options;

        good(&options);
        memcpy((char *)&options + numbers[i].offset, &numbers[i].value, sizeof(uint32_t));
        if (begin(&options) != numbers[i].error) {
            fail_msg("row %zu: %s", i, sansmtp_error_name(begin(&options)));
        }
    }
}

static int begin_as(const char *hello)
{
    struct sansmtp_client_options options;
    size_t length = strlen(hello);
    uint8_t *copy = guard_copy(hello, length);
    int error;

    good(&options);
    options.hello = (const char *)copy;
    options.hello_length = length;
    error = begin(&options);
    guard_free(copy, length);
    return error;
}

/* 6531-3.7.1-a, 5321-4.1.1.1-b: the name is ASCII, a domain or an address literal. */
static void test_hello(void **state)
{
    struct sansmtp_client_options options;
    char name[257];

    (void)state;
    assert_int_equal(begin_as("c.example"), 0);
    assert_int_equal(begin_as("localhost"), 0);
    assert_int_equal(begin_as("[192.0.2.1]"), 0);
    assert_int_equal(begin_as("[IPv6:2001:db8::1]"), 0);
    assert_int_equal(begin_as("xn--bcher-kva.example"), 0);
    assert_int_equal(begin_as("b\xC3\xBC"
                              "cher.example"),
                     BAD);
    assert_int_equal(begin_as(""), BAD);
    assert_int_equal(begin_as("c.example\r\nMAIL"), BAD);
    assert_int_equal(begin_as("c.example\n"), BAD);
    assert_int_equal(begin_as("c example"), BAD);
    assert_int_equal(begin_as("[192.0.2.256]"), BAD);
    good(&options);
    options.hello = NULL;
    assert_int_equal(begin(&options), BAD);
    for (size_t i = 0; i < 256; i++) {
        name[i] = i % 2 == 0 ? 'a' : '.';
    }
    name[255] = '\0';
    assert_int_equal(begin_as(name), 0);
    name[255] = 'a';
    name[256] = '\0';
    assert_int_equal(begin_as(name), BAD);
}

static int begin_with(const char *mechanisms)
{
    struct sansmtp_client_options options;
    size_t length = strlen(mechanisms);
    uint8_t *copy = guard_copy(mechanisms, length);
    int error;

    good(&options);
    options.mechanisms = (const char *)copy;
    options.mechanisms_length = length;
    error = begin(&options);
    guard_free(copy, length);
    return error;
}

static void test_mechanisms(void **state)
{
    struct sansmtp_client_options options;
    char many[33 * 2 + 1];

    (void)state;
    assert_int_equal(begin_with(""), 0);
    assert_int_equal(begin_with("PLAIN"), 0);
    assert_int_equal(begin_with("SCRAM-SHA-256-PLUS X_Y2 PLAIN"), 0);
    assert_int_equal(begin_with("plain"), BAD);
    assert_int_equal(begin_with(" PLAIN"), BAD);
    assert_int_equal(begin_with("PLAIN "), BAD);
    assert_int_equal(begin_with("PLAIN  LOGIN"), BAD);
    assert_int_equal(begin_with("PLAIN\r\nRSET"), BAD);
    assert_int_equal(begin_with("AAAAAAAAAAAAAAAAAAAA"), 0);
    assert_int_equal(begin_with("AAAAAAAAAAAAAAAAAAAAA"), BAD);
    for (size_t i = 0; i < 33; i++) {
        memcpy(many + 2 * i, "A ", 2);
    }
    many[32 * 2 - 1] = '\0';
    assert_int_equal(begin_with(many), 0);
    many[32 * 2 - 1] = ' ';
    many[33 * 2 - 1] = '\0';
    assert_int_equal(begin_with(many), BAD);
    good(&options);
    options.mechanisms_length = 1;
    assert_int_equal(begin(&options), BAD);
}

/* Promise 2: one block, whatever its alignment; an octet too few is an error. */
static void test_memory(void **state)
{
    struct sansmtp_client_options options;
    struct sansmtp_client *client = NULL;
    size_t need;
    uint8_t *block;

    (void)state;
    good(&options);
    options.output = 2048;
    need = sansmtp_client_memory(&options);
    assert_true(need <= SANSMTP_CLIENT_MEMORY(options.line, options.output));
    for (size_t skew = 0; skew < 16; skew++) {
        block = guard_alloc(need + skew);
        assert_int_equal(sansmtp_client_init(&client, block, need, &options), 0);
        guard_free(block, need + skew);
        block = guard_alloc(need + skew);
        assert_int_equal(sansmtp_client_init(&client, block + skew, need, &options), 0);
        assert_int_equal(sansmtp_client_wants(client), SANSMTP_READ);
        assert_int_equal(sansmtp_client_init(&client, block + skew, need - 1, &options),
                         SANSMTP_ERR_MEMORY);
        guard_free(block, need + skew);
    }
    block = guard_alloc(need);
    assert_int_equal(sansmtp_client_init(NULL, block, need, &options), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_init(&client, NULL, need, &options), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_init(&client, block, need, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_memory(NULL), 0);
    guard_free(block, need);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_hello),    cmocka_unit_test(test_mechanisms),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests_name("client_options", tests, NULL, NULL);
}
