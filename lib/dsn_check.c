/* What the host has handed in: right, or an error before anything is written. */

#include <sansmtp/trace.h>
#include <sansmtp/wire.h>

#include "ascii.h"
#include "dsn.h"
#include "memory.h"
#include "reply.h"
#include "sized.h"
#include "utf8.h"

#define KNOWN_FLAGS   127u
#define KNOWN_ACTIONS 31u

enum { SUBJECT_LONGEST = 200, ID_LONGEST = 255, NAME_LONGEST = 255 };

static bool is_span(const struct sansmtp_span *span)
{
    return span->data || span->length == 0;
}

int sansmtp_dsn_date(const struct sansmtp_dsn_report *report, int64_t seconds, char out[32],
                     size_t *length)
{
    return sansmtp_date_write(seconds, report->offset_minutes,
                              (report->flags & SANSMTP_DSN_UNKNOWN_ZONE) != 0, out, length);
}

static int check_date(const struct sansmtp_dsn_report *report, int64_t seconds)
{
    char date[32];
    size_t length;

    return sansmtp_dsn_date(report, seconds, date, &length);
}

/* A general literal may hold what no field should, and no tag of one is registered. */
bool sansmtp_dsn_is_domain(const struct sansmtp_span *name)
{
    uint32_t kind = SANSMTP_DOMAIN_NONE;

    return name->length > 0 &&
           sansmtp_domain_parse(name->data, name->length, 0, &kind, NULL) == 0 &&
           kind != SANSMTP_DOMAIN_GENERAL;
}

bool sansmtp_dsn_is_host(const struct sansmtp_span *name)
{
    return sansmtp_dsn_is_domain(name) &&
           (name->data[0] == '[' || memchr(name->data, '.', name->length));
}

struct sansmtp_span sansmtp_dsn_path_mailbox(struct sansmtp_span path)
{
    const uint32_t accept = SANSMTP_ACCEPT_UTF8 | SANSMTP_ACCEPT_POSTMASTER |
                            SANSMTP_ACCEPT_LONG_LOCAL | SANSMTP_ACCEPT_UNBRACKETED;
    struct sansmtp_path read = {.size = sizeof(read)};

    if (sansmtp_path_parse(path.data, path.length, accept, &read) != 0 ||
        read.raw.length != path.length || read.local.length == 0) {
        return path;
    }
    return (struct sansmtp_span){
        read.local.data, read.local.length + (read.domain.length > 0 ? 1 + read.domain.length : 0)};
}

/* "<" without white space or brackets "@" likewise ">" */
bool sansmtp_dsn_is_id(const struct sansmtp_span *id)
{
    if (id->length < 5 || id->length > ID_LONGEST || id->data[0] != '<' ||
        id->data[id->length - 1] != '>' || !memchr(id->data, '@', id->length)) {
        return false;
    }
    for (size_t i = 1; i < id->length - 1; i++) {
        if (id->data[i] <= ' ' || id->data[i] >= 127 || id->data[i] == '<' || id->data[i] == '>') {
            return false;
        }
    }
    return true;
}

static bool are_spans(const struct sansmtp_dsn_report *report)
{
    return is_span(&report->sender) && is_span(&report->reporting_mta) &&
           is_span(&report->boundary) && is_span(&report->from) && is_span(&report->message_id) &&
           is_span(&report->subject) && is_span(&report->in_reply_to) &&
           is_span(&report->envelope_id) && is_span(&report->received_from) &&
           is_span(&report->client_address);
}

static bool is_scan_of(const struct sansmtp_dsn_report *report)
{
    const struct sansmtp_dsn_scanned *scan = report->returned;

    if (!scan) {
        return true;
    }
    return sansmtp_sized(scan, scan->size, sizeof(*scan)) &&
           scan->boundary.length == report->boundary.length && scan->boundary.length > 0 &&
           memcmp(scan->boundary.data, report->boundary.data, scan->boundary.length) == 0;
}

/* RFC 3464 2: the recipient of the report is the sender of the message, and there is one. */
static bool is_mailbox(const struct sansmtp_span *path)
{
    struct sansmtp_span mailbox;

    return sansmtp_dsn_mailbox(path->data, path->length, &mailbox) == 1;
}

static int check_strings(const struct sansmtp_dsn_report *report)
{
    const struct sansmtp_span *mta = &report->reporting_mta;

    if (sansmtp_dsn_boundary_check(report->boundary.data, report->boundary.length) != 0 ||
        mta->length == 0 || mta->length > NAME_LONGEST ||
        !sansmtp_dsn_is_text(mta->data, mta->length, false) || !is_mailbox(&report->sender)) {
        return SANSMTP_ERR_TEXT;
    }
    if (report->from.length > 0 ? !is_mailbox(&report->from) : !sansmtp_dsn_is_host(mta)) {
        return SANSMTP_ERR_TEXT;
    }
    if ((report->message_id.length > 0 && !sansmtp_dsn_is_id(&report->message_id)) ||
        report->subject.length > SUBJECT_LONGEST ||
        !sansmtp_dsn_is_text(report->subject.data, report->subject.length, true)) {
        return SANSMTP_ERR_TEXT;
    }
    return 0;
}

/* RFC 2046 5.1.1: the delimiter must not stand in what it encloses; what is encoded cannot have it,
 * and that is only message/global, and a header that is not ASCII or broken. */
static bool is_boundary_free(const struct sansmtp_dsn_report *report)
{
    uint32_t found = report->returned ? sansmtp_dsn_found(report->returned) : 0;

    if (sansmtp_dsn_returns(report) != SANSMTP_DSN_RETURN_FULL) {
        found &= ~(uint32_t)SANSMTP_DSN_BODY_BOUNDARY;
    }
    return sansmtp_dsn_is_quoted(report) ||
           !(found & (SANSMTP_DSN_HEADER_BOUNDARY | SANSMTP_DSN_BODY_BOUNDARY));
}

int sansmtp_dsn_check_report(const struct sansmtp_dsn_report *report)
{
    size_t address = report->client_address.length;
    int error;

    if (!sansmtp_sized(report, report->size, sizeof(*report)) || report->flags > KNOWN_FLAGS ||
        report->actions == 0 || report->actions > KNOWN_ACTIONS || report->ret > SANSMTP_RET_HDRS ||
        !are_spans(report) || (address != 0 && address != 4 && address != 16) ||
        !is_scan_of(report) || check_date(report, report->seconds) != 0 ||
        check_date(report, report->arrival) != 0) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if ((error = check_strings(report)) != 0) {
        return error;
    }
    if (!is_boundary_free(report)) {
        return SANSMTP_ERR_TEXT;
    }
    if (sansmtp_dsn_header_has_utf8(report) && !(report->flags & SANSMTP_DSN_SMTPUTF8)) {
        return SANSMTP_ERR_NEEDS_SMTPUTF8;
    }
    return 0;
}

bool sansmtp_dsn_header_has_utf8(const struct sansmtp_dsn_report *report)
{
    return !sansmtp_utf8_ascii(report->sender.data, report->sender.length) ||
           !sansmtp_utf8_ascii(report->from.data, report->from.length) ||
           !sansmtp_utf8_ascii(report->subject.data, report->subject.length);
}

/* RFC 3463 3: if nothing better is known, class.0.0. */
uint32_t sansmtp_dsn_status(const struct sansmtp_dsn_fate *recipient)
{
    uint32_t class = recipient->code / 100;

    if (recipient->status > 0) {
        return recipient->status;
    }
    if (recipient->enhanced > 0) {
        return recipient->enhanced;
    }
    if (class == 2 || class == 4 || class == 5) {
        return SANSMTP_ENHANCED(class, 0u, 0u);
    }
    class = recipient->action == SANSMTP_DSN_FAILED    ? 5
            : recipient->action == SANSMTP_DSN_DELAYED ? 4
                                                       : 2;
    return SANSMTP_ENHANCED(class, 0u, 0u);
}

/* RFC 3464 2.3.3: "failed" may have the status of a delay, and "relayed" tell of a loss. */
static bool is_status_of(uint32_t status, uint32_t action)
{
    uint32_t class = status / 1000000u;

    if (!sansmtp_enhanced_valid(status)) {
        return false;
    }
    switch (action) {
    case SANSMTP_DSN_FAILED:
        return class != 2;
    case SANSMTP_DSN_DELAYED:
        return class == 4;
    case SANSMTP_DSN_RELAYED:
        return true;
    default:
        return class == 2;
    }
}

/* RFC 3461 4.2: addr-type ";" xtext, in 500 octets; the type is an atom. */
static bool is_original(const struct sansmtp_span *original)
{
    size_t type = 0;

    if (original->length == 0) {
        return true;
    }
    while (type < original->length && sansmtp_ascii_is_atext(original->data[type])) {
        type++;
    }
    return type > 0 && type + 1 < original->length && original->data[type] == ';' &&
           original->length <= SANSMTP_VALUE_LONGEST &&
           sansmtp_dsn_is_text(original->data, original->length, true);
}

static bool are_recipient_spans(const struct sansmtp_dsn_fate *recipient)
{
    return is_span(&recipient->text) && is_span(&recipient->path) &&
           is_span(&recipient->original) && is_span(&recipient->remote_mta) &&
           is_span(&recipient->log_id);
}

static bool is_code(uint32_t code)
{
    return code == 0 || (code >= 200 && code <= 599);
}

int sansmtp_dsn_check_recipient(const struct sansmtp_dsn_report *report,
                                const struct sansmtp_dsn_fate *recipient)
{
    uint32_t action;

    if (!recipient || !sansmtp_sized(recipient, recipient->size, sizeof(*recipient)) ||
        !are_recipient_spans(recipient) || recipient->path.length == 0 ||
        !is_code(recipient->code) || check_date(report, recipient->last_attempt) != 0 ||
        check_date(report, recipient->will_retry_until) != 0) {
        return SANSMTP_ERR_ARGUMENT;
    }
    action = recipient->action;
    /* RFC 3464 2.3.9: Will-Retry-Until only with "delayed" */
    if (action == 0 || (action & (action - 1)) != 0 || (action & ~report->actions) != 0 ||
        (recipient->will_retry_until != 0 && action != SANSMTP_DSN_DELAYED)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (recipient->path.length > SANSMTP_VALUE_LONGEST || !is_original(&recipient->original) ||
        !sansmtp_dsn_is_text(recipient->path.data, recipient->path.length, true)) {
        return SANSMTP_ERR_TEXT;
    }
    if ((recipient->enhanced > 0 && !sansmtp_enhanced_valid(recipient->enhanced)) ||
        !is_status_of(sansmtp_dsn_status(recipient), action)) {
        return SANSMTP_ERR_CODE;
    }
    return 0;
}

bool sansmtp_dsn_has_utf8(const struct sansmtp_dsn_fate *recipient)
{
    const struct sansmtp_span *original = &recipient->original;
    bool typed = original->length > 6 &&
                 sansmtp_ascii_equal(original->data, 6, (const uint8_t *)"utf-8;", 6);

    return typed || !sansmtp_utf8_ascii(original->data, original->length) ||
           !sansmtp_utf8_ascii(recipient->path.data, recipient->path.length) ||
           !sansmtp_utf8_ascii(recipient->text.data, recipient->text.length) ||
           !sansmtp_utf8_ascii(recipient->log_id.data, recipient->log_id.length);
}
