/* Both engines in one process: a client sends a message to a server, and where sockets would be
 * lies nothing but memory. What one engine puts out, the other takes in. */
#include <sansmtp/sansmtp.h>
#include <stdio.h>
#include <string.h>

static const char *const recipients[] = {"joe@server.example", "nobody@server.example"};
static const char message[] = "Subject: hello\r\n\r\nA line.\r\n.A line with a dot in front.\r\n";

/* The server's host: the engine asks, the host decides. */
static void answer(struct sansmtp_server *server, const struct sansmtp_event *event)
{
    static char mailbox[1000];
    static size_t length; /* of the message that comes */

    if (event->type == SANSMTP_EVENT_MAIL) {
        length = 0; /* one that came before is dealt with, or void */
    } else if (event->type == SANSMTP_EVENT_RECIPIENT && event->local.length == 3 &&
               memcmp(event->local.data, "joe", 3) == 0) {
        sansmtp_server_accept(server);
    } else if (event->type == SANSMTP_EVENT_BODY) { /* a piece of it, cut anywhere */
        if (length + event->data.length <= sizeof(mailbox)) {
            memcpy(mailbox + length, event->data.data, event->data.length);
        }
        length += event->data.length;
    } else if (event->type == SANSMTP_EVENT_END && length <= sizeof(mailbox)) {
        sansmtp_server_accept(server); /* from now on it is ours to keep */
    }
    if (sansmtp_server_question(server) != NULL) {
        sansmtp_server_decline(server); /* the safe default: 550 to a recipient, 451 to an end */
    }
}

/* The client's host: a message when the engine is idle, then recipients, then a body. */
static void do_as_wanted(struct sansmtp_client *client, uint32_t wants)
{
    static size_t submitted, given;
    struct sansmtp_envelope envelope = {sizeof(envelope), .sender = "ann@client.example",
                                        .sender_length = 18};
    struct sansmtp_recipient recipient = {.size = sizeof(recipient)};

    if (wants & SANSMTP_IDLE) {
        submitted++ == 0 ? sansmtp_client_submit(client, &envelope) : sansmtp_client_quit(client);
    } else if (wants & SANSMTP_RECIPIENT && given < 2) {
        recipient.mailbox = recipients[given++];
        recipient.mailbox_length = strlen(recipient.mailbox);
        sansmtp_client_recipient(client, &recipient);
    } else if (wants & SANSMTP_RECIPIENT) {
        sansmtp_client_recipients_end(client);
    } else if (wants & SANSMTP_BODY) {
        sansmtp_client_body(client, message, sizeof(message) - 1, 1); /* lent, and the last of it */
    }
}

/* The octets that pass, as lines. An engine may give less than a line at a time, or more. */
static void show(char who, struct sansmtp_span octets)
{
    static uint8_t last = '\n';

    for (size_t i = 0; i < octets.length; last = octets.data[i++]) {
        if (last == '\n') {
            printf("%c: ", who);
        }
        putchar(octets.data[i]);
    }
}

int main(void)
{
    static uint8_t server_memory[SANSMTP_SERVER_MEMORY(SANSMTP_SERVER_LINE, 1024)];
    static uint8_t client_memory[SANSMTP_CLIENT_MEMORY(1024, 4096)];
    struct sansmtp_server_options receiving;
    struct sansmtp_client_options sending;
    struct sansmtp_server *server;
    struct sansmtp_client *client;
    const struct sansmtp_event *event;
    struct sansmtp_span octets;
    size_t all;

    sansmtp_server_options_init(&receiving, sizeof(receiving));
    receiving.hostname = "server.example";
    receiving.hostname_length = 14;
    sansmtp_client_options_init(&sending, sizeof(sending));
    sending.hello = "client.example";
    sending.hello_length = 14;
    sending.tls = SANSMTP_CLIENT_TLS_NONE;          /* here nobody listens */
    sending.chunking = SANSMTP_CLIENT_CHUNKING_OFF; /* DATA, not BDAT: good to look at */
    if (sansmtp_server_init(&server, server_memory, sizeof(server_memory), &receiving) != 0 ||
        sansmtp_client_init(&client, client_memory, sizeof(client_memory), &sending) != 0) {
        return 1;
    }
    while (!(sansmtp_client_wants(client) & SANSMTP_CLOSE)) {
        octets.data = sansmtp_client_output(client, &octets.length);
        show('C', octets);
        all = octets.length;
        while ((event = sansmtp_server_next(server, &octets)) != NULL) {
            answer(server, event);
        }
        sansmtp_client_sent(client, all - octets.length); /* octets: what was not taken */

        octets.data = sansmtp_server_output(server, &octets.length);
        show('S', octets);
        all = octets.length;
        while ((event = sansmtp_client_next(client, &octets)) != NULL) {
            if (event->type == SANSMTP_EVENT_OUTCOME) {
                printf("-- outcome %u, for %u of %u recipients\n", (unsigned)event->reason,
                       (unsigned)event->accepted, (unsigned)event->taken);
            }
        }
        sansmtp_server_sent(server, all - octets.length);
        do_as_wanted(client, sansmtp_client_wants(client));
    }
    return 0;
}
