#include "sender.h"

#include "../options/lines.h"

#include <string.h>

static const char wanted[] = "wanted is user:address, user:@domain or user:*";

static const char *take(void *user, char *line)
{
    char *colon = strchr(line, ':'), *address;

    if (colon == NULL || colon == line) {
        return wanted;
    }
    *colon = '\0';
    address = colon + 1 + strspn(colon + 1, " \t");
    if (strchr(address, '@') == NULL && strcmp(address, "*") != 0) {
        return wanted;
    }
    return addresses_add(user, line, address);
}

int sender_read(struct addresses *senders, const struct config *config)
{
    int status = config->senders == NULL ? 0 : lines_read(config->senders, take, senders);

    addresses_sort(senders);
    return status;
}

/* RFC 8098 3: disposition notifications, which users' programs send, have the null sender. */
bool sender_is_of(const struct addresses *senders, const char *user,
                  const struct sansmtp_event *mail)
{
    uint8_t octets[IDNA_MAX];
    struct sansmtp_span domain = {octets, idna_ascii(mail->domain, octets)};

    /* a domain that IDNA does not know is nobody's, and none at all would make the local part of
     * "ada@example.org"@... somebody's address */
    return mail->local.length == 0 || (user != NULL && domain.length > 0 &&
                                       addresses_have(senders, user, mail->local, domain));
}
