#include "lines.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

char *lines_trimmed(char *line)
{
    size_t length;

    line += strspn(line, " \t");
    length = strlen(line);
    while (length > 0 && strchr(" \t\r\n", line[length - 1]) != NULL) {
        line[--length] = '\0';
    }
    return line;
}

static int complain(const char *path, size_t number, const char *wrong)
{
    fprintf(stderr, "sansmtp-relay: %s:%zu: %s\n", path, number, wrong);
    return EX_CONFIG;
}

static int complain_file(const char *path)
{
    fprintf(stderr, "sansmtp-relay: cannot read %s: %s\n", path, strerror(errno));
    return EX_NOINPUT;
}

static const char *take_line(char *text, size_t length, lines_take *take, void *user)
{
    bool nul = strlen(text) != length;
    char *line = lines_trimmed(text);

    if (nul) {
        return "a NUL is in it";
    }
    return line[0] == '\0' || line[0] == '#' ? NULL : take(user, line);
}

static int read_all(FILE *file, const char *path, lines_take *take, void *user)
{
    char *text = NULL;
    size_t capacity = 0, number = 0;
    ssize_t length;
    int status = 0;

    while (status == 0 && (length = getline(&text, &capacity, file)) > 0) {
        const char *wrong = take_line(text, (size_t)length, take, user);

        number++;
        status = wrong == NULL ? 0 : complain(path, number, wrong);
    }
    if (status == 0 && ferror(file) != 0) {
        status = complain_file(path);
    }
    free(text);
    return status;
}

int lines_read(const char *path, lines_take *take, void *user)
{
    FILE *file = fopen(path, "re");
    int status;

    if (file == NULL) {
        return complain_file(path);
    }
    status = read_all(file, path, take, user);
    fclose(file);
    return status;
}
