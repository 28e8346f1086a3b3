#include "mailbox.h"

#include "../options/lines.h"
#include "envelope.h"

#include <sys/stat.h>
#include <sysexits.h>

void mailbox_folder(const struct queue_recipient *recipient, char folder[FOLDER_MAX])
{
    struct address address;

    if (addresses_split(recipient->address, &address)) {
        addresses_folder(address.path.local, recipient->destination, folder);
    } else {
        addresses_folder(recipient->address, (struct sansmtp_span){NULL, 0}, folder);
    }
}

/* -- reading ---------------------------------------------------------------------------------- */

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

int mailbox_read(struct addresses *recipients, const struct config *config)
{
    int status = check(config);

    if (status == 0 && config->recipient_file != NULL) {
        status = lines_read(config->recipient_file, take, recipients);
    }
    addresses_sort(recipients);
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

bool mailbox_exists(const struct addresses *recipients, const struct config *config,
                    const struct sansmtp_event *event)
{
    uint8_t domain[ENVELOPE_PATH_MAX];
    struct queue_recipient recipient;

    if (config->recipient_file == NULL && config->local_recipients == RECIPIENTS_ANY) {
        return true;
    }
    envelope_read_recipient(&recipient, event, domain);
    if (config->recipient_file == NULL) {
        return has_folder(config, &recipient);
    }
    return addresses_have(recipients, "", event->local, recipient.destination);
}
