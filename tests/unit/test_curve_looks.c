/* unit/test_curve_looks.c: steps, candles, wide and smooth lines, against what every single row and
 * segment covers, of any data in any view at any ratio. */
#include "curve_fixture.h"

enum { WIDTH_MAX = 9 };

/* ---- What is expected ----------------------------------------------------------------------- */

/* Level from each row to the next, then up or down. */
static void cover_steps_of_all_rows(const pp_view *view, const pp_columns *c)
{
    memset(&brute, 0, sizeof brute);
    for (size_t i = 0; i < c->size; i++) {
        double x = pp_view_x_px(view, c->time_s[i]), y = pp_view_y_px(view, c->close[i]);
        if (isnan(y))
            continue;
        cover(&brute, clamped(x, -10, PLOT_X + PLOT_W), y, y);
        if (i == 0 || isnan(c->close[i - 1]))
            continue;
        double held_y = pp_view_y_px(view, c->close[i - 1]);
        cover_segment(pp_view_x_px(view, c->time_s[i - 1]), held_y, x, held_y);
        cover(&brute, clamped(x, -10, PLOT_X + PLOT_W), held_y, y);
    }
}

/* ---- What is drawn -------------------------------------------------------------------------- */

static void touch(int x, int y)
{
    if (x >= PLOT_X && x < PLOT_X + PLOT_W && y >= PLOT_Y && y < PLOT_Y + PLOT_H)
        drawn.pixels[x - PLOT_X][y - PLOT_Y] = true;
}

/* The pixels whose centre, or one near it, lies on a line of that width. */
static void touch_segment(pp_segment s, double width)
{
    double dx = (double)s.x2 - (double)s.x1, dy = (double)s.y2 - (double)s.y1;
    double length = sqrt(dx * dx + dy * dy);
    for (double along = 0; along <= length; along += 0.25)
        for (double aside = -width / 2; aside <= width / 2; aside += 0.25) {
            double x = (double)s.x1 + dx * along / length - dy * aside / length;
            double y = (double)s.y1 + dy * along / length + dx * aside / length;
            touch((int)floor(x), (int)floor(y));
        }
}

static void touch_upright(int x, double top, double bottom)
{
    int last = clamped(bottom, -1, PLOT_Y + PLOT_H);
    for (int y = clamped(top, 0, PLOT_Y + PLOT_H); y <= last; y++)
        touch(x, y);
}

static void touch_drawing(const recording_canvas *canvas, double width)
{
    memset(&drawn, 0, sizeof drawn);
    for (size_t i = 0; i < canvas->size; i++) {
        const recorded_shape *shape = &canvas->shapes[i];
        const int *v = shape->values;
        pp_segment s = shape->segment;
        if (shape->kind == RECORDED_LINE && v[0] == v[2])
            touch_upright(v[0], v[1] < v[3] ? v[1] : v[3], v[1] < v[3] ? v[3] : v[1]);
        else if (shape->kind == RECORDED_LINE && v[1] == v[3])
            for (int x = v[0]; x <= v[2]; x++)
                touch(x, v[1]);
        else if (shape->kind == RECORDED_LINE)
            touch_segment((pp_segment){(float)v[0] + 0.5F, (float)v[1] + 0.5F, (float)v[2] + 0.5F,
                                       (float)v[3] + 0.5F},
                          1);
        else if (shape->kind == RECORDED_SEGMENT && s.x1 == s.x2 && shape->width_px == 1)
            touch_upright((int)floorf(s.x1), (double)fminf(s.y1, s.y2),
                          nextafter((double)fmaxf(s.y1, s.y2), 0));
        else if (shape->kind == RECORDED_SEGMENT)
            touch_segment(s, width);
    }
}

/* ---- Comparison ----------------------------------------------------------------------------- */

static bool any_within(const coverage *c, int x, int y, double radius)
{
    int reach = (int)radius;
    for (int dx = -reach; dx <= reach; dx++)
        for (int dy = -reach; dy <= reach; dy++) {
            if (dx * dx + dy * dy > radius * radius)
                continue;
            if (x + dx >= 0 && x + dx < PLOT_W && y + dy >= 0 && y + dy < PLOT_H &&
                c->pixels[x + dx][y + dy])
                return true;
        }
    return false;
}

/* All that lies a pixel or more within the pen must be drawn. */
static void expect_inside_drawn(int x, int y, double width)
{
    double inner = width / 2 - 1;
    int reach = inner > 0 ? (int)inner : 0;
    for (int dx = -reach; dx <= reach; dx++)
        for (int dy = -reach; dy <= reach; dy++) {
            int px = x + dx, py = y + dy;
            if (dx * dx + dy * dy > reach * reach || px < 0 || px >= PLOT_W || py < 0 ||
                py >= PLOT_H)
                continue;
            if (!drawn.pixels[px][py] && !any_within(&drawn, px, py, M_SQRT2))
                fail_msg("%d, %d is not drawn, width %g", px, py, width);
        }
}

/* A pen of that width led along what every segment covers: nothing of it is missing, nothing is
 * drawn beyond, but for a pixel. The ends of smooth segments are squares at any angle, whose
 * corners reach further than their sides. Within the margins, as the pen reaches in from outside
 * too. */
static void expect_pen_coverage(double width)
{
    int margin = (int)width / 2 + 2;
    double beyond = width / 2 * M_SQRT2 + 1.5;
    for (int x = margin; x < PLOT_W - margin; x++)
        for (int y = margin; y < PLOT_H - margin; y++) {
            if (brute.pixels[x][y])
                expect_inside_drawn(x, y, width);
            if (drawn.pixels[x][y] && !any_within(&brute, x, y, beyond))
                fail_msg("%d, %d is drawn beyond a width of %g", x, y, width);
        }
}

typedef struct looked {
    pp_curve_look look;
    double ratio, width_px;
} looked;

static looked random_look(pp_curve_style style)
{
    static const double ratios[] = {1, 1.25, 1.5, 2, 3};
    double width_px = (double)random_below(WIDTH_MAX), ratio = ratios[random_below(5)];
    pp_curve_look look = {style, width_px / ratio, random_below(2)};
    return (looked){look, ratio, width_px < 1 ? 1 : width_px};
}

static void check_view(const pp_view *view, const pp_series *series, pp_curve_style style)
{
    looked with = random_look(style);
    recording_canvas canvas;
    recording_canvas_init(&canvas, PLOT_W + 20, PLOT_H + 20, with.ratio);
    pp_chart_draw_curve(&canvas.canvas, view, series, &with.look);
    assert_in_range(canvas.size, 0, 10 * (PLOT_W + 60));
    touch_drawing(&canvas, with.width_px);
    pp_columns c = pp_series_columns(series);
    if (style == PP_CURVE_STEP)
        cover_steps_of_all_rows(view, &c);
    else
        cover_line_of_all_rows(view, &c);
    expect_pen_coverage(with.width_px);
    recording_canvas_release(&canvas);
}

static void check_kinds(pp_curve_style style)
{
    static const size_t sizes[] = {1, 2, 40, 700, 20000};
    for (int kind = 0; kind < KIND_COUNT; kind++)
        for (int i = 0; i < 30; i++) {
            /* Breaks that outnumber pixels are bridged, which test_pyramid looks at. */
            size_t size = sizes[random_below(kind == MANY_BREAKS ? 3 : 5)];
            pp_series *series = random_series(size, kind, i % TIME_KIND_COUNT);
            pp_view view = random_view(series);
            check_view(&view, series, style);
            pp_series_destroy(series);
        }
}

static void a_line_of_any_width_covers_what_a_pen_led_along_every_segment_does(void **state)
{
    (void)state;
    check_kinds(PP_CURVE_LINE);
}

static void so_does_a_line_of_steps(void **state)
{
    (void)state;
    check_kinds(PP_CURVE_STEP);
}

/* ---- Exact cases ---------------------------------------------------------------------------- */

static const pp_view unit_view = {0, PLOT_W, 0, PLOT_H, {PLOT_X, PLOT_Y, PLOT_W, PLOT_H}};

/* A row at each of count places, a pixel apart by step, all at one price. */
static pp_series *level_series(size_t count, double step, double price)
{
    pp_series *series = NULL;
    assert_int_equal(pp_series_create(&series), PP_OK);
    for (size_t i = 0; i < count; i++) {
        pp_ohlc row = {(double)i * step, price, price, price, price};
        assert_int_equal(pp_series_append(series, &row, 1), PP_OK);
    }
    return series;
}

static void a_level_line_is_exactly_as_wide_as_asked_wherever_it_lies(void **state)
{
    (void)state;
    for (int width_px = 1; width_px <= 8; width_px++)
        for (double price = 100; price < 101; price += 0.125)
            for (int gathered = 0; gathered < 2; gathered++) {
                pp_series *series =
                    gathered ? level_series(10 * PLOT_W, 0.1, price) : level_series(3, 100, price);
                pp_curve_look look = {PP_CURVE_LINE, width_px / 1.5, false};
                recording_canvas canvas;
                recording_canvas_init(&canvas, PLOT_W + 20, PLOT_H + 20, 1.5);
                pp_chart_draw_curve(&canvas.canvas, &unit_view, series, &look);
                touch_drawing(&canvas, width_px);
                int height = 0;
                for (int y = 0; y < PLOT_H; y++)
                    height += drawn.pixels[50][y];
                assert_int_equal(height, width_px);
                recording_canvas_release(&canvas);
                pp_series_destroy(series);
            }
}

/* What all segments cover of column x together, from their ends. */
static double height_at(const recording_canvas *canvas, int x)
{
    for (size_t i = 0; i < canvas->size; i++) {
        pp_segment s = canvas->shapes[i].segment;
        if (canvas->shapes[i].kind == RECORDED_SEGMENT && s.x1 == (float)x + 0.5F)
            return (double)s.y2 - (double)s.y1;
    }
    return 0;
}

static void a_smooth_column_ends_within_a_pixel(void **state)
{
    (void)state;
    for (int width_px = 1; width_px <= 8; width_px++) {
        pp_series *series = level_series(10 * PLOT_W, 0.1, 100.25);
        recording_canvas canvas;
        recording_canvas_init(&canvas, PLOT_W + 20, PLOT_H + 20, 1);
        pp_chart_draw_curve(&canvas.canvas, &unit_view, series,
                            &(pp_curve_look){PP_CURVE_LINE, width_px, true});
        assert_true(fabs(height_at(&canvas, PLOT_X + 50) - width_px) < 0.001);
        recording_canvas_release(&canvas);
        pp_series_destroy(series);
    }
}

static void a_wide_line_takes_no_more_shapes_than_a_thin_one(void **state)
{
    (void)state;
    pp_series *series = random_series(100000, SPIKES, EVEN_TIMES);
    pp_view view = unit_view;
    pp_chart_fit(&view, series, 0, 100000);
    size_t shapes[2][2];
    for (int wide = 0; wide < 2; wide++)
        for (int smooth = 0; smooth < 2; smooth++) {
            recording_canvas canvas;
            recording_canvas_init(&canvas, PLOT_W + 20, PLOT_H + 20, 1);
            pp_curve_look look = {PP_CURVE_LINE, wide ? 7 : 0, smooth};
            pp_chart_draw_curve(&canvas.canvas, &view, series, &look);
            shapes[wide][smooth] = canvas.size;
            assert_in_range(canvas.calls, 3, 6);
            recording_canvas_release(&canvas);
        }
    assert_int_equal(shapes[0][0], shapes[0][1]);
    assert_int_equal(shapes[1][0], shapes[1][1]);
    assert_true(shapes[1][0] <= shapes[0][0] + 6);
    pp_series_destroy(series);
}

/* What is drawn of a series in that look, by a canvas of ops; free it. */
static char *drawing_by(const pp_canvas_ops *ops, const pp_series *series, pp_curve_look look)
{
    recording_canvas canvas;
    recording_canvas_init(&canvas, PLOT_W + 20, PLOT_H + 20, 1);
    canvas.canvas.ops = ops;
    pp_chart_draw_curve(&canvas.canvas, &unit_view, series, &look);
    char *text = recording_canvas_text(&canvas);
    recording_canvas_release(&canvas);
    return text;
}

static void a_canvas_older_than_segments_draws_whole_pixels(void **state)
{
    (void)state;
    recording_canvas canvas;
    recording_canvas_init(&canvas, 1, 1, 1);
    pp_canvas_ops older = *canvas.canvas.ops;
    older.struct_size = offsetof(pp_canvas_ops, segments);
    older.segments = NULL;
    for (int width_px = 0; width_px < 4; width_px += 3)
        for (size_t rows = 3; rows < 4000; rows *= 1000) {
            pp_series *series = level_series(rows, 300.0 / (double)rows, 100);
            char *crisp = drawing_by(canvas.canvas.ops, series,
                                     (pp_curve_look){PP_CURVE_LINE, width_px, false});
            char *smooth =
                drawing_by(&older, series, (pp_curve_look){PP_CURVE_LINE, width_px, true});
            assert_string_equal(smooth, crisp);
            free(crisp);
            free(smooth);
            pp_series_destroy(series);
        }
    recording_canvas_release(&canvas);
}

/* ---- Parts ---------------------------------------------------------------------------------- */

static void expect_same_part(const pp_view *view, const pp_series *series, pp_curve_style style)
{
    static coverage whole;
    looked with = random_look(style);
    recording_canvas canvas;
    recording_canvas_init(&canvas, PLOT_W + 20, PLOT_H + 20, with.ratio);
    pp_chart_draw_curve(&canvas.canvas, view, series, &with.look);
    touch_drawing(&canvas, with.width_px);
    whole = drawn;
    recording_canvas_clear(&canvas);
    int left = 40 + (int)random_below(150), width = 1 + (int)random_below(60);
    canvas.canvas.dirty = (pp_rect){PLOT_X + left, 0, width, PLOT_H};
    pp_chart_draw_curve(&canvas.canvas, view, series, &with.look);
    touch_drawing(&canvas, with.width_px);
    assert_memory_equal(whole.pixels[left], drawn.pixels[left],
                        (size_t)width * sizeof whole.pixels[0]);
    recording_canvas_release(&canvas);
}

static void a_part_is_drawn_as_it_is_in_the_whole(void **state)
{
    (void)state;
    static const size_t sizes[] = {3, 100, 5000};
    for (int i = 0; i < 300; i++) {
        pp_series *series =
            random_series(sizes[random_below(3)], (int)random_below(KIND_COUNT), i % 3);
        pp_view view = random_view(series);
        expect_same_part(&view, series, i % 2 ? PP_CURVE_LINE : PP_CURVE_STEP);
        pp_series_destroy(series);
    }
}

/* ---- Candles -------------------------------------------------------------------------------- */

static recording_canvas draw_candles(const pp_ohlc *rows, size_t count, double ratio)
{
    pp_series *series = make_series(rows, count);
    recording_canvas canvas;
    recording_canvas_init(&canvas, PLOT_W + 20, PLOT_H + 20, ratio);
    pp_chart_draw_curve(&canvas.canvas, &unit_view, series,
                        &(pp_curve_look){PP_CURVE_CANDLES, 5, true});
    pp_series_destroy(series);
    return canvas;
}

static bool is_filled(const recording_canvas *canvas, int x, int y)
{
    for (size_t i = 0; i < canvas->size; i++) {
        pp_rect r = canvas->shapes[i].bounds;
        if (canvas->shapes[i].kind == RECORDED_FILL_RECT && x >= r.x && x < r.x + r.w && y >= r.y &&
            y < r.y + r.h)
            return true;
    }
    return false;
}

static void a_candle_is_hollow_where_the_price_rose_and_filled_where_it_fell(void **state)
{
    (void)state;
    static const double ratios[] = {1, 1.5, 2, 3};
    const pp_ohlc rows[] = {{100.5, 50, 150, 20, 120}, {200.5, 120, 150, 20, 50}};
    for (size_t i = 0; i < 4; i++) {
        recording_canvas canvas = draw_candles(rows, 2, ratios[i]);
        int bottom = PLOT_Y + PLOT_H, rose = PLOT_X + 100, fell = PLOT_X + 200;
        assert_false(is_filled(&canvas, rose, bottom - 85));
        assert_true(is_filled(&canvas, fell, bottom - 85));
        for (int x = rose; x <= fell; x += 100) {
            assert_true(is_filled(&canvas, x, bottom - 140)); /* the wick above */
            assert_true(is_filled(&canvas, x, bottom - 30));  /* and below */
            assert_true(is_filled(&canvas, x + 10, bottom - 120));
            assert_true(is_filled(&canvas, x - 10, bottom - 50));
            assert_false(is_filled(&canvas, x, bottom - 155));
            assert_false(is_filled(&canvas, x, bottom - 15));
            assert_false(is_filled(&canvas, x + 10, bottom - 140));
        }
        recording_canvas_release(&canvas);
    }
}

/* A body as wide to the left of its wick as to the right, apart from its neighbours. */
static void bodies_stand_in_the_middle_of_their_wicks_and_do_not_touch(void **state)
{
    (void)state;
    static const double ratios[] = {1, 1.5, 2, 3};
    for (size_t i = 0; i < 4; i++)
        for (double step = 4.5; step < 60; step *= 1.3) {
            double at = PLOT_W / 2.0;
            const pp_ohlc rows[] = {{at - step, 120, 150, 20, 50}, {at, 120, 150, 20, 50}};
            recording_canvas canvas = draw_candles(rows, 2, ratios[i]);
            pp_rect bodies[2] = {{0}}, wicks[2] = {{0}};
            for (size_t k = 0, row = 0; k < canvas.size; k++) {
                const recorded_shape *shape = &canvas.shapes[k];
                bool is_body = shape->kind == RECORDED_FILL_RECT && shape->bounds.h == 71;
                if (shape->kind == RECORDED_FILL_RECT)
                    *(is_body ? &bodies[row] : &wicks[row]) = shape->bounds;
                row += is_body;
            }
            for (int row = 0; row < 2; row++)
                assert_int_equal(wicks[row].x - bodies[row].x,
                                 bodies[row].x + bodies[row].w - wicks[row].x - wicks[row].w);
            assert_true(bodies[0].x + bodies[0].w < bodies[1].x);
            recording_canvas_release(&canvas);
        }
}

static void narrow_candles_become_the_columns_of_bars(void **state)
{
    (void)state;
    pp_series *series = random_series(30000, SPIKES, SESSIONS);
    for (int i = 0; i < 20; i++) {
        pp_view view = random_view(series);
        size_t rows =
            pp_series_lower_bound(series, view.x1) - pp_series_lower_bound(series, view.x0);
        if (rows < PLOT_W / 3)
            continue;
        char *texts[2];
        for (int style = 0; style < 2; style++) {
            recording_canvas canvas;
            recording_canvas_init(&canvas, PLOT_W + 20, PLOT_H + 20, 1);
            pp_curve_look look = {style ? PP_CURVE_CANDLES : PP_CURVE_OHLC, 0, false};
            pp_chart_draw_curve(&canvas.canvas, &view, series, &look);
            texts[style] = recording_canvas_text(&canvas);
            recording_canvas_release(&canvas);
        }
        assert_string_equal(texts[0], texts[1]);
        free(texts[0]);
        free(texts[1]);
    }
    pp_series_destroy(series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_of_any_width_covers_what_a_pen_led_along_every_segment_does),
        cmocka_unit_test(so_does_a_line_of_steps),
        cmocka_unit_test(a_level_line_is_exactly_as_wide_as_asked_wherever_it_lies),
        cmocka_unit_test(a_smooth_column_ends_within_a_pixel),
        cmocka_unit_test(a_wide_line_takes_no_more_shapes_than_a_thin_one),
        cmocka_unit_test(a_canvas_older_than_segments_draws_whole_pixels),
        cmocka_unit_test(a_part_is_drawn_as_it_is_in_the_whole),
        cmocka_unit_test(a_candle_is_hollow_where_the_price_rose_and_filled_where_it_fell),
        cmocka_unit_test(bodies_stand_in_the_middle_of_their_wicks_and_do_not_touch),
        cmocka_unit_test(narrow_candles_become_the_columns_of_bars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
