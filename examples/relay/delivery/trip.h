#ifndef RELAY_TRIP_H
#define RELAY_TRIP_H

/* A call to one host for a lane: it takes the lane's consignments, one after the other. */

#include "../../call.h"
#include "lane.h"

#define TRIP_PLACE 320u

struct trip {
    struct call call;  /* the first member: what is told of a call is told of us */
    struct lane *lane; /* NULL: it goes on alone, to say QUIT */
    struct delivery_office *office;
    struct relay *relay;
    struct trip *next;
    struct sansmtp_client_options options;
    struct password password;
    struct dialogue dialogue;

    /* where to */
    struct sansmtp_route_address address; /* length 0: LMTP */
    char name[SEARCH_NAME_MAX];           /* of the host */
    char place[TRIP_PLACE];               /* "mx.example [192.0.2.1]" */
    struct sansmtp_channel_facts facts;   /* without the flags of a message */
    const struct search_host *keys;       /* whose TLSA records count; NULL: none do */
    bool by_dane;                         /* the host is to be authenticated by them */
    bool in_clear;                        /* TLS has failed, and is not needed */
    bool bare;                            /* bare newlines may be made good on the way */

    /* how it went */
    bool shaking;         /* the handshake has begun, and is not done */
    bool proven;          /* the certificate is good */
    const char *unproven; /* or why not; static text */
    bool ready;
    struct ending ending; /* why it failed, if it did */
    uint8_t ending_text[512];
    char loss_text[160];
    bool failed;
    uint32_t served; /* messages submitted */

    /* the consignment under way */
    bool taken;    /* there is one, and this host has not said all that it will */
    size_t *queue; /* recipients to be asked for in this transaction */
    size_t *accepted;
    size_t capacity;
    size_t queued, given, accepted_count, finals;
    struct envelope_texts texts;
    bool sending;   /* the transaction has begun */
    bool reused;    /* it has brought another one before */
    bool asked;     /* something was answered of this consignment */
    bool no_sender; /* MAIL was refused */
    bool body_begun;
    bool body_whole;
    uint64_t lent; /* octets of the body */
    uint32_t chunk;
    struct sansmtp_span piece; /* chunk that was read */
    bool has_piece;
};

/* Begins a call for lane->consignment: to an attempt of the search, or to the LMTP server (NULL).
 * The lane's trip is set. False: no memory. */
bool trip_begin(struct lane *lane, const struct sansmtp_route_attempt *attempt);

/* Can the lane's new consignment go by this call? */
bool trip_suits(const struct trip *trip);

/* It goes. */
void trip_take(struct trip *trip);

/* The lane has no more for it: says QUIT, or hangs up, and the lane hears no more of it. */
void trip_leave(struct trip *trip);

/* Has it passed the point where the message may be half on its way? */
bool trip_is_sending(const struct trip *trip);

/* The next octets of the body, or NULL: they cannot be had. */
void trip_got(struct trip *trip, const uint8_t *octets, size_t length);

/* Hangs up all there are. */
void trips_abort(struct delivery_office *office);

/* deliver_session.c */
extern const struct sansmtp_client_callbacks trip_callbacks; /* user: struct trip */

/* deliver_session.c: how the connection was lost, in words; they are the trip's. */
struct ending session_loss(struct trip *trip);

/* deliver_session.c: this call is over; what it leaves unanswered gets its verdict. */
void session_lost(struct trip *trip);

/* deliver_session.c: why it failed; the text is copied. */
void session_failed(struct trip *trip, const struct ending *ending);

/* deliver_session.c: has the call a consignment under way? */
bool session_is_ours(const struct trip *trip);

/* deliver_session.c: what this means for one recipient, and for all that are open. */
void session_judge(struct trip *trip, size_t index, struct ending ending);
void session_judge_all(struct trip *trip, struct ending ending);

/* deliver_session.c: this host has said all that it will of the consignment. */
void session_give_back(struct trip *trip);

/* deliver_message.c: what the engine wants of it. */
sansmtp_client_callback message_wants_message, message_wants_recipient, message_wants_body;

/* deliver_trip.c: may this message go over this channel? False: why is in ending. */
bool trip_is_safe(struct trip *trip, struct sansmtp_channel_verdict *verdict,
                  struct ending *ending);

#endif
