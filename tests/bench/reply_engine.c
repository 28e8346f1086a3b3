#include "reply_engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sansmtp/client.h>

enum { LINE = 1024, OUTPUT = 4096 };

static uint8_t memory[SANSMTP_CLIENT_MEMORY(LINE, OUTPUT)];
static uint8_t saved[SANSMTP_CLIENT_ENGINE]; /* the buffers behind it need not be put back */
static struct sansmtp_client_options options;
static struct sansmtp_client *client;

static void demand(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "reply_engine: %s\n", what);
        exit(1);
    }
}

static void drain(void)
{
    size_t length = 1;

    while (length > 0) {
        sansmtp_client_output(client, &length);
        demand(sansmtp_client_sent(client, length) == 0, "sent");
    }
}

static void hear(const char *line)
{
    demand(reply_engine_reads(line, strlen(line), 0), line);
    drain();
}

static void begin(void)
{
    static const char hello[] = "me.example", mechanisms[] = "SCRAM-SHA-256 PLAIN LOGIN";

    sansmtp_client_options_init(&options, sizeof options);
    options.hello = hello;
    options.hello_length = sizeof hello - 1;
    options.mechanisms = mechanisms;
    options.mechanisms_length = sizeof mechanisms - 1;
    options.flags = SANSMTP_CLIENT_AUTH_OPTIONAL;
    options.tls = SANSMTP_CLIENT_TLS_NONE;
    options.line = LINE;
    options.output = OUTPUT;
    demand(sansmtp_client_init(&client, memory, sizeof memory, &options) == 0, "init");
    hear("220 mx.example\r\n");
}

static void submit(void)
{
    struct sansmtp_envelope envelope = {
        .size = sizeof envelope, .sender = "s@c.example", .sender_length = 11};

    hear("250 mx.example\r\n");
    demand(sansmtp_client_submit(client, &envelope) == 0, "submit");
    drain();
}

static void give_recipient(void)
{
    struct sansmtp_recipient recipient = {
        .size = sizeof recipient, .mailbox = "r@mx.example", .mailbox_length = 12};

    hear("250 2.1.0 Ok\r\n");
    demand(sansmtp_client_recipient(client, &recipient) == 0, "recipient");
    drain();
}

static void end_recipients(void)
{
    hear("250 2.1.5 Ok\r\n");
    demand(sansmtp_client_recipients_end(client) == 0, "recipients_end");
    drain();
}

static void lend(void)
{
    hear("354 go\r\n");
    demand(sansmtp_client_body(client, "text\r\n", 6, 1) == 0, "body");
    drain();
}

void reply_engine_prepare(enum reply_stage stage)
{
    static void (*const steps[])(void) = {begin, submit, give_recipient, end_recipients, lend};

    for (size_t i = 0; i <= (size_t)stage; i++) {
        steps[i]();
    }
    memcpy(saved, memory, sizeof saved);
}

void reply_engine_back(void)
{
    memcpy(memory, saved, sizeof saved);
}

bool reply_engine_reads(const char *octets, size_t length, uint32_t code)
{
    struct sansmtp_span in = {(const uint8_t *)octets, length};
    const struct sansmtp_event *event;
    bool good = true;

    while ((event = sansmtp_client_next(client, &in)) != NULL) {
        good = good && event->type != SANSMTP_EVENT_CLOSING &&
               (event->code == 0 || code == 0 || event->code == code);
    }
    return good && in.length == 0;
}
