#ifndef SEND_CACHE_H
#define SEND_CACHE_H

/*
 * What a server offered earlier, kept in a file (--pipeconnect-cache), so that the next session need
 * not wait for it. It is of one server, by one kind of channel.
 */

#include "send_options.h"

#include <sansmtp/sansmtp.h>

/* Fills capabilities. False: nothing is known of this server. */
bool cache_read(const struct options *options, struct sansmtp_capabilities *capabilities);

/* Keeps what this server offers, or forgets it if it does not want early commands. */
void cache_write(const struct options *options, const struct sansmtp_capabilities *capabilities);

/* What was known is not so. */
void cache_forget(const struct options *options);

#endif
