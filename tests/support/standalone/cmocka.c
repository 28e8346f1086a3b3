#include "cmocka.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static jmp_buf way_out;
static bool in_test; /* a group's setup and teardown have no way out but the end */

/* A TAP comment: every line of the text behind a #. */
static void comment(const char *format, va_list arguments)
{
    char text[2000];

    vsnprintf(text, sizeof text, format, arguments);
    fputs("# ", stdout);
    for (const char *at = text; *at != '\0'; at++) {
        putchar(*at);
        if (*at == '\n' && at[1] != '\0') {
            fputs("# ", stdout);
        }
    }
    if (text[0] == '\0' || text[strlen(text) - 1] != '\n') {
        putchar('\n');
    }
}

void print_message(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    comment(format, arguments);
    va_end(arguments);
}

void print_error(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    comment(format, arguments);
    va_end(arguments);
}

void standalone_fail(const char *file, int line, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    comment(format, arguments);
    va_end(arguments);
    print_message("%s:%d", file, line);
    if (!in_test) {
        exit(1);
    }
    longjmp(way_out, 1);
}

void standalone_true(int holds, const char *text, const char *file, int line)
{
    if (!holds) {
        standalone_fail(file, line, "not so: %s", text);
    }
}

void standalone_equal(uintmax_t left, uintmax_t right, int equal, const char *file, int line)
{
    if ((left == right) != equal) {
        standalone_fail(file, line, "%#jx %s %#jx", left, equal ? "!=" : "==", right);
    }
}

void standalone_string(const char *left, const char *right, int equal, const char *file, int line)
{
    if ((strcmp(left, right) == 0) != equal) {
        standalone_fail(file, line, "\"%s\" %s \"%s\"", left, equal ? "!=" : "==", right);
    }
}

void standalone_memory(const void *left, const void *right, size_t length, int equal,
                       const char *file, int line)
{
    const unsigned char *a = left, *b = right;
    size_t at = 0;

    while (at < length && a[at] == b[at]) {
        at++;
    }
    if ((at == length) != equal) {
        standalone_fail(file, line, "%zu octets: the first difference is at %zu", length, at);
    }
}

void standalone_range(uintmax_t value, uintmax_t least, uintmax_t most, int inside,
                      const char *file, int line)
{
    if ((value >= least && value <= most) != inside) {
        standalone_fail(file, line, "%ju is %sin %ju...%ju", value, inside ? "not " : "", least,
                        most);
    }
}

static bool passes(const struct CMUnitTest *test)
{
    void *state = test->initial_state;

    in_test = true;
    if (setjmp(way_out) != 0) {
        return false;
    }
    if (test->setup_func != NULL && test->setup_func(&state) != 0) {
        standalone_fail(__FILE__, __LINE__, "the setup failed");
    }
    test->test_func(&state);
    if (test->teardown_func != NULL && test->teardown_func(&state) != 0) {
        standalone_fail(__FILE__, __LINE__, "the teardown failed");
    }
    return true;
}

/* 1 if any test failed, or if there was none: to the reader of TAP an empty plan is a skip. */
int standalone_run(const char *name, const struct CMUnitTest *tests, size_t count,
                   CMFixtureFunction setup, CMFixtureFunction teardown)
{
    void *state = NULL;
    bool failed = count == 0;

    printf("1..%zu\n# %s\n", count, name);
    if (setup != NULL && setup(&state) != 0) {
        return 1;
    }
    for (size_t i = 0; i < count; i++) {
        bool passed = passes(&tests[i]);

        in_test = false;
        printf("%s %zu - %s\n", passed ? "ok" : "not ok", i + 1, tests[i].name);
        fflush(stdout);
        failed = failed || !passed;
    }
    if (teardown != NULL && teardown(&state) != 0) {
        return 1;
    }
    return failed ? 1 : 0;
}
