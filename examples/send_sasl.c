#include "send_sasl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_GSASL

#include <gsasl.h>

static const char *const known[] = {"SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5"};

struct sasl {
    Gsasl *context;
    Gsasl_session *session;
    char *said;
    int result;
};

bool sasl_knows(const char *mechanism)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i], mechanism) == 0) {
            return true;
        }
    }
    return false;
}

void sasl_hang_up(struct sasl *sasl)
{
    if (sasl == NULL) {
        return;
    }
    gsasl_free(sasl->said);
    if (sasl->session != NULL) {
        gsasl_finish(sasl->session);
    }
    gsasl_done(sasl->context);
    free(sasl);
}

static bool start(struct sasl *sasl, const char *mechanism, const char *user, const char *password)
{
    if (gsasl_client_start(sasl->context, mechanism, &sasl->session) != GSASL_OK) {
        sasl->session = NULL;
        return false;
    }
    return gsasl_property_set(sasl->session, GSASL_AUTHID, user) == GSASL_OK &&
           gsasl_property_set(sasl->session, GSASL_PASSWORD, password) == GSASL_OK;
}

static struct sasl *begin(const struct sansmtp_event *challenge, const char *user,
                          const char *password)
{
    struct sasl *sasl = calloc(1, sizeof *sasl);
    char mechanism[32];

    snprintf(mechanism, sizeof mechanism, "%.*s", (int)challenge->text.length,
             (const char *)challenge->text.data);
    if (sasl == NULL || gsasl_init(&sasl->context) != GSASL_OK) {
        free(sasl);
        return NULL;
    }
    sasl->result = GSASL_NEEDS_MORE;
    if (!start(sasl, mechanism, user, password)) {
        sasl_hang_up(sasl);
        return NULL;
    }
    return sasl;
}

bool sasl_answer(struct sasl **sasl, const char *user, const char *password,
                 const struct sansmtp_event *challenge, struct sansmtp_span *answer)
{
    size_t length = 0;

    if (*sasl == NULL) {
        *sasl = begin(challenge, user, password);
    }
    if (*sasl == NULL || (*sasl)->result != GSASL_NEEDS_MORE) {
        return false;
    }
    gsasl_free((*sasl)->said);
    (*sasl)->said = NULL;
    (*sasl)->result = gsasl_step((*sasl)->session, (const char *)challenge->data.data,
                                 challenge->data.length, &(*sasl)->said, &length);
    *answer = (struct sansmtp_span){(const uint8_t *)(*sasl)->said, length};
    return (*sasl)->result == GSASL_OK || (*sasl)->result == GSASL_NEEDS_MORE;
}

bool sasl_is_over(const struct sasl *sasl)
{
    return sasl->result == GSASL_OK;
}

#else

bool sasl_knows(const char *mechanism)
{
    (void)mechanism;
    return false;
}

bool sasl_answer(struct sasl **sasl, const char *user, const char *password,
                 const struct sansmtp_event *challenge, struct sansmtp_span *answer)
{
    (void)sasl, (void)user, (void)password, (void)challenge, (void)answer;
    return false;
}

bool sasl_is_over(const struct sasl *sasl)
{
    (void)sasl;
    return false;
}

void sasl_hang_up(struct sasl *sasl)
{
    (void)sasl;
}

#endif
