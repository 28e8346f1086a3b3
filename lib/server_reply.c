#include "server_engine.h"

#include "memory.h"
#include "number.h"
#include "utf8.h"

/* The host's answers. Every string of the host passes one gate. */

/* What an answer may be, from events.def. */
struct sansmtp_question {
    uint16_t accept, decline, fail; /* enum sansmtp_reply */
    uint16_t code;                  /* the one positive code, 2: any 2yz */
    bool lines;
};

enum { LINES = true, ONE = false };

static const struct sansmtp_question questions[] = {
#define QUESTION(name, callback, accept, decline, fail, code, lines)           \
    [SANSMTP_EVENT_##name] = {SANSMTP_REPLY_##accept, SANSMTP_REPLY_##decline, \
                              SANSMTP_REPLY_##fail, code, lines},
#define NOTICE(name, callback)
#include "events.def"
#undef QUESTION
#undef NOTICE
};

/* RFC 6531 3.7.4: where may an answer show UTF-8? */
static bool may_show_utf8(const struct sansmtp_server *server, uint32_t code)
{
    switch (server->question) {
    case SANSMTP_EVENT_RECIPIENT:
        return (code == 251 || code == 551) && sansmtp_server_knows(server, SANSMTP_KNOWS_UTF8);
    case SANSMTP_EVENT_VERIFY:
    case SANSMTP_EVENT_EXPAND:
        return sansmtp_server_knows(server, SANSMTP_KNOWS_SHOWS_UTF8);
    default:
        return false;
    }
}

static bool printable(const uint8_t *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if ((text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f) {
            return false;
        }
    }
    return true;
}

static bool code_fits(const struct sansmtp_server *server, uint32_t code)
{
    const struct sansmtp_question *question = &questions[server->question];

    if (code < 200 || code > 599 || code / 10 % 10 > 5) {
        return false;
    }
    if (code >= 400) {
        /* RFC 5321 4.3.2, RFC 7504: a client is turned away by 421, 521 or 554. */
        return server->question != SANSMTP_EVENT_CONNECT || code == 421 || code == 521 ||
               code == 554;
    }
    return question->code == 2 ? code < 300 : code == question->code;
}

/* RFC 2034 4: the class is the code's, and all lines of an answer have one enhanced code. */
static bool enhanced_fits(const struct sansmtp_server *server, uint32_t code, uint32_t enhanced)
{
    if (enhanced == 0) {
        return true;
    }
    if (sansmtp_server_knows(server, SANSMTP_KNOWS_LINES)) {
        return enhanced == server->line_enhanced;
    }
    return sansmtp_enhanced_valid(enhanced) && enhanced / 1000000u == code / 100u;
}

/* What the host left out: the row of the question for its own code, else what the code means. */
static struct sansmtp_reply_row defaults(const struct sansmtp_server *server, uint32_t code)
{
    const struct sansmtp_reply_row *row = sansmtp_reply_row(questions[server->question].accept);

    if (row->code == code) {
        return *row;
    }
    /* RFC 1985 5.1: these two are not about a mailbox. */
    if (server->question == SANSMTP_EVENT_ETRN && (code == 251 || code == 252)) {
        return sansmtp_reply_of_code(250);
    }
    return sansmtp_reply_of_code(code);
}

static uint32_t enhanced_of(const struct sansmtp_server *server, uint32_t code, uint32_t enhanced)
{
    if (sansmtp_server_knows(server, SANSMTP_KNOWS_LINES)) {
        return server->line_enhanced;
    }
    return enhanced != 0 ? enhanced : defaults(server, code).enhanced;
}

static bool text_fits(const struct sansmtp_server *server, uint32_t code, uint32_t enhanced,
                      const char *text, size_t length)
{
    uint32_t most = server->options->reply;

    return length <= most &&
           sansmtp_server_line_length(server, code, enhanced_of(server, code, enhanced), length) <=
               most &&
           printable((const uint8_t *)text, length) &&
           sansmtp_utf8_valid((const uint8_t *)text, length);
}

/* The gate: all that can be wrong with an answer, but whether its UTF-8 may be shown here. */
static int answer_check(const struct sansmtp_server *server, uint32_t code, uint32_t enhanced,
                        const char *text, size_t length)
{
    if (server == NULL || (text == NULL && length != 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (server->question == 0) {
        return SANSMTP_ERR_STATE;
    }
    if (!code_fits(server, code) || !enhanced_fits(server, code, enhanced)) {
        return SANSMTP_ERR_CODE;
    }
    if (sansmtp_server_knows(server, SANSMTP_KNOWS_LINES) && code != server->line_code) {
        return SANSMTP_ERR_CODE;
    }
    return text_fits(server, code, enhanced, text, length) ? 0 : SANSMTP_ERR_TEXT;
}

/* A yes that another answer will follow: of END to the last BURL, of CONNECT to XCLIENT. */
static bool is_silent(const struct sansmtp_server *server, uint32_t code)
{
    return code < 400 && (server->question == SANSMTP_EVENT_XCLIENT ||
                          (server->question == SANSMTP_EVENT_BURL &&
                           (server->event.flags & SANSMTP_FLAG_LAST) != 0));
}

/* Gives the last line of the answer to the open question, and goes on from there. */
static void settle(struct sansmtp_server *server, uint32_t code, uint32_t enhanced,
                   const void *text, size_t length)
{
    uint32_t question = server->question;
    bool rows = question == SANSMTP_EVENT_HELLO && code == 250 &&
                server->verb != SANSMTP_VERB_HELO && sansmtp_server_announced(server) != 0;

    if (!is_silent(server, code)) {
        sansmtp_server_put_line(server, code, rows ? '-' : ' ', enhanced, text, length);
    }
    server->question = 0;
    server->knows &= ~(uint32_t)SANSMTP_KNOWS_LINES;
    sansmtp_server_renew(server);
    sansmtp_server_proceed(server, question, code);
    sansmtp_server_try_close(server);
}

static void settle_by_row(struct sansmtp_server *server, enum sansmtp_reply reply)
{
    const struct sansmtp_reply_row *row = sansmtp_reply_row(reply);

    if (reply == SANSMTP_REPLY_GREETING) {
        settle(server, row->code, 0, server->options->greeting, server->options->greeting_length);
    } else {
        settle(server, row->code, enhanced_of(server, row->code, row->enhanced), row->text,
               row->length);
    }
}

/* Does the text need UTF-8 where it may not be shown? */
static bool hidden(const struct sansmtp_server *server, uint32_t code, const char *text,
                   size_t length)
{
    return length != 0 && !sansmtp_utf8_ascii((const uint8_t *)text, length) &&
           !may_show_utf8(server, code);
}

/* RFC 6531 3.7.4: 251 and 551 become 250 and 550, a yes to VRFY or EXPN 252, and a no keeps its
 * code; none shows the text. */
static int settle_hidden(struct sansmtp_server *server, uint32_t code, uint32_t enhanced)
{
    bool verifies = server->question == SANSMTP_EVENT_VERIFY ||
                    server->question == SANSMTP_EVENT_EXPAND;

    if (sansmtp_server_knows(server, SANSMTP_KNOWS_LINES)) {
        return SANSMTP_ERR_TEXT;
    }
    if (server->question == SANSMTP_EVENT_RECIPIENT && (code == 251 || code == 551)) {
        settle_by_row(server, code == 251 ? SANSMTP_REPLY_RCPT_OK : SANSMTP_REPLY_NOT_OURS);
    } else if (verifies && code < 400) {
        settle_by_row(server, SANSMTP_REPLY_VERIFY_NEEDS_UTF8);
    } else if (verifies) {
        struct sansmtp_reply_row row = sansmtp_reply_of_code(code);

        settle(server, code, enhanced_of(server, code, enhanced), row.text, row.length);
    } else {
        return SANSMTP_ERR_TEXT;
    }
    return 0;
}

int sansmtp_server_reply(struct sansmtp_server *server, uint32_t code, uint32_t enhanced,
                         const char *text, size_t length)
{
    int error = answer_check(server, code, enhanced, text, length);
    struct sansmtp_reply_row row;

    if (error != 0) {
        return error;
    }
    if (hidden(server, code, text, length)) {
        return settle_hidden(server, code, enhanced);
    }
    row = defaults(server, code);
    settle(server, code, enhanced_of(server, code, enhanced), length != 0 ? text : row.text,
           length != 0 ? length : row.length);
    return 0;
}

int sansmtp_server_reply_line(struct sansmtp_server *server, uint32_t code, uint32_t enhanced,
                              const char *text, size_t length)
{
    int error = answer_check(server, code, enhanced, text, length);

    if (error != 0) {
        return error;
    }
    if (!questions[server->question].lines) {
        return SANSMTP_ERR_STATE;
    }
    if (hidden(server, code, text, length)) {
        return SANSMTP_ERR_TEXT;
    }
    enhanced = enhanced_of(server, code, enhanced);
    /* The last line must still find its room. */
    if (sansmtp_server_line_length(server, code, enhanced, length) + server->options->reply >
        sansmtp_out_room(&server->out)) {
        return SANSMTP_ERR_ROOM;
    }
    sansmtp_server_put_line(server, code, '-', enhanced, text, length);
    server->knows |= SANSMTP_KNOWS_LINES;
    server->line_code = code;
    server->line_enhanced = enhanced;
    return 0;
}

static int settle_default(struct sansmtp_server *server, enum sansmtp_reply reply)
{
    const struct sansmtp_reply_row *row = sansmtp_reply_row(reply);

    if (reply == SANSMTP_REPLY_NONE ||
        (sansmtp_server_knows(server, SANSMTP_KNOWS_LINES) && row->code != server->line_code)) {
        return SANSMTP_ERR_STATE;
    }
    settle_by_row(server, reply);
    return 0;
}

/* RFC 6710 4.1: a priority above 0 is for those that the host trusts. */
static enum sansmtp_reply accepting(const struct sansmtp_server *server)
{
    if (server->question == SANSMTP_EVENT_MAIL &&
        sansmtp_server_knows(server, SANSMTP_KNOWS_PRIORITY)) {
        return SANSMTP_REPLY_PRIORITY_LOWERED;
    }
    return (enum sansmtp_reply)questions[server->question].accept;
}

int sansmtp_server_accept(struct sansmtp_server *server)
{
    if (server == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (server->question == 0) {
        return SANSMTP_ERR_STATE;
    }
    return settle_default(server, accepting(server));
}

int sansmtp_server_decline(struct sansmtp_server *server)
{
    if (server == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (server->question == 0) {
        return SANSMTP_ERR_STATE;
    }
    if (server->question == SANSMTP_EVENT_HELP &&
        !sansmtp_server_knows(server, SANSMTP_KNOWS_LINES)) {
        sansmtp_server_help(server);
        return 0;
    }
    return settle_default(server, server->question == SANSMTP_EVENT_MAIL
                                      ? accepting(server)
                                      : (enum sansmtp_reply)questions[server->question].decline);
}

int sansmtp_server_fail(struct sansmtp_server *server)
{
    if (server == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (server->question == 0) {
        return SANSMTP_ERR_STATE;
    }
    return settle_default(server, questions[server->question].fail);
}

/* RFC 1845 3: the offset first, then white space. */
int sansmtp_server_restart(struct sansmtp_server *server, uint64_t offset, uint32_t recipients)
{
    static const char words[] = " is the transaction offset";
    char text[20 + sizeof(words)];
    size_t length;

    if (server == NULL || recipients == 0 || recipients == UINT32_MAX || offset > INT64_MAX ||
        (server->options->recipients != 0 && recipients > server->options->recipients) ||
        (server->options->message_size != 0 && offset > server->options->message_size)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (server->question != SANSMTP_EVENT_MAIL ||
        (server->event.parameters >> SANSMTP_PARAMETER_TRANSID & 1) == 0 ||
        sansmtp_server_knows(server, SANSMTP_KNOWS_LINES)) {
        return SANSMTP_ERR_STATE;
    }
    length = sansmtp_number_write(offset, (uint8_t *)text);
    memcpy(text + length, words, sizeof(words) - 1);
    settle(server, 355, 0, text, length + sizeof(words) - 1);
    if (server->phase != SANSMTP_PHASE_OVER) {
        server->recipients = recipients;
        server->octets = offset;
        server->state = SANSMTP_STATE_READY;
    }
    return 0;
}
