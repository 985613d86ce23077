/* charts/ours.c: the scene as shipped, through the C ABI, by the protocol of chart_peer.hpp.
 *
 *   charts-ours VARIANT curve|gaps COUNT
 *
 * Variants: "raster" and "opengl" (gaps as one batch), and "items" (a graphics item for each gap).
 * Background and axes are drawn with every frame, as the peers do. */
#include "chart_data.h"

#include <paintprof/qt.h>
#include <paintprof/scene.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WARM_UP_FRAMES = 2, ROWS_A_BATCH = 4096, FRAMES_MAX = 4096, ITEM_MARGIN_PX = 32 };

typedef struct gap_item {
    const struct chart *chart;
    pp_gap gap;
} gap_item;

typedef struct chart {
    bool gaps_only, as_items;
    size_t count;
    double last;
    pp_view start, view;
    pp_series *series;
    pp_gaps gaps;
    pp_gap *specs; /* of all gaps */
    gap_item *items;
    ppq_group *group;
    ppq_app *app;
    ppq_window *window;
    ppq_view *canvas;
    uint64_t frame;
    size_t wanted, drawn; /* frames of the request */
    uint64_t asked_ns, frame_ns[FRAMES_MAX];
    uint64_t asked_cpu_ns, cpu_ns; /* when the frame was asked for; of all frames */
    int failure;
} chart;

/* ---- Data ------------------------------------------------------------------------------------ */

static int make_curve(chart *c)
{
    static pp_ohlc rows[ROWS_A_BATCH];
    chart_walk walk = chart_walk_start();
    int status = pp_series_create(&c->series);
    for (size_t first = 0; first < c->count && status == PP_OK; first += ROWS_A_BATCH) {
        size_t size = c->count - first < ROWS_A_BATCH ? c->count - first : ROWS_A_BATCH;
        for (size_t i = 0; i < size; i++) {
            double y = chart_walk_next(&walk);
            rows[i] = (pp_ohlc){(double)(first + i), y, y, y, y};
        }
        status = pp_series_append(c->series, rows, size);
    }
    if (status != PP_OK)
        return status;
    double low = 0, high = 0;
    pp_series_range(c->series, 0, c->count, &low, &high);
    double margin = (high - low) * 0.05;
    c->start = (pp_view){.x0 = 0, .x1 = (double)c->count, .y0 = low - margin, .y1 = high + margin};
    c->last = walk.value;
    return PP_OK;
}

static int make_specs(chart *c)
{
    c->specs = calloc(c->count, sizeof *c->specs);
    c->items = c->as_items ? calloc(c->count, sizeof *c->items) : NULL;
    if (!c->specs || (c->as_items && !c->items))
        return PP_ENOMEM;
    for (size_t i = 0; i < c->count; i++) {
        chart_gap gap = chart_gap_at(i, c->count);
        double top = gap.y + CHART_GAP_HEIGHT;
        c->specs[i] =
            (pp_gap){gap.x, gap.x + CHART_GAP_WIDTH, gap.up ? gap.y : top, gap.up ? top : gap.y};
        c->last = gap.y;
    }
    c->start = (pp_view){.x0 = 0, .x1 = CHART_GAPS_X, .y0 = -1, .y1 = 1};
    return PP_OK;
}

/* ---- Painting -------------------------------------------------------------------------------- */

static void paint_axes(void *surface, void *user)
{
    const chart *c = user;
    pp_chart_draw_axes(surface, &c->view);
}

static void paint_curve(void *surface, void *user)
{
    const chart *c = user;
    pp_chart_draw_curve(surface, &c->view, c->series, NULL);
}

static void paint_gaps(void *surface, void *user)
{
    const chart *c = user;
    pp_gaps_draw(surface, &c->view, &c->gaps);
}

static void paint_gap(void *surface, void *user)
{
    const gap_item *item = user;
    pp_gap_draw(surface, &item->chart->view, &item->gap);
}

static int add_layer(chart *c, double z, pp_paint_fn paint)
{
    ppq_item *item;
    const ppq_bounds all = {.w = CHART_WIDTH, .h = CHART_HEIGHT};
    return ppq_item_create(&item, c->canvas, NULL, all, z, paint, c);
}

/* ---- Gaps ------------------------------------------------------------------------------------ */

static void place_items(const chart *c)
{
    const pp_view *view = &c->view;
    double scale_x = view->plot.w / (view->x1 - view->x0);
    double scale_y = -view->plot.h / (view->y1 - view->y0);
    ppq_group_set_clip(c->group, view->plot);
    ppq_group_set_transform(c->group, scale_x, scale_y, view->plot.x - view->x0 * scale_x,
                            view->plot.y + view->plot.h - view->y0 * scale_y);
}

static int create_items(chart *c)
{
    int status = ppq_group_create(&c->group, c->canvas, 1);
    if (status == PP_OK)
        place_items(c);
    for (size_t i = 0; i < c->count && status == PP_OK; i++) {
        const pp_gap *gap = &c->specs[i];
        const ppq_bounds bounds = {.x = gap->time0_s,
                                   .y = fmin(gap->price0, gap->price1),
                                   .w = gap->time1_s - gap->time0_s,
                                   .h = fabs(gap->price1 - gap->price0),
                                   .margin_px = ITEM_MARGIN_PX};
        ppq_item *item;
        c->items[i] = (gap_item){c, *gap};
        status = ppq_item_create(&item, c->canvas, c->group, bounds, 0, paint_gap, &c->items[i]);
    }
    return status;
}

static int create_gaps(chart *c)
{
    return c->as_items ? create_items(c) : pp_gaps_add(&c->gaps, c->specs, c->count);
}

static void remove_gaps(chart *c)
{
    pp_gaps_clear(&c->gaps);
    ppq_group_destroy(c->group);
    c->group = NULL;
}

/* ---- Requests -------------------------------------------------------------------------------- */

static void obey_next(void *user);

/* Of this process. */
static uint64_t cpu_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void draw_next(void *user)
{
    chart *c = user;
    c->asked_cpu_ns = cpu_now_ns();
    c->asked_ns = pp_now_ns();
    double shift = chart_pan_at(c->frame++) * (c->start.x1 - c->start.x0);
    c->view.x0 = c->start.x0 + shift;
    c->view.x1 = c->start.x1 + shift;
    if (c->group)
        place_items(c);
    ppq_view_update(c->canvas);
}

static void on_frame_end(void *user, uint64_t flush_start_ns, uint64_t end_ns)
{
    (void)flush_start_ns;
    chart *c = user;
    if (c->drawn >= c->wanted)
        return; /* nobody's: of the window system */
    c->frame_ns[c->drawn++] = end_ns - c->asked_ns;
    c->cpu_ns += cpu_now_ns() - c->asked_cpu_ns;
    ppq_post(c->drawn < c->wanted ? draw_next : obey_next, c);
}

static void start_frames(chart *c, size_t count)
{
    c->wanted = count < FRAMES_MAX ? count : FRAMES_MAX;
    c->drawn = 0;
    c->cpu_ns = 0;
    ppq_post(c->wanted > 0 ? draw_next : obey_next, c);
}

static void answer_create(chart *c)
{
    remove_gaps(c);
    uint64_t start_ns = pp_now_ns();
    c->failure = create_gaps(c);
    printf("{\"create_ns\":%llu}\n", (unsigned long long)(pp_now_ns() - start_ns));
    ppq_post(obey_next, c);
}

static void answer_frames(chart *c)
{
    if (c->wanted == 0)
        return;
    if (c->frame <= WARM_UP_FRAMES) {
        printf("{\"version\":\"%s\",\"last\":%.17g}\n", pp_version(), c->last);
        return;
    }
    printf("{\"frame_ns\":[");
    for (size_t i = 0; i < c->drawn; i++)
        printf("%s%llu", i ? "," : "", (unsigned long long)c->frame_ns[i]);
    printf("],\"cpu_ns\":%llu,\"paints\":%zu}\n", (unsigned long long)c->cpu_ns, c->drawn);
}

/* Answers the last request and waits for the next; the window stands still meanwhile. */
static void obey_next(void *user)
{
    chart *c = user;
    char line[64];
    size_t count;
    answer_frames(c);
    c->wanted = 0;
    fflush(stdout);
    if (c->failure != PP_OK || !fgets(line, sizeof line, stdin))
        ppq_app_quit(c->app, c->failure);
    else if (strncmp(line, "frames ", 7) == 0 && (count = strtoul(line + 7, NULL, 10)) > 0)
        start_frames(c, count);
    else if (strcmp(line, "create\n") == 0)
        answer_create(c);
    else
        ppq_app_quit(c->app, PP_EINVAL);
}

/* ---- The window ------------------------------------------------------------------------------ */

static void on_resize(void *user, int width_px, int height_px, double ratio)
{
    chart *c = user;
    c->start.plot = c->view.plot = pp_chart_plot_rect(width_px, height_px, ratio);
}

static int open_window(chart *c, bool opengl)
{
    static const char title[] = "paintprof";
    const ppq_callbacks callbacks = {
        .struct_size = sizeof callbacks, .user = c, .resize = on_resize, .frame_end = on_frame_end};
    int status = ppq_window_create(&c->window, title, sizeof title - 1, CHART_WIDTH, CHART_HEIGHT);
    if (status == PP_OK)
        status = ppq_view_create(&c->canvas, c->window, &callbacks);
    if (status == PP_OK && opengl)
        status = ppq_view_set_renderer(c->canvas, PPQ_OPENGL);
    if (status == PP_OK)
        status = add_layer(c, 0, paint_axes);
    if (status == PP_OK && !c->as_items)
        status = add_layer(c, 1, c->gaps_only ? paint_gaps : paint_curve);
    c->view = c->start;
    c->view.plot = c->start.plot = pp_chart_plot_rect(CHART_WIDTH, CHART_HEIGHT, 1);
    if (status == PP_OK && c->gaps_only)
        status = create_gaps(c);
    return status;
}

static int run(chart *c, bool opengl)
{
    int status = c->gaps_only ? make_specs(c) : make_curve(c);
    if (status == PP_OK)
        status = open_window(c, opengl);
    if (status == PP_OK) {
        ppq_window_show(c->window);
        start_frames(c, WARM_UP_FRAMES);
        status = ppq_app_exec(c->app);
    }
    ppq_window_destroy(c->window);
    return status;
}

static void release(chart *c)
{
    pp_series_destroy(c->series);
    pp_gaps_clear(&c->gaps);
    free(c->specs);
    free(c->items);
    ppq_app_destroy(c->app);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "Usage: charts-ours raster|opengl|items curve|gaps COUNT\n"
                        "Run by ./do bench charts.\n");
        return 2;
    }
    const char *variant = argv[1];
    static chart c;
    c.gaps_only = strcmp(argv[2], "gaps") == 0;
    c.as_items = strcmp(variant, "items") == 0;
    c.count = strtoul(argv[3], NULL, 10);
    bool known =
        c.as_items ? c.gaps_only : strcmp(variant, "raster") == 0 || strcmp(variant, "opengl") == 0;
    if (!known || c.count == 0) {
        printf("{\"error\":\"no such variant\"}\n");
        return 1;
    }
    int status = ppq_app_create(&c.app, &argc, argv);
    if (status == PP_OK)
        status = run(&c, strcmp(variant, "opengl") == 0);
    if (status != PP_OK)
        printf("{\"error\":\"%s\"}\n", pp_last_error());
    release(&c);
    return status != PP_OK;
}
