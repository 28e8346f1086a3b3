#ifndef SANSMTP_PARAMS_H
#define SANSMTP_PARAMS_H

/* The parameters of MAIL and RCPT: the list, its keywords, and what the engine itself acts on. */

#include <stdbool.h>

#include <sansmtp/types.h>

enum sansmtp_params_result {
    SANSMTP_PARAMS_OK,
    SANSMTP_PARAMS_SYNTAX,     /* 501: form, value, or given twice */
    SANSMTP_PARAMS_UNKNOWN,    /* 555: no such parameter here and now */
    SANSMTP_PARAMS_UNAVAILABLE /* 504: likewise, where its RFC says so */
};

struct sansmtp_params {
    uint64_t present; /* set of 1 << SANSMTP_PARAMETER_... */
    uint64_t size;    /* SIZE, UINT64_MAX if larger; 0 if absent */
    uint32_t body;    /* SANSMTP_BODY_..., 0 if absent */
    bool utf8;        /* SMTPUTF8 is given */
};

/* Checks what follows the path: nothing, or a space before each parameter; trailing white space is
 * already removed. Of several faults the first counts. double_space: several spaces are as good as
 * one. params is filled as far as the list was good. */
enum sansmtp_params_result sansmtp_params_check(const uint8_t *octets, size_t length, uint32_t verb,
                                                uint64_t extensions, bool double_space,
                                                struct sansmtp_params *params);

#endif
