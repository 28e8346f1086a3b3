#ifndef SANSMTP_REPLY_LINE_H
#define SANSMTP_REPLY_LINE_H

/* One line of a reply, as a client reads it. */

#include <stdbool.h>

#include <sansmtp/types.h>

struct sansmtp_reply_line {
    uint32_t code;            /* 200 to 599 */
    uint32_t enhanced;        /* 5001001 is 5.1.1; 0 if there is none of the code's class */
    bool last;                /* no hyphen behind the code: the reply ends here */
    struct sansmtp_span text; /* what stands behind code and enhanced code, as received */
};

/* Reads a line without its CRLF. False, with nothing written, if it does not begin with three
 * digits, the first 2 to 5, and then a space, a hyphen or the end. text points into the line, at
 * its end if it is empty. */
bool sansmtp_reply_line_parse(const uint8_t *line, size_t length, struct sansmtp_reply_line *out);

#endif
