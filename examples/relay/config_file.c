#include "config_file.h"

#include "config_option.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static int complain_line(const char *path, size_t line, const char *name, const char *wanted)
{
    fprintf(stderr, "sansmtp-relay: %s:%zu: %s wants %s\n", path, line, name, wanted);
    return EX_CONFIG;
}

/* Cuts white space off both ends. */
static char *trimmed(char *text)
{
    size_t length;

    text += strspn(text, " \t");
    length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL) {
        text[--length] = '\0';
    }
    return text;
}

/* text stays: values point into it. */
static int read_line(struct config *config, char *text, const char *path, size_t line)
{
    char *name = trimmed(text);
    size_t length = strcspn(name, " \t");
    const struct config_option *option = config_option_find(name, length);
    const char *wanted;

    if (name[0] == '\0' || name[0] == '#') {
        return -1;
    }
    if (option == NULL) {
        fprintf(stderr, "sansmtp-relay: %s:%zu: there is no option %s\n", path, line, name);
        return EX_CONFIG;
    }
    if (name[length] == '\0') {
        return complain_line(path, line, option->name, option->value);
    }
    wanted = config_option_read(option, config, trimmed(name + length));
    return wanted == NULL ? -1 : complain_line(path, line, option->name, wanted);
}

/* The file as it is, with a NUL behind it; NULL if it cannot be read or has a NUL in it. */
static char *whole_file(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t capacity = 0;
    int problem;

    if (file == NULL) {
        return NULL;
    }
    if (getdelim(&text, &capacity, '\0', file) < 0 && text != NULL) {
        text[0] = '\0'; /* there is nothing in it */
    }
    problem = fgetc(file) != EOF ? EINVAL : ferror(file) != 0 ? errno : 0;
    fclose(file);
    if (problem != 0) {
        free(text);
        text = NULL;
        errno = problem;
    }
    return text;
}

int config_file_read(struct config *config, const char *path)
{
    size_t line = 0;
    int status = -1;
    char *rest;

    config->text = whole_file(path);
    if (config->text == NULL) {
        fprintf(stderr, "sansmtp-relay: cannot read %s: %s\n", path, strerror(errno));
        return EX_NOINPUT;
    }
    rest = config->text;
    while (status < 0 && rest != NULL) {
        status = read_line(config, strsep(&rest, "\n"), path, ++line);
    }
    return status;
}
