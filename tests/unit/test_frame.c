/* unit/test_frame.c: what one frame says of the time spent in it. */
#include "frame_fixture.h"

static void a_frame_has_the_self_time_of_its_zones_by_phase(void **state)
{
    (void)state;
    pp_frame_begin(window);
    advance_us(1);
    PP_ZONE(redraw, "redraw", PP_PHASE_REDRAW);
    advance_us(10);
    PP_ZONE(create, "create", PP_PHASE_CREATE);
    advance_us(100);
    PP_END(create);
    PP_ZONE(batch, "batch", PP_PHASE_BATCH);
    advance_us(1000);
    PP_END(batch);
    advance_us(20);
    PP_END(redraw);
    advance_us(2);
    pp_frame_painted(window, 5000);
    advance_us(7);
    pp_frame_end(window);

    assert_int_equal(got.frame_count, 1);
    const pp_frame *frame = &got.frames[0];
    assert_int_equal(frame->number, 1);
    assert_int_equal(frame->window, pp_window_number(window));
    assert_int_equal(frame->phase_ns[PP_PHASE_REDRAW], 30 * US);
    assert_int_equal(frame->phase_ns[PP_PHASE_CREATE], 100 * US);
    assert_int_equal(frame->phase_ns[PP_PHASE_BATCH], 1000 * US);
    assert_int_equal(frame->phase_ns[PP_PHASE_OTHER], 3 * US);
    assert_int_equal(frame->phase_ns[PP_PHASE_OVERLAY], 0);
    assert_int_equal(frame->flush_ns, 7 * US);
    assert_int_equal(frame->work_ns, 1133 * US);
    assert_int_equal(frame->end_ns - frame->start_ns, 1140 * US);
    assert_int_equal(frame->dirty_px, 5000);
    assert_int_equal(frame->gpu_ns, PP_NOT_MEASURED);
    assert_int_equal(frame->budget_ns, 10000 * US);
    assert_int_equal(frame->records, 3);
}

static void a_frame_that_never_painted_has_no_flush(void **state)
{
    (void)state;
    plain_frame(window, 5);
    assert_int_equal(got.frames[0].flush_ns, PP_NOT_MEASURED);
    assert_int_equal(got.frames[0].dirty_px, PP_NOT_MEASURED);
    assert_int_equal(got.frames[0].work_ns, 5 * US);
}

static void a_zone_after_the_paint_is_not_flush(void **state)
{
    (void)state;
    pp_frame_begin(window);
    advance_us(3);
    pp_frame_painted(window, 10);
    advance_us(4);
    PP_ZONE(zone, "late", PP_PHASE_REDRAW);
    advance_us(50);
    PP_END(zone);
    advance_us(6);
    pp_frame_end(window);
    assert_int_equal(got.frames[0].flush_ns, 10 * US);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_REDRAW], 50 * US);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_OTHER], 3 * US);
}

static void the_flush_runs_from_the_last_of_several_paints(void **state)
{
    (void)state;
    pp_frame_begin(window);
    advance_us(3);
    pp_frame_painted(window, 10);
    advance_us(4);
    pp_frame_painted(window, 30);
    advance_us(5);
    pp_frame_end(window);
    assert_int_equal(got.frames[0].flush_ns, 5 * US);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_OTHER], 7 * US);
    assert_int_equal(got.frames[0].dirty_px, 40);
}

static void the_flush_is_right_after_hundreds_of_zones_without_a_parent(void **state)
{
    (void)state;
    pp_frame_begin(window);
    for (int i = 0; i < 700; i++) {
        PP_ZONE(zone, "item", PP_PHASE_REDRAW);
        advance_us(2);
        PP_END(zone);
        advance_us(1);
    }
    pp_frame_painted(window, 1);
    advance_us(9);
    pp_frame_end(window);
    assert_int_equal(got.frames[0].flush_ns, 9 * US);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_OTHER], 700 * US);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_REDRAW], 1400 * US);
}

static void zones_of_phase_other_add_to_other(void **state)
{
    (void)state;
    pp_frame_begin(window);
    advance_us(3);
    PP_ZONE(zone, "misc", PP_PHASE_OTHER);
    advance_us(4);
    PP_END(zone);
    pp_frame_end(window);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_OTHER], 7 * US);
}

static void a_user_phase_is_part_of_work(void **state)
{
    (void)state;
    pp_frame_begin(window);
    PP_ZONE_IN(zone, "Layout", "frame_layout");
    advance_us(40);
    PP_END(zone);
    pp_frame_end(window);
    int phase = pp_phase_register("frame_layout");
    assert_true(phase >= PP_PHASE_USER);
    assert_true(got.frames[0].phase_count > (uint32_t)phase);
    assert_int_equal(got.frames[0].phase_ns[phase], 40 * US);
    assert_int_equal(got.frames[0].work_ns, 40 * US);
}

static void overlay_stands_beside_work(void **state)
{
    (void)state;
    pp_frame_begin(window);
    advance_us(2);
    PP_ZONE(zone, "panel", PP_PHASE_OVERLAY);
    advance_us(30);
    PP_END(zone);
    pp_frame_end(window);
    assert_int_equal(got.frames[0].phase_ns[PP_PHASE_OVERLAY], 30 * US);
    assert_int_equal(got.frames[0].work_ns, 2 * US);
}

static void the_interval_runs_from_start_to_start_of_one_window(void **state)
{
    (void)state;
    pp_window *second = create_window("second", false);
    plain_frame(window, 5);
    advance_us(100);
    plain_frame(second, 7);
    advance_us(1000);
    plain_frame(window, 5);
    plain_frame(second, 7);
    assert_int_equal(got.frames[0].interval_ns, PP_NOT_MEASURED);
    assert_int_equal(got.frames[1].interval_ns, PP_NOT_MEASURED);
    assert_int_equal(got.frames[2].interval_ns, 1112 * US);
    assert_int_equal(got.frames[3].interval_ns, 1012 * US);
    assert_int_equal(got.frames[3].number, 4);
    assert_int_equal(got.frames[3].window, pp_window_number(second));
    pp_window_destroy(second);
}

static void painters_come_by_self_time_with_count_total_and_pixels(void **state)
{
    (void)state;
    pp_frame_begin(window);
    PP_ZONE(scene, "Scene", PP_PHASE_REDRAW);
    advance_us(1);
    for (int i = 0; i < 3; i++) {
        PP_ZONE(item, "Item", PP_PHASE_REDRAW);
        advance_us(10);
        pp_zone_pixels(&item, 100);
        PP_END(item);
    }
    PP_ZONE(axis, "Axis", PP_PHASE_REDRAW);
    advance_us(5);
    PP_END(axis);
    PP_END(scene);
    pp_frame_end(window);

    const pp_frame *frame = &got.frames[0];
    assert_int_equal(frame->painter_count, 3);
    assert_string_equal(frame->painters[0].site->name, "Item");
    assert_int_equal(frame->painters[0].count, 3);
    assert_int_equal(frame->painters[0].self_ns, 30 * US);
    assert_int_equal(frame->painters[0].total_ns, 30 * US);
    assert_int_equal(frame->painters[0].pixels, 300);
    assert_string_equal(frame->painters[1].site->name, "Axis");
    assert_string_equal(frame->painters[2].site->name, "Scene");
    assert_int_equal(frame->painters[2].self_ns, 1 * US);
    assert_int_equal(frame->painters[2].total_ns, 36 * US);
}

static void paint_recursively(int depth)
{
    PP_ZONE(zone, "Recursive", PP_PHASE_REDRAW);
    advance_us(10);
    if (depth > 1)
        paint_recursively(depth - 1);
    advance_us(1);
    PP_END(zone);
}

static void the_total_of_a_recursive_site_counts_the_outermost_once(void **state)
{
    (void)state;
    pp_frame_begin(window);
    paint_recursively(5);
    pp_frame_end(window);
    const pp_painter *painter = painter_of(&got.frames[0], "Recursive");
    assert_int_equal(painter->count, 5);
    assert_int_equal(painter->self_ns, 55 * US);
    assert_int_equal(painter->total_ns, 55 * US);
}

static void items_are_unknown_until_one_is_counted(void **state)
{
    (void)state;
    plain_frame(window, 1);
    pp_count_items_created(3);
    plain_frame(window, 1);
    pp_frame_begin(window);
    pp_count_items_painted(2);
    pp_count_items_painted(5);
    pp_frame_end(window);
    assert_int_equal(got.frames[0].items_created, PP_NOT_MEASURED);
    assert_int_equal(got.frames[0].items_painted, PP_NOT_MEASURED);
    assert_int_equal(got.frames[1].items_created, 3);
    assert_int_equal(got.frames[1].items_painted, PP_NOT_MEASURED);
    assert_int_equal(got.frames[2].items_created, 0);
    assert_int_equal(got.frames[2].items_painted, 7);
}

static void a_window_that_counts_items_knows_zero(void **state)
{
    (void)state;
    pp_window *counting = create_window("items", true);
    plain_frame(counting, 1);
    assert_int_equal(got.frames[0].items_created, 0);
    assert_int_equal(got.frames[0].items_painted, 0);
    pp_window_destroy(counting);
}

static void frames_are_marked_while_their_window_is_disturbed(void **state)
{
    (void)state;
    pp_window *other = create_window("other", false);
    plain_frame(window, 1);
    pp_frame_begin(window);
    pp_window_set_disturbed(window, true); /* it counts when the frame ends */
    pp_frame_end(window);
    plain_frame(other, 1);
    pp_window_set_disturbed(window, false);
    plain_frame(window, 1);
    assert_false(got.frames[0].is_disturbed);
    assert_true(got.frames[1].is_disturbed);
    assert_false(got.frames[2].is_disturbed);
    assert_false(got.frames[3].is_disturbed);
    pp_window_destroy(other);
}

static void zones_and_marks_are_told_with_their_times(void **state)
{
    (void)state;
    PP_ZONE(outer, "outer", PP_PHASE_REDRAW);
    advance_us(2);
    pp_mark(&outer, "first");
    PP_ZONE(inner, "inner", PP_PHASE_BATCH);
    advance_us(3);
    pp_markf(&inner, "in %d", 7);
    PP_END(inner);
    advance_us(4);
    pp_mark(&outer, "second");
    advance_us(5);
    PP_END(outer);
    pp_session_drain(session);

    assert_int_equal(got.zone_count, 2);
    assert_string_equal(got.zones[0].site->name, "inner");
    assert_int_equal(got.zones[0].depth, 1);
    assert_int_equal(got.zones[0].self_ns, 3 * US);
    assert_string_equal(got.zones[1].site->name, "outer");
    assert_int_equal(got.zones[1].depth, 0);
    assert_int_equal(got.zones[1].start_ns, 1000000000);
    assert_int_equal(got.zones[1].end_ns - got.zones[1].start_ns, 14 * US);
    assert_int_equal(got.zones[1].self_ns, 11 * US);

    assert_int_equal(got.mark_count, 3);
    assert_string_equal(got.labels[0], "first");
    assert_int_equal(got.marks[0].since_mark_ns, 2 * US);
    assert_string_equal(got.labels[1], "in 7");
    assert_string_equal(got.marks[1].site->name, "inner");
    assert_string_equal(got.labels[2], "second");
    assert_int_equal(got.marks[2].since_mark_ns, 7 * US);
    assert_int_equal(got.marks[2].since_begin_ns, 9 * US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRAME_TEST(a_frame_has_the_self_time_of_its_zones_by_phase),
        FRAME_TEST(a_frame_that_never_painted_has_no_flush),
        FRAME_TEST(a_zone_after_the_paint_is_not_flush),
        FRAME_TEST(the_flush_runs_from_the_last_of_several_paints),
        FRAME_TEST(the_flush_is_right_after_hundreds_of_zones_without_a_parent),
        FRAME_TEST(zones_of_phase_other_add_to_other),
        FRAME_TEST(a_user_phase_is_part_of_work),
        FRAME_TEST(overlay_stands_beside_work),
        FRAME_TEST(the_interval_runs_from_start_to_start_of_one_window),
        FRAME_TEST(painters_come_by_self_time_with_count_total_and_pixels),
        FRAME_TEST(the_total_of_a_recursive_site_counts_the_outermost_once),
        FRAME_TEST(items_are_unknown_until_one_is_counted),
        FRAME_TEST(a_window_that_counts_items_knows_zero),
        FRAME_TEST(frames_are_marked_while_their_window_is_disturbed),
        FRAME_TEST(zones_and_marks_are_told_with_their_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
