#ifndef RELAY_RESOLVER_H
#define RELAY_RESOLVER_H

/* The DNS: c-ares on libuv's loop. */

#include "answer.h"

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct resolver;

/* answers: SANSMTP_ROUTE_FOUND, NODATA, NXDOMAIN, SERVFAIL or TIMEOUT (route.h). message: the
 * answer as it came, for ares_parse_mx_reply and its like; NULL if there is none. */
typedef void resolver_done(void *user, uint32_t answers, const uint8_t *message, size_t length);

/* server: "127.0.0.1:5353", or NULL: as the system has it. Returns NULL after having said why. */
struct resolver *resolver_begin(uv_loop_t *loop, const char *server);

/* Asks for records of this kind; done is called on the loop, never before this returns. */
void resolver_ask(struct resolver *resolver, const char *name, int type, resolver_done *done,
                  void *user);

/* Ends it. Whoever still waits hears TIMEOUT. */
void resolver_end(struct resolver *resolver);

#endif
