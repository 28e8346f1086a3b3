/* The messages of SCRAM as text: attributes taken off, and put. */

#include "scram.h"

#include "ascii.h"
#include "base64.h"
#include "memory.h"

void sansmtp_scram_put(struct sansmtp_scram *scram, const void *octets, size_t length)
{
    if (scram->full || length > SANSMTP_SCRAM_TEXT - scram->length) {
        scram->full = true;
        return;
    }
    if (length > 0) {
        memcpy(scram->text + scram->length, octets, length);
    }
    scram->length += length;
}

void sansmtp_scram_put_base64(struct sansmtp_scram *scram, const uint8_t *octets, size_t length)
{
    size_t encoded = sansmtp_base64_encoded_length(length);

    if (scram->full || encoded > SANSMTP_SCRAM_TEXT - scram->length) {
        scram->full = true;
        return;
    }
    sansmtp_base64_encode(octets, length, scram->text + scram->length);
    scram->length += encoded;
}

/* Header and binding are put together at the end of the text, to be encoded from there. */
void sansmtp_scram_put_binding(struct sansmtp_scram *scram)
{
    size_t plain = scram->header + scram->binding.length;
    uint8_t *end = scram->text + SANSMTP_SCRAM_TEXT - plain;

    sansmtp_scram_put(scram, "c=", 2);
    if (scram->full ||
        sansmtp_base64_encoded_length(plain) + plain > SANSMTP_SCRAM_TEXT - scram->length) {
        scram->full = true;
        return;
    }
    memcpy(end, scram->text, scram->header);
    if (scram->binding.length > 0) {
        memcpy(end + scram->header, scram->binding.data, scram->binding.length);
    }
    sansmtp_scram_put_base64(scram, end, plain);
    sansmtp_scram_put(scram, ",r=", 3);
    sansmtp_scram_put(scram, scram->text + scram->nonce, scram->nonce_length);
}

struct sansmtp_span sansmtp_scram_slice(const struct sansmtp_scram *scram, size_t from)
{
    return (struct sansmtp_span){scram->text + from, scram->length - from};
}

struct sansmtp_span sansmtp_scram_signed(const struct sansmtp_scram *scram)
{
    return sansmtp_scram_slice(scram, scram->header);
}

/* RFC 5802 7: printable = %x21-2B / %x2D-7E, all but the comma. */
bool sansmtp_scram_is_nonce(struct sansmtp_span text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < 0x21 || text.data[i] > 0x7E || text.data[i] == ',') {
            return false;
        }
    }
    return text.length > 0;
}

bool sansmtp_scram_take(struct sansmtp_span *rest, uint8_t letter, struct sansmtp_span *value)
{
    const uint8_t *comma;
    size_t length;

    if (rest->length < 2 || rest->data[0] != letter || rest->data[1] != '=') {
        return false;
    }
    comma = memchr(rest->data, ',', rest->length);
    length = comma ? (size_t)(comma - rest->data) : rest->length;
    if (comma && length + 1 == rest->length) {
        return false;
    }
    *value = (struct sansmtp_span){rest->data + 2, length - 2};
    length += comma ? 1 : 0;
    *rest = (struct sansmtp_span){rest->data + length, rest->length - length};
    return true;
}

bool sansmtp_scram_extensions(struct sansmtp_span rest)
{
    struct sansmtp_span value;

    while (rest.length > 0) {
        if (!sansmtp_ascii_is_alpha(rest.data[0]) ||
            !sansmtp_scram_take(&rest, rest.data[0], &value) || value.length == 0 ||
            memchr(value.data, 0, value.length)) {
            return false;
        }
    }
    return true;
}
