/* unit/test_clock.c: the clock agrees with CLOCK_MONOTONIC, rises, and can be replaced. */
#include "support.h"

#include <time.h>

static uint64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void now_is_clock_monotonic(void **state)
{
    (void)state;
    /* The bracket may be preempted: one tight agreement out of many is enough. */
    int64_t best_ns = INT64_MAX;
    for (int i = 0; i < 1000; i++) {
        uint64_t before = monotonic_ns();
        uint64_t now = pp_now_ns();
        uint64_t after = monotonic_ns();
        int64_t middle = (int64_t)(before + (after - before) / 2);
        int64_t off = (int64_t)now - middle;
        off = off < 0 ? -off : off;
        best_ns = off < best_ns ? off : best_ns;
    }
    assert_true(best_ns < 20000);
}

static void now_never_falls(void **state)
{
    (void)state;
    uint64_t previous = pp_now_ns();
    for (int i = 0; i < 200000; i++) {
        uint64_t now = pp_now_ns();
        /* Unfenced counter reads may be reordered by a few nanoseconds. */
        assert_true(now + 100 > previous);
        previous = now;
    }
}

static void the_mapping_stays_true_for_seconds(void **state)
{
    (void)state;
    pp_session *session = NULL;
    assert_int_equal(pp_session_start(&session, NULL), PP_OK);
    uint64_t start = monotonic_ns();
    while (monotonic_ns() - start < 2200000000u) {
        pp_session_drain(session);
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    now_is_clock_monotonic(state);
    pp_session_stop(session);
}

static void an_override_replaces_the_clock_while_no_session_runs(void **state)
{
    (void)state;
    assert_int_equal(pp_clock_override(fake_clock, NULL), PP_OK);
    assert_false(pp_clock_is_counter());
    uint64_t before = pp_now_ns();
    advance_us(7);
    assert_int_equal(pp_now_ns() - before, 7000);
    pp_session *session = NULL;
    assert_int_equal(pp_session_start(&session, NULL), PP_OK);
    assert_int_equal(pp_clock_override(NULL, NULL), PP_EBUSY);
    pp_session_stop(session);
    assert_int_equal(pp_clock_override(NULL, NULL), PP_OK);
    now_is_clock_monotonic(state);
}

static void errors_have_a_code_a_name_and_a_message_per_thread(void **state)
{
    (void)state;
    pp_clear_error();
    assert_string_equal(pp_last_error(), "");
    assert_int_equal(pp_phase_register("Not Valid"), PP_EINVAL);
    assert_non_null(strstr(pp_last_error(), "Not Valid"));
    assert_string_equal(pp_error_name(PP_ENOMEM), "out of memory");
    assert_string_equal(pp_error_name(-9999), "unknown error");
    assert_string_equal(pp_version(), PP_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(now_is_clock_monotonic),
        cmocka_unit_test(now_never_falls),
        cmocka_unit_test(the_mapping_stays_true_for_seconds),
        cmocka_unit_test(an_override_replaces_the_clock_while_no_session_runs),
        cmocka_unit_test(errors_have_a_code_a_name_and_a_message_per_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
