#include "matrix.h"

#include <string.h>

/* What server.h says: what each call returns in each situation. */

static bool busy(const struct situation *situation)
{
    return situation->where != OUTSIDE;
}

static bool is(const struct situation *situation, uint32_t trait)
{
    return (situation->traits & trait) != 0;
}

static bool asked(const struct situation *situation)
{
    return situation->question != 0;
}

int rule_fine(const struct situation *situation)
{
    (void)situation;
    return 0;
}

int rule_bad_argument(const struct situation *situation)
{
    (void)situation;
    return SANSMTP_ERR_ARGUMENT;
}

int rule_bad_memory(const struct situation *situation)
{
    (void)situation;
    return SANSMTP_ERR_MEMORY;
}

int rule_bad_options(const struct situation *situation)
{
    (void)situation;
    return SANSMTP_ERR_OPTIONS;
}

bool rule_always(const struct situation *situation)
{
    (void)situation;
    return true;
}

bool rule_unless_fresh(const struct situation *situation)
{
    return !is(situation, FRESH | ANEW);
}

/* CLOSING has been told: another end changes nothing. */
bool rule_when_told(const struct situation *situation)
{
    return is(situation, OVER | TURNED);
}

bool rule_when_over(const struct situation *situation)
{
    return is(situation, OVER);
}

static int answer_to(const struct situation *situation, int result)
{
    return asked(situation) ? result : SANSMTP_ERR_STATE;
}

int rule_wrong_code(const struct situation *situation)
{
    return answer_to(situation, SANSMTP_ERR_CODE);
}

int rule_wrong_text(const struct situation *situation)
{
    return answer_to(situation, SANSMTP_ERR_TEXT);
}

/* The code that stands already binds the last line. */
int rule_a_yes(const struct situation *situation)
{
    return answer_to(situation, is(situation, LINES_NO) ? SANSMTP_ERR_CODE : 0);
}

int rule_a_no(const struct situation *situation)
{
    return answer_to(situation, is(situation, LINES_YES | LINES_NO) ? SANSMTP_ERR_CODE : 0);
}

int rule_an_acceptance(const struct situation *situation)
{
    switch (situation->question) {
    case SANSMTP_EVENT_VERIFY:
    case SANSMTP_EVENT_EXPAND:
    case SANSMTP_EVENT_HELP:
    case SANSMTP_EVENT_UNKNOWN:
        return SANSMTP_ERR_STATE;
    default:
        return answer_to(situation, is(situation, LINES_NO) ? SANSMTP_ERR_STATE : 0);
    }
}

int rule_a_declination(const struct situation *situation)
{
    /* 550 is RECIPIENT's: it fits the lines of a no. */
    return answer_to(situation, is(situation, LINES_YES) ? SANSMTP_ERR_STATE : 0);
}

/* Every no of fail() has another code than the lines of a yes or of 550. */
int rule_a_failure(const struct situation *situation)
{
    return answer_to(situation, is(situation, LINES_YES | LINES_NO) ? SANSMTP_ERR_STATE : 0);
}

int rule_the_question(const struct situation *situation)
{
    return (int)situation->question;
}

bool contract_takes_lines(uint32_t question)
{
    switch (question) {
    case SANSMTP_EVENT_CONNECT:
    case SANSMTP_EVENT_HELLO:
    case SANSMTP_EVENT_DATA:
    case SANSMTP_EVENT_STARTTLS:
    case SANSMTP_EVENT_AUTH:
    case SANSMTP_EVENT_RESPONSE:
    case SANSMTP_EVENT_ETRN:
    case SANSMTP_EVENT_ATRN:
    case SANSMTP_EVENT_BURL:
    case SANSMTP_EVENT_XCLIENT:
    case SANSMTP_EVENT_XFORWARD:
        return false;
    default:
        return question != 0;
    }
}

int rule_a_line(const struct situation *situation)
{
    if (!contract_takes_lines(situation->question)) {
        return SANSMTP_ERR_STATE;
    }
    return is(situation, LINES_NO) ? SANSMTP_ERR_CODE : 0;
}

/* Of a transaction that says what it is. */
int rule_a_restart(const struct situation *situation)
{
    return situation->question == SANSMTP_EVENT_MAIL && strstr(situation->words, "TRANSID") != NULL
               ? 0
               : SANSMTP_ERR_STATE;
}

/* Its yes goes without a word: what is asked next says it. */
bool contract_is_silent(const struct situation *situation)
{
    return situation->question == SANSMTP_EVENT_XCLIENT ||
           (situation->question == SANSMTP_EVENT_BURL && strstr(situation->words, "LAST") != NULL);
}

static bool exchanging(const struct situation *situation)
{
    return situation->question == SANSMTP_EVENT_AUTH ||
           situation->question == SANSMTP_EVENT_RESPONSE;
}

int rule_a_challenge(const struct situation *situation)
{
    return exchanging(situation) ? 0 : SANSMTP_ERR_STATE;
}

int rule_a_long_challenge(const struct situation *situation)
{
    return exchanging(situation) ? SANSMTP_ERR_ARGUMENT : SANSMTP_ERR_STATE;
}

int rule_a_loan(const struct situation *situation)
{
    return is(situation, LENT) ? SANSMTP_ERR_STATE : 0;
}

int rule_a_handshake(const struct situation *situation)
{
    if (busy(situation)) {
        return SANSMTP_ERR_BUSY;
    }
    return is(situation, TLS_DUE | FRESH) && !is(situation, PAUSED) ? 0 : SANSMTP_ERR_STATE;
}

int rule_an_expiry(const struct situation *situation)
{
    if (busy(situation)) {
        return SANSMTP_ERR_BUSY;
    }
    return situation->wait == NOBODY ? SANSMTP_ERR_STATE : 0;
}

int rule_a_resumption(const struct situation *situation)
{
    return is(situation, PAUSED) ? 0 : SANSMTP_ERR_STATE;
}

int rule_a_run(const struct situation *situation)
{
    if (busy(situation)) {
        return SANSMTP_ERR_BUSY;
    }
    if (is(situation, FRESH | ANEW)) { /* nobody to ask: declined, which is 220 */
        return SANSMTP_READ | SANSMTP_WRITE;
    }
    return (int)situation->wants;
}

int rule_an_event(const struct situation *situation)
{
    return is(situation, FRESH | ANEW) ? (int)SANSMTP_EVENT_CONNECT : 0;
}

int rule_an_event_of_octets(const struct situation *situation)
{
    switch (situation->takes) {
    case TAKES_BODY:
        return SANSMTP_EVENT_BODY;
    case TAKES_RESPONSE:
        return SANSMTP_EVENT_RESPONSE;
    case TAKES_INJECTION:
        return SANSMTP_EVENT_INJECTION;
    case TAKES_EARLY:
        return SANSMTP_EVENT_EARLY_TALKER;
    case TAKES_GREETING:
        return SANSMTP_EVENT_CONNECT;
    case TAKES_NOTHING:
    case TAKES_LINE:
    case TAKES_ALL:
        break;
    }
    return 0;
}

bool rule_takes_nothing(const struct situation *situation)
{
    return situation->takes == TAKES_NOTHING;
}

int rule_no_event(const struct situation *situation)
{
    (void)situation;
    return 0;
}

int rule_what_it_wants(const struct situation *situation)
{
    return (int)situation->wants;
}

int rule_its_patience(const struct situation *situation)
{
    switch (situation->wait) {
    case COMMAND:
        return 300;
    case BODY:
        return 250;
    case NOBODY:
        break;
    }
    return 0;
}

/* With text that the gate refuses. */
int rule_a_bad_line(const struct situation *situation)
{
    return contract_takes_lines(situation->question) ? SANSMTP_ERR_TEXT : SANSMTP_ERR_STATE;
}
