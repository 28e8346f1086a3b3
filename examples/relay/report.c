#include "report.h"

#include "envelope.h"
#include "relay.h"
#include "report_fate.h"
#include "report_way.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAGE_LEAST ((size_t)8 * 1024) /* room for a piece of the message */

/*
 * One report at a time, all of it by one job of the clerk: so a report is in the queue in the same
 * commit in which its cause leaves it, and after a crash there is either the one or the other.
 */
struct report_office {
    struct clerk_job job;
    struct relay *relay;
    uint64_t id;      /* of the report, if there is one to be made */
    uint64_t about;   /* of the message */
    uint32_t actions; /* what it says; 0: there was nothing to be told */
    bool put;         /* there is a report in the queue */
    bool busy, again;
    uint32_t chunk;
    size_t fill;
    uint64_t size;
    uint64_t needs; /* extensions of its way */
    uint8_t octets[QUEUE_CHUNK_MAX];
    uint8_t original[QUEUE_CHUNK_MAX];
};

/* -- the report's octets ---------------------------------------------------------------------- */

static int flush(struct report_office *office, struct queue *queue)
{
    int error = 0;

    if (office->fill > 0) {
        error = queue_append(queue, office->id, office->chunk++, office->octets, office->fill);
    }
    office->fill = 0;
    return error;
}

/* Room for a step that said how much it needs. */
static int make_room(struct report_office *office, struct queue *queue, int error, size_t needed)
{
    if (error != SANSMTP_ERR_ROOM || needed > QUEUE_CHUNK_MAX || office->fill == 0) {
        return error == 0 ? 0 : EINVAL;
    }
    return flush(office, queue);
}

static void took(struct report_office *office, size_t length)
{
    office->fill += length;
    office->size += length;
}

/* What the steps write to. */
struct page {
    char *out;
    size_t room;
    size_t length;
};

static struct page page_of(struct report_office *office)
{
    return (struct page){(char *)office->octets + office->fill, QUEUE_CHUNK_MAX - office->fill, 0};
}

enum step { STEP_BEGIN, STEP_EXPLAIN, STEP_RECIPIENT, STEP_END };

static int write_step(enum step step, struct sansmtp_dsn *dsn,
                      const struct sansmtp_dsn_report *report, const struct sansmtp_dsn_fate *fate,
                      struct page *page)
{
    switch (step) {
    case STEP_BEGIN:
        return sansmtp_dsn_begin(dsn, report, page->out, page->room, &page->length);
    case STEP_EXPLAIN:
        return sansmtp_dsn_explain(dsn, fate, page->out, page->room, &page->length);
    case STEP_RECIPIENT:
        return sansmtp_dsn_recipient(dsn, fate, page->out, page->room, &page->length);
    case STEP_END:
        return sansmtp_dsn_end(dsn, page->out, page->room, &page->length);
    }
    return SANSMTP_ERR_ARGUMENT;
}

/* Returns 0 or errno. */
static int put(struct report_office *office, struct queue *queue, enum step step,
               struct sansmtp_dsn *dsn, const struct sansmtp_dsn_report *report,
               const struct sansmtp_dsn_fate *fate)
{
    struct page page = page_of(office);
    int result = write_step(step, dsn, report, fate, &page);

    if (result == SANSMTP_ERR_ROOM) {
        int error = make_room(office, queue, result, page.length);

        if (error != 0) {
            return error;
        }
        page = page_of(office);
        result = write_step(step, dsn, report, fate, &page);
    }
    if (result != 0) {
        fprintf(stderr, "sansmtp-relay: a report cannot be written: %s\n",
                sansmtp_error_name(result));
        return EINVAL;
    }
    took(office, page.length);
    return 0;
}

/* -- the message that it is about ------------------------------------------------------------- */

/* Calls what for each chunk of it. */
struct reader {
    struct report_office *office;
    struct queue *queue;
    struct sansmtp_dsn *dsn;
    struct sansmtp_dsn_scanned *scan;
};

static int scan_chunk(struct reader *reader, struct sansmtp_span octets)
{
    sansmtp_dsn_scan(reader->scan, octets.data, octets.length);
    return 0;
}

static int return_chunk(struct reader *reader, struct sansmtp_span octets)
{
    int error = 0;

    while (octets.length > 0 && error == 0) {
        struct page page = page_of(reader->office);
        int result;

        if (page.room < PAGE_LEAST) {
            error = flush(reader->office, reader->queue);
            continue;
        }
        result = sansmtp_dsn_original(reader->dsn, &octets, page.out, page.room, &page.length);
        if (result != 0) {
            return EINVAL;
        }
        took(reader->office, page.length);
    }
    return error;
}

static int read_all(struct reader *reader, int (*what)(struct reader *, struct sansmtp_span))
{
    struct report_office *office = reader->office;
    int error = 0;
    size_t length = 1;

    for (uint32_t number = 0; error == 0 && length > 0; number++) {
        error = queue_read(reader->queue, office->about, number, office->original, &length);
        if (error == 0 && length > 0) {
            error = what(reader, (struct sansmtp_span){office->original, length});
        }
    }
    return error;
}

/* -- what it says ----------------------------------------------------------------------------- */

static struct sansmtp_span span_of(const char *text)
{
    return (struct sansmtp_span){(const uint8_t *)text, strlen(text)};
}

/* 8BITMIME, as the way here knew it. */
static uint32_t flags_of(const struct queue_envelope *envelope, const struct report_way *way)
{
    uint32_t flags = SANSMTP_DSN_UNKNOWN_ZONE | SANSMTP_DSN_8BITMIME;

    flags |= way->utf8 ? SANSMTP_DSN_SMTPUTF8 : 0;
    flags |= (envelope->flags & QUEUE_REQUIRETLS) != 0 ? SANSMTP_DSN_REQUIRETLS : 0;
    return flags;
}

struct names {
    char boundary[64], message_id[320];
};

static void fill_report(const struct report_office *office, const struct queue_batch *batch,
                        const struct report_way *way, struct names *names,
                        struct sansmtp_dsn_report *report)
{
    const struct queue_envelope *envelope = &batch->envelope;
    const char *hostname = office->relay->config.hostname;

    snprintf(names->message_id, sizeof names->message_id, "<%013" PRIX64 ".report@%s>", office->id,
             hostname);
    *report = (struct sansmtp_dsn_report){.size = sizeof *report, .actions = office->actions};
    report->flags = flags_of(envelope, way);
    report->ret = envelope->ret;
    report->seconds = (int64_t)time(NULL);
    report->arrival = (int64_t)envelope->arrived;
    report->sender = span_of(way->path);
    report->reporting_mta = span_of(hostname);
    report->boundary = span_of(names->boundary);
    report->message_id = span_of(names->message_id);
    report->envelope_id = envelope->envid;
}

static int put_recipients(struct report_office *office, struct queue *queue,
                          const struct queue_batch *batch, enum step step, struct sansmtp_dsn *dsn)
{
    int error = 0;

    for (size_t i = 0; i < batch->count && error == 0; i++) {
        struct sansmtp_dsn_fate fate = report_fate(office->relay, &batch->recipients[i]);

        if (fate.action != 0) {
            error = put(office, queue, step, dsn, NULL, &fate);
        }
    }
    return error;
}

static int put_parts(struct report_office *office, struct queue *queue,
                     const struct queue_batch *batch, struct sansmtp_dsn_report *report,
                     struct sansmtp_dsn *dsn, struct reader *reader)
{
    int error = put(office, queue, STEP_BEGIN, dsn, report, NULL);

    if (error == 0) {
        error = put_recipients(office, queue, batch, STEP_EXPLAIN, dsn);
    }
    if (error == 0) {
        error = put_recipients(office, queue, batch, STEP_RECIPIENT, dsn);
    }
    if (error == 0 && report->returned != NULL) {
        error = read_all(reader, return_chunk);
    }
    if (error == 0) {
        error = put(office, queue, STEP_END, dsn, NULL, NULL);
    }
    return error == 0 ? flush(office, queue) : error;
}

static int write_report(struct report_office *office, struct queue *queue,
                        const struct queue_batch *batch, const struct report_way *way,
                        bool with_original)
{
    struct names names;
    struct sansmtp_dsn_report report;
    struct sansmtp_dsn_scanned scan = {.size = sizeof scan};
    struct sansmtp_dsn dsn = {.size = sizeof dsn};
    struct reader reader = {office, queue, &dsn, &scan};
    int error;

    snprintf(names.boundary, sizeof names.boundary, "=_%016" PRIx64 "%016" PRIx64, relay_random(),
             relay_random());
    scan.boundary = span_of(names.boundary);
    fill_report(office, batch, way, &names, &report);
    if (with_original && read_all(&reader, scan_chunk) == 0) {
        report.returned = &scan;
    }
    office->chunk = 0;
    office->fill = 0;
    office->size = 0;
    error = queue_begin(queue, office->id);
    if (error == 0) {
        error = put_parts(office, queue, batch, &report, &dsn, &reader);
    }
    office->needs = sansmtp_dsn_needs(&dsn);
    return error;
}

/* -- into the queue --------------------------------------------------------------------------- */

/* RFC 3461 6.1, RFC 5321 6.1: from the null path, and of its own fate nobody is told. */
static int enqueue(struct report_office *office, struct queue *queue,
                   const struct queue_batch *batch, const struct report_way *way)
{
    bool eight_bit = (office->needs & SANSMTP_EXTENSION_8BITMIME) != 0;
    struct queue_recipient recipient = {
        .address = way->mailbox, .destination = way->domain, .notify = SANSMTP_NOTIFY_NEVER};
    struct queue_envelope envelope = {.id = office->id, .arrived = relay_now()};

    envelope.size = office->size;
    envelope.flags = QUEUE_REPORT | (batch->envelope.flags & QUEUE_REQUIRETLS);
    envelope.flags |= (office->needs & SANSMTP_EXTENSION_SMTPUTF8) != 0 ? QUEUE_UTF8 : 0;
    envelope.flags |= eight_bit ? QUEUE_EIGHT_BIT : 0;
    envelope.body = eight_bit ? SANSMTP_BODY_8BITMIME : 0;
    envelope.priority = batch->envelope.priority; /* RFC 6710 4.6 */
    envelope.sender = span_of("");
    envelope.client = span_of("report");
    envelope_schedule(&envelope, &office->relay->retry, &recipient);
    return queue_put(queue, &envelope, &recipient, 1);
}

static int tell(struct report_office *office, struct queue *queue, const struct queue_batch *batch)
{
    struct report_way way;
    int error;

    for (size_t i = 0; i < batch->count; i++) {
        office->actions |= report_action(&batch->recipients[i]);
    }
    office->about = batch->envelope.id;
    if (office->actions == 0 || !report_way(&batch->envelope, &way)) {
        return 0;
    }
    error = write_report(office, queue, batch, &way, true);
    if (error == EINVAL) { /* it is the message that does not let itself be returned */
        queue_discard(queue, office->id);
        error = write_report(office, queue, batch, &way, false);
    }
    if (error == EINVAL) { /* nothing that comes later would change that */
        return queue_discard(queue, office->id);
    }
    if (error == 0) {
        error = enqueue(office, queue, batch, &way);
    }
    office->put = error == 0;
    return error;
}

/* On the clerk's thread. */
static int work(struct clerk_job *job, struct queue *queue)
{
    struct report_office *office = (struct report_office *)job;
    struct queue_batch *batch;
    int error = queue_pick_report(queue, &batch);

    office->about = 0;
    office->actions = 0;
    office->put = false;
    if (error != 0 || batch == NULL) {
        return error;
    }
    error = tell(office, queue, batch);
    if (error == 0) {
        error = queue_reported(queue, batch);
    }
    queue_batch_free(batch);
    return error;
}

/* -- on the loop ------------------------------------------------------------------------------ */

static void begin(struct report_office *office);

static void on_done(struct clerk_job *job)
{
    struct report_office *office = (struct report_office *)job;
    struct relay *relay = office->relay;

    office->busy = false;
    if (job->error != 0) {
        fprintf(stderr, "sansmtp-relay: no report about %013" PRIX64 ": %s\n", office->about,
                strerror(job->error));
        return; /* with the next result that is recorded, or the next start, again */
    }
    if (office->put) {
        relay_log(relay, office->id, "report about=%013" PRIX64 " actions=%u", office->about,
                  office->actions);
        dispatch_wake(relay);
    }
    if ((office->about != 0 || office->again) && !relay->stopping) {
        begin(office);
    }
}

static void begin(struct report_office *office)
{
    office->busy = true;
    office->again = false;
    office->id = relay_new_id(office->relay);
    office->job.work = work;
    office->job.done = on_done;
    clerk_do(office->relay->clerk, &office->job);
}

void report_wake(struct relay *relay)
{
    struct report_office *office = relay->reports;

    if (office == NULL) {
        office = calloc(1, sizeof *office);
        relay->reports = office;
    }
    if (office == NULL || relay->stopping) {
        return; /* what is to be told stays in the queue */
    }
    office->relay = relay;
    office->again = true;
    if (!office->busy) {
        begin(office);
    }
}

bool report_is_idle(const struct relay *relay)
{
    return relay->reports == NULL || !relay->reports->busy;
}
