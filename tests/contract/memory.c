#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "dialogue.h"
#include "guard.h"

/* Promise 2: the caller owns all memory, in one block. */

#define CANARY 0xa5

/* A session that fills every buffer: a long line, long replies, a message. */
static void talk(struct dialogue *dialogue)
{
    char line[1500];

    dialogue_exchange(dialogue, SAY_TRANSACTION "DATA\r\nabc\r\n.\r\nHELP\r\n");
    memset(line, 'x', sizeof(line) - 3);
    memcpy(line + sizeof(line) - 3, "\r\n", 3);
    dialogue_exchange(dialogue, line);
    dialogue_exchange(dialogue, SAY_HELLO "AUTH LOGIN\r\nam9l\r\nQUIT\r\n");
    assert_int_equal(sansmtp_server_wants(dialogue->server), SANSMTP_CLOSE);
    assert_int_equal(sansmtp_server_error(dialogue->server), 0);
    assert_true(dialogue_sent(dialogue, "250 2.0.0 Message accepted"));
    assert_true(dialogue_sent(dialogue, "500 5.5.2 "));
    assert_true(dialogue_sent(dialogue, "235 2.7.0 "));
}

void contract_memory_too_little(void **state)
{
    struct sansmtp_server *server = NULL;
    struct sansmtp_server_options options;
    size_t need;
    uint8_t *block;

    (void)state;
    dialogue_options(&options);
    need = sansmtp_server_memory(&options);
    for (size_t length = 0; length < need; length++) {
        block = guard_alloc(length);
        assert_int_equal(sansmtp_server_init(&server, block, length, &options), SANSMTP_ERR_MEMORY);
        assert_null(server);
        guard_free(block, length);
    }
    block = guard_alloc(need);
    assert_int_equal(sansmtp_server_init(&server, block, need, &options), 0);
    guard_free(block, need);
}

/* The exact need is enough: behind it is the guard page. */
void contract_memory_exact(void **state)
{
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    talk(&dialogue);
    dialogue_close(&dialogue);
}

static void assert_canaries(const uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        assert_int_equal(octets[i], CANARY);
    }
}

void contract_memory_unaligned(void **state)
{
    static uint8_t around[8192];
    struct dialogue dialogue;

    (void)state;
    for (size_t skew = 0; skew < 17; skew++) {
        dialogue_open(&dialogue, NULL);
        memset(around, CANARY, sizeof(around));
        assert_int_equal(sansmtp_server_init(&dialogue.server, around + 64 + skew,
                                             dialogue.block_length, &dialogue.options),
                         0);
        talk(&dialogue);
        assert_canaries(around, 64 + skew);
        assert_canaries(around + 64 + skew + dialogue.block_length,
                        sizeof(around) - 64 - skew - dialogue.block_length);
        dialogue_close(&dialogue);
    }
}

void contract_memory_constant(void **state)
{
    struct sansmtp_server_options options;
    unsigned fit = 0;

    (void)state;
    dialogue_options(&options);
    for (uint64_t set = 0; set <= options.extensions; set++) {
        struct sansmtp_server_options some = options;

        some.extensions = set;
        if (sansmtp_server_memory(&some) == 0) {
            continue; /* a contradiction: see options */
        }
        fit++;
        assert_true(sansmtp_server_memory(&some) <=
                    SANSMTP_SERVER_MEMORY(SANSMTP_SERVER_LINE, 1024));
        some.line = SANSMTP_SERVER_LINE;
        assert_in_range(sansmtp_server_memory(&some), 1,
                        SANSMTP_SERVER_MEMORY(SANSMTP_SERVER_LINE, 1024));
    }
    assert_true(fit > 1000);
}

/* A sum that wraps would make a small block look large enough. */
void contract_memory_sum(void **state)
{
    struct sansmtp_server_options options;
    size_t need;

    (void)state;
    dialogue_options(&options);
    options.line = UINT32_MAX - 100;
    options.output = UINT32_MAX - 100;
    need = sansmtp_server_memory(&options);
    assert_true(need == 0 || need > UINT32_MAX - 100);
}

/* init on a used block begins anew, whatever stood there. */
void contract_memory_again(void **state)
{
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    for (int i = 0; i < 3; i++) {
        talk(&dialogue);
        memset(dialogue.block, 0x5a + i, dialogue.block_length);
        assert_int_equal(sansmtp_server_init(&dialogue.server, dialogue.block,
                                             dialogue.block_length, &dialogue.options),
                         0);
        dialogue_forget(&dialogue);
    }
    talk(&dialogue);
    dialogue_close(&dialogue);
}
