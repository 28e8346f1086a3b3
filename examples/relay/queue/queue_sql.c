#include "queue_sql.h"

#include <errno.h>

static const char *const texts[] = {
#define STATEMENT(name, text) text,
#include "queue_sql.def"
};

/* -- errors ----------------------------------------------------------------------------------- */

/* A file that must not grow is a full disk, too; SQLite does not tell the two apart. */
static int errno_of(sqlite3 *database)
{
    int code = sqlite3_extended_errcode(database);

    switch (code & 0xFF) {
    case SQLITE_FULL:
        return ENOSPC;
    case SQLITE_NOMEM:
        return ENOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return EBUSY;
    default:
        return code == SQLITE_IOERR_WRITE ? ENOSPC : EIO;
    }
}

void sql_failed(struct queue *queue)
{
    if (queue->error == 0) {
        queue->error = errno_of(queue->database);
        if (queue->error == EIO) {
            fprintf(stderr, "sansmtp-relay: the queue: %s\n", sqlite3_errmsg(queue->database));
        }
    }
}

int queue_outcome(struct queue *queue)
{
    int error = queue->error;

    queue->error = 0;
    return error;
}

/* -- a statement ------------------------------------------------------------------------------ */

struct sql sql_begin(struct queue *queue, enum statement which)
{
    sqlite3_stmt **statement = &queue->statements[which];

    if (*statement == NULL &&
        sqlite3_prepare_v3(queue->database, texts[which], -1, SQLITE_PREPARE_PERSISTENT, statement,
                           NULL) != SQLITE_OK) {
        sql_failed(queue);
    }
    if (*statement != NULL) {
        sqlite3_reset(*statement);
    }
    return (struct sql){.queue = queue, .statement = *statement, .at = 1};
}

void sql_give(struct sql *sql, uint64_t number)
{
    sql_give_signed(sql, number > INT64_MAX ? INT64_MAX : (int64_t)number);
}

void sql_give_signed(struct sql *sql, int64_t number)
{
    sqlite3_bind_int64(sql->statement, sql->at++, number);
}

void sql_give_span(struct sql *sql, struct sansmtp_span span)
{
    int result;

    if (span.data == NULL) {
        result = sqlite3_bind_null(sql->statement, sql->at++);
    } else {
        result = sqlite3_bind_blob64(sql->statement, sql->at++, span.data, span.length,
                                     SQLITE_STATIC);
    }
    if (result != SQLITE_OK) {
        sql_failed(sql->queue);
    }
}

bool sql_row(struct sql *sql)
{
    int result = SQLITE_ERROR;

    if (sql->queue->error == 0) {
        result = sqlite3_step(sql->statement);
        if (result != SQLITE_ROW && result != SQLITE_DONE) {
            sql_failed(sql->queue);
        }
    }
    sql->at = 0;
    if (result != SQLITE_ROW) {
        sql_end(sql);
    }
    return result == SQLITE_ROW;
}

uint64_t sql_take(struct sql *sql)
{
    return (uint64_t)sql_take_signed(sql);
}

int64_t sql_take_signed(struct sql *sql)
{
    return sqlite3_column_int64(sql->statement, sql->at++);
}

struct sansmtp_span sql_take_span(struct sql *sql)
{
    int at = sql->at++;
    static const uint8_t nothing[1];
    struct sansmtp_span span = {sqlite3_column_blob(sql->statement, at),
                                (size_t)sqlite3_column_bytes(sql->statement, at)};

    if (span.data == NULL && sqlite3_column_type(sql->statement, at) != SQLITE_NULL) {
        span.data = nothing; /* SQLite's pointer to no octets is NULL */
    }
    return span;
}

void sql_end(struct sql *sql)
{
    if (sql->statement != NULL) {
        sqlite3_reset(sql->statement);
        sqlite3_clear_bindings(sql->statement);
    }
}

void sql_run(struct queue *queue, enum statement which, uint64_t number)
{
    struct sql sql = sql_begin(queue, which);

    if (sqlite3_bind_parameter_count(sql.statement) > 0) {
        sql_give(&sql, number);
    }
    sql_row(&sql);
    sql_end(&sql);
}
