/*
 * The two texts of MTA-STS. The first octet chooses: a TXT record, or the text of a policy with a
 * host, parted by a NUL. Each text is in a block of exactly its size. What is taken holds together,
 * lies inside the text, and stays what it was when empty lines and unknown keys come around it.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sansmtp/sts.h>

#define HOLDS(condition) ((condition) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *copy(const uint8_t *octets, size_t length)
{
    uint8_t *block = malloc(length);

    HOLDS(block != NULL || length == 0);
    if (length > 0) {
        memcpy(block, octets, length);
    }
    return block;
}

static void look_at_record(const uint8_t *octets, size_t length)
{
    uint8_t *block = copy(octets, length);
    const struct sansmtp_span records[] = {{block, length}, {(const uint8_t *)"v=spf1", 6}};
    struct sansmtp_span id = {NULL, 0}, again = {NULL, 0};
    uint8_t joined[256];
    size_t joined_length;

    if (sansmtp_sts_txt_parse(records, 2, &id) == 0) {
        HOLDS(id.length >= 1 && id.length <= SANSMTP_STS_ID_LONGEST);
        HOLDS(id.data > block && (size_t)(id.data - block) + id.length <= length);
        for (size_t i = 0; i < id.length; i++) {
            HOLDS((id.data[i] >= '0' && id.data[i] <= '9') ||
                  ((id.data[i] | 32) >= 'a' && (id.data[i] | 32) <= 'z'));
        }
        HOLDS(sansmtp_sts_txt_parse(records, 1, &again) == 0 && again.data == id.data);
        HOLDS(sansmtp_sts_txt_parse((const struct sansmtp_span[]){records[0], records[0]}, 2,
                                    &again) == SANSMTP_ERR_SYNTAX);
    }
    if (sansmtp_txt_join(block, length, joined, sizeof joined, &joined_length) == 0) {
        HOLDS(joined_length <= length && joined_length <= sizeof joined);
    }
    free(block);
}

/* The policy with a line in front, one behind it, and empty ones. */
static void look_in_company(const struct sansmtp_sts_policy *policy, const uint8_t *host,
                            size_t host_length, int named)
{
    static const char front[] = "\r\nunknown: x\n", back[] = "\n\nother: y";
    const size_t length = sizeof front - 1 + policy->text.length + sizeof back - 1;
    struct sansmtp_sts_policy again = {.size = sizeof again};
    uint8_t *block = malloc(length);

    if (policy->text.length > 0 && policy->text.data[policy->text.length - 1] == '\r') {
        free(block);
        return;
    }
    HOLDS(block != NULL);
    memcpy(block, front, sizeof front - 1);
    memcpy(block + sizeof front - 1, policy->text.data, policy->text.length);
    memcpy(block + sizeof front - 1 + policy->text.length, back, sizeof back - 1);
    if (length <= SANSMTP_STS_TEXT_MAX) {
        HOLDS(sansmtp_sts_policy_parse(block, length, &again) == 0);
        HOLDS(again.mode == policy->mode && again.max_age == policy->max_age);
        HOLDS(again.mx_count == policy->mx_count);
        HOLDS(sansmtp_sts_policy_names(&again, host, host_length) == named);
    }
    free(block);
}

static void look_at_policy(const uint8_t *octets, size_t length)
{
    const uint8_t *part = length > 0 ? memchr(octets, '\0', length) : NULL;
    size_t text_length = part != NULL ? (size_t)(part - octets) : length;
    size_t host_length = part != NULL ? length - text_length - 1 : 0;
    uint8_t *text = copy(octets, text_length);
    uint8_t *host = copy(part != NULL ? part + 1 : octets, host_length);
    struct sansmtp_sts_policy policy = {.size = sizeof policy};

    if (sansmtp_sts_policy_parse(text, text_length, &policy) == 0) {
        int named = sansmtp_sts_policy_names(&policy, host, host_length);

        HOLDS(policy.mode <= SANSMTP_STS_ENFORCE && policy.max_age <= SANSMTP_STS_MAX_AGE);
        HOLDS(policy.mx_count > 0 || policy.mode == SANSMTP_STS_NONE);
        HOLDS(policy.mx_count > 0 || !named);
        look_in_company(&policy, host, host_length, named);
    }
    free(text);
    free(host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && data[0] % 2 == 0) {
        look_at_record(data + 1, size - 1);
    } else if (size > 0) {
        look_at_policy(data + 1, size - 1);
    }
    return 0;
}
