#ifndef SANSMTP_CAPABILITY_H
#define SANSMTP_CAPABILITY_H

/* What a server offers: the lines of its reply to EHLO or LHLO, as a client reads them. */

#include <sansmtp/types.h>

/* All zero before the first line. */
struct sansmtp_capabilities {
    uint64_t extensions; /* SANSMTP_EXTENSION_... */
    uint64_t size;       /* the number behind SIZE; 0: none, or no limit */
    uint32_t mechanisms; /* bit i: the i-th word of the host's list is offered */
};

/* Adds what one line says; text is all that stands behind the code and its separator (which has no
 * enhanced code, RFC 2034 4), and not that of the first line, which names the host. mechanisms is
 * the host's list, words separated by one space, of which the first 32 count. A keyword that is not
 * in extensions.def, or is no keyword, adds nothing. */
void sansmtp_capability_read(const uint8_t *text, size_t length, const char *mechanisms,
                             size_t mechanisms_length, struct sansmtp_capabilities *capabilities);

#endif
