#include "mechanism.h"

#include "ascii.h"
#include "memory.h"

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

bool sansmtp_mechanism_octet(uint8_t octet)
{
    return sansmtp_ascii_is_let_dig(octet) || octet == '-' || octet == '_';
}

bool sansmtp_mechanism_is_name(struct sansmtp_span name)
{
    if (name.length == 0 || name.length > 20) {
        return false;
    }
    for (size_t i = 0; i < name.length; i++) {
        if (!sansmtp_mechanism_octet(name.data[i])) {
            return false;
        }
    }
    return true;
}

static bool is_capital(struct sansmtp_span name)
{
    for (size_t i = 0; i < name.length; i++) {
        if (name.data[i] >= 'a' && name.data[i] <= 'z') {
            return false;
        }
    }
    return true;
}

size_t sansmtp_mechanisms_count(const char *list, size_t length)
{
    const uint8_t *at = (const uint8_t *)list;
    size_t count = 0;

    if (length == 0) {
        return 0;
    }
    if (list == NULL) {
        return SIZE_MAX;
    }
    for (;;) {
        const uint8_t *space = length == 0 ? NULL : memchr(at, ' ', length);
        struct sansmtp_span name = {at, space == NULL ? length : (size_t)(space - at)};

        if (!sansmtp_mechanism_is_name(name) || !is_capital(name)) {
            return SIZE_MAX;
        }
        count++;
        if (space == NULL) {
            return count;
        }
        length -= name.length + 1;
        at = space + 1;
    }
}
