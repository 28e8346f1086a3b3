#ifndef RELAY_CONFIG_OPTION_H
#define RELAY_CONFIG_OPTION_H

/* The rows of config.def, and how a value gets from a row's text to its member of struct config. */

#include "config.h"

enum config_kind {
    TEXT,
    HOSTNAME,
    SERVER,
    LMTP,
    NUMBER,
    SWITCH,
    RATE,
    WORD,
    LISTENS, /* from here on: may be given more than once */
    DOMAINS,
    ZONES,
    HOSTS,
    NETWORKS,
    ADDRESSES,
};

struct config_option {
    enum config_kind kind;
    size_t offset;                              /* into struct config */
    const char *name, *value, *standard, *help; /* name NULL: value is the title of a section */
    uint64_t least, most;                       /* of a NUMBER */
};

enum {
    CONFIG_OPTION_COUNT = 0
#define SECTION(title)                                            +1
#define OPTION(kind, member, name, value, standard, help)         +1
#define COUNTED(member, name, value, least, most, standard, help) +1
#include "config.def"
};

extern const struct config_option config_options[CONFIG_OPTION_COUNT];

/* NULL: there is none of this name. */
const struct config_option *config_option_find(const char *name, size_t length);

/* May it be given more than once? */
bool config_option_repeats(const struct config_option *option);

/* Reads text into config, which keeps it. Returns NULL, or what is wanted instead. */
const char *config_option_read(const struct config_option *option, struct config *config,
                               char *text);

#endif
