/*
 * The server engine and a host that calls whatever comes to its mind, in any order. The input is a
 * head, then a script of octets: lines to say, raw octets, answers, calls out of turn, drains. A
 * call that is refused must leave the engine's block as it was; what MAIL began must end as
 * promised; and however it went, a connection that ends must come to CLOSE.
 */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <sansmtp/server.h>

#include "caller.h"
#include "eventlog.h"
#include "ledger.h"
#include "server_input.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct host {
    struct caller caller;
    struct sansmtp_server_options options;
    struct sansmtp_server *server;
    uint8_t lent[3000];
    bool ended; /* CLOSING came */
    struct ledger ledger;
    struct text output;
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

#define CALL(name, ...)              \
    (caller_remember(&host->caller), \
     caller_called(&host->caller, #name, sansmtp_server_##name(host->server, __VA_ARGS__)))
#define CALL_BARE(name)              \
    (caller_remember(&host->caller), \
     caller_called(&host->caller, #name, sansmtp_server_##name(host->server)))

static void drain(struct host *host, size_t most)
{
    size_t length = 0;
    const void *output = sansmtp_server_output(host->server, &length);

    if (length > most) {
        length = most;
    }
    text_add(&host->output, output, length);
    caller_demand(&host->caller, CALL(sent, length) == 0, "sent() is refused");
}

static bool pull(struct host *host)
{
    const struct sansmtp_event *event = sansmtp_server_next(host->server, &host->caller.in);

    if (event == NULL) {
        return false;
    }
    event_print(&host->caller.log, event);
    text_print(&host->caller.log, "\n");
    caller_demand(&host->caller, !host->ended, "an event behind CLOSING");
    host->ended = event->type == SANSMTP_EVENT_CLOSING;
    ledger_event(&host->ledger, event);
    caller_demand(&host->caller, host->ledger.broken == NULL, host->ledger.broken);
    caller_demand(&host->caller,
                  event_is_question(event->type) ==
                      (sansmtp_server_question(host->server) == event),
                  "the open question is not the event");
    return true;
}

static int reply(struct host *host, uint32_t code)
{
    static const char *const texts[] = {"ok", "", "a\r\n250 b", "caf\xc3\xa9", "\xff", "a\tb"};
    const char *text = texts[caller_octet(&host->caller) % 6];
    uint32_t enhanced = caller_octet(&host->caller) % 3 == 0 ? code * 10000 + 1001 : 0;

    if (caller_octet(&host->caller) % 4 == 0) {
        return CALL(reply_line, code, enhanced, text, strlen(text));
    }
    return CALL(reply, code, enhanced, text, strlen(text));
}

/* Also where no question is open; the ledger hears only what has answered one. */
static void answer(struct host *host)
{
    static const uint32_t codes[] = {250, 220, 354, 235, 252, 214, 421, 450, 550, 521, 334, 999};
    const struct sansmtp_event *question = sansmtp_server_question(host->server);
    uint32_t type = question == NULL ? 0 : question->type;
    uint32_t choice = caller_octet(&host->caller) % 16, code, recipients = 0;
    bool yes = choice < 8;

    if (choice < 8) {
        CALL_BARE(accept);
    } else if (choice == 8) {
        CALL_BARE(decline);
        yes = type != SANSMTP_EVENT_RECIPIENT && type != SANSMTP_EVENT_END;
    } else if (choice == 9) {
        CALL_BARE(fail);
    } else if (choice == 10) {
        CALL(challenge, "challenge", caller_octet(&host->caller) % 10);
    } else if (choice == 11) {
        recipients = caller_octet(&host->caller) % 3;
        yes = CALL(restart, caller_octet(&host->caller), recipients) == 0;
    } else {
        code = codes[caller_octet(&host->caller) % (sizeof codes / sizeof codes[0])];
        reply(host, code);
        yes = code < 400;
    }
    if (type != 0 && sansmtp_server_question(host->server) == NULL) {
        ledger_answer(&host->ledger, type, yes);
    }
    if (yes && recipients != 0) {
        ledger_restart(&host->ledger, recipients);
    }
}

static void call_out_of_turn(struct host *host)
{
    struct sansmtp_tls tls = {.size = sizeof tls};
    uint8_t what = caller_octet(&host->caller);

    if (what % 10 == 0) {
        CALL_BARE(eof);
    } else if (what % 10 == 1) {
        CALL_BARE(expired);
    } else if (what % 10 == 2) {
        CALL_BARE(close);
    } else if (what % 10 == 3) {
        CALL_BARE(pause);
    } else if (what % 10 <= 5) {
        CALL_BARE(resume);
    } else if (what % 10 == 6) {
        CALL(tls_started, &tls);
    } else if (what % 10 == 7) {
        CALL(lend, what > 127 ? host->lent : NULL, what > 127 ? sizeof host->lent : 0);
    } else if (what % 10 == 8) {
        CALL(allow, UINT64_C(1) << caller_octet(&host->caller) % 63, what & 1);
    } else {
        caller_demand(&host->caller, CALL(sent, SIZE_MAX) == SANSMTP_ERR_ARGUMENT,
                      "more is sent than there is");
    }
}

static void act(struct host *host)
{
    uint8_t what = caller_octet(&host->caller);

    if (what < 128) {
        caller_say_line(&host->caller, lines[what % LINES]);
    } else if (what < 140) {
        caller_say_script(&host->caller, what - 127u);
    } else if (what < 160) {
        call_out_of_turn(host);
    } else if (what < 200) {
        answer(host);
    } else if (what < 215) {
        drain(host, what % 2 == 0 ? SIZE_MAX : caller_octet(&host->caller));
    }
    while (what % 4 != 0 && pull(host)) {
        ;
    }
}

/* The connection ends: with every question answered somehow it must come to CLOSE. */
static void finish(struct host *host)
{
    uint32_t turns = 0;
    bool moved = true;

    CALL_BARE(eof);
    while (moved || sansmtp_server_wants(host->server) != SANSMTP_CLOSE) {
        caller_demand(&host->caller, turns++ < PATIENCE, "no end");
        if (sansmtp_server_question(host->server) != NULL) {
            uint32_t type = sansmtp_server_question(host->server)->type;
            uint32_t code = 199;

            while (sansmtp_server_question(host->server) != NULL && code++ < 600) {
                CALL(reply, code, 0, "", 0);
            }
            caller_demand(&host->caller, code < 600, "a question cannot be answered");
            ledger_answer(&host->ledger, type, code < 400);
        }
        CALL_BARE(resume);
        drain(host, SIZE_MAX);
        moved = pull(host);
        if (sansmtp_server_wants(host->server) == SANSMTP_TURN) {
            CALL_BARE(close);
        }
    }
    caller_demand(&host->caller, host->ended, "CLOSE without CLOSING");
    caller_demand(&host->caller, !host->ledger.open || host->ledger.ended > 0,
                  "a message is left open");
}

/* What expiry dropped may have been the rest of a line, or of a reply. */
static void check_lines(const struct host *host)
{
    size_t from = 0;

    for (size_t i = 0; i < host->output.length; i++) {
        if (host->output.data[i] != '\n') {
            continue;
        }
        caller_demand(&host->caller, i - from > 4, "half a reply");
        host->output.data[from + 3] = ' ';
        caller_demand(&host->caller,
                      replies_check(host->output.data + from, i + 1 - from, 512, true) == NULL,
                      "a malformed reply");
        from = i + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct host state = {0}, *host = &state;

    if (size < HEAD_LENGTH) {
        return 0;
    }
    server_input_options(&host->options, data);
    host->ledger.lmtp = (host->options.flags & SANSMTP_SERVER_LMTP) != 0;
    caller_begin(&host->caller, data + HEAD_LENGTH, size - HEAD_LENGTH,
                 sansmtp_server_memory(&host->options));
    caller_demand(&host->caller,
                  sansmtp_server_init(&host->server, host->caller.block, host->caller.block_length,
                                      &host->options) == 0,
                  "init");
    while (host->caller.left > 0) {
        act(host);
    }
    finish(host);
    check_lines(host);
    caller_end(&host->caller);
    text_free(&host->output);
    return 0;
}
