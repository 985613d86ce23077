/* unit/test_gap_batch.c: many gaps at once, overlapping and merged, against looking at each. */
#include "recording_canvas.h"

#include <paintprof/error.h>
#include <paintprof/gap.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 150, GAPS_MAX = 700, WIDTH = 300, HEIGHT = 200 };

static const pp_rect PLOT = {10, 6, 260, 180};

/* ---- Random gaps and views ------------------------------------------------------------------ */

static uint64_t seed;

static double random_unit(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / (double)(UINT64_C(1) << 53);
}

static size_t random_below(size_t limit)
{
    return (size_t)(random_unit() * (double)limit);
}

/* Times 0 to 1000, some far outside; one in a few is of no width, equal to the one before, long,
 * or within the one before. Whole seconds are common, so that ends meet. */
static pp_gap random_gap(const pp_gap *before)
{
    static const double lengths_s[] = {0, 0.2, 3, 40, 900};
    pp_gap gap = {.time0_s = random_unit() * 1000, .price0 = 90 * random_unit() + 5};
    gap.price1 = fmin(95, fmax(5, gap.price0 + 20 * random_unit() - 10));
    if (random_below(10) == 0)
        gap.time0_s = random_unit() * 1e6 - 5e5;
    double length_s = lengths_s[random_below(5)] * random_unit();
    if (before && random_below(8) == 0)
        gap.time0_s = before->time0_s;
    if (before && random_below(8) == 0) {
        gap.time0_s = before->time0_s + (before->time1_s - before->time0_s) * random_unit();
        length_s = fmin(length_s, before->time1_s - gap.time0_s);
    }
    if (random_below(3) == 0) {
        gap.time0_s = floor(gap.time0_s);
        length_s = floor(length_s);
    }
    gap.time1_s = gap.time0_s + fmax(length_s, 0);
    return gap;
}

static int compare_gaps(const void *left, const void *right)
{
    const pp_gap *a = left, *b = right;
    return a->time0_s < b->time0_s ? -1 : a->time0_s > b->time0_s;
}

/* Some in order one by one, some in groups, the rest in any order. */
static void fill_random(pp_gaps *gaps, size_t count)
{
    pp_gap items[GAPS_MAX];
    for (size_t i = 0; i < count; i++)
        items[i] = random_gap(i > 0 ? &items[i - 1] : NULL);
    size_t sorted = random_below(3) == 0 ? 0 : count - random_below(count / 2 + 1);
    qsort(items, sorted, sizeof(*items), compare_gaps);
    for (size_t i = 0; i < count;) {
        size_t step = 1 + random_below(random_below(2) ? 40 : 1);
        step = step < count - i ? step : count - i;
        assert_int_equal(pp_gaps_add(gaps, &items[i], step), PP_OK);
        i += step;
    }
    assert_int_equal(gaps->size, count);
    for (size_t i = 1; i < count; i++)
        assert_true(gaps->items[i - 1].time0_s <= gaps->items[i].time0_s);
}

/* All prices are in it. */
static pp_view random_view(void)
{
    static const double spans[] = {0.01, 2, 50, 1200, 3e5};
    double x0 = random_unit() * 1000, span = spans[random_below(5)] * (0.1 + random_unit());
    x0 -= span * random_unit();
    return (pp_view){x0, x0 + span, -40, 140, PLOT};
}

static double random_ratio(void)
{
    static const double ratios[] = {1, 1.25, 1.5, 2, 3};
    return ratios[random_below(5)];
}

typedef void (*round_check)(const pp_gaps *gaps, const pp_view *view, double ratio);

static void check_rounds(uint64_t first_seed, round_check check)
{
    for (uint64_t i = 0; i < ROUNDS; i++) {
        seed = (first_seed << 32) + i;
        pp_gaps gaps = {0};
        fill_random(&gaps, 1 + random_below(i % 3 ? 60 : GAPS_MAX));
        for (int views = 0; views < 4; views++) {
            pp_view view = random_view();
            check(&gaps, &view, random_ratio());
        }
        pp_gaps_clear(&gaps);
    }
}

/* ---- The picture ---------------------------------------------------------------------------- */

static bool is_in_plot(int x)
{
    return x >= PLOT.x && x < PLOT.x + PLOT.w;
}

static void cover_columns(const recording_canvas *canvas, bool columns[WIDTH])
{
    for (size_t i = 0; i < canvas->size; i++) {
        pp_rect box = canvas->shapes[i].bounds;
        if (canvas->shapes[i].kind != RECORDED_FILL_RECT)
            continue;
        for (int x = 0; x < WIDTH; x++)
            columns[x] = columns[x] || (is_in_plot(x) && x >= box.x && x < box.x + box.w);
    }
}

static void check_columns(const pp_gaps *gaps, const pp_view *view, double ratio)
{
    bool expected[WIDTH] = {false}, drawn[WIDTH] = {false};
    recording_canvas canvas;
    recording_canvas_init(&canvas, WIDTH, HEIGHT, ratio);
    for (size_t i = 0; i < gaps->size; i++)
        pp_gap_draw(&canvas.canvas, view, &gaps->items[i]);
    cover_columns(&canvas, expected);
    recording_canvas_clear(&canvas);
    pp_gaps_draw(&canvas.canvas, view, gaps);
    cover_columns(&canvas, drawn);
    assert_memory_equal(expected, drawn, sizeof(drawn));
    recording_canvas_release(&canvas);
}

static void the_batch_covers_the_pixel_columns_of_all_gaps_and_no_others(void **state)
{
    (void)state;
    check_rounds(1, check_columns);
}

/* Each shape of a that touches clip is as often in b. */
static void expect_shapes_within(const recording_canvas *a, const recording_canvas *b, pp_rect clip)
{
    size_t found = 0, expected = 0;
    for (int pass = 0; pass < 2; pass++) {
        const recording_canvas *canvas = pass ? b : a;
        for (size_t i = 0; i < canvas->size; i++) {
            const recorded_shape *shape = &canvas->shapes[i];
            pp_rect r = shape->bounds;
            bool touches = shape->kind > RECORDED_POP_CLIP && r.x < clip.x + clip.w &&
                           clip.x < r.x + r.w && r.y < clip.y + clip.h && clip.y < r.y + r.h;
            uint64_t hash = 1469598103934665603u;
            int key[8] = {(int)shape->kind, (int)shape->color};
            memcpy(&key[2], shape->values, sizeof(shape->values));
            for (size_t j = 0; j < 8; j++)
                hash = (hash ^ (uint64_t)(unsigned)key[j]) * 1099511628211u;
            *(pass ? &found : &expected) += touches ? hash : 0;
        }
    }
    assert_true(found == expected);
}

static void check_part(const pp_gaps *gaps, const pp_view *view, double ratio)
{
    recording_canvas whole, part;
    recording_canvas_init(&whole, WIDTH, HEIGHT, ratio);
    recording_canvas_init(&part, WIDTH, HEIGHT, ratio);
    part.canvas.dirty = (pp_rect){PLOT.x + (int)random_below((size_t)PLOT.w - 20), 0, 20, HEIGHT};
    pp_gaps_draw(&whole.canvas, view, gaps);
    pp_gaps_draw(&part.canvas, view, gaps);
    expect_shapes_within(&whole, &part, part.canvas.dirty);
    recording_canvas_release(&whole);
    recording_canvas_release(&part);
}

static void a_part_is_drawn_as_it_is_in_the_whole(void **state)
{
    (void)state;
    check_rounds(2, check_part);
}

static void check_by_hand(const pp_gaps *gaps, const pp_view *view, double ratio)
{
    pp_gaps bare = {.items = gaps->items, .size = gaps->size};
    recording_canvas indexed, plain;
    recording_canvas_init(&indexed, WIDTH, HEIGHT, ratio);
    recording_canvas_init(&plain, WIDTH, HEIGHT, ratio);
    pp_gaps_draw(&indexed.canvas, view, gaps);
    pp_gaps_draw(&plain.canvas, view, &bare);
    char *a = recording_canvas_text(&indexed), *b = recording_canvas_text(&plain);
    assert_string_equal(a, b);
    free(a);
    free(b);
    assert_int_equal(pp_gaps_count(gaps, view->x0, view->x1, NULL),
                     pp_gaps_count(&bare, view->x0, view->x1, NULL));
    assert_true(pp_gaps_at(gaps, view, ratio, 140, 100) ==
                pp_gaps_at(&bare, view, ratio, 140, 100));
    recording_canvas_release(&indexed);
    recording_canvas_release(&plain);
}

static void an_array_without_an_index_gives_the_same(void **state)
{
    (void)state;
    check_rounds(7, check_by_hand);
}

static bool rects_overlap(pp_rect a, pp_rect b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static size_t labels_seen;

static void check_labels(const pp_gaps *gaps, const pp_view *view, double ratio)
{
    recording_canvas canvas;
    recording_canvas_init(&canvas, WIDTH, HEIGHT, ratio);
    pp_gaps_draw(&canvas.canvas, view, gaps);
    for (size_t i = 0; i < canvas.size; i++) {
        const recorded_shape *label = &canvas.shapes[i];
        if (label->kind != RECORDED_TEXT)
            continue;
        labels_seen++;
        assert_memory_equal(&label->clip, &PLOT, sizeof(pp_rect));
        for (size_t j = 0; j < i; j++)
            if (canvas.shapes[j].kind == RECORDED_TEXT)
                assert_false(rects_overlap(label->bounds, canvas.shapes[j].bounds));
    }
    recording_canvas_release(&canvas);
}

static void labels_never_overlap_though_gaps_do(void **state)
{
    (void)state;
    labels_seen = 0;
    check_rounds(3, check_labels);
    assert_true(labels_seen > 100);
}

/* Of any lengths and prices, some ending where the next begins. */
static void labels_of_gaps_that_follow_each_other_do_not_either(void **state)
{
    (void)state;
    labels_seen = 0;
    for (uint64_t i = 0; i < ROUNDS; i++) {
        seed = (UINT64_C(8) << 32) + i;
        pp_gaps gaps = {0};
        for (double time_s = 0; time_s < 1000;) {
            pp_gap gap = random_gap(NULL);
            gap.time0_s = time_s + (random_below(2) ? 0 : 5 * random_unit());
            gap.time1_s = time_s = gap.time0_s + 0.1 + 60 * random_unit() * random_unit();
            assert_int_equal(pp_gaps_add(&gaps, &gap, 1), PP_OK);
        }
        for (int views = 0; views < 4; views++) {
            pp_view view = random_view();
            check_labels(&gaps, &view, random_ratio());
        }
        pp_gaps_clear(&gaps);
    }
    assert_true(labels_seen > 100);
}

/* ---- Counts and points ---------------------------------------------------------------------- */

static void check_count(const pp_gaps *gaps, const pp_view *view, double ratio)
{
    (void)ratio;
    for (int i = 0; i < 20; i++) {
        double time0_s = floor(view->x0 + random_unit() * (view->x1 - view->x0));
        double time1_s = time0_s + floor((random_unit() - 0.1) * (view->x1 - view->x0));
        size_t expected = 0, expected_first = SIZE_MAX, first, last;
        for (size_t j = gaps->size; j-- > 0 && time0_s <= time1_s;) {
            if (gaps->items[j].time0_s <= time1_s && gaps->items[j].time1_s >= time0_s) {
                expected++;
                expected_first = j;
            }
        }
        assert_int_equal(pp_gaps_count(gaps, time0_s, time1_s, &first), expected);
        assert_true(first == expected_first);
        pp_gaps_visible(gaps, time0_s, time1_s, &first, &last);
        assert_true(expected == 0 || (first == expected_first && last - first >= expected));
        assert_true(expected > 0 || first == last || time0_s > time1_s);
    }
}

static void the_count_of_a_stretch_of_time_is_that_of_a_full_search(void **state)
{
    (void)state;
    check_rounds(4, check_count);
}

static void check_column_count(const pp_gaps *gaps, const pp_view *view, double ratio)
{
    (void)ratio;
    for (int x = PLOT.x - 2; x < PLOT.x + PLOT.w + 2; x++) {
        size_t expected = 0, expected_first = SIZE_MAX, first;
        for (size_t j = gaps->size; j-- > 0 && is_in_plot(x);) {
            if (floor(pp_view_x_px(view, gaps->items[j].time0_s)) <= x &&
                floor(pp_view_x_px(view, gaps->items[j].time1_s)) >= x) {
                expected++;
                expected_first = j;
            }
        }
        assert_int_equal(pp_gaps_count_at(gaps, view, x, &first), expected);
        assert_true(first == expected_first);
    }
}

static void the_count_over_a_pixel_column_is_that_of_a_full_search(void **state)
{
    (void)state;
    check_rounds(5, check_column_count);
}

typedef struct gap_areas {
    pp_rect box, arrow;
} gap_areas;

/* From the picture of the gap alone; empty where none is drawn. */
static gap_areas areas_of(recording_canvas *canvas, const pp_view *view, const pp_gap *gap)
{
    gap_areas areas = {{0, 0, 0, 0}, {0, 0, 0, 0}};
    recording_canvas_clear(canvas);
    pp_gap_draw(&canvas->canvas, view, gap);
    for (size_t i = 0; i < canvas->size; i++) {
        const recorded_shape *shape = &canvas->shapes[i];
        if (shape->kind == RECORDED_STROKE_RECT)
            areas.box = shape->bounds;
        if (shape->kind == RECORDED_FRAGMENT)
            areas.arrow = shape->bounds;
    }
    /* Both ends of the head's base count, though they are points. */
    areas.arrow.w |= 1;
    int arrow_top = areas.arrow.y, stem_end = arrow_top + areas.arrow.h + 1;
    int top = gap->price1 >= gap->price0 ? areas.box.y : arrow_top;
    areas.arrow.h = gap->price1 >= gap->price0 ? stem_end - top : areas.box.y + areas.box.h - top;
    areas.arrow.y = top;
    return areas;
}

static bool contains(pp_rect rect, int x, int y)
{
    return x >= rect.x && x < rect.x + rect.w && y >= rect.y && y < rect.y + rect.h;
}

static void check_points(const pp_gaps *gaps, const pp_view *view, double ratio)
{
    static gap_areas areas[GAPS_MAX];
    recording_canvas canvas;
    recording_canvas_init(&canvas, WIDTH, HEIGHT, ratio);
    for (size_t i = 0; i < gaps->size; i++)
        areas[i] = areas_of(&canvas, view, &gaps->items[i]);
    for (int i = 0; i < 300; i++) {
        int x = PLOT.x + (int)random_below((size_t)PLOT.w);
        int y = PLOT.y + (int)random_below((size_t)PLOT.h);
        size_t expected = gaps->size;
        while (expected-- > 0)
            if (contains(areas[expected].box, x, y) || contains(areas[expected].arrow, x, y))
                break;
        assert_true(pp_gaps_at(gaps, view, ratio, x, y) == expected);
    }
    recording_canvas_release(&canvas);
}

static void the_gap_under_a_point_is_the_one_a_full_search_finds(void **state)
{
    (void)state;
    check_rounds(6, check_points);
}

/* ---- Many ----------------------------------------------------------------------------------- */

static void add_even(pp_gaps *gaps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double at = (double)i / (double)count, price = 50 + 30 * sin(at * 20);
        pp_gap gap = {at * 1000, (at + 0.6 / (double)count) * 1000, price,
                      price + (i % 3 ? 2 : -2)};
        assert_int_equal(pp_gaps_add(gaps, &gap, 1), PP_OK);
    }
}

static void a_hundred_thousand_gaps_take_a_few_calls_and_shapes(void **state)
{
    (void)state;
    pp_gaps gaps = {0};
    add_even(&gaps, 100000);
    pp_view view = {0, 1000, 0, 100, PLOT};
    recording_canvas canvas;
    recording_canvas_init(&canvas, WIDTH, HEIGHT, 1);
    pp_gaps_draw(&canvas.canvas, &view, &gaps);
    assert_int_equal(recording_canvas_count(&canvas, RECORDED_FRAGMENT), PLOT.w);
    assert_int_equal(recording_canvas_count(&canvas, RECORDED_FILL_RECT), PLOT.w);
    assert_in_range(canvas.calls, 1, 10);
    recording_canvas_release(&canvas);
    pp_gaps_clear(&gaps);
}

static void more_gaps_than_pixels_that_reach_in_from_outside_are_one(void **state)
{
    (void)state;
    pp_gaps gaps = {0};
    for (int i = 0; i < GAPS_MAX; i++)
        assert_int_equal(pp_gaps_add(&gaps, &(pp_gap){i, 2000 - i, 20 + i % 9, 30}, 1), PP_OK);
    pp_view view = {1000, 1000.5, 0, 100, PLOT};
    recording_canvas canvas;
    recording_canvas_init(&canvas, WIDTH, HEIGHT, 1);
    pp_gaps_draw(&canvas.canvas, &view, &gaps);
    assert_int_equal(recording_canvas_count(&canvas, RECORDED_FRAGMENT), PLOT.w + 1);
    recording_canvas_release(&canvas);
    check_columns(&gaps, &view, 1);
    check_part(&gaps, &view, 2);
    check_points(&gaps, &view, 1);
    check_column_count(&gaps, &view, 1);
    pp_gaps_clear(&gaps);
}

/* The alpha of the box of count gaps in one pixel column. */
static unsigned alpha_of(size_t count)
{
    pp_gaps gaps = {0};
    recording_canvas canvas;
    recording_canvas_init(&canvas, WIDTH, HEIGHT, 1);
    pp_view view = {0, 1000, 0, 100, PLOT};
    for (size_t i = 0; i < count; i++)
        assert_int_equal(pp_gaps_add(&gaps, &(pp_gap){500, 500.5, 40, 60}, 1), PP_OK);
    pp_gaps_draw(&canvas.canvas, &view, &gaps);
    assert_int_equal(canvas.shapes[1].kind, RECORDED_FILL_RECT);
    assert_int_equal(recording_canvas_count(&canvas, RECORDED_FRAGMENT), 1);
    assert_int_equal(recording_canvas_count(&canvas, RECORDED_STROKE_RECT), count == 1);
    unsigned alpha = canvas.shapes[1].color >> 24;
    recording_canvas_release(&canvas);
    pp_gaps_clear(&gaps);
    return alpha;
}

static void more_gaps_in_a_column_are_stronger_in_colour(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 3, 4, 15, 16, 127, 128, 3000};
    for (size_t i = 1; i < sizeof(counts) / sizeof(counts[0]); i++)
        assert_true(alpha_of(counts[i]) >= alpha_of(counts[i - 1]));
    assert_true(alpha_of(2) > alpha_of(1) && alpha_of(4) > alpha_of(2));
    assert_true(alpha_of(16) > alpha_of(4) && alpha_of(128) > alpha_of(16));
}

static void a_wide_gap_among_narrow_ones_keeps_its_shape(void **state)
{
    (void)state;
    pp_gap items[] = {{500, 501, 80, 81}, {500, 800, 20, 30}, {501, 502, 82, 84}};
    pp_gaps gaps = {0};
    assert_int_equal(pp_gaps_add(&gaps, items, 3), PP_OK);
    pp_view view = {0, 1000, 0, 100, PLOT};
    recording_canvas single, batch;
    recording_canvas_init(&single, WIDTH, HEIGHT, 1);
    recording_canvas_init(&batch, WIDTH, HEIGHT, 1);
    pp_gap_draw(&single.canvas, &view, &gaps.items[1]);
    pp_gaps_draw(&batch.canvas, &view, &gaps);
    assert_int_equal(recording_canvas_count(&batch, RECORDED_STROKE_RECT), 1);
    assert_int_equal(recording_canvas_count(&batch, RECORDED_FRAGMENT), 2);
    for (size_t i = 0; i < batch.size; i++) {
        if (batch.shapes[i].kind == RECORDED_STROKE_RECT)
            assert_memory_equal(batch.shapes[i].values, single.shapes[2].values, sizeof(int[4]));
    }
    recording_canvas_release(&single);
    recording_canvas_release(&batch);
    pp_gaps_clear(&gaps);
}

static void nothing_is_added_where_one_is_bad(void **state)
{
    (void)state;
    pp_gap bad[][2] = {{{1, 2, 3, 4}, {2, 1, 3, 4}},
                       {{1, 2, 3, 4}, {NAN, 3, 3, 4}},
                       {{1, 2, 3, 4}, {2, INFINITY, 3, 4}},
                       {{1, 2, 3, 4}, {2, 3, 3, NAN}}};
    pp_gaps gaps = {0};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(pp_gaps_add(&gaps, bad[i], 2), PP_EDATA);
    assert_int_equal(gaps.size, 0);
    assert_int_equal(pp_gaps_add(&gaps, NULL, 0), PP_OK);
    size_t first = 7;
    assert_int_equal(pp_gaps_count(&gaps, 0, 10, &first), 0);
    assert_true(first == SIZE_MAX);
    pp_gaps_clear(&gaps);
    pp_gaps_clear(&gaps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_batch_covers_the_pixel_columns_of_all_gaps_and_no_others),
        cmocka_unit_test(a_part_is_drawn_as_it_is_in_the_whole),
        cmocka_unit_test(an_array_without_an_index_gives_the_same),
        cmocka_unit_test(labels_never_overlap_though_gaps_do),
        cmocka_unit_test(labels_of_gaps_that_follow_each_other_do_not_either),
        cmocka_unit_test(the_count_of_a_stretch_of_time_is_that_of_a_full_search),
        cmocka_unit_test(the_count_over_a_pixel_column_is_that_of_a_full_search),
        cmocka_unit_test(the_gap_under_a_point_is_the_one_a_full_search_finds),
        cmocka_unit_test(a_hundred_thousand_gaps_take_a_few_calls_and_shapes),
        cmocka_unit_test(more_gaps_than_pixels_that_reach_in_from_outside_are_one),
        cmocka_unit_test(more_gaps_in_a_column_are_stronger_in_colour),
        cmocka_unit_test(a_wide_gap_among_narrow_ones_keeps_its_shape),
        cmocka_unit_test(nothing_is_added_where_one_is_bad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
