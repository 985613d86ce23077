/* unit/test_pyramid.c: lows and highs of blocks of rows, and the curve drawn from them, against
 * what every single row and segment gives. */
#include "curve_fixture.h"
#include "scene/pyramid.h"

/* ---- Queries -------------------------------------------------------------------------------- */

static pyramid_range brute_range(const double *lows, const double *highs, size_t first, size_t last)
{
    pyramid_range range = {INFINITY, -INFINITY};
    for (size_t i = first; i < last; i++) {
        range.low = fmin(range.low, lows[i]);
        range.high = fmax(range.high, highs[i]);
    }
    return range;
}

static size_t brute_next(const pp_columns *columns, size_t first, size_t last, bool want_break)
{
    while (first < last && (isnan(columns->close[first]) != 0) != want_break)
        first++;
    return first;
}

static size_t brute_last_price(const pp_columns *columns, size_t first, size_t last)
{
    while (last > first && isnan(columns->close[last - 1]))
        last--;
    return last > first ? last - 1 : first;
}

static void expect_same_range(pyramid_range a, pyramid_range b)
{
    assert_true(a.low == b.low && a.high == b.high);
}

static void expect_true_answers(const price_pyramid *pyramid, const pp_columns *c, size_t first,
                                size_t last)
{
    expect_same_range(pyramid_query(pyramid, c, PYRAMID_CLOSES, first, last),
                      brute_range(c->close, c->close, first, last));
    expect_same_range(pyramid_query(pyramid, c, PYRAMID_PRICES, first, last),
                      brute_range(c->low, c->high, first, last));
    assert_int_equal(pyramid_next_break(pyramid, c, first, last), brute_next(c, first, last, true));
    assert_int_equal(pyramid_next_price(pyramid, c, first, last),
                     brute_next(c, first, last, false));
    assert_int_equal(pyramid_last_price(pyramid, c, first, last), brute_last_price(c, first, last));
}

static void any_range_of_any_data_is_answered_like_reading_its_rows(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 15, 16, 17, 255, 256, 257, 4096, 5000, 70000};
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            pp_series *series = random_series(sizes[s], kind, EVEN_TIMES);
            pp_columns columns = pp_series_columns(series);
            price_pyramid pyramid = {0};
            assert_int_equal(pyramid_reserve(&pyramid, columns.size), PP_OK);
            size_t accounted = columns.size - (columns.size > 1 ? random_below(2) : 0);
            pyramid_extend(&pyramid, &columns, accounted);
            for (int i = 0; i < 300; i++) {
                size_t a = random_below(columns.size + 1), b = random_below(columns.size + 1);
                expect_true_answers(&pyramid, &columns, a < b ? a : b, a < b ? b : a);
            }
            expect_true_answers(&pyramid, &columns, 0, columns.size);
            pyramid_release(&pyramid);
            pp_series_destroy(series);
        }
    }
}

static void expect_same_nodes(const price_pyramid *a, const price_pyramid *b)
{
    assert_int_equal(a->rows, b->rows);
    for (unsigned level = 0; level < 15; level++) {
        size_t count = a->rows >> 4 * (level + 1);
        if (count == 0)
            break;
        for (int v = 0; v < PYRAMID_VALUES_COUNT; v++)
            assert_memory_equal(a->levels[level].nodes[v], b->levels[level].nodes[v],
                                count * sizeof(pyramid_range));
        assert_memory_equal(a->levels[level].broken, b->levels[level].broken, count);
    }
}

static void rows_one_by_one_make_the_same_nodes_as_all_at_once(void **state)
{
    (void)state;
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        pp_series *series = random_series(5000, kind, EVEN_TIMES);
        pp_columns columns = pp_series_columns(series);
        price_pyramid bulk = {0}, single = {0};
        assert_int_equal(pyramid_reserve(&bulk, columns.size), PP_OK);
        pyramid_extend(&bulk, &columns, columns.size);
        for (size_t i = 1; i <= columns.size; i++) {
            assert_int_equal(pyramid_reserve(&single, i), PP_OK);
            pyramid_extend(&single, &columns, i);
        }
        expect_same_nodes(&bulk, &single);
        pyramid_release(&bulk);
        pyramid_release(&single);
        pp_series_destroy(series);
    }
}

static void expect_series_range(const pp_series *series, size_t first, size_t last)
{
    pp_columns c = pp_series_columns(series);
    pyramid_range expected = brute_range(c.low, c.high, first, last);
    double low = INFINITY, high = -INFINITY;
    assert_true(pp_series_range(series, first, last, &low, &high) ==
                (expected.low <= expected.high));
    expect_same_range((pyramid_range){low, high}, expected);
}

static void a_series_that_grows_and_ticks_keeps_its_lows_and_highs(void **state)
{
    (void)state;
    pp_series *series = NULL;
    assert_int_equal(pp_series_create(&series), PP_OK);
    pp_ohlc *rows = make_rows(3000, FEW_BREAKS, EVEN_TIMES);
    for (size_t i = 0; i < 3000; i++) {
        pp_ohlc first_tick = {rows[i].time_s, 1e6, 1e6, -1e6, 1e6};
        if (i % 7 == 0)
            first_tick.low = NAN;
        assert_int_equal(pp_series_append(series, &first_tick, 1), PP_OK);
        expect_series_range(series, 0, i + 1);
        assert_int_equal(pp_series_update_last(series, &rows[i]), PP_OK);
        expect_series_range(series, 0, i + 1);
        expect_series_range(series, random_below(i + 1), i + 1);
    }
    free(rows);
    pp_series_destroy(series);
}

/* ---- The curve, pixel by pixel -------------------------------------------------------------- */

/* The bar of a column is that of its rows together: from the highest high to the lowest low. */
static void cover_bars_of_all_rows(const pp_view *view, const pp_columns *c)
{
    memset(&brute, 0, sizeof brute);
    pyramid_range bars[PLOT_W];
    for (int x = 0; x < PLOT_W; x++)
        bars[x] = (pyramid_range){INFINITY, -INFINITY};
    for (size_t i = 0; i < c->size; i++) {
        int x = clamped(pp_view_x_px(view, c->time_s[i]), -10, PLOT_X + PLOT_W) - PLOT_X;
        if (x < 0 || x >= PLOT_W)
            continue;
        bars[x].low = fmin(bars[x].low, c->low[i]);
        bars[x].high = fmax(bars[x].high, c->high[i]);
    }
    for (int x = 0; x < PLOT_W; x++)
        if (bars[x].low <= bars[x].high)
            cover(&brute, x + PLOT_X, pp_view_y_px(view, bars[x].high),
                  pp_view_y_px(view, bars[x].low));
}

/* Lines that are not upright (few rows, each its own segment) mark the columns they pass. */
static void cover_drawing(const recording_canvas *canvas)
{
    memset(&drawn, 0, sizeof drawn);
    for (size_t i = 0; i < canvas->size; i++) {
        const int *v = canvas->shapes[i].values;
        if (canvas->shapes[i].kind == RECORDED_FILL_RECT)
            cover(&drawn, v[0], v[1], v[1] + v[3] - 1);
        if (canvas->shapes[i].kind != RECORDED_LINE)
            continue;
        for (int x = v[0] < v[2] ? v[0] : v[2]; x <= v[0] || x <= v[2]; x++)
            cover(&drawn, x, v[1], v[3]);
    }
}

static void expect_same_extents(void)
{
    for (int x = 0; x < PLOT_W; x++) {
        int top, bottom, drawn_top, drawn_bottom;
        bool covered = extent(brute.pixels[x], &top, &bottom);
        bool is_drawn = extent(drawn.pixels[x], &drawn_top, &drawn_bottom);
        if (covered != is_drawn &&
            !(top == 0 || bottom == PLOT_H - 1 || drawn_top == 0 || drawn_bottom == PLOT_H - 1))
            fail_msg("column %d: covered %d, drawn %d", x, covered, is_drawn);
        if (covered && is_drawn && (abs(top - drawn_top) > 1 || abs(bottom - drawn_bottom) > 1))
            fail_msg("column %d: %d..%d, but drawn %d..%d", x, top, bottom, drawn_top,
                     drawn_bottom);
    }
}

/* Not only the ends: what breaks leave open within a column stays open. */
static void expect_same_pixels(void)
{
    for (int x = 0; x < PLOT_W; x++)
        for (int y = 0; y < PLOT_H; y++) {
            if (brute.pixels[x][y] && !near(drawn.pixels[x], y))
                fail_msg("%d, %d is not drawn", x, y);
            if (drawn.pixels[x][y] && !near(brute.pixels[x], y))
                fail_msg("%d, %d is drawn but not covered", x, y);
        }
}

/* With all prices in sight, no column is drawn that is not covered: no break is bridged. */
static void expect_same_columns(bool all_in_sight)
{
    for (int x = 0; x < PLOT_W; x++) {
        int top, bottom;
        bool covered = extent(brute.pixels[x], &top, &bottom);
        bool is_drawn = extent(drawn.pixels[x], &top, &bottom);
        if (covered != is_drawn && (covered || all_in_sight))
            fail_msg("column %d: covered %d", x, covered);
    }
}

static void draw(recording_canvas *canvas, const pp_view *view, const pp_series *series,
                 pp_curve_style style)
{
    recording_canvas_clear(canvas);
    pp_chart_draw_curve(&canvas->canvas, view, series, &(pp_curve_look){.style = style});
    assert_in_range(canvas->size, 0, 2 + 10 * (PLOT_W + 20));
    cover_drawing(canvas);
}

static void check_view(recording_canvas *canvas, const pp_view *view, const pp_series *series,
                       bool all_pixels)
{
    pp_columns c = pp_series_columns(series);
    size_t rows = pp_series_lower_bound(series, view->x1) - pp_series_lower_bound(series, view->x0);
    double rows_per_px = (double)rows / PLOT_W;
    draw(canvas, view, series, PP_CURVE_LINE);
    cover_line_of_all_rows(view, &c);
    if (rows_per_px > 2.1 && all_pixels)
        expect_same_pixels();
    /* Of breaks too many to show all, the rest may reach into sight from parts that do not. */
    if (rows_per_px > 2.1 && (all_pixels || shows_all_prices(view, series)))
        expect_same_extents();
    else if (rows_per_px < 1.9)
        expect_same_columns(shows_all_prices(view, series));
    draw(canvas, view, series, PP_CURVE_OHLC);
    cover_bars_of_all_rows(view, &c);
    if (rows_per_px > 0.3)
        expect_same_extents();
}

static void check_views(size_t size, int kind, int time_kind, int views)
{
    recording_canvas canvas;
    recording_canvas_init(&canvas, PLOT_W + 20, PLOT_H + 20, 1);
    pp_series *series = random_series(size, kind, time_kind);
    for (int i = 0; i < views; i++) {
        pp_view view = random_view(series);
        check_view(&canvas, &view, series, kind != MANY_BREAKS);
    }
    pp_series_destroy(series);
    recording_canvas_release(&canvas);
}

static void any_view_of_any_data_covers_what_every_segment_covers(void **state)
{
    (void)state;
    for (int kind = 0; kind < KIND_COUNT; kind++)
        for (int time_kind = 0; time_kind < TIME_KIND_COUNT; time_kind++) {
            check_views(20000, kind, time_kind, 25);
            check_views(2500, kind, time_kind, 25);
        }
}

static void so_does_one_of_a_million_rows(void **state)
{
    (void)state;
    check_views(1000000, SPIKES, SESSIONS, 6);
    check_views(1000000, BREAK_RUNS, RANDOM_TIMES, 6);
    check_views(1000000, MANY_BREAKS, EVEN_TIMES, 3);
}

/* 80 MB a column, so that arrays are large ones: a walk with spikes and a break now and then. */
static void and_one_of_ten_million(void **state)
{
    (void)state;
    enum { COUNT = 10000000, BATCH = 10000 };
    pp_series *series = make_series(NULL, 0);
    double close = 100;
    for (size_t i = 0; i < COUNT; i += BATCH) {
        static pp_ohlc rows[BATCH];
        for (size_t k = 0; k < BATCH; k++) {
            double open = close;
            close += random_unit() - 0.5;
            double high = fmax(open, close) + (random_below(100000) == 0 ? 900 : 0);
            rows[k] = (pp_ohlc){1.7e9 + (double)(i + k), open, high, fmin(open, close), close};
        }
        rows[BATCH / 2].close = i % 7 == 0 ? (double)NAN : rows[BATCH / 2].close;
        assert_int_equal(pp_series_append(series, rows, BATCH), PP_OK);
    }
    recording_canvas canvas;
    recording_canvas_init(&canvas, PLOT_W + 20, PLOT_H + 20, 1);
    for (int i = 0; i < 2; i++) {
        pp_view view = random_view(series);
        if (i == 0)
            pp_chart_fit(&view, series, 0, COUNT);
        check_view(&canvas, &view, series, true);
    }
    recording_canvas_release(&canvas);
    pp_series_destroy(series);
}

static void few_rows_and_rows_of_one_time_are_drawn(void **state)
{
    (void)state;
    for (size_t size = 1; size < 5; size++)
        for (int kind = 0; kind < KIND_COUNT; kind++)
            check_views(size, kind, size % 2 ? EVEN_TIMES : RANDOM_TIMES, 20);
    pp_ohlc rows[2000];
    for (int i = 0; i < 2000; i++)
        rows[i] = (pp_ohlc){1e9, i, i, i, i};
    pp_series *series = make_series(rows, 2000);
    pp_view view = {1e9 - 10, 1e9 + 10, -5, 2005, {PLOT_X, PLOT_Y, PLOT_W, PLOT_H}};
    recording_canvas canvas;
    recording_canvas_init(&canvas, PLOT_W + 20, PLOT_H + 20, 1);
    check_view(&canvas, &view, series, true);
    recording_canvas_release(&canvas);
    pp_series_destroy(series);
}

/* 100 rows a pixel, at times whose own steps are all that a double can tell apart. */
static void nanoseconds_since_1970_are_exact_when_zoomed_in(void **state)
{
    (void)state;
    enum { COUNT = 30000 };
    pp_ohlc *rows = make_rows(COUNT, SPIKES, EVEN_TIMES);
    for (size_t i = 0; i < COUNT; i++)
        rows[i].time_s = 1.7e18 + 256 * (double)i;
    pp_series *series = make_series(rows, COUNT);
    pp_view view = {.plot = {PLOT_X, PLOT_Y, PLOT_W, PLOT_H}};
    pp_chart_fit(&view, series, 0, COUNT);
    view.x0 = 1.7e18;
    view.x1 = 1.7e18 + 256.0 * COUNT;
    recording_canvas canvas;
    recording_canvas_init(&canvas, PLOT_W + 20, PLOT_H + 20, 1);
    check_view(&canvas, &view, series, true);
    /* A row every 100th of a pixel: column k shows rows 100 k to 100 k + 99. */
    pp_columns c = pp_series_columns(series);
    draw(&canvas, &view, series, PP_CURVE_OHLC);
    for (size_t x = 0; x < PLOT_W; x++) {
        pyramid_range range = brute_range(c.low, c.high, 100 * x, 100 * x + 100);
        int top, bottom;
        assert_true(extent(drawn.pixels[x], &top, &bottom));
        assert_int_equal(top + PLOT_Y, (int)floor(pp_view_y_px(&view, range.high)));
        assert_int_equal(bottom + PLOT_Y, (int)floor(pp_view_y_px(&view, range.low)));
    }
    recording_canvas_release(&canvas);
    pp_series_destroy(series);
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_range_of_any_data_is_answered_like_reading_its_rows),
        cmocka_unit_test(rows_one_by_one_make_the_same_nodes_as_all_at_once),
        cmocka_unit_test(a_series_that_grows_and_ticks_keeps_its_lows_and_highs),
        cmocka_unit_test(any_view_of_any_data_covers_what_every_segment_covers),
        cmocka_unit_test(so_does_one_of_a_million_rows),
        cmocka_unit_test(and_one_of_ten_million),
        cmocka_unit_test(few_rows_and_rows_of_one_time_are_drawn),
        cmocka_unit_test(nanoseconds_since_1970_are_exact_when_zoomed_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
