#include "dialogue.h"

#include "safe_text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

int dialogue_open(struct dialogue *dialogue, const char *path)
{
    if (path == NULL) {
        return 0;
    }
    dialogue->out = strcmp(path, "-") == 0 ? stderr : fopen(path, "we");
    if (dialogue->out == NULL) {
        fprintf(stderr, "%s: cannot write the trace %s: %s\n", program_invocation_short_name, path,
                strerror(errno));
        return EX_CANTCREAT;
    }
    setvbuf(dialogue->out, NULL, _IOLBF, 0);
    return 0;
}

static void put_who(struct dialogue *dialogue, char who)
{
    if (dialogue->peer != NULL) {
        fprintf(dialogue->out, "to %s ", dialogue->peer);
    }
    fprintf(dialogue->out, "%c: ", who);
}

static void put_line(struct dialogue *dialogue, char who, const uint8_t *octets, size_t length)
{
    while (length > 0 && (octets[length - 1] == '\r' || octets[length - 1] == '\n')) {
        length--;
    }
    put_who(dialogue, who);
    put_safely(dialogue->out, octets, length);
    putc('\n', dialogue->out);
}

static void put_message(struct dialogue *dialogue)
{
    if (dialogue->message > 0) {
        put_who(dialogue, 'C');
        fprintf(dialogue->out, "(%" PRIu64 " octets of the message)\n", dialogue->message);
        dialogue->message = 0;
    }
}

void dialogue_received(struct dialogue *dialogue, const struct sansmtp_event *event)
{
    put_message(dialogue);
    put_line(dialogue, 'S', event->text.data, event->text.length);
}

void dialogue_commands(struct dialogue *dialogue, const uint8_t *octets, size_t length, bool secret)
{
    static const char hidden[] = "(hidden)";

    if (dialogue->out == NULL) {
        return;
    }
    put_message(dialogue);
    if (secret) {
        put_line(dialogue, 'C', (const uint8_t *)hidden, sizeof hidden - 1);
        return;
    }
    while (length > 0) {
        const uint8_t *newline = memchr(octets, '\n', length);
        size_t line = newline == NULL ? length : (size_t)(newline - octets) + 1;

        put_line(dialogue, 'C', octets, line);
        octets += line;
        length -= line;
    }
}

void dialogue_message(struct dialogue *dialogue, size_t length)
{
    if (dialogue->out != NULL) {
        dialogue->message += length;
    }
}
