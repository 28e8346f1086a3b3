#include "addresses.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCAL_MAX 256u /* octets of a path, so of a local part */
#define OWNER_MAX 256u
#define KEY_MAX   (OWNER_MAX + 2u + (FOLDER_MAX > IDNA_MAX ? FOLDER_MAX : IDNA_MAX))

/* -- names ------------------------------------------------------------------------------------ */

static uint8_t lower(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + 32) : octet;
}

void addresses_folder(struct sansmtp_span local, struct sansmtp_span domain,
                      char folder[FOLDER_MAX])
{
    struct sansmtp_event event = {.type = SANSMTP_EVENT_RECIPIENT, .domain = domain};
    size_t length = local.length < LOCAL_MAX ? local.length : LOCAL_MAX;
    uint8_t octets[LOCAL_MAX];

    for (size_t i = 0; i < length; i++) {
        octets[i] = lower(local.data[i]);
    }
    event.local = (struct sansmtp_span){octets, length};
    folder_name(&event, folder);
}

/* Without brackets a blank would end it, though it is quoted. */
bool addresses_split(struct sansmtp_span text, struct address *address)
{
    const uint32_t accept = SANSMTP_ACCEPT_UTF8 | SANSMTP_ACCEPT_LONG_LOCAL |
                            SANSMTP_ACCEPT_POSTMASTER;
    size_t length = text.length + 2;

    if (length > sizeof address->octets) {
        return false;
    }
    address->octets[0] = '<';
    memcpy(address->octets + 1, text.data, text.length);
    address->octets[length - 1] = '>';
    address->path = (struct sansmtp_path){.size = sizeof address->path};
    return sansmtp_path_parse(address->octets, length, accept, &address->path) == 0 &&
           address->path.raw.length == length;
}

/* -- keys ------------------------------------------------------------------------------------- */

/* A key says of what kind it is, so that no quoted local part can be spelled like another kind. */
enum kind { ADDRESS = 'a', LOCAL = 'l', DOMAIN = 'd', ANY = '*' };

static void make_key(char key[KEY_MAX], const char *owner, enum kind kind,
                     struct sansmtp_span local, struct sansmtp_span domain)
{
    size_t at = (size_t)snprintf(key, OWNER_MAX + 2, "%.*s\n%c", (int)OWNER_MAX - 1, owner,
                                 (char)kind);

    if (kind == DOMAIN) {
        snprintf(key + at, KEY_MAX - at, "%.*s", (int)domain.length, (const char *)domain.data);
    } else if (kind != ANY) {
        addresses_folder(local, kind == LOCAL ? (struct sansmtp_span){NULL, 0} : domain, key + at);
    }
}

static const char *keep(struct addresses *set, const char *key)
{
    char **keys = realloc(set->keys, (set->count + 1) * sizeof *keys);
    char *copy = strdup(key);

    set->keys = keys == NULL ? set->keys : keys;
    if (keys == NULL || copy == NULL) {
        free(copy);
        return "there is no memory for it";
    }
    keys[set->count++] = copy;
    return NULL;
}

static bool is_local(struct sansmtp_span local)
{
    uint8_t text[LOCAL_MAX + 2];
    struct address address;

    if (local.length > LOCAL_MAX) {
        return false;
    }
    memcpy(text, local.data, local.length);
    memcpy(text + local.length, "@x", 2);
    return addresses_split((struct sansmtp_span){text, local.length + 2}, &address);
}

static bool is_domain(struct sansmtp_span domain)
{
    uint8_t octets[16];
    uint32_t kind;

    return sansmtp_domain_parse(domain.data, domain.length, 0, &kind, octets) == 0;
}

/* Sets local and domain. Returns 0: it is none of these. */
static int read_line(const char *line, struct address *address, struct sansmtp_span *local,
                     struct sansmtp_span *domain)
{
    struct sansmtp_span text = {(const uint8_t *)line, strlen(line)};

    if (strcmp(line, "*") == 0) {
        return ANY;
    }
    if (line[0] == '@') {
        *domain = (struct sansmtp_span){text.data + 1, text.length - 1};
        return DOMAIN;
    }
    if (strchr(line, '@') == NULL && strpbrk(line, " \t<>\"") == NULL) {
        *local = text;
        return is_local(text) ? LOCAL : 0;
    }
    if (!addresses_split(text, address) || address->path.domain.length == 0 ||
        address->path.route.length > 0) {
        return 0;
    }
    *local = address->path.local;
    *domain = address->path.domain;
    return ADDRESS;
}

const char *addresses_add(struct addresses *set, const char *owner, const char *line)
{
    struct sansmtp_span local = {NULL, 0}, domain = {NULL, 0};
    uint8_t ascii[IDNA_MAX];
    struct address address;
    char key[KEY_MAX];
    int kind = read_line(line, &address, &local, &domain);

    if (kind == 0) {
        return "it is no address, no local part, no @domain, and no *";
    }
    if (strlen(owner) >= OWNER_MAX) {
        return "the name is too long";
    }
    if (kind == ADDRESS || kind == DOMAIN) {
        domain = (struct sansmtp_span){ascii, idna_ascii(domain, ascii)};
        if (domain.length == 0 || !is_domain(domain)) {
            return "no domain can be called so";
        }
    }
    make_key(key, owner, (enum kind)kind, local, domain);
    return keep(set, key);
}

/* -- asking ----------------------------------------------------------------------------------- */

static int by_text(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool has(const struct addresses *set, const char *owner, enum kind kind,
                struct sansmtp_span local, struct sansmtp_span domain)
{
    char key[KEY_MAX], *wanted = key;

    make_key(key, owner, kind, local, domain);
    return bsearch(&wanted, set->keys, set->count, sizeof *set->keys, by_text) != NULL;
}

void addresses_sort(struct addresses *set)
{
    if (set->count > 0) {
        qsort(set->keys, set->count, sizeof *set->keys, by_text);
    }
}

void addresses_release(struct addresses *set)
{
    for (size_t i = 0; i < set->count; i++) {
        free(set->keys[i]);
    }
    free(set->keys);
    *set = (struct addresses){NULL, 0};
}

bool addresses_have(const struct addresses *set, const char *owner, struct sansmtp_span local,
                    struct sansmtp_span domain)
{
    return set->count > 0 &&
           (has(set, owner, ADDRESS, local, domain) || has(set, owner, LOCAL, local, domain) ||
            has(set, owner, DOMAIN, local, domain) || has(set, owner, ANY, local, domain));
}
