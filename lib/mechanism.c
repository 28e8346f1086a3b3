#include "mechanism.h"

#include "ascii.h"

enum { HIDDEN = false, CLEAR = true };

static const struct sansmtp_mechanism rows[] = {
#define MECHANISM(name, first, clear) {name, sizeof(name) - 1, SANSMTP_FIRST_##first, clear},
#include "mechanisms.def"
#undef MECHANISM
};

const struct sansmtp_mechanism *sansmtp_mechanism_find(struct sansmtp_span name)
{
    static const struct sansmtp_mechanism other = {"", 0, SANSMTP_FIRST_EITHER, HIDDEN};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (sansmtp_ascii_equal(name.data, name.length, (const uint8_t *)rows[i].name,
                                rows[i].length)) {
            return &rows[i];
        }
    }
    return &other;
}
