#ifndef SANSMTP_CAPABILITY_H
#define SANSMTP_CAPABILITY_H

/* What a server offers: the lines of its reply to EHLO or LHLO, as a client reads them. */

#include <sansmtp/additions.h>
#include <sansmtp/client.h>

/* Adds what one line says to capabilities, which are all zero before the first line; text is all
 * that stands behind the code and its separator (which has no enhanced code, RFC 2034 4), and not
 * that of the first line, which names the host. mechanisms is the host's list, words separated by
 * one space, of which the first 32 count. A keyword that is not in extensions.def, or is no
 * keyword, adds nothing. */
void sansmtp_capability_read(const uint8_t *text, size_t length, const char *mechanisms,
                             size_t mechanisms_length, struct sansmtp_capabilities *capabilities);

/* The bit of the host's own extension that the line names; 0 if it names none. */
uint64_t sansmtp_capability_own(const uint8_t *text, size_t length,
                                const struct sansmtp_additions *additions);

#endif
