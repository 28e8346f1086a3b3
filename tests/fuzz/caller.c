#include "caller.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void caller_begin(struct caller *caller, const uint8_t *script, size_t length, size_t memory)
{
    caller->script = script;
    caller->left = length;
    caller->block_length = memory;
    caller->block = malloc(memory);
    caller->before = malloc(memory);
    if (caller->block == NULL || caller->before == NULL) {
        abort();
    }
    memset(caller->block, 0xaa, memory);
}

void caller_end(struct caller *caller)
{
    free(caller->block);
    free(caller->before);
    free(caller->piece);
    text_free(&caller->log);
}

void caller_demand(const struct caller *caller, bool holds, const char *why)
{
    if (holds) {
        return;
    }
    fprintf(stderr, "%s\n%s\n", why, caller->log.length > 0 ? caller->log.data : "");
    abort();
}

uint8_t caller_octet(struct caller *caller)
{
    if (caller->left == 0) {
        return 0;
    }
    caller->left--;
    return *caller->script++;
}

void caller_remember(struct caller *caller)
{
    memcpy(caller->before, caller->block, caller->block_length);
}

int caller_called(struct caller *caller, const char *name, int result)
{
    text_print(&caller->log, "%s: %d\n", name, result);
    caller_demand(caller,
                  result == 0 || memcmp(caller->before, caller->block, caller->block_length) == 0,
                  "a call that was refused has changed something");
    return result;
}

/* Behind what was not taken, in a block of its own: with an octet in front, for none has no
 * block. */
void caller_say(struct caller *caller, const void *octets, size_t length)
{
    size_t left = caller->in.length;
    uint8_t *piece = malloc(left + length + 1);

    if (piece == NULL) {
        abort();
    }
    if (left > 0) {
        memcpy(piece + 1, caller->in.data, left);
    }
    memcpy(piece + 1 + left, octets, length);
    free(caller->piece);
    caller->piece = piece;
    caller->in.data = piece + 1;
    caller->in.length = left + length;
}

void caller_say_line(struct caller *caller, const char *line)
{
    caller_say(caller, line, strlen(line));
    caller_say(caller, "\r\n", 2);
}

void caller_say_script(struct caller *caller, size_t length)
{
    length = length < caller->left ? length : caller->left;
    caller_say(caller, caller->script, length);
    caller->script += length;
    caller->left -= length;
}
