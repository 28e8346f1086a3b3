#ifndef SANSMTP_FUZZ_CLIENT_INPUT_H
#define SANSMTP_FUZZ_CLIENT_INPUT_H

/*
 * How the client's fuzz targets read their input: a head, then what the server sends. In that, the
 * octet CLIENT_BARRIER and the one behind it are what the host does once all before is taken, all
 * that the engine wants is done and all that may go out is gone. client_seeds.c writes transcripts
 * so.
 */

#include <sansmtp/client.h>

enum {
    CLIENT_HEAD_FLAGS,      /* bits 0 to 5: options.flags */
    CLIENT_HEAD_MODES,      /* CLIENT_HEAD_... below */
    CLIENT_HEAD_RECIPIENTS, /* of a plain message, more than the first */
    CLIENT_HEAD_HOST,       /* three octets of which the host's messages are made; 0: plain ones */
    CLIENT_HEAD_LENGTH = CLIENT_HEAD_HOST + 3
};

#define CLIENT_HEAD_TLS        3u  /* options.tls; 3: NONE */
#define CLIENT_HEAD_NO_CHUNKS  4u  /* options.chunking */
#define CLIENT_HEAD_NORMALISE  8u  /* options.body_newlines */
#define CLIENT_HEAD_FEW        16u /* no more than 3 commands in flight */
#define CLIENT_HEAD_BRIEF      32u /* low limits to replies */
#define CLIENT_HEAD_MECHANISMS 64u /* authenticates */
#define CLIENT_HEAD_STALLS     128u

#define CLIENT_BARRIER 0xfe

/* The octet behind CLIENT_BARRIER is one of these plus CLIENT_ACTS times a number. */
enum {
    CLIENT_ACT_WAIT,
    CLIENT_ACT_TLS,
    CLIENT_ACT_TLS_VERIFIED,
    CLIENT_ACT_EOF,
    CLIENT_ACT_ABORT,
    CLIENT_ACT_EXPIRED,
    CLIENT_ACT_STALL, /* so many octets may still go out; only where the head says so */
    CLIENT_ACT_GO,
    CLIENT_ACTS
};

void client_input_options(struct sansmtp_client_options *options, const uint8_t *head);

#endif
