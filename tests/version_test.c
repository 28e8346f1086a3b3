#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sansmtp/types.h>

static void test_the_version_is_the_projects(void **state)
{
    (void)state;
    assert_string_equal(sansmtp_version(), PROJECT_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_version_is_the_projects),
    };

    return cmocka_run_group_tests_name("version", tests, NULL, NULL);
}
