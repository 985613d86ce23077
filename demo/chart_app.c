/* demo/chart_app.c: the window of the chart and its layers, each painted through a hook. */
#include "chart_app.h"

#include "chart_annotate.h"
#include "chart_keys.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const double STATUS_HEIGHT_PX = 28; /* logical */

enum { Z_AXES = 0, Z_CURVE = 2, Z_STATUS = 3, Z_HELP = 4, Z_CROSSHAIR = 5 }; /* gaps: 1 */

/* ---- Painting -------------------------------------------------------------------------------- */

static int overlap(int a, int a_size, int b, int b_size)
{
    int start = a > b ? a : b;
    int end = a + a_size < b + b_size ? a + a_size : b + b_size;
    return end > start ? end - start : 0;
}

static uint64_t dirty_pixels(const pp_canvas *canvas, pp_rect area)
{
    const pp_rect dirty = canvas->dirty;
    return (uint64_t)overlap(area.x, area.w, dirty.x, dirty.w) *
           (uint64_t)overlap(area.y, area.h, dirty.y, dirty.h);
}

void chart_charge_pixels(const pp_paint_hook *hook, const pp_canvas *canvas, pp_rect area)
{
    pp_paint_hook_pixels(hook, dirty_pixels(canvas, area));
}

static void paint_axes(void *surface, void *user)
{
    const chart_state *chart = user;
    chart_charge_pixels(&chart->axes.hook, surface,
                        (pp_rect){0, 0, chart->width_px, chart->height_px});
    pp_chart_draw_axes(surface, &chart->view);
}

/* Measured by a profiler instead of a hook: its steps are worth printing. */
static void paint_curve(void *surface, void *user)
{
    const chart_state *chart = user;
    static const pp_profiler_opts opts = {
        .ms_threshold = PP_MS_SLOWER_THEN, .has_phase = true, .phase = PP_PHASE_REDRAW};
    pp_profiler profiler = pp_profiler_begin("Curve.paint()", &opts);
    pp_zone_pixels(&profiler.zone, dirty_pixels(surface, chart->view.plot));
    size_t first = pp_series_lower_bound(chart->series, chart->view.x0);
    size_t last = pp_series_lower_bound(chart->series, chart->view.x1);
    pp_profiler_markf(&profiler, "found %zu visible rows", last - first);
    pp_chart_draw_curve(surface, &chart->view, chart->series, &chart->options.look);
    pp_profiler_markf(&profiler, "drew %s", chart_style_name(chart->options.look.style));
    pp_profiler_end(&profiler);
}

/* " · live", with the rate that is reached. */
static void format_live(const chart_state *chart, char *text, size_t capacity)
{
    *text = '\0';
    if (chart->stream.on)
        snprintf(text, capacity, " \u00b7 live %.0f rows/s", chart->stream.rows_per_s);
    else if (chart->feed.timer != NULL)
        snprintf(text, capacity, " \u00b7 live");
}

/* " · 7 annotations, listening" */
static void format_annotations(const chart_state *chart, char *text, size_t capacity)
{
    *text = '\0';
    size_t count = chart->annotations != NULL ? chart_annotate_count(chart->annotations) : 0;
    if (chart->annotations != NULL)
        snprintf(text, capacity, " \u00b7 %zu annotation%s, listening", count,
                 count == 1 ? "" : "s");
}

static void paint_status(void *surface, void *user)
{
    const chart_state *chart = user;
    pp_canvas *canvas = surface;
    char text[384], live[48], annotations[64];
    format_live(chart, live, sizeof live);
    format_annotations(chart, annotations, sizeof annotations);
    size_t rows = pp_series_columns(chart->series).size, gaps = chart->gaps.specs.size;
    int size = snprintf(text, sizeof text,
                        "%s \u00b7 %zu row%s \u00b7 %zu gap%s%s \u00b7 %s \u00b7 %s%s%s%s",
                        chart->title, rows, rows == 1 ? "" : "s", gaps, gaps == 1 ? "" : "s",
                        annotations, chart_mode_name(chart->options.mode),
                        ppq_view_renderer(chart->canvas) == PPQ_OPENGL ? "OpenGL" : "raster", live,
                        chart->message[0] != '\0' ? "  \u2014  " : "", chart->message);
    if (size <= 0)
        return;
    pp_rect plot = chart->view.plot;
    int margin = pp_canvas_px(canvas, 8);
    pp_text line = {.at = {plot.x + margin, plot.y + plot.h - margin},
                    .align = PP_ALIGN_LEFT | PP_ALIGN_BOTTOM,
                    .utf8 = text,
                    .size_bytes = strnlen(text, sizeof text),
                    .color = pp_theme_dark.axis_text};
    pp_font font = {PP_FONT_SANS, pp_canvas_px(canvas, 12), false};
    canvas->ops->push_clip(canvas, plot);
    canvas->ops->texts(canvas, font, &line, 1);
    canvas->ops->pop_clip(canvas);
}

static void paint_help(void *surface, void *user)
{
    (void)user;
    const char *lines[CHART_KEYS_MOST_LINES];
    size_t count = chart_keys_lines(lines, CHART_KEYS_MOST_LINES);
    pp_chart_draw_help(surface, CHART_PROGRAM, lines, count);
}

/* ---- Layers ------------------------------------------------------------------------------------
 */

/* site NULL: paint measures itself. */
static int create_layer(chart_state *chart, chart_layer *layer, const char *site, double z,
                        pp_paint_fn paint)
{
    layer->hook = (pp_paint_hook){.paint = paint, .user = chart};
    if (site != NULL) {
        int failure = pp_paint_hook_init(&layer->hook, site, PP_PHASE_REDRAW, paint, chart);
        if (failure != 0)
            return failure;
    }
    return ppq_item_create(&layer->item, chart->canvas, NULL, (ppq_bounds){0}, z, pp_paint_hook_run,
                           &layer->hook);
}

static int create_layers(chart_state *chart)
{
    int failure = create_layer(chart, &chart->axes, "Axes.paint()", Z_AXES, paint_axes);
    if (failure == 0)
        failure = create_layer(chart, &chart->curve, NULL, Z_CURVE, paint_curve);
    if (failure == 0)
        failure = create_layer(chart, &chart->status, "Status.paint()", Z_STATUS, paint_status);
    if (failure == 0)
        failure = create_layer(chart, &chart->crosshair, "Crosshair.paint()", Z_CROSSHAIR,
                               chart_crosshair_paint);
    if (failure == 0)
        failure = ppq_item_set_floating(chart->crosshair.item, true);
    if (failure == 0)
        failure = create_layer(chart, &chart->help, "Help.paint()", Z_HELP, paint_help);
    if (failure == 0)
        ppq_item_set_visible(chart->help.item, false);
    return failure;
}

/* Of the line at the bottom of the plot. */
static ppq_bounds status_bounds(const chart_state *chart)
{
    const pp_rect plot = chart->view.plot;
    double height_px = ceil(STATUS_HEIGHT_PX * chart->ratio);
    return (ppq_bounds){.x = plot.x, .y = plot.y + plot.h - height_px, .w = plot.w, .h = height_px};
}

void chart_app_resized(void *user, int width_px, int height_px, double ratio)
{
    chart_state *chart = user;
    chart->width_px = width_px;
    chart->height_px = height_px;
    chart->ratio = ratio;
    chart->view.plot = pp_chart_plot_rect(width_px, height_px, ratio);
    ppq_bounds whole = {.w = width_px, .h = height_px};
    chart_layer *layers[] = {&chart->axes, &chart->curve, &chart->help};
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; ++i)
        if (layers[i]->item != NULL)
            ppq_item_set_bounds(layers[i]->item, whole);
    if (chart->status.item != NULL)
        ppq_item_set_bounds(chart->status.item, status_bounds(chart));
    chart_annotate_place(chart->annotations);
    if (chart->canvas != NULL)
        chart_view_moved(chart);
}

/* ---- Window
 * -------------------------------------------------------------------------------------- */

static void on_frame_end(void *user, uint64_t flush_start_ns, uint64_t end_ns)
{
    (void)flush_start_ns;
    (void)end_ns;
    chart_run_frame_end(user);
}

static bool on_close(void *user)
{
    chart_finish(user, 0);
    return true;
}

static void on_signal(void *user, int signal)
{
    (void)signal;
    chart_finish(user, 0);
}

int chart_set_renderer(chart_state *chart, ppq_renderer renderer)
{
    int failure = ppq_view_set_renderer(chart->canvas, renderer);
    if (failure == 0)
        chart->options.renderer = renderer;
    return failure;
}

int chart_app_create(chart_state *chart)
{
    const chart_options *options = &chart->options;
    chart->ratio = 1;
    chart->view.plot = pp_chart_plot_rect(options->width, options->height, 1);
    pp_chart_fit(&chart->view, chart->series, 0, pp_series_columns(chart->series).size);

    int failure = ppq_app_on_signal(chart->app, on_signal, chart);
    if (failure == 0)
        failure = ppq_window_create(&chart->window, CHART_PROGRAM, strlen(CHART_PROGRAM),
                                    options->width, options->height);
    if (failure != 0)
        return failure;
    pp_window_focus(ppq_window_measured(chart->window));
    ppq_callbacks callbacks = {.struct_size = sizeof callbacks,
                               .user = chart,
                               .resize = chart_app_resized,
                               .key = chart_on_key,
                               .mouse = chart_on_mouse,
                               .wheel = chart_on_wheel,
                               .frame_end = on_frame_end,
                               .close = on_close};
    failure = ppq_view_create(&chart->canvas, chart->window, &callbacks);
    return failure != 0 ? failure : create_layers(chart);
}

void chart_app_destroy(chart_state *chart)
{
    ppq_timer_destroy(chart->run.timer);
    ppq_timer_destroy(chart->feed.timer);
    chart_annotate_close(chart->annotations);
    if (chart->canvas != NULL)
        chart_gaps_destroy(chart);
    ppq_window_destroy(chart->window);
}

void chart_say(chart_state *chart, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(chart->message, sizeof chart->message, format, args);
    va_end(args);
    ppq_item_update(chart->status.item);
}

void chart_finish(chart_state *chart, int status)
{
    if (chart->run.finished)
        return;
    chart->run.finished = true;
    const char *path = chart->options.screenshot;
    if (path != NULL && ppq_window_screenshot(chart->window, path) != 0) {
        fprintf(stderr, CHART_PROGRAM ": %s\n", pp_last_error());
        status = 1;
    }
    ppq_app_quit(chart->app, status);
}
