#ifndef SANSMTP_TYPES_H
#define SANSMTP_TYPES_H

/*
 * What both engines and every binding share: spans, events, what an engine wants, error numbers,
 * and the numbers of verbs, extensions and parameters.
 *
 * All numbers are part of the ABI: they are written out here so that a binding can copy them, they
 * never change, and tests/numbers_test.c holds them against the tables in lib/ (*.def) from
 * which the library works. New ones will come: a notice that a host does not know is to be
 * ignored, a question that it does not know is to be declined. Never to be assigned, and so the
 * host's own: extension bits and parameter numbers 48 to 62, verbs from 256 up.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __GNUC__
#define SANSMTP_API __attribute__((visibility("default")))
#else
#define SANSMTP_API
#endif

/* Octets that belong to somebody else. data may be NULL only where length is 0; a span that does
 * not apply has both zero. Nothing is terminated by NUL. */
struct sansmtp_span {
    const uint8_t *data;
    size_t length;
};

/*
 * What can happen now: the bits of sansmtp_server_wants(). READ and WRITE may stand together.
 */
#define SANSMTP_READ      1u /* hand in octets of the peer by next() or run(), or say eof() */
#define SANSMTP_WRITE     2u /* output() has octets: hand them to the transport, say so by sent() */
#define SANSMTP_REPLY     4u /* a question is open, or the engine is paused */
#define SANSMTP_TLS       8u /* do the handshake, then say tls_started() */
#define SANSMTP_TURN      16u  /* the roles turn round (ATRN) */
#define SANSMTP_CLOSE     32u  /* nothing will follow: close the connection */
#define SANSMTP_IDLE      64u  /* client: submit() a message, or quit() */
#define SANSMTP_RECIPIENT 128u /* client: give the next recipient(), or say recipients_end() */
#define SANSMTP_BODY      256u /* client: lend the next octets by body() */

/*
 * Errors. Zero is success. -1 to -99: a bug of the host; the call changed nothing. -101 to -199:
 * the peer's fault; sticky, and whatever farewell there is stands in the output already: drain,
 * then close. -201 to -299: octets given to a pure function of wire.h or the toolbox are not what
 * they should be. -301 to -399: the host's message needs what the client's peer does not offer.
 */
#define SANSMTP_ERR_ARGUMENT (-1) /* NULL, a wrong size field, a number out of range */
#define SANSMTP_ERR_MEMORY   (-2) /* the block is smaller than _memory(options) says */
#define SANSMTP_ERR_OPTIONS  (-3) /* options that contradict each other or a limit of an RFC */
#define SANSMTP_ERR_STATE    (-4) /* the call does not fit what the engine waits for */
#define SANSMTP_ERR_BUSY     (-5) /* called from inside a callback, or one was left by a jump */
#define SANSMTP_ERR_TEXT     (-6) /* CR, LF, NUL, a foreign octet or too many in a string */
#define SANSMTP_ERR_CODE     (-7) /* reply or enhanced code of the wrong class for the question */
#define SANSMTP_ERR_ROOM     (-8) /* no room now: drain the output, or give more memory; repeat */

#define SANSMTP_ERR_GONE       (-101) /* the connection ended without QUIT */
#define SANSMTP_ERR_EXPIRED    (-102) /* the peer was silent for longer than patience() */
#define SANSMTP_ERR_BUDGET     (-103) /* a budget for errors or idle commands is used up */
#define SANSMTP_ERR_INJECTION  (-104) /* plaintext octets behind STARTTLS */
#define SANSMTP_ERR_FRAMING    (-105) /* the size of a chunk cannot be read: out of step */
#define SANSMTP_ERR_PIPELINING (-106) /* input behind a command that must be a group's last */
#define SANSMTP_ERR_PROTOCOL   (-107) /* client: the server's reply cannot be what it is */
#define SANSMTP_ERR_REFUSED    (-108) /* client: the server refused the session */
#define SANSMTP_ERR_TLS        (-109) /* client: TLS is required, and not to be had */
#define SANSMTP_ERR_AUTH       (-110) /* client: authentication failed, or no mechanism fits */

#define SANSMTP_ERR_SYNTAX (-201) /* outside the grammar */
#define SANSMTP_ERR_LENGTH (-202) /* inside the grammar, but longer than its RFC allows */

/* What this peer cannot take; nothing was sent. */
#define SANSMTP_ERR_NEEDS_8BITMIME      (-301)
#define SANSMTP_ERR_NEEDS_BINARYMIME    (-302)
#define SANSMTP_ERR_NEEDS_SMTPUTF8      (-303)
#define SANSMTP_ERR_SIZE                (-304) /* larger than the peer's SIZE */
#define SANSMTP_ERR_NEEDS_REQUIRETLS    (-305) /* or verified TLS */
#define SANSMTP_ERR_NEEDS_DELIVERBY     (-306) /* or less time than its least */
#define SANSMTP_ERR_NEEDS_FUTURERELEASE (-307) /* or a time beyond its last */
#define SANSMTP_ERR_NEEDS_RRVS          (-308)
#define SANSMTP_ERR_NEEDS_CONPERM       (-309)
#define SANSMTP_ERR_NEEDS_VERB          (-310) /* the command is of no extension that it offers */
#define SANSMTP_ERR_LIMITS              (-311) /* the peer takes no more messages in this session */

/* Verbs of commands (event.verb). */
#define SANSMTP_VERB_UNKNOWN  0u
#define SANSMTP_VERB_MAIL     1u
#define SANSMTP_VERB_RCPT     2u
#define SANSMTP_VERB_DATA     3u
#define SANSMTP_VERB_BDAT     4u
#define SANSMTP_VERB_EHLO     5u
#define SANSMTP_VERB_HELO     6u
#define SANSMTP_VERB_LHLO     7u
#define SANSMTP_VERB_QUIT     8u
#define SANSMTP_VERB_RSET     9u
#define SANSMTP_VERB_NOOP     10u
#define SANSMTP_VERB_STARTTLS 11u
#define SANSMTP_VERB_AUTH     12u
#define SANSMTP_VERB_VRFY     13u
#define SANSMTP_VERB_EXPN     14u
#define SANSMTP_VERB_HELP     15u
#define SANSMTP_VERB_TURN     16u
#define SANSMTP_VERB_SEND     17u
#define SANSMTP_VERB_SOML     18u
#define SANSMTP_VERB_SAML     19u
#define SANSMTP_VERB_ETRN     20u
#define SANSMTP_VERB_ATRN     21u
#define SANSMTP_VERB_BURL     22u
#define SANSMTP_VERB_XCLIENT  23u
#define SANSMTP_VERB_XFORWARD 24u
#define SANSMTP_VERB_VERB     25u
#define SANSMTP_VERB_ONEX     26u

/* Extensions: bits of a 64-bit set. */
#define SANSMTP_EXTENSION_PIPELINING          (UINT64_C(1) << 0)
#define SANSMTP_EXTENSION_SIZE                (UINT64_C(1) << 1)
#define SANSMTP_EXTENSION_8BITMIME            (UINT64_C(1) << 2)
#define SANSMTP_EXTENSION_SMTPUTF8            (UINT64_C(1) << 3)
#define SANSMTP_EXTENSION_CHUNKING            (UINT64_C(1) << 4)
#define SANSMTP_EXTENSION_BINARYMIME          (UINT64_C(1) << 5)
#define SANSMTP_EXTENSION_ENHANCEDSTATUSCODES (UINT64_C(1) << 6)
#define SANSMTP_EXTENSION_DSN                 (UINT64_C(1) << 7)
#define SANSMTP_EXTENSION_STARTTLS            (UINT64_C(1) << 8)
#define SANSMTP_EXTENSION_AUTH                (UINT64_C(1) << 9)
#define SANSMTP_EXTENSION_HELP                (UINT64_C(1) << 10)
#define SANSMTP_EXTENSION_EXPN                (UINT64_C(1) << 11)
#define SANSMTP_EXTENSION_DELIVERBY           (UINT64_C(1) << 12)
#define SANSMTP_EXTENSION_FUTURERELEASE       (UINT64_C(1) << 13)
#define SANSMTP_EXTENSION_MT_PRIORITY         (UINT64_C(1) << 14)
#define SANSMTP_EXTENSION_REQUIRETLS          (UINT64_C(1) << 15)
#define SANSMTP_EXTENSION_RRVS                (UINT64_C(1) << 16)
#define SANSMTP_EXTENSION_LIMITS              (UINT64_C(1) << 17)
#define SANSMTP_EXTENSION_CHECKPOINT          (UINT64_C(1) << 18)
#define SANSMTP_EXTENSION_NO_SOLICITING       (UINT64_C(1) << 19)
#define SANSMTP_EXTENSION_MTRK                (UINT64_C(1) << 20)
#define SANSMTP_EXTENSION_CONPERM             (UINT64_C(1) << 21)
#define SANSMTP_EXTENSION_CONNEG              (UINT64_C(1) << 22)
#define SANSMTP_EXTENSION_BURL                (UINT64_C(1) << 23)
#define SANSMTP_EXTENSION_ETRN                (UINT64_C(1) << 24)
#define SANSMTP_EXTENSION_ATRN                (UINT64_C(1) << 25)
#define SANSMTP_EXTENSION_PRDR                (UINT64_C(1) << 26)
#define SANSMTP_EXTENSION_PIPECONNECT         (UINT64_C(1) << 27)
#define SANSMTP_EXTENSION_XCLIENT             (UINT64_C(1) << 28)
#define SANSMTP_EXTENSION_XFORWARD            (UINT64_C(1) << 29)

/* Parameters of MAIL and RCPT: numbers for sansmtp_parameter_get(), and bit (1 << number) of
 * event.parameters. */
#define SANSMTP_PARAMETER_SIZE        0u
#define SANSMTP_PARAMETER_BODY        1u
#define SANSMTP_PARAMETER_SMTPUTF8    2u
#define SANSMTP_PARAMETER_RET         3u
#define SANSMTP_PARAMETER_ENVID       4u
#define SANSMTP_PARAMETER_AUTH        5u
#define SANSMTP_PARAMETER_NOTIFY      6u
#define SANSMTP_PARAMETER_ORCPT       7u
#define SANSMTP_PARAMETER_CONPERM     8u
#define SANSMTP_PARAMETER_CONNEG      9u
#define SANSMTP_PARAMETER_BY          10u
#define SANSMTP_PARAMETER_HOLDFOR     11u
#define SANSMTP_PARAMETER_HOLDUNTIL   12u
#define SANSMTP_PARAMETER_MT_PRIORITY 13u
#define SANSMTP_PARAMETER_REQUIRETLS  14u
#define SANSMTP_PARAMETER_RRVS        15u
#define SANSMTP_PARAMETER_TRANSID     16u
#define SANSMTP_PARAMETER_SOLICIT     17u
#define SANSMTP_PARAMETER_MTRK        18u
#define SANSMTP_PARAMETER_PRDR        19u
#define SANSMTP_PARAMETER_SUBMITTER   20u

/* Values of parameters that are words: parameter.number. */
#define SANSMTP_BODY_7BIT       1u
#define SANSMTP_BODY_8BITMIME   2u
#define SANSMTP_BODY_BINARYMIME 3u
#define SANSMTP_RET_FULL        1u
#define SANSMTP_RET_HDRS        2u
#define SANSMTP_NOTIFY_NEVER    1u /* NOTIFY is a set: these bits are or-ed */
#define SANSMTP_NOTIFY_SUCCESS  2u
#define SANSMTP_NOTIFY_FAILURE  4u
#define SANSMTP_NOTIFY_DELAY    8u
#define SANSMTP_BY_RETURN       1u /* BY: what to do at the deadline; a set: parameter.second */
#define SANSMTP_BY_NOTIFY       2u
#define SANSMTP_BY_TRACE        4u
#define SANSMTP_RRVS_REJECT     1u /* RRVS: if the next hop cannot check: parameter.second */
#define SANSMTP_RRVS_CONTINUE   2u

/* What stands for the domain of a mailbox or as the name of a hello (domain_kind). */
#define SANSMTP_DOMAIN_NONE    0u /* the null reverse-path, or the bare Postmaster */
#define SANSMTP_DOMAIN_NAME    1u /* mx.example */
#define SANSMTP_DOMAIN_IPV4    2u /* [192.0.2.1] */
#define SANSMTP_DOMAIN_IPV6    3u /* [IPv6:2001:db8::1] */
#define SANSMTP_DOMAIN_GENERAL 4u /* [tag:content] */
#define SANSMTP_DOMAIN_ODD     5u /* a hello name outside the grammar, taken by leniency */

/*
 * Events. 1 to 63 are questions: the engine takes no more of the peer's octets until the host has
 * answered, by accept, decline, reply or challenge, at once or later. 64 and up are notices.
 */
#define SANSMTP_EVENT_CONNECT   1u /* may this client connect? */
#define SANSMTP_EVENT_HELLO     2u /* verb: EHLO, HELO or LHLO; text: the name it gave */
#define SANSMTP_EVENT_MAIL      3u /* may this sender? path..., parameters */
#define SANSMTP_EVENT_RECIPIENT 4u /* is this recipient ours? path..., parameters; recipient */
#define SANSMTP_EVENT_DATA      5u /* may the message come? (DATA only; BDAT sends it at once) */
#define SANSMTP_EVENT_CHUNK     6u /* a BDAT chunk that is not the last came; number: its size */
#define SANSMTP_EVENT_END       7u /* the message came whole: is it stored? number: its size; */
                                   /* LMTP: asked for each accepted recipient in turn */
#define SANSMTP_EVENT_VERIFY   8u  /* VRFY; text: its argument */
#define SANSMTP_EVENT_EXPAND   9u  /* EXPN; text: its argument */
#define SANSMTP_EVENT_HELP     10u /* HELP; text: its argument, length 0 if none */
#define SANSMTP_EVENT_STARTTLS 11u /* shall TLS start? */
#define SANSMTP_EVENT_AUTH     12u /* text: the mechanism; data: the decoded initial response */
#define SANSMTP_EVENT_RESPONSE 13u /* data: the decoded answer to a challenge */
#define SANSMTP_EVENT_UNKNOWN  14u /* text: the whole line, a verb that the engine does not know; */
                                   /* verb from 256: one of options.additions, data: what follows */
#define SANSMTP_EVENT_ETRN 15u     /* text: the queue to send, "mx.example", "@x.example" or "#q" */
#define SANSMTP_EVENT_ATRN 16u /* shall the roles turn, to fetch mail for the domains of text? */
                               /* "a.example,b.example"; length 0: for all that are his */
#define SANSMTP_EVENT_BURL     17u /* append what the URL in text gives; LAST: END is asked next. */
                                   /* END's number is without its octets */
#define SANSMTP_EVENT_XCLIENT  18u /* take the client as text tells it: sansmtp_attribute_next(). */
                                   /* It stays allowed: where a proxy passes on what its client */
                                   /* says, switch it off by allow() once ADDR is told */
#define SANSMTP_EVENT_XFORWARD 19u /* log the next message as of the client that text tells of */

#define SANSMTP_EVENT_BODY         64u /* data: octets of the message, a slice of the input */
#define SANSMTP_EVENT_RESET        65u /* the transaction that MAIL began is void; reason */
#define SANSMTP_EVENT_INJECTION    66u /* plaintext behind STARTTLS; data: those octets */
#define SANSMTP_EVENT_EARLY_TALKER 67u /* the peer spoke before it was greeted; data: its octets */
#define SANSMTP_EVENT_LIMIT        68u /* a limit is reached; reason: SANSMTP_LIMIT_... */
#define SANSMTP_EVENT_TRACE        69u /* a line was received; text: the line, no credentials */
#define SANSMTP_EVENT_CLOSING      70u /* the session is over; reason */

/* The client's: one question, and what it tells. text is the reply's, lines joined by LF. */
#define SANSMTP_EVENT_CHALLENGE 32u /* text: the mechanism; data: the decoded challenge; with */
                                    /* FLAG_INITIAL there is none: the initial response is wanted */
#define SANSMTP_EVENT_READY 96u    /* messages can go; parameters: the peer's extensions; number: */
                                   /* the largest message it takes */
#define SANSMTP_EVENT_SENDER 97u   /* the reply to MAIL */
#define SANSMTP_EVENT_RESULT 98u   /* the reply to a RCPT; recipient: as given, from 0; number: */
                                   /* if accepted its running number among these, from 0 */
#define SANSMTP_EVENT_FINAL   99u  /* LMTP, PRDR: the reply for an accepted recipient; number as */
                                   /* above. PRDR: a yes counts only if OUTCOME is DELIVERED */
#define SANSMTP_EVENT_OUTCOME 100u /* reason: SANSMTP_OUTCOME_...; the reply that decided it, if */
                                   /* any; taken, answered, accepted: how many recipients were */
#define SANSMTP_EVENT_REFUSAL 101u /* hello, STARTTLS or AUTH (verb) was refused by this reply; verb */
                                   /* UNKNOWN: it is the greeting, and no */
#define SANSMTP_EVENT_REPLY   102u /* the reply to command() */
#define SANSMTP_EVENT_RESTART 103u /* the peer has number octets of this message, and all of its */
                                   /* recipients: lend the body from there (RFC 1845) */

/* event.flags */
#define SANSMTP_FLAG_QUOTED        1u    /* the local part came as a quoted string */
#define SANSMTP_FLAG_UTF8          2u    /* the path, or VRFY's or EXPN's SMTPUTF8 word, is UTF-8 */
#define SANSMTP_FLAG_POSTMASTER    4u    /* the local part is Postmaster, in whatever case */
#define SANSMTP_FLAG_SOURCE_ROUTE  8u    /* a source route stood before the mailbox */
#define SANSMTP_FLAG_UNBRACKETED   16u   /* the path came without angle brackets (leniency) */
#define SANSMTP_FLAG_INITIAL       32u   /* AUTH came with an initial response, maybe empty */
#define SANSMTP_FLAG_SECRET        64u   /* trace: credentials were left out of text */
#define SANSMTP_FLAG_BARE_CR       128u  /* the message held a CR without LF */
#define SANSMTP_FLAG_BARE_LF       256u  /* the message held an LF without CR */
#define SANSMTP_FLAG_CHUNKED       512u  /* the message came by BDAT: newlines were not looked at */
#define SANSMTP_FLAG_TLS           1024u /* any question: the channel is under TLS */
#define SANSMTP_FLAG_AUTHENTICATED 2048u /* any question: the client has authenticated itself */
#define SANSMTP_FLAG_LAST          4096u /* END: no other answer for this message follows; BURL: */
                                         /* the message is whole with it */
#define SANSMTP_FLAG_ACCEPTED 8192u      /* client: the reply is a yes */
#define SANSMTP_FLAG_CUT      16384u     /* client: the reply was longer than the text */
#define SANSMTP_FLAG_ENOUGH   32768u     /* RESULT: too many; give it again with another message */

/* event.reason of RESET and CLOSING. */
#define SANSMTP_REASON_QUIT         1u  /* the client said QUIT */
#define SANSMTP_REASON_RSET         2u  /* the client said RSET */
#define SANSMTP_REASON_HELLO        3u  /* a new hello */
#define SANSMTP_REASON_GONE         4u  /* the connection ended */
#define SANSMTP_REASON_EXPIRED      5u  /* the host said expired() */
#define SANSMTP_REASON_CLOSED       6u  /* the host said close() or answered 421 */
#define SANSMTP_REASON_BUDGET       7u  /* a budget is used up */
#define SANSMTP_REASON_INJECTION    8u  /* plaintext behind STARTTLS */
#define SANSMTP_REASON_FRAMING      9u  /* a chunk whose size cannot be read */
#define SANSMTP_REASON_MESSAGE_SIZE 10u /* the message is larger than the limit; it is refused */
#define SANSMTP_REASON_BARE_NEWLINE 11u /* a bare CR or LF; the message is refused */
#define SANSMTP_REASON_NUL          12u /* a NUL, where options refuse it */
#define SANSMTP_REASON_CHUNK        13u /* the host refused a chunk */
#define SANSMTP_REASON_BINARY       14u /* DATA for a message declared BODY=BINARYMIME */
#define SANSMTP_REASON_PIPELINING   15u /* input behind a command that must be a group's last */
#define SANSMTP_REASON_PROTOCOL     16u /* client: the server's reply cannot be what it is */
#define SANSMTP_REASON_TURN         17u /* the roles turn round (ATRN): the connection lives on */

/* event.reason of OUTCOME. In LMTP the worst of the FINALs; each of these is what counts. With PRDR
 * the answer for all: DELIVERED is for those whose FINAL was a yes, anything else for everybody. */
#define SANSMTP_OUTCOME_DELIVERED 1u /* the peer has taken responsibility */
#define SANSMTP_OUTCOME_REFUSED   2u /* for good */
#define SANSMTP_OUTCOME_LATER     3u /* not delivered now; try again */
#define SANSMTP_OUTCOME_UNCERTAIN 4u /* all was sent, no answer came: to try again may make two */

/* event.reason of LIMIT: the option of the same name in struct sansmtp_server_options. */
#define SANSMTP_LIMIT_ERRORS          65u
#define SANSMTP_LIMIT_UNKNOWN         66u
#define SANSMTP_LIMIT_IDLE_COMMANDS   67u
#define SANSMTP_LIMIT_REPETITIONS     68u
#define SANSMTP_LIMIT_VERIFICATIONS   69u
#define SANSMTP_LIMIT_AUTHENTICATIONS 70u
#define SANSMTP_LIMIT_RECIPIENTS      71u
#define SANSMTP_LIMIT_MESSAGES        72u
#define SANSMTP_LIMIT_MESSAGE_SIZE    73u
#define SANSMTP_LIMIT_LINE            74u /* a command line longer than its verb allows */
#define SANSMTP_LIMIT_AUTH_LINE       75u /* an AUTH line fills its memory: lend() more now */

/* event.recipient of an END that is about the message as a whole: SMTP. */
#define SANSMTP_RECIPIENT_ALL UINT32_MAX

/*
 * One flat event. Members that do not apply to a type are zero. An event is the engine's; it and
 * its spans stay until the next call of next() or, for a question, until it is answered. Body
 * octets (data of BODY) are the host's own input, as long as the host keeps that, or constants of
 * the library: a CR that a cut held back, a CRLF that NORMALISE made.
 *
 * Members may be appended in later versions: take events by pointer. sansmtp_parameter_get() reads
 * only verb, flags, parameters and parameters_text, so a copy made for a late answer will do.
 */
struct sansmtp_event {
    uint32_t type;        /* SANSMTP_EVENT_... */
    uint32_t verb;        /* SANSMTP_VERB_... of the command it is about */
    uint32_t flags;       /* SANSMTP_FLAG_... */
    uint32_t reason;      /* SANSMTP_REASON_... or SANSMTP_LIMIT_... */
    uint32_t domain_kind; /* SANSMTP_DOMAIN_... of domain, or of a hello name */
    uint32_t recipient; /* running number among the accepted, from 0: RECIPIENT: the one it would */
                        /* get; END: whose answer this is (LMTP), or SANSMTP_RECIPIENT_ALL */
    uint32_t code;      /* client: the reply's code; 0 with the server */
    uint32_t enhanced;  /* client: its enhanced code, 5001001 is 5.1.1; 0 if none */
    uint32_t taken;     /* OUTCOME: recipients that the engine took */
    uint32_t answered;  /* OUTCOME: of these, those that the peer answered */
    uint32_t accepted;  /* OUTCOME: of these, those that it accepted */
    uint32_t reserved;
    uint64_t parameters;        /* set of the parameters present: 1 << SANSMTP_PARAMETER_... */
    uint64_t number;            /* MAIL: declared SIZE, 0 if none; CHUNK, END: octets so far */
    struct sansmtp_span text;   /* see the type; as received */
    struct sansmtp_span data;   /* see the type; decoded or body octets */
    struct sansmtp_span path;   /* the path as received, with its brackets */
    struct sansmtp_span local;  /* its local part as received, with its quotes */
    struct sansmtp_span domain; /* its domain, a literal with its brackets */
    struct sansmtp_span route;  /* the source route, without its colon */
    struct sansmtp_span parameters_text; /* the parameters as received */
};

/* An enhanced status code as a number: SANSMTP_ENHANCED(5, 1, 10) is 5.1.10. */
#define SANSMTP_ENHANCED(class_, subject, detail) ((class_)*1000000u + (subject)*1000u + (detail))

/* What the host says of a finished handshake. */
struct sansmtp_tls {
    uint32_t size;  /* sizeof (struct sansmtp_tls) */
    uint32_t flags; /* SANSMTP_TLS_... */
};
/* TLS is up, but not good enough for this host: 554 to all but QUIT (RFC 3207 4.1). */
#define SANSMTP_TLS_INSUFFICIENT 1u
/* The client's: the peer's certificate is good for the name that was meant. */
#define SANSMTP_TLS_VERIFIED 2u

/* sansmtp_error_name - the name of an error, "SANSMTP_ERR_STATE", for logs.
 * Returns static text, never NULL: "SANSMTP_ERR_?" for a number that is none, "SANSMTP_OK" for
 * 0 and above. Any thread, any time, also from a callback. */
SANSMTP_API const char *sansmtp_error_name(int error);

/* sansmtp_event_name - the name of an event type, "recipient"; "?" for a number that is none.
 * Static text. Any thread, any time, also from a callback. */
SANSMTP_API const char *sansmtp_event_name(uint32_t type);

/* sansmtp_verb_name - the verb as it stands on the wire, "RCPT"; "?" for SANSMTP_VERB_UNKNOWN
 * and numbers that are none. Static text. Any thread, any time, also from a callback. */
SANSMTP_API const char *sansmtp_verb_name(uint32_t verb);

/* sansmtp_extension_name - the EHLO keyword of the extension 1 << number, "PIPELINING"; "?" for a
 * number that is none. Static text. Any thread, any time, also from a callback. */
SANSMTP_API const char *sansmtp_extension_name(uint32_t number);

/* sansmtp_parameter_name - the keyword of SANSMTP_PARAMETER_..., "ORCPT"; "?" for a number that is
 * none. Static text. Any thread, any time, also from a callback. */
SANSMTP_API const char *sansmtp_parameter_name(uint32_t id);

/* sansmtp_reason_name - event.reason of RESET and CLOSING as a word, "bare newline"; "?" for a
 * number that is none. Static text. Any thread, any time, also from a callback. */
SANSMTP_API const char *sansmtp_reason_name(uint32_t reason);

/* sansmtp_limit_name - event.reason of LIMIT as a word, "recipients"; "?" for a number that is
 * none. Static text. Any thread, any time, also from a callback. */
SANSMTP_API const char *sansmtp_limit_name(uint32_t limit);

/* sansmtp_version - the version of the library, "0.1.0". Static text. */
SANSMTP_API const char *sansmtp_version(void);

#ifdef __cplusplus
}
#endif

#endif
