#include "logfile.h"

#include "../safe_text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define MODE  0640
#define FLAGS (O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) /* it may be a pipe */

/* -- the file --------------------------------------------------------------------------------- */

/* The mode is of a file that we make, whatever the umask; who made another knew why. */
static int make(const char *path, const struct identity *owner)
{
    int file = open(path, FLAGS | O_CREAT | O_EXCL, MODE);

    if (file >= 0 && (fchmod(file, MODE) != 0 || !identity_give(owner, file))) {
        close(file);
        return -1;
    }
    return file;
}

static int open_file(const char *path, const struct identity *owner)
{
    int file = open(path, FLAGS);

    if (file < 0 && errno == ENOENT) {
        file = make(path, owner);
    }
    return file < 0 && errno == EEXIST ? open(path, FLAGS) : file;
}

static int complain(const char *path)
{
    fprintf(stderr, "sansmtp-relay: cannot write the log %s: %s\n", path, strerror(errno));
    return EX_CANTCREAT;
}

int logfile_open(struct relay *relay, const struct identity *owner)
{
    const char *path = relay->config.log;
    int file;

    if (path == NULL) {
        return 0;
    }
    if (strcmp(path, "-") == 0) {
        relay->log = stderr;
    } else {
        file = open_file(path, owner);
        relay->log = file < 0 ? NULL : fdopen(file, "a");
    }
    if (relay->log == NULL) {
        return complain(path);
    }
    setvbuf(relay->log, NULL, _IOLBF, 0);
    return 0;
}

/* The stream stays, for many have it. */
void logfile_reopen(struct relay *relay)
{
    const char *path = relay->config.log;
    int file;

    if (relay->log == NULL || relay->log == stderr) {
        return;
    }
    file = open_file(path, NULL);
    if (file < 0 || dup3(file, fileno(relay->log), O_CLOEXEC) < 0) {
        complain(path);
        relay_log(relay, 0, "reload log: %s; the old one stays", strerror(errno));
    }
    if (file >= 0) {
        close(file);
    }
}

/* -- a line ----------------------------------------------------------------------------------- */

void relay_log(struct relay *relay, uint64_t id, const char *format, ...)
{
    time_t now = time(NULL);
    struct tm date;
    char text[32], line[2048];
    va_list arguments;

    if (relay->log == NULL) {
        return;
    }
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &date));
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    for (char *newline = line; (newline = strchr(newline, '\n')) != NULL;) {
        *newline = ' '; /* replies may have several lines */
    }
    fprintf(relay->log, "%s %013" PRIX64 " ", text, id);
    put_safely(relay->log, (const uint8_t *)line, strlen(line));
    putc('\n', relay->log);
}
