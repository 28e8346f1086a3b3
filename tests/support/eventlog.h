#ifndef SANSMTP_TEST_EVENTLOG_H
#define SANSMTP_TEST_EVENTLOG_H

/* An event as one line of words, "recipient local=joe domain=mx.example kind=name recipient=0":
 * its type, then every member that is not zero as name=value. Values with spaces stand in double
 * quotes. Parameters are shown decoded, by their keyword: SIZE=10 BODY=8BITMIME. */

#include <stdbool.h>

#include <sansmtp/server.h>
#include <sansmtp/wire.h>

#include "text.h"

bool event_is_question(uint32_t type);

void event_print(struct text *line, const struct sansmtp_event *event);

/* The octets of the word that begins here; quotes hold spaces. */
size_t event_word_length(const char *line);

/* The value of a word in such a line, as it stands there; false if the word is not there. */
bool event_word(const char *line, const char *name, size_t name_length, struct text *value);

/* One body, joined: "body octets=3 data=a\r\n". */
void body_print(struct text *line, const void *octets, size_t length);

#endif
