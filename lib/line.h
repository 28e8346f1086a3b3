#ifndef SANSMTP_LINE_H
#define SANSMTP_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The state of a line: 0 before its first octet. */
enum {
    SANSMTP_LINE_AFTER_CR = 1, /* the last octet was a CR */
    SANSMTP_LINE_BARE = 2,     /* a CR without LF or an LF without CR was seen */
    SANSMTP_LINE_NUL = 4       /* a NUL was seen */
};

/* Looks for the CRLF that ends a command line, over any cuts. Returns the octets that belong to the
 * line: through its LF if *complete, else all. The caller sets *state to 0 for the next line. */
size_t sansmtp_line_scan(const uint8_t *octets, size_t length, uint32_t *state, bool *complete);

#endif
