/* unit/test_chart.c: axes, curve, crosshair and help, by what they draw. */
#include "recording_canvas.h"

#include <paintprof/chart.h>
#include <paintprof/error.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static pp_series *series; /* the sample file */

static int load(void **state)
{
    (void)state;
    return pp_series_load_csv(&series, PP_SOURCE_DIR "/assets/sp500-daily.csv");
}

static int unload(void **state)
{
    (void)state;
    pp_series_destroy(series);
    return 0;
}

static pp_view view_of_rows(const recording_canvas *canvas, size_t first, size_t last)
{
    pp_view view = {.plot = pp_chart_plot_rect(canvas->canvas.width_px, canvas->canvas.height_px,
                                               canvas->canvas.ratio)};
    pp_chart_fit(&view, series, first, last);
    return view;
}

static bool rects_overlap(pp_rect a, pp_rect b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static bool encloses(pp_rect outer, pp_rect inner)
{
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
           inner.y + inner.h <= outer.y + outer.h;
}

/* ---- The plot and the fit ------------------------------------------------------------------- */

static void the_plot_leaves_room_for_axes_where_there_is_any(void **state)
{
    (void)state;
    pp_rect large = pp_chart_plot_rect(1280, 720, 1);
    assert_true(1280 - large.x - large.w >= 60 && 720 - large.y - large.h >= 32);
    pp_rect sharp = pp_chart_plot_rect(2560, 1440, 2);
    assert_int_equal(sharp.w, 2 * large.w);
    assert_int_equal(sharp.h, 2 * large.h);
    for (int size = 0; size < 300; size++) {
        pp_rect plot = pp_chart_plot_rect(size, size, 1.5);
        assert_true(plot.w >= 1 && plot.h >= 1);
    }
}

static void a_fit_shows_all_of_its_rows(void **state)
{
    (void)state;
    pp_view view = {.plot = {0, 0, 100, 100}};
    pp_columns rows = pp_series_columns(series);
    pp_chart_fit(&view, series, 100, 200);
    for (size_t i = 100; i < 200; i++) {
        assert_true(rows.time_s[i] > view.x0 && rows.time_s[i] < view.x1);
        assert_true(rows.low[i] > view.y0 && rows.high[i] < view.y1);
    }
    assert_true(rows.time_s[90] < view.x0 && rows.time_s[210] > view.x1);
}

static void a_fit_of_one_flat_row_or_of_none_is_a_range(void **state)
{
    (void)state;
    pp_series *flat = NULL;
    pp_view view = {.plot = {0, 0, 100, 100}};
    pp_ohlc row = {1e9, 0, 0, 0, 0};
    assert_int_equal(pp_series_create(&flat), PP_OK);
    pp_chart_fit(&view, flat, 0, 10);
    assert_true(view.x1 > view.x0 && view.y1 > view.y0);
    assert_int_equal(pp_series_append(flat, &row, 1), PP_OK);
    pp_chart_fit(&view, flat, 0, 10);
    assert_true(view.x0 < 1e9 && view.x1 > 1e9 && view.y0 < 0 && view.y1 > 0);
    pp_series_destroy(flat);
}

/* ---- Axes ----------------------------------------------------------------------------------- */

static void draw_axes(recording_canvas *canvas, double x0, double x1, double y0, double y1)
{
    pp_view view = {x0, x1, y0, y1,
                    pp_chart_plot_rect(canvas->canvas.width_px, canvas->canvas.height_px,
                                       canvas->canvas.ratio)};
    recording_canvas_clear(canvas);
    pp_chart_draw_axes(&canvas->canvas, &view);
}

static void expect_labels_apart(const recording_canvas *canvas)
{
    pp_rect all = {0, 0, canvas->canvas.width_px, canvas->canvas.height_px};
    for (size_t i = 0; i < canvas->size; i++) {
        const recorded_shape *a = &canvas->shapes[i];
        if (a->kind != RECORDED_TEXT)
            continue;
        if (!encloses(all, a->bounds))
            fail_msg("\"%s\" at %d,%d leaves the canvas", a->text, a->bounds.x, a->bounds.y);
        for (size_t k = i + 1; k < canvas->size; k++) {
            const recorded_shape *b = &canvas->shapes[k];
            if (b->kind == RECORDED_TEXT && rects_overlap(a->bounds, b->bounds))
                fail_msg("\"%s\" and \"%s\" overlap", a->text, b->text);
        }
    }
}

static void expect_texts(const recording_canvas *canvas, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const recorded_shape *found = NULL;
        for (size_t k = 0; k < canvas->size && !found; k++) {
            if (canvas->shapes[k].kind == RECORDED_TEXT &&
                strcmp(canvas->shapes[k].text, texts[i]) == 0)
                found = &canvas->shapes[k];
        }
        if (!found)
            fail_msg("no label \"%s\"", texts[i]);
    }
}
#define EXPECT_TEXTS(canvas, ...)                                                                  \
    expect_texts(canvas, (const char *const[]){__VA_ARGS__},                                       \
                 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void dates_are_named_at_every_zoom(void **state)
{
    (void)state;
    recording_canvas canvas;
    recording_canvas_init(&canvas, 1280, 720, 1);
    double march_2020 = 1584144000; /* Saturday 2020-03-14 */
    draw_axes(&canvas, march_2020 + 3600, march_2020 + 3601, 0, 1);
    EXPECT_TEXTS(&canvas, "01:00:00.1", "01:00:00.9", "Sat 14 March 2020");
    draw_axes(&canvas, march_2020 + 3600, march_2020 + 3660, 0, 1);
    EXPECT_TEXTS(&canvas, "01:00:05", "Sat 14 March 2020");
    draw_axes(&canvas, march_2020 - 7200, march_2020 + 7200, 0, 1);
    EXPECT_TEXTS(&canvas, "23:00", "00:00", "01:30", "Fri 13 March 2020", "Sat 14 March 2020");
    draw_axes(&canvas, march_2020 - 20 * 86400, march_2020 + 20 * 86400, 0, 1);
    EXPECT_TEXTS(&canvas, "1", "3", "27", "February 2020", "March 2020", "Apr");
    draw_axes(&canvas, march_2020 - 60 * 86400, march_2020 + 60 * 86400, 0, 1);
    EXPECT_TEXTS(&canvas, "9", "16", "23", "March 2020");
    draw_axes(&canvas, march_2020 - 200 * 86400, march_2020 + 200 * 86400, 0, 1);
    EXPECT_TEXTS(&canvas, "Dec", "Jan", "2019", "2020");
    draw_axes(&canvas, 9.4e8, 1.6e9, 0, 1);
    EXPECT_TEXTS(&canvas, "2000", "2001", "2020");
    draw_axes(&canvas, -62135596800 /* the year 1 */, 1.6e9, 0, 1);
    EXPECT_TEXTS(&canvas, "100", "1500", "2000");
    recording_canvas_release(&canvas);
}

static void prices_are_named_at_every_zoom(void **state)
{
    (void)state;
    recording_canvas canvas;
    recording_canvas_init(&canvas, 1280, 720, 1);
    draw_axes(&canvas, 0, 1, 0, 1e-5);
    EXPECT_TEXTS(&canvas, "0.000001", "0.000005");
    draw_axes(&canvas, 0, 1, 1400, 1401);
    EXPECT_TEXTS(&canvas, "1400.1", "1400.5");
    draw_axes(&canvas, 0, 1, -40, 20);
    EXPECT_TEXTS(&canvas, "-35", "0", "15");
    draw_axes(&canvas, 0, 1, 0, 5e6);
    EXPECT_TEXTS(&canvas, "500000", "1.0M", "4.5M");
    draw_axes(&canvas, 0, 1, 0, 1e12);
    EXPECT_TEXTS(&canvas, "100B", "500B");
    recording_canvas_release(&canvas);
}

static void labels_never_overlap_at_any_zoom_size_or_ratio(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1280, 720}, {640, 360}, {300, 200}, {100, 60}, {40, 30}};
    static const double ratios[] = {1, 1.5, 2};
    for (size_t s = 0; s < 5; s++) {
        for (size_t r = 0; r < 3; r++) {
            recording_canvas canvas;
            recording_canvas_init(&canvas, sizes[s][0], sizes[s][1], ratios[r]);
            for (double range = 1e-6; range < 2e15; range *= 3.7) {
                draw_axes(&canvas, 1.2e9, 1.2e9 + range, 1234.5, 1234.5 + range);
                expect_labels_apart(&canvas);
                draw_axes(&canvas, -range / 3, range, -range, range / 7);
                expect_labels_apart(&canvas);
            }
            recording_canvas_release(&canvas);
        }
    }
}

static void there_are_marks_at_every_ordinary_zoom(void **state)
{
    (void)state;
    recording_canvas canvas;
    recording_canvas_init(&canvas, 1280, 720, 1);
    for (double range = 1e-3; range < 1e14; range *= 2.3) {
        draw_axes(&canvas, 1.2e9 - range / 2, 1.2e9 + range / 2, 100, 100 + range);
        size_t texts = recording_canvas_count(&canvas, RECORDED_TEXT);
        if (texts < 10)
            fail_msg("a range of %g has %zu labels", range, texts);
    }
    recording_canvas_release(&canvas);
}

static void an_unusable_view_draws_only_the_background(void **state)
{
    (void)state;
    recording_canvas canvas;
    recording_canvas_init(&canvas, 1280, 720, 1);
    draw_axes(&canvas, 5, 5, 0, 1);
    assert_int_equal(recording_canvas_count(&canvas, RECORDED_TEXT), 0);
    draw_axes(&canvas, 0, 1, 0, NAN);
    assert_int_equal(recording_canvas_count(&canvas, RECORDED_TEXT), 0);
    draw_axes(&canvas, 1e300, 2e300, 1e300, 2e300);
    expect_labels_apart(&canvas);
    recording_canvas_release(&canvas);
}

static void the_background_covers_the_dirty_part_once(void **state)
{
    (void)state;
    recording_canvas canvas;
    recording_canvas_init(&canvas, 400, 300, 1);
    pp_view view = view_of_rows(&canvas, 0, 5105);
    pp_chart_draw_axes(&canvas.canvas, &view);
    long pixels = 0;
    for (size_t i = 0; i < canvas.size && canvas.shapes[i].color != pp_theme_dark.grid; i++)
        pixels += (long)canvas.shapes[i].bounds.w * canvas.shapes[i].bounds.h;
    assert_int_equal(pixels, 400 * 300);
    recording_canvas_release(&canvas);
}

/* ---- Curve ---------------------------------------------------------------------------------- */

static void draw_curve(recording_canvas *canvas, const pp_view *view, const pp_series *rows,
                       pp_curve_style style)
{
    recording_canvas_clear(canvas);
    pp_chart_draw_curve(&canvas->canvas, view, rows, &(pp_curve_look){.style = style});
}

static void a_curve_draws_at_most_a_few_shapes_per_column(void **state)
{
    (void)state;
    pp_series *many = NULL;
    assert_int_equal(pp_series_generate(&many, 300000, 60, 1), PP_OK);
    recording_canvas canvas;
    recording_canvas_init(&canvas, 640, 360, 1);
    pp_view view = {.plot = pp_chart_plot_rect(640, 360, 1)};
    for (size_t rows = 300000; rows > 1; rows /= 2) {
        pp_chart_fit(&view, many, 0, rows);
        draw_curve(&canvas, &view, many, PP_CURVE_LINE);
        assert_in_range(canvas.size, 1, 3 * 640);
        draw_curve(&canvas, &view, many, PP_CURVE_OHLC);
        assert_in_range(canvas.size, 1, 3 * 640);
        assert_in_range(canvas.calls, 1, 20);
    }
    recording_canvas_release(&canvas);
    pp_series_destroy(many);
}

/* The rows of pixels that the lines of a drawing cover in each column. */
typedef struct column_extent {
    int top, bottom;
} column_extent;

static void a_gathered_line_covers_every_close_without_a_break(void **state)
{
    (void)state;
    recording_canvas canvas;
    recording_canvas_init(&canvas, 640, 360, 1);
    pp_view view = view_of_rows(&canvas, 0, 5105);
    draw_curve(&canvas, &view, series, PP_CURVE_LINE);
    column_extent columns[640];
    for (int x = 0; x < 640; x++)
        columns[x] = (column_extent){10000, -10000};
    for (size_t i = 0; i < canvas.size; i++) {
        const int *v = canvas.shapes[i].values;
        if (canvas.shapes[i].kind != RECORDED_LINE || v[0] != v[2] || v[0] < 0 || v[0] >= 640)
            continue;
        column_extent *column = &columns[v[0]];
        column->top = v[1] < column->top ? v[1] : column->top;
        column->bottom = v[3] > column->bottom ? v[3] : column->bottom;
    }
    pp_columns rows = pp_series_columns(series);
    for (size_t i = 0; i < rows.size; i++) {
        int x = (int)floor(pp_view_x_px(&view, rows.time_s[i]));
        int y = (int)floor(pp_view_y_px(&view, rows.close[i]));
        assert_true(columns[x].top <= y && y <= columns[x].bottom);
    }
    for (int x = 1; x < 640; x++) {
        if (columns[x].top <= columns[x].bottom && columns[x - 1].top <= columns[x - 1].bottom)
            assert_true(columns[x].top <= columns[x - 1].bottom &&
                        columns[x - 1].top <= columns[x].bottom);
    }
    recording_canvas_release(&canvas);
}

static void a_line_stays_near_the_plot_and_true_when_zoomed_in(void **state)
{
    (void)state;
    recording_canvas canvas;
    recording_canvas_init(&canvas, 640, 360, 1);
    pp_columns rows = pp_series_columns(series);
    /* Half way between two rows, one second wide, around the line's price there. */
    double x = (rows.time_s[100] + rows.time_s[101]) / 2;
    double y = (rows.close[100] + rows.close[101]) / 2;
    pp_view view = {x - 0.5, x + 0.5, y - 1, y + 1, pp_chart_plot_rect(640, 360, 1)};
    draw_curve(&canvas, &view, series, PP_CURVE_LINE);
    assert_int_equal(recording_canvas_count(&canvas, RECORDED_LINE), 1);
    const int *v = canvas.shapes[1].values;
    int middle = view.plot.y + view.plot.h / 2;
    assert_true(v[0] <= view.plot.x && v[2] >= view.plot.x + view.plot.w);
    assert_in_range(v[1], middle - 2, middle + 2);
    assert_in_range(v[3], middle - 2, middle + 2);
    for (int zoom = 0; zoom < 60; zoom++) {
        pp_view_zoom(&view, 300, 100, 0.6, 1.7);
        draw_curve(&canvas, &view, series, zoom & 1 ? PP_CURVE_LINE : PP_CURVE_OHLC);
        for (size_t i = 0; i < canvas.size; i++) {
            pp_rect box = canvas.shapes[i].bounds;
            assert_true(box.x >= -500 && box.y >= -500 && box.x + box.w <= 1200);
            assert_true(box.y + box.h <= 1000);
        }
    }
    recording_canvas_release(&canvas);
}

static void bars_have_ticks_where_there_is_room(void **state)
{
    (void)state;
    recording_canvas canvas;
    recording_canvas_init(&canvas, 1280, 720, 1);
    pp_view view = view_of_rows(&canvas, 0, 50);
    draw_curve(&canvas, &view, series, PP_CURVE_OHLC);
    /* The rows and a few beyond in the margin, by three rectangles. */
    size_t rects = recording_canvas_count(&canvas, RECORDED_FILL_RECT);
    assert_in_range(rects, 3 * 50, 3 * 53);
    assert_int_equal(rects % 3, 0);
    recording_canvas_release(&canvas);
}

static void an_empty_series_draws_nothing(void **state)
{
    (void)state;
    recording_canvas canvas;
    recording_canvas_init(&canvas, 640, 360, 1);
    pp_series *empty = NULL;
    assert_int_equal(pp_series_create(&empty), PP_OK);
    pp_view view = {0, 1, 0, 1, pp_chart_plot_rect(640, 360, 1)};
    draw_curve(&canvas, &view, empty, PP_CURVE_LINE);
    assert_int_equal(canvas.size, 0);
    draw_curve(&canvas, &view, empty, PP_CURVE_OHLC);
    assert_int_equal(canvas.size, 0);
    pp_chart_draw_crosshair(&canvas.canvas, &view, empty, 300, 100);
    assert_null(recording_canvas_find_text(&canvas, "Close"));
    recording_canvas_release(&canvas);
    pp_series_destroy(empty);
}

static bool is_drawn_by(const recording_canvas *canvas, const recorded_shape *shape)
{
    for (size_t i = 0; i < canvas->size; i++) {
        const recorded_shape *other = &canvas->shapes[i];
        if (other->kind == shape->kind && other->color == shape->color &&
            memcmp(other->values, shape->values, sizeof(shape->values)) == 0)
            return true;
    }
    return false;
}

static void a_part_repainted_later_is_the_same_as_in_the_whole(void **state)
{
    (void)state;
    recording_canvas whole, part;
    recording_canvas_init(&whole, 640, 360, 1);
    recording_canvas_init(&part, 640, 360, 1);
    part.canvas.dirty = (pp_rect){200, 50, 60, 200};
    static const size_t last_rows[] = {5105, 300, 40};
    for (size_t i = 0; i < 6; i++) {
        pp_view view = view_of_rows(&whole, 0, last_rows[i / 2]);
        draw_curve(&whole, &view, series, i % 2 ? PP_CURVE_LINE : PP_CURVE_OHLC);
        draw_curve(&part, &view, series, i % 2 ? PP_CURVE_LINE : PP_CURVE_OHLC);
        size_t seen = 0;
        for (size_t k = 0; k < part.size; k++) {
            if (!rects_overlap(part.shapes[k].bounds, part.canvas.dirty))
                continue;
            assert_true(is_drawn_by(&whole, &part.shapes[k]));
            seen++;
        }
        for (size_t k = 0; k < whole.size; k++) {
            if (rects_overlap(whole.shapes[k].bounds, part.canvas.dirty))
                assert_true(is_drawn_by(&part, &whole.shapes[k]));
        }
        assert_true(seen > 5);
        assert_true(part.size < whole.size / 2);
    }
    recording_canvas_release(&whole);
    recording_canvas_release(&part);
}

/* ---- Crosshair and help --------------------------------------------------------------------- */

static void the_crosshair_names_the_nearest_row(void **state)
{
    (void)state;
    recording_canvas canvas;
    recording_canvas_init(&canvas, 1280, 720, 1);
    pp_view view = view_of_rows(&canvas, 0, 20);
    pp_columns rows = pp_series_columns(series);
    int x = (int)pp_view_x_px(&view, rows.time_s[10]) + 3;
    pp_chart_draw_crosshair(&canvas.canvas, &view, series, x, 300);
    EXPECT_TEXTS(&canvas, "Tue 18 Jan 2000", "1465.15", "1451.30", "1455.14");
    recording_canvas_clear(&canvas);
    pp_chart_draw_crosshair(&canvas.canvas, &view, series, view.plot.x - 1, 300);
    assert_int_equal(canvas.size, 0);
    recording_canvas_release(&canvas);
}

static void the_value_panel_avoids_the_cursor_and_stays_in_the_plot(void **state)
{
    (void)state;
    recording_canvas canvas;
    recording_canvas_init(&canvas, 640, 400, 1);
    pp_view view = view_of_rows(&canvas, 0, 200);
    for (int y = view.plot.y; y < view.plot.y + view.plot.h; y += 7) {
        for (int x = view.plot.x; x < view.plot.x + view.plot.w; x += 7) {
            recording_canvas_clear(&canvas);
            pp_chart_draw_crosshair(&canvas.canvas, &view, series, x, y);
            pp_rect panel = {0};
            for (size_t i = 0; i < canvas.size; i++) {
                if (canvas.shapes[i].kind == RECORDED_STROKE_RECT)
                    panel = canvas.shapes[i].bounds;
            }
            assert_true(panel.w > 0 && encloses(view.plot, panel));
            assert_false(rects_overlap(panel, (pp_rect){x, y, 1, 1}));
        }
    }
    recording_canvas_release(&canvas);
}

static const char *const help_lines[] = {"q Esc\tquit", "?\tthis help", "wheel\tzoom", "no tab"};

static void the_help_has_two_aligned_columns(void **state)
{
    (void)state;
    recording_canvas canvas;
    recording_canvas_init(&canvas, 640, 400, 1);
    pp_chart_draw_help(&canvas.canvas, "Keys", help_lines, 4);
    const recorded_shape *quit = recording_canvas_find_text(&canvas, "quit");
    const recorded_shape *zoom = recording_canvas_find_text(&canvas, "zoom");
    const recorded_shape *key = recording_canvas_find_text(&canvas, "q Esc");
    assert_true(quit && zoom && key);
    assert_int_equal(quit->values[0], zoom->values[0]);
    assert_int_equal(quit->values[1], key->values[1]);
    assert_true(key->bounds.x + key->bounds.w < quit->bounds.x);
    recording_canvas_release(&canvas);
}

static void the_help_shrinks_into_a_small_canvas(void **state)
{
    (void)state;
    recording_canvas canvas;
    recording_canvas_init(&canvas, 160, 120, 1);
    pp_chart_draw_help(&canvas.canvas, "Keys", help_lines, 4);
    pp_rect all = {0, 0, 160, 120};
    for (size_t i = 0; i < canvas.size; i++)
        assert_true(encloses(all, canvas.shapes[i].bounds));
    recording_canvas_release(&canvas);
}

/* ---- Draw lists ----------------------------------------------------------------------------- */

static void the_whole_chart_is_drawn_as_ever(void **state)
{
    (void)state;
    recording_canvas canvas;
    recording_canvas_init(&canvas, 800, 450, 1.5);
    pp_view view = view_of_rows(&canvas, 2000, 2020);
    pp_chart_draw_axes(&canvas.canvas, &view);
    pp_chart_draw_curve(&canvas.canvas, &view, series, &(pp_curve_look){PP_CURVE_OHLC, 0, false});
    pp_chart_draw_curve(&canvas.canvas, &view, series, NULL);
    pp_chart_draw_crosshair(&canvas.canvas, &view, series, 400, 200);
    pp_chart_draw_help(&canvas.canvas, "Keys", help_lines, 4);
    recording_canvas_expect_golden(&canvas, "scene/chart-20-rows.txt");
    recording_canvas_release(&canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_plot_leaves_room_for_axes_where_there_is_any),
        cmocka_unit_test(a_fit_shows_all_of_its_rows),
        cmocka_unit_test(a_fit_of_one_flat_row_or_of_none_is_a_range),
        cmocka_unit_test(dates_are_named_at_every_zoom),
        cmocka_unit_test(prices_are_named_at_every_zoom),
        cmocka_unit_test(labels_never_overlap_at_any_zoom_size_or_ratio),
        cmocka_unit_test(there_are_marks_at_every_ordinary_zoom),
        cmocka_unit_test(an_unusable_view_draws_only_the_background),
        cmocka_unit_test(the_background_covers_the_dirty_part_once),
        cmocka_unit_test(a_curve_draws_at_most_a_few_shapes_per_column),
        cmocka_unit_test(a_gathered_line_covers_every_close_without_a_break),
        cmocka_unit_test(a_line_stays_near_the_plot_and_true_when_zoomed_in),
        cmocka_unit_test(bars_have_ticks_where_there_is_room),
        cmocka_unit_test(an_empty_series_draws_nothing),
        cmocka_unit_test(a_part_repainted_later_is_the_same_as_in_the_whole),
        cmocka_unit_test(the_crosshair_names_the_nearest_row),
        cmocka_unit_test(the_value_panel_avoids_the_cursor_and_stays_in_the_plot),
        cmocka_unit_test(the_help_has_two_aligned_columns),
        cmocka_unit_test(the_help_shrinks_into_a_small_canvas),
        cmocka_unit_test(the_whole_chart_is_drawn_as_ever),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
