#include "receive_log.h"

#include "safe_text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

int log_open(struct receiver *receiver)
{
    const char *path = receiver->options.log;

    if (path == NULL) {
        return 0;
    }
    receiver->log = strcmp(path, "-") == 0 ? stderr : fopen(path, "ae");
    if (receiver->log == NULL) {
        fprintf(stderr, "%s: cannot write the log %s: %s\n", program_invocation_short_name, path,
                strerror(errno));
        return EX_CANTCREAT;
    }
    setvbuf(receiver->log, NULL, _IOLBF, 0);
    return 0;
}

/* Time, peer, verb. */
static void begin_line(struct connection *connection, const char *verb)
{
    time_t now = time(NULL);
    struct tm date;
    char text[32];

    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &date));
    fprintf(connection->receiver->log, "%s %s %s ", text, connection_peer(connection), verb);
}

void log_event(struct connection *connection, const char *verb, const char *verdict,
               uint64_t octets)
{
    FILE *log = connection->receiver->log;
    char word[32];

    if (log == NULL) {
        return;
    }
    snprintf(word, sizeof word, "%s", verdict);
    for (char *space = word; (space = strchr(space, ' ')) != NULL;) {
        *space = '-';
    }
    begin_line(connection, verb);
    fprintf(log, "%s %" PRIu64 "\n", word, octets);
}

static void put_value(FILE *log, const char *name, struct sansmtp_span value, const char *sign,
                      uint64_t number)
{
    fputs(name, log);
    if (value.length > 0) {
        putc('=', log);
        put_field(log, value.data, value.length);
    }
    fprintf(log, " %s%" PRIu64 "\n", sign, number);
}

void log_value(struct connection *connection, const char *verb, const char *name,
               struct sansmtp_span value)
{
    if (connection->receiver->log != NULL) {
        begin_line(connection, verb);
        put_value(connection->receiver->log, name, value, "", 0);
    }
}

void log_parameters(struct connection *connection, const struct sansmtp_event *event)
{
    FILE *log = connection->receiver->log;

    for (uint32_t id = SANSMTP_PARAMETER_SIZE + 1; log != NULL && id < 48; id++) {
        uint8_t text[SANSMTP_VALUE_LONGEST];
        struct sansmtp_parameter value = {
            .size = sizeof value, .text = text, .capacity = sizeof text};

        if (sansmtp_parameter_get(event, id, &value) == 1) {
            bool decoded = (value.flags & SANSMTP_VALUE_DECODED) != 0;
            struct sansmtp_span shown = {text, value.text_length};

            begin_line(connection, sansmtp_verb_name(event->verb));
            put_value(log, sansmtp_parameter_name(id), decoded ? shown : value.raw,
                      (value.flags & SANSMTP_VALUE_NEGATIVE) != 0 ? "-" : "", value.number);
        }
    }
}

void log_reply(struct connection *connection, const char *verb, uint32_t code, uint64_t octets)
{
    char text[16];

    if (connection->receiver->log != NULL) {
        snprintf(text, sizeof text, "%" PRIu32, code);
        log_event(connection, verb, text, octets);
    }
}

static void put_line(struct connection *connection, char who, const uint8_t *octets, size_t length)
{
    flockfile(stderr);
    fprintf(stderr, "%s %c: ", connection_peer(connection), who);
    put_safely(stderr, octets, length);
    putc_unlocked('\n', stderr);
    funlockfile(stderr);
}

static const uint8_t hidden[] = "(hidden)";

static size_t without_newline(const uint8_t *octets, size_t length)
{
    while (length > 0 && (octets[length - 1] == '\r' || octets[length - 1] == '\n')) {
        length--;
    }
    return length;
}

void log_received(struct connection *connection, const struct sansmtp_event *event)
{
    size_t length = without_newline(event->text.data, event->text.length);

    if ((event->flags & SANSMTP_FLAG_SECRET) != 0 && length == 0) {
        put_line(connection, 'C', hidden, sizeof hidden - 1);
    } else {
        put_line(connection, 'C', event->text.data, length);
    }
}

void log_sent(struct connection *connection, const uint8_t *octets, size_t length)
{
    if (!connection->receiver->options.trace || length == 0) {
        return;
    }
    if (sansmtp_server_secret(connection->engine) != 0) {
        put_line(connection, 'S', hidden, sizeof hidden - 1);
        return;
    }
    while (length > 0) {
        const uint8_t *newline = memchr(octets, '\n', length);
        size_t line = newline == NULL ? length : (size_t)(newline - octets) + 1;

        put_line(connection, 'S', octets, without_newline(octets, line));
        octets += line;
        length -= line;
    }
}

void log_bug(struct connection *connection, int error)
{
    fprintf(stderr, "%s: %s: the engine refused a call: %s\n", program_invocation_short_name,
            connection_peer(connection), sansmtp_error_name(error));
}
