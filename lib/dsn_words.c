/* The human-readable part. It says for every recipient what has become of it, what that means, and
 * what the other side has said, in this order: most readers stop after the first. */

#include "dsn.h"

#include "memory.h"

enum { INDENT = 4 };

struct words {
    uint32_t number; /* the action, or subject * 1000 + detail */
    uint32_t word_length;
    uint32_t subject_length;
    uint32_t text_length;
    const char *word;
    const char *subject;
    const char *text;
};

#define TEXT(text) (sizeof(text) - 1)

static const struct words actions[] = {
#define ACTION(name, word, subject, paragraph) \
    {SANSMTP_DSN_##name, TEXT(word), TEXT(subject), TEXT(paragraph), word, subject, paragraph},
#define REASON(subject, detail, sentence)
#include "dsn_words.def"
#undef ACTION
#undef REASON
};

static const struct words reasons[] = {
#define ACTION(name, word, subject, paragraph)
#define REASON(subject, detail, sentence) \
    {(subject)*1000u + (detail), 0, 0, TEXT(sentence), "", "", sentence},
#include "dsn_words.def"
#undef ACTION
#undef REASON
};

enum { ACTIONS = sizeof(actions) / sizeof(actions[0]) };
enum { REASONS = sizeof(reasons) / sizeof(reasons[0]) };

/* The first of the set that the table has. */
static const struct words *row_of(uint32_t set)
{
    size_t i = 0;

    while (i < ACTIONS - 1 && !(actions[i].number & set)) {
        i++;
    }
    return &actions[i];
}

struct sansmtp_span sansmtp_dsn_subject(uint32_t set)
{
    const struct words *row = row_of(set);

    return (struct sansmtp_span){(const uint8_t *)row->subject, row->subject_length};
}

struct sansmtp_span sansmtp_dsn_action_word(uint32_t action)
{
    const struct words *row = row_of(action);

    return (struct sansmtp_span){(const uint8_t *)row->word, row->word_length};
}

static void put_lines(struct sansmtp_dsn_out *out, const char *text, size_t length)
{
    size_t at = 0;

    while (at < length) {
        const char *end = memchr(text + at, '\n', length - at);
        size_t line = end ? (size_t)(end - text) - at : length - at;

        sansmtp_dsn_put(out, text + at, line);
        sansmtp_dsn_newline(out);
        at += line + 1;
    }
}

void sansmtp_dsn_put_opening(struct sansmtp_dsn_out *out, const struct sansmtp_dsn_report *report)
{
    SANSMTP_DSN_PUT(out, "This is the mail system at ");
    sansmtp_dsn_put_folded(out, report->reporting_mta.data, report->reporting_mta.length, 1);
    SANSMTP_DSN_PUT(out, ".");
    sansmtp_dsn_newline(out);
    for (size_t i = 0; i < ACTIONS; i++) {
        if (report->actions & actions[i].number) {
            sansmtp_dsn_newline(out);
            put_lines(out, actions[i].text, actions[i].text_length);
        }
    }
}

static void put_reason(struct sansmtp_dsn_out *out, uint32_t status)
{
    for (size_t i = 0; i < REASONS; i++) {
        if (status >= SANSMTP_ENHANCED(4u, 0u, 0u) && reasons[i].number == status % 1000000u) {
            sansmtp_dsn_fold(out, INDENT);
            sansmtp_dsn_put(out, reasons[i].text, reasons[i].text_length);
        }
    }
}

/* The lines of a reply, each on one of its own. */
static void put_reply(struct sansmtp_dsn_out *out, const struct sansmtp_dsn_fate *recipient)
{
    struct sansmtp_span rest = recipient->text;
    bool first = true;

    while (first || rest.length > 0) {
        const uint8_t *end = rest.length > 0 ? memchr(rest.data, '\n', rest.length) : NULL;
        size_t line = end ? (size_t)(end - rest.data) : rest.length;
        size_t gone = end ? line + 1 : line;

        sansmtp_dsn_fold(out, INDENT + 4);
        if (first && recipient->code > 0) {
            sansmtp_dsn_put_number(out, recipient->code);
            SANSMTP_DSN_PUT(out, " ");
        }
        if (first && recipient->enhanced > 0) {
            sansmtp_dsn_put_enhanced(out, recipient->enhanced);
            SANSMTP_DSN_PUT(out, " ");
        }
        sansmtp_dsn_put_folded(out, rest.data, line, INDENT + 4);
        if (gone > 0) {
            rest.data += gone;
            rest.length -= gone;
        }
        first = false;
    }
}

static void put_said(struct sansmtp_dsn_out *out, const struct sansmtp_dsn_fate *recipient)
{
    if (recipient->code == 0 && recipient->text.length == 0) {
        return;
    }
    sansmtp_dsn_fold(out, INDENT);
    if (sansmtp_dsn_is_domain(&recipient->remote_mta)) {
        sansmtp_dsn_put_text(out, recipient->remote_mta.data, recipient->remote_mta.length);
        SANSMTP_DSN_PUT(out, " said:");
    } else {
        SANSMTP_DSN_PUT(out, "In detail:");
    }
    put_reply(out, recipient);
}

void sansmtp_dsn_put_explanation(struct sansmtp_dsn_out *out,
                                 const struct sansmtp_dsn_report *report,
                                 const struct sansmtp_dsn_fate *recipient)
{
    struct sansmtp_span mailbox = sansmtp_dsn_path_mailbox(recipient->path);
    struct sansmtp_span word = sansmtp_dsn_action_word(recipient->action);
    uint32_t status = sansmtp_dsn_status(recipient);
    char date[32];
    size_t length = 0;

    sansmtp_dsn_newline(out);
    SANSMTP_DSN_PUT(out, "<");
    sansmtp_dsn_put_text(out, mailbox.data, mailbox.length);
    SANSMTP_DSN_PUT(out, ">: ");
    sansmtp_dsn_put(out, word.data, word.length);
    SANSMTP_DSN_PUT(out, " (");
    sansmtp_dsn_put_enhanced(out, status);
    SANSMTP_DSN_PUT(out, ")");
    if (recipient->original.length > 0) {
        sansmtp_dsn_fold(out, INDENT);
        SANSMTP_DSN_PUT(out, "You wrote to: ");
        sansmtp_dsn_put_original(out, &recipient->original);
    }
    put_reason(out, status);
    put_said(out, recipient);
    if (recipient->will_retry_until != 0 &&
        sansmtp_dsn_date(report, recipient->will_retry_until, date, &length) == 0) {
        sansmtp_dsn_fold(out, INDENT);
        SANSMTP_DSN_PUT(out, "It will be tried until ");
        sansmtp_dsn_put(out, date, length);
        SANSMTP_DSN_PUT(out, ".");
    }
    sansmtp_dsn_newline(out);
}
