#ifndef SANSMTP_PARAMETER_VALUE_H
#define SANSMTP_PARAMETER_VALUE_H

/* The values of the parameters of MAIL and RCPT: each is understood in one function, for the check
 * of a command and for sansmtp_parameter_get() alike. */

#include <stdbool.h>

#include <sansmtp/wire.h>

/* What a value says. text: memory for the decoded form, or NULL: not wanted; the octets that a
 * check without it has counted are enough, and if it has not decoded the value there is nothing to
 * want. All else is cleared by the caller. */
struct sansmtp_value {
    uint64_t number;
    uint64_t second;
    bool negative; /* number is below zero */
    struct sansmtp_span type;
    uint8_t *text;
    uint32_t text_length;
    bool decoded; /* text_length octets are the decoded value */
};

/* One a word of the column check of parameters.def. octets are what stands behind the "=", an
 * esmtp-value; extensions are those that the session has. False: the value is bad. */
bool sansmtp_parameter_size(const uint8_t *octets, size_t length, uint64_t extensions,
                            struct sansmtp_value *value);
bool sansmtp_parameter_body(const uint8_t *octets, size_t length, uint64_t extensions,
                            struct sansmtp_value *value);
bool sansmtp_parameter_none(const uint8_t *octets, size_t length, uint64_t extensions,
                            struct sansmtp_value *value);
bool sansmtp_parameter_ret(const uint8_t *octets, size_t length, uint64_t extensions,
                           struct sansmtp_value *value);
bool sansmtp_parameter_envid(const uint8_t *octets, size_t length, uint64_t extensions,
                             struct sansmtp_value *value);
bool sansmtp_parameter_auth(const uint8_t *octets, size_t length, uint64_t extensions,
                            struct sansmtp_value *value);
bool sansmtp_parameter_notify(const uint8_t *octets, size_t length, uint64_t extensions,
                              struct sansmtp_value *value);
bool sansmtp_parameter_orcpt(const uint8_t *octets, size_t length, uint64_t extensions,
                             struct sansmtp_value *value);

/* delivery_value.c */
bool sansmtp_parameter_by(const uint8_t *octets, size_t length, uint64_t extensions,
                          struct sansmtp_value *value);
bool sansmtp_parameter_holdfor(const uint8_t *octets, size_t length, uint64_t extensions,
                               struct sansmtp_value *value);
bool sansmtp_parameter_holduntil(const uint8_t *octets, size_t length, uint64_t extensions,
                                 struct sansmtp_value *value);
bool sansmtp_parameter_priority(const uint8_t *octets, size_t length, uint64_t extensions,
                                struct sansmtp_value *value);
bool sansmtp_parameter_rrvs(const uint8_t *octets, size_t length, uint64_t extensions,
                            struct sansmtp_value *value);
bool sansmtp_parameter_transid(const uint8_t *octets, size_t length, uint64_t extensions,
                               struct sansmtp_value *value);
bool sansmtp_parameter_solicit(const uint8_t *octets, size_t length, uint64_t extensions,
                               struct sansmtp_value *value);
bool sansmtp_parameter_mtrk(const uint8_t *octets, size_t length, uint64_t extensions,
                            struct sansmtp_value *value);

#endif
