#include "matrix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What server.h says that a call leads to. Looked at when the session has come to its end. */

static const char *events_after(const struct trial *trial)
{
    return trial->dialogue.events.data == NULL ? "" : trial->dialogue.events.data + trial->events;
}

static const char *output_after(const struct trial *trial)
{
    return trial->dialogue.output.data == NULL ? "" : trial->dialogue.output.data + trial->output;
}

static void demand(const char *octets, bool holds, const char *what, const char *words)
{
    if (!holds) {
        fail_msg("%s is not \"%s\" but \"%s\"", what, words, octets);
    }
}

static void said_first(const struct trial *trial, const char *words)
{
    const char *output = output_after(trial);

    demand(output, strncmp(output, words, strlen(words)) == 0, "the first that goes out", words);
}

static void said(const struct trial *trial, const char *words)
{
    demand(output_after(trial), strstr(output_after(trial), words) != NULL, "what goes out", words);
}

static void happened(const struct trial *trial, const char *words)
{
    demand(events_after(trial), strstr(events_after(trial), words) != NULL, "what happens", words);
}

static void answered(const struct trial *trial)
{
    assert_int_equal(trial->after.wants & SANSMTP_REPLY, 0);
    assert_int_not_equal(trial->after.serial, trial->before.serial);
}

static bool ends_the_pause(const struct situation *situation)
{
    return (situation->traits & PAUSED) != 0;
}

/* The answer is in the output at once; the question is closed unless the engine is paused. */
static void answered_with(const struct situation *situation, const struct trial *trial,
                          const char *words)
{
    if (!ends_the_pause(situation)) {
        answered(trial);
    }
    said_first(trial, words);
}

/* HELLO is followed by the extensions; lines by the last. */
static void answered_by_code(const struct situation *situation, const struct trial *trial,
                             uint32_t code)
{
    char words[5];

    snprintf(words, sizeof(words), "%03u%c", (unsigned)code % 1000,
             situation->question == SANSMTP_EVENT_HELLO && code == 250 ? '-' : ' ');
    answered_with(situation, trial, words);
}

void contract_accepted(const struct situation *situation, const struct trial *trial)
{
    answered_by_code(situation, trial, dialogue_yes_code(situation->question));
}

void contract_declined(const struct situation *situation, const struct trial *trial)
{
    switch (situation->question) {
    case SANSMTP_EVENT_RECIPIENT:
        answered_with(situation, trial, "550 5.7.1 ");
        break;
    case SANSMTP_EVENT_END:
        answered_with(situation, trial, "451 4.3.0 ");
        break;
    case SANSMTP_EVENT_VERIFY:
    case SANSMTP_EVENT_EXPAND:
        answered_with(situation, trial, "252 2.5.0 ");
        break;
    case SANSMTP_EVENT_HELP:
        answered_with(situation, trial, "214-2.0.0 MAIL FROM:");
        break;
    case SANSMTP_EVENT_STARTTLS:
        answered_with(situation, trial, "454 4.7.0 ");
        break;
    case SANSMTP_EVENT_AUTH:
        answered_with(situation, trial, "504 5.5.4 ");
        break;
    case SANSMTP_EVENT_RESPONSE:
        answered_with(situation, trial, "535 5.7.8 ");
        break;
    case SANSMTP_EVENT_UNKNOWN:
        answered_with(situation, trial, "500 5.5.2 ");
        break;
    case SANSMTP_EVENT_ETRN:
        answered_with(situation, trial, "458 4.3.0 ");
        break;
    case SANSMTP_EVENT_ATRN:
        answered_with(situation, trial, "453 4.3.0 ");
        break;
    case SANSMTP_EVENT_BURL:
        answered_with(situation, trial, "554 5.6.6 ");
        break;
    case SANSMTP_EVENT_XCLIENT:
    case SANSMTP_EVENT_XFORWARD:
        answered_with(situation, trial, "550 5.7.0 ");
        break;
    default:
        contract_accepted(situation, trial);
    }
}

/* Nothing is accepted; who has not even been greeted is sent away. */
void contract_failed(const struct situation *situation, const struct trial *trial)
{
    switch (situation->question) {
    case SANSMTP_EVENT_CONNECT:
    case SANSMTP_EVENT_HELLO:
        answered_with(situation, trial, "421 " HOSTNAME " ");
        happened(trial, "closing");
        break;
    case SANSMTP_EVENT_AUTH:
    case SANSMTP_EVENT_RESPONSE:
    case SANSMTP_EVENT_STARTTLS:
        answered_with(situation, trial, "454 4.7.0 ");
        break;
    case SANSMTP_EVENT_ETRN:
        answered_with(situation, trial, "458 4.3.0 ");
        break;
    case SANSMTP_EVENT_XCLIENT:
    case SANSMTP_EVENT_XFORWARD:
        answered_with(situation, trial, "421 4.3.2 " HOSTNAME " ");
        happened(trial, "closing");
        break;
    case SANSMTP_EVENT_VERIFY:
    case SANSMTP_EVENT_EXPAND:
        answered_with(situation, trial, "252 2.5.0 ");
        break;
    case SANSMTP_EVENT_HELP:
        answered_with(situation, trial, "502 5.5.1 ");
        break;
    default:
        answered_with(situation, trial, "451 4.3.0 ");
    }
}

void contract_replied(const struct situation *situation, const struct trial *trial)
{
    answered_by_code(situation, trial, dialogue_yes_code(situation->question));
    if (!contract_is_silent(situation)) {
        said(trial, "fine\r\n");
    }
}

/* RFC 2034 4: no enhanced code in the greeting and in replies to a hello. */
static bool without_enhanced(const struct situation *situation)
{
    return situation->question == SANSMTP_EVENT_CONNECT ||
           situation->question == SANSMTP_EVENT_HELLO;
}

/* 2034-4-b */
void contract_refused(const struct situation *situation, const struct trial *trial)
{
    if (situation->question == SANSMTP_EVENT_CONNECT) {
        answered_with(situation, trial, "554 " HOSTNAME " never\r\n");
    } else {
        answered_with(situation, trial,
                      without_enhanced(situation) ? "554 never\r\n" : "554 5.0.0 never\r\n");
    }
}

/* 5321-3.8-d */
void contract_sent_away(const struct situation *situation, const struct trial *trial)
{
    answered_with(situation, trial,
                  without_enhanced(situation) ? "421 " HOSTNAME " leaving\r\n"
                                              : "421 4.3.2 " HOSTNAME " leaving\r\n");
    happened(trial, "closing");
    happened(trial, "reason=closed");
    assert_int_equal(trial->final_error, 0);
}

void contract_lined(const struct situation *situation, const struct trial *trial)
{
    char words[5];

    snprintf(words, sizeof(words), "%03u-",
             (unsigned)dialogue_yes_code(situation->question) % 1000);
    assert_int_not_equal(trial->after.wants & SANSMTP_REPLY, 0);
    assert_int_equal(trial->after.patience, 0);
    said_first(trial, words);
}

void contract_challenged(const struct situation *situation, const struct trial *trial)
{
    answered_with(situation, trial, "334 UGFzc3dvcmQ6\r\n");
}

void contract_restarted(const struct situation *situation, const struct trial *trial)
{
    answered_with(situation, trial, "355 5 is the transaction offset\r\n");
}

static bool says_farewell(const struct situation *situation)
{
    return (situation->traits & (OVER | UNSAID)) == 0;
}

/* 5321-4.5.3.2.7-a, 5321-4.5.3.2.7-b */
void contract_expired(const struct situation *situation, const struct trial *trial)
{
    if ((situation->traits & (OVER | TURNED)) != 0) {
        assert_int_equal(trial->after.wants, SANSMTP_CLOSE);
        assert_int_equal(trial->after.output.length, 0);
        return;
    }
    assert_int_equal(trial->after.error, SANSMTP_ERR_EXPIRED);
    assert_int_equal(trial->after.wants & ~(uint32_t)SANSMTP_CLOSE & ~(uint32_t)SANSMTP_WRITE, 0);
    assert_int_equal(trial->final_error, SANSMTP_ERR_EXPIRED);
    happened(trial, "closing");
    happened(trial, "reason=expired");
    if (says_farewell(situation)) {
        said(trial, (situation->traits & (FRESH | ANEW)) != 0 ? "421 " HOSTNAME " "
                                                              : "421 4.4.2 " HOSTNAME " ");
    }
}

/* 5321-3.8-c */
void contract_closed(const struct situation *situation, const struct trial *trial)
{
    if (situation->where == JUMPED) {
        return;
    }
    if ((situation->traits & TURNED) != 0) {
        assert_int_equal(trial->after.wants & ~(uint32_t)SANSMTP_WRITE & ~(uint32_t)SANSMTP_CLOSE,
                         0);
        return;
    }
    happened(trial, "closing");
    happened(trial, "reason=closed");
    assert_int_equal(trial->final_error, 0);
    if (situation->question != 0) {
        assert_int_equal(trial->after.wants, trial->before.wants);
        assert_true(text_equal(&trial->after.question, &trial->before.question));
    }
    if (situation->question == SANSMTP_EVENT_END) {
        said_first(trial, "250 2.0.0 "); /* a message that came whole is still answered */
    }
    if (situation->question == SANSMTP_EVENT_STARTTLS ||
        situation->question == SANSMTP_EVENT_ATRN ||
        (says_farewell(situation) && (situation->traits & FRESH) == 0)) {
        return;
    }
    if (says_farewell(situation)) {
        said(trial, "421 " HOSTNAME " ");
    }
}

static void gone_at_once(const struct trial *trial)
{
    assert_int_equal(trial->after.error, SANSMTP_ERR_GONE);
    assert_int_equal(trial->after.wants & ~(uint32_t)SANSMTP_WRITE & ~(uint32_t)SANSMTP_CLOSE, 0);
    assert_string_equal(output_after(trial), "");
}

/* The reply to the question would be the greeting of a session that does not begin. */
static bool is_greeting_due(const struct situation *situation)
{
    return situation->question == SANSMTP_EVENT_XCLIENT;
}

void contract_gone(const struct situation *situation, const struct trial *trial)
{
    if (situation->where == JUMPED) { /* nobody is left to be told */
        gone_at_once(trial);
        return;
    }
    happened(trial, "closing");
    if ((situation->traits & CLOSE_SAID) != 0) {
        return;
    }
    if (situation->where == OUTSIDE && situation->question == SANSMTP_EVENT_ATRN) {
        return; /* for the other role to find out */
    }
    happened(trial, "reason=gone");
    assert_int_equal(trial->final_error, SANSMTP_ERR_GONE);
    if (situation->where != OUTSIDE) {
        gone_at_once(trial);
    } else if (situation->question != 0 &&
               !is_greeting_due(situation)) { /* half-close: it goes out */
        assert_true(output_after(trial)[0] != '\0');
    }
}

void contract_begun_anew(const struct situation *situation, const struct trial *trial)
{
    (void)situation;
    assert_int_equal(trial->after.wants, SANSMTP_READ);
    assert_int_equal(trial->after.error, 0);
    assert_int_equal(trial->after.output.length, 0);
    assert_int_equal(trial->final_error, 0);
    happened(trial, "connect\n");
    said_first(trial, "220 " HOSTNAME " ESMTP\r\n");
}

void contract_took(const struct situation *situation, const struct trial *trial)
{
    bool leaves = situation->takes == TAKES_EARLY || situation->takes == TAKES_GREETING;

    assert_int_equal(trial->taken, leaves ? 0 : 6);
    if (situation->takes == TAKES_LINE) {
        said_first(trial, "250 2.0.0 Ok\r\n");
    }
    if (situation->takes == TAKES_INJECTION) {
        assert_int_equal(trial->final_error, SANSMTP_ERR_INJECTION);
    }
    if (situation->takes == TAKES_ALL) {
        assert_string_equal(events_after(trial), "");
    }
}

void contract_nothing(const struct situation *situation, const struct trial *trial)
{
    (void)situation;
    (void)trial;
}
