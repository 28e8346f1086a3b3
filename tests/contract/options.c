#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "dialogue.h"

/* What init refuses: each contradiction of server.h, by itself. */

static int begin(const struct sansmtp_server_options *options)
{
    static uint8_t block[200000];
    struct sansmtp_server *server = NULL;
    int error = sansmtp_server_init(&server, block, sizeof(block), options);

    assert_int_equal(server != NULL, error == 0);
    assert_int_equal(sansmtp_server_memory(options) != 0, error == 0);
    return error;
}

#define CHANGED(change, error)                    \
    do {                                          \
        struct sansmtp_server_options options;    \
        dialogue_options(&options);               \
        change;                                   \
        assert_int_equal(begin(&options), error); \
    } while (0)

#define REFUSED(change) CHANGED(change, SANSMTP_ERR_OPTIONS)
#define TAKEN(change)   CHANGED(change, 0)

void contract_options_init(void **state)
{
    struct sansmtp_server_options options;
    struct {
        struct sansmtp_server_options options;
        uint64_t later, canary;
    } larger;

    (void)state;
    assert_int_equal(sansmtp_server_options_init(NULL, sizeof(options)), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_options_init(&options, 0), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_options_init(&options, sizeof(options) - 1),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_options_init(&options, sizeof(options)), 0);
    assert_int_equal(options.size, sizeof(options));
    assert_int_equal(begin(&options), SANSMTP_ERR_OPTIONS); /* no hostname yet */
    /* A caller of the first version has less: nothing behind it is read or written. */
    memset(&options, 0xa5, sizeof(options));
    assert_int_equal(
        sansmtp_server_options_init(&options, offsetof(struct sansmtp_server_options, additions)),
        0);
    assert_true(options.hold_until == UINT64_C(0xa5a5a5a5a5a5a5a5));
    options.hostname = HOSTNAME;
    options.hostname_length = sizeof(HOSTNAME) - 1;
    assert_int_equal(begin(&options), 0);
    /* A caller of a later version has more: that is 0, and nothing behind it is written. */
    memset(&larger, 0xa5, sizeof(larger));
    assert_int_equal(
        sansmtp_server_options_init(&larger.options, sizeof(options) + sizeof(larger.later)), 0);
    assert_int_equal(larger.options.size, sizeof(options) + sizeof(larger.later));
    assert_true(larger.later == 0);
    assert_true(larger.canary == UINT64_C(0xa5a5a5a5a5a5a5a5));
    larger.options.hostname = HOSTNAME;
    larger.options.hostname_length = sizeof(HOSTNAME) - 1;
    assert_int_equal(begin(&larger.options), 0);
    larger.later = 1; /* what this library does not know must be 0 */
    assert_int_not_equal(begin(&larger.options), 0);
}

void contract_options_defaults(void **state)
{
    struct sansmtp_server_options options;

    (void)state;
    assert_int_equal(sansmtp_server_options_init(&options, sizeof(options)), 0);
    assert_int_equal(options.flags, 0);
    assert_int_equal(options.leniency, SANSMTP_LENIENT_TRAILING_SPACE | SANSMTP_LENIENT_HELLO |
                                           SANSMTP_LENIENT_LOCAL_PART | SANSMTP_LENIENT_INITIAL);
    assert_int_equal(options.bare_newlines, SANSMTP_BARE_REFUSE);
    assert_true(options.extensions ==
                (SANSMTP_EXTENSION_PIPELINING | SANSMTP_EXTENSION_SIZE |
                 SANSMTP_EXTENSION_8BITMIME | SANSMTP_EXTENSION_ENHANCEDSTATUSCODES |
                 SANSMTP_EXTENSION_SMTPUTF8 | SANSMTP_EXTENSION_CHUNKING | SANSMTP_EXTENSION_HELP));
    assert_true(options.message_size == UINT64_C(33554432));
    assert_int_equal(options.output, 1024);
    assert_int_equal(options.reply, 512);
    assert_int_equal(options.recipients, 1000);
    assert_int_equal(options.auth_line, 12288);
    assert_int_equal(options.patience, 300); /* 5321-4.5.3.2.7-a */
    assert_int_equal(options.body_patience, 300);
    assert_int_equal(options.progress, 1024);
}

void contract_options_arguments(void **state)
{
    struct sansmtp_server *server = NULL;
    uint8_t block[16];

    (void)state;
    CHANGED(options.size = 0, SANSMTP_ERR_ARGUMENT);
    CHANGED(options.size = sizeof(options) - 1, SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_memory(NULL), 0);
    assert_int_equal(sansmtp_server_init(&server, block, sizeof(block), NULL),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(begin(NULL), SANSMTP_ERR_ARGUMENT);
}

void contract_options_hostname(void **state)
{
    static const char *const bad[] = {"a b", "a\r\n220", "a\tb", "\xc3\xbc.example", "a\x7f"};
    char longest[256];

    (void)state;
    memset(longest, 'a', sizeof(longest));
    REFUSED(options.hostname_length = 0);
    REFUSED(options.hostname = NULL);
    REFUSED((options.hostname = longest, options.hostname_length = 256));
    TAKEN((options.hostname = longest, options.hostname_length = 255));
    TAKEN((options.hostname = "[192.0.2.1]", options.hostname_length = 11));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        REFUSED((options.hostname = bad[i], options.hostname_length = strlen(bad[i])));
    }
    REFUSED((options.hostname = "a\0b", options.hostname_length = 3));
    REFUSED((options.greeting = "a\r\nb", options.greeting_length = 4));
}

void contract_options_numbers(void **state)
{
    (void)state;
    REFUSED(options.output = 1023);
    REFUSED((options.reply = 513, options.output = 1025));
    TAKEN((options.reply = 513, options.output = 1026));
    REFUSED((options.reply = 511, options.output = 4096));
    REFUSED((options.reply = 65536, options.output = 140000));
    TAKEN((options.reply = 65535, options.output = 131070));
    REFUSED(options.line = 1193);
    TAKEN(options.line = 1194);
    TAKEN(options.line = SANSMTP_SERVER_LINE);
    REFUSED(options.recipients = 1);
    REFUSED(options.recipients = 99); /* 5321-4.5.3.1.8-a */
    TAKEN(options.recipients = 100);
    TAKEN(options.recipients = 0);
    REFUSED(options.authentications = 1); /* 4954-9-a */
    REFUSED(options.authentications = 2);
    TAKEN(options.authentications = 3);
    TAKEN(options.authentications = 0);
    REFUSED(options.bare_newlines = 3);
    REFUSED(options.flags |= 1u << 31);
    REFUSED(options.leniency |= 1u << 31);
}

void contract_options_extensions(void **state)
{
    (void)state;
    REFUSED(options.extensions &= ~SANSMTP_EXTENSION_CHUNKING); /* 3030-3-a */
    REFUSED(options.extensions &= ~SANSMTP_EXTENSION_8BITMIME); /* 6531-3.1-a */
    REFUSED(options.mechanisms_length = 0);
    REFUSED(options.mechanisms = NULL);
    REFUSED(options.extensions |= UINT64_C(1) << 40);
    /* 2033-5-a */
    REFUSED((options.flags |= SANSMTP_SERVER_LMTP,
             options.extensions &= ~SANSMTP_EXTENSION_PIPELINING));
    REFUSED((options.flags |= SANSMTP_SERVER_LMTP,
             options.extensions &= ~SANSMTP_EXTENSION_ENHANCEDSTATUSCODES));
    TAKEN(options.flags |= SANSMTP_SERVER_LMTP);
    REFUSED((options.flags |= SANSMTP_SERVER_REQUIRE_TLS,
             options.extensions &= ~SANSMTP_EXTENSION_STARTTLS));
    TAKEN(options.flags |= SANSMTP_SERVER_REQUIRE_TLS);
    REFUSED((options.flags |= SANSMTP_SERVER_REQUIRE_AUTH,
             options.extensions &= ~SANSMTP_EXTENSION_AUTH));
    TAKEN(options.flags |= SANSMTP_SERVER_REQUIRE_AUTH);
}
