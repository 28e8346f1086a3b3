#ifndef SANSMTP_TEST_LEDGER_H
#define SANSMTP_TEST_LEDGER_H

/* What must hold in every session, whatever was said in it. Shared by the transcripts, the fuzzer
 * and whoever runs the server engine. */

#include <stdbool.h>

#include <sansmtp/server.h>

#include "text.h"

/* Every MAIL that was accepted is followed by exactly one of: END and its answer (LMTP: one for
 * each accepted recipient; PRDR: so too, and one for all), or RESET; body octets come between,
 * and only to somebody. */
struct ledger {
    bool lmtp;
    bool open;           /* MAIL was accepted, and neither END nor RESET came */
    bool ending;         /* END was asked */
    uint32_t recipients; /* accepted */
    uint32_t ended;      /* recipients of which END was asked */
    bool whole;          /* END was asked of the message as a whole: no more answers follow */
    const char *broken;  /* the first rule that was broken, or NULL */
};

void ledger_event(struct ledger *ledger, const struct sansmtp_event *event);
void ledger_answer(struct ledger *ledger, uint32_t type, bool positive);

/* The answer to MAIL was restart(). */
void ledger_restart(struct ledger *ledger, uint32_t recipients);

/* Every line is three digits, a space or a hyphen, text, CRLF; the lines of a reply have one code;
 * nothing is longer than longest (challenges apart). Returns NULL or what is wrong. */
const char *replies_check(const char *output, size_t length, size_t longest, bool utf8);

#endif
