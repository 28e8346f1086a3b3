#ifndef RECEIVE_OPTIONS_H
#define RECEIVE_OPTIONS_H

/* The command line of sansmtp-receive. */

#include <sansmtp/sansmtp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One recipient takes no messages over so many octets. */
struct recipient_limit {
    const char *address;
    size_t length;
    uint64_t octets;
};

struct options {
    const char *address; /* where to listen: a host or literal, without brackets */
    const char *port;
    const char *hostname;
    const char *maildir; /* NULL: accept and drop */
    const char *certificate;
    const char *key;
    const char *users; /* --auth-file */
    const char *log;   /* "-": standard error */

    const char **domains; /* points into argv */
    size_t domain_count;
    bool any_domain;

    const char **proxies; /* addresses; not empty: each connection is a proxy's */
    size_t proxy_count;

    struct sansmtp_network *trusted; /* who may say XCLIENT and XFORWARD */
    size_t trusted_count;

    struct recipient_limit *limits;
    size_t limit_count;

    uint64_t extensions_on; /* beside the usual ones */
    uint64_t extensions_off;

    bool lmtp;
    bool submission;
    bool tls_implicit;
    bool auth_without_tls;
    bool trace;

    uint32_t bare_newlines; /* SANSMTP_BARE_... */
    uint64_t max_size;
    uint64_t max_recipients;
    uint64_t max_messages;
    uint64_t timeout; /* seconds; 0: what the engine waits by itself */
};

/*
 * Fills options from the command line; text points into argv. Returns -1 if the program shall go
 * on, else the status to leave with: --help and --version are 0, mistakes EX_USAGE, and whatever
 * there is to say has been said.
 */
int options_read(struct options *options, int argc, char **argv);

/* Is this domain, given as octets, one that we take mail for? */
bool options_serve(const struct options *options, const uint8_t *domain, size_t length);

#endif
