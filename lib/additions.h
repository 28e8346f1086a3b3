#ifndef SANSMTP_LIB_ADDITIONS_H
#define SANSMTP_LIB_ADDITIONS_H

/* The host's own keywords, parameters and verbs: what is found in them. additions may be NULL. */

#include <stdbool.h>

#include <sansmtp/additions.h>

enum { SANSMTP_OWN_FIRST = 48, SANSMTP_OWN_LAST = 62, SANSMTP_OWN_VERB_FIRST = 256 };

/* Is all of it as its header demands? */
bool sansmtp_additions_fit(const struct sansmtp_additions *additions);

/* The extensions that it names, as a set. */
uint64_t sansmtp_additions_extensions(const struct sansmtp_additions *additions);

/* Octets that those of the set add to the longest line of MAIL or RCPT. */
size_t sansmtp_additions_line(const struct sansmtp_additions *additions, uint64_t extensions,
                              uint32_t verb);

/* By keyword or by number, in any case of letters; NULL: there is none. */
const struct sansmtp_own_extension *sansmtp_own_extension(const struct sansmtp_additions *additions,
                                                          const uint8_t *keyword, size_t length);
const struct sansmtp_own_extension *
sansmtp_own_extension_row(const struct sansmtp_additions *additions, uint32_t number);
const struct sansmtp_own_parameter *sansmtp_own_parameter(const struct sansmtp_additions *additions,
                                                          const uint8_t *keyword, size_t length,
                                                          uint32_t verb);
const struct sansmtp_own_parameter *
sansmtp_own_parameter_row(const struct sansmtp_additions *additions, uint32_t number);
const struct sansmtp_own_verb *sansmtp_own_verb(const struct sansmtp_additions *additions,
                                                const uint8_t *word, size_t length);
const struct sansmtp_own_verb *sansmtp_own_verb_row(const struct sansmtp_additions *additions,
                                                    uint32_t number);

#endif
