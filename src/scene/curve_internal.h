/* scene/curve_internal.h: the styles of a curve, a function each. */
#ifndef PP_SCENE_CURVE_INTERNAL_H
#define PP_SCENE_CURVE_INTERNAL_H

#include "scene/curve_columns.h"
#include "scene/curve_pen.h"

#include <paintprof/chart.h>

/* From close to close, or each close up to the next. gathered: more than a few rows share a
 * column. */
void curve_draw_line(curve_pen *pen, const pp_view *view, curve_walk *walk, bool gathered);
void curve_draw_steps(curve_pen *pen, const pp_view *view, curve_walk *walk, bool gathered);

/* Of OHLC bars and candles: what stands out to either side, and strokes. */
typedef struct curve_bar_sizes {
    int aside_px, stroke_px;
} curve_bar_sizes;

/* row_px is the least distance of two rows. */
curve_bar_sizes curve_bar_sizes_at(const pp_canvas *canvas, pp_curve_style style, double row_px);

void curve_draw_bars(pp_canvas *canvas, const pp_view *view, const curve_walk *walk,
                     pp_curve_style style, curve_bar_sizes sizes);

/* What both become where rows are too close: an upright line a column. */
void curve_draw_bar_columns(pp_canvas *canvas, const pp_view *view, curve_walk *walk);

/* Logical pixels that a bar reaches to either side at most, whatever its width. */
enum { CURVE_TICK_MAX = 6 };

#endif
