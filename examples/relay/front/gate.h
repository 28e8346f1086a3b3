#ifndef RELAY_GATE_H
#define RELAY_GATE_H

/* Who may send to whom, and how much of it: the decisions of policy.h with our tables. */

#include "../relay.h"

struct connection;

/* Makes the tables of networks and rates. Returns 0, or a status of sysexits.h after having said
 * why. */
int gate_open(struct relay *relay);

/* What to answer. */
struct gate_answer {
    uint32_t code; /* 250: yes */
    uint32_t enhanced;
    const char *text;
    const char *limit; /* the option that was reached; NULL: none */
    uint64_t most;     /* its number */
};

/* May this client connect (so often, and while so many are here)? Who may is counted until
 * gate_leave, which may be said of anybody. */
struct gate_answer gate_connect(struct relay *relay, struct connection *connection);
void gate_leave(struct relay *relay, struct connection *connection);

/* May it send one more message, from this sender, of so many octets as MAIL says? */
struct gate_answer gate_mail(struct relay *relay, struct connection *connection,
                             const struct sansmtp_event *mail);

/* May it send to this recipient? */
struct gate_answer gate_recipient(struct relay *relay, struct connection *connection,
                                  const struct sansmtp_event *event);

/* The message came: its octets count. */
void gate_message(struct relay *relay, struct connection *connection, uint64_t octets);

/* May it try a password, after those that were wrong? And one more was. */
struct gate_answer gate_auth(struct relay *relay, struct connection *connection);
void gate_auth_refused(struct relay *relay, struct connection *connection);

/* May it say ETRN for this node, "x.example" or "@x.example", now? A yes counts, unless it is said
 * afterwards that there was nothing to start. */
struct gate_answer gate_etrn(struct relay *relay, struct connection *connection,
                             struct sansmtp_span node);
void gate_etrn_nothing(struct relay *relay, struct sansmtp_span node);

/* Is this destination (as queue.h has it) delivered here? */
bool gate_is_local(const struct relay *relay, struct sansmtp_span destination);

#endif
