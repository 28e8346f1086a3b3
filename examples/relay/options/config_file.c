#include "config_file.h"

#include "../../safe_text.h"
#include "config_option.h"
#include "lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

struct reader {
    struct config *config;
    const char *path;
    size_t line;
    size_t given[CONFIG_OPTION_COUNT]; /* in which line; 0: not yet */
};

/* -- complaints ------------------------------------------------------------------------------- */

static void say_where(const struct reader *reader)
{
    fprintf(stderr, "sansmtp-relay: %s:%zu: ", reader->path, reader->line);
}

static void put_text(const char *text)
{
    put_safely(stderr, (const uint8_t *)text, strlen(text));
}

static int complain(const struct reader *reader, const char *what)
{
    say_where(reader);
    fprintf(stderr, "%s\n", what);
    return EX_CONFIG;
}

static int no_option(const struct reader *reader, const char *name)
{
    say_where(reader);
    fputs("there is no option ", stderr);
    put_text(name);
    putc('\n', stderr);
    return EX_CONFIG;
}

static int bad_value(const struct reader *reader, const char *name, const char *wanted,
                     const char *found)
{
    say_where(reader);
    fprintf(stderr, "%s wants %s, not '", name, wanted);
    put_text(found);
    fputs("'\n", stderr);
    return EX_CONFIG;
}

static int no_value(const struct reader *reader, const struct config_option *option)
{
    say_where(reader);
    fprintf(stderr, "%s wants %s behind it\n", option->name, option->value);
    return EX_CONFIG;
}

static int given_before(const struct reader *reader, const char *name, size_t line)
{
    say_where(reader);
    fprintf(stderr, "%s can be given once, and line %zu has it\n", name, line);
    return EX_CONFIG;
}

/* -- a line ----------------------------------------------------------------------------------- */

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++) {
        if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7F) {
            return true;
        }
    }
    return false;
}

static bool has_comment(const char *text)
{
    const char *sign = text;

    while ((sign = strchr(sign, '#')) != NULL) {
        if (sign == text || sign[-1] == ' ' || sign[-1] == '\t') {
            return true;
        }
        sign++;
    }
    return false;
}

/* What other programs' files may have, and what would be a part of the value here. Returns what is
 * wanted instead, or NULL. */
static const char *foreign_in(const char *value)
{
    if (has_comment(value)) {
        return "a value with no comment behind it (a comment has a line of its own)";
    }
    if (value[0] == '=' || (value[0] == ':' && (value[1] == ' ' || value[1] == '\t'))) {
        return "its value with only a blank before it";
    }
    return value[0] == '"' || value[0] == '\'' ? "its value without quotes" : NULL;
}

static int read_option(struct reader *reader, const struct config_option *option, char *value)
{
    size_t *given = &reader->given[option - config_options];
    const char *wanted = foreign_in(value);

    if (*value == '\0') {
        return no_value(reader, option);
    }
    if (*given != 0 && !config_option_repeats(option)) {
        return given_before(reader, option->name, *given);
    }
    *given = reader->line;
    if (wanted == NULL) {
        wanted = config_option_read(option, reader->config, value);
    }
    return wanted == NULL ? -1 : bad_value(reader, option->name, wanted, value);
}

/* The text stays: values point into it. */
static int read_line(struct reader *reader, char *text)
{
    char *name = lines_trimmed(text), *value;
    const struct config_option *option;

    if (name[0] == '\0' || name[0] == '#') {
        return -1;
    }
    if (has_control(name)) {
        return complain(reader, "there is a control character");
    }
    value = name + strcspn(name, " \t");
    option = config_option_find(name, (size_t)(value - name));
    if (option == NULL) {
        *value = '\0';
        return no_option(reader, name);
    }
    return read_option(reader, option, lines_trimmed(value));
}

/* -- the file --------------------------------------------------------------------------------- */

/* The file up to its first NUL, and a NUL behind it; NULL: errno says why. */
static char *whole_file(const char *path, bool *has_nul)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t capacity = 0;
    ssize_t length;
    int error;

    if (file == NULL) {
        return NULL;
    }
    length = getdelim(&text, &capacity, '\0', file);
    error = length < 0 && feof(file) == 0 ? errno : 0;
    fclose(file);
    if (error != 0) {
        free(text);
        errno = error;
        return NULL;
    }
    if (length < 0 && text != NULL) {
        text[0] = '\0'; /* there is nothing in it */
    }
    *has_nul = length > 0 && text[length - 1] == '\0';
    return text;
}

static int complain_nul(struct reader *reader)
{
    reader->line = 1;
    for (const char *at = reader->config->text; *at != '\0'; at++) {
        reader->line += *at == '\n';
    }
    return complain(reader, "there is a NUL");
}

int config_file_read(struct config *config, const char *path)
{
    struct reader reader = {.config = config, .path = path};
    bool has_nul = false;
    int status = -1;
    char *rest;

    config->path = path;
    config->text = whole_file(path, &has_nul);
    if (config->text == NULL) {
        fprintf(stderr, "sansmtp-relay: cannot read %s: %s\n", path, strerror(errno));
        return EX_NOINPUT;
    }
    if (has_nul) {
        return complain_nul(&reader);
    }
    rest = config->text;
    while (status < 0 && rest != NULL) {
        reader.line++;
        status = read_line(&reader, strsep(&rest, "\n"));
    }
    return status;
}
