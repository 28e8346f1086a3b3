#include "naive_stuff.h"

#include "naive_unstuff.h"

bool naive_is_bare(const uint8_t *octets, size_t length, size_t at)
{
    if (octets[at] == '\n') {
        return at == 0 || octets[at - 1] != '\r';
    }
    return octets[at] == '\r' && (at + 1 == length || octets[at + 1] != '\n');
}

bool naive_has_bare(const uint8_t *octets, size_t length)
{
    for (size_t at = 0; at < length; at++) {
        if (naive_is_bare(octets, length, at)) {
            return true;
        }
    }
    return false;
}

static void append(struct naive_lines *out, uint8_t octet)
{
    out->octets[out->length++] = octet;
}

static void append_crlf(struct naive_lines *out)
{
    append(out, '\r');
    append(out, '\n');
}

void naive_normalise(const uint8_t *message, size_t length, struct naive_lines *out)
{
    out->length = 0;
    for (size_t at = 0; at < length; at++) {
        if (naive_is_bare(message, length, at)) {
            append_crlf(out);
        } else {
            append(out, message[at]);
        }
    }
}

bool naive_ends_line(const struct naive_lines *lines)
{
    return lines->length == 0 || naive_begins_line(lines->octets, lines->length);
}

void naive_stuff(const struct naive_lines *lines, struct naive_lines *wire)
{
    wire->length = 0;
    for (size_t at = 0; at < lines->length; at++) {
        if (lines->octets[at] == '.' && naive_begins_line(lines->octets, at)) {
            append(wire, '.');
        }
        append(wire, lines->octets[at]);
    }
    if (!naive_ends_line(lines)) {
        append_crlf(wire);
    }
    append(wire, '.');
    append_crlf(wire);
}
