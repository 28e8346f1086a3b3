#include "ledger.h"

#include <string.h>

static void demand(struct ledger *ledger, bool holds, const char *rule)
{
    if (!holds && ledger->broken == NULL) {
        ledger->broken = rule;
    }
}

/* Is this END the message's last? In SMTP that is the one for all, in LMTP that of the last. */
static bool is_last(const struct ledger *ledger, const struct sansmtp_event *event)
{
    return ledger->lmtp ? ledger->ended + 1 == ledger->recipients
                        : event->recipient == SANSMTP_RECIPIENT_ALL;
}

/* Recipient by recipient, and then for all: PRDR. */
static void end_of_smtp(struct ledger *ledger, const struct sansmtp_event *event)
{
    bool all = event->recipient == SANSMTP_RECIPIENT_ALL;

    demand(ledger, all || ledger->recipients > 1, "END of the one recipient");
    demand(ledger, all || event->recipient == ledger->ended, "END of the wrong recipient");
    demand(ledger, !all || ledger->ended == 0 || ledger->ended == ledger->recipients,
           "END of all before END of each");
}

static void end_asked(struct ledger *ledger, const struct sansmtp_event *event)
{
    demand(ledger, ledger->open, "END without a transaction");
    demand(ledger, ledger->recipients > 0, "END without a recipient");
    demand(ledger, !ledger->whole, "END once too often");
    demand(ledger, !ledger->lmtp || event->recipient == ledger->ended,
           "END of the wrong recipient");
    if (!ledger->lmtp) {
        end_of_smtp(ledger, event);
    }
    ledger->whole = is_last(ledger, event);
    demand(ledger, ledger->whole == ((event->flags & SANSMTP_FLAG_LAST) != 0),
           "FLAG_LAST that is not so");
    ledger->ending = true;
    ledger->ended++;
}

void ledger_event(struct ledger *ledger, const struct sansmtp_event *event)
{
    if (event->type == SANSMTP_EVENT_MAIL) {
        demand(ledger, !ledger->open, "MAIL within a transaction");
    }
    if (event->type == SANSMTP_EVENT_RECIPIENT || event->type == SANSMTP_EVENT_DATA ||
        event->type == SANSMTP_EVENT_CHUNK || event->type == SANSMTP_EVENT_BURL) {
        demand(ledger, ledger->open && !ledger->ending, "a question without a transaction");
    }
    if (event->type == SANSMTP_EVENT_DATA || event->type == SANSMTP_EVENT_CHUNK ||
        event->type == SANSMTP_EVENT_BURL) {
        demand(ledger, ledger->recipients > 0, "DATA, CHUNK or BURL without a recipient");
    }
    if (event->type == SANSMTP_EVENT_RECIPIENT) {
        demand(ledger, event->recipient == ledger->recipients, "a recipient's wrong number");
    }
    if (event->type == SANSMTP_EVENT_BODY) {
        demand(ledger, ledger->open && !ledger->ending, "a body without a transaction");
        demand(ledger, ledger->recipients > 0, "a body for nobody");
        demand(ledger, event->data.length > 0, "an empty body event");
    }
    if (event->type == SANSMTP_EVENT_END) {
        end_asked(ledger, event);
    }
    if (event->type == SANSMTP_EVENT_RESET) {
        demand(ledger, ledger->open, "RESET without a transaction");
        demand(ledger, !ledger->whole || ledger->lmtp, "RESET after END");
        ledger->open = false;
    }
}

void ledger_answer(struct ledger *ledger, uint32_t type, bool positive)
{
    if (type == SANSMTP_EVENT_MAIL && positive) {
        ledger->open = true;
        ledger->ending = false;
        ledger->recipients = 0;
        ledger->ended = 0;
        ledger->whole = false;
    }
    if (type == SANSMTP_EVENT_RECIPIENT && positive) {
        ledger->recipients++;
    }
    if (type == SANSMTP_EVENT_END && ledger->whole) {
        ledger->open = false;
        ledger->ending = false;
    }
}

void ledger_restart(struct ledger *ledger, uint32_t recipients)
{
    ledger->recipients = recipients;
}

static bool well_formed(const char *line, size_t length, bool utf8)
{
    if (length < 4 || line[0] < '2' || line[0] > '5' || line[1] < '0' || line[1] > '5' ||
        line[2] < '0' || line[2] > '9' || (line[3] != ' ' && line[3] != '-')) {
        return false;
    }
    for (size_t i = 4; i < length; i++) {
        uint8_t octet = (uint8_t)line[i];

        if (octet != '\t' && (octet < 0x20 || octet == 0x7f || (octet > 0x7f && !utf8))) {
            return false;
        }
    }
    return true;
}

static const char *line_check(const char *line, size_t length, size_t longest, bool utf8)
{
    if (length < 2 || line[length - 1] != '\n' || line[length - 2] != '\r') {
        return "a reply line that does not end in CRLF";
    }
    if (!well_formed(line, length - 2, utf8)) {
        return "a malformed reply line";
    }
    if (length > longest && memcmp(line, "334", 3) != 0) {
        return "a reply line that is too long";
    }
    return NULL;
}

const char *replies_check(const char *output, size_t length, size_t longest, bool utf8)
{
    const char *before = NULL;

    while (length > 0) {
        const char *newline = memchr(output, '\n', length);
        size_t line = newline == NULL ? length : (size_t)(newline - output) + 1;
        const char *wrong = line_check(output, line, longest, utf8);

        if (wrong != NULL) {
            return wrong;
        }
        if (before != NULL && memcmp(before, output, 3) != 0) {
            return "a reply whose lines have different codes";
        }
        before = output[3] == '-' ? output : NULL;
        output += line;
        length -= line;
    }
    return before == NULL ? NULL : "a reply without its last line";
}
