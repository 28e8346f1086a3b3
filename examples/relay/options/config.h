#ifndef RELAY_CONFIG_H
#define RELAY_CONFIG_H

/*
 * The options: config.def says which there are. A file has a line for each, `name value`; empty
 * lines and those that begin with # do not count. What the command line says comes behind it: of
 * what can be given once it wins, to what can be given more often it adds.
 *
 *   config_option.c   the table
 *   config_value.c    what a value must look like
 *   config_file.c     the file
 *   config_check.c    what must be said together, and what cannot be
 *   config.c          the command line
 */

#include <sansmtp/sansmtp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_texts {
    const char **items;
    struct sansmtp_span *spans; /* the same, as the library takes them */
    size_t count;
};

struct config_networks {
    struct sansmtp_network *items;
    size_t count;
};

#define CONFIG_TEXT      const char *
#define CONFIG_HOSTNAME  const char *
#define CONFIG_SERVER    const char *
#define CONFIG_LMTP      const char *
#define CONFIG_LISTENS   struct config_texts
#define CONFIG_DOMAINS   struct config_texts
#define CONFIG_ZONES     struct config_texts
#define CONFIG_HOSTS     struct config_texts
#define CONFIG_SWITCH    bool
#define CONFIG_RATE      struct sansmtp_rate_limit
#define CONFIG_NETWORKS  struct config_networks
#define CONFIG_ADDRESSES struct config_networks
#define CONFIG_WORD      uint32_t

struct config {
    const char *path; /* of the file; NULL: there is none */
    char *text;       /* in it */
#define SECTION(title)
#define OPTION(kind, member, name, value, standard, help)         CONFIG_##kind member;
#define COUNTED(member, name, value, least, most, standard, help) uint64_t member;
#include "config.def" /* undefines all three */
};

/* config.tls */
#define TLS_MAY    0u
#define TLS_MUST   1u
#define TLS_VERIFY 2u
#define TLS_NEVER  3u

/* config.local_recipients */
#define RECIPIENTS_EXISTING 0u
#define RECIPIENTS_ANY      1u

/* config.bare_newline */
#define BARE_NORMALISE 0u
#define BARE_BOUNCE    1u

/*
 * Fills config from the defaults, from --config FILE and from the command line; the first argument
 * that is no option ends it, and *rest is set to its place. Text lives as long as the program.
 * Returns -1 if the program shall go on, else the status to leave with, after having said why.
 */
int config_read(struct config *config, int argc, char **argv, int *rest);

/* The schedule that config asks for. */
void config_retry(const struct config *config, struct sansmtp_retry_options *options);

#endif
