#ifndef SANSMTP_SERVER_ENGINE_H
#define SANSMTP_SERVER_ENGINE_H

/*
 * The server engine from inside. Its rooms, by beat:
 *
 *   server.c          next and wants: one step a phase, until there is something to tell
 *   server_state.c    an event, a question, a transaction: what all rooms do to the state
 *   server_line.c     a command line or AUTH line, collected over any cuts, and the next one
 *   server_check.c    check: is this command legal here, and what is said if not?
 *   server_form.c     check: is it well-formed?
 *   server_command.c  ask: budgets, then the question of a command or the engine's own answer
 *   server_proceed.c  proceed: what an answer changes
 *   server_say.c      the lines that go out
 *   server_refuse.c   the engine's own no, and the errors that are counted
 *   server_reply.c    the host's answers
 *   server_list.c     the long replies, row by row: EHLO, HELP
 *   server_body.c     the message: DATA and BDAT
 *   server_auth.c     the AUTH exchange
 *   server_end.c      how a session ends; patience
 *   server_options.c  options, memory, init
 *
 * A session has a phase (how input is read now), a state (a column of server_table.def) and at most
 * one open question. A question is asked, and a reply written, only when the output has room for
 * options.reply octets, so neither can fail for space.
 *
 * Calls go one way: from next() down to command and body, what an answer changes, lists, AUTH, the
 * end, what is said, the line, the state.
 */

#include <sansmtp/callbacks.h>
#include <stdbool.h>

#include "line.h"
#include "out.h"
#include "reply.h"
#include "server_table.h"

/* What a step did: nothing, for want of input or room; went on; or server->event is to be told. */
enum sansmtp_step { SANSMTP_STEP_WAIT, SANSMTP_STEP_ON, SANSMTP_STEP_TELL };

enum sansmtp_phase {
    SANSMTP_PHASE_GREETING,  /* CONNECT is not asked yet */
    SANSMTP_PHASE_LINE,      /* a command line is being collected */
    SANSMTP_PHASE_COMMAND,   /* it is whole, and waits for room */
    SANSMTP_PHASE_BODY,      /* DATA: up to CRLF.CRLF */
    SANSMTP_PHASE_CHUNK,     /* BDAT: so many octets */
    SANSMTP_PHASE_VERDICT,   /* the message or chunk is whole: ask, or refuse */
    SANSMTP_PHASE_EXCHANGE,  /* a line of the AUTH exchange is being collected */
    SANSMTP_PHASE_RESPONSE,  /* it is whole, and waits for room */
    SANSMTP_PHASE_ROWS,      /* the rows of EHLO or HELP go out */
    SANSMTP_PHASE_CHALLENGE, /* a challenge goes out */
    SANSMTP_PHASE_TLS,       /* the host does the handshake */
    SANSMTP_PHASE_TURN,      /* the host begins the other role on this connection */
    SANSMTP_PHASE_OVER       /* closing; input is dropped */
};

/* What is known of the session, and of the transaction. */
enum {
    SANSMTP_KNOWS_EXTENDED = 1,       /* the hello was EHLO or LHLO */
    SANSMTP_KNOWS_HELLO = 2,          /* there was a hello */
    SANSMTP_KNOWS_TLS = 4,            /* TLS is up */
    SANSMTP_KNOWS_AUTHENTICATED = 8,  /* AUTH succeeded */
    SANSMTP_KNOWS_GREETED = 16,       /* the greeting is handed to the transport */
    SANSMTP_KNOWS_EARLY = 32,         /* an early talker was told */
    SANSMTP_KNOWS_EOF = 64,           /* the host said eof */
    SANSMTP_KNOWS_CLOSE = 128,        /* the host said close */
    SANSMTP_KNOWS_TRACED = 256,       /* the trace of the line in hand was told */
    SANSMTP_KNOWS_BEGUN = 512,        /* MAIL was accepted: END or RESET must follow */
    SANSMTP_KNOWS_UTF8 = 1024,        /* MAIL had SMTPUTF8 */
    SANSMTP_KNOWS_BINARY = 2048,      /* MAIL had BODY=BINARYMIME */
    SANSMTP_KNOWS_LAST = 4096,        /* this chunk is the last */
    SANSMTP_KNOWS_CHUNK = 8192,       /* the verdict is about a chunk, not DATA */
    SANSMTP_KNOWS_EXCHANGE = 16384,   /* an AUTH exchange is open */
    SANSMTP_KNOWS_ASKED_AUTH = 32768, /* its AUTH question was asked */
    SANSMTP_KNOWS_PAUSED = 65536,
    SANSMTP_KNOWS_BUSY = 131072,          /* a callback runs, or was left by a jump */
    SANSMTP_KNOWS_LINES = 262144,         /* reply_line has written lines of this answer */
    SANSMTP_KNOWS_SHOWS_UTF8 = 524288,    /* VRFY or EXPN with SMTPUTF8 */
    SANSMTP_KNOWS_ENDED = 1048576,        /* CLOSING was told */
    SANSMTP_KNOWS_LENT_ASKED = 2097152,   /* LIMIT_AUTH_LINE was told for the line in hand */
    SANSMTP_KNOWS_MAIL_REFUSED = 4194304, /* and nothing began since */
    SANSMTP_KNOWS_PRDR = 8388608,         /* MAIL had PRDR */
    SANSMTP_KNOWS_ANALYSED = 16777216,    /* 353 is said: an answer a recipient, then one for all */
    SANSMTP_KNOWS_PRIORITY = 33554432     /* MAIL had a MT-PRIORITY that must be granted */
};

/* What belongs to the transaction, and goes with it. */
#define SANSMTP_KNOWS_TRANSACTION                                                           \
    (SANSMTP_KNOWS_BEGUN | SANSMTP_KNOWS_UTF8 | SANSMTP_KNOWS_BINARY | SANSMTP_KNOWS_LAST | \
     SANSMTP_KNOWS_CHUNK | SANSMTP_KNOWS_PRDR | SANSMTP_KNOWS_ANALYSED | SANSMTP_KNOWS_PRIORITY)

/* The line in hand: in the line buffer, or in lent memory once it has outgrown that. */
struct sansmtp_line {
    uint8_t *octets;
    uint32_t capacity;
    uint32_t length; /* octets stored */
    uint32_t state;  /* of sansmtp_line_scan */
    bool overlong;   /* there were more than could be stored */
    bool in_lent;
    uint64_t total; /* octets seen, CRLF included */
};

struct sansmtp_server {
    const struct sansmtp_server_options *options;
    struct sansmtp_out out;
    struct sansmtp_line line;
    uint8_t *buffer; /* the line buffer; its length is line_capacity */
    uint8_t *lent;
    size_t lent_length;
    const uint8_t *challenge; /* of the host, what is still to be written */
    size_t challenge_length;

    uint64_t extensions; /* what is on for the command in hand */
    uint64_t allowed;    /* what the host allows, from the next command on */
    uint64_t octets;     /* of the message so far */
    uint64_t remaining;  /* of the chunk */
    uint64_t progressed; /* body octets since patience last began anew */

    uint32_t phase; /* enum sansmtp_phase */
    uint32_t state; /* enum sansmtp_state */
    uint32_t knows;
    uint32_t question;      /* SANSMTP_EVENT_..., 0: none is open */
    uint32_t verb;          /* of the command in hand */
    uint32_t refusal;       /* the reply that a message, chunk or session being skipped will get */
    uint32_t unstuff;       /* state of sansmtp_unstuff */
    uint32_t line_code;     /* code of the lines that reply_line has written */
    uint32_t line_enhanced; /* and their enhanced code */
    uint32_t line_capacity;
    uint32_t row;       /* the next row of a list; of HELP or EHLO says verb */
    uint32_t mechanism; /* where the name of the mechanism stands in options.mechanisms */
    uint32_t mechanism_length;
    uint32_t recipients; /* accepted in this transaction */
    uint32_t verdicts;   /* LMTP, PRDR: answers given after the message so far */
    uint32_t serial;     /* of patience */
    int error;

    /* notices that wait to be told: 0 or the reason */
    uint8_t limit;
    uint8_t reset;
    uint8_t closing;
    uint8_t farewell; /* enum sansmtp_reply: 421 that found no room yet */

    uint32_t messages, errors, unknown, idle_commands, repetitions, verifications, authentications;

    struct sansmtp_event event;
};

_Static_assert(sizeof(struct sansmtp_server) <= SANSMTP_SERVER_ENGINE, "engine grew");

static inline bool sansmtp_server_knows(const struct sansmtp_server *server, uint32_t what)
{
    return (server->knows & what) != 0;
}

static inline bool sansmtp_server_is(const struct sansmtp_server *server, uint32_t option)
{
    return (server->options->flags & option) != 0;
}

static inline bool sansmtp_server_lenient(const struct sansmtp_server *server, uint32_t option)
{
    return (server->options->leniency & option) != 0;
}

/* server_options.c: the options, or defaults where the host's are of the first version */
const struct sansmtp_server_options *
sansmtp_server_later(const struct sansmtp_server_options *options);

/* server_state.c */
struct sansmtp_event *sansmtp_server_event(struct sansmtp_server *server, uint32_t type);
enum sansmtp_step sansmtp_server_ask(struct sansmtp_server *server);
void sansmtp_server_renew(struct sansmtp_server *server);
uint64_t sansmtp_server_extensions(const struct sansmtp_server *server); /* in force now */
void sansmtp_server_reset(struct sansmtp_server *server, uint32_t reason);
void sansmtp_server_transaction_over(struct sansmtp_server *server);

/* server_line.c: collect is true once the line is whole; it stands without its CRLF */
bool sansmtp_server_collect(struct sansmtp_server *server, struct sansmtp_span *in);
void sansmtp_server_line_begin(struct sansmtp_server *server);
void sansmtp_server_line_wipe(struct sansmtp_server *server);
void sansmtp_server_await_line(struct sansmtp_server *server);
void sansmtp_server_auth_over(struct sansmtp_server *server);

/* server_check.c: what the command in hand gets at once; NONE: server->event is ready to ask */
enum sansmtp_reply sansmtp_server_check(struct sansmtp_server *server);

/* server_form.c: its argument, read into server->event */
enum sansmtp_reply sansmtp_server_form(struct sansmtp_server *server);
struct sansmtp_span sansmtp_server_argument(const struct sansmtp_server *server);

/* server_command.c */
enum sansmtp_step sansmtp_server_command(struct sansmtp_server *server, size_t behind);

/* server_proceed.c */
void sansmtp_server_proceed(struct sansmtp_server *server, uint32_t question, uint32_t code);
void sansmtp_server_burl_refused(struct sansmtp_server *server);

/* server_say.c */
bool sansmtp_server_room(const struct sansmtp_server *server);
void sansmtp_server_say(struct sansmtp_server *server, enum sansmtp_reply reply);
size_t sansmtp_server_line_length(const struct sansmtp_server *server, uint32_t code,
                                  uint32_t enhanced, size_t length);
void sansmtp_server_put_line(struct sansmtp_server *server, uint32_t code, char separator,
                             uint32_t enhanced, const void *text, size_t length);

/* server_refuse.c */
bool sansmtp_server_count_error(struct sansmtp_server *server);
bool sansmtp_server_refuse(struct sansmtp_server *server, enum sansmtp_reply reply);

/* server_list.c: rows is true once all are written */
uint64_t sansmtp_server_announced(const struct sansmtp_server *server);
bool sansmtp_server_rows(struct sansmtp_server *server);
void sansmtp_server_help(struct sansmtp_server *server);

/* server_body.c */
void sansmtp_server_body_begin(struct sansmtp_server *server);
enum sansmtp_step sansmtp_server_body(struct sansmtp_server *server, struct sansmtp_span *in);
void sansmtp_server_chunk_begin(struct sansmtp_server *server, enum sansmtp_reply refusal,
                                uint64_t size, bool last);
enum sansmtp_step sansmtp_server_chunk(struct sansmtp_server *server, struct sansmtp_span *in);
enum sansmtp_step sansmtp_server_verdict(struct sansmtp_server *server);

/* server_auth.c */
enum sansmtp_reply sansmtp_server_auth_check(struct sansmtp_server *server,
                                             struct sansmtp_span argument);
enum sansmtp_reply sansmtp_server_auth_long(struct sansmtp_server *server);
size_t sansmtp_server_showable(const uint8_t *line, size_t length);
enum sansmtp_step sansmtp_server_auth(struct sansmtp_server *server);
enum sansmtp_step sansmtp_server_response(struct sansmtp_server *server);
bool sansmtp_server_challenge_rest(struct sansmtp_server *server);
bool sansmtp_server_mechanism_next(const struct sansmtp_server *server, size_t *at,
                                   struct sansmtp_span *name);

/* server_end.c */
void sansmtp_server_over(struct sansmtp_server *server, uint32_t reason, int error);
void sansmtp_server_farewell(struct sansmtp_server *server, enum sansmtp_reply reply);
void sansmtp_server_spent(struct sansmtp_server *server, uint32_t limit);
void sansmtp_server_try_close(struct sansmtp_server *server);

#endif
