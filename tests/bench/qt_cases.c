/* bench/qt_cases.c: what the overlay adds to a frame of a real window. */
#include "bench.h"

#include <math.h>
#include <paintprof/qt.h>
#include <string.h>

enum { LINES = 1280, WARM_UP_FRAMES = 4, BLOCK_FRAMES = 20, FRAMES_MAX = 4000 };
static const uint64_t MEASURE_NS = 2300000000;
static const uint64_t TEXT_PERIOD_NS = 250000000;

/* One bench window, and the frames timed in it from update() to the end of all they cause. */
typedef struct frame_bench {
    ppq_app *app;
    ppq_window *window;
    ppq_canvas *canvas;
    pp_overlay *overlay;
    pp_session *session;
    bool times_text; /* compare frames with and without a text refresh, not the pages */
    bool treated;    /* the present frame is one of ours, not of the reference */
    int frame;       /* in this block, from -WARM_UP_FRAMES */
    uint64_t clock_ahead_ns;
    uint64_t asked_ns, started_ns;
    double our_ns[FRAMES_MAX], reference_ns[FRAMES_MAX];
    size_t our_count, reference_count;
} frame_bench;

static void paint_host(void *surface, void *user)
{
    const frame_bench *bench = user;
    pp_canvas *canvas = surface;
    pp_rect all = {0, 0, canvas->width_px, canvas->height_px};
    canvas->ops->fill_rects(canvas, &all, 1, 0xFF101418);
    static pp_line lines[LINES];
    int middle = canvas->height_px / 2;
    for (int i = 0; i < LINES; i++) {
        int x = i * canvas->width_px / LINES;
        int swing = (i * 37 + bench->frame * 11) % 200;
        lines[i] = (pp_line){x, middle - swing, x, middle + swing / 2};
    }
    canvas->ops->lines(canvas, lines, LINES, 0xFF4DA3FF, 1);
}

static uint64_t shifted_clock(void *user)
{
    const frame_bench *bench = user;
    return bench_now_ns() + bench->clock_ahead_ns;
}

static void next_frame(void *user);

static void show_page(frame_bench *bench, bool full)
{
    pg_set_profile_enabled(full);
    pp_overlay_set_page(bench->overlay, full ? PP_OVERLAY_FULL : PP_OVERLAY_OFF);
    ppq_window_overlay_changed(bench->window);
}

/* Pages change from block to block; text refreshes from frame to frame, by moving the clock. */
static void choose_treatment(frame_bench *bench)
{
    if (bench->times_text) {
        bench->treated = bench->frame % 2 == 0;
        if (bench->treated)
            bench->clock_ahead_ns += TEXT_PERIOD_NS;
    } else if (bench->frame == BLOCK_FRAMES) {
        bench->treated = !bench->treated;
        bench->frame = -WARM_UP_FRAMES;
        show_page(bench, bench->treated);
    }
}

static void keep_frame(frame_bench *bench, double frame_ns)
{
    if (bench->frame < 0)
        return;
    if (bench->treated && bench->our_count < FRAMES_MAX)
        bench->our_ns[bench->our_count++] = frame_ns;
    else if (!bench->treated && bench->reference_count < FRAMES_MAX)
        bench->reference_ns[bench->reference_count++] = frame_ns;
}

static void frame_is_over(void *user)
{
    frame_bench *bench = user;
    uint64_t now_ns = bench_now_ns();
    keep_frame(bench, (double)(now_ns - bench->asked_ns));
    bench->frame++;
    if (now_ns - bench->started_ns > MEASURE_NS)
        ppq_app_quit(bench->app, 0);
    else
        next_frame(bench);
}

static void next_frame(void *user)
{
    frame_bench *bench = user;
    choose_treatment(bench);
    bench->asked_ns = bench_now_ns();
    ppq_canvas_update(bench->canvas);
}

/* The frame's own end still lies before the drain: the next event comes after both. */
static void on_frame_end(void *user, uint64_t flush_start_ns, uint64_t end_ns)
{
    (void)flush_start_ns;
    (void)end_ns;
    ppq_post(frame_is_over, user);
}

static int open_window(frame_bench *bench)
{
    static char name[] = "paintprof-bench";
    static char *argv[] = {name, NULL};
    static int argc = 1;
    const ppq_callbacks callbacks = {.struct_size = sizeof callbacks,
                                     .user = bench,
                                     .paint = paint_host,
                                     .frame_end = on_frame_end};
    int status = ppq_app_create(&bench->app, &argc, argv);
    if (status == PP_OK)
        status = ppq_window_create(&bench->window, name, strlen(name), 1280, 720);
    if (status == PP_OK)
        status = ppq_canvas_create(&bench->canvas, bench->window, &callbacks);
    if (status == PP_OK && bench->times_text)
        status = pp_clock_override(shifted_clock, bench);
    if (status == PP_OK)
        status = pp_session_start(&bench->session, NULL);
    if (status == PP_OK)
        status = pp_overlay_create(&bench->overlay, 0);
    if (status == PP_OK)
        status = ppq_window_set_overlay(bench->window, bench->overlay);
    return status;
}

static void close_window(frame_bench *bench)
{
    if (bench->window)
        ppq_window_set_overlay(bench->window, NULL);
    pp_session_stop(bench->session);
    ppq_window_destroy(bench->window);
    pp_overlay_destroy(bench->overlay);
    ppq_app_destroy(bench->app);
}

static int measure_frames(const bench_case *self, bool times_text, bench_result *result)
{
    static frame_bench bench;
    bench.times_text = times_text;
    bench.frame = -WARM_UP_FRAMES;
    int status = open_window(&bench);
    if (status == PP_OK) {
        show_page(&bench, times_text);
        ppq_window_show(bench.window);
        bench.started_ns = bench_now_ns();
        status = ppq_app_exec(bench.app);
    }
    close_window(&bench);
    if (status != PP_OK)
        return status;
    double ours = bench_quantile(bench.our_ns, bench.our_count, 0.5);
    double reference = bench_quantile(bench.reference_ns, bench.reference_count, 0.5);
    *result = (bench_result){.name = self->name,
                             .median_ns = ours,
                             .p99_ns = bench_quantile(bench.our_ns, bench.our_count, 0.99),
                             .iterations = bench.our_count,
                             .loop_ns = -1,
                             .reference = times_text ? "frame without a text refresh"
                                                     : "frame with the overlay off",
                             .reference_ns = reference,
                             .extra_ns = ours - reference};
    return PP_OK;
}

static int measure_overlay_frame(const bench_case *self, bench_result *result)
{
    return measure_frames(self, false, result);
}

static int measure_overlay_text(const bench_case *self, bench_result *result)
{
    return measure_frames(self, true, result);
}

const bench_case bench_qt_cases[] = {
    {"overlay_frame", "a 1280x720 raster frame with page full, against off", measure_overlay_frame,
     "1"},
    {"overlay_frame_1_5", "the same at device-pixel-ratio 1.5", measure_overlay_frame, "1.5"},
    {"overlay_frame_2", "the same at device-pixel-ratio 2", measure_overlay_frame, "2"},
    {"overlay_text", "a frame with a text refresh, against one without", measure_overlay_text, "1"},
    {"overlay_text_1_5", "the same at device-pixel-ratio 1.5", measure_overlay_text, "1.5"},
    {"overlay_text_2", "the same at device-pixel-ratio 2", measure_overlay_text, "2"},
    {"crosshair_move", "a move of the crosshair: layout, painting and flush",
     bench_measure_crosshair_move, "1"},
    {"crosshair_move_1_5", "the same at device-pixel-ratio 1.5", bench_measure_crosshair_move,
     "1.5"},
    {"crosshair_move_2", "the same at device-pixel-ratio 2", bench_measure_crosshair_move, "2"},
};
const size_t bench_qt_case_count = sizeof bench_qt_cases / sizeof bench_qt_cases[0];
