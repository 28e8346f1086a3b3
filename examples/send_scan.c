#include "send_scan.h"

#define BLOCK 64

/* Counts only, no branches: so a compiler makes vectors of it. */
static void scan_block(struct scan *scan, const uint8_t *octets, uint8_t before)
{
    uint8_t feeds = 0, returns = 0, all = 0;
    uint8_t pairs = before == '\r' && octets[0] == '\n';

    for (size_t i = 0; i < BLOCK; i++) {
        feeds = (uint8_t)(feeds + (octets[i] == '\n'));
        returns = (uint8_t)(returns + (octets[i] == '\r'));
        all |= octets[i];
    }
    for (size_t i = 0; i < BLOCK - 1; i++) {
        pairs = (uint8_t)(pairs + ((octets[i] == '\r') & (octets[i + 1] == '\n')));
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
    uint8_t before = scan->last;
    size_t done = 0;

    for (; length - done >= BLOCK; done += BLOCK) {
        scan_block(scan, octets + done, before);
        before = octets[done + BLOCK - 1];
    }
    for (; done < length; done++) {
        scan_octet(scan, octets[done], before);
        before = octets[done];
    }
    scan->last = before;
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
