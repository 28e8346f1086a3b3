/* The steps of a report. Each works on a copy of the state and takes it over only if all that it
 * has written fitted, so that a step that did not can be repeated. */

#include "dsn.h"

#include "memory.h"
#include "sized.h"
#include "utf8.h"

enum { LINE_LONGEST = 998 };

static bool misused(const struct sansmtp_dsn *dsn, const char *out, size_t capacity,
                    const size_t *out_length)
{
    return !dsn || !sansmtp_sized(dsn, dsn->size, sizeof(*dsn)) || (!out && capacity > 0) ||
           !out_length;
}

static int finish(struct sansmtp_dsn *dsn, const struct sansmtp_dsn *next,
                  const struct sansmtp_dsn_out *out, size_t *out_length)
{
    *out_length = out->length;
    if (out->length > out->capacity) {
        return SANSMTP_ERR_ROOM;
    }
    *dsn = *next;
    return 0;
}

static void put_mailbox(struct sansmtp_dsn_out *out, const struct sansmtp_span *path)
{
    struct sansmtp_span mailbox = sansmtp_dsn_path_mailbox(*path);

    sansmtp_dsn_put_text(out, mailbox.data, mailbox.length);
}

/* RFC 3464 2: from a human who can be asked, to the sender of the message. */
static void put_addresses(struct sansmtp_dsn_out *out, const struct sansmtp_dsn_report *report)
{
    const struct sansmtp_span *mta = &report->reporting_mta;

    SANSMTP_DSN_PUT(out, "From: Mail Delivery System");
    sansmtp_dsn_gap(out, report->from.length > 0 ? report->from.length + 2
                                                 : mta->length + sizeof("<postmaster@>") - 1);
    SANSMTP_DSN_PUT(out, "<");
    if (report->from.length > 0) {
        put_mailbox(out, &report->from);
    } else {
        SANSMTP_DSN_PUT(out, "postmaster@");
        sansmtp_dsn_put_text(out, mta->data, mta->length);
    }
    SANSMTP_DSN_PUT(out, ">");
    sansmtp_dsn_newline(out);
    SANSMTP_DSN_PUT(out, "To: <");
    put_mailbox(out, &report->sender);
    SANSMTP_DSN_PUT(out, ">");
    sansmtp_dsn_newline(out);
}

static void put_ids(struct sansmtp_dsn_out *out, const struct sansmtp_dsn_report *report)
{
    const struct sansmtp_span *reply = &report->in_reply_to;

    if (report->message_id.length > 0) {
        SANSMTP_DSN_PUT(out, "Message-ID: ");
        sansmtp_dsn_put(out, report->message_id.data, report->message_id.length);
        sansmtp_dsn_newline(out);
    }
    if (sansmtp_dsn_is_id(reply)) {
        SANSMTP_DSN_PUT(out, "In-Reply-To: ");
        sansmtp_dsn_put(out, reply->data, reply->length);
        sansmtp_dsn_newline(out);
        SANSMTP_DSN_PUT(out, "References: ");
        sansmtp_dsn_put(out, reply->data, reply->length);
        sansmtp_dsn_newline(out);
    }
}

/* RFC 6533 4.4: message/global-delivery-status counts as message/delivery-status, so the
 * report-type is the same; RFC 3834 5: nothing is to answer a report by itself. */
static void put_header(struct sansmtp_dsn_out *out, const struct sansmtp_dsn_report *report)
{
    struct sansmtp_span subject = report->subject;
    char date[32];
    size_t length = 0;

    sansmtp_dsn_date(report, report->seconds, date, &length);
    SANSMTP_DSN_PUT(out, "Date: ");
    sansmtp_dsn_put(out, date, length);
    sansmtp_dsn_newline(out);
    put_addresses(out, report);
    if (subject.length == 0) {
        subject = sansmtp_dsn_subject(report->actions);
    }
    SANSMTP_DSN_PUT(out, "Subject: ");
    sansmtp_dsn_put_folded(out, subject.data, subject.length, 1);
    sansmtp_dsn_newline(out);
    put_ids(out, report);
    SANSMTP_DSN_PUT(out, "Auto-Submitted: auto-replied");
    sansmtp_dsn_newline(out);
    SANSMTP_DSN_PUT(out, "MIME-Version: 1.0");
    sansmtp_dsn_newline(out);
    SANSMTP_DSN_PUT(out, "Content-Type: multipart/report; report-type=delivery-status;");
    sansmtp_dsn_fold(out, 1);
    SANSMTP_DSN_PUT(out, "boundary=\"");
    sansmtp_dsn_put(out, report->boundary.data, report->boundary.length);
    SANSMTP_DSN_PUT(out, "\"");
    sansmtp_dsn_newline(out);
}

static uint32_t human_mode(const struct sansmtp_dsn *dsn)
{
    return (dsn->flags & SANSMTP_DSN_HUMAN_UTF8 ? (uint32_t)SANSMTP_DSN_TEXT_UTF8 : 0u) |
           (dsn->flags & SANSMTP_DSN_HUMAN_QUOTED ? (uint32_t)SANSMTP_DSN_TEXT_QUOTED : 0u);
}

static void begin_human(struct sansmtp_dsn *dsn, struct sansmtp_dsn_out *out)
{
    uint32_t flags = dsn->report->flags;
    bool utf8 = (flags & (SANSMTP_DSN_UTF8_TEXT | SANSMTP_DSN_SMTPUTF8)) != 0;
    bool eight = (flags & (SANSMTP_DSN_8BITMIME | SANSMTP_DSN_SMTPUTF8)) != 0;

    sansmtp_dsn_put_delimiter(out, dsn->report->boundary, false);
    SANSMTP_DSN_PUT(out, "Content-Type: text/plain; charset=");
    if (utf8) {
        SANSMTP_DSN_PUT(out, "utf-8");
        dsn->flags |= SANSMTP_DSN_HUMAN_UTF8;
    } else {
        SANSMTP_DSN_PUT(out, "us-ascii");
    }
    sansmtp_dsn_newline(out);
    SANSMTP_DSN_PUT(out, "Content-Transfer-Encoding: ");
    if (utf8 && eight) {
        SANSMTP_DSN_PUT(out, "8bit");
        dsn->flags |= SANSMTP_DSN_NEEDS_8BIT;
    } else if (utf8) {
        SANSMTP_DSN_PUT(out, "quoted-printable");
        dsn->flags |= SANSMTP_DSN_HUMAN_QUOTED;
    } else {
        SANSMTP_DSN_PUT(out, "7bit");
    }
    sansmtp_dsn_newline(out);
    sansmtp_dsn_newline(out);
}

int sansmtp_dsn_begin(struct sansmtp_dsn *dsn, const struct sansmtp_dsn_report *report, char *out,
                      size_t capacity, size_t *out_length)
{
    struct sansmtp_dsn_out writer = {.octets = out, .capacity = capacity};
    struct sansmtp_dsn next = {.step = SANSMTP_DSN_AT_HUMAN, .report = report};
    int error;

    if (misused(dsn, out, capacity, out_length) || !report) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if ((error = sansmtp_dsn_check_report(report)) != 0) {
        return error;
    }
    next.size = dsn->size;
    next.scan.size = sizeof(next.scan);
    next.scan.boundary = report->boundary;
    next.flags |= sansmtp_dsn_header_has_utf8(report)
                      ? (uint32_t)SANSMTP_DSN_NEEDS_UTF8 | (uint32_t)SANSMTP_DSN_NEEDS_8BIT
                      : 0u;
    writer.mode = SANSMTP_DSN_TEXT_UTF8;
    put_header(&writer, report);
    begin_human(&next, &writer);
    writer.mode = human_mode(&next);
    if (!(report->flags & SANSMTP_DSN_OWN_TEXT)) {
        sansmtp_dsn_put_opening(&writer, report);
    }
    return finish(dsn, &next, &writer, out_length);
}

/* Of the host: an error says more than a replaced octet would. */
static bool is_line(const struct sansmtp_dsn *dsn, const uint8_t *line, size_t length)
{
    const struct sansmtp_span *boundary = &dsn->report->boundary;

    if (length > LINE_LONGEST ||
        (dsn->flags & SANSMTP_DSN_HUMAN_UTF8 ? !sansmtp_utf8_valid(line, length)
                                             : !sansmtp_utf8_ascii(line, length))) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if ((line[i] < ' ' && line[i] != '\t') || line[i] == 0x7F) {
            return false;
        }
    }
    return length < boundary->length + 2 || line[0] != '-' || line[1] != '-' ||
           memcmp(line + 2, boundary->data, boundary->length) != 0;
}

int sansmtp_dsn_text(struct sansmtp_dsn *dsn, const char *text, size_t length, char *out,
                     size_t capacity, size_t *out_length)
{
    struct sansmtp_dsn_out writer = {.octets = out, .capacity = capacity};
    const uint8_t *rest = (const uint8_t *)text;

    if (misused(dsn, out, capacity, out_length) || (!text && length > 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (dsn->step != SANSMTP_DSN_AT_HUMAN) {
        return SANSMTP_ERR_STATE;
    }
    writer.mode = human_mode(dsn);
    while (length > 0) {
        const uint8_t *end = memchr(rest, '\n', length);
        size_t line = end ? (size_t)(end - rest) : length;
        size_t gone = end ? line + 1 : line;

        line -= end && line > 0 && rest[line - 1] == '\r';
        if (!is_line(dsn, rest, line)) {
            return SANSMTP_ERR_TEXT;
        }
        sansmtp_dsn_put(&writer, rest, line);
        sansmtp_dsn_newline(&writer);
        rest += gone;
        length -= gone;
    }
    return finish(dsn, dsn, &writer, out_length);
}

int sansmtp_dsn_explain(struct sansmtp_dsn *dsn, const struct sansmtp_dsn_fate *recipient,
                        char *out, size_t capacity, size_t *out_length)
{
    struct sansmtp_dsn_out writer = {.octets = out, .capacity = capacity};
    struct sansmtp_dsn next;
    int error;

    if (misused(dsn, out, capacity, out_length)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (dsn->step != SANSMTP_DSN_AT_HUMAN) {
        return SANSMTP_ERR_STATE;
    }
    if ((error = sansmtp_dsn_check_recipient(dsn->report, recipient)) != 0) {
        return error;
    }
    next = *dsn;
    next.flags |= sansmtp_dsn_has_utf8(recipient) ? SANSMTP_DSN_SEEN_UTF8 : 0;
    writer.mode = human_mode(dsn);
    sansmtp_dsn_put_explanation(&writer, dsn->report, recipient);
    return finish(dsn, &next, &writer, out_length);
}

/* RFC 6533 4.4: the global types are for what is not 7-bit. */
static bool is_status_global(const struct sansmtp_dsn *dsn)
{
    return dsn->report->flags & SANSMTP_DSN_SMTPUTF8 &&
           (dsn->flags & SANSMTP_DSN_SEEN_UTF8 || dsn->report->flags & SANSMTP_DSN_GLOBAL);
}

/* RFC 3464 2.1: the second part is 7bit. RFC 6533 6.4: if it is the global one, 8bit. */
static void begin_status(struct sansmtp_dsn *dsn, struct sansmtp_dsn_out *out)
{
    if (dsn->step == SANSMTP_DSN_AT_HUMAN) {
        bool global = is_status_global(dsn);

        sansmtp_dsn_put_delimiter(out, dsn->report->boundary, false);
        if (global) {
            SANSMTP_DSN_PUT(out, "Content-Type: message/global-delivery-status");
            sansmtp_dsn_newline(out);
            SANSMTP_DSN_PUT(out, "Content-Transfer-Encoding: 8bit");
            dsn->flags |= SANSMTP_DSN_STATUS_GLOBAL | SANSMTP_DSN_NEEDS_8BIT |
                          SANSMTP_DSN_NEEDS_UTF8;
        } else {
            SANSMTP_DSN_PUT(out, "Content-Type: message/delivery-status");
            sansmtp_dsn_newline(out);
            SANSMTP_DSN_PUT(out, "Content-Transfer-Encoding: 7bit");
        }
        sansmtp_dsn_newline(out);
        sansmtp_dsn_newline(out);
        out->mode = global ? (uint32_t)SANSMTP_DSN_TEXT_UTF8 : 0u;
        sansmtp_dsn_put_message_fields(out, dsn->report);
        dsn->step = SANSMTP_DSN_AT_MESSAGE;
    }
    out->mode = dsn->flags & SANSMTP_DSN_STATUS_GLOBAL ? (uint32_t)SANSMTP_DSN_TEXT_UTF8 : 0u;
}

static bool is_before_original(const struct sansmtp_dsn *dsn)
{
    return dsn->step >= SANSMTP_DSN_AT_HUMAN && dsn->step <= SANSMTP_DSN_AT_RECIPIENT;
}

int sansmtp_dsn_field(struct sansmtp_dsn *dsn, const char *name, size_t name_length,
                      const char *value, size_t length, char *out, size_t capacity,
                      size_t *out_length)
{
    struct sansmtp_dsn_out writer = {.octets = out, .capacity = capacity};
    struct sansmtp_dsn next;

    if (misused(dsn, out, capacity, out_length) || !name || (!value && length > 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!is_before_original(dsn)) {
        return SANSMTP_ERR_STATE;
    }
    next = *dsn;
    begin_status(&next, &writer);
    if (!sansmtp_dsn_is_field_name((const uint8_t *)name, name_length) ||
        !sansmtp_dsn_is_text((const uint8_t *)value, length,
                             (writer.mode & SANSMTP_DSN_TEXT_UTF8) != 0)) {
        return SANSMTP_ERR_TEXT;
    }
    sansmtp_dsn_put(&writer, name, name_length);
    SANSMTP_DSN_PUT(&writer, ": ");
    sansmtp_dsn_put_folded(&writer, (const uint8_t *)value, length, 1);
    sansmtp_dsn_newline(&writer);
    return finish(dsn, &next, &writer, out_length);
}

int sansmtp_dsn_recipient(struct sansmtp_dsn *dsn, const struct sansmtp_dsn_fate *recipient,
                          char *out, size_t capacity, size_t *out_length)
{
    struct sansmtp_dsn_out writer = {.octets = out, .capacity = capacity};
    struct sansmtp_dsn next;
    int error;

    if (misused(dsn, out, capacity, out_length)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!is_before_original(dsn)) {
        return SANSMTP_ERR_STATE;
    }
    if ((error = sansmtp_dsn_check_recipient(dsn->report, recipient)) != 0) {
        return error;
    }
    next = *dsn;
    begin_status(&next, &writer);
    sansmtp_dsn_put_recipient_fields(&writer, dsn->report, recipient,
                                     sansmtp_dsn_action_word(recipient->action));
    next.step = SANSMTP_DSN_AT_RECIPIENT;
    next.recipients++;
    return finish(dsn, &next, &writer, out_length);
}

int sansmtp_dsn_original(struct sansmtp_dsn *dsn, struct sansmtp_span *in, char *out,
                         size_t capacity, size_t *out_length)
{
    struct sansmtp_dsn next;
    int error;

    if (misused(dsn, out, capacity, out_length) || !in || (!in->data && in->length > 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if ((dsn->step != SANSMTP_DSN_AT_RECIPIENT && dsn->step != SANSMTP_DSN_AT_ORIGINAL) ||
        !dsn->report->returned) {
        return SANSMTP_ERR_STATE;
    }
    next = *dsn;
    error = sansmtp_dsn_put_original_piece(&next, in, out, capacity, out_length);
    if (error == 0) {
        *dsn = next;
    }
    return error;
}

int sansmtp_dsn_end(struct sansmtp_dsn *dsn, char *out, size_t capacity, size_t *out_length)
{
    struct sansmtp_dsn_out writer = {.octets = out, .capacity = capacity};
    struct sansmtp_dsn next;
    int error;

    if (misused(dsn, out, capacity, out_length)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (dsn->step != SANSMTP_DSN_AT_RECIPIENT && dsn->step != SANSMTP_DSN_AT_ORIGINAL) {
        return SANSMTP_ERR_STATE;
    }
    next = *dsn;
    if ((error = sansmtp_dsn_end_original(&next, &writer)) != 0) {
        return error;
    }
    sansmtp_dsn_put_delimiter(&writer, dsn->report->boundary, true);
    next.step = SANSMTP_DSN_AT_END;
    return finish(dsn, &next, &writer, out_length);
}

uint64_t sansmtp_dsn_needs(const struct sansmtp_dsn *dsn)
{
    uint64_t needs = 0;

    if (dsn && dsn->flags & SANSMTP_DSN_NEEDS_8BIT) {
        needs |= SANSMTP_EXTENSION_8BITMIME;
    }
    if (dsn && dsn->flags & SANSMTP_DSN_NEEDS_UTF8) {
        needs |= SANSMTP_EXTENSION_SMTPUTF8;
    }
    return needs;
}
