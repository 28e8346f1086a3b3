#ifndef SANSMTP_FUZZ_SEED_FILE_H
#define SANSMTP_FUZZ_SEED_FILE_H

/* Where the makers of seeds put them: one file a case in a folder, and a stamp for the build. */

#include "text.h"

/* The folder and the one that it lies in. */
void seed_folders(const char *folder);

/* Each returns 0, or 1: it could not be written, which is said. */
int seed_write(const char *folder, size_t number, const struct text *seed);
int seed_stamp(const char *path);

#endif
