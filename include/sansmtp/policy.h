#ifndef SANSMTP_POLICY_H
#define SANSMTP_POLICY_H

/*
 * What a server decides before it takes mail: from whom, for whom, and how much of it. Networks and
 * relaying are pure functions over tables of the host; nothing is kept. The counts of who sent how
 * much live in a table of fixed size in memory of the host. Networks and relaying may be called
 * from any thread and from a callback; a table belongs to one thread at a time.
 */

#include <sansmtp/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A network. Written by sansmtp_network_parse; the octets of address behind length are 0. */
struct sansmtp_network {
    uint32_t length;     /* octets of its addresses: 4 or 16 */
    uint32_t bits;       /* how many of an address' first bits count: 0 to 32 or 128 */
    uint8_t address[16]; /* network order; bits that do not count are 0 */
};

/*
 * sansmtp_network_parse - "192.0.2.0/24", "2001:db8::/32", "192.0.2.9", "::1".
 *
 * Without "/", one address. IPv6 may stand in brackets, "[2001:db8::]/32". IPv4 in IPv6
 * ("::ffff:192.0.2.0/120") is the IPv4 network that it means. network is unspecified on error.
 * Returns 0, or SANSMTP_ERR_SYNTAX (outside this grammar; a zero in front of another digit of
 * the bits or of an octet in decimal; bits set in the address that do not count: most often a typing
 * error that names another network than was meant), or SANSMTP_ERR_ARGUMENT. Source: RFC 4632 3.1, RFC 4291 2.2, 2.3; an address as
 * RFC 5321 4.1.3 writes it, so "::" stands for two groups at least.
 */
SANSMTP_API int sansmtp_network_parse(const uint8_t *text, size_t length,
                                      struct sansmtp_network *network);

/*
 * sansmtp_network_contains - does any of count networks hold this address?
 *
 * address has length 4 or 16 octets in network order. IPv4 in IPv6, which a socket that serves both
 * families shows, is IPv4; a network of the one family never holds an address of the other, so
 * "::/0" is not everybody. networks may be NULL if count is 0.
 * Returns 1 or 0; 0 too for wrong arguments: an address of another length is in no network.
 */
SANSMTP_API int sansmtp_network_contains(const struct sansmtp_network *networks, size_t count,
                                         const uint8_t *address, size_t length);

/*
 * sansmtp_domain_listed - is this domain in the list?
 *
 * A pattern "x.example" means that domain, ".x.example" every domain below it, at any depth, but
 * not itself. The case of ASCII letters is ignored; a domain written with UTF-8 and its A-labels
 * are two domains: list both. No pattern has a final dot, as no domain of mail has one: it would
 * match nothing. patterns may be NULL if count is 0.
 * Returns 1 or 0; 0 too for wrong arguments. Source: RFC 5321 2.4.
 */
SANSMTP_API int sansmtp_domain_listed(const struct sansmtp_span *patterns, size_t count,
                                      const uint8_t *domain, size_t length);

/* struct sansmtp_relay.flags: what is refused unless they are set. */
#define SANSMTP_RELAY_DROP_ROUTES 1u /* "<@a,@b:c@d>" is read as <c@d>, not refused */
#define SANSMTP_RELAY_PLAIN_SIGNS 2u /* nothing here or behind gives "%", "!" and "@" in a local */
                                     /* part a meaning: they are letters like others */

/* For whom a server takes mail. Tables are borrowed for the call; NULL where their count is 0. */
struct sansmtp_relay {
    uint32_t size;                            /* sizeof (struct sansmtp_relay) */
    uint32_t flags;                           /* SANSMTP_RELAY_... */
    const struct sansmtp_span *local_domains; /* delivered here; patterns as above */
    size_t local_domain_count;
    const struct sansmtp_span *relay_domains; /* taken from anybody, passed on: we are their MX */
    size_t relay_domain_count;
    const struct sansmtp_network *own; /* own addresses: <ada@[192.0.2.1]> is delivered here */
    size_t own_count;
    const struct sansmtp_network *networks; /* whose clients may send to anywhere */
    size_t network_count;
};

/* Who wants to send to whom. */
struct sansmtp_relay_request {
    uint32_t size;                      /* sizeof (struct sansmtp_relay_request) */
    uint32_t flags;                     /* event.flags; only SANSMTP_FLAG_AUTHENTICATED counts */
    struct sansmtp_span client_address; /* 4 or 16 octets, network order; absent: not by IP */
    struct sansmtp_span path;           /* event.path of RECIPIENT; brackets may be missing */
};

/* struct sansmtp_relay_verdict.decision: the first three are a yes. */
#define SANSMTP_RELAY_LOCAL  1u /* to be delivered here, if there is such a user */
#define SANSMTP_RELAY_DOMAIN 2u /* to be passed on: the domain is in relay_domains */
#define SANSMTP_RELAY_CLIENT 3u /* to be passed on: this client may send to anywhere */
#define SANSMTP_RELAY_DENIED 4u /* neither the recipient nor the client is ours: 550 5.7.1 */
#define SANSMTP_RELAY_ROUTED 5u /* a way round a relay is hidden in the address: 550 5.7.1 */
#define SANSMTP_RELAY_SYNTAX 6u /* no recipient at all: 501 5.1.3 */

/* What was decided, and what to say to RCPT. */
struct sansmtp_relay_verdict {
    uint32_t size;     /* sizeof (struct sansmtp_relay_verdict), set by the caller */
    uint32_t decision; /* SANSMTP_RELAY_LOCAL ... SYNTAX */
    uint32_t code;     /* for sansmtp_server_reply */
    uint32_t enhanced; /* likewise */
    uint32_t flags;    /* SANSMTP_FLAG_POSTMASTER: to be taken, whoever the users are */
    uint32_t reserved;
    struct sansmtp_span text; /* likewise; static, ASCII */
};

/*
 * sansmtp_relay_decide - may this client send to this recipient?
 *
 * A client is trusted if it has authenticated itself or its address is in relay->networks; it may
 * send to anywhere. Others may send to local and relay domains, and to the bare <Postmaster>. The
 * sender has no say: neither a sender with a local domain nor the null one opens a relay.
 * Of those who are not trusted, a recipient is refused as ROUTED if, read without quotes, its local
 * part holds one of % ! @ (user%other.example@ours, other!user@ours, "user@other.example"@ours), or
 * if it has a source route; the flags above say otherwise. <ada@[192.0.2.1]> is LOCAL where that
 * address is in relay->own, and somebody else's where not.
 * Returns 0, or SANSMTP_ERR_ARGUMENT (NULL, a size, a flag, an address of another length, a table
 * that is NULL and has a count); verdict is then unchanged. It is a yes if decision is at most
 * SANSMTP_RELAY_CLIENT. Source: RFC 5321 3.6, 4.1.1.3, 4.1.3, 4.5.1, 7.9, F.2; RFC 2505 2.1.
 */
SANSMTP_API int sansmtp_relay_decide(const struct sansmtp_relay *relay,
                                     const struct sansmtp_relay_request *request,
                                     struct sansmtp_relay_verdict *verdict);

/* What is counted of each key: the index of struct sansmtp_rate_options.limits. */
#define SANSMTP_RATE_CONNECTIONS 0u
#define SANSMTP_RATE_MESSAGES    1u
#define SANSMTP_RATE_RECIPIENTS  2u
#define SANSMTP_RATE_OCTETS      3u

/* The largest numbers of a limit; products of both fit in 63 bits. */
#define SANSMTP_RATE_LIMIT_MAX  (UINT64_C(1) << 40)
#define SANSMTP_RATE_WINDOW_MAX (UINT32_C(1) << 22)

/* So many in so many seconds: that many at once, then as room comes back evenly, all of it within
 * one window. So in any t seconds at most limit * (1 + t / window) pass. */
struct sansmtp_rate_limit {
    uint64_t limit;  /* 1 to SANSMTP_RATE_LIMIT_MAX; 0: not limited */
    uint32_t window; /* seconds, 1 to SANSMTP_RATE_WINDOW_MAX */
    uint32_t reserved;
};

struct sansmtp_rate_options {
    uint32_t size; /* sizeof (struct sansmtp_rate_options) */
    uint32_t reserved;
    uint64_t seed[2]; /* 128 random bits, secret: with them nobody can choose keys that collide */
    struct sansmtp_rate_limit limits[4]; /* by SANSMTP_RATE_... */
};

/* A table of counts. Opaque. */
struct sansmtp_rate;

/*
 * sansmtp_rate_memory - octets that a table for this many keys needs.
 *
 * 48 octets a key and a little more; the number is rounded up to a multiple of 8.
 * Returns 0 if keys is 0 or the need does not fit in a size_t.
 */
SANSMTP_API size_t sansmtp_rate_memory(uint32_t keys);

/*
 * sansmtp_rate_init - an empty table in memory of the host.
 *
 * memory needs no alignment, holds length octets and must live as long as the table; all of it is
 * used. options are copied.
 * Returns 0, SANSMTP_ERR_MEMORY (less than sansmtp_rate_memory(1)), SANSMTP_ERR_OPTIONS (a limit or
 * window out of range), or SANSMTP_ERR_ARGUMENT (NULL, size).
 */
SANSMTP_API int sansmtp_rate_init(struct sansmtp_rate **rate, void *memory, size_t length,
                                  const struct sansmtp_rate_options *options);

/*
 * sansmtp_rate_address - the octets of an address by which its holder is counted.
 *
 * address has length 4 or 16 octets in network order. *key is set to a span into it: the whole of
 * an IPv4 address, also where it comes in IPv6, and the first 8 octets of an IPv6 address, for a
 * customer has a whole /64 to change between.
 * Returns 0 or SANSMTP_ERR_ARGUMENT (NULL, another length).
 */
SANSMTP_API int sansmtp_rate_address(const uint8_t *address, size_t length,
                                     struct sansmtp_span *key);

/*
 * sansmtp_rate_take - may this key have so many more now? If so, they are counted.
 *
 * key is whatever the host limits by: what sansmtp_rate_address says, a user's name; where both are
 * used, put an octet in front that tells them apart. what is SANSMTP_RATE_...; now is in seconds, of
 * a clock that the host keeps, never less than 0; if it steps back, no room comes back for the time
 * that it lost. What is refused is not counted. amount over the limit is never allowed; 0 asks
 * without taking. *wait (may be NULL) is set to 0, or to the seconds after which this amount would
 * be allowed if no other is taken, UINT64_MAX if never.
 * A key not in the table begins with nothing taken, and takes the place of that key among the 8 it
 * may replace that has used least of its limits: so a table that is full, or attacked with
 * ever new keys, refuses nobody for what others did, and forgets the busiest last. The price: keys
 * that are forgotten within their window begin anew, and pass more than their limit. Have a few
 * times as many places as keys are busy in one window. Constant time.
 * Returns 1 or 0, or SANSMTP_ERR_ARGUMENT (NULL, what, key_length 0, now below 0).
 */
SANSMTP_API int sansmtp_rate_take(struct sansmtp_rate *rate, const uint8_t *key, size_t key_length,
                                  uint32_t what, uint64_t amount, int64_t now, uint64_t *wait);

/*
 * sansmtp_rate_give - what was taken did not come to pass: it no longer counts.
 *
 * More than was taken, or a key that is not known, is nothing. Arguments as above.
 * Returns 0 or SANSMTP_ERR_ARGUMENT.
 */
SANSMTP_API int sansmtp_rate_give(struct sansmtp_rate *rate, const uint8_t *key, size_t key_length,
                                  uint32_t what, uint64_t amount, int64_t now);

#ifdef __cplusplus
}
#endif

#endif
