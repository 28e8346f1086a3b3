#ifndef SEND_OPTIONS_H
#define SEND_OPTIONS_H

/* The command line of sansmtp-send. */

#include <sansmtp/sansmtp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct options {
    const char *host; /* a name or literal, without brackets */
    const char *port;
    const char *from;  /* "": the null reverse-path */
    const char **to;   /* points into argv */
    const char **rrvs; /* of each of them; NULL: that of all */
    const char *rrvs_of_all;
    size_t to_count;
    const char *hello;
    const char *body;  /* a path; "-": standard input; NULL: nothing, or --burl alone */
    const char **urls; /* behind the body */
    size_t url_count;
    char **commands; /* in front of the message, or without one */
    size_t command_count;

    const char *authorities; /* --ca; NULL: the system's */
    const char *user;
    const char *password_file;
    const char *mechanism; /* --auth-mechanism; NULL: the better of PLAIN and LOGIN */
    const char *trace;     /* "-": standard error */
    const char *envid;
    const char *transid;
    const char *solicit;
    const char *mtrk;
    const char *xforward; /* the whole command, in front of each message */
    const char *cache;    /* --pipeconnect-cache */

    uint32_t tls;             /* SANSMTP_CLIENT_TLS_... */
    uint32_t chunking;        /* SANSMTP_CLIENT_CHUNKING_... */
    uint32_t newlines;        /* SANSMTP_CLIENT_NEWLINES_... */
    uint32_t notify;          /* SANSMTP_NOTIFY_... */
    uint32_t ret;             /* SANSMTP_RET_... */
    uint32_t envelope;        /* SANSMTP_ENVELOPE_... */
    uint32_t deliver_by_mode; /* SANSMTP_BY_... */
    int32_t deliver_by;
    int32_t priority;
    uint32_t hold_for;
    uint64_t hold_until; /* since 1970 */
    uint64_t timeout;    /* seconds; 0: what the engine waits by itself */

    struct sansmtp_proxy proxy; /* version 0: none; family UNKNOWN: of the connection itself */

    bool lmtp;
    bool tls_implicit;
    bool insecure;
    bool auth_without_tls;
    bool smtputf8; /* asked for, or an address needs it */
};

/*
 * Fills options from the command line; text points into argv. Returns -1 if the program shall go
 * on, else the status to leave with: --help and --version are 0, mistakes EX_USAGE, and whatever
 * there is to say has been said.
 */
int options_read(struct options *options, int argc, char **argv);

/* Is there a message to be sent, or only commands to be said? */
bool options_have_message(const struct options *options);

void options_free(struct options *options);

#endif
