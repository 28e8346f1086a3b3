#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

/* -- who it is -------------------------------------------------------------------------------- */

static int no_such(const char *what, const char *name)
{
    fprintf(stderr, "sansmtp-relay: user: there is no %s %s\n", what, name);
    return EX_NOUSER;
}

/* NAME[:GROUP]; without a group it is the user's own. */
int identity_find(const struct config *config, struct identity *identity)
{
    const char *text = config->user == NULL ? "" : config->user;
    const char *colon = strchr(text, ':');
    size_t length = strcspn(text, ":");
    const struct passwd *user;
    const struct group *group;

    *identity = (struct identity){.name = ""};
    if (config->user == NULL) {
        return 0;
    }
    if (length >= sizeof identity->name) {
        return no_such("user", text);
    }
    memcpy(identity->name, text, length);
    user = getpwnam(identity->name);
    if (user == NULL) {
        return no_such("user", identity->name);
    }
    identity->user = user->pw_uid;
    identity->group = user->pw_gid;
    group = colon == NULL ? NULL : getgrnam(colon + 1);
    if (colon != NULL && group == NULL) {
        return no_such("group", colon + 1);
    }
    identity->group = group == NULL ? identity->group : group->gr_gid;
    if (identity->user == geteuid()) {
        identity->name[0] = '\0'; /* we are that already */
    }
    return 0;
}

int identity_may(const struct config *config, const struct identity *identity)
{
    if (geteuid() == 0 && config->user == NULL) {
        fputs(
            "sansmtp-relay: started as root it wants user: whom it is to become (user root, if it "
            "must stay root)\n",
            stderr);
        return config->path == NULL ? EX_USAGE : EX_CONFIG;
    }
    if (geteuid() != 0 && identity->name[0] != '\0') {
        fprintf(stderr, "sansmtp-relay: only root can become the user %s\n", identity->name);
        return EX_NOPERM;
    }
    return 0;
}

/* -- what is the other's ---------------------------------------------------------------------- */

bool identity_give(const struct identity *identity, int file)
{
    return identity == NULL || identity->name[0] == '\0' ||
           fchown(file, identity->user, identity->group) == 0;
}

void identity_make_folder(const struct identity *identity, const char *path)
{
    int folder = -1;

    if (identity->name[0] != '\0' && mkdir(path, 0700) == 0) {
        folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }
    if (folder >= 0) {
        identity_give(identity, folder);
        close(folder);
    }
}

/* -- becoming the other ----------------------------------------------------------------------- */

/* Nothing of root is left, and there is no way back. */
static bool is_other(const struct identity *identity)
{
    uid_t real, effective, saved;
    gid_t real_group, effective_group, saved_group;

    return getresuid(&real, &effective, &saved) == 0 && real == identity->user &&
           effective == identity->user && saved == identity->user &&
           getresgid(&real_group, &effective_group, &saved_group) == 0 &&
           real_group == identity->group && effective_group == identity->group &&
           saved_group == identity->group && setuid(0) != 0 && seteuid(0) != 0;
}

int identity_become(const struct identity *identity)
{
    if (identity->name[0] == '\0') {
        return 0;
    }
    if (initgroups(identity->name, identity->group) != 0 ||
        setresgid(identity->group, identity->group, identity->group) != 0 ||
        setresuid(identity->user, identity->user, identity->user) != 0) {
        fprintf(stderr, "sansmtp-relay: cannot become the user %s: %s\n", identity->name,
                strerror(errno));
        return EX_NOPERM;
    }
    if (!is_other(identity)) {
        fprintf(stderr, "sansmtp-relay: still not the user %s alone\n", identity->name);
        return EX_NOPERM;
    }
    return 0;
}
