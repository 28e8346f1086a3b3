/*
 * Headers that stream by. The first octet is a seed of cuts, the second the length of a name to
 * look for, behind it comes that of a value; the rest is the message. However it is cut, all counts
 * are the same, and none is larger than what it counts among.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sansmtp/header.h>

#define HOLDS(condition) ((condition) ? (void)0 : abort())

enum { FIELDS = 2 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_in_pieces(struct sansmtp_header *header, struct sansmtp_header_field *fields,
                           const uint8_t *octets, size_t length, uint32_t seed)
{
    int ended = 0;

    for (size_t at = 0; at < length;) {
        size_t piece = seed == 0 ? length : 1 + (seed >> 16) % 7;
        uint8_t *block;

        piece = piece < length - at ? piece : length - at;
        block = malloc(piece);
        HOLDS(block != NULL);
        memcpy(block, octets + at, piece);
        ended = sansmtp_header_read(header, fields, FIELDS, block, piece);
        free(block);
        HOLDS(ended == ((header->flags & SANSMTP_HEADER_ENDED) != 0));
        at += piece;
        seed = seed * 1664525u + 1013904223u * (seed != 0);
    }
    HOLDS(ended || header->length == length);
    HOLDS(sansmtp_header_end(header, fields, FIELDS) == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sansmtp_header whole = {.size = sizeof whole}, cut = whole;
    struct sansmtp_header_field one[FIELDS], two[FIELDS];
    size_t name, value;

    if (size < 4) {
        return 0;
    }
    name = 1 + data[1] % 16;
    value = data[2] % 32;
    if (size < 3 + name + value) {
        return 0;
    }
    memset(one, 0, sizeof one);
    one[0].name = one[1].name = (struct sansmtp_span){data + 3, name};
    one[1].value = (struct sansmtp_span){data + 3 + name, value};
    memcpy(two, one, sizeof one);
    data += 3 + name + value;
    size -= 3 + name + value;
    read_in_pieces(&whole, one, data, size, 0);
    read_in_pieces(&cut, two, data, size, 1 + (uint32_t)size);
    HOLDS(whole.flags == cut.flags && whole.length == cut.length && whole.hops == cut.hops);
    HOLDS(whole.fields == cut.fields && one[0].count == two[0].count);
    HOLDS(one[1].count == two[1].count && one[1].count <= one[0].count);
    HOLDS(whole.length <= size && whole.hops <= whole.fields && one[0].count <= whole.fields);
    return 0;
}
