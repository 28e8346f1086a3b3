/*
 * Every case of tests/transcripts/ (see the README there), in every way in which it must come out
 * the same: whole, octet by octet and at every cut; output drained at once or in small pieces; the
 * host at once or late; small and large buffers; next() and run(). The server's also pausing after
 * each event; the client's with output by vectors, and the body whole or octet by octet.
 *
 * Arguments: server or client, and the Markdown files.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay.h"
#include "text.h"
#include "transcript.h"

/* Longer input is not cut everywhere, but near line ends and at so many other octets. */
#define LONG_INPUT              2000
#define CUTS_OF_LONG_INPUT      60
#define LONG_STEP               7 /* of the ways, when octet by octet */
#define NEAR_LINE_END           3
#define LINE_ENDS_OF_LONG_INPUT 60

enum { COMMON_WAYS = 48 }; /* all that way() tells apart by itself */

struct role {
    const char *name;
    const struct transcript_role *transcripts;
    const struct replay_role *replays;
};

static const struct role roles[] = {
    {"server", &server_transcripts, &server_replays},
    {"client", &client_transcripts, &client_replays},
};

static const struct role *role; /* of this process */

/* The number's digits choose one of all combinations. */
static struct variant way(size_t number, size_t cut)
{
    static const size_t drains[] = {0, 1, 7};
    struct variant variant = {.cut = cut};

    variant.drain = drains[number % 3];
    variant.lazy = (number / 3 & 1) != 0;
    variant.late = (number / 6 & 1) != 0;
    variant.run = (number / 12 & 1) != 0;
    variant.large = (number / 24 & 1) != 0;
    replay_vary(role->replays, &variant, number / COMMON_WAYS);
    return variant;
}

static void describe(struct text *text, const struct variant *variant)
{
    if (variant->cut == CUT_EVERYWHERE) {
        text_print(text, "octet by octet");
    } else if (variant->cut != CUT_NOWHERE) {
        text_print(text, "cut in front of octet %zu", variant->cut);
    } else {
        text_print(text, "whole");
    }
    text_print(text, ", output taken %s in pieces of %zu", variant->lazy ? "last" : "at once",
               variant->drain);
    text_print(text, ", the host %s", variant->late ? "late" : "at once");
    text_print(text, ", %s()%s%s", variant->run ? "run" : "next",
               variant->large ? ", large buffers" : "", variant->pausing ? ", pausing" : "");
    text_print(text, "%s%s", variant->gather ? ", vectors" : "",
               variant->split ? ", body octet by octet" : "");
}

static void fail_with(const char *what, const struct variant *variant, const struct text *report,
                      const struct replay *result)
{
    struct text message = {0};

    text_print(&message, "%s (", what);
    describe(&message, variant);
    text_print(&message, "):\n");
    text_add(&message, report->data, report->length);
    text_print(&message, "the whole dialogue was:\n");
    replay_print(&message, result);
    /* cmocka ends the test here; its process ends soon. */
    print_error("%s", message.data);
    fail();
}

static void first_replay(struct replay *first, const struct transcript *transcript,
                         const struct arena *arena)
{
    struct variant plain = way(0, CUT_NOWHERE);
    struct text report = {0};

    replay(first, role->replays, transcript, &plain, arena);
    replay_expect(&report, role->replays, transcript, first);
    if (report.length > 0) {
        fail_with("not as written", &plain, &report, first);
    }
    text_free(&report);
}

static void replay_alike(const struct replay *first, const struct transcript *transcript,
                         const struct arena *arena, struct variant variant)
{
    struct replay other;

    replay(&other, role->replays, transcript, &variant, arena);
    if (!replay_equal(first, &other)) {
        struct text report = {0};

        text_print(&report, "%s:%u: not what came of it whole:\n", transcript->file,
                   transcript->line);
        replay_print(&report, first);
        fail_with("not the same", &variant, &report, &other);
    }
    replay_free(&other);
}

static bool near_line_end(const struct text *input, size_t cut)
{
    for (size_t i = cut - (cut < NEAR_LINE_END ? cut : NEAR_LINE_END);
         i < cut + NEAR_LINE_END && i < input->length; i++) {
        if (input->data[i] == '\n' || input->data[i] == '\r') {
            return true;
        }
    }
    return false;
}

static bool worth_cutting(const struct text *input, size_t cut, size_t *line_ends)
{
    if (input->length <= LONG_INPUT || cut % (input->length / CUTS_OF_LONG_INPUT) == 1) {
        return true;
    }
    return *line_ends > 0 && near_line_end(input, cut) && (*line_ends)-- > 0;
}

/* PRACT-fuzzinv-a: any split of the input gives the same events and output as one piece. */
static void test_transcript(void **state)
{
    const struct transcript *transcript = *state;
    size_t line_ends = LINE_ENDS_OF_LONG_INPUT * 2 * NEAR_LINE_END;
    size_t ways = (size_t)COMMON_WAYS * replay_ways(role->replays);
    struct arena arena;
    struct replay first;

    arena_make(&arena, role->replays, transcript);
    first_replay(&first, transcript, &arena);
    for (size_t number = 0; number < ways; number++) {
        replay_alike(&first, transcript, &arena, way(number, CUT_NOWHERE));
        if ((transcript->words & TRANSCRIPT_WHOLE) == 0 &&
            (transcript->input.length <= LONG_INPUT || number % LONG_STEP == 0)) {
            replay_alike(&first, transcript, &arena, way(number, CUT_EVERYWHERE));
        }
    }
    for (size_t cut = transcript->preamble + 1; cut < transcript->input.length; cut++) {
        if ((transcript->words & TRANSCRIPT_WHOLE) != 0 ||
            !worth_cutting(&transcript->input, cut, &line_ends)) {
            continue;
        }
        replay_alike(&first, transcript, &arena, way(0, cut));
        replay_alike(&first, transcript, &arena, way(cut * 37 % ways, cut));
    }
    replay_free(&first);
    arena_free(&arena);
}

static char *name_of(const struct transcript *transcript)
{
    struct text name = {0};
    const char *base = strrchr(transcript->file, '/');

    text_print(&name, "%s:%u: %s", base == NULL ? transcript->file : base + 1, transcript->line,
               transcript->title);
    return name.data;
}

static int run_all(const struct transcripts *all)
{
    struct CMUnitTest *tests = calloc(all->count, sizeof *tests);
    char **names = calloc(all->count, sizeof(char *));
    int failed;

    if (tests == NULL || names == NULL) {
        abort();
    }
    for (size_t i = 0; i < all->count; i++) {
        names[i] = name_of(all->cases[i]);
        tests[i].name = names[i];
        tests[i].test_func = test_transcript;
        tests[i].initial_state = all->cases[i];
    }
    failed = _cmocka_run_group_tests(role->name, tests, all->count, NULL, NULL);
    for (size_t i = 0; i < all->count; i++) {
        free(names[i]);
    }
    free(names);
    free(tests);
    return failed;
}

int main(int count, char **arguments)
{
    struct transcripts all = {0};
    struct text complaint = {0};
    int failed;

    for (size_t i = 0; i < sizeof roles / sizeof roles[0] && count > 1; i++) {
        if (strcmp(arguments[1], roles[i].name) == 0) {
            role = &roles[i];
        }
    }
    for (int i = 2; i < count && role != NULL; i++) {
        transcripts_read(&all, role->transcripts, arguments[i], &complaint);
    }
    if (complaint.length > 0 || all.count == 0) {
        print_error("%s", complaint.length > 0 ? complaint.data : "no cases\n");
        return 1;
    }
    failed = run_all(&all);
    transcripts_free(&all);
    text_free(&complaint);
    return failed;
}
