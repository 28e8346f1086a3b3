#ifndef RELAY_QUEUE_SQL_H
#define RELAY_QUEUE_SQL_H

/*
 * SQL as the queue's rooms speak it. Each statement of queue_sql.def is prepared when it is first
 * used, and kept. A room begins one, gives the values in their order, takes the columns in theirs,
 * and asks once, at the end, whether all went well: the first error stays until queue_outcome().
 */

#include "queue.h"

#include <sqlite3.h>

enum statement {
#define STATEMENT(name, text) SQL_##name,
#include "queue_sql.def"
    SQL_COUNT
};

struct queue {
    sqlite3 *database;
    sqlite3_stmt *statements[SQL_COUNT];
    int lock;            /* of the daemon; -1: none */
    int error;           /* the first one since queue_outcome */
    bool shrunk;         /* since the last checkpoint */
    uint64_t unfinished; /* the last message that may be left of another process; 0: none */
    int64_t tried;       /* seconds since 1970, when they were last to go */
    unsigned char chunk[QUEUE_CHUNK_MAX];
};

/* A statement at work. */
struct sql {
    struct queue *queue;
    sqlite3_stmt *statement; /* NULL: it could not be prepared */
    int at;                  /* the value or column that comes next */
};

struct sql sql_begin(struct queue *queue, enum statement which);

void sql_give(struct sql *sql, uint64_t number);
void sql_give_signed(struct sql *sql, int64_t number);
void sql_give_span(struct sql *sql, struct sansmtp_span span); /* absent: NULL */

/* Is there a row (more)? Its columns are then taken from the first on. */
bool sql_row(struct sql *sql);

uint64_t sql_take(struct sql *sql);
int64_t sql_take_signed(struct sql *sql);
struct sansmtp_span sql_take_span(struct sql *sql); /* lives until the next row */

/* Done with it: to be called after sql_row, unless that said that there is no row. */
void sql_end(struct sql *sql);

/* Begins, gives one number, and runs: for what has no rows. */
void sql_run(struct queue *queue, enum statement which, uint64_t number);

/* Remembers that something failed. */
void sql_failed(struct queue *queue);

/* 0 or the errno of the first failure; all is well afterwards. */
int queue_outcome(struct queue *queue);

#endif
