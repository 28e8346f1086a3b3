#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sansmtp/types.h>

static void test_errors(void **state)
{
    (void)state;
    assert_string_equal(sansmtp_error_name(SANSMTP_ERR_STATE), "SANSMTP_ERR_STATE");
    assert_string_equal(sansmtp_error_name(SANSMTP_ERR_ARGUMENT), "SANSMTP_ERR_ARGUMENT");
    assert_string_equal(sansmtp_error_name(SANSMTP_ERR_GONE), "SANSMTP_ERR_GONE");
    assert_string_equal(sansmtp_error_name(SANSMTP_ERR_LENGTH), "SANSMTP_ERR_LENGTH");
    assert_string_equal(sansmtp_error_name(0), "SANSMTP_OK");
    assert_string_equal(sansmtp_error_name(INT_MAX), "SANSMTP_OK");
    assert_string_equal(sansmtp_error_name(-99), "SANSMTP_ERR_?");
    assert_string_equal(sansmtp_error_name(INT_MIN), "SANSMTP_ERR_?");
}

static void test_events(void **state)
{
    (void)state;
    assert_string_equal(sansmtp_event_name(SANSMTP_EVENT_CONNECT), "connect");
    assert_string_equal(sansmtp_event_name(SANSMTP_EVENT_RECIPIENT), "recipient");
    assert_string_equal(sansmtp_event_name(SANSMTP_EVENT_EARLY_TALKER), "early_talker");
    assert_string_equal(sansmtp_event_name(SANSMTP_EVENT_CLOSING), "closing");
    assert_string_equal(sansmtp_event_name(0), "?");
    assert_string_equal(sansmtp_event_name(SANSMTP_EVENT_CLOSING + 1), "?");
    assert_string_equal(sansmtp_event_name(UINT32_MAX), "?");
}

static void test_verbs(void **state)
{
    (void)state;
    assert_string_equal(sansmtp_verb_name(SANSMTP_VERB_RCPT), "RCPT");
    assert_string_equal(sansmtp_verb_name(SANSMTP_VERB_STARTTLS), "STARTTLS");
    assert_string_equal(sansmtp_verb_name(SANSMTP_VERB_UNKNOWN), "?");
    assert_string_equal(sansmtp_verb_name(SANSMTP_VERB_ONEX + 1), "?");
    assert_string_equal(sansmtp_verb_name(UINT32_MAX), "?");
}

static void test_reasons(void **state)
{
    (void)state;
    assert_string_equal(sansmtp_reason_name(SANSMTP_REASON_BARE_NEWLINE), "bare newline");
    assert_string_equal(sansmtp_reason_name(SANSMTP_REASON_QUIT), "quit");
    assert_string_equal(sansmtp_reason_name(0), "?");
    assert_string_equal(sansmtp_reason_name(UINT32_MAX), "?");
}

static void test_limits(void **state)
{
    (void)state;
    assert_string_equal(sansmtp_limit_name(SANSMTP_LIMIT_RECIPIENTS), "recipients");
    assert_string_equal(sansmtp_limit_name(SANSMTP_LIMIT_AUTH_LINE), "auth line");
    assert_string_equal(sansmtp_limit_name(0), "?");
    assert_string_equal(sansmtp_limit_name(UINT32_MAX), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),  cmocka_unit_test(test_events), cmocka_unit_test(test_verbs),
        cmocka_unit_test(test_reasons), cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
