#ifndef RELAY_LANE_H
#define RELAY_LANE_H

/*
 * The way out, inside: what the rooms of deliver.h share.
 *
 *   deliver.c           the office: what all lanes use
 *   deliver_lane.c      a lane: which way, which host next, when it is done
 *   deliver_fate.c      what an attempt means for a recipient
 *   deliver_search.c    the DNS: mail hosts, their addresses, their order
 *   deliver_policy.c    the MTA-STS policy of its domain
 *   deliver_safety.c    how safe the way to a host must be: MTA-STS, DANE
 *   deliver_trip.c      a call to one host, and its TLS
 *   deliver_session.c   what it says
 *   deliver_message.c   what we say: the envelope, the recipients, the body
 *   deliver_envelope.c  the message as the engine takes it
 *   deliver_maildir.c   the way into a mailbox here
 *
 * Nothing of a lane goes on while something else of it is at work: lane_wake has lane_step called
 * on the next turn of the loop.
 */

#include "../../send_auth.h"
#include "../names/idna.h"
#include "../relay.h"
#include "deliver.h"
#include "search.h"

#include <openssl/types.h>
#include <uv.h>

#define HELD_MAX 512u /* addresses that failed of late, remembered */

struct trip;
struct mailbag;
struct store;

struct delivery_office {
    SSL_CTX *tls;
    struct password password; /* of the smart host */
    struct sansmtp_route_failure held[HELD_MAX];
    struct sockaddr_storage lmtp; /* ss_family 0: there is none */
    struct store *store;          /* NULL: there is none */
    struct trip *trips;           /* all that are under way */
};

enum way { WAY_ABROAD, WAY_LMTP, WAY_MAILDIR };

/* Of a recipient, in this consignment. */
enum standing {
    STANDING_SETTLED, /* its verdict is final; or it was not wanted */
    STANDING_OPEN,    /* not asked yet at this host */
    STANDING_PASSED   /* no more at this host; its verdict counts if there is no other */
};

struct lane {
    struct relay *relay;
    char domain[SEARCH_NAME_MAX]; /* the destination; in lower case */
    enum way way;
    uv_timer_t timer;
    struct consignment *consignment; /* NULL: none */
    enum standing *standings;        /* one a recipient */
    size_t capacity;                 /* of standings */
    struct search *search;           /* NULL: not begun yet */
    uint64_t searched;               /* when */
    size_t next;                     /* attempt of the search */
    struct trip *trip;               /* NULL: none */
    struct mailbag *mailbag;         /* NULL: none */
    bool searching;
    bool reading; /* consignment_read was asked, and has not answered */
    bool ending;
    bool stopped;
};

/* -- deliver_lane.c --------------------------------------------------------------------------- */

void lane_wake(struct lane *lane);

bool lane_has(const struct lane *lane, enum standing standing);

/* -- deliver_fate.c --------------------------------------------------------------------------- */

/* How an attempt ended, in words. */
struct ending {
    struct sansmtp_retry_attempt attempt;
    uint32_t enhanced; /* instead of what sansmtp_retry_judge says; 0: as that says */
    struct sansmtp_span text;
    const char *host;
    bool informed; /* the next host will send the reports */
    bool local;
    bool untimed; /* it does not know of a deadline */
};

/* What this means for a recipient. Returns judgement.flags. */
uint32_t fate_judge(struct lane *lane, size_t index, const struct ending *ending);

/* The same for all that are OPEN. */
uint32_t fate_judge_open(struct lane *lane, const struct ending *ending);

/* A verdict by ourselves for all that are not settled: LATER or BOUNCE. */
void fate_decide(struct lane *lane, uint32_t action, uint32_t enhanced, const char *text);

/* An ending of a reply. */
struct ending ending_of(uint32_t stage, const struct sansmtp_event *event);

/* And one without. */
struct ending ending_without(uint32_t stage, int error, const char *text);

/* -- deliver_envelope.c ----------------------------------------------------------------------- */

#define ENVELOPE_TEXT_MAX 512u

/* What struct sansmtp_envelope and struct sansmtp_recipient point to. */
struct envelope_texts {
    uint8_t envid[ENVELOPE_TEXT_MAX];
    uint8_t orcpt[ENVELOPE_TEXT_MAX];
    uint8_t mailbox[IDNA_PATH_MAX];
    bool plain; /* what was by SMTPUTF8 goes without */
};

/* Must the message be made other than it is for a host that does not take it so? */
bool envelope_is_bare(const struct consignment *consignment);

void envelope_fill(const struct consignment *consignment, uint64_t extensions,
                   struct envelope_texts *texts, struct sansmtp_envelope *envelope);
void envelope_fill_recipient(const struct queue_recipient *from, struct envelope_texts *texts,
                             struct sansmtp_recipient *recipient);

/* -- deliver_maildir.c ------------------------------------------------------------------------ */

/* Brings the consignment to all who are open, and wakes the lane. False: no memory. */
bool mailbag_begin(struct lane *lane);

#endif
