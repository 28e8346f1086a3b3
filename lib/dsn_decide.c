/* Is there a report, to whom, and how much of the message goes back? */

#include <sansmtp/dsn.h>
#include <sansmtp/wire.h>

#include "dsn.h"
#include "sized.h"

#define ALL_ACTIONS 31u
#define ALL_NOTIFY \
    (SANSMTP_NOTIFY_NEVER | SANSMTP_NOTIFY_SUCCESS | SANSMTP_NOTIFY_FAILURE | SANSMTP_NOTIFY_DELAY)

/* RFC 3461 5.2.2 to 5.2.7. Without NOTIFY: failures, and delays if the host likes (4.1). */
static int by_notify(uint32_t notify, uint32_t action)
{
    if (action == SANSMTP_DSN_FAILED) {
        return notify == 0 || notify & SANSMTP_NOTIFY_FAILURE ? SANSMTP_DSN_MUST : SANSMTP_DSN_NO;
    }
    if (action == SANSMTP_DSN_DELAYED) {
        return notify == 0 || notify & SANSMTP_NOTIFY_DELAY ? SANSMTP_DSN_MAY : SANSMTP_DSN_NO;
    }
    return notify & SANSMTP_NOTIFY_SUCCESS ? SANSMTP_DSN_MUST : SANSMTP_DSN_NO;
}

/* RFC 2852 4.1.3: late in mode N, "delayed" unless NOTIFY lacks DELAY; 4.1.4: "relayed" unless it
 * is NEVER. */
static int by_deadline(uint32_t notify, uint32_t action)
{
    bool relayed = action == SANSMTP_DSN_RELAYED && notify != SANSMTP_NOTIFY_NEVER;
    bool delayed = action == SANSMTP_DSN_DELAYED && by_notify(notify, action) != SANSMTP_DSN_NO;

    return relayed || delayed ? SANSMTP_DSN_MUST : by_notify(notify, action);
}

int sansmtp_dsn_wanted(const uint8_t *sender, size_t length, uint32_t notify, uint32_t action,
                       int deliver_by)
{
    bool never = (notify & SANSMTP_NOTIFY_NEVER) != 0;

    if ((!sender && length > 0) || action == 0 || action > ALL_ACTIONS ||
        (action & (action - 1)) != 0 || notify > ALL_NOTIFY ||
        (never && notify != SANSMTP_NOTIFY_NEVER) || (deliver_by != 0 && deliver_by != 1)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    /* RFC 3461 5.2: no report at all if the reverse-path is null; RFC 5321 6.1 */
    if (length == 0 || (length == 2 && sender[0] == '<' && sender[1] == '>')) {
        return SANSMTP_DSN_NO;
    }
    return deliver_by ? by_deadline(notify, action) : by_notify(notify, action);
}

/* RFC 5321 6.1: a source route is cut down to its last mailbox. */
int sansmtp_dsn_mailbox(const uint8_t *sender, size_t length, struct sansmtp_span *mailbox)
{
    const uint32_t accept = SANSMTP_ACCEPT_UTF8 | SANSMTP_ACCEPT_NULL | SANSMTP_ACCEPT_LONG_LOCAL |
                            SANSMTP_ACCEPT_UNBRACKETED;
    struct sansmtp_path path = {.size = sizeof(path)};
    int error;

    if (!mailbox || (!sender && length > 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (length > 0) {
        error = sansmtp_path_parse(sender, length, accept, &path);
        if (error != 0) {
            return error;
        }
    }
    if (path.raw.length != length) {
        return SANSMTP_ERR_SYNTAX;
    }
    *mailbox = (struct sansmtp_span){0};
    if (path.local.length == 0) {
        return 0;
    }
    mailbox->data = path.local.data;
    mailbox->length = path.local.length + 1 + path.domain.length;
    return 1;
}

/* RFC 2046 5.2.1: message/rfc822 is 7bit, 8bit or binary, never encoded; so what the way back
 * cannot take returns as its header (RFC 6522 3). RFC 6532 3.7: message/global may be encoded. */
static bool can_return_all(const struct sansmtp_dsn_report *report, uint32_t found)
{
    const uint32_t eight = SANSMTP_DSN_8BITMIME | SANSMTP_DSN_SMTPUTF8;

    if (found & SANSMTP_DSN_HEADER_NOT_UTF8) {
        return false;
    }
    if (found & SANSMTP_DSN_HEADER_8BIT) {
        return true;
    }
    if (found & (SANSMTP_DSN_HEADER_BINARY | SANSMTP_DSN_BODY_BINARY)) {
        return false;
    }
    return !(found & SANSMTP_DSN_BODY_8BIT) || (report->flags & eight) != 0;
}

uint64_t sansmtp_dsn_limit(const struct sansmtp_dsn_report *report)
{
    return report->limit > 0 ? report->limit : SANSMTP_DSN_LIMIT;
}

int sansmtp_dsn_returns(const struct sansmtp_dsn_report *report)
{
    if (!report || !sansmtp_sized(report, report->size, sizeof(*report))) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!report->returned) {
        return SANSMTP_DSN_RETURN_NONE;
    }
    /* RFC 3461 6.2: in full only where a failure is told; RFC 8689 5: RET=FULL is not looked at */
    if (!(report->actions & SANSMTP_DSN_FAILED) || report->ret == SANSMTP_RET_HDRS ||
        report->returned->length > sansmtp_dsn_limit(report) ||
        report->flags & SANSMTP_DSN_REQUIRETLS ||
        !can_return_all(report, sansmtp_dsn_found(report->returned))) {
        return SANSMTP_DSN_RETURN_HEADER;
    }
    return SANSMTP_DSN_RETURN_FULL;
}

uint32_t sansmtp_dsn_flags(bool cut)
{
    uint32_t flags = SANSMTP_DSN_HEADER_8BIT | SANSMTP_DSN_HEADER_NOT_UTF8 |
                     SANSMTP_DSN_HEADER_BINARY | SANSMTP_DSN_HEADER_BOUNDARY;

    return cut ? flags
               : flags | SANSMTP_DSN_BODY_8BIT | SANSMTP_DSN_BODY_BINARY |
                     SANSMTP_DSN_BODY_BOUNDARY;
}

/* What the message has, of that which is returned. */
uint32_t sansmtp_dsn_returned(const struct sansmtp_dsn_report *report)
{
    uint32_t found = report->returned ? sansmtp_dsn_found(report->returned) : 0;

    return found & sansmtp_dsn_flags(sansmtp_dsn_returns(report) != SANSMTP_DSN_RETURN_FULL);
}

/* UTF-8 in the header makes it message/global (RFC 6532 3.7); what else is over 127 there does
 * not. */
bool sansmtp_dsn_is_global(uint32_t found)
{
    return (found & (SANSMTP_DSN_HEADER_8BIT | SANSMTP_DSN_HEADER_NOT_UTF8)) ==
           SANSMTP_DSN_HEADER_8BIT;
}

static bool is_binary(uint32_t found)
{
    return (found & (SANSMTP_DSN_HEADER_BINARY | SANSMTP_DSN_BODY_BINARY)) != 0;
}

/* RFC 6533 4.5: 7-bit unless the way back takes SMTPUTF8. RFC 6522 4: a header that is broken may
 * be quoted-printable. message/rfc822 is never encoded, and sansmtp_dsn_returns sees that it need
 * not be. */
bool sansmtp_dsn_is_quoted(const struct sansmtp_dsn_report *report)
{
    uint32_t found = sansmtp_dsn_returned(report);

    if (sansmtp_dsn_is_global(found)) {
        return !(report->flags & SANSMTP_DSN_SMTPUTF8) || is_binary(found);
    }
    return (found & (SANSMTP_DSN_HEADER_8BIT | SANSMTP_DSN_HEADER_BINARY)) != 0;
}
