/* The part for programs: RFC 3464 2.2 and 2.3, in the order of its grammar. */

#include <sansmtp/trace.h>
#include <sansmtp/wire.h>

#include "ascii.h"
#include "dsn.h"
#include "memory.h"
#include "number.h"
#include "utf8.h"
#include "utf8_address.h"

/* All the names that are written here; the host may not write them once more. */
#define FIELDS(FIELD)                                   \
    FIELD(ORIGINAL_ENVELOPE_ID, "Original-Envelope-Id") \
    FIELD(REPORTING_MTA, "Reporting-MTA")               \
    FIELD(RECEIVED_FROM_MTA, "Received-From-MTA")       \
    FIELD(ARRIVAL_DATE, "Arrival-Date")                 \
    FIELD(ORIGINAL_RECIPIENT, "Original-Recipient")     \
    FIELD(FINAL_RECIPIENT, "Final-Recipient")           \
    FIELD(ACTION, "Action")                             \
    FIELD(STATUS, "Status")                             \
    FIELD(REMOTE_MTA, "Remote-MTA")                     \
    FIELD(DIAGNOSTIC_CODE, "Diagnostic-Code")           \
    FIELD(LAST_ATTEMPT_DATE, "Last-Attempt-Date")       \
    FIELD(FINAL_LOG_ID, "Final-Log-ID")                 \
    FIELD(WILL_RETRY_UNTIL, "Will-Retry-Until")

#define FIELD_ENUM(name, text) name,
#define FIELD_ROW(name, text)  {text, sizeof(text) - 1},

enum name { FIELDS(FIELD_ENUM) NAMES };

static const struct {
    char text[24];
    size_t length;
} names[] = {FIELDS(FIELD_ROW)};

enum { NAME_LONGEST = 60 };

static void begin_field(struct sansmtp_dsn_out *out, enum name name)
{
    sansmtp_dsn_put(out, names[name].text, names[name].length);
    SANSMTP_DSN_PUT(out, ": ");
}

/* RFC 5322 3.6.8: ftext; RFC 3464 2.4. Two hyphens could begin a delimiter. */
bool sansmtp_dsn_is_field_name(const uint8_t *name, size_t length)
{
    if (length == 0 || length > NAME_LONGEST || (length > 1 && name[0] == '-' && name[1] == '-')) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (name[i] <= ' ' || name[i] >= 127 || name[i] == ':') {
            return false;
        }
    }
    for (size_t i = 0; i < NAMES; i++) {
        if (sansmtp_ascii_equal(name, length, (const uint8_t *)names[i].text, names[i].length)) {
            return false;
        }
    }
    return true;
}

void sansmtp_dsn_put_number(struct sansmtp_dsn_out *out, uint32_t number)
{
    uint8_t digits[20];

    sansmtp_dsn_put(out, digits, sansmtp_number_write(number, digits));
}

void sansmtp_dsn_put_enhanced(struct sansmtp_dsn_out *out, uint32_t enhanced)
{
    sansmtp_dsn_put_number(out, enhanced / 1000000u);
    SANSMTP_DSN_PUT(out, ".");
    sansmtp_dsn_put_number(out, enhanced / 1000u % 1000u);
    SANSMTP_DSN_PUT(out, ".");
    sansmtp_dsn_put_number(out, enhanced % 1000u);
}

static void put_date(struct sansmtp_dsn_out *out, const struct sansmtp_dsn_report *report,
                     enum name name, int64_t seconds)
{
    char date[32];
    size_t length = 0;

    if (seconds != 0 && sansmtp_dsn_date(report, seconds, date, &length) == 0) {
        begin_field(out, name);
        sansmtp_dsn_put(out, date, length);
        sansmtp_dsn_newline(out);
    }
}

static void put_mta(struct sansmtp_dsn_out *out, const struct sansmtp_span *name, bool dns)
{
    if (dns) {
        SANSMTP_DSN_PUT(out, "dns; ");
    } else {
        SANSMTP_DSN_PUT(out, "x-local-hostname; ");
    }
    sansmtp_dsn_put_folded(out, name->data, name->length, 1);
}

/* RFC 3461 6.3 (a): decoded. What is no xtext stands as it is. */
static void put_envelope_id(struct sansmtp_dsn_out *out, const struct sansmtp_span *id)
{
    uint8_t text[SANSMTP_VALUE_LONGEST];
    size_t length = 0;

    if (id->length == 0) {
        return;
    }
    begin_field(out, ORIGINAL_ENVELOPE_ID);
    if (sansmtp_xtext_decode(id->data, id->length, text, sizeof(text), &length) == 0) {
        sansmtp_dsn_put_text(out, text, length);
    } else {
        sansmtp_dsn_put_text(out, id->data, id->length);
    }
    sansmtp_dsn_newline(out);
}

/* RFC 3464 2.2.4: the name of the hello, the address in a comment. A name that is none, and would
 * so be of no type that is known, is left out with its field. */
static void put_received_from(struct sansmtp_dsn_out *out, const struct sansmtp_dsn_report *report)
{
    const struct sansmtp_span *address = &report->client_address;
    char literal[48];
    size_t length = 0;

    if (!sansmtp_dsn_is_domain(&report->received_from)) {
        return;
    }
    begin_field(out, RECEIVED_FROM_MTA);
    put_mta(out, &report->received_from, true);
    if (address->length > 0 &&
        sansmtp_literal_write(address->data, address->length, literal, &length) == 0) {
        sansmtp_dsn_gap(out, length + 2);
        SANSMTP_DSN_PUT(out, "(");
        sansmtp_dsn_put(out, literal, length);
        SANSMTP_DSN_PUT(out, ")");
    }
    sansmtp_dsn_newline(out);
}

void sansmtp_dsn_put_message_fields(struct sansmtp_dsn_out *out,
                                    const struct sansmtp_dsn_report *report)
{
    put_envelope_id(out, &report->envelope_id);
    begin_field(out, REPORTING_MTA);
    /* RFC 3461 6.3 (b): "dns" only with a name that is fully qualified */
    put_mta(out, &report->reporting_mta, sansmtp_dsn_is_host(&report->reporting_mta));
    sansmtp_dsn_newline(out);
    put_received_from(out, report);
    put_date(out, report, ARRIVAL_DATE, report->arrival);
}

/* RFC 6533 3: in message/global-delivery-status what can be decoded is; what cannot be is copied as
 * it is, and so is all else where only ASCII may stand. */
static void put_utf8_original(struct sansmtp_dsn_out *out, const uint8_t *octets, size_t length)
{
    uint8_t text[SANSMTP_VALUE_LONGEST];
    size_t decoded = 0;

    if (!(out->mode & SANSMTP_DSN_TEXT_UTF8)) {
        sansmtp_dsn_put_unitext(out, octets, length, true);
    } else if (sansmtp_utf8_address_decode(octets, length, text, &decoded)) {
        sansmtp_dsn_put_text(out, text, decoded);
    } else {
        sansmtp_dsn_put_text(out, octets, length);
    }
}

static size_t type_length(const struct sansmtp_span *original)
{
    const uint8_t *semicolon = memchr(original->data, ';', original->length);

    return (size_t)(semicolon - original->data);
}

/* RFC 3461 4.2: all other types are xtext. */
void sansmtp_dsn_put_original(struct sansmtp_dsn_out *out, const struct sansmtp_span *original)
{
    size_t type = type_length(original);
    const uint8_t *octets = original->data + type + 1;
    size_t length = original->length - type - 1;
    uint8_t text[SANSMTP_VALUE_LONGEST];
    size_t decoded = 0;

    if (sansmtp_ascii_equal(original->data, type, (const uint8_t *)"utf-8", 5)) {
        put_utf8_original(out, octets, length);
    } else if (sansmtp_xtext_decode(octets, length, text, sizeof(text), &decoded) == 0) {
        sansmtp_dsn_put_text(out, text, decoded);
    } else {
        sansmtp_dsn_put_text(out, octets, length);
    }
}

static void put_original_field(struct sansmtp_dsn_out *out, const struct sansmtp_span *original)
{
    if (original->length > 0) {
        begin_field(out, ORIGINAL_RECIPIENT);
        sansmtp_dsn_put(out, original->data, type_length(original));
        SANSMTP_DSN_PUT(out, ";");
        sansmtp_dsn_put_original(out, original);
        sansmtp_dsn_newline(out);
    }
}

/* RFC 6533 3: type utf-8 in its 7-bit form, or as it is where UTF-8 may stand. */
static void put_final_field(struct sansmtp_dsn_out *out, const struct sansmtp_span *path)
{
    struct sansmtp_span mailbox = sansmtp_dsn_path_mailbox(*path);

    begin_field(out, FINAL_RECIPIENT);
    if (sansmtp_utf8_ascii(mailbox.data, mailbox.length)) {
        SANSMTP_DSN_PUT(out, "rfc822;");
        sansmtp_dsn_put_text(out, mailbox.data, mailbox.length);
    } else if (out->mode & SANSMTP_DSN_TEXT_UTF8) {
        SANSMTP_DSN_PUT(out, "utf-8;");
        sansmtp_dsn_put_text(out, mailbox.data, mailbox.length);
    } else {
        SANSMTP_DSN_PUT(out, "utf-8;");
        sansmtp_dsn_put_unitext(out, mailbox.data, mailbox.length, false);
    }
    sansmtp_dsn_newline(out);
}

/* RFC 3461 9.2: the reply as it was, each line after the first behind a space. */
static void put_reply(struct sansmtp_dsn_out *out, const struct sansmtp_dsn_fate *recipient)
{
    struct sansmtp_span rest = recipient->text;
    const uint8_t *end;
    size_t line;

    SANSMTP_DSN_PUT(out, "smtp; ");
    for (;;) {
        end = rest.length > 0 ? memchr(rest.data, '\n', rest.length) : NULL;
        line = end ? (size_t)(end - rest.data) : rest.length;
        sansmtp_dsn_put_number(out, recipient->code);
        sansmtp_dsn_put(out, end ? "-" : " ", 1);
        if (recipient->enhanced > 0) {
            sansmtp_dsn_put_enhanced(out, recipient->enhanced);
            SANSMTP_DSN_PUT(out, " ");
        }
        sansmtp_dsn_put_folded(out, rest.data, line, 1);
        if (!end) {
            return;
        }
        sansmtp_dsn_fold(out, 1);
        rest.data += line + 1;
        rest.length -= line + 1;
    }
}

/* Words of ours are of a type of ours: RFC 3464 2.1.2 keeps "x-" free. */
static void put_diagnostic(struct sansmtp_dsn_out *out, const struct sansmtp_dsn_fate *recipient)
{
    if (recipient->code == 0 && recipient->text.length == 0) {
        return;
    }
    begin_field(out, DIAGNOSTIC_CODE);
    if (recipient->code > 0) {
        put_reply(out, recipient);
    } else {
        SANSMTP_DSN_PUT(out, "x-local; ");
        sansmtp_dsn_put_folded(out, recipient->text.data, recipient->text.length, 1);
    }
    sansmtp_dsn_newline(out);
}

void sansmtp_dsn_put_recipient_fields(struct sansmtp_dsn_out *out,
                                      const struct sansmtp_dsn_report *report,
                                      const struct sansmtp_dsn_fate *recipient,
                                      struct sansmtp_span action)
{
    sansmtp_dsn_newline(out);
    put_original_field(out, &recipient->original);
    put_final_field(out, &recipient->path);
    begin_field(out, ACTION);
    sansmtp_dsn_put(out, action.data, action.length);
    sansmtp_dsn_newline(out);
    begin_field(out, STATUS);
    sansmtp_dsn_put_enhanced(out, sansmtp_dsn_status(recipient));
    sansmtp_dsn_newline(out);
    if (sansmtp_dsn_is_domain(&recipient->remote_mta)) {
        begin_field(out, REMOTE_MTA);
        put_mta(out, &recipient->remote_mta, true);
        sansmtp_dsn_newline(out);
    }
    put_diagnostic(out, recipient);
    put_date(out, report, LAST_ATTEMPT_DATE, recipient->last_attempt);
    if (recipient->log_id.length > 0) {
        begin_field(out, FINAL_LOG_ID);
        sansmtp_dsn_put_folded(out, recipient->log_id.data, recipient->log_id.length, 1);
        sansmtp_dsn_newline(out);
    }
    put_date(out, report, WILL_RETRY_UNTIL, recipient->will_retry_until);
}
