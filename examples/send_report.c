#include "send_report.h"

#include "safe_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define LARGE    (UINT64_C(1) << 20) /* octets: worth a progress line */
#define INTERVAL 100u                /* milliseconds between two of them */

static const struct {
    const char *word;
    int status;
} results[] = {
    [RESULT_OK] = {"ok", EX_OK},
    [RESULT_PERM] = {"perm", EX_UNAVAILABLE},
    [RESULT_TEMP] = {"temp", EX_TEMPFAIL},
    [RESULT_UNKNOWN] = {"unknown", EX_TEMPFAIL},
    [RESULT_PROTO] = {"proto", EX_PROTOCOL},
    [RESULT_REFUSED] = {"refused", EX_NOPERM},
};

bool report_begin(struct report *report, const char *const *addresses, size_t count, uint64_t size)
{
    *report = (struct report){.addresses = addresses, .count = count, .size = size};
    report->settled = calloc(count + 1, sizeof *report->settled);
    report->on_terminal = size >= LARGE && isatty(STDERR_FILENO);
    return report->settled != NULL;
}

/* -- fates ------------------------------------------------------------------------------------ */

struct fate fate_of(enum result result, const char *text)
{
    struct fate fate = {.result = result, .text = {(const uint8_t *)text, strlen(text)}};

    return fate;
}

struct fate fate_of_reply(const struct sansmtp_event *event)
{
    struct fate fate = {.code = event->code, .enhanced = event->enhanced, .text = event->text};

    fate.result = event->code < 400 ? RESULT_OK : event->code < 500 ? RESULT_TEMP : RESULT_PERM;
    return fate;
}

/* -- lines ------------------------------------------------------------------------------------ */

static void put_codes(const struct fate *fate)
{
    uint32_t detail = fate->enhanced;

    if (fate->code == 0) {
        fputs(" -", stdout);
    } else {
        printf(" %" PRIu32, fate->code);
    }
    if (detail == 0) {
        fputs(" -", stdout);
    } else {
        printf(" %" PRIu32 ".%" PRIu32 ".%" PRIu32, detail / 1000000, detail / 1000 % 1000,
               detail % 1000);
    }
}

/* The lines of a reply become one. */
static void put_text(struct sansmtp_span text)
{
    while (text.length > 0) {
        const uint8_t *feed = memchr(text.data, '\n', text.length);
        size_t length = feed == NULL ? text.length : (size_t)(feed - text.data);

        putchar(' ');
        put_safely(stdout, text.data, length);
        length += feed == NULL ? 0 : 1;
        text.data += length;
        text.length -= length;
    }
}

static void put_fate(struct report *report, const char *kind, const char *whose,
                     const struct fate *fate)
{
    if (fate->result > report->worst) {
        report->worst = fate->result;
    }
    report_progress_end(report);
    printf("%s <%s>", kind, whose);
    put_codes(fate);
    put_text(fate->text);
    putchar('\n');
    fflush(stdout);
}

void report_settle(struct report *report, size_t index, const struct fate *fate)
{
    if (!report->settled[index]) {
        report->settled[index] = true;
        put_fate(report, "RECIPIENT", report->addresses[index], fate);
    }
}

void report_command(struct report *report, const char *command, const struct fate *fate)
{
    put_fate(report, "COMMAND", command, fate);
}

int report_end(struct report *report)
{
    report_progress_end(report);
    printf("RESULT %s\n", results[report->worst].word);
    fflush(stdout);
    free(report->settled);
    return results[report->worst].status;
}

/* -- progress --------------------------------------------------------------------------------- */

void report_progress(struct report *report, uint64_t octets, uint64_t now)
{
    if (!report->on_terminal || now < report->shown + INTERVAL) {
        return;
    }
    report->shown = now;
    fprintf(stderr, "\r%3" PRIu64 " %% of %" PRIu64 " KiB sent ", octets * 100 / report->size,
            report->size / 1024);
    fflush(stderr);
}

void report_progress_end(struct report *report)
{
    if (report->on_terminal && report->shown > 0) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
        report->shown = 0;
    }
}
