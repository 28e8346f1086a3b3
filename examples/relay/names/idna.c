#include "idna.h"

#include <idn2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_ascii(struct sansmtp_span text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] > 127) {
            return false;
        }
    }
    return true;
}

static size_t lower(struct sansmtp_span domain, uint8_t out[IDNA_MAX])
{
    if (domain.length >= IDNA_MAX) {
        return 0;
    }
    for (size_t i = 0; i < domain.length; i++) {
        uint8_t octet = domain.data[i];

        out[i] = octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + 32) : octet;
    }
    return domain.length;
}

/* What the mapping makes of it is to be a domain too: a full stop of another script parts labels,
 * digits of another script may make an address. */
static bool is_domain(const char *text, size_t length)
{
    uint8_t address[16];
    uint32_t kind;

    return sansmtp_domain_parse((const uint8_t *)text, length, 0, &kind, address) == 0 &&
           kind == SANSMTP_DOMAIN_NAME;
}

size_t idna_ascii(struct sansmtp_span domain, uint8_t out[IDNA_MAX])
{
    char text[IDNA_MAX];
    uint8_t *found = NULL;
    size_t length = 0;

    if (is_ascii(domain)) {
        return lower(domain, out);
    }
    if (domain.length >= sizeof text || memchr(domain.data, '\0', domain.length) != NULL) {
        return 0;
    }
    memcpy(text, domain.data, domain.length);
    text[domain.length] = '\0';
    /* RFC 5891 4.4, UTS 46: "faß" and "fass" are two domains */
    if (idn2_lookup_u8((const uint8_t *)text, &found, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) !=
        IDN2_OK) {
        return 0;
    }
    if (is_domain((const char *)found, strlen((const char *)found))) {
        length = lower((struct sansmtp_span){found, strlen((const char *)found)}, out);
    }
    idn2_free(found);
    return length;
}

/* -- a recipient ------------------------------------------------------------------------------ */

bool idna_path(const struct sansmtp_event *event, uint8_t out[IDNA_PATH_MAX],
               struct sansmtp_span *path)
{
    uint8_t domain[IDNA_MAX];
    size_t before, behind, length;

    *path = event->path;
    if (is_ascii(event->domain)) {
        return true;
    }
    before = (size_t)(event->domain.data - event->path.data);
    behind = event->path.length - before - event->domain.length;
    length = idna_ascii(event->domain, domain);
    if (length == 0 || before + length + behind > IDNA_PATH_MAX) {
        return false;
    }
    memcpy(out, event->path.data, before);
    memcpy(out + before, domain, length);
    memcpy(out + before + length, event->domain.data + event->domain.length, behind);
    *path = (struct sansmtp_span){out, before + length + behind};
    return true;
}

size_t idna_mailbox(struct sansmtp_span mailbox, uint8_t out[IDNA_PATH_MAX])
{
    uint8_t domain[IDNA_MAX];
    size_t at = mailbox.length, length;

    while (at > 0 && mailbox.data[at - 1] != '@') {
        at--;
    }
    if (mailbox.length == 0 || mailbox.length > IDNA_PATH_MAX - IDNA_MAX ||
        !is_ascii((struct sansmtp_span){mailbox.data, at})) {
        return 0;
    }
    if (is_ascii(mailbox)) {
        memcpy(out, mailbox.data, mailbox.length);
        return mailbox.length;
    }
    length = idna_ascii((struct sansmtp_span){mailbox.data + at, mailbox.length - at}, domain);
    memcpy(out, mailbox.data, at);
    memcpy(out + at, domain, length);
    return length == 0 ? 0 : at + length;
}

/* -- the lists -------------------------------------------------------------------------------- */

/* Of ".x.example", all below x.example, it is what is behind the dot. */
static size_t pattern_ascii(struct sansmtp_span pattern, uint8_t out[IDNA_MAX])
{
    size_t dot = pattern.length > 0 && pattern.data[0] == '.', length;
    uint8_t domain[IDNA_MAX];

    length = idna_ascii((struct sansmtp_span){pattern.data + dot, pattern.length - dot}, domain);
    if (length == 0 || length + dot >= IDNA_MAX) {
        return 0;
    }
    out[0] = '.';
    memcpy(out + dot, domain, length);
    return length + dot;
}

/* It lives as long as the program. */
static bool configure(struct sansmtp_span *pattern)
{
    uint8_t found[IDNA_MAX], *copy = NULL;
    size_t length = pattern_ascii(*pattern, found);

    if (length > 0) {
        copy = malloc(length);
    }
    if (copy == NULL) {
        fprintf(stderr, "sansmtp-relay: this is no domain: %.*s\n", (int)pattern->length,
                (const char *)pattern->data);
        return false;
    }
    memcpy(copy, found, length);
    *pattern = (struct sansmtp_span){copy, length};
    return true;
}

bool idna_configure(struct config *config)
{
    for (size_t i = 0; i < config->local_domain.count; i++) {
        if (!configure(&config->local_domain.spans[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < config->relay_domain.count; i++) {
        if (!configure(&config->relay_domain.spans[i])) {
            return false;
        }
    }
    return true;
}
