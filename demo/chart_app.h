/* demo/chart_app.h: the state of the chart and what each of its files offers. */
#ifndef CHART_APP_H
#define CHART_APP_H

#include "annotate_rows.h"
#include "chart_options.h"

#include <paintprof/paintprof.h>
#include <paintprof/qt.h>
#include <paintprof/scene.h>
#include <stdio.h>
#include <time.h>

/* One item of the scene that paints itself through a hook. */
typedef struct chart_layer {
    ppq_item *item;
    pp_paint_hook hook;
} chart_layer;

typedef struct chart_gap_item chart_gap_item;
typedef struct chart_annotations chart_annotations;

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

/* Rows that arrive at --live-rate. */
typedef struct chart_stream {
    bool on;
    bool own_width; /* nobody has zoomed since it began */
    uint64_t start_ns, brought;
    uint64_t until_break; /* rows */
    uint64_t rate_from_ns, rate_rows;
    double rows_per_s; /* as measured lately */
} chart_stream;

enum { CHART_LATE_MOST = 16 };

/* Late frames by whose fault they were, of the whole session. */
typedef struct chart_late {
    clockid_t clock; /* CPU time of the GUI thread */
    bool has_clock;
    uint64_t cpu_ns; /* at the end of the last frame */
    uint64_t frames;
    struct {
        const char *name;
        uint64_t frames;
    } entries[CHART_LATE_MOST];
    size_t size;
    uint64_t others;
} chart_late;

/* What measures and where it goes. */
typedef struct chart_measure {
    pp_session *session; /* started when the first sink needs it */
    pp_overlay *overlay;
    pp_csv *csv, *frames_csv; /* --csv; of the key */
    char frames_csv_path[64];
    int csv_sink, frames_csv_sink; /* ids, 0: none */
    bool overlay_shown, gate_by_environment;
    bool records; /* --record, or the key for it */
} chart_measure;

/* A run of --frames, --duration or --script. */
typedef struct chart_run {
    uint64_t frames; /* finished so far */
    uint64_t step;
    uint64_t start_ns;
    uint64_t due_ns;  /* of the next paced step */
    ppq_timer *timer; /* until then */
    bool step_pending, ending, finished;
    uint64_t start_bytes; /* of memory in use when it began */
    /* Of the mixed script: what it does now, for how many steps more, and where. */
    uint64_t random;
    unsigned action, action_steps;
    double speed, at_x, at_y;
} chart_run;

typedef struct chart_pointer {
    double x_px, y_px;
    bool inside, dragging;
} chart_pointer;

typedef struct chart_state {
    chart_options options;
    pp_series *series;
    annotate_rows rows; /* series, as other threads may read it: around every change */
    size_t loaded_rows; /* those that came from the file or generator */
    char title[64];

    pp_view view;
    int width_px, height_px;
    double ratio;
    bool free_y; /* the price range was moved by hand; else it follows the visible rows */

    ppq_app *app;
    ppq_window *window;
    ppq_view *canvas;
    chart_layer axes, curve, crosshair, status, help;
    bool help_shown;
    char message[160]; /* the last thing a key did; "" for none */

    chart_gaps gaps;
    chart_annotations *annotations; /* NULL: it does not listen */
    chart_feed feed;
    chart_stream stream;
    chart_late late;
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

/* Appends rows; sets the newest one. Return 0 or a PP_ code. */
int chart_feed_append(chart_state *chart, const pp_ohlc *rows, size_t count);
int chart_feed_update_last(chart_state *chart, const pp_ohlc *row);

/* One tick: moves the last bar or begins the next. Returns 0 or a PP_ code. */
int chart_feed_tick(chart_state *chart);

/* Starts or stops live mode. */
int chart_feed_toggle(chart_state *chart);

/* In [-1, 1): the same series of numbers for the same state. */
double chart_random(uint64_t *state);

/* ---- chart_stream.c: rows at a rate ---------------------------------------------------------- */

void chart_stream_begin(chart_state *chart);
void chart_stream_end(chart_state *chart);

/* Appends what is due, a slice at most, and follows it if the newest row is in view. Returns 0 or
 * a PP_ code. */
int chart_stream_bring(chart_state *chart);

/* ---- chart_mixed.c: the script of long runs -------------------------------------------------- */

/* Takes the next step. Returns 0 or a PP_ code. */
int chart_mixed_step(chart_state *chart);

/* ---- chart_late.c: late frames --------------------------------------------------------------- */

int chart_late_open(chart_state *chart);
void chart_late_print(FILE *out, const chart_late *late);

/* ---- chart_crosshair.c: what follows the cursor ---------------------------------------------- */

/* A pp_paint_fn; user is the chart. */
void chart_crosshair_paint(void *surface, void *user);

/* The cursor, the view or the data changed: asks for the repaint of what follows the cursor. */
void chart_crosshair_place(chart_state *chart);

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

/* Starts or ends a recording of everything / a CSV of frames, each to a file of its own. */
void chart_measure_toggle_recording(chart_state *chart);
void chart_measure_toggle_csv(chart_state *chart);

/* ---- chart_report.c: the table of a run ------------------------------------------------------ */

/* Writes the numbers of the session as text; allocated, NULL without memory. */
char *chart_report_text(chart_state *chart);

/* The memory that the process uses now. */
uint64_t chart_report_memory_bytes(void);

/* Writes it to path ("-": standard output), by a temporary name and a rename. */
int chart_report_write(chart_state *chart, const char *path);

/* ---- chart_mouse.c --------------------------------------------------------------------------- */

void chart_on_mouse(void *user, const ppq_mouse *mouse);
void chart_on_wheel(void *user, const ppq_wheel *wheel);

#endif
