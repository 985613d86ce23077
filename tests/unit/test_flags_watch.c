/* unit/test_flags_watch.c: red flags of what frames, paints and marks show, each on a planted case
 * and on a clean one. The sources are this suite's own copy. */
#include "support.h"

#include "flags/watch.h"

static pp_flag_list found;

static const pp_flag *flag_of(const char *rule)
{
    for (size_t i = 0; i < found.count; i++)
        if (strcmp(found.flags[i].rule, rule) == 0)
            return &found.flags[i];
    return NULL;
}

#define MS(ms) ((uint64_t)((ms)*1e6))

static pp_flag_watch watch;

static const pp_site_info path_site = {"Curve.buildPath()", "c.c", 1, PP_PHASE_REDRAW};
static const pp_site_info draw_site = {"Curve.paint()", "c.c", 2, PP_PHASE_REDRAW};
static const pp_site_info make_site = {"Item.create()", "c.c", 3, PP_PHASE_CREATE};
static const pp_site_info drop_site = {"removeItem()", "c.c", 4, PP_PHASE_CREATE};
static const pp_site_info spec_site = {"Gaps.build()", "c.c", 5, PP_PHASE_BATCH};

static const pp_cause_record some_cause = {"Timer", "Clock", "tick()", 1};

/* A frame of window 1 with those painters, which repainted dirty_px; asked_px of it were asked for,
 * as a probe knows. */
static void watch_frame(const pp_painter *painters, uint32_t count, int64_t dirty_px,
                        int64_t asked_px)
{
    pp_frame frame = {.window = 1,
                      .dirty_px = dirty_px,
                      .items_created = PP_NOT_MEASURED,
                      .items_painted = PP_NOT_MEASURED,
                      .painter_count = count,
                      .painters = painters};
    for (uint32_t i = 0; i < count; i++)
        frame.work_ns += painters[i].self_ns;
    if (asked_px >= 0)
        pp_flag_watch_paint(&watch, &(pp_paint_record){.site = &draw_site,
                                                       .pixels = (uint64_t)asked_px,
                                                       .cause_count = 1,
                                                       .causes = &some_cause});
    pp_flag_watch_frame(&watch, &frame);
}

static void look_at_frames(void)
{
    assert_true(pp_flag_watch_find(&watch, &found));
    memset(&watch, 0, sizeof watch);
}

enum { WINDOW_PX = 1000000 };

static void a_path_built_in_each_frame_is_flagged(void **state)
{
    (void)state;
    const pp_painter both[] = {{&draw_site, MS(3), MS(3), 0, 1}, {&path_site, MS(2), MS(2), 0, 1}};
    for (int i = 0; i < 60; i++)
        watch_frame(both, 2, WINDOW_PX, PP_NOT_MEASURED);
    look_at_frames();
    assert_non_null(flag_of("path-rebuilt"));
    assert_non_null(strstr(flag_of("path-rebuilt")->evidence,
                           "`Curve.buildPath()`: built in 60 of 60 frames, 2.00 ms each, 40 %"));
    for (int i = 0; i < 60; i++) /* only where the data changed */
        watch_frame(both, i % 10 == 0 ? 2 : 1, WINDOW_PX, PP_NOT_MEASURED);
    look_at_frames();
    assert_int_equal(found.count, 0);
    const pp_painter cheap[] = {{&draw_site, MS(3), MS(3), 0, 1},
                                {&path_site, MS(0.02), MS(0.02), 0, 1}};
    for (int i = 0; i < 60; i++)
        watch_frame(cheap, 2, WINDOW_PX, PP_NOT_MEASURED);
    look_at_frames();
    assert_int_equal(found.count, 0);
    for (int i = 0; i < 5; i++) /* too few to speak of a habit */
        watch_frame(both, 2, WINDOW_PX, PP_NOT_MEASURED);
    look_at_frames();
    assert_int_equal(found.count, 0);
}

static void whole_repaints_for_small_changes_are_flagged(void **state)
{
    (void)state;
    const pp_painter draw = {&draw_site, MS(3), MS(3), 0, 1};
    for (int i = 0; i < 30; i++)
        watch_frame(&draw, 1, WINDOW_PX, 2000); /* as asked for */
    look_at_frames();
    assert_non_null(flag_of("whole-window-repaint"));
    assert_non_null(strstr(flag_of("whole-window-repaint")->evidence,
                           "30 of 30 frames repainted the whole window although 0.2 % of it "
                           "was asked for; 3.00 ms of work each"));
    const pp_painter small = {&draw_site, MS(3), MS(3), 500, 1};
    for (int i = 0; i < 30; i++)
        watch_frame(&small, 1, WINDOW_PX, PP_NOT_MEASURED); /* as zones painted */
    look_at_frames();
    assert_non_null(flag_of("whole-window-repaint"));
    assert_non_null(strstr(flag_of("whole-window-repaint")->evidence, "0.1 % of it changed;"));
    for (int i = 0; i < 30; i++)
        watch_frame(&draw, 1, WINDOW_PX, WINDOW_PX); /* all of it was asked for: a pan */
    look_at_frames();
    assert_int_equal(found.count, 0);
    watch_frame(&draw, 1, WINDOW_PX, PP_NOT_MEASURED);
    for (int i = 0; i < 30; i++)
        watch_frame(&draw, 1, 3000, 2000); /* only what changed is repainted */
    look_at_frames();
    assert_int_equal(found.count, 0);
    for (int i = 0; i < 30; i++) /* nothing is known of what changed */
        watch_frame(&draw, 1, WINDOW_PX, PP_NOT_MEASURED);
    look_at_frames();
    assert_int_equal(found.count, 0);
}

static void a_frame_at(int ms, int64_t dirty_px)
{
    const pp_frame frame = {.window = 1,
                            .start_ns = MS(ms),
                            .end_ns = MS(ms + 5),
                            .work_ns = MS(3),
                            .dirty_px = dirty_px,
                            .items_created = PP_NOT_MEASURED};
    pp_flag_watch_frame(&watch, &frame);
}

static void a_paint_at(int ms, uint64_t pixels)
{
    const pp_paint_record paint = {.site = &draw_site,
                                   .start_ns = MS(ms),
                                   .pixels = pixels,
                                   .cause_count = 1,
                                   .causes = &some_cause};
    pp_flag_watch_paint(&watch, &paint);
}

/* Frames whose GPU times are waited for are told behind the paints of later ones. */
static void what_was_asked_for_belongs_to_the_frame_in_whose_time_it_was_painted(void **state)
{
    (void)state;
    for (int i = 0; i < 40; i++) {
        a_paint_at(i * 10 + 2, 100);
        a_paint_at(i * 10 + 7, WINDOW_PX); /* of no frame, such as a screenshot */
        if (i > 0)
            a_frame_at(i * 10 - 10, WINDOW_PX);
    }
    look_at_frames();
    assert_non_null(flag_of("whole-window-repaint"));
    assert_non_null(strstr(found.flags[0].evidence, "39 of 39 frames"));
    assert_non_null(strstr(found.flags[0].evidence, "although 0.0 % of it"));
    /* Thousands that were asked for are all counted, though not kept one by one. */
    for (int i = 0; i < 20; i++) {
        for (int item = 0; item < 3000; item++)
            a_paint_at(i * 10 + 1, 50);
        a_frame_at(i * 10, WINDOW_PX);
    }
    look_at_frames();
    assert_int_equal(found.count, 0);
}

static void a_small_window_is_repainted_as_it_likes(void **state)
{
    (void)state;
    const pp_painter draw = {&draw_site, MS(3), MS(3), 0, 1};
    for (int i = 0; i < 30; i++)
        watch_frame(&draw, 1, 128 * 127, 20);
    look_at_frames();
    assert_int_equal(found.count, 0);
}

/* A class is called after what it is, not after what is done; the report's findings tell of it. */
static void objects_that_a_probe_has_named_are_no_steps(void **state)
{
    (void)state;
    static const pp_site_info create = {"AddItemButton", "<widget>", 0, PP_PHASE_REDRAW},
                              build = {"IndexItem", "<item>", 0, PP_PHASE_REDRAW},
                              path = {"PathBuilder", "<item>", 0, PP_PHASE_REDRAW};
    const pp_painter painters[] = {{&create, MS(900), MS(900), WINDOW_PX, 300},
                                   {&build, MS(100), MS(100), WINDOW_PX, 300},
                                   {&path, MS(100), MS(100), WINDOW_PX, 300}};
    for (int i = 0; i < 30; i++)
        watch_frame(painters, 3, WINDOW_PX, PP_NOT_MEASURED);
    look_at_frames();
    assert_int_equal(found.count, 0);
}

static void few_new_items_among_many_are_a_small_change(void **state)
{
    (void)state;
    pp_frame frame = {
        .window = 1, .dirty_px = WINDOW_PX, .items_created = 1, .items_painted = 1285};
    for (int i = 0; i < 20; i++)
        pp_flag_watch_frame(&watch, &frame);
    look_at_frames();
    assert_non_null(flag_of("whole-window-repaint"));
    frame.items_painted = 2; /* one item that holds them all */
    for (int i = 0; i < 20; i++)
        pp_flag_watch_frame(&watch, &frame);
    look_at_frames();
    assert_int_equal(found.count, 0);
}

static void zones_that_run_once_per_item_in_a_frame_are_flagged(void **state)
{
    (void)state;
    const pp_painter one_by_one[] = {{&make_site, MS(2000), MS(2000), 0, 1285},
                                     {&drop_site, MS(40), MS(40), 0, 300},
                                     {&spec_site, MS(100), MS(100), 0, 1285}};
    watch_frame(one_by_one, 3, WINDOW_PX, PP_NOT_MEASURED);
    look_at_frames();
    assert_string_equal(flag_of("items-one-by-one")->label, "Item.create()");
    assert_string_equal(flag_of("removal-one-by-one")->label, "removeItem()");
    assert_string_equal(flag_of("step-per-item")->label, "Gaps.build()");
    assert_int_equal(found.count, 3);
    /* The same sites, once in each of many frames. */
    const pp_painter batched[] = {{&make_site, MS(2), MS(2), 0, 1},
                                  {&drop_site, MS(2), MS(2), 0, 1},
                                  {&spec_site, MS(2), MS(2), 0, 1}};
    for (int i = 0; i < 2000; i++)
        watch_frame(batched, 3, WINDOW_PX, PP_NOT_MEASURED);
    look_at_frames();
    assert_int_equal(found.count, 0);
}

static const pp_site_info marked_site = {"markup_gaps() for 1285 gaps", "c.c", 6, PP_PHASE_OTHER};

/* The mark of a zone that began at begin_ms. */
static void a_mark(const pp_site_info *site, const char *label, int begin_ms, int at_ms,
                   double took_ms)
{
    pp_flag_watch_mark(&watch, &(pp_mark_record){.site = site,
                                                 .label = label,
                                                 .thread = 1,
                                                 .at_ns = MS(at_ms),
                                                 .since_mark_ns = MS(took_ms),
                                                 .since_begin_ns = MS(at_ms - begin_ms)});
}

static void marks_are_steps_of_as_many_items_as_their_heading_says(void **state)
{
    (void)state;
    a_mark(&marked_site, "initial redraw", 10, 30, 20); /* paints, as it seems */
    a_mark(&marked_site, "built annotation specs", 10, 300, 256.48);
    a_mark(&marked_site, "batch IPC call complete", 10, 420, 119.26);
    look_at_frames();
    assert_int_equal(found.count, 1);
    assert_string_equal(flag_of("step-per-item")->evidence,
                        "markup_gaps() for 1285 gaps, `built annotation specs`: 256.48 ms for 1285 "
                        "items, 0.1996 ms each");
    a_mark(&draw_site, "built 1285 specs", 0, 300, 256.48); /* or they themselves */
    look_at_frames();
    assert_non_null(flag_of("step-per-item"));
    a_mark(&draw_site, "built specs", 0, 300, 256.48); /* of how many nobody says */
    a_mark(&draw_site, "built 1285 specs", 400, 450, 40);
    look_at_frames();
    assert_int_equal(found.count, 0);
}

static void a_mark_that_repeats_in_its_zone_counts_its_items_by_that(void **state)
{
    (void)state;
    for (int zone = 0; zone < 3; zone++)
        for (int i = 1; i <= 150; i++)
            a_mark(&draw_site, "addItem()", zone * 1000, zone * 1000 + i, zone == 1 ? 2 : 0.5);
    look_at_frames();
    assert_int_equal(found.count, 1);
    assert_non_null(strstr(flag_of("items-one-by-one")->evidence, "300.00 ms for 150 items"));
    for (int zone = 0; zone < 300; zone++) /* once in each of many is not one by one */
        a_mark(&draw_site, "addItem()", zone * 10, zone * 10 + 2, 2);
    look_at_frames();
    assert_int_equal(found.count, 0);
}

static void more_marks_than_are_watched_do_no_harm(void **state)
{
    (void)state;
    char label[64];
    a_mark(&marked_site, "built annotation specs", 10, 300, 256.48);
    for (int i = 1; i < 20000; i++) {
        snprintf(label, sizeof label, i % 2 ? "built %d specs" : "note %d", i);
        a_mark(&draw_site, label, i, i + 1, 0.01);
    }
    a_mark(NULL, "built 300 specs", 0, 1, 900); /* outside any zone */
    look_at_frames();
    assert_int_equal(found.count, 1);
    assert_non_null(strstr(found.flags[0].evidence, "1285 items"));
}

static void more_sites_than_are_watched_do_no_harm(void **state)
{
    (void)state;
    static pp_site_info sites[2000];
    for (size_t i = 0; i < 2000; i++) {
        sites[i] = draw_site;
        const pp_painter painter = {&sites[i], 1000, 1000, 0, 1};
        watch_frame(&painter, 1, WINDOW_PX, PP_NOT_MEASURED);
    }
    look_at_frames();
    assert_int_equal(found.count, 0);
}

static void nothing_is_found_in_nothing(void **state)
{
    (void)state;
    look_at_frames();
    assert_int_equal(found.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_built_in_each_frame_is_flagged),
        cmocka_unit_test(whole_repaints_for_small_changes_are_flagged),
        cmocka_unit_test(what_was_asked_for_belongs_to_the_frame_in_whose_time_it_was_painted),
        cmocka_unit_test(a_small_window_is_repainted_as_it_likes),
        cmocka_unit_test(objects_that_a_probe_has_named_are_no_steps),
        cmocka_unit_test(few_new_items_among_many_are_a_small_change),
        cmocka_unit_test(zones_that_run_once_per_item_in_a_frame_are_flagged),
        cmocka_unit_test(marks_are_steps_of_as_many_items_as_their_heading_says),
        cmocka_unit_test(a_mark_that_repeats_in_its_zone_counts_its_items_by_that),
        cmocka_unit_test(more_marks_than_are_watched_do_no_harm),
        cmocka_unit_test(more_sites_than_are_watched_do_no_harm),
        cmocka_unit_test(nothing_is_found_in_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
