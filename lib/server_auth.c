#include "server_engine.h"

#include "ascii.h"
#include "base64.h"
#include "mechanism.h"
#include "memory.h"

/* The AUTH exchange (RFC 4954), whatever the mechanism: the host gets decoded octets and gives
 * challenges. Credentials are decoded where they came in, and wiped when the exchange is over. */

/* RFC 4954 4: no clear-text passwords without TLS, unless the host says so. */
static bool usable(const struct sansmtp_server *server, struct sansmtp_span name)
{
    return !sansmtp_mechanism_find(name)->clear ||
           sansmtp_server_knows(server, SANSMTP_KNOWS_TLS) ||
           sansmtp_server_is(server, SANSMTP_SERVER_AUTH_IN_CLEAR);
}

/* The next mechanism of the options that can be used now; *at begins at 0. */
bool sansmtp_server_mechanism_next(const struct sansmtp_server *server, size_t *at,
                                   struct sansmtp_span *name)
{
    const uint8_t *list = (const uint8_t *)server->options->mechanisms;
    size_t length = server->options->mechanisms_length;

    while (*at < length) {
        const uint8_t *space = memchr(list + *at, ' ', length - *at);
        size_t end = space == NULL ? length : (size_t)(space - list);

        name->data = list + *at;
        name->length = end - *at;
        *at = end + 1;
        if (usable(server, *name)) {
            return true;
        }
    }
    return false;
}

static bool offered(struct sansmtp_server *server, struct sansmtp_span wanted)
{
    struct sansmtp_span name;
    size_t at = 0;

    while (sansmtp_server_mechanism_next(server, &at, &name)) {
        if (sansmtp_ascii_equal(name.data, name.length, wanted.data, wanted.length)) {
            server->event.text = name;
            server->mechanism = (uint32_t)(at - 1 - name.length);
            server->mechanism_length = (uint32_t)name.length;
            return true;
        }
    }
    return false;
}

/* What of a line may be shown: all, or of AUTH, however it is spaced, what stands before the
 * initial response. */
size_t sansmtp_server_showable(const uint8_t *line, size_t length)
{
    static const uint8_t verb[] = {'A', 'U', 'T', 'H'};
    size_t at = 0;

    while (at < length && (line[at] == ' ' || line[at] == '\t')) {
        at++;
    }
    if (length - at <= sizeof(verb) ||
        !sansmtp_ascii_equal(line + at, sizeof(verb), verb, sizeof(verb)) ||
        sansmtp_ascii_is_let_dig(line[at + sizeof(verb)])) {
        return length;
    }
    at += sizeof(verb);
    while (at < length && !sansmtp_ascii_is_let_dig(line[at])) {
        at++;
    }
    while (at < length && sansmtp_mechanism_octet(line[at])) {
        at++;
    }
    return at;
}

/* Decodes where the octets stand. */
static bool decode(struct sansmtp_server *server, struct sansmtp_span text)
{
    uint8_t *octets = server->line.octets + (text.data - server->line.octets);

    server->event.data.data = octets;
    return sansmtp_base64_decode(octets, text.length, octets, &server->event.data.length);
}

/* RFC 4954 4: "=" is an initial response that is there, and empty. */
static enum sansmtp_reply initial_response(struct sansmtp_server *server, struct sansmtp_span text)
{
    if (sansmtp_mechanism_find(server->event.text)->first == SANSMTP_FIRST_SERVER) {
        return SANSMTP_REPLY_INITIAL_REFUSED;
    }
    server->event.flags |= SANSMTP_FLAG_INITIAL;
    if (text.length == 1 && text.data[0] == '=') {
        server->event.data.data = text.data;
        return SANSMTP_REPLY_NONE;
    }
    return text.length != 0 && decode(server, text) ? SANSMTP_REPLY_NONE : SANSMTP_REPLY_BASE64;
}

enum sansmtp_reply sansmtp_server_auth_check(struct sansmtp_server *server,
                                             struct sansmtp_span argument)
{
    struct sansmtp_span name = argument;
    struct sansmtp_span response = {NULL, 0};
    const uint8_t *space = argument.length == 0 ? NULL
                                                : memchr(argument.data, ' ', argument.length);

    if (space != NULL) {
        name.length = (size_t)(space - argument.data);
        response.data = space + 1;
        response.length = argument.length - name.length - 1;
        if (response.length != 0 && memchr(response.data, ' ', response.length) != NULL) {
            return SANSMTP_REPLY_ARGUMENT;
        }
    }
    if (!sansmtp_mechanism_is_name(name)) {
        return SANSMTP_REPLY_ARGUMENT;
    }
    if (!offered(server, name)) {
        return SANSMTP_REPLY_MECHANISM;
    }
    return space == NULL ? SANSMTP_REPLY_NONE : initial_response(server, response);
}

static void await_response(struct sansmtp_server *server)
{
    sansmtp_server_line_wipe(server);
    sansmtp_server_line_begin(server);
    server->phase = SANSMTP_PHASE_EXCHANGE;
}

enum sansmtp_step sansmtp_server_auth(struct sansmtp_server *server)
{
    bool initial = (server->event.flags & SANSMTP_FLAG_INITIAL) != 0;

    server->knows |= SANSMTP_KNOWS_EXCHANGE;
    if (!initial && sansmtp_mechanism_find(server->event.text)->first == SANSMTP_FIRST_CLIENT) {
        /* RFC 4954 4: the client goes first, and has not: an empty challenge lets it. */
        sansmtp_out_put(&server->out, "334 \r\n", 6);
        await_response(server);
        return SANSMTP_STEP_ON;
    }
    server->knows |= SANSMTP_KNOWS_ASKED_AUTH;
    return sansmtp_server_ask(server);
}

/* The host is told of the limit before the refusal, once for each line. */
enum sansmtp_reply sansmtp_server_auth_long(struct sansmtp_server *server)
{
    if (!sansmtp_server_knows(server, SANSMTP_KNOWS_LENT_ASKED)) {
        server->limit = SANSMTP_LIMIT_AUTH_LINE;
    }
    return SANSMTP_REPLY_AUTH_LONG;
}

/* What is wrong with a line of the exchange, before its base64 is looked at. */
static enum sansmtp_reply response_check(struct sansmtp_server *server)
{
    const struct sansmtp_line *line = &server->line;

    if ((line->state & (SANSMTP_LINE_BARE | SANSMTP_LINE_NUL)) != 0) {
        return SANSMTP_REPLY_LINE_BROKEN;
    }
    if (line->overlong || line->total > server->options->auth_line) {
        return sansmtp_server_auth_long(server);
    }
    if (line->length == 1 && line->octets[0] == '*') {
        return SANSMTP_REPLY_CANCELLED;
    }
    return SANSMTP_REPLY_NONE;
}

enum sansmtp_step sansmtp_server_response(struct sansmtp_server *server)
{
    bool asked = sansmtp_server_knows(server, SANSMTP_KNOWS_ASKED_AUTH);
    struct sansmtp_span text = {server->line.octets, server->line.length};
    enum sansmtp_reply reply = response_check(server);

    sansmtp_server_event(server, asked ? SANSMTP_EVENT_RESPONSE : SANSMTP_EVENT_AUTH);
    server->event.text.data = (const uint8_t *)server->options->mechanisms + server->mechanism;
    server->event.text.length = server->mechanism_length;
    if (reply == SANSMTP_REPLY_NONE && !decode(server, text)) {
        reply = SANSMTP_REPLY_BASE64;
    }
    if (reply != SANSMTP_REPLY_NONE) {
        if (sansmtp_server_refuse(server, reply)) {
            sansmtp_server_auth_over(server);
        }
        return SANSMTP_STEP_ON;
    }
    if (!asked) {
        server->event.flags |= SANSMTP_FLAG_INITIAL;
        server->knows |= SANSMTP_KNOWS_ASKED_AUTH;
    }
    return sansmtp_server_ask(server);
}

/* Writes what there is room for of the host's challenge. */
bool sansmtp_server_challenge_rest(struct sansmtp_server *server)
{
    uint8_t quartet[4];

    while (server->challenge_length != 0) {
        size_t piece = server->challenge_length < 3 ? server->challenge_length : 3;

        if (sansmtp_out_room(&server->out) < sizeof(quartet) + 2) {
            return false;
        }
        sansmtp_base64_encode(server->challenge, piece, quartet);
        sansmtp_out_put(&server->out, quartet, sizeof(quartet));
        server->challenge += piece;
        server->challenge_length -= piece;
    }
    sansmtp_out_put(&server->out, "\r\n", 2);
    server->challenge = NULL;
    server->phase = SANSMTP_PHASE_EXCHANGE;
    return true;
}

int sansmtp_server_challenge(struct sansmtp_server *server, const void *data, size_t length)
{
    if (server == NULL || (data == NULL && length != 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (server->question != SANSMTP_EVENT_AUTH && server->question != SANSMTP_EVENT_RESPONSE) {
        return SANSMTP_ERR_STATE;
    }
    if (length > server->options->auth_line ||
        sansmtp_base64_encoded_length(length) + 6 > server->options->auth_line) {
        return SANSMTP_ERR_ARGUMENT;
    }
    server->question = 0;
    sansmtp_server_renew(server);
    await_response(server);
    sansmtp_out_put(&server->out, "334 ", 4);
    server->challenge = data;
    server->challenge_length = length;
    server->phase = SANSMTP_PHASE_CHALLENGE;
    sansmtp_server_challenge_rest(server);
    sansmtp_server_try_close(server);
    return 0;
}

int sansmtp_server_lend(struct sansmtp_server *server, void *memory, size_t length)
{
    if (server == NULL || (memory == NULL && length != 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (server->line.in_lent) {
        return SANSMTP_ERR_STATE;
    }
    server->lent = memory;
    server->lent_length = length;
    return 0;
}

int sansmtp_server_secret(const struct sansmtp_server *server)
{
    return server != NULL && sansmtp_server_knows(server, SANSMTP_KNOWS_EXCHANGE) ? 1 : 0;
}
