#ifndef SANSMTP_CLASS_H
#define SANSMTP_CLASS_H

/* What an octet may be in the grammar of a command, as a set of bits: one look at a table where the
 * rules are many, and one loop for all that is "as many as there are of these". */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SANSMTP_CLASS_LET_DIG 0x01u /* a letter or digit */
#define SANSMTP_CLASS_LDH     0x02u /* those, or a hyphen: labels, tags, keywords */
#define SANSMTP_CLASS_ATEXT   0x04u /* atoms (RFC 5322 3.2.3) */
#define SANSMTP_CLASS_QTEXT   0x08u /* in quotes, without a backslash (RFC 5321 4.1.2) */
#define SANSMTP_CLASS_CONTENT 0x10u /* dcontent of a literal (RFC 5321 4.1.3) */
#define SANSMTP_CLASS_VALUE   0x20u /* esmtp-value (RFC 5321 4.1.2) */
#define SANSMTP_CLASS_XCHAR   0x40u /* stands for itself in xtext (RFC 3461 4) */
#define SANSMTP_CLASS_HIGH    0x80u /* above 127: part of a UTF-8 character, if well-formed */

extern const uint8_t sansmtp_class_table[256];

static inline bool sansmtp_class_is(uint8_t octet, uint32_t classes)
{
    return (sansmtp_class_table[octet] & classes) != 0;
}

/* How many octets at the front are of the classes. */
static inline size_t sansmtp_class_span(const uint8_t *octets, size_t length, uint32_t classes)
{
    size_t end = 0;

    while (end < length && sansmtp_class_is(octets[end], classes)) {
        end++;
    }
    return end;
}

/* RFC 6531 3.3: what UTF-8 adds to atext, qtext, labels and values. */
static inline uint32_t sansmtp_class_with(uint32_t classes, bool utf8)
{
    return utf8 ? classes | SANSMTP_CLASS_HIGH : classes;
}

#endif
