#include "config_check.h"

#include <sansmtp/retry.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

/* Each check returns NULL, or what is wrong. */
typedef const char *check(const struct config *config);

static const char *check_names(const struct config *config)
{
    uint32_t kind;

    /* What the option says was looked at; this may be what the system says. */
    return sansmtp_domain_parse((const uint8_t *)config->hostname, strlen(config->hostname),
                                SANSMTP_ACCEPT_UTF8, &kind, NULL) == 0
               ? NULL
               : "the name of this machine is no domain: hostname wants one";
}

static const char *check_listeners(const struct config *config)
{
    return config->relay_listen.count + config->submission_listen.count +
                       config->submissions_listen.count >
                   0
               ? NULL
               : "there is nothing to listen to: it wants relay-listen, submission-listen or "
                 "submissions-listen";
}

/* RFC 6409 4.3, RFC 8314 3.3: users authenticate, and not in clear. */
static const char *check_submission(const struct config *config)
{
    if (config->submission_listen.count + config->submissions_listen.count == 0) {
        return NULL;
    }
    if (config->auth_file == NULL) {
        return "submission-listen and submissions-listen want auth-file";
    }
    if (config->submissions_listen.count > 0 && config->tls_cert == NULL) {
        return "submissions-listen wants tls-cert";
    }
    if (config->tls_cert == NULL && !config->auth_without_tls) {
        return "submission-listen wants tls-cert: nobody could authenticate without TLS";
    }
    return NULL;
}

static const char *check_certificate(const struct config *config)
{
    return config->tls_key != NULL && config->tls_cert == NULL ? "tls-key wants tls-cert" : NULL;
}

/* RFC 5321 4.5.1: Postmaster's mail is taken by every server. */
static const char *check_home(const struct config *config)
{
    if (config->maildir != NULL && config->lmtp != NULL) {
        return "there can be maildir or lmtp, not both";
    }
    if (config->maildir == NULL && config->lmtp == NULL && config->smart_host.count == 0) {
        return "mail for local-domain and for Postmaster has no place: it wants maildir, lmtp or "
               "smart-host";
    }
    return NULL;
}

static const char *check_smart_host(const struct config *config)
{
    if (config->smart_user == NULL) {
        return config->smart_password_file == NULL ? NULL : "smart-password-file wants smart-user";
    }
    if (config->smart_host.count == 0) {
        return "smart-user wants smart-host";
    }
    if (config->smart_password_file == NULL) {
        return "smart-user wants smart-password-file";
    }
    return config->tls == TLS_NEVER ? "smart-user wants TLS: tls must not be never" : NULL;
}

static const char *check_safety(const struct config *config)
{
    if (config->tls == TLS_NEVER && (config->mta_sts || config->dane)) {
        return "mta-sts and dane want TLS: tls must not be never";
    }
    return NULL;
}

/* Mail for it would stay here, and what is said of the other would be without meaning. */
static const char *check_domains(const struct config *config)
{
    for (size_t i = 0; i < config->local_domain.count; i++) {
        for (size_t j = 0; j < config->relay_domain.count; j++) {
            if (strcasecmp(config->local_domain.items[i], config->relay_domain.items[j]) == 0) {
                return "one domain is local-domain and relay-domain";
            }
        }
    }
    return NULL;
}

static const char *check_times(const struct config *config)
{
    struct sansmtp_retry_options options;
    struct sansmtp_retry_plan plan = {.size = sizeof plan};
    const struct sansmtp_retry retry = {.size = sizeof retry};

    config_retry(config, &options);
    return sansmtp_retry_due(&options, &retry, 0, &plan) == 0
               ? NULL
               : "retry-greylisted must not be longer than retry-first, nor that than "
                 "retry-longest";
}

int config_check(const struct config *config)
{
    static check *const checks[] = {
        check_names,      check_listeners, check_submission, check_certificate, check_home,
        check_smart_host, check_safety,    check_domains,    check_times,
    };
    const char *wrong = NULL;

    for (size_t i = 0; wrong == NULL && i < sizeof checks / sizeof checks[0]; i++) {
        wrong = checks[i](config);
    }
    if (wrong == NULL) {
        return 0;
    }
    if (config->path != NULL) {
        fprintf(stderr, "sansmtp-relay: %s: %s\n", config->path, wrong);
        return EX_CONFIG;
    }
    fprintf(stderr, "sansmtp-relay: %s\nTry sansmtp-relay --help.\n", wrong);
    return EX_USAGE;
}
