#include "scan.h"

#include "vector.h"

/* Theory of operation. The text is looked at three times, as it stands and moved by one and by two
 * octets, so that flag i tells about the pair and the triple that begin at octet i:
 *
 *   CR at i is not as LF at i + 1           i is a bare CR, or i + 1 a bare LF
 *   CR at i, LF at i + 1, "." at i + 2      a line that begins with a dot
 *
 * So a vector needs two octets behind itself. The last two octets of the input, and inputs too
 * short for a vector, are judged octet by octet. */

#define LOOK_AHEAD ((size_t)2)
#define REACH      (SANSMTP_VECTOR + LOOK_AHEAD)

struct sought {
    sansmtp_flags bare; /* all set if bare CR and LF are sought, else none */
    sansmtp_flags nul;
};

static inline sansmtp_flags look(const uint8_t *octets, const struct sought *sought)
{
    sansmtp_flags cr = sansmtp_vector_equal(octets, '\r');
    sansmtp_flags lf = sansmtp_vector_equal(octets + 1, '\n');
    sansmtp_flags dot = sansmtp_vector_equal(octets + 2, '.');
    sansmtp_flags nul = sansmtp_vector_equal(octets, '\0');

    return (cr & lf & dot) | ((cr ^ lf) & sought->bare) | (nul & sought->nul);
}

/* No flag in a pair of vectors, by a cheaper question where comparing is dear: is any octet as low
 * as CR? The octet behind them counts as well, as the bare LF of the last flag. */
static inline bool is_plain(const uint8_t *pair)
{
#if defined(SANSMTP_VECTOR_WORD)
    return pair[2 * SANSMTP_WORD] != '\n' &&
           !sansmtp_word_any(sansmtp_word_below(sansmtp_word_load(pair), '\r' + 1) |
                             sansmtp_word_below(sansmtp_word_load(pair + SANSMTP_WORD), '\r' + 1));
#else
    (void)pair;
    return false;
#endif
}

/* Moves *at over pairs of vectors; true if it stands at a flag. */
static inline bool find_in_pairs(const uint8_t *octets, size_t length, size_t *at,
                                 const struct sought *sought)
{
    for (; length - *at >= SANSMTP_VECTOR + REACH; *at += 2 * SANSMTP_VECTOR) {
        const uint8_t *pair = octets + *at;
        sansmtp_flags first;
        sansmtp_flags second;

        if (is_plain(pair)) {
            continue;
        }
        first = look(pair, sought);
        second = look(pair + SANSMTP_VECTOR, sought);
        if (!sansmtp_flags_any(first | second)) {
            continue;
        }
        *at += sansmtp_flags_any(first) ? sansmtp_flags_first(first)
                                        : SANSMTP_VECTOR + sansmtp_flags_first(second);
        return true;
    }
    return false;
}

/* The same over single vectors. The last one is moved back to where it just fits, over octets that
 * are known to hold no stop. */
static inline bool find_in_rest(const uint8_t *octets, size_t length, size_t *at,
                                const struct sought *sought)
{
    for (; length - *at > LOOK_AHEAD; *at += SANSMTP_VECTOR) {
        sansmtp_flags flags;

        if (length - *at < REACH) {
            *at = length - REACH;
        }
        flags = look(octets + *at, sought);
        if (sansmtp_flags_any(flags)) {
            *at += sansmtp_flags_first(flags);
            return true;
        }
    }
    return false;
}

/* A pair of octets is flagged at its first, which for a bare LF is the innocent one. */
static size_t settle(const uint8_t *octets, size_t flagged, uint32_t also)
{
    if (octets[flagged] == '\r' || (octets[flagged] == '\0' && (also & SANSMTP_SCAN_NUL))) {
        return flagged;
    }
    return flagged + 1;
}

static bool needs_decision(const uint8_t *octets, size_t length, size_t at, uint32_t also)
{
    switch (octets[at]) {
    case '\0':
        return also & SANSMTP_SCAN_NUL;
    case '\n':
        return (also & SANSMTP_SCAN_BARE) && (at == 0 || octets[at - 1] != '\r');
    case '\r':
        if (length - at == 1) {
            return true;
        }
        if (octets[at + 1] != '\n') {
            return also & SANSMTP_SCAN_BARE;
        }
        return length - at == 2 || octets[at + 2] == '.';
    default:
        return false;
    }
}

static size_t scan_octets(const uint8_t *octets, size_t length, size_t at, uint32_t also)
{
    while (at < length && !needs_decision(octets, length, at, also)) {
        at++;
    }
    return at;
}

size_t sansmtp_scan_text(const uint8_t *octets, size_t length, uint32_t also)
{
    struct sought sought = {
        .bare = sansmtp_flags_all(also & SANSMTP_SCAN_BARE),
        .nul = sansmtp_flags_all(also & SANSMTP_SCAN_NUL),
    };
    size_t at = 0;

    if (length < REACH || needs_decision(octets, length, 0, also)) {
        return scan_octets(octets, length, 0, also);
    }
    if (find_in_pairs(octets, length, &at, &sought) || find_in_rest(octets, length, &at, &sought)) {
        return settle(octets, at, also);
    }
    return scan_octets(octets, length, at, also);
}

static inline sansmtp_flags look_line(const uint8_t *octets)
{
    return sansmtp_vector_equal(octets, '\r') | sansmtp_vector_equal(octets, '\n') |
           sansmtp_vector_equal(octets, '\0');
}

static inline uint64_t look_line_word(const uint8_t *octets)
{
    uint64_t text = sansmtp_word_load(octets);

    return sansmtp_word_equal(text, sansmtp_word_fill('\r')) |
           sansmtp_word_equal(text, sansmtp_word_fill('\n')) |
           sansmtp_word_equal(text, sansmtp_word_fill('\0'));
}

static bool ends_line(uint8_t octet)
{
    return octet == '\r' || octet == '\n' || octet == '\0';
}

size_t sansmtp_scan_line(const uint8_t *octets, size_t length)
{
    size_t at = 0;

    for (; length - at >= SANSMTP_VECTOR; at += SANSMTP_VECTOR) {
        sansmtp_flags flags = look_line(octets + at);

        if (sansmtp_flags_any(flags)) {
            return at + sansmtp_flags_first(flags);
        }
    }
    for (; length - at >= SANSMTP_WORD; at += SANSMTP_WORD) {
        uint64_t flags = look_line_word(octets + at);

        if (sansmtp_word_any(flags)) {
            return at + sansmtp_word_first(flags);
        }
    }
    while (at < length && !ends_line(octets[at])) {
        at++;
    }
    return at;
}

bool sansmtp_scan_eight_bit(const uint8_t *octets, size_t length)
{
    size_t at = 0;

    for (; length - at >= SANSMTP_VECTOR; at += SANSMTP_VECTOR) {
        if (sansmtp_flags_any(sansmtp_vector_eight_bit(octets + at))) {
            return true;
        }
    }
    while (at < length && octets[at] <= 127) {
        at++;
    }
    return at < length;
}
