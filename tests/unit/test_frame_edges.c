/* unit/test_frame_edges.c: time that crosses the edges of frames, and records that do not match. */
#include "frame_fixture.h"

/* begin and end at sites of their own, for zones that do not nest as blocks do. */
static pp_site first_site = PP_SITE_INIT("first", PP_PHASE_REDRAW);
static pp_site second_site = PP_SITE_INIT("second", PP_PHASE_BATCH);
static pp_site third_site = PP_SITE_INIT("third", PP_PHASE_CREATE);

static void work_zone(pp_site *site, uint64_t us)
{
    pp_zone zone = pp_zone_begin(site);
    advance_us(us);
    pp_zone_end(&zone);
}

static void zones_outside_count_to_the_next_frame(void **state)
{
    (void)state;
    work_zone(&third_site, 40);
    advance_us(500);
    plain_frame(window, 2);
    plain_frame(window, 3);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_CREATE], 40 * US);
    assert_int_equal(got.frames[0].work_ns, 42 * US);
    assert_int_equal(got.frames[0].records, 1);
    assert_int_equal(painter_of(&got.frames[0], "third")->self_ns, 40 * US);
    assert_int_equal(got.frames[1].work_ns, 3 * US);
    assert_null(painter_of(&got.frames[1], "third"));
}

static void focus_says_which_windows_next_frame(void **state)
{
    (void)state;
    pp_window *second = create_window("second", false);
    pp_window_focus(second);
    work_zone(&third_site, 40);
    pp_window_focus(NULL);
    work_zone(&third_site, 5);
    plain_frame(window, 1);
    plain_frame(window, 1);
    plain_frame(second, 1);
    assert_int_equal(got.frames[0].work_ns, 6 * US);
    assert_int_equal(got.frames[1].work_ns, 1 * US);
    assert_int_equal(got.frames[2].work_ns, 41 * US);
    pp_window_destroy(second);
}

static void focus_splits_a_zone_that_is_open(void **state)
{
    (void)state;
    pp_window *second = create_window("second", false);
    pp_zone zone = pp_zone_begin(&first_site);
    advance_us(10);
    pp_window_focus(second);
    advance_us(30);
    pp_zone_end(&zone);
    plain_frame(window, 1);
    plain_frame(second, 1);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_REDRAW], 10 * US);
    assert_int_equal(painter_of(&got.frames[0], "first")->total_ns, 10 * US);
    assert_int_equal(got.frames[1].phase_ns[PP_PHASE_REDRAW], 30 * US);
    assert_int_equal(painter_of(&got.frames[1], "first")->total_ns, 30 * US);
    assert_int_equal(painter_of(&got.frames[1], "first")->count, 0);
    pp_window_destroy(second);
}

/* More windows than a thread collects for at once: their time moves to any window's next frame. */
static void time_for_many_focused_windows_is_not_lost(void **state)
{
    (void)state;
    enum { WINDOWS = 30 };
    pp_window *windows[WINDOWS];
    for (int i = 0; i < WINDOWS; i++) {
        windows[i] = create_window("one of many", false);
        pp_window_focus(windows[i]);
        work_zone(&third_site, 10);
    }
    for (int i = 0; i < WINDOWS; i++)
        plain_frame(windows[i], 0);
    uint64_t sum_ns = 0;
    for (int i = 0; i < WINDOWS; i++) {
        sum_ns += got.frames[i].phase_ns[PP_PHASE_CREATE];
        pp_window_destroy(windows[i]);
    }
    assert_int_equal(sum_ns, WINDOWS * 10 * US);
}

static void a_zone_across_a_frames_begin_is_split(void **state)
{
    (void)state;
    pp_zone zone = pp_zone_begin(&first_site);
    advance_us(100);
    pp_frame_begin(window);
    advance_us(10);
    pp_zone_end(&zone);
    advance_us(1);
    pp_frame_end(window);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_REDRAW], 110 * US);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_OTHER], 1 * US);
    assert_int_equal(painter_of(&got.frames[0], "first")->total_ns, 110 * US);
    assert_int_equal(got.zones[0].self_ns, 110 * US);
}

static void a_zone_across_a_frames_end_is_split(void **state)
{
    (void)state;
    pp_frame_begin(window);
    pp_zone zone = pp_zone_begin(&first_site);
    advance_us(10);
    pp_frame_end(window);
    advance_us(300);
    pp_zone_end(&zone);
    plain_frame(window, 1);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_REDRAW], 10 * US);
    assert_int_equal(got.frames[1].phase_ns[PP_PHASE_REDRAW], 300 * US);
    assert_int_equal(got.frames[1].work_ns, 301 * US);
}

static void a_zone_around_several_frames_is_counted_once(void **state)
{
    (void)state;
    pp_zone zone = pp_zone_begin(&first_site);
    for (int i = 0; i < 5; i++) {
        advance_us(7);
        plain_frame(window, 3);
    }
    pp_zone_end(&zone);
    uint64_t sum_ns = 0;
    for (size_t i = 0; i < got.frame_count; i++)
        sum_ns += got.frames[i].work_ns;
    assert_int_equal(sum_ns, 50 * US);
}

static void a_nested_frame_is_taken_out_of_the_outer_one(void **state)
{
    (void)state;
    pp_window *dialog = create_window("dialog", false);
    pp_frame_begin(window);
    advance_us(5);
    pp_frame_begin(dialog);
    work_zone(&second_site, 20);
    advance_us(1);
    pp_frame_painted(dialog, 10);
    advance_us(2);
    pp_frame_end(dialog);
    work_zone(&first_site, 100);
    advance_us(6);
    pp_frame_end(window);
    assert_int_equal(got.frames[0].window, pp_window_number(dialog));
    assert_int_equal(got.frames[0].work_ns, 21 * US);
    assert_int_equal(got.frames[0].flush_ns, 2 * US);
    assert_int_equal(got.frames[1].work_ns, 111 * US);
    assert_int_equal(got.frames[1].phase_ns[PP_PHASE_OTHER], 11 * US);
    assert_null(painter_of(&got.frames[1], "second"));
    pp_window_destroy(dialog);
}

static void what_waits_for_any_window_goes_to_the_outer_frame(void **state)
{
    (void)state;
    pp_window *dialog = create_window("dialog", false);
    work_zone(&third_site, 40);
    pp_frame_begin(window);
    plain_frame(dialog, 1);
    pp_frame_end(window);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_CREATE], 0);
    assert_int_equal(got.frames[1].phase_ns[PP_PHASE_CREATE], 40 * US);
    pp_window_destroy(dialog);
}

static void a_cancelled_frame_goes_to_overlay_of_the_next(void **state)
{
    (void)state;
    work_zone(&third_site, 9);
    pp_frame_begin(window);
    advance_us(5);
    work_zone(&first_site, 20);
    pp_count_items_painted(4);
    pp_frame_painted(window, 77);
    advance_us(3);
    pp_frame_cancel(window);
    assert_int_equal(got.frame_count, 0);
    plain_frame(window, 2);
    const pp_frame *frame = &got.frames[0];
    assert_int_equal(frame->number, 1);
    assert_int_equal(frame->interval_ns, PP_NOT_MEASURED);
    assert_int_equal(frame->phase_ns[PP_PHASE_OVERLAY], 28 * US);
    assert_int_equal(frame->phase_ns[PP_PHASE_REDRAW], 0);
    assert_int_equal(frame->phase_ns[PP_PHASE_CREATE], 9 * US);
    assert_int_equal(frame->work_ns, 11 * US);
    assert_int_equal(frame->items_painted, 4);
    assert_null(painter_of(frame, "first"));
}

static void a_cancelled_frame_leaves_other_windows_alone(void **state)
{
    (void)state;
    pp_window *second = create_window("second", false);
    pp_frame_begin(window);
    advance_us(50);
    pp_frame_cancel(window);
    plain_frame(second, 1);
    plain_frame(window, 1);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_OVERLAY], 0);
    assert_int_equal(got.frames[1].phase_ns[PP_PHASE_OVERLAY], 50 * US);
    pp_window_destroy(second);
}

static void an_end_closes_what_was_left_open_inside(void **state)
{
    (void)state;
    pp_frame_begin(window);
    pp_zone outer = pp_zone_begin(&first_site);
    advance_us(1);
    pp_zone_begin(&second_site);
    advance_us(10);
    pp_zone_begin(&third_site);
    advance_us(100);
    pp_zone_end(&outer);
    advance_us(1000);
    pp_frame_end(window);
    assert_int_equal(got.zone_count, 3);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_REDRAW], 1 * US);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_BATCH], 10 * US);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_CREATE], 100 * US);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_OTHER], 1000 * US);
}

static void an_end_without_a_begin_does_nothing(void **state)
{
    (void)state;
    pp_zone stray = pp_zone_begin(&second_site);
    pp_zone copy = stray;
    pp_zone_end(&stray);
    pp_frame_begin(window);
    pp_zone outer = pp_zone_begin(&first_site);
    advance_us(5);
    pp_zone_end(&copy);
    advance_us(5);
    pp_zone_end(&outer);
    pp_frame_end(window);
    assert_int_equal(got.zone_count, 2);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_REDRAW], 10 * US);
}

static void zones_deeper_than_the_limit_count_to_the_last_that_fits(void **state)
{
    (void)state;
    enum { LIMIT = 1024, DEEP = 1100 };
    static pp_zone zones[DEEP];
    pp_frame_begin(window);
    for (int i = 0; i < DEEP; i++) {
        zones[i] = pp_zone_begin(i < LIMIT ? &first_site : &second_site);
        advance_us(1);
    }
    for (int i = DEEP; i-- > 0;)
        pp_zone_end(&zones[i]);
    work_zone(&third_site, 3);
    pp_frame_end(window);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_REDRAW], DEEP * US);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_BATCH], 0);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_CREATE], 3 * US);
    assert_int_equal(pp_session_dropped(session), DEEP - LIMIT);
}

static void a_frame_begun_again_without_an_end_becomes_one_frame(void **state)
{
    (void)state;
    pp_frame_begin(window);
    work_zone(&first_site, 10);
    pp_frame_begin(window);
    work_zone(&first_site, 20);
    pp_frame_end(window);
    advance_us(400);
    plain_frame(window, 1);
    assert_int_equal(got.frame_count, 2);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_REDRAW], 30 * US);
    assert_int_equal(got.frames[1].work_ns, 1 * US);
}

static void an_inner_frame_without_an_end_is_part_of_the_outer(void **state)
{
    (void)state;
    pp_window *dialog = create_window("dialog", false);
    pp_frame_begin(window);
    pp_frame_begin(dialog);
    work_zone(&first_site, 10);
    pp_frame_end(window);
    assert_int_equal(got.frame_count, 1);
    assert_int_equal(got.frames[0].window, pp_window_number(window));
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_REDRAW], 10 * US);
    pp_window_destroy(dialog);
}

static void frames_nested_beyond_all_reason_heal(void **state)
{
    (void)state;
    enum { WINDOWS = 40 };
    pp_window *windows[WINDOWS];
    for (int i = 0; i < WINDOWS; i++) {
        windows[i] = create_window("nested", false);
        pp_frame_begin(windows[i]);
        work_zone(&first_site, 1);
    }
    for (int i = WINDOWS; i-- > 0;)
        pp_frame_end(windows[i]);
    plain_frame(window, 0);
    uint64_t sum_ns = 0;
    for (size_t i = 0; i < got.frame_count; i++)
        sum_ns += got.frames[i].work_ns;
    assert_int_equal(sum_ns, WINDOWS * US);
    plain_frame(window, 7);
    assert_int_equal(got.frames[got.frame_count - 1].work_ns, 7 * US);
    for (int i = 0; i < WINDOWS; i++)
        pp_window_destroy(windows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRAME_TEST(zones_outside_count_to_the_next_frame),
        FRAME_TEST(focus_says_which_windows_next_frame),
        FRAME_TEST(focus_splits_a_zone_that_is_open),
        FRAME_TEST(time_for_many_focused_windows_is_not_lost),
        FRAME_TEST(a_zone_across_a_frames_begin_is_split),
        FRAME_TEST(a_zone_across_a_frames_end_is_split),
        FRAME_TEST(a_zone_around_several_frames_is_counted_once),
        FRAME_TEST(a_nested_frame_is_taken_out_of_the_outer_one),
        FRAME_TEST(what_waits_for_any_window_goes_to_the_outer_frame),
        FRAME_TEST(a_cancelled_frame_goes_to_overlay_of_the_next),
        FRAME_TEST(a_cancelled_frame_leaves_other_windows_alone),
        FRAME_TEST(an_end_closes_what_was_left_open_inside),
        FRAME_TEST(an_end_without_a_begin_does_nothing),
        FRAME_TEST(zones_deeper_than_the_limit_count_to_the_last_that_fits),
        FRAME_TEST(a_frame_begun_again_without_an_end_becomes_one_frame),
        FRAME_TEST(an_inner_frame_without_an_end_is_part_of_the_outer),
        FRAME_TEST(frames_nested_beyond_all_reason_heal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
