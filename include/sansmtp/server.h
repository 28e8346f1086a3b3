#ifndef SANSMTP_SERVER_H
#define SANSMTP_SERVER_H

/*
 * The server engine: MTA, MSA and LMTP receiver.
 *
 * The host hands in the octets it received, writes out the octets the engine offers, and answers
 * its questions. The engine is pulled: next() gives one event at a time, wants() says what can
 * happen now. callbacks.h has run(), which turns events into callbacks.
 */

#include <sansmtp/additions.h>
#include <sansmtp/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sansmtp_server; /* opaque; lives in the host's block */

/* options.flags */
#define SANSMTP_SERVER_LMTP              1u  /* speak LMTP (RFC 2033): LHLO, a reply a recipient */
#define SANSMTP_SERVER_IMPLICIT_TLS      2u  /* implicit TLS (RFC 8314): handshake, then greeting */
#define SANSMTP_SERVER_REQUIRE_TLS       4u  /* 530 until TLS is up (RFC 3207 4) */
#define SANSMTP_SERVER_REQUIRE_AUTH      8u  /* 530 until the client is authenticated (RFC 4954) */
#define SANSMTP_SERVER_AUTH_IN_CLEAR     16u /* offer clear-text mechanisms without TLS */
#define SANSMTP_SERVER_REFUSE_NUL        32u /* refuse messages that hold a NUL */
#define SANSMTP_SERVER_STRICT_PIPELINING 64u /* 554 and close on input behind a group's last */
#define SANSMTP_SERVER_TRACE             128u /* a TRACE notice for each received line */
#define SANSMTP_SERVER_GONE_AFTER_521    256u /* after a 521 greeting close at the next command */
#define SANSMTP_SERVER_SUBMISSION        512u /* mail of our own users (RFC 6409): what belongs */
                                              /* there alone may be offered, what may not is not */

/* options.leniency */
#define SANSMTP_LENIENT_TRAILING_SPACE 1u /* white space before CRLF (default) */
#define SANSMTP_LENIENT_HELLO          2u /* odd characters in a hello name, words behind a */
                                          /* literal, HELO with a literal (default) */
#define SANSMTP_LENIENT_LOCAL_PART   4u   /* a local part over 64 octets (default) */
#define SANSMTP_LENIENT_INITIAL      8u   /* AUTH line with a response over 512 (default) */
#define SANSMTP_LENIENT_PATH_SPACE   16u  /* a space after FROM: or TO: */
#define SANSMTP_LENIENT_BRACKETS     32u  /* a path without angle brackets */
#define SANSMTP_LENIENT_DOUBLE_SPACE 64u  /* more than one space where one belongs */

/* options.bare_newlines: a CR without LF or an LF without CR in DATA. Never an end of anything. */
#define SANSMTP_BARE_REFUSE    0u /* read to the true end, then 550 5.6.0 (default) */
#define SANSMTP_BARE_NORMALISE 1u /* hand it to the host as CRLF */
#define SANSMTP_BARE_PASS      2u /* hand it on as it is, and say so with the END question */

/*
 * Options: const, shared by any number of sessions, borrowed by each until its end together with
 * all that they point to. Fill them by sansmtp_server_options_init(), then change what you need.
 * In every budget 0 means: no limit.
 */
struct sansmtp_server_options {
    uint32_t size;          /* sizeof (struct sansmtp_server_options), set by options_init */
    uint32_t flags;         /* SANSMTP_SERVER_...; default 0 */
    uint32_t leniency;      /* SANSMTP_LENIENT_...; default: the four marked so */
    uint32_t bare_newlines; /* SANSMTP_BARE_...; default REFUSE */
    uint64_t extensions;    /* what the host can do: SANSMTP_EXTENSION_...; default: PIPELINING */
                            /* SIZE 8BITMIME ENHANCEDSTATUSCODES SMTPUTF8 CHUNKING HELP; in LMTP */
                            /* ATRN, BURL and PRDR are not to be had */
    uint64_t message_size;  /* octets; announced by SIZE; default 32 MiB */

    const char *hostname; /* our domain or address literal; required; at most 255 octets */
    size_t hostname_length;
    const char *greeting; /* text behind the hostname in the 220 greeting; default "ESMTP" */
    size_t greeting_length;
    const char *mechanisms; /* SASL mechanisms, capitals, one space between; needed for AUTH */
    size_t mechanisms_length;

    uint32_t line;   /* octets of the line buffer; default 0: what the extensions need; */
                     /* this and output at most 2^28 */
    uint32_t output; /* octets of the output buffer; at least 2 * reply; default 1024 */
    uint32_t reply;  /* octets that the longest reply line may take, CRLF too; least and */
                     /* default 512 */

    uint32_t recipients; /* per message: further ones get 452 4.5.3; default 1000, least 100 */
    uint32_t messages;   /* per session; then 421; default 0 */
    /* The next four begin anew with each message that the host accepts; used up, they are 421. */
    uint32_t errors;          /* refusals by the engine itself, 5yz; default 20 */
    uint32_t unknown;         /* unknown verbs that the host refused; default 10 */
    uint32_t idle_commands;   /* known verbs but BDAT and QUIT, and of RCPT only those refused by */
                              /* 5yz; default 1000 */
    uint32_t repetitions;     /* NOOP, RSET, HELP, hellos, and chunks, not the last, that have no */
                              /* more than an eighth of progress; default 100 */
    uint32_t verifications;   /* VRFY and EXPN; then 421; default 20 */
    uint32_t authentications; /* failed ones; then 421; default 5, least 3 (RFC 4954 9) */

    uint32_t auth_line;     /* octets of an AUTH line with CRLF, if lent memory holds them; */
                            /* default 12288 */
    uint32_t patience;      /* seconds to wait for a command; default 300 (RFC 5321 4.5.3.2.7) */
    uint32_t body_patience; /* seconds to wait for the next progress octets; default 300 */
    uint32_t progress;      /* so many octets of body renew body_patience; default 1024 */
    uint32_t reserved;      /* 0 */

    /* What came after the first version. All default to 0. */
    const struct sansmtp_additions *additions; /* the host's own words; NULL: none */
    const char *urls; /* BURL: what its keyword says to who is authenticated: "imap", or */
                      /* "imap imap://mail.example" (RFC 4468 3.3); needed for it */
    size_t urls_length;
    const char *solicitations; /* NO-SOLICITING: the classes that are not wanted, commas between */
    size_t solicitations_length;
    const char *priorities; /* MT-PRIORITY: the name of the profile (RFC 6710 3) */
    size_t priorities_length;
    uint64_t hold_until; /* FUTURERELEASE: the latest moment, seconds since 1970; needed for it */
    uint32_t hold_for;   /* FUTURERELEASE: the longest time, seconds; needed for it */
    uint32_t deliver_by; /* DELIVERBY: the shortest time for mode R, seconds; 0: none is told */
    uint32_t recipient_domains; /* LIMITS: told as RCPTDOMAINMAX, but for 0; the host counts */
    uint32_t reserved2;         /* 0 */
};

/* What a static block needs: the engine, plus its line buffer and its output buffer. ENGINE is not
 * outgrown within one soname. LINE is enough for all that mail programs commonly offer, with DSN
 * and AUTH; LINE_BASIC for SIZE and 8BITMIME and all that add nothing to a line; LINE_ALL for every
 * extension of this header. The exact need of given options is
 * sansmtp_server_memory(). */
#define SANSMTP_SERVER_ENGINE               (384u + 16u * (unsigned)sizeof(void *))
#define SANSMTP_SERVER_LINE                 1200u
#define SANSMTP_SERVER_LINE_BASIC           552u
#define SANSMTP_SERVER_LINE_ALL             2600u
#define SANSMTP_SERVER_MEMORY(line, output) (SANSMTP_SERVER_ENGINE + (line) + (output) + 16u)

/*
 * sansmtp_server_options_init - fill options with the defaults.
 *
 * size is sizeof (struct sansmtp_server_options) as the caller was compiled; so many octets are
 * written. Returns 0 or SANSMTP_ERR_ARGUMENT (NULL, or smaller than the first version's).
 * From anywhere.
 */
SANSMTP_API int sansmtp_server_options_init(struct sansmtp_server_options *options, size_t size);

/*
 * sansmtp_server_memory - the octets that sansmtp_server_init needs for these options.
 *
 * Returns 0 if init would refuse the options. From anywhere.
 */
SANSMTP_API size_t sansmtp_server_memory(const struct sansmtp_server_options *options);

/*
 * sansmtp_server_init - begin a session in a block of the host's memory.
 *
 * memory need not be aligned; length must be at least sansmtp_server_memory(options). The block
 * holds the whole session; there is nothing to release, and init on the same block begins anew.
 * options are borrowed until the last call on this engine. The first event is CONNECT (under
 * IMPLICIT_TLS after tls_started()).
 * Returns 0 and sets *server, or SANSMTP_ERR_ARGUMENT, SANSMTP_ERR_MEMORY, or SANSMTP_ERR_OPTIONS:
 * bits unknown to this library;
 * no hostname or one with foreign octets; output < 2 * reply; reply < 512 or over 65535;
 * line shorter than the extensions need; BINARYMIME without CHUNKING (RFC 3030 3); SMTPUTF8 without
 * 8BITMIME (RFC 6531 3.1); AUTH without mechanisms; recipients under 100 without LIMITS;
 * authentications 1 or 2; LMTP without PIPELINING and ENHANCEDSTATUSCODES (RFC 2033 5); REQUIRE_TLS
 * without STARTTLS; REQUIRE_AUTH or ATRN (RFC 2645 5.1.1) without AUTH; BURL (RFC 4468 3.1) or
 * FUTURERELEASE (RFC 4865 4.2) without SUBMISSION, ETRN or ATRN with it (RFC 6409 7); BURL without
 * 8BITMIME or urls, FUTURERELEASE without hold_for and hold_until; PIPECONNECT without PIPELINING;
 * a list of solicitations or a profile outside its grammar; additions that contradict their header.
 * From anywhere, also on a block that a jump left busy.
 */
SANSMTP_API int sansmtp_server_init(struct sansmtp_server **server, void *memory, size_t length,
                                    const struct sansmtp_server_options *options);

/*
 * sansmtp_server_next - take octets of the peer until there is something to tell.
 *
 * Advances *in past what it took; what is left must be handed in again, in front of anything new,
 * and completed writes must be reported by sent() before anything new is handed in: who is an early
 * talker, and what was injected in front of TLS, is judged by that.
 * in may be NULL: no octets now. Returns the next event, or NULL: nothing more for now, look
 * at sansmtp_server_wants(). NULL too if called with a broken span, or from a callback; run()
 * names such errors. Octets behind an open question are not taken. After CLOSE all octets are taken
 * and dropped. CONNECT and HELLO may be asked more than once in a session.
 */
SANSMTP_API const struct sansmtp_event *sansmtp_server_next(struct sansmtp_server *server,
                                                            struct sansmtp_span *in);

/*
 * sansmtp_server_wants - what can happen now: a set of SANSMTP_READ and so on; 0 only for NULL.
 *
 * It holds once next() has given NULL or run() has returned. So after init, an answer, sent,
 * resume, tls_started, eof, expired or close call next() or run() again, with what is left of the
 * input, even none, before you wait for anything. Changes nothing; from anywhere.
 */
SANSMTP_API uint32_t sansmtp_server_wants(const struct sansmtp_server *server);

/* sansmtp_server_question - the open question, or NULL: it tells a question from a pause. The event
 * is the one that next() gave. Changes nothing; from anywhere. */
SANSMTP_API const struct sansmtp_event *
sansmtp_server_question(const struct sansmtp_server *server);

/* sansmtp_server_error - 0, or why the session ended: one of SANSMTP_ERR_GONE, EXPIRED, BUDGET,
 * INJECTION, FRAMING, PIPELINING. Sticky. From anywhere. */
SANSMTP_API int sansmtp_server_error(const struct sansmtp_server *server);

/*
 * sansmtp_server_accept - answer the open question with yes: the positive reply of its row.
 *
 * CONNECT 220, HELLO 250 and the extensions, MAIL and RECIPIENT 250, DATA 354, CHUNK and END
 * 250, STARTTLS 220, AUTH and RESPONSE 235, ETRN, XFORWARD and BURL 250; a BURL that is the LAST is
 * answered by END. ATRN 250, then the want TURN. XCLIENT: CONNECT is asked again, of the client
 * that it told of. END: the message is the host's from now on; under PRDR only by that of
 * RECIPIENT_ALL. A MT-PRIORITY above 0 of a client that is not authenticated becomes 0, and is
 * answered so (RFC 6710 4.1); to grant it, say reply().
 * VERIFY, EXPAND, HELP and UNKNOWN have no positive reply of their own: say it by reply.
 * Returns 0, SANSMTP_ERR_STATE (no question; one that needs reply; lines of another code stand
 * before), or SANSMTP_ERR_ARGUMENT (NULL). From a callback: yes.
 */
SANSMTP_API int sansmtp_server_accept(struct sansmtp_server *server);

/*
 * sansmtp_server_decline - answer the open question with its safe default, as a host does that has
 * no opinion. NOT a refusal of CONNECT, HELLO, MAIL, DATA and CHUNK: these are accepted.
 *
 * RECIPIENT 550 5.7.1; END 451 4.3.0; VERIFY and EXPAND 252; HELP the table of commands; STARTTLS
 * 454 4.7.0; AUTH 504 5.5.4; RESPONSE 535 5.7.8; UNKNOWN 500 5.5.2; ETRN 458; ATRN 453 (no mail);
 * BURL 554 5.6.6; XCLIENT and XFORWARD 550 5.7.0. To refuse, say reply().
 * Returns as accept. From a callback: yes.
 */
SANSMTP_API int sansmtp_server_decline(struct sansmtp_server *server);

/*
 * sansmtp_server_fail - answer the open question with: the host could not find an answer.
 *
 * Accepts nothing: CONNECT and HELLO 421, and the session ends; AUTH, RESPONSE and STARTTLS
 * 454 4.7.0; VERIFY and EXPAND 252; HELP 502; ETRN 458; XCLIENT and XFORWARD 421; all others 451
 * 4.3.0. It is what a binding calls when its callback has raised. Returns as accept. From a
 * callback: yes.
 */
SANSMTP_API int sansmtp_server_fail(struct sansmtp_server *server);

/*
 * sansmtp_server_reply - answer the open question in the host's own words.
 *
 * code: 2yz is a yes, 354 for DATA; 4yz and 5yz a no; 421 also ends the session. Fixed: 220 CONNECT
 * and STARTTLS, 250 HELLO, 354 DATA, 235 AUTH and RESPONSE; CONNECT refuses by 421, 521 or 554.
 * enhanced: class * 1000000 + subject * 1000 + detail, so 5001001 is 5.1.1; 0: the table's for
 * this code and question, or that of the lines before. It is left out where RFC 2034 has none.
 * text: HT and printable ASCII, UTF-8 where RFC 6531 3.7.4 allows it; no CR, LF, NUL; it is copied.
 * length 0: the table's text. The hostname is put in front of every answer to CONNECT, of 250 to
 * HELLO, and of 421 (RFC 5321 4.3.1). Where UTF-8 text may not be shown (251, 551, VRFY and EXPN
 * without SMTPUTF8) the answer goes out without it, as RFC 6531 3.7.4 says.
 * Returns 0, or, with nothing changed: SANSMTP_ERR_STATE, SANSMTP_ERR_CODE, SANSMTP_ERR_TEXT (also:
 * the line would be longer than options.reply), SANSMTP_ERR_ARGUMENT. From a callback: yes.
 */
SANSMTP_API int sansmtp_server_reply(struct sansmtp_server *server, uint32_t code,
                                     uint32_t enhanced, const char *text, size_t length);

/*
 * sansmtp_server_reply_line - a line before the last of an answer (code, '-', text).
 *
 * As reply, but the question stays open; all lines and the last have one code and one enhanced
 * code (SANSMTP_ERR_CODE). Not for CONNECT,
 * HELLO, DATA, STARTTLS, AUTH and RESPONSE (SANSMTP_ERR_STATE). SANSMTP_ERR_ROOM: nothing changed,
 * call again when output has drained. From a callback: yes.
 */
SANSMTP_API int sansmtp_server_reply_line(struct sansmtp_server *server, uint32_t code,
                                          uint32_t enhanced, const char *text, size_t length);

/*
 * sansmtp_server_challenge - answer AUTH or RESPONSE with a challenge (334, RFC 4954 4).
 *
 * data (raw; the engine encodes it) is borrowed until the next event, or until wants() has READ
 * again; length 0: an empty one. It must not lie in the event, whose octets are wiped now.
 * Returns 0, SANSMTP_ERR_STATE, SANSMTP_ERR_ARGUMENT (NULL, or so long that 334 and its
 * base64 pass options.auth_line). From a callback: yes.
 */
SANSMTP_API int sansmtp_server_challenge(struct sansmtp_server *server, const void *data,
                                         size_t length);

/*
 * sansmtp_server_restart - answer MAIL with TRANSID: its transaction goes on where it broke off.
 *
 * The host has kept the recipients of that transaction, so many were accepted, and the first offset
 * octets of its message (RFC 1845; the text of the command and of the hello name it). The answer is
 * 355; the client sends no RCPT (one that comes all the same is counted behind those), and of the
 * message what comes next, unstuffed. By DATA that works only from the beginning of a line (RFC
 * 1845 4), and which verb it will be nobody knows yet: so choose an offset behind a CRLF, or 0.
 * CHUNK and END count from offset. Who knows no such transaction accepts, and begins anew.
 * Returns 0, SANSMTP_ERR_STATE (no MAIL is open, or one without TRANSID; lines stand before), or
 * SANSMTP_ERR_ARGUMENT (NULL, no recipients or more than options.recipients, or an offset over
 * options.message_size). From a
 * callback: yes. Source: RFC 1845 3.
 */
SANSMTP_API int sansmtp_server_restart(struct sansmtp_server *server, uint64_t offset,
                                       uint32_t recipients);

/*
 * sansmtp_server_lend - memory for AUTH lines that are longer than the line buffer.
 *
 * Borrowed until lend(NULL, 0), another lend, or the end of the session; it is wiped after
 * each exchange. May be called once and for all after init, or when LIMIT_AUTH_LINE is told.
 * Returns 0, SANSMTP_ERR_STATE (a line is being collected in the memory lent before, or its
 * question is open), or SANSMTP_ERR_ARGUMENT. From a callback: yes.
 */
SANSMTP_API int sansmtp_server_lend(struct sansmtp_server *server, void *memory, size_t length);

/*
 * sansmtp_server_output - the octets to send, and how many.
 *
 * Valid until the next call that may add or take output (next, run, an answer, sent, close,
 * expired, eof). *length 0: none, the pointer may be NULL. Changes nothing; from anywhere.
 */
SANSMTP_API const void *sansmtp_server_output(const struct sansmtp_server *server, size_t *length);

/* sansmtp_server_sent - so many octets of output were handed to the transport.
 * Returns 0, or SANSMTP_ERR_ARGUMENT: more than there are. From a callback: yes. */
SANSMTP_API int sansmtp_server_sent(struct sansmtp_server *server, size_t length);

/* sansmtp_server_secret - must a log mask the output, and the lines that come now? 1 from the AUTH
 * command to the end of its exchange, else 0. An AUTH line that is still coming is input like any
 * other: never log raw input, log TRACE. From anywhere. */
SANSMTP_API int sansmtp_server_secret(const struct sansmtp_server *server);

/*
 * sansmtp_server_allow - switch extensions on or off for this session.
 *
 * Only what options.extensions has can be on. A command of an extension that is off is 502, its
 * parameters 555; EXPN that the host can do but that is off is 252 (RFC 5321 7.3). Takes effect
 * with the next command and stays across STARTTLS. Returns 0, SANSMTP_ERR_OPTIONS (not in options,
 * or a set that init would refuse), or SANSMTP_ERR_ARGUMENT.
 * From a callback: yes.
 */
SANSMTP_API int sansmtp_server_allow(struct sansmtp_server *server, uint64_t extensions, int on);

/*
 * sansmtp_server_tls_started - the handshake is done: all that follows comes through TLS.
 *
 * All that the session knew is forgotten (RFC 3207 4.2). A failed handshake is eof().
 * Also before the first next(), for a channel that was TLS from the start.
 * Returns 0, SANSMTP_ERR_STATE (not wanted now), SANSMTP_ERR_ARGUMENT. From a callback: no (BUSY).
 */
SANSMTP_API int sansmtp_server_tls_started(struct sansmtp_server *server,
                                           const struct sansmtp_tls *tls);

/*
 * sansmtp_server_patience - how many seconds the peer may still be silent; 0: do not wait on
 * it, the host has the turn. While a question is open nothing but its answer, or init, ends the
 * session: bound the time of your own answers.
 *
 * *serial (may be NULL) changes whenever the wait begins anew: re-arm the timer then. When it
 * runs out, call sansmtp_server_expired(). From anywhere. Source: RFC 5321 4.5.3.2.
 */
SANSMTP_API uint32_t sansmtp_server_patience(const struct sansmtp_server *server, uint32_t *serial);

/* sansmtp_server_expired - the wait of patience() is over: 421 4.4.2, then CLOSE. A message that
 * had begun is reset. When the session is closing already: output that is left is dropped.
 * Returns 0, SANSMTP_ERR_STATE (patience is 0), SANSMTP_ERR_ARGUMENT, or SANSMTP_ERR_BUSY.
 * From a callback: no. */
SANSMTP_API int sansmtp_server_expired(struct sansmtp_server *server);

/* sansmtp_server_close - the host stops: 421 4.3.2 at once, or after the answer to an open
 * question, then CLOSE. A message whose END is open is still answered; any other is reset.
 * Returns 0, also if the session is closing already, or SANSMTP_ERR_ARGUMENT. From a callback: yes.
 */
SANSMTP_API int sansmtp_server_close(struct sansmtp_server *server);

/*
 * sansmtp_server_eof - no more octets will come from the peer.
 *
 * Octets that were not taken yet must still be handed in; commands among them are obeyed. An open
 * question stays open and its reply still goes out; then RESET if a message had begun, CLOSING and
 * CLOSE. From inside a callback, or on an engine that a jump out of one left busy, the session
 * ends at once instead: an open question is void, nothing is accepted, and wants() leads to CLOSE.
 * Returns 0 or SANSMTP_ERR_ARGUMENT. From a callback: yes.
 */
SANSMTP_API int sansmtp_server_eof(struct sansmtp_server *server);

/*
 * sansmtp_server_pause, sansmtp_server_resume - a slow store without copies.
 *
 * pause: no more events until resume; wants() says REPLY, patience is 0, and eof and close show
 * no effect until then. Called from the BODY callback, run() returns after it, and the octets of
 * that event stay what they are as long as the host keeps its input. A store that fails cannot stop
 * the body: remember it, and say so at CHUNK or END. Both return 0 or SANSMTP_ERR_ARGUMENT;
 * resume: SANSMTP_ERR_STATE if not paused. From a callback: yes.
 */
SANSMTP_API int sansmtp_server_pause(struct sansmtp_server *server);
SANSMTP_API int sansmtp_server_resume(struct sansmtp_server *server);

#ifdef __cplusplus
}
#endif

#endif
