#define _POSIX_C_SOURCE 200809L

#include "seed_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Long seeds make all that is made of them slow. */
enum { LONG_INPUT = 6000 };

static int write_file(const char *path, const void *octets, size_t length)
{
    FILE *file = fopen(path, "wb");
    size_t written = 0;

    if (file != NULL) {
        written = length > 0 ? fwrite(octets, 1, length, file) : 0;
        if (fclose(file) != 0) {
            file = NULL;
        }
    }
    if (file == NULL || written != length) {
        perror(path);
        return 1;
    }
    return 0;
}

static void make_folders(const char *folder)
{
    struct text parent = {0};
    const char *slash = strrchr(folder, '/');

    if (slash != NULL) {
        text_add(&parent, folder, (size_t)(slash - folder));
        mkdir(parent.data, 0777);
    }
    mkdir(folder, 0777);
    text_free(&parent);
}

static int write_seed(const char *folder, size_t number, const struct text *seed)
{
    struct text path = {0};
    int failed;

    text_print(&path, "%s/transcript-%03zu", folder, number);
    failed = write_file(path.data, seed->data, seed->length);
    text_free(&path);
    return failed;
}

int seeds_main(int count, char **arguments, const struct transcript_role *role,
               void (*add)(struct text *seed, const struct transcript *transcript))
{
    struct transcripts all = {0};
    struct text complaint = {0};
    int failed = 0;

    for (int i = 3; i < count; i++) {
        transcripts_read(&all, role, arguments[i], &complaint);
    }
    if (complaint.length > 0 || all.count == 0) {
        fprintf(stderr, "%s", complaint.length > 0 ? complaint.data : "no transcripts\n");
        return 1;
    }
    make_folders(arguments[1]);
    for (size_t i = 0; i < all.count && failed == 0; i++) {
        struct text seed = {0};

        if (all.cases[i]->input.length > LONG_INPUT) {
            continue;
        }
        add(&seed, all.cases[i]);
        failed = write_seed(arguments[1], i, &seed);
        text_free(&seed);
    }
    transcripts_free(&all);
    text_free(&complaint);
    return failed != 0 || write_file(arguments[2], NULL, 0) != 0;
}
