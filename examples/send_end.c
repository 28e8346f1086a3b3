#include "send_session.h"

static const struct {
    int error;
    enum result result;
    const char *text;
} ends[] = {
    {SANSMTP_ERR_GONE, RESULT_TEMP, "the server has closed the connection"},
    {SANSMTP_ERR_EXPIRED, RESULT_TEMP, "the server is silent"},
    {SANSMTP_ERR_INJECTION, RESULT_PROTO, "octets between STARTTLS and TLS"},
    {SANSMTP_ERR_PROTOCOL, RESULT_PROTO, "the server's answer makes no sense"},
    {SANSMTP_ERR_REFUSED, RESULT_TEMP, "the server ends the session"},
    {SANSMTP_ERR_TLS, RESULT_REFUSED, "TLS is required, and the server does not offer it"},
    {SANSMTP_ERR_AUTH, RESULT_REFUSED, "the server offers no authentication that may be used"},
};

struct fate end_of(const struct session *session, const struct sansmtp_client *client)
{
    int error = sansmtp_client_error(client);

    if (session->failed) {
        return session->failure;
    }
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (ends[i].error == error) {
            return fate_of(ends[i].result, ends[i].text);
        }
    }
    return fate_of(RESULT_TEMP, "not sent");
}

struct fate end_of_refusal(int error)
{
    switch (error) {
    case SANSMTP_ERR_NEEDS_8BITMIME:
        return fate_of(RESULT_REFUSED, "the message has 8-bit octets, the server takes none");
    case SANSMTP_ERR_NEEDS_SMTPUTF8:
        return fate_of(RESULT_REFUSED, "the message needs SMTPUTF8, the server has it not");
    case SANSMTP_ERR_NEEDS_REQUIRETLS:
        return fate_of(RESULT_REFUSED, "the message needs REQUIRETLS, and TLS that is verified");
    case SANSMTP_ERR_NEEDS_DELIVERBY:
        return fate_of(RESULT_REFUSED, "the server does not deliver by that time");
    case SANSMTP_ERR_NEEDS_FUTURERELEASE:
        return fate_of(RESULT_REFUSED, "the server does not hold messages until that time");
    case SANSMTP_ERR_NEEDS_RRVS:
        return fate_of(RESULT_REFUSED, "the server does not know since when addresses are whose");
    case SANSMTP_ERR_NEEDS_CONPERM:
        return fate_of(RESULT_REFUSED, "the server has no CONPERM");
    case SANSMTP_ERR_NEEDS_VERB:
        return fate_of(RESULT_REFUSED, "the server does not offer that command");
    case SANSMTP_ERR_LIMITS:
        return fate_of(RESULT_TEMP, "the server takes no more messages in this session");
    case SANSMTP_ERR_ARGUMENT:
        return fate_of(RESULT_REFUSED, "an option does not go with this message");
    case SANSMTP_ERR_SIZE:
        return fate_of(RESULT_REFUSED, "the message is larger than the server takes");
    case SANSMTP_ERR_TEXT:
        return fate_of(RESULT_REFUSED, "the message or an option has octets that may not be sent");
    default:
        return fate_of(RESULT_REFUSED, sansmtp_error_name(error));
    }
}

struct fate end_of_command(int error)
{
    switch (error) {
    case SANSMTP_ERR_ARGUMENT:
        return fate_of(RESULT_REFUSED, "no command that can be said so");
    case SANSMTP_ERR_TEXT:
        return fate_of(RESULT_REFUSED, "what stands behind the verb is not what it must be");
    default:
        return end_of_refusal(error);
    }
}
