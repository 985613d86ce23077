/* paintprof/chart.h: what is drawn around and over the annotations: curve, axes, crosshair. */
#ifndef PAINTPROF_CHART_H
#define PAINTPROF_CHART_H

#include <paintprof/canvas.h>
#include <paintprof/export.h>
#include <paintprof/series.h>
#include <paintprof/view.h>

PP_BEGIN_DECLS

/* The colours of a chart. */
typedef struct pp_theme {
    pp_color background, plot, grid, axis_text, curve, bar_up, bar_down, gap_up, gap_down, gap_text,
        crosshair, tag, tag_text;
} pp_theme;

extern PP_API const pp_theme pp_theme_dark;

typedef enum pp_curve_style {
    PP_CURVE_LINE,   /* from close to close */
    PP_CURVE_OHLC,   /* an upright line from low to high with ticks for open and close */
    PP_CURVE_STEP,   /* a close holds until the time of the next */
    PP_CURVE_CANDLES /* the body from open to close: hollow where the price rose, else filled */
} pp_curve_style;

/* How a curve is drawn. Bars and candles are in whole pixels of their own widths, whatever width
 * and smooth say. */
typedef struct pp_curve_look {
    pp_curve_style style;
    double width; /* logical pixels, at most 64 device pixels; 0 is one device pixel */
    bool smooth;  /* antialiased */
} pp_curve_look;

/* The plot rectangle inside a widget of that size, leaving room for the axes. Since: 0.1 */
PP_API pp_rect pp_chart_plot_rect(int width_px, int height_px, double ratio);

/* Sets the view's ranges to the rows [first, last) with a margin; plot is kept. Since: 0.1 */
PP_API void pp_chart_fit(pp_view *view, const pp_series *series, size_t first, size_t last);

/* Background, grid and axes with readable dates (UTC) and prices; steps of 1, 2 or 5 for prices
 * and of calendar units for dates, labels that never overlap. Thread of all: any. Since: 0.1 */
PP_API void pp_chart_draw_axes(pp_canvas *canvas, const pp_view *view);

/* The curve as look says, NULL a thin line: at most a few shapes per pixel column, whatever the
 * number of rows. Where several rows share a column, a line covers in it all that their segments
 * do, and bars become an upright line from the lowest low to the highest high. A break, a row that
 * lacks a price, is never bridged, unless more than fit to be told apart share a column. Thread:
 * any, one at a time per series. Since: 0.1; look since 0.2 */
PP_API void pp_chart_draw_curve(pp_canvas *canvas, const pp_view *view, const pp_series *series,
                                const pp_curve_look *look);

/* Crosshair at a point with date and price tags on the axes and the values of the row nearest to
 * it; nothing outside the plot. Since: 0.1 */
PP_API void pp_chart_draw_crosshair(pp_canvas *canvas, const pp_view *view, const pp_series *series,
                                    int x_px, int y_px);

/* The parts of the canvas that this crosshair covers, for repainting no more when it moves. rects
 * has room for PP_CROSSHAIR_RECTS_MAX; they may overlap. canvas measures text and is not drawn on.
 * Returns how many, 0 outside the plot. Since: 0.2 */
enum { PP_CROSSHAIR_RECTS_MAX = 6 };
PP_API size_t pp_chart_crosshair_area(pp_canvas *canvas, const pp_view *view,
                                      const pp_series *series, int x_px, int y_px, pp_rect *rects);

/* A panel in the middle of the canvas with title and lines of "key<TAB>what". Since: 0.1 */
PP_API void pp_chart_draw_help(pp_canvas *canvas, const char *title, const char *const *lines,
                               size_t count);

PP_END_DECLS

#endif
