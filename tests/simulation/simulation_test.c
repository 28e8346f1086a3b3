#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "ends.h"
#include "store.h"

/* Every script through every fault. After the session with the fault comes one without, in which
 * the sender submits what it does not take for settled: so what is lost, or there twice, shows. */

static const char *const kinds[FAULTS] = {
    [FAULT_NONE] = "no fault",
    [FAULT_LOST] = "connection lost",
    [FAULT_HALF] = "one way lost",
    [FAULT_SILENT] = "stall",
    [FAULT_FULL] = "transport full",
    [FAULT_EXPIRED] = "deadline",
    [FAULT_STOPPED] = "host stops",
    [FAULT_DECLINE] = "host declines",
    [FAULT_TEMPORARY] = "host says 4yz",
    [FAULT_PERMANENT] = "host says 5yz",
    [FAULT_LEAVE] = "host says 421",
    [FAULT_FAIL] = "host fails",
    [FAULT_CLOSE] = "host closes",
    [FAULT_MUTE] = "host never answers",
    [FAULT_MUTE_THEN_YES] = "host answers too late",
};

/* Who stands where. */
struct pair {
    const char *name;
    void (*client)(struct world *, struct books *);
    void (*server)(struct world *, struct books *);
};

static const struct pair ours = {"engines", client_begin, server_begin};
static const struct pair before_strict = {"strict server", client_begin, strict_server_begin};
static const struct pair behind_strict = {"strict client", strict_client_begin, server_begin};

static struct world world;
static struct books books;

struct sum {
    unsigned long cuts, scripts;
    struct tally tally;
};

static void session(const struct pair *pair, struct fault fault, enum pace pace, uint64_t seed)
{
    world_begin(&world, &books, fault, pace, seed);
    pair->client(&world, &books);
    pair->server(&world, &books);
    world_run(&world);
    if (!books.closed) {
        books_break(&books, "a message was begun, and no outcome told");
    }
}

/* All books, and what the hosts keep, are empty. */
static void open_books(const struct script *script)
{
    books_open(&books, script);
    stores_open();
}

/* Whoever lives starts anew, and the sender submits what is not settled: once more, or as often as
 * it finds that this session cannot do it. */
static void session_again(const struct pair *pair)
{
    unsigned left = 3;

    do {
        books_again(&books);
        stores_restart();
        session(pair, (struct fault){0}, PACE_WHOLE, 0);
        left--;
    } while (books.again && left > 0);
}

static void judge(const struct pair *pair, const struct script *script, struct fault fault,
                  enum pace pace)
{
    if (books.broken != NULL) {
        fail_msg("%s, script '%s', %s, %s %llu, pace %d: %s", pair->name, script->name,
                 kinds[fault.kind], fault.end == CLIENT ? "client" : "server",
                 (unsigned long long)fault.at, (int)pace, books.broken);
    }
}

/* One session with the fault. Afterwards the world still shows it. */
static void one(const struct pair *pair, const struct script *script, struct fault fault,
                enum pace pace)
{
    open_books(script);
    session(pair, fault, pace, fault.at * 64 + (uint64_t)fault.kind * 2 + (uint64_t)fault.end);
    judge(pair, script, fault, pace);
}

/* Compares the books of that session; sends again what is not settled, and compares once more. */
static void settle(const struct pair *pair, const struct script *script, struct fault fault,
                   enum pace pace, struct sum *sum)
{
    struct tally ignored = {0};

    books_compare(&books, &ignored);
    judge(pair, script, fault, pace);
    session_again(pair);
    books_compare(&books, &sum->tally);
    if (fault.kind != FAULT_PERMANENT && fault.kind != FAULT_DECLINE) {
        books_expect(&books, false);
    }
    judge(pair, script, fault, pace);
    sum->cuts++;
}

static void both(const struct pair *pair, const struct script *script, struct fault fault,
                 enum pace pace, struct sum *sum)
{
    one(pair, script, fault, pace);
    settle(pair, script, fault, pace, sum);
}

static void show(const char *what, const struct sum *sum)
{
    printf("# %s: %lu cuts of %lu scripts: %lu lost, %lu stored though the sender was told no, "
           "%lu twice without doubt; %lu delivered, of which %lu uncertain at first, %lu twice\n",
           what, sum->cuts, sum->scripts, sum->tally.lost, sum->tally.falsely,
           sum->tally.without_doubt, sum->tally.delivered, sum->tally.uncertain, sum->tally.twice);
    assert_true(sum->cuts > 0 && sum->tally.delivered > 0);
}

/* The strict peers are dumb: they speak no more than they need. What is long is cut in one way. */
static bool takes_part(const struct pair *pair, const struct script *script, enum fault_kind kind)
{
    uint32_t foreign = SCRIPT_LMTP | SCRIPT_TLS | SCRIPT_AUTH | SCRIPT_BINARY | SCRIPT_PRDR |
                       SCRIPT_LIMITS | SCRIPT_AHEAD | SCRIPT_CHECKPOINT;

    if ((script->flags & SCRIPT_LONG) != 0 && kind != FAULT_LOST) {
        return false;
    }
    if (pair == &behind_strict) {
        foreign |= SCRIPT_CHUNKS | SCRIPT_ALL_OR_NONE;
    }
    return pair == &ours || (script->flags & foreign) == 0;
}

/* At every octet; by random turns at every seventh. Long scripts: at every octet of the first and
 * the last, and now and then between. */
static uint64_t next_cut(const struct script *script, enum pace pace, uint64_t at, uint64_t length)
{
    if ((script->flags & SCRIPT_LONG) == 0) {
        return at + (pace == PACE_RANDOM ? 7 : 1);
    }
    return at < 40 || at + 40 > length ? at + 1 : at + 997;
}

static void octets_of(const struct pair *pair, const struct script *script, enum fault_kind kind,
                      enum pace pace, struct sum *sum)
{
    uint64_t length[2];

    one(pair, script, (struct fault){0}, PACE_WHOLE);
    length[CLIENT] = world.wires[CLIENT].taken;
    length[SERVER] = world.wires[SERVER].taken;
    for (int end = 0; end < 2; end++) {
        for (uint64_t at = 0; at <= length[end]; at = next_cut(script, pace, at, length[end])) {
            both(pair, script, (struct fault){kind, end, at}, pace, sum);
        }
    }
}

static void cut_everywhere(const struct pair *pair, enum fault_kind kind)
{
    struct sum sum = {0};
    char what[80];

    for (size_t i = 0; i < scripts_count; i++) {
        if (takes_part(pair, &scripts[i], kind)) {
            sum.scripts++;
            octets_of(pair, &scripts[i], kind, PACE_WHOLE, &sum);
            if ((scripts[i].flags & SCRIPT_LONG) == 0) {
                octets_of(pair, &scripts[i], kind, PACE_RANDOM, &sum);
            }
        }
    }
    snprintf(what, sizeof(what), "%s, %s at every octet of both ways", pair->name, kinds[kind]);
    show(what, &sum);
}

/* At each wait of one end, until there are no more. */
static void waits_of(const struct script *script, enum fault_kind kind, int end, enum pace pace,
                     struct sum *sum)
{
    struct fault fault = {kind, end, 0};

    for (;;) {
        one(&ours, script, fault, pace);
        if (world.ends[end].waits <= fault.at) {
            return;
        }
        settle(&ours, script, fault, pace, sum);
        fault.at += (script->flags & SCRIPT_LONG) == 0 ? 1 : 11;
    }
}

static void wait_everywhere(enum fault_kind kind)
{
    struct sum sum = {0};
    char what[80];

    for (size_t i = 0; i < scripts_count; i++) {
        sum.scripts++;
        for (int end = 0; end < 2; end++) {
            waits_of(&scripts[i], kind, end, PACE_WHOLE, &sum);
            waits_of(&scripts[i], kind, end, PACE_RANDOM, &sum);
        }
    }
    snprintf(what, sizeof(what), "%s at every wait", kinds[kind]);
    show(what, &sum);
}

static void questions_of(const struct script *script, enum fault_kind kind, enum pace pace,
                         struct sum *sum)
{
    struct fault fault = {kind, SERVER, 0};

    for (;;) {
        one(&ours, script, fault, pace);
        if (world.questions <= fault.at) {
            return;
        }
        settle(&ours, script, fault, pace, sum);
        fault.at += (script->flags & SCRIPT_LONG) == 0 || fault.at < 10 ? 1 : 211;
    }
}

/* A message that nobody is to get depends on time by nature: its refusals may overtake its body. */
static bool somebody(const struct script *script)
{
    for (uint32_t m = 0; m < script->messages; m++) {
        bool found = false;

        for (uint32_t r = 0; r < script->recipients; r++) {
            found = found || script_receives(script, m, r) == 'y';
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

static void test_every_pace(void **state)
{
    struct sum sum = {0};

    (void)state;
    for (size_t i = 0; i < scripts_count; i++) {
        uint64_t sums[2] = {0, 0};

        sum.scripts++;
        for (uint64_t seed = 0; seed < 12; seed++) {
            enum pace pace = seed < 2 ? (enum pace)seed : PACE_RANDOM;

            both(&ours, &scripts[i], (struct fault){FAULT_NONE, 0, seed}, pace, &sum);
            open_books(&scripts[i]);
            session(&ours, (struct fault){0}, pace, seed);
            books_expect(&books, true);
            judge(&ours, &scripts[i], (struct fault){0}, pace);
            for (int end = 0; end < 2; end++) {
                sums[end] = seed == 0 ? world.wires[end].sum : sums[end];
                if (somebody(&scripts[i])) {
                    assert_int_equal(world.wires[end].sum, sums[end]);
                }
            }
        }
    }
    assert_int_equal(sum.tally.uncertain, 0);
    show("no fault, 12 paces, the same octets in each", &sum);
}

static void test_lost(void **state)
{
    (void)state;
    cut_everywhere(&ours, FAULT_LOST);
}

static void test_half(void **state)
{
    (void)state;
    cut_everywhere(&ours, FAULT_HALF);
}

static void test_silent(void **state)
{
    (void)state;
    cut_everywhere(&ours, FAULT_SILENT);
}

static void test_full(void **state)
{
    (void)state;
    cut_everywhere(&ours, FAULT_FULL);
}

static void test_expired(void **state)
{
    (void)state;
    wait_everywhere(FAULT_EXPIRED);
}

static void test_stopped(void **state)
{
    (void)state;
    wait_everywhere(FAULT_STOPPED);
}

static void test_host(void **state)
{
    (void)state;
    for (enum fault_kind kind = FAULT_DECLINE; kind <= FAULT_MUTE_THEN_YES; kind++) {
        struct sum sum = {0};
        char what[80];

        for (size_t i = 0; i < scripts_count; i++) {
            sum.scripts++;
            questions_of(&scripts[i], kind, PACE_WHOLE, &sum);
            questions_of(&scripts[i], kind, PACE_RANDOM, &sum);
        }
        snprintf(what, sizeof(what), "%s at every question", kinds[kind]);
        show(what, &sum);
    }
}

/* 1845-4-a, 1845-4-c: behind all these faults, messages with a name went on in the middle, and
 * where all of a message was there already it was not taken a second time (books.c). */
static void test_checkpoint(void **state)
{
    (void)state;
    printf(
        "# CHECKPOINT: %lu messages went on, of them %lu in the middle, %lu were there already\n",
        gone_on.times, gone_on.midway, gone_on.done);
    assert_true(gone_on.midway > 100);
    assert_true(gone_on.done > 100);
}

static void test_strict_server(void **state)
{
    (void)state;
    cut_everywhere(&before_strict, FAULT_LOST);
    cut_everywhere(&before_strict, FAULT_FULL);
}

static void test_strict_client(void **state)
{
    (void)state;
    cut_everywhere(&behind_strict, FAULT_LOST);
    cut_everywhere(&behind_strict, FAULT_FULL);
}

static int free_world(void **state)
{
    (void)state;
    world_free(&world);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_pace),    cmocka_unit_test(test_lost),
        cmocka_unit_test(test_half),          cmocka_unit_test(test_silent),
        cmocka_unit_test(test_full),          cmocka_unit_test(test_expired),
        cmocka_unit_test(test_stopped),       cmocka_unit_test(test_host),
        cmocka_unit_test(test_strict_server), cmocka_unit_test(test_strict_client),
        cmocka_unit_test(test_checkpoint),
    };

    return cmocka_run_group_tests_name("simulation", tests, NULL, free_world);
}
