#include "send_trace.h"

#include "safe_text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

int trace_open(struct trace *trace, const char *path)
{
    if (path == NULL) {
        return 0;
    }
    trace->out = strcmp(path, "-") == 0 ? stderr : fopen(path, "we");
    if (trace->out == NULL) {
        fprintf(stderr, "sansmtp-send: cannot write the trace %s: %s\n", path, strerror(errno));
        return EX_CANTCREAT;
    }
    setvbuf(trace->out, NULL, _IOLBF, 0);
    return 0;
}

static void put_line(struct trace *trace, char who, const uint8_t *octets, size_t length)
{
    while (length > 0 && (octets[length - 1] == '\r' || octets[length - 1] == '\n')) {
        length--;
    }
    fprintf(trace->out, "%c: ", who);
    put_safely(trace->out, octets, length);
    putc('\n', trace->out);
}

static void put_message(struct trace *trace)
{
    if (trace->message > 0) {
        fprintf(trace->out, "C: (%" PRIu64 " octets of the message)\n", trace->message);
        trace->message = 0;
    }
}

void trace_received(struct trace *trace, const struct sansmtp_event *event)
{
    put_message(trace);
    put_line(trace, 'S', event->text.data, event->text.length);
}

void trace_commands(struct trace *trace, const uint8_t *octets, size_t length, bool secret)
{
    static const char hidden[] = "(hidden)";

    if (trace->out == NULL) {
        return;
    }
    put_message(trace);
    if (secret) {
        put_line(trace, 'C', (const uint8_t *)hidden, sizeof hidden - 1);
        return;
    }
    while (length > 0) {
        const uint8_t *newline = memchr(octets, '\n', length);
        size_t line = newline == NULL ? length : (size_t)(newline - octets) + 1;

        put_line(trace, 'C', octets, line);
        octets += line;
        length -= line;
    }
}

void trace_message(struct trace *trace, size_t length)
{
    if (trace->out != NULL) {
        trace->message += length;
    }
}
