/* Where each command leads: brings an engine into each state, says a command to it, and prints the
 * state that follows. One line a try: state TAB command TAB yes|no TAB next state TAB question. */
#include <stdio.h>
#include <string.h>

#include "server_engine.h"

static const char *const names[] = {
#define STATE(name, words) #name,
#define ROW(...)
#include "server_table.def"
#undef STATE
#undef ROW
};

/* A command, and the question that is answered no in the second try; 0: the engine answers. */
struct command {
    const char *name, *octets;
    uint32_t question;
};

static const struct command commands[] = {
    {"MAIL", "MAIL FROM:<a@c.example>\r\n", SANSMTP_EVENT_MAIL},
    {"RCPT", "RCPT TO:<b@s.example>\r\n", SANSMTP_EVENT_RECIPIENT},
    {"DATA", "DATA\r\n", SANSMTP_EVENT_DATA},
    {"DATA, its message", "DATA\r\n.\r\n", SANSMTP_EVENT_END},
    {"BDAT", "BDAT 1\r\nx", SANSMTP_EVENT_CHUNK},
    {"BDAT LAST", "BDAT 1 LAST\r\nx", SANSMTP_EVENT_END},
    {"EHLO", "EHLO c.example\r\n", SANSMTP_EVENT_HELLO},
    {"HELO", "HELO c.example\r\n", SANSMTP_EVENT_HELLO},
    {"LHLO", "LHLO c.example\r\n", SANSMTP_EVENT_HELLO},
    {"QUIT", "QUIT\r\n", 0},
    {"RSET", "RSET\r\n", 0},
    {"NOOP", "NOOP\r\n", 0},
    {"STARTTLS", "STARTTLS\r\n", SANSMTP_EVENT_STARTTLS},
    {"AUTH", "AUTH PLAIN =\r\n", SANSMTP_EVENT_AUTH},
    {"VRFY", "VRFY b\r\n", SANSMTP_EVENT_VERIFY},
    {"EXPN", "EXPN b\r\n", SANSMTP_EVENT_EXPAND},
    {"HELP", "HELP\r\n", SANSMTP_EVENT_HELP},
    {"TURN", "TURN\r\n", 0},
    {"SEND", "SEND\r\n", 0},
    {"SOML", "SOML\r\n", 0},
    {"SAML", "SAML\r\n", 0},
    {"ETRN", "ETRN c.example\r\n", SANSMTP_EVENT_ETRN},
    {"ATRN", "ATRN c.example\r\n", SANSMTP_EVENT_ATRN},
    {"BURL", "BURL imap://i.example/x\r\n", SANSMTP_EVENT_BURL},
    {"BURL LAST", "BURL imap://i.example/x LAST\r\n", SANSMTP_EVENT_BURL},
    {"XCLIENT", "XCLIENT ADDR=192.0.2.1\r\n", SANSMTP_EVENT_XCLIENT},
    {"XFORWARD", "XFORWARD ADDR=192.0.2.1\r\n", SANSMTP_EVENT_XFORWARD},
    {"VERB", "VERB\r\n", 0},
    {"ONEX", "ONEX\r\n", 0},
    {"UNKNOWN", "XYZZY\r\n", SANSMTP_EVENT_UNKNOWN},
};

struct session {
    struct sansmtp_server_options options;
    uint8_t memory[8192];
    struct sansmtp_server *server;
    uint32_t refuse; /* the question that is answered by code */
    uint32_t code;
};

static void answer(struct session *session, uint32_t question)
{
    if (question == session->refuse) {
        if (sansmtp_server_reply(session->server, session->code, 0, NULL, 0) != 0) {
            sansmtp_server_decline(session->server);
        }
    } else if (sansmtp_server_accept(session->server) != 0) {
        sansmtp_server_decline(session->server);
    }
}

static void say(struct session *session, const char *octets)
{
    struct sansmtp_span in = {(const uint8_t *)octets, strlen(octets)};
    const struct sansmtp_event *event;
    size_t length;

    do {
        while ((event = sansmtp_server_next(session->server, &in)) != NULL) {
            if (event->type < SANSMTP_EVENT_BODY) {
                answer(session, event->type);
            }
        }
        (void)sansmtp_server_output(session->server, &length);
        sansmtp_server_sent(session->server, length);
    } while (length != 0);
}

/* BURL is for submission, ETRN and ATRN are for anything else (RFC 6409 7). */
static void offer(struct sansmtp_server_options *options, int submission)
{
    uint64_t base = SANSMTP_EXTENSION_DELIVERBY - 1;

    options->extensions = base | SANSMTP_EXTENSION_XCLIENT | SANSMTP_EXTENSION_XFORWARD;
    if (submission) {
        options->flags |= SANSMTP_SERVER_SUBMISSION;
        options->extensions |= SANSMTP_EXTENSION_BURL;
        options->urls = "imap";
        options->urls_length = 4;
    } else {
        options->extensions |= SANSMTP_EXTENSION_ETRN | SANSMTP_EXTENSION_ATRN;
    }
}

static void begin(struct session *session, int lmtp, int submission)
{
    sansmtp_server_options_init(&session->options, sizeof(session->options));
    session->options.hostname = "s.example";
    session->options.hostname_length = 9;
    session->options.mechanisms = "PLAIN";
    session->options.mechanisms_length = 5;
    session->options.flags = SANSMTP_SERVER_AUTH_IN_CLEAR | (lmtp ? SANSMTP_SERVER_LMTP : 0u);
    offer(&session->options, submission);
    if (sansmtp_server_init(&session->server, session->memory, sizeof(session->memory),
                            &session->options) != 0) {
        puts("init refuses the options");
    }
}

static void finish_tls(struct session *session, uint32_t flags)
{
    struct sansmtp_tls tls = {sizeof(tls), flags};

    sansmtp_server_tls_started(session->server, &tls);
}

static void greet(struct session *session, enum sansmtp_state state)
{
    session->refuse = SANSMTP_EVENT_CONNECT;
    session->code = state == SANSMTP_STATE_DENIED   ? 554
                    : state == SANSMTP_STATE_ABSENT ? 521
                                                    : 220;
    say(session, "");
    session->refuse = 0;
}

static int is_verb(const char *command, const char *verb)
{
    return strncmp(command, verb, strlen(verb)) == 0;
}

static void bring_to(struct session *session, enum sansmtp_state state, const char *command)
{
    int lmtp = is_verb(command, "LHLO");

    begin(session, lmtp, is_verb(command, "BURL"));
    greet(session, state);
    if (state == SANSMTP_STATE_OPEN || session->code != 220) {
        return;
    }
    say(session, lmtp ? "LHLO c.example\r\n" : "EHLO c.example\r\n");
    session->code = 451;
    if (is_verb(command, "ATRN") || is_verb(command, "BURL")) {
        say(session, "AUTH PLAIN =\r\n");
    }
    if (state == SANSMTP_STATE_WEAK) {
        say(session, "STARTTLS\r\n");
        finish_tls(session, SANSMTP_TLS_INSUFFICIENT);
    } else if (state != SANSMTP_STATE_HELLO) {
        say(session, "MAIL FROM:<a@c.example>\r\n");
    }
    if (state == SANSMTP_STATE_REFUSED) {
        session->refuse = SANSMTP_EVENT_RECIPIENT;
    }
    if (state >= SANSMTP_STATE_REFUSED && state <= SANSMTP_STATE_BROKEN) {
        say(session, "RCPT TO:<b@s.example>\r\n");
    }
    if (state == SANSMTP_STATE_BROKEN) {
        session->refuse = SANSMTP_EVENT_CHUNK;
    }
    if (state == SANSMTP_STATE_CHUNKS || state == SANSMTP_STATE_BROKEN) {
        say(session, "BDAT 1\r\nx");
    }
    session->refuse = 0;
}

static const char *now(const struct sansmtp_server *server)
{
    return server->phase == SANSMTP_PHASE_OVER   ? "over"
           : server->phase == SANSMTP_PHASE_TLS  ? "tls"
           : server->phase == SANSMTP_PHASE_TURN ? "turn"
           : server->phase == SANSMTP_PHASE_BODY ? "body"
                                                 : names[server->state];
}

static void try_one(enum sansmtp_state state, const struct command *command, int yes)
{
    static struct session session;

    bring_to(&session, state, command->name);
    if (session.server->state != state) {
        printf("%s was not reached\n", names[state]);
        return;
    }
    session.refuse = yes ? 0 : command->question;
    session.code = command->question == SANSMTP_EVENT_STARTTLS ? 454 : 550;
    say(&session, command->octets);
    printf("%s\t%s\t%s\t%s\t%s\n", names[state], command->name, yes ? "yes" : "no",
           now(session.server), command->question == 0 ? "" : sansmtp_event_name(command->question));
}

static void try_tls(uint32_t flags, const char *answer_is)
{
    static struct session session;

    bring_to(&session, SANSMTP_STATE_HELLO, "STARTTLS");
    say(&session, "STARTTLS\r\n");
    finish_tls(&session, flags);
    printf("tls\ttls_started\t%s\t%s\t\n", answer_is, now(session.server));
}

int main(void)
{
    for (int state = 0; state < SANSMTP_STATES; state++) {
        for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
            try_one((enum sansmtp_state)state, &commands[i], 1);
            try_one((enum sansmtp_state)state, &commands[i], 0);
        }
    }
    try_tls(0, "yes");
    try_tls(SANSMTP_TLS_INSUFFICIENT, "no");
    return 0;
}
