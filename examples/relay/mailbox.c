#include "mailbox.h"

#include "envelope.h"
#include "idna.h"
#include "lines.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#define LOCAL_MAX 256u /* octets of a path, so of a local part */
#define KEY_MAX   (1u + (FOLDER_MAX > IDNA_MAX ? FOLDER_MAX : IDNA_MAX))

struct mailboxes {
    const struct config *config;
    char **keys; /* listed, sorted */
    size_t count;
};

/* -- names ------------------------------------------------------------------------------------ */

static uint8_t lower(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + 32) : octet;
}

static void name_folder(struct sansmtp_span local, struct sansmtp_span domain,
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

/* An address taken apart. Without brackets a blank, though quoted, would end it. */
struct address {
    uint8_t octets[ENVELOPE_PATH_MAX + 2];
    struct sansmtp_path path;
};

/* False: it is none. */
static bool split(struct sansmtp_span text, struct address *address)
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

void mailbox_folder(const struct queue_recipient *recipient, char folder[FOLDER_MAX])
{
    struct address address;

    if (split(recipient->address, &address)) {
        name_folder(address.path.local, recipient->destination, folder);
    } else {
        name_folder(recipient->address, (struct sansmtp_span){NULL, 0}, folder);
    }
}

/* -- what is listed --------------------------------------------------------------------------- */

/* A key says of what kind it is, so that no quoted local part can be spelled like another kind. */
enum kind { ADDRESS = 'a', LOCAL = 'l', DOMAIN = 'd' };

static void make_key(char key[KEY_MAX], enum kind kind, struct sansmtp_span local,
                     struct sansmtp_span domain)
{
    key[0] = (char)kind;
    if (kind == DOMAIN) {
        memcpy(key + 1, domain.data, domain.length);
        key[1 + domain.length] = '\0';
    } else {
        name_folder(local, kind == LOCAL ? (struct sansmtp_span){NULL, 0} : domain, key + 1);
    }
}

static const char *keep(struct mailboxes *mailboxes, const char *key)
{
    char **keys = realloc(mailboxes->keys, (mailboxes->count + 1) * sizeof *keys);
    char *copy = strdup(key);

    mailboxes->keys = keys == NULL ? mailboxes->keys : keys;
    if (keys == NULL || copy == NULL) {
        free(copy);
        return "there is no memory for it";
    }
    keys[mailboxes->count++] = copy;
    return NULL;
}

/* "ada@x.example"; "ada", in all our domains; "@x.example", whoever it is. */
static const char *take(void *user, char *line)
{
    struct sansmtp_span text = {(const uint8_t *)line, strlen(line)}, local = {NULL, 0};
    struct sansmtp_span domain = {NULL, 0};
    uint8_t ascii[IDNA_MAX];
    struct address address;
    enum kind kind = ADDRESS;
    char key[KEY_MAX];

    if (line[0] == '@') {
        kind = DOMAIN;
        domain = (struct sansmtp_span){text.data + 1, text.length - 1};
    } else if (strchr(line, '@') == NULL && strpbrk(line, " \t<>\"") == NULL) {
        kind = LOCAL;
        local = text;
    } else if (split(text, &address) && address.path.domain.length > 0 &&
               address.path.route.length == 0) {
        local = address.path.local;
        domain = address.path.domain;
    } else {
        return "it is no address, no local part, and no @domain";
    }
    if (kind != LOCAL) {
        domain = (struct sansmtp_span){ascii, idna_ascii(domain, ascii)};
        if (domain.length == 0) {
            return "no domain can be called so";
        }
    }
    make_key(key, kind, local, domain);
    return keep(user, key);
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool is_listed(const struct mailboxes *mailboxes, enum kind kind, struct sansmtp_span local,
                      struct sansmtp_span domain)
{
    char key[KEY_MAX], *wanted = key;

    make_key(key, kind, local, domain);
    return mailboxes->count > 0 && bsearch(&wanted, mailboxes->keys, mailboxes->count,
                                           sizeof *mailboxes->keys, by_text) != NULL;
}

/* -- opening ---------------------------------------------------------------------------------- */

static int check(const struct config *config)
{
    if (config->recipient_file == NULL && config->local_recipients == RECIPIENTS_EXISTING &&
        config->lmtp != NULL) {
        fputs("sansmtp-relay: lmtp wants recipient-file, or local-recipients any: what is not\n"
              "refused at once has to be sent back, mostly to people who never wrote it\n",
              stderr);
        return EX_USAGE;
    }
    return 0;
}

int mailbox_open(struct mailboxes **mailboxes, const struct config *config)
{
    struct mailboxes *made = calloc(1, sizeof *made);
    int status = made == NULL ? EX_OSERR : check(config);

    *mailboxes = made;
    if (status != 0) {
        return status;
    }
    made->config = config;
    if (config->recipient_file != NULL) {
        status = lines_read(config->recipient_file, take, made);
    }
    if (made->count > 0) {
        qsort(made->keys, made->count, sizeof *made->keys, by_text);
    }
    return status;
}

/* -- asking ----------------------------------------------------------------------------------- */

static bool has_folder(const struct config *config, const struct queue_recipient *recipient)
{
    char folder[FOLDER_MAX], path[4096];
    struct stat found;

    mailbox_folder(recipient, folder);
    return config->maildir != NULL &&
           (size_t)snprintf(path, sizeof path, "%s/%s", config->maildir, folder) < sizeof path &&
           stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

bool mailbox_exists(const struct mailboxes *mailboxes, const struct sansmtp_event *event)
{
    const struct config *config = mailboxes->config;
    uint8_t domain[ENVELOPE_PATH_MAX];
    struct queue_recipient recipient;

    if (config->recipient_file == NULL && config->local_recipients == RECIPIENTS_ANY) {
        return true;
    }
    envelope_read_recipient(&recipient, event, domain);
    if (config->recipient_file == NULL) {
        return has_folder(config, &recipient);
    }
    return is_listed(mailboxes, ADDRESS, event->local, recipient.destination) ||
           is_listed(mailboxes, LOCAL, event->local, recipient.destination) ||
           is_listed(mailboxes, DOMAIN, event->local, recipient.destination);
}
