#ifndef SEND_AUTH_H
#define SEND_AUTH_H

/* Authentication by PLAIN and LOGIN, and by what send_sasl.c knows. */

#include "send_sasl.h"

#include <sansmtp/sansmtp.h>
#include <stdbool.h>

#define AUTH_MECHANISMS "PLAIN LOGIN"
#define AUTH_TEXT_MAX   512u

struct password {
    char text[AUTH_TEXT_MAX];
    size_t length;
    uint8_t message[2 * AUTH_TEXT_MAX + 2]; /* what PLAIN says */
    uint32_t challenges;                    /* of LOGIN, answered */
    struct sasl *sasl;                      /* of the other mechanisms */
};

/* Takes the file's first line. Returns 0, or a status of sysexits.h after having said why. */
int password_read(struct password *password, const char *path);

/* Answers a CHALLENGE event; what it cannot answer it cancels. */
void password_answer(struct password *password, const char *user, struct sansmtp_client *client,
                     const struct sansmtp_event *challenge);

/* Has the server shown what the mechanism demands of it? To be asked when it says yes. */
bool password_is_settled(const struct password *password);

void password_forget(struct password *password);

#endif
