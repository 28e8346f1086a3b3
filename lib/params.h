#ifndef SANSMTP_PARAMS_H
#define SANSMTP_PARAMS_H

/* The parameters of MAIL and RCPT: the list, its keywords, and what the engine itself acts on. */

#include <stdbool.h>

#include <sansmtp/additions.h>

enum sansmtp_params_result {
    SANSMTP_PARAMS_OK,
    SANSMTP_PARAMS_SYNTAX,     /* 501: form, value, or given twice */
    SANSMTP_PARAMS_VALUE,      /* 501 5.5.2: likewise, where its RFC says so */
    SANSMTP_PARAMS_UNKNOWN,    /* 555: no such parameter here and now */
    SANSMTP_PARAMS_UNAVAILABLE /* 504: likewise, where its RFC says so */
};

struct sansmtp_params {
    uint64_t present; /* set of 1 << SANSMTP_PARAMETER_... */
    uint64_t size;    /* SIZE, UINT64_MAX if larger; 0 if absent */
    uint32_t body;    /* SANSMTP_BODY_..., 0 if absent */
    bool utf8;        /* SMTPUTF8 is given */
    bool tracked;     /* ENVID is such as MTRK wants it */
    bool by_negative;
    uint64_t by, by_mode; /* BY: seconds, SANSMTP_BY_... */
    uint64_t hold_for, hold_until;
    uint64_t priority; /* MT-PRIORITY above 0 */
};

/* What a list is read with. */
struct sansmtp_params_rules {
    uint32_t verb;
    bool double_space;                         /* several spaces are as good as one */
    uint64_t extensions;                       /* that the session has */
    const struct sansmtp_additions *additions; /* the host's own parameters; may be NULL */
};

/* Checks what follows the path: nothing, or a space before each parameter; trailing white space is
 * already removed. Of several faults the first counts. params is filled as far as the list was
 * good. */
enum sansmtp_params_result sansmtp_params_check(const uint8_t *octets, size_t length,
                                                const struct sansmtp_params_rules *rules,
                                                struct sansmtp_params *params);

#endif
