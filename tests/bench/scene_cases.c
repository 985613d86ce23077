/* bench/scene_cases.c: frames of a curve that is panned, and appending to its series, against what
 * a drawing made for this one picture takes: a pyramid of closes that is there already, its columns
 * computed and handed to the same canvas in one call.
 *
 * The canvas only counts, so that no toolkit's painting hides what the curve costs. */
#include "bench.h"

#include <math.h>
#include <paintprof/chart.h>
#include <paintprof/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH_PX = 1280, HEIGHT_PX = 720, LINES_MAX = 4 * WIDTH_PX };
enum { FRAMES_A_BLOCK = 8, ROWS_A_BATCH = 4096, APPENDED_A_BLOCK = 16384 };
enum { FAN = 16, FAN_BITS = 4, LEVELS = 7 };
enum { NEEDED_BYTES_A_ROW = 56 }; /* of series and floor, while they grow */

static const double IN_SIGHT = 0.9;   /* of all rows */
static const double PAN_STEP = 0.003; /* of them, a frame: no whole number of pixels */
static const double PAN_REACH = 0.1;

/* ---- A canvas that counts ------------------------------------------------------------------- */

static uint64_t line_count;
static pp_line *captured; /* NULL: lines are only counted */

static void ignore_clip(pp_canvas *canvas, pp_rect clip)
{
    (void)canvas, (void)clip;
}

static void ignore_pop(pp_canvas *canvas)
{
    (void)canvas;
}

static void count_lines(pp_canvas *canvas, const pp_line *lines, size_t count, pp_color color,
                        int width_px)
{
    (void)canvas, (void)color, (void)width_px;
    if (captured && line_count + count <= LINES_MAX)
        memcpy(&captured[line_count], lines, count * sizeof *lines);
    line_count += count;
}

static const pp_canvas_ops counting_ops = {.struct_size = sizeof(pp_canvas_ops),
                                           .push_clip = ignore_clip,
                                           .pop_clip = ignore_pop,
                                           .lines = count_lines};
static pp_canvas canvas = {.ops = &counting_ops,
                           .width_px = WIDTH_PX,
                           .height_px = HEIGHT_PX,
                           .ratio = 1,
                           .dirty = {0, 0, WIDTH_PX, HEIGHT_PX}};

/* ---- The rows and how they are panned ------------------------------------------------------- */

static pp_series *series;
static pp_view start_view;
static uint64_t our_frame, floor_frame;

/* To and fro over a tenth of the rows. */
static pp_view view_of_frame(uint64_t frame)
{
    pp_view view = start_view;
    double length = (view.x1 - view.x0) / IN_SIGHT;
    double at = fmod((double)frame * PAN_STEP, 2 * PAN_REACH);
    double shift = (at < PAN_REACH ? at : 2 * PAN_REACH - at) * length;
    view.x0 += shift;
    view.x1 += shift;
    return view;
}

static void draw_ours(const pp_view *view)
{
    pp_chart_draw_curve(&canvas, view, series, NULL);
}

static void run_frames(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        pp_view view = view_of_frame(our_frame++);
        draw_ours(&view);
    }
}

static double random_step(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
    return (double)(int64_t)*state * 0x1p-63;
}

static void fill_rows(pp_ohlc *rows, size_t first, double *close, uint64_t *state)
{
    for (size_t i = 0; i < ROWS_A_BATCH; i++) {
        double open = *close;
        *close += random_step(state);
        rows[i] = (pp_ohlc){1.7e9 + (double)(first + i), open, fmax(open, *close) + 0.1,
                            fmin(open, *close) - 0.1, *close};
    }
}

static int make_rows(size_t count)
{
    static pp_ohlc rows[ROWS_A_BATCH];
    uint64_t state = 1;
    double close = 1000;
    int status = pp_series_create(&series);
    for (size_t i = 0; i < count && status == PP_OK; i += ROWS_A_BATCH) {
        fill_rows(rows, i, &close, &state);
        status =
            pp_series_append(series, rows, count - i < ROWS_A_BATCH ? count - i : ROWS_A_BATCH);
    }
    return status;
}

/* ---- The floor ------------------------------------------------------------------------------ */

typedef struct low_high {
    double low, high;
} low_high;

static low_high *floor_levels[LEVELS]; /* full nodes of 16, 256, ... closes */
static pp_columns floor_rows;

static void widen(low_high *range, low_high by)
{
    range->low = by.low < range->low ? by.low : range->low;
    range->high = by.high > range->high ? by.high : range->high;
}

static low_high closes_between(size_t first, size_t last, low_high range)
{
    for (const double *close = floor_rows.close; first < last; first++)
        widen(&range, (low_high){close[first], close[first]});
    return range;
}

/* Level by level from the rows up: what is left of the first full node and right of the last. */
static low_high floor_range(size_t first, size_t last)
{
    low_high range = {INFINITY, -INFINITY};
    for (int level = -1;; level++) {
        size_t from = (first + FAN - 1) / FAN, to = last / FAN;
        bool is_last = from >= to || level == LEVELS - 1;
        size_t left_end = is_last ? last : from * FAN, right = is_last ? last : to * FAN;
        if (level < 0) {
            range = closes_between(first, left_end, range);
            range = closes_between(right, last, range);
        } else {
            for (size_t i = first; i < left_end; i++)
                widen(&range, floor_levels[level][i]);
            for (size_t i = right; i < last; i++)
                widen(&range, floor_levels[level][i]);
        }
        if (is_last)
            return range;
        first = from;
        last = to;
    }
}

static bool build_floor(void)
{
    floor_rows = pp_series_columns(series);
    size_t below = floor_rows.size;
    for (int level = 0; level < LEVELS; level++) {
        size_t nodes = below / FAN;
        floor_levels[level] = malloc((nodes + 1) * sizeof(low_high));
        if (!floor_levels[level])
            return false;
        for (size_t i = 0; i < nodes; i++) {
            low_high range = {INFINITY, -INFINITY};
            if (level == 0)
                range = closes_between(i * FAN, (i + 1) * FAN, range);
            else
                for (size_t k = i * FAN; k < (i + 1) * FAN; k++)
                    widen(&range, floor_levels[level - 1][k]);
            floor_levels[level][i] = range;
        }
        below = nodes;
    }
    return true;
}

/* The first row at px or beyond, from a guess by the usual number of rows. */
static size_t floor_search(double x0, double scale, double left, double px, size_t row,
                           size_t guess, size_t end)
{
    const double *times = floor_rows.time_s;
    size_t before = row, after = end, step = 1;
    if (guess < end && left + (times[guess] - x0) * scale < px) {
        for (before = guess; before + step < end; step *= 2) {
            if (!(left + (times[before + step] - x0) * scale < px))
                break;
            before += step;
        }
        after = before + step < end ? before + step : end;
    } else if (guess < end) {
        for (after = guess; after > row + step; step *= 2) {
            if (left + (times[after - step] - x0) * scale < px)
                break;
            after -= step;
        }
        before = after > row + step ? after - step : row;
    }
    while (after - before > 1) {
        size_t middle = before + (after - before) / 2;
        if (left + (times[middle] - x0) * scale < px)
            before = middle;
        else
            after = middle;
    }
    return after;
}

static void floor_draw(const pp_view *view)
{
    static pp_line lines[LINES_MAX];
    double x0 = view->x0, scale = view->plot.w / (view->x1 - x0), left = view->plot.x;
    double y0 = view->y0, y_scale = view->plot.h / (view->y1 - y0);
    double bottom = (double)view->plot.y + view->plot.h;
    const double *times = floor_rows.time_s, *close = floor_rows.close;
    size_t row = pp_series_lower_bound(series, pp_view_x_at(view, view->plot.x - 6));
    size_t end = pp_series_lower_bound(series, pp_view_x_at(view, view->plot.x + view->plot.w + 6));
    row -= row > 0;
    end += end < floor_rows.size;
    size_t count = 0, usual = 1;
    double entry = NAN; /* where the line enters the column */
    while (row < end && count < LINES_MAX) {
        int x = (int)floor(left + (times[row] - x0) * scale);
        size_t next = floor_search(x0, scale, left, x + 1, row, row + usual, end);
        low_high range = floor_range(row, next);
        double top = bottom - (range.high - y0) * y_scale;
        double low = bottom - (range.low - y0) * y_scale;
        top = entry < top ? entry : top;
        low = entry > low ? entry : low;
        if (next < end) {
            double x1 = left + (times[next - 1] - x0) * scale;
            double x2 = left + (times[next] - x0) * scale;
            double y1 = bottom - (close[next - 1] - y0) * y_scale;
            double y2 = bottom - (close[next] - y0) * y_scale;
            entry = y2 - (x2 - (x + 1)) * ((y2 - y1) / (x2 - x1));
            top = entry < top ? entry : top;
            low = entry > low ? entry : low;
        }
        lines[count++] = (pp_line){x, (int)floor(top), x, (int)floor(low)};
        usual = next - row;
        row = next;
    }
    count_lines(&canvas, lines, count, pp_theme_dark.curve, 1);
}

static void run_floor_frames(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        pp_view view = view_of_frame(floor_frame++);
        floor_draw(&view);
    }
}

/* ---- Panning -------------------------------------------------------------------------------- */

/* Both draw the same, line by line, or they could not be compared. */
static bool draws_the_same(void)
{
    static pp_line ours[LINES_MAX], theirs[LINES_MAX];
    captured = ours;
    line_count = 0;
    run_frames(1);
    uint64_t our_count = line_count;
    captured = theirs;
    line_count = 0;
    run_floor_frames(1);
    captured = NULL;
    return our_count == line_count && our_count >= WIDTH_PX / 2 && our_count <= LINES_MAX &&
           memcmp(ours, theirs, our_count * sizeof *ours) == 0;
}

static void release_pan(void)
{
    pp_series_destroy(series);
    series = NULL;
    for (int level = 0; level < LEVELS; level++) {
        free(floor_levels[level]);
        floor_levels[level] = NULL;
    }
}

static int measure_pan(const bench_case *self, size_t rows, bench_result *result)
{
    static const bench_loop ours = {run_frames, NULL, FRAMES_A_BLOCK};
    static const bench_loop reference = {run_floor_frames, NULL, FRAMES_A_BLOCK};
    int status = bench_need_memory((double)rows * NEEDED_BYTES_A_ROW);
    if (status == PP_OK)
        status = make_rows(rows);
    if (status == PP_OK && !build_floor())
        status = PP_ENOMEM;
    if (status == PP_OK) {
        start_view = (pp_view){.plot = pp_chart_plot_rect(WIDTH_PX, HEIGHT_PX, 1)};
        pp_chart_fit(&start_view, series, 0, rows);
        start_view.x0 = floor_rows.time_s[0];
        start_view.x1 = start_view.x0 + (double)rows * IN_SIGHT;
        our_frame = floor_frame = 0;
        if (!draws_the_same())
            fprintf(stderr, "%s: the floor draws another picture\n", self->name);
        bench_measure_loops(&ours, &reference, result);
    }
    release_pan();
    result->name = self->name;
    result->reference = "a pyramid of closes, columns in one call";
    return status;
}

static int measure_pan_1e5(const bench_case *self, bench_result *result)
{
    return measure_pan(self, 100000, result);
}

static int measure_pan_1e7(const bench_case *self, bench_result *result)
{
    return measure_pan(self, 10000000, result);
}

static int measure_pan_1e8(const bench_case *self, bench_result *result)
{
    return measure_pan(self, 100000000, result);
}

/* ---- Appending ------------------------------------------------------------------------------ */

static pp_ohlc appended[APPENDED_A_BLOCK];
static double *plain_columns[5];
static size_t plain_capacity;

static void new_series(void)
{
    pp_series_destroy(series);
    series = NULL;
    if (pp_series_create(&series) != PP_OK)
        abort();
}

static void run_append(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        pp_series_append(series, &appended[i], 1);
}

static void forget_columns(void)
{
    for (int i = 0; i < 5; i++) {
        free(plain_columns[i]);
        plain_columns[i] = NULL;
    }
    plain_capacity = 0;
}

static void grow_columns(void)
{
    plain_capacity = plain_capacity ? 2 * plain_capacity : 64;
    for (int i = 0; i < 5; i++) {
        double *grown = realloc(plain_columns[i], plain_capacity * sizeof *grown);
        if (!grown)
            abort();
        plain_columns[i] = grown;
    }
}

static void run_copy(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        if (i == plain_capacity)
            grow_columns();
        pp_ohlc row = appended[i];
        plain_columns[0][i] = row.time_s;
        plain_columns[1][i] = row.open;
        plain_columns[2][i] = row.high;
        plain_columns[3][i] = row.low;
        plain_columns[4][i] = row.close;
        BENCH_BARRIER();
    }
}

static int measure_append(const bench_case *self, bench_result *result)
{
    static const bench_loop ours = {run_append, new_series, APPENDED_A_BLOCK};
    static const bench_loop reference = {run_copy, forget_columns, APPENDED_A_BLOCK};
    uint64_t state = 1;
    double close = 1000;
    for (size_t i = 0; i < APPENDED_A_BLOCK; i += ROWS_A_BATCH)
        fill_rows(&appended[i], i, &close, &state);
    new_series();
    bench_measure_loops(&ours, &reference, result);
    pp_series_destroy(series);
    series = NULL;
    result->name = self->name;
    result->reference = "the values into five arrays that grow as well";
    return PP_OK;
}

const bench_case bench_scene_cases[] = {
    {"scene_curve_pan_1e5",
     "a panned line of 10^5 rows to a canvas that counts; 40 + 2.2 bytes a row", measure_pan_1e5,
     NULL},
    {"scene_curve_pan_1e7", "the same of 10^7 rows, 0.4 GB", measure_pan_1e7, NULL},
    {"scene_curve_pan_1e8", "the same of 10^8 rows, 4.2 GB", measure_pan_1e8, NULL},
    {"curve_append", "a row more in a series, growth from none to 16,384 rows included",
     measure_append, NULL},
};
const size_t bench_scene_case_count = sizeof bench_scene_cases / sizeof bench_scene_cases[0];
