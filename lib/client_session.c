#include "client_engine.h"

#include "memory.h"
#include "verb.h"

/* What a reply means outside a message, and what comes next: greeting, hello, STARTTLS, AUTH, and
 * then the host's messages. */

/* RFC 2033 4.1: LMTP opens with LHLO, and knows no HELO. */
uint32_t sansmtp_client_hello_verb(const struct sansmtp_client *client)
{
    if (sansmtp_client_is(client, SANSMTP_CLIENT_LMTP)) {
        return SANSMTP_VERB_LHLO;
    }
    return sansmtp_client_knows(client, SANSMTP_CLIENT_HELO) ? SANSMTP_VERB_HELO
                                                             : SANSMTP_VERB_EHLO;
}

void sansmtp_client_hello(struct sansmtp_client *client)
{
    const struct sansmtp_client_options *options = client->options;
    const struct sansmtp_verb *verb = sansmtp_verb_row(sansmtp_client_hello_verb(client));

    client->offered = (struct sansmtp_capabilities){0};
    client->phase = SANSMTP_AWAITS_HELLO;
    sansmtp_out_put(&client->out, verb->wire, verb->length);
    sansmtp_out_put(&client->out, " ", 1);
    sansmtp_out_put(&client->out, options->hello, options->hello_length);
    sansmtp_client_put(client, "", 0);
}

/* The session goes no further; the host hears why. */
static enum sansmtp_client_step refused(struct sansmtp_client *client, uint32_t verb,
                                        const struct sansmtp_client_reply *reply)
{
    sansmtp_client_refusal(client, verb, reply);
    sansmtp_client_fail(client, SANSMTP_ERR_REFUSED);
    return SANSMTP_CLIENT_TELL;
}

static enum sansmtp_client_step after_greeting(struct sansmtp_client *client,
                                               const struct sansmtp_client_reply *reply)
{
    if (reply->code / 100 != 2) {
        return refused(client, SANSMTP_VERB_UNKNOWN, reply);
    }
    sansmtp_client_hello(client);
    return SANSMTP_CLIENT_ON;
}

/* RFC 5321 3.2: a server that does not know EHLO is tried with HELO. */
static enum sansmtp_client_step after_hello(struct sansmtp_client *client,
                                            const struct sansmtp_client_reply *reply)
{
    uint32_t code = reply->code;
    bool helo = sansmtp_client_knows(client, SANSMTP_CLIENT_HELO) ||
                sansmtp_client_is(client, SANSMTP_CLIENT_LMTP);

    if (code / 100 == 2) {
        if (sansmtp_client_knows(client, SANSMTP_CLIENT_HELO)) {
            client->offered = (struct sansmtp_capabilities){0};
        }
        sansmtp_client_proceed(client);
    } else if (code >= 500 && code <= 504 && !helo) {
        client->knows |= SANSMTP_CLIENT_HELO;
        sansmtp_client_hello(client);
    } else {
        return refused(client, sansmtp_client_hello_verb(client), reply);
    }
    return SANSMTP_CLIENT_ON;
}

/* Only 220 starts TLS; any other answer, of whatever class, is a failure. */
static enum sansmtp_client_step after_starttls(struct sansmtp_client *client,
                                               const struct sansmtp_client_reply *reply)
{
    if (reply->code == 220) {
        client->phase = SANSMTP_AWAITS_TLS;
        return SANSMTP_CLIENT_ON;
    }
    sansmtp_client_refusal(client, SANSMTP_VERB_STARTTLS, reply);
    client->knows |= SANSMTP_CLIENT_TLS_TRIED;
    sansmtp_client_proceed(client);
    return SANSMTP_CLIENT_TELL;
}

static enum sansmtp_client_step after_rset(struct sansmtp_client *client, uint32_t code)
{
    if (code / 100 == 2) {
        client->phase = SANSMTP_AWAITS_MESSAGE;
    } else {
        sansmtp_client_fail(client, SANSMTP_ERR_PROTOCOL);
    }
    return SANSMTP_CLIENT_ON;
}

/* Postfix: XCLIENT that is accepted answers as a greeting does, and EHLO is due again. */
static void after_xclient(struct sansmtp_client *client)
{
    client->knows &= ~(uint32_t)(SANSMTP_CLIENT_AUTHENTICATED | SANSMTP_CLIENT_HELO);
    client->tried = 0;
    sansmtp_client_hello(client);
}

/* RFC 2645 5.3: what comes now is the greeting of the other role. */
static void after_atrn(struct sansmtp_client *client)
{
    client->phase = SANSMTP_AWAITS_TURN;
    client->closing = SANSMTP_REASON_TURN;
}

static enum sansmtp_client_step after_command(struct sansmtp_client *client,
                                              const struct sansmtp_client_reply *reply)
{
    bool yes = reply->code / 100 == 2;

    if (sansmtp_client_knows(client, SANSMTP_CLIENT_DIRTY)) { /* this answers the RSET before it */
        client->knows &= ~(uint32_t)SANSMTP_CLIENT_DIRTY;
        return yes ? SANSMTP_CLIENT_ON : sansmtp_client_senseless(client);
    }
    if (reply->code / 100 == 3) {
        return sansmtp_client_senseless(client); /* a command is one line, and its answer the end */
    }
    client->phase = SANSMTP_AWAITS_MESSAGE;
    sansmtp_client_reply_event(client, SANSMTP_EVENT_REPLY, reply)->verb = client->verb;
    if (yes && client->verb == SANSMTP_VERB_XCLIENT) {
        after_xclient(client);
    } else if (yes && client->verb == SANSMTP_VERB_ATRN) {
        after_atrn(client);
    } else if (reply->code >= 500 && client->verb == SANSMTP_VERB_ETRN) {
        client->knows |= SANSMTP_CLIENT_NO_ETRN;
    }
    return SANSMTP_CLIENT_TELL;
}

/* PIPECONNECT: greeting and the reply to EHLO come while messages go already. */
enum sansmtp_client_step sansmtp_client_opening(struct sansmtp_client *client,
                                                const struct sansmtp_client_reply *reply)
{
    bool greeting = sansmtp_client_knows(client, SANSMTP_CLIENT_GREETING_DUE);

    client->answered++;
    client->knows &= ~(uint32_t)(greeting ? SANSMTP_CLIENT_GREETING_DUE : SANSMTP_CLIENT_HELLO_DUE);
    if (reply->code / 100 != 2) {
        client->sends |= SANSMTP_SENDS_VOID; /* what was sent behind it found no session */
        sansmtp_client_over(client, SANSMTP_REASON_CLOSED, SANSMTP_ERR_REFUSED);
        sansmtp_client_refusal(client, greeting ? SANSMTP_VERB_UNKNOWN : SANSMTP_VERB_EHLO, reply);
        return SANSMTP_CLIENT_TELL;
    }
    if (!greeting && (client->assumed & ~client->offered.extensions) != 0) {
        sansmtp_client_over(client, SANSMTP_REASON_PROTOCOL, SANSMTP_ERR_PROTOCOL);
    }
    if (client->phase == SANSMTP_AWAITS_OUTCOME) {
        sansmtp_client_heed_limit(client);
    }
    return SANSMTP_CLIENT_ON;
}

static bool may_assume(const struct sansmtp_client *client)
{
    bool tls = client->options->tls == SANSMTP_CLIENT_TLS_NONE ||
               sansmtp_client_knows(client, SANSMTP_CLIENT_TLS);

    return client->phase == SANSMTP_AWAITS_GREETING && client->put == 1 &&
           client->line_total == 0 && client->reply_lines == 0 &&
           !sansmtp_client_knows(client, SANSMTP_CLIENT_EOF | SANSMTP_CLIENT_WHOLE |
                                             SANSMTP_CLIENT_LINE_DUE) &&
           tls && client->options->mechanisms_length == 0;
}

int sansmtp_client_assume(struct sansmtp_client *client,
                          const struct sansmtp_capabilities *capabilities, size_t length)
{
    uint64_t needed = SANSMTP_EXTENSION_PIPECONNECT | SANSMTP_EXTENSION_PIPELINING;

    if (client == NULL || capabilities == NULL || length < sizeof(*capabilities) ||
        (capabilities->extensions & needed) != needed) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!may_assume(client)) {
        return SANSMTP_ERR_STATE;
    }
    sansmtp_client_hello(client);
    client->offered = *capabilities;
    client->assumed = capabilities->extensions;
    client->phase = SANSMTP_AWAITS_MESSAGE;
    client->knows |= SANSMTP_CLIENT_READY_DUE | SANSMTP_CLIENT_GREETING_DUE |
                     SANSMTP_CLIENT_HELLO_DUE;
    return 0;
}

int sansmtp_client_capabilities(const struct sansmtp_client *client,
                                struct sansmtp_capabilities *capabilities, size_t length)
{
    if (client == NULL || capabilities == NULL || length < sizeof(*capabilities)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    memset(capabilities, 0, length);
    *capabilities = client->offered;
    return 0;
}

enum sansmtp_client_step sansmtp_client_session(struct sansmtp_client *client,
                                                const struct sansmtp_client_reply *reply)
{
    client->answered++;
    switch ((enum sansmtp_client_phase)client->phase) {
    case SANSMTP_AWAITS_GREETING:
        return after_greeting(client, reply);
    case SANSMTP_AWAITS_HELLO:
        return after_hello(client, reply);
    case SANSMTP_AWAITS_STARTTLS:
        return after_starttls(client, reply);
    case SANSMTP_AWAITS_RSET:
        return after_rset(client, reply->code);
    case SANSMTP_AWAITS_AUTH:
        return sansmtp_client_auth(client, reply);
    case SANSMTP_AWAITS_COMMAND:
        return after_command(client, reply);
    case SANSMTP_AWAITS_QUIT:
        sansmtp_client_over(client, SANSMTP_REASON_QUIT, client->error);
        break;
    case SANSMTP_AWAITS_TLS:
    case SANSMTP_AWAITS_MESSAGE:
    case SANSMTP_AWAITS_OUTCOME:
    case SANSMTP_AWAITS_TURN:
    case SANSMTP_AWAITS_NOTHING:
        break;
    }
    return SANSMTP_CLIENT_ON;
}

int sansmtp_client_quit(struct sansmtp_client *client)
{
    if (client == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!sansmtp_client_idle(client)) {
        return SANSMTP_ERR_STATE;
    }
    client->phase = SANSMTP_AWAITS_QUIT;
    sansmtp_client_put(client, "QUIT", 4);
    return 0;
}

int sansmtp_client_tls_started(struct sansmtp_client *client, const struct sansmtp_tls *tls)
{
    if (client == NULL || tls == NULL || tls->size < sizeof(*tls) ||
        (tls->flags & ~SANSMTP_TLS_VERIFIED) != 0) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (client->phase != SANSMTP_AWAITS_TLS) {
        return SANSMTP_ERR_STATE;
    }
    client->knows |= SANSMTP_CLIENT_TLS;
    client->knows &= ~(uint32_t)SANSMTP_CLIENT_HELO;
    if ((tls->flags & SANSMTP_TLS_VERIFIED) != 0) {
        client->knows |= SANSMTP_CLIENT_VERIFIED;
    }
    sansmtp_client_renew(client);
    if (client->answered == 0) { /* implicit TLS: the greeting is still to come */
        client->phase = SANSMTP_AWAITS_GREETING;
    } else {
        sansmtp_client_hello(client);
    }
    return 0;
}

int sansmtp_client_tls_failed(struct sansmtp_client *client)
{
    if (client == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (client->phase != SANSMTP_AWAITS_TLS) {
        return SANSMTP_ERR_STATE;
    }
    sansmtp_client_over(client, SANSMTP_REASON_CLOSED, SANSMTP_ERR_TLS);
    return 0;
}
