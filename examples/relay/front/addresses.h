#ifndef RELAY_ADDRESSES_H
#define RELAY_ADDRESSES_H

/*
 * Sets of addresses that files list. RFC 5321 2.4 leaves the case of a local part to the host it
 * belongs to; here, where it is ours, it makes no difference. All spellings of a domain are one
 * (idna.h), and so are all quoted spellings of a local part.
 */

#include "../../receive_folder.h"
#include "../names/idna.h"

struct addresses {
    char **keys;
    size_t count;
};

/*
 * Adds what line says: "ada@x.example"; "@x.example", whoever it is; "ada", at any domain;
 * "*", anybody. owner, "" for nobody's, has no newline in it. Returns NULL, or what is wrong with
 * the line.
 */
const char *addresses_add(struct addresses *set, const char *owner, const char *line);

/* To be called when all have been added, before any is looked for. */
void addresses_sort(struct addresses *set);

void addresses_release(struct addresses *set);

/* Is this one in the set, of this owner? domain is as idna_ascii writes it. */
bool addresses_have(const struct addresses *set, const char *owner, struct sansmtp_span local,
                    struct sansmtp_span domain);

/* The folder of a local part at such a domain. */
void addresses_folder(struct sansmtp_span local, struct sansmtp_span domain,
                      char folder[FOLDER_MAX]);

/* An address without brackets, taken apart; path points into it. */
struct address {
    uint8_t octets[IDNA_PATH_MAX];
    struct sansmtp_path path;
};

/* False: it is none. */
bool addresses_split(struct sansmtp_span text, struct address *address);

#endif
