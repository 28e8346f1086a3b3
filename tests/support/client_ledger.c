#include "client_ledger.h"

#include <stddef.h>

static void demand(struct client_ledger *ledger, bool holds, const char *rule)
{
    if (!holds && ledger->broken == NULL) {
        ledger->broken = rule;
    }
}

void client_ledger_submitted(struct client_ledger *ledger)
{
    demand(ledger, !ledger->open && !ledger->closed, "a message is taken only where none is open");
    ledger->open = true;
    ledger->told = ledger->restarted = false;
    ledger->taken = ledger->results = ledger->accepted = ledger->finals = 0;
}

void client_ledger_recipient(struct client_ledger *ledger)
{
    demand(ledger, ledger->open, "a recipient belongs to a message");
    ledger->taken++;
}

static void sender(struct client_ledger *ledger)
{
    demand(ledger, ledger->open && !ledger->told && ledger->results == 0,
           "SENDER comes once, and first");
    ledger->told = true;
}

static void result(struct client_ledger *ledger, const struct sansmtp_event *event)
{
    bool accepted = (event->flags & SANSMTP_FLAG_ACCEPTED) != 0;

    demand(ledger, ledger->open && ledger->told, "RESULT comes after SENDER");
    demand(ledger, event->recipient == ledger->results++, "recipients are told in order");
    demand(ledger, ledger->results <= ledger->taken, "no RESULT without a recipient");
    demand(ledger, accepted == (event->code >= 200 && event->code < 300), "accepted is a 2yz");
    if (accepted) {
        demand(ledger, event->number == ledger->accepted++, "the accepted are numbered");
    }
}

static void final(struct client_ledger *ledger, const struct sansmtp_event *event)
{
    demand(ledger, ledger->open && (ledger->lmtp || ledger->prdr), "FINAL comes in LMTP or PRDR");
    demand(ledger, event->number == ledger->finals++, "finals are told in order");
    demand(ledger, ledger->finals <= ledger->accepted, "no FINAL without an accepted recipient");
}

/* RFC 1845: the peer has the sender, the recipients and so much of the message. */
static void restart(struct client_ledger *ledger)
{
    demand(ledger, ledger->open && !ledger->told && ledger->results == 0,
           "RESTART comes once, and first");
    ledger->told = ledger->restarted = true;
}

static void outcome(struct client_ledger *ledger, const struct sansmtp_event *event)
{
    bool delivered = event->reason == SANSMTP_OUTCOME_DELIVERED;

    demand(ledger, ledger->open, "an OUTCOME for each message, and one");
    ledger->open = false;
    demand(ledger, event->taken == ledger->taken, "OUTCOME counts the taken");
    demand(ledger, event->answered == ledger->results, "OUTCOME counts the answered");
    demand(ledger, event->accepted == ledger->accepted, "OUTCOME counts the accepted");
    demand(ledger,
           event->reason >= SANSMTP_OUTCOME_DELIVERED && event->reason <= SANSMTP_OUTCOME_UNCERTAIN,
           "an OUTCOME is one of four");
    demand(ledger, !delivered || ledger->accepted > 0 || ledger->restarted,
           "nothing is delivered to nobody");
    demand(ledger, !delivered || !ledger->lmtp || ledger->finals == ledger->accepted,
           "nothing is delivered before each FINAL came");
    demand(ledger, !delivered || event->code / 100 == 2, "a yes delivers, nothing else");
    demand(ledger, event->reason != SANSMTP_OUTCOME_UNCERTAIN || event->code == 0,
           "UNCERTAIN has no reply");
}

void client_ledger_event(struct client_ledger *ledger, const struct sansmtp_event *event)
{
    demand(ledger, !ledger->closed, "nothing follows CLOSING");
    if (event->type == SANSMTP_EVENT_SENDER) {
        sender(ledger);
    } else if (event->type == SANSMTP_EVENT_RESTART) {
        restart(ledger);
    } else if (event->type == SANSMTP_EVENT_RESULT) {
        result(ledger, event);
    } else if (event->type == SANSMTP_EVENT_FINAL) {
        final(ledger, event);
    } else if (event->type == SANSMTP_EVENT_OUTCOME) {
        outcome(ledger, event);
    } else if (event->type == SANSMTP_EVENT_CLOSING) {
        demand(ledger, !ledger->open, "the OUTCOME comes before CLOSING");
        ledger->closed = true;
    }
}
