#define _POSIX_C_SOURCE 200809L

#include "pusher.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sansmtp/client.h>

enum {
    PIECE = 1 << 16, /* lent at once */
    LARGE = 1 << 13, /* what is shorter is gathered first: a system call costs as much */
    OUTPUT = 4096,
    LINE = 1024
};

struct host {
    const struct push *push;
    struct sansmtp_client *client;
    int socket;
    size_t lent;      /* octets of the message */
    uint32_t outcome; /* 0: none yet */
    size_t gathered;
    uint8_t gather[PIECE];
    uint8_t input[4096];
};

static _Noreturn void give_up(const char *why)
{
    fprintf(stderr, "push: %s\n", why);
    exit(1);
}

static int connect_to(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int connection = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connection < 0 || connect(connection, (struct sockaddr *)&address, sizeof address) != 0) {
        give_up("connect");
    }
    return connection;
}

static void write_all(int connection, const void *octets, size_t length)
{
    const uint8_t *at = octets;

    while (length > 0) {
        ssize_t written = write(connection, at, length);

        if (written <= 0) {
            give_up("write");
        }
        at += written;
        length -= (size_t)written;
    }
}

static void flush(struct host *host)
{
    write_all(host->socket, host->gather, host->gathered);
    host->gathered = 0;
}

/* What is gathered counts as handed to the transport. */
static void send_some(struct host *host)
{
    size_t length = 0;
    const void *output = sansmtp_client_output(host->client, &length);

    if (length >= LARGE || length > sizeof host->gather - host->gathered) {
        flush(host);
    }
    if (length >= LARGE) {
        ssize_t written = write(host->socket, output, length);

        if (written <= 0) {
            give_up("write");
        }
        length = (size_t)written;
    } else {
        memcpy(host->gather + host->gathered, output, length);
        host->gathered += length;
    }
    if (sansmtp_client_sent(host->client, length) != 0) {
        give_up("sent");
    }
}

static void lend(struct host *host)
{
    const struct push *push = host->push;
    size_t left = push->length - host->lent, piece = left < PIECE ? left : PIECE;

    if (sansmtp_client_body(host->client, push->message + host->lent, piece, piece == left) != 0) {
        give_up("body");
    }
    host->lent += piece;
}

static void submit(struct host *host)
{
    struct sansmtp_envelope envelope = {.size = sizeof envelope,
                                        .body = host->push->body,
                                        .message_size = host->push->length,
                                        .sender = "s@c.example",
                                        .sender_length = 11};

    if (host->outcome != 0) {
        sansmtp_client_quit(host->client);
    } else if (sansmtp_client_submit(host->client, &envelope) != 0) {
        give_up("submit");
    }
}

static void give_recipient(struct host *host)
{
    struct sansmtp_recipient recipient = {
        .size = sizeof recipient, .mailbox = "r@mx.example", .mailbox_length = 12};

    if (sansmtp_client_recipient(host->client, &recipient) != 0 ||
        sansmtp_client_recipients_end(host->client) != 0) {
        give_up("recipient");
    }
}

static void read_some(struct host *host, struct sansmtp_span *in)
{
    ssize_t length;

    flush(host);
    length = read(host->socket, host->input, sizeof host->input);
    if (length <= 0) {
        give_up("read");
    }
    *in = (struct sansmtp_span){host->input, (size_t)length};
}

static void converse(struct host *host)
{
    struct sansmtp_span in = {NULL, 0};

    for (;;) {
        const struct sansmtp_event *event;
        uint32_t wants;

        while ((event = sansmtp_client_next(host->client, &in)) != NULL) {
            if (event->type == SANSMTP_EVENT_OUTCOME) {
                host->outcome = event->reason;
            }
        }
        wants = sansmtp_client_wants(host->client);
        if ((wants & SANSMTP_WRITE) != 0) {
            send_some(host);
        } else if ((wants & SANSMTP_IDLE) != 0) {
            submit(host);
        } else if ((wants & SANSMTP_RECIPIENT) != 0) {
            give_recipient(host);
        } else if ((wants & SANSMTP_BODY) != 0) {
            lend(host);
        } else if ((wants & SANSMTP_READ) != 0) {
            read_some(host, &in);
        } else {
            break;
        }
    }
}

void push_by_engine(const struct push *push)
{
    static struct host host;
    static uint8_t memory[SANSMTP_CLIENT_MEMORY(LINE, OUTPUT)];
    struct sansmtp_client_options options;

    memset(&host, 0, offsetof(struct host, gather));
    host.push = push;
    host.socket = connect_to(push->port);
    sansmtp_client_options_init(&options, sizeof options);
    options.hello = push->hello;
    options.hello_length = strlen(push->hello);
    options.tls = SANSMTP_CLIENT_TLS_NONE;
    options.line = LINE;
    options.output = OUTPUT;
    if (sansmtp_client_init(&host.client, memory, sizeof memory, &options) != 0) {
        give_up("init");
    }
    converse(&host);
    close(host.socket);
    if (host.outcome != SANSMTP_OUTCOME_DELIVERED) {
        give_up("the message is not delivered");
    }
}

static void await(int connection)
{
    char reply[512];

    if (read(connection, reply, sizeof reply) <= 0 || reply[0] > '3') {
        give_up("the floor's peer");
    }
}

void push_by_hand(const struct push *push)
{
    static const char *const lines[] = {"EHLO floor\r\n", "MAIL FROM:<s@c.example>\r\n",
                                        "RCPT TO:<r@mx.example>\r\n", "DATA\r\n"};
    int connection = connect_to(push->port);

    await(connection);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        write_all(connection, lines[i], strlen(lines[i]));
        await(connection);
    }
    for (size_t at = 0; at < push->length; at += PIECE) {
        size_t left = push->length - at;

        write_all(connection, push->message + at, left < PIECE ? left : PIECE);
    }
    write_all(connection, ".\r\n", 3);
    await(connection);
    write_all(connection, "QUIT\r\n", 6);
    await(connection);
    close(connection);
}
