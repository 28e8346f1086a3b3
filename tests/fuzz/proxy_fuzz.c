/*
 * A PROXY header, in a block of exactly its size. What the first octets decide no later one
 * changes, what is read stays within the header, and what is read and written again is read as the
 * same.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sansmtp/proxy.h>

#define HOLDS(condition) ((condition) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int read_block(const uint8_t *data, size_t size, struct sansmtp_proxy *proxy)
{
    uint8_t *block = malloc(size);
    int result;

    HOLDS(block != NULL || size == 0);
    if (size > 0) {
        memcpy(block, data, size);
    }
    result = sansmtp_proxy_read(block, size, SANSMTP_PROXY_ROOM, proxy);
    if (result == 0 && proxy->tlvs.length > 0) {
        proxy->tlvs.data = data + (proxy->tlvs.data - block);
    }
    free(block);
    return result;
}

static void write_again(const struct sansmtp_proxy *proxy)
{
    struct sansmtp_proxy again = *proxy, found = {.size = sizeof found};
    uint8_t out[SANSMTP_PROXY_ROOM + 16];
    size_t length;

    if (proxy->version == 2) {
        again.flags &= SANSMTP_PROXY_LOCAL; /* a checksum is among its TLVs */
    }
    if ((proxy->flags & SANSMTP_PROXY_CHECKSUM) != 0) {
        again.tlvs.length = 0;
    }
    HOLDS(sansmtp_proxy_write(&again, out, sizeof out, &length) == 0);
    HOLDS(sansmtp_proxy_read(out, length, SANSMTP_PROXY_ROOM, &found) == 0);
    HOLDS(found.length == length && found.version == proxy->version);
    HOLDS(found.family == proxy->family && found.source_port == proxy->source_port);
    HOLDS(found.destination_port == proxy->destination_port);
    HOLDS(memcmp(found.source, proxy->source, 16) == 0);
    HOLDS(memcmp(found.destination, proxy->destination, 16) == 0);
    HOLDS(found.tlvs.length == again.tlvs.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sansmtp_proxy whole = {.size = sizeof whole};
    int decided = read_block(data, size, &whole);

    for (size_t cut = 0; cut < size && cut <= SANSMTP_PROXY_ROOM; cut++) {
        struct sansmtp_proxy part = {.size = sizeof part};
        int result = read_block(data, cut, &part);

        HOLDS(result == SANSMTP_PROXY_MORE || result == decided);
        HOLDS(result != 0 || part.length <= cut);
    }
    if (decided == 0) {
        HOLDS(whole.length <= size);
        HOLDS(whole.tlvs.length == 0 || whole.tlvs.data + whole.tlvs.length == data + whole.length);
        write_again(&whole);
    }
    return 0;
}
