#ifndef SANSMTP_TEST_STORE_H
#define SANSMTP_TEST_STORE_H

/* What the two hosts keep on their disks of transactions that have a name (RFC 1845): it outlives a
 * session. The receiving host writes down at once who is to get a message and that it has it, its
 * octets now and then; it starts anew between two sessions, and what was not written is gone. */

#include "books.h"

/* The receiving host's. */
struct kept {
    uint32_t attempt; /* of the name */
    bool known;
    bool done; /* the host has said yes to all of it: it says so again, and stores no more */
    uint32_t recipients[RECIPIENTS_KEPT], count;
    size_t octets, written;
};

/* The sending host's. */
struct noted {
    uint32_t attempt; /* the name that it has now; a new one once the old one is settled */
    uint32_t given[RECIPIENTS_KEPT], count;
    uint32_t codes[RECIPIENTS_KEPT]; /* what was said to their RCPTs; 0: nothing was heard */
};

/* How often a transaction went on: at all, behind its first octet, with all of it there. */
struct gone_on {
    unsigned long times, midway, done;
};
extern struct gone_on gone_on;

void stores_open(void);    /* nothing is known of any message */
void stores_restart(void); /* between two sessions */

/* The transaction of this name; NULL: it cannot go on. */
struct kept *kept_find(uint32_t message, uint32_t attempt);
struct kept *kept_begin(uint32_t message, uint32_t attempt);
void kept_recipient(struct kept *kept, uint32_t recipient);
void kept_octets(struct kept *kept, size_t length);
/* From which octet on it goes on: behind a CRLF. The books know it from there. */
size_t kept_resume(struct kept *kept, struct books *books);

struct noted *noted_of(uint32_t message);
/* A new transaction: under another name, or because the peer knows none of this. */
void noted_rename(struct noted *noted);
void noted_forget(struct noted *noted);
void noted_give(struct noted *noted, uint32_t recipient);
/* Who was accepted, and how many; 0: that is not known of all, so it must not go on. */
uint32_t noted_accepted(const struct noted *noted, uint32_t *recipients);

#endif
