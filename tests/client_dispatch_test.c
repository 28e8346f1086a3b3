/* The client's door: callbacks, what they may do, and what a callback that never returns leaves. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client_dialogue.h"
#include "guard.h"

/* A host that knows its one message, and notes what it was called for. */
struct host {
    struct client_dialogue dialogue;
    struct text calls;
    uint32_t recipients; /* to give */
    bool idle;           /* does nothing when it is wanted */
    bool sent;
    bool gone; /* leaves a callback by a jump */
    jmp_buf out;
};

static void refuses_reentry(struct sansmtp_client *client)
{
    static const struct sansmtp_client_callbacks none = {.size = sizeof none};

    assert_null(sansmtp_client_next(client, NULL));
    assert_int_equal(sansmtp_client_run(client, NULL, &none, NULL), SANSMTP_ERR_BUSY);
    assert_int_equal(sansmtp_client_expired(client), SANSMTP_ERR_BUSY);
}

static void note(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct host *host = user;

    refuses_reentry(client);
    client_ledger_event(&host->dialogue.ledger, event);
    text_print(&host->calls, "%s ", sansmtp_event_name(event->type));
    if (event->type == SANSMTP_EVENT_CHALLENGE) {
        assert_int_equal(sansmtp_client_respond(client, "\0u\0p", 4), 0);
    }
    if (host->gone) {
        longjmp(host->out, 1);
    }
}

static void message(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct host *host = user;

    assert_null(event);
    refuses_reentry(client);
    text_print(&host->calls, "message ");
    if (host->idle) {
        return;
    }
    if (host->sent) {
        assert_int_equal(sansmtp_client_quit(client), 0);
    } else {
        client_dialogue_submit(&host->dialogue);
    }
    host->sent = true;
}

static void recipient(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct host *host = user;

    assert_null(event);
    refuses_reentry(client);
    if (host->recipients-- > 0) {
        client_dialogue_recipient(&host->dialogue);
    } else {
        client_dialogue_end(&host->dialogue);
    }
}

static void body(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct host *host = user;

    assert_null(event);
    refuses_reentry(client);
    client_dialogue_body(&host->dialogue, "hello\r\n", 1);
}

static const struct sansmtp_client_callbacks all = {
    .size = sizeof all,
    .challenge = note,
    .ready = note,
    .sender = note,
    .result = note,
    .final = note,
    .outcome = note,
    .refusal = note,
    .injection = note,
    .trace = note,
    .closing = note,
    .wants_message = message,
    .wants_recipient = recipient,
    .wants_body = body,
};

static int run_with(struct host *host, const char *text,
                    const struct sansmtp_client_callbacks *callbacks)
{
    size_t length = strlen(text);
    uint8_t *copy = guard_copy(text, length);
    struct sansmtp_span in = {copy, length};
    int wants = sansmtp_client_run(host->dialogue.client, &in, callbacks, host);

    guard_free(copy, length);
    return wants;
}

static int run(struct host *host, const char *text)
{
    return run_with(host, text, &all);
}

static void open_host(struct host *host, uint32_t recipients)
{
    memset(host, 0, sizeof *host);
    client_dialogue_open(&host->dialogue, NULL);
    text_clear(&host->calls);
    host->recipients = recipients;
}

static void close_host(struct host *host)
{
    client_dialogue_close(&host->dialogue);
    text_free(&host->calls);
}

static void greet(struct host *host, const char *offers)
{
    assert_int_equal(run(host, "220 mx.example\r\n"), SANSMTP_READ | SANSMTP_WRITE);
    client_dialogue_drain(&host->dialogue);
    run(host, offers);
}

/* A whole session: everything that the host does it does from a callback. */
static void test_session(void **state)
{
    struct host host;

    (void)state;
    open_host(&host, 2);
    greet(&host, "250-mx.example\r\n250-AUTH PLAIN\r\n250 PIPELINING\r\n");
    client_dialogue_drain(&host.dialogue);
    run(&host, "235 ok\r\n");
    client_dialogue_drain(&host.dialogue);
    run(&host, "250 ok\r\n250 ok\r\n550 no\r\n354 go\r\n");
    client_dialogue_drain(&host.dialogue);
    run(&host, "250 ok\r\n");
    client_dialogue_drain(&host.dialogue);
    assert_int_equal(run(&host, "221 bye\r\n"), SANSMTP_CLOSE);
    assert_string_equal(host.calls.data, "challenge ready message sender result result outcome "
                                         "message closing ");
    assert_string_equal(host.dialogue.output.data,
                        "EHLO c.example\r\nAUTH PLAIN AHUAcA==\r\nMAIL FROM:<s@c.example>\r\n"
                        "RCPT TO:<r@mx.example>\r\nRCPT TO:<r@mx.example>\r\nDATA\r\nhello\r\n.\r\n"
                        "QUIT\r\n");
    close_host(&host);
}

/* A callback that does nothing is called again by the next run, and not before. */
static void test_later(void **state)
{
    struct host host;

    (void)state;
    open_host(&host, 1);
    host.idle = true;
    greet(&host, "250 mx.example\r\n");
    assert_string_equal(host.calls.data, "ready message ");
    assert_int_equal(run(&host, ""), SANSMTP_READ | SANSMTP_IDLE);
    assert_string_equal(host.calls.data, "ready message message ");
    client_dialogue_submit(&host.dialogue);
    assert_int_equal(run(&host, ""), SANSMTP_READ | SANSMTP_WRITE);
    assert_string_equal(host.calls.data, "ready message message ");
    close_host(&host);
}

/* A NULL callback: a challenge is cancelled, a notice dropped, a want left to the host. */
static void test_no_callbacks(void **state)
{
    static const struct sansmtp_client_callbacks none = {.size = sizeof none};
    struct host host;

    (void)state;
    open_host(&host, 1);
    run_with(&host, "220 mx.example\r\n", &none);
    client_dialogue_drain(&host.dialogue);
    run_with(&host, "250-mx.example\r\n250 AUTH PLAIN CRAM-MD5\r\n", &none);
    client_dialogue_drain(&host.dialogue);
    run_with(&host, "334 YQ==\r\n", &none);
    client_dialogue_drain(&host.dialogue);
    assert_int_equal(run_with(&host, "501 ok\r\n", &none), SANSMTP_READ | SANSMTP_IDLE);
    assert_string_equal(host.dialogue.output.data, "EHLO c.example\r\nAUTH CRAM-MD5\r\n*\r\n");
    close_host(&host);
}

/* A table of an older header is shorter: what it does not have is NULL. */
static void test_short_table(void **state)
{
    struct sansmtp_client_callbacks some = all;
    struct host host;

    (void)state;
    some.size = offsetof(struct sansmtp_client_callbacks, wants_message);
    open_host(&host, 1);
    run_with(&host, "220 mx.example\r\n", &some);
    client_dialogue_drain(&host.dialogue);
    assert_int_equal(run_with(&host, "250 mx.example\r\n", &some), SANSMTP_READ | SANSMTP_IDLE);
    assert_string_equal(host.calls.data, "ready ");
    close_host(&host);
}

/* Left by a jump: busy for good; eof() leads on, and init() begins anew. */
static void test_jump(void **state)
{
    struct host host;

    (void)state;
    open_host(&host, 1);
    greet(&host, "250-mx.example\r\n250 PIPELINING\r\n");
    client_dialogue_drain(&host.dialogue);
    host.gone = true;
    if (setjmp(host.out) == 0) {
        run(&host, "250 ok\r\n250 ok\r\n354 go\r\n");
        fail_msg("the callback was not called");
    }
    host.gone = false;
    refuses_reentry(host.dialogue.client);
    assert_int_equal(run(&host, "250 ok\r\n"), SANSMTP_ERR_BUSY);
    assert_int_equal(sansmtp_client_eof(host.dialogue.client), 0);
    refuses_reentry(host.dialogue.client);
    assert_int_equal(client_dialogue_pending(&host.dialogue), 0);
    assert_int_equal(sansmtp_client_wants(host.dialogue.client), SANSMTP_CLOSE);
    assert_int_equal(sansmtp_client_error(host.dialogue.client), SANSMTP_ERR_GONE);
    assert_null(strstr(host.dialogue.output.data, "\r\n.\r\n"));
    assert_int_equal(sansmtp_client_init(&host.dialogue.client, host.dialogue.block,
                                         host.dialogue.block_length, &host.dialogue.options),
                     0);
    assert_int_equal(run(&host, "220 mx.example\r\n"), SANSMTP_READ | SANSMTP_WRITE);
    close_host(&host);
}

/* Vectors are what output() gives piece by piece; sent() counts over all of them. */
static void test_vectors(void **state)
{
    struct sansmtp_span spans[3] = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    struct host host;
    struct sansmtp_client *client;

    (void)state;
    open_host(&host, 1);
    greet(&host, "250-mx.example\r\n250-CHUNKING\r\n250 PIPELINING\r\n");
    client = host.dialogue.client;
    assert_int_equal(sansmtp_client_vectors(client, spans, 3), 2);
    assert_memory_equal(spans[0].data, "MAIL FROM:<s@c.example>\r\n", 25);
    assert_int_equal(spans[0].length, 25 + 24 + 13);
    assert_int_equal(spans[1].length, 7);
    assert_memory_equal(spans[1].data, "hello\r\n", 7);
    assert_int_equal(sansmtp_client_vectors(client, spans, 1), 1);
    assert_int_equal(sansmtp_client_vectors(client, spans, 0), 0);
    assert_int_equal(sansmtp_client_sent(client, 25 + 24 + 13 + 7 + 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_sent(client, 25 + 24 + 13 + 3), 0);
    assert_int_equal(sansmtp_client_vectors(client, spans, 3), 1);
    assert_int_equal(spans[0].length, 4);
    assert_memory_equal(spans[0].data, "lo\r\n", 4);
    close_host(&host);
}

/* The serial changes where a wait begins anew: with a reply, and with octets taken of the body. */
static void test_serial(void **state)
{
    uint32_t first = 0, second = 0;
    struct host host;
    struct sansmtp_client *client;

    (void)state;
    open_host(&host, 1);
    greet(&host, "250-mx.example\r\n250 CHUNKING\r\n");
    client = host.dialogue.client;
    client_dialogue_drain(&host.dialogue);
    assert_int_equal(sansmtp_client_patience(client, &first), 300);
    assert_int_equal(run(&host, "250-o"), SANSMTP_READ);
    assert_int_equal(sansmtp_client_patience(client, &second), 300);
    assert_int_equal(first, second);
    run(&host, "k\r\n250 ok\r\n");
    client_dialogue_drain(&host.dialogue);
    assert_int_equal(sansmtp_client_patience(client, &second), 300);
    assert_int_not_equal(first, second);
    run(&host, "250 ok\r\n");
    assert_int_equal(sansmtp_client_patience(client, &first), 180);
    assert_int_equal(sansmtp_client_sent(client, 14), 0);
    assert_int_equal(sansmtp_client_patience(client, &second), 180);
    assert_int_not_equal(first, second);
    close_host(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session),      cmocka_unit_test(test_later),
        cmocka_unit_test(test_no_callbacks), cmocka_unit_test(test_short_table),
        cmocka_unit_test(test_jump),         cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_serial),
    };

    return cmocka_run_group_tests_name("client_dispatch", tests, NULL, NULL);
}
