#include "receive_auth.h"

#include "receive_log.h"
#include "receive_sasl.h"
#include "receive_session.h"

#include <openssl/crypto.h>
#include <sansmtp/sasl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TEXT_MAX 512u /* crypt(3) takes no longer password */
#define SCRAM    "SCRAM-SHA-256"

struct exchange {
    uv_work_t work;
    uv_timer_t timer;
    struct connection *connection; /* NULL: it is gone */
    struct users *users;           /* those that there were when it began */
    bool checking;
    bool waiting; /* for the answer, which is no */
    bool is_login;
    bool is_scram;
    struct sasl *sasl;
    enum users_verdict verdict;
    uint32_t login; /* SANSMTP_SASL_LOGIN_... */
    char name[TEXT_MAX];
    char password[TEXT_MAX];
};

static void wipe(struct exchange *exchange)
{
    sasl_end(exchange->sasl);
    users_release(exchange->users);
    OPENSSL_cleanse(exchange, sizeof *exchange);
    free(exchange);
}

void auth_end(struct connection *connection)
{
    struct exchange *exchange = connection->session.exchange;

    connection->session.exchange = NULL;
    if (exchange != NULL && (exchange->checking || exchange->waiting)) {
        exchange->connection = NULL; /* after_check or on_timer_closed comes back to it */
    } else if (exchange != NULL) {
        wipe(exchange);
    }
}

void auth_forget(struct connection *connection)
{
    connection->session.authenticated = false;
    free(connection->session.user);
    connection->session.user = NULL;
}

/* -- the verdict ------------------------------------------------------------------------------ */

/* We could not find out: that is no word on the password. */
static void fail(struct connection *connection)
{
    auth_end(connection);
    log_reply(connection, "AUTH", 454, 0);
    sansmtp_server_fail(connection->engine);
}

static void say_no(struct connection *connection)
{
    auth_end(connection);
    log_reply(connection, "AUTH", 535, 0);
    sansmtp_server_reply(connection->engine, 535, SANSMTP_ENHANCED(5, 7, 8), NULL, 0);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct exchange *exchange = handle->data;
    struct connection *connection = exchange->connection;

    exchange->waiting = false;
    if (connection == NULL) {
        wipe(exchange);
    } else {
        say_no(connection);
        connection_go(connection);
    }
}

static void on_timer(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, on_timer_closed);
}

/* Many may have begun at the same time: behind too many wrong ones nobody hears whether his were
 * right. */
static bool may_hear(struct connection *connection)
{
    bool may = session_may_try(connection);

    if (!may) {
        auth_end(connection);
    }
    return may;
}

/* Guessing takes time: the question stays open for a while. */
static void refuse(struct connection *connection)
{
    struct exchange *exchange = connection->session.exchange;
    uint64_t wait;

    if (!may_hear(connection)) {
        return;
    }
    wait = session_refused(connection);
    OPENSSL_cleanse(exchange->password, sizeof exchange->password);
    if (wait == 0) {
        say_no(connection);
        return;
    }
    exchange->waiting = true;
    exchange->timer.data = exchange;
    uv_timer_init(connection->receiver->loop, &exchange->timer);
    uv_timer_start(&exchange->timer, on_timer, wait, 0);
}

static void welcome(struct connection *connection)
{
    const struct exchange *exchange = connection->session.exchange;
    const char *name = exchange->is_scram ? sasl_user(exchange->sasl) : exchange->name;

    if (!may_hear(connection)) {
        return;
    }
    auth_forget(connection);
    connection->session.user = strdup(name);
    connection->session.authenticated = true;
    auth_end(connection);
    log_reply(connection, "AUTH", 235, 0);
    sansmtp_server_accept(connection->engine);
}

static void on_pool(uv_work_t *work)
{
    struct exchange *exchange = work->data;

    exchange->verdict = users_check(exchange->users, exchange->name, exchange->password);
}

static void after_check(uv_work_t *work, int status)
{
    struct exchange *exchange = work->data;
    struct connection *connection = exchange->connection;
    enum users_verdict verdict = status == 0 ? exchange->verdict : USERS_FAILED;

    exchange->checking = false;
    if (connection == NULL) {
        wipe(exchange);
        return;
    }
    if (verdict == USERS_RIGHT) {
        welcome(connection);
    } else if (verdict == USERS_WRONG) {
        refuse(connection);
    } else {
        fail(connection);
    }
    connection_go(connection);
}

static void check(struct exchange *exchange)
{
    exchange->checking = true;
    exchange->work.data = exchange;
    uv_queue_work(exchange->connection->receiver->loop, &exchange->work, on_pool, after_check);
}

/* -- the mechanisms --------------------------------------------------------------------------- */

/* Neither mechanism lets a NUL through. */
static bool take_text(char out[TEXT_MAX], struct sansmtp_span text)
{
    if (text.length >= TEXT_MAX) {
        return false;
    }
    memcpy(out, text.data, text.length);
    out[text.length] = '\0';
    return true;
}

static bool same(struct sansmtp_span left, struct sansmtp_span right)
{
    return left.length == right.length && memcmp(left.data, right.data, left.length) == 0;
}

static void plain(struct exchange *exchange, struct sansmtp_span message)
{
    struct sansmtp_sasl_credentials credentials = {.size = sizeof credentials};

    /* Nobody here may act as somebody else. */
    if (sansmtp_sasl_plain_read(message.data, message.length, &credentials) == 0 &&
        (credentials.authzid.length == 0 || same(credentials.authzid, credentials.authcid)) &&
        take_text(exchange->name, credentials.authcid) &&
        take_text(exchange->password, credentials.password)) {
        check(exchange);
    } else {
        refuse(exchange->connection);
    }
}

static void login(struct exchange *exchange, const struct sansmtp_span *response)
{
    struct sansmtp_server *engine = exchange->connection->engine;
    struct sansmtp_span challenge = {NULL, 0};
    bool good = sansmtp_sasl_login_next(&exchange->login, response, &challenge) == 0;

    if (response != NULL && exchange->login == SANSMTP_SASL_LOGIN_PASSWORD) {
        good = good && take_text(exchange->name, *response);
    } else if (response != NULL && exchange->login == SANSMTP_SASL_LOGIN_DONE) {
        good = good && take_text(exchange->password, *response);
    }
    if (!good || exchange->login == SANSMTP_SASL_LOGIN_FAILED) {
        refuse(exchange->connection);
    } else if (exchange->login == SANSMTP_SASL_LOGIN_DONE) {
        check(exchange);
    } else {
        sansmtp_server_challenge(engine, challenge.data, challenge.length);
    }
}

static void scram(struct exchange *exchange, struct sansmtp_span message)
{
    struct connection *connection = exchange->connection;
    struct sansmtp_span text = {NULL, 0};

    switch (sasl_step(&exchange->sasl, exchange->users, SCRAM, message, &text)) {
    case SASL_CHALLENGE:
        sansmtp_server_challenge(connection->engine, text.data, text.length);
        return;
    case SASL_RIGHT:
        welcome(connection);
        return;
    case SASL_WRONG:
        refuse(connection);
        return;
    case SASL_FAILED:
        fail(connection);
        return;
    }
}

const char *auth_mechanisms(const struct users *users)
{
    static char list[64];
    const char *more = sasl_mechanisms(users);
    const char *plain_ones = users->count > 0 || *more == '\0' ? "PLAIN LOGIN" : "";

    snprintf(list, sizeof list, "%s%s%s", more, *more != '\0' && *plain_ones != '\0' ? " " : "",
             plain_ones);
    return list;
}

static bool is_mechanism(struct sansmtp_span text, const char *name)
{
    return text.length == strlen(name) &&
           strncasecmp((const char *)text.data, name, text.length) == 0;
}

void auth_begin(struct connection *connection, const struct sansmtp_event *event)
{
    struct exchange *exchange;

    auth_end(connection); /* one that the client has cancelled */
    if (!session_may_try(connection)) {
        return;
    }
    exchange = calloc(1, sizeof *exchange);
    if (exchange == NULL) {
        fail(connection);
        return;
    }
    connection->session.exchange = exchange;
    exchange->connection = connection;
    exchange->users = users_hold(connection->receiver->users);
    exchange->is_login = is_mechanism(event->text, "LOGIN");
    exchange->is_scram = is_mechanism(event->text, SCRAM);
    exchange->login = SANSMTP_SASL_LOGIN_START;
    if (exchange->is_scram) {
        scram(exchange, event->data);
    } else if (exchange->is_login) {
        login(exchange, (event->flags & SANSMTP_FLAG_INITIAL) != 0 ? &event->data : NULL);
    } else {
        plain(exchange, event->data);
    }
}

void auth_continue(struct connection *connection, const struct sansmtp_event *event)
{
    struct exchange *exchange = connection->session.exchange;

    if (exchange->is_scram) {
        scram(exchange, event->data);
    } else if (exchange->is_login) {
        login(exchange, &event->data);
    } else {
        plain(exchange, event->data);
    }
}
