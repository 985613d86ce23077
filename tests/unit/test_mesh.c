/* unit/test_mesh.c: what curve and gaps keep from frame to frame, against every row and against
 * drawing without meshes. */
#include "mesh_canvas.h"

#include <paintprof/chart.h>
#include <paintprof/error.h>
#include <paintprof/gap.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 700, HEIGHT = 400, ROWS = 20000 };

static const pp_rect PLOT = {6, 6, 620, 340};

static mesh_canvas kept, plain; /* too large for a stack */
static uint64_t seed;

static double random_unit(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / (double)(UINT64_C(1) << 53);
}

static int set_up(void **state)
{
    (void)state;
    seed = 20261124;
    mesh_canvas_init(&kept, WIDTH, HEIGHT, 1, true);
    mesh_canvas_init(&plain, WIDTH, HEIGHT, 1, false);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mesh_canvas_release(&kept);
    mesh_canvas_release(&plain);
    return 0;
}

/* ---- Rows and views ------------------------------------------------------------------------- */

static double walk_price = 100;

static pp_ohlc next_row(double time_s)
{
    double open = walk_price + random_unit() - 0.5;
    walk_price += random_unit() * 2 - 1 + (random_unit() < 0.001 ? 40 : 0);
    pp_ohlc row = {time_s, open, fmax(open, walk_price) + random_unit(),
                   fmin(open, walk_price) - random_unit(), walk_price};
    if (random_unit() < 0.002)
        row.close = NAN;
    return row;
}

/* Epoch seconds at steps that vary; some rows are breaks. */
static pp_series *make_series(size_t rows)
{
    pp_series *series = NULL;
    assert_int_equal(pp_series_create(&series), PP_OK);
    double time_s = 1.6e9;
    for (size_t i = 0; i < rows; i++) {
        pp_ohlc row = next_row(time_s);
        assert_int_equal(pp_series_append(series, &row, 1), PP_OK);
        time_s += random_unit() < 0.01 ? 600 : 30 + 60 * random_unit();
    }
    return series;
}

static pp_view view_of_rows(const pp_series *series, size_t first, size_t last)
{
    pp_view view = {.plot = PLOT};
    pp_chart_fit(&view, series, first, last);
    return view;
}

static void draw_curve(mesh_canvas *canvas, const pp_view *view, const pp_series *series,
                       pp_curve_style style)
{
    mesh_canvas_clear(canvas);
    pp_chart_draw_curve(&canvas->canvas, view, series, &(pp_curve_look){.style = style});
}

/* ---- Against every row ---------------------------------------------------------------------- */

static covered_column every[MESH_COLUMNS_MAX];

static void reach(int x, double y)
{
    if (x < 0 || x >= MESH_COLUMNS_MAX)
        return;
    int row = (int)floor(fmin(fmax(y, -1e6), 1e6));
    every[x].top = row < every[x].top ? row : every[x].top;
    every[x].bottom = row > every[x].bottom ? row : every[x].bottom;
}

/* What the segment from one row to the next covers in each column. */
static void reach_between(double x1, double y1, double x2, double y2)
{
    for (int x = (int)floor(fmax(x1, 0)); x <= (int)floor(fmin(x2, MESH_COLUMNS_MAX - 1)); x++) {
        double from = fmax(x, x1), to = fmin(x + 1, x2);
        reach(x, x2 > x1 ? y1 + (y2 - y1) * (from - x1) / (x2 - x1) : y1);
        reach(x, x2 > x1 ? y1 + (y2 - y1) * (to - x1) / (x2 - x1) : y2);
    }
}

static void cover_every_row(const pp_view *view, const pp_series *series)
{
    for (int x = 0; x < MESH_COLUMNS_MAX; x++)
        every[x] = (covered_column){1 << 24, -(1 << 24)};
    pp_columns rows = pp_series_columns(series);
    for (size_t i = 0; i < rows.size; i++) {
        if (isnan(rows.close[i]))
            continue;
        double x = pp_view_x_px(view, rows.time_s[i]), y = pp_view_y_px(view, rows.close[i]);
        reach_between(x, y, x, y);
        if (i + 1 < rows.size && !isnan(rows.close[i + 1]))
            reach_between(x, y, pp_view_x_px(view, rows.time_s[i + 1]),
                          pp_view_y_px(view, rows.close[i + 1]));
    }
}

static covered_column joined(const covered_column *columns, int x)
{
    covered_column all = columns[x];
    for (int i = x - 1; i <= x + 1; i++) {
        all.top = columns[i].top < all.top ? columns[i].top : all.top;
        all.bottom = columns[i].bottom > all.bottom ? columns[i].bottom : all.bottom;
    }
    return all;
}

/* No column covers what the other does not within one pixel, to any side. */
static void expect_within(const covered_column *inner, const covered_column *outer)
{
    for (int x = PLOT.x; x < PLOT.x + PLOT.w; x++) {
        covered_column all = joined(outer, x);
        if (inner[x].top > inner[x].bottom)
            continue;
        assert_true(inner[x].top >= all.top - 1);
        assert_true(inner[x].bottom <= all.bottom + 1);
    }
}

/* Far outside of the plot what is drawn plainly is cut off. */
static int near_plot(int y)
{
    return y < -200 ? -200 : y > HEIGHT + 200 ? HEIGHT + 200 : y;
}

static size_t differing(const covered_column *a, const covered_column *b)
{
    size_t count = 0;
    for (int x = PLOT.x; x < PLOT.x + PLOT.w; x++)
        count += abs(near_plot(a[x].top) - near_plot(b[x].top)) > 1 ||
                 abs(near_plot(a[x].bottom) - near_plot(b[x].bottom)) > 1;
    return count;
}

static void a_mesh_covers_what_all_rows_cover_in_random_views(void **state)
{
    (void)state;
    pp_series *series = make_series(ROWS);
    size_t compared = 0;
    for (int round = 0; round < 60; round++) {
        size_t first = (size_t)(random_unit() * ROWS / 2);
        size_t last = first + 1500 + (size_t)(random_unit() * ROWS / 2);
        pp_view view = view_of_rows(series, first, last);
        for (int step = 0; step < 8; step++) {
            draw_curve(&kept, &view, series, PP_CURVE_LINE);
            assert_int_equal(kept.meshes, 1);
            assert_int_equal(kept.others, 0);
            /* Near an end of the series so few rows are in sight that they are drawn one by one. */
            if (kept.last.kind == PP_MESH_RECTS) {
                cover_every_row(&view, series);
                expect_within(kept.columns, every);
                expect_within(every, kept.columns);
                compared++;
            }
            pp_view_pan(&view, random_unit() * 300 - 150, random_unit() * 40 - 20);
        }
    }
    assert_true(compared > 400);
    pp_series_destroy(series);
}

static void a_pan_by_whole_pixels_moves_the_same_columns(void **state)
{
    (void)state;
    pp_series *series = make_series(ROWS);
    const struct {
        pp_curve_style style;
        size_t rows;
    } forms[] = {{PP_CURVE_LINE, 4000}, {PP_CURVE_STEP, 4000}, {PP_CURVE_OHLC, 4000},
                 {PP_CURVE_STEP, 60},   {PP_CURVE_OHLC, 60},   {PP_CURVE_CANDLES, 60}};
    for (int form = 0; form < 6; form++) {
        pp_curve_style style = forms[form].style;
        pp_view view = view_of_rows(series, 5000, 5000 + forms[form].rows);
        for (int step = 0; step < 40; step++) {
            draw_curve(&kept, &view, series, style);
            draw_curve(&plain, &view, series, style);
            assert_true(kept.meshes == 1 && plain.meshes == 0);
            /* A row on the very edge of a column may fall to either side. */
            assert_true(differing(kept.columns, plain.columns) <= 2);
            pp_view_pan(&view, step % 2 ? 37 : -74, 0);
        }
    }
    pp_series_destroy(series);
}

/* ---- What is uploaded ----------------------------------------------------------------------- */

static void a_pan_over_ten_widths_uploads_about_once_a_width(void **state)
{
    (void)state;
    pp_series *series = make_series(ROWS);
    pp_view view = view_of_rows(series, 100, 1700);
    size_t uploads = 0;
    for (int frame = 0; frame < 10 * PLOT.w / 5; frame++) {
        draw_curve(&kept, &view, series, PP_CURVE_LINE);
        uploads += kept.uploads;
        pp_view_pan(&view, -5.3, 0);
    }
    assert_in_range(uploads, 8, 15);
    pp_series_destroy(series);
}

static void every_look_is_kept_while_the_view_moves(void **state)
{
    (void)state;
    pp_series *series = make_series(ROWS);
    for (int form = 0; form < 32; form++) {
        const pp_curve_look look = {.style = (pp_curve_style)(form % 4),
                                    .width = form / 4 % 2 ? 3 : 1,
                                    .smooth = form / 8 % 2};
        size_t rows = form < 16 ? 50 : 4000;
        pp_view view = view_of_rows(series, 3000, 3000 + rows);
        size_t uploads = 0;
        for (int step = 0; step < 30; step++) {
            mesh_canvas_clear(&kept);
            pp_chart_draw_curve(&kept.canvas, &view, series, &look);
            assert_int_equal(kept.meshes, 1);
            assert_int_equal(kept.others, 0);
            uploads += kept.uploads;
            pp_view_pan(&view, -7.3, 3);
        }
        /* Bars change their widths with the rows in sight, and none of width and smoothness. */
        assert_true(uploads <= 3);
    }
    pp_series_destroy(series);
}

static void other_prices_in_sight_upload_nothing(void **state)
{
    (void)state;
    pp_series *series = make_series(ROWS);
    for (size_t rows = 20; rows <= ROWS; rows *= 10) {
        pp_view view = view_of_rows(series, 0, rows);
        draw_curve(&kept, &view, series, PP_CURVE_LINE);
        assert_int_equal(kept.uploads, 1);
        for (int step = 0; step < 20; step++) {
            view.y1 += step;
            view.y0 -= step * 0.7;
            draw_curve(&kept, &view, series, PP_CURVE_LINE);
            assert_int_equal(kept.uploads, 0);
            assert_int_equal(kept.meshes, 1);
        }
    }
    pp_series_destroy(series);
}

static void prices_far_from_those_before_make_a_mesh_that_is_exact_there(void **state)
{
    (void)state;
    pp_series *series = NULL;
    assert_int_equal(pp_series_create(&series), PP_OK);
    for (int i = 0; i < 4000; i++) {
        double price = (i < 2000 ? 1e9 : 0) + i % 7 * 1e-3;
        pp_ohlc row = {i, price, price, price, price};
        assert_int_equal(pp_series_append(series, &row, 1), PP_OK);
    }
    pp_view view = {-100, 4100, 1e9 - 0.01, 1e9 + 0.01, PLOT};
    draw_curve(&kept, &view, series, PP_CURVE_LINE);
    view.y0 = -0.01;
    view.y1 = 0.01;
    draw_curve(&kept, &view, series, PP_CURVE_LINE);
    draw_curve(&plain, &view, series, PP_CURVE_LINE);
    for (int x = PLOT.x + PLOT.w / 2 + 40; x < PLOT.x + PLOT.w - 20; x++) {
        assert_in_range(kept.columns[x].top - plain.columns[x].top + 1, 0, 2);
        assert_in_range(kept.columns[x].bottom - plain.columns[x].bottom + 1, 0, 2);
    }
    pp_series_destroy(series);
}

static void four_views_of_one_series_keep_a_mesh_each(void **state)
{
    (void)state;
    pp_series *series = make_series(ROWS);
    pp_view views[4];
    for (size_t i = 0; i < 4; i++) {
        views[i] = view_of_rows(series, i * 1000, i * 1000 + 3000 + 1000 * i);
        draw_curve(&kept, &views[i], series, i % 2 ? PP_CURVE_OHLC : PP_CURVE_LINE);
        assert_int_equal(kept.uploads, 1);
    }
    for (size_t round = 0; round < 5; round++) {
        for (size_t i = 0; i < 4; i++) {
            draw_curve(&kept, &views[i], series, i % 2 ? PP_CURVE_OHLC : PP_CURVE_LINE);
            assert_int_equal(kept.uploads, 0);
        }
    }
    pp_series_destroy(series);
}

static void a_canvas_built_before_meshes_gets_none(void **state)
{
    (void)state;
    pp_series *series = make_series(3000);
    pp_view view = view_of_rows(series, 0, 3000);
    kept.ops.struct_size = offsetof(pp_canvas_ops, segments);
    draw_curve(&kept, &view, series, PP_CURVE_LINE);
    assert_int_equal(kept.meshes, 0);
    assert_true(kept.others > 0);
    pp_series_destroy(series);
}

/* ---- The end -------------------------------------------------------------------------------- */

static pp_series *copy_of(const pp_series *series)
{
    pp_series *copy = NULL;
    assert_int_equal(pp_series_create(&copy), PP_OK);
    pp_columns rows = pp_series_columns(series);
    for (size_t i = 0; i < rows.size; i++) {
        pp_ohlc row = {rows.time_s[i], rows.open[i], rows.high[i], rows.low[i], rows.close[i]};
        assert_int_equal(pp_series_append(copy, &row, 1), PP_OK);
    }
    return copy;
}

/* The mesh that grew has the very shapes of one that was made at once. */
static void expect_same_as_anew(const pp_view *view, const pp_series *series, pp_curve_style style)
{
    const kept_mesh *grown = mesh_canvas_kept(&kept, kept.last.id);
    pp_series *copy = copy_of(series);
    mesh_canvas fresh;
    mesh_canvas_init(&fresh, WIDTH, HEIGHT, 1, true);
    draw_curve(&fresh, view, copy, style);
    const kept_mesh *anew = mesh_canvas_kept(&fresh, fresh.last.id);
    assert_int_equal(grown->count, anew->count);
    assert_memory_equal(grown->shapes, anew->shapes, anew->count * sizeof(*anew->shapes));
    mesh_canvas_release(&fresh);
    pp_series_destroy(copy);
}

static void change_end(pp_series *series)
{
    pp_columns rows = pp_series_columns(series);
    double last_s = rows.time_s[rows.size - 1];
    pp_ohlc row = next_row(last_s);
    if (random_unit() < 0.15)
        row.close = NAN;
    if (random_unit() < 0.5) {
        assert_int_equal(pp_series_update_last(series, &row), PP_OK);
        return;
    }
    size_t count = 1 + (size_t)(random_unit() * 5);
    for (size_t i = 0; i < count; i++) {
        last_s += random_unit() < 0.1 ? 0 : 90 * random_unit();
        row = next_row(last_s);
        assert_int_equal(pp_series_append(series, &row, 1), PP_OK);
    }
}

static void new_rows_and_ticks_change_only_the_end_of_a_mesh(void **state)
{
    (void)state;
    const pp_curve_style styles[] = {PP_CURVE_LINE, PP_CURVE_STEP, PP_CURVE_OHLC, PP_CURVE_CANDLES};
    const size_t sizes[] = {3, 80, 400, 6000};
    for (int form = 0; form < 16; form++) {
        size_t rows = sizes[form / 4];
        pp_series *series = make_series(rows);
        pp_view view = view_of_rows(series, 0, rows);
        view.x1 += (view.x1 - view.x0) * 0.1; /* room at the end */
        draw_curve(&kept, &view, series, styles[form % 4]);
        size_t all = kept.uploaded_shapes;
        for (int round = 0; round < 40; round++) {
            change_end(series);
            draw_curve(&kept, &view, series, styles[form % 4]);
            if (rows >= 400 && kept.uploads > 0)
                assert_true(kept.uploaded_shapes < all / 4);
            if (kept.meshes == 1 && kept.last.version > 1)
                expect_same_as_anew(&view, series, styles[form % 4]);
        }
        pp_series_destroy(series);
    }
}

static void rows_beyond_what_is_kept_upload_nothing(void **state)
{
    (void)state;
    pp_series *series = make_series(ROWS);
    pp_view view = view_of_rows(series, 1000, 4000);
    draw_curve(&kept, &view, series, PP_CURVE_LINE);
    for (int i = 0; i < 10; i++) {
        change_end(series);
        draw_curve(&kept, &view, series, PP_CURVE_LINE);
        assert_int_equal(kept.uploads, 0);
    }
    pp_series_destroy(series);
}

/* ---- Gaps ----------------------------------------------------------------------------------- */

static void draw_gaps(mesh_canvas *canvas, const pp_view *view, const pp_gaps *gaps)
{
    mesh_canvas_clear(canvas);
    pp_gaps_draw(&canvas->canvas, view, gaps);
}

static bool has_box(const mesh_canvas *canvas, const mesh_box *box)
{
    for (size_t i = 0; i < canvas->boxes_size; i++) {
        const pp_rect *a = &canvas->boxes[i].rect, *b = &box->rect;
        if (canvas->boxes[i].color == box->color && abs(a->x - b->x) <= 1 &&
            abs(a->w - b->w) <= 1 && abs(a->y - b->y) <= 1 && abs(a->h - b->h) <= 2)
            return true;
    }
    return false;
}

/* Of all rectangles of gaps drawn plainly, translucent or for many, how many have no like. */
static size_t boxes_missing(const mesh_canvas *of, const mesh_canvas *in, size_t *seen)
{
    size_t missing = 0;
    *seen = 0;
    for (size_t i = 0; i < of->boxes_size; i++) {
        const mesh_box *box = &of->boxes[i];
        const pp_rect r = box->rect;
        bool in_sight = r.x < PLOT.x + PLOT.w - 2 && r.x + r.w > PLOT.x + 2 &&
                        r.y < PLOT.y + PLOT.h && r.y + r.h > PLOT.y;
        if (!in_sight || box->color >> 24 == 0xff) /* arrows too are opaque */
            continue;
        ++*seen;
        missing += !has_box(in, box);
    }
    return missing;
}

static void gaps_kept_are_the_gaps_drawn_without_meshes(void **state)
{
    (void)state;
    pp_series *series = make_series(4000);
    const size_t counts[] = {40, 900, 20000};
    for (int which = 0; which < 3; which++) {
        pp_gaps gaps = {0};
        assert_int_equal(pp_gaps_spread(&gaps, series, counts[which]), PP_OK);
        for (int zoom = 0; zoom < 4; zoom++) {
            pp_view view = view_of_rows(series, 800, 2800u >> zoom);
            for (int step = 0; step < 12; step++) {
                draw_gaps(&kept, &view, &gaps);
                draw_gaps(&plain, &view, &gaps);
                size_t seen, kept_seen;
                assert_int_equal(boxes_missing(&plain, &kept, &seen), 0);
                assert_int_equal(boxes_missing(&kept, &plain, &kept_seen), 0);
                pp_view_pan(&view, step % 3 * 41 - 60, 0);
            }
        }
        pp_gaps_clear(&gaps);
    }
    pp_series_destroy(series);
}

static void gaps_are_uploaded_about_once_a_width_and_when_they_change(void **state)
{
    (void)state;
    pp_series *series = make_series(ROWS);
    pp_gaps gaps = {0};
    assert_int_equal(pp_gaps_spread(&gaps, series, 5000), PP_OK);
    pp_view view = view_of_rows(series, 100, 1700);
    size_t uploads = 0;
    for (int frame = 0; frame < 8 * PLOT.w / 5; frame++) {
        draw_gaps(&kept, &view, &gaps);
        uploads += kept.uploads;
        pp_view_pan(&view, -5.3, 0);
    }
    assert_in_range(uploads, 2 * 6, 2 * 12); /* those up, those down */
    draw_gaps(&kept, &view, &gaps);
    draw_gaps(&kept, &view, &gaps);
    assert_int_equal(kept.uploads, 0);
    double middle_s = (view.x0 + view.x1) / 2, price = (view.y0 + view.y1) / 2;
    pp_gap gap = {middle_s, middle_s + 60, price, price};
    assert_int_equal(pp_gaps_add(&gaps, &gap, 1), PP_OK);
    draw_gaps(&kept, &view, &gaps);
    assert_int_equal(kept.uploads, 2);
    draw_gaps(&kept, &view, &gaps);
    assert_int_equal(kept.uploads, 0);
    pp_gaps_clear(&gaps);
    pp_series_destroy(series);
}

static void gaps_filled_by_hand_are_drawn_without_a_mesh(void **state)
{
    (void)state;
    pp_gap items[] = {{10, 20, 1, 2}, {40, 50, 3, 2}};
    pp_gaps gaps = {.items = items, .size = 2, .capacity = 2, .longest_s = 10};
    pp_view view = {0, 100, 0, 5, PLOT};
    draw_gaps(&kept, &view, &gaps);
    assert_int_equal(kept.meshes, 0);
    assert_true(kept.others > 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_mesh_covers_what_all_rows_cover_in_random_views),
        TEST(a_pan_by_whole_pixels_moves_the_same_columns),
        TEST(a_pan_over_ten_widths_uploads_about_once_a_width),
        TEST(every_look_is_kept_while_the_view_moves),
        TEST(other_prices_in_sight_upload_nothing),
        TEST(prices_far_from_those_before_make_a_mesh_that_is_exact_there),
        TEST(four_views_of_one_series_keep_a_mesh_each),
        TEST(a_canvas_built_before_meshes_gets_none),
        TEST(new_rows_and_ticks_change_only_the_end_of_a_mesh),
        TEST(rows_beyond_what_is_kept_upload_nothing),
        TEST(gaps_kept_are_the_gaps_drawn_without_meshes),
        TEST(gaps_are_uploaded_about_once_a_width_and_when_they_change),
        TEST(gaps_filled_by_hand_are_drawn_without_a_mesh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
