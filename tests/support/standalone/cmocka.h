#ifndef SANSMTP_TEST_STANDALONE_CMOCKA_H
#define SANSMTP_TEST_STANDALONE_CMOCKA_H

/* The part of cmocka's interface that our tests use, written anew, for targets that Debian has a
 * compiler for but no cmocka (the big-endian run under qemu). Same names, same meaning, TAP out.
 * No skip(): no test of ours may pass without having run. */

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

typedef int (*CMFixtureFunction)(void **state);

struct CMUnitTest {
    const char *name;
    void (*test_func)(void **state);
    CMFixtureFunction setup_func;
    CMFixtureFunction teardown_func;
    void *initial_state;
};

#define cmocka_unit_test(f)     \
    {                           \
#f, f, NULL, NULL, NULL \
    }
#define cmocka_unit_test_setup(f, setup) \
    {                                    \
#f, f, setup, NULL, NULL         \
    }
#define cmocka_unit_test_teardown(f, teardown) \
    {                                          \
#f, f, NULL, teardown, NULL            \
    }
#define cmocka_unit_test_setup_teardown(f, setup, teardown) \
    {                                                       \
#f, f, setup, teardown, NULL                        \
    }
#define cmocka_unit_test_prestate(f, state) \
    {                                       \
#f, f, NULL, NULL, state            \
    }
#define cmocka_unit_test_prestate_setup_teardown(f, setup, teardown, state) \
    {                                                                       \
#f, f, setup, teardown, state                                       \
    }

#define cmocka_run_group_tests(tests, setup, teardown) \
    cmocka_run_group_tests_name(#tests, tests, setup, teardown)
#define cmocka_run_group_tests_name(name, tests, setup, teardown) \
    standalone_run(name, tests, sizeof(tests) / sizeof(tests)[0], setup, teardown)

#define _cmocka_run_group_tests standalone_run

int standalone_run(const char *name, const struct CMUnitTest *tests, size_t count,
                   CMFixtureFunction setup, CMFixtureFunction teardown);

_Noreturn void standalone_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void standalone_true(int holds, const char *text, const char *file, int line);
void standalone_equal(uintmax_t left, uintmax_t right, int equal, const char *file, int line);
void standalone_string(const char *left, const char *right, int equal, const char *file, int line);
void standalone_memory(const void *left, const void *right, size_t length, int equal,
                       const char *file, int line);
void standalone_range(uintmax_t value, uintmax_t least, uintmax_t most, int inside,
                      const char *file, int line);
void print_message(const char *format, ...) __attribute__((format(printf, 1, 2)));
void print_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define standalone_number(value)  ((uintmax_t)(value))
#define standalone_pointer(value) ((uintmax_t)(uintptr_t)(value))

#define fail()                       standalone_fail(__FILE__, __LINE__, "failed")
#define fail_msg(...)                standalone_fail(__FILE__, __LINE__, __VA_ARGS__)
#define assert_true(c)               standalone_true(!!(c), #c, __FILE__, __LINE__)
#define assert_false(c)              standalone_true(!(c), "!(" #c ")", __FILE__, __LINE__)
#define assert_null(p)               standalone_true((p) == NULL, #p " == NULL", __FILE__, __LINE__)
#define assert_non_null(p)           standalone_true((p) != NULL, #p " != NULL", __FILE__, __LINE__)
#define assert_return_code(c, error) standalone_true((c) >= 0, #c " >= 0", __FILE__, __LINE__)
#define assert_int_equal(a, b) \
    standalone_equal(standalone_number(a), standalone_number(b), 1, __FILE__, __LINE__)
#define assert_int_not_equal(a, b) \
    standalone_equal(standalone_number(a), standalone_number(b), 0, __FILE__, __LINE__)
#define assert_ptr_equal(a, b) \
    standalone_equal(standalone_pointer(a), standalone_pointer(b), 1, __FILE__, __LINE__)
#define assert_ptr_not_equal(a, b) \
    standalone_equal(standalone_pointer(a), standalone_pointer(b), 0, __FILE__, __LINE__)
#define assert_string_equal(a, b)        standalone_string(a, b, 1, __FILE__, __LINE__)
#define assert_string_not_equal(a, b)    standalone_string(a, b, 0, __FILE__, __LINE__)
#define assert_memory_equal(a, b, n)     standalone_memory(a, b, n, 1, __FILE__, __LINE__)
#define assert_memory_not_equal(a, b, n) standalone_memory(a, b, n, 0, __FILE__, __LINE__)
#define assert_in_range(v, least, most)                                                          \
    standalone_range(standalone_number(v), standalone_number(least), standalone_number(most), 1, \
                     __FILE__, __LINE__)
#define assert_not_in_range(v, least, most)                                                      \
    standalone_range(standalone_number(v), standalone_number(least), standalone_number(most), 0, \
                     __FILE__, __LINE__)

#endif
