#ifndef SANSMTP_TEST_RECORD_H
#define SANSMTP_TEST_RECORD_H

/* The record that a replay keeps. */

#include "replay.h"

struct stretch *record_stretch(struct replay *result);
struct stretch *record_last(const struct replay *result);
struct happened *record_event(struct replay *result, uint32_t type);

/* Is the last event of the last stretch of this type? */
bool record_ends_in(const struct replay *result, uint32_t type);

/* What came early or behind STARTTLS comes in as many pieces as the wire made of it: only that it
 * came can be compared. */
bool event_depends_on_arrival(uint32_t type);

#endif
