#include "matrix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The host's answers to a question, right and wrong. */

/* How a call of the host that answers is told to the ledger. */
static int answered(struct trial *trial, int result, bool positive)
{
    if (result == 0) {
        dialogue_answered(&trial->dialogue, positive);
    }
    return result;
}

static int accept_it(struct trial *trial)
{
    return answered(trial, sansmtp_server_accept(trial->dialogue.server), true);
}

static int decline_it(struct trial *trial)
{
    const struct sansmtp_event *question = trial->dialogue.question;

    return answered(trial, sansmtp_server_decline(trial->dialogue.server),
                    question != NULL && question->type < SANSMTP_EVENT_CHUNK &&
                        question->type != SANSMTP_EVENT_RECIPIENT);
}

static int fail_it(struct trial *trial)
{
    return answered(trial, sansmtp_server_fail(trial->dialogue.server), false);
}

static uint32_t question_of(const struct trial *trial)
{
    return trial->dialogue.question == NULL ? 0 : trial->dialogue.question->type;
}

static int say(struct trial *trial, uint32_t code, uint32_t enhanced, const char *text,
               size_t length)
{
    return answered(trial,
                    sansmtp_server_reply(trial->dialogue.server, code, enhanced, text, length),
                    code < 400);
}

/* A code that the question takes, and the lines that stand already. */
static uint32_t good_code(const struct trial *trial)
{
    return trial->dialogue.lines != 0 ? trial->dialogue.lines
                                      : dialogue_yes_code(question_of(trial));
}

static int reply_yes(struct trial *trial)
{
    return say(trial, dialogue_yes_code(question_of(trial)), 0, "fine", 4);
}

static int reply_no(struct trial *trial)
{
    return say(trial, 554, 0, "never", 5);
}

static int reply_421(struct trial *trial)
{
    return say(trial, 421, 0, "leaving", 7);
}

/* 250 to data, 354 to a recipient, 334 where only the engine writes it. */
static int reply_wrong_class(struct trial *trial)
{
    switch (question_of(trial)) {
    case SANSMTP_EVENT_CONNECT:
    case SANSMTP_EVENT_DATA:
    case SANSMTP_EVENT_STARTTLS:
    case SANSMTP_EVENT_XCLIENT:
        return say(trial, 250, 0, "x", 1);
    case SANSMTP_EVENT_AUTH:
    case SANSMTP_EVENT_RESPONSE:
        return say(trial, 334, 0, "x", 1);
    default:
        return say(trial, 354, 0, "x", 1);
    }
}

static int reply_wrong_enhanced(struct trial *trial)
{
    return say(trial, 554, 4001001, "x", 1);
}

static int reply_too_long(struct trial *trial)
{
    char text[601];

    memset(text, 'x', sizeof(text));
    return say(trial, good_code(trial), 0, text, sizeof(text));
}

/* PRACT-replyinject-a */
static int reply_injected(struct trial *trial)
{
    return say(trial, good_code(trial), 0, "ok\r\n250 x", 9);
}

static int reply_cr(struct trial *trial)
{
    return say(trial, good_code(trial), 0, "o\rk", 3);
}

static int reply_lf(struct trial *trial)
{
    return say(trial, good_code(trial), 0, "o\nk", 3);
}

static int reply_nul(struct trial *trial)
{
    return say(trial, good_code(trial), 0, "o\0k", 3);
}

static int reply_null(struct trial *trial)
{
    return say(trial, good_code(trial), 0, NULL, 3);
}

static int line_of(struct trial *trial, uint32_t code, const char *text, size_t length)
{
    int result = sansmtp_server_reply_line(trial->dialogue.server, code, 0, text, length);

    if (result == 0) {
        trial->dialogue.lines = code;
    }
    return result;
}

static int line_good(struct trial *trial)
{
    return line_of(trial, dialogue_yes_code(question_of(trial)), "one", 3);
}

/* Where no lines are allowed, two things are wrong: either may be told. */
static int line_injected(struct trial *trial)
{
    int result = line_of(trial, good_code(trial), "o\r\n250-k", 8);

    return result == SANSMTP_ERR_TEXT && !contract_takes_lines(question_of(trial))
               ? SANSMTP_ERR_STATE
               : result;
}

static int challenge_it(struct trial *trial)
{
    return answered(trial, sansmtp_server_challenge(trial->dialogue.server, "Password:", 9), true);
}

static int challenge_too_long(struct trial *trial)
{
    static const uint8_t octets[12288];

    return sansmtp_server_challenge(trial->dialogue.server, octets, sizeof(octets));
}

static int challenge_null(struct trial *trial)
{
    return sansmtp_server_challenge(trial->dialogue.server, NULL, 3);
}

static int restart_it(struct trial *trial)
{
    int result = answered(trial, sansmtp_server_restart(trial->dialogue.server, 5, 2), true);

    if (result == 0) {
        ledger_restart(&trial->dialogue.ledger, 2);
    }
    return result;
}

static int restart_for_nobody(struct trial *trial)
{
    return sansmtp_server_restart(trial->dialogue.server, 5, 0);
}

static int restart_for_too_many(struct trial *trial)
{
    return sansmtp_server_restart(trial->dialogue.server, 5,
                                  trial->dialogue.options.recipients + 1);
}

static int restart_too_far(struct trial *trial)
{
    return sansmtp_server_restart(trial->dialogue.server, trial->dialogue.options.message_size + 1,
                                  2);
}

/* {name, make, expected, same, effect} */
const struct call contract_answers[] = {
    {"accept", accept_it, rule_an_acceptance, NULL, contract_accepted},
    {"decline", decline_it, rule_a_declination, NULL, contract_declined},
    {"fail", fail_it, rule_a_failure, NULL, contract_failed},
    {"reply yes", reply_yes, rule_a_yes, NULL, contract_replied},
    {"reply 554", reply_no, rule_a_no, NULL, contract_refused},
    {"reply 421", reply_421, rule_a_no, NULL, contract_sent_away},
    {"reply of the wrong class", reply_wrong_class, rule_wrong_code, NULL, contract_nothing},
    {"reply with a foreign enhanced code", reply_wrong_enhanced, rule_wrong_code, NULL,
     contract_nothing},
    {"reply too long", reply_too_long, rule_wrong_text, NULL, contract_nothing},
    {"reply with CR LF", reply_injected, rule_wrong_text, NULL, contract_nothing},
    {"reply with CR", reply_cr, rule_wrong_text, NULL, contract_nothing},
    {"reply with LF", reply_lf, rule_wrong_text, NULL, contract_nothing},
    {"reply with NUL", reply_nul, rule_wrong_text, NULL, contract_nothing},
    {"reply(NULL, 3)", reply_null, rule_bad_argument, NULL, contract_nothing},
    {"reply_line", line_good, rule_a_line, NULL, contract_lined},
    {"reply_line with CR LF", line_injected, rule_a_bad_line, NULL, contract_nothing},
    {"restart", restart_it, rule_a_restart, NULL, contract_restarted},
    {"restart for nobody", restart_for_nobody, rule_bad_argument, NULL, contract_nothing},
    {"restart for too many", restart_for_too_many, rule_bad_argument, NULL, contract_nothing},
    {"restart behind the limit", restart_too_far, rule_bad_argument, NULL, contract_nothing},
    {"challenge", challenge_it, rule_a_challenge, NULL, contract_challenged},
    {"challenge too long", challenge_too_long, rule_a_long_challenge, NULL, contract_nothing},
    {"challenge(NULL, 3)", challenge_null, rule_bad_argument, NULL, contract_nothing},
};

const size_t contract_answer_count = sizeof(contract_answers) / sizeof(contract_answers[0]);
