#include "receive_store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define STORE_PATH_MAX (FOLDER_MAX + STORE_NAME_MAX + 8u) /* folder/new/name */

static int sync_folder(int at, const char *path)
{
    int folder = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = folder < 0 ? -1 : fsync(folder);
    int error = errno;

    if (folder >= 0) {
        close(folder);
    }
    errno = error;
    return result;
}

static int complain(const char *path)
{
    fprintf(stderr, "%s: cannot store mail in %s: %s\n", program_invocation_short_name, path,
            strerror(errno));
    return EX_CANTCREAT;
}

int store_open(struct store *store, const char *path, const char *hostname)
{
    bool made = mkdir(path, 0700) == 0;

    *store = (struct store){.directory = -1, .hostname = hostname};
    if (made || errno == EEXIST) {
        store->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (store->directory < 0 || faccessat(store->directory, ".", W_OK | X_OK, 0) != 0) {
        return complain(path);
    }
    /* A folder that the disk forgets would take with it all that was accepted. One that we did
     * not make may lie where we cannot look; whoever made it has seen to it. */
    if (sync_folder(store->directory, "..") != 0 && made) {
        return complain(path);
    }
    return 0;
}

/* -- beginning, on the loop ------------------------------------------------------------------- */

/* seconds.MmicrosecondsPpidQcount.hostname, as Maildirs have it; nothing in it but what is harmless
 * in a file name. */
void delivery_begin(struct delivery *delivery, struct store *store)
{
    struct timespec now;
    int length;

    *delivery = (struct delivery){.store = store, .file = -1};
    clock_gettime(CLOCK_REALTIME, &now);
    length = snprintf(delivery->name, sizeof delivery->name, "%jd.M%ldP%jdQ%" PRIu64 ".%.255s",
                      (intmax_t)now.tv_sec, now.tv_nsec / 1000, (intmax_t)getpid(), ++store->count,
                      store->hostname);
    for (int i = 0; i < length; i++) {
        if (delivery->name[i] == '/' || delivery->name[i] == ':') {
            delivery->name[i] = '_';
        }
    }
}

bool delivery_add(struct delivery *delivery, const char folder[FOLDER_MAX])
{
    if (delivery->count == delivery->folders_capacity) {
        size_t capacity = delivery->count == 0 ? 1 : 2 * (size_t)delivery->count;
        char *folders = realloc(delivery->folders, capacity * FOLDER_MAX);

        if (folders == NULL) {
            return false;
        }
        delivery->folders = folders;
        delivery->folders_capacity = capacity;
    }
    memcpy(delivery->folders + (size_t)delivery->count * FOLDER_MAX, folder, FOLDER_MAX);
    delivery->count++;
    return true;
}

static void fail(struct delivery *delivery, int error)
{
    if (delivery->error == 0) {
        delivery->error = error;
    }
}

void delivery_append(struct delivery *delivery, const void *octets, size_t length)
{
    if (delivery->error != 0 || length == 0) {
        return;
    }
    if (delivery->octets == NULL) {
        delivery->octets = malloc(DELIVERY_CAPACITY);
    }
    if (delivery->octets == NULL || length > DELIVERY_CAPACITY - delivery->fill) {
        fail(delivery, ENOMEM);
        return;
    }
    memcpy(delivery->octets + delivery->fill, octets, length);
    delivery->fill += length;
}

/* -- writing, on a thread --------------------------------------------------------------------- */

static const char *folder_at(const struct delivery *delivery, uint32_t index)
{
    return delivery->folders + (size_t)index * FOLDER_MAX;
}

static void path_in(char out[STORE_PATH_MAX], const char *folder, const char *part,
                    const char *name)
{
    snprintf(out, STORE_PATH_MAX, "%s/%s/%s", folder, part, name);
}

static int make(int at, const char *path)
{
    return mkdirat(at, path, 0700) == 0 || errno == EEXIST ? 0 : -1;
}

/* A folder that has its cur/ is whole and synced: it is made last, so that no delivery relies on
 * a folder that another thread has made and not synced yet. */
static int prepare_folder(int at, const char *folder)
{
    char new[STORE_PATH_MAX], tmp[STORE_PATH_MAX], cur[STORE_PATH_MAX];

    path_in(cur, folder, "cur", "");
    if (faccessat(at, cur, F_OK, 0) == 0) {
        return 0;
    }
    path_in(new, folder, "new", "");
    path_in(tmp, folder, "tmp", "");
    if (make(at, folder) != 0 || make(at, tmp) != 0 || make(at, new) != 0 ||
        sync_folder(at, folder) != 0 || sync_folder(at, ".") != 0) {
        return -1;
    }
    return make(at, cur);
}

static void open_file(struct delivery *delivery)
{
    char path[STORE_PATH_MAX];
    int at = delivery->store->directory;

    path_in(path, folder_at(delivery, 0), "tmp", delivery->name);
    if (prepare_folder(at, folder_at(delivery, 0)) == 0) {
        delivery->file = openat(at, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    }
    if (delivery->file < 0) {
        fail(delivery, errno);
        return;
    }
    delivery->exists = true;
}

void delivery_write(struct delivery *delivery)
{
    size_t done = 0;

    if (delivery->error == 0 && !delivery->exists) {
        open_file(delivery);
    }
    while (delivery->error == 0 && done < delivery->fill) {
        ssize_t written = write(delivery->file, delivery->octets + done, delivery->fill - done);

        if (written >= 0) {
            done += (size_t)written;
        } else if (errno != EINTR) {
            fail(delivery, errno);
        }
    }
    delivery->fill = 0;
}

static void sync_file(struct delivery *delivery)
{
    delivery_write(delivery);
    if (delivery->error == 0 && fsync(delivery->file) != 0) {
        fail(delivery, errno);
    }
    if (delivery->file >= 0 && close(delivery->file) != 0) {
        fail(delivery, errno);
    }
    delivery->file = -1;
    delivery->synced = delivery->error == 0;
}

/* Renames the file if it has but one recipient. A mailbox that was named twice gets one copy.
 * Returns 1 if it is in new/ now, 0 if it was before. */
static int move_or_link(struct delivery *delivery, const char *from, const char *to)
{
    int at = delivery->store->directory;

    if (delivery->count > 1) {
        return linkat(at, from, at, to, 0) == 0 ? 1 : errno == EEXIST ? 0 : -1;
    }
    if (renameat(at, from, at, to) != 0) {
        return -1;
    }
    delivery->exists = false;
    return 1;
}

static void withdraw_one(const struct delivery *delivery, const char *folder)
{
    char path[STORE_PATH_MAX];

    path_in(path, folder, "new", delivery->name);
    unlinkat(delivery->store->directory, path, 0);
}

/* Returns 0 or errno. What was published before stays, also where this mailbox is the same. */
static int publish_one(struct delivery *delivery, const char *folder)
{
    char from[STORE_PATH_MAX], to[STORE_PATH_MAX], new[STORE_PATH_MAX];
    int at = delivery->store->directory, moved, error;

    path_in(from, folder_at(delivery, 0), "tmp", delivery->name);
    path_in(to, folder, "new", delivery->name);
    path_in(new, folder, "new", "");
    if (prepare_folder(at, folder) != 0) {
        return errno;
    }
    moved = move_or_link(delivery, from, to);
    if (moved >= 0 && sync_folder(at, new) == 0) {
        return 0;
    }
    error = errno;
    if (moved > 0) {
        withdraw_one(delivery, folder);
    }
    return error;
}

bool delivery_skip(struct delivery *delivery, uint32_t index)
{
    if (delivery->skipped == NULL) {
        delivery->skipped = calloc(delivery->count, sizeof *delivery->skipped);
    }
    if (delivery->skipped != NULL) {
        delivery->skipped[index] = true;
    }
    return delivery->skipped != NULL;
}

static bool is_skipped(const struct delivery *delivery, uint32_t index)
{
    return delivery->skipped != NULL && delivery->skipped[index];
}

static void withdraw(struct delivery *delivery, uint32_t first, uint32_t end)
{
    while (end-- > first) {
        if (!is_skipped(delivery, end)) {
            withdraw_one(delivery, folder_at(delivery, end));
        }
    }
}

void delivery_publish(struct delivery *delivery, uint32_t first, uint32_t count)
{
    if (!delivery->synced) {
        sync_file(delivery);
    }
    delivery->outcome = delivery->error;
    for (uint32_t i = first; delivery->outcome == 0 && i < first + count; i++) {
        if (is_skipped(delivery, i)) {
            continue;
        }
        delivery->outcome = publish_one(delivery, folder_at(delivery, i));
        if (delivery->outcome != 0) {
            withdraw(delivery, first, i);
            return;
        }
    }
}

void delivery_end(struct delivery *delivery)
{
    char path[STORE_PATH_MAX];

    if (delivery->file >= 0) {
        close(delivery->file);
    }
    if (delivery->exists) {
        path_in(path, folder_at(delivery, 0), "tmp", delivery->name);
        unlinkat(delivery->store->directory, path, 0);
    }
    free(delivery->octets);
    free(delivery->folders);
    free(delivery->skipped);
}
