#include "send_body.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static int complain(const char *what, const char *path, int status)
{
    fprintf(stderr, "sansmtp-send: cannot %s %s: %s\n", what, path, strerror(errno));
    return status;
}

static ssize_t read_some(int file, uint8_t *out, size_t capacity)
{
    ssize_t length;

    do {
        length = read(file, out, capacity);
    } while (length < 0 && errno == EINTR);
    return length;
}

static int write_all(int file, const uint8_t *octets, size_t length)
{
    while (length > 0) {
        ssize_t done = write(file, octets, length);

        if (done < 0 && errno != EINTR) {
            return -1;
        }
        if (done > 0) {
            octets += done;
            length -= (size_t)done;
        }
    }
    return 0;
}

/* A file that has no name any more. */
static int temporary(void)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    int file;

    snprintf(path, sizeof path, "%s/sansmtp-send-XXXXXX", folder == NULL ? "/tmp" : folder);
    file = mkostemp(path, O_CLOEXEC);
    if (file >= 0) {
        unlink(path);
    }
    return file;
}

static int spool(struct body *body, const char *path)
{
    int file = temporary();
    ssize_t length = 0;

    if (file < 0) {
        return complain("make", "a temporary file", EX_CANTCREAT);
    }
    while ((length = read_some(body->file, body->piece, BODY_PIECE)) > 0) {
        if (write_all(file, body->piece, (size_t)length) != 0) {
            return complain("write", "a temporary file", EX_IOERR);
        }
    }
    if (length < 0) {
        return complain("read", path, EX_NOINPUT);
    }
    close(body->file);
    body->file = file;
    return lseek(file, 0, SEEK_SET) == 0 ? 0 : complain("read", "a temporary file", EX_IOERR);
}

static int look_through(struct body *body, const char *path)
{
    ssize_t length;

    while ((length = read_some(body->file, body->piece, BODY_PIECE)) > 0) {
        scan_octets(&body->scan, body->piece, (size_t)length);
    }
    return length == 0 ? 0 : complain("read", path, EX_NOINPUT);
}

int body_open(struct body *body, const char *path)
{
    bool is_input = strcmp(path, "-") == 0;
    int status = 0;

    body->piece = malloc(BODY_PIECE);
    if (body->piece == NULL) {
        return EX_OSERR;
    }
    body->file = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (body->file < 0) {
        return complain("read", path, EX_NOINPUT);
    }
    if (lseek(body->file, 0, SEEK_CUR) != 0) {
        status = spool(body, is_input ? "standard input" : path);
    }
    return status == 0 ? look_through(body, path) : status;
}

void body_rewind(struct body *body)
{
    body->at = 0;
}

long body_next(struct body *body, bool *last)
{
    uint64_t left = body->scan.octets - body->at;
    size_t length = left < BODY_PIECE ? (size_t)left : BODY_PIECE;
    size_t done = 0;

    while (done < length) {
        ssize_t more = pread(body->file, body->piece + done, length - done,
                             (off_t)(body->at + done));

        if (more == 0) {
            errno = 0;
        }
        if (more == 0 || (more < 0 && errno != EINTR)) {
            return -1;
        }
        done += more > 0 ? (size_t)more : 0;
    }
    body->at += length;
    *last = body->at == body->scan.octets;
    return (long)length;
}
