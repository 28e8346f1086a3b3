#include "send_scan.h"

#define BLOCK 64

/* Counts only, no branches, and as many rounds as vectors divide: so a compiler makes vectors of it.
 * An octet stands in front of the block. */
static void scan_block(struct scan *scan, const uint8_t *octets)
{
    const uint8_t *before = octets - 1;
    uint8_t feeds = 0, returns = 0, pairs = 0, all = 0;

    for (size_t i = 0; i < BLOCK; i++) {
        feeds = (uint8_t)(feeds + (octets[i] == '\n'));
        returns = (uint8_t)(returns + (octets[i] == '\r'));
        all |= octets[i];
    }
    for (size_t i = 0; i < BLOCK; i++) {
        pairs = (uint8_t)(pairs + ((before[i] == '\r') & (octets[i] == '\n')));
    }
    scan->feeds += feeds;
    scan->returns += returns;
    scan->pairs += pairs;
    scan->eight_bit |= all > 127;
}

static void scan_octet(struct scan *scan, uint8_t octet, uint8_t before)
{
    scan->feeds += octet == '\n';
    scan->returns += octet == '\r';
    scan->pairs += before == '\r' && octet == '\n';
    scan->eight_bit |= octet > 127;
}

void scan_octets(struct scan *scan, const uint8_t *octets, size_t length)
{
    size_t done = 1;

    if (length == 0) {
        return;
    }
    scan_octet(scan, octets[0], scan->last);
    for (; length - done >= BLOCK; done += BLOCK) {
        scan_block(scan, octets + done);
    }
    for (; done < length; done++) {
        scan_octet(scan, octets[done], octets[done - 1]);
    }
    scan->last = octets[length - 1];
    scan->octets += length;
}

uint64_t scan_bare(const struct scan *scan)
{
    return scan->feeds + scan->returns - 2 * scan->pairs;
}

uint64_t scan_size(const struct scan *scan)
{
    bool ended = scan->octets == 0 || scan->last == '\n' || scan->last == '\r';

    return scan->octets + scan_bare(scan) + (ended ? 0 : 2);
}
