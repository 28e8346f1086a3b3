#include "queue_drop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define BUSY_WAIT 10000 /* milliseconds for another process' transaction */
#define VERSION   2     /* of the tables */

/*
 * A message's row stays ready = 0 until it is whole. A recipient's row is there as long as
 * something has to be done for it. A row of destination is for one domain and one priority (RFC
 * 6710): its due is the least due of its waiting recipients, so what is next is found without
 * looking at what is not; recipient_due then finds the message, and recipient_tell whom to tell. So
 * with a hundred thousand messages each step costs what it costs with ten.
 */
#define DESTINATIONS                                                                    \
    "CREATE TABLE destination("                                                         \
    " id INTEGER PRIMARY KEY, name BLOB NOT NULL, priority INTEGER NOT NULL DEFAULT 0," \
    " due INTEGER, UNIQUE(name, priority));"                                            \
    "CREATE INDEX destination_due ON destination(due);"                                 \
    "CREATE INDEX destination_first ON destination(priority, due);"

static const char schema[] =
    "CREATE TABLE message("
    " id INTEGER PRIMARY KEY, ready INTEGER NOT NULL DEFAULT 0, arrived INTEGER, size INTEGER,"
    " flags INTEGER, body INTEGER, ret INTEGER, hops INTEGER, by INTEGER, priority INTEGER,"
    " deliver_by INTEGER, hold_until INTEGER, sender BLOB, envid BLOB, client BLOB);"
    "CREATE INDEX message_arriving ON message(id) WHERE ready = 0;"
    "CREATE TABLE chunk("
    " message INTEGER NOT NULL, number INTEGER NOT NULL, octets BLOB NOT NULL,"
    " UNIQUE(message, number));" DESTINATIONS "CREATE TABLE recipient("
    " id INTEGER PRIMARY KEY, message INTEGER NOT NULL, destination INTEGER NOT NULL,"
    " address BLOB NOT NULL, orcpt BLOB, notify INTEGER NOT NULL,"
    " state INTEGER NOT NULL DEFAULT 0, tell INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL,"
    " tried INTEGER NOT NULL DEFAULT 0, retry_flags INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL DEFAULT 0, attempt INTEGER NOT NULL,"
    " code INTEGER NOT NULL DEFAULT 0, enhanced INTEGER NOT NULL DEFAULT 0, text BLOB, host BLOB);"
    "CREATE INDEX recipient_message ON recipient(message, destination);"
    "CREATE INDEX recipient_due ON recipient(destination, state, due);"
    "CREATE INDEX recipient_tell ON recipient(message) WHERE tell > 0;"
    "PRAGMA user_version = 2;";

/* Version 1 had no priorities. */
static const char older[] =
    "ALTER TABLE destination RENAME TO older;"
    "DROP INDEX destination_due;" DESTINATIONS
    "INSERT INTO destination(id, name, due) SELECT id, name, due FROM older;"
    "DROP TABLE older;"
    "PRAGMA user_version = 2;";

/* For a file that is new, or copied by VACUUM. It writes to any, and the disk may be full. */
static const char vacuum[] = "PRAGMA auto_vacuum = INCREMENTAL;";

/* busy: what is being delivered. It is in memory, and this process' own. */
static const char settings[] = "PRAGMA journal_mode = WAL;"
                               "PRAGMA synchronous = FULL;"
                               "PRAGMA journal_size_limit = 67108864;"
                               "PRAGMA secure_delete = FAST;"
                               "PRAGMA temp_store = MEMORY;"
                               "PRAGMA cache_size = -16000;"
                               "CREATE TEMP TABLE busy(id INTEGER PRIMARY KEY);";

/* -- errors ----------------------------------------------------------------------------------- */

static int complain(const char *path, const char *why, int status)
{
    fprintf(stderr, "sansmtp-relay: cannot use the queue %s: %s\n", path, why);
    return status;
}

static int complain_of_database(const struct queue *queue, const char *path)
{
    const char *why = sqlite3_errmsg(queue->database);

    switch (sqlite3_errcode(queue->database)) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        fprintf(stderr, "sansmtp-relay: queue.sqlite is broken; it is left as it is\n");
        return complain(path, why, EX_DATAERR);
    case SQLITE_IOERR:
    case SQLITE_FULL:
        return complain(path, why, EX_IOERR);
    case SQLITE_BUSY:
        return complain(path, why, EX_TEMPFAIL);
    default:
        return complain(path, why, EX_CANTCREAT);
    }
}

static int execute(struct queue *queue, const char *path, const char *text)
{
    return sqlite3_exec(queue->database, text, NULL, NULL, NULL) == SQLITE_OK
               ? 0
               : complain_of_database(queue, path);
}

/* -- the folder ------------------------------------------------------------------------------- */

/* Whoever can write there can put mail into it, and take it away. */
static int look_at_owner(int folder, const char *path)
{
    struct stat status;

    if (fstat(folder, &status) != 0) {
        return complain(path, strerror(errno), EX_OSERR);
    }
    if (status.st_uid != geteuid()) {
        return complain(path, "it belongs to somebody else", EX_NOPERM);
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return complain(path, "others may write there", EX_NOPERM);
    }
    return 0;
}

/* A folder that the disk forgets would take with it all that was accepted. */
static int make_folder(const char *path)
{
    int folder, status = 0;

    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return complain(path, strerror(errno), EX_CANTCREAT);
    }
    folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || fsync(folder) != 0) {
        status = complain(path, strerror(errno), EX_CANTCREAT);
    }
    if (status == 0) {
        status = look_at_owner(folder, path);
    }
    if (folder >= 0) {
        close(folder);
    }
    return status;
}

/* Two daemons would deliver everything twice. The lock ends with the process, however it ends. */
static int lock(struct queue *queue, const char *path)
{
    char name[4096];

    snprintf(name, sizeof name, "%s/lock", path);
    queue->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (queue->lock < 0) {
        return complain(path, strerror(errno), EX_CANTCREAT);
    }
    if (flock(queue->lock, LOCK_EX | LOCK_NB) != 0) {
        return complain(path, "another sansmtp-relay serves it", EX_CANTCREAT);
    }
    return 0;
}

/* -- the file --------------------------------------------------------------------------------- */

static int open_database(struct queue *queue, const char *path, bool make)
{
    char name[4096];
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (make ? SQLITE_OPEN_CREATE : 0);

    snprintf(name, sizeof name, "%s/queue.sqlite", path);
    if (sqlite3_open_v2(name, &queue->database, flags, NULL) != SQLITE_OK) {
        return complain_of_database(queue, path);
    }
    sqlite3_busy_timeout(queue->database, BUSY_WAIT);
    return 0;
}

/* Returns -1 if it cannot be read. */
static int ask(struct queue *queue, const char *question)
{
    sqlite3_stmt *statement = NULL;
    int answer = -1;

    if (sqlite3_prepare_v2(queue->database, question, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        answer = sqlite3_column_int(statement, 0);
    }
    sqlite3_finalize(statement);
    return answer;
}

/* Before anything is written to it. */
static int look_at_version(struct queue *queue, const char *path, bool serve)
{
    int version = ask(queue, "PRAGMA user_version");
    int tables = ask(queue, "SELECT count(*) FROM sqlite_master");

    if (version < 0 || tables < 0) {
        return complain_of_database(queue, path);
    }
    if (version > VERSION) {
        return complain(path, "it is of a newer version of sansmtp-relay", EX_DATAERR);
    }
    if (version == 0 && tables > 0) {
        return complain(path, "queue.sqlite is somebody else's", EX_DATAERR);
    }
    if (version < VERSION && !serve) { /* an older one may be at work there */
        return complain(path, "the sansmtp-relay of this version has not served it yet",
                        EX_DATAERR);
    }
    return 0;
}

static int make_tables(struct queue *queue, const char *path)
{
    int version = ask(queue, "PRAGMA user_version"), status;

    if (version == VERSION) {
        return 0;
    }
    status = execute(queue, path, "BEGIN IMMEDIATE");
    if (status == 0) {
        status = execute(queue, path, version == 0 ? schema : older);
    }
    if (status == 0) {
        status = execute(queue, path, "COMMIT");
    }
    if (status == 0 && version != 0) { /* what is older has no auto_vacuum; it can do without */
        sqlite3_exec(queue->database, "VACUUM", NULL, NULL, NULL);
    }
    return status;
}

/* To delete has to be written, too. A disk that others have filled keeps nobody from what can be
 * read; what is left goes later. */
static int clear(struct queue *queue, const char *path)
{
    int error;

    queue->unfinished = queue_last(queue);
    error = drop_unfinished(queue);
    if (error == ENOSPC) {
        fprintf(stderr,
                "sansmtp-relay: the queue %s: the disk is full; until there is room, no mail is "
                "taken, and what is delivered may be delivered again\n",
                path);
        return 0;
    }
    return error == 0 ? 0 : complain_of_database(queue, path);
}

static int open_file(struct queue *queue, const char *path, bool serve)
{
    int status = open_database(queue, path, serve);

    if (status == 0) {
        status = look_at_version(queue, path, serve);
    }
    if (status == 0 && ask(queue, "PRAGMA user_version") != VERSION) {
        status = execute(queue, path, vacuum);
    }
    if (status == 0) {
        status = execute(queue, path, settings);
    }
    if (status == 0) {
        status = make_tables(queue, path);
    }
    return status == 0 && serve ? clear(queue, path) : status;
}

int queue_open(struct queue **queue, const char *path, bool serve)
{
    struct queue *opened = calloc(1, sizeof *opened);
    mode_t before = umask(077);
    int status = 0;

    if (opened == NULL) {
        return EX_OSERR;
    }
    opened->lock = -1;
    if (serve) {
        status = make_folder(path);
    }
    if (status == 0 && serve) {
        status = lock(opened, path);
    }
    if (status == 0) {
        status = open_file(opened, path, serve);
    }
    umask(before);
    if (status != 0) {
        queue_close(opened);
        opened = NULL;
    }
    *queue = opened;
    return status;
}

void queue_close(struct queue *queue)
{
    for (size_t i = 0; i < SQL_COUNT; i++) {
        sqlite3_finalize(queue->statements[i]);
    }
    sqlite3_close(queue->database);
    if (queue->lock >= 0) {
        close(queue->lock);
    }
    free(queue);
}

/* -- transactions ----------------------------------------------------------------------------- */

int queue_start(struct queue *queue)
{
    sql_run(queue, SQL_START, 0);
    return queue_outcome(queue);
}

int queue_commit(struct queue *queue)
{
    int error;

    sql_run(queue, SQL_COMMIT, 0);
    error = queue_outcome(queue);
    if (error != 0) {
        queue_roll_back(queue);
    }
    return error;
}

/* A full disk makes SQLite do so by itself. */
void queue_roll_back(struct queue *queue)
{
    if (sqlite3_get_autocommit(queue->database) == 0) {
        sql_run(queue, SQL_ROLL_BACK, 0);
    }
    queue_outcome(queue);
}

int queue_save(struct queue *queue)
{
    sql_run(queue, SQL_SAVE, 0);
    return queue_outcome(queue);
}

int queue_keep(struct queue *queue)
{
    sql_run(queue, SQL_KEEP, 0);
    return queue_outcome(queue);
}

int queue_forget(struct queue *queue)
{
    queue_outcome(queue);
    if (sqlite3_get_autocommit(queue->database) != 0) {
        return EIO;
    }
    sql_run(queue, SQL_FORGET, 0);
    sql_run(queue, SQL_KEEP, 0);
    return queue_outcome(queue);
}
