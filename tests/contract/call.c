#include "matrix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The calls that a host can make but its answers, right and wrong. */

static int noted(struct trial *trial, const struct sansmtp_event *event)
{
    if (event == NULL) {
        return 0;
    }
    dialogue_note(&trial->dialogue, event);
    return (int)event->type;
}

static int next_nothing(struct trial *trial)
{
    return noted(trial, sansmtp_server_next(trial->dialogue.server, NULL));
}

static int next_octets(struct trial *trial)
{
    static const uint8_t octets[] = {'N', 'O', 'O', 'P', '\r', '\n'};
    struct sansmtp_span in = {octets, sizeof(octets)};
    int type = noted(trial, sansmtp_server_next(trial->dialogue.server, &in));

    trial->taken = sizeof(octets) - in.length;
    assert_ptr_equal(in.data, octets + trial->taken);
    return type;
}

static int next_broken(struct trial *trial)
{
    struct sansmtp_span in = {NULL, 5};
    int type = noted(trial, sansmtp_server_next(trial->dialogue.server, &in));

    assert_null(in.data);
    assert_int_equal(in.length, 5);
    return type;
}

static int run_nothing(struct trial *trial)
{
    struct sansmtp_server_callbacks none = {.size = sizeof(none)};

    return sansmtp_server_run(trial->dialogue.server, NULL, &none, NULL);
}

static int run_without_table(struct trial *trial)
{
    int error = sansmtp_server_run(trial->dialogue.server, NULL, NULL, NULL);

    return error == SANSMTP_ERR_BUSY ? SANSMTP_ERR_ARGUMENT : error;
}

static int run_without_size(struct trial *trial)
{
    struct sansmtp_server_callbacks none = {.size = 0};
    int error = sansmtp_server_run(trial->dialogue.server, NULL, &none, NULL);

    return error == SANSMTP_ERR_BUSY ? SANSMTP_ERR_ARGUMENT : error;
}

static int run_broken(struct trial *trial)
{
    struct sansmtp_server_callbacks none = {.size = sizeof(none)};
    struct sansmtp_span in = {NULL, 5};
    int error = sansmtp_server_run(trial->dialogue.server, &in, &none, NULL);

    return error == SANSMTP_ERR_BUSY ? SANSMTP_ERR_ARGUMENT : error;
}

static int wants(struct trial *trial)
{
    return (int)sansmtp_server_wants(trial->dialogue.server);
}

static int error_now(struct trial *trial)
{
    return sansmtp_server_error(trial->dialogue.server);
}

static int secret_or_not(struct trial *trial)
{
    int secret = sansmtp_server_secret(trial->dialogue.server);

    return secret == 0 || secret == 1 ? 0 : secret;
}

static int output_twice(struct trial *trial)
{
    size_t length = 0, again = 0;
    const void *octets = sansmtp_server_output(trial->dialogue.server, &length);

    assert_ptr_equal(octets, sansmtp_server_output(trial->dialogue.server, &again));
    return length == again ? 0 : -1;
}

static int question(struct trial *trial)
{
    const struct sansmtp_event *open = sansmtp_server_question(trial->dialogue.server);

    assert_ptr_equal(open, trial->dialogue.question);
    return open == NULL ? 0 : (int)open->type;
}

static int patience(struct trial *trial)
{
    return (int)sansmtp_server_patience(trial->dialogue.server, NULL);
}

static int lend_it(struct trial *trial)
{
    static uint8_t memory[64];

    return sansmtp_server_lend(trial->dialogue.server, memory, sizeof(memory));
}

static int lend_null(struct trial *trial)
{
    return sansmtp_server_lend(trial->dialogue.server, NULL, 5);
}

static int sent_nothing(struct trial *trial)
{
    return sansmtp_server_sent(trial->dialogue.server, 0);
}

static int sent_all(struct trial *trial)
{
    size_t length = 0;
    const void *octets = sansmtp_server_output(trial->dialogue.server, &length);

    if (length > 0) {
        text_add(&trial->dialogue.output, octets, length);
    }
    return sansmtp_server_sent(trial->dialogue.server, length);
}

static int sent_too_much(struct trial *trial)
{
    size_t length = 0;

    sansmtp_server_output(trial->dialogue.server, &length);
    return sansmtp_server_sent(trial->dialogue.server, length + 1);
}

static int allow_less(struct trial *trial)
{
    return sansmtp_server_allow(trial->dialogue.server, trial->dialogue.options.extensions, 0);
}

static int allow_unknown(struct trial *trial)
{
    return sansmtp_server_allow(trial->dialogue.server, UINT64_C(1) << 63, 1);
}

/* 6531-3.1-a */
static int allow_contradiction(struct trial *trial)
{
    return sansmtp_server_allow(trial->dialogue.server, SANSMTP_EXTENSION_8BITMIME, 0);
}

static int tls_good(struct trial *trial)
{
    struct sansmtp_tls tls = {.size = sizeof(tls)};

    return sansmtp_server_tls_started(trial->dialogue.server, &tls);
}

static int tls_null(struct trial *trial)
{
    return sansmtp_server_tls_started(trial->dialogue.server, NULL);
}

static int tls_without_size(struct trial *trial)
{
    struct sansmtp_tls tls = {.size = 0};

    return sansmtp_server_tls_started(trial->dialogue.server, &tls);
}

static int expire(struct trial *trial)
{
    return sansmtp_server_expired(trial->dialogue.server);
}

static int close_it(struct trial *trial)
{
    return sansmtp_server_close(trial->dialogue.server);
}

static int close_twice(struct trial *trial)
{
    int first = sansmtp_server_close(trial->dialogue.server);

    return first != 0 ? first : sansmtp_server_close(trial->dialogue.server);
}

static int eof(struct trial *trial)
{
    int result = sansmtp_server_eof(trial->dialogue.server);

    contract_void(&trial->dialogue);
    return result;
}

static int pause_it(struct trial *trial)
{
    int result = sansmtp_server_pause(trial->dialogue.server);
    uint32_t now = sansmtp_server_wants(trial->dialogue.server);

    assert_int_equal(now & ~(uint32_t)SANSMTP_WRITE, SANSMTP_REPLY);
    assert_int_equal(sansmtp_server_patience(trial->dialogue.server, NULL), 0);
    return result;
}

static int resume_it(struct trial *trial)
{
    return sansmtp_server_resume(trial->dialogue.server);
}

static int init_with(struct trial *trial, size_t length,
                     const struct sansmtp_server_options *options)
{
    return sansmtp_server_init(&trial->dialogue.server, trial->dialogue.block, length, options);
}

static int init_again(struct trial *trial)
{
    int result = init_with(trial, trial->dialogue.block_length, &trial->dialogue.options);

    memset(&trial->dialogue.ledger, 0, sizeof(trial->dialogue.ledger));
    contract_void(&trial->dialogue);
    return result;
}

static int init_in_too_little(struct trial *trial)
{
    return init_with(trial, trial->dialogue.block_length - 1, &trial->dialogue.options);
}

static int init_without_options(struct trial *trial)
{
    return init_with(trial, trial->dialogue.block_length, NULL);
}

static int init_with_bad_options(struct trial *trial)
{
    struct sansmtp_server_options options = trial->dialogue.options;

    options.hostname_length = 0;
    return init_with(trial, trial->dialogue.block_length, &options);
}

/* {name, make, expected, same, effect} */
const struct call contract_calls[] = {
    {"next(NULL)", next_nothing, rule_an_event, rule_unless_fresh, contract_nothing},
    {"next(octets)", next_octets, rule_an_event_of_octets, rule_takes_nothing, contract_took},
    {"next(broken span)", next_broken, rule_no_event, rule_always, contract_nothing},
    {"run(NULL)", run_nothing, rule_a_run, rule_unless_fresh, contract_nothing},
    {"run without callbacks", run_without_table, rule_bad_argument, rule_always, contract_nothing},
    {"run with callbacks of size 0", run_without_size, rule_bad_argument, rule_always,
     contract_nothing},
    {"run(broken span)", run_broken, rule_bad_argument, rule_always, contract_nothing},
    {"wants", wants, rule_what_it_wants, rule_always, contract_nothing},
    {"question", question, rule_the_question, rule_always, contract_nothing},
    {"error", error_now, rule_fine, rule_always, contract_nothing},
    {"secret", secret_or_not, rule_fine, rule_always, contract_nothing},
    {"output", output_twice, rule_fine, rule_always, contract_nothing},
    {"patience", patience, rule_its_patience, rule_always, contract_nothing},
    {"lend", lend_it, rule_a_loan, rule_always, contract_nothing},
    {"lend(NULL, 5)", lend_null, rule_bad_argument, NULL, contract_nothing},
    {"sent(0)", sent_nothing, rule_fine, rule_always, contract_nothing},
    {"sent(all)", sent_all, rule_fine, NULL, contract_nothing},
    {"sent(too much)", sent_too_much, rule_bad_argument, NULL, contract_nothing},
    {"allow less", allow_less, rule_fine, NULL, contract_nothing},
    {"allow the unknown", allow_unknown, rule_bad_options, NULL, contract_nothing},
    {"allow a contradiction", allow_contradiction, rule_bad_options, NULL, contract_nothing},
    {"tls_started", tls_good, rule_a_handshake, NULL, contract_nothing},
    {"tls_started(NULL)", tls_null, rule_bad_argument, NULL, contract_nothing},
    {"tls_started with size 0", tls_without_size, rule_bad_argument, NULL, contract_nothing},
    {"expired", expire, rule_an_expiry, NULL, contract_expired},
    {"close", close_it, rule_fine, rule_when_over, contract_closed},
    {"close twice", close_twice, rule_fine, rule_when_over, contract_closed},
    {"eof", eof, rule_fine, rule_when_told, contract_gone},
    {"pause", pause_it, rule_fine, NULL, contract_nothing},
    {"resume", resume_it, rule_a_resumption, NULL, contract_nothing},
    {"init", init_again, rule_fine, NULL, contract_begun_anew},
    {"init in too little memory", init_in_too_little, rule_bad_memory, NULL, contract_nothing},
    {"init without options", init_without_options, rule_bad_argument, NULL, contract_nothing},
    {"init with bad options", init_with_bad_options, rule_bad_options, NULL, contract_nothing},
};

const size_t contract_call_count = sizeof(contract_calls) / sizeof(contract_calls[0]);
