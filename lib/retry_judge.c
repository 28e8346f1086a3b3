/* What a reply or a broken connection means for a message: RFC 5321 4.2, 4.5.3.1.10, 4.5.4.1. */

#include <sansmtp/retry.h>

#include <stdbool.h>

#include "sized.h"

#define NO_CLASS 1000000u

/* A row of retry_stages.def. */
struct stage {
    uint32_t temporary;
    uint32_t permanent;
    uint32_t at_last;
    uint32_t silent;
    uint32_t flags;
};

enum {
#define STAGE(name, temporary, permanent, at_last, silent, flags) PLACE_##name,
#include "retry_stages.def"
#undef STAGE
    STAGES
};

/* The numbers of the header are the places in the table, counted from 1. */
#define STAGE(name, temporary, permanent, at_last, silent, flags) \
    _Static_assert(SANSMTP_RETRY_##name == PLACE_##name + 1, #name);
#include "retry_stages.def"
#undef STAGE

static const struct stage stages[STAGES] = {
#define STAGE(name, temporary, permanent, at_last, silent, flags)                   \
    {SANSMTP_RETRY_##temporary, SANSMTP_RETRY_##permanent, SANSMTP_RETRY_##at_last, \
     SANSMTP_RETRY_##silent, flags},
#include "retry_stages.def"
#undef STAGE
};

const char *sansmtp_retry_action_name(uint32_t action)
{
    switch (action) {
#define ACTION(name, class_, words) \
    case SANSMTP_RETRY_##name:      \
        return words;
#include "retry_actions.def"
#undef ACTION
    default:
        return "?";
    }
}

static uint32_t class_of(uint32_t action)
{
    switch (action) {
#define ACTION(name, class_, words) \
    case SANSMTP_RETRY_##name:      \
        return class_;
#include "retry_actions.def"
#undef ACTION
    default:
        return 0;
    }
}

/* What an attempt comes to, before it is written out. enhanced: subject and detail. */
struct view {
    uint32_t action;
    uint32_t at_last; /* where NEXT_HOST ends */
    uint32_t enhanced;
    uint32_t flags;
};

static uint32_t subject_of(const struct sansmtp_retry_attempt *attempt)
{
    return attempt->enhanced / 1000 % 1000;
}

static bool is_after_auth(const struct sansmtp_retry_attempt *attempt)
{
    return attempt->stage >= SANSMTP_RETRY_MAIL;
}

/* Is it about who we are? RFC 4954 6: 530, 534, 535, 538; and 432 for AUTH itself. */
static bool is_about_us(const struct sansmtp_retry_attempt *attempt)
{
    switch (attempt->code) {
    case 432:
        return attempt->stage == SANSMTP_RETRY_AUTH;
    case 530:
    case 534:
    case 535:
    case 538:
        return is_after_auth(attempt);
    default:
        return false;
    }
}

/* RFC 3207 4 has 530 for "Must issue a STARTTLS command first", RFC 4954 6 for "Authentication
 * required": who has credentials is asked for them. */
static struct view judge_us(const struct sansmtp_retry_attempt *attempt)
{
    struct view view = {.action = SANSMTP_RETRY_BOUNCE, .enhanced = attempt->enhanced};

    if (attempt->stage == SANSMTP_RETRY_AUTH || (attempt->flags & SANSMTP_RETRY_CREDENTIALS) != 0) {
        view.action = SANSMTP_RETRY_AUTHENTICATE;
    } else if (attempt->code == 530 && (attempt->flags & SANSMTP_RETRY_THROUGH_TLS) == 0) {
        view.action = SANSMTP_RETRY_NEXT_HOST;
        view.at_last = SANSMTP_RETRY_BOUNCE;
    }
    return view;
}

/* RFC 5321 4.5.3.1.10: 452 is the code for too many recipients. RFC 1870 6.4 and 3463 have it for
 * other things, too, but then with another enhanced code. A 552 is taken for it only if it says so,
 * or comes where a server may have had enough. */
static bool is_too_many(const struct sansmtp_retry_attempt *attempt)
{
    bool says_so = attempt->enhanced % NO_CLASS == SANSMTP_ENHANCED(0u, 5, 3);

    if (attempt->stage != SANSMTP_RETRY_RCPT) {
        return false;
    }
    if (attempt->code == 452) {
        return attempt->enhanced == 0 || says_so;
    }
    return attempt->code == 552 &&
           (says_so || (attempt->enhanced == 0 && attempt->accepted >= 100));
}

static bool is_greylisting(const struct sansmtp_retry_attempt *attempt)
{
    uint32_t rest = attempt->enhanced % NO_CLASS;

    if (attempt->stage != SANSMTP_RETRY_RCPT && attempt->stage != SANSMTP_RETRY_DATA &&
        attempt->stage != SANSMTP_RETRY_END) {
        return false;
    }
    return (attempt->code == 450 || attempt->code == 451) &&
           (attempt->enhanced == 0 || subject_of(attempt) == 7 ||
            rest == SANSMTP_ENHANCED(0u, 2, 0));
}

static struct view judge_temporary(const struct sansmtp_retry_attempt *attempt,
                                   const struct stage *stage)
{
    struct view view = {stage->temporary, SANSMTP_RETRY_LATER, attempt->enhanced, stage->flags};

    if (attempt->code == 421) {
        view.action = SANSMTP_RETRY_NEXT_HOST;
    }
    if (is_greylisting(attempt)) {
        view.flags |= SANSMTP_RETRY_GREYLISTED;
    }
    return view;
}

static struct view judge_refusal(const struct sansmtp_retry_attempt *attempt)
{
    const struct stage *stage = &stages[attempt->stage - 1];
    struct view view = {stage->permanent, stage->at_last, attempt->enhanced, stage->flags};

    if (is_about_us(attempt)) {
        return judge_us(attempt);
    }
    if (is_too_many(attempt)) {
        view.action = attempt->accepted > 0 ? SANSMTP_RETRY_AGAIN : SANSMTP_RETRY_LATER;
    } else if (attempt->code < 500) {
        view = judge_temporary(attempt, stage);
    }
    view.flags &= ~SANSMTP_RETRY_UNCERTAIN;
    return view;
}

/* The subject and detail of what happened without a reply: RFC 3463 3.5 to 3.8. */
static uint32_t code_of_silence(const struct sansmtp_retry_attempt *attempt)
{
    switch (attempt->error) {
    case SANSMTP_ERR_GONE:
    case SANSMTP_ERR_EXPIRED:
        return attempt->stage == SANSMTP_RETRY_CONNECT ? SANSMTP_ENHANCED(0u, 4, 1)
                                                       : SANSMTP_ENHANCED(0u, 4, 2);
    case SANSMTP_ERR_TLS:
        return attempt->stage == SANSMTP_RETRY_TLS ? SANSMTP_ENHANCED(0u, 7, 5)
                                                   : SANSMTP_ENHANCED(0u, 7, 4);
    default:
        return SANSMTP_ENHANCED(0u, 5, 0);
    }
}

static struct view judge_silence(const struct sansmtp_retry_attempt *attempt)
{
    const struct stage *stage = &stages[attempt->stage - 1];
    struct view view = {stage->silent, SANSMTP_RETRY_LATER, code_of_silence(attempt), stage->flags};

    if (attempt->error == SANSMTP_ERR_TLS) {
        view.action = SANSMTP_RETRY_NEXT_HOST;
        view.flags = 0;
        view.enhanced = attempt->enhanced != 0 ? attempt->enhanced : view.enhanced;
    }
    return view;
}

/* RFC 5321 2.2.3: another host may have the extension that this one lacks. */
static struct view judge_lack(uint32_t subject_and_detail)
{
    return (struct view){SANSMTP_RETRY_NEXT_HOST, SANSMTP_RETRY_BOUNCE, subject_and_detail, 0};
}

static struct view judge_error(const struct sansmtp_retry_attempt *attempt)
{
    switch (attempt->error) {
    case SANSMTP_ERR_NEEDS_8BITMIME:
    case SANSMTP_ERR_NEEDS_BINARYMIME:
        return judge_lack(SANSMTP_ENHANCED(0u, 6, 3));
    case SANSMTP_ERR_NEEDS_SMTPUTF8:
        return judge_lack(SANSMTP_ENHANCED(0u, 6, 7));
    case SANSMTP_ERR_SIZE:
        return judge_lack(SANSMTP_ENHANCED(0u, 3, 4));
    case SANSMTP_ERR_NEEDS_REQUIRETLS: /* RFC 8689 4.2.1 */
        return judge_lack(SANSMTP_ENHANCED(0u, 7, 30));
    case SANSMTP_ERR_NEEDS_CONPERM: /* RFC 4141 5 */
        return judge_lack(SANSMTP_ENHANCED(0u, 6, 3));
    /* RFC 2852 4.1.4: "must either attempt to follow any other MX records or [...] must return the
     * message as undeliverable". RFC 3463 3.4: X.3.3, not capable of selected features. */
    case SANSMTP_ERR_NEEDS_DELIVERBY:
    case SANSMTP_ERR_NEEDS_FUTURERELEASE:
    case SANSMTP_ERR_NEEDS_RRVS:
    case SANSMTP_ERR_NEEDS_VERB:
        return judge_lack(SANSMTP_ENHANCED(0u, 3, 3));
    case SANSMTP_ERR_AUTH:
        return (struct view){.action = SANSMTP_RETRY_AUTHENTICATE,
                             .enhanced = SANSMTP_ENHANCED(0u, 7, 0)};
    default:
        break;
    }
    /* Our own trouble: no other host would be better off. */
    if (attempt->error > -100 || attempt->error <= -200) {
        return (struct view){.action = SANSMTP_RETRY_LATER, .enhanced = SANSMTP_ENHANCED(0u, 3, 0)};
    }
    return judge_silence(attempt);
}

static struct view judge_failure(const struct sansmtp_retry_attempt *attempt)
{
    struct view view = judge_error(attempt);

    /* RFC 1047: whatever it was that ended the wait, the peer may have the message. */
    if (attempt->stage == SANSMTP_RETRY_END) {
        view.action = SANSMTP_RETRY_LATER;
        view.flags = SANSMTP_RETRY_UNCERTAIN;
    }
    return view;
}

/* RFC 5321 4.3.2: DATA asks for a 3yz and nothing else does, but AUTH; RFC 3207 4: of all replies
 * only 220 starts TLS. */
static bool can_be_yes(const struct sansmtp_retry_attempt *attempt)
{
    switch (attempt->stage) {
    case SANSMTP_RETRY_STARTTLS:
        return attempt->code == 220;
    case SANSMTP_RETRY_AUTH:
        return true;
    case SANSMTP_RETRY_DATA:
        return attempt->code >= 300;
    default:
        return attempt->code < 300;
    }
}

/* A yes is what it is only at the end. */
static struct view judge_yes(const struct sansmtp_retry_attempt *attempt)
{
    struct view view = {.action = SANSMTP_RETRY_GO_ON, .enhanced = attempt->enhanced};

    if (!can_be_yes(attempt)) {
        return judge_silence(attempt);
    }
    if (attempt->stage == SANSMTP_RETRY_END) {
        view.action = SANSMTP_RETRY_DELIVERED;
    }
    return view;
}

static struct view judge(const struct sansmtp_retry_attempt *attempt)
{
    bool refused = attempt->code >= 400;
    bool delivered = attempt->code / 100 == 2 && attempt->stage == SANSMTP_RETRY_END;
    bool lacks_tls = attempt->error == SANSMTP_ERR_TLS && attempt->stage <= SANSMTP_RETRY_TLS;

    /* RFC 5321 4.2.5: with its yes to the end the peer is responsible, whatever follows. */
    if (delivered) {
        return judge_yes(attempt);
    }
    if (lacks_tls || (attempt->error != 0 && !refused)) {
        return judge_failure(attempt);
    }
    /* Where AUTH failed it is AUTH that was refused, whatever the host takes the stage to be. */
    if (attempt->error == SANSMTP_ERR_AUTH) {
        struct sansmtp_retry_attempt it = *attempt;

        it.stage = SANSMTP_RETRY_AUTH;
        return judge_refusal(&it);
    }
    return refused ? judge_refusal(attempt) : judge_yes(attempt);
}

static bool fits(const struct sansmtp_retry_attempt *attempt)
{
    if (!attempt || !sansmtp_sized(attempt, attempt->size, sizeof(*attempt)) ||
        attempt->stage == 0 || attempt->stage > STAGES || attempt->error > 0 ||
        attempt->reserved != 0 || attempt->enhanced >= 6 * NO_CLASS ||
        (attempt->flags & ~(SANSMTP_RETRY_THROUGH_TLS | SANSMTP_RETRY_CREDENTIALS)) != 0) {
        return false;
    }
    if (attempt->code == 0) {
        return attempt->error != 0;
    }
    return attempt->code >= 200 && attempt->code <= 599;
}

int sansmtp_retry_judge(const struct sansmtp_retry_attempt *attempt,
                        struct sansmtp_retry_judgement *judgement)
{
    struct view view;

    if (!fits(attempt) || !judgement || judgement->size < sizeof(*judgement)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    view = judge(attempt);
    judgement->action = view.action;
    judgement->at_last = view.action == SANSMTP_RETRY_NEXT_HOST ? view.at_last : view.action;
    /* RFC 5321 4.2, 3463 3: the first digit of the code is what counts; the class follows it. */
    judgement->enhanced = class_of(judgement->at_last) * NO_CLASS + view.enhanced % NO_CLASS;
    judgement->flags = view.flags;
    return 0;
}
