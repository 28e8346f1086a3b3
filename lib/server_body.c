#include "server_engine.h"

#include "unstuff.h"

/* The message: DATA up to its CRLF.CRLF, or BDAT by count, and the verdict on it. A message or
 * chunk that is refused is still consumed to its end as payload, never read as commands. */

static uint32_t policy(const struct sansmtp_server *server)
{
    uint32_t bits = sansmtp_server_is(server, SANSMTP_SERVER_REFUSE_NUL)
                        ? SANSMTP_UNSTUFF_REFUSE_NUL
                        : 0;

    switch (server->options->bare_newlines) {
    case SANSMTP_BARE_NORMALISE:
        return bits | SANSMTP_UNSTUFF_NORMALISE;
    case SANSMTP_BARE_PASS:
        return bits | SANSMTP_UNSTUFF_PASS;
    default:
        return bits | SANSMTP_UNSTUFF_REFUSE;
    }
}

void sansmtp_server_body_begin(struct sansmtp_server *server)
{
    server->phase = SANSMTP_PHASE_BODY;
    server->refusal = SANSMTP_REPLY_NONE;
    server->verdicts = 0;
    server->unstuff = sansmtp_unstuff_begin(policy(server));
}

void sansmtp_server_chunk_begin(struct sansmtp_server *server, enum sansmtp_reply refusal,
                                uint64_t size, bool last)
{
    server->knows |= SANSMTP_KNOWS_CHUNK | (last ? SANSMTP_KNOWS_LAST : 0u);
    server->phase = size == 0 ? SANSMTP_PHASE_VERDICT : SANSMTP_PHASE_CHUNK;
    server->refusal = refusal;
    server->verdicts = 0;
    server->remaining = size;
}

static void made_progress(struct sansmtp_server *server, size_t length)
{
    server->progressed += length;
    if (server->progressed >= server->options->progress) {
        sansmtp_server_renew(server);
    }
}

/* From here on nothing of this message is handed on; its end is still looked for. */
static void refuse_message(struct sansmtp_server *server, enum sansmtp_reply reply, uint32_t reason)
{
    server->refusal = reply;
    server->unstuff |= SANSMTP_UNSTUFF_DISCARD;
    sansmtp_server_reset(server, reason);
}

/* Up to the limit and not an octet more: so the host sees the same however the input is cut. */
static enum sansmtp_step hand_over(struct sansmtp_server *server, struct sansmtp_span content)
{
    uint64_t most = server->options->message_size;

    if (most != 0 && content.length > most - server->octets) {
        content.length = (size_t)(most - server->octets);
        server->limit = SANSMTP_LIMIT_MESSAGE_SIZE;
        refuse_message(server, SANSMTP_REPLY_SIZE, SANSMTP_REASON_MESSAGE_SIZE);
    }
    if (content.length == 0) {
        return SANSMTP_STEP_ON;
    }
    server->octets += content.length;
    sansmtp_server_event(server, SANSMTP_EVENT_BODY)->data = content;
    return SANSMTP_STEP_TELL;
}

static void look_at_facts(struct sansmtp_server *server)
{
    uint32_t facts = server->unstuff;

    if ((facts & SANSMTP_UNSTUFF_DISCARD) == 0 || server->refusal != SANSMTP_REPLY_NONE) {
        return;
    }
    if ((facts & SANSMTP_UNSTUFF_NUL) != 0 && (facts & SANSMTP_UNSTUFF_REFUSE_NUL) != 0) {
        refuse_message(server, SANSMTP_REPLY_NUL, SANSMTP_REASON_NUL);
    } else {
        refuse_message(server, SANSMTP_REPLY_BARE_NEWLINE, SANSMTP_REASON_BARE_NEWLINE);
    }
}

enum sansmtp_step sansmtp_server_body(struct sansmtp_server *server, struct sansmtp_span *in)
{
    struct sansmtp_span content;
    size_t taken = sansmtp_unstuff(in->data, in->length, &server->unstuff, &content);
    enum sansmtp_step done = SANSMTP_STEP_ON;

    in->data += taken;
    in->length -= taken;
    made_progress(server, taken);
    if (content.length != 0) {
        done = hand_over(server, content);
    }
    look_at_facts(server);
    if ((server->unstuff & SANSMTP_UNSTUFF_END) != 0) {
        server->phase = SANSMTP_PHASE_VERDICT;
    }
    return done;
}

enum sansmtp_step sansmtp_server_chunk(struct sansmtp_server *server, struct sansmtp_span *in)
{
    struct sansmtp_span content = *in;

    if (content.length > server->remaining) {
        content.length = (size_t)server->remaining;
    }
    in->data += content.length;
    in->length -= content.length;
    server->remaining -= content.length;
    made_progress(server, content.length);
    if (server->remaining == 0) {
        server->phase = SANSMTP_PHASE_VERDICT;
    }
    return server->refusal == SANSMTP_REPLY_NONE ? hand_over(server, content) : SANSMTP_STEP_ON;
}

/* Is this the end of a message, or just of a chunk? */
static bool whole(const struct sansmtp_server *server)
{
    return !sansmtp_server_knows(server, SANSMTP_KNOWS_CHUNK) ||
           sansmtp_server_knows(server, SANSMTP_KNOWS_LAST);
}

/* How many answers the message gets, as it looks now. */
static uint32_t verdicts_due(const struct sansmtp_server *server)
{
    if (!whole(server)) {
        return 0;
    }
    if (sansmtp_server_knows(server, SANSMTP_KNOWS_ANALYSED)) {
        return server->recipients + 1;
    }
    return sansmtp_server_is(server, SANSMTP_SERVER_LMTP) ? server->recipients : 1;
}

/* The recipient whose answer is next. */
static uint32_t verdict_about(const struct sansmtp_server *server)
{
    bool each = sansmtp_server_is(server, SANSMTP_SERVER_LMTP) ||
                (sansmtp_server_knows(server, SANSMTP_KNOWS_ANALYSED) &&
                 server->verdicts < server->recipients);

    return each ? server->verdicts : SANSMTP_RECIPIENT_ALL;
}

static void end_flags(const struct sansmtp_server *server, struct sansmtp_event *event)
{
    event->flags = server->verdicts + 1 == verdicts_due(server) ? SANSMTP_FLAG_LAST : 0u;
    if (sansmtp_server_knows(server, SANSMTP_KNOWS_CHUNK)) {
        event->flags |= SANSMTP_FLAG_CHUNKED;
        return;
    }
    event->flags |= ((server->unstuff & SANSMTP_UNSTUFF_BARE_CR) != 0 ? SANSMTP_FLAG_BARE_CR : 0u) |
                    ((server->unstuff & SANSMTP_UNSTUFF_BARE_LF) != 0 ? SANSMTP_FLAG_BARE_LF : 0u);
}

static enum sansmtp_step ask_verdict(struct sansmtp_server *server)
{
    struct sansmtp_event *event = sansmtp_server_event(server, whole(server) ? SANSMTP_EVENT_END
                                                                             : SANSMTP_EVENT_CHUNK);

    event->number = server->octets;
    event->recipient = verdict_about(server);
    end_flags(server, event);
    return sansmtp_server_ask(server);
}

/* RFC 2033 4.2, 4.3: in LMTP a refused message is refused once for each accepted recipient, so a
 * BDAT LAST without any gets no reply at all. */
static uint32_t refusals(const struct sansmtp_server *server)
{
    /* Where BDAT is not offered at all, the rule of its LAST is not either. */
    if (server->refusal == SANSMTP_REPLY_SWITCHED_OFF ||
        server->refusal == SANSMTP_REPLY_TLS_DEMANDED ||
        server->refusal == SANSMTP_REPLY_AUTH_DEMANDED) {
        return 1;
    }
    return sansmtp_server_is(server, SANSMTP_SERVER_LMTP) && whole(server) ? server->recipients : 1;
}

/* RFC 3030 2: after a refused chunk the rest of the message is refused too; the last ends it. */
static void after_refusal(struct sansmtp_server *server)
{
    bool in_transaction = server->state >= SANSMTP_STATE_MAIL &&
                          server->state <= SANSMTP_STATE_BROKEN &&
                          server->refusal != SANSMTP_REPLY_SWITCHED_OFF;

    if (in_transaction && whole(server)) {
        sansmtp_server_reset(server, SANSMTP_REASON_CHUNK);
        sansmtp_server_transaction_over(server);
    } else if (in_transaction && server->state >= SANSMTP_STATE_READY) {
        sansmtp_server_reset(server, SANSMTP_REASON_CHUNK);
        server->state = SANSMTP_STATE_BROKEN;
    }
    server->knows &= ~(uint32_t)(SANSMTP_KNOWS_CHUNK | SANSMTP_KNOWS_LAST);
    sansmtp_server_renew(server);
    sansmtp_server_await_line(server);
}

static enum sansmtp_step give_refusal(struct sansmtp_server *server)
{
    uint32_t given = server->verdicts;

    if (given >= refusals(server)) {
        /* What is refused without a word is still an error. */
        if (given != 0 || sansmtp_server_count_error(server)) {
            after_refusal(server);
        }
        return SANSMTP_STEP_ON;
    }
    server->verdicts++;
    if (given != 0) {
        sansmtp_server_say(server, (enum sansmtp_reply)server->refusal);
    } else {
        sansmtp_server_refuse(server, (enum sansmtp_reply)server->refusal);
    }
    return SANSMTP_STEP_ON;
}

/* draft-hall-prdr: a single recipient needs no answer of its own. */
static bool begins_analysis(const struct sansmtp_server *server)
{
    return whole(server) && server->recipients > 1 &&
           sansmtp_server_knows(server, SANSMTP_KNOWS_PRDR) &&
           !sansmtp_server_knows(server, SANSMTP_KNOWS_ANALYSED) &&
           !sansmtp_server_is(server, SANSMTP_SERVER_LMTP);
}

enum sansmtp_step sansmtp_server_verdict(struct sansmtp_server *server)
{
    if (!sansmtp_server_room(server)) {
        return SANSMTP_STEP_WAIT;
    }
    if (server->refusal != SANSMTP_REPLY_NONE) {
        return give_refusal(server);
    }
    if (begins_analysis(server)) {
        server->knows |= SANSMTP_KNOWS_ANALYSED;
        sansmtp_server_say(server, SANSMTP_REPLY_ANALYSIS);
        return SANSMTP_STEP_ON;
    }
    return ask_verdict(server);
}
