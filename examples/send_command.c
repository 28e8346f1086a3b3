#include "send_command.h"

#include "send_extensions.h"

#include <string.h>

/* Tells what became of it. Without a command that is about us there shall be no message. */
static void told(struct session *session, const char *line, const struct fate *fate)
{
    bool about_us = extension_is_about_us(line);

    if (line != session->sender->options.xforward) {
        session->sender->commands_done++;
        report_command(&session->sender->report, line, fate);
    }
    if (about_us && fate->result != RESULT_OK) {
        session_fail(session, fate);
        session->refused = true;
    }
}

/* False: the engine does not take it, and that was told. */
static bool say(struct session *session, struct sansmtp_client *client, const char *line)
{
    int error = sansmtp_client_command(client, line, strlen(line));

    if (error != 0) {
        struct fate fate = end_of_command(error);

        told(session, line, &fate);
        return false;
    }
    session->saying = line;
    return true;
}

bool command_say(struct session *session, struct sansmtp_client *client)
{
    struct sender *sender = session->sender;

    while (!session->refused && sender->commands_done < sender->options.command_count) {
        if (say(session, client, sender->options.commands[sender->commands_done])) {
            return true;
        }
    }
    if (session->refused) {
        call_quit(session->call);
    }
    return session->refused;
}

bool command_forward(struct session *session, struct sansmtp_client *client)
{
    const char *line = session->sender->options.xforward;

    if (line == NULL || session->forwarded) {
        return false;
    }
    session->forwarded = true;
    if (!say(session, client, line)) {
        call_quit(session->call);
    }
    return true;
}

void command_replied(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct session *session = user;
    struct fate fate = fate_of_reply(event);
    const char *line = session->saying;

    (void)client;
    session->saying = NULL;
    if (line != NULL) {
        told(session, line, &fate);
    }
}

void command_end(struct session *session, const struct fate *fate)
{
    struct sender *sender = session->sender;

    while (sender->commands_done < sender->options.command_count) {
        report_command(&sender->report, sender->options.commands[sender->commands_done++], fate);
    }
}
