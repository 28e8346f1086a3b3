#include "server_engine.h"

#include "additions.h"
#include "attribute.h"
#include "datetime.h"
#include "extension.h"
#include "number.h"
#include "verb.h"

/* The long replies, row by row as room comes: the extensions behind EHLO and LHLO, and HELP. */

/* What this session has, and what there is to offer now. */
uint64_t sansmtp_server_announced(const struct sansmtp_server *server)
{
    bool secure = sansmtp_server_knows(server, SANSMTP_KNOWS_TLS);
    uint64_t set = server->extensions &
                   ~sansmtp_extensions_when(secure ? SANSMTP_WHEN_PLAIN : SANSMTP_WHEN_SECURE);
    struct sansmtp_span name;
    size_t at = 0;

    if (!sansmtp_server_mechanism_next(server, &at, &name)) {
        set &= ~sansmtp_extensions_when(SANSMTP_WHEN_ALLOWED);
    }
    return set;
}

static void put_text(struct sansmtp_server *server, const void *text, size_t length)
{
    sansmtp_out_put(&server->out, text, length);
}

/* " " and the text, if there is any. */
static void put_word(struct sansmtp_server *server, const void *text, size_t length)
{
    if (length != 0) {
        put_text(server, " ", 1);
        put_text(server, text, length);
    }
}

/* before ends at its NUL. */
static void put_number(struct sansmtp_server *server, const char *before, uint64_t number)
{
    uint8_t digits[20];
    size_t length = 0;

    while (before[length] != '\0') {
        length++;
    }
    put_text(server, before, length);
    put_text(server, digits, sansmtp_number_write(number, digits));
}

static void put_mechanisms(struct sansmtp_server *server)
{
    struct sansmtp_span name;
    size_t at = 0;

    while (sansmtp_server_mechanism_next(server, &at, &name)) {
        put_word(server, name.data, name.length);
    }
}

/* RFC 4865 3: both are told. */
static void put_hold(struct sansmtp_server *server)
{
    const struct sansmtp_server_options *later = sansmtp_server_later(server->options);
    uint8_t moment[SANSMTP_DATETIME_LENGTH];

    put_number(server, " ", later->hold_for);
    put_word(server, moment, sansmtp_datetime_write(later->hold_until, moment));
}

/* RFC 9422 4: numbers of at most six digits; no limit is not told. */
static void put_limit(struct sansmtp_server *server, const char *name, uint32_t limit)
{
    if (limit != 0 && limit <= 999999) {
        put_number(server, name, limit);
    }
}

static void put_limits(struct sansmtp_server *server)
{
    put_limit(server, " MAILMAX=", server->options->messages);
    put_limit(server, " RCPTMAX=", server->options->recipients);
    put_limit(server, " RCPTDOMAINMAX=", sansmtp_server_later(server->options)->recipient_domains);
}

static void put_attributes(struct sansmtp_server *server, uint32_t verb)
{
    for (uint32_t i = 0; i < SANSMTP_ATTRIBUTES; i++) {
        struct sansmtp_span word = sansmtp_attribute_word(i, verb);

        put_word(server, word.data, word.length);
    }
}

static void put_value(struct sansmtp_server *server, enum sansmtp_ehlo_value value)
{
    const struct sansmtp_server_options *later = sansmtp_server_later(server->options);

    switch (value) {
    case SANSMTP_EHLO_NONE:
        break;
    case SANSMTP_EHLO_MESSAGE_SIZE:
        put_number(server, " ", server->options->message_size);
        break;
    case SANSMTP_EHLO_MECHANISMS:
        put_mechanisms(server);
        break;
    case SANSMTP_EHLO_DELIVER_BY:
        if (later->deliver_by != 0) {
            put_number(server, " ", later->deliver_by);
        }
        break;
    case SANSMTP_EHLO_HOLD:
        put_hold(server);
        break;
    case SANSMTP_EHLO_PRIORITY:
        put_word(server, later->priorities, later->priorities_length);
        break;
    case SANSMTP_EHLO_LIMITS:
        put_limits(server);
        break;
    case SANSMTP_EHLO_SOLICITATIONS:
        put_word(server, later->solicitations, later->solicitations_length);
        break;
    case SANSMTP_EHLO_URLS: /* RFC 4468 3.3: what may be fetched is told to who may fetch */
        if (sansmtp_server_knows(server, SANSMTP_KNOWS_AUTHENTICATED)) {
            put_word(server, later->urls, later->urls_length);
        }
        break;
    case SANSMTP_EHLO_XCLIENT:
        put_attributes(server, SANSMTP_VERB_XCLIENT);
        break;
    case SANSMTP_EHLO_XFORWARD:
        put_attributes(server, SANSMTP_VERB_XFORWARD);
        break;
    }
}

static void put_extension(struct sansmtp_server *server, uint32_t number, bool more)
{
    const struct sansmtp_extension *row = sansmtp_extension_row(number);

    put_text(server, more ? "250-" : "250 ", 4);
    if (row != NULL) {
        put_text(server, row->keyword, row->keyword_length);
        put_value(server, (enum sansmtp_ehlo_value)row->value);
    } else {
        const struct sansmtp_own_extension *own = sansmtp_own_extension_row(
            sansmtp_server_later(server->options)->additions, number);

        put_text(server, own->keyword, own->keyword_length);
        put_word(server, own->value, own->value_length);
    }
    put_text(server, "\r\n", 2);
}

static bool extension_rows(struct sansmtp_server *server)
{
    uint64_t left = sansmtp_server_announced(server) >> server->row;

    for (; left != 0; left >>= 1, server->row++) {
        if ((left & 1) == 0) {
            continue;
        }
        if (!sansmtp_server_room(server)) {
            return false;
        }
        put_extension(server, server->row, left > 1);
    }
    return true;
}

static bool helps_with(const struct sansmtp_server *server, uint32_t number)
{
    const struct sansmtp_verb *verb = sansmtp_verb_row(number);
    uint32_t role = sansmtp_server_is(server, SANSMTP_SERVER_LMTP) ? SANSMTP_ROLE_LMTP
                                                                   : SANSMTP_ROLE_SMTP;

    return (verb->roles & role) != 0 && (verb->extension & ~server->extensions) == 0;
}

static void put_help(struct sansmtp_server *server, uint32_t number, char separator)
{
    const struct sansmtp_reply_row *row = sansmtp_reply_row(SANSMTP_REPLY_HELP);
    const struct sansmtp_verb *verb = sansmtp_verb_row(number);

    sansmtp_server_put_line(server, row->code, separator, row->enhanced, verb->syntax,
                            verb->syntax_length);
}

static bool helps_with_own(const struct sansmtp_server *server, const struct sansmtp_own_verb *own)
{
    return own->syntax_length != 0 &&
           (own->extension == 0 || (server->extensions >> own->extension & 1) != 0);
}

static void put_own_help(struct sansmtp_server *server, const struct sansmtp_own_verb *own,
                         char separator)
{
    const struct sansmtp_reply_row *row = sansmtp_reply_row(SANSMTP_REPLY_HELP);

    sansmtp_server_put_line(server, row->code, separator, row->enhanced, own->syntax,
                            own->syntax_length);
}

/* The host's own verbs stand behind ours. */
static bool own_help_rows(struct sansmtp_server *server)
{
    const struct sansmtp_additions *additions = sansmtp_server_later(server->options)->additions;
    uint32_t count = additions == NULL ? 0 : additions->verbs_count;

    for (; server->row - SANSMTP_VERBS - 1 < count; server->row++) {
        const struct sansmtp_own_verb *own = &additions->verbs[server->row - SANSMTP_VERBS - 1];

        if (!helps_with_own(server, own)) {
            continue;
        }
        if (!sansmtp_server_room(server)) {
            return false;
        }
        put_own_help(server, own, '-');
    }
    return true;
}

static bool help_rows(struct sansmtp_server *server)
{
    for (; server->row <= SANSMTP_VERBS; server->row++) {
        if (!helps_with(server, server->row)) {
            continue;
        }
        if (!sansmtp_server_room(server)) {
            return false;
        }
        put_help(server, server->row, '-');
    }
    if (!own_help_rows(server) || !sansmtp_server_room(server)) {
        return false;
    }
    sansmtp_server_say(server, SANSMTP_REPLY_HELP);
    return true;
}

bool sansmtp_server_rows(struct sansmtp_server *server)
{
    return server->verb == SANSMTP_VERB_HELP ? help_rows(server) : extension_rows(server);
}

/* The row of one verb, ours or the host's; false: there is none for this topic. */
static bool help_row(struct sansmtp_server *server, struct sansmtp_span topic)
{
    const struct sansmtp_own_verb *own = sansmtp_own_verb(
        sansmtp_server_later(server->options)->additions, topic.data, topic.length);
    size_t length = 0;
    uint32_t verb = sansmtp_verb_find(topic.data, topic.length, &length);

    if (verb != SANSMTP_VERB_UNKNOWN && length == topic.length && helps_with(server, verb)) {
        put_help(server, verb, ' ');
        return true;
    }
    if (own != NULL && helps_with_own(server, own)) {
        put_own_help(server, own, ' ');
        return true;
    }
    return false;
}

/* HELP that the host leaves to us: the table of commands, or the row of one (RFC 5321 4.1.1.8). */
void sansmtp_server_help(struct sansmtp_server *server)
{
    struct sansmtp_span topic = server->event.text;

    server->question = 0;
    sansmtp_server_renew(server);
    if (topic.length == 0) {
        server->row = 1;
        server->phase = SANSMTP_PHASE_ROWS;
        return;
    }
    if (!help_row(server, topic) && !sansmtp_server_refuse(server, SANSMTP_REPLY_TOPIC)) {
        return;
    }
    sansmtp_server_await_line(server);
    sansmtp_server_try_close(server);
}
