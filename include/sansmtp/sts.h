#ifndef SANSMTP_STS_H
#define SANSMTP_STS_H

/*
 * How safe the way to the next host must be: MTA-STS (RFC 8461), DANE for SMTP (RFC 7672) and the
 * demand REQUIRETLS (RFC 8689), as pure functions over what the host has looked up. The host does
 * DNS and HTTPS, computes digests and checks certificates; here is said what follows from it.
 * Nothing is kept, any function may be called from any thread and from a callback. Domain names are
 * ASCII (A-labels); a final dot, as DNS libraries write it, is ignored.
 */

#include <sansmtp/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- MTA-STS ---- */

/* RFC 8461 3.2: no policy is longer lived; 3.3: none that is longer need be read. */
#define SANSMTP_STS_MAX_AGE    31557600u
#define SANSMTP_STS_TEXT_MAX   65536u
#define SANSMTP_STS_REFRESH    86400u /* 3.3: a policy is fetched anew after so many seconds */
#define SANSMTP_STS_RETRY      300u   /* 3.3: and after so many if that failed */
#define SANSMTP_STS_ID_LONGEST 32u

/* struct sansmtp_sts_policy.mode */
#define SANSMTP_STS_NONE    0u /* there is no policy, or one that asks for nothing */
#define SANSMTP_STS_TESTING 1u /* deliver anyway, and report what would have failed */
#define SANSMTP_STS_ENFORCE 2u

/*
 * sansmtp_txt_join - the strings of a TXT record, joined without spaces.
 *
 * rdata is a TXT record's data as DNS has it: strings, each with its length in an octet in front.
 * For hosts whose resolver hands out just that. out holds capacity octets and overlaps nothing;
 * *out_length is set to the octets written, or, on SANSMTP_ERR_ROOM, to the number needed (length
 * is always enough). Returns 0, SANSMTP_ERR_ROOM, SANSMTP_ERR_SYNTAX, or SANSMTP_ERR_ARGUMENT.
 * Source: RFC 1035 3.3.14, RFC 8461 3.1.
 */
SANSMTP_API int sansmtp_txt_join(const uint8_t *rdata, size_t length, uint8_t *out, size_t capacity,
                                 size_t *out_length);

/*
 * sansmtp_sts_txt_parse - does a domain have a policy, and which?
 *
 * records are the count TXT records of _mta-sts.<domain>, each joined. Those that do not begin with
 * "v=STSv1;" are no concern; there must be just one that does, and it must be right. *id is set to
 * its id, 1 to 32 letters and digits, a span into that record. records may be NULL if count is 0.
 * Returns 0, or with *id unchanged: SANSMTP_ERR_SYNTAX (there is no policy to be had now: one that
 * the host has cached holds on, see sansmtp_sts_cache_decide), or SANSMTP_ERR_ARGUMENT.
 * Source: RFC 8461 3.1.
 */
SANSMTP_API int sansmtp_sts_txt_parse(const struct sansmtp_span *records, size_t count,
                                      struct sansmtp_span *id);

/* A policy taken apart. */
struct sansmtp_sts_policy {
    uint32_t size;     /* sizeof (struct sansmtp_sts_policy), set by the caller */
    uint32_t mode;     /* SANSMTP_STS_NONE, TESTING or ENFORCE */
    uint32_t max_age;  /* seconds, at most SANSMTP_STS_MAX_AGE */
    uint32_t mx_count; /* how many patterns of MX hosts it names */
    struct sansmtp_span
        text; /* the whole text, as given: keep it, for the patterns are read there */
};

/*
 * sansmtp_sts_policy_parse - the text from https://mta-sts.<domain>/.well-known/mta-sts.txt
 *
 * Hand in what came with status 200 (no redirect followed, certificate good for mta-sts.<domain>),
 * cut at nothing: a text over SANSMTP_STS_TEXT_MAX is refused. It is borrowed by policy->text.
 * Lines end with CRLF or LF; the last need not. Empty lines are passed over. Keys and values count
 * by case. Unknown keys are ignored, of a repeated one (but mx) the first counts.
 * Returns 0, or with policy unchanged: SANSMTP_ERR_SYNTAX (a line outside the grammar; version is
 * not STSv1; version, mode or max_age is missing, wrong or too large; no mx, unless mode is none),
 * SANSMTP_ERR_LENGTH, or SANSMTP_ERR_ARGUMENT (NULL, size). Source: RFC 8461 3.2.
 */
SANSMTP_API int sansmtp_sts_policy_parse(const uint8_t *text, size_t length,
                                         struct sansmtp_sts_policy *policy);

/*
 * sansmtp_sts_name_matches - does a pattern mean this host?
 *
 * "mx.example" means itself, "*.example" any one label in front of ".example"; a star stands
 * nowhere else. It is the rule for patterns of policies, and for the DNS names in certificates too.
 * Returns 1 or 0; 0 too for wrong arguments. Source: RFC 8461 4.1, RFC 6125 6.4.3.
 */
SANSMTP_API int sansmtp_sts_name_matches(const uint8_t *pattern, size_t pattern_length,
                                         const uint8_t *host, size_t host_length);

/*
 * sansmtp_sts_policy_names - does the policy name this MX host?
 *
 * policy is as sansmtp_sts_policy_parse wrote it, and its text is still there.
 * Returns 1 or 0; 0 too for wrong arguments. Source: RFC 8461 4.1.
 */
SANSMTP_API int sansmtp_sts_policy_names(const struct sansmtp_sts_policy *policy,
                                         const uint8_t *host, size_t host_length);

/* struct sansmtp_sts_cache.flags */
#define SANSMTP_STS_CACHED 1u /* a policy is kept; its time, max_age and id are below */
#define SANSMTP_STS_FAILED 2u /* the last fetch failed, at the time below */

/* What the host keeps of a domain, beside the policy's text. */
struct sansmtp_sts_cache {
    uint32_t size;    /* sizeof (struct sansmtp_sts_cache) */
    uint32_t flags;   /* SANSMTP_STS_CACHED, FAILED */
    int64_t fetched;  /* when the policy was last fetched; seconds of the host's clock */
    int64_t failed;   /* when a fetch last failed */
    uint32_t max_age; /* the policy's */
    uint32_t reserved;
    struct sansmtp_span id; /* of the record that the policy was fetched for; borrowed for a call */
};

/* What to do. */
#define SANSMTP_STS_USE   1u /* the cached policy holds */
#define SANSMTP_STS_FETCH 2u /* fetch it now; if that fails, what was said of USE still holds */

/*
 * sansmtp_sts_cache_decide - does the cached policy hold, and is it time to fetch?
 *
 * id is what sansmtp_sts_txt_parse found; NULL: no usable record, or the lookup failed, which says
 * nothing about a policy that is cached. now is in seconds of the same clock. FETCH is said if
 * there is a record and no policy that holds, or the record's id is another than the cached one's;
 * or, record or not, if the policy that holds was fetched SANSMTP_STS_REFRESH or half of max_age
 * ago; but not within SANSMTP_STS_RETRY of a fetch that failed. What was fetched without a record
 * is kept with the id that was cached. A policy holds for max_age seconds, that one included.
 * Returns a set of SANSMTP_STS_USE and FETCH, or SANSMTP_ERR_ARGUMENT (NULL, size, flags).
 * Source: RFC 8461 3.3, 5.1, 10.2.
 */
SANSMTP_API int sansmtp_sts_cache_decide(const struct sansmtp_sts_cache *cache,
                                         const struct sansmtp_span *id, int64_t now);

/* ---- DANE ---- */

#define SANSMTP_TLSA_DANE_TA     2u /* usage: an issuer of the chain; names and times are checked */
#define SANSMTP_TLSA_DANE_EE     3u /* usage: the host's own certificate; neither is checked */
#define SANSMTP_TLSA_CERTIFICATE 0u /* selector: the whole certificate */
#define SANSMTP_TLSA_KEY         1u /* selector: its SubjectPublicKeyInfo */
#define SANSMTP_TLSA_FULL        0u /* matching: as it is */
#define SANSMTP_TLSA_SHA256      1u
#define SANSMTP_TLSA_SHA512      2u

/* A TLSA record. */
struct sansmtp_tlsa {
    uint32_t usage;
    uint32_t selector;
    uint32_t matching;
    uint32_t reserved;
    struct sansmtp_span data;
};

/*
 * sansmtp_tlsa_parse - a TLSA record from its data as DNS has it.
 *
 * tlsa->data is a span into rdata. Returns 0, SANSMTP_ERR_SYNTAX (under 4 octets), or
 * SANSMTP_ERR_ARGUMENT. Source: RFC 6698 2.1.
 */
SANSMTP_API int sansmtp_tlsa_parse(const uint8_t *rdata, size_t length, struct sansmtp_tlsa *tlsa);

/*
 * sansmtp_tlsa_usable - can SMTP do anything with this record?
 *
 * Usage DANE-TA or DANE-EE (PKIX-TA and PKIX-EE are none for SMTP), selector and matching known,
 * data of the matching's length. Returns 1 or 0. Source: RFC 7672 3.1, RFC 6698 2.1.
 */
SANSMTP_API int sansmtp_tlsa_usable(const struct sansmtp_tlsa *tlsa);

/*
 * sansmtp_tlsa_name_write - what to look up: "_25._tcp.mx.example".
 *
 * base is the TLSA base domain: the MX host with its CNAMEs followed, if they were all secure, and
 * if nothing is found there, the MX host itself. out and capacity as for sansmtp_txt_join.
 * A "_" in base is fine, as in the hosts of route.h.
 * Returns 0, SANSMTP_ERR_ROOM, SANSMTP_ERR_SYNTAX (base is no domain), SANSMTP_ERR_LENGTH, or
 * SANSMTP_ERR_ARGUMENT (NULL, port 0 or over 65535). Source: RFC 6698 3, RFC 7672 2.2.2, 2.2.3.
 */
SANSMTP_API int sansmtp_tlsa_name_write(const uint8_t *base, size_t length, uint32_t port,
                                        char *out, size_t capacity, size_t *out_length);

/* struct sansmtp_tlsa_certificate.flags */
#define SANSMTP_TLSA_LEAF 1u /* the host's own certificate; the others of its chain: issuers */

/* One certificate of the chain that the peer showed. What the host has not computed is absent. */
struct sansmtp_tlsa_certificate {
    uint32_t size;                   /* sizeof (struct sansmtp_tlsa_certificate) */
    uint32_t flags;                  /* SANSMTP_TLSA_LEAF */
    struct sansmtp_span certificate; /* DER */
    struct sansmtp_span key;         /* DER of its SubjectPublicKeyInfo */
    struct sansmtp_span certificate_sha256;
    struct sansmtp_span key_sha256;
    struct sansmtp_span certificate_sha512;
    struct sansmtp_span key_sha512;
};

/*
 * sansmtp_tlsa_match - does any of the records mean this certificate?
 *
 * DANE-EE records are compared with the leaf, DANE-TA ones with the issuers. Records that are not
 * usable are passed over, and so is a weaker digest where there is a stronger of the same usage and
 * selector (SHA-512, then SHA-256).
 * Returns 0: none; SANSMTP_TLSA_DANE_EE: the host is authenticated, whatever names and times its
 * certificate has; SANSMTP_TLSA_DANE_TA: it is if the chain is valid up to this certificate and a
 * name of channel.names is in the leaf; or SANSMTP_ERR_ARGUMENT (NULL, size, flags).
 * Source: RFC 7672 3.1.1, 3.1.2, RFC 7671 9, RFC 6698 2.1.
 */
SANSMTP_API int sansmtp_tlsa_match(const struct sansmtp_tlsa *records, size_t count,
                                   const struct sansmtp_tlsa_certificate *certificate);

/* ---- What the channel to a host must be ---- */

/* What DNS said of a lookup, by a resolver that validates and can be trusted. */
#define SANSMTP_DNS_UNKNOWN  0u /* not looked up yet */
#define SANSMTP_DNS_SECURE   1u /* signed, or the host's own configuration; denial included */
#define SANSMTP_DNS_INSECURE 2u /* not signed; denial included */
#define SANSMTP_DNS_FAILED   3u /* bogus, indeterminate, SERVFAIL, no answer */

/* struct sansmtp_channel_facts.flags */
#define SANSMTP_CHANNEL_REQUIRETLS   1u /* the message has REQUIRETLS */
#define SANSMTP_CHANNEL_NULL_SENDER  2u /* its reverse-path is <> */
#define SANSMTP_CHANNEL_TLS_OPTIONAL 4u /* its header says "TLS-Required: No"; REQUIRETLS wins */
#define SANSMTP_CHANNEL_STS_NAMED    8u /* sansmtp_sts_policy_names said yes of the MX host */

/* How safe, from less to more. */
#define SANSMTP_CHANNEL_CLEAR   0u /* TLS if the peer has it, of any kind; else without */
#define SANSMTP_CHANNEL_ENCRYPT 1u /* TLS; certificates do not matter */
#define SANSMTP_CHANNEL_PKIX    2u /* TLS, certificate from a trusted CA, good for a name below */
#define SANSMTP_CHANNEL_DANE    3u /* TLS, authenticated by sansmtp_tlsa_match */

/*
 * What the host knows of one MX host, or of the next hop itself where that has no MX. mx is SECURE
 * also if no MX lookup was made, since the host is configured, and if the next-hop domain has no
 * MX: it is then its own host, and nobody can have forged that. address is SECURE also if the host
 * is a CNAME that is, though what it leads to is INSECURE: the TLSA base domain is then the host's
 * own name (RFC 7672 2.2.2).
 */
struct sansmtp_channel_facts {
    uint32_t size;        /* sizeof (struct sansmtp_channel_facts) */
    uint32_t flags;       /* SANSMTP_CHANNEL_REQUIRETLS ... */
    uint32_t least;       /* the host's own demand: SANSMTP_CHANNEL_CLEAR, ENCRYPT or PKIX */
    uint32_t mx;          /* SANSMTP_DNS_...: the MX lookup of the next-hop domain */
    uint32_t address;     /* SANSMTP_DNS_...: A and AAAA of the host; the worse, CNAMEs included */
    uint32_t tlsa;        /* SANSMTP_DNS_...: TLSA; UNKNOWN if not looked up */
    uint32_t tlsa_count;  /* TLSA records found */
    uint32_t tlsa_usable; /* those of which sansmtp_tlsa_usable said yes */
    uint32_t sts;         /* SANSMTP_STS_...: the mode of the domain's policy */
    uint32_t reserved;
};

/* struct sansmtp_channel.action */
#define SANSMTP_CHANNEL_CONNECT 1u /* connect; then ask sansmtp_channel_judge */
#define SANSMTP_CHANNEL_LOOK_UP 2u /* look up TLSA, then decide again */
#define SANSMTP_CHANNEL_SKIP    3u /* not this host; the next one, or later */

/* Why not, or why it will be reported. */
#define SANSMTP_CHANNEL_FINE        0u
#define SANSMTP_CHANNEL_DNS         1u /* a lookup failed, maybe by an attacker's doing */
#define SANSMTP_CHANNEL_NOT_NAMED   2u /* the MTA-STS policy does not name this MX host */
#define SANSMTP_CHANNEL_FORGEABLE   3u /* REQUIRETLS, and neither DNSSEC nor MTA-STS names it */
#define SANSMTP_CHANNEL_NO_STARTTLS 4u
#define SANSMTP_CHANNEL_NO_TLS      5u /* the handshake failed */
#define SANSMTP_CHANNEL_NOT_PROVEN  6u /* the certificate is not good */
#define SANSMTP_CHANNEL_NO_KEYWORD  7u /* REQUIRETLS is not in the peer's EHLO reply */

/* Names in a certificate that are good: any of them. */
#define SANSMTP_CHANNEL_NAME_MX       1u /* the MX host, as the MX record has it */
#define SANSMTP_CHANNEL_NAME_BASE     2u /* the TLSA base domain */
#define SANSMTP_CHANNEL_NAME_NEXT_HOP 4u /* the next-hop domain, the one behind the "@", and what */
                                         /* its CNAME leads to, if it is one (RFC 7672 3.2.2) */

/* What was decided. */
struct sansmtp_channel {
    uint32_t size;   /* sizeof (struct sansmtp_channel), set by the caller */
    uint32_t action; /* SANSMTP_CHANNEL_CONNECT, LOOK_UP or SKIP */
    uint32_t level;  /* SANSMTP_CHANNEL_CLEAR ... DANE */
    uint32_t names;  /* set of SANSMTP_CHANNEL_NAME_...: of PKIX, and of DANE by DANE-TA */
    uint32_t sni;    /* one of SANSMTP_CHANNEL_NAME_...: the name to send in the handshake */
    uint32_t reason; /* SKIP: why */
    uint32_t report; /* why a policy that only tests would refuse this host, or FINE; for TLSRPT */
    uint32_t enhanced; /* SKIP: the code for the message, if no other host is left: 4.x.x: later */
    uint32_t flags;    /* internal: for sansmtp_channel_judge */
    uint32_t reserved;
};

/*
 * sansmtp_channel_decide - what must the channel to this host be?
 *
 * In this order: "TLS-Required: No" asks for nothing. A lookup that failed: SKIP, since an attacker
 * can make it fail. DANE, if the addresses are secure: usable records authenticate the host, and
 * then MTA-STS is not asked, unless MX was insecure: then a policy in force must still name the
 * host, for anybody may have forged the MX; records of which none is usable demand TLS alone.
 * MTA-STS in force: SKIP if it does not name the host, else PKIX for the MX host's name. In
 * testing it changes nothing but report. REQUIRETLS: the MX must be secure or named by the policy,
 * and the host be authenticated, by DANE or PKIX. At last least.
 * Returns 0, or with channel unchanged SANSMTP_ERR_ARGUMENT (NULL, a size, a number out of range,
 * mx or address UNKNOWN, tlsa_usable over tlsa_count).
 * Source: RFC 7672 2.1, 2.2, 3.2; RFC 8461 2, 4, 5; RFC 8689 2, 3, 4.2.
 */
SANSMTP_API int sansmtp_channel_decide(const struct sansmtp_channel_facts *facts,
                                       struct sansmtp_channel *channel);

/* What came of the connection: a set. */
#define SANSMTP_CHANNEL_OFFERED 1u /* STARTTLS was in the EHLO reply (or TLS began at once) */
#define SANSMTP_CHANNEL_TLS     2u /* the handshake is done */
#define SANSMTP_CHANNEL_PROVEN  4u /* the certificate is as channel.level demands; where that is */
                                   /* CLEAR or ENCRYPT: good by PKIX for the MX host's name */
#define SANSMTP_CHANNEL_KEYWORD 8u /* REQUIRETLS was in the EHLO reply inside TLS */

/* struct sansmtp_channel_verdict.action */
#define SANSMTP_CHANNEL_SEND       1u /* the message may go */
#define SANSMTP_CHANNEL_SEND_CLEAR 2u /* TLS failed and is not demanded: anew, without STARTTLS */
#define SANSMTP_CHANNEL_NEXT       3u /* QUIT before MAIL; the next host, or later */

struct sansmtp_channel_verdict {
    uint32_t size;      /* sizeof (struct sansmtp_channel_verdict), set by the caller */
    uint32_t action;    /* SANSMTP_CHANNEL_SEND, SEND_CLEAR or NEXT */
    uint32_t reason;    /* NEXT: why */
    uint32_t report;    /* why a policy that only tests would have refused; for TLSRPT */
    uint32_t enhanced;  /* NEXT: the code for the message, if no other host is left */
    uint32_t parameter; /* SEND: 1 if MAIL must have the parameter REQUIRETLS */
};

/*
 * sansmtp_channel_judge - may the message go over the connection that came of it?
 *
 * channel is as sansmtp_channel_decide wrote it, with action CONNECT. outcome is a set of
 * SANSMTP_CHANNEL_OFFERED, TLS, PROVEN, KEYWORD. With REQUIRETLS the codes are for good: 5.7.10 for
 * no TLS that is good enough, 5.7.30 for no keyword; a bounce (null sender) goes without the
 * parameter to a peer that does not know it. Else all is for later: 4.7.4, 4.7.5.
 * Returns 0, or with verdict unchanged SANSMTP_ERR_ARGUMENT (NULL, a size, bits that are none, TLS
 * without OFFERED, PROVEN or KEYWORD without TLS, another action than CONNECT).
 * Source: RFC 8461 5, RFC 7672 2.2, RFC 8689 4.2.1, 5.
 */
SANSMTP_API int sansmtp_channel_judge(const struct sansmtp_channel *channel, uint32_t outcome,
                                      struct sansmtp_channel_verdict *verdict);

#ifdef __cplusplus
}
#endif

#endif
