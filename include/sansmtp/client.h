#ifndef SANSMTP_CLIENT_H
#define SANSMTP_CLIENT_H

/*
 * The client engine: MUA, MTA and LMTP sender.
 *
 * The host submits an envelope, gives recipients and lends a body when asked; the engine greets,
 * negotiates, pipelines, and reports the fate of every recipient. It is pulled as the server is:
 * next() gives one event at a time, wants() says what can happen now. Recipients and body are
 * pulled too, so that thousands of them and bodies without end cost no memory.
 */

#include <sansmtp/additions.h>
#include <sansmtp/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sansmtp_client; /* opaque; lives in the host's block */

/* options.flags */
#define SANSMTP_CLIENT_LMTP          1u  /* speak LMTP (RFC 2033): a result for each recipient */
#define SANSMTP_CLIENT_IMPLICIT_TLS  2u  /* handshake first (RFC 8314) */
#define SANSMTP_CLIENT_AUTH_IN_CLEAR 4u  /* clear-text mechanisms without TLS, or under TLS whose */
                                         /* peer was not verified (RFC 4954 14) */
#define SANSMTP_CLIENT_AUTH_OPTIONAL 8u  /* go on without authentication where it fails */
#define SANSMTP_CLIENT_NO_PIPELINING 16u /* one command at a time, whatever is offered */
#define SANSMTP_CLIENT_TRACE         32u /* a TRACE notice for each line of the peer */

/* options.tls: STARTTLS */
#define SANSMTP_CLIENT_TLS_NONE          0u
#define SANSMTP_CLIENT_TLS_OPPORTUNISTIC 1u /* if it is offered; if refused, go on in clear */
#define SANSMTP_CLIENT_TLS_REQUIRED      2u /* never go on without (default) */

/* options.chunking */
#define SANSMTP_CLIENT_CHUNKING_AUTO 0u /* BDAT where offered and nothing is to be normalised */
#define SANSMTP_CLIENT_CHUNKING_OFF  1u /* DATA, but for BODY=BINARYMIME */

/* options.body_newlines: a CR without LF or an LF without CR in the host's body */
#define SANSMTP_CLIENT_NEWLINES_REFUSE    0u /* an error, and never the end of data (default) */
#define SANSMTP_CLIENT_NEWLINES_NORMALISE 1u /* becomes CRLF; the message goes by DATA (URLS: an */
                                             /* error, as with REFUSE) */

/* Options: const, shared, borrowed until the last call on the engine, with all they point to. */
struct sansmtp_client_options {
    uint32_t size;          /* set by sansmtp_client_options_init */
    uint32_t flags;         /* SANSMTP_CLIENT_...; default 0 */
    uint32_t tls;           /* SANSMTP_CLIENT_TLS_...; default REQUIRED */
    uint32_t chunking;      /* SANSMTP_CLIENT_CHUNKING_...; default AUTO */
    uint32_t body_newlines; /* SANSMTP_CLIENT_NEWLINES_...; default REFUSE */
    uint32_t in_flight;     /* commands that may await replies; default 64 */

    const char *hello; /* our domain or address literal; required; at most 255 octets */
    size_t hello_length;
    const char *mechanisms; /* SASL mechanisms, the best first, one space between; at most 32; */
                            /* NULL: do not authenticate */
    size_t mechanisms_length;

    uint32_t line; /* octets for the replies' text, 128 of them for the line in hand; longer text */
                   /* is cut, a longer challenge of AUTH cancelled; default 1024, least 512 */
    uint32_t output; /* octets of the output buffer; least 2048, default 4096 */

    /* In the next three 0 means: no limit. */
    uint32_t reply_line;   /* octets of the longest reply line taken; default 4096, least 512 */
    uint32_t reply_lines;  /* lines of the longest reply; default 128 */
    uint32_t reply_octets; /* octets of the longest reply; default 65536 */

    uint32_t greeting_patience; /* seconds for each; defaults 300 300 120 180 600 */
    uint32_t patience;          /* (RFC 5321 4.5.3.2): greeting, a command, 354, a block of */
    uint32_t data_patience;     /* body, the reply to the end of the message */
    uint32_t body_patience;
    uint32_t end_patience;
    uint32_t reserved; /* 0 */

    const struct sansmtp_additions *additions; /* the host's own words; NULL: none */
};

/* What a static block needs. */
#define SANSMTP_CLIENT_ENGINE               (512u + 32u * (unsigned)sizeof(void *))
#define SANSMTP_CLIENT_MEMORY(line, output) (SANSMTP_CLIENT_ENGINE + (line) + (output) + 16u)

/* envelope.flags */
#define SANSMTP_ENVELOPE_ALL_OR_NONE 1u  /* no message unless every recipient is accepted */
#define SANSMTP_ENVELOPE_UTF8        2u  /* header fields are UTF-8: SMTPUTF8 is needed, and that */
                                         /* body says 8BITMIME */
#define SANSMTP_ENVELOPE_REQUIRETLS  4u  /* only through verified TLS, all the way (RFC 8689) */
#define SANSMTP_ENVELOPE_CONPERM     8u  /* the content may be converted (RFC 4141) */
#define SANSMTP_ENVELOPE_PRDR        16u /* an answer for each recipient, where it is offered */
#define SANSMTP_ENVELOPE_NO_PRIORITY 32u /* no MT-PRIORITY, not even 0 */
#define SANSMTP_ENVELOPE_URLS        64u /* some of the body are URLs: burl() (RFC 4468) */

/* The value of a parameter of the host's own. */
struct sansmtp_own_value {
    uint32_t number; /* of the parameter in options.additions */
    uint32_t reserved;
    const char *value; /* an esmtp-value (RFC 5321 4.1.2); length 0: none */
    size_t value_length;
};

/* A message to submit. Copied by submit, but for the recipients and the body. */
struct sansmtp_envelope {
    uint32_t size;         /* sizeof (struct sansmtp_envelope) */
    uint32_t flags;        /* SANSMTP_ENVELOPE_... */
    uint32_t body;         /* SANSMTP_BODY_...: what the content is; 0: 7BIT */
    uint32_t ret;          /* DSN: SANSMTP_RET_..., 0: none */
    uint64_t message_size; /* octets with CRLFs, 0: not known */
    const char *sender;    /* reverse-path: a mailbox without brackets; length 0: <> */
    size_t sender_length;
    const char *envid; /* DSN envelope id, raw (the engine writes xtext); length 0: none */
    size_t envid_length;
    const char *auth; /* AUTH=: a mailbox or "<>", raw; length 0: none */
    size_t auth_length;
    const char *transid; /* CHECKPOINT: "<local@domain>", never used for another message, and the */
    size_t transid_length; /* same again for a transaction that broke off; length 0: none */
    const char *solicit;   /* SOLICIT: the classes of the message, commas between; length 0: none */
    size_t solicit_length;
    const char *mtrk; /* MTRK: "certifier" or "certifier:seconds"; needs an envid local@host */
    size_t mtrk_length;
    const struct sansmtp_own_value *own; /* the host's own parameters of MAIL */
    uint32_t own_count;
    uint32_t deliver_by_mode; /* BY: SANSMTP_BY_RETURN or _NOTIFY, maybe with _TRACE; 0: none */
    int32_t deliver_by;       /* BY: seconds from now; above 0 with RETURN */
    int32_t priority;         /* MT-PRIORITY: -9 to 9 */
    uint32_t hold_for;        /* HOLDFOR: seconds; 0: none; one of the two */
    uint32_t reserved;
    uint64_t hold_until; /* HOLDUNTIL: seconds since 1970; 0: none */
};

/* A recipient. Copied to the output at once. */
struct sansmtp_recipient {
    uint32_t size;       /* sizeof (struct sansmtp_recipient) */
    uint32_t notify;     /* DSN: SANSMTP_NOTIFY_... or-ed, 0: none */
    const char *mailbox; /* without brackets; "Postmaster" may stand alone */
    size_t mailbox_length;
    const char *orcpt_type; /* DSN: "rfc822"; length 0: no ORCPT */
    size_t orcpt_type_length;
    const char *orcpt; /* the original recipient, raw; UTF-8 of the type "utf-8" */
    size_t orcpt_length;
    const char *rrvs; /* RRVS: a date-time of RFC 3339, maybe ";C" or ";R"; length 0: none */
    size_t rrvs_length;
    const struct sansmtp_own_value *own; /* the host's own parameters of RCPT */
    uint32_t own_count;
    uint32_t reserved;
};

/* capabilities.urls: what BURL may name */
#define SANSMTP_URLS_IMAP 1u /* any IMAP server's */
#define SANSMTP_URLS_SOME 2u /* those of IMAP servers that the peer has named */

/* What the peer offers, as its last reply to EHLO or LHLO has it. */
struct sansmtp_capabilities {
    uint64_t extensions; /* SANSMTP_EXTENSION_..., and the host's own */
    uint64_t size;       /* SIZE: octets of the largest message; 0: not said */
    uint64_t hold_until; /* FUTURERELEASE: the latest moment, seconds since 1970 */
    uint32_t hold_for;   /* FUTURERELEASE: the longest time, seconds */
    uint32_t deliver_by; /* DELIVERBY: the shortest time for mode R, seconds; 0: not said */
    uint32_t mechanisms; /* AUTH: bit i is the i-th word of options.mechanisms */
    uint32_t messages;   /* LIMITS: MAIL commands in a session; 0: not said */
    uint32_t recipients; /* LIMITS: RCPT commands in a message; 0: not said */
    uint32_t domains;    /* LIMITS: domains of recipients in a session, which the host counts */
    uint32_t xclient;    /* XCLIENT, XFORWARD: sets of 1 << SANSMTP_ATTRIBUTE_... */
    uint32_t xforward;
    uint32_t urls; /* BURL: SANSMTP_URLS_... */
    uint32_t reserved;
};

/*
 * sansmtp_client_options_init - fill options with the defaults.
 *
 * size is sizeof (struct sansmtp_client_options) as the caller was compiled; so many octets are
 * written. Returns 0 or SANSMTP_ERR_ARGUMENT (NULL, or smaller than the first version's). From
 * anywhere.
 */
SANSMTP_API int sansmtp_client_options_init(struct sansmtp_client_options *options, size_t size);

/*
 * sansmtp_client_memory - the octets that sansmtp_client_init needs for these options.
 *
 * Returns 0 if init would refuse the options. From anywhere.
 */
SANSMTP_API size_t sansmtp_client_memory(const struct sansmtp_client_options *options);

/*
 * sansmtp_client_init - begin a session in a block of the host's memory.
 *
 * memory need not be aligned; length must be at least sansmtp_client_memory(options). The block
 * holds the whole session; there is nothing to release, and init on the same block begins anew.
 * options are borrowed until the last call on this engine. The engine then awaits the greeting
 * (under IMPLICIT_TLS: it wants TLS). Returns 0 and sets *client, or SANSMTP_ERR_ARGUMENT,
 * SANSMTP_ERR_MEMORY, or SANSMTP_ERR_OPTIONS: unknown bits; no hello name or one with foreign
 * octets; line, output or reply_line under their least; in_flight 0; a patience of 0; more than 32
 * mechanisms; additions that contradict their header. From anywhere, also on a block that a jump
 * left busy.
 */
SANSMTP_API int sansmtp_client_init(struct sansmtp_client **client, void *memory, size_t length,
                                    const struct sansmtp_client_options *options);

/*
 * sansmtp_client_next - take octets of the peer until there is something to tell.
 *
 * Advances *in past what it took; what is left must be handed in again, in front of anything new,
 * and completed writes must be reported by sent() before anything new is handed in: a reply counts
 * only if its command was wholly handed out. in may be NULL: no octets now. Returns the next event,
 * or NULL: nothing more for now, look at sansmtp_client_wants(). NULL too if called with a broken
 * span, or from a callback. Octets behind an open CHALLENGE are not taken, nor those behind the
 * answer to ATRN; after CLOSE all octets are taken and dropped. Events: CHALLENGE (the one
 * question), READY, SENDER, RESULT, FINAL, OUTCOME, REFUSAL, REPLY, RESTART, INJECTION, TRACE,
 * CLOSING.
 */
SANSMTP_API const struct sansmtp_event *sansmtp_client_next(struct sansmtp_client *client,
                                                            struct sansmtp_span *in);

/*
 * sansmtp_client_wants - what can happen now: a set of SANSMTP_READ and so on; 0 only for NULL.
 *
 * READ, WRITE, REPLY (CHALLENGE is open), TLS, IDLE, RECIPIENT, BODY, TURN, CLOSE. It holds once
 * next() has given NULL or run() has returned; so after any call that changes something call one of
 * these again before you wait. Changes nothing; from anywhere.
 */
SANSMTP_API uint32_t sansmtp_client_wants(const struct sansmtp_client *client);

/* sansmtp_client_error - 0, or why the session ended: one of SANSMTP_ERR_GONE, EXPIRED, INJECTION,
 * PROTOCOL, REFUSED, TLS, AUTH. Sticky. From anywhere. */
SANSMTP_API int sansmtp_client_error(const struct sansmtp_client *client);

/* sansmtp_client_extensions - what the peer offers now: a set of SANSMTP_EXTENSION_...; *size (may
 * be NULL): the largest message it takes, 0: not said. From anywhere. */
SANSMTP_API uint64_t sansmtp_client_extensions(const struct sansmtp_client *client, uint64_t *size);

/* sansmtp_client_capabilities - all that the peer offers now; length octets of *capabilities are
 * filled, sizeof as the host was compiled. Returns 0 or SANSMTP_ERR_ARGUMENT. From anywhere. */
SANSMTP_API int sansmtp_client_capabilities(const struct sansmtp_client *client,
                                            struct sansmtp_capabilities *capabilities,
                                            size_t length);

/*
 * sansmtp_client_assume - do not wait for greeting and EHLO: PIPECONNECT.
 *
 * capabilities are what capabilities() gave in an earlier session with this peer, on such a
 * channel; length is sizeof as the host was compiled; they are copied. EHLO is said at once, READY
 * is told, and messages can go. If greeting or EHLO say no, or what was assumed is not offered any
 * more, the session ends by SANSMTP_ERR_REFUSED or _PROTOCOL: connect again, and assume nothing.
 * Before the first octet of the peer (with implicit TLS after tls_started()). Returns 0,
 * SANSMTP_ERR_STATE (too late; or STARTTLS or AUTH must come first), or SANSMTP_ERR_ARGUMENT (NULL;
 * PIPECONNECT or PIPELINING is not among them). Source: Exim's PIPECONNECT.
 */
SANSMTP_API int sansmtp_client_assume(struct sansmtp_client *client,
                                      const struct sansmtp_capabilities *capabilities,
                                      size_t length);

/*
 * sansmtp_client_question - the open CHALLENGE, or NULL. Changes nothing; from anywhere.
 */
SANSMTP_API const struct sansmtp_event *
sansmtp_client_question(const struct sansmtp_client *client);

/*
 * sansmtp_client_command - a command that is no part of a message; at the want IDLE.
 *
 * line is the whole line without CRLF, and is copied: VRFY, EXPN, HELP, NOOP, ETRN, ATRN, XCLIENT,
 * XFORWARD, or a verb of options.additions; one that is answered by 3yz ends the session. Its reply
 * is told by REPLY (verb; flags, code, enhanced and text as of any reply), and IDLE comes again.
 * XCLIENT that is accepted begins the session anew: EHLO, and READY. ATRN that is accepted:
 * CLOSING, then the want TURN; what the peer says next is a greeting, and stands in the host's
 * span. VRFY and EXPN with UTF-8 say SMTPUTF8 themselves.
 * Returns 0, or, with nothing sent: SANSMTP_ERR_STATE, SANSMTP_ERR_ARGUMENT (a verb that is the
 * engine's own to say, or unknown), SANSMTP_ERR_TEXT (its argument is not what it must be; over 510
 * octets), or SANSMTP_ERR_NEEDS_VERB (not offered; an attribute that is not listed; ETRN after its
 * 5yz). From a callback: yes. Source: RFC 5321 4.1.1, 1985, 2645; Postfix XCLIENT_README.
 */
SANSMTP_API int sansmtp_client_command(struct sansmtp_client *client, const char *line,
                                       size_t length);

/*
 * sansmtp_client_submit - begin a message; at the want IDLE.
 *
 * Returns 0, or, with nothing sent: SANSMTP_ERR_STATE, SANSMTP_ERR_ARGUMENT (also: two hold times,
 * or one for a bounce; mode R without time), SANSMTP_ERR_TEXT (the sender is no mailbox; a string
 * that is not what it must be), SANSMTP_ERR_ROOM (drain the output, or give a larger one), or what
 * this peer cannot take: SANSMTP_ERR_SIZE, SANSMTP_ERR_LIMITS, SANSMTP_ERR_NEEDS_... of 8BITMIME,
 * BINARYMIME, SMTPUTF8, REQUIRETLS (a bounce goes without), DELIVERBY (mode R), FUTURERELEASE,
 * CONPERM, VERB (URLS). The rest is left out where it is not offered: DSN, AUTH=, BY with mode N,
 * MT-PRIORITY, TRANSID, SOLICIT, MTRK, PRDR, the host's own. What MAIL was refused with counts for
 * all: RESULTs behind it only say that there was no sender; go by SENDER and OUTCOME. From a
 * callback: yes.
 */
SANSMTP_API int sansmtp_client_submit(struct sansmtp_client *client,
                                      const struct sansmtp_envelope *envelope);

/*
 * sansmtp_client_recipient - one recipient; at the want RECIPIENT.
 *
 * Its RESULT comes later, and carries its number: the first of a message is 0. One with
 * SANSMTP_FLAG_ENOUGH is to be given again, with another message; and at a limit of the peer, told
 * or said by 452, no more are asked for: the others need another message, too. Returns 0, or, with
 * nothing sent: SANSMTP_ERR_STATE, SANSMTP_ERR_ARGUMENT, SANSMTP_ERR_TEXT, SANSMTP_ERR_ROOM,
 * SANSMTP_ERR_NEEDS_SMTPUTF8 (not offered, or no envelope for it), SANSMTP_ERR_NEEDS_RRVS, or
 * SANSMTP_ERR_LIMITS: under ALL_OR_NONE, one more than the peer takes: withdraw(). From a callback:
 * yes.
 */
SANSMTP_API int sansmtp_client_recipient(struct sansmtp_client *client,
                                         const struct sansmtp_recipient *recipient);

/* sansmtp_client_withdraw - give the message up while recipients are asked for; none gets it. The
 * replies to what was said are waited for, then OUTCOME is LATER (REFUSED if MAIL was), and IDLE
 * comes again. Returns 0, SANSMTP_ERR_STATE or SANSMTP_ERR_ARGUMENT. From a callback: yes. */
SANSMTP_API int sansmtp_client_withdraw(struct sansmtp_client *client);

/* sansmtp_client_recipients_end - there are no more; after at least one, at the want RECIPIENT or
 * while replies are awaited that hold it back.
 * Returns 0, SANSMTP_ERR_STATE or SANSMTP_ERR_ARGUMENT. From a callback: yes. */
SANSMTP_API int sansmtp_client_recipients_end(struct sansmtp_client *client);

/*
 * sansmtp_client_body - the next octets of the message; at the want BODY.
 *
 * data is borrowed until the next want BODY or the OUTCOME; last: these are the final ones (length
 * may be 0). A message that does not end in CRLF gets one in DATA, and none in BDAT. Returns 0, or
 * SANSMTP_ERR_STATE, SANSMTP_ERR_ARGUMENT, or, with none of these octets sent,
 * SANSMTP_ERR_TEXT: a bare CR or LF under REFUSE; SANSMTP_ERR_NEEDS_8BITMIME: an octet over 127
 * in a message declared 7BIT. A message of which octets are gone cannot be taken back: mend the
 * octets and call again, or abort(). SANSMTP_ERR_NEEDS_VERB: octets, where only BURL is offered.
 * From a callback: yes.
 */
SANSMTP_API int sansmtp_client_body(struct sansmtp_client *client, const void *data, size_t length,
                                    int last);

/*
 * sansmtp_client_burl - what a URL gives is the next part of the message; at the want BODY.
 *
 * For a message submitted with SANSMTP_ENVELOPE_URLS. url is copied; last: nothing follows. Returns
 * 0, or, with nothing sent: SANSMTP_ERR_STATE, SANSMTP_ERR_ARGUMENT, SANSMTP_ERR_TEXT (no absolute
 * URI), SANSMTP_ERR_ROOM. From a callback: yes. Source: RFC 4468.
 */
SANSMTP_API int sansmtp_client_burl(struct sansmtp_client *client, const char *url, size_t length,
                                    int last);

/*
 * sansmtp_client_respond - answer a CHALLENGE; the engine encodes.
 *
 * data is borrowed until the next event but TRACE. With FLAG_INITIAL it is the initial response;
 * one that is too long for the AUTH line (512 octets) is held back for the peer's 334. Returns 0,
 * SANSMTP_ERR_STATE, or SANSMTP_ERR_ARGUMENT (also: so long that a line passes 12288 octets).
 */
SANSMTP_API int sansmtp_client_respond(struct sansmtp_client *client, const void *data,
                                       size_t length);
/* sansmtp_client_cancel - answer a CHALLENGE by "*" (RFC 4954 4). Returns 0, SANSMTP_ERR_STATE or
 * SANSMTP_ERR_ARGUMENT. */
SANSMTP_API int sansmtp_client_cancel(struct sansmtp_client *client);

/* sansmtp_client_quit - say QUIT; at the want IDLE. No outcome changes by its reply. Returns 0,
 * SANSMTP_ERR_STATE or SANSMTP_ERR_ARGUMENT. From a callback: yes. */
SANSMTP_API int sansmtp_client_quit(struct sansmtp_client *client);

/* sansmtp_client_abort - stop at once: output is empty from now on, CLOSE, never an end of data.
 * A message that had begun gets its OUTCOME: LATER, or UNCERTAIN. Returns 0 or
 * SANSMTP_ERR_ARGUMENT. From a callback: yes. */
SANSMTP_API int sansmtp_client_abort(struct sansmtp_client *client);

/*
 * sansmtp_client_output - the octets to send, and how many.
 *
 * They are the engine's, or the host's own body octets, or constants. Valid until the next call
 * that may add or take output (next, run, submit and its kin, sent, abort, expired, eof). *length
 * 0: none, the pointer may be NULL. Changes nothing; from anywhere.
 */
SANSMTP_API const void *sansmtp_client_output(const struct sansmtp_client *client, size_t *length);

/*
 * sansmtp_client_vectors - the same for writev: at most count spans that may go out in one write.
 *
 * They stand in order, live as long as output(), and sent() counts over all of them. A body with
 * many dots at line starts, or bare newlines to normalise, is many short spans: give room for some
 * dozens. Returns how many were filled; 0 for NULL. Changes nothing; from anywhere.
 */
SANSMTP_API size_t sansmtp_client_vectors(const struct sansmtp_client *client,
                                          struct sansmtp_span *spans, size_t count);

/* sansmtp_client_sent - so many octets of output were handed to the transport.
 * Returns 0, or SANSMTP_ERR_ARGUMENT: more than there are. From a callback: yes. */
SANSMTP_API int sansmtp_client_sent(struct sansmtp_client *client, size_t length);

/* sansmtp_client_secret - must a log mask the output now? 1 within an AUTH exchange. */
SANSMTP_API int sansmtp_client_secret(const struct sansmtp_client *client);

/*
 * sansmtp_client_tls_started - the handshake is done: all that follows goes through TLS.
 *
 * tls->flags: SANSMTP_TLS_VERIFIED if the peer's certificate is good for the name that was meant.
 * What was known of the peer is forgotten; EHLO is said again (RFC 3207 4.2). Returns 0,
 * SANSMTP_ERR_STATE (not wanted now), or SANSMTP_ERR_ARGUMENT. From a callback: yes.
 */
SANSMTP_API int sansmtp_client_tls_started(struct sansmtp_client *client,
                                           const struct sansmtp_tls *tls);

/* sansmtp_client_tls_failed - the handshake that the want TLS asked for did not come about:
 * SANSMTP_ERR_TLS, CLOSING, CLOSE. Returns 0, SANSMTP_ERR_STATE, SANSMTP_ERR_ARGUMENT. From a
 * callback: yes. */
SANSMTP_API int sansmtp_client_tls_failed(struct sansmtp_client *client);

/*
 * sansmtp_client_patience - how many seconds the peer may still be silent.
 *
 * 0: the host has the turn. *serial (may be NULL) changes whenever the wait begins anew: re-arm the
 * timer then. When it runs out, call sansmtp_client_expired(). From anywhere. Source: RFC 5321
 * 4.5.3.2.
 */
SANSMTP_API uint32_t sansmtp_client_patience(const struct sansmtp_client *client, uint32_t *serial);

/* sansmtp_client_expired - the wait of patience() is over: output is empty from now on, CLOSE. A
 * message that had begun gets its OUTCOME: LATER, or UNCERTAIN. Returns 0, SANSMTP_ERR_STATE
 * (patience is 0), SANSMTP_ERR_BUSY, or SANSMTP_ERR_ARGUMENT. From a callback: no. */
SANSMTP_API int sansmtp_client_expired(struct sansmtp_client *client);

/* sansmtp_client_eof - no more octets will come from the peer. Octets that were not taken yet must
 * still be handed in; then a message that had begun gets its OUTCOME, and CLOSE follows. With a
 * CHALLENGE open, or from a callback, the session ends at once. Returns 0 or SANSMTP_ERR_ARGUMENT.
 * From a callback: yes. */
SANSMTP_API int sansmtp_client_eof(struct sansmtp_client *client);

#ifdef __cplusplus
}
#endif

#endif
