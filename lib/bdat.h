#ifndef SANSMTP_BDAT_H
#define SANSMTP_BDAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sansmtp_bdat_result {
    SANSMTP_BDAT_OK,
    SANSMTP_BDAT_MALFORMED, /* the size was read, the rest is bad: skip the chunk, then 501 */
    SANSMTP_BDAT_UNREADABLE /* nobody knows where the chunk ends: 501 and close */
};

/* Reads what stands after "BDAT ", trailing white space already removed: 1*DIGIT [SP "LAST"].
 * *size is 0 unless it was read; *last is true only with OK. */
enum sansmtp_bdat_result sansmtp_bdat_parse(const uint8_t *argument, size_t length, uint64_t *size,
                                            bool *last);

#endif
