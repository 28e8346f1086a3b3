#ifndef RELAY_POLICY_FETCH_H
#define RELAY_POLICY_FETCH_H

/*
 * The text of an MTA-STS policy, by HTTPS (RFC 8461 3.3): libcurl on libuv's loop. No redirect is
 * followed, nothing but 200 and text/plain counts, the certificate must be good for its name.
 */

#include "../relay.h"

#define FETCH_ADDRESSES 8u

struct fetcher;

struct fetch_host {
    char name[272]; /* "mta-sts.x.example" */
    char addresses[FETCH_ADDRESSES * 48];
};

/* text: what came; absent: nothing that counts, and why. Both live for the call. */
typedef void fetch_done(void *user, struct sansmtp_span text, const char *why);

/* NULL: no memory. It lives as long as the program. */
struct fetcher *fetcher_new(struct relay *relay);

/* done is called on the loop, never before this returns; when the program stops, soon. False: no
 * memory, and it will not be called. host->addresses is "192.0.2.1,[2001:db8::1]". */
bool fetch_begin(struct fetcher *fetcher, const struct fetch_host *host, fetch_done *done,
                 void *user);

#endif
