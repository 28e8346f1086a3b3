#include "domain.h"

#include <sansmtp/wire.h>

#include "address.h"
#include "ascii.h"
#include "class.h"
#include "memory.h"
#include "utf8.h"

/* RFC 5321 4.1.2: a label begins and ends with a letter or digit; hyphens stand between. RFC 6531
 * 3.3: it may be a U-label too; whether the octets above 127 are well-formed is for the caller to
 * look at, once and as a whole. */
static size_t label_scan(const uint8_t *octets, size_t length, bool utf8)
{
    size_t end = sansmtp_class_span(octets, length, sansmtp_class_with(SANSMTP_CLASS_LDH, utf8));

    return end > 0 && octets[0] != '-' && octets[end - 1] != '-' ? end : 0;
}

size_t sansmtp_domain_scan(const uint8_t *octets, size_t length, bool utf8)
{
    size_t end = 0;

    for (;;) {
        size_t label = label_scan(octets + end, length - end, utf8);

        if (label == 0) {
            return 0;
        }
        end += label;
        if (end == length || octets[end] != '.') {
            return end;
        }
        end++;
    }
}

/* 63 octets bind the form that DNS sees: the A-label. A U-label may take more, so that of labels
 * with octets above 127 only the domain as a whole is measured. */
static bool label_fits(const uint8_t *octets, size_t length)
{
    return length <= SANSMTP_LABEL_LONGEST || !sansmtp_utf8_ascii(octets, length);
}

static size_t before_dot(const uint8_t *octets, size_t length)
{
    const uint8_t *dot = memchr(octets, '.', length);

    return dot != NULL ? (size_t)(dot - octets) : length;
}

bool sansmtp_domain_fits(const uint8_t *octets, size_t length)
{
    if (length > SANSMTP_DOMAIN_LONGEST) {
        return false;
    }
    if (length <= SANSMTP_LABEL_LONGEST) {
        return true;
    }
    for (size_t at = 0; at < length; at++) {
        size_t label = before_dot(octets + at, length - at);

        if (!label_fits(octets + at, label)) {
            return false;
        }
        at += label;
    }
    return true;
}

/* RFC 5321 4.1.2: a Ldh-str, letters, digits and hyphens, the last no hyphen. */
static bool is_tag(const uint8_t *octets, size_t length)
{
    return length > 0 && sansmtp_class_span(octets, length, SANSMTP_CLASS_LDH) == length &&
           octets[length - 1] != '-';
}

/* What stands between the brackets, all of it content; NONE: no literal. */
static uint32_t literal_kind(const uint8_t *content, size_t length, uint8_t address[16])
{
    static const uint8_t ipv6[] = {'I', 'P', 'v', '6'};
    const uint8_t *colon = memchr(content, ':', length);
    size_t tag = colon != NULL ? (size_t)(colon - content) : length;

    if (colon == NULL) {
        return sansmtp_address_ipv4(content, length, address) ? SANSMTP_DOMAIN_IPV4
                                                              : SANSMTP_DOMAIN_NONE;
    }
    /* RFC 5321 4.1.3: IPv6 is no tag of a general literal, so that there is no falling back. */
    if (sansmtp_ascii_equal(content, tag, ipv6, sizeof(ipv6))) {
        return sansmtp_address_ipv6(colon + 1, length - tag - 1, address) ? SANSMTP_DOMAIN_IPV6
                                                                          : SANSMTP_DOMAIN_NONE;
    }
    return is_tag(content, tag) && tag + 1 < length ? SANSMTP_DOMAIN_GENERAL : SANSMTP_DOMAIN_NONE;
}

size_t sansmtp_literal_scan(const uint8_t *octets, size_t length, uint32_t *kind,
                            uint8_t address[16])
{
    size_t end;

    if (length == 0 || octets[0] != '[') {
        return 0;
    }
    end = 1 + sansmtp_class_span(octets + 1, length - 1, SANSMTP_CLASS_CONTENT);
    if (end == length || octets[end] != ']' || end == 1) {
        return 0;
    }
    *kind = literal_kind(octets + 1, end - 1, address);
    return *kind != SANSMTP_DOMAIN_NONE ? end + 1 : 0;
}

/* The grammar alone: is the whole of octets a domain or a literal? */
static bool read_whole(const uint8_t *octets, size_t length, bool utf8, uint32_t *kind,
                       uint8_t address[16])
{
    if (octets[0] == '[') {
        return sansmtp_literal_scan(octets, length, kind, address) == length;
    }
    *kind = SANSMTP_DOMAIN_NAME;
    return sansmtp_domain_scan(octets, length, utf8) == length &&
           sansmtp_utf8_valid(octets, length);
}

/* Printable octets with no space in front, or well-formed UTF-8 beside them. */
static bool is_odd_name(const uint8_t *octets, size_t length, bool utf8)
{
    if (octets[0] == ' ' || !sansmtp_utf8_valid(octets, length)) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (octets[i] < ' ' || octets[i] == 0x7F || (octets[i] > 0x7F && !utf8)) {
            return false;
        }
    }
    return true;
}

int sansmtp_domain_parse(const uint8_t *octets, size_t length, uint32_t accept, uint32_t *kind,
                         uint8_t address[16])
{
    bool utf8 = (accept & SANSMTP_ACCEPT_UTF8) != 0;
    bool odd = (accept & SANSMTP_ACCEPT_ODD_NAME) != 0;
    uint8_t unwanted[16];
    bool known;

    if ((octets == NULL && length > 0) || kind == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (length == 0) {
        return SANSMTP_ERR_SYNTAX;
    }
    known = read_whole(octets, length, utf8, kind, address != NULL ? address : unwanted);
    if (!known && !(odd && is_odd_name(octets, length, utf8))) {
        return SANSMTP_ERR_SYNTAX;
    }
    if (length > SANSMTP_DOMAIN_LONGEST) {
        return SANSMTP_ERR_LENGTH;
    }
    if (known && (octets[0] == '[' || sansmtp_domain_fits(octets, length))) {
        return 0;
    }
    /* A hello name with a label that DNS could not hold is odd, not wrong. */
    *kind = SANSMTP_DOMAIN_ODD;
    return odd ? 0 : SANSMTP_ERR_LENGTH;
}
