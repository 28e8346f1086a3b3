#include "receive_store.h"

#include "receive_sweep.h"

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

/* Nothing in it but what is harmless in a file name. */
static void make_harmless(char *name)
{
    for (; *name != '\0'; name++) {
        if (*name == '/' || *name == ':') {
            *name = '_';
        }
    }
}

/* seconds.MmicrosecondsPpidQcount.hostname, as Maildirs have it; receive_sweep.c knows it so. */
void delivery_begin(struct delivery *delivery, struct store *store)
{
    struct timespec now;

    *delivery = (struct delivery){.store = store, .file = -1};
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(delivery->name, sizeof delivery->name, "%jd.M%ldP%jdQ%" PRIu64 ".%.255s",
             (intmax_t)now.tv_sec, now.tv_nsec / 1000, (intmax_t)getpid(), ++store->count,
             store->hostname);
    make_harmless(delivery->name);
}

void delivery_publish_as(struct delivery *delivery, uint64_t seconds, uint64_t id)
{
    snprintf(delivery->mark, sizeof delivery->mark, "%" PRIu64 ".R%013" PRIx64 ".%.255s", seconds,
             id, delivery->store->hostname);
    make_harmless(delivery->mark);
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

static bool has(int at, const char *folder, const char *part)
{
    char path[STORE_PATH_MAX];

    path_in(path, folder, part, "");
    return faccessat(at, path, F_OK, 0) == 0;
}

/* A folder that has its cur/ is whole and synced: it is made last, so that no delivery relies on
 * a folder that another thread has made and not synced yet. What somebody has removed since is made
 * again. */
static int prepare_folder(int at, const char *folder)
{
    char new[STORE_PATH_MAX], tmp[STORE_PATH_MAX], cur[STORE_PATH_MAX];

    if (has(at, folder, "cur") && has(at, folder, "new") && has(at, folder, "tmp")) {
        return 0;
    }
    path_in(cur, folder, "cur", "");
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

/* What is there already is this message, or else nothing of ours to touch. */
static int is_there(int at, const char *from, const char *to)
{
    struct stat ours, theirs;

    if (fstatat(at, from, &ours, 0) != 0 || fstatat(at, to, &theirs, 0) != 0) {
        return -1;
    }
    errno = EEXIST;
    return S_ISREG(theirs.st_mode) && theirs.st_size == ours.st_size ? 0 : -1;
}

/* Renames the file if it has but one recipient, and a name of its own. A mailbox that was named
 * twice gets one copy. Returns 1 if it is in new/ now, 0 if it was before. */
static int move_or_link(struct delivery *delivery, const char *from, const char *to)
{
    int at = delivery->store->directory;

    if (delivery->count > 1 || delivery->mark[0] != '\0') {
        return linkat(at, from, at, to, 0) == 0 ? 1 : errno == EEXIST ? is_there(at, from, to) : -1;
    }
    if (renameat(at, from, at, to) != 0) {
        return -1;
    }
    delivery->exists = false;
    return 1;
}

static const char *name_in_new(const struct delivery *delivery)
{
    return delivery->mark[0] != '\0' ? delivery->mark : delivery->name;
}

/* Returns false if it is not there any more: somebody has read it. */
static bool withdraw_one(const struct delivery *delivery, const char *folder)
{
    char path[STORE_PATH_MAX];

    path_in(path, folder, "new", name_in_new(delivery));
    return unlinkat(delivery->store->directory, path, 0) == 0 || errno != ENOENT;
}

/* Returns 0 or errno. What was published before stays, also where this mailbox is the same; and
 * what was read before it could be taken back has arrived. */
static int publish_one(struct delivery *delivery, const char *folder)
{
    char from[STORE_PATH_MAX], to[STORE_PATH_MAX], new[STORE_PATH_MAX];
    int at = delivery->store->directory, moved, error;

    path_in(from, folder_at(delivery, 0), "tmp", delivery->name);
    path_in(to, folder, "new", name_in_new(delivery));
    path_in(new, folder, "new", "");
    if (prepare_folder(at, folder) != 0) {
        return errno;
    }
    sweep(at, folder, delivery->store->hostname);
    moved = move_or_link(delivery, from, to);
    if (moved >= 0 && sync_folder(at, new) == 0) {
        return 0;
    }
    error = errno;
    if (moved > 0 && !withdraw_one(delivery, folder)) {
        return 0;
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
