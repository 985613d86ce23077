/* unit/test_report_causes.c: the report of who was painted, and why; on a clock that stands still.
 */
#include "cause_fixture.h"

#include <unistd.h>

static pp_report *report;
static captured_text text;

static int start(void **state)
{
    if (start_fixture(state) != 0 || pp_report_create(&report, NULL) != PP_OK)
        return -1;
    const pp_sink sink = pp_report_sink(report);
    return pp_session_add_sink(session, &sink) > 0 ? 0 : -1;
}

static int stop(void **state)
{
    int status = stop_fixture(state);
    pp_report_destroy(report);
    return status;
}

#define REPORT_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

typedef int (*write_fn)(const pp_report *, const pp_reader *, pp_text_fn, void *);

static const char *written(write_fn write, const pp_reader *reader)
{
    memset(&text, 0, sizeof text);
    assert_int_equal(write(report, reader, capture_text, &text), PP_OK);
    return text.bytes;
}

static void assert_has(const char *whole, const char *part)
{
    if (!strstr(whole, part))
        fail_msg("no '%s' in\n%s", part, whole);
}

static void assert_has_not(const char *whole, const char *part)
{
    if (strstr(whole, part))
        fail_msg("'%s' is in\n%s", part, whole);
}

/* ---- A program with every fault, and painters without any ------------------------------------ */

enum { TICKS = 100, ITEMS = 1200 };

static void paint_faults(uint32_t tick)
{
    const pp_cause behind = cause_of("Timer", "Behind \"b\"", "Behind::tick() (wasteful)");
    const pp_cause still = cause_of("Timer", "Still", "Still::tick() (wasteful)");
    const pp_cause cursor = cause_of("MouseMove", "Canvas", "Canvas::mouseMoveEvent() (wasteful)");
    const pp_cause hidden = cause_of("Timer", "Hidden", "Hidden::tick() (wasteful)");
    pp_frame_begin(window);
    paint_once(
        pp_object_site(PP_OBJECT_WIDGET, "Behind", "b"),
        &(one_paint){.us = 400, .pixels = 40000, .cause = &behind, .sampled = 16, .covered = 16});
    paint_once(
        pp_object_site(PP_OBJECT_ITEM, "Still", NULL),
        &(one_paint){.us = 20, .pixels = 225, .cause = &still, .sampled = 40, .unchanged = 40});
    paint_once(pp_object_site(PP_OBJECT_WIDGET, "Canvas", NULL), &(one_paint){.us = 900,
                                                                              .pixels = 307200,
                                                                              .cause = &cursor,
                                                                              .asked = 2,
                                                                              .sampled = 64,
                                                                              .unchanged = 63});
    pp_note_unpainted(pp_object_site(PP_OBJECT_WIDGET, "Hidden", NULL), hidden, 1);
    if (tick % 25 == 0)
        for (uint32_t i = 1; i <= ITEMS; i++)
            paint_once(pp_object_site(PP_OBJECT_ITEM, "Dot", NULL),
                       &(one_paint){.us = 1, .object = i, .pixels = 25, .sampled = 1});
    pp_frame_end(window);
    pp_note_event(cause_of("Timer", "Slow \"s\"", ""), tick % 10 ? 2000 * US : 25000 * US,
                  26000 * US);
}

/* A curve that moves, its parent which is painted along, a window that is shown, a small label. */
static void paint_clean(uint32_t tick)
{
    const pp_cause live = cause_of("Timer", "Feed", "Curve::append() (clean)");
    const pp_cause label = cause_of("Timer", "Clock", "Clock::tick() (clean)");
    const pp_cause shown = cause_of("Expose", "QWidgetWindow", "");
    pp_frame_begin(window);
    pp_zone parent = pp_zone_begin(pp_object_site(PP_OBJECT_WIDGET, "QWidget", "central"));
    if (tick == 0)
        pp_zone_cause(&parent, shown, 1);
    advance_us(10);
    pp_zone_waste(&parent, 64, 63, 64);
    pp_zone_end(&parent);
    paint_once(
        pp_object_site(PP_OBJECT_WIDGET, "Curve", NULL),
        &(one_paint){.us = 300, .pixels = 200000, .cause = &live, .sampled = 64, .unchanged = 20});
    paint_once(
        pp_object_site(PP_OBJECT_WIDGET, "QLabel", "clock"),
        &(one_paint){.us = 15, .pixels = 2000, .cause = &label, .sampled = 16, .unchanged = 15});
    pp_note_unpainted(pp_object_site(PP_OBJECT_WIDGET, "Curve", NULL), live, tick % 10 == 0);
    pp_frame_end(window);
    pp_note_event(cause_of("Timer", "Feed", ""), 3000 * US, 4000 * US);
    pp_note_overhead(2 * US);
}

static void run_both(void)
{
    for (uint32_t tick = 0; tick < TICKS; tick++) {
        paint_faults(tick);
        advance_us(5000);
        paint_clean(tick);
        advance_us(5000);
    }
    pp_session_drain(session);
}

static void a_report_with_causes_reads_as_the_golden_file(void **state)
{
    (void)state;
    run_both();
    assert_golden("report_causes.txt", written(pp_report_write_text, NULL));
}

static void its_json_reads_as_the_golden_file(void **state)
{
    (void)state;
    run_both();
    const char *causes = strstr(written(pp_report_write_json, NULL), "\"painters\":[{\"kind\"");
    assert_non_null(causes); /* what comes before them has the version in it */
    assert_golden("report_causes.json", causes);
}

static void every_fault_is_flagged_with_its_cause_and_nothing_else_is(void **state)
{
    (void)state;
    run_both();
    const char *all = written(pp_report_write_text, NULL);
    char *findings = strstr(all, "\nwasteful\n");
    assert_non_null(findings);
    *strstr(findings, "\n\n") = '\0';
    assert_has(findings, "Behind \"b\" (widget): painted 100 times under others: 100%");
    assert_has(findings, "by Behind::tick() (wasteful)");
    assert_has(findings, "Still (item): painted 100 times, and less than 0.1% of it changed");
    assert_has(findings, "by Still::tick() (wasteful)");
    assert_has(findings, "Canvas (widget): painted 100 times, 307200 pixels each, for a change in "
                         "1.6%");
    assert_has(findings, "MouseMove to Canvas, by Canvas::mouseMoveEvent() (wasteful)");
    assert_has(findings, "Hidden (widget): 100 updates led to no paint");
    assert_has(findings, "Timer to Hidden, by Hidden::tick() (wasteful)");
    assert_has(findings, "Dot (item): 1200 of them, painted one by one 4800 times");
    assert_has(findings, "Slow \"s\": its handler of Timer took longer than a frame may 10 of 100");
    assert_has_not(findings, "QWidget");
    assert_has_not(findings, "Curve");
    assert_has_not(findings, "QLabel");
    assert_has_not(findings, "Feed");
}

static void a_clean_program_is_told_of_no_waste(void **state)
{
    (void)state;
    for (uint32_t tick = 0; tick < TICKS; tick++)
        paint_clean(tick);
    pp_session_drain(session);
    assert_has_not(written(pp_report_write_text, NULL), "wasteful");
    assert_has(written(pp_report_write_json, NULL), "\"findings\":[]");
}

static void the_render_thread_s_work_is_a_part_of_the_window_s_frames(void **state)
{
    (void)state;
    const pp_cause timer = cause_of("Timer", "QSGThreadedRenderLoop", "");
    pp_frame_begin(window);
    paint_once(pp_object_site(PP_OBJECT_QUICK, "QQuickWindow", NULL),
               &(one_paint){.us = 100, .pixels = 9, .cause = &timer});
    paint_once(pp_object_site(PP_OBJECT_QUICK, "QQuickWindow render", NULL),
               &(one_paint){.us = 100});
    pp_frame_end(window);
    const char *all = written(pp_report_write_text, NULL);
    assert_has(all, "a part of its window's frames");
    assert_has_not(all, "not asked for");
}

/* All labels without a name are one painter, and each is painted once more after it is shown. */
static void many_of_a_class_in_a_few_frames_are_no_waste(void **state)
{
    (void)state;
    const pp_cause shown = cause_of("LayoutRequest", "QMainWindow", "");
    pp_site *site = pp_object_site(PP_OBJECT_WIDGET, "QLabel", NULL);
    for (int frame = 0; frame < 3; frame++) {
        pp_frame_begin(window);
        for (int i = 0; i < TICKS; i++)
            paint_once(
                site, &(one_paint){
                          .us = 100, .pixels = 9, .cause = &shown, .sampled = 64, .unchanged = 64});
        pp_frame_end(window);
    }
    assert_has_not(written(pp_report_write_text, NULL), "wasteful");
}

static void without_causes_the_same_is_flagged_by_the_pixels(void **state)
{
    (void)state;
    pp_site *site = pp_object_site(PP_OBJECT_WIDGET, "Canvas", NULL);
    for (int i = 0; i < TICKS; i++) {
        pp_frame_begin(window);
        paint_once(site, &(one_paint){.us = 100, .pixels = 9, .sampled = 32, .unchanged = 32});
        pp_frame_end(window);
    }
    const char *all = written(pp_report_write_text, NULL);
    assert_has(all, "Canvas (widget): painted 100 times, and less than 0.1% of it changed");
    assert_has(all, "not recorded");
    assert_has_not(all, "not asked for");
}

static void a_paint_of_two_causes_is_shared_out_by_how_often_they_asked(void **state)
{
    (void)state;
    pp_frame_begin(window);
    pp_zone zone = pp_zone_begin(pp_object_site(PP_OBJECT_WIDGET, "Shared", NULL));
    pp_zone_cause(&zone, cause_of("Timer", "A", ""), 1);
    pp_zone_cause(&zone, cause_of("Timer", "B", ""), 2);
    advance_us(100);
    pp_zone_pixels(&zone, 10);
    pp_zone_end(&zone);
    pp_frame_end(window);
    const char *json = written(pp_report_write_json, NULL);
    assert_has(json, "\"receiver\":\"A\",\"caller\":\"\",\"count\":1,\"paints\":1,\"unpainted\":0,"
                     "\"self_ms\":0.033333,\"pixels\":3");
    assert_has(json, "\"receiver\":\"B\",\"caller\":\"\",\"count\":2,\"paints\":1,\"unpainted\":0,"
                     "\"self_ms\":0.066667,\"pixels\":7");
}

static void instances_beyond_the_limit_are_summed_up(void **state)
{
    (void)state;
    pp_site *site = pp_object_site(PP_OBJECT_ITEM, "Crowd", NULL);
    for (uint32_t i = 1; i <= 20000; i++) {
        pp_frame_begin(window);
        paint_once(site, &(one_paint){.us = 1, .object = i});
        pp_frame_end(window);
    }
    const char *json = written(pp_report_write_json, NULL);
    assert_has(json, "\"class\":\"Crowd\",\"name\":\"\",\"count\":20000,\"self_ms\":20.000000");
    assert_has(json, "\"instances\":16384");
    assert_has(written(pp_report_write_text, NULL), " of 16384+ ");
}

static void kind_class_and_name_stand_apart_in_json(void **state)
{
    (void)state;
    pp_frame_begin(window);
    paint_once(pp_object_site(PP_OBJECT_QUICK, "QQuickView", "a \"b\" c"), &(one_paint){.us = 1});
    paint_once(pp_object_site(PP_OBJECT_GL, "ns::Gl<int>", NULL), &(one_paint){.us = 2});
    pp_frame_end(window);
    const char *json = written(pp_report_write_json, NULL);
    assert_has(json, "{\"kind\":\"quick\",\"class\":\"QQuickView\",\"name\":\"a \\\"b\\\" c\","
                     "\"count\":1,\"self_ms\":0.001000");
    assert_has(json, "{\"kind\":\"gl\",\"class\":\"ns::Gl<int>\",\"name\":\"\",\"count\":1");
}

static void a_report_without_causes_says_nothing_of_them(void **state)
{
    (void)state;
    pp_frame_begin(window);
    PP_ZONE(zone, "Chart.paint()", PP_PHASE_REDRAW);
    pp_zone_pixels(&zone, 5);
    PP_END(zone);
    pp_frame_end(window);
    assert_has_not(written(pp_report_write_json, NULL), "\"causes\"");
    assert_has_not(text.bytes, "overhead_ms");
    assert_has_not(written(pp_report_write_text, NULL), "who was painted");
}

/* ---- From a file ----------------------------------------------------------------------------- */

static void a_recording_gives_the_same_painters_causes_and_findings(void **state)
{
    (void)state;
    char path[] = "/tmp/paintprof-causes-XXXXXX", live[32768];
    pp_reader *reader = NULL;
    close(mkstemp(path));
    assert_int_equal(pp_recording_start(path, NULL), PP_OK);
    run_both();
    assert_int_equal(pp_recording_stop(), PP_OK);
    written(pp_report_write_json, NULL);
    snprintf(live, sizeof live, "%s", strstr(text.bytes, "\"painters\":[{\"kind\""));
    assert_non_null(strstr(live, ",\"overhead_ms\""));
    *strstr(live, ",\"overhead_ms\"") = '\0';

    pp_session_stop(session); /* which feeds the report */
    session = NULL;
    pp_report_destroy(report);
    assert_int_equal(pp_report_create(&report, NULL), PP_OK);
    const pp_sink sink = pp_report_sink(report);
    assert_int_equal(pp_reader_open(&reader, path), PP_OK);
    assert_int_equal(pp_reader_run(reader, &sink, NULL, NULL), PP_OK);
    assert_has(written(pp_report_write_json, reader), live);
    assert_has(text.bytes, ",\"dropped\":0");
    pp_reader_close(reader);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REPORT_TEST(a_report_with_causes_reads_as_the_golden_file),
        REPORT_TEST(its_json_reads_as_the_golden_file),
        REPORT_TEST(every_fault_is_flagged_with_its_cause_and_nothing_else_is),
        REPORT_TEST(a_clean_program_is_told_of_no_waste),
        REPORT_TEST(the_render_thread_s_work_is_a_part_of_the_window_s_frames),
        REPORT_TEST(many_of_a_class_in_a_few_frames_are_no_waste),
        REPORT_TEST(without_causes_the_same_is_flagged_by_the_pixels),
        REPORT_TEST(a_paint_of_two_causes_is_shared_out_by_how_often_they_asked),
        REPORT_TEST(instances_beyond_the_limit_are_summed_up),
        REPORT_TEST(kind_class_and_name_stand_apart_in_json),
        REPORT_TEST(a_report_without_causes_says_nothing_of_them),
        REPORT_TEST(a_recording_gives_the_same_painters_causes_and_findings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
