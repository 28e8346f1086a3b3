#include "saslname.h"

#include "memory.h"
#include "utf8.h"

bool sansmtp_saslname_usable(struct sansmtp_span name)
{
    return name.length > 0 && !memchr(name.data, 0, name.length) &&
           sansmtp_utf8_valid(name.data, name.length);
}

size_t sansmtp_saslname_encode(struct sansmtp_span name, uint8_t *out)
{
    size_t length = 0;

    for (size_t i = 0; i < name.length; i++) {
        uint8_t octet = name.data[i];
        bool is_escaped = octet == ',' || octet == '=';

        if (out && is_escaped) {
            out[length] = '=';
            out[length + 1] = octet == ',' ? '2' : '3';
            out[length + 2] = octet == ',' ? 'C' : 'D';
        } else if (out) {
            out[length] = octet;
        }
        length += is_escaped ? 3 : 1;
    }
    return length;
}

/* RFC 5802 5.1: a name with any '=' not followed by 2C or 3D fails the authentication. */
static uint8_t unescaped(struct sansmtp_span text, size_t at)
{
    if (text.length - at < 3) {
        return 0;
    }
    if (memcmp(text.data + at, "=2C", 3) == 0) {
        return ',';
    }
    return memcmp(text.data + at, "=3D", 3) == 0 ? '=' : 0;
}

size_t sansmtp_saslname_decode(struct sansmtp_span text, uint8_t *out)
{
    size_t length = 0;

    if (!sansmtp_saslname_usable(text)) {
        return 0;
    }
    for (size_t at = 0; at < text.length; length++) {
        bool is_escaped = text.data[at] == '=';
        uint8_t octet = is_escaped ? unescaped(text, at) : text.data[at];

        if (octet == 0 || text.data[at] == ',') {
            return 0;
        }
        if (out) {
            out[length] = octet;
        }
        at += is_escaped ? 3 : 1;
    }
    return length;
}
