#include "transcript_seeds.h"

#include <stdio.h>

#include "seed_file.h"

/* Long seeds make all that is made of them slow. */
enum { LONG_INPUT = 6000 };

int seeds_main(int count, char **arguments, const struct transcript_role *role,
               void (*add)(struct text *seed, const struct transcript *transcript))
{
    struct transcripts all = {0};
    struct text complaint = {0};
    int failed = 0;

    for (int i = 3; i < count; i++) {
        transcripts_read(&all, role, arguments[i], &complaint);
    }
    if (complaint.length > 0 || all.count == 0) {
        fprintf(stderr, "%s", complaint.length > 0 ? complaint.data : "no transcripts\n");
        return 1;
    }
    seed_folders(arguments[1]);
    for (size_t i = 0; i < all.count && failed == 0; i++) {
        struct text seed = {0};

        if (all.cases[i]->input.length > LONG_INPUT) {
            continue;
        }
        add(&seed, all.cases[i]);
        failed = seed_write(arguments[1], i, &seed);
        text_free(&seed);
    }
    transcripts_free(&all);
    text_free(&complaint);
    return failed != 0 || seed_stamp(arguments[2]) != 0;
}
