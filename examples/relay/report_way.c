#include "report_way.h"

#include <stdio.h>
#include <string.h>

/* What is behind the last @; of "a" it is nothing. */
static size_t domain_at(struct sansmtp_span mailbox)
{
    size_t at = mailbox.length;

    while (at > 0 && mailbox.data[at - 1] != '@') {
        at--;
    }
    return at == 0 ? mailbox.length : at;
}

static bool is_ascii(struct sansmtp_span text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] > 127) {
            return false;
        }
    }
    return true;
}

bool report_way(const struct queue_envelope *envelope, struct report_way *way)
{
    struct sansmtp_span sender = envelope->sender;
    size_t at = domain_at(sender);
    struct sansmtp_span domain = {sender.data + at, sender.length - at};
    int length;

    way->domain = (struct sansmtp_span){way->octets, idna_ascii(domain, way->octets)};
    way->utf8 = !is_ascii((struct sansmtp_span){sender.data, at});
    if (way->domain.length == 0) {
        return false; /* the null path; or nobody has such a domain */
    }
    if (!way->utf8 && !is_ascii(domain)) {
        domain = way->domain; /* RFC 6531 3.2: then it is not internationalized */
    }
    length = snprintf(way->path, sizeof way->path, "<%.*s%.*s>", (int)at, (const char *)sender.data,
                      (int)domain.length, (const char *)domain.data);
    return length > 0 && (size_t)length < sizeof way->path &&
           sansmtp_dsn_mailbox((const uint8_t *)way->path, (size_t)length, &way->mailbox) == 1;
}
