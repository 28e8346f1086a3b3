#include "send_extensions.h"

#include "arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <uv.h>

/* -- values ----------------------------------------------------------------------------------- */

/* A decimal number up to most, with or without a sign, and what stands behind it. */
static bool read_signed(const char *text, int64_t most, int64_t *number, const char **rest)
{
    bool negative = *text == '-';
    size_t digits;

    text += negative || *text == '+' ? 1 : 0;
    digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 10) {
        return false;
    }
    *number = strtoll(text, NULL, 10);
    *rest = text + digits;
    if (*number > most) {
        return false;
    }
    *number = negative ? -*number : *number;
    return true;
}

/* RFC 2852 4: nine digits at most. */
const char *extension_deliver_by(struct options *options, const char *text)
{
    static const char wanted[] = "--deliver-by wants seconds, ';', and R, N, RT or NT, not ";
    int64_t seconds;
    const char *mode;

    if (!read_signed(text, 999999999, &seconds, &mode) || *mode != ';') {
        return wanted;
    }
    mode++;
    options->deliver_by = (int32_t)seconds;
    options->deliver_by_mode = *mode == 'R'   ? SANSMTP_BY_RETURN
                               : *mode == 'N' ? SANSMTP_BY_NOTIFY
                                              : 0;
    if (options->deliver_by_mode == 0 || (mode[1] != '\0' && strcmp(mode + 1, "T") != 0)) {
        return wanted;
    }
    if (*mode == 'R' && seconds <= 0) {
        return "--deliver-by with mode R wants seconds above 0, not ";
    }
    options->deliver_by_mode |= mode[1] == 'T' ? SANSMTP_BY_TRACE : 0;
    return NULL;
}

const char *extension_hold_for(struct options *options, const char *text)
{
    uint64_t seconds;

    if (!argument_number(text, &seconds) || seconds == 0 || seconds > 999999999) {
        return "--hold-for wants a number of seconds, not ";
    }
    options->hold_for = (uint32_t)seconds;
    return NULL;
}

const char *extension_hold_until(struct options *options, const char *text)
{
    struct tm date = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &date);
    time_t seconds = end == NULL ? 0 : timegm(&date);

    if (end == NULL || *end != '\0' || seconds <= 0) {
        return "--hold-until wants a date as 2026-12-24T18:00:00Z, not ";
    }
    options->hold_until = (uint64_t)seconds;
    return NULL;
}

const char *extension_priority(struct options *options, const char *text)
{
    int64_t priority;
    const char *rest;

    if (!read_signed(text, 9, &priority, &rest) || priority < -9 || *rest != '\0') {
        return "--priority wants a number from -9 to 9, not ";
    }
    options->priority = (int32_t)priority;
    options->envelope &= ~(uint32_t)SANSMTP_ENVELOPE_NO_PRIORITY;
    return NULL;
}

/* Of the recipient that was given last; of none yet: of each that has none of its own. */
const char *extension_rrvs(struct options *options, const char *text)
{
    if (options->to_count == 0) {
        options->rrvs_of_all = text;
    } else {
        options->rrvs[options->to_count - 1] = text;
    }
    return strlen(text) >= 20 ? NULL : "--rrvs wants a date as 2026-12-24T18:00:00Z, not ";
}

/* -- the PROXY header ------------------------------------------------------------------------- */

static bool read_end(char *text, uint8_t address[16], uint32_t *port, uint32_t *family)
{
    const char *host, *digits;
    uint64_t number;
    bool six;

    if (argument_endpoint(text, &host, &digits) != NULL) {
        return false;
    }
    six = strchr(host, ':') != NULL;
    if (!argument_number(digits, &number) || number > 65535 ||
        uv_inet_pton(six ? AF_INET6 : AF_INET, host, address) != 0) {
        return false;
    }
    *port = (uint32_t)number;
    *family = six ? SANSMTP_PROXY_IPV6 : SANSMTP_PROXY_IPV4;
    return true;
}

const char *extension_proxy(struct options *options, char *text)
{
    static const char wanted[] =
        "--proxy wants v1 or v2, maybe with ',' and two addresses with ports, not ";
    struct sansmtp_proxy *proxy = &options->proxy;
    char *from = strchr(text, ','), *to = from == NULL ? NULL : strchr(from + 1, ',');
    uint32_t family = 0;

    *proxy = (struct sansmtp_proxy){.size = sizeof *proxy};
    if (strncmp(text, "v1", 2) != 0 && strncmp(text, "v2", 2) != 0) {
        return wanted;
    }
    proxy->version = (uint32_t)(text[1] - '0');
    if (text[2] == '\0') {
        return NULL;
    }
    if (from != text + 2 || to == NULL) {
        return wanted;
    }
    *from = *to = '\0';
    return read_end(from + 1, proxy->source, &proxy->source_port, &proxy->family) &&
                   read_end(to + 1, proxy->destination, &proxy->destination_port, &family) &&
                   family == proxy->family
               ? NULL
               : wanted;
}

/* -- commands --------------------------------------------------------------------------------- */

bool extension_command(struct options *options, const char *verb, const char *text)
{
    size_t length = (verb == NULL ? 0 : strlen(verb) + 1) + strlen(text) + 1;
    char *line = malloc(length);

    if (line == NULL) {
        return false;
    }
    snprintf(line, length, "%s%s%s", verb == NULL ? "" : verb, verb == NULL ? "" : " ", text);
    options->commands[options->command_count++] = line;
    return true;
}

bool extension_is_about_us(const char *command)
{
    return strncasecmp(command, "XCLIENT ", 8) == 0 || strncasecmp(command, "XFORWARD ", 9) == 0;
}

/* -- the envelope ----------------------------------------------------------------------------- */

static void set_text(const char **to, size_t *length, const char *text)
{
    if (text != NULL) {
        *to = text;
        *length = strlen(text);
    }
}

/* RFC 1845 4: a name is never used for another transaction. */
void extension_envelope(const struct options *options, bool first,
                        struct sansmtp_envelope *envelope)
{
    envelope->flags |= options->envelope;
    envelope->ret = options->ret;
    envelope->deliver_by_mode = options->deliver_by_mode;
    envelope->deliver_by = options->deliver_by;
    envelope->priority = options->priority;
    envelope->hold_for = options->hold_for;
    envelope->hold_until = options->hold_until;
    set_text(&envelope->envid, &envelope->envid_length, options->envid);
    set_text(&envelope->solicit, &envelope->solicit_length, options->solicit);
    set_text(&envelope->mtrk, &envelope->mtrk_length, options->mtrk);
    if (first) {
        set_text(&envelope->transid, &envelope->transid_length, options->transid);
    }
}
