#ifndef RELAY_ANSWER_H
#define RELAY_ANSWER_H

/* An answer of the DNS taken apart (RFC 1035 4.1). Whoever sent it may have written anything. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Kinds of records. */
#define RESOLVER_A     1
#define RESOLVER_CNAME 5
#define RESOLVER_PTR   12
#define RESOLVER_MX    15
#define RESOLVER_TXT   16
#define RESOLVER_AAAA  28
#define RESOLVER_TLSA  52

#define ANSWER_HEADER   12u   /* octets of an answer at least */
#define ANSWER_NAME_MAX 1025u /* of a name as ares_expand_name writes it: odd octets as \DDD */

struct answer {
    const uint8_t *message, *at, *end;
    uint32_t left; /* records */
};

/* Of its section of answers. */
struct answer_record {
    uint32_t kind;
    const uint8_t *data; /* in the message: names in it may point elsewhere */
    size_t length;
};

/* Begins. Returns false if what stands before the records is none. */
bool answer_begin(struct answer *answer, const uint8_t *message, size_t length);

/* Returns 1 and the next record of any kind, 0: that was all, or -1: it is no record. */
int answer_next(struct answer *answer, struct answer_record *record);

/* The next of this kind; what is none of any is passed over. */
bool answer_find(struct answer *answer, uint32_t kind, struct answer_record *record);

/* A name at this place. False: there is none. */
bool answer_name(const struct answer *answer, const uint8_t *at, char out[ANSWER_NAME_MAX]);

/* What the CNAMEs in it lead to, one after the other. False: there are none. */
bool answer_alias(const uint8_t *message, size_t length, char out[ANSWER_NAME_MAX]);

/* Can all of it be read, and what we read in records? The resolver hands out no others as FOUND. */
bool answer_is_sound(const uint8_t *message, size_t length);

#endif
