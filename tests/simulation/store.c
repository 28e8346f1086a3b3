#include "store.h"

#include <string.h>

enum { PAGE = 32 }; /* so many octets are written at a time */

struct gone_on gone_on;

static struct kept kept_of[MESSAGES_MOST];
static struct noted notes[MESSAGES_MOST];

void stores_open(void)
{
    memset(kept_of, 0, sizeof(kept_of));
    memset(notes, 0, sizeof(notes));
}

void stores_restart(void)
{
    for (size_t m = 0; m < MESSAGES_MOST; m++) {
        kept_of[m].octets = kept_of[m].written;
    }
}

struct kept *kept_find(uint32_t message, uint32_t attempt)
{
    struct kept *kept = &kept_of[message];

    return kept->known && kept->attempt == attempt && kept->count > 0 ? kept : NULL;
}

struct kept *kept_begin(uint32_t message, uint32_t attempt)
{
    struct kept *kept = &kept_of[message];

    memset(kept, 0, sizeof(*kept));
    kept->known = true;
    kept->attempt = attempt;
    return kept;
}

void kept_recipient(struct kept *kept, uint32_t recipient)
{
    kept->recipients[kept->count++] = recipient;
}

void kept_octets(struct kept *kept, size_t length)
{
    kept->octets += length;
    kept->written = kept->octets / PAGE * PAGE;
}

size_t kept_resume(struct kept *kept, struct books *books)
{
    size_t offset = kept->done ? books->expected_length : kept->octets;

    while (offset > 0 && (offset < 2 || memcmp(books->expected + offset - 2, "\r\n", 2) != 0)) {
        offset--;
    }
    kept->octets = offset;
    books_resume(books, kept->recipients, kept->count, offset);
    gone_on.times++;
    gone_on.midway += offset > 0 && !kept->done;
    gone_on.done += kept->done;
    return offset;
}

struct noted *noted_of(uint32_t message)
{
    return &notes[message];
}

void noted_rename(struct noted *noted)
{
    noted->attempt++;
    noted->count = 0;
}

void noted_forget(struct noted *noted)
{
    noted->count = 0;
}

void noted_give(struct noted *noted, uint32_t recipient)
{
    noted->given[noted->count] = recipient;
    noted->codes[noted->count++] = 0;
}

uint32_t noted_accepted(const struct noted *noted, uint32_t *recipients)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < noted->count; i++) {
        if (noted->codes[i] == 0) {
            return 0;
        }
        if (noted->codes[i] < 400) {
            recipients[count++] = noted->given[i];
        }
    }
    return count;
}
