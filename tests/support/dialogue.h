#ifndef SANSMTP_TEST_DIALOGUE_H
#define SANSMTP_TEST_DIALOGUE_H

/* A server engine and a host that says yes to everything, for tests that look at one call. Input,
 * the engine's block and what is lent end at a guard page. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sansmtp/callbacks.h>

#include "ledger.h"
#include "text.h"

#define HOSTNAME "mx.example"

struct dialogue {
    struct sansmtp_server_options options;
    struct sansmtp_server *server;
    uint8_t *block;
    size_t block_length;
    uint8_t *input; /* the octets given last, at the guard page */
    size_t input_length;
    struct sansmtp_span in;               /* what the engine has not taken of them */
    const struct sansmtp_event *question; /* that is open, or NULL */
    uint32_t lines;     /* code of the lines that stand before the answer, 0: none */
    struct text events; /* all that came, one a line */
    struct text output; /* all that was drained */
    struct ledger ledger;
};

/* All extensions, clear-text AUTH too, small buffers. */
void dialogue_options(struct sansmtp_server_options *options);

/* Begins a session; options NULL: dialogue_options(). */
void dialogue_open(struct dialogue *dialogue, const struct sansmtp_server_options *options);
void dialogue_close(struct dialogue *dialogue);

/* Hands octets of the peer over, behind what is left; the engine does not see them yet. */
void dialogue_give(struct dialogue *dialogue, const void *octets, size_t length);
void dialogue_say(struct dialogue *dialogue, const char *text);

/* One event, noted; NULL: none. */
const struct sansmtp_event *dialogue_pull(struct dialogue *dialogue);

/* Notes what was asked and answered without dialogue_pull() or dialogue_yes(). */
void dialogue_note(struct dialogue *dialogue, const struct sansmtp_event *event);
void dialogue_answered(struct dialogue *dialogue, bool positive);

/* The word yes, for any question. */
uint32_t dialogue_yes_code(uint32_t question);
int dialogue_yes_to(struct sansmtp_server *server, const struct sansmtp_event *question,
                    uint32_t code);
void dialogue_yes(struct dialogue *dialogue);

void dialogue_drain(struct dialogue *dialogue);

/* Goes on, answering yes and draining, until this event came (a question is then open) or nothing
 * is left to do. NULL: it did not come. */
const struct sansmtp_event *dialogue_until(struct dialogue *dialogue, uint32_t type);

/* The peer says this, and all is done that it leads to. */
void dialogue_exchange(struct dialogue *dialogue, const char *text);

/* From a new session to where this event came. */
void dialogue_reach(struct dialogue *dialogue, const char *text, uint32_t type);

/* What was noted so far is forgotten. */
void dialogue_forget(struct dialogue *dialogue);

bool dialogue_sent(const struct dialogue *dialogue, const char *text);      /* output holds it */
bool dialogue_happened(const struct dialogue *dialogue, const char *words); /* events hold it */
void dialogue_expect(const struct dialogue *dialogue, const char *output);  /* output is just it */

/* Does the engine's block hold these octets anywhere? */
bool dialogue_holds(const struct dialogue *dialogue, const char *octets);

#define SAY_HELLO       "EHLO client.example\r\n"
#define SAY_MAIL        "MAIL FROM:<a@client.example>\r\n"
#define SAY_RECIPIENT   "RCPT TO:<b@mx.example>\r\n"
#define SAY_TRANSACTION SAY_HELLO SAY_MAIL SAY_RECIPIENT

#endif
