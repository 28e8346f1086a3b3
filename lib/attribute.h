#ifndef SANSMTP_ATTRIBUTE_H
#define SANSMTP_ATTRIBUTE_H

/* The attributes of XCLIENT and XFORWARD: attributes.def as a table, and their grammar. */

#include <stdbool.h>

#include <sansmtp/wire.h>

enum {
#define ATTRIBUTE(name, verbs, form) SANSMTP_ATTRIBUTE_ROW_##name,
#include "attributes.def"
#undef ATTRIBUTE
    SANSMTP_ATTRIBUTES
};

/* The word of an attribute that the verb has; length 0: it has it not. */
struct sansmtp_span sansmtp_attribute_word(uint32_t attribute, uint32_t verb);

/* The number of the attribute that the word names, or SANSMTP_ATTRIBUTES. */
uint32_t sansmtp_attribute_find(const uint8_t *word, size_t length, uint32_t verb);

/* Is the whole argument of the verb well-formed: one or more of its attributes, each with a value
 * of its form? *named is the set of those that it names. */
bool sansmtp_attributes_valid(const uint8_t *octets, size_t length, uint32_t verb, uint32_t *named);

#endif
