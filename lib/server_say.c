#include "server_engine.h"

#include "number.h"
#include "verb.h"

/* The lines that go out, whole or not at all, and the errors that are counted with them. */

bool sansmtp_server_room(const struct sansmtp_server *server)
{
    return sansmtp_out_room(&server->out) >= server->options->reply;
}

static bool is_hello(const struct sansmtp_server *server)
{
    const struct sansmtp_verb *verb = sansmtp_verb_row(server->verb);

    return verb != NULL && verb->form == SANSMTP_FORM_HELLO;
}

/* RFC 2034 4: no enhanced code in the greeting, in any reply to a hello, or in a 3yz reply. */
static uint32_t enhanced_shown(const struct sansmtp_server *server, uint32_t code,
                               uint32_t enhanced)
{
    bool none = (server->extensions & SANSMTP_EXTENSION_ENHANCEDSTATUSCODES) == 0 ||
                code / 100 == 3 || is_hello(server) || server->phase == SANSMTP_PHASE_GREETING;

    return none ? 0 : enhanced;
}

/* RFC 5321 4.3.1: the greeting, 221 and 421 begin with our name, and so does 250 to a hello. */
static bool shows_hostname(const struct sansmtp_server *server, uint32_t code)
{
    return code == 221 || code == 421 || server->phase == SANSMTP_PHASE_GREETING ||
           (code == 250 && is_hello(server));
}

static size_t enhanced_write(uint32_t enhanced, uint8_t *out)
{
    size_t length = sansmtp_number_write(enhanced / 1000000u, out);

    out[length++] = '.';
    length += sansmtp_number_write(enhanced / 1000u % 1000u, out + length);
    out[length++] = '.';
    return length + sansmtp_number_write(enhanced % 1000u, out + length);
}

/* Code, separator, enhanced code; returns their octets. */
static size_t head(const struct sansmtp_server *server, uint32_t code, char separator,
                   uint32_t enhanced, uint8_t *out)
{
    size_t length = sansmtp_number_write(code, out);

    out[length++] = (uint8_t)separator;
    enhanced = enhanced_shown(server, code, enhanced);
    if (enhanced != 0) {
        length += enhanced_write(enhanced, out + length);
        out[length++] = ' ';
    }
    return length;
}

void sansmtp_server_put_line(struct sansmtp_server *server, uint32_t code, char separator,
                             uint32_t enhanced, const void *text, size_t length)
{
    const struct sansmtp_server_options *options = server->options;
    uint8_t start[64];

    sansmtp_out_put(&server->out, start, head(server, code, separator, enhanced, start));
    if (shows_hostname(server, code)) {
        sansmtp_out_put(&server->out, options->hostname, options->hostname_length);
        if (length != 0) {
            sansmtp_out_put(&server->out, " ", 1);
        }
    }
    sansmtp_out_put(&server->out, text, length);
    sansmtp_out_put(&server->out, "\r\n", 2);
}

size_t sansmtp_server_line_length(const struct sansmtp_server *server, uint32_t code,
                                  uint32_t enhanced, size_t length)
{
    uint8_t start[64];
    size_t own = head(server, code, ' ', enhanced, start);

    if (shows_hostname(server, code)) {
        own += server->options->hostname_length + 1;
    }
    return own + length + 2;
}

void sansmtp_server_say(struct sansmtp_server *server, enum sansmtp_reply reply)
{
    const struct sansmtp_reply_row *row = sansmtp_reply_row(reply);

    sansmtp_server_put_line(server, row->code, ' ', row->enhanced, row->text, row->length);
}

/* False: that was one too many. */
bool sansmtp_server_count_error(struct sansmtp_server *server)
{
    uint32_t most = server->options->errors;

    server->errors++;
    if (most == 0 || server->errors <= most) {
        return true;
    }
    sansmtp_server_spent(server, SANSMTP_LIMIT_ERRORS);
    return false;
}

/* RFC 2920 3.1: a client that pipelines cannot know that its MAIL, or all its RCPTs, are refused;
 * what it sent behind them is no error of its own. It still uses up idle commands. */
static bool follows_refusal(const struct sansmtp_server *server, enum sansmtp_reply reply)
{
    bool group = server->verb == SANSMTP_VERB_RCPT || server->verb == SANSMTP_VERB_DATA ||
                 server->verb == SANSMTP_VERB_BDAT || server->verb == SANSMTP_VERB_BURL;

    return reply == SANSMTP_REPLY_NO_RECIPIENTS ||
           (group && reply == SANSMTP_REPLY_SEQUENCE &&
            (sansmtp_server_knows(server, SANSMTP_KNOWS_MAIL_REFUSED) ||
             server->state == SANSMTP_STATE_REFUSED));
}

/* Refuses by the engine's own word, and counts it. False: that was one too many. */
bool sansmtp_server_refuse(struct sansmtp_server *server, enum sansmtp_reply reply)
{
    if (follows_refusal(server, reply)) {
        server->idle_commands += server->verb == SANSMTP_VERB_BDAT ? 1 : 0;
    } else if (sansmtp_reply_row(reply)->code >= 500 && !sansmtp_server_count_error(server)) {
        return false;
    }
    sansmtp_server_say(server, reply);
    return true;
}
