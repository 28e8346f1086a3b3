#ifndef SANSMTP_SERVER_TABLE_H
#define SANSMTP_SERVER_TABLE_H

/* Verb x state -> is it legal? Reads server_table.def, and nothing else decides. */

#include <sansmtp/types.h>

enum sansmtp_state {
#define STATE(name, words) SANSMTP_STATE_##name,
#define ROW(...)
#include "server_table.def"
#undef STATE
#undef ROW
    SANSMTP_STATES
};

enum sansmtp_cell {
    SANSMTP_CELL_GO,
    SANSMTP_CELL_BAD,
    SANSMTP_CELL_NONE,
    SANSMTP_CELL_DENY,
    SANSMTP_CELL_GONE,
    SANSMTP_CELL_WEAK
};

/* verb is SANSMTP_VERB_..., UNKNOWN included; the host's own are as UNKNOWN. */
enum sansmtp_cell sansmtp_server_cell(uint32_t verb, enum sansmtp_state state);

#endif
