#define _POSIX_C_SOURCE 200809L

#include "seed_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

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

void seed_folders(const char *folder)
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

int seed_write(const char *folder, size_t number, const struct text *seed)
{
    struct text path = {0};
    int failed;

    text_print(&path, "%s/seed-%03zu", folder, number);
    failed = write_file(path.data, seed->data, seed->length);
    text_free(&path);
    return failed;
}

int seed_stamp(const char *path)
{
    return write_file(path, NULL, 0);
}
