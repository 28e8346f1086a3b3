#ifndef SEND_EXTENSIONS_H
#define SEND_EXTENSIONS_H

/* What the options of extensions say: their values, and what becomes of them in an envelope. */

#include "send_options.h"

#include <sansmtp/sansmtp.h>

/* Each takes the value of an option. They return NULL, or what is wanted instead. */
const char *extension_deliver_by(struct options *options, const char *text);
const char *extension_hold_for(struct options *options, const char *text);
const char *extension_hold_until(struct options *options, const char *text);
const char *extension_priority(struct options *options, const char *text);
const char *extension_rrvs(struct options *options, const char *text);
const char *extension_proxy(struct options *options, char *text);

/* One more command to be said in front of the message: verb, a space, and text; verb NULL: text is
 * all of it. False: no memory. */
bool extension_command(struct options *options, const char *verb, const char *text);

/* Is this command about who we are? A message is not sent if it is refused. */
bool extension_is_about_us(const char *command);

/* What the options wish of the message. first: no part of its recipients has it yet. */
void extension_envelope(const struct options *options, bool first,
                        struct sansmtp_envelope *envelope);

#endif
