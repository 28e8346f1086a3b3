#include "server_table.h"

#define CELL(name) SANSMTP_CELL_##name

static const uint8_t cells[][SANSMTP_STATES] = {
#define STATE(name, words)
#define ROW(verb, open, hello, mail, refused, ready, chunks, broken, denied, absent, weak)         \
    [SANSMTP_VERB_##verb] = {CELL(open),   CELL(hello),  CELL(mail),   CELL(refused), CELL(ready), \
                             CELL(chunks), CELL(broken), CELL(denied), CELL(absent),  CELL(weak)},
#include "server_table.def"
#undef STATE
#undef ROW
};

enum sansmtp_cell sansmtp_server_cell(uint32_t verb, enum sansmtp_state state)
{
    size_t row = verb < sizeof(cells) / sizeof(cells[0]) ? verb : SANSMTP_VERB_UNKNOWN;

    return (enum sansmtp_cell)cells[row][state];
}
