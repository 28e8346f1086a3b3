/*
 * Reports of any strings. Eight octets choose flags and numbers; the rest is cut at its 0xFE octets
 * into the strings of a report and of one recipient, and the message. What comes out holds no CR,
 * LF or NUL alone, no line over 998 octets, no octet over 127 unless the report says so, as many
 * delimiters as it has parts, and is the same whatever memory the steps had.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sansmtp/dsn.h>

#define HOLDS(condition) ((condition) ? (void)0 : abort())

enum { WRITTEN = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *data;
    size_t size;
};

struct written {
    char *octets;
    size_t length;
    size_t capacity; /* of a step, if that is enough */
    uint64_t needs;
};

static struct sansmtp_span next_string(struct input *input)
{
    const uint8_t *end = input->size > 0 ? memchr(input->data, 0xFE, input->size) : NULL;
    size_t length = end ? (size_t)(end - input->data) : input->size;
    struct sansmtp_span string = {length > 0 ? input->data : NULL, length};

    if (input->size > 0) {
        input->data += length + (end != NULL);
        input->size -= length + (end != NULL);
    }
    return string;
}

static struct sansmtp_span or_else(struct sansmtp_span string, const char *text)
{
    return string.length > 0 ? string : (struct sansmtp_span){(const uint8_t *)text, strlen(text)};
}

static void read_report(struct input *input, const uint8_t choice[8],
                        struct sansmtp_dsn_report *report)
{
    report->size = sizeof(*report);
    report->flags = choice[0] & 127;
    report->actions = choice[1] & 31;
    report->ret = choice[2] % 3;
    report->limit = choice[2] >> 4;
    report->seconds = 1770087906;
    report->arrival = choice[3];
    report->sender = or_else(next_string(input), "<a@b.example>");
    report->boundary = or_else(next_string(input), "=_b");
    report->reporting_mta = or_else(next_string(input), "mx.example");
    report->from = next_string(input);
    report->message_id = next_string(input);
    report->subject = next_string(input);
    report->in_reply_to = next_string(input);
    report->envelope_id = next_string(input);
    report->received_from = next_string(input);
}

static void read_fate(struct input *input, const uint8_t choice[8], struct sansmtp_dsn_fate *fate)
{
    static const uint32_t codes[] = {0, 250, 450, 550, 551};

    fate->size = sizeof(*fate);
    fate->action = 1u << choice[4] % 5;
    fate->code = codes[choice[5] % 5];
    fate->enhanced = choice[6] > 127 ? fate->code / 100 * 1000000 + choice[6] * 37u : 0;
    fate->will_retry_until = choice[7] > 127 && fate->action == SANSMTP_DSN_DELAYED ? 1 : 0;
    fate->path = or_else(next_string(input), "c@d.example");
    fate->text = next_string(input);
    fate->original = next_string(input);
    fate->remote_mta = next_string(input);
    fate->log_id = next_string(input);
}

/* A step, again with what it needs if that is more than it had. */
#define STEP(written, call)                                                     \
    do {                                                                        \
        char *out = malloc((written)->capacity + 1);                            \
        size_t capacity = (written)->capacity, length = 0;                      \
        int error = (call);                                                     \
        if (error == SANSMTP_ERR_ROOM) {                                        \
            HOLDS(length > capacity && length < WRITTEN);                       \
            capacity = length;                                                  \
            free(out);                                                          \
            out = malloc(capacity);                                             \
            error = (call);                                                     \
            HOLDS(error != SANSMTP_ERR_ROOM);                                   \
        }                                                                       \
        if (error == 0) {                                                       \
            HOLDS(length <= capacity && (written)->length + length <= WRITTEN); \
            memcpy((written)->octets + (written)->length, out, length);         \
            (written)->length += length;                                        \
        }                                                                       \
        free(out);                                                              \
        if (error != 0) {                                                       \
            return error;                                                       \
        }                                                                       \
    } while (0)

static int write_report(const struct sansmtp_dsn_report *report,
                        const struct sansmtp_dsn_fate *fate, struct sansmtp_span text,
                        struct sansmtp_span message, struct written *written)
{
    struct sansmtp_dsn dsn = {.size = sizeof(dsn)};

    STEP(written, sansmtp_dsn_begin(&dsn, report, out, capacity, &length));
    if (text.length > 0) {
        STEP(written,
             sansmtp_dsn_text(&dsn, (const char *)text.data, text.length, out, capacity, &length));
    }
    STEP(written, sansmtp_dsn_explain(&dsn, fate, out, capacity, &length));
    STEP(written, sansmtp_dsn_recipient(&dsn, fate, out, capacity, &length));
    do {
        STEP(written, sansmtp_dsn_original(&dsn, &message, out, capacity, &length));
    } while (message.length > 0);
    STEP(written, sansmtp_dsn_end(&dsn, out, capacity, &length));
    written->needs = sansmtp_dsn_needs(&dsn);
    return 0;
}

static bool begins_part(const uint8_t *line, size_t length, struct sansmtp_span boundary)
{
    return length >= boundary.length + 2 && line[0] == '-' && line[1] == '-' &&
           memcmp(line + 2, boundary.data, boundary.length) == 0;
}

static void look(const struct written *written, const struct sansmtp_dsn_report *report)
{
    const uint8_t *rest = (const uint8_t *)written->octets;
    const uint8_t *end = rest + written->length;
    unsigned parts = 0;

    HOLDS(memchr(rest, '\0', written->length) == NULL);
    while (rest < end) {
        const uint8_t *newline = memchr(rest, '\n', (size_t)(end - rest));
        size_t length;

        HOLDS(newline != NULL && newline > rest && newline[-1] == '\r');
        length = (size_t)(newline - rest) - 1;
        HOLDS(length <= 998 && (length == 0 || memchr(rest, '\r', length) == NULL));
        parts += begins_part(rest, length, report->boundary);
        for (size_t i = 0; i < length && !(written->needs & SANSMTP_EXTENSION_8BITMIME); i++) {
            HOLDS(rest[i] < 128);
        }
        rest = newline + 1;
    }
    HOLDS(parts == 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sansmtp_dsn_scanned scanned = {.size = sizeof(scanned)};
    struct sansmtp_dsn_report report = {0};
    struct sansmtp_dsn_fate fate = {0};
    static char octets[2][WRITTEN];
    struct written once = {.octets = octets[0], .capacity = 0};
    struct written again = {.octets = octets[1], .capacity = 4096};
    struct input input = {data, size};
    struct sansmtp_span text, message;

    if (size >= 8 && size < 20000) {
        input = (struct input){data + 8, size - 8};
        read_report(&input, data, &report);
        read_fate(&input, data, &fate);
        text = next_string(&input);
        message = (struct sansmtp_span){input.data, input.size};
        scanned.boundary = report.boundary;
        if (sansmtp_dsn_scan(&scanned, message.data, message.length) == 0) {
            int error;

            report.returned = &scanned;
            error = write_report(&report, &fate, text, message, &once);
            HOLDS(write_report(&report, &fate, text, message, &again) == error);
            HOLDS(once.length == again.length &&
                  memcmp(once.octets, again.octets, once.length) == 0);
            if (error == 0) {
                look(&once, &report);
            }
        }
    }
    return 0;
}
