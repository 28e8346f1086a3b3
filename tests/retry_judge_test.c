#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/retry.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* What the end of an attempt means. */

#define LATER      SANSMTP_RETRY_LATER
#define BOUNCE     SANSMTP_RETRY_BOUNCE
#define NEXT       SANSMTP_RETRY_NEXT_HOST
#define LOGIN      SANSMTP_RETRY_AUTHENTICATE
#define HOLD       SANSMTP_RETRY_HOLD
#define GREY       SANSMTP_RETRY_GREYLISTED
#define E(a, b, c) SANSMTP_ENHANCED(a##u, b##u, c##u)

static struct sansmtp_retry_judgement judge(struct sansmtp_retry_attempt attempt)
{
    struct sansmtp_retry_judgement judgement = {.size = sizeof(judgement)};

    attempt.size = sizeof(attempt);
    assert_int_equal(sansmtp_retry_judge(&attempt, &judgement), 0);
    return judgement;
}

static const struct {
    struct sansmtp_retry_attempt attempt;
    struct sansmtp_retry_judgement judgement;
} rules[] = {
#define REPLY(stage_, code_, enhanced_)                                       \
    {                                                                         \
        .stage = SANSMTP_RETRY_##stage_, .code = code_, .enhanced = enhanced_ \
    }
#define ERROR(stage_, error_)                                          \
    {                                                                  \
        .stage = SANSMTP_RETRY_##stage_, .error = SANSMTP_ERR_##error_ \
    }
#define IS(action_, last_, enhanced_, flags_)                                       \
    {                                                                               \
        .action = action_, .at_last = last_, .enhanced = enhanced_, .flags = flags_ \
    }

    /* yes */
    {REPLY(END, 250, E(2, 0, 0)),
     IS(SANSMTP_RETRY_DELIVERED, SANSMTP_RETRY_DELIVERED, E(2, 0, 0), 0)},
    {REPLY(END, 299, 0), IS(SANSMTP_RETRY_DELIVERED, SANSMTP_RETRY_DELIVERED, E(2, 0, 0), 0)},
    {REPLY(RCPT, 251, E(2, 1, 5)), IS(SANSMTP_RETRY_GO_ON, SANSMTP_RETRY_GO_ON, E(2, 1, 5), 0)},
    {REPLY(DATA, 354, 0), IS(SANSMTP_RETRY_GO_ON, SANSMTP_RETRY_GO_ON, E(2, 0, 0), 0)},
    {REPLY(AUTH, 334, 0), IS(SANSMTP_RETRY_GO_ON, SANSMTP_RETRY_GO_ON, E(2, 0, 0), 0)},
    {REPLY(BODY, 250, 0), IS(SANSMTP_RETRY_GO_ON, SANSMTP_RETRY_GO_ON, E(2, 0, 0), 0)},
    {REPLY(STARTTLS, 220, 0), IS(SANSMTP_RETRY_GO_ON, SANSMTP_RETRY_GO_ON, E(2, 0, 0), 0)},
    /* a yes that cannot be one */
    {REPLY(STARTTLS, 250, 0), IS(NEXT, LATER, E(4, 5, 0), 0)},
    {REPLY(MAIL, 354, 0), IS(NEXT, LATER, E(4, 5, 0), 0)},
    {REPLY(DATA, 250, 0), IS(NEXT, LATER, E(4, 5, 0), 0)},
    {REPLY(END, 354, 0), IS(LATER, LATER, E(4, 5, 0), SANSMTP_RETRY_UNCERTAIN)},

    /* the host: the next one, and not this one for a while */
    {ERROR(CONNECT, GONE), IS(NEXT, LATER, E(4, 4, 1), HOLD)},
    {ERROR(CONNECT, EXPIRED), IS(NEXT, LATER, E(4, 4, 1), HOLD)},
    {ERROR(GREETING, EXPIRED), IS(NEXT, LATER, E(4, 4, 2), HOLD)},
    {ERROR(HELLO, GONE), IS(NEXT, LATER, E(4, 4, 2), HOLD)},
    {ERROR(HELLO, PROTOCOL), IS(NEXT, LATER, E(4, 5, 0), HOLD)},
    {REPLY(GREETING, 421, E(4, 3, 2)), IS(NEXT, LATER, E(4, 3, 2), HOLD)},
    {REPLY(GREETING, 450, E(4, 7, 1)), IS(NEXT, LATER, E(4, 7, 1), HOLD)},
    {REPLY(GREETING, 554, E(5, 7, 1)), IS(NEXT, BOUNCE, E(5, 7, 1), HOLD)},
    {REPLY(GREETING, 521, 0), IS(NEXT, BOUNCE, E(5, 0, 0), HOLD)},
    {REPLY(HELLO, 550, 0), IS(NEXT, BOUNCE, E(5, 0, 0), HOLD)},
    {REPLY(HELLO, 451, 0), IS(NEXT, LATER, E(4, 0, 0), HOLD)},

    /* TLS: later at last, in whatever words */
    {REPLY(STARTTLS, 454, E(4, 7, 0)), IS(NEXT, LATER, E(4, 7, 0), 0)},
    {REPLY(STARTTLS, 554, E(5, 7, 0)), IS(NEXT, LATER, E(4, 7, 0), 0)},
    {ERROR(HELLO, TLS), IS(NEXT, LATER, E(4, 7, 4), 0)},
    {ERROR(TLS, TLS), IS(NEXT, LATER, E(4, 7, 5), 0)},
    {ERROR(TLS, GONE), IS(NEXT, LATER, E(4, 4, 2), 0)},
    {ERROR(STARTTLS, INJECTION), IS(NEXT, LATER, E(4, 5, 0), 0)},
    {{.stage = SANSMTP_RETRY_STARTTLS,
      .error = SANSMTP_ERR_TLS,
      .code = 502,
      .enhanced = E(5, 5, 1)},
     IS(NEXT, LATER, E(4, 5, 1), 0)},

    /* credentials */
    {REPLY(AUTH, 535, E(5, 7, 8)), IS(LOGIN, LOGIN, E(4, 7, 8), 0)},
    {REPLY(AUTH, 534, E(5, 7, 9)), IS(LOGIN, LOGIN, E(4, 7, 9), 0)},
    {REPLY(AUTH, 432, E(4, 7, 12)), IS(LOGIN, LOGIN, E(4, 7, 12), 0)},
    {REPLY(AUTH, 454, E(4, 7, 0)), IS(LATER, LATER, E(4, 7, 0), 0)},
    {REPLY(AUTH, 421, 0), IS(NEXT, LATER, E(4, 0, 0), 0)},
    {ERROR(AUTH, AUTH), IS(LOGIN, LOGIN, E(4, 7, 0), 0)},
    {ERROR(HELLO, AUTH), IS(LOGIN, LOGIN, E(4, 7, 0), 0)},
    {{.stage = SANSMTP_RETRY_AUTH, .error = SANSMTP_ERR_AUTH, .code = 535},
     IS(LOGIN, LOGIN, E(4, 0, 0), 0)},
    {{.stage = SANSMTP_RETRY_HELLO, .error = SANSMTP_ERR_AUTH, .code = 454},
     IS(LATER, LATER, E(4, 0, 0), 0)},
    {{.stage = SANSMTP_RETRY_MAIL, .code = 530, .flags = SANSMTP_RETRY_CREDENTIALS},
     IS(LOGIN, LOGIN, E(4, 0, 0), 0)},
    {{.stage = SANSMTP_RETRY_RCPT,
      .code = 535,
      .flags = SANSMTP_RETRY_CREDENTIALS | SANSMTP_RETRY_THROUGH_TLS},
     IS(LOGIN, LOGIN, E(4, 0, 0), 0)},
    {REPLY(MAIL, 530, E(5, 7, 0)), IS(NEXT, BOUNCE, E(5, 7, 0), 0)},
    {{.stage = SANSMTP_RETRY_MAIL, .code = 530, .flags = SANSMTP_RETRY_THROUGH_TLS},
     IS(BOUNCE, BOUNCE, E(5, 0, 0), 0)},
    {REPLY(RCPT, 535, 0), IS(BOUNCE, BOUNCE, E(5, 0, 0), 0)},

    /* the sender */
    {REPLY(MAIL, 451, E(4, 3, 0)), IS(NEXT, LATER, E(4, 3, 0), 0)},
    {REPLY(MAIL, 452, E(4, 3, 1)), IS(NEXT, LATER, E(4, 3, 1), 0)},
    {REPLY(MAIL, 550, E(5, 7, 1)), IS(BOUNCE, BOUNCE, E(5, 7, 1), 0)},
    {REPLY(MAIL, 552, E(5, 3, 4)), IS(BOUNCE, BOUNCE, E(5, 3, 4), 0)},
    {ERROR(MAIL, GONE), IS(NEXT, LATER, E(4, 4, 2), 0)},

    /* the recipient */
    {REPLY(RCPT, 550, E(5, 1, 1)), IS(BOUNCE, BOUNCE, E(5, 1, 1), 0)},
    {REPLY(RCPT, 556, E(5, 1, 10)), IS(BOUNCE, BOUNCE, E(5, 1, 10), 0)},
    {REPLY(RCPT, 450, E(4, 2, 1)), IS(LATER, LATER, E(4, 2, 1), 0)},
    {REPLY(RCPT, 452, E(4, 2, 2)), IS(LATER, LATER, E(4, 2, 2), 0)},
    {REPLY(RCPT, 421, E(4, 7, 0)), IS(NEXT, LATER, E(4, 7, 0), 0)},
    /* the first digit of the code counts */
    {REPLY(RCPT, 550, E(4, 1, 1)), IS(BOUNCE, BOUNCE, E(5, 1, 1), 0)},
    {REPLY(RCPT, 450, E(5, 1, 1)), IS(LATER, LATER, E(4, 1, 1), 0)},

    /* greylisting */
    {REPLY(RCPT, 450, E(4, 7, 1)), IS(LATER, LATER, E(4, 7, 1), GREY)},
    {REPLY(RCPT, 451, E(4, 7, 1)), IS(LATER, LATER, E(4, 7, 1), GREY)},
    {REPLY(RCPT, 451, E(4, 7, 500)), IS(LATER, LATER, E(4, 7, 500), GREY)},
    {REPLY(RCPT, 450, E(4, 2, 0)), IS(LATER, LATER, E(4, 2, 0), GREY)},
    {REPLY(RCPT, 451, 0), IS(LATER, LATER, E(4, 0, 0), GREY)},
    {REPLY(DATA, 450, E(4, 7, 1)), IS(LATER, LATER, E(4, 7, 1), GREY)},
    {REPLY(END, 451, E(4, 7, 1)), IS(LATER, LATER, E(4, 7, 1), GREY)},
    {REPLY(RCPT, 450, E(4, 2, 2)), IS(LATER, LATER, E(4, 2, 2), 0)},
    {REPLY(RCPT, 452, E(4, 7, 1)), IS(LATER, LATER, E(4, 7, 1), 0)},
    {REPLY(RCPT, 550, E(5, 7, 1)), IS(BOUNCE, BOUNCE, E(5, 7, 1), 0)},

    /* the message */
    {REPLY(DATA, 451, E(4, 3, 0)), IS(LATER, LATER, E(4, 3, 0), 0)},
    {REPLY(DATA, 554, E(5, 5, 1)), IS(BOUNCE, BOUNCE, E(5, 5, 1), 0)},
    {REPLY(BODY, 552, E(5, 3, 4)), IS(BOUNCE, BOUNCE, E(5, 3, 4), 0)},
    {ERROR(BODY, GONE), IS(NEXT, LATER, E(4, 4, 2), 0)},
    {REPLY(END, 554, E(5, 6, 0)), IS(BOUNCE, BOUNCE, E(5, 6, 0), 0)},
    {REPLY(END, 452, E(4, 3, 1)), IS(LATER, LATER, E(4, 3, 1), 0)},
    {REPLY(END, 421, 0), IS(NEXT, LATER, E(4, 0, 0), 0)},
    {ERROR(END, GONE), IS(LATER, LATER, E(4, 4, 2), SANSMTP_RETRY_UNCERTAIN)},
    {ERROR(END, EXPIRED), IS(LATER, LATER, E(4, 4, 2), SANSMTP_RETRY_UNCERTAIN)},
    {ERROR(END, PROTOCOL), IS(LATER, LATER, E(4, 5, 0), SANSMTP_RETRY_UNCERTAIN)},
    {ERROR(END, TLS), IS(LATER, LATER, E(4, 7, 4), SANSMTP_RETRY_UNCERTAIN)},
    {ERROR(END, AUTH), IS(LATER, LATER, E(4, 7, 0), SANSMTP_RETRY_UNCERTAIN)},
    {ERROR(END, SIZE), IS(LATER, LATER, E(4, 3, 4), SANSMTP_RETRY_UNCERTAIN)},
    {ERROR(END, TEXT), IS(LATER, LATER, E(4, 3, 0), SANSMTP_RETRY_UNCERTAIN)},

    /* a reply stands, though the connection went, too */
    {{.stage = SANSMTP_RETRY_RCPT, .error = SANSMTP_ERR_GONE, .code = 550},
     IS(BOUNCE, BOUNCE, E(5, 0, 0), 0)},
    {{.stage = SANSMTP_RETRY_END, .error = SANSMTP_ERR_GONE, .code = 250},
     IS(SANSMTP_RETRY_DELIVERED, SANSMTP_RETRY_DELIVERED, E(2, 0, 0), 0)},
    {{.stage = SANSMTP_RETRY_RCPT, .error = SANSMTP_ERR_GONE, .code = 250},
     IS(NEXT, LATER, E(4, 4, 2), 0)},
    {{.stage = SANSMTP_RETRY_RCPT, .error = SANSMTP_ERR_TLS, .code = 550},
     IS(BOUNCE, BOUNCE, E(5, 0, 0), 0)},
    {{.stage = SANSMTP_RETRY_END, .error = SANSMTP_ERR_TLS, .code = 451, .enhanced = E(4, 3, 0)},
     IS(LATER, LATER, E(4, 3, 0), 0)},
    {{.stage = SANSMTP_RETRY_GREETING, .error = SANSMTP_ERR_REFUSED, .code = 554},
     IS(NEXT, BOUNCE, E(5, 0, 0), HOLD)},

    /* what this peer cannot take, another may */
    {ERROR(MAIL, NEEDS_8BITMIME), IS(NEXT, BOUNCE, E(5, 6, 3), 0)},
    {ERROR(MAIL, NEEDS_BINARYMIME), IS(NEXT, BOUNCE, E(5, 6, 3), 0)},
    {ERROR(MAIL, NEEDS_SMTPUTF8), IS(NEXT, BOUNCE, E(5, 6, 7), 0)},
    {ERROR(MAIL, SIZE), IS(NEXT, BOUNCE, E(5, 3, 4), 0)},
    {ERROR(MAIL, NEEDS_REQUIRETLS), IS(NEXT, BOUNCE, E(5, 7, 30), 0)},
    {ERROR(MAIL, NEEDS_DELIVERBY), IS(NEXT, BOUNCE, E(5, 3, 3), 0)},
    {ERROR(MAIL, NEEDS_FUTURERELEASE), IS(NEXT, BOUNCE, E(5, 3, 3), 0)},
    {ERROR(RCPT, NEEDS_RRVS), IS(NEXT, BOUNCE, E(5, 3, 3), 0)},
    {ERROR(MAIL, NEEDS_CONPERM), IS(NEXT, BOUNCE, E(5, 6, 3), 0)},
    {ERROR(MAIL, NEEDS_VERB), IS(NEXT, BOUNCE, E(5, 3, 3), 0)},

    /* our own trouble */
    {ERROR(MAIL, ARGUMENT), IS(LATER, LATER, E(4, 3, 0), 0)},
    {ERROR(MAIL, MEMORY), IS(LATER, LATER, E(4, 3, 0), 0)},
    {ERROR(MAIL, LIMITS), IS(LATER, LATER, E(4, 3, 0), 0)},
    {ERROR(MAIL, SYNTAX), IS(LATER, LATER, E(4, 3, 0), 0)},
};

/* 5321-2.2.3-a, 5321-3.8-e, 5321-4.2.5-b, 5321-5.1-k, 1870-6.2-a, 4954-6-b */
static void test_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rules); i++) {
        struct sansmtp_retry_judgement is = judge(rules[i].attempt);
        const struct sansmtp_retry_judgement *should = &rules[i].judgement;

        if (is.action != should->action || is.at_last != should->at_last ||
            is.enhanced != should->enhanced || is.flags != should->flags) {
            fail_msg("row %zu: %s, at last %s, %u, %u", i, sansmtp_retry_action_name(is.action),
                     sansmtp_retry_action_name(is.at_last), (unsigned)is.enhanced,
                     (unsigned)is.flags);
        }
    }
}

/* 5321-4.5.3.1.10-c, 1870-6.4-b */
static void test_too_many_recipients(void **state)
{
    static const struct {
        uint32_t code, enhanced, accepted, action;
    } rows[] = {
        {452, E(4, 5, 3), 100, SANSMTP_RETRY_AGAIN},
        {452, 0, 1, SANSMTP_RETRY_AGAIN},
        {452, 0, 0, SANSMTP_RETRY_LATER},
        {452, E(4, 5, 3), 0, SANSMTP_RETRY_LATER},
        {452, E(4, 3, 1), 100, SANSMTP_RETRY_LATER},
        {452, E(4, 2, 2), 100, SANSMTP_RETRY_LATER},
        {552, 0, 100, SANSMTP_RETRY_AGAIN},
        {552, 0, 99, SANSMTP_RETRY_BOUNCE},
        {552, E(5, 5, 3), 4, SANSMTP_RETRY_AGAIN},
        {552, E(5, 5, 3), 0, SANSMTP_RETRY_LATER},
        {552, E(5, 3, 4), 1, SANSMTP_RETRY_BOUNCE},
        {552, E(5, 3, 4), 200, SANSMTP_RETRY_BOUNCE},
        {552, 0, 1, SANSMTP_RETRY_BOUNCE},
        {550, E(5, 5, 3), 100, SANSMTP_RETRY_BOUNCE},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_retry_attempt attempt = {.stage = SANSMTP_RETRY_RCPT};

        attempt.code = rows[i].code;
        attempt.enhanced = rows[i].enhanced;
        attempt.accepted = rows[i].accepted;
        assert_int_equal(judge(attempt).action, rows[i].action);
        attempt.stage = SANSMTP_RETRY_MAIL;
        assert_int_not_equal(judge(attempt).action, SANSMTP_RETRY_AGAIN);
    }
}

/* 5321-4.5.4.1-f: what was said of a sender, a recipient or a message is not said of the host */
static void test_only_hosts_are_held(void **state)
{
    (void)state;

    for (uint32_t stage = SANSMTP_RETRY_STARTTLS; stage <= SANSMTP_RETRY_END; stage++) {
        for (uint32_t code = 400; code < 600; code++) {
            struct sansmtp_retry_attempt attempt = {.stage = stage, .code = code};

            assert_int_equal(judge(attempt).flags & HOLD, 0);
        }
    }
}

/* Whatever the end: the actions that every host must know, and the promises that all keep. */
static void test_every_end(void **state)
{
    static const int32_t errors[] = {
        0,
        SANSMTP_ERR_ARGUMENT,
        SANSMTP_ERR_ROOM,
        -99,
        -100,
        SANSMTP_ERR_GONE,
        SANSMTP_ERR_EXPIRED,
        SANSMTP_ERR_BUDGET,
        SANSMTP_ERR_INJECTION,
        SANSMTP_ERR_FRAMING,
        SANSMTP_ERR_PROTOCOL,
        SANSMTP_ERR_REFUSED,
        SANSMTP_ERR_TLS,
        SANSMTP_ERR_AUTH,
        SANSMTP_ERR_SYNTAX,
        SANSMTP_ERR_NEEDS_8BITMIME,
        SANSMTP_ERR_SIZE,
        INT32_MIN,
    };
    (void)state;

    for (uint32_t stage = 1; stage <= SANSMTP_RETRY_END; stage++) {
        for (size_t i = 0; i < COUNT(errors); i++) {
            for (uint32_t code = 199; code < 600; code++) {
                struct sansmtp_retry_attempt attempt = {.stage = stage};
                struct sansmtp_retry_judgement it;
                int yes = code >= 200 && code < 300;

                attempt.code = code == 199 ? 0 : code;
                attempt.error = errors[i];
                attempt.flags = code % 4;
                if (attempt.code == 0 && attempt.error == 0) {
                    continue;
                }
                it = judge(attempt);
                assert_in_range(it.action, SANSMTP_RETRY_DELIVERED, SANSMTP_RETRY_BOUNCE);
                assert_int_equal(it.action == SANSMTP_RETRY_DELIVERED,
                                 yes && stage == SANSMTP_RETRY_END);
                assert_int_not_equal(it.at_last, NEXT);
                assert_true(it.action == NEXT ? it.at_last == LATER || it.at_last == BOUNCE
                                              : it.at_last == it.action);
                assert_int_equal(it.enhanced / 1000000 == 5, it.at_last == BOUNCE);
                assert_int_equal(it.enhanced / 1000000 == 2, it.action <= SANSMTP_RETRY_GO_ON);
                /* what may be there already goes to no other host */
                if (stage == SANSMTP_RETRY_END && !yes && attempt.code < 400) {
                    assert_int_not_equal(it.flags & SANSMTP_RETRY_UNCERTAIN, 0);
                }
                if ((it.flags & SANSMTP_RETRY_UNCERTAIN) != 0) {
                    assert_int_equal(stage, SANSMTP_RETRY_END);
                    assert_int_equal(it.action, LATER);
                }
                /* nobody loses a message for a 4yz */
                if (code >= 400 && code < 500) {
                    assert_int_not_equal(it.at_last, BOUNCE);
                }
            }
        }
    }
}

static void test_arguments(void **state)
{
    struct sansmtp_retry_attempt good = {
        .size = sizeof(good), .stage = SANSMTP_RETRY_RCPT, .code = 550};
    struct sansmtp_retry_judgement judgement = {.size = sizeof(judgement)};
    struct sansmtp_retry_attempt bad[10];
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        bad[i] = good;
    }
    bad[0].size--;
    bad[1].stage = 0;
    bad[2].stage = SANSMTP_RETRY_END + 1;
    bad[3].code = 199;
    bad[4].code = 600;
    bad[5].code = 0;
    bad[6].error = 1;
    bad[7].flags = 4;
    bad[8].enhanced = 6000000;
    bad[9].reserved = 1;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(sansmtp_retry_judge(&bad[i], &judgement), SANSMTP_ERR_ARGUMENT);
        assert_int_equal(judgement.action, 0);
    }
    assert_int_equal(sansmtp_retry_judge(NULL, &judgement), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_retry_judge(&good, NULL), SANSMTP_ERR_ARGUMENT);
    judgement.size--;
    assert_int_equal(sansmtp_retry_judge(&good, &judgement), SANSMTP_ERR_ARGUMENT);
    judgement.size++;
    assert_int_equal(sansmtp_retry_judge(&good, &judgement), 0);
}

static void test_action_names(void **state)
{
    (void)state;

    assert_string_equal(sansmtp_retry_action_name(NEXT), "next host");
    for (uint32_t action = 1; action <= SANSMTP_RETRY_BOUNCE; action++) {
        assert_string_not_equal(sansmtp_retry_action_name(action), "?");
    }
    assert_string_equal(sansmtp_retry_action_name(0), "?");
    assert_string_equal(sansmtp_retry_action_name(8), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_too_many_recipients),
        cmocka_unit_test(test_only_hosts_are_held),
        cmocka_unit_test(test_every_end),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_action_names),
    };

    return cmocka_run_group_tests_name("retry_judge", tests, NULL, NULL);
}
