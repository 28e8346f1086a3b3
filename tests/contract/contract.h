#ifndef SANSMTP_TEST_CONTRACT_H
#define SANSMTP_TEST_CONTRACT_H

/* The promises of the design as an outsider sees them: one file a promise, or a few that belong
 * together. The matrix has its own header. */

#define CONTRACT_TESTS(TEST)    \
    TEST(memory_too_little)     \
    TEST(memory_exact)          \
    TEST(memory_unaligned)      \
    TEST(memory_constant)       \
    TEST(memory_sum)            \
    TEST(memory_again)          \
    TEST(room_lmtp)             \
    TEST(room_noops)            \
    TEST(room_lists)            \
    TEST(room_lines)            \
    TEST(room_line)             \
    TEST(late_answers)          \
    TEST(late_body_is_borrowed) \
    TEST(late_pause)            \
    TEST(door_null)             \
    TEST(door_reentry)          \
    TEST(door_eof_within)       \
    TEST(door_jump)             \
    TEST(door_sticky)           \
    TEST(door_small_table)      \
    TEST(wall_injection)        \
    TEST(wall_drain)            \
    TEST(wall_forgets)          \
    TEST(wall_insufficient)     \
    TEST(wall_early)            \
    TEST(wall_implicit)         \
    TEST(wall_failed)           \
    TEST(accident_data)         \
    TEST(accident_chunks)       \
    TEST(accident_bare)         \
    TEST(accident_limit)        \
    TEST(accident_silence)      \
    TEST(accident_unstored)     \
    TEST(gate_codes)            \
    TEST(gate_octets)           \
    TEST(gate_enhanced)         \
    TEST(gate_lengths)          \
    TEST(gate_least_room)       \
    TEST(gate_injection)        \
    TEST(gate_lines)            \
    TEST(gate_lines_enhanced)   \
    TEST(gate_utf8)             \
    TEST(end_close)             \
    TEST(end_before_greeting)   \
    TEST(end_close_at_question) \
    TEST(end_close_lmtp)        \
    TEST(end_farewell_waits)    \
    TEST(end_half_close)        \
    TEST(end_budget)            \
    TEST(patience_line)         \
    TEST(patience_nothing_else) \
    TEST(patience_body)         \
    TEST(patience_question)     \
    TEST(patience_refusal)      \
    TEST(patience_expired)      \
    TEST(wide_skipped_chunk)    \
    TEST(wide_unreadable_chunk) \
    TEST(wide_chunk)            \
    TEST(wide_sum)              \
    TEST(wide_size)             \
    TEST(wide_size_limited)     \
    TEST(options_init)          \
    TEST(options_defaults)      \
    TEST(options_arguments)     \
    TEST(options_hostname)      \
    TEST(options_numbers)       \
    TEST(options_extensions)    \
    TEST(later_first_version)   \
    TEST(later_submission)      \
    TEST(later_needs)           \
    TEST(later_values)          \
    TEST(later_limits)          \
    TEST(later_keywords)        \
    TEST(later_parameters)      \
    TEST(later_verbs)           \
    TEST(later_lines)           \
    TEST(allow_off_and_on)      \
    TEST(allow_expand)          \
    TEST(allow_refused)         \
    TEST(allow_rows)            \
    TEST(allow_lines)           \
    TEST(allow_per_session)     \
    TEST(secret_answered)       \
    TEST(secret_refused)        \
    TEST(secret_ended)          \
    TEST(secret_lent)           \
    TEST(secret_lent_refused)   \
    TEST(secret_waiting)        \
    TEST(secret_three_failures) \
    TEST(state_clears)          \
    TEST(state_authenticated)   \
    TEST(state_kept)            \
    TEST(state_chunks)

#define CONTRACT_DECLARE(name) void contract_##name(void **state);
CONTRACT_TESTS(CONTRACT_DECLARE)

#endif
