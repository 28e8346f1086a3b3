/*
 * What a host decides by: networks, lists of domains, rates. The first octet chooses. A network
 * holds its own address, and the one beside it just if the bits that count are the same; a list is
 * searched as the header says, seen by a search that does without the library; and room that a
 * table promises after a wait is there.
 */

#include <sansmtp/policy.h>

#include "block.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at_network(struct input *input)
{
    uint8_t bit = next_octet(input), beside[16];
    uint8_t *block = block_of(input->data, input->left);
    struct sansmtp_network network;

    if (sansmtp_network_parse(block, input->left, &network) == 0) {
        HOLDS((network.length == 4 || network.length == 16) && network.bits <= network.length * 8);
        HOLDS(sansmtp_network_contains(&network, 1, network.address, network.length) == 1);
        bit %= network.length * 8;
        memcpy(beside, network.address, sizeof beside);
        beside[bit / 8] ^= (uint8_t)(128 >> bit % 8);
        HOLDS(sansmtp_network_contains(&network, 1, beside, network.length) ==
              (bit >= network.bits));
        for (uint32_t i = network.bits; i < network.length * 8; i++) {
            HOLDS((network.address[i / 8] & 128 >> i % 8) == 0);
        }
    }
    free(block);
}

static bool same_letters(const uint8_t *left, const uint8_t *right, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        uint8_t a = left[i], b = right[i];

        a = a >= 'A' && a <= 'Z' ? (uint8_t)(a + 32) : a;
        b = b >= 'A' && b <= 'Z' ? (uint8_t)(b + 32) : b;
        if (a != b) {
            return false;
        }
    }
    return true;
}

static bool matches(struct sansmtp_span pattern, struct sansmtp_span domain)
{
    if (pattern.length == 0) {
        return false;
    }
    if (pattern.data[0] != '.') {
        return pattern.length == domain.length &&
               same_letters(pattern.data, domain.data, domain.length);
    }
    return pattern.length > 1 && domain.length > pattern.length &&
           same_letters(pattern.data, domain.data + domain.length - pattern.length, pattern.length);
}

static void look_at_domains(struct input *input)
{
    uint8_t *block = block_of(input->data, input->left);
    struct input rest = {block, input->left};
    struct sansmtp_span domain = next_string(&rest), patterns[4];
    bool found = false;

    for (size_t i = 0; i < 4; i++) {
        patterns[i] = next_string(&rest);
        found = found || matches(patterns[i], domain);
    }
    if (domain.length > 0 && domain.data[0] != '.') {
        HOLDS(sansmtp_domain_listed(patterns, 4, domain.data, domain.length) == (found ? 1 : 0));
    }
    free(block);
}

static void begin_rates(struct sansmtp_rate **rate, uint8_t *memory, size_t length,
                        struct input *input)
{
    struct sansmtp_rate_options options = {.size = sizeof options, .seed = {1, 2}};

    for (size_t i = 0; i < 4; i++) {
        options.limits[i].limit = next_octet(input) * (i == 3 ? UINT64_C(1) << 30 : 1);
        options.limits[i].window = 1 + (uint32_t)next_number(input, 2) * (i == 3 ? 60 : 1);
    }
    HOLDS(sansmtp_rate_init(rate, memory, length, &options) == 0);
}

/* A table of a few keys in a block of its size; its clock may step back. */
static void look_at_rates(struct input *input)
{
    uint32_t keys = 1 + next_octet(input) % 12;
    size_t length = sansmtp_rate_memory(keys);
    uint8_t *memory = malloc(length);
    struct sansmtp_rate *rate = NULL;
    int64_t now = 1000000;

    HOLDS(memory != NULL);
    begin_rates(&rate, memory, length, input);
    while (input->left > 0) {
        uint8_t act = next_octet(input), key = next_octet(input) % 40;
        uint32_t what = act % 4;
        uint64_t amount = next_octet(input), wait = 0;
        int allowed;

        now += (int8_t)next_octet(input) * (act > 200 ? 1000 : 1);
        now = now < 0 ? 0 : now;
        amount = what == 3 ? amount << 28 : amount;
        if (act / 4 % 4 == 0) {
            HOLDS(sansmtp_rate_give(rate, &key, 1, what, amount, now) == 0);
            continue;
        }
        allowed = sansmtp_rate_take(rate, &key, 1, what, amount, now, &wait);
        HOLDS(allowed == 0 || allowed == 1);
        HOLDS((allowed == 1) == (wait == 0));
        if (allowed == 0 && wait != UINT64_MAX) {
            HOLDS(wait < UINT64_C(1) << 62);
            now += (int64_t)wait;
            HOLDS(sansmtp_rate_take(rate, &key, 1, what, amount, now - 1, NULL) == 0);
            HOLDS(sansmtp_rate_take(rate, &key, 1, what, amount, now, NULL) == 1);
        }
    }
    free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};

    switch (next_octet(&input) % 3) {
    case 0:
        look_at_network(&input);
        break;
    case 1:
        look_at_domains(&input);
        break;
    default:
        look_at_rates(&input);
        break;
    }
    return 0;
}
