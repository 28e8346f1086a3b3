#ifndef SANSMTP_RETRY_H
#define SANSMTP_RETRY_H

/*
 * What to do after an attempt to deliver, and when (RFC 5321 4.5.4.1).
 *
 * Two things. sansmtp_retry_judge() says what a reply or a broken connection means: delivered, next
 * host, later, bounce. A queue entry, struct sansmtp_retry, tells when the next attempt is due,
 * when the sender is to be told of a delay, and when to give up: sansmtp_retry_due() reads it,
 * sansmtp_retry_failed() moves it on. It is plain numbers, which the host keeps with its message;
 * have one for each recipient, or one for all that go to one place.
 *
 * Pure functions: no clock and no randomness but what is passed in. All times are seconds of the
 * host's own clock, usually since 1970; sums that do not fit stay at UINT64_MAX. Any function may be
 * called from any thread and from a callback.
 */

#include <sansmtp/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* attempt.stage: what was being done. */
#define SANSMTP_RETRY_CONNECT  1u  /* connecting */
#define SANSMTP_RETRY_GREETING 2u  /* connected; the greeting was awaited */
#define SANSMTP_RETRY_HELLO    3u  /* EHLO, HELO, LHLO */
#define SANSMTP_RETRY_STARTTLS 4u  /* STARTTLS, until its 220 */
#define SANSMTP_RETRY_TLS      5u  /* the handshake, the check of the certificate */
#define SANSMTP_RETRY_AUTH     6u  /* AUTH */
#define SANSMTP_RETRY_MAIL     7u  /* MAIL */
#define SANSMTP_RETRY_RCPT     8u  /* RCPT */
#define SANSMTP_RETRY_DATA     9u  /* DATA, until its 354 */
#define SANSMTP_RETRY_BODY     10u /* the message: not all of it was sent; BDAT but the last */
#define SANSMTP_RETRY_END      11u /* all was sent: the reply to the dot, to BDAT LAST */

/* attempt.flags */
#define SANSMTP_RETRY_THROUGH_TLS 1u /* the session was under TLS */
#define SANSMTP_RETRY_CREDENTIALS 2u /* there are credentials for this host (submission) */

/* How an attempt ended. A reply, or an error, or both. */
struct sansmtp_retry_attempt {
    uint32_t size;  /* sizeof (struct sansmtp_retry_attempt) */
    uint32_t stage; /* SANSMTP_RETRY_CONNECT ... */
    int32_t error;  /* 0, or what sansmtp_client_error() or sansmtp_client_submit() said. Of the */
                    /* host: SANSMTP_ERR_GONE, no connection; EXPIRED, no answer in time; TLS */
    uint32_t code;  /* the reply's code, 550; 0: there was none */
    uint32_t enhanced; /* its enhanced code; 0: none */
    uint32_t accepted; /* RCPT: recipients accepted before it in this transaction */
    uint32_t flags;    /* SANSMTP_RETRY_THROUGH_TLS, CREDENTIALS */
    uint32_t reserved; /* 0 */
};

/* judgement.action: sansmtp_retry_action_name(). */
#define SANSMTP_RETRY_DELIVERED    1u /* the peer has taken responsibility */
#define SANSMTP_RETRY_GO_ON        2u /* a yes that settles nothing yet */
#define SANSMTP_RETRY_AGAIN        3u /* too many recipients: at once, in another transaction */
#define SANSMTP_RETRY_NEXT_HOST    4u /* go on with the next address; if there is none: at_last */
#define SANSMTP_RETRY_LATER        5u /* keep it: sansmtp_retry_failed() */
#define SANSMTP_RETRY_AUTHENTICATE 6u /* keep it; nothing will go until the credentials are right */
#define SANSMTP_RETRY_BOUNCE       7u /* it cannot be delivered */

/* judgement.flags */
#define SANSMTP_RETRY_HOLD       1u /* it was said of the host: sansmtp_route_failed() */
#define SANSMTP_RETRY_GREYLISTED 2u /* come again in some minutes */
#define SANSMTP_RETRY_UNCERTAIN  4u /* it may have been delivered: a second try may make two */

/* What it means. */
struct sansmtp_retry_judgement {
    uint32_t size;     /* sizeof (struct sansmtp_retry_judgement), set by the caller */
    uint32_t action;   /* SANSMTP_RETRY_DELIVERED ... */
    uint32_t at_last;  /* NEXT_HOST: LATER or BOUNCE; of several hosts LATER wins. Else action */
    uint32_t enhanced; /* the code for a report, of the class that fits at_last; never 0 */
    uint32_t flags;    /* SANSMTP_RETRY_HOLD, GREYLISTED, UNCERTAIN */
};

/*
 * sansmtp_retry_judge - what the end of an attempt means for the recipients it is about.
 *
 * A reply of 4yz or 5yz decides, but up to TLS an error that says TLS. The rules, by stage:
 * - up to HELLO: the next host, and hold this one. At last: later; after a 5yz greeting or hello
 *   bounce (RFC 7504 3).
 * - STARTTLS, TLS: the next host, at last later, in whatever words it was refused.
 * - AUTH: 4yz later, but for 432; else authenticate.
 * - MAIL: 4yz next host, at last later; 5yz bounce (never to be remembered: RFC 5321 4.5.4.1).
 * - RCPT, DATA, BODY, END: 4yz later, 5yz bounce, never the same host again.
 * - RCPT 452, and 552 with X.5.3 or after 100 recipients (RFC 5321 4.5.3.1.10): too many. Again if
 *   some were accepted, else later. 452 with another enhanced code is a 4yz.
 * - 421 at any stage: next host, at last later.
 * - 530, 534, 535, 538 behind AUTH: authenticate with CREDENTIALS; else 530 without TLS: next host,
 *   at last bounce.
 * - greylisted: 450 or 451 with X.7.z, X.2.0 or no enhanced code, at RCPT, DATA and END.
 * - no reply, or a 2yz or 3yz that cannot stand there: next host, at last later.
 * - END without a 2yz, 4yz or 5yz, whatever the error: later and uncertain (RFC 1047), never the
 *   next host.
 * - SANSMTP_ERR_NEEDS_..., SANSMTP_ERR_SIZE: next host, at last bounce. SANSMTP_ERR_AUTH:
 *   authenticate, but later after a 4yz. Errors of the host itself (-1 to -99): later.
 *   SANSMTP_ERR_LIMITS: later, but another session may be begun at once.
 *
 * Returns 0, or with judgement unchanged SANSMTP_ERR_ARGUMENT (NULL, size, a number that is none, a
 * code outside 200 to 599, neither reply nor error). Source: RFC 5321 3.8, 4.2, 4.5.3.1.10,
 * 4.5.4.1, 5.1; 1047; 1870 6; 3207 4; 3463; 4954 6; 7504 3.
 */
SANSMTP_API int sansmtp_retry_judge(const struct sansmtp_retry_attempt *attempt,
                                    struct sansmtp_retry_judgement *judgement);

/* sansmtp_retry_action_name - judgement.action as a word, "next host"; "?" for a number that is
 * none. Static text. Any thread, any time, also from a callback. */
SANSMTP_API const char *sansmtp_retry_action_name(uint32_t action);

/* The schedule. Const, shared by all messages. Times are seconds. */
struct sansmtp_retry_options {
    uint32_t size;            /* set by sansmtp_retry_options_init */
    uint32_t growth;          /* each interval in percent of the one before; 100 to 1000; 200 */
    uint32_t jitter;          /* percent that chance may add to an interval; 0 to 100; 10 */
    uint32_t first;           /* the first interval; at least 1; 1800: two attempts in one hour */
    uint32_t greylisted;      /* the first after a greylisting; 1 to first; 360 */
    uint32_t longest;         /* no interval is longer, but for jitter; at least first; 10800 */
    uint64_t lifetime;        /* give up after; 432000: five days */
    uint64_t bounce_lifetime; /* the same for the null sender; 172800: two days */
    uint64_t warn_after;      /* tell the sender of the delay after; 14400; 0: never */
};

/* retry.flags */
#define SANSMTP_RETRY_NULL_SENDER 1u /* MAIL FROM:<>: it is told nothing */
#define SANSMTP_RETRY_BY_RETURN   2u /* BY=...;R: give up at deliver_by (RFC 2852) */
#define SANSMTP_RETRY_BY_NOTIFY   4u /* BY=...;N: tell at deliver_by, and go on */
/* Those that are kept by the functions, and by the host as plan.told says. */
#define SANSMTP_RETRY_EXPIRED   8u  /* the last attempt failed */
#define SANSMTP_RETRY_TOLD      16u /* the sender was told of the delay */
#define SANSMTP_RETRY_TOLD_LATE 32u /* the sender was told that deliver_by has passed */

/* A queue entry. Zero all of it, then fill what you know; next 0 is an attempt at once. */
struct sansmtp_retry {
    uint32_t size;       /* sizeof (struct sansmtp_retry) */
    uint32_t flags;      /* SANSMTP_RETRY_NULL_SENDER and so on */
    uint32_t notify;     /* SANSMTP_NOTIFY_... or-ed, 0: none was given */
    uint32_t attempts;   /* that failed */
    uint64_t arrived;    /* when the message was accepted */
    uint64_t next;       /* no attempt before; the host may move it (ETRN, a held host) */
    uint64_t hold_until; /* FUTURERELEASE (RFC 4865): lifetime and warning count from then; or 0 */
    uint64_t deliver_by; /* with BY_RETURN, BY_NOTIFY: the deadline, arrived and BY= added */
};

/* plan.due: what is to be done now. Bits. */
#define SANSMTP_RETRY_ATTEMPT      1u  /* try to deliver */
#define SANSMTP_RETRY_LAST         2u  /* beside ATTEMPT: if it fails, give up (and HELD_LAST) */
#define SANSMTP_RETRY_GIVE_UP      4u  /* no more attempts: take it out of the queue */
#define SANSMTP_RETRY_TELL_FAILED  8u  /* beside GIVE_UP: send a report, action failed */
#define SANSMTP_RETRY_TELL_DELAYED 16u /* send a report, action delayed */

/* What is due. */
struct sansmtp_retry_plan {
    uint32_t size;     /* sizeof (struct sansmtp_retry_plan), set by the caller */
    uint32_t due;      /* SANSMTP_RETRY_ATTEMPT and so on; 0: wait until when */
    uint32_t told;     /* when TELL_DELAYED is done, or this into retry.flags */
    uint32_t enhanced; /* of the report: 5.4.7, 4.4.7; 0: that of the last attempt */
    uint64_t when;     /* the next time at which something is due, if nothing happens before; */
                       /* UINT64_MAX: never */
    int64_t by;        /* for BY= when the message is passed on: seconds left, 0 if there is no */
                       /* deadline; from -999999999 to 999999999 */
};

/*
 * sansmtp_retry_options_init - the defaults, in size octets, which is sizeof *options.
 * Returns 0 or SANSMTP_ERR_ARGUMENT.
 */
SANSMTP_API int sansmtp_retry_options_init(struct sansmtp_retry_options *options, size_t size);

/*
 * sansmtp_retry_due - what to do with this entry now, and when to look again.
 *
 * Changes nothing. Do what due says, then look again: after an attempt at once, else at plan.when.
 * - ATTEMPT from next and hold_until on, whichever is later. A message always gets one, however
 *   late; with LAST once its lifetime is over.
 * - GIVE_UP after the failed last attempt, or at deliver_by with BY_RETURN, attempts or not. Of the
 *   last attempt's enhanced code and 5.4.7 a report should have the first (RFC 3463 3.5).
 * - TELL_DELAYED once at warn_after, and once at deliver_by with BY_NOTIFY (4.4.7).
 * - The null sender is told nothing (RFC 5321 6.1). Without NOTIFY the sender is told of failures
 *   and delays, with NOTIFY of what it lists (RFC 3461 4.1, 2852 4.1.3).
 *
 * Returns 0 and fills plan, or with plan unchanged SANSMTP_ERR_OPTIONS (see the members), or
 * SANSMTP_ERR_ARGUMENT (NULL, size, unknown bits, both BY_RETURN and BY_NOTIFY).
 * Source: RFC 5321 4.5.4.1; 2852 4; 4865 4.2.
 */
SANSMTP_API int sansmtp_retry_due(const struct sansmtp_retry_options *options,
                                  const struct sansmtp_retry *retry, uint64_t now,
                                  struct sansmtp_retry_plan *plan);

/*
 * sansmtp_retry_failed - an attempt has failed, and the message is kept: when is the next?
 *
 * why is judgement.flags, or 0: after GREYLISTED the intervals begin with options.greylisted, else
 * with options.first; each further failure makes them longer. seed is a random number; the same
 * one gives the same interval. now is the end of the attempt, made when due or before.
 * Moves retry on: attempts, and next, or EXPIRED if its lifetime is over. A next attempt beyond the
 * lifetime comes as the last at its end, but not before the first interval has passed.
 *
 * Returns 0, or with retry unchanged SANSMTP_ERR_STATE (EXPIRED already), SANSMTP_ERR_OPTIONS or
 * SANSMTP_ERR_ARGUMENT as above. Source: RFC 5321 4.5.4.1.
 */
SANSMTP_API int sansmtp_retry_failed(const struct sansmtp_retry_options *options,
                                     struct sansmtp_retry *retry, uint32_t why, uint64_t now,
                                     uint64_t seed);

#ifdef __cplusplus
}
#endif

#endif
