/* What goes out, in one write or in many: vectors() shows the same octets in the same order as the
 * walk with output(), sent() counts over all of them, and refuses what it did not show. Random
 * bodies full of dots and newlines, as the host has them or to be mended, in DATA and in BDAT. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client_dialogue.h"

enum { MOST_SPANS = 70, LONGEST_BODY = 60, ROUNDS = 4000 };

static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % below;
}

/* A message that waits for its body. */
static void begin(struct client_dialogue *dialogue, bool chunks, bool normalise)
{
    struct sansmtp_client_options options;

    client_dialogue_options(&options);
    options.body_newlines = normalise ? SANSMTP_CLIENT_NEWLINES_NORMALISE
                                      : SANSMTP_CLIENT_NEWLINES_REFUSE;
    client_dialogue_open(dialogue, &options);
    client_dialogue_say(dialogue, "220 mx.example\r\n");
    client_dialogue_drain(dialogue);
    client_dialogue_say(dialogue, chunks ? "250-mx.example\r\n250 CHUNKING\r\n"
                                         : "250 mx.example\r\n");
    client_dialogue_submit(dialogue);
    client_dialogue_drain(dialogue);
    client_dialogue_say(dialogue, "250 ok\r\n");
    client_dialogue_recipient(dialogue);
    client_dialogue_end(dialogue);
    client_dialogue_drain(dialogue);
    client_dialogue_say(dialogue, "250 ok\r\n");
    if (!chunks) {
        client_dialogue_drain(dialogue);
        client_dialogue_say(dialogue, "354 go\r\n");
    }
    assert_int_not_equal(sansmtp_client_wants(dialogue->client) & SANSMTP_BODY, 0);
    text_clear(&dialogue->output);
}

/* Lines, dots at their front, now and then a CR or LF alone if such may be mended. */
static size_t draw_body(uint64_t *seed, bool normalise, char body[LONGEST_BODY])
{
    static const char *const good[] = {".", "\r\n", "\r\n.", "a", "bc", "\r\n..", "....", "x\r\n"};
    static const char *const bare[] = {"\n", "\r", "\n.", "\r\r"};
    size_t length = 0;

    for (uint32_t left = draw(seed, 14); left > 0; left--) {
        const char *piece = normalise && draw(seed, 3) == 0 ? bare[draw(seed, 4)]
                                                            : good[draw(seed, 8)];

        memcpy(body + length, piece, strlen(piece));
        length += strlen(piece);
    }
    return length;
}

static struct text concatenated(const struct sansmtp_span *spans, size_t count)
{
    struct text all = {0};

    text_clear(&all);
    for (size_t i = 0; i < count; i++) {
        text_add(&all, spans[i].data, spans[i].length);
    }
    return all;
}

/* Whatever there is room for, vectors() shows the first of it, and the same. */
static void check_counts(const struct client_dialogue *dialogue)
{
    struct sansmtp_span all[MOST_SPANS];
    size_t most = sansmtp_client_vectors(dialogue->client, all, MOST_SPANS);

    assert_true(most < MOST_SPANS);
    assert_int_equal(sansmtp_client_vectors(dialogue->client, NULL, MOST_SPANS), 0);
    assert_int_equal(sansmtp_client_vectors(dialogue->client, all, 0), 0);
    for (size_t count = 1; count <= most + 1; count++) {
        struct sansmtp_span some[MOST_SPANS] = {{NULL, 0}};
        size_t used = sansmtp_client_vectors(dialogue->client, some, count);

        assert_int_equal(used, count < most ? count : most);
        for (size_t i = 0; i < used; i++) {
            assert_ptr_equal(some[i].data, all[i].data);
            assert_int_equal(some[i].length, all[i].length);
            assert_int_not_equal(some[i].length, 0);
        }
        for (size_t i = count; i < MOST_SPANS; i++) {
            assert_null(some[i].data);
        }
    }
    if (most != 0) {
        size_t length = 0;

        assert_ptr_equal(sansmtp_client_output(dialogue->client, &length), all[0].data);
        assert_int_equal(length, all[0].length);
    }
}

/* One octet more than is shown, and any number more, is refused, and nothing changes. */
static void check_too_much(struct client_dialogue *dialogue, size_t shown)
{
    uint8_t *before = malloc(dialogue->block_length);

    assert_non_null(before);
    memcpy(before, dialogue->block, dialogue->block_length);
    assert_int_equal(sansmtp_client_sent(dialogue->client, shown + 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_sent(dialogue->client, shown + 100), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_sent(dialogue->client, SIZE_MAX), SANSMTP_ERR_ARGUMENT);
    assert_memory_equal(before, dialogue->block, dialogue->block_length);
    free(before);
}

/* All goes out in writes of a random length, each checked against all that vectors() showed. */
static void send_by_vectors(struct client_dialogue *dialogue, uint64_t *seed)
{
    struct sansmtp_span spans[MOST_SPANS];
    size_t count = sansmtp_client_vectors(dialogue->client, spans, MOST_SPANS);

    while (count != 0) {
        struct text shown = concatenated(spans, count);
        size_t length = draw(seed, (uint32_t)shown.length + 1);

        check_counts(dialogue);
        check_too_much(dialogue, shown.length);
        text_add(&dialogue->output, shown.data, length);
        assert_int_equal(sansmtp_client_sent(dialogue->client, length), 0);
        text_free(&shown);
        count = sansmtp_client_vectors(dialogue->client, spans, MOST_SPANS);
    }
}

struct message {
    char parts[2][LONGEST_BODY];
    size_t lengths[2];
};

/* The message's octets as they left, by vectors or by output(). */
static struct text way_out(const struct message *message, bool chunks, bool normalise,
                           uint64_t *seed)
{
    struct client_dialogue dialogue;
    struct text out = {0};

    begin(&dialogue, chunks, normalise);
    for (int part = 0; part < 2; part++) {
        assert_int_equal(sansmtp_client_body(dialogue.client, message->parts[part],
                                             message->lengths[part], part),
                         0);
        if (seed != NULL) {
            send_by_vectors(&dialogue, seed);
        } else {
            client_dialogue_drain(&dialogue);
        }
        if (chunks && part == 0) {
            client_dialogue_say(&dialogue, "250 ok\r\n");
        }
    }
    text_clear(&out);
    text_add(&out, dialogue.output.data, dialogue.output.length);
    client_dialogue_say(&dialogue, "250 ok\r\n");
    assert_true(client_dialogue_happened(&dialogue, "outcome reason=delivered"));
    client_dialogue_close(&dialogue);
    return out;
}

/* RFC 5321 4.5.2, 5321-2.3.8-b: what must have left, by a plain reading of the rules. */
static struct text expected_data(const struct message *message)
{
    struct text out = {0};
    char last = '\n';
    bool cr = false;

    text_clear(&out);
    for (size_t i = 0; i < message->lengths[0] + message->lengths[1]; i++) {
        char octet = i < message->lengths[0] ? message->parts[0][i]
                                             : message->parts[1][i - message->lengths[0]];

        if (octet == '\n' && cr) {
            cr = false;
            continue; /* the pair was written with its CR */
        }
        cr = octet == '\r';
        if (octet == '\r' || octet == '\n') {
            text_add(&out, "\r\n", 2);
            last = '\n';
            continue;
        }
        text_add(&out, "..", octet == '.' && last == '\n' ? 2 : 0);
        text_add(&out, &octet, octet == '.' && last == '\n' ? 0 : 1);
        last = octet;
    }
    text_add(&out, "\r\n.\r\n", last == '\n' ? 0 : 5);
    text_add(&out, ".\r\n", last == '\n' ? 3 : 0);
    return out;
}

static void draw_message(struct message *message, uint64_t *seed, bool normalise)
{
    message->lengths[0] = draw_body(seed, normalise, message->parts[0]);
    message->lengths[1] = draw_body(seed, normalise, message->parts[1]);
}

/* REFUSE takes a message only if no CR or LF stands alone; a pair may lie across the two parts. */
static void make_good(struct message *message)
{
    for (int part = 0; part < 2; part++) {
        if (message->lengths[part] != 0 &&
            message->parts[part][message->lengths[part] - 1] == '\r') {
            message->lengths[part]--;
        }
    }
}

/* 6152-3-g: the CRLF in front of the dot is the message's own last one, where it has one */
static void test_data(void **state)
{
    uint64_t seed = 20261122;
    (void)state;

    for (int round = 0; round < ROUNDS; round++) {
        bool normalise = round % 2 == 0;
        struct message message;
        struct text walked, gathered, expected;

        draw_message(&message, &seed, normalise);
        if (!normalise) {
            make_good(&message);
        }
        walked = way_out(&message, false, normalise, NULL);
        gathered = way_out(&message, false, normalise, &seed);
        expected = expected_data(&message);
        assert_string_equal(gathered.data, walked.data);
        assert_string_equal(walked.data, expected.data);
        text_free(&walked);
        text_free(&gathered);
        text_free(&expected);
    }
}

static void test_chunks(void **state)
{
    uint64_t seed = 3030;
    (void)state;

    for (int round = 0; round < ROUNDS / 4; round++) {
        struct message message;
        struct text walked, gathered;

        draw_message(&message, &seed, false);
        make_good(&message);
        message.lengths[0] += message.lengths[0] == 0;
        message.parts[0][0] = 'x'; /* so that there are two chunks */
        if (message.lengths[0] > 1 && message.parts[0][1] == '\n') {
            message.parts[0][1] = 'y';
        }
        walked = way_out(&message, true, false, NULL);
        gathered = way_out(&message, true, false, &seed);
        assert_string_equal(gathered.data, walked.data);
        text_free(&walked);
        text_free(&gathered);
    }
}

/* Commands and the body behind them, in one write. */
static void test_commands_and_chunk(void **state)
{
    struct sansmtp_span spans[4];
    struct client_dialogue dialogue;
    (void)state;

    begin(&dialogue, true, false);
    client_dialogue_body(&dialogue, "abc", 1);
    assert_int_equal(sansmtp_client_vectors(dialogue.client, spans, 4), 2);
    assert_int_equal(spans[0].length, strlen("BDAT 3 LAST\r\n"));
    assert_int_equal(spans[1].length, 3);
    check_too_much(&dialogue, 16);
    assert_int_equal(sansmtp_client_sent(dialogue.client, 14), 0);
    assert_int_equal(sansmtp_client_vectors(dialogue.client, spans, 4), 1);
    assert_int_equal(spans[0].length, 2);
    assert_int_equal(sansmtp_client_sent(dialogue.client, 2), 0);
    assert_int_equal(sansmtp_client_vectors(dialogue.client, spans, 4), 0);
    client_dialogue_close(&dialogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_data),
        cmocka_unit_test(test_chunks),
        cmocka_unit_test(test_commands_and_chunk),
    };

    return cmocka_run_group_tests_name("client vectors", tests, NULL, NULL);
}
