#include "queue_drop.h"

#include <time.h>

/* What a queue that is empty may keep: 8 MiB. */
#define FREE_LEAST 2048u

static uint64_t ask(struct queue *queue, enum statement which)
{
    struct sql sql = sql_begin(queue, which);
    uint64_t number = sql_row(&sql) ? sql_take(&sql) : 0;

    sql_end(&sql);
    return number;
}

/* Each of its rows is a page that is given back. */
static void run_all(struct queue *queue, enum statement which)
{
    struct sql sql = sql_begin(queue, which);

    while (sql_row(&sql)) {
        continue;
    }
}

/* The disk may have been full until now, and still be: once a second is enough. */
static void clear_unfinished(struct queue *queue)
{
    int64_t now = time(NULL);

    if (queue->unfinished != 0 && now != queue->tried) {
        queue->tried = now;
        drop_unfinished(queue);
    }
}

/* The file is as large as the most that was ever in it, unless somebody makes it smaller. It stays
 * at most twice what is in it, so that most of what comes finds room. */
bool queue_tidy(struct queue *queue)
{
    uint64_t empty;

    clear_unfinished(queue);
    empty = ask(queue, SQL_FREE_PAGES);
    if (empty >= FREE_LEAST && 2 * empty > ask(queue, SQL_PAGES)) {
        run_all(queue, SQL_SHRINK);
        queue->shrunk = true;
        return queue_outcome(queue) == 0 && ask(queue, SQL_FREE_PAGES) < empty;
    }
    if (queue->shrunk) { /* only then does the file have what the log has */
        run_all(queue, SQL_CHECKPOINT);
        queue->shrunk = false;
    }
    queue_outcome(queue);
    return false;
}
