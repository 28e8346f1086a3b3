#include "receive_message.h"

#include "receive_trace.h"

#include <stdlib.h>
#include <string.h>

#define PATH_MAX_OCTETS 256u /* of RFC 5321 4.5.3.1.3 */

struct path {
    size_t length;
    uint8_t octets[PATH_MAX_OCTETS];
};

struct message {
    uv_work_t work;
    struct connection *connection; /* NULL: released */
    message_done *done;            /* NULL: not busy */
    bool publishing;
    bool headed; /* the trace header is in it */
    bool utf8;
    uint32_t first, count; /* the recipients to publish to */
    struct path sender;
    struct path recipient; /* the first one */
    struct delivery delivery;
};

static void set_path(struct path *path, struct sansmtp_span from)
{
    path->length = from.length < PATH_MAX_OCTETS ? from.length : PATH_MAX_OCTETS;
    memcpy(path->octets, from.data, path->length);
}

struct message *message_begin(struct connection *connection, const struct sansmtp_event *mail)
{
    struct message *message = malloc(sizeof *message);

    if (message != NULL) {
        memset(message, 0, sizeof *message);
        message->connection = connection;
        message->utf8 = (mail->parameters >> SANSMTP_PARAMETER_SMTPUTF8 & 1) != 0;
        set_path(&message->sender, mail->path);
        delivery_begin(&message->delivery, &connection->receiver->store);
    }
    return message;
}

bool message_add(struct message *message, const struct sansmtp_event *recipient)
{
    char folder[FOLDER_MAX] = "";

    if (message->delivery.count == 0) {
        set_path(&message->recipient, recipient->path);
    }
    folder_name(recipient, folder);
    return delivery_add(&message->delivery, folder);
}

bool message_skip(struct message *message, uint32_t recipient)
{
    return delivery_skip(&message->delivery, recipient);
}

/* -- the trace header ------------------------------------------------------------------------- */

/* The delivery's name up to the hostname; an atom has no dots. */
static size_t make_id(const struct message *message, uint8_t id[32])
{
    size_t length = 0;

    for (const char *at = message->delivery.name; length < 32 && *at != '\0'; at++) {
        if (*at == '.' && at[1] != 'M') {
            break;
        }
        if (*at != '.') {
            id[length++] = (uint8_t)*at;
        }
    }
    return length;
}

static void put_received(struct message *message)
{
    uint8_t id[32];
    char text[SANSMTP_RECEIVED_MAX];
    struct trace trace = {.id = {id, make_id(message, id)}, .utf8 = message->utf8};

    /* RFC 5321 4.4: a copy that goes to more than one recipient should not name them. */
    if (message->delivery.count == 1) {
        trace.recipient.data = message->recipient.octets;
        trace.recipient.length = message->recipient.length;
    }
    delivery_append(&message->delivery, text, trace_received(message->connection, &trace, text));
}

static void put_head(struct message *message)
{
    char line[320];
    size_t length = 0;

    if (message->headed) {
        return;
    }
    message->headed = true;
    if (sansmtp_return_path_write(message->sender.octets, message->sender.length, message->utf8,
                                  line, sizeof line, &length) == 0) {
        delivery_append(&message->delivery, line, length);
    }
    put_received(message);
}

void message_append(struct message *message, struct sansmtp_span octets)
{
    put_head(message);
    delivery_append(&message->delivery, octets.data, octets.length);
}

/* -- the pool --------------------------------------------------------------------------------- */

static void on_pool(uv_work_t *work)
{
    struct message *message = work->data;

    if (message->publishing) {
        delivery_publish(&message->delivery, message->first, message->count);
    } else {
        delivery_write(&message->delivery);
    }
}

static void after_pool(uv_work_t *work, int status)
{
    struct message *message = work->data;
    message_done *done = message->done;

    (void)status;
    message->done = NULL;
    if (message->connection == NULL) {
        message_release(message);
    } else {
        done(message->connection, message);
    }
}

static void hand_to_pool(struct message *message, bool publishing, message_done *done)
{
    message->publishing = publishing;
    message->done = done;
    message->work.data = message;
    uv_queue_work(message->connection->receiver->loop, &message->work, on_pool, after_pool);
}

bool message_is_full(const struct message *message)
{
    return message->done == NULL && message->delivery.fill >= DELIVERY_ENOUGH;
}

void message_write(struct message *message, message_done *done)
{
    hand_to_pool(message, false, done);
}

void message_publish(struct message *message, uint32_t first, uint32_t count, message_done *done)
{
    put_head(message);
    message->first = first;
    message->count = count;
    hand_to_pool(message, true, done);
}

int message_error(const struct message *message)
{
    return message->delivery.error;
}

int message_outcome(const struct message *message)
{
    return message->delivery.outcome;
}

static void end_on_pool(uv_work_t *work)
{
    struct message *message = work->data;

    delivery_end(&message->delivery);
}

static void after_end(uv_work_t *work, int status)
{
    (void)status;
    free(work->data);
}

void message_release(struct message *message)
{
    if (message == NULL) {
        return;
    }
    if (message->done != NULL) {
        message->connection = NULL; /* after_pool comes back to it */
    } else if (message->delivery.exists) {
        uv_loop_t *loop = message->work.loop;

        message->work.data = message;
        uv_queue_work(loop, &message->work, end_on_pool, after_end);
    } else {
        delivery_end(&message->delivery);
        free(message);
    }
}
