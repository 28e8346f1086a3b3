#ifndef RELAY_POLICY_FILE_H
#define RELAY_POLICY_FILE_H

/*
 * The MTA-STS policies that are kept: a folder, in it for each domain a file of its name with the
 * policy as it was fetched, whose time is when. In front stands a line "fetched-for: ID" with the
 * id of the TXT record then; it may be missing where somebody else has put the file there.
 */

#include "../options/config.h"

#include <sansmtp/sansmtp.h>
#include <stdbool.h>

#define POLICY_LINE_MAX 64u /* octets of the line in front */

struct policy_kept {
    struct sansmtp_sts_policy policy; /* its text lies in octets */
    struct sansmtp_sts_cache cache;   /* flags 0: none is kept */
    uint8_t octets[SANSMTP_STS_TEXT_MAX + POLICY_LINE_MAX];
};

/* What is kept for this domain; whether it still holds is for sansmtp_sts_cache_decide to say. */
void policy_file_read(const struct config *config, const char *domain, struct policy_kept *kept);

/* Keeps it: on the disk, and at once as a whole. Returns 0 or errno. */
int policy_file_write(const struct config *config, const char *domain, struct sansmtp_span id,
                      struct sansmtp_span text);

#endif
