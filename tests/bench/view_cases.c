/* bench/view_cases.c: what a move of the crosshair costs above a whole chart. */
#include "bench.h"

#include <paintprof/qt.h>
#include <paintprof/scene.h>
#include <string.h>
#include <time.h>

enum { ROWS = 100000, GAPS = 1285, WARM_UP_FRAMES = 40, MOVES_IN_A_ROW = 16, FRAMES_MAX = 4000 };
static const uint64_t MEASURE_NS = 2300000000;

/* A chart whose crosshair moves in every frame, in a row as under a hand; some frames between
 * are drawn wholly. */
typedef struct crosshair_bench {
    ppq_app *app;
    ppq_window *window;
    ppq_view *view;
    ppq_item *crosshair;
    pp_series *series;
    pp_gaps gaps;
    pp_view range;
    int x, y, frame;
    bool whole; /* the present frame */
    uint64_t layout_ns, paint_start_ns, started_ns;
    double frame_ns; /* layout, painting and flush */
    double move_ns[FRAMES_MAX], whole_ns[FRAMES_MAX];
    size_t move_count, whole_count;
} crosshair_bench;

/* Of this thread: others that wait for the same core are not our cost. */
static uint64_t cpu_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void paint_scene(void *surface, void *user)
{
    const crosshair_bench *bench = user;
    pp_chart_draw_axes(surface, &bench->range);
    pp_gaps_draw(surface, &bench->range, &bench->gaps);
    pp_chart_draw_curve(surface, &bench->range, bench->series,
                        &(pp_curve_look){PP_CURVE_LINE, 1, false});
}

static void paint_crosshair(void *surface, void *user)
{
    const crosshair_bench *bench = user;
    pp_chart_draw_crosshair(surface, &bench->range, bench->series, bench->x, bench->y);
    pp_gaps_draw_tag(surface, &bench->range, &bench->gaps, bench->x, bench->y);
}

static void move_crosshair(crosshair_bench *bench)
{
    const pp_rect plot = bench->range.plot;
    pp_rect area[PP_CROSSHAIR_RECTS_MAX + 1];
    pp_canvas *canvas = ppq_view_measuring_canvas(bench->view);
    bench->x = plot.x + (bench->frame * 7) % plot.w;
    bench->y = plot.y + (bench->frame * 3) % plot.h;
    size_t count =
        pp_chart_crosshair_area(canvas, &bench->range, bench->series, bench->x, bench->y, area);
    if (pp_gaps_tag_area(canvas, &bench->range, &bench->gaps, bench->x, bench->y, &area[count]))
        count++;
    ppq_item_set_area(bench->crosshair, area, count);
}

static void next_frame(crosshair_bench *bench)
{
    bench->whole = bench->frame % MOVES_IN_A_ROW == 0;
    uint64_t start_ns = cpu_now_ns();
    move_crosshair(bench);
    if (bench->whole)
        ppq_view_update(bench->view);
    bench->layout_ns = cpu_now_ns() - start_ns;
}

static void frame_is_over(void *user)
{
    crosshair_bench *bench = user;
    double frame_ns = bench->frame_ns;
    if (bench->frame++ >= WARM_UP_FRAMES) {
        if (bench->whole && bench->whole_count < FRAMES_MAX)
            bench->whole_ns[bench->whole_count++] = frame_ns;
        else if (!bench->whole && bench->move_count < FRAMES_MAX)
            bench->move_ns[bench->move_count++] = frame_ns;
    }
    if (bench_now_ns() - bench->started_ns > MEASURE_NS)
        ppq_app_quit(bench->app, 0);
    else
        next_frame(bench);
}

static void on_frame_begin(void *user)
{
    crosshair_bench *bench = user;
    bench->paint_start_ns = cpu_now_ns();
}

static void on_frame_end(void *user, uint64_t flush_start_ns, uint64_t end_ns)
{
    (void)flush_start_ns;
    (void)end_ns;
    crosshair_bench *bench = user;
    bench->frame_ns = (double)(bench->layout_ns + cpu_now_ns() - bench->paint_start_ns);
    ppq_post(frame_is_over, user);
}

static void on_resize(void *user, int width_px, int height_px, double ratio)
{
    crosshair_bench *bench = user;
    bench->range.plot = pp_chart_plot_rect(width_px, height_px, ratio);
}

static int make_scene(crosshair_bench *bench)
{
    const ppq_bounds all = {.w = 1 << 14, .h = 1 << 14};
    ppq_item *scene;
    int status = pp_series_generate(&bench->series, ROWS, 60, 1);
    if (status == PP_OK)
        status = pp_gaps_spread(&bench->gaps, bench->series, GAPS);
    if (status == PP_OK)
        status = ppq_item_create(&scene, bench->view, NULL, all, 0, paint_scene, bench);
    if (status == PP_OK)
        status = ppq_item_create(&bench->crosshair, bench->view, NULL, (ppq_bounds){0}, 1,
                                 paint_crosshair, bench);
    if (status == PP_OK)
        status = ppq_item_set_floating(bench->crosshair, true);
    if (status == PP_OK)
        pp_chart_fit(&bench->range, bench->series, 0, ROWS);
    return status;
}

static int open_window(crosshair_bench *bench)
{
    static char name[] = "paintprof-bench";
    static char *argv[] = {name, NULL};
    static int argc = 1;
    const ppq_callbacks callbacks = {.struct_size = sizeof callbacks,
                                     .user = bench,
                                     .resize = on_resize,
                                     .frame_begin = on_frame_begin,
                                     .frame_end = on_frame_end};
    int status = ppq_app_create(&bench->app, &argc, argv);
    if (status == PP_OK)
        status = ppq_window_create(&bench->window, name, strlen(name), 1280, 720);
    if (status == PP_OK)
        status = ppq_view_create(&bench->view, bench->window, &callbacks);
    return status == PP_OK ? make_scene(bench) : status;
}

int bench_measure_crosshair_move(const bench_case *self, bench_result *result)
{
    static crosshair_bench bench;
    int status = open_window(&bench);
    if (status == PP_OK) {
        ppq_window_show(bench.window);
        bench.started_ns = bench_now_ns();
        status = ppq_app_exec(bench.app);
    }
    ppq_window_destroy(bench.window);
    ppq_app_destroy(bench.app);
    pp_gaps_clear(&bench.gaps);
    pp_series_destroy(bench.series);
    if (status != PP_OK)
        return status;
    *result = (bench_result){.name = self->name,
                             .median_ns = bench_quantile(bench.move_ns, bench.move_count, 0.5),
                             .p99_ns = bench_quantile(bench.move_ns, bench.move_count, 0.99),
                             .iterations = bench.move_count,
                             .loop_ns = -1,
                             .reference = "the same frame drawn wholly",
                             .reference_ns = bench_quantile(bench.whole_ns, bench.whole_count, 0.5),
                             .extra_ns = __builtin_nan("")};
    return PP_OK;
}
