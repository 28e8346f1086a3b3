/*
 * A line of a reply, in a block of exactly its size. What is read lies inside the line, reaches to
 * its end, and is read again the same when it is written anew.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reply.h"
#include "reply_line.h"

#define HOLDS(condition) ((condition) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_again(const struct sansmtp_reply_line *line)
{
    size_t room = line->text.length + 32;
    char *again = malloc(room);
    struct sansmtp_reply_line read;
    size_t length;

    HOLDS(again != NULL);
    length = (size_t)snprintf(again, room, "%u%c", line->code, line->last ? ' ' : '-');
    if (line->enhanced != 0) {
        length += (size_t)snprintf(again + length, room - length, "%u.%u.%u ",
                                   line->enhanced / 1000000, line->enhanced / 1000 % 1000,
                                   line->enhanced % 1000);
    }
    memcpy(again + length, line->text.data, line->text.length);
    length += line->text.length;
    HOLDS(sansmtp_reply_line_parse((const uint8_t *)again, length, &read));
    HOLDS(read.code == line->code && read.enhanced == line->enhanced && read.last == line->last);
    HOLDS(read.text.length == line->text.length);
    HOLDS(memcmp(read.text.data, line->text.data, read.text.length) == 0);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sansmtp_reply_line line;
    uint8_t *input = malloc(size);

    HOLDS(input != NULL || size == 0);
    if (size > 0) {
        memcpy(input, data, size);
    }
    if (sansmtp_reply_line_parse(input, size, &line)) {
        HOLDS(line.code >= 200 && line.code <= 599);
        HOLDS(line.enhanced == 0 || sansmtp_enhanced_valid(line.enhanced));
        HOLDS(line.enhanced == 0 || line.enhanced / 1000000 == line.code / 100);
        HOLDS(line.text.data >= input + 3 && line.text.length <= size - 3);
        HOLDS(line.text.data + line.text.length == input + size);
        write_again(&line);
    }
    free(input);
    return 0;
}
