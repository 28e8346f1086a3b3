#include "mailbox.h"

#include "addresses.h"
#include "envelope.h"
#include "lines.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>

struct mailboxes {
    const struct config *config;
    struct addresses listed;
};

void mailbox_folder(const struct queue_recipient *recipient, char folder[FOLDER_MAX])
{
    struct address address;

    if (addresses_split(recipient->address, &address)) {
        addresses_folder(address.path.local, recipient->destination, folder);
    } else {
        addresses_folder(recipient->address, (struct sansmtp_span){NULL, 0}, folder);
    }
}

/* -- opening ---------------------------------------------------------------------------------- */

static const char *take(void *user, char *line)
{
    return addresses_add(user, "", line);
}

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
    return config->recipient_file == NULL ? 0
                                          : lines_read(config->recipient_file, take, &made->listed);
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

bool mailbox_exists(struct mailboxes *mailboxes, const struct sansmtp_event *event)
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
    return addresses_have(&mailboxes->listed, "", event->local, recipient.destination);
}
