#ifndef SEND_REPORT_H
#define SEND_REPORT_H

/*
 * What became of each recipient, a line on standard output as soon as it is known, and of all: the
 * last line. On a terminal, how far a large message is.
 */

#include <sansmtp/sansmtp.h>
#include <stdbool.h>

/* The better first: the result of all is the worst of each. */
enum result {
    RESULT_OK,
    RESULT_PERM,
    RESULT_TEMP,
    RESULT_UNKNOWN, /* all was sent, no answer came */
    RESULT_PROTO,   /* the server makes no sense */
    RESULT_REFUSED  /* nothing can be sent to it */
};

struct fate {
    enum result result;
    uint32_t code, enhanced;  /* 0: none */
    struct sansmtp_span text; /* the peer's, or ours */
};

struct report {
    const char *const *addresses;
    bool *settled;
    size_t count;
    enum result worst;
    uint64_t size; /* of the message */
    uint64_t shown;
    bool on_terminal;
};

/* addresses are borrowed. False: no memory. */
bool report_begin(struct report *report, const char *const *addresses, size_t count, uint64_t size);

/* That is what became of this recipient, unless it is known already. */
void report_settle(struct report *report, size_t index, const struct fate *fate);

/* What the server said to a command. */
void report_command(struct report *report, const char *command, const struct fate *fate);

/* So many octets of the message are gone, at this time in milliseconds. */
void report_progress(struct report *report, uint64_t octets, uint64_t now);

/* Takes the progress off the terminal. */
void report_progress_end(struct report *report);

/* The last line. Returns the exit status. */
int report_end(struct report *report);

/* A reply as its text and what it means for a recipient. */
struct fate fate_of_reply(const struct sansmtp_event *event);

/* One without a reply. */
struct fate fate_of(enum result result, const char *text);

#endif
