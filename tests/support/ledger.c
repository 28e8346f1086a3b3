#include "ledger.h"

#include <string.h>

static void demand(struct ledger *ledger, bool holds, const char *rule)
{
    if (!holds && ledger->broken == NULL)
        ledger->broken = rule;
}

static void end_asked(struct ledger *ledger, const struct sansmtp_event *event)
{
    demand(ledger, ledger->open, "END without a transaction");
    demand(ledger, ledger->recipients > 0, "END without a recipient");
    demand(ledger, ledger->ended < (ledger->lmtp ? ledger->recipients : 1), "END once too often");
    demand(ledger, event->recipient == (ledger->lmtp ? ledger->ended : SANSMTP_RECIPIENT_ALL),
           "END of the wrong recipient");
    ledger->ending = true;
    ledger->ended++;
}

void ledger_event(struct ledger *ledger, const struct sansmtp_event *event)
{
    if (event->type == SANSMTP_EVENT_MAIL)
        demand(ledger, !ledger->open, "MAIL within a transaction");
    if (event->type == SANSMTP_EVENT_RECIPIENT || event->type == SANSMTP_EVENT_DATA ||
        event->type == SANSMTP_EVENT_CHUNK)
        demand(ledger, ledger->open && !ledger->ending, "a question without a transaction");
    if (event->type == SANSMTP_EVENT_DATA || event->type == SANSMTP_EVENT_CHUNK)
        demand(ledger, ledger->recipients > 0, "DATA or CHUNK without a recipient");
    if (event->type == SANSMTP_EVENT_RECIPIENT)
        demand(ledger, event->recipient == ledger->recipients, "a recipient's wrong number");
    if (event->type == SANSMTP_EVENT_BODY) {
        demand(ledger, ledger->open && !ledger->ending, "a body without a transaction");
        demand(ledger, ledger->recipients > 0, "a body for nobody");
        demand(ledger, event->data.length > 0, "an empty body event");
    }
    if (event->type == SANSMTP_EVENT_END)
        end_asked(ledger, event);
    if (event->type == SANSMTP_EVENT_RESET) {
        demand(ledger, ledger->open, "RESET without a transaction");
        demand(ledger, !ledger->ending || ledger->lmtp, "RESET after END");
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
    }
    if (type == SANSMTP_EVENT_RECIPIENT && positive)
        ledger->recipients++;
    if (type == SANSMTP_EVENT_END && (!ledger->lmtp || ledger->ended == ledger->recipients)) {
        ledger->open = false;
        ledger->ending = false;
    }
}

static bool well_formed(const char *line, size_t length, bool utf8)
{
    if (length < 4 || line[0] < '2' || line[0] > '5' || line[1] < '0' || line[1] > '5' ||
        line[2] < '0' || line[2] > '9' || (line[3] != ' ' && line[3] != '-'))
        return false;
    for (size_t i = 4; i < length; i++) {
        uint8_t octet = (uint8_t)line[i];

        if (octet != '\t' && (octet < 0x20 || octet == 0x7f || (octet > 0x7f && !utf8)))
            return false;
    }
    return true;
}

static const char *line_check(const char *line, size_t length, size_t longest, bool utf8)
{
    if (length < 2 || line[length - 1] != '\n' || line[length - 2] != '\r')
        return "a reply line that does not end in CRLF";
    if (!well_formed(line, length - 2, utf8))
        return "a malformed reply line";
    if (length > longest && memcmp(line, "334", 3) != 0)
        return "a reply line that is too long";
    return NULL;
}

const char *replies_check(const char *output, size_t length, size_t longest, bool utf8)
{
    const char *before = NULL;

    while (length > 0) {
        const char *newline = memchr(output, '\n', length);
        size_t line = newline == NULL ? length : (size_t)(newline - output) + 1;
        const char *wrong = line_check(output, line, longest, utf8);

        if (wrong != NULL)
            return wrong;
        if (before != NULL && memcmp(before, output, 3) != 0)
            return "a reply whose lines have different codes";
        before = output[3] == '-' ? output : NULL;
        output += line;
        length -= line;
    }
    return before == NULL ? NULL : "a reply without its last line";
}
