/* demo/chart_app.h: the state of the chart and what each of its files offers. */
#ifndef CHART_APP_H
#define CHART_APP_H

#include "chart_options.h"

#include <paintprof/paintprof.h>
#include <paintprof/qt.h>
#include <paintprof/scene.h>

/* One item of the scene that paints itself through a hook. */
typedef struct chart_layer {
    ppq_item *item;
    pp_paint_hook hook;
} chart_layer;

typedef struct chart_gap_item chart_gap_item;

/* The gaps and how they are on the screen: one layer (batch) or one item each in a group. */
typedef struct chart_gaps {
    pp_gaps specs;
    double min_gap_s; /* neighbouring rows further apart than this leave a gap */
    size_t searched;  /* rows before this one were looked at */
    chart_layer batch;
    ppq_group *group;
    chart_gap_item *items; /* newest first */
    pp_paint_hook item_hook;
} chart_gaps;

/* Ticks that go on from the last row. */
typedef struct chart_feed {
    uint64_t random;
    double step_s; /* between neighbouring rows */
    unsigned ticks_in_bar, bars;
    ppq_timer *timer; /* while live */
} chart_feed;

/* What measures and where it goes. */
typedef struct chart_measure {
    pp_session *session; /* started when the first sink needs it */
    pp_overlay *overlay;
    pp_csv *csv, *recording;
    char recording_path[64];
    int csv_sink, recording_sink; /* ids, 0: none */
    bool overlay_shown, gate_by_environment;
    bool records; /* --record */
} chart_measure;

/* A run of --frames or --script. */
typedef struct chart_run {
    uint64_t frames; /* finished so far */
    uint64_t step;
    uint64_t due_ns;  /* of the next paced step */
    ppq_timer *timer; /* until then */
    bool step_pending, finished;
} chart_run;

typedef struct chart_pointer {
    double x_px, y_px;
    bool inside, dragging;
} chart_pointer;

typedef struct chart_state {
    chart_options options;
    pp_series *series;
    size_t loaded_rows; /* those that came from the file or generator */
    char title[64];

    pp_view view;
    int width_px, height_px;
    double ratio;
    bool free_y; /* the price range was moved by hand; else it follows the visible rows */
    pp_curve_style style;

    ppq_app *app;
    ppq_window *window;
    ppq_view *canvas;
    chart_layer axes, curve, crosshair, status, help;
    bool help_shown;
    char message[160]; /* the last thing a key did; "" for none */

    chart_gaps gaps;
    chart_feed feed;
    chart_measure measure;
    chart_run run;
    chart_pointer pointer;
    unsigned recordings, pictures; /* names given so far */
} chart_state;

/* ---- chart_app.c: window, layers, view ------------------------------------------------------- */

/* Creates window and layers, without gaps, for the series. Returns 0 or a PP_ code. */
int chart_app_create(chart_state *chart);
void chart_app_destroy(chart_state *chart);

/* Lays everything out for the size and ratio; a ppq_callbacks.resize. */
void chart_app_resized(void *user, int width_px, int height_px, double ratio);

/* Shows a line for the user in the chart (printf-style) and asks for a repaint. */
void chart_say(chart_state *chart, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Charges the pixels of area that are to be drawn to the innermost zone, which is hook's. */
void chart_charge_pixels(const pp_paint_hook *hook, const pp_canvas *canvas, pp_rect area);

int chart_set_renderer(chart_state *chart, ppq_renderer renderer);

/* Takes picture, then ends the event loop with status; later calls do nothing. */
void chart_finish(chart_state *chart, int status);

/* ---- chart_view.c: what is in sight ---------------------------------------------------------- */

/* The view was moved: keeps it in reach, follows the prices and asks for a repaint. */
void chart_view_moved(chart_state *chart);

/* Shows the rows [first, last) and follows their prices. */
void chart_view_fit(chart_state *chart, size_t first, size_t last);

/* Moves or scales the view; a move or a factor other than 1 of the prices frees them. */
void chart_view_pan(chart_state *chart, double dx_px, double dy_px);
void chart_view_zoom(chart_state *chart, double x_px, double y_px, double factor_x,
                     double factor_y);

/* Whether the newest row is in view, so that live rows are followed. */
bool chart_view_shows_end(const chart_state *chart);

/* ---- chart_gaps.c: the annotations in both modes --------------------------------------------- */

int chart_gaps_create(chart_state *chart);

/* Makes all gaps anew, in the present mode. */
int chart_gaps_rebuild(chart_state *chart);

/* Adds the gaps that new rows left. */
int chart_gaps_extend(chart_state *chart);

void chart_gaps_destroy(chart_state *chart);

/* After a resize or a move of the view. */
void chart_gaps_place(chart_state *chart);

/* ---- chart_live.c: ticks and bars as they arrive --------------------------------------------- */

void chart_feed_init(chart_state *chart);

/* One tick: moves the last bar or begins the next. Returns 0 or a PP_ code. */
int chart_feed_tick(chart_state *chart);

/* Starts or stops live mode. */
int chart_feed_toggle(chart_state *chart);

/* ---- chart_script.c: runs without hands ------------------------------------------------------ */

/* Notes a finished frame; ends the run after the last one, else arranges the next step. */
void chart_run_frame_end(chart_state *chart);

/* Puts the view where the script begins. */
void chart_run_start(chart_state *chart);

/* ---- chart_measure.c: session, overlay, CSV, gate -------------------------------------------- */

/* Opens what the options ask for. Returns 0 or a PP_ code with a message. */
int chart_measure_open(chart_state *chart);

/* Stops the session and closes all files. Returns 0, or PP_EIO after a message. */
int chart_measure_close(chart_state *chart);

void chart_measure_set_page(chart_state *chart, pp_overlay_page page);

/* Starts or ends a recording of frames to a file of its own. */
void chart_measure_toggle_recording(chart_state *chart);

/* ---- chart_report.c: the table of a run ------------------------------------------------------ */

/* Writes the numbers of the session as text; allocated, NULL without memory. */
char *chart_report_text(chart_state *chart);

/* Writes it to path ("-": standard output), by a temporary name and a rename. */
int chart_report_write(chart_state *chart, const char *path);

/* ---- chart_mouse.c --------------------------------------------------------------------------- */

void chart_on_mouse(void *user, const ppq_mouse *mouse);
void chart_on_wheel(void *user, const ppq_wheel *wheel);

#endif
