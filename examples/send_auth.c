#include "send_auth.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

int password_read(struct password *password, const char *path)
{
    FILE *file = fopen(path, "re");
    const char *line;

    if (file == NULL) {
        fprintf(stderr, "%s: cannot read %s: %s\n", program_invocation_short_name, path,
                strerror(errno));
        return EX_NOINPUT;
    }
    setvbuf(file, NULL, _IONBF, 0); /* no copy that we cannot wipe */
    line = fgets(password->text, sizeof password->text, file);
    fclose(file);
    password->length = line == NULL ? 0 : strcspn(line, "\r\n");
    password->text[password->length] = '\0';
    if (password->length == 0 || password->length == sizeof password->text - 1) {
        fprintf(stderr, "%s: no password in the first line of %s\n", program_invocation_short_name,
                path);
        return EX_NOINPUT;
    }
    return 0;
}

static struct sansmtp_sasl_credentials credentials(const struct password *password,
                                                   const char *user)
{
    struct sansmtp_sasl_credentials all = {.size = sizeof all};

    all.authcid = (struct sansmtp_span){(const uint8_t *)user, strlen(user)};
    all.password = (struct sansmtp_span){(const uint8_t *)password->text, password->length};
    return all;
}

static bool is_by(const struct sansmtp_event *challenge, const char *mechanism)
{
    return challenge->text.length == strlen(mechanism) &&
           memcmp(challenge->text.data, mechanism, challenge->text.length) == 0;
}

void password_answer(struct password *password, const char *user, struct sansmtp_client *client,
                     const struct sansmtp_event *challenge)
{
    struct sansmtp_sasl_credentials all = credentials(password, user);
    struct sansmtp_span answer = {password->message, 0};
    int error;

    if (!is_by(challenge, "LOGIN") && !is_by(challenge, "PLAIN")) {
        error = sasl_answer(&password->sasl, user, password->text, challenge, &answer)
                    ? 0
                    : SANSMTP_ERR_AUTH;
    } else if (is_by(challenge, "LOGIN")) {
        error = sansmtp_sasl_login_answer(password->challenges++, &all, &answer);
    } else if ((challenge->flags & SANSMTP_FLAG_INITIAL) != 0) {
        error = sansmtp_sasl_plain_write(&all, password->message, sizeof password->message,
                                         &answer.length);
    } else {
        error = SANSMTP_ERR_STATE; /* PLAIN has nothing more to say */
    }
    if (error == 0) {
        sansmtp_client_respond(client, answer.data, answer.length);
    } else {
        sansmtp_client_cancel(client);
    }
}

bool password_is_settled(const struct password *password)
{
    return password->sasl == NULL || sasl_is_over(password->sasl);
}

void password_forget(struct password *password)
{
    sasl_hang_up(password->sasl);
    OPENSSL_cleanse(password, sizeof *password);
}
