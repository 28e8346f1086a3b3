/* Header sections: RFC 5322 section 2.2. Of what was read only this is kept: what the last octet
 * was part of, how far into a name it was, and which of the names looked for begin like that. */

#include <sansmtp/header.h>

#include <stdbool.h>

#include "ascii.h"
#include "memory.h"
#include "sized.h"

enum state {
    AT_LINE,    /* at the first octet of a line */
    AFTER_CR,   /* behind a CR that was the first octet of a line */
    IN_NAME,    /* in a field's name */
    AFTER_NAME, /* in white space behind a name: RFC 5322 section 4.5 lets it stand there */
    IN_VALUE,
    ENDED
};

/* Of the candidates, bit 0 is Received, bit i + 1 the field i of the host. */
static const uint8_t received[] = {'R', 'e', 'c', 'e', 'i', 'v', 'e', 'd'};

/* field.matched: octets of value found so far, and in the highest bits what else is known. */
static const uint64_t GAP = UINT64_C(1) << 63;  /* white space was seen since */
static const uint64_t DEAD = UINT64_C(1) << 62; /* this is another value */

struct reader {
    struct sansmtp_header *header;
    struct sansmtp_header_field *fields;
    size_t count;
};

static bool is_space(uint8_t octet)
{
    return octet == ' ' || octet == '\t' || octet == '\r';
}

static void add(uint32_t *count)
{
    if (*count < UINT32_MAX) {
        (*count)++;
    }
}

static uint64_t candidate(size_t index)
{
    return UINT64_C(1) << index;
}

static struct sansmtp_span name_of(const struct reader *reader, size_t index)
{
    if (index == 0) {
        return (struct sansmtp_span){received, sizeof(received)};
    }
    return reader->fields[index - 1].name;
}

/* Drops the names that do not have this octet in this column. */
static void narrow(const struct reader *reader, uint8_t octet)
{
    struct sansmtp_header *header = reader->header;

    for (size_t index = 0; header->candidates != 0 && index <= reader->count; index++) {
        struct sansmtp_span name = name_of(reader, index);

        if (header->column >= name.length ||
            sansmtp_ascii_upper(name.data[header->column]) != sansmtp_ascii_upper(octet)) {
            header->candidates &= ~candidate(index);
        }
    }
    add(&header->column);
}

/* The colon has come: what is as long as the name, is the name. */
static void name_ends(const struct reader *reader)
{
    struct sansmtp_header *header = reader->header;

    add(&header->fields);
    for (size_t index = 0; index <= reader->count; index++) {
        if ((header->candidates & candidate(index)) == 0 ||
            name_of(reader, index).length != header->column) {
            header->candidates &= ~candidate(index);
            continue;
        }
        if (index == 0) {
            add(&header->hops);
        } else if (reader->fields[index - 1].value.length == 0) {
            add(&reader->fields[index - 1].count);
        } else {
            reader->fields[index - 1].matched = 0;
            continue;
        }
        /* its value will not be looked at */
        header->candidates &= ~candidate(index);
    }
    header->state = IN_VALUE;
}

static bool take(struct sansmtp_header_field *field, uint8_t octet)
{
    uint64_t at = field->matched & ~GAP;

    if (at >= field->value.length ||
        sansmtp_ascii_upper(field->value.data[at]) != sansmtp_ascii_upper(octet)) {
        return false;
    }
    field->matched = at + 1;
    return true;
}

/* One octet of a value. White space counts only once something follows it, and then as a space. */
static void compare(struct sansmtp_header_field *field, uint8_t octet)
{
    if (field->matched == DEAD) {
        return;
    }
    if (is_space(octet)) {
        field->matched |= field->matched > 0 ? GAP : 0;
        return;
    }
    if (((field->matched & GAP) != 0 && !take(field, ' ')) || !take(field, octet)) {
        field->matched = DEAD;
    }
}

static void compare_all(const struct reader *reader, uint8_t octet)
{
    for (size_t index = 1; index <= reader->count; index++) {
        if ((reader->header->candidates & candidate(index)) != 0) {
            compare(&reader->fields[index - 1], octet);
        }
    }
}

/* No line goes on with this field any more. */
static void field_ends(const struct reader *reader)
{
    for (size_t index = 1; index <= reader->count; index++) {
        struct sansmtp_header_field *field = &reader->fields[index - 1];

        if ((reader->header->candidates & candidate(index)) != 0 &&
            (field->matched & ~GAP) == field->value.length) {
            add(&field->count);
        }
    }
    reader->header->candidates = 0;
}

static void header_ends(const struct reader *reader)
{
    field_ends(reader);
    reader->header->state = ENDED;
    reader->header->flags |= SANSMTP_HEADER_ENDED;
}

/* A line that is no field belongs to the body already. */
static void ends_before_line(const struct reader *reader)
{
    reader->header->length = reader->header->line;
    reader->header->flags |= SANSMTP_HEADER_ODD;
    header_ends(reader);
}

/* RFC 5322 section 2.2: printable octets but the colon. */
static bool is_name(uint8_t octet)
{
    return octet > ' ' && octet < 0x7F && octet != ':';
}

static void line_begins(const struct reader *reader, uint8_t octet)
{
    struct sansmtp_header *header = reader->header;

    header->line = header->length - 1;
    if (octet == '\n') {
        header_ends(reader);
    } else if (octet == '\r') {
        header->state = AFTER_CR;
    } else if (is_space(octet) && header->fields > 0) {
        header->state = IN_VALUE;
        compare_all(reader, octet);
    } else if (is_name(octet)) {
        field_ends(reader);
        header->state = IN_NAME;
        header->column = 0;
        header->candidates = (candidate(reader->count) << 1) - 1;
        narrow(reader, octet);
    } else {
        ends_before_line(reader);
    }
}

static void name_goes_on(const struct reader *reader, uint8_t octet)
{
    struct sansmtp_header *header = reader->header;

    if (octet == ':') {
        name_ends(reader);
    } else if (octet == ' ' || octet == '\t') {
        header->state = AFTER_NAME;
    } else if (header->state == IN_NAME && is_name(octet)) {
        narrow(reader, octet);
    } else {
        header->candidates = 0;
        ends_before_line(reader);
    }
}

static void read_octet(const struct reader *reader, uint8_t octet)
{
    struct sansmtp_header *header = reader->header;

    header->length++;
    switch ((enum state)header->state) {
    case AT_LINE:
        line_begins(reader, octet);
        break;
    case AFTER_CR:
        if (octet == '\n') {
            header_ends(reader);
        } else {
            ends_before_line(reader);
        }
        break;
    case IN_NAME:
    case AFTER_NAME:
        name_goes_on(reader, octet);
        break;
    case IN_VALUE:
        if (octet == '\n') {
            header->state = AT_LINE;
        } else {
            compare_all(reader, octet);
        }
        break;
    case ENDED:
        break;
    }
}

/* How many octets at the front belong to a value that nobody looks for. */
static size_t skip(const struct sansmtp_header *header, const uint8_t *octets, size_t length)
{
    const uint8_t *end;

    if (header->state != IN_VALUE || header->candidates != 0) {
        return 0;
    }
    end = memchr(octets, '\n', length);
    return end != NULL ? (size_t)(end - octets) : length;
}

static bool are_usable(const struct sansmtp_header *header,
                       const struct sansmtp_header_field *fields, size_t count)
{
    if (header == NULL || !sansmtp_sized(header, header->size, sizeof(*header)) ||
        header->state > ENDED || count > SANSMTP_HEADER_FIELDS_MAX ||
        (fields == NULL && count > 0)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (fields[i].name.length == 0 || fields[i].name.data == NULL ||
            (fields[i].value.data == NULL && fields[i].value.length > 0)) {
            return false;
        }
    }
    return true;
}

int sansmtp_header_read(struct sansmtp_header *header, struct sansmtp_header_field *fields,
                        size_t count, const uint8_t *octets, size_t length)
{
    const struct reader reader = {header, fields, count};
    size_t at = 0;

    if (!are_usable(header, fields, count) || (octets == NULL && length > 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    while (at < length && header->state != ENDED) {
        size_t skipped = skip(header, octets + at, length - at);

        header->length += skipped;
        at += skipped;
        if (at < length) {
            read_octet(&reader, octets[at++]);
        }
    }
    return header->state == ENDED;
}

int sansmtp_header_end(struct sansmtp_header *header, struct sansmtp_header_field *fields,
                       size_t count)
{
    const struct reader reader = {header, fields, count};

    if (!are_usable(header, fields, count)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (header->state == IN_NAME || header->state == AFTER_NAME || header->state == AFTER_CR) {
        header->candidates &= header->state == AFTER_CR ? UINT64_MAX : 0;
        ends_before_line(&reader);
    } else if (header->state != ENDED) {
        header_ends(&reader);
    }
    return 1;
}
