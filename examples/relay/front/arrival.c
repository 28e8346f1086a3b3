#include "arrival.h"

#include "../../receive_trace.h"
#include "../../safe_text.h"
#include "../../send_scan.h"
#include "../names/idna.h"
#include "complete.h"
#include "envelope.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

/* Once it holds so much, it is written: then what one read of 64 KiB brings always fits on top. */
#define ENOUGH ((size_t)64 * 1024)

/* Octets of the disk that are left to who writes down what became of the messages: SQLite's
 * write-ahead log, and as much again where it goes. */
#define RESERVE (UINT64_C(16) << 20)

#define USER_FOLLOWS ", user " /* in the name of a client */

/* The fields that are looked for: those of complete.h, and one more. */
#define TLS_REQUIRED COMPLETE_FIELDS
#define FIELDS       (COMPLETE_FIELDS + 1u)

struct message {
    struct clerk_job job;
    struct connection *connection; /* NULL: released */
    struct relay *relay;
    arrival_done *done; /* NULL: not busy */
    struct queue_envelope envelope;
    struct queue_recipient *recipients;
    size_t count, room; /* of recipients */
    uint8_t *octets;    /* what is not written yet */
    size_t fill, capacity;
    uint32_t chunks; /* written */
    bool begun;      /* the queue knows it */
    bool whole;
    bool headed; /* the trace header is in it */
    bool nul;
    int error; /* the first one */
    struct scan scan;
    struct sansmtp_header header;
    struct sansmtp_header_field fields[FIELDS];
    size_t trace;  /* octets of our trace header */
    bool complete; /* all that it may lack has been added, or it is not for us to add */
    char client[320];
    size_t peer; /* octets of client that are its address */
};

/* RFC 8689 3: there is this one value. */
static const struct sansmtp_header_field tls_optional = {
    .name = {(const uint8_t *)"TLS-Required", 12},
    .value = {(const uint8_t *)"No", 2},
};

/* -- the envelope ----------------------------------------------------------------------------- */

/* A copy that lives as long as the message; absent stays absent. */
static bool keep(struct sansmtp_span *span)
{
    uint8_t *copy;

    if (span->data == NULL) {
        return true;
    }
    copy = malloc(span->length + 1);
    if (copy == NULL) {
        *span = (struct sansmtp_span){NULL, 0};
        return false;
    }
    memcpy(copy, span->data, span->length);
    span->data = copy;
    return true;
}

static void let_go(struct sansmtp_span span)
{
    free((void *)(uintptr_t)span.data);
}

static void destroy(struct message *message)
{
    let_go(message->envelope.sender);
    let_go(message->envelope.envid);
    for (size_t i = 0; i < message->count; i++) {
        let_go(message->recipients[i].address);
        let_go(message->recipients[i].destination);
        let_go(message->recipients[i].orcpt);
    }
    free(message->recipients);
    free(message->octets);
    free(message);
}

static void name_client(struct message *message)
{
    const struct session *session = &message->connection->session;
    const char *peer = connection_peer(message->connection);

    message->peer = strlen(peer);
    if (session->user != NULL) {
        snprintf(message->client, sizeof message->client, "%s" USER_FOLLOWS "%s", peer,
                 session->user);
    } else {
        snprintf(message->client, sizeof message->client, "%s", peer);
    }
    message->envelope.client.data = (const uint8_t *)message->client;
    message->envelope.client.length = strlen(message->client);
}

struct message *arrival_begin(struct connection *connection, const struct sansmtp_event *mail)
{
    struct message *message = calloc(1, sizeof *message);

    if (message == NULL) {
        return NULL;
    }
    message->connection = connection;
    message->relay = relay_of(connection);
    message->header.size = sizeof message->header;
    complete_begin(message->fields);
    message->fields[TLS_REQUIRED] = tls_optional;
    message->complete = listener_of(connection)->role != FOR_USERS;
    envelope_read(&message->envelope, mail, relay_now());
    if (!keep(&message->envelope.sender) || !keep(&message->envelope.envid)) {
        destroy(message);
        return NULL;
    }
    message->envelope.id = relay_new_id(message->relay);
    name_client(message);
    return message;
}

static bool make_room(struct message *message)
{
    size_t room = message->room == 0 ? 1 : 2 * message->room;
    struct queue_recipient *recipients;

    if (message->count < message->room) {
        return true;
    }
    recipients = realloc(message->recipients, room * sizeof *recipients);
    if (recipients == NULL) {
        return false;
    }
    message->recipients = recipients;
    message->room = room;
    return true;
}

bool arrival_add(struct message *message, const struct sansmtp_event *event)
{
    uint8_t domain[ENVELOPE_PATH_MAX];
    struct queue_recipient *recipient;
    bool kept;

    if (!make_room(message)) {
        return false;
    }
    recipient = &message->recipients[message->count++];
    envelope_read_recipient(recipient, event, domain);
    kept = keep(&recipient->address);
    kept = keep(&recipient->destination) && kept;
    kept = keep(&recipient->orcpt) && kept;
    if (!kept) {
        message->error = ENOMEM;
    }
    envelope_schedule(&message->envelope, &message->relay->retry, recipient);
    return kept;
}

/* -- the body --------------------------------------------------------------------------------- */

static void append(struct message *message, const void *octets, size_t length)
{
    size_t capacity = message->capacity == 0 ? 4096 : message->capacity;
    uint8_t *larger;

    while (capacity - message->fill < length) {
        capacity *= 2;
    }
    if (capacity != message->capacity && message->error == 0) {
        larger = realloc(message->octets, capacity);
        if (larger == NULL) {
            message->error = ENOMEM;
        } else {
            message->octets = larger;
            message->capacity = capacity;
        }
    }
    if (message->error == 0) {
        memcpy(message->octets + message->fill, octets, length);
        message->fill += length;
        message->envelope.size += length;
    }
}

/* RFC 5321 4.4: a copy that goes to more than one recipient should not name them. */
static void put_trace(struct message *message)
{
    char id[32], text[SANSMTP_RECEIVED_MAX + ENVELOPE_CLAUSE_MAX];
    uint8_t mailbox[IDNA_PATH_MAX]; /* in A-labels: so it may go to hosts without SMTPUTF8, too */
    int length = snprintf(id, sizeof id, "%013" PRIX64, message->envelope.id);
    size_t size;
    struct trace trace = {.id = {(const uint8_t *)id, (size_t)length},
                          .utf8 = (message->envelope.flags & QUEUE_UTF8) != 0};

    if (message->count == 1) {
        trace.recipient.data = mailbox;
        trace.recipient.length = idna_mailbox(message->recipients[0].address, mailbox);
        if (trace.recipient.length == 0) {
            trace.recipient = message->recipients[0].address;
        }
    }
    message->headed = true;
    size = trace_received(message->connection, &trace, text);
    size = envelope_add_clause(&message->envelope, text, size);
    scan_octets(&message->scan, (const uint8_t *)text, size); /* a recipient may be in UTF-8 */
    append(message, text, size);
    message->trace = size;
}

/* Puts text in front of what stands at this place of octets. */
static void insert(struct message *message, size_t at, const char *text, size_t length)
{
    size_t behind = message->fill - at;

    append(message, text, length);
    if (message->error == 0) {
        memmove(message->octets + at + length, message->octets + at, behind);
        memcpy(message->octets + at, text, length);
    }
}

/* The header is over, with an empty line or without: adds what it lacks, at its end. A header of
 * 64 KiB whose last line is on the disk already stays as it is: RFC 6409 8 says "MAY". */
static void complete(struct message *message, bool emptied)
{
    uint64_t written = message->envelope.size - message->fill;
    uint64_t place = message->trace + message->header.length;
    struct complete with = {.hostname = message->relay->config.hostname,
                            .id = message->envelope.id,
                            .now = message->envelope.arrived};
    char text[COMPLETE_MAX];
    size_t at;

    if (message->complete || message->error != 0 || place < written + 3) {
        return;
    }
    message->complete = true;
    with.random = relay_random();
    at = (size_t)(place - written);
    if (emptied) {
        at -= message->octets[at - 2] == '\r' ? 2 : 1;
    }
    if (at > 0 && message->octets[at - 1] == '\n') {
        insert(message, at, text, complete_write(message->fields, &with, text));
    }
}

void arrival_append(struct message *message, struct sansmtp_span octets)
{
    bool header_over;

    if (!message->headed) {
        put_trace(message);
    }
    scan_octets(&message->scan, octets.data, octets.length);
    message->nul = message->nul || memchr(octets.data, '\0', octets.length) != NULL;
    header_over = sansmtp_header_read(&message->header, message->fields, FIELDS, octets.data,
                                      octets.length) == 1;
    append(message, octets.data, octets.length);
    if (header_over) {
        complete(message, (message->header.flags & SANSMTP_HEADER_ODD) == 0);
    }
}

bool arrival_is_full(const struct message *message)
{
    return message->done == NULL && message->error == 0 && message->fill >= ENOUGH;
}

uint32_t arrival_hops(const struct message *message)
{
    return message->header.hops;
}

/* -- the clerk -------------------------------------------------------------------------------- */

/* Of a disk that is full to the last octet nothing can be deleted any more, for that has to be
 * written, too. */
static bool has_room(const char *folder)
{
    struct statvfs disk;

    return statvfs(folder, &disk) != 0 || disk.f_blocks == 0 ||
           (uint64_t)disk.f_bavail * disk.f_frsize >= RESERVE;
}

static int work(struct clerk_job *job, struct queue *queue)
{
    struct message *message = (struct message *)job;
    uint64_t id = message->envelope.id;
    int error = has_room(message->relay->config.queue) ? 0 : ENOSPC;

    if (error == 0 && !message->begun) {
        error = queue_begin(queue, id);
    }
    if (error == 0 && message->fill > 0) {
        error = queue_append(queue, id, message->chunks, message->octets, message->fill);
    }
    if (error == 0 && message->whole) {
        error = queue_put(queue, &message->envelope, message->recipients, message->count);
    }
    return error;
}

/* As the rooms that send say to=. */
static void log_arrival(const struct message *message)
{
    const struct queue_envelope *envelope = &message->envelope;
    char from[SAFE_FIELD_MAX], user[SAFE_FIELD_MAX], hello[SAFE_FIELD_MAX] = "";
    const char *name = message->client + message->peer;

    name += *name == '\0' ? 0 : sizeof USER_FOLLOWS - 1;
    if (message->connection != NULL) {
        const struct session *session = &message->connection->session;

        safe_field(hello, (const uint8_t *)session->hello, session->hello_length);
    }
    relay_log(message->relay, envelope->id,
              "from=<%s> octets=%" PRIu64 " recipients=%zu client=%.*s hello=%s user=%s",
              safe_field(from, envelope->sender.data, envelope->sender.length), envelope->size,
              message->count, (int)message->peer, message->client, hello,
              safe_field(user, (const uint8_t *)name, strlen(name)));
}

static void on_worked(struct clerk_job *job)
{
    struct message *message = (struct message *)job;
    arrival_done *done = message->done;

    message->done = NULL;
    if (job->error == 0) {
        message->begun = true;
        message->chunks++;
        message->fill = 0;
        if (message->whole) {
            log_arrival(message);
            dispatch_wake(message->relay);
        }
    } else if (message->error == 0) {
        message->error = job->error;
    }
    if (message->connection == NULL) {
        arrival_release(message);
    } else {
        done(message->connection, message->error);
    }
}

static void hand_over(struct message *message, arrival_done *done)
{
    message->done = done;
    message->job.work = work;
    message->job.done = on_worked;
    clerk_do(message->relay->clerk, &message->job);
}

void arrival_write(struct message *message, arrival_done *done)
{
    hand_over(message, done);
}

static void note_content(struct message *message)
{
    struct queue_envelope *envelope = &message->envelope;

    envelope->hops = message->header.hops + 1;
    envelope->flags |= message->scan.eight_bit ? QUEUE_EIGHT_BIT : 0;
    envelope->flags |= scan_bare(&message->scan) > 0 ? QUEUE_BARE : 0;
    envelope->flags |= message->nul ? QUEUE_NUL : 0;
    envelope->flags |= message->fields[TLS_REQUIRED].count > 0 ? QUEUE_TLS_OPTIONAL : 0;
}

void arrival_finish(struct message *message, arrival_done *done)
{
    if (!message->headed) {
        put_trace(message);
    }
    sansmtp_header_end(&message->header, message->fields, FIELDS);
    complete(message, false);
    note_content(message);
    message->whole = true;
    hand_over(message, done);
}

int arrival_error(const struct message *message)
{
    return message->error;
}

uint64_t arrival_id(const struct message *message)
{
    return message->envelope.id;
}

static int discard(struct clerk_job *job, struct queue *queue)
{
    return queue_discard(queue, ((struct message *)job)->envelope.id);
}

static void on_discarded(struct clerk_job *job)
{
    destroy((struct message *)job);
}

void arrival_release(struct message *message)
{
    if (message == NULL) {
        return;
    }
    if (message->done != NULL) {
        message->connection = NULL; /* on_worked comes back to it */
    } else if (message->begun && (!message->whole || message->error != 0)) {
        message->job.work = discard;
        message->job.done = on_discarded;
        clerk_do(message->relay->clerk, &message->job);
    } else {
        destroy(message);
    }
}
