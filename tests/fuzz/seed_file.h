#ifndef SANSMTP_FUZZ_SEED_FILE_H
#define SANSMTP_FUZZ_SEED_FILE_H

/*
 * A maker of seeds, from the transcripts of one engine: one file a case.
 *
 *     PROGRAM FOLDER STAMP FILE.md...
 *
 * STAMP is written last, for the build to see.
 */

#include "transcript.h"

/* main() of it; add() writes what a case is as an input of the fuzz target. */
int seeds_main(int count, char **arguments, const struct transcript_role *role,
               void (*add)(struct text *seed, const struct transcript *transcript));

#endif
