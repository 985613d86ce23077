/* bench/gap_cases.c: the batch of annotations, against painting the same picture ready-made.
 *
 * The canvas is plain memory, written directly: without Qt, and without what Qt would take beside
 * it. The floor hands the rectangles and arrows of the same frame, worked out before, to the same
 * canvas with a call for each colour: it searches, merges and computes nothing. */
#include "bench.h"

#include <paintprof/chart.h>
#include <paintprof/error.h>
#include <paintprof/gap.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 1280, HEIGHT = 720, PAN_FRAMES = 16, FRAMES_BLOCK = 16, REMOVE_BLOCK = 4 };
enum { CALLS_MAX = 64, PAN_STEP_PX = 3 };

/* ---- A canvas of memory --------------------------------------------------------------------- */

static uint32_t pixels[HEIGHT][WIDTH];
static pp_rect clip = {0, 0, WIDTH, HEIGHT};

static uint32_t blend(uint32_t below, uint32_t color)
{
    uint32_t alpha = color >> 24, rest = 255 - alpha;
    uint32_t odd = (below & 0x00FF00FF) * rest + (color & 0x00FF00FF) * alpha;
    uint32_t even = (below >> 8 & 0x00FF) * rest + (color >> 8 & 0x00FF) * alpha;
    return 0xFF000000 | (odd >> 8 & 0x00FF00FF) | (even & 0xFF00);
}

static void fill_span(int y, int left, int right, pp_color color)
{
    left = left > clip.x ? left : clip.x;
    right = right < clip.x + clip.w ? right : clip.x + clip.w;
    if (y < clip.y || y >= clip.y + clip.h)
        return;
    bool opaque = color >> 24 == 0xFF;
    for (int x = left; x < right; x++)
        pixels[y][x] = opaque ? color : blend(pixels[y][x], color);
}

static void fill_rect(pp_rect r, pp_color color)
{
    int top = r.y > clip.y ? r.y : clip.y;
    int bottom = r.y + r.h < clip.y + clip.h ? r.y + r.h : clip.y + clip.h;
    for (int y = top; y < bottom; y++)
        fill_span(y, r.x, r.x + r.w, color);
}

static void push_clip(pp_canvas *canvas, pp_rect inner)
{
    (void)canvas;
    clip = inner;
}

static void pop_clip(pp_canvas *canvas)
{
    clip = (pp_rect){0, 0, canvas->width_px, canvas->height_px};
}

static void fill_rects(pp_canvas *canvas, const pp_rect *rects, size_t count, pp_color color)
{
    (void)canvas;
    for (size_t i = 0; i < count; i++)
        fill_rect(rects[i], color);
}

static void stroke_rects(pp_canvas *canvas, const pp_rect *rects, size_t count, pp_color color)
{
    (void)canvas;
    for (size_t i = 0; i < count; i++) {
        pp_rect r = rects[i];
        fill_rect((pp_rect){r.x, r.y, r.w, 1}, color);
        fill_rect((pp_rect){r.x, r.y + r.h - 1, r.w, 1}, color);
        fill_rect((pp_rect){r.x, r.y + 1, 1, r.h - 2}, color);
        fill_rect((pp_rect){r.x + r.w - 1, r.y + 1, 1, r.h - 2}, color);
    }
}

static void triangles(pp_canvas *canvas, const pp_triangle *items, size_t count, pp_color color)
{
    (void)canvas, (void)items, (void)count, (void)color;
}

static void lines(pp_canvas *canvas, const pp_line *items, size_t count, pp_color color, int width)
{
    (void)canvas, (void)items, (void)count, (void)color, (void)width;
}

static void polyline(pp_canvas *canvas, const pp_point *points, size_t count, pp_color color,
                     int width)
{
    (void)canvas, (void)points, (void)count, (void)color, (void)width;
}

static void texts(pp_canvas *canvas, pp_font font, const pp_text *items, size_t count)
{
    (void)canvas, (void)font, (void)items, (void)count;
}

static int text_width(pp_canvas *canvas, pp_font font, const char *utf8, size_t size_bytes)
{
    (void)canvas, (void)utf8;
    return (int)size_bytes * font.size_px;
}

/* Images are premultiplied. */
static uint32_t over(uint32_t below, uint32_t pixel)
{
    uint32_t rest = 255 - (pixel >> 24);
    uint32_t odd = (below & 0x00FF00FF) * rest, even = (below >> 8 & 0x00FF) * rest;
    return pixel + ((odd >> 8 & 0x00FF00FF) | (even & 0xFF00));
}

static void fragments(pp_canvas *canvas, const pp_image *image, const pp_fragment *items,
                      size_t count)
{
    (void)canvas;
    for (size_t i = 0; i < count; i++) {
        pp_rect src = items[i].src;
        pp_point to = items[i].to;
        for (int y = 0; y < src.h; y++)
            for (int x = 0; x < src.w; x++) {
                int px = to.x + x, py = to.y + y;
                if (px >= clip.x && px < clip.x + clip.w && py >= clip.y && py < clip.y + clip.h)
                    pixels[py][px] = over(
                        pixels[py][px], image->pixels[(src.y + y) * image->stride_px + src.x + x]);
            }
    }
}

static void segments(pp_canvas *canvas, const pp_segment *items, size_t count, pp_color color,
                     float width)
{
    (void)canvas, (void)items, (void)count, (void)color, (void)width;
}

static const pp_canvas_ops memory_ops = {sizeof(pp_canvas_ops),
                                         push_clip,
                                         pop_clip,
                                         fill_rects,
                                         stroke_rects,
                                         lines,
                                         polyline,
                                         triangles,
                                         texts,
                                         text_width,
                                         fragments,
                                         segments,
                                         NULL};

/* ---- Pictures worked out before ------------------------------------------------------------- */

typedef enum kept_kind { KEPT_FILL, KEPT_STROKE, KEPT_ARROWS } kept_kind;

typedef struct kept_call {
    kept_kind kind;
    void *shapes;
    size_t count;
    pp_color color;
    const pp_image *image;
} kept_call;

typedef struct kept_picture {
    kept_call calls[CALLS_MAX];
    size_t size;
} kept_picture;

static kept_picture kept[PAN_FRAMES];
static kept_picture *keeping;

static void keep(kept_kind kind, const void *shapes, size_t count, size_t size_bytes,
                 pp_color color)
{
    void *copy = malloc(count * size_bytes);
    if (!copy || keeping->size == CALLS_MAX)
        abort();
    memcpy(copy, shapes, count * size_bytes);
    keeping->calls[keeping->size++] = (kept_call){kind, copy, count, color, NULL};
}

static void keep_fill(pp_canvas *canvas, const pp_rect *rects, size_t count, pp_color color)
{
    (void)canvas;
    keep(KEPT_FILL, rects, count, sizeof *rects, color);
}

static void keep_stroke(pp_canvas *canvas, const pp_rect *rects, size_t count, pp_color color)
{
    (void)canvas;
    keep(KEPT_STROKE, rects, count, sizeof *rects, color);
}

static void keep_arrows(pp_canvas *canvas, const pp_image *image, const pp_fragment *items,
                        size_t count)
{
    (void)canvas;
    keep(KEPT_ARROWS, items, count, sizeof *items, 0);
    keeping->calls[keeping->size - 1].image = image;
}

static const pp_canvas_ops keeping_ops = {sizeof(pp_canvas_ops),
                                          push_clip,
                                          pop_clip,
                                          keep_fill,
                                          keep_stroke,
                                          lines,
                                          polyline,
                                          triangles,
                                          texts,
                                          text_width,
                                          keep_arrows,
                                          segments,
                                          NULL};

static void drop_kept(void)
{
    for (size_t i = 0; i < PAN_FRAMES; i++) {
        for (size_t j = 0; j < kept[i].size; j++)
            free(kept[i].calls[j].shapes);
        kept[i].size = 0;
    }
}

/* ---- Panning -------------------------------------------------------------------------------- */

static pp_gaps gaps;
static pp_view views[PAN_FRAMES];
static uint64_t our_frame, floor_frame;

static pp_canvas canvas_over(const pp_canvas_ops *ops)
{
    return (pp_canvas){ops, WIDTH, HEIGHT, 1, {0, 0, WIDTH, HEIGHT}};
}

static void run_pan(uint64_t count)
{
    pp_canvas canvas = canvas_over(&memory_ops);
    for (uint64_t i = 0; i < count; i++)
        pp_gaps_draw(&canvas, &views[our_frame++ % PAN_FRAMES], &gaps);
}

static void run_pan_floor(uint64_t count)
{
    pp_canvas canvas = canvas_over(&memory_ops);
    for (uint64_t i = 0; i < count; i++) {
        const kept_picture *picture = &kept[floor_frame++ % PAN_FRAMES];
        push_clip(&canvas, views[0].plot);
        for (size_t j = 0; j < picture->size; j++) {
            const kept_call *call = &picture->calls[j];
            if (call->kind == KEPT_FILL)
                canvas.ops->fill_rects(&canvas, call->shapes, call->count, call->color);
            else if (call->kind == KEPT_STROKE)
                canvas.ops->stroke_rects(&canvas, call->shapes, call->count, call->color);
            else
                canvas.ops->fragments(&canvas, call->image, call->shapes, call->count);
        }
        pop_clip(&canvas);
    }
}

/* Gaps as between the rows of a daily series: evenly spread over a wavy walk of prices. */
static pp_gap *make_gaps(size_t count)
{
    pp_gap *items = malloc(count * sizeof *items);
    double price = 100, length_s = 1e9 / (double)count;
    uint64_t seed = 1;
    for (size_t i = 0; items && i < count; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        double step = ((double)(seed >> 40) / (1 << 24) - 0.5) * 8;
        double wave = 40 * sin((double)i * 25 / (double)count);
        items[i] = (pp_gap){(double)i * length_s, ((double)i + 0.4) * length_s, price + wave,
                            price + wave + step};
    }
    return items;
}

static void prepare_pan(void)
{
    pp_canvas keeper = canvas_over(&keeping_ops);
    pp_view view = {0, 1e9, 30, 170, pp_chart_plot_rect(WIDTH, HEIGHT, 1)};
    for (size_t i = 0; i < PAN_FRAMES; i++) {
        views[i] = view;
        keeping = &kept[i];
        pp_gaps_draw(&keeper, &view, &gaps);
        pp_view_pan(&view, i < PAN_FRAMES / 2 ? PAN_STEP_PX : -PAN_STEP_PX, 1);
    }
}

static int measure_pan(const bench_case *self, size_t count, bench_result *result)
{
    static const bench_loop ours = {run_pan, NULL, FRAMES_BLOCK};
    static const bench_loop floor = {run_pan_floor, NULL, FRAMES_BLOCK};
    pp_gap *items = make_gaps(count);
    int status = items ? pp_gaps_add(&gaps, items, count) : PP_ENOMEM;
    if (status == PP_OK) {
        prepare_pan();
        bench_measure_loops(&ours, &floor, result);
    }
    drop_kept();
    pp_gaps_clear(&gaps);
    free(items);
    result->name = self->name;
    result->reference = "painting the same shapes ready-made";
    return status;
}

static int measure_pan_1285(const bench_case *self, bench_result *result)
{
    return measure_pan(self, 1285, result);
}

static int measure_pan_1e5(const bench_case *self, bench_result *result)
{
    return measure_pan(self, 100000, result);
}

static int measure_pan_1e6(const bench_case *self, bench_result *result)
{
    return measure_pan(self, 1000000, result);
}

/* ---- Creating and removing ------------------------------------------------------------------ */

static pp_gap *source;
static size_t source_size;
static pp_gaps made[REMOVE_BLOCK];
static pp_gap *plain[REMOVE_BLOCK];

static void make_ours(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if (pp_gaps_add(&made[i], source, source_size) != PP_OK)
            abort();
}

static void make_plain(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        plain[i] = malloc(source_size * sizeof *source);
        if (!plain[i])
            abort();
        for (size_t j = 0; j < source_size; j++) {
            plain[i][j] = source[j];
            BENCH_BARRIER();
        }
    }
}

static void remove_ours(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        pp_gaps_clear(&made[i]);
}

static void remove_plain(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        free(plain[i]);
        plain[i] = NULL;
    }
}

static void remove_all_ours(void)
{
    remove_ours(REMOVE_BLOCK);
}

static void remove_all_plain(void)
{
    remove_plain(REMOVE_BLOCK);
}

static void make_all_ours(void)
{
    make_ours(REMOVE_BLOCK);
}

static void make_all_plain(void)
{
    make_plain(REMOVE_BLOCK);
}

static int prepare_source(size_t count)
{
    source_size = count;
    source = make_gaps(count);
    return source ? PP_OK : PP_ENOMEM;
}

static int measure_create(const bench_case *self, bench_result *result)
{
    static const bench_loop ours = {make_ours, remove_all_ours, 1};
    static const bench_loop floor = {make_plain, remove_all_plain, 1};
    int status = prepare_source(1285);
    if (status == PP_OK)
        bench_measure_loops(&ours, &floor, result);
    free(source);
    result->name = self->name;
    result->reference = "filling a plain array";
    return status;
}

static int measure_remove(const bench_case *self, bench_result *result)
{
    static const bench_loop ours = {remove_ours, make_all_ours, REMOVE_BLOCK};
    static const bench_loop floor = {remove_plain, make_all_plain, REMOVE_BLOCK};
    int status = prepare_source(100000);
    if (status == PP_OK) {
        make_all_ours();
        make_all_plain();
        bench_measure_loops(&ours, &floor, result);
        remove_all_ours();
        remove_all_plain();
    }
    free(source);
    result->name = self->name;
    result->reference = "freeing a plain array";
    return status;
}

const bench_case bench_gap_cases[] = {
    {"scene_batch_pan_1285",
     "a panned frame of 1,285 gaps into plain memory, against the shapes alone", measure_pan_1285,
     NULL},
    {"scene_batch_pan_1e5", "the same of 100,000 gaps", measure_pan_1e5, NULL},
    {"scene_batch_pan_1e6", "the same of 1,000,000 gaps", measure_pan_1e6, NULL},
    {"batch_create_1285", "1,285 gaps added to an empty batch", measure_create, NULL},
    {"batch_remove_1e5", "100,000 gaps cleared", measure_remove, NULL},
};
const size_t bench_gap_case_count = sizeof bench_gap_cases / sizeof bench_gap_cases[0];
