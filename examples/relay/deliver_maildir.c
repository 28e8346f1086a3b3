#include "../receive_store.h"
#include "lane.h"
#include "mailbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A message on its way into mailboxes here. All that blocks is done on the pool, one piece of work
 * at a time. */
struct mailbag {
    uv_work_t work;
    struct lane *lane;
    struct delivery delivery;
    size_t *indices; /* who has which folder */
    uint32_t count;
    uint32_t chunk;
    uint64_t stored;
    struct sansmtp_span piece; /* to be written; length 0: all was, publish it */
    char top[512];             /* Return-Path */
    size_t top_length;
    int error;
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

    delivery_publish(&mailbag->delivery, 0, mailbag->count);
    mailbag->error = mailbag->delivery.outcome;
    delivery_end(&mailbag->delivery);
}

static void drop(uv_work_t *work)
{
    delivery_end(&((struct mailbag *)work->data)->delivery);
}

/* -- the verdict ------------------------------------------------------------------------------ */

static void settle(struct mailbag *mailbag)
{
    struct ending ending = {.attempt = {.size = sizeof ending.attempt,
                                        .stage = SANSMTP_RETRY_END,
                                        .code = mailbag->error == 0 ? 250 : 451}};
    const char *text = mailbag->error == 0 ? "stored" : strerror(mailbag->error);

    ending.attempt.enhanced = mailbag->error == 0 ? SANSMTP_ENHANCED(2, 0, 0)
                                                  : SANSMTP_ENHANCED(4, 3, 0);
    ending.text = (struct sansmtp_span){(const uint8_t *)text, strlen(text)};
    ending.local = true;
    for (uint32_t i = 0; i < mailbag->count; i++) {
        fate_judge(mailbag->lane, mailbag->indices[i], &ending);
    }
}

static void on_ended(uv_work_t *work, int status)
{
    struct mailbag *mailbag = work->data;
    struct lane *lane = mailbag->lane;

    (void)status;
    settle(mailbag);
    free(mailbag->indices);
    free(mailbag);
    lane->mailbag = NULL;
    lane_wake(lane);
}

/* -- piece by piece --------------------------------------------------------------------------- */

static void end(struct mailbag *mailbag)
{
    uv_queue_work(mailbag->lane->relay->loop, &mailbag->work, mailbag->error == 0 ? publish : drop,
                  on_ended);
}

static void on_chunk(struct consignment *consignment, const uint8_t *octets, size_t length)
{
    struct mailbag *mailbag = consignment->lane->mailbag;

    consignment->lane->reading = false;
    mailbag->piece = (struct sansmtp_span){octets, length};
    if (octets == NULL || length == 0) {
        mailbag->error = EIO;
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

bool mailbag_begin(struct lane *lane)
{
    struct mailbag *mailbag = calloc(1, sizeof *mailbag);
    size_t *indices = calloc(lane->consignment->batch->count, sizeof *indices);

    if (mailbag == NULL || indices == NULL) {
        free(mailbag);
        free(indices);
        return false;
    }
    mailbag->lane = lane;
    mailbag->indices = indices;
    mailbag->work.data = mailbag;
    delivery_begin(&mailbag->delivery, lane->relay->deliveries->store);
    if (!add_all(mailbag)) {
        delivery_end(&mailbag->delivery);
        free(mailbag->indices);
        free(mailbag);
        return false;
    }
    write_top(mailbag);
    mailbag->piece = lane->consignment->batch->first;
    lane->mailbag = mailbag;
    go_on(mailbag);
    return true;
}
