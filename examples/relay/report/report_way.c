#include "report_way.h"

#include <stdio.h>

/* What is behind the last @; of "a" it is nothing. */
static size_t domain_at(struct sansmtp_span mailbox)
{
    size_t at = mailbox.length;

    while (at > 0 && mailbox.data[at - 1] != '@') {
        at--;
    }
    return at == 0 ? mailbox.length : at;
}

bool report_way(const struct queue_envelope *envelope, struct report_way *way)
{
    struct sansmtp_span sender = envelope->sender;
    size_t at = domain_at(sender);
    uint8_t mailbox[IDNA_PATH_MAX];
    size_t ascii = idna_mailbox(sender, mailbox);
    int length;

    way->domain.data = way->octets;
    way->domain.length = idna_ascii((struct sansmtp_span){sender.data + at, sender.length - at},
                                    way->octets);
    way->utf8 = ascii == 0;
    if (way->domain.length == 0) {
        return false; /* the null path; or nobody has such a domain */
    }
    if (!way->utf8) {
        sender = (struct sansmtp_span){mailbox, ascii};
    }
    length = snprintf(way->path, sizeof way->path, "<%.*s>", (int)sender.length,
                      (const char *)sender.data);
    return length > 0 && (size_t)length < sizeof way->path &&
           sansmtp_dsn_mailbox((const uint8_t *)way->path, (size_t)length, &way->mailbox) == 1;
}
