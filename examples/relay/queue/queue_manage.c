#include "queue_batch.h"
#include "queue_drop.h"

#include "../../safe_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* -- showing ---------------------------------------------------------------------------------- */

static void put_time(FILE *out, uint64_t seconds)
{
    time_t time = (time_t)seconds;
    struct tm date;
    char text[32] = "never";

    if (seconds < INT64_MAX && gmtime_r(&time, &date) != NULL) {
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &date);
    }
    fputs(text, out);
}

static void put_address(FILE *out, struct sansmtp_span address)
{
    char text[SAFE_FIELD_MAX];

    fprintf(out, "<%s>", safe_field(text, address.data, address.length));
}

static const char *state_name(uint64_t state)
{
    return state == QUEUE_WAITING ? "waiting" : state == QUEUE_HELD ? "held" : "over";
}

/* id, size, arrived, sender, recipient, state, due, attempts, the last reply */
static void put_row(FILE *out, struct sql *row)
{
    struct sansmtp_span text;

    fprintf(out, "%013" PRIX64, sql_take(row));
    fprintf(out, " %" PRIu64 " ", sql_take(row));
    put_time(out, sql_take(row));
    putc(' ', out);
    put_address(out, sql_take_span(row));
    putc(' ', out);
    put_address(out, sql_take_span(row));
    fprintf(out, " %s ", state_name(sql_take(row)));
    put_time(out, sql_take(row));
    fprintf(out, " %" PRIu64, sql_take(row));
    fprintf(out, " %" PRIu64 " ", sql_take(row));
    text = sql_take_span(row);
    put_safely(out, text.data, text.length);
    putc('\n', out);
}

int queue_list(struct queue *queue, uint64_t after, uint64_t limit, FILE *out)
{
    struct sql sql = sql_begin(queue, SQL_LIST);

    sql_give(&sql, after);
    sql_give(&sql, limit);
    while (sql_row(&sql)) {
        put_row(out, &sql);
    }
    return queue_outcome(queue);
}

static void put_number(FILE *out, const char *name, uint64_t number)
{
    fprintf(out, "%s: %" PRIu64 "\n", name, number);
}

static void put_span(FILE *out, const char *name, struct sansmtp_span span)
{
    if (span.data != NULL) {
        fprintf(out, "%s: ", name);
        put_safely(out, span.data, span.length);
        putc('\n', out);
    }
}

static void put_moment(FILE *out, const char *name, uint64_t seconds)
{
    if (seconds != 0) {
        fprintf(out, "%s: ", name);
        put_time(out, seconds);
        putc('\n', out);
    }
}

static void put_envelope(FILE *out, const struct queue_envelope *envelope)
{
    fprintf(out, "id: %013" PRIX64 "\nsender: ", envelope->id);
    put_address(out, envelope->sender);
    putc('\n', out);
    put_moment(out, "arrived", envelope->arrived);
    put_number(out, "size", envelope->size);
    put_number(out, "hops", envelope->hops);
    put_span(out, "client", envelope->client);
    put_span(out, "envid", envelope->envid);
    put_moment(out, "deliver-by", envelope->deliver_by);
    put_moment(out, "hold-until", envelope->hold_until);
}

static void put_recipient(FILE *out, const struct queue_recipient *recipient)
{
    fputs("\nrecipient: ", out);
    put_address(out, recipient->address);
    fprintf(out, "\nstate: %s\n", state_name(recipient->state));
    put_moment(out, "due", recipient->due);
    put_number(out, "attempts", recipient->retry.attempts);
    put_moment(out, "tried", recipient->tried);
    put_span(out, "orcpt", recipient->orcpt);
    put_span(out, "host", recipient->word.host);
    if (recipient->word.code != 0) {
        put_number(out, "code", recipient->word.code);
    }
    put_span(out, "text", recipient->word.text);
}

static void put_header(FILE *out, struct sansmtp_span body)
{
    struct sansmtp_header header = {.size = sizeof header};
    size_t begin = 0;

    putc('\n', out);
    sansmtp_header_read(&header, NULL, 0, body.data, body.length);
    for (size_t i = 0; i < header.length && i < body.length; i++) {
        if (body.data[i] == '\n') {
            put_safely(out, body.data + begin, i - begin - (i > begin && body.data[i - 1] == '\r'));
            putc('\n', out);
            begin = i + 1;
        }
    }
}

int queue_show(struct queue *queue, uint64_t id, FILE *out)
{
    struct queue_batch *batch = calloc(1, sizeof *batch);
    struct sql sql;
    int error;

    if (batch == NULL) {
        return ENOMEM;
    }
    if (!batch_load_message(queue, batch, id) && queue->error == 0) {
        queue->error = ENOENT;
    }
    sql = sql_begin(queue, SQL_ALL_RECIPIENTS);
    sql_give(&sql, id);
    batch_load_recipients(&sql, batch);
    batch_load_first(queue, batch);
    error = queue_outcome(queue);
    if (error == 0) {
        put_envelope(out, &batch->envelope);
        for (size_t i = 0; i < batch->count; i++) {
            put_recipient(out, &batch->recipients[i]);
        }
        put_header(out, batch->first);
    }
    queue_batch_free(batch);
    return error;
}

/* -- changing --------------------------------------------------------------------------------- */

static uint64_t change(struct queue *queue, struct sql *sql)
{
    sql_row(sql);
    return queue->error == 0 ? (uint64_t)sqlite3_changes(queue->database) : 0;
}

/* The statement for one message, or the one for all. */
static uint64_t change_some(struct queue *queue, uint64_t id, enum statement one,
                            enum statement all)
{
    struct sql sql = sql_begin(queue, id != 0 ? one : all);
    uint64_t count;

    if (id != 0) {
        sql_give(&sql, id);
    }
    count = change(queue, &sql);
    if (count > 0 && id != 0) {
        sql_run(queue, SQL_SET_DUE_OF, id);
    } else if (count > 0) {
        sql_run(queue, SQL_SET_DUE_ALL, 0);
    }
    return count;
}

int queue_hold(struct queue *queue, uint64_t id, uint64_t *count)
{
    *count = change_some(queue, id, SQL_HOLD_ONE, SQL_HOLD_ALL);
    return queue_outcome(queue);
}

int queue_release(struct queue *queue, uint64_t id, uint64_t *count)
{
    *count = change_some(queue, id, SQL_RELEASE_ONE, SQL_RELEASE_ALL);
    return queue_outcome(queue);
}

int queue_retry(struct queue *queue, uint64_t id, uint64_t now, uint64_t *count)
{
    struct sql sql = sql_begin(queue, id != 0 ? SQL_RETRY_ONE : SQL_RETRY_ALL);

    if (id != 0) {
        sql_give(&sql, id);
    }
    sql_give(&sql, now);
    *count = change(queue, &sql);
    if (id != 0) {
        sql_run(queue, SQL_SET_DUE_OF, id);
    } else {
        sql_run(queue, SQL_SET_DUE_ALL, 0);
    }
    return queue_outcome(queue);
}

static uint64_t delete_all(struct queue *queue)
{
    struct sql sql = sql_begin(queue, SQL_DELETE_ALL);
    uint64_t count = change(queue, &sql);

    sql_run(queue, SQL_DELETE_CHUNKS, 0);
    sql_run(queue, SQL_DELETE_MESSAGES, 0);
    sql_run(queue, SQL_DELETE_DESTINATIONS, 0);
    return count;
}

/* All recipients of a message may be of one destination, or each of another. */
static uint64_t delete_one(struct queue *queue, uint64_t id)
{
    uint64_t count = 0;

    for (;;) {
        struct sql sql = sql_begin(queue, SQL_FIRST_RECIPIENT);
        uint64_t recipient;

        sql_give(&sql, id);
        recipient = sql_row(&sql) ? sql_take(&sql) : 0;
        sql_end(&sql);
        if (recipient == 0) {
            break;
        }
        drop_recipient(queue, recipient);
        count++;
    }
    if (count > 0) {
        drop_if_done(queue, id);
    }
    return count;
}

int queue_delete(struct queue *queue, uint64_t id, uint64_t *count)
{
    *count = id == 0 ? delete_all(queue) : delete_one(queue, id);
    return queue_outcome(queue);
}

/* -- ETRN ------------------------------------------------------------------------------------- */

static uint64_t hasten_one(struct queue *queue, uint64_t destination, uint64_t now)
{
    struct sql sql = sql_begin(queue, SQL_HASTEN);
    uint64_t count;

    sql_give(&sql, destination);
    sql_give(&sql, now);
    count = change(queue, &sql);
    if (count > 0) {
        sql_run(queue, SQL_SET_DUE, destination);
    }
    return count;
}

static bool is_meant(struct sansmtp_span name, struct sansmtp_span domain, bool below)
{
    if (name.length == domain.length) {
        return strncasecmp((const char *)name.data, (const char *)domain.data, name.length) == 0;
    }
    return below && name.length > domain.length &&
           name.data[name.length - domain.length - 1] == '.' &&
           strncasecmp((const char *)name.data + name.length - domain.length,
                       (const char *)domain.data, domain.length) == 0;
}

int queue_hasten(struct queue *queue, struct sansmtp_span domain, bool below, uint64_t now,
                 uint64_t *count)
{
    struct sql sql = sql_begin(queue, SQL_DESTINATIONS);

    *count = 0;
    while (sql_row(&sql)) {
        uint64_t destination = sql_take(&sql);

        if (is_meant(sql_take_span(&sql), domain, below)) {
            *count += hasten_one(queue, destination, now);
        }
    }
    return queue_outcome(queue);
}
