#ifndef SANSMTP_TEST_BOOKS_H
#define SANSMTP_TEST_BOOKS_H

/* The two sets of books: what the sending host was told, and what the receiving host did. Neither
 * side sees the other's; books_compare() does (RFC 5321 6.1, RFC 1047). Kept over several sessions,
 * so that a message which was not settled can be sent once more. */

#include "script.h"

/* What the sender believes of a recipient. */
enum fate { FATE_NONE, FATE_DELIVERED, FATE_REFUSED, FATE_LATER, FATE_UNCERTAIN };

struct books {
    const struct script *script;
    const char *broken; /* the first rule that was broken, or NULL */
    bool closed;        /* of each message that was begun the outcome is in */
    bool again;         /* the sender has stopped what it can do better in another session */

    uint8_t fate[MESSAGES_MOST][RECIPIENTS_MOST];
    bool doubted[MESSAGES_MOST][RECIPIENTS_MOST]; /* it was UNCERTAIN once */
    uint8_t stored[MESSAGES_MOST][RECIPIENTS_MOST];
    uint16_t said[MESSAGES_MOST][RECIPIENTS_MOST]; /* to its RCPT, in this session; 0: nothing */

    /* the receiver's message in hand */
    uint32_t message;
    uint32_t accepted[RECIPIENTS_MOST], accepted_count;
    const uint8_t *expected;
    size_t expected_length, octets;
    bool wrong;

    uint8_t bodies[MESSAGES_MOST][BODY_MOST];
    size_t bodies_length[MESSAGES_MOST];
};

struct tally {
    unsigned long lost;          /* delivered, and not stored */
    unsigned long falsely;       /* stored, and the sender was told that it is not */
    unsigned long without_doubt; /* stored twice, and the sender had no doubt */
    unsigned long delivered, uncertain, twice;
};

void books_open(struct books *books, const struct script *script);
void books_again(struct books *books); /* a new session begins */
void books_break(struct books *books, const char *rule);

/* The receiver's side. Addresses are what stands before the @. */
void books_mail(struct books *books, const void *local, size_t length);
void books_rcpt(struct books *books, const void *local, size_t length, uint32_t code);
void books_body(struct books *books, const void *octets, size_t length);
void books_reset(struct books *books);
/* The message in hand goes on: these are its recipients, and so many octets are there. */
void books_resume(struct books *books, const uint32_t *recipients, uint32_t count, size_t octets);
/* The host has stored the message: for all accepted recipients, or (LMTP) for this one of them. */
void books_store(struct books *books, uint32_t recipient);
#define EVERYONE UINT32_MAX

/* The number behind an m or an r. */
uint32_t books_number(struct books *books, const void *local, size_t length);

/* The sender's side. */
bool books_settled(const struct books *books, uint32_t message, uint32_t recipient);
void books_result(struct books *books, uint32_t message, uint32_t recipient, uint32_t code);
void books_fate(struct books *books, uint32_t message, uint32_t recipient, enum fate fate);

/* Compares; what is wrong is in books->broken. */
void books_compare(struct books *books, struct tally *tally);
/* After a session without fault: everybody has what the script says, and nothing is open. */
void books_expect(struct books *books, bool first);

#endif
