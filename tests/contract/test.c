#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "contract.h"
#include "matrix.h"

enum {
#define ASKED(id, number, words, tail) NEXT_##id, IN_CALLBACK_##id, JUMPED_##id, /* three each */
#define RESTING(id, name, number, where, traits, wants, wait, takes, arrange, tail) RESTING_##id,
#include "situations.def"
#undef ASKED
#undef RESTING
};

#define SITUATION(number, name)                                                    \
    {                                                                              \
        "matrix: " name, contract_matrix, NULL, NULL, &contract_situations[number] \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test(contract_##name),
        CONTRACT_TESTS(TEST)
#define ASKED(id, number, words, tail)                              \
    SITUATION(NEXT_##id, #id " is open"),                           \
        SITUATION(IN_CALLBACK_##id, "inside the callback of " #id), \
        SITUATION(JUMPED_##id, "the callback of " #id " was left by a jump"),
#define RESTING(id, name, number, where, traits, wants, wait, takes, arrange, tail) \
    SITUATION(RESTING_##id, name),
#include "situations.def"
#undef ASKED
#undef RESTING
    };

    return cmocka_run_group_tests_name("contract", tests, NULL, NULL);
}
