/* MTA-STS: the record, the names it speaks of, and how long a policy holds: RFC 8461. */

#include <sansmtp/sts.h>

#include <stdbool.h>

#include "ascii.h"
#include "memory.h"
#include "sized.h"
#include "sts_text.h"

int sansmtp_txt_join(const uint8_t *rdata, size_t length, uint8_t *out, size_t capacity,
                     size_t *out_length)
{
    size_t written = 0;

    if ((rdata == NULL && length > 0) || (out == NULL && capacity > 0) || out_length == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    for (size_t at = 0; at < length;) {
        size_t part = rdata[at++];

        if (part > length - at) {
            return SANSMTP_ERR_SYNTAX;
        }
        if (part > 0 && written <= capacity && part <= capacity - written) {
            memcpy(out + written, rdata + at, part);
        }
        written += part;
        at += part;
    }
    *out_length = written;
    return written <= capacity ? 0 : SANSMTP_ERR_ROOM;
}

/* RFC 8461 section 3.1: records that do not begin with "v=STSv1;" are discarded. */
static const uint8_t version[] = {'v', '=', 'S', 'T', 'S', 'v', '1', ';'};

static bool is_record(const struct sansmtp_span *record)
{
    return record->length >= sizeof(version) && memcmp(record->data, version, sizeof(version)) == 0;
}

static bool is_white(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

static void skip_white(struct sansmtp_span *rest)
{
    while (rest->length > 0 && is_white(*rest->data)) {
        sansmtp_sts_advance(rest, 1);
    }
}

/* RFC 8461 section 3.1: printable octets without "=", ";" and space. */
static size_t value_length(const struct sansmtp_span *rest)
{
    size_t length = 0;

    while (length < rest->length && rest->data[length] > ' ' && rest->data[length] < 0x7F &&
           rest->data[length] != '=' && rest->data[length] != ';') {
        length++;
    }
    return length;
}

static bool is_id(const uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!sansmtp_ascii_is_let_dig(octets[i])) {
            return false;
        }
    }
    return length > 0 && length <= SANSMTP_STS_ID_LONGEST;
}

/* Takes "name=value" off the front. RFC 8461 section 3.2: of a field given twice the first counts,
 * what is unknown is ignored. */
static bool take_field(struct sansmtp_span *rest, struct sansmtp_span *id)
{
    size_t name = sansmtp_sts_name_length(rest->data, rest->length);
    bool is_first_id = name == 2 && memcmp(rest->data, "id", 2) == 0 && id->data == NULL;
    struct sansmtp_span value;

    if (name == 0 || name == rest->length || rest->data[name] != '=') {
        return false;
    }
    sansmtp_sts_advance(rest, name + 1);
    value = (struct sansmtp_span){rest->data, value_length(rest)};
    sansmtp_sts_advance(rest, value.length);
    if (is_first_id) {
        *id = value;
        return is_id(value.data, value.length);
    }
    return value.length > 0;
}

/* The fields behind the version and its semicolon. The last may have a semicolon, too. */
static bool read_fields(struct sansmtp_span rest, struct sansmtp_span *id)
{
    for (;;) {
        skip_white(&rest);
        if (rest.length == 0) {
            return id->data != NULL;
        }
        if (!take_field(&rest, id)) {
            return false;
        }
        if (rest.length == 0) {
            return id->data != NULL;
        }
        skip_white(&rest);
        if (rest.length == 0 || *rest.data != ';') {
            return false;
        }
        sansmtp_sts_advance(&rest, 1);
    }
}

int sansmtp_sts_txt_parse(const struct sansmtp_span *records, size_t count, struct sansmtp_span *id)
{
    const struct sansmtp_span *record = NULL;
    struct sansmtp_span found = {NULL, 0};

    if ((records == NULL && count > 0) || id == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    for (size_t i = 0; i < count; i++) {
        if (records[i].data == NULL && records[i].length > 0) {
            return SANSMTP_ERR_ARGUMENT;
        }
        if (is_record(&records[i])) {
            if (record != NULL) {
                return SANSMTP_ERR_SYNTAX;
            }
            record = &records[i];
        }
    }
    if (record == NULL || !read_fields((struct sansmtp_span){record->data + sizeof(version),
                                                             record->length - sizeof(version)},
                                       &found)) {
        return SANSMTP_ERR_SYNTAX;
    }
    *id = found;
    return 0;
}

static size_t without_dot(const uint8_t *name, size_t length)
{
    return length > 1 && name[length - 1] == '.' ? length - 1 : length;
}

int sansmtp_sts_name_matches(const uint8_t *pattern, size_t pattern_length, const uint8_t *host,
                             size_t host_length)
{
    const uint8_t *dot;
    size_t label;

    if (pattern == NULL || host == NULL || pattern_length == 0 || host_length == 0) {
        return 0;
    }
    pattern_length = without_dot(pattern, pattern_length);
    host_length = without_dot(host, host_length);
    if (pattern_length < 3 || pattern[0] != '*' || pattern[1] != '.') {
        return memchr(pattern, '*', pattern_length) == NULL &&
               sansmtp_ascii_equal(pattern, pattern_length, host, host_length);
    }
    /* RFC 8461 section 4.1: the star is the left-most label, one and all of it. */
    dot = memchr(host, '.', host_length);
    label = dot != NULL ? (size_t)(dot - host) : 0;
    return label > 0 && memchr(pattern + 1, '*', pattern_length - 1) == NULL &&
           sansmtp_ascii_equal(pattern + 1, pattern_length - 1, host + label, host_length - label);
}

/* Seconds since then; a clock that was put back makes nothing older. */
static uint64_t since(int64_t then, int64_t now)
{
    return now > then ? (uint64_t)now - (uint64_t)then : 0;
}

static bool equal(const struct sansmtp_span *left, const struct sansmtp_span *right)
{
    return left->length == right->length &&
           (left->length == 0 || memcmp(left->data, right->data, left->length) == 0);
}

/* RFC 8461 sections 3.3, 10.2: a policy is refreshed before it ends, whatever has become of the
 * record: so whoever can hide that has no day on which it counts. */
static bool is_stale(const struct sansmtp_sts_cache *cache, int64_t now)
{
    uint64_t age = since(cache->fetched, now);

    return age >= SANSMTP_STS_REFRESH || age >= cache->max_age / 2;
}

int sansmtp_sts_cache_decide(const struct sansmtp_sts_cache *cache, const struct sansmtp_span *id,
                             int64_t now)
{
    const uint32_t known = SANSMTP_STS_CACHED | SANSMTP_STS_FAILED;
    bool holds, wanted, waits;

    if (cache == NULL || !sansmtp_sized(cache, cache->size, sizeof(*cache)) ||
        (cache->flags & ~known) != 0 || (cache->id.data == NULL && cache->id.length > 0) ||
        (id != NULL && id->data == NULL && id->length > 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    holds = (cache->flags & SANSMTP_STS_CACHED) != 0 &&
            since(cache->fetched, now) <= cache->max_age;
    wanted = (holds && is_stale(cache, now)) || (id != NULL && (!holds || !equal(id, &cache->id)));
    waits = (cache->flags & SANSMTP_STS_FAILED) != 0 &&
            since(cache->failed, now) < SANSMTP_STS_RETRY;
    return (holds ? (int)SANSMTP_STS_USE : 0) | (wanted && !waits ? (int)SANSMTP_STS_FETCH : 0);
}
