#ifndef SANSMTP_FUZZ_CLIENT_WORDS_H
#define SANSMTP_FUZZ_CLIENT_WORDS_H

/* What the extensions add to the words of a client's host, good and bad, as random says. All
 * that is pointed to is constant. */

#include <sansmtp/client.h>

void client_words_envelope(struct sansmtp_envelope *envelope, uint32_t random);
void client_words_recipient(struct sansmtp_recipient *recipient, uint32_t random);
const char *client_words_command(uint32_t random);
const char *client_words_url(uint32_t random);
/* What a peer may say; the CRLF of the last line is left out. */
const char *client_words_reply(uint32_t random);
void client_words_capabilities(struct sansmtp_capabilities *capabilities, uint32_t random);

#endif
