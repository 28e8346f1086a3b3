/* What the events of the client mean to its host: who has the message, who must get it again. */

#include <string.h>

#include "sender.h"
#include "store.h"

static void on_challenge(const struct sansmtp_event *event)
{
    if (event->text.length != 5 || memcmp(event->text.data, "PLAIN", 5) != 0 ||
        sansmtp_client_respond(sender.client, "\0joe\0secret", 11) != 0) {
        books_break(sender.books, "the challenge is not what PLAIN has");
    }
}

static void on_result(const struct sansmtp_event *event)
{
    uint32_t recipient = event->recipient;

    if (recipient != sender.results || recipient >= sender.given_count) {
        books_break(sender.books, "a result has not the number of its recipient");
        return;
    }
    sender.results++;
    if ((sender.script->flags & SCRIPT_CHECKPOINT) != 0) {
        noted_of(sender.message)->codes[recipient] = event->code;
    }
    if (event->code < 400) {
        if (event->number != sender.accepted_count) {
            books_break(sender.books, "the accepted are not counted right");
        }
        sender.accepted[sender.accepted_count++] = sender.given[recipient];
    }
    sender.later = sender.later ||
                   (!sender.sender_refused && event->code >= 400 && event->code < 500);
    /* To one whose sender was refused nothing is said but that: the outcome holds for all. */
    if (!sender.sender_refused) {
        books_result(sender.books, sender.message, sender.given[recipient], event->code);
    }
}

static enum fate fate_of_code(uint32_t code)
{
    if (code < 400) {
        return FATE_DELIVERED;
    }
    return code >= 500 ? FATE_REFUSED : FATE_LATER;
}

static void on_final(const struct sansmtp_event *event)
{
    if (event->number != sender.finals || sender.finals >= sender.accepted_count) {
        books_break(sender.books, "a final has not the number of its recipient");
        return;
    }
    sender.final_codes[sender.finals] = event->code;
    if ((sender.script->flags & SCRIPT_PRDR) == 0) {
        books_fate(sender.books, sender.message, sender.accepted[sender.finals],
                   fate_of_code(event->code));
    }
    sender.finals++;
}

/* A recipient has it if both its own answer and that for all are a yes; a no for good is one. */
static void settle_finals(enum fate all)
{
    for (uint32_t i = 0; i < sender.finals; i++) {
        bool own = sender.final_codes[i] >= 400 && all != FATE_REFUSED;

        books_fate(sender.books, sender.message, sender.accepted[i],
                   own ? fate_of_code(sender.final_codes[i]) : all);
    }
}

/* At a limit of the peer the others of this message go with the next; so do those who had not been
 * given when it broke off. */
static bool others_wait(enum fate fate)
{
    sender.next_recipient = 0;
    return ((sender.script->flags & SCRIPT_LIMITS) != 0 || sender.restarted) &&
           fate == FATE_DELIVERED && client_find_recipient();
}

static enum fate fate_of_outcome(uint32_t outcome)
{
    static const enum fate fates[] = {
        [SANSMTP_OUTCOME_DELIVERED] = FATE_DELIVERED,
        [SANSMTP_OUTCOME_REFUSED] = FATE_REFUSED,
        [SANSMTP_OUTCOME_LATER] = FATE_LATER,
        [SANSMTP_OUTCOME_UNCERTAIN] = FATE_UNCERTAIN,
    };

    return outcome < sizeof(fates) / sizeof(fates[0]) ? fates[outcome] : FATE_NONE;
}

/* A message that nobody was to get: nothing that is said behind that changes it. */
static void look_at_nobody(enum fate fate)
{
    if (sender.accepted_count != 0 || sender.results != sender.given_count) {
        return;
    }
    if (fate == FATE_DELIVERED || fate == FATE_UNCERTAIN) {
        books_break(sender.books, "delivered, or maybe, to nobody");
    }
    if (fate == FATE_REFUSED && sender.later) {
        books_break(sender.books, "a refusal for now becomes one for good");
    }
}

/* Those who have neither a refusal nor a FINAL of their own. */
static void on_outcome(const struct sansmtp_event *event)
{
    enum fate fate = fate_of_outcome(event->reason);
    bool lmtp = (sender.script->flags & SCRIPT_LMTP) != 0;

    if (!sender.begun || fate == FATE_NONE) {
        books_break(sender.books, "an outcome that nothing was submitted for");
        return;
    }
    if (event->taken != sender.given_count || event->answered != sender.results ||
        event->accepted != (sender.restarted ? 0 : sender.accepted_count)) {
        books_break(sender.books, "an outcome that does not count its recipients");
    }
    if (fate == FATE_UNCERTAIN && (!sender.last || sender.pending)) {
        books_break(sender.books, "uncertain, though the end of the message was never sent");
    }
    look_at_nobody(fate);
    if ((sender.script->flags & SCRIPT_PRDR) != 0) {
        settle_finals(fate);
    }
    for (uint32_t i = sender.finals; i < sender.accepted_count; i++) {
        if (lmtp && fate == FATE_DELIVERED) {
            books_break(sender.books, "delivered without a final");
        }
        books_fate(sender.books, sender.message, sender.accepted[i], fate);
    }
    for (uint32_t i = sender.sender_refused ? 0 : sender.results; i < sender.given_count; i++) {
        if (fate == FATE_DELIVERED) {
            books_break(sender.books, "delivered to one who was not answered");
        }
        books_fate(sender.books, sender.message, sender.given[i], fate);
    }
    /* What the peer has answered is settled; its name is used no more. */
    if (fate != FATE_UNCERTAIN && event->code != 0) {
        noted_rename(noted_of(sender.message));
    }
    sender.begun = false;
    sender.books->closed = true;
    sender.message += others_wait(fate) ? 0 : 1;
}

/* RFC 1845 4: who of the recipients was not answered may be there or not, so such a transaction is
 * left alone, and the message gets another name. */
static void on_restart(const struct sansmtp_event *event)
{
    struct noted *noted = noted_of(sender.message);

    sender.accepted_count = noted_accepted(noted, sender.accepted);
    if (sender.accepted_count == 0) {
        noted_rename(noted);
        sender.books->again = true;
        sansmtp_client_abort(sender.client);
        return;
    }
    if (event->number > sender.length ||
        (event->number > 0 && memcmp(sender.body + event->number - 2, "\r\n", 2) != 0)) {
        books_break(sender.books, "the peer has more of a message than there is, or half a line");
        return;
    }
    sender.restarted = true;
    sender.lent = (size_t)event->number;
}

static void on_sender(const struct sansmtp_event *event)
{
    sender.sender_refused = event->code >= 400;
    sender.later = event->code >= 400 && event->code < 500;
    if (!sender.sender_refused) {
        noted_forget(noted_of(sender.message));
    }
}

void client_event(const struct sansmtp_event *event)
{
    switch (event->type) {
    case SANSMTP_EVENT_CHALLENGE:
        on_challenge(event);
        break;
    case SANSMTP_EVENT_SENDER:
        on_sender(event);
        break;
    case SANSMTP_EVENT_RESTART:
        on_restart(event);
        break;
    case SANSMTP_EVENT_RESULT:
        on_result(event);
        break;
    case SANSMTP_EVENT_FINAL:
        on_final(event);
        break;
    case SANSMTP_EVENT_OUTCOME:
        on_outcome(event);
        break;
    case SANSMTP_EVENT_CLOSING:
        if (sender.begun) {
            books_break(sender.books, "closing, and a message has no outcome");
        }
        break;
    case SANSMTP_EVENT_INJECTION:
        books_break(sender.books, "an injection that nobody made");
        break;
    default:
        break;
    }
}
