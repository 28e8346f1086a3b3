#include "books.h"

#include <string.h>

void books_open(struct books *books, const struct script *script)
{
    for (uint32_t m = 0; m < script->messages; m++) {
        memset(books->fate[m], 0, script->recipients * sizeof(books->fate[m][0]));
        memset(books->doubted[m], 0, script->recipients * sizeof(books->doubted[m][0]));
        memset(books->stored[m], 0, script->recipients * sizeof(books->stored[m][0]));
        if (books->script != script) {
            books->bodies_length[m] = script_stored(script, m, books->bodies[m]);
        }
    }
    books->script = script;
    books->broken = NULL;
    books_again(books);
}

void books_again(struct books *books)
{
    for (uint32_t m = 0; m < books->script->messages; m++) {
        memset(books->said[m], 0, books->script->recipients * sizeof(books->said[m][0]));
    }
    books->again = false;
    books_reset(books);
}

void books_break(struct books *books, const char *rule)
{
    books->broken = books->broken != NULL ? books->broken : rule;
}

uint32_t books_number(struct books *books, const void *local, size_t length)
{
    const uint8_t *octets = local;
    uint32_t number = 0;

    if (length < 2 || length > 5 || (octets[0] != 'm' && octets[0] != 'r')) {
        books_break(books, "an address is not what was given");
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        number = number * 10 + (uint32_t)(octets[i] - '0');
    }
    if (number >= (octets[0] == 'm' ? books->script->messages : books->script->recipients)) {
        books_break(books, "an address is not what was given");
        return 0;
    }
    return number;
}

void books_reset(struct books *books)
{
    books->accepted_count = 0;
    books->octets = 0;
    books->wrong = false;
}

void books_mail(struct books *books, const void *local, size_t length)
{
    books_reset(books);
    books->message = books_number(books, local, length);
    books->expected = books->bodies[books->message];
    books->expected_length = books->bodies_length[books->message];
}

void books_resume(struct books *books, const uint32_t *recipients, uint32_t count, size_t octets)
{
    memcpy(books->accepted, recipients, count * sizeof(*recipients));
    books->accepted_count = count;
    books->octets = octets;
}

void books_rcpt(struct books *books, const void *local, size_t length, uint32_t code)
{
    uint32_t recipient = books_number(books, local, length);

    if (books->said[books->message][recipient] != 0) {
        books_break(books, "a recipient was given twice");
    }
    books->said[books->message][recipient] = (uint16_t)code;
    if (code < 400) {
        books->accepted[books->accepted_count++] = recipient;
    }
}

void books_body(struct books *books, const void *octets, size_t length)
{
    if (length > books->expected_length - books->octets ||
        memcmp(books->expected + books->octets, octets, length) != 0) {
        books->wrong = true;
        return;
    }
    books->octets += length;
}

void books_store(struct books *books, uint32_t recipient)
{
    if (books->wrong || books->octets != books->expected_length) {
        books_break(books, "what was stored is not what was sent");
    }
    if (books->accepted_count == 0) {
        books_break(books, "stored for nobody");
    }
    if (recipient != EVERYONE) {
        books->stored[books->message][books->accepted[recipient]]++;
        return;
    }
    for (uint32_t i = 0; i < books->accepted_count; i++) {
        books->stored[books->message][books->accepted[i]]++;
    }
}

bool books_settled(const struct books *books, uint32_t message, uint32_t recipient)
{
    uint8_t fate = books->fate[message][recipient];

    return fate == FATE_DELIVERED || fate == FATE_REFUSED;
}

void books_result(struct books *books, uint32_t message, uint32_t recipient, uint32_t code)
{
    uint16_t said = books->said[message][recipient];

    /* What the receiving host was not asked can only be a no. */
    if (said != 0 ? code != said : code < 400) {
        books_break(books, "a recipient's result is not what the receiver said");
    }
    if (code >= 400) {
        books_fate(books, message, recipient, code >= 500 ? FATE_REFUSED : FATE_LATER);
    }
}

void books_fate(struct books *books, uint32_t message, uint32_t recipient, enum fate fate)
{
    books->fate[message][recipient] = (uint8_t)fate;
    books->doubted[message][recipient] |= fate == FATE_UNCERTAIN;
}

static void compare(struct books *books, uint32_t message, uint32_t recipient, struct tally *tally)
{
    uint8_t fate = books->fate[message][recipient];
    uint8_t stored = books->stored[message][recipient];
    bool doubted = books->doubted[message][recipient];
    bool named = (books->script->flags & SCRIPT_CHECKPOINT) != 0;

    tally->lost += fate == FATE_DELIVERED && stored == 0;
    tally->falsely += fate != FATE_DELIVERED && stored != 0 && !doubted;
    tally->without_doubt += stored > (doubted && !named ? 2 : 1);
    tally->delivered += fate == FATE_DELIVERED;
    tally->uncertain += doubted;
    tally->twice += stored > 1;
    if (script_receives(books->script, message, recipient) != 'y' && stored != 0) {
        books_break(books, "stored for one who was refused");
    }
}

void books_compare(struct books *books, struct tally *tally)
{
    for (uint32_t m = 0; m < books->script->messages; m++) {
        for (uint32_t r = 0; r < books->script->recipients; r++) {
            compare(books, m, r, tally);
        }
    }
    if (tally->lost + tally->falsely + tally->without_doubt != 0) {
        books_break(books, "lost, or stored behind the sender's back");
    }
}

static bool has(const struct script *script, uint32_t message, char what)
{
    for (uint32_t r = 0; r < script->recipients; r++) {
        if (script_receives(script, message, r) == what) {
            return true;
        }
    }
    return false;
}

static enum fate fate_of(char said)
{
    if (said == 'y') {
        return FATE_DELIVERED;
    }
    return said == 'n' ? FATE_REFUSED : FATE_LATER;
}

static enum fate expected(const struct script *script, uint32_t message, uint32_t recipient)
{
    char received = script_receives(script, message, recipient);

    if ((script->flags & SCRIPT_ALL_OR_NONE) != 0 && has(script, message, 'n')) {
        return FATE_REFUSED;
    }
    return fate_of(received == 'y' ? script_stores(script, message, recipient) : received);
}

/* Behind "too many" recipients are not even given: what is left of them is the sender's to submit
 * again. In a second session the others of their message are not there any more. */
void books_expect(struct books *books, bool first)
{
    const struct script *script = books->script;

    for (uint32_t m = 0; m < script->messages; m++) {
        for (uint32_t r = 0; r < script->recipients; r++) {
            uint8_t fate = books->fate[m][r];

            if (fate == expected(script, m, r) ||
                (has(script, m, 'l') && (fate == FATE_LATER || fate == FATE_NONE)) ||
                (!first && (script->flags & SCRIPT_ALL_OR_NONE) != 0 && has(script, m, 'n'))) {
                continue;
            }
            books_break(books, "in the end somebody's fate is not what the script says");
        }
    }
}
