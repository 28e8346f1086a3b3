#include "lane.h"

#include <string.h>

/* RFC 3030 2: only BDAT carries a CR or an LF alone. Where the host has no BINARYMIME, the message
 * is normalised or bounced, never sent as it is. */
bool envelope_is_bare(const struct consignment *consignment)
{
    const struct queue_envelope *envelope = &consignment->batch->envelope;

    return (envelope->flags & QUEUE_BARE) != 0 && envelope->body != SANSMTP_BODY_BINARYMIME &&
           consignment->relay->config.bare_newline == BARE_NORMALISE;
}

static uint32_t body_of(const struct consignment *consignment, uint64_t extensions)
{
    const struct queue_envelope *envelope = &consignment->batch->envelope;
    const uint64_t binary = SANSMTP_EXTENSION_BINARYMIME | SANSMTP_EXTENSION_CHUNKING;

    if (envelope->body == SANSMTP_BODY_BINARYMIME) {
        return SANSMTP_BODY_BINARYMIME;
    }
    if ((envelope->flags & QUEUE_BARE) != 0 &&
        ((extensions & binary) == binary ||
         consignment->relay->config.bare_newline == BARE_BOUNCE)) {
        return SANSMTP_BODY_BINARYMIME; /* a host that has it not is refused by the engine */
    }
    /* RFC 6531 3.1: who offers SMTPUTF8 offers 8BITMIME; of one that has neither, tell the former. */
    if ((envelope->flags & QUEUE_UTF8) != 0 && (extensions & SANSMTP_EXTENSION_8BITMIME) == 0) {
        return 0;
    }
    return (envelope->flags & QUEUE_EIGHT_BIT) != 0 ? SANSMTP_BODY_8BITMIME : 0;
}

static const char *chars(const uint8_t *octets)
{
    return (const char *)octets;
}

/* RFC 6531 3.2: a domain "in A-label form is not considered to be internationalized"; and where no
 * octet of the message is over 127 and no local part is in UTF-8, there is nothing else that would
 * be. */
static bool goes_plainly(const struct consignment *consignment, uint64_t extensions)
{
    const struct queue_batch *batch = consignment->batch;
    uint8_t mailbox[IDNA_PATH_MAX];
    bool plain = batch->envelope.sender.length == 0 ||
                 idna_mailbox(batch->envelope.sender, mailbox) > 0;

    if ((batch->envelope.flags & QUEUE_UTF8) == 0 ||
        (batch->envelope.flags & QUEUE_EIGHT_BIT) != 0 ||
        (extensions & SANSMTP_EXTENSION_SMTPUTF8) != 0) {
        return false;
    }
    for (size_t i = 0; plain && i < batch->count; i++) {
        plain = !consignment->wanted[i] || idna_mailbox(batch->recipients[i].address, mailbox) > 0;
    }
    return plain;
}

/* The mailbox as the host takes it. */
static const char *put_mailbox(struct sansmtp_span mailbox, struct envelope_texts *texts,
                               size_t *length)
{
    if (texts->plain && mailbox.length > 0) {
        *length = idna_mailbox(mailbox, texts->mailbox);
        return chars(texts->mailbox);
    }
    *length = mailbox.length;
    return chars(mailbox.data);
}

void envelope_fill(const struct consignment *consignment, uint64_t extensions,
                   struct envelope_texts *texts, struct sansmtp_envelope *envelope)
{
    const struct queue_envelope *from = &consignment->batch->envelope;

    *envelope = (struct sansmtp_envelope){.size = sizeof *envelope};
    texts->plain = goes_plainly(consignment, extensions);
    envelope->flags = (from->flags & QUEUE_UTF8) != 0 && !texts->plain ? SANSMTP_ENVELOPE_UTF8 : 0;
    envelope->priority = from->priority;
    envelope->body = body_of(consignment, extensions);
    envelope->ret = from->ret;
    envelope->message_size = from->size;
    envelope->sender = put_mailbox(from->sender, texts, &envelope->sender_length);
    if (from->envid.data != NULL &&
        sansmtp_xtext_decode(from->envid.data, from->envid.length, texts->envid,
                             sizeof texts->envid, &envelope->envid_length) == 0) {
        envelope->envid = chars(texts->envid);
    } else {
        envelope->envid_length = 0;
    }
    if (from->by != 0 && consignment->by > -999999999 && consignment->by < 999999999) {
        envelope->deliver_by_mode = from->by;
        envelope->deliver_by = (int32_t)consignment->by;
    }
}

/* "rfc822;ada+40x.example": of the type utf-8 the value may be UTF-8 as it is. */
static void fill_original(const struct queue_recipient *from, struct envelope_texts *texts,
                          struct sansmtp_recipient *recipient)
{
    const uint8_t *semicolon = from->orcpt.length == 0
                                   ? NULL
                                   : memchr(from->orcpt.data, ';', from->orcpt.length);
    size_t type, length;

    if (semicolon == NULL) {
        return;
    }
    type = (size_t)(semicolon - from->orcpt.data);
    length = from->orcpt.length - type - 1;
    recipient->orcpt_type = chars(from->orcpt.data);
    recipient->orcpt_type_length = type;
    recipient->orcpt = chars(semicolon + 1);
    recipient->orcpt_length = length;
    if (sansmtp_xtext_decode(semicolon + 1, length, texts->orcpt, sizeof texts->orcpt,
                             &recipient->orcpt_length) == 0) {
        recipient->orcpt = chars(texts->orcpt);
    } else {
        recipient->orcpt_length = length;
    }
}

void envelope_fill_recipient(const struct queue_recipient *from, struct envelope_texts *texts,
                             struct sansmtp_recipient *recipient)
{
    *recipient = (struct sansmtp_recipient){.size = sizeof *recipient, .notify = from->notify};
    recipient->mailbox = put_mailbox(from->address, texts, &recipient->mailbox_length);
    fill_original(from, texts, recipient);
}
