#include "safe_text.h"

#include <stdbool.h>
#include <string.h>

/* Printable ASCII, but for the octets of but. */
static bool may_stand(uint8_t octet, const char *but)
{
    return octet >= 32 && octet < 127 && strchr(but, octet) == NULL;
}

static void put(FILE *out, const uint8_t *octets, size_t length, const char *but)
{
    for (size_t i = 0; i < length; i++) {
        if (may_stand(octets[i], but)) {
            putc_unlocked(octets[i], out);
        } else {
            fprintf(out, "\\x%02X", octets[i]);
        }
    }
}

void put_safely(FILE *out, const uint8_t *octets, size_t length)
{
    put(out, octets, length, "");
}

void put_field(FILE *out, const uint8_t *octets, size_t length)
{
    put(out, octets, length, " \\");
}

const char *safe_field(char out[SAFE_FIELD_MAX], const uint8_t *octets, size_t length)
{
    size_t at = 0;

    for (size_t i = 0; i < length && SAFE_FIELD_MAX - at > 4; i++) {
        if (may_stand(octets[i], " \\<>")) {
            out[at++] = (char)octets[i];
        } else {
            at += (size_t)snprintf(out + at, SAFE_FIELD_MAX - at, "\\x%02X", octets[i]);
        }
    }
    out[at] = '\0';
    return out;
}
