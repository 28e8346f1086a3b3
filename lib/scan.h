#ifndef SANSMTP_SCAN_H
#define SANSMTP_SCAN_H

/* Pure searches over octets, by vectors: the only loops that see every octet of a message. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SANSMTP_SCAN_BARE = 1, /* stop at a CR without LF and at an LF without CR */
    SANSMTP_SCAN_NUL = 2   /* stop at a NUL */
};

/* The offset of the first octet of mail text that needs a decision, or length if none does:
 *   the CR of CRLF ".", and a CR so near the end that what it begins cannot be seen;
 *   what the bits of `also` name; the first octet is taken to stand behind something not a CR. */
size_t sansmtp_scan_text(const uint8_t *octets, size_t length, uint32_t also);

/* The offset of the first CR, LF or NUL, or length. */
size_t sansmtp_scan_line(const uint8_t *octets, size_t length);

/* Is there an octet over 127? */
bool sansmtp_scan_eight_bit(const uint8_t *octets, size_t length);

#endif
