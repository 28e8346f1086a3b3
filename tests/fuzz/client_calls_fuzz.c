/*
 * The client engine and a host that calls whatever comes to its mind, in any order. The input is a
 * head, then a script of octets: replies, raw octets, intents, calls out of turn, drains. A call
 * gives what its header says that it can give, and one that is refused must leave the engine's
 * block as it was; what was submitted must end as promised; and however it went, a connection that
 * ends must come to CLOSE.
 */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "caller.h"
#include "client_eventlog.h"
#include "client_input.h"
#include "client_ledger.h"
#include "client_words.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct host {
    struct caller caller;
    struct sansmtp_client_options options;
    struct sansmtp_client *client;
    int error;   /* the first that was seen: it stays */
    bool silent; /* nothing may leave any more */
    struct client_ledger ledger;
};

enum { PATIENCE = 100000 };

/* Which results a call may give. */
#define MAY(code) (1u << -(code))
#define STATE     (MAY(SANSMTP_ERR_STATE) | MAY(SANSMTP_ERR_ARGUMENT))
#define GATE      (STATE | MAY(SANSMTP_ERR_TEXT))
#define NEEDS     (1u << 31)

static bool allowed(int result, uint32_t codes)
{
    if (result == 0) {
        return true;
    }
    if (result <= -301 && result >= -399) {
        return (codes & NEEDS) != 0;
    }
    return result >= -30 && result < 0 && (codes >> -result & 1u) != 0;
}

/* Nothing leaves once the session is over, a message or the end of one least of all. */
static void look(struct host *host)
{
    size_t length = 0;
    int error = sansmtp_client_error(host->client);

    sansmtp_client_output(host->client, &length);
    caller_demand(&host->caller, !host->silent || length == 0, "output where there must be none");
    caller_demand(&host->caller, host->error == 0 || error == host->error, "an error stays");
    caller_demand(&host->caller, sansmtp_client_wants(host->client) != 0,
                  "something is always wanted");
    caller_demand(&host->caller, sansmtp_client_secret(host->client) <= 1, "secret() is yes or no");
    host->error = error;
}

static int called(struct host *host, const char *name, int result, uint32_t codes)
{
    caller_called(&host->caller, name, result);
    caller_demand(&host->caller, allowed(result, codes), "a result that the header does not know");
    look(host);
    return result;
}

#define CALL(codes, name, ...)       \
    (caller_remember(&host->caller), \
     called(host, #name, sansmtp_client_##name(host->client, __VA_ARGS__), codes))
#define CALL_BARE(codes, name)       \
    (caller_remember(&host->caller), \
     called(host, #name, sansmtp_client_##name(host->client), codes))

static size_t pending(const struct host *host)
{
    struct sansmtp_span spans[4];
    size_t count = sansmtp_client_vectors(host->client, spans, 4), total = 0;

    for (size_t i = 0; i < count; i++) {
        total += spans[i].length;
    }
    return total;
}

static void drain(struct host *host, size_t most)
{
    size_t length = pending(host);

    if (length > most) {
        length = most;
    }
    caller_demand(&host->caller, CALL(0, sent, length) == 0, "sent() is refused");
}

static bool pull(struct host *host)
{
    const struct sansmtp_event *event = sansmtp_client_next(host->client, &host->caller.in);

    look(host);
    if (event == NULL) {
        return false;
    }
    client_event_print(&host->caller.log, event);
    text_print(&host->caller.log, "\n");
    client_ledger_event(&host->ledger, event);
    caller_demand(&host->caller, host->ledger.broken == NULL, host->ledger.broken);
    host->silent = host->silent || event->type == SANSMTP_EVENT_CLOSING;
    return true;
}

static void submit(struct host *host)
{
    static const char *const senders[] = {"s@c.example", "", "caf\xc3\xa9@c", "a b", "x@\r\nDATA"};
    struct sansmtp_envelope envelope = {.size = sizeof envelope};
    uint8_t what = caller_octet(&host->caller);
    bool idle = (sansmtp_client_wants(host->client) & SANSMTP_IDLE) != 0;
    int result;

    envelope.sender = senders[what % 8 < 4 ? 0 : what % 5];
    envelope.sender_length = strlen(envelope.sender);
    envelope.flags = what / 8 % 4;
    envelope.body = what / 32 % 5;
    envelope.ret = what / 64;
    envelope.message_size = what > 200 ? what : 0;
    if (caller_octet(&host->caller) % 2 == 1) {
        client_words_envelope(&envelope, caller_octet(&host->caller) * 40503u + what);
    }
    result = CALL(GATE | NEEDS, submit, &envelope);
    caller_demand(&host->caller,
                  result == SANSMTP_ERR_STATE ? !idle : result == SANSMTP_ERR_ARGUMENT || idle,
                  "submit() is taken at IDLE, and there only");
    if (result == 0) {
        client_ledger_submitted(&host->ledger);
        host->ledger.prdr = (envelope.flags & SANSMTP_ENVELOPE_PRDR) != 0;
    }
}

static void recipient(struct host *host)
{
    static const char *const mailboxes[] = {"r@mx.example", "postmaster", "r", "\xc3\xa9@mx",
                                            "a@b>"};
    struct sansmtp_recipient recipient = {.size = sizeof recipient};
    uint8_t what = caller_octet(&host->caller);
    bool asked = (sansmtp_client_wants(host->client) & SANSMTP_RECIPIENT) != 0;
    int result;

    recipient.mailbox = mailboxes[what < 128 ? 0 : what % 5];
    recipient.mailbox_length = strlen(recipient.mailbox);
    recipient.notify = what / 8 % 10;
    recipient.orcpt_type = "rfc822";
    recipient.orcpt_type_length = what % 7;
    recipient.orcpt = "o@c";
    recipient.orcpt_length = what % 4;
    if (caller_octet(&host->caller) % 2 == 1) {
        client_words_recipient(&recipient, caller_octet(&host->caller) * 40503u + what);
    }
    result = CALL(GATE | NEEDS, recipient, &recipient);
    caller_demand(&host->caller,
                  result == SANSMTP_ERR_STATE ? !asked : result == SANSMTP_ERR_ARGUMENT || asked,
                  "recipient() is taken at RECIPIENT, and there only");
    if (result == 0) {
        client_ledger_recipient(&host->ledger);
    }
}

/* Constant octets: they live as long as any borrower may think. */
static void body(struct host *host)
{
    static const char *const pieces[] = {"text\r\n", ".",    "\r\n", "a",    "",
                                         "..\r\n",   "a\rb", "\n",   "\x80", "\r"};
    uint8_t what = caller_octet(&host->caller);
    const char *piece = pieces[what % 10];
    bool asked = (sansmtp_client_wants(host->client) & SANSMTP_BODY) != 0;
    int result = CALL(GATE | NEEDS, body, piece, strlen(piece), what > 150);

    caller_demand(&host->caller, (result == SANSMTP_ERR_STATE) == !asked,
                  "body() is taken at BODY, and there only");
}

static void respond(struct host *host)
{
    static const uint8_t octets[10000];
    size_t length = caller_octet(&host->caller);
    bool asked = (sansmtp_client_wants(host->client) & SANSMTP_REPLY) != 0;
    int result = CALL(STATE, respond, octets, length > 250 ? length * 38 : length);

    caller_demand(&host->caller,
                  result == SANSMTP_ERR_ARGUMENT || (result == SANSMTP_ERR_STATE) == !asked,
                  "respond() is taken at REPLY, and there only");
}

static void tls(struct host *host)
{
    struct sansmtp_tls tls = {.size = sizeof tls};
    bool asked = (sansmtp_client_wants(host->client) & SANSMTP_TLS) != 0;

    tls.flags = caller_octet(&host->caller) % 4;
    CALL(STATE, tls_started, &tls);
    caller_demand(&host->caller, asked || (sansmtp_client_wants(host->client) & SANSMTP_TLS) == 0,
                  "TLS is wanted behind tls_started()");
}

static void abort_session(struct host *host)
{
    CALL_BARE(0, abort);
    host->silent = true;
    look(host);
}

static void without_client(struct host *host)
{
    uint32_t serial = 0;
    size_t length = 0;

    caller_demand(&host->caller,
                  sansmtp_client_sent(NULL, 0) == SANSMTP_ERR_ARGUMENT &&
                      sansmtp_client_submit(host->client, NULL) == SANSMTP_ERR_ARGUMENT &&
                      sansmtp_client_recipient(host->client, NULL) == SANSMTP_ERR_ARGUMENT &&
                      sansmtp_client_body(host->client, NULL, 1, 0) == SANSMTP_ERR_ARGUMENT &&
                      sansmtp_client_tls_started(host->client, NULL) == SANSMTP_ERR_ARGUMENT &&
                      sansmtp_client_respond(host->client, NULL, 1) == SANSMTP_ERR_ARGUMENT &&
                      sansmtp_client_output(NULL, &length) == NULL &&
                      sansmtp_client_patience(NULL, &serial) == 0,
                  "what is not there is an argument");
    caller_demand(&host->caller,
                  CALL(MAY(SANSMTP_ERR_ARGUMENT), sent, SIZE_MAX) == SANSMTP_ERR_ARGUMENT,
                  "more is sent than there is");
}

static void command(struct host *host)
{
    const char *line = client_words_command(caller_octet(&host->caller));
    bool idle = (sansmtp_client_wants(host->client) & SANSMTP_IDLE) != 0;
    int result = CALL(GATE | NEEDS, command, line, strlen(line));

    caller_demand(&host->caller, (result == SANSMTP_ERR_STATE) == !idle,
                  "command() is taken at IDLE alone");
}

static void burl(struct host *host)
{
    const char *url = client_words_url(caller_octet(&host->caller));
    bool asked = (sansmtp_client_wants(host->client) & SANSMTP_BODY) != 0;
    int result = CALL(GATE, burl, url, strlen(url), caller_octet(&host->caller) % 2);

    caller_demand(&host->caller, asked || result == SANSMTP_ERR_STATE,
                  "burl() is taken at BODY alone");
}

static void assume(struct host *host)
{
    struct sansmtp_capabilities capabilities;

    client_words_capabilities(&capabilities, caller_octet(&host->caller) * 40503u);
    CALL(STATE, assume, &capabilities, sizeof capabilities);
    caller_demand(&host->caller,
                  sansmtp_client_capabilities(host->client, &capabilities, sizeof capabilities) ==
                          0 &&
                      capabilities.extensions == sansmtp_client_extensions(host->client, NULL),
                  "capabilities() and extensions() say the same");
}

static void call_extension(struct host *host)
{
    switch (caller_octet(&host->caller) % 5) {
    case 0:
    case 1:
        command(host);
        break;
    case 2:
        burl(host);
        break;
    case 3:
        assume(host);
        break;
    default:
        CALL_BARE(STATE, tls_failed);
        break;
    }
}

static void call_out_of_turn(struct host *host)
{
    switch (caller_octet(&host->caller) % 16) {
    case 0:
        CALL_BARE(0, eof);
        break;
    case 1:
        CALL_BARE(MAY(SANSMTP_ERR_STATE), expired);
        break;
    case 2:
        abort_session(host);
        break;
    case 3:
        CALL_BARE(STATE, quit);
        break;
    case 4:
        CALL_BARE(STATE, cancel);
        break;
    case 5:
    case 6:
        tls(host);
        break;
    case 7:
    case 8:
        CALL_BARE(STATE, recipients_end);
        break;
    case 9:
        respond(host);
        break;
    case 10:
    case 11:
        without_client(host);
        break;
    default:
        call_extension(host);
        break;
    }
}

/* What the engine wants, as a host in its right mind does it. */
static void comply(struct host *host)
{
    uint32_t wants = sansmtp_client_wants(host->client);

    if ((wants & SANSMTP_IDLE) != 0) {
        submit(host);
    } else if ((wants & SANSMTP_RECIPIENT) != 0) {
        recipient(host);
        if (caller_octet(&host->caller) % 2 == 0) {
            CALL_BARE(STATE, recipients_end);
        }
    } else if ((wants & SANSMTP_BODY) != 0) {
        body(host);
    } else if ((wants & SANSMTP_REPLY) != 0) {
        respond(host);
    } else if ((wants & SANSMTP_TLS) != 0) {
        tls(host);
    }
}

static void act(struct host *host)
{
    uint8_t what = caller_octet(&host->caller);

    if (what < 96) {
        caller_say_line(&host->caller, client_words_reply(what));
    } else if (what < 104) {
        caller_say_script(&host->caller, what - 95u);
    } else if (what < 120) {
        call_out_of_turn(host);
    } else if (what < 130) {
        submit(host);
    } else if (what < 140) {
        recipient(host);
    } else if (what < 150) {
        body(host);
    } else if (what < 200) {
        comply(host);
    } else {
        drain(host, what % 4 != 0 ? SIZE_MAX : caller_octet(&host->caller));
    }
    while (what % 4 != 1 && pull(host)) {
        continue;
    }
}

/* The connection ends: what was submitted has its outcome, and CLOSE comes. */
static void finish(struct host *host)
{
    uint32_t turns = 0;
    bool moved = true;

    CALL_BARE(0, eof);
    while (moved || sansmtp_client_wants(host->client) != SANSMTP_CLOSE) {
        caller_demand(&host->caller, turns++ < PATIENCE, "no end");
        if ((sansmtp_client_wants(host->client) & SANSMTP_REPLY) != 0) {
            CALL_BARE(0, cancel);
        }
        drain(host, SIZE_MAX);
        moved = pull(host);
    }
    caller_demand(&host->caller, host->ledger.closed, "CLOSE without CLOSING");
    caller_demand(&host->caller, !host->ledger.open, "a message is left without an outcome");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct host state = {0}, *host = &state;

    if (size < CLIENT_HEAD_LENGTH) {
        return 0;
    }
    client_input_options(&host->options, data);
    host->ledger.lmtp = (host->options.flags & SANSMTP_CLIENT_LMTP) != 0;
    caller_begin(&host->caller, data + CLIENT_HEAD_LENGTH, size - CLIENT_HEAD_LENGTH,
                 sansmtp_client_memory(&host->options));
    caller_demand(&host->caller,
                  sansmtp_client_init(&host->client, host->caller.block, host->caller.block_length,
                                      &host->options) == 0,
                  "init");
    while (host->caller.left > 0) {
        act(host);
    }
    finish(host);
    caller_end(&host->caller);
    return 0;
}
