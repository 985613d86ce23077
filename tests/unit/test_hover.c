/* unit/test_hover.c: what follows the cursor: the parts it covers, and the tag over gaps. */
#include "recording_canvas.h"

#include <paintprof/chart.h>
#include <paintprof/error.h>
#include <paintprof/gap.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double DAY_S = 86400;

static pp_series *series; /* the sample file */
static pp_gaps gaps;      /* its gaps of more than a day */

static int load(void **state)
{
    (void)state;
    if (pp_series_load_csv(&series, PP_SOURCE_DIR "/assets/sp500-daily.csv") != PP_OK)
        return -1;
    return pp_gaps_find(&gaps, series, 0, DAY_S);
}

static int unload(void **state)
{
    (void)state;
    pp_gaps_clear(&gaps);
    pp_series_destroy(series);
    return 0;
}

static pp_view view_of_rows(const recording_canvas *canvas, size_t first, size_t last)
{
    const pp_canvas *c = &canvas->canvas;
    pp_view view = {.plot = pp_chart_plot_rect(c->width_px, c->height_px, c->ratio)};
    pp_chart_fit(&view, series, first, last);
    return view;
}

static unsigned seed = 1;

static int random_below(int limit)
{
    seed = seed * 1103515245u + 12345u;
    return (int)(seed >> 8) % limit;
}

static bool encloses(pp_rect outer, pp_rect inner)
{
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
           inner.y + inner.h <= outer.y + outer.h;
}

static bool is_within_one(const pp_rect *areas, size_t count, pp_rect rect)
{
    for (size_t i = 0; i < count; i++) {
        if (encloses(areas[i], rect))
            return true;
    }
    return false;
}

/* ---- The crosshair's parts ------------------------------------------------------------------ */

static void the_crosshair_stays_within_the_parts_it_names(void **state)
{
    (void)state;
    static const double ratios[] = {1, 1.25, 1.5, 2};
    for (int round = 0; round < 400; round++) {
        recording_canvas canvas;
        recording_canvas_init(&canvas, 80 + random_below(1600), 60 + random_below(900),
                              ratios[round % 4]);
        size_t first = (size_t)random_below(5000);
        pp_view view = view_of_rows(&canvas, first, first + 2 + (size_t)random_below(300));
        int x = view.plot.x + random_below(view.plot.w),
            y = view.plot.y + random_below(view.plot.h);
        pp_rect areas[PP_CROSSHAIR_RECTS_MAX];
        size_t count = pp_chart_crosshair_area(&canvas.canvas, &view, series, x, y, areas);
        assert_int_equal(canvas.size, 0); /* nothing was drawn by asking */
        assert_true(count >= 2 && count <= PP_CROSSHAIR_RECTS_MAX);
        pp_chart_draw_crosshair(&canvas.canvas, &view, series, x, y);
        assert_true(canvas.size > 0);
        for (size_t i = 0; i < canvas.size; i++) {
            if (canvas.shapes[i].bounds.w > 0)
                assert_true(is_within_one(areas, count, canvas.shapes[i].bounds));
        }
        recording_canvas_release(&canvas);
    }
}

static void the_lines_of_the_crosshair_are_thin_parts(void **state)
{
    (void)state;
    recording_canvas canvas;
    recording_canvas_init(&canvas, 1280, 720, 1);
    pp_view view = view_of_rows(&canvas, 0, 300);
    pp_rect areas[PP_CROSSHAIR_RECTS_MAX];
    size_t count = pp_chart_crosshair_area(&canvas.canvas, &view, series, 640, 300, areas);
    long pixels = 0;
    for (size_t i = 0; i < count; i++)
        pixels += (long)areas[i].w * areas[i].h;
    assert_true(pixels < 1280L * 720 / 20);
    assert_int_equal(pp_chart_crosshair_area(&canvas.canvas, &view, series, 2, 300, areas), 0);
    recording_canvas_release(&canvas);
}

/* ---- The tag over gaps ----------------------------------------------------------------------- */

/* The middle of a gap's rectangle. */
static pp_point middle_of(const pp_view *view, const pp_gap *gap)
{
    return (pp_point){(int)pp_view_x_px(view, (gap->time0_s + gap->time1_s) / 2),
                      (int)pp_view_y_px(view, (gap->price0 + gap->price1) / 2)};
}

static void the_tag_says_what_the_gap_is(void **state)
{
    (void)state;
    recording_canvas canvas;
    recording_canvas_init(&canvas, 1280, 720, 1);
    pp_view view = view_of_rows(&canvas, 0, 20);
    const pp_gap *gap = &gaps.items[1];
    pp_point at = middle_of(&view, gap);
    pp_gaps_draw_tag(&canvas.canvas, &view, &gaps, at.x, at.y);
    assert_non_null(recording_canvas_find_text(&canvas, "Fri 14 Jan 2000"));
    assert_non_null(recording_canvas_find_text(&canvas, "Tue 18 Jan 2000"));
    assert_non_null(recording_canvas_find_text(&canvas, "1465.15"));
    assert_non_null(recording_canvas_find_text(&canvas, "4 d"));
    assert_null(recording_canvas_find_text(&canvas, "gaps here"));
    recording_canvas_release(&canvas);
}

static void the_tag_counts_what_was_merged(void **state)
{
    (void)state;
    pp_gaps many = {0};
    pp_gap items[37];
    for (int i = 0; i < 37; i++)
        items[i] = (pp_gap){5000 + i * 0.001, 5000.0005 + i * 0.001, 40, 60};
    assert_int_equal(pp_gaps_add(&many, items, 37), PP_OK);
    recording_canvas canvas;
    recording_canvas_init(&canvas, 800, 300, 1);
    pp_view view = {.x0 = 0, .x1 = 10000, .y0 = 0, .y1 = 100};
    view.plot = (pp_rect){10, 10, 700, 240};
    pp_point at = middle_of(&view, &items[0]);
    pp_gaps_draw_tag(&canvas.canvas, &view, &many, at.x, at.y);
    assert_non_null(recording_canvas_find_text(&canvas, "37 gaps here"));
    recording_canvas_clear(&canvas);
    pp_gaps_draw_tag(&canvas.canvas, &view, &many, at.x, view.plot.y);
    assert_int_equal(canvas.size, 0); /* far above their prices */
    recording_canvas_release(&canvas);
    pp_gaps_clear(&many);
}

static void the_tag_stays_in_the_plot_and_off_the_cursor(void **state)
{
    (void)state;
    size_t tags = 0;
    recording_canvas canvas;
    recording_canvas_init(&canvas, 900, 500, 1);
    for (int round = 0; round < 4000; round++) {
        size_t first = (size_t)random_below(5000);
        pp_view view = view_of_rows(&canvas, first, first + 3 + (size_t)random_below(400));
        const pp_gap *gap = &gaps.items[random_below((int)gaps.size)];
        pp_point at = middle_of(&view, gap);
        pp_rect area = {0};
        bool shown = pp_gaps_tag_area(&canvas.canvas, &view, &gaps, at.x, at.y, &area);
        recording_canvas_clear(&canvas);
        pp_gaps_draw_tag(&canvas.canvas, &view, &gaps, at.x, at.y);
        assert_int_equal(shown, canvas.size > 0);
        if (!shown)
            continue;
        tags++;
        assert_true(encloses(view.plot, area));
        assert_false(encloses(area, (pp_rect){at.x, at.y, 1, 1}));
        for (size_t i = 0; i < canvas.size; i++)
            assert_true(encloses(area, canvas.shapes[i].bounds));
    }
    assert_true(tags > 100);
    recording_canvas_release(&canvas);
}

/* The window of 640 x 400 is the least in which both have room beside each other. */
static void the_tag_and_the_rows_own_panel_leave_each_other_alone(void **state)
{
    (void)state;
    pp_gaps wide = {0};
    const pp_columns rows = pp_series_columns(series);
    const pp_gap all = {rows.time_s[0], rows.time_s[20], 1, 1e6}; /* under every point */
    assert_int_equal(pp_gaps_add(&wide, &all, 1), PP_OK);
    size_t both = 0;
    static const double ratios[] = {1, 1.5, 2};
    for (size_t i = 0; i < 3; i++) {
        recording_canvas canvas;
        recording_canvas_init(&canvas, (int)(640 * ratios[i]), (int)(400 * ratios[i]), ratios[i]);
        pp_view view = view_of_rows(&canvas, 0, 20);
        for (int round = 0; round < 4000; round++) {
            int x = view.plot.x + random_below(view.plot.w);
            int y = view.plot.y + random_below(view.plot.h);
            pp_rect tag, areas[PP_CROSSHAIR_RECTS_MAX];
            size_t count = pp_chart_crosshair_area(&canvas.canvas, &view, series, x, y, areas);
            bool shown = pp_gaps_tag_area(&canvas.canvas, &view, &wide, x, y, &tag);
            pp_rect panel = areas[count - 1];
            bool has_panel = encloses(view.plot, panel) && panel.w > 50 && panel.h > 50;
            if (!shown || !has_panel)
                continue;
            both++;
            assert_true(tag.x >= panel.x + panel.w || tag.y >= panel.y + panel.h ||
                        tag.y + tag.h <= panel.y);
        }
        recording_canvas_release(&canvas);
    }
    assert_true(both > 3000);
    pp_gaps_clear(&wide);
}

static void there_is_no_tag_where_it_has_no_room_or_no_gap(void **state)
{
    (void)state;
    pp_gaps none = {0};
    recording_canvas canvas;
    recording_canvas_init(&canvas, 1280, 720, 1);
    pp_view view = view_of_rows(&canvas, 0, 20);
    pp_point at = middle_of(&view, &gaps.items[1]);
    pp_gaps_draw_tag(&canvas.canvas, &view, &none, at.x, at.y);
    pp_view small = view;
    small.plot = (pp_rect){0, 0, 60, 40};
    at = middle_of(&small, &gaps.items[1]);
    pp_gaps_draw_tag(&canvas.canvas, &small, &gaps, at.x, at.y);
    assert_int_equal(canvas.size, 0);
    recording_canvas_release(&canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_crosshair_stays_within_the_parts_it_names),
        cmocka_unit_test(the_lines_of_the_crosshair_are_thin_parts),
        cmocka_unit_test(the_tag_says_what_the_gap_is),
        cmocka_unit_test(the_tag_counts_what_was_merged),
        cmocka_unit_test(the_tag_stays_in_the_plot_and_off_the_cursor),
        cmocka_unit_test(the_tag_and_the_rows_own_panel_leave_each_other_alone),
        cmocka_unit_test(there_is_no_tag_where_it_has_no_room_or_no_gap),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
