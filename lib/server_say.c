#include "server_engine.h"

#include "memory.h"
#include "verb.h"

/* The lines that go out, whole or not at all. */

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

static uint8_t *put(uint8_t *at, const void *octets, size_t length)
{
    if (length != 0) {
        memcpy(at, octets, length);
    }
    return at + length;
}

/* number is below 1000. */
static uint8_t *put_number(uint8_t *at, uint32_t number)
{
    if (number >= 100) {
        *at++ = (uint8_t)('0' + number / 100);
    }
    if (number >= 10) {
        *at++ = (uint8_t)('0' + number / 10 % 10);
    }
    *at++ = (uint8_t)('0' + number % 10);
    return at;
}

static uint8_t *put_enhanced(uint8_t *at, uint32_t enhanced)
{
    at = put_number(at, enhanced / 1000000u);
    *at++ = '.';
    at = put_number(at, enhanced / 1000u % 1000u);
    *at++ = '.';
    at = put_number(at, enhanced % 1000u);
    *at++ = ' ';
    return at;
}

enum { HEAD_MOST = sizeof("250-5.999.999 ") - 1 };

/* Code, separator, enhanced code; returns their octets. */
static size_t head(const struct sansmtp_server *server, uint32_t code, char separator,
                   uint32_t enhanced, uint8_t out[HEAD_MOST])
{
    uint8_t *at = put_number(out, code);

    *at++ = (uint8_t)separator;
    enhanced = enhanced_shown(server, code, enhanced);
    if (enhanced != 0) {
        at = put_enhanced(at, enhanced);
    }
    return (size_t)(at - out);
}

/* Our name and a space behind it, if there is any text. */
static size_t name_length(const struct sansmtp_server *server, uint32_t code, size_t length)
{
    return shows_hostname(server, code) ? server->options->hostname_length + (length != 0) : 0;
}

void sansmtp_server_put_line(struct sansmtp_server *server, uint32_t code, char separator,
                             uint32_t enhanced, const void *text, size_t length)
{
    uint8_t start[HEAD_MOST];
    size_t first = head(server, code, separator, enhanced, start);
    size_t name = name_length(server, code, length);
    uint8_t *at = sansmtp_out_take(&server->out, first + name + length + 2);

    at = put(at, start, first);
    if (name != 0) {
        at[name - 1] = ' ';
        memcpy(at, server->options->hostname, server->options->hostname_length);
    }
    at = put(at + name, text, length);
    put(at, "\r\n", 2);
}

size_t sansmtp_server_line_length(const struct sansmtp_server *server, uint32_t code,
                                  uint32_t enhanced, size_t length)
{
    uint8_t start[HEAD_MOST];

    return head(server, code, ' ', enhanced, start) + name_length(server, code, 1) + length + 2;
}

void sansmtp_server_say(struct sansmtp_server *server, enum sansmtp_reply reply)
{
    const struct sansmtp_reply_row *row = sansmtp_reply_row(reply);

    sansmtp_server_put_line(server, row->code, ' ', row->enhanced, row->text, row->length);
}
