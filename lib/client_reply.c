#include "client_engine.h"

#include "line.h"
#include "memory.h"

/* The peer's replies, over any cuts, in bounded memory: the text of the lines so far stands at the
 * front, joined by LF, and the line in hand behind it. What is too long is cut; what never ends
 * is an error. */

/* A line keeps at least so many octets, however much text stands before it. */
enum { LEAST_LINE = 128 };

static uint8_t *line_start(const struct sansmtp_client *client)
{
    return client->text + client->text_length + (client->text_length != 0 ? 1u : 0u);
}

static void store(struct sansmtp_client *client, const uint8_t *octets, size_t length)
{
    uint8_t *start = line_start(client);
    size_t room = (size_t)(client->text + client->text_capacity - start) - client->line_length;

    if (length > room) {
        length = room;
        client->knows |= SANSMTP_CLIENT_CUT_LINE;
    }
    if (length != 0) {
        memcpy(start + client->line_length, octets, length);
        client->line_length += (uint32_t)length;
    }
}

static enum sansmtp_client_step broken(struct sansmtp_client *client)
{
    sansmtp_client_over(client, SANSMTP_REASON_PROTOCOL, SANSMTP_ERR_PROTOCOL);
    return SANSMTP_CLIENT_ON;
}

static bool too_much(const struct sansmtp_client *client)
{
    const struct sansmtp_client_options *options = client->options;

    return (options->reply_line != 0 && client->line_total > options->reply_line) ||
           (options->reply_octets != 0 && client->reply_octets > options->reply_octets) ||
           (options->reply_lines != 0 && client->reply_lines >= options->reply_lines);
}

static bool trace(struct sansmtp_client *client)
{
    struct sansmtp_event *event;

    if (!sansmtp_client_is(client, SANSMTP_CLIENT_TRACE)) {
        return false;
    }
    event = sansmtp_client_event(client, SANSMTP_EVENT_TRACE);
    event->text.data = line_start(client);
    event->text.length = client->line_length;
    if (client->phase == SANSMTP_AWAITS_AUTH) {
        event->text.length = client->line_length < 3 ? client->line_length : 3;
        event->flags = SANSMTP_FLAG_SECRET;
    }
    return true;
}

/* Moves the text of the line to where the text so far ends. */
static void keep_text(struct sansmtp_client *client, const struct sansmtp_reply_line *line)
{
    uint8_t *start = line_start(client);
    size_t length = line->text.length;
    size_t most = (size_t)(client->text + client->text_capacity - start);

    most = most > LEAST_LINE ? most - LEAST_LINE : 0;
    if (length > most) {
        length = most;
        client->knows |= SANSMTP_CLIENT_CUT_TEXT;
    }
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_CUT_LINE)) {
        client->knows |= SANSMTP_CLIENT_CUT_TEXT;
    }
    if (length == 0) {
        return;
    }
    memmove(start, line->text.data, length);
    if (client->text_length != 0) {
        client->text[client->text_length] = '\n';
    }
    client->text_length = (uint32_t)((size_t)(start - client->text) + length);
}

static bool answers_hello(const struct sansmtp_client *client)
{
    return client->phase == SANSMTP_AWAITS_HELLO ||
           (sansmtp_client_knows(client, SANSMTP_CLIENT_HELLO_DUE) &&
            !sansmtp_client_knows(client, SANSMTP_CLIENT_GREETING_DUE));
}

/* RFC 5321 4.2.1: all lines of a reply have one code; what differs is acted on by no line of it. */
static bool take_line(struct sansmtp_client *client)
{
    struct sansmtp_reply_line line;
    bool hello = answers_hello(client);

    if (!sansmtp_reply_line_parse(line_start(client), client->line_length, &line) ||
        (client->reply_lines != 0 && line.code != client->reply_code)) {
        return false;
    }
    if (client->reply_lines == 0) {
        client->reply_code = line.code;
        client->reply_enhanced = line.enhanced;
        if (hello) {
            client->offered = (struct sansmtp_capabilities){0};
        }
    } else if (hello && line.code / 100 == 2) {
        sansmtp_capability_read(line.text.data, line.text.length, client->options->mechanisms,
                                client->options->mechanisms_length, &client->offered);
        client->offered.extensions |= sansmtp_capability_own(line.text.data, line.text.length,
                                                             client->options->additions);
    }
    client->reply_lines++;
    if (!hello || line.code / 100 != 2) {
        keep_text(client, &line);
    }
    if (line.last) {
        client->knows |= SANSMTP_CLIENT_WHOLE;
    }
    return true;
}

enum sansmtp_client_step sansmtp_client_whole_line(struct sansmtp_client *client)
{
    bool good = (client->line_state & (SANSMTP_LINE_BARE | SANSMTP_LINE_NUL)) == 0 &&
                take_line(client);

    client->line_length = 0;
    client->line_state = 0;
    client->line_total = 0;
    client->knows &= ~(uint32_t)(SANSMTP_CLIENT_CUT_LINE | SANSMTP_CLIENT_LINE_DUE);
    return good ? SANSMTP_CLIENT_ON : broken(client);
}

static void forget_text(struct sansmtp_client *client)
{
    client->text_length = 0;
    client->reply_octets = 0;
    client->knows &= ~(uint32_t)SANSMTP_CLIENT_CUT_TEXT;
}

/* Does the next reply answer a chunk whose octets are still going out? */
static bool is_amid(const struct sansmtp_client *client)
{
    return sansmtp_client_sends(client, SANSMTP_SENDS_CHUNKS) && client->slice.length != 0 &&
           client->answered + 1 == client->put;
}

/* What is said of a reply is settled by its first octet: when it began. */
static void reply_begins(struct sansmtp_client *client)
{
    forget_text(client);
    client->knows &= ~(uint32_t)(SANSMTP_CLIENT_EARLY | SANSMTP_CLIENT_AMID);
    client->knows |= sansmtp_client_outstanding(client) ? 0u : (uint32_t)SANSMTP_CLIENT_EARLY;
    client->knows |= is_amid(client) ? (uint32_t)SANSMTP_CLIENT_AMID : 0u;
}

enum sansmtp_client_step sansmtp_client_collect(struct sansmtp_client *client,
                                                struct sansmtp_span *in)
{
    bool complete = false;
    size_t length = sansmtp_line_scan(in->data, in->length, &client->line_state, &complete);

    if (client->reply_lines == 0 && client->line_total == 0) {
        reply_begins(client);
    }
    client->line_total = length > UINT32_MAX - client->line_total
                             ? UINT32_MAX
                             : client->line_total + (uint32_t)length;
    client->reply_octets += length;
    if (too_much(client)) {
        return broken(client);
    }
    store(client, in->data, length);
    in->data += length;
    in->length -= length;
    if (!complete) {
        return SANSMTP_CLIENT_ON;
    }
    if (!sansmtp_client_knows(client, SANSMTP_CLIENT_CUT_LINE)) {
        client->line_length -= 2;
    }
    if (trace(client)) {
        client->knows |= SANSMTP_CLIENT_LINE_DUE;
        return SANSMTP_CLIENT_TELL;
    }
    return sansmtp_client_whole_line(client);
}

struct sansmtp_client_reply sansmtp_client_take(struct sansmtp_client *client)
{
    struct sansmtp_client_reply reply = {
        client->reply_code,
        client->reply_enhanced,
        client->reply_lines,
        {client->text, client->text_length},
    };

    client->knows &= ~(uint32_t)SANSMTP_CLIENT_WHOLE;
    client->reply_lines = 0;
    return reply;
}
