#ifndef SANSMTP_TEST_WORLD_H
#define SANSMTP_TEST_WORLD_H

/* Two ends, and a wire each way that may fail. Nothing in here knows SMTP. A seed decides all: who
 * has the turn, how much moves, how late a host answers. */

#include <sansmtp/types.h>
#include <stdbool.h>

#include "books.h"

enum { CLIENT, SERVER };

enum pace {
    PACE_WHOLE,  /* turn by turn, all that can move moves */
    PACE_OCTETS, /* turn by turn, an octet at a time */
    PACE_RANDOM  /* any turn, any piece, any delay */
};

enum fault_kind {
    FAULT_NONE,
    /* at an octet of a direction, counted as it is delivered */
    FAULT_LOST,   /* nothing arrives any more, either way; both write on for a while */
    FAULT_HALF,   /* nothing more arrives this way; the other way goes on */
    FAULT_SILENT, /* the same, but nobody hears of it: it is the deadlines that end it */
    /* at an octet of a direction, counted as it is handed to the transport */
    FAULT_FULL, /* the transport takes no more this way */
    /* at a wait of one end, though its peer lives */
    FAULT_EXPIRED,
    FAULT_STOPPED, /* the host stops: the client's abort(), the server's close() */
    /* at a question that the server asks its host */
    FAULT_DECLINE,
    FAULT_TEMPORARY, /* the host says 4yz, or what is nearest */
    FAULT_PERMANENT, /* 5yz */
    FAULT_LEAVE,     /* 421 */
    FAULT_FAIL,
    FAULT_CLOSE, /* close(), then yes */
    FAULT_MUTE,  /* no answer; the connection goes */
    FAULT_MUTE_THEN_YES
};

enum { FAULTS = FAULT_MUTE_THEN_YES + 1 };

struct fault {
    enum fault_kind kind;
    int end; /* the wire that CLIENT or SERVER writes to, or the end itself */
    uint64_t at;
};

/* What the world knows of an end. */
struct end_calls {
    uint32_t (*wants)(void);
    /* Takes octets, tells and answers. True: something was done, or is put off. */
    bool (*think)(struct sansmtp_span *in);
    const void *(*output)(size_t *length);
    int (*sent)(size_t length);
    uint32_t (*patience)(void); /* NULL: it waits for ever */
    int (*expired)(void);
    int (*eof)(void);
    int (*stop)(void);
    int (*tls_started)(void);
    bool (*idle)(void); /* Nothing moves any more. True: something was done. NULL: nothing. */
};

enum { WIRE = 4096, PENDING = 8192 };

struct wire {
    uint8_t octets[WIRE];
    size_t from, to;
    uint64_t taken, given; /* in all: handed to the transport, delivered */
    uint64_t sum;          /* of the octets taken */
};

struct end {
    const struct end_calls *calls;
    struct sansmtp_span in; /* delivered and not yet taken; ends where memory ends */
    uint64_t waits;
    bool closed, told;
};

struct world {
    struct end ends[2];
    struct wire wires[2]; /* wires[CLIENT] is what the client writes to */
    struct fault fault;
    enum pace pace;
    uint64_t dice;
    uint64_t questions; /* asked by the server so far */
    bool severed;
    bool eof; /* an end was told that nothing more comes */
    uint8_t *pending[2];
    struct books *books;
};

void world_begin(struct world *world, struct books *books, struct fault fault, enum pace pace,
                 uint64_t seed);
void world_run(struct world *world); /* until both ends have closed */
void world_free(struct world *world);

/* True now and then: the host puts it off. Never unless the pace is RANDOM. */
bool world_puts_off(struct world *world);

#endif
