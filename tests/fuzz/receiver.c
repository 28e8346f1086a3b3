#include "receiver.h"

#include <stdlib.h>
#include <string.h>

#include "eventlog.h"

bool receiver_begin(struct receiver *receiver)
{
    size_t need = sansmtp_server_memory(&receiver->options);

    text_clear(&receiver->content);
    receiver->block = malloc(need);
    receiver->ledger.lmtp = (receiver->options.flags & SANSMTP_SERVER_LMTP) != 0;
    return receiver->block != NULL &&
           sansmtp_server_init(&receiver->server, receiver->block, need, &receiver->options) == 0;
}

void receiver_end(struct receiver *receiver)
{
    free(receiver->block);
    text_free(&receiver->content);
    text_free(&receiver->log);
}

void receiver_event(struct receiver *receiver, const struct sansmtp_event *event)
{
    event_print(&receiver->log, event);
    text_print(&receiver->log, "\n");
    ledger_event(&receiver->ledger, event);
    if (event->type == SANSMTP_EVENT_BODY) {
        text_add(&receiver->content, event->data.data, event->data.length);
    } else if (event_is_question(event->type)) {
        receiver->question = event;
    }
}

static bool say(struct receiver *receiver, uint32_t code)
{
    return sansmtp_server_reply(receiver->server, code, 0, "so says the host", 16) == 0;
}

/* Sets whether the answer was a yes; false: there is none. */
static bool answer(struct receiver *receiver, uint8_t what, uint8_t which, bool *yes)
{
    static const uint32_t codes[] = {450, 550, 451, 552, 452, 554, 421, 250, 503, 251};
    uint32_t type = receiver->question->type, code = codes[which % 10];

    *yes = false;
    if (what % 8 == 7 && say(receiver, code)) {
        *yes = code < 400;
        return true;
    }
    if (what % 8 == 6 && sansmtp_server_fail(receiver->server) == 0) {
        return true;
    }
    if (what % 8 == 5 && sansmtp_server_challenge(receiver->server, "who", 3) == 0) {
        return true;
    }
    if ((what % 8 != 4 || what < 128) && sansmtp_server_accept(receiver->server) == 0) {
        *yes = true;
        return true;
    }
    *yes = type != SANSMTP_EVENT_RECIPIENT && type != SANSMTP_EVENT_END;
    return sansmtp_server_decline(receiver->server) == 0;
}

static void keep(struct receiver *receiver, uint32_t number)
{
    receiver->kept++;
    receiver->kept_of[number < RECEIVER_KEPT ? number : 0] = true;
}

bool receiver_answer(struct receiver *receiver, uint8_t what, uint8_t code)
{
    uint32_t type = receiver->question->type, number = receiver->question->recipient;
    bool yes, answered = answer(receiver, what, code, &yes);

    text_print(&receiver->log, "%s\n", yes ? "yes" : "no");
    receiver->question = NULL;
    ledger_answer(&receiver->ledger, type, yes);
    if (type == SANSMTP_EVENT_END && yes) {
        keep(receiver, receiver->ledger.lmtp ? number : 0);
    } else if (type == SANSMTP_EVENT_MAIL) {
        text_clear(&receiver->content);
    }
    return answered;
}

void receiver_forget(struct receiver *receiver)
{
    receiver->kept = 0;
    memset(receiver->kept_of, 0, sizeof receiver->kept_of);
}
