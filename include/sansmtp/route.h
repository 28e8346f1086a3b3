#ifndef SANSMTP_ROUTE_H
#define SANSMTP_ROUTE_H

/*
 * Where to connect for a domain, and in which order (RFC 5321 5).
 *
 * The host asks the DNS, these functions say what the answers mean. Three steps: ask for the MX
 * records of the domain; sansmtp_route_hosts() makes the list of mail hosts of them; ask for the
 * addresses of these hosts, of all or of the first few; sansmtp_route_attempts() makes the list of
 * addresses to connect to. Each step may say instead that the message is to come back, or to wait.
 *
 * Pure functions over memory of the host: nothing is kept, nothing is called, no clock and no
 * randomness but what is passed in. Any function may be called from any thread and from a callback.
 * All spans and pointers of struct sansmtp_route and of the hosts are borrowed for the call; the
 * name in a struct sansmtp_route_host points into them.
 *
 * The elements of arrays carry no size: they stay as they are.
 */

#include <sansmtp/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the DNS said. Bits: or together what A and AAAA said. */
#define SANSMTP_ROUTE_FOUND    1u  /* there are records of the kind */
#define SANSMTP_ROUTE_NODATA   2u  /* the name exists, but has no record of the kind */
#define SANSMTP_ROUTE_NXDOMAIN 4u  /* the name does not exist */
#define SANSMTP_ROUTE_SERVFAIL 8u  /* a server failed, refused, or made no sense */
#define SANSMTP_ROUTE_TIMEOUT  16u /* nobody answered */
#define SANSMTP_ROUTE_BOGUS    32u /* the answer does not stand the check of DNSSEC */
#define SANSMTP_ROUTE_ALIAS    64u /* the name was a CNAME; beside one of the others */

/* struct sansmtp_route.flags */
#define SANSMTP_ROUTE_SMART_HOSTS 1u  /* mx is the host's own list, not from the DNS */
#define SANSMTP_ROUTE_NO_ALIASES  2u  /* leave out mail hosts whose name is a CNAME */
#define SANSMTP_ROUTE_HELD_LAST   4u  /* try what is held, after all else, instead of never */
#define SANSMTP_ROUTE_LOCAL       8u  /* loopback and 169.254/16 are fine, whoever names them */
#define SANSMTP_ROUTE_PUBLIC_ONLY 16u /* leave out private addresses that the DNS or a recipient */
                                      /* names (RFC 1918, 4193, 6598) */

/* struct sansmtp_route.order: of the addresses of one host */
#define SANSMTP_ROUTE_ORDER_RESOLVER   0u /* as they stand (default; RFC 5321 5.1) */
#define SANSMTP_ROUTE_ORDER_INTERLEAVE 1u /* the families take turns, that of the first begins */
#define SANSMTP_ROUTE_ORDER_IPV4_FIRST 2u
#define SANSMTP_ROUTE_ORDER_IPV6_FIRST 3u
#define SANSMTP_ROUTE_ORDER_IPV4_ONLY  4u
#define SANSMTP_ROUTE_ORDER_IPV6_ONLY  5u

/* An IP address in network order, as sockaddr has it. IPv4 in IPv6 (::ffff:192.0.2.9) is the same
 * address as its IPv4. */
struct sansmtp_route_address {
    uint8_t octets[16];
    uint32_t length; /* 4 or 16 */
};

/* One MX record, or one smart host: its target, in ASCII (A-labels), with or without a final dot.
 * The root is "." or "". */
struct sansmtp_route_mx {
    uint32_t preference; /* lower is better */
    uint32_t reserved;
    struct sansmtp_span target;
};

/* An address that failed; see sansmtp_route_failed. All zero: a free row. Plain numbers, which a
 * host may keep on disk. */
struct sansmtp_route_failure {
    struct sansmtp_route_address address;
    uint32_t failures; /* in a row */
    uint64_t since;    /* when it failed last */
    uint64_t until;    /* not to be tried before */
};

/* The question. Zero all of it, then fill what you know. */
struct sansmtp_route {
    uint32_t size;              /* sizeof (struct sansmtp_route) */
    uint32_t flags;             /* SANSMTP_ROUTE_SMART_HOSTS and so on */
    uint32_t order;             /* SANSMTP_ROUTE_ORDER_... */
    uint32_t per_host;          /* of each host, look at so many addresses; 0: at all */
    uint64_t seed;              /* a random number, another one for each message */
    uint64_t now;               /* seconds; only compared with those of failures */
    struct sansmtp_span domain; /* the recipient's, in A-labels, or an address literal. If a */
                                /* CNAME led elsewhere, the name that it led to */
    uint32_t answers;           /* what the DNS said when asked for MX */
    uint32_t reserved;          /* 0 */
    const struct sansmtp_route_mx *mx;
    size_t mx_count;
    const struct sansmtp_span *names; /* ours, "by which we might be known"; may be none */
    size_t name_count;
    const struct sansmtp_route_address *own; /* our addresses; may be none */
    size_t own_count;
    const struct sansmtp_route_failure *failures; /* what failed of late; may be none */
    size_t failure_count;
};

/* host.flags */
#define SANSMTP_ROUTE_IMPLICIT 1u /* the domain itself, having no MX; or an address literal */
#define SANSMTP_ROUTE_LAST     2u /* the last of all, so that none was left out */

/* host.record of the domain itself */
#define SANSMTP_ROUTE_NO_RECORD UINT32_MAX

/* One mail host. sansmtp_route_hosts() fills all of it; the host that looks up its addresses sets
 * the last three, unless literal.length says that there is nothing to look up. */
struct sansmtp_route_host {
    uint32_t record;                      /* index of its MX record, or SANSMTP_ROUTE_NO_RECORD */
    uint32_t preference;                  /* of that record */
    uint32_t flags;                       /* SANSMTP_ROUTE_IMPLICIT, SANSMTP_ROUTE_LAST */
    struct sansmtp_route_address literal; /* if length is not 0: name is this address */
    struct sansmtp_span name;             /* without a final dot; for A, AAAA, TLSA, SNI, logs */
    uint32_t answers;                     /* what the DNS said when asked for A and AAAA */
    uint32_t reserved;
    const struct sansmtp_route_address *addresses; /* in the resolver's order */
    size_t address_count;
};

/* attempt.flags */
#define SANSMTP_ROUTE_HELD 1u /* it failed of late, and is tried because of HELD_LAST */

/* One address to connect to. */
struct sansmtp_route_attempt {
    uint32_t host;  /* index into hosts */
    uint32_t index; /* of the address in hosts[host].addresses; a literal: 0 */
    uint32_t flags; /* SANSMTP_ROUTE_HELD */
    struct sansmtp_route_address address; /* a copy of it */
};

/* result.verdict */
#define SANSMTP_ROUTE_TRY    1u /* there are count elements: the best first */
#define SANSMTP_ROUTE_LATER  2u /* keep the message and ask again later */
#define SANSMTP_ROUTE_BOUNCE 3u /* the message cannot be delivered */

/* result.reason, if there is nothing to try: sansmtp_route_reason_name(). */
#define SANSMTP_ROUTE_REASON_NXDOMAIN 1u /* bounce 5.1.2: the domain does not exist */
#define SANSMTP_ROUTE_REASON_NULL_MX  2u /* bounce 5.1.10: it says that it takes no mail */
#define SANSMTP_ROUTE_REASON_LITERAL  3u /* bounce 5.1.2: a literal that is no IP address */
#define SANSMTP_ROUTE_REASON_UNUSABLE 4u /* bounce 5.4.4: no mail host has a usable address */
#define SANSMTP_ROUTE_REASON_LOOP     5u /* bounce 5.4.6: the best mail host is oneself */
#define SANSMTP_ROUTE_REASON_DNS      6u /* later 4.4.3: the DNS gives no answer now */
#define SANSMTP_ROUTE_REASON_BOGUS    7u /* later 4.4.3: its answer is not to be trusted */
#define SANSMTP_ROUTE_REASON_HELD     8u /* later 4.4.1: all addresses failed of late; see when */
#define SANSMTP_ROUTE_REASON_CUT      9u /* later 4.4.4: these hosts are unusable, but not all of */
                                         /* them were passed in */
#define SANSMTP_ROUTE_REASON_SMART_HOSTS 10u /* later 4.3.5: none of the smart hosts has a usable */
                                             /* address, or the best of them is oneself */

/* result.flags */
#define SANSMTP_ROUTE_MORE 1u /* there was no room for the last ones */

/* The answer. */
struct sansmtp_route_result {
    uint32_t size;     /* sizeof (struct sansmtp_route_result), set by the caller */
    uint32_t verdict;  /* SANSMTP_ROUTE_TRY, LATER, BOUNCE */
    uint32_t reason;   /* SANSMTP_ROUTE_REASON_..., 0 with TRY */
    uint32_t code;     /* what a server would say of such a recipient: 550; 0 with TRY */
    uint32_t enhanced; /* SANSMTP_ENHANCED(5, 1, 2), for the report; 0 with TRY */
    uint32_t flags;    /* SANSMTP_ROUTE_MORE */
    uint64_t when;     /* HELD: when the first address may be tried again; else 0 */
    size_t count;      /* elements written; 0 without TRY */
};

/*
 * sansmtp_route_hosts - the mail hosts of a domain, in the order in which to try them.
 *
 * hosts has capacity elements, at least 1; the best that fit are written, each name once.
 * - domain is an address literal: that address; answers and mx are not looked at.
 * - FOUND: the records by preference, those of one preference in an order that seed decides, the
 *   same for the same seed. One that is named in names, and all of its preference or worse, are
 *   left out. Targets that are an IP address or no host name are left out.
 * - NODATA, or FOUND without a record: the domain itself. The domain is never used otherwise.
 * - The only target is the root (RFC 7505): bounce. A root beside others is left out.
 * - NXDOMAIN: bounce. SERVFAIL, TIMEOUT, BOGUS: later, whatever else is said.
 * - flags has SMART_HOSTS: mx are mail hosts by the host's own choice, first and second and so on
 *   by preference; a target may be an address, with brackets or without; domain and answers are
 *   not looked at.
 * Takes time in proportion to mx_count times capacity.
 *
 * Returns 0 and fills result and hosts, or with both unchanged: SANSMTP_ERR_SYNTAX or
 * SANSMTP_ERR_LENGTH (domain, see sansmtp_domain_parse; it may end in a dot), or
 * SANSMTP_ERR_ARGUMENT (NULL, size, capacity 0, a bit or number out of range, no answers or two
 * that exclude each other, records although none were FOUND, no smart host).
 * Source: RFC 5321 5.1, 7505 3, 2181 10.3.
 */
SANSMTP_API int sansmtp_route_hosts(const struct sansmtp_route *route,
                                    struct sansmtp_route_host *hosts, size_t capacity,
                                    struct sansmtp_route_result *result);

/*
 * sansmtp_route_attempts - the addresses of these hosts, in the order in which to connect to them.
 *
 * hosts is what sansmtp_route_hosts() made, or the first count elements of it, with their answers
 * and addresses. attempts has capacity elements, at least 1; the first that fit are written, each
 * address once. Of route, these count: flags, order, per_host, now, own, failures.
 * - Addresses stay in the order of the hosts, those of a host in the order that route asks for.
 * - A host with one of our own addresses, and all of its preference or worse, are left out.
 * - Left out, too: what no connection leads to (unspecified, multicast, reserved, fe80::/10); and,
 *   but for smart hosts, loopback and 169.254/16 without LOCAL, private addresses with PUBLIC_ONLY.
 * - Held addresses (see sansmtp_route_failed) are left out, or come last.
 * - No address, and an answer that was SERVFAIL, TIMEOUT or BOGUS: that host counts as later.
 *
 * Returns 0 and fills result and attempts, or with both unchanged SANSMTP_ERR_ARGUMENT (NULL, size,
 * count or capacity 0, a bit or number out of range, a host without answers, addresses although
 * none were FOUND). Source: RFC 5321 5.1, 5.2, 4.5.4.1.
 */
SANSMTP_API int sansmtp_route_attempts(const struct sansmtp_route *route,
                                       const struct sansmtp_route_host *hosts, size_t count,
                                       struct sansmtp_route_attempt *attempts, size_t capacity,
                                       struct sansmtp_route_result *result);

/* For first and longest. Shorter than the time after which a message is tried again, so that each
 * retry finds out. */
#define SANSMTP_ROUTE_HOLD_FIRST   300u
#define SANSMTP_ROUTE_HOLD_LONGEST 1800u

/*
 * sansmtp_route_failed, sansmtp_route_worked - remember what cannot be reached.
 *
 * failures is a table of count rows, at least 1, all zero in the beginning, the host's own: one for
 * all messages, locked by the host if threads share it. failed: address is held from now on, first
 * for `first` seconds, then twice as long for each further failure up to `longest`; a failure that
 * comes more than longest after the last hold has ended is a first one again. In a full table it
 * takes the row whose hold ends first. worked: it is forgotten, if it was known.
 * Only for what was said of the host (SANSMTP_RETRY_HOLD of retry.h), never for a refused sender.
 *
 * Return 0, or with nothing changed SANSMTP_ERR_ARGUMENT (NULL, count 0, length of the address;
 * first 0 or greater than longest). Source: RFC 5321 4.5.4.1.
 */
SANSMTP_API int sansmtp_route_failed(struct sansmtp_route_failure *failures, size_t count,
                                     const struct sansmtp_route_address *address, uint64_t now,
                                     uint32_t first, uint32_t longest);
SANSMTP_API int sansmtp_route_worked(struct sansmtp_route_failure *failures, size_t count,
                                     const struct sansmtp_route_address *address);

/* sansmtp_route_held - until when the address is held; 0: it is not, or an argument is wrong. A
 * failure later than now (the clock was set back) holds nothing. */
SANSMTP_API uint64_t sansmtp_route_held(const struct sansmtp_route_failure *failures, size_t count,
                                        const struct sansmtp_route_address *address, uint64_t now);

/* sansmtp_route_reason_name - result.reason in words, "the domain takes no mail"; "?" for a number
 * that is none. Static text. Any thread, any time, also from a callback. */
SANSMTP_API const char *sansmtp_route_reason_name(uint32_t reason);

#ifdef __cplusplus
}
#endif

#endif
