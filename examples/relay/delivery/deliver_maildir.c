#include "../../receive_store.h"
#include "../front/mailbox.h"
#include "lane.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A message on its way into mailboxes here. All that blocks is done on the pool, one piece of work
 * at a time.
 *
 * It is written once, in the first mailbox, and the others get a link. A mailbox that is broken or
 * full is so for its owner alone: if it is the first one, the others are left open and the lane
 * brings it to them anew; so are those that take no link, because they lie elsewhere. Each round
 * settles its first one at least. */
struct mailbag {
    uv_work_t work;
    struct lane *lane;
    struct delivery delivery;
    size_t *indices; /* who has which folder */
    int *errors;     /* of each, once all was written */
    uint32_t count;
    uint32_t chunk;
    uint64_t stored;
    struct sansmtp_span piece; /* to be written; length 0: all was, publish it */
    char top[512];             /* Return-Path */
    size_t top_length;
    int error;       /* of writing, in the first mailbox */
    bool unreadable; /* the queue does not give all of it */
};

static void go_on(struct mailbag *mailbag);

/* -- on the pool ------------------------------------------------------------------------------ */

static void put(struct delivery *delivery, const uint8_t *octets, size_t length)
{
    while (length > 0) {
        size_t part = length < DELIVERY_ENOUGH ? length : DELIVERY_ENOUGH;

        delivery_append(delivery, octets, part);
        delivery_write(delivery);
        octets += part;
        length -= part;
    }
}

static void write_piece(uv_work_t *work)
{
    struct mailbag *mailbag = work->data;

    if (mailbag->chunk == 0) {
        put(&mailbag->delivery, (const uint8_t *)mailbag->top, mailbag->top_length);
    }
    put(&mailbag->delivery, mailbag->piece.data, mailbag->piece.length);
    mailbag->error = mailbag->delivery.error;
}

static void publish(uv_work_t *work)
{
    struct mailbag *mailbag = work->data;
    struct delivery *delivery = &mailbag->delivery;

    for (uint32_t i = 0; i < mailbag->count && delivery->error == 0; i++) {
        delivery_publish(delivery, i, 1);
        mailbag->errors[i] = delivery->outcome;
    }
    mailbag->error = delivery->error;
    delivery_end(delivery);
}

static void drop(uv_work_t *work)
{
    delivery_end(&((struct mailbag *)work->data)->delivery);
}

/* -- the verdict ------------------------------------------------------------------------------ */

static void settle(struct mailbag *mailbag, uint32_t at, uint32_t code, uint32_t enhanced,
                   const char *text)
{
    struct ending ending = ending_without(SANSMTP_RETRY_END, 0, text);

    ending.attempt.code = code;
    ending.attempt.enhanced = enhanced;
    ending.local = true;
    fate_judge(mailbag->lane, mailbag->indices[at], &ending);
}

/* RFC 3463 3.3, 3.4: 4.2.2 is the mailbox that is full, 4.3.1 the disk. Whatever it is, somebody
 * may mend it, and finds by its folder where. The sender may read it, too: no path goes before. */
static void settle_error(struct mailbag *mailbag, uint32_t at, int error)
{
    bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
    uint32_t enhanced = error == EDQUOT ? SANSMTP_ENHANCED(4, 2, 2)
                        : full          ? SANSMTP_ENHANCED(4, 3, 1)
                                        : SANSMTP_ENHANCED(4, 3, 0);
    const struct queue_batch *batch = mailbag->lane->consignment->batch;
    char folder[FOLDER_MAX], text[FOLDER_MAX + 128];

    mailbox_folder(&batch->recipients[mailbag->indices[at]], folder);
    snprintf(text, sizeof text, "cannot store it in %s: %s", folder, strerror(error));
    settle(mailbag, at, full ? 452 : 451, enhanced, text);
}

static void settle_each(struct mailbag *mailbag)
{
    for (uint32_t i = 0; i < mailbag->count; i++) {
        int error = mailbag->errors[i];
        bool elsewhere = error == EXDEV || error == EMLINK;

        if (error == 0) {
            settle(mailbag, i, 250, SANSMTP_ENHANCED(2, 0, 0), "stored");
        } else if (i == 0 || !elsewhere) {
            settle_error(mailbag, i, error);
        }
    }
}

static void settle_unreadable(struct mailbag *mailbag)
{
    for (uint32_t i = 0; i < mailbag->count; i++) {
        settle(mailbag, i, 451, SANSMTP_ENHANCED(4, 3, 0), "the message cannot be read");
    }
}

static void release(struct mailbag *mailbag)
{
    free(mailbag->indices);
    free(mailbag->errors);
    free(mailbag);
}

static void on_ended(uv_work_t *work, int status)
{
    struct mailbag *mailbag = work->data;
    struct lane *lane = mailbag->lane;

    (void)status;
    if (mailbag->unreadable) {
        settle_unreadable(mailbag);
    } else if (mailbag->error != 0) {
        settle_error(mailbag, 0, mailbag->error);
    } else {
        settle_each(mailbag);
    }
    release(mailbag);
    lane->mailbag = NULL;
    lane_wake(lane);
}

/* -- piece by piece --------------------------------------------------------------------------- */

static void end(struct mailbag *mailbag)
{
    bool whole = mailbag->error == 0 && !mailbag->unreadable;

    uv_queue_work(mailbag->lane->relay->loop, &mailbag->work, whole ? publish : drop, on_ended);
}

static void on_chunk(struct consignment *consignment, const uint8_t *octets, size_t length)
{
    struct mailbag *mailbag = consignment->lane->mailbag;

    consignment->lane->reading = false;
    mailbag->piece = (struct sansmtp_span){octets, length};
    if (octets == NULL || length == 0) {
        mailbag->unreadable = true;
        end(mailbag);
    } else {
        go_on(mailbag);
    }
}

static void on_written(uv_work_t *work, int status)
{
    struct mailbag *mailbag = work->data;
    struct consignment *consignment = mailbag->lane->consignment;

    (void)status;
    mailbag->stored += mailbag->piece.length;
    mailbag->chunk++;
    if (mailbag->error != 0 || mailbag->stored >= consignment->batch->envelope.size) {
        end(mailbag);
    } else {
        mailbag->lane->reading = true;
        consignment_read(consignment, mailbag->chunk, on_chunk);
    }
}

static void go_on(struct mailbag *mailbag)
{
    uv_queue_work(mailbag->lane->relay->loop, &mailbag->work, write_piece, on_written);
}

/* -- beginning -------------------------------------------------------------------------------- */

static bool add_all(struct mailbag *mailbag)
{
    const struct lane *lane = mailbag->lane;
    char folder[FOLDER_MAX];

    for (size_t i = 0; i < lane->consignment->batch->count; i++) {
        if (lane->standings[i] == STANDING_OPEN) {
            mailbox_folder(&lane->consignment->batch->recipients[i], folder);
            if (!delivery_add(&mailbag->delivery, folder)) {
                return false;
            }
            mailbag->indices[mailbag->count++] = i;
        }
    }
    return true;
}

/* RFC 5321 4.4: final delivery puts the reverse-path on top. */
static void write_top(struct mailbag *mailbag)
{
    const struct queue_envelope *envelope = &mailbag->lane->consignment->batch->envelope;
    static const uint8_t null_path[] = "<>";
    struct sansmtp_span sender = envelope->sender;

    if (sender.length == 0) {
        sender = (struct sansmtp_span){null_path, 2};
    }
    sansmtp_return_path_write(sender.data, sender.length, (envelope->flags & QUEUE_UTF8) != 0,
                              mailbag->top, sizeof mailbag->top, &mailbag->top_length);
}

static struct mailbag *make(struct lane *lane)
{
    struct mailbag *mailbag = calloc(1, sizeof *mailbag);
    size_t count = lane->consignment->batch->count;

    if (mailbag == NULL) {
        return NULL;
    }
    mailbag->lane = lane;
    mailbag->work.data = mailbag;
    mailbag->indices = calloc(count, sizeof *mailbag->indices);
    mailbag->errors = calloc(count, sizeof *mailbag->errors);
    if (mailbag->indices == NULL || mailbag->errors == NULL) {
        release(mailbag);
        return NULL;
    }
    return mailbag;
}

bool mailbag_begin(struct lane *lane)
{
    const struct queue_batch *batch = lane->consignment->batch;
    struct mailbag *mailbag = make(lane);

    if (mailbag == NULL) {
        return false;
    }
    delivery_begin(&mailbag->delivery, lane->relay->deliveries->store);
    delivery_publish_as(&mailbag->delivery, batch->envelope.arrived, batch->envelope.id);
    if (!add_all(mailbag)) {
        delivery_end(&mailbag->delivery);
        release(mailbag);
        return false;
    }
    write_top(mailbag);
    mailbag->piece = batch->first;
    lane->mailbag = mailbag;
    go_on(mailbag);
    return true;
}
