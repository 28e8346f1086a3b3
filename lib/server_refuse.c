#include "server_engine.h"

#include "reply.h"

/* No, by the engine's own word, and the errors that are counted with it. */

/* False: that was one too many. */
bool sansmtp_server_count_error(struct sansmtp_server *server)
{
    uint32_t most = server->options->errors;

    server->errors++;
    if (most == 0 || server->errors <= most) {
        return true;
    }
    sansmtp_server_spent(server, SANSMTP_LIMIT_ERRORS);
    return false;
}

/* RFC 2920 3.1: a client that pipelines cannot know that its MAIL, or all its RCPTs, are refused;
 * what it sent behind them is no error of its own. It still uses up idle commands. */
static bool follows_refusal(const struct sansmtp_server *server, enum sansmtp_reply reply)
{
    bool group = server->verb == SANSMTP_VERB_RCPT || server->verb == SANSMTP_VERB_DATA ||
                 server->verb == SANSMTP_VERB_BDAT || server->verb == SANSMTP_VERB_BURL;

    return reply == SANSMTP_REPLY_NO_RECIPIENTS ||
           (group && reply == SANSMTP_REPLY_SEQUENCE &&
            (sansmtp_server_knows(server, SANSMTP_KNOWS_MAIL_REFUSED) ||
             server->state == SANSMTP_STATE_REFUSED));
}

/* Refuses by the engine's own word, and counts it. False: that was one too many. */
bool sansmtp_server_refuse(struct sansmtp_server *server, enum sansmtp_reply reply)
{
    if (follows_refusal(server, reply)) {
        server->idle_commands += server->verb == SANSMTP_VERB_BDAT ? 1 : 0;
    } else if (sansmtp_reply_row(reply)->code >= 500 && !sansmtp_server_count_error(server)) {
        return false;
    }
    sansmtp_server_say(server, reply);
    return true;
}
