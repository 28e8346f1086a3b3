#include "out.h"

#include "memory.h"

void sansmtp_out_init(struct sansmtp_out *out, uint8_t *octets, uint32_t capacity)
{
    out->octets = octets;
    out->capacity = capacity;
    sansmtp_out_clear(out);
}

const uint8_t *sansmtp_out_pending(const struct sansmtp_out *out, size_t *length)
{
    *length = out->end - out->start;
    return out->octets + out->start;
}

bool sansmtp_out_sent(struct sansmtp_out *out, size_t length)
{
    if (length > out->end - out->start) {
        return false;
    }
    out->start += (uint32_t)length;
    if (out->start == out->end) {
        sansmtp_out_clear(out);
    }
    return true;
}

size_t sansmtp_out_room(const struct sansmtp_out *out)
{
    return out->capacity - (out->end - out->start);
}

static void compact(struct sansmtp_out *out)
{
    uint32_t pending = out->end - out->start;

    memmove(out->octets, out->octets + out->start, pending);
    out->start = 0;
    out->end = pending;
}

uint8_t *sansmtp_out_take(struct sansmtp_out *out, size_t length)
{
    uint8_t *octets;

    if (length > out->capacity - out->end) {
        compact(out);
    }
    octets = out->octets + out->end;
    out->end += (uint32_t)length;
    return octets;
}

void sansmtp_out_put(struct sansmtp_out *out, const void *octets, size_t length)
{
    if (length != 0) {
        memcpy(sansmtp_out_take(out, length), octets, length);
    }
}

void sansmtp_out_clear(struct sansmtp_out *out)
{
    out->start = 0;
    out->end = 0;
}
