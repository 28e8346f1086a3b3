#define _DEFAULT_SOURCE

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "guard.h"

/* Reads one octet in a child of its own; returns the signal that ended it, or 0. */
static int signal_of_reading(const volatile uint8_t *octet)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        struct rlimit no_core = {0, 0};

        setrlimit(RLIMIT_CORE, &no_core);
        signal(SIGSEGV, SIG_DFL);
        signal(SIGBUS, SIG_DFL);
        (void)*octet;
        _exit(0);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void test_last_octet_is_readable_and_the_next_is_not(void **state)
{
    static const size_t lengths[] = {1, 2, 511, 4095, 4096, 4097, 10000};
    (void)state;

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        uint8_t *octets = guard_alloc(lengths[i]);

        assert_int_equal(signal_of_reading(octets), 0);
        assert_int_equal(signal_of_reading(octets + lengths[i] - 1), 0);
        assert_int_not_equal(signal_of_reading(octets + lengths[i]), 0);
        guard_free(octets, lengths[i]);
    }
}

static void test_nothing_of_an_empty_copy_is_readable(void **state)
{
    uint8_t *octets = guard_copy(NULL, 0);
    (void)state;

    assert_non_null(octets);
    assert_int_not_equal(signal_of_reading(octets), 0);
    guard_free(octets, 0);
}

static void test_a_copy_holds_the_octets_and_is_writable(void **state)
{
    static const char text[] = "MAIL FROM:<a@example.org>\r\n";
    uint8_t *octets = guard_copy(text, sizeof text);
    (void)state;

    assert_memory_equal(octets, text, sizeof text);
    memset(octets, 'x', sizeof text);
    assert_int_equal(octets[sizeof text - 1], 'x');
    guard_free(octets, sizeof text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_last_octet_is_readable_and_the_next_is_not),
        cmocka_unit_test(test_nothing_of_an_empty_copy_is_readable),
        cmocka_unit_test(test_a_copy_holds_the_octets_and_is_writable),
    };

    return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
