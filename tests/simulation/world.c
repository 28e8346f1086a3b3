#include "world.h"

#include <string.h>

#include "guard.h"

enum { STEPS_MOST = 20 * 1000 * 1000 };

void world_begin(struct world *world, struct books *books, struct fault fault, enum pace pace,
                 uint64_t seed)
{
    for (int end = 0; end < 2; end++) {
        if (world->pending[end] == NULL) {
            world->pending[end] = guard_alloc(PENDING);
        }
        memset(&world->ends[end], 0, sizeof(world->ends[end]));
        memset(&world->wires[end], 0, sizeof(world->wires[end]));
    }
    world->fault = fault;
    world->pace = pace;
    world->dice = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    world->questions = 0;
    world->severed = false;
    world->eof = false;
    world->books = books;
}

void world_free(struct world *world)
{
    guard_free(world->pending[CLIENT], PENDING);
    guard_free(world->pending[SERVER], PENDING);
}

static size_t below(struct world *world, size_t most)
{
    world->dice ^= world->dice << 13;
    world->dice ^= world->dice >> 7;
    world->dice ^= world->dice << 17;
    return (size_t)(world->dice % most);
}

bool world_puts_off(struct world *world)
{
    return world->pace == PACE_RANDOM && below(world, 3) == 0;
}

/* How many of these octets move in one go. */
static size_t piece(struct world *world, size_t length)
{
    if (length == 0 || world->pace == PACE_WHOLE) {
        return length;
    }
    return world->pace == PACE_OCTETS || below(world, 4) == 0 ? 1 : 1 + below(world, length);
}

static size_t least(size_t left, uint64_t right)
{
    return left < right ? left : (size_t)right;
}

static bool cuts(const struct world *world, int end)
{
    return world->fault.end == end &&
           (world->fault.kind == FAULT_LOST || world->fault.kind == FAULT_HALF ||
            world->fault.kind == FAULT_SILENT);
}

static void look_for_cut(struct world *world)
{
    const struct wire *wire = &world->wires[world->fault.end];

    if (cuts(world, world->fault.end)) {
        world->severed = world->severed || wire->given == world->fault.at;
    } else if (world->fault.kind == FAULT_FULL) {
        world->severed = world->severed || wire->taken == world->fault.at;
    }
}

/* Do octets that this end writes now arrive nowhere? */
static bool in_vain(const struct world *world, int end)
{
    return world->ends[!end].closed || world->ends[!end].told ||
           (world->severed && (world->fault.kind == FAULT_LOST || cuts(world, end)));
}

static size_t room(const struct world *world, int end)
{
    const struct wire *wire = &world->wires[end];
    size_t most = WIRE - wire->to;

    if (world->fault.kind == FAULT_FULL && world->fault.end == end) {
        most = least(most, world->fault.at - wire->taken);
    }
    return most;
}

static bool write_some(struct world *world, int end)
{
    struct end *writer = &world->ends[end];
    struct wire *wire = &world->wires[end];
    bool vain = in_vain(world, end);
    size_t length = 0;
    const uint8_t *output = writer->calls->output(&length);

    length = piece(world, vain ? length : least(length, room(world, end)));
    if (length == 0) {
        return false;
    }
    if (!vain) {
        memcpy(wire->octets + wire->to, output, length);
        wire->to += length;
        for (size_t i = 0; i < length; i++) {
            wire->sum = wire->sum * 31 + output[i];
        }
        wire->taken += length;
    }
    if (writer->calls->sent(length) != 0) {
        books_break(world->books, "sent() refuses what output() gave");
    }
    return true;
}

static size_t arriving(const struct world *world, int end)
{
    const struct wire *wire = &world->wires[!end];

    if (world->severed && world->fault.kind == FAULT_LOST) {
        return 0;
    }
    if (cuts(world, !end)) {
        return least(wire->to - wire->from, world->fault.at - wire->given);
    }
    return wire->to - wire->from;
}

static bool read_some(struct world *world, int end)
{
    struct end *reader = &world->ends[end];
    struct wire *wire = &world->wires[!end];
    uint8_t *limit = world->pending[end] + PENDING;
    size_t length = least(arriving(world, end), PENDING - reader->in.length);

    if ((reader->calls->wants() & SANSMTP_READ) == 0 || reader->told) {
        return false;
    }
    length = piece(world, length);
    if (length == 0) {
        return false;
    }
    if (reader->in.length != 0) {
        memmove(limit - length - reader->in.length, reader->in.data, reader->in.length);
    }
    memcpy(limit - length, wire->octets + wire->from, length);
    reader->in.data = limit - length - reader->in.length;
    reader->in.length += length;
    wire->from += length;
    wire->given += length;
    if (wire->from == wire->to) {
        wire->from = wire->to = 0;
    }
    return true;
}

static bool tell_eof(struct world *world, int end)
{
    struct end *reader = &world->ends[end];

    if (reader->told || reader->closed) {
        return false;
    }
    reader->told = true;
    world->eof = true;
    reader->calls->eof();
    reader->calls->think(&reader->in);
    return true;
}

static bool is_waiting(const struct end *end)
{
    return !end->closed && end->calls->patience != NULL && end->calls->patience() != 0;
}

static bool expire(struct end *end)
{
    if (!is_waiting(end) || end->calls->expired() != 0) {
        return false;
    }
    end->calls->think(&end->in);
    return true;
}

/* An end that has nothing to do waits; here its patience may end, or its host's. */
static bool wait(struct world *world, int end)
{
    struct end *waiting = &world->ends[end];
    const struct fault *fault = &world->fault;

    if (!is_waiting(waiting) || waiting->waits++ != fault->at || fault->end != end) {
        return false;
    }
    if (fault->kind == FAULT_EXPIRED) {
        return expire(waiting);
    }
    if (fault->kind == FAULT_STOPPED) {
        waiting->calls->stop();
        waiting->calls->think(&waiting->in);
        return true;
    }
    return false;
}

static bool turn(struct world *world, int end)
{
    struct end *mover = &world->ends[end];
    bool reads_first = world->pace == PACE_RANDOM && below(world, 2) == 0;
    bool moved;

    if (mover->closed) {
        return false;
    }
    moved = reads_first && read_some(world, end);
    moved = mover->calls->think(&mover->in) || moved;
    moved = write_some(world, end) || moved;
    moved = (!reads_first && read_some(world, end)) || moved;
    moved = mover->calls->think(&mover->in) || moved;
    look_for_cut(world);
    if ((mover->calls->wants() & SANSMTP_CLOSE) != 0) {
        mover->closed = true;
        return true;
    }
    if (!moved && world->ends[!end].closed && arriving(world, end) == 0) {
        moved = tell_eof(world, end);
    }
    return moved || wait(world, end);
}

static bool wants_tls(const struct end *end)
{
    return !end->closed && end->calls->wants() == SANSMTP_TLS;
}

/* The mock wall: both want it, so the pipe just switches. */
static bool start_tls(struct world *world)
{
    for (int end = 0; end < 2; end++) {
        if (!wants_tls(&world->ends[end]) || world->ends[end].told || world->ends[end].in.length ||
            world->wires[end].from != world->wires[end].to || world->severed) {
            return false;
        }
    }
    for (int end = 0; end < 2; end++) {
        if (world->ends[end].calls->tls_started() != 0) {
            books_break(world->books, "tls_started() is refused where TLS is wanted");
        }
    }
    return true;
}

static bool is_idle(const struct end *end)
{
    return !end->closed && end->calls->idle != NULL && end->calls->idle();
}

/* Nothing moves: the handshake, the hosts' last word, the deadlines, or the end of the wires. */
static bool unstick(struct world *world)
{
    bool done = false;

    for (int end = 0; end < 2; end++) {
        done = is_idle(&world->ends[end]) || done;
    }
    if (done || start_tls(world)) {
        return true;
    }
    for (int end = 0; end < 2 && world->severed && world->fault.kind == FAULT_SILENT; end++) {
        done = expire(&world->ends[end]) || done;
    }
    if (done) {
        return true;
    }
    for (int end = 0; end < 2; end++) {
        if (world->severed || world->ends[!end].closed || world->fault.kind >= FAULT_MUTE) {
            done = tell_eof(world, end) || done;
        }
    }
    return done;
}

/* A host that never answers holds its session for good; the process ends some day. */
static bool over(const struct world *world)
{
    const struct end *server = &world->ends[SERVER];

    return world->ends[CLIENT].closed &&
           (server->closed || (world->fault.kind == FAULT_MUTE && server->told &&
                               (server->calls->wants() & SANSMTP_REPLY) != 0));
}

void world_run(struct world *world)
{
    unsigned quiet = 0; /* the ends that have had a turn for nothing since anything moved */
    int next = SERVER;

    look_for_cut(world);
    for (unsigned long steps = 0; !over(world); steps++) {
        next = world->pace == PACE_RANDOM ? (int)below(world, 2) : !next;
        quiet = turn(world, next) ? 0 : quiet | 1u << next;
        if (quiet == 3 && !unstick(world)) {
            books_break(world->books, "nothing moves any more");
            return;
        }
        quiet = quiet == 3 ? 0 : quiet;
        if (steps == STEPS_MOST) {
            books_break(world->books, "it never ends");
            return;
        }
    }
}
