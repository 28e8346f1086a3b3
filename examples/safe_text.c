#include "safe_text.h"

void put_safely(FILE *out, const uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (octets[i] >= 32 && octets[i] < 127) {
            putc_unlocked(octets[i], out);
        } else {
            fprintf(out, "\\x%02X", octets[i]);
        }
    }
}
