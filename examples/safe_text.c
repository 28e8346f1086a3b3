#include "safe_text.h"

#include <stdbool.h>

static bool is_printable(uint8_t octet)
{
    return octet >= 32 && octet < 127;
}

static bool ends_field(uint8_t octet)
{
    return octet == ' ' || octet == '<' || octet == '>' || octet == '\\';
}

void put_safely(FILE *out, const uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (is_printable(octets[i])) {
            putc_unlocked(octets[i], out);
        } else {
            fprintf(out, "\\x%02X", octets[i]);
        }
    }
}

const char *safe_field(char out[SAFE_FIELD_MAX], const uint8_t *octets, size_t length)
{
    size_t at = 0;

    for (size_t i = 0; i < length && SAFE_FIELD_MAX - at > 4; i++) {
        if (is_printable(octets[i]) && !ends_field(octets[i])) {
            out[at++] = (char)octets[i];
        } else {
            at += (size_t)snprintf(out + at, SAFE_FIELD_MAX - at, "\\x%02X", octets[i]);
        }
    }
    out[at] = '\0';
    return out;
}

void put_field(FILE *out, const uint8_t *octets, size_t length)
{
    const size_t part = (SAFE_FIELD_MAX - 1) / 4;
    char text[SAFE_FIELD_MAX];

    for (; length > part; octets += part, length -= part) {
        fputs(safe_field(text, octets, part), out);
    }
    fputs(safe_field(text, octets, length), out);
}
