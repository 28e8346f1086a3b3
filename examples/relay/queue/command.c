#include "command.h"

#include "../../arguments.h"
#include "../identity.h"
#include "queue.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

static int mistake(const char *what)
{
    fprintf(stderr, "sansmtp-relay: queue: %s\nTry sansmtp-relay --help.\n", what);
    return EX_USAGE;
}

static int complain(int error)
{
    if (error == ENOENT) {
        fputs("sansmtp-relay: there is no such message\n", stderr);
        return EX_NOINPUT;
    }
    fprintf(stderr, "sansmtp-relay: the queue: %s\n", strerror(error));
    return error == EBUSY ? EX_TEMPFAIL : EX_IOERR;
}

static bool read_id(const char *text, uint64_t *id)
{
    char *end;

    errno = 0;
    *id = strtoull(text, &end, 16);
    return errno == 0 && *end == '\0' && *id > 0 && *id <= INT64_MAX;
}

/* -- list ------------------------------------------------------------------------------------- */

static int list(struct queue *queue, int count, char **arguments)
{
    uint64_t after = 0, limit = INT64_MAX;
    bool good = true;
    int error;

    for (int i = 0; good && i < count; i += 2) {
        if (strcmp(arguments[i], "--after") == 0 && i + 1 < count) {
            good = read_id(arguments[i + 1], &after);
        } else if (strcmp(arguments[i], "--limit") == 0 && i + 1 < count) {
            good = argument_number(arguments[i + 1], &limit) && limit <= INT64_MAX;
        } else {
            good = false;
        }
    }
    if (!good) {
        return mistake("list takes --after ID and --limit N");
    }
    error = queue_list(queue, after, limit, stdout);
    return error == 0 ? EX_OK : complain(error);
}

/* -- all that takes an id --------------------------------------------------------------------- */

static int show(struct queue *queue, uint64_t id, uint64_t *count)
{
    *count = 0;
    return queue_show(queue, id, stdout);
}

static int retry(struct queue *queue, uint64_t id, uint64_t *count)
{
    return queue_retry(queue, id, (uint64_t)time(NULL), count);
}

static const struct {
    const char *name;
    int (*act)(struct queue *queue, uint64_t id, uint64_t *count);
    bool changes; /* and can be done to all */
} commands[] = {
    {"show", show, false},          {"retry", retry, true},
    {"hold", queue_hold, true},     {"release", queue_release, true},
    {"delete", queue_delete, true},
};

static int act(struct queue *queue, size_t which, const char *argument)
{
    bool all = strcmp(argument, "all") == 0 && commands[which].changes;
    uint64_t id = 0, count = 0;
    int error;

    if (!all && !read_id(argument, &id)) {
        return mistake("an ID is what list shows, a hexadecimal number");
    }
    error = queue_start(queue);
    if (error == 0) {
        error = commands[which].act(queue, id, &count);
    }
    if (error == 0) {
        error = queue_commit(queue);
    }
    if (error != 0) {
        queue_roll_back(queue);
        return complain(error);
    }
    if (commands[which].changes) {
        printf("%s: %" PRIu64 " recipients\n", commands[which].name, count);
    }
    return EX_OK;
}

static int run(struct queue *queue, int count, char **arguments)
{
    if (strcmp(arguments[0], "list") == 0) {
        return list(queue, count - 1, arguments + 1);
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(arguments[0], commands[i].name) == 0) {
            return count == 2 ? act(queue, i, arguments[1]) : mistake("wanted is an ID, or all");
        }
    }
    return mistake("it knows list, show, retry, hold, release and delete");
}

/* What root made in the queue's folder would be in its server's way. */
static int become(const struct config *config)
{
    struct identity identity;
    int status = geteuid() == 0 ? identity_find(config, &identity) : 0;

    return status == 0 && geteuid() == 0 ? identity_become(&identity) : status;
}

int command_run(const struct config *config, int count, char **arguments)
{
    struct queue *queue;
    int status;

    if (count == 0) {
        return mistake("what is to be done with it?");
    }
    status = become(config);
    if (status == 0) {
        status = queue_open(&queue, config->queue, false);
    }
    if (status == 0) {
        status = run(queue, count, arguments);
        queue_close(queue);
    }
    return status;
}
