/*
 * The server engine and a host that calls whatever comes to its mind, in any order. The input is a
 * head, then a script of octets: lines to say, raw octets, answers, calls out of turn, drains. A
 * call that is refused must leave the engine's block as it was; what MAIL began must end as
 * promised; and however it went, a connection that ends must come to CLOSE.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sansmtp/server.h>

#include "eventlog.h"
#include "ledger.h"
#include "server_input.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct host {
    const uint8_t *script;
    size_t left; /* octets of it */
    struct sansmtp_server_options options;
    struct sansmtp_server *server;
    uint8_t *block, *before; /* and a copy, from before a call */
    size_t block_length;
    uint8_t lent[3000];
    struct sansmtp_span in;
    uint8_t *piece; /* the block that in lies in */
    bool ended;     /* CLOSING came */
    struct ledger ledger;
    struct text log, output;
};

static const char *const lines[] = {
    "EHLO a.example",
    "HELO b",
    "LHLO c",
    "MAIL FROM:<>",
    "MAIL FROM:<s@c.example> SIZE=9",
    "RCPT TO:<r@mx.example>",
    "RCPT TO:<postmaster>",
    "RCPT TO:x",
    "DATA",
    "text",
    "..",
    ".",
    "BDAT 0",
    "BDAT 3\r\nabc",
    "BDAT 5 LAST\r\nhel",
    "BDAT 0 LAST",
    "BDAT 99999999999999999999",
    "BDAT 18446744073709551615",
    "RSET",
    "NOOP",
    "QUIT",
    "STARTTLS",
    "AUTH PLAIN",
    "AUTH PLAIN AGEAYg==",
    "AUTH LOGIN",
    "AGEAYg==",
    "*",
    "VRFY a",
    "EXPN a",
    "HELP",
    "FROB",
    "ETRN x.example",
    "ATRN",
    "AUTH EXTERNAL =",
    "BURL imap://h/x",
    "BURL imap://h/x LAST",
    "XCLIENT ADDR=192.0.2.1",
    "XFORWARD NAME=a",
    "MAIL FROM:<> PRDR TRANSID=<1@c>",
    "MAIL FROM:<> XWEIGHT=1 MT-PRIORITY=3",
    "XPING a",
    "",
};

enum {
    LINES = sizeof lines / sizeof lines[0],
    PATIENCE = 1000000 /* turns to the end of a session */
};

static void demand(const struct host *host, bool holds, const char *why)
{
    if (holds)
        return;
    fprintf(stderr, "%s\n%s\n", why, host->log.length > 0 ? host->log.data : "");
    abort();
}

static uint8_t next_octet(struct host *host)
{
    if (host->left == 0)
        return 0;
    host->left--;
    return *host->script++;
}

static void remember(struct host *host)
{
    memcpy(host->before, host->block, host->block_length);
}

static int called(struct host *host, const char *name, int result)
{
    text_print(&host->log, "%s: %d\n", name, result);
    demand(host, result == 0 || memcmp(host->before, host->block, host->block_length) == 0,
           "a call that was refused has changed something");
    return result;
}

#define CALL(name, ...) \
    (remember(host), called(host, #name, sansmtp_server_##name(host->server, __VA_ARGS__)))
#define CALL_BARE(name) (remember(host), called(host, #name, sansmtp_server_##name(host->server)))

static void say(struct host *host, const void *octets, size_t length)
{
    size_t left = host->in.length;
    uint8_t *piece = malloc(left + length + 1);

    if (piece == NULL)
        abort();
    if (left > 0)
        memcpy(piece + 1, host->in.data, left);
    memcpy(piece + 1 + left, octets, length);
    free(host->piece);
    host->piece = piece;
    host->in.data = piece + 1;
    host->in.length = left + length;
}

static void drain(struct host *host, size_t most)
{
    size_t length = 0;
    const void *output = sansmtp_server_output(host->server, &length);

    if (length > most)
        length = most;
    text_add(&host->output, output, length);
    demand(host, CALL(sent, length) == 0, "sent() is refused");
}

static bool pull(struct host *host)
{
    const struct sansmtp_event *event = sansmtp_server_next(host->server, &host->in);

    if (event == NULL)
        return false;
    event_print(&host->log, event);
    text_print(&host->log, "\n");
    demand(host, !host->ended, "an event behind CLOSING");
    host->ended = event->type == SANSMTP_EVENT_CLOSING;
    ledger_event(&host->ledger, event);
    demand(host, host->ledger.broken == NULL, host->ledger.broken);
    demand(host, event_is_question(event->type) == (sansmtp_server_question(host->server) == event),
           "the open question is not the event");
    return true;
}

static int reply(struct host *host, uint32_t code)
{
    static const char *const texts[] = {"ok", "", "a\r\n250 b", "caf\xc3\xa9", "\xff", "a\tb"};
    const char *text = texts[next_octet(host) % 6];
    uint32_t enhanced = next_octet(host) % 3 == 0 ? code * 10000 + 1001 : 0;

    if (next_octet(host) % 4 == 0)
        return CALL(reply_line, code, enhanced, text, strlen(text));
    return CALL(reply, code, enhanced, text, strlen(text));
}

/* Also where no question is open; the ledger hears only what has answered one. */
static void answer(struct host *host)
{
    static const uint32_t codes[] = {250, 220, 354, 235, 252, 214, 421, 450, 550, 521, 334, 999};
    const struct sansmtp_event *question = sansmtp_server_question(host->server);
    uint32_t type = question == NULL ? 0 : question->type;
    uint32_t choice = next_octet(host) % 16, code, recipients = 0;
    bool yes = choice < 8;

    if (choice < 8) {
        CALL_BARE(accept);
    } else if (choice == 8) {
        CALL_BARE(decline);
        yes = type != SANSMTP_EVENT_RECIPIENT && type != SANSMTP_EVENT_END;
    } else if (choice == 9) {
        CALL_BARE(fail);
    } else if (choice == 10) {
        CALL(challenge, "challenge", next_octet(host) % 10);
    } else if (choice == 11) {
        recipients = next_octet(host) % 3;
        yes = CALL(restart, next_octet(host), recipients) == 0;
    } else {
        code = codes[next_octet(host) % (sizeof codes / sizeof codes[0])];
        reply(host, code);
        yes = code < 400;
    }
    if (type != 0 && sansmtp_server_question(host->server) == NULL)
        ledger_answer(&host->ledger, type, yes);
    if (yes && recipients != 0)
        ledger_restart(&host->ledger, recipients);
}

static void call_out_of_turn(struct host *host)
{
    struct sansmtp_tls tls = {.size = sizeof tls};
    uint8_t what = next_octet(host);

    if (what % 10 == 0)
        CALL_BARE(eof);
    else if (what % 10 == 1)
        CALL_BARE(expired);
    else if (what % 10 == 2)
        CALL_BARE(close);
    else if (what % 10 == 3)
        CALL_BARE(pause);
    else if (what % 10 <= 5)
        CALL_BARE(resume);
    else if (what % 10 == 6)
        CALL(tls_started, &tls);
    else if (what % 10 == 7)
        CALL(lend, what > 127 ? host->lent : NULL, what > 127 ? sizeof host->lent : 0);
    else if (what % 10 == 8)
        CALL(allow, UINT64_C(1) << next_octet(host) % 63, what & 1);
    else
        demand(host, CALL(sent, SIZE_MAX) == SANSMTP_ERR_ARGUMENT, "more is sent than there is");
}

static void say_line(struct host *host, uint8_t which)
{
    const char *line = lines[which % LINES];

    say(host, line, strlen(line));
    say(host, "\r\n", 2);
}

static void act(struct host *host)
{
    uint8_t what = next_octet(host);

    if (what < 128) {
        say_line(host, what);
    } else if (what < 140) {
        size_t length = what - 127u < host->left ? what - 127u : host->left;

        say(host, host->script, length);
        host->script += length;
        host->left -= length;
    } else if (what < 160) {
        call_out_of_turn(host);
    } else if (what < 200) {
        answer(host);
    } else if (what < 215) {
        drain(host, what % 2 == 0 ? SIZE_MAX : next_octet(host));
    }
    while (what % 4 != 0 && pull(host))
        ;
}

/* The connection ends: with every question answered somehow it must come to CLOSE. */
static void finish(struct host *host)
{
    uint32_t turns = 0;
    bool moved = true;

    CALL_BARE(eof);
    while (moved || sansmtp_server_wants(host->server) != SANSMTP_CLOSE) {
        demand(host, turns++ < PATIENCE, "no end");
        if (sansmtp_server_question(host->server) != NULL) {
            uint32_t type = sansmtp_server_question(host->server)->type;
            uint32_t code = 199;

            while (sansmtp_server_question(host->server) != NULL && code++ < 600)
                CALL(reply, code, 0, "", 0);
            demand(host, code < 600, "a question cannot be answered");
            ledger_answer(&host->ledger, type, code < 400);
        }
        CALL_BARE(resume);
        drain(host, SIZE_MAX);
        moved = pull(host);
        if (sansmtp_server_wants(host->server) == SANSMTP_TURN)
            CALL_BARE(close);
    }
    demand(host, host->ended, "CLOSE without CLOSING");
    demand(host, !host->ledger.open || host->ledger.ended > 0, "a message is left open");
}

/* What expiry dropped may have been the rest of a line, or of a reply. */
static void check_lines(const struct host *host)
{
    size_t from = 0;

    for (size_t i = 0; i < host->output.length; i++) {
        if (host->output.data[i] != '\n')
            continue;
        demand(host, i - from > 4, "half a reply");
        host->output.data[from + 3] = ' ';
        demand(host, replies_check(host->output.data + from, i + 1 - from, 512, true) == NULL,
               "a malformed reply");
        from = i + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct host state = {.script = data + HEAD_LENGTH}, *host = &state;

    if (size < HEAD_LENGTH)
        return 0;
    host->left = size - HEAD_LENGTH;
    server_input_options(&host->options, data);
    host->ledger.lmtp = (host->options.flags & SANSMTP_SERVER_LMTP) != 0;
    host->block_length = sansmtp_server_memory(&host->options);
    host->block = malloc(host->block_length);
    host->before = malloc(host->block_length);
    if (host->block == NULL || host->before == NULL)
        abort();
    memset(host->block, 0xaa, host->block_length);
    demand(host,
           sansmtp_server_init(&host->server, host->block, host->block_length, &host->options) == 0,
           "init");
    while (host->left > 0)
        act(host);
    finish(host);
    check_lines(host);
    free(host->block);
    free(host->before);
    free(host->piece);
    text_free(&host->log);
    text_free(&host->output);
    return 0;
}
