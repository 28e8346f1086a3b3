#include "report_write.h"

#include "report_fate.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PAGE_LEAST ((size_t)8 * 1024) /* room for a piece of the message */

/* -- the report's octets ---------------------------------------------------------------------- */

static int flush(struct report_draft *draft, struct queue *queue)
{
    int error = 0;

    if (draft->fill > 0) {
        error = queue_append(queue, draft->id, draft->chunk++, draft->octets, draft->fill);
    }
    draft->fill = 0;
    return error;
}

/* Room for a step that said how much it needs. */
static int make_room(struct report_draft *draft, struct queue *queue, int error, size_t needed)
{
    if (error != SANSMTP_ERR_ROOM || needed > QUEUE_CHUNK_MAX || draft->fill == 0) {
        return error == 0 ? 0 : EINVAL;
    }
    return flush(draft, queue);
}

static void took(struct report_draft *draft, size_t length)
{
    draft->fill += length;
    draft->size += length;
}

/* What the steps write to. */
struct page {
    char *out;
    size_t room;
    size_t length;
};

static struct page page_of(struct report_draft *draft)
{
    return (struct page){(char *)draft->octets + draft->fill, QUEUE_CHUNK_MAX - draft->fill, 0};
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
static int put(struct report_draft *draft, struct queue *queue, enum step step,
               struct sansmtp_dsn *dsn, const struct sansmtp_dsn_report *report,
               const struct sansmtp_dsn_fate *fate)
{
    struct page page = page_of(draft);
    int result = write_step(step, dsn, report, fate, &page);

    if (result == SANSMTP_ERR_ROOM) {
        int error = make_room(draft, queue, result, page.length);

        if (error != 0) {
            return error;
        }
        page = page_of(draft);
        result = write_step(step, dsn, report, fate, &page);
    }
    if (result != 0) {
        fprintf(stderr, "sansmtp-relay: a report cannot be written: %s\n",
                sansmtp_error_name(result));
        return EINVAL;
    }
    took(draft, page.length);
    return 0;
}

/* -- the message that it is about ------------------------------------------------------------- */

/* Calls what for each chunk of it. */
struct reader {
    struct report_draft *draft;
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
        struct page page = page_of(reader->draft);
        int result;

        if (page.room < PAGE_LEAST) {
            error = flush(reader->draft, reader->queue);
            continue;
        }
        result = sansmtp_dsn_original(reader->dsn, &octets, page.out, page.room, &page.length);
        if (result != 0) {
            return EINVAL;
        }
        took(reader->draft, page.length);
    }
    return error;
}

static int read_all(struct reader *reader, int (*what)(struct reader *, struct sansmtp_span))
{
    struct report_draft *draft = reader->draft;
    int error = 0;
    size_t length = 1;

    for (uint32_t number = 0; error == 0 && length > 0; number++) {
        error = queue_read(reader->queue, draft->about, number, draft->original, &length);
        if (error == 0 && length > 0) {
            error = what(reader, (struct sansmtp_span){draft->original, length});
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

static void fill_report(const struct report_draft *draft, const struct queue_batch *batch,
                        const struct report_way *way, struct names *names,
                        struct sansmtp_dsn_report *report)
{
    const struct queue_envelope *envelope = &batch->envelope;
    const char *hostname = draft->relay->config.hostname;

    snprintf(names->message_id, sizeof names->message_id, "<%013" PRIX64 ".report@%s>", draft->id,
             hostname);
    *report = (struct sansmtp_dsn_report){.size = sizeof *report, .actions = draft->actions};
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

static int put_recipients(struct report_draft *draft, struct queue *queue,
                          const struct queue_batch *batch, enum step step, struct sansmtp_dsn *dsn)
{
    int error = 0;

    for (size_t i = 0; i < batch->count && error == 0; i++) {
        struct sansmtp_dsn_fate fate = report_fate(draft->relay, &batch->recipients[i]);

        if (fate.action != 0) {
            error = put(draft, queue, step, dsn, NULL, &fate);
        }
    }
    return error;
}

static int put_parts(struct report_draft *draft, struct queue *queue,
                     const struct queue_batch *batch, struct sansmtp_dsn_report *report,
                     struct sansmtp_dsn *dsn, struct reader *reader)
{
    int error = put(draft, queue, STEP_BEGIN, dsn, report, NULL);

    if (error == 0) {
        error = put_recipients(draft, queue, batch, STEP_EXPLAIN, dsn);
    }
    if (error == 0) {
        error = put_recipients(draft, queue, batch, STEP_RECIPIENT, dsn);
    }
    if (error == 0 && report->returned != NULL) {
        error = read_all(reader, return_chunk);
    }
    if (error == 0) {
        error = put(draft, queue, STEP_END, dsn, NULL, NULL);
    }
    return error == 0 ? flush(draft, queue) : error;
}

int report_write(struct report_draft *draft, struct queue *queue, const struct queue_batch *batch,
                 const struct report_way *way, bool with_original)
{
    struct names names;
    struct sansmtp_dsn_report report;
    struct sansmtp_dsn_scanned scan = {.size = sizeof scan};
    struct sansmtp_dsn dsn = {.size = sizeof dsn};
    struct reader reader = {draft, queue, &dsn, &scan};
    int error;

    snprintf(names.boundary, sizeof names.boundary, "=_%016" PRIx64 "%016" PRIx64, relay_random(),
             relay_random());
    scan.boundary = span_of(names.boundary);
    fill_report(draft, batch, way, &names, &report);
    if (with_original && read_all(&reader, scan_chunk) == 0) {
        report.returned = &scan;
    }
    draft->chunk = 0;
    draft->fill = 0;
    draft->size = 0;
    error = queue_begin(queue, draft->id);
    if (error == 0) {
        error = put_parts(draft, queue, batch, &report, &dsn, &reader);
    }
    draft->needs = sansmtp_dsn_needs(&dsn);
    return error;
}
