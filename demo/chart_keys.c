/* demo/chart_keys.c: what the keys of paintprof-chart do, in one table for keys, help and --help.
 */
#include "chart_keys.h"

#include "chart_app.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double PAN_STEP = 0.1, PAGE_STEP = 0.9, ZOOM_STEP = 1.25;

static void pan_by(chart_state *chart, double widths, double heights)
{
    chart_view_pan(chart, widths * chart->view.plot.w, heights * chart->view.plot.h);
}

static void pan_left(chart_state *chart)
{
    pan_by(chart, PAN_STEP, 0);
}
static void pan_right(chart_state *chart)
{
    pan_by(chart, -PAN_STEP, 0);
}
static void page_left(chart_state *chart)
{
    pan_by(chart, PAGE_STEP, 0);
}
static void page_right(chart_state *chart)
{
    pan_by(chart, -PAGE_STEP, 0);
}

static void pan_up(chart_state *chart)
{
    pan_by(chart, 0, PAN_STEP);
}
static void pan_down(chart_state *chart)
{
    pan_by(chart, 0, -PAN_STEP);
}

static void zoom_by(chart_state *chart, double factor)
{
    const pp_rect plot = chart->view.plot;
    chart_view_zoom(chart, plot.x + plot.w / 2.0, plot.y + plot.h / 2.0, factor, 1);
}

static void zoom_in(chart_state *chart)
{
    zoom_by(chart, ZOOM_STEP);
}
static void zoom_out(chart_state *chart)
{
    zoom_by(chart, 1 / ZOOM_STEP);
}

/* Moves the view so that its left or right edge stands at a time, the width kept. */
static void go_to(chart_state *chart, double time_s, bool right_edge)
{
    double width_s = chart->view.x1 - chart->view.x0;
    chart->view.x0 = right_edge ? time_s - width_s * 0.97 : time_s - width_s * 0.03;
    chart->view.x1 = chart->view.x0 + width_s;
    chart_view_moved(chart);
}

static void go_home(chart_state *chart)
{
    go_to(chart, pp_series_columns(chart->series).time_s[0], false);
}

static void go_end(chart_state *chart)
{
    pp_columns columns = pp_series_columns(chart->series);
    go_to(chart, columns.time_s[columns.size - 1], true);
}

static void fit(chart_state *chart)
{
    chart_view_fit(chart, 0, pp_series_columns(chart->series).size);
}

static void say_failure(chart_state *chart, const char *what)
{
    chart_say(chart, "%s: %s", what, pp_last_error());
}

static void toggle_mode(chart_state *chart)
{
    chart->options.mode = chart->options.mode == CHART_ITEMS ? CHART_BATCH : CHART_ITEMS;
    if (chart_gaps_rebuild(chart) != 0)
        say_failure(chart, "gaps");
    else
        chart_say(chart, "%s",
                  chart->options.mode == CHART_ITEMS ? "items: one graphics item per gap"
                                                     : "batch: all gaps in one item");
}

static void toggle_renderer(chart_state *chart)
{
    ppq_renderer other = ppq_view_renderer(chart->canvas) == PPQ_RASTER ? PPQ_OPENGL : PPQ_RASTER;
    if (chart_set_renderer(chart, other) != 0)
        say_failure(chart, "stays on raster");
    else
        chart_say(chart, "the view is %s",
                  other == PPQ_OPENGL ? "a QOpenGLWidget" : "a plain QWidget");
}

static void next_style(chart_state *chart)
{
    pp_curve_look *look = &chart->options.look;
    look->style =
        look->style == PP_CURVE_CANDLES ? PP_CURVE_LINE : (pp_curve_style)(look->style + 1);
    chart_say(chart, "prices as %s", chart_style_name(look->style));
    ppq_view_update(chart->canvas);
}

static void next_width(chart_state *chart)
{
    static const double most_px = 4;
    pp_curve_look *look = &chart->options.look;
    look->width = look->width < most_px ? floor(look->width) + 1 : 1;
    chart_say(chart, "a curve of %g pixels", look->width);
    ppq_view_update(chart->canvas);
}

static void toggle_smooth(chart_state *chart)
{
    pp_curve_look *look = &chart->options.look;
    look->smooth = !look->smooth;
    chart_say(chart, "%s", look->smooth ? "an antialiased curve" : "a curve of whole pixels");
    ppq_view_update(chart->canvas);
}

static void toggle_live(chart_state *chart)
{
    if (chart_feed_toggle(chart) != 0)
        say_failure(chart, "live");
    else if (chart->feed.timer == NULL)
        chart_say(chart, "no more rows");
    else
        chart_say(chart, "%s arrive: l stops them", chart->stream.on ? "rows" : "ticks");
}

static void rebuild(chart_state *chart)
{
    if (chart_gaps_rebuild(chart) != 0)
        say_failure(chart, "gaps");
    else
        chart_say(chart, "%zu gaps built anew", chart->gaps.specs.size);
}

static void next_page(chart_state *chart)
{
    int page = (int)pp_overlay_current_page(chart->measure.overlay) + 1;
    chart_measure_set_page(chart, (pp_overlay_page)(page % PP_OVERLAY_PAGE_COUNT));
}

static void next_corner(chart_state *chart)
{
    pp_overlay *overlay = chart->measure.overlay;
    int corner = (int)pp_overlay_current_corner(overlay) + 1;
    pp_overlay_set_corner(overlay, (pp_corner)(corner % PP_CORNER_COUNT));
    ppq_window_overlay_changed(chart->window);
}

static void toggle_frozen(chart_state *chart)
{
    pp_overlay *overlay = chart->measure.overlay;
    pp_overlay_set_frozen(overlay, !pp_overlay_frozen(overlay));
    ppq_window_overlay_changed(chart->window);
}

static void reset_overlay(chart_state *chart)
{
    pp_overlay_reset(chart->measure.overlay);
    if (chart->measure.session != NULL)
        pp_session_reset(chart->measure.session);
    ppq_window_overlay_changed(chart->window);
}

static void take_screenshot(chart_state *chart)
{
    char path[64];
    snprintf(path, sizeof path, "paintprof-chart-%d-%u.png", (int)getpid(), ++chart->pictures);
    if (ppq_window_screenshot(chart->window, path) != 0)
        say_failure(chart, "screenshot");
    else
        chart_say(chart, "wrote %s", path);
}

static void copy_numbers(chart_state *chart)
{
    if (chart->measure.session == NULL) {
        chart_say(chart, "nothing is measured yet: press o");
        return;
    }
    char *text = chart_report_text(chart);
    if (text == NULL || ppq_clipboard_set(text, strlen(text)) != 0)
        say_failure(chart, "clipboard");
    else
        chart_say(chart, "the numbers are on the clipboard");
    free(text);
}

static void toggle_help(chart_state *chart)
{
    chart->help_shown = !chart->help_shown;
    ppq_item_set_visible(chart->help.item, chart->help_shown);
    chart_crosshair_place(chart);
}

/* Escape closes the help first, as people expect. */
static void quit(chart_state *chart)
{
    if (chart->help_shown)
        toggle_help(chart);
    else
        chart_finish(chart, 0);
}

static void quit_at_once(chart_state *chart)
{
    chart_finish(chart, 0);
}

typedef struct key_binding {
    ppq_key_code code;
    const char *characters; /* with PPQ_KEY_TEXT: any of these */
    void (*run)(chart_state *chart);
    bool repeats;     /* while the key is held */
    const char *help; /* "keys<TAB>what"; NULL where the line above speaks for it too */
} key_binding;

static const key_binding bindings[] = {
    {PPQ_KEY_OTHER, "", NULL, false, "Drag\tpan; with Shift also the prices"},
    {PPQ_KEY_OTHER, "", NULL, false, "Wheel\tzoom about the cursor; with Shift the prices"},
    {PPQ_KEY_TEXT, "f", fit, false, "Double click, f\tfit everything"},
    {PPQ_KEY_LEFT, "", pan_left, true, "Arrows\tpan"},
    {PPQ_KEY_RIGHT, "", pan_right, true, NULL},
    {PPQ_KEY_UP, "", pan_up, true, NULL},
    {PPQ_KEY_DOWN, "", pan_down, true, NULL},
    {PPQ_KEY_PAGE_UP, "", page_left, true, "PgUp, PgDn\tan earlier or later page"},
    {PPQ_KEY_PAGE_DOWN, "", page_right, true, NULL},
    {PPQ_KEY_HOME, "", go_home, false, "Home, End\tthe first or last row"},
    {PPQ_KEY_END, "", go_end, false, NULL},
    {PPQ_KEY_TEXT, "+=", zoom_in, true, "+, -\tzoom in or out"},
    {PPQ_KEY_TEXT, "-", zoom_out, true, NULL},
    {PPQ_KEY_TEXT, "c", next_style, false, "c\tline, OHLC bars, steps or candles"},
    {PPQ_KEY_TEXT, "t", next_width, false, "t\tthicker curve, from 1 to 4 pixels"},
    {PPQ_KEY_TEXT, "a", toggle_smooth, false, "a\tantialias the curve, or not"},
    {PPQ_KEY_TEXT, "m", toggle_mode, false, "m\tgaps as items or as one batch"},
    {PPQ_KEY_TEXT, "r", toggle_renderer, false, "r\traster or OpenGL"},
    {PPQ_KEY_TEXT, "l", toggle_live, false, "l\tlive mode: new rows and gaps"},
    {PPQ_KEY_TEXT, "b", rebuild, true, "b\tbuild all gaps anew"},
    {PPQ_KEY_TEXT, "o", next_page, false, "o\toverlay: off, mini, full, items"},
    {PPQ_KEY_TEXT, "p", next_corner, false, "p\tmove the overlay to another corner"},
    {PPQ_KEY_TEXT, "z", toggle_frozen, false, "z\tfreeze the overlay"},
    {PPQ_KEY_TEXT, "x", reset_overlay, false, "x\treset the overlay's numbers"},
    {PPQ_KEY_TEXT, "w", chart_measure_toggle_recording, false,
     "w\trecord everything to a file, or stop"},
    {PPQ_KEY_TEXT, "e", chart_measure_toggle_csv, false, "e\twrite frames to a CSV file, or stop"},
    {PPQ_KEY_TEXT, "s", take_screenshot, false, "s\tsave a screenshot"},
    {PPQ_KEY_TEXT, "y", copy_numbers, false, "y\tcopy the numbers to the clipboard"},
    {PPQ_KEY_TEXT, "h?", toggle_help, false, "h, ?\tthis help"},
    {PPQ_KEY_TEXT, "q", quit_at_once, false, "q, Esc\tquit"},
    {PPQ_KEY_ESCAPE, "", quit, false, NULL},
};

enum { BINDINGS = sizeof bindings / sizeof bindings[0] };

/* Letters count with Caps Lock too. */
static bool has_character(const char *characters, uint32_t unicode)
{
    if (unicode >= 'A' && unicode <= 'Z')
        unicode += 'a' - 'A';
    return unicode != 0 && unicode <= 0x7f && strchr(characters, (int)unicode) != NULL;
}

bool chart_on_key(void *user, const ppq_key *key)
{
    chart_state *chart = user;
    if ((key->modifiers & (PPQ_CTRL | PPQ_ALT)) != 0)
        return false;
    for (size_t i = 0; i < BINDINGS; ++i) {
        const key_binding *binding = &bindings[i];
        if (binding->run == NULL || binding->code != key->code)
            continue;
        if (key->code == PPQ_KEY_TEXT && !has_character(binding->characters, key->unicode))
            continue;
        if (!key->repeated || binding->repeats) {
            if (chart->message[0] != '\0')
                chart_say(chart, "%s", "");
            binding->run(chart);
        }
        return true;
    }
    return false;
}

size_t chart_keys_lines(const char **lines, size_t capacity)
{
    size_t count = 0;
    for (size_t i = 0; i < BINDINGS && count < capacity; ++i)
        if (bindings[i].help != NULL)
            lines[count++] = bindings[i].help;
    return count;
}

void chart_keys_print(FILE *out)
{
    fputs("Keys and mouse\n", out);
    for (size_t i = 0; i < BINDINGS; ++i) {
        const char *line = bindings[i].help;
        if (line == NULL)
            continue;
        const char *tab = strchr(line, '\t');
        fprintf(out, "  %-21.*s  %s\n", (int)(tab - line), line, tab + 1);
    }
}
