#include "server_engine.h"

#include "memory.h"
#include "verb.h"
#include "wipe.h"

/* A line of the peer, collected over any cuts into the line buffer, or, for AUTH, into memory that
 * the host lends. What does not fit is counted and dropped: RFC 5321 4.5.3.1 wants one refusal for
 * the whole line, and its tail must never be read as a command. */

void sansmtp_server_line_begin(struct sansmtp_server *server)
{
    struct sansmtp_line *line = &server->line;

    if (line->in_lent) {
        sansmtp_wipe(server->lent, line->capacity); /* credentials stay nowhere */
    }
    line->octets = server->buffer;
    line->capacity = server->line_capacity;
    line->length = 0;
    line->state = 0;
    line->overlong = false;
    line->in_lent = false;
    line->total = 0;
    server->knows &= ~(uint32_t)(SANSMTP_KNOWS_TRACED | SANSMTP_KNOWS_LENT_ASKED);
}

/* All of both memories that the line may have stood in. */
void sansmtp_server_line_wipe(struct sansmtp_server *server)
{
    const struct sansmtp_line *line = &server->line;

    sansmtp_wipe(server->buffer, server->line_capacity);
    if (line->in_lent) {
        sansmtp_wipe(server->lent, line->capacity);
    }
}

/* RFC 4954 4 gives AUTH and its exchange longer lines than any other command. */
static bool is_auth(const struct sansmtp_server *server)
{
    size_t ignored;

    return server->phase == SANSMTP_PHASE_EXCHANGE ||
           (sansmtp_server_lenient(server, SANSMTP_LENIENT_INITIAL) &&
            (sansmtp_server_extensions(server) & SANSMTP_EXTENSION_AUTH) != 0 &&
            sansmtp_verb_find(server->line.octets, server->line.length, &ignored) ==
                SANSMTP_VERB_AUTH);
}

static bool move_to_lent(struct sansmtp_server *server)
{
    struct sansmtp_line *line = &server->line;
    size_t most = server->options->auth_line;

    if (line->in_lent || server->lent_length <= line->capacity || most <= line->capacity) {
        return false;
    }
    memcpy(server->lent, line->octets, line->length);
    line->octets = server->lent;
    line->capacity = (uint32_t)(server->lent_length < most ? server->lent_length : most);
    line->in_lent = true;
    return true;
}

/* The memory is full. True: there is more now, or the host is asked for more. */
static bool grow(struct sansmtp_server *server)
{
    if (!is_auth(server)) {
        return false;
    }
    if (move_to_lent(server)) {
        return true;
    }
    if (server->line.in_lent || sansmtp_server_knows(server, SANSMTP_KNOWS_LENT_ASKED)) {
        return false;
    }
    server->knows |= SANSMTP_KNOWS_LENT_ASKED;
    server->limit = SANSMTP_LIMIT_AUTH_LINE;
    return true;
}

/* Stores what there is room for; returns what of the piece is dealt with. */
static size_t store(struct sansmtp_server *server, const uint8_t *octets, size_t length)
{
    struct sansmtp_line *line = &server->line;
    size_t room = line->capacity - line->length;

    if (line->overlong) {
        return length;
    }
    if (length <= room) {
        memcpy(line->octets + line->length, octets, length);
        line->length += (uint32_t)length;
        return length;
    }
    memcpy(line->octets + line->length, octets, room);
    line->length += (uint32_t)room;
    if (!grow(server)) {
        line->overlong = true;
    }
    return room;
}

bool sansmtp_server_collect(struct sansmtp_server *server, struct sansmtp_span *in)
{
    struct sansmtp_line *line = &server->line;
    uint32_t before = line->state;
    bool complete = false;
    size_t length = sansmtp_line_scan(in->data, in->length, &line->state, &complete);
    size_t stored = store(server, in->data, length);

    if (stored < length) {
        /* Look at the rest again once there is more room, or when it is to be dropped. */
        bool ignored;

        line->state = before;
        sansmtp_line_scan(in->data, stored, &line->state, &ignored);
        complete = false;
    }
    in->data += stored;
    in->length -= stored;
    line->total += stored;
    if (complete && !line->overlong) {
        line->length -= 2; /* the CRLF */
    }
    return complete;
}

/* The command in hand is done with: read the next line. */
void sansmtp_server_await_line(struct sansmtp_server *server)
{
    server->verb = SANSMTP_VERB_UNKNOWN;
    server->knows &= ~(uint32_t)SANSMTP_KNOWS_SHOWS_UTF8;
    server->phase = SANSMTP_PHASE_LINE;
    sansmtp_server_line_begin(server);
}

/* So is an exchange: of its credentials nothing stays. */
void sansmtp_server_auth_over(struct sansmtp_server *server)
{
    sansmtp_server_line_wipe(server);
    server->knows &= ~(uint32_t)(SANSMTP_KNOWS_EXCHANGE | SANSMTP_KNOWS_ASKED_AUTH);
    sansmtp_server_await_line(server);
}
