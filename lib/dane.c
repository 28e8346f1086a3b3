/* TLSA records: RFC 6698, as RFC 7671 and RFC 7672 have it for SMTP. */

#include <sansmtp/sts.h>

#include <stdbool.h>

#include "domain.h"
#include "memory.h"
#include "number.h"
#include "route_name.h"
#include "sized.h"

enum { SHA256_LENGTH = 32, SHA512_LENGTH = 64 };

int sansmtp_tlsa_parse(const uint8_t *rdata, size_t length, struct sansmtp_tlsa *tlsa)
{
    if ((rdata == NULL && length > 0) || tlsa == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (length < 4) {
        return SANSMTP_ERR_SYNTAX;
    }
    *tlsa = (struct sansmtp_tlsa){
        .usage = rdata[0],
        .selector = rdata[1],
        .matching = rdata[2],
        .data = {rdata + 3, length - 3},
    };
    return 0;
}

static bool has_length_of(uint32_t matching, size_t length)
{
    switch (matching) {
    case SANSMTP_TLSA_FULL:
        return length > 0;
    case SANSMTP_TLSA_SHA256:
        return length == SHA256_LENGTH;
    case SANSMTP_TLSA_SHA512:
        return length == SHA512_LENGTH;
    default:
        return false;
    }
}

int sansmtp_tlsa_usable(const struct sansmtp_tlsa *tlsa)
{
    /* RFC 7672 section 3.1.3: SMTP has no CAs that both sides agree on, so PKIX-TA and PKIX-EE say
     * nothing that can be relied on. */
    return tlsa != NULL && tlsa->data.data != NULL &&
           (tlsa->usage == SANSMTP_TLSA_DANE_TA || tlsa->usage == SANSMTP_TLSA_DANE_EE) &&
           tlsa->selector <= SANSMTP_TLSA_KEY && has_length_of(tlsa->matching, tlsa->data.length);
}

int sansmtp_tlsa_name_write(const uint8_t *base, size_t length, uint32_t port, char *out,
                            size_t capacity, size_t *out_length)
{
    static const uint8_t protocol[] = {'.', '_', 't', 'c', 'p', '.'};
    uint8_t digits[20];
    size_t digits_length, need;

    if (base == NULL || (out == NULL && capacity > 0) || out_length == NULL || port == 0 ||
        port > 65535) {
        return SANSMTP_ERR_ARGUMENT;
    }
    length -= length > 1 && base[length - 1] == '.';
    if (length == 0 || (sansmtp_domain_scan(base, length, false) != length &&
                        !sansmtp_route_name_usable((struct sansmtp_span){base, length}))) {
        return SANSMTP_ERR_SYNTAX;
    }
    digits_length = sansmtp_number_write(port, digits);
    need = 1 + digits_length + sizeof(protocol) + length;
    if (!sansmtp_domain_fits(base, length) || need > SANSMTP_DOMAIN_LONGEST - 2) {
        return SANSMTP_ERR_LENGTH; /* RFC 1035 section 3.1: 255 octets on the wire, 253 in text */
    }
    *out_length = need;
    if (out == NULL || need > capacity) {
        return SANSMTP_ERR_ROOM;
    }
    *out++ = '_';
    memcpy(out, digits, digits_length);
    memcpy(out + digits_length, protocol, sizeof(protocol));
    memcpy(out + digits_length + sizeof(protocol), base, length);
    return 0;
}

/* RFC 7671 section 9: of the digests of one usage and selector only the strongest counts, so that a
 * broken one can be left in the zone for old clients. */
static bool is_outdone(const struct sansmtp_tlsa *records, size_t count,
                       const struct sansmtp_tlsa *record)
{
    if (record->matching != SANSMTP_TLSA_SHA256) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (records[i].usage == record->usage && records[i].selector == record->selector &&
            records[i].matching == SANSMTP_TLSA_SHA512 && sansmtp_tlsa_usable(&records[i])) {
            return true;
        }
    }
    return false;
}

static const struct sansmtp_span *part_of(const struct sansmtp_tlsa_certificate *certificate,
                                          const struct sansmtp_tlsa *record)
{
    const struct sansmtp_span *const parts[2][3] = {
        {&certificate->certificate, &certificate->certificate_sha256,
         &certificate->certificate_sha512},
        {&certificate->key, &certificate->key_sha256, &certificate->key_sha512},
    };

    return parts[record->selector][record->matching];
}

static bool is_meant(const struct sansmtp_tlsa_certificate *certificate,
                     const struct sansmtp_tlsa *record)
{
    const struct sansmtp_span *part = part_of(certificate, record);

    return part->length == record->data.length &&
           memcmp(part->data, record->data.data, part->length) == 0;
}

static bool is_span(const struct sansmtp_span *span)
{
    return span->data != NULL || span->length == 0;
}

static bool is_certificate(const struct sansmtp_tlsa_certificate *certificate)
{
    return certificate != NULL &&
           sansmtp_sized(certificate, certificate->size, sizeof(*certificate)) &&
           certificate->flags <= SANSMTP_TLSA_LEAF && is_span(&certificate->certificate) &&
           is_span(&certificate->key) && is_span(&certificate->certificate_sha256) &&
           is_span(&certificate->key_sha256) && is_span(&certificate->certificate_sha512) &&
           is_span(&certificate->key_sha512);
}

int sansmtp_tlsa_match(const struct sansmtp_tlsa *records, size_t count,
                       const struct sansmtp_tlsa_certificate *certificate)
{
    uint32_t usage;

    if ((records == NULL && count > 0) || !is_certificate(certificate)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    usage = (certificate->flags & SANSMTP_TLSA_LEAF) != 0 ? SANSMTP_TLSA_DANE_EE
                                                          : SANSMTP_TLSA_DANE_TA;
    for (size_t i = 0; i < count; i++) {
        if (records[i].usage == usage && sansmtp_tlsa_usable(&records[i]) &&
            !is_outdone(records, count, &records[i]) && is_meant(certificate, &records[i])) {
            return (int)usage;
        }
    }
    return 0;
}
