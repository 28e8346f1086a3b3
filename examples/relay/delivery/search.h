#ifndef RELAY_SEARCH_H
#define RELAY_SEARCH_H

/*
 * The DNS for one destination: MX, then A and AAAA of each mail host, with DANE also TLSA, with
 * MTA-STS the policy; and from these the order of attempts (route.h).
 */

#include "../relay.h"
#include "policy_file.h"

#include <sansmtp/sansmtp.h>

#define SEARCH_NAME_MAX  257u
#define SEARCH_MX        64u /* records looked at */
#define SEARCH_HOSTS     8u  /* mail hosts looked up */
#define SEARCH_ADDRESSES 16u /* of each */
#define SEARCH_ATTEMPTS  16u
#define SEARCH_TLSA      8u /* records of a host */
#define SEARCH_RDATA     600u
#define SEARCH_OWN       64u /* addresses of our own */

/* What a host must show, by DNS. */
struct search_host {
    uint32_t address_safety, tlsa_safety; /* SANSMTP_DNS_... */
    char alias[SEARCH_NAME_MAX];          /* what its CNAMEs lead to; empty: it has none */
    char base[SEARCH_NAME_MAX];           /* whose TLSA these are (RFC 7672 2.2.2) */
    size_t tlsa_count;
    struct sansmtp_tlsa tlsa[SEARCH_TLSA];
    uint8_t rdata[SEARCH_TLSA][SEARCH_RDATA];
    uint32_t port;
    size_t address_count;
    struct sansmtp_route_address addresses[SEARCH_ADDRESSES];
};

struct search;
typedef void search_done(void *user);

struct search {
    struct relay *relay;
    search_done *done;
    void *user;
    char domain[SEARCH_NAME_MAX]; /* the next hop */
    uint32_t pending;             /* answers that are awaited */
    uint32_t port;
    bool given_up; /* nobody wants to hear of it: free it with the last answer */
    struct sansmtp_route route;
    struct sansmtp_span own_name;
    struct sansmtp_route_address own[SEARCH_OWN];
    struct sansmtp_route_mx mx[SEARCH_MX];
    char mx_names[SEARCH_MX][SEARCH_NAME_MAX];
    uint32_t mx_ports[SEARCH_MX]; /* of smart hosts */
    uint32_t mx_safety;           /* SANSMTP_DNS_... */
    struct sansmtp_route_host hosts[SEARCH_HOSTS];
    struct search_host more[SEARCH_HOSTS];
    size_t host_count;
    struct sansmtp_route_attempt attempts[SEARCH_ATTEMPTS];
    struct sansmtp_route_result result; /* what came of it */
    char policy_domain[SEARCH_NAME_MAX]; /* MTA-STS: whose policy counts */
    struct policy_kept kept;
    bool has_policy;         /* and it holds */
};

/* done is called on the loop, never before this returns. flags: SANSMTP_ROUTE_SMART_HOSTS, by the
 * configured hosts; SANSMTP_ROUTE_HELD_LAST. NULL: no memory. */
struct search *search_begin(struct relay *relay, const char *domain, uint32_t flags,
                            search_done *done, void *user);

/* Not wanted any more; NULL is nothing. */
void search_end(struct search *search);

/* deliver_safety.c: SANSMTP_DNS_...: how safe an answer is, if DANE is on. */
uint32_t search_safety(uint32_t answers, const uint8_t *message, size_t length);

/* deliver_policy.c, deliver_safety.c: the lookups for TLS. Each adds to search->pending what is to
 * be awaited. */
void search_policy(struct search *search, void (*answered)(struct search *search));
void search_tlsa(struct search *search, uint32_t host, void (*answered)(struct search *search));

/* deliver_safety.c: what is known of a host, but for the flags of the message. */
void search_facts(const struct search *search, uint32_t host, struct sansmtp_channel_facts *facts);

#endif
