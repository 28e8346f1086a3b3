#ifndef SANSMTP_FUZZ_TRANSCRIPT_SEEDS_H
#define SANSMTP_FUZZ_TRANSCRIPT_SEEDS_H

/* A maker of seeds from the transcripts of one engine, one a case: PROGRAM FOLDER STAMP
 * FILE.md... */

#include "transcript.h"

/* main() of it; add() writes what a case is as an input of the fuzz target. */
int seeds_main(int count, char **arguments, const struct transcript_role *role,
               void (*add)(struct text *seed, const struct transcript *transcript));

#endif
