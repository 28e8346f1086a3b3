#define _DEFAULT_SOURCE

#include "guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* The octets in front of the guard page: whole pages that hold length, at least one. */
static size_t room_for(size_t length)
{
    size_t page = page_size();

    return length == 0 ? page : (length + page - 1) / page * page;
}

static void give_up(const char *what)
{
    perror(what);
    abort();
}

uint8_t *guard_alloc(size_t length)
{
    size_t room = room_for(length);
    uint8_t *pages = mmap(NULL, room + page_size(), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED) {
        give_up("guard: mmap");
    }
    if (mprotect(pages + room, page_size(), PROT_NONE) != 0) {
        give_up("guard: mprotect");
    }
    return pages + room - length;
}

uint8_t *guard_copy(const void *octets, size_t length)
{
    uint8_t *copy = guard_alloc(length);

    if (length > 0) {
        memcpy(copy, octets, length);
    }
    return copy;
}

void guard_free(uint8_t *copy, size_t length)
{
    size_t room = room_for(length);

    if (copy != NULL && munmap(copy + length - room, room + page_size()) != 0) {
        give_up("guard: munmap");
    }
}
