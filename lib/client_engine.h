#ifndef SANSMTP_CLIENT_ENGINE_H
#define SANSMTP_CLIENT_ENGINE_H

/*
 * The client engine from inside. Its rooms:
 *
 *   client.c              next and wants
 *   client_state.c        an event, a reply told of: what all rooms do to the state
 *   client_reply.c        the peer's replies: lines collected over any cuts, bounded
 *   client_session.c      what a reply means outside a message: greeting, hello, STARTTLS, QUIT
 *   client_opening.c      what comes next while the session opens: TLS, AUTH, messages
 *   client_transaction.c  what it means within: MAIL, RCPT, DATA, BDAT; how a message goes on
 *   client_outcome.c      what becomes of it: the replies to its end, refusals
 *   client_command.c      the lines that go out, and the commands that are the host's own
 *   client_envelope.c     submit: the gate of the envelope, and what it needs of the peer
 *   client_mail.c         submit: the MAIL line
 *   client_rcpt.c         recipient: its gate, and the RCPT line
 *   client_body.c         the message, lent by the host piece by piece
 *   client_output.c       what goes out, and what of it is gone: output, vectors, sent
 *   client_auth.c         the AUTH exchange
 *   client_over.c         the end of a message and of a session, as the rooms bring it about
 *   client_end.c          the same, as the host does; patience
 *   client_options.c      options, memory, init
 *
 * Pipelining needs no queue: the order of the commands is fixed, so counters do. `put` counts the
 * commands written, `sent` those wholly handed out, `answered` those whose reply is in.
 *
 * Calls go one way: from next() and the host's calls down to session and transaction, AUTH and
 * body, the outcome, the lines, the end, the state.
 */

#include <sansmtp/client.h>
#include <stdbool.h>

#include "capability.h"
#include "out.h"
#include "reply_line.h"

enum sansmtp_client_phase {
    SANSMTP_AWAITS_GREETING,
    SANSMTP_AWAITS_HELLO,
    SANSMTP_AWAITS_STARTTLS,
    SANSMTP_AWAITS_TLS, /* the host does the handshake */
    SANSMTP_AWAITS_AUTH,
    SANSMTP_AWAITS_MESSAGE, /* of the host */
    SANSMTP_AWAITS_OUTCOME, /* a transaction runs */
    SANSMTP_AWAITS_RSET,
    SANSMTP_AWAITS_COMMAND, /* the reply to a command of the host's */
    SANSMTP_AWAITS_QUIT,
    SANSMTP_AWAITS_TURN,   /* the host begins the other role on this connection */
    SANSMTP_AWAITS_NOTHING /* over */
};

enum {
    SANSMTP_CLIENT_TLS = 1,      /* TLS is up */
    SANSMTP_CLIENT_VERIFIED = 2, /* and the host trusts the peer's certificate */
    SANSMTP_CLIENT_HELO = 4,     /* the hello was HELO */
    SANSMTP_CLIENT_AUTHENTICATED = 8,
    SANSMTP_CLIENT_TLS_TRIED = 16, /* STARTTLS was refused */
    SANSMTP_CLIENT_EOF = 32,
    SANSMTP_CLIENT_BUSY = 64,
    SANSMTP_CLIENT_ENDED = 128,      /* CLOSING was told */
    SANSMTP_CLIENT_DIRTY = 256,      /* the peer still holds a transaction: RSET before MAIL */
    SANSMTP_CLIENT_CHALLENGED = 512, /* CHALLENGE is open */
    SANSMTP_CLIENT_HELD = 1024,      /* an initial response waits for its 334 */
    SANSMTP_CLIENT_CANCELLED = 2048, /* "*" was sent */
    SANSMTP_CLIENT_WHOLE = 4096,     /* a reply is whole and not yet looked at */
    SANSMTP_CLIENT_LINE_DUE = 8192,  /* a line is whole, its trace told, not yet looked at */
    SANSMTP_CLIENT_CUT_LINE = 16384, /* the line in hand is longer than is kept */
    SANSMTP_CLIENT_CUT_TEXT = 32768, /* so is the reply */
    SANSMTP_CLIENT_OUTCOME_DUE = 65536,
    SANSMTP_CLIENT_READY_DUE = 131072,
    SANSMTP_CLIENT_CHALLENGE_DUE = 262144, /* the initial response is to be asked for */
    SANSMTP_CLIENT_EARLY = 524288,         /* the reply in hand began before it was asked for */
    SANSMTP_CLIENT_GREETING_DUE = 1048576, /* PIPECONNECT: the greeting is still to come, */
    SANSMTP_CLIENT_HELLO_DUE = 2097152,    /* the reply to EHLO, though messages go already */
    SANSMTP_CLIENT_NO_ETRN = 4194304,      /* ETRN was refused for good (RFC 1985 5.2) */
    SANSMTP_CLIENT_AMID = 8388608          /* the reply in hand began amid the chunk it answers */
};

/* Within a transaction. */
enum {
    SANSMTP_SENDS_RSET = 1,   /* RSET went in front of MAIL */
    SANSMTP_SENDS_ASKING = 2, /* recipients are still asked for */
    SANSMTP_SENDS_MAIL_REFUSED = 4,
    SANSMTP_SENDS_TEMPORARY = 8, /* some refusal was a 4yz */
    SANSMTP_SENDS_REFUSED = 16,  /* some recipient was refused */
    SANSMTP_SENDS_DATA = 32,     /* DATA was put */
    SANSMTP_SENDS_CHUNKS = 64,   /* the message goes by BDAT */
    SANSMTP_SENDS_BODY = 128,    /* body octets may be asked for */
    SANSMTP_SENDS_LAST = 256,    /* the host has given its last */
    SANSMTP_SENDS_FINAL = 512,   /* the last octet of the message is handed out */
    SANSMTP_SENDS_VOID = 1024,   /* the message is lost: finish what is begun, and no more */
    SANSMTP_SENDS_EMPTY = 2048,  /* 354 without a recipient: an empty message ends it */
    SANSMTP_SENDS_ALL_OR_NONE = 4096,
    SANSMTP_SENDS_UTF8 = 8192,
    SANSMTP_SENDS_EIGHT_BIT = 16384,
    SANSMTP_SENDS_BINARY = 32768,
    SANSMTP_SENDS_DELAYS = 65536,      /* reports of delays are asked for (RFC 2852 4.1.4.2) */
    SANSMTP_SENDS_PRDR = 131072,       /* an answer a recipient is asked for */
    SANSMTP_SENDS_ANALYSED = 262144,   /* and promised: 353 */
    SANSMTP_SENDS_TRANSID = 524288,    /* the transaction has a name */
    SANSMTP_SENDS_RESTARTED = 1048576, /* and goes on where it broke off: 355 */
    SANSMTP_SENDS_CONNEG = 2097152,
    SANSMTP_SENDS_SPARED = 4194304 /* PRDR: some recipient was accepted finally */
};

struct sansmtp_client {
    const struct sansmtp_client_options *options;
    struct sansmtp_out out;
    uint8_t *text; /* of the reply so far; behind it the line in hand */
    const uint8_t *response;
    size_t response_length;

    struct sansmtp_span slice; /* of the body: goes out next */
    struct sansmtp_span chunk; /* what stands behind it */
    struct sansmtp_span tail;  /* what closes the message */
    struct sansmtp_capabilities offered;
    uint64_t assumed; /* PIPECONNECT: extensions that were taken to be offered */

    uint64_t reply_octets;
    uint64_t decided;                   /* answered when the reply came that decides the outcome */
    uint64_t put, sent, answered, base; /* commands; base: answered when the transaction began */

    uint32_t text_capacity, text_length, line_length, line_state, line_total;
    uint32_t reply_lines, reply_code, reply_enhanced;
    uint32_t phase, knows, sends;
    uint32_t taken, told, accepted, finals; /* recipients: given, answered, accepted, finally */
    uint32_t chunks;                        /* BDAT and BURL commands put in this transaction */
    uint32_t mails;                         /* MAIL commands put in this session */
    uint32_t verb;                          /* of the host's command */
    uint32_t stuff;
    uint32_t mechanism, tried; /* the word of the host's list in use; set of those tried */
    uint32_t serial;
    uint32_t outcome, outcome_code, outcome_enhanced;
    int error;
    uint32_t closing;

    struct sansmtp_event event;
};

_Static_assert(sizeof(struct sansmtp_client) <= SANSMTP_CLIENT_ENGINE, "engine grew");

enum sansmtp_client_step { SANSMTP_CLIENT_WAIT, SANSMTP_CLIENT_ON, SANSMTP_CLIENT_TELL };

/* A reply that is whole. */
struct sansmtp_client_reply {
    uint32_t code, enhanced, lines;
    struct sansmtp_span text;
};

static inline bool sansmtp_client_knows(const struct sansmtp_client *client, uint32_t what)
{
    return (client->knows & what) != 0;
}

static inline bool sansmtp_client_sends(const struct sansmtp_client *client, uint32_t what)
{
    return (client->sends & what) != 0;
}

static inline bool sansmtp_client_is(const struct sansmtp_client *client, uint32_t option)
{
    return (client->options->flags & option) != 0;
}

static inline bool sansmtp_client_offers(const struct sansmtp_client *client, uint64_t extension)
{
    return (client->offered.extensions & extension) != 0;
}

/* PIPECONNECT: is the reply to EHLO half in? Then what is offered is half known. */
static inline bool sansmtp_client_half_told(const struct sansmtp_client *client)
{
    return client->reply_lines != 0 && sansmtp_client_knows(client, SANSMTP_CLIENT_HELLO_DUE) &&
           !sansmtp_client_knows(client, SANSMTP_CLIENT_GREETING_DUE);
}

/* client_state.c */
struct sansmtp_event *sansmtp_client_event(struct sansmtp_client *client, uint32_t type);
struct sansmtp_event *sansmtp_client_reply_event(struct sansmtp_client *client, uint32_t type,
                                                 const struct sansmtp_client_reply *reply);
struct sansmtp_event *sansmtp_client_refusal(struct sansmtp_client *client, uint32_t verb,
                                             const struct sansmtp_client_reply *reply);
void sansmtp_client_renew(struct sansmtp_client *client);
bool sansmtp_client_outstanding(const struct sansmtp_client *client);
void sansmtp_client_auth_forget(struct sansmtp_client *client);

/* client_over.c */
void sansmtp_client_finish(struct sansmtp_client *client, uint32_t outcome);
uint32_t sansmtp_client_refused_outcome(const struct sansmtp_client *client);
bool sansmtp_client_has_recipient(const struct sansmtp_client *client);
void sansmtp_client_lost(struct sansmtp_client *client);
void sansmtp_client_over(struct sansmtp_client *client, uint32_t reason, int error);
void sansmtp_client_fail(struct sansmtp_client *client, int error);

/* client_opening.c: the host's mechanism of this number, length 0: there is none */
struct sansmtp_span sansmtp_client_mechanism(const struct sansmtp_client *client, uint32_t number);
void sansmtp_client_put_auth(struct sansmtp_client *client);
void sansmtp_client_proceed(struct sansmtp_client *client);

/* client_reply.c */
enum sansmtp_client_step sansmtp_client_collect(struct sansmtp_client *client,
                                                struct sansmtp_span *in);
enum sansmtp_client_step sansmtp_client_whole_line(struct sansmtp_client *client);
struct sansmtp_client_reply sansmtp_client_take(struct sansmtp_client *client);

/* client_session.c: what a reply does; each may leave an event to tell */
uint32_t sansmtp_client_hello_verb(const struct sansmtp_client *client);
enum sansmtp_client_step sansmtp_client_session(struct sansmtp_client *client,
                                                const struct sansmtp_client_reply *reply);
enum sansmtp_client_step sansmtp_client_opening(struct sansmtp_client *client,
                                                const struct sansmtp_client_reply *reply);
void sansmtp_client_hello(struct sansmtp_client *client);

/* client_transaction.c */
enum sansmtp_client_step sansmtp_client_transaction(struct sansmtp_client *client,
                                                    const struct sansmtp_client_reply *reply);
void sansmtp_client_advance(struct sansmtp_client *client);

/* client_outcome.c */
enum sansmtp_client_step sansmtp_client_after_end(struct sansmtp_client *client,
                                                  const struct sansmtp_client_reply *reply);
enum sansmtp_client_step sansmtp_client_early_verdict(struct sansmtp_client *client,
                                                      const struct sansmtp_client_reply *reply);
enum sansmtp_client_step sansmtp_client_senseless(struct sansmtp_client *client);
void sansmtp_client_note_refusal(struct sansmtp_client *client,
                                 const struct sansmtp_client_reply *reply);

/* client_command.c: length of put: of what ends the line; NULs end the text of put_text */
void sansmtp_client_put(struct sansmtp_client *client, const char *line, size_t length);
void sansmtp_client_put_text(struct sansmtp_client *client, const char *text);
bool sansmtp_client_piped(const struct sansmtp_client *client);
bool sansmtp_client_idle(const struct sansmtp_client *client);
bool sansmtp_client_is_span(const char *text, size_t length);
int sansmtp_client_mailbox_check(const char *text, size_t length, bool utf8);
int sansmtp_client_own_check(const struct sansmtp_client *client,
                             const struct sansmtp_own_value *own, uint32_t count, uint32_t verb);
size_t sansmtp_client_own_length(const struct sansmtp_own_value *own, uint32_t count);
void sansmtp_client_put_own(struct sansmtp_client *client, const struct sansmtp_own_value *own,
                            uint32_t count);

/* client_envelope.c */
int sansmtp_client_envelope_check(const struct sansmtp_client *client,
                                  const struct sansmtp_envelope *envelope);
bool sansmtp_client_needs_utf8(const struct sansmtp_envelope *envelope);

/* A MAIL line fits, and a RSET in front of it, but for SOLICIT and the host's own parameters. */
enum { SANSMTP_CLIENT_MAIL_ROOM = 1480 };

/* client_rcpt.c */
bool sansmtp_client_asks_recipient(const struct sansmtp_client *client);
void sansmtp_client_heed_limit(struct sansmtp_client *client);

/* client_body.c */
bool sansmtp_client_asks_body(const struct sansmtp_client *client);
void sansmtp_client_body_begin(struct sansmtp_client *client);
void sansmtp_client_empty_end(struct sansmtp_client *client);
bool sansmtp_client_body_pending(const struct sansmtp_client *client);
bool sansmtp_client_octets_left(const struct sansmtp_client *client);
void sansmtp_client_chunk_done(struct sansmtp_client *client);

/* client_auth.c */
enum sansmtp_client_step sansmtp_client_auth(struct sansmtp_client *client,
                                             const struct sansmtp_client_reply *reply);
void sansmtp_client_respond_rest(struct sansmtp_client *client);
void sansmtp_client_ask_initial(struct sansmtp_client *client);

#endif
