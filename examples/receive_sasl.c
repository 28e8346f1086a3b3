#include "receive_sasl.h"

#include <stdlib.h>
#include <string.h>

#ifdef HAVE_GSASL

#include <gsasl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stdio.h>

struct sasl {
    const struct users *users;
    Gsasl *context;
    Gsasl_session *session;
    char *said;
    int result;
};

const char *sasl_mechanisms(const struct users *users)
{
    return users->scram_count > 0 ? "SCRAM-SHA-256" : "";
}

/* -- what GNU SASL asks ----------------------------------------------------------------------- */

static const struct scram *find(const struct users *users, const char *name)
{
    for (size_t i = 0; i < users->scram_count; i++) {
        if (strcmp(users->scram[i].name, name) == 0) {
            return &users->scram[i];
        }
    }
    return NULL;
}

/* A name that is nobody's gets a salt, always the same one, and keys that are nobody's either. */
static int set_made_up(const struct sasl *sasl, Gsasl_property property, const char *name)
{
    unsigned char octets[EVP_MAX_MD_SIZE];
    char text[4 * EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    bool is_salt = property == GSASL_SCRAM_SALT;

    snprintf(text, sizeof text, "%d %.150s", (int)property, name);
    if (HMAC(EVP_sha256(), sasl->users->key, sizeof sasl->users->key, (unsigned char *)text,
             strlen(text), octets, &length) == NULL) {
        return GSASL_CRYPTO_ERROR;
    }
    EVP_EncodeBlock((unsigned char *)text, octets, is_salt ? 12 : (int)length);
    return gsasl_property_set(sasl->session, property, text);
}

static int answer(Gsasl *context, Gsasl_session *session, Gsasl_property property)
{
    const struct sasl *sasl = gsasl_callback_hook_get(context);
    const char *name = gsasl_property_fast(session, GSASL_AUTHID);
    const struct scram *scram = name == NULL ? NULL : find(sasl->users, name);

    if (name == NULL) {
        return GSASL_NO_CALLBACK;
    }
    if (property == GSASL_SCRAM_ITER) {
        scram = scram == NULL ? &sasl->users->scram[0] : scram;
        return gsasl_property_set(session, property, scram->iterations);
    }
    if (property == GSASL_SCRAM_SALT) {
        return scram == NULL ? set_made_up(sasl, property, name)
                             : gsasl_property_set(session, property, scram->salt);
    }
    if (property == GSASL_SCRAM_STOREDKEY) {
        return scram == NULL ? set_made_up(sasl, property, name)
                             : gsasl_property_set(session, property, scram->stored_key);
    }
    if (property == GSASL_SCRAM_SERVERKEY) {
        return scram == NULL ? set_made_up(sasl, property, name)
                             : gsasl_property_set(session, property, scram->server_key);
    }
    return GSASL_NO_CALLBACK;
}

/* -- an exchange ------------------------------------------------------------------------------ */

void sasl_end(struct sasl *sasl)
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

static struct sasl *begin(const struct users *users, const char *mechanism)
{
    struct sasl *sasl = calloc(1, sizeof *sasl);

    if (sasl == NULL || gsasl_init(&sasl->context) != GSASL_OK) {
        free(sasl);
        return NULL;
    }
    sasl->users = users;
    sasl->result = GSASL_NEEDS_MORE;
    gsasl_callback_hook_set(sasl->context, sasl);
    gsasl_callback_set(sasl->context, answer);
    if (gsasl_server_start(sasl->context, mechanism, &sasl->session) != GSASL_OK) {
        sasl->session = NULL;
        sasl_end(sasl);
        return NULL;
    }
    return sasl;
}

/* Nobody here may act as somebody else. */
static enum sasl_verdict verdict(const struct sasl *sasl)
{
    const char *name = gsasl_property_fast(sasl->session, GSASL_AUTHID);
    const char *other = gsasl_property_fast(sasl->session, GSASL_AUTHZID);
    bool is_itself = other == NULL || *other == '\0' || (name != NULL && strcmp(name, other) == 0);

    return name != NULL && find(sasl->users, name) != NULL && is_itself ? SASL_RIGHT : SASL_WRONG;
}

enum sasl_verdict sasl_step(struct sasl **sasl, const struct users *users, const char *mechanism,
                            struct sansmtp_span message, struct sansmtp_span *text)
{
    size_t length = 0;

    if (*sasl == NULL) {
        *sasl = begin(users, mechanism);
    }
    if (*sasl == NULL) {
        return SASL_FAILED;
    }
    /* The server's last message went out as a challenge; the client has nothing to say to it. */
    if ((*sasl)->result == GSASL_OK) {
        return message.length == 0 ? verdict(*sasl) : SASL_WRONG;
    }
    gsasl_free((*sasl)->said);
    (*sasl)->said = NULL;
    (*sasl)->result = gsasl_step((*sasl)->session, (const char *)message.data, message.length,
                                 &(*sasl)->said, &length);
    *text = (struct sansmtp_span){(const uint8_t *)(*sasl)->said, length};
    if ((*sasl)->result == GSASL_NEEDS_MORE || ((*sasl)->result == GSASL_OK && length > 0)) {
        return SASL_CHALLENGE;
    }
    return (*sasl)->result == GSASL_OK ? verdict(*sasl) : SASL_WRONG;
}

const char *sasl_user(const struct sasl *sasl)
{
    return gsasl_property_fast(sasl->session, GSASL_AUTHID);
}

#else

const char *sasl_mechanisms(const struct users *users)
{
    (void)users;
    return "";
}

enum sasl_verdict sasl_step(struct sasl **sasl, const struct users *users, const char *mechanism,
                            struct sansmtp_span message, struct sansmtp_span *text)
{
    (void)sasl, (void)users, (void)mechanism, (void)message, (void)text;
    return SASL_FAILED;
}

const char *sasl_user(const struct sasl *sasl)
{
    (void)sasl;
    return "";
}

void sasl_end(struct sasl *sasl)
{
    (void)sasl;
}

#endif
