#ifndef SANSMTP_TEST_CLIENT_DIALOGUE_H
#define SANSMTP_TEST_CLIENT_DIALOGUE_H

/* A client engine and its peer, for tests that look at one call. Input and the engine's block end
 * at a guard page. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sansmtp/callbacks.h>

#include "client_ledger.h"
#include "text.h"

struct client_dialogue {
    struct sansmtp_client_options options;
    struct sansmtp_client *client;
    uint8_t *block;
    size_t block_length;
    struct text events; /* all that came, one a line */
    struct text output; /* all that was drained */
    struct client_ledger ledger;
};

/* TLS not asked for, PLAIN and CRAM-MD5 where they are offered, in clear too. */
void client_dialogue_options(struct sansmtp_client_options *options);

void client_dialogue_open(struct client_dialogue *dialogue,
                          const struct sansmtp_client_options *options);
void client_dialogue_close(struct client_dialogue *dialogue);

/* The peer says this: handed in whole, all events taken. Nothing is drained. */
void client_dialogue_say(struct client_dialogue *dialogue, const char *text);

/* All events that there are without more of the peer. */
void client_dialogue_pull(struct client_dialogue *dialogue);

void client_dialogue_drain(struct client_dialogue *dialogue);
size_t client_dialogue_pending(const struct client_dialogue *dialogue);

/* Intents that must be taken; those with an answer in mind go straight to the engine. */
void client_dialogue_submit(struct client_dialogue *dialogue);
void client_dialogue_recipient(struct client_dialogue *dialogue);
void client_dialogue_end(struct client_dialogue *dialogue);
void client_dialogue_body(struct client_dialogue *dialogue, const char *text, int last);

bool client_dialogue_happened(const struct client_dialogue *dialogue, const char *words);

/* What is good anywhere: s@c.example, r@mx.example. */
extern const struct sansmtp_envelope client_dialogue_envelope;
extern const struct sansmtp_recipient client_dialogue_mailbox;

#endif
