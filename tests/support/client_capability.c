/* What a peer offers, as a transcript writes it. */

#include "client_host.h"

#include <stdlib.h>
#include <string.h>

/* A member of struct sansmtp_capabilities. */
struct member {
    const char *name;
    size_t offset;
    size_t size;
};

#define MEMBER(name)                                        \
    {                                                       \
#name, offsetof(struct sansmtp_capabilities, name), \
            sizeof((struct sansmtp_capabilities *)0)->name  \
    }

static const struct member members[] = {
    MEMBER(size),       MEMBER(hold_until), MEMBER(hold_for),   MEMBER(deliver_by),
    MEMBER(mechanisms), MEMBER(messages),   MEMBER(recipients), MEMBER(domains),
    MEMBER(xclient),    MEMBER(xforward),   MEMBER(urls),       {NULL, 0, 0},
};

static uint64_t get(const struct sansmtp_capabilities *capabilities, const struct member *member)
{
    uint64_t wide = 0;
    uint32_t narrow = 0;

    if (member->size == sizeof wide) {
        memcpy(&wide, (const char *)capabilities + member->offset, sizeof wide);
        return wide;
    }
    memcpy(&narrow, (const char *)capabilities + member->offset, sizeof narrow);
    return narrow;
}

static void set(struct sansmtp_capabilities *capabilities, const struct member *member,
                uint64_t value)
{
    uint32_t narrow = (uint32_t)value;

    if (member->size == sizeof value) {
        memcpy((char *)capabilities + member->offset, &value, sizeof value);
    } else {
        memcpy((char *)capabilities + member->offset, &narrow, sizeof narrow);
    }
}

/* "capabilities size=100 hold_for=60": all that is not zero beside the extensions, in the order of
 * the struct's table here. */
int client_check_capabilities(struct session *session, const char *words)
{
    struct sansmtp_capabilities capabilities;
    struct text found = {0};

    text_clear(&found);
    if (sansmtp_client_capabilities(session->client, &capabilities, sizeof capabilities) != 0) {
        session_trouble(session, "no capabilities", words);
        return 0;
    }
    for (const struct member *member = members; member->name != NULL; member++) {
        uint64_t value = get(&capabilities, member);

        if (value != 0) {
            text_print(&found, "%s%s=%llu", found.length == 0 ? "" : " ", member->name,
                       (unsigned long long)value);
        }
    }
    if (strcmp(found.data, words) != 0) {
        session_trouble(session, "other capabilities than expected", found.data);
    }
    text_free(&found);
    return 0;
}

static void set_extension(struct session *session, struct sansmtp_capabilities *capabilities,
                          const char *name, size_t length)
{
    for (uint32_t i = 0; i < 64; i++) {
        const char *known = sansmtp_extension_name(i);

        if (strlen(known) == length && memcmp(known, name, length) == 0) {
            capabilities->extensions |= UINT64_C(1) << i;
            return;
        }
    }
    session_trouble(session, "no such extension", name);
}

static void set_member(struct session *session, struct sansmtp_capabilities *capabilities,
                       const char *word)
{
    size_t length = strcspn(word, "=");

    for (const struct member *member = members; member->name != NULL; member++) {
        if (strlen(member->name) == length && memcmp(member->name, word, length) == 0) {
            set(capabilities, member, strtoull(word + length + 1, NULL, 10));
            return;
        }
    }
    session_trouble(session, "no such member", word);
}

/* "assume PIPELINING,PIPECONNECT size=100" */
int client_assume(struct session *session, const char *words)
{
    struct sansmtp_capabilities capabilities = {0};
    size_t end = strcspn(words, " ");
    int result;

    for (size_t at = 0; at < end;) {
        size_t length = strcspn(words + at, ", ");

        set_extension(session, &capabilities, words + at, length);
        at += length + 1;
    }
    for (words += end; *words != '\0'; words += strcspn(words, " ")) {
        words += strspn(words, " ");
        set_member(session, &capabilities, words);
    }
    result = sansmtp_client_assume(session->client, &capabilities, sizeof capabilities);
    session->assumed = session->assumed || result == 0;
    return result;
}
