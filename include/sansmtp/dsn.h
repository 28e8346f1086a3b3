#ifndef SANSMTP_DSN_H
#define SANSMTP_DSN_H

/*
 * Reports about the fate of mail: delivery status notifications, the "bounces" of RFC 3464 in the
 * multipart/report of RFC 6522, with UTF-8 addresses by RFC 6533. Is there one to be sent, to whom,
 * with how much of the message, and what does it say?
 *
 * The report is written in steps, each into memory of the host: the host may append it to a file
 * step by step, so that thousands of recipients and a large message take no memory. The order:
 *
 *   begin                    the header, and the opening words for a human
 *   explain, text            what a human reads: once a recipient, and lines of your own
 *   field                    further fields of the message, if there are any
 *   recipient, field         what programs read: once a recipient, and further fields of it
 *   original                 the message that it is about, piece by piece, if it is returned
 *   end
 *
 * Every step writes all of its part or, where out is too small, nothing: SANSMTP_ERR_ROOM, and
 * *out_length is the number of octets needed; then repeat it. On any other error nothing has
 * changed either. Nothing is kept but what struct sansmtp_dsn holds; no function calls back; any
 * thread may call any function, also from a callback, one at a time for one struct sansmtp_dsn.
 *
 * Whatever the host or a peer puts into a string, lines end in CRLF, no CR, LF or NUL stands
 * elsewhere, no line has more than 998 octets, and the parts cannot be made to end early.
 */

#include <sansmtp/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What has become of a recipient (RFC 3464 2.3.3). Also bits of a set. */
#define SANSMTP_DSN_FAILED    1u
#define SANSMTP_DSN_DELAYED   2u
#define SANSMTP_DSN_DELIVERED 4u  /* to a mailbox, or to a mailing list */
#define SANSMTP_DSN_RELAYED   8u  /* to where nobody will report; SUCCESS was asked for */
#define SANSMTP_DSN_EXPANDED  16u /* to the several addresses of an alias */

/* Whether a report is due. */
#define SANSMTP_DSN_NO   0
#define SANSMTP_DSN_MAY  1 /* as the host likes */
#define SANSMTP_DSN_MUST 2

/*
 * sansmtp_dsn_wanted - is the sender to be told of this?
 *
 * sender is the reverse-path as MAIL gave it, brackets and all; length 0 or "<>": nobody is there
 * to be told, so that a report about a report is never due. notify is the set SANSMTP_NOTIFY_... of
 * the recipient, 0 if RCPT had none; action one of SANSMTP_DSN_FAILED and so on. deliver_by is 0
 * or 1: the next server does not know DELIVERBY, or traces were asked for, or the time of mode N is
 * over (RFC 2852): a relayed or delayed report is then due unless notify speaks against it.
 * A report is to name only the recipients for which it is due (RFC 3461 5.2.8).
 * Returns SANSMTP_DSN_NO, _MAY, _MUST, or SANSMTP_ERR_ARGUMENT (NULL, no action or several, NEVER
 * with others, a bit that is none). Source: RFC 3461 4.1, 5.2.2, 5.2.3, 5.2.5 to 5.2.7; RFC 2852
 * 4.1.3, 4.1.4; RFC 5321 6.1.
 */
SANSMTP_API int sansmtp_dsn_wanted(const uint8_t *sender, size_t length, uint32_t notify,
                                   uint32_t action, int deliver_by);

/*
 * sansmtp_dsn_mailbox - the one recipient of the report, without brackets.
 *
 * sender as above; *mailbox points into it, a source route is left out. The report itself is sent
 * from <>, without RET, and with NOTIFY=NEVER if with any (RFC 3461 6.1).
 * Returns 1; 0: the reverse-path is null and no report is sent; SANSMTP_ERR_SYNTAX,
 * SANSMTP_ERR_LENGTH (no path), or SANSMTP_ERR_ARGUMENT. Source: RFC 5321 6.1, RFC 3461 6.1.
 */
SANSMTP_API int sansmtp_dsn_mailbox(const uint8_t *sender, size_t length,
                                    struct sansmtp_span *mailbox);

/*
 * sansmtp_dsn_boundary_check - may this stand between the parts?
 *
 * Take something that no message holds by chance: 70 octets at most, of letters, digits, space and
 * '()+_,-./:=? with no space at the end. "=_" in it keeps it out of everything quoted-printable.
 * Returns 0, SANSMTP_ERR_SYNTAX, SANSMTP_ERR_LENGTH (0, or over 70), or SANSMTP_ERR_ARGUMENT.
 * Source: RFC 2046 5.1.1.
 */
SANSMTP_API int sansmtp_dsn_boundary_check(const uint8_t *boundary, size_t length);

/* struct sansmtp_dsn_scanned.flags: what the message has. */
#define SANSMTP_DSN_HEADER_8BIT     1u  /* octets over 127 in the header */
#define SANSMTP_DSN_HEADER_NOT_UTF8 2u  /* and they are not UTF-8 */
#define SANSMTP_DSN_HEADER_BINARY   4u  /* NUL, CR or LF alone, a line over 998 octets */
#define SANSMTP_DSN_HEADER_BOUNDARY 8u  /* a line that begins as the boundary's would */
#define SANSMTP_DSN_BODY_8BIT       16u /* the same of the body */
#define SANSMTP_DSN_BODY_BINARY     32u
#define SANSMTP_DSN_BODY_BOUNDARY   64u
#define SANSMTP_DSN_HEADER_ENDED    128u /* the blank line behind the header was there */

/* What is known of a message to be returned. Zero all of it, set size and boundary, and scan. */
struct sansmtp_dsn_scanned {
    uint32_t size;                /* sizeof (struct sansmtp_dsn_scanned) */
    uint32_t flags;               /* SANSMTP_DSN_HEADER_..., SANSMTP_DSN_BODY_... */
    struct sansmtp_span boundary; /* of the report; borrowed; length 0: not looked for */
    uint64_t length;              /* octets so far */
    uint64_t header_length;       /* of these the header, without the blank line */
    uint32_t last;                /* the rest is the library's own */
    uint32_t line;
    uint32_t matched;
    uint32_t utf8;
};

/*
 * sansmtp_dsn_scan - look at the next octets of the message, in whatever pieces.
 *
 * The third part of a report can say how it is encoded only before it begins, so a message that is
 * to be returned is read twice: once for this, once for sansmtp_dsn_original. octets are those that
 * were received: dots unstuffed, lines with CRLF.
 * Returns 0, or with nothing changed SANSMTP_ERR_ARGUMENT (NULL, size, a boundary over 70 octets).
 */
SANSMTP_API int sansmtp_dsn_scan(struct sansmtp_dsn_scanned *scan, const uint8_t *octets,
                                 size_t length);

/* struct sansmtp_dsn_report.flags. The first two say what the way back to the sender takes: most
 * often it is not known yet, and what the sender himself has used is a good guess. */
#define SANSMTP_DSN_8BITMIME     1u  /* 8-bit bodies */
#define SANSMTP_DSN_SMTPUTF8     2u  /* UTF-8 everywhere, and so 8-bit bodies too */
#define SANSMTP_DSN_UTF8_TEXT    4u  /* the human-readable part is UTF-8, not ASCII */
#define SANSMTP_DSN_GLOBAL       8u  /* with SMTPUTF8: message/global-delivery-status anyhow */
#define SANSMTP_DSN_REQUIRETLS   16u /* the message came with REQUIRETLS: only its header returns */
#define SANSMTP_DSN_OWN_TEXT     32u /* begin writes no words for humans: text() will */
#define SANSMTP_DSN_UNKNOWN_ZONE 64u /* dates in UTC with -0000; offset_minutes is not looked at */

/* What is returned in full if report.limit is 0. */
#define SANSMTP_DSN_LIMIT 65536u

/*
 * A report. Zero all of it, then fill what you know. It and its spans are borrowed from begin to
 * end. Strings of the host (from, subject, message_id, reporting_mta, boundary) must be right;
 * strings that a peer has chosen are left out or made harmless where they are not.
 */
struct sansmtp_dsn_report {
    uint32_t size;    /* sizeof (struct sansmtp_dsn_report) */
    uint32_t flags;   /* SANSMTP_DSN_8BITMIME and so on */
    uint32_t actions; /* set of SANSMTP_DSN_FAILED... that its recipients have; not empty */
    uint32_t ret;     /* RET of the message: SANSMTP_RET_..., 0 if MAIL had none */
    uint64_t limit;   /* octets; a longer message returns as its header, of which a longer one */
                      /* ends with the line that reaches it; 0: SANSMTP_DSN_LIMIT */
    int64_t seconds;  /* now, since 1970-01-01 00:00 UTC */
    int64_t arrival;  /* when the message came; 0: not known */
    int32_t offset_minutes; /* the local zone, east of UTC is positive */
    uint32_t reserved;
    const struct sansmtp_dsn_scanned *returned; /* the whole message; NULL: nothing is returned */
    struct sansmtp_span sender;         /* of the message: the reverse-path as MAIL gave it */
    struct sansmtp_span reporting_mta;  /* our domain; a name that is none is given as such */
    struct sansmtp_span boundary;       /* see sansmtp_dsn_boundary_check */
    struct sansmtp_span from;           /* mailbox; absent: postmaster@reporting_mta */
    struct sansmtp_span message_id;     /* of the report, with its brackets; may be absent */
    struct sansmtp_span subject;        /* absent: that of the table, by actions */
    struct sansmtp_span in_reply_to;    /* Message-ID of the message; may be absent */
    struct sansmtp_span envelope_id;    /* ENVID as MAIL gave it: xtext; absent: it gave none */
    struct sansmtp_span received_from;  /* the hello name of who sent the message; may be absent */
    struct sansmtp_span client_address; /* 4 or 16 octets, network order; may be absent */
};

/* What has become of one recipient. Zero all of it, then fill what you know. All spans are borrowed
 * for the call. code, enhanced and text are those of an event of the client. */
struct sansmtp_dsn_fate {
    uint32_t size;     /* sizeof (struct sansmtp_dsn_fate) */
    uint32_t action;   /* one of SANSMTP_DSN_FAILED... */
    uint32_t status;   /* 5001001 is 5.1.1; 0: enhanced, or else x.0.0 by code or action */
    uint32_t code;     /* of the SMTP reply that decided it; 0: there was none */
    uint32_t enhanced; /* its enhanced code; 0: it had none */
    uint32_t reserved;
    struct sansmtp_span text;       /* of the reply, lines joined by LF; code 0: why, in words */
    struct sansmtp_span path;       /* as RCPT gave it, brackets or not; required */
    struct sansmtp_span original;   /* ORCPT as RCPT gave it: "rfc822;a+2Bb@x"; absent: none */
    struct sansmtp_span remote_mta; /* who gave the reply; absent: nobody but us */
    struct sansmtp_span log_id;     /* of the attempt; may be absent */
    int64_t last_attempt;           /* seconds since 1970; 0: not known */
    int64_t will_retry_until;       /* the same; only if DELAYED */
};

/* A report that is being written: the library's own, but for size. */
struct sansmtp_dsn {
    uint32_t size; /* sizeof (struct sansmtp_dsn), set by the caller */
    uint32_t step;
    uint32_t flags;
    uint32_t column;
    uint64_t recipients;
    const struct sansmtp_dsn_report *report;
    struct sansmtp_dsn_scanned scan;
};

/* How much of the message is returned. */
#define SANSMTP_DSN_RETURN_NONE   0
#define SANSMTP_DSN_RETURN_HEADER 1
#define SANSMTP_DSN_RETURN_FULL   2

/*
 * sansmtp_dsn_returns - how much of the message will this report return?
 *
 * All of it if a recipient has failed, RET is not HDRS, the message is not over the limit, did not
 * come with REQUIRETLS, and can go back unchanged: message/rfc822 may not be encoded, so that 8-bit
 * content needs 8BITMIME, and binary content cannot go at all; only a message with UTF-8 in its
 * header is message/global, which may be encoded. Else the header, which always can.
 * Returns SANSMTP_DSN_RETURN_..., or SANSMTP_ERR_ARGUMENT (NULL, size).
 * Source: RFC 3461 4.3, 6.2; RFC 6522 3; RFC 6533 4.5; RFC 2046 5.2.1; RFC 8689 5.
 */
SANSMTP_API int sansmtp_dsn_returns(const struct sansmtp_dsn_report *report);

/*
 * sansmtp_dsn_begin - the header of the report, and its opening words.
 *
 * dsn->size must be set; dsn is this report's from now on, and report is borrowed until its end.
 * out holds capacity octets, here and below; it may be NULL if that is 0.
 * Returns 0, SANSMTP_ERR_ROOM, SANSMTP_ERR_ARGUMENT (NULL, size, a number out of range, a date
 * that sansmtp_date_write refuses, returned scanned for another boundary), SANSMTP_ERR_TEXT (a
 * string of the host is outside its grammar, no sender, or boundary stands in the message that is
 * returned: take another), or SANSMTP_ERR_NEEDS_SMTPUTF8 (sender, from or subject is not ASCII and
 * the way back is). Source: RFC 3464 2, RFC 6522 3, RFC 3834 5, RFC 3461 6.
 */
SANSMTP_API int sansmtp_dsn_begin(struct sansmtp_dsn *dsn, const struct sansmtp_dsn_report *report,
                                  char *out, size_t capacity, size_t *out_length);

/*
 * sansmtp_dsn_text - lines of the host in the human-readable part.
 *
 * text is one or more lines, joined by LF or CRLF; a newline at its end is added if there is none.
 * It is ASCII, or UTF-8 if SANSMTP_DSN_UTF8_TEXT or SANSMTP_DSN_SMTPUTF8 is set.
 * Returns 0, SANSMTP_ERR_ROOM, SANSMTP_ERR_STATE (the human-readable part is over),
 * SANSMTP_ERR_TEXT (a control but HT, CR alone, another character set, a line over 998 octets or
 * one that begins as the boundary does), or SANSMTP_ERR_ARGUMENT.
 */
SANSMTP_API int sansmtp_dsn_text(struct sansmtp_dsn *dsn, const char *text, size_t length,
                                 char *out, size_t capacity, size_t *out_length);

/*
 * sansmtp_dsn_explain - a recipient in the human-readable part: what has become of it, and why.
 *
 * It is also how UTF-8 is seen in time: with SANSMTP_DSN_SMTPUTF8, if any recipient given here has
 * some, the second part will be message/global-delivery-status. Errors as for
 * sansmtp_dsn_recipient, and SANSMTP_ERR_STATE if the human-readable part is over.
 */
SANSMTP_API int sansmtp_dsn_explain(struct sansmtp_dsn *dsn,
                                    const struct sansmtp_dsn_fate *recipient, char *out,
                                    size_t capacity, size_t *out_length);

/*
 * sansmtp_dsn_field - a further field for programs: Future-Release-Request, X-Something-Queue-ID.
 *
 * Before the first recipient it is about the message, else about the recipient just given. Which
 * names there may be, and that each stands once, is up to the host; names that the steps
 * themselves write are refused.
 * Returns 0, SANSMTP_ERR_ROOM, SANSMTP_ERR_STATE (before begin, or the second part is over),
 * SANSMTP_ERR_TEXT (name is no field name, begins with "--" or has over 60 octets; value has
 * controls, or is not ASCII; UTF-8 passes in message/global-delivery-status), or
 * SANSMTP_ERR_ARGUMENT. Source: RFC 3464 2.4.
 */
SANSMTP_API int sansmtp_dsn_field(struct sansmtp_dsn *dsn, const char *name, size_t name_length,
                                  const char *value, size_t length, char *out, size_t capacity,
                                  size_t *out_length);

/*
 * sansmtp_dsn_recipient - a recipient for programs: the group of its fields.
 *
 * The reply's octets that cannot stand in a field are replaced: controls by '?', in the 7-bit form
 * UTF-8 by \x{HEX}. What does not fit the grammar is left out: a remote_mta that is no domain.
 * Returns 0, SANSMTP_ERR_ROOM, SANSMTP_ERR_STATE (before begin, or the second part is over),
 * SANSMTP_ERR_TEXT (path or original with a control or no UTF-8; original is not type;value),
 * SANSMTP_ERR_CODE (status does not go with action: failed is 4 or 5, delayed 4, delivered and
 * expanded 2), or SANSMTP_ERR_ARGUMENT (NULL, size, no path, an action that report.actions does not
 * have, will_retry_until but not DELAYED, a date that sansmtp_date_write refuses).
 * Source: RFC 3464 2.3, RFC 3461 6.3 and 9.2, RFC 6533 3 and 4.1.
 */
SANSMTP_API int sansmtp_dsn_recipient(struct sansmtp_dsn *dsn,
                                      const struct sansmtp_dsn_fate *recipient, char *out,
                                      size_t capacity, size_t *out_length);

/*
 * sansmtp_dsn_original - the next octets of the message that the report is about.
 *
 * *in is advanced past what was taken, which is as much as out has room for: call it until
 * in->length is 0. Behind the header octets are taken and dropped if only that is returned. Never
 * calling it leaves the message out.
 * Returns 0, SANSMTP_ERR_ROOM (capacity is too small for anything), SANSMTP_ERR_STATE (no recipient
 * yet, or report.returned is NULL), SANSMTP_ERR_TEXT (this is not the message that was scanned: it
 * has something that the scan has not told), or SANSMTP_ERR_ARGUMENT.
 */
SANSMTP_API int sansmtp_dsn_original(struct sansmtp_dsn *dsn, struct sansmtp_span *in, char *out,
                                     size_t capacity, size_t *out_length);

/*
 * sansmtp_dsn_end - the last octets of the report.
 *
 * Returns 0, SANSMTP_ERR_ROOM, SANSMTP_ERR_STATE (no recipient yet), SANSMTP_ERR_TEXT (the message
 * ends in a CR that the scan has not seen), or SANSMTP_ERR_ARGUMENT.
 */
SANSMTP_API int sansmtp_dsn_end(struct sansmtp_dsn *dsn, char *out, size_t capacity,
                                size_t *out_length);

/*
 * sansmtp_dsn_needs - after end: what must the server have that takes this report?
 *
 * A set of SANSMTP_EXTENSION_8BITMIME (send it with BODY=8BITMIME) and SANSMTP_EXTENSION_SMTPUTF8;
 * 0: none. Before the end it is what is known so far; of NULL it is 0.
 */
SANSMTP_API uint64_t sansmtp_dsn_needs(const struct sansmtp_dsn *dsn);

#ifdef __cplusplus
}
#endif

#endif
