#include "receive_folder.h"

#include <openssl/sha.h>
#include <stdbool.h>
#include <string.h>

#define MAILBOX_MAX 512u /* a path has at most 256 octets */

static const char hexadecimal[] = "0123456789ABCDEF";

static uint8_t lower(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet - 'A' + 'a') : octet;
}

static bool is_plain(uint8_t octet)
{
    return (octet >= '0' && octet <= '9') || (lower(octet) >= 'a' && lower(octet) <= 'z') ||
           (octet != '\0' && strchr("@._+-", octet) != NULL);
}

/* The mailbox in its one spelling: local part decoded, domain in lower case. */
static size_t mailbox_of(const struct sansmtp_event *event, uint8_t out[MAILBOX_MAX])
{
    bool postmaster = (event->flags & SANSMTP_FLAG_POSTMASTER) != 0;
    size_t length = 0;

    if (sansmtp_local_decode(event->local.data, event->local.length, out, MAILBOX_MAX / 2,
                             &length) != 0) {
        length = event->local.length < MAILBOX_MAX / 2 ? event->local.length : MAILBOX_MAX / 2;
        memcpy(out, event->local.data, length);
    }
    for (size_t i = 0; postmaster && i < length; i++) {
        out[i] = lower(out[i]);
    }
    if (event->domain.length > 0) {
        out[length++] = '@';
    }
    for (size_t i = 0; i < event->domain.length && length < MAILBOX_MAX; i++) {
        out[length++] = lower(event->domain.data[i]);
    }
    return length;
}

static size_t put_hexadecimal(char *out, uint8_t octet)
{
    out[0] = hexadecimal[octet >> 4];
    out[1] = hexadecimal[octet & 15];
    return 2;
}

static size_t put_octet(char *out, uint8_t octet, bool first)
{
    if (is_plain(octet) && !(first && (octet == '.' || octet == '-'))) {
        out[0] = (char)octet;
        return 1;
    }
    out[0] = '%';
    return 1 + put_hexadecimal(out + 1, octet);
}

/* No escape is "%-", so that no shorter address can be spelled to share this folder. */
static void put_digest(char *out, const uint8_t *mailbox, size_t length)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];

    SHA256(mailbox, length, digest);
    *out++ = '%';
    *out++ = '-';
    for (size_t i = 0; i < sizeof digest; i++) {
        out += put_hexadecimal(out, digest[i]);
    }
    *out = '\0';
}

void folder_name(const struct sansmtp_event *event, char out[FOLDER_MAX])
{
    const size_t digest_room = 2 + 2 * SHA256_DIGEST_LENGTH + 1;
    uint8_t mailbox[MAILBOX_MAX];
    char text[3 * MAILBOX_MAX + 1] = "";
    size_t length = mailbox_of(event, mailbox), written = 0, kept = 0;

    for (size_t i = 0; i < length; i++) {
        written += put_octet(text + written, mailbox[i], i == 0);
        if (written <= FOLDER_MAX - digest_room) {
            kept = written;
        }
    }
    if (written < FOLDER_MAX) {
        memcpy(out, text, written);
        out[written] = '\0';
    } else {
        memcpy(out, text, kept);
        put_digest(out + kept, mailbox, length);
    }
}
