/* scene/curve_pen.h: what lines and steps are drawn with: thin or wide, in whole pixels or
 * antialiased, but always as at most a shape or two per pixel column.
 *
 * Columns come as uprights: what the curve, of no width, covers in a pixel column. A wide pen
 * stands for a disc, or a square, that is led along it: a column then shows the union of what the
 * uprights of its neighbourhood reach. Where these hang together that union is one upright again,
 * so that a wide line is as many thin ones as a thin line, instead of an outline to be filled. */
#ifndef PP_SCENE_CURVE_PEN_H
#define PP_SCENE_CURVE_PEN_H

#include "scene/draw.h"

enum { CURVE_PEN_MAX_PX = 64 };

/* What is covered in a pixel column, in pixels from the top of the canvas. */
typedef struct upright {
    int x;
    double top, bottom;
} upright;

typedef enum curve_tip { CURVE_TIP_ROUND, CURVE_TIP_SQUARE } curve_tip;

typedef struct curve_pen {
    pp_rect plot;
    double stroke_px; /* of single segments */
    int width_px;     /* of columns */
    bool smooth;
    int before, after; /* columns reached left and right of an upright's own */
    int held, newest;  /* neighbouring uprights in window, and where there the last of them lies */
    upright window[CURVE_PEN_MAX_PX];  /* a ring of width_px */
    double grown_px[CURVE_PEN_MAX_PX]; /* upwards and downwards, by before + column offset */
    draw_lines lines;
    draw_segments uprights, segments;
} curve_pen;

/* A pen for a canvas, width in logical pixels. */
void curve_pen_begin(curve_pen *pen, pp_canvas *canvas, pp_rect plot, double width, bool smooth,
                     curve_tip tip);

/* Draws what is left. */
void curve_pen_end(curve_pen *pen);

/* Whether segments can be drawn as such. A wide one in whole pixels cannot: its columns can. */
static inline bool curve_pen_has_segments(const curve_pen *pen)
{
    return pen->smooth || pen->width_px == 1;
}

/* From one point to another, which may be millions of pixels apart. */
void curve_pen_segment(curve_pen *pen, double x1, double y1, double x2, double y2);

static inline void curve_pen_add_crisp(curve_pen *pen, upright column)
{
    int top = pen->plot.y - DRAW_MARGIN_PX, bottom = draw_bottom(pen->plot) + DRAW_MARGIN_PX;
    draw_lines_add(&pen->lines, (pp_line){column.x, draw_pixel(column.top, top, bottom), column.x,
                                          draw_pixel(column.bottom, top, bottom)});
}

void curve_pen_add_smooth(curve_pen *pen, upright column);
void curve_pen_add_wide(curve_pen *pen, upright column);

/* The next column; one that is not right beside the last begins anew. */
static inline void curve_pen_add(curve_pen *pen, upright column)
{
    if (pen->width_px > 1)
        curve_pen_add_wide(pen, column);
    else if (pen->smooth)
        curve_pen_add_smooth(pen, column);
    else
        curve_pen_add_crisp(pen, column);
}

#endif
