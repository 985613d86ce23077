/* unit/test_gate.c: the gate, the filter and the environment, through what gets recorded. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct zone_counts {
    int curve, axis, user;
} zone_counts;

static void count_zone(void *user, const pp_zone_record *zone)
{
    zone_counts *counts = user;
    counts->curve += strcmp(zone->site->name, "Curve.paint()") == 0;
    counts->axis += strcmp(zone->site->name, "Axis.paint()") == 0;
    counts->user += strcmp(zone->site->name, "Legend.layout()") == 0;
}

static void run_zones(void)
{
    PP_ZONE(curve, "Curve.paint()", PP_PHASE_REDRAW);
    PP_END(curve);
    PP_ZONE(axis, "Axis.paint()", PP_PHASE_REDRAW);
    PP_END(axis);
    PP_ZONE_IN(legend, "Legend.layout()", "layout");
    PP_END(legend);
}

static pp_session *session;
static zone_counts counts;

static int start(void **state)
{
    (void)state;
    counts = (zone_counts){0};
    if (pp_session_start(&session, NULL) != PP_OK)
        return -1;
    const pp_sink sink = {.struct_size = sizeof sink, .user = &counts, .zone = count_zone};
    return pp_session_add_sink(session, &sink) > 0 ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    pp_session_stop(session);
    pg_set_profile_enabled(false);
    return pp_set_site_filter(NULL);
}

static void a_closed_gate_records_nothing(void **state)
{
    (void)state;
    assert_false(pg_profile_enabled());
    run_zones();
    pp_session_drain(session);
    assert_int_equal(counts.curve + counts.axis + counts.user, 0);
}

static void an_open_gate_records_every_site(void **state)
{
    (void)state;
    pg_set_profile_enabled(true);
    run_zones();
    run_zones();
    pp_session_drain(session);
    assert_int_equal(counts.curve, 2);
    assert_int_equal(counts.axis, 2);
    assert_int_equal(counts.user, 2);
}

static void a_filter_leaves_other_sites_off(void **state)
{
    (void)state;
    assert_int_equal(pp_set_site_filter(" Curve.*, Legend.layout?) "), PP_OK);
    pg_set_profile_enabled(true);
    run_zones();
    pp_session_drain(session);
    assert_int_equal(counts.curve, 1);
    assert_int_equal(counts.axis, 0);
    assert_int_equal(counts.user, 1);
    assert_int_equal(pp_set_site_filter(NULL), PP_OK);
    run_zones();
    pp_session_drain(session);
    assert_int_equal(counts.axis, 1);
}

static void a_zone_that_is_open_when_the_gate_closes_is_finished(void **state)
{
    (void)state;
    pg_set_profile_enabled(true);
    PP_ZONE(curve, "Curve.paint()", PP_PHASE_REDRAW);
    pg_set_profile_enabled(false);
    PP_END(curve);
    PP_END(curve);
    pp_session_drain(session);
    assert_int_equal(counts.curve, 1);
}

static void a_site_without_a_session_costs_no_record(void **state)
{
    (void)state;
    pg_set_profile_enabled(true);
    pp_session_stop(session);
    session = NULL;
    run_zones();
    assert_int_equal(start(NULL), 0);
    run_zones();
    pp_session_drain(session);
    assert_int_equal(counts.curve, 1);
}

static void a_threshold_that_is_no_number_prints_all(void **state)
{
    (void)state;
    pg_set_ms_slower_then(2.5);
    assert_true(pg_ms_slower_then() == 2.5);
    pg_set_ms_slower_then(NAN);
    assert_true(pg_ms_slower_then() == 0);
    pg_set_ms_slower_then(-1);
    assert_true(pg_ms_slower_then() == 0);
}

static void a_user_phase_has_one_number_and_a_valid_name(void **state)
{
    (void)state;
    int layout = pp_phase_register("layout");
    assert_true(layout >= PP_PHASE_USER);
    assert_int_equal(pp_phase_register("layout"), layout);
    assert_int_equal(pp_phase_register("redraw"), PP_PHASE_REDRAW);
    assert_string_equal(pp_phase_name((unsigned)layout), "layout");
    assert_int_equal(pp_phase_register("Bad Name"), PP_EINVAL);
    assert_int_equal(pp_phase_register(""), PP_EINVAL);
    assert_int_equal(pp_phase_register(NULL), PP_EINVAL);
    assert_null(pp_phase_name(pp_phase_count()));
}

/* What a child process with PAINTPROF=value does: bits 1 gate, 2 text, 4 Curve, 8 Axis. */
static int child_with(const char *value)
{
    pid_t child = fork();
    if (child == 0) {
        setenv("PAINTPROF", value, 1);
        execl("/proc/self/exe", "test_gate", "--report", (char *)NULL);
        _exit(127);
    }
    int status = 0;
    assert_true(waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int report(void)
{
    start(NULL);
    run_zones();
    pp_session_drain(session);
    return pg_profile_enabled() | pp_text_enabled() << 1 | (counts.curve > 0) << 2 |
           (counts.axis > 0) << 3;
}

static void the_environment_opens_the_gate_for_all_some_or_none(void **state)
{
    (void)state;
    skip_if_emulated();
    assert_int_equal(child_with("1"), 15);
    assert_int_equal(child_with("0"), 0);
    assert_int_equal(child_with(""), 0);
    assert_int_equal(child_with("Curve.*"), 7);
    assert_int_equal(child_with("Nothing,Axis.paint()"), 11);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--report") == 0)
        return report();
    const struct CMUnitTest tests[] = {
        CASE(a_closed_gate_records_nothing),
        CASE(an_open_gate_records_every_site),
        CASE(a_filter_leaves_other_sites_off),
        CASE(a_zone_that_is_open_when_the_gate_closes_is_finished),
        CASE(a_site_without_a_session_costs_no_record),
        cmocka_unit_test(a_threshold_that_is_no_number_prints_all),
        cmocka_unit_test(a_user_phase_has_one_number_and_a_valid_name),
        cmocka_unit_test(the_environment_opens_the_gate_for_all_some_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
