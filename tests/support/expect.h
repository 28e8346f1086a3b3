#ifndef SANSMTP_TEST_EXPECT_H
#define SANSMTP_TEST_EXPECT_H

/* Is the outcome of a replay what the transcript says? */

#include "replay.h"

/* Says in report what differs, "file:line: what"; nothing if all is as expected. */
void expect(struct text *report, const struct transcript *transcript, const struct replay *result);

#endif
