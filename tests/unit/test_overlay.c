/* unit/test_overlay.c: the overlay's controls, what it wants repainted and when, its numbers. */
#include "overlay_frames.h"
#include <pthread.h>

static const uint64_t text_period_ns = 250 * MS;

static size_t ask(overlay_fixture *fixture, pp_rect *rects)
{
    return pp_overlay_dirty(fixture->overlay, fixture->now_ns, 1, rects);
}

static void assert_whole_panel(const overlay_fixture *fixture, const pp_rect *rects, size_t count)
{
    int width, height;
    pp_overlay_size(fixture->overlay, 1, &width, &height);
    assert_int_equal(count, 1);
    assert_int_equal(rects[0].x, 0);
    assert_int_equal(rects[0].y, 0);
    assert_int_equal(rects[0].w, width);
    assert_int_equal(rects[0].h, height);
}

/* The overlay's report; free it. */
static char *report(overlay_fixture *fixture)
{
    size_t size = pp_overlay_text(fixture->overlay, NULL, 0);
    char *text = malloc(size + 1);
    assert_non_null(text);
    assert_int_equal(pp_overlay_text(fixture->overlay, text, size + 1), size);
    return text;
}

static void assert_report_has(overlay_fixture *fixture, const char *part)
{
    char *text = report(fixture);
    if (strstr(text, part) == NULL)
        fail_msg("no '%s' in:\n%s", part, text);
    free(text);
}

static void pages_and_names_lead_to_each_other(void **state)
{
    (void)state;
    for (int page = 0; page < PP_OVERLAY_PAGE_COUNT; page++)
        assert_int_equal(pp_overlay_page_from_name(pp_overlay_page_name((pp_overlay_page)page)),
                         page);
    assert_int_equal(pp_overlay_page_from_name("Full"), PP_EINVAL);
    assert_non_null(strstr(pp_last_error(), "Full"));
    assert_int_equal(pp_overlay_page_from_name(NULL), PP_EINVAL);
    assert_string_equal(pp_overlay_page_name(PP_OVERLAY_PAGE_COUNT), "");
}

static void the_first_page_and_corner_are_the_environments(void **state)
{
    (void)state;
    const struct {
        const char *value;
        pp_overlay_page page;
        pp_corner corner;
    } cases[] = {{"off", PP_OVERLAY_OFF, PP_CORNER_TOP_RIGHT},
                 {"mini", PP_OVERLAY_MINI, PP_CORNER_TOP_RIGHT},
                 {"full", PP_OVERLAY_FULL, PP_CORNER_TOP_RIGHT},
                 {"items", PP_OVERLAY_ITEMS, PP_CORNER_TOP_RIGHT},
                 {"full,bottom-left", PP_OVERLAY_FULL, PP_CORNER_BOTTOM_LEFT},
                 {"mini,middle", PP_OVERLAY_MINI, PP_CORNER_TOP_RIGHT},
                 {"", PP_OVERLAY_OFF, PP_CORNER_TOP_RIGHT},
                 {"large", PP_OVERLAY_OFF, PP_CORNER_TOP_RIGHT}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pp_overlay *overlay;
        setenv("PAINTPROF_OVERLAY", cases[i].value, 1);
        assert_int_equal(pp_overlay_create(&overlay, 1), 0);
        assert_int_equal(pp_overlay_current_page(overlay), cases[i].page);
        assert_int_equal(pp_overlay_current_corner(overlay), cases[i].corner);
        pp_overlay_destroy(overlay);
    }
    unsetenv("PAINTPROF_OVERLAY");
}

static void pages_go_round(void **state)
{
    (void)state;
    overlay_fixture f;
    fixture_open(&f, PP_OVERLAY_OFF);
    for (int page = 1; page <= PP_OVERLAY_PAGE_COUNT; page++) {
        pp_overlay_next_page(f.overlay);
        assert_int_equal(pp_overlay_current_page(f.overlay), page % PP_OVERLAY_PAGE_COUNT);
    }
    pp_overlay_set_page(f.overlay, (pp_overlay_page)17);
    assert_int_equal(pp_overlay_current_page(f.overlay), PP_OVERLAY_OFF);
    fixture_close(&f);
}

static void a_corner_is_kept(void **state)
{
    (void)state;
    overlay_fixture f;
    fixture_open(&f, PP_OVERLAY_MINI);
    assert_int_equal(pp_overlay_current_corner(f.overlay), PP_CORNER_TOP_RIGHT);
    pp_overlay_set_corner(f.overlay, PP_CORNER_BOTTOM_LEFT);
    pp_overlay_set_corner(f.overlay, PP_CORNER_COUNT);
    assert_int_equal(pp_overlay_current_corner(f.overlay), PP_CORNER_BOTTOM_LEFT);
    fixture_close(&f);
}

static void switched_off_it_has_no_size_and_wants_nothing(void **state)
{
    (void)state;
    overlay_fixture f;
    pp_rect rects[PP_OVERLAY_DIRTY_MAX];
    int width = -1, height = -1;
    fixture_open(&f, PP_OVERLAY_OFF);
    feed(&f, 5);
    pp_overlay_size(f.overlay, 1, &width, &height);
    assert_int_equal(width, 0);
    assert_int_equal(height, 0);
    assert_int_equal(ask(&f, rects), 0);
    assert_int_equal(pp_overlay_refresh_due_ns(f.overlay), 0);
    fixture_close(&f);
}

static void a_page_a_ratio_and_a_state_repaint_the_whole_panel(void **state)
{
    (void)state;
    overlay_fixture f;
    pp_rect rects[PP_OVERLAY_DIRTY_MAX];
    fixture_open(&f, PP_OVERLAY_FULL);
    feed(&f, 5);
    assert_whole_panel(&f, rects, ask(&f, rects));
    assert_int_equal(ask(&f, rects), 0);
    pp_overlay_set_page(f.overlay, PP_OVERLAY_ITEMS);
    assert_whole_panel(&f, rects, ask(&f, rects));
    pp_overlay_set_recording(f.overlay, "frames.csv");
    assert_whole_panel(&f, rects, ask(&f, rects));
    pp_overlay_set_note(f.overlay, "no GPU timer here");
    assert_whole_panel(&f, rects, ask(&f, rects));
    assert_int_equal(ask(&f, rects), 0);
    assert_int_equal(pp_overlay_dirty(f.overlay, f.now_ns, 1.5, rects), 1);
    assert_int_equal(rects[0].x, 0);
    assert_whole_panel(&f, rects, ask(&f, rects));
    fixture_close(&f);
}

static void a_frame_repaints_only_the_graph(void **state)
{
    (void)state;
    overlay_fixture f;
    pp_rect rects[PP_OVERLAY_DIRTY_MAX];
    fixture_open(&f, PP_OVERLAY_FULL);
    feed(&f, 5);
    assert_whole_panel(&f, rects, ask(&f, rects));
    int panel_w = rects[0].w, panel_h = rects[0].h;
    for (int i = 0; i < 5; i++) {
        feed(&f, 5);
        assert_int_equal(ask(&f, rects), 1);
        assert_true(rects[0].x > 0 && rects[0].x + rects[0].w < panel_w);
        assert_true(rects[0].y > 0 && rects[0].h < panel_h / 2);
    }
    fixture_close(&f);
}

static void the_page_of_painters_waits_for_its_text(void **state)
{
    (void)state;
    overlay_fixture f;
    pp_rect rects[PP_OVERLAY_DIRTY_MAX];
    fixture_open(&f, PP_OVERLAY_ITEMS);
    feed_varied(&f);
    ask(&f, rects);
    feed_varied(&f);
    assert_int_equal(ask(&f, rects), 0);
    f.now_ns += text_period_ns;
    assert_true(ask(&f, rects) > 0);
    fixture_close(&f);
}

static void text_changes_at_most_four_times_a_second(void **state)
{
    (void)state;
    overlay_fixture f;
    pp_rect rects[PP_OVERLAY_DIRTY_MAX];
    fixture_open(&f, PP_OVERLAY_FULL);
    feed(&f, 5);
    ask(&f, rects);
    unsigned refreshes = 0;
    for (int i = 0; i < 600; i++) { /* ten seconds */
        feed(&f, 5);
        refreshes += ask(&f, rects) > 1;
    }
    assert_in_range(refreshes, 36, 40);
    fixture_close(&f);
}

static void the_first_frame_is_shown_at_once(void **state)
{
    (void)state;
    overlay_fixture f;
    pp_rect rects[PP_OVERLAY_DIRTY_MAX];
    fixture_open(&f, PP_OVERLAY_FULL);
    assert_whole_panel(&f, rects, ask(&f, rects));
    feed(&f, 5);
    assert_whole_panel(&f, rects, ask(&f, rects));
    fixture_close(&f);
}

static void one_refresh_follows_the_last_frame_and_then_none(void **state)
{
    (void)state;
    overlay_fixture f;
    pp_rect rects[PP_OVERLAY_DIRTY_MAX];
    fixture_open(&f, PP_OVERLAY_FULL);
    feed(&f, 5);
    ask(&f, rects);
    uint64_t shown_ns = f.now_ns;
    assert_int_equal(pp_overlay_refresh_due_ns(f.overlay), 0);
    feed(&f, 5);
    ask(&f, rects);
    assert_int_equal(pp_overlay_refresh_due_ns(f.overlay), shown_ns + text_period_ns);
    f.now_ns = shown_ns + text_period_ns;
    assert_true(ask(&f, rects) > 0);
    assert_int_equal(pp_overlay_refresh_due_ns(f.overlay), 0);
    f.now_ns += 10 * text_period_ns;
    assert_int_equal(ask(&f, rects), 0);
    fixture_close(&f);
}

static void another_budget_repaints_its_labels(void **state)
{
    (void)state;
    overlay_fixture f;
    pp_rect rects[PP_OVERLAY_DIRTY_MAX];
    fixture_open(&f, PP_OVERLAY_FULL);
    feed(&f, 5);
    ask(&f, rects);
    f.budget_ns = UINT64_C(1000000000) / 144;
    feed(&f, 5);
    f.now_ns += text_period_ns;
    assert_whole_panel(&f, rects, ask(&f, rects));
    fixture_close(&f);
}

static void only_frames_of_its_window_count(void **state)
{
    (void)state;
    overlay_fixture f;
    fixture_open(&f, PP_OVERLAY_FULL);
    pp_frame frame = plain_frame(&f, 5);
    frame.window = 2;
    deliver(&f, &frame);
    assert_report_has(&f, "no frames yet");
    pp_overlay *all;
    assert_int_equal(pp_overlay_create(&all, 0), 0);
    pp_sink sink = pp_overlay_sink(all);
    sink.frame(sink.user, &frame);
    char text[128];
    pp_overlay_text(all, text, sizeof text);
    assert_non_null(strstr(text, "all windows, last 1 frames"));
    pp_overlay_destroy(all);
    fixture_close(&f);
}

static void frozen_it_takes_no_frames(void **state)
{
    (void)state;
    overlay_fixture f;
    pp_rect rects[PP_OVERLAY_DIRTY_MAX];
    fixture_open(&f, PP_OVERLAY_FULL);
    feed(&f, 5);
    pp_overlay_set_frozen(f.overlay, true);
    assert_true(pp_overlay_frozen(f.overlay));
    assert_whole_panel(&f, rects, ask(&f, rects));
    feed(&f, 9);
    f.now_ns += 2 * text_period_ns;
    assert_int_equal(ask(&f, rects), 0);
    assert_int_equal(pp_overlay_refresh_due_ns(f.overlay), 0);
    assert_report_has(&f, "last 1 frames");
    pp_overlay_set_frozen(f.overlay, false);
    feed(&f, 7);
    assert_report_has(&f, "last 2 frames");
    assert_report_has(&f, "work               7.00     6.00     7.00     7.00");
    fixture_close(&f);
}

static void a_reset_forgets_all_frames(void **state)
{
    (void)state;
    overlay_fixture f;
    pp_rect rects[PP_OVERLAY_DIRTY_MAX];
    fixture_open(&f, PP_OVERLAY_FULL);
    feed(&f, 50);
    ask(&f, rects);
    pp_overlay_reset(f.overlay);
    assert_whole_panel(&f, rects, ask(&f, rects));
    assert_report_has(&f, "no frames yet");
    feed(&f, 2);
    assert_report_has(&f, "work               2.00     2.00     2.00     2.00");
    fixture_close(&f);
}

static void p99_is_the_nearest_rank(void **state)
{
    (void)state;
    overlay_fixture f;
    fixture_open(&f, PP_OVERLAY_FULL);
    for (int i = 0; i < 100; i++)
        feed(&f, 1 + (i * 37) % 100); /* 1 to 100 ms, each once, the last one 64 */
    assert_report_has(&f, "work              64.00    50.50    99.00   100.00");
    for (int i = 0; i < 200; i++)
        feed(&f, 101 + i); /* of 300 values, the 297th */
    assert_report_has(&f, "work             300.00   150.50   297.00   300.00");
    fixture_close(&f);
}

static void numbers_cover_the_last_300_frames(void **state)
{
    (void)state;
    overlay_fixture f;
    fixture_open(&f, PP_OVERLAY_FULL);
    feed(&f, 5000);
    for (int i = 0; i < 299; i++)
        feed(&f, 1);
    assert_report_has(&f, "worst   5000.00 ms, 299 frames ago");
    feed(&f, 1);
    assert_report_has(&f, "last 300 frames");
    assert_report_has(&f, "worst   1.00 ms, the last frame");
    fixture_close(&f);
}

static void the_worst_frame_has_a_cause(void **state)
{
    (void)state;
    overlay_fixture f;
    fixture_open(&f, PP_OVERLAY_FULL);
    pp_frame frame = plain_frame(&f, 30);
    const pp_painter painter = {&curve_site, 28 * MS, 28 * MS, 0, 1};
    frame.painters = &painter;
    frame.painter_count = 1;
    deliver(&f, &frame);
    feed(&f, 3);
    assert_report_has(&f, "worst   30.00 ms, 1 frame ago");
    assert_report_has(&f, "cause   paint, Curve.paint() 28.00 ms");
    frame = plain_frame(&f, 2);
    frame.flush_ns = 70 * MS;
    frame.jank = PP_JANK_FLUSH;
    deliver(&f, &frame);
    assert_report_has(&f, "cause   flush 70.00 ms");
    frame = plain_frame(&f, 80);
    frame.gpu_ns = 90 * MS;
    frame.jank = PP_JANK_GPU;
    deliver(&f, &frame);
    assert_report_has(&f, "cause   gpu 90.00 ms");
    frame = plain_frame(&f, 100);
    frame.asked_ns = (int64_t)frame.start_ns - 45 * MS;
    frame.jank = PP_JANK_EVENT;
    deliver(&f, &frame);
    assert_report_has(&f, "cause   event, began late by 45.00 ms");
    assert_report_has(&f, "late    4 of 5: paint 1, flush 1, gpu 1, event 1");
    fixture_close(&f);
}

static void not_measured_is_said_and_measured_zero_is_0(void **state)
{
    (void)state;
    overlay_fixture f;
    fixture_open(&f, PP_OVERLAY_FULL);
    pp_frame frame = plain_frame(&f, 5);
    frame.flush_ns = 0;
    deliver(&f, &frame);
    assert_report_has(&f, "flush              0.00     0.00     0.00     0.00");
    assert_report_has(&f, "gpu                                   not measured");
    frame = plain_frame(&f, 5);
    frame.gpu_ns = 2 * MS;
    deliver(&f, &frame);
    frame = plain_frame(&f, 5);
    deliver(&f, &frame);
    assert_report_has(&f, "gpu                   –     2.00     2.00     2.00");
    fixture_close(&f);
}

static void the_rate_is_the_achieved_one(void **state)
{
    (void)state;
    overlay_fixture f;
    fixture_open(&f, PP_OVERLAY_FULL);
    f.period_ns = 100 * MS;
    for (int i = 0; i < 30; i++)
        feed(&f, 1); /* could be a thousand a second; ten were */
    assert_report_has(&f, "rate    10.0 frames/s");
    fixture_close(&f);
}

static void painters_are_summed_up_and_ranked(void **state)
{
    (void)state;
    overlay_fixture f;
    fixture_open(&f, PP_OVERLAY_ITEMS);
    for (int i = 0; i < 10; i++) {
        pp_frame frame = plain_frame(&f, 5);
        const pp_painter painters[] = {{&curve_site, 2 * MS, 2 * MS, 1000, 1},
                                       {&item_site, 1 * MS, 1 * MS, 10, 300}};
        const pp_painter swapped[] = {{&item_site, 5 * MS, 5 * MS, 30, 100}};
        frame.painters = i % 2 == 0 ? painters : swapped;
        frame.painter_count = i % 2 == 0 ? 2 : 1;
        deliver(&f, &frame);
    }
    char *text = report(&f);
    const char *item = strstr(text, "GapItem"), *curve = strstr(text, "Curve.paint()          ");
    assert_non_null(item);
    assert_non_null(curve);
    assert_true(item < curve);
    assert_non_null(strstr(item, "3.00   200.0     20.0 "));
    assert_non_null(strstr(curve, "1.00     0.5    500.0 "));
    free(text);
    fixture_close(&f);
}

static void the_report_is_an_aligned_table(void **state)
{
    (void)state;
    overlay_fixture f;
    fixture_open(&f, PP_OVERLAY_FULL);
    for (int i = 0; i < 320; i++)
        feed_varied(&f);
    char *text = report(&f);
    assert_golden("overlay_text.txt", text);
    free(text);
    fixture_close(&f);
}

static void a_report_never_overruns_its_buffer(void **state)
{
    (void)state;
    overlay_fixture f;
    fixture_open(&f, PP_OVERLAY_FULL);
    feed_varied(&f);
    char *whole = report(&f);
    size_t size = strlen(whole);
    for (size_t capacity = 1; capacity <= size; capacity += 13) {
        char *part = malloc(capacity); /* exactly that much, for the address sanitizer */
        assert_non_null(part);
        assert_int_equal(pp_overlay_text(f.overlay, part, capacity), size);
        assert_int_equal(strlen(part), capacity - 1);
        assert_memory_equal(part, whole, capacity - 1);
        free(part);
    }
    free(whole);
    fixture_close(&f);
}

static void many_user_phases_keep_the_table_short(void **state)
{
    (void)state;
    overlay_fixture f;
    pp_rect rects[PP_OVERLAY_DIRTY_MAX];
    int width, height, many_height;
    fixture_open(&f, PP_OVERLAY_FULL);
    feed(&f, 5);
    assert_whole_panel(&f, rects, ask(&f, rects));
    pp_overlay_size(f.overlay, 1, &width, &height);
    while (pp_phase_count() < PP_PHASE_MAX) {
        char name[16];
        snprintf(name, sizeof name, "user_%u", pp_phase_count());
        assert_true(pp_phase_register(name) > 0);
    }
    pp_frame frame = plain_frame(&f, 1);
    frame.phase_count = PP_PHASE_MAX;
    for (unsigned p = PP_PHASE_USER; p < PP_PHASE_MAX; p++)
        frame.phase_ns[p] = p * 10000;
    frame.phase_ns[9] = 3 * MS;
    deliver(&f, &frame);
    f.now_ns += text_period_ns;
    assert_whole_panel(&f, rects, ask(&f, rects));
    pp_overlay_size(f.overlay, 1, &width, &many_height);
    assert_true(many_height > height && many_height <= height + 6 * 15);
    assert_report_has(&f, "user_9 ");
    assert_report_has(&f, "user_31 ");
    assert_report_has(&f, "+22 more           3.59     1.80     3.59     3.59");
    fixture_close(&f);
}

static void *feed_from_a_thread(void *user)
{
    overlay_fixture *fixture = user;
    for (int i = 0; i < 2000; i++)
        feed_varied(fixture);
    return NULL;
}

static void frames_may_come_from_another_thread(void **state)
{
    (void)state;
    overlay_fixture f;
    pthread_t thread;
    pp_rect rects[PP_OVERLAY_DIRTY_MAX];
    fixture_open(&f, PP_OVERLAY_FULL);
    assert_int_equal(pthread_create(&thread, NULL, feed_from_a_thread, &f), 0);
    uint64_t now_ns = UINT64_C(1000000000000);
    for (int i = 0; i < 200; i++) {
        now_ns += 10 * MS;
        pp_overlay_dirty(f.overlay, now_ns, 1, rects);
        pp_overlay_refresh_due_ns(f.overlay);
        if (i % 50 == 20)
            pp_overlay_reset(f.overlay);
        if (i % 20 == 10)
            pp_overlay_next_page(f.overlay);
        pp_overlay_set_frozen(f.overlay, i % 30 == 15);
    }
    pp_overlay_set_frozen(f.overlay, false);
    assert_int_equal(pthread_join(thread, NULL), 0);
    feed(&f, 5);
    assert_report_has(&f, "paintprof, window 1");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_and_names_lead_to_each_other),
        cmocka_unit_test(the_first_page_and_corner_are_the_environments),
        cmocka_unit_test(pages_go_round),
        cmocka_unit_test(a_corner_is_kept),
        cmocka_unit_test(switched_off_it_has_no_size_and_wants_nothing),
        cmocka_unit_test(a_page_a_ratio_and_a_state_repaint_the_whole_panel),
        cmocka_unit_test(a_frame_repaints_only_the_graph),
        cmocka_unit_test(the_page_of_painters_waits_for_its_text),
        cmocka_unit_test(text_changes_at_most_four_times_a_second),
        cmocka_unit_test(the_first_frame_is_shown_at_once),
        cmocka_unit_test(one_refresh_follows_the_last_frame_and_then_none),
        cmocka_unit_test(another_budget_repaints_its_labels),
        cmocka_unit_test(only_frames_of_its_window_count),
        cmocka_unit_test(frozen_it_takes_no_frames),
        cmocka_unit_test(a_reset_forgets_all_frames),
        cmocka_unit_test(p99_is_the_nearest_rank),
        cmocka_unit_test(numbers_cover_the_last_300_frames),
        cmocka_unit_test(the_worst_frame_has_a_cause),
        cmocka_unit_test(not_measured_is_said_and_measured_zero_is_0),
        cmocka_unit_test(the_rate_is_the_achieved_one),
        cmocka_unit_test(painters_are_summed_up_and_ranked),
        cmocka_unit_test(the_report_is_an_aligned_table),
        cmocka_unit_test(a_report_never_overruns_its_buffer),
        cmocka_unit_test(many_user_phases_keep_the_table_short),
        cmocka_unit_test(frames_may_come_from_another_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
