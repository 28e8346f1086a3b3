#include "client_engine.h"

#include "mechanism.h"
#include "memory.h"

/* What comes next while the session opens: TLS, authentication, and then the host's messages. */

/* The word of the host's list with this number; length 0: there is none. */
struct sansmtp_span sansmtp_client_mechanism(const struct sansmtp_client *client, uint32_t number)
{
    const uint8_t *list = (const uint8_t *)client->options->mechanisms;
    size_t left = client->options->mechanisms_length;
    struct sansmtp_span name = {NULL, 0};

    for (uint32_t i = 0; left != 0; i++) {
        const uint8_t *space = memchr(list, ' ', left);
        size_t length = space == NULL ? left : (size_t)(space - list);

        if (i == number) {
            name.data = list;
            name.length = length;
            break;
        }
        list += space == NULL ? length : length + 1;
        left -= space == NULL ? length : length + 1;
    }
    return name;
}

/* RFC 4954 14: no password to a peer that is not known, nor in clear, unless the host says so. */
static bool usable(const struct sansmtp_client *client, uint32_t number)
{
    struct sansmtp_span name = sansmtp_client_mechanism(client, number);
    bool safe = sansmtp_client_knows(client, SANSMTP_CLIENT_TLS) &&
                sansmtp_client_knows(client, SANSMTP_CLIENT_VERIFIED);

    return safe || sansmtp_client_is(client, SANSMTP_CLIENT_AUTH_IN_CLEAR) ||
           !sansmtp_mechanism_find(name)->clear;
}

void sansmtp_client_put_auth(struct sansmtp_client *client)
{
    struct sansmtp_span name = sansmtp_client_mechanism(client, client->mechanism);

    sansmtp_out_put(&client->out, "AUTH ", 5);
    sansmtp_out_put(&client->out, name.data, name.length);
}

static void begin(struct sansmtp_client *client, uint32_t number)
{
    client->mechanism = number;
    client->tried |= 1u << number;
    client->phase = SANSMTP_AWAITS_AUTH;
    if (sansmtp_mechanism_find(sansmtp_client_mechanism(client, number))->first ==
        SANSMTP_FIRST_CLIENT) {
        client->knows |= SANSMTP_CLIENT_CHALLENGE_DUE;
    } else {
        sansmtp_client_put_auth(client);
        sansmtp_client_put(client, "", 0);
    }
}

/* True: an exchange has begun, or the session fails for want of one. */
static bool begin_auth(struct sansmtp_client *client)
{
    uint32_t left = client->offered.mechanisms & ~client->tried;

    if (client->options->mechanisms_length == 0 ||
        sansmtp_client_knows(client, SANSMTP_CLIENT_AUTHENTICATED)) {
        return false;
    }
    for (uint32_t i = 0; left != 0; i++, left >>= 1) {
        if ((left & 1) != 0 && usable(client, i)) {
            begin(client, i);
            return true;
        }
    }
    if (sansmtp_client_is(client, SANSMTP_CLIENT_AUTH_OPTIONAL)) {
        return false;
    }
    sansmtp_client_fail(client, SANSMTP_ERR_AUTH);
    return true;
}

/* Everything is known of the peer: TLS if it must or may be, then authentication, then messages. */
void sansmtp_client_proceed(struct sansmtp_client *client)
{
    bool tls = client->options->tls != SANSMTP_CLIENT_TLS_NONE &&
               !sansmtp_client_knows(client, SANSMTP_CLIENT_TLS | SANSMTP_CLIENT_TLS_TRIED);

    if (tls && sansmtp_client_offers(client, SANSMTP_EXTENSION_STARTTLS)) {
        client->phase = SANSMTP_AWAITS_STARTTLS;
        sansmtp_client_put(client, "STARTTLS", 8);
        return;
    }
    if (client->options->tls == SANSMTP_CLIENT_TLS_REQUIRED &&
        !sansmtp_client_knows(client, SANSMTP_CLIENT_TLS)) {
        sansmtp_client_fail(client, SANSMTP_ERR_TLS);
        return;
    }
    if (begin_auth(client)) {
        return;
    }
    client->phase = SANSMTP_AWAITS_MESSAGE;
    client->knows |= SANSMTP_CLIENT_READY_DUE;
}
