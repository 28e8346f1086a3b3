#ifndef SANSMTP_TEST_GUARD_H
#define SANSMTP_TEST_GUARD_H

/* Memory whose last octet is followed by an inaccessible page, so that reading or writing one octet
 * too far ends the test at once, in every build. Aborts if the system gives no memory.
 *
 * A length of 0 is allowed: the pointer is then the guard page itself, and must not be followed.
 * The start is not aligned (it is the end that is): pass lengths that are a multiple of the
 * alignment where a type needs one. */

#include <stddef.h>
#include <stdint.h>

uint8_t *guard_alloc(size_t length); /* zeroed */
uint8_t *guard_copy(const void *octets, size_t length);
void guard_free(uint8_t *copy, size_t length);

#endif
