#include "server_engine.h"

#include "extension.h"
#include "number.h"
#include "verb.h"

/* The long replies, row by row as room comes: the extensions behind EHLO and LHLO, and HELP. */

static bool announced(const struct sansmtp_server *server, uint32_t number)
{
    const struct sansmtp_extension *row = sansmtp_extension_row(number);
    struct sansmtp_span name;
    size_t at = 0;

    if ((server->extensions & (UINT64_C(1) << number)) == 0) {
        return false;
    }
    switch ((enum sansmtp_when)row->when) {
    case SANSMTP_WHEN_PLAIN:
        return !sansmtp_server_knows(server, SANSMTP_KNOWS_TLS);
    case SANSMTP_WHEN_ALLOWED:
        return sansmtp_server_mechanism_next(server, &at, &name);
    case SANSMTP_WHEN_ALWAYS:
        break;
    }
    return true;
}

/* Is there an extension to announce, from this number on? */
bool sansmtp_server_announces(const struct sansmtp_server *server, uint32_t from)
{
    for (uint32_t number = from; number < SANSMTP_EXTENSIONS; number++) {
        if (announced(server, number)) {
            return true;
        }
    }
    return false;
}

static void put_message_size(struct sansmtp_server *server)
{
    uint8_t digits[20];
    size_t length = sansmtp_number_write(server->options->message_size, digits);

    sansmtp_out_put(&server->out, " ", 1);
    sansmtp_out_put(&server->out, digits, length);
}

static void put_mechanisms(struct sansmtp_server *server)
{
    struct sansmtp_span name;
    size_t at = 0;

    while (sansmtp_server_mechanism_next(server, &at, &name)) {
        sansmtp_out_put(&server->out, " ", 1);
        sansmtp_out_put(&server->out, name.data, name.length);
    }
}

static void put_extension(struct sansmtp_server *server, uint32_t number)
{
    const struct sansmtp_extension *row = sansmtp_extension_row(number);
    bool more = sansmtp_server_announces(server, number + 1);

    sansmtp_out_put(&server->out, more ? "250-" : "250 ", 4);
    sansmtp_out_put(&server->out, row->keyword, row->keyword_length);
    switch ((enum sansmtp_ehlo_value)row->value) {
    case SANSMTP_EHLO_MESSAGE_SIZE:
        put_message_size(server);
        break;
    case SANSMTP_EHLO_MECHANISMS:
        put_mechanisms(server);
        break;
    case SANSMTP_EHLO_NONE:
        break;
    }
    sansmtp_out_put(&server->out, "\r\n", 2);
}

static bool extension_rows(struct sansmtp_server *server)
{
    for (; server->row < SANSMTP_EXTENSIONS; server->row++) {
        if (!announced(server, server->row)) {
            continue;
        }
        if (!sansmtp_server_room(server)) {
            return false;
        }
        put_extension(server, server->row);
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
    if (!sansmtp_server_room(server)) {
        return false;
    }
    sansmtp_server_say(server, SANSMTP_REPLY_HELP);
    return true;
}

bool sansmtp_server_rows(struct sansmtp_server *server)
{
    return server->verb == SANSMTP_VERB_HELP ? help_rows(server) : extension_rows(server);
}

/* HELP that the host leaves to us: the table of commands, or the row of one (RFC 5321 4.1.1.8). */
void sansmtp_server_help(struct sansmtp_server *server)
{
    struct sansmtp_span topic = server->event.text;
    size_t length = 0;
    uint32_t verb = sansmtp_verb_find(topic.data, topic.length, &length);

    server->question = 0;
    sansmtp_server_renew(server);
    if (topic.length == 0) {
        server->row = 1;
        server->phase = SANSMTP_PHASE_ROWS;
        return;
    }
    if (verb != SANSMTP_VERB_UNKNOWN && length == topic.length && helps_with(server, verb)) {
        put_help(server, verb, ' ');
    } else if (!sansmtp_server_refuse(server, SANSMTP_REPLY_TOPIC)) {
        return;
    }
    sansmtp_server_await_line(server);
    sansmtp_server_try_close(server);
}
