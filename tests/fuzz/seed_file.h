#ifndef SANSMTP_FUZZ_SEED_FILE_H
#define SANSMTP_FUZZ_SEED_FILE_H

/*
 * A maker of seeds: one file each in a folder.
 *
 *     PROGRAM FOLDER STAMP ...
 *
 * STAMP is written last, for the build to see.
 */

#include "text.h"

/* The folder and the one that it lies in. */
void seed_folders(const char *folder);

/* Each returns 0, or 1: it could not be written, which is said. */
int seed_write(const char *folder, size_t number, const struct text *seed);
int seed_stamp(const char *path);

#endif
