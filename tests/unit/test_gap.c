/* unit/test_gap.c: gaps: finding, culling, picking, and drawing them one by one or all at once. */
#include "recording_canvas.h"

#include <paintprof/chart.h>
#include <paintprof/error.h>
#include <paintprof/gap.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
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

static pp_view view_of_rows(size_t first, size_t last, int width_px, int height_px, double ratio)
{
    pp_view view = {.plot = pp_chart_plot_rect(width_px, height_px, ratio)};
    pp_chart_fit(&view, series, first, last);
    return view;
}

static void the_sample_file_has_1109_gaps_of_more_than_a_day(void **state)
{
    (void)state;
    assert_int_equal(gaps.size, 1109);
    assert_true(gaps.longest_s == 7 * DAY_S); /* September 2001 */
    pp_gap first = gaps.items[0];
    assert_true(first.time0_s == 947203200 && first.time1_s == first.time0_s + 3 * DAY_S);
    assert_true(first.price0 == 1441.469971 && first.price1 == 1441.469971);
}

static void gaps_of_new_rows_are_added_behind_the_old(void **state)
{
    (void)state;
    pp_series *live = NULL;
    pp_gaps found = {0};
    pp_ohlc rows[] = {{0, 1, 1, 1, 1}, {100, 2, 2, 2, 2}, {110, 3, 3, 3, 3}, {300, 4, 4, 4, 4}};
    assert_int_equal(pp_series_create(&live), PP_OK);
    assert_int_equal(pp_series_append(live, rows, 2), PP_OK);
    assert_int_equal(pp_gaps_find(&found, live, 0, 50), PP_OK);
    assert_int_equal(found.size, 1);
    assert_int_equal(pp_series_append(live, rows + 2, 2), PP_OK);
    assert_int_equal(pp_gaps_find(&found, live, 1, 50), PP_OK);
    assert_int_equal(found.size, 2);
    assert_true(found.items[1].time0_s == 110 && found.items[1].time1_s == 300);
    assert_true(found.items[1].price0 == 3 && found.items[1].price1 == 4);
    assert_true(found.longest_s == 190);
    pp_gaps_clear(&found);
    assert_int_equal(found.size, 0);
    pp_series_destroy(live);
}

static void expect_sorted_and_apart(const pp_gaps *spread)
{
    for (size_t i = 0; i < spread->size; i++) {
        assert_true(spread->items[i].time1_s > spread->items[i].time0_s);
        assert_true(i == 0 || spread->items[i].time0_s >= spread->items[i - 1].time1_s);
    }
}

static void any_number_of_gaps_can_be_spread_over_a_series(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 100, 5104, 5105, 100000};
    pp_gaps spread = {0};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        assert_int_equal(pp_gaps_spread(&spread, series, counts[i]), PP_OK);
        assert_int_equal(spread.size, counts[i]);
        expect_sorted_and_apart(&spread);
    }
    pp_columns rows = pp_series_columns(series);
    assert_true(spread.items[0].time0_s == rows.time_s[0]);
    assert_true(spread.items[99999].time1_s == rows.time_s[5104]);
    pp_gaps_clear(&spread);
}

static void gaps_cannot_be_spread_over_less_than_two_rows(void **state)
{
    (void)state;
    pp_series *single = NULL;
    pp_gaps spread = {0};
    pp_ohlc row = {0, 1, 1, 1, 1};
    assert_int_equal(pp_series_create(&single), PP_OK);
    assert_int_equal(pp_gaps_spread(&spread, single, 1), PP_EINVAL);
    assert_int_equal(pp_series_append(single, &row, 1), PP_OK);
    assert_int_equal(pp_gaps_spread(&spread, single, 1), PP_EINVAL);
    pp_series_destroy(single);
}

static void the_visible_range_is_the_one_a_full_search_finds(void **state)
{
    (void)state;
    double start_s = gaps.items[0].time0_s - 10 * DAY_S;
    for (int step = 0; step < 2000; step++) {
        double time0_s = start_s + step * 3.7 * DAY_S, time1_s = time0_s + (step % 40) * DAY_S;
        size_t first, last, seen = 0;
        pp_gaps_visible(&gaps, time0_s, time1_s, &first, &last);
        for (size_t i = 0; i < gaps.size; i++) {
            bool touches = gaps.items[i].time0_s <= time1_s && gaps.items[i].time1_s >= time0_s;
            assert_true(touches == (i >= first && i < last));
            seen += touches;
        }
        assert_int_equal(last - first, seen);
    }
}

static void nothing_is_visible_outside_or_without_gaps(void **state)
{
    (void)state;
    size_t first, last;
    pp_gaps_visible(&gaps, 0, 1000, &first, &last);
    assert_int_equal(first, last);
    pp_gaps_visible(&gaps, 4e9, 5e9, &first, &last);
    assert_int_equal(first, last);
    pp_gaps none = {0};
    pp_gaps_visible(&none, 0, 1e10, &first, &last);
    assert_int_equal(first, last);
}

static void the_gap_under_a_point_is_found_by_box_and_by_arrow(void **state)
{
    (void)state;
    pp_view view = view_of_rows(2000, 2020, 1280, 720, 1);
    size_t first, last;
    pp_gaps_visible(&gaps, view.x0, view.x1, &first, &last);
    assert_in_range(last - first, 4, 10);
    for (size_t i = first + 1; i + 1 < last; i++) {
        const pp_gap *gap = &gaps.items[i];
        int x = (int)pp_view_x_px(&view, (gap->time0_s + gap->time1_s) / 2);
        int y = (int)pp_view_y_px(&view, (gap->price0 + gap->price1) / 2);
        assert_int_equal(pp_gaps_at(&gaps, &view, 1, x, y), i);
        /* The arrow stands on the side that the price came from: below a gap up. */
        bool up = gap->price1 >= gap->price0;
        int arrow_y = (int)pp_view_y_px(&view, gap->price0) + (up ? 9 : -9);
        assert_int_equal(pp_gaps_at(&gaps, &view, 1, x, arrow_y), i);
        assert_true(pp_gaps_at(&gaps, &view, 1, x, y + (up ? -40 : 40)) == SIZE_MAX);
    }
    assert_true(pp_gaps_at(&gaps, &view, 1, -5, 100) == SIZE_MAX);
}

/* The shapes of a drawing without clips, as sorted lines. */
typedef struct shape_list {
    char (*lines)[160];
    size_t size;
} shape_list;

static int compare_lines(const void *a, const void *b)
{
    return strcmp(a, b);
}

static shape_list sorted_shapes(const recording_canvas *recording)
{
    shape_list list = {calloc(recording->size + 1, sizeof(*list.lines)), 0};
    assert_non_null(list.lines);
    for (size_t i = 0; i < recording->size; i++) {
        const recorded_shape *shape = &recording->shapes[i];
        if (shape->kind == RECORDED_PUSH_CLIP || shape->kind == RECORDED_POP_CLIP)
            continue;
        const int *v = shape->values;
        snprintf(list.lines[list.size++], sizeof(*list.lines), "%d %08x %d,%d,%d,%d,%d,%d %s",
                 shape->kind, (unsigned)shape->color, v[0], v[1], v[2], v[3], v[4], v[5],
                 shape->text ? shape->text : "");
    }
    qsort(list.lines, list.size, sizeof(*list.lines), compare_lines);
    return list;
}

static void draw_one_by_one(recording_canvas *recording, const pp_view *view)
{
    for (size_t i = 0; i < gaps.size; i++)
        pp_gap_draw(&recording->canvas, view, &gaps.items[i]);
}

static void expect_same_picture(size_t first, size_t last, double ratio)
{
    pp_view view = view_of_rows(first, last, 1280, 720, ratio);
    recording_canvas single, batch;
    recording_canvas_init(&single, 1280, 720, ratio);
    recording_canvas_init(&batch, 1280, 720, ratio);
    draw_one_by_one(&single, &view);
    pp_gaps_draw(&batch.canvas, &view, &gaps);
    shape_list a = sorted_shapes(&single), b = sorted_shapes(&batch);
    assert_int_equal(a.size, b.size);
    assert_true(a.size > 0);
    for (size_t i = 0; i < a.size; i++)
        assert_string_equal(a.lines[i], b.lines[i]);
    free(a.lines);
    free(b.lines);
    recording_canvas_release(&single);
    recording_canvas_release(&batch);
}

static void the_batch_draws_the_same_shapes_as_the_items(void **state)
{
    (void)state;
    /* Where no two begin in one pixel column; test_gap_batch.c has the others. */
    expect_same_picture(1000, 2000, 1);
    expect_same_picture(2000, 2300, 1);
    expect_same_picture(2000, 2300, 1.5);
    expect_same_picture(2000, 2020, 1);
    expect_same_picture(2003, 2005, 2);
}

static void the_batch_takes_few_calls(void **state)
{
    (void)state;
    pp_view view = view_of_rows(0, 5105, 1280, 720, 1);
    recording_canvas batch;
    recording_canvas_init(&batch, 1280, 720, 1);
    pp_gaps_draw(&batch.canvas, &view, &gaps);
    size_t columns = 1;
    for (size_t i = 1; i < gaps.size; i++)
        columns += floor(pp_view_x_px(&view, gaps.items[i].time0_s)) !=
                   floor(pp_view_x_px(&view, gaps.items[i - 1].time0_s));
    assert_in_range(columns, 1000, 1108); /* some are merged */
    assert_int_equal(recording_canvas_count(&batch, RECORDED_FRAGMENT), columns);
    assert_in_range(batch.calls, 1, 14);
    recording_canvas_release(&batch);
}

static void a_gap_stays_visible_when_zoomed_out(void **state)
{
    (void)state;
    pp_view view = view_of_rows(0, 5105, 400, 300, 2);
    recording_canvas batch;
    recording_canvas_init(&batch, 400, 300, 2);
    pp_gaps_draw(&batch.canvas, &view, &gaps);
    for (size_t i = 0; i < batch.size; i++) {
        if (batch.shapes[i].kind == RECORDED_STROKE_RECT)
            assert_true(batch.shapes[i].bounds.w >= 6 && batch.shapes[i].bounds.h >= 12);
    }
    assert_int_equal(recording_canvas_count(&batch, RECORDED_TEXT), 0);
    recording_canvas_release(&batch);
}

static void everything_of_a_gap_is_clipped_to_the_plot(void **state)
{
    (void)state;
    recording_canvas single;
    recording_canvas_init(&single, 1280, 720, 1);
    pp_view view = view_of_rows(2000, 2020, 1280, 720, 1);
    for (int zoom = 0; zoom < 8; zoom++) {
        draw_one_by_one(&single, &view);
        pp_view_zoom(&view, 300, 200, 2, 3);
    }
    assert_true(single.size > 0);
    for (size_t i = 0; i < single.size; i++) {
        pp_rect shape = single.shapes[i].bounds, clip = single.shapes[i].clip;
        bool inside = shape.x >= view.plot.x && shape.y >= view.plot.y &&
                      shape.x + shape.w <= view.plot.x + view.plot.w &&
                      shape.y + shape.h <= view.plot.y + view.plot.h;
        assert_true(inside || memcmp(&clip, &view.plot, sizeof(clip)) == 0 ||
                    single.shapes[i].kind <= RECORDED_POP_CLIP);
    }
    recording_canvas_release(&single);
}

static void lengths_are_named_by_their_largest_unit(void **state)
{
    (void)state;
    static const struct {
        double length_s;
        const char *label;
    } cases[] = {{3 * 86400.0, "3 d"},  {14 * 3600.0, "14 h"}, {300, "5 min"},
                 {90, "1.5 min"},       {30, "30 s"},          {0.25, "250 ms"},
                 {36 * 3600.0, "1.5 d"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        recording_canvas canvas;
        recording_canvas_init(&canvas, 400, 300, 1);
        pp_gap gap = {1000, 1000 + cases[i].length_s, 4, 6};
        pp_view view = {
            1000 - cases[i].length_s, 1000 + 2 * cases[i].length_s, 0, 10, {0, 0, 400, 300}};
        pp_gap_draw(&canvas.canvas, &view, &gap);
        const recorded_shape *text = recording_canvas_find_text(&canvas, "");
        assert_non_null(text);
        assert_string_equal(text->text, cases[i].label);
        recording_canvas_release(&canvas);
    }
}

static void twenty_days_of_gaps_are_drawn_as_ever(void **state)
{
    (void)state;
    pp_view view = view_of_rows(2000, 2020, 800, 450, 1);
    recording_canvas batch;
    recording_canvas_init(&batch, 800, 450, 1);
    pp_gaps_draw(&batch.canvas, &view, &gaps);
    recording_canvas_expect_golden(&batch, "scene/gaps-20-rows.txt");
    recording_canvas_release(&batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_file_has_1109_gaps_of_more_than_a_day),
        cmocka_unit_test(gaps_of_new_rows_are_added_behind_the_old),
        cmocka_unit_test(any_number_of_gaps_can_be_spread_over_a_series),
        cmocka_unit_test(gaps_cannot_be_spread_over_less_than_two_rows),
        cmocka_unit_test(the_visible_range_is_the_one_a_full_search_finds),
        cmocka_unit_test(nothing_is_visible_outside_or_without_gaps),
        cmocka_unit_test(the_gap_under_a_point_is_found_by_box_and_by_arrow),
        cmocka_unit_test(the_batch_draws_the_same_shapes_as_the_items),
        cmocka_unit_test(the_batch_takes_few_calls),
        cmocka_unit_test(a_gap_stays_visible_when_zoomed_out),
        cmocka_unit_test(everything_of_a_gap_is_clipped_to_the_plot),
        cmocka_unit_test(lengths_are_named_by_their_largest_unit),
        cmocka_unit_test(twenty_days_of_gaps_are_drawn_as_ever),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
