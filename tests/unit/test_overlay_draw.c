/* unit/test_overlay_draw.c: what the overlay draws: golden draw lists, and the pixels of its graph.
 */
#include "overlay_frames.h"
#include "recording_canvas.h"
#include <math.h>

static const double ratios[] = {1, 1.5, 2};
enum { RATIOS = sizeof ratios / sizeof *ratios };

/* A recording canvas that also keeps the pixels of the graph, put together from its pieces. */
typedef struct graph_canvas {
    recording_canvas recording; /* first: it is the canvas */
    pp_canvas_ops ops;
    void (*record_fragments)(pp_canvas *canvas, const pp_image *image, const pp_fragment *fragments,
                             size_t count);
    uint32_t *pixels; /* of the whole panel; 0 where no image was put */
    pp_rect graph;    /* what the pieces cover */
} graph_canvas;

static void keep_pixels(pp_canvas *canvas, const pp_image *image, const pp_fragment *fragments,
                        size_t count)
{
    graph_canvas *g = (graph_canvas *)canvas;
    g->record_fragments(canvas, image, fragments, count);
    assert_true(image->opaque);
    g->graph = (pp_rect){fragments[0].to.x, fragments[0].to.y, 0, fragments[0].src.h};
    for (size_t i = 0; i < count; i++) {
        pp_rect src = fragments[i].src;
        assert_int_equal(fragments[i].to.x, g->graph.x + g->graph.w);
        assert_true(src.x >= 0 && src.x + src.w <= image->width && src.h <= image->height);
        for (int y = 0; y < src.h; y++)
            memcpy(g->pixels + (fragments[i].to.y + y) * canvas->width_px + fragments[i].to.x,
                   image->pixels + (src.y + y) * image->stride_px + src.x,
                   (size_t)src.w * sizeof *g->pixels);
        g->graph.w += src.w;
    }
}

/* Brings the overlay up to date and paints all of it. */
static void paint(graph_canvas *g, overlay_fixture *fixture, double ratio)
{
    pp_rect rects[PP_OVERLAY_DIRTY_MAX];
    int width, height;
    pp_overlay_dirty(fixture->overlay, fixture->now_ns, ratio, rects);
    pp_overlay_size(fixture->overlay, ratio, &width, &height);
    memset(g, 0, sizeof *g);
    recording_canvas_init(&g->recording, width, height, ratio);
    g->ops = *g->recording.canvas.ops;
    g->record_fragments = g->ops.fragments;
    g->ops.fragments = keep_pixels;
    g->recording.canvas.ops = &g->ops;
    g->pixels = calloc((size_t)width * (size_t)height, sizeof *g->pixels);
    assert_non_null(g->pixels);
    pp_overlay_paint(&g->recording.canvas, fixture->overlay);
}

static void paint_release(graph_canvas *g)
{
    recording_canvas_release(&g->recording);
    free(g->pixels);
}

static uint32_t graph_pixel(const graph_canvas *g, int x, int y)
{
    return g->pixels[(g->graph.y + y) * g->recording.canvas.width_px + g->graph.x + x];
}

/* Rows of that colour in the graph's column at x. */
static int rows_of(const graph_canvas *g, int x, uint32_t color)
{
    int rows = 0;
    for (int y = 0; y < g->graph.h; y++)
        rows += graph_pixel(g, x, y) == color;
    return rows;
}

enum { REDRAW = 0xFF009E73u, BATCH = 0xFF56B4E9u, FLUSH = 0xFFF0E442u };

/* Every text stands inside the panel, and no two touch each other. */
static void assert_texts_have_room(const graph_canvas *g)
{
    const recording_canvas *r = &g->recording;
    for (size_t i = 0; i < r->size; i++) {
        const recorded_shape *a = &r->shapes[i];
        if (a->kind != RECORDED_TEXT || a->text[0] == '\0')
            continue;
        if (a->bounds.x < 0 || a->bounds.y < 0 || a->bounds.x + a->bounds.w > r->canvas.width_px ||
            a->bounds.y + a->bounds.h > r->canvas.height_px)
            fail_msg("'%s' leaves the panel", a->text);
        for (size_t k = i + 1; k < r->size; k++) {
            const recorded_shape *b = &r->shapes[k];
            if (b->kind != RECORDED_TEXT || b->text[0] == '\0')
                continue;
            bool apart = a->bounds.x + a->bounds.w <= b->bounds.x ||
                         b->bounds.x + b->bounds.w <= a->bounds.x ||
                         a->bounds.y + a->bounds.h <= b->bounds.y ||
                         b->bounds.y + b->bounds.h <= a->bounds.y;
            if (!apart)
                fail_msg("'%s' touches '%s'", a->text, b->text);
        }
    }
}

static void expect_page(overlay_fixture *fixture, const char *name)
{
    for (size_t i = 0; i < RATIOS; i++) {
        graph_canvas g;
        char golden[64];
        paint(&g, fixture, ratios[i]);
        assert_texts_have_room(&g);
        snprintf(golden, sizeof golden, "overlay_%s_%s.txt", name,
                 i == 0   ? "1"
                 : i == 1 ? "1.5"
                          : "2");
        recording_canvas_expect_golden(&g.recording, golden);
        paint_release(&g);
    }
}

static void a_page_is_drawn_as_ever(pp_overlay_page page)
{
    overlay_fixture f;
    fixture_open(&f, page);
    for (int i = 0; i < 320; i++)
        feed_varied(&f);
    expect_page(&f, pp_overlay_page_name(page));
    fixture_close(&f);
}

static void the_mini_page_is_drawn_as_ever(void **state)
{
    (void)state;
    a_page_is_drawn_as_ever(PP_OVERLAY_MINI);
}

static void the_full_page_is_drawn_as_ever(void **state)
{
    (void)state;
    a_page_is_drawn_as_ever(PP_OVERLAY_FULL);
}

static void the_items_page_is_drawn_as_ever(void **state)
{
    (void)state;
    a_page_is_drawn_as_ever(PP_OVERLAY_ITEMS);
}

static void without_frames_it_says_that_it_waits(void **state)
{
    (void)state;
    overlay_fixture f;
    fixture_open(&f, PP_OVERLAY_FULL);
    pg_set_profile_enabled(true);
    expect_page(&f, "empty");
    pg_set_profile_enabled(false);
    graph_canvas g;
    pp_overlay_set_page(f.overlay, PP_OVERLAY_ITEMS);
    paint(&g, &f, 1);
    assert_non_null(recording_canvas_find_text(&g.recording, "waiting for the first frame"));
    assert_non_null(recording_canvas_find_text(&g.recording, "PAINTPROF=1"));
    paint_release(&g);
    fixture_close(&f);
}

static void states_are_shown(void **state)
{
    (void)state;
    overlay_fixture f;
    graph_canvas g;
    fixture_open(&f, PP_OVERLAY_FULL);
    feed_varied(&f);
    paint(&g, &f, 1);
    assert_null(recording_canvas_find_text(&g.recording, "frozen"));
    paint_release(&g);
    pp_overlay_set_frozen(f.overlay, true);
    pp_overlay_set_recording(f.overlay, "out/frames.csv");
    pp_overlay_set_note(f.overlay, "GPU time\nis not measured");
    paint(&g, &f, 1);
    assert_texts_have_room(&g);
    assert_non_null(recording_canvas_find_text(&g.recording, "frozen"));
    assert_non_null(recording_canvas_find_text(&g.recording, "out/frames.csv"));
    assert_non_null(recording_canvas_find_text(&g.recording, "GPU time is not measured"));
    paint_release(&g);
    fixture_close(&f);
}

static void extremes_find_room(void **state)
{
    (void)state;
    static const pp_site_info sites[] = {
        {"a::very::long::name::of::a::function::that::nobody::would::write()", "a", 1, 2},
        {"日本語の名前がとても長いウィジェットの描画関数", "b", 1, 31},
        {"bad \xC3\x28 \xF0\x9F bytes and\ta tab", "c", 1, 5},
        {"", "d", 1, 99},
    };
    for (int page = PP_OVERLAY_MINI; page < PP_OVERLAY_PAGE_COUNT; page++) {
        for (size_t i = 0; i < RATIOS; i++) {
            overlay_fixture f;
            graph_canvas g;
            fixture_open(&f, (pp_overlay_page)page);
            pp_overlay_set_frozen(f.overlay, false);
            for (int k = 0; k < 40; k++) {
                f.budget_ns = UINT64_C(1000000000) / (k % 2 ? 240 : 30);
                pp_frame frame = plain_frame(&f, k % 2 ? 10000 : 0.001);
                const pp_painter painters[] = {{&sites[0], 9000 * (uint64_t)MS, 0, 99999999, 7},
                                               {&sites[1], 50 * MS, 0, 1234, 123456789},
                                               {&sites[2], 500, 0, 0, 1},
                                               {&sites[3], 1, 0, 0, 1}};
                frame.painters = painters;
                frame.painter_count = 4;
                frame.flush_ns = k % 2 ? 2000 * (int64_t)MS : 1;
                deliver(&f, &frame);
            }
            pp_overlay_set_recording(f.overlay, "/a/long/way/down/to/the/file/of/today/out.csv");
            pp_overlay_set_frozen(f.overlay, true);
            paint(&g, &f, ratios[i]);
            assert_texts_have_room(&g);
            paint_release(&g);
            fixture_close(&f);
        }
    }
}

static void cover(bool *covered, int panel_w, pp_rect rect)
{
    for (int y = rect.y; y < rect.y + rect.h; y++)
        memset(covered + y * panel_w + rect.x, true, (size_t)rect.w * sizeof *covered);
}

static void every_pixel_is_painted_opaque(void **state)
{
    (void)state;
    for (int page = PP_OVERLAY_MINI; page < PP_OVERLAY_PAGE_COUNT; page++) {
        overlay_fixture f;
        graph_canvas g;
        fixture_open(&f, (pp_overlay_page)page);
        feed_varied(&f);
        paint(&g, &f, 1.5);
        const recording_canvas *r = &g.recording;
        size_t size = (size_t)r->canvas.width_px * (size_t)r->canvas.height_px;
        bool *covered = calloc(size, sizeof *covered);
        assert_non_null(covered);
        for (size_t i = 0; i < r->size; i++)
            if (r->shapes[i].kind == RECORDED_FILL_RECT && r->shapes[i].color >> 24 == 0xFF)
                cover(covered, r->canvas.width_px, r->shapes[i].bounds);
        cover(covered, r->canvas.width_px, g.graph); /* its image is opaque */
        for (size_t i = 0; i < size; i++)
            assert_true(covered[i]);
        free(covered);
        paint_release(&g);
        fixture_close(&f);
    }
}

static void a_new_frame_draws_only_the_graph(void **state)
{
    (void)state;
    overlay_fixture f;
    graph_canvas g;
    pp_rect rects[PP_OVERLAY_DIRTY_MAX];
    fixture_open(&f, PP_OVERLAY_FULL);
    feed_varied(&f);
    paint(&g, &f, 1);
    feed_varied(&f);
    assert_int_equal(pp_overlay_dirty(f.overlay, f.now_ns, 1, rects), 1);
    recording_canvas_clear(&g.recording);
    g.recording.canvas.dirty = rects[0];
    pp_overlay_paint(&g.recording.canvas, f.overlay);
    assert_int_equal(g.recording.calls, 1);
    assert_int_equal(recording_canvas_count(&g.recording, RECORDED_FRAGMENT), g.recording.size);
    assert_memory_equal(&g.graph, &rects[0], sizeof g.graph);
    paint_release(&g);
    fixture_close(&f);
}

static void the_graph_ends_on_logical_pixels(void **state)
{
    (void)state;
    for (size_t i = 0; i < RATIOS; i++) {
        overlay_fixture f;
        pp_rect rects[PP_OVERLAY_DIRTY_MAX];
        fixture_open(&f, PP_OVERLAY_FULL);
        feed_varied(&f);
        pp_overlay_dirty(f.overlay, f.now_ns, ratios[i], rects);
        feed_varied(&f);
        assert_int_equal(pp_overlay_dirty(f.overlay, f.now_ns, ratios[i], rects), 1);
        const int edges[] = {rects[0].x, rects[0].y, rects[0].x + rects[0].w,
                             rects[0].y + rects[0].h};
        for (size_t k = 0; k < sizeof edges / sizeof *edges; k++)
            assert_true(fmod(edges[k] / ratios[i], 1) == 0);
        fixture_close(&f);
    }
}

static void a_little_more_than_the_graph_draws_no_distant_text(void **state)
{
    (void)state;
    overlay_fixture f;
    graph_canvas g;
    fixture_open(&f, PP_OVERLAY_FULL);
    feed_varied(&f);
    paint(&g, &f, 1);
    recording_canvas_clear(&g.recording);
    g.recording.canvas.dirty =
        (pp_rect){g.graph.x - 2, g.graph.y - 2, g.graph.w + 4, g.graph.h + 4};
    pp_overlay_paint(&g.recording.canvas, f.overlay);
    assert_non_null(recording_canvas_find_text(&g.recording, "16.7"));
    assert_null(recording_canvas_find_text(&g.recording, "budget"));
    assert_null(recording_canvas_find_text(&g.recording, "work"));
    assert_null(recording_canvas_find_text(&g.recording, "flush"));
    paint_release(&g);
    fixture_close(&f);
}

static void a_frame_that_takes_its_budget_is_half_as_high_as_the_graph(void **state)
{
    (void)state;
    for (size_t i = 0; i < RATIOS; i++) {
        overlay_fixture f;
        graph_canvas g;
        fixture_open(&f, PP_OVERLAY_FULL);
        f.budget_ns = 10 * MS;
        feed(&f, 10);
        paint(&g, &f, ratios[i]);
        int strip_h = (int)(4 * ratios[i] + 0.5), bars_h = g.graph.h - strip_h;
        int line_h = (int)(ratios[i] + 0.5);
        assert_in_range(rows_of(&g, g.graph.w - 1, REDRAW), bars_h / 2 - line_h, bars_h / 2);
        assert_int_equal(graph_pixel(&g, g.graph.w - 1, bars_h - 1), REDRAW);
        assert_int_not_equal(graph_pixel(&g, g.graph.w - 1, bars_h / 2), REDRAW);
        paint_release(&g);
        fixture_close(&f);
    }
}

static void bars_are_stacked_in_the_order_of_the_table(void **state)
{
    (void)state;
    overlay_fixture f;
    graph_canvas g;
    fixture_open(&f, PP_OVERLAY_FULL);
    f.budget_ns = 16 * MS;
    pp_frame frame = plain_frame(&f, 4);
    frame.phase_ns[PP_PHASE_BATCH] = 2 * MS;
    frame.flush_ns = 2 * MS;
    deliver(&f, &frame);
    paint(&g, &f, 1);
    int x = g.graph.w - 1, bars_h = g.graph.h - 4;
    assert_int_equal(graph_pixel(&g, x, bars_h - 1), FLUSH);
    assert_int_equal(graph_pixel(&g, x, bars_h - 1 - bars_h * 4 / 32), REDRAW);
    assert_int_equal(graph_pixel(&g, x, bars_h - 1 - bars_h * 7 / 32), BATCH);
    assert_in_range(rows_of(&g, x, REDRAW), 2 * bars_h / 16, 2 * bars_h / 16 + 1);
    paint_release(&g);
    fixture_close(&f);
}

static void the_newest_frame_is_right_and_the_oldest_falls_out_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < RATIOS; i++) {
        overlay_fixture f;
        graph_canvas g;
        pp_rect rects[PP_OVERLAY_DIRTY_MAX];
        int column_w = (int)(2 * ratios[i] + 0.5);
        fixture_open(&f, PP_OVERLAY_FULL);
        feed(&f, 2);
        paint(&g, &f, ratios[i]);
        int columns = g.graph.w / column_w;
        assert_int_equal(g.graph.w % column_w, 0);
        paint_release(&g);
        for (int k = 0; k < columns + 10; k++) { /* once round the ring, and some */
            feed(&f, k == 9 ? 4 : 2);
            pp_overlay_dirty(f.overlay, f.now_ns, ratios[i], rects);
        }
        paint(&g, &f, ratios[i]);
        int low = rows_of(&g, g.graph.w - 1, REDRAW);
        assert_true(low > 0);
        assert_int_equal(rows_of(&g, 0, REDRAW), low);
        feed(&f, 8);
        paint_release(&g);
        paint(&g, &f, ratios[i]);
        assert_true(rows_of(&g, g.graph.w - 1, REDRAW) > 3 * low);
        assert_int_equal(rows_of(&g, g.graph.w - column_w - 1, REDRAW), low);
        paint_release(&g);
        fixture_close(&f);
    }
}

static void a_graph_made_anew_equals_one_that_grew(void **state)
{
    (void)state;
    overlay_fixture f;
    graph_canvas grown, anew;
    pp_rect rects[PP_OVERLAY_DIRTY_MAX];
    fixture_open(&f, PP_OVERLAY_FULL);
    for (int i = 0; i < 290; i++) {
        feed_varied(&f);
        pp_overlay_dirty(f.overlay, f.now_ns, 1.5, rects);
    }
    paint(&grown, &f, 1.5);
    pp_overlay_set_page(f.overlay, PP_OVERLAY_MINI);
    pp_overlay_dirty(f.overlay, f.now_ns, 1.5, rects);
    pp_overlay_set_page(f.overlay, PP_OVERLAY_FULL);
    paint(&anew, &f, 1.5);
    for (int y = 0; y < grown.graph.h; y++)
        for (int x = 0; x < grown.graph.w; x++)
            assert_int_equal(graph_pixel(&grown, x, y), graph_pixel(&anew, x, y));
    paint_release(&grown);
    paint_release(&anew);
    fixture_close(&f);
}

static void idleness_is_a_gap(void **state)
{
    (void)state;
    overlay_fixture f;
    graph_canvas g;
    fixture_open(&f, PP_OVERLAY_FULL);
    feed(&f, 5);
    feed(&f, 200); /* long, but not idle */
    feed(&f, 5);
    f.now_ns += 400 * MS;
    feed(&f, 5);
    paint(&g, &f, 1);
    int right = g.graph.w - 1;
    assert_true(rows_of(&g, right, REDRAW) > 0);
    assert_int_equal(rows_of(&g, right - 2, REDRAW), 0);
    assert_int_equal(rows_of(&g, right - 4, REDRAW), 0);
    assert_int_equal(rows_of(&g, right - 2, graph_pixel(&g, right - 2, 0)), g.graph.h);
    assert_true(rows_of(&g, right - 6, REDRAW) > 0);
    assert_true(rows_of(&g, right - 8, REDRAW) > 40);
    assert_true(rows_of(&g, right - 10, REDRAW) > 0);
    paint_release(&g);
    fixture_close(&f);
}

static void a_frame_beyond_the_graph_is_marked_and_a_late_one_too(void **state)
{
    (void)state;
    overlay_fixture f;
    graph_canvas g;
    fixture_open(&f, PP_OVERLAY_FULL);
    f.budget_ns = 10 * MS;
    feed(&f, 21);
    feed(&f, 15);
    feed(&f, 5);
    paint(&g, &f, 1);
    int x = g.graph.w - 1, bottom = g.graph.h - 1;
    uint32_t ground = graph_pixel(&g, x, 0);
    assert_int_equal(graph_pixel(&g, x - 2, 0), ground);
    assert_int_not_equal(graph_pixel(&g, x - 4, 0), ground);
    assert_int_not_equal(graph_pixel(&g, x - 4, 0), REDRAW);
    assert_int_equal(graph_pixel(&g, x, bottom), ground);
    assert_int_not_equal(graph_pixel(&g, x - 2, bottom), ground);
    assert_int_not_equal(graph_pixel(&g, x - 4, bottom), ground);
    paint_release(&g);
    fixture_close(&f);
}

static void a_tiny_frame_is_still_seen(void **state)
{
    (void)state;
    overlay_fixture f;
    graph_canvas g;
    fixture_open(&f, PP_OVERLAY_FULL);
    feed(&f, 0.001);
    paint(&g, &f, 1);
    assert_int_not_equal(graph_pixel(&g, g.graph.w - 1, g.graph.h - 5),
                         graph_pixel(&g, 0, g.graph.h - 5));
    assert_non_null(recording_canvas_find_text(&g.recording, "<0.01"));
    paint_release(&g);
    fixture_close(&f);
}

static void a_panel_painted_before_it_was_asked_fits_the_canvas(void **state)
{
    (void)state;
    overlay_fixture f;
    recording_canvas recording;
    int width, height;
    fixture_open(&f, PP_OVERLAY_FULL);
    feed_varied(&f);
    pp_overlay_size(f.overlay, 2, &width, &height);
    recording_canvas_init(&recording, width, height, 2);
    pp_overlay_paint(&recording.canvas, f.overlay);
    const recorded_shape *late = recording_canvas_find_text(&recording, "of 1 frames");
    assert_non_null(late);
    assert_int_equal(late->font.size_px, 22);
    recording_canvas_release(&recording);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mini_page_is_drawn_as_ever),
        cmocka_unit_test(the_full_page_is_drawn_as_ever),
        cmocka_unit_test(the_items_page_is_drawn_as_ever),
        cmocka_unit_test(without_frames_it_says_that_it_waits),
        cmocka_unit_test(states_are_shown),
        cmocka_unit_test(extremes_find_room),
        cmocka_unit_test(every_pixel_is_painted_opaque),
        cmocka_unit_test(a_new_frame_draws_only_the_graph),
        cmocka_unit_test(the_graph_ends_on_logical_pixels),
        cmocka_unit_test(a_little_more_than_the_graph_draws_no_distant_text),
        cmocka_unit_test(a_frame_that_takes_its_budget_is_half_as_high_as_the_graph),
        cmocka_unit_test(bars_are_stacked_in_the_order_of_the_table),
        cmocka_unit_test(the_newest_frame_is_right_and_the_oldest_falls_out_left),
        cmocka_unit_test(a_graph_made_anew_equals_one_that_grew),
        cmocka_unit_test(idleness_is_a_gap),
        cmocka_unit_test(a_frame_beyond_the_graph_is_marked_and_a_late_one_too),
        cmocka_unit_test(a_tiny_frame_is_still_seen),
        cmocka_unit_test(a_panel_painted_before_it_was_asked_fits_the_canvas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
