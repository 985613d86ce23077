// unit/test_hook.cpp: paint hooks and scopes under C++ exceptions, without Qt.
#include "support.h"

#include <stdexcept>
#include <string>
#include <vector>

namespace
{

struct Seen {
    std::vector<std::string> zones;
};

void keepZone(void *user, const pp_zone_record *zone)
{
    static_cast<Seen *>(user)->zones.push_back(std::to_string(zone->depth) + " " +
                                               zone->site->name);
}

Seen seen;
pp_session *session = nullptr;
int paints = 0;

int start(void **)
{
    seen = {};
    paints = 0;
    if (pp_session_start(&session, nullptr) != PP_OK)
        return -1;
    pp_sink sink{};
    sink.struct_size = sizeof sink;
    sink.user = &seen;
    sink.zone = keepZone;
    pg_set_profile_enabled(true);
    return pp_session_add_sink(session, &sink) > 0 ? 0 : -1;
}

int stop(void **)
{
    pp_session_stop(session);
    pg_set_profile_enabled(false);
    return 0;
}

void paintQuietly(void *surface, void *user)
{
    paints++;
    assert_ptr_equal(surface, user);
}

void paintAndThrow(void *, void *)
{
    PP_SCOPE("scope inside", PP_PHASE_REDRAW);
    PP_ZONE(left, "left open", PP_PHASE_REDRAW);
    pp_mark(&left, "about to throw");
    throw std::runtime_error("from a paint");
}

void paintWithProfiler(void *, void *)
{
    pp_profiler_opts always{};
    always.when = PP_ENABLED;
    pp_profiler profiler = pp_profiler_begin("painting", &always);
    pp_profiler_mark(&profiler, "half");
    throw std::runtime_error("from a profiled paint");
}

void a_hook_passes_surface_and_user_and_records_its_zone(void **)
{
    int surface = 0;
    pp_paint_hook hook;
    assert_int_equal(
        pp_paint_hook_init(&hook, "Quiet.paint()", PP_PHASE_REDRAW, paintQuietly, &surface), PP_OK);
    pp_paint_hook_run(&surface, &hook);
    pp_session_drain(session);
    assert_int_equal(paints, 1);
    assert_int_equal(seen.zones.size(), 1);
    assert_string_equal(seen.zones[0].c_str(), "0 Quiet.paint()");
}

void hooks_nest_as_callbacks_of_each_other(void **)
{
    int surface = 0;
    pp_paint_hook inner, outer;
    pp_paint_hook_init(&inner, "Inner.paint()", PP_PHASE_REDRAW, paintQuietly, &surface);
    pp_paint_hook_init(&outer, "Outer.paint()", PP_PHASE_OTHER, pp_paint_hook_run, &inner);
    pp_paint_hook_run(&surface, &outer);
    pp_session_drain(session);
    assert_int_equal(paints, 1);
    assert_int_equal(seen.zones.size(), 2);
    assert_string_equal(seen.zones[0].c_str(), "1 Inner.paint()");
    assert_string_equal(seen.zones[1].c_str(), "0 Outer.paint()");
}

void an_exception_passes_through_and_closes_all_zones(void **)
{
    pp_paint_hook hook;
    pp_paint_hook_init(&hook, "Throwing.paint()", PP_PHASE_REDRAW, paintAndThrow, nullptr);
    bool caught = false;
    try {
        pp_paint_hook_run(nullptr, &hook);
    } catch (const std::runtime_error &error) {
        caught = std::string(error.what()) == "from a paint";
    }
    assert_true(caught);
    {
        PP_SCOPE("after", PP_PHASE_REDRAW);
    }
    pp_session_drain(session);
    assert_int_equal(seen.zones.size(), 4);
    assert_string_equal(seen.zones[0].c_str(), "2 left open");
    assert_string_equal(seen.zones[1].c_str(), "1 scope inside");
    assert_string_equal(seen.zones[2].c_str(), "0 Throwing.paint()");
    assert_string_equal(seen.zones[3].c_str(), "0 after");
}

void an_exception_ends_the_profilers_left_open_inside(void **)
{
    captured_text out{};
    pp_set_text_sink(capture_text, &out);
    pp_paint_hook hook;
    pp_paint_hook_init(&hook, "Profiled.paint()", PP_PHASE_REDRAW, paintWithProfiler, nullptr);
    try {
        pp_paint_hook_run(nullptr, &hook);
    } catch (const std::runtime_error &) {
    }
    pp_set_text_sink(nullptr, nullptr);
    assert_int_equal(out.writes, 1);
    assert_non_null(strstr(out.bytes, "> Entering painting\n  half: "));
    assert_non_null(strstr(out.bytes, "< Exiting painting, total time: "));
}

void a_hook_without_a_callback_is_refused(void **)
{
    pp_paint_hook hook;
    assert_int_equal(pp_paint_hook_init(&hook, "none", PP_PHASE_REDRAW, nullptr, nullptr),
                     PP_EINVAL);
}

} // namespace

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main()
{
    const CMUnitTest tests[] = {
        CASE(a_hook_passes_surface_and_user_and_records_its_zone),
        CASE(hooks_nest_as_callbacks_of_each_other),
        CASE(an_exception_passes_through_and_closes_all_zones),
        CASE(an_exception_ends_the_profilers_left_open_inside),
        CASE(a_hook_without_a_callback_is_refused),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
