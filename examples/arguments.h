#ifndef ARGUMENTS_H
#define ARGUMENTS_H

/* Values of options that both programs take. */

#include <stdbool.h>
#include <stdint.h>

/* A decimal number and nothing else. */
bool argument_number(const char *text, uint64_t *number);

/* HOST:PORT, an IPv6 address in brackets; text is cut in two. Returns NULL, or, with text as it
 * was, what is wanted instead. */
const char *argument_endpoint(char *text, const char **host, const char **port);

#endif
