#ifndef SANSMTP_DSN_INSIDE_H
#define SANSMTP_DSN_INSIDE_H

/* What the rooms of a report share: how far it is, what was decided for it, and its pieces. */

#include <sansmtp/dsn.h>

#include "dsn_text.h"

/* dsn.step: what may come next. */
enum {
    SANSMTP_DSN_AT_START,
    SANSMTP_DSN_AT_HUMAN,   /* words, until the first field or recipient */
    SANSMTP_DSN_AT_MESSAGE, /* fields of the message */
    SANSMTP_DSN_AT_RECIPIENT,
    SANSMTP_DSN_AT_ORIGINAL,
    SANSMTP_DSN_AT_END
};

/* dsn.flags */
enum {
    SANSMTP_DSN_SEEN_UTF8 = 1,      /* a recipient that was explained is not ASCII */
    SANSMTP_DSN_HUMAN_UTF8 = 2,     /* the first part is UTF-8 */
    SANSMTP_DSN_HUMAN_QUOTED = 4,   /* and encoded */
    SANSMTP_DSN_STATUS_GLOBAL = 8,  /* the second part is message/global-delivery-status */
    SANSMTP_DSN_RETURN_QUOTED = 16, /* the third part is encoded */
    SANSMTP_DSN_RETURN_CUT = 32,    /* and only the header */
    SANSMTP_DSN_RETURN_CR = 64,     /* a CR was taken, and waits for what follows */
    SANSMTP_DSN_RETURN_BLANK = 128, /* the last octet of the encoded line is white space */
    SANSMTP_DSN_NEEDS_8BIT = 256,
    SANSMTP_DSN_NEEDS_UTF8 = 512,
    SANSMTP_DSN_RETURN_FULL_UP = 1024 /* no more of the header is returned */
};

/* The flags of a scan, its message at an end. */
uint32_t sansmtp_dsn_found(const struct sansmtp_dsn_scanned *scan);

/* The octets of a path's mailbox: without brackets and route; all of it if it is no path. */
struct sansmtp_span sansmtp_dsn_path_mailbox(struct sansmtp_span path);

/* A date of the report's zone. Returns 0 or SANSMTP_ERR_ARGUMENT. */
int sansmtp_dsn_date(const struct sansmtp_dsn_report *report, int64_t seconds, char out[32],
                     size_t *length);

/* Is the whole report right? Returns 0, or what sansmtp_dsn_begin returns. */
int sansmtp_dsn_check_report(const struct sansmtp_dsn_report *report);

/* The same of a recipient. */
int sansmtp_dsn_check_recipient(const struct sansmtp_dsn_report *report,
                                const struct sansmtp_dsn_fate *recipient);

/* Is one of the header's strings not ASCII? */
bool sansmtp_dsn_header_has_utf8(const struct sansmtp_dsn_report *report);

/* report.limit, or what stands for 0. */
uint64_t sansmtp_dsn_limit(const struct sansmtp_dsn_report *report);

/* What is looked for in a message that returns whole, or cut to its header. */
uint32_t sansmtp_dsn_flags(bool cut);

/* The third part: what the message has, of that which is returned; with UTF-8 in its header it is
 * message/global; is it encoded? */
uint32_t sansmtp_dsn_returned(const struct sansmtp_dsn_report *report);
bool sansmtp_dsn_is_global(uint32_t found);
bool sansmtp_dsn_is_quoted(const struct sansmtp_dsn_report *report);

/* Is it a msg-id, as far as that matters: in brackets, graphic ASCII? */
bool sansmtp_dsn_is_id(const struct sansmtp_span *id);

/* The status of a recipient, known or made up. */
uint32_t sansmtp_dsn_status(const struct sansmtp_dsn_fate *recipient);

/* Has the recipient something that is not ASCII? */
bool sansmtp_dsn_has_utf8(const struct sansmtp_dsn_fate *recipient);

/* Is it a domain, or an address literal? */
bool sansmtp_dsn_is_domain(const struct sansmtp_span *name);

/* And with a dot, as names of one label are not fully qualified? */
bool sansmtp_dsn_is_host(const struct sansmtp_span *name);

/* The human-readable part: the opening words, a recipient. */
void sansmtp_dsn_put_opening(struct sansmtp_dsn_out *out, const struct sansmtp_dsn_report *report);
void sansmtp_dsn_put_explanation(struct sansmtp_dsn_out *out,
                                 const struct sansmtp_dsn_report *report,
                                 const struct sansmtp_dsn_fate *recipient);

/* The subject of a report with this set of actions, as a literal. */
struct sansmtp_span sansmtp_dsn_subject(uint32_t set);

/* "failed" */
struct sansmtp_span sansmtp_dsn_action_word(uint32_t action);

/* The fields for programs: of the message, of a recipient, any other. */
void sansmtp_dsn_put_message_fields(struct sansmtp_dsn_out *out,
                                    const struct sansmtp_dsn_report *report);
void sansmtp_dsn_put_recipient_fields(struct sansmtp_dsn_out *out,
                                      const struct sansmtp_dsn_report *report,
                                      const struct sansmtp_dsn_fate *recipient,
                                      struct sansmtp_span action);

/* May the host write a field of this name? */
bool sansmtp_dsn_is_field_name(const uint8_t *name, size_t length);

/* "5.1.1" */
void sansmtp_dsn_put_enhanced(struct sansmtp_dsn_out *out, uint32_t enhanced);
void sansmtp_dsn_put_number(struct sansmtp_dsn_out *out, uint32_t number);

/* ORCPT's address without its encoding, as far as the part allows. */
void sansmtp_dsn_put_original(struct sansmtp_dsn_out *out, const struct sansmtp_span *original);

/* The third part: a piece, on a copy of dsn; its end. Return what the steps of these names do. */
int sansmtp_dsn_put_original_piece(struct sansmtp_dsn *dsn, struct sansmtp_span *in, char *octets,
                                   size_t capacity, size_t *out_length);
int sansmtp_dsn_end_original(struct sansmtp_dsn *dsn, struct sansmtp_dsn_out *out);

#endif
