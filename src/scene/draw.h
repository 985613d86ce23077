/* scene/draw.h: what all drawing of the scene shares: batches on the stack that reach the canvas
 * in few calls, integer geometry that cannot overflow, and fonts. */
#ifndef PP_SCENE_DRAW_H
#define PP_SCENE_DRAW_H

#include <math.h>
#include <paintprof/canvas.h>
#include <paintprof/view.h>

/* ---- Geometry ----------------------------------------------------------------------------- */

static inline int draw_min(int a, int b)
{
    return a < b ? a : b;
}

static inline int draw_max(int a, int b)
{
    return a > b ? a : b;
}

static inline int draw_right(pp_rect rect)
{
    return rect.x + rect.w;
}

static inline int draw_bottom(pp_rect rect)
{
    return rect.y + rect.h;
}

static inline bool draw_contains(pp_rect rect, int x, int y)
{
    return x >= rect.x && x < draw_right(rect) && y >= rect.y && y < draw_bottom(rect);
}

static inline bool draw_encloses(pp_rect outer, pp_rect inner)
{
    return inner.x >= outer.x && inner.y >= outer.y && draw_right(inner) <= draw_right(outer) &&
           draw_bottom(inner) <= draw_bottom(outer);
}

static inline bool draw_intersects(pp_rect a, pp_rect b)
{
    return a.x < draw_right(b) && b.x < draw_right(a) && a.y < draw_bottom(b) &&
           b.y < draw_bottom(a);
}

static inline pp_rect draw_intersection(pp_rect a, pp_rect b)
{
    int x = draw_max(a.x, b.x), y = draw_max(a.y, b.y);
    int right = draw_min(draw_right(a), draw_right(b));
    int bottom = draw_min(draw_bottom(a), draw_bottom(b));
    return (pp_rect){x, y, draw_max(right - x, 0), draw_max(bottom - y, 0)};
}

/* The pixel that holds a coordinate, kept within low..high; low for a NaN. */
static inline int draw_pixel(double px, int low, int high)
{
    if (!(px > low))
        return low;
    if (px >= high)
        return high;
    int whole = (int)px; /* floor() would be a call */
    return whole - (whole > px);
}

/* Where data x, y fall, kept within a few pixels around the plot: what is outside stays outside
 * and integers never overflow. */
enum { DRAW_MARGIN_PX = 256 };

static inline int draw_x(const pp_view *view, double x)
{
    return draw_pixel(pp_view_x_px(view, x), view->plot.x - DRAW_MARGIN_PX,
                      draw_right(view->plot) + DRAW_MARGIN_PX);
}

static inline int draw_y(const pp_view *view, double y)
{
    return draw_pixel(pp_view_y_px(view, y), view->plot.y - DRAW_MARGIN_PX,
                      draw_bottom(view->plot) + DRAW_MARGIN_PX);
}

/* The part of the plot that has to be drawn now. */
static inline pp_rect draw_dirty_plot(const pp_canvas *canvas, const pp_view *view)
{
    return draw_intersection(canvas->dirty, view->plot);
}

/* A view through which data can be drawn. */
static inline bool draw_is_usable(const pp_view *view)
{
    return view->plot.w > 0 && view->plot.h > 0 && view->x1 > view->x0 && view->y1 > view->y0 &&
           isfinite(view->x1 - view->x0) && isfinite(view->y1 - view->y0);
}

/* ---- Fonts -------------------------------------------------------------------------------- */

enum { DRAW_FONT_PX = 11 }; /* logical */

static inline pp_font draw_font(const pp_canvas *canvas, double size_px, bool bold)
{
    return (pp_font){PP_FONT_SANS, pp_canvas_px(canvas, size_px), bold};
}

static inline int draw_text_width(pp_canvas *canvas, pp_font font, const char *utf8, size_t size)
{
    return canvas->ops->text_width(canvas, font, utf8, size);
}

/* Prices with two decimals, small ones with more, huge ones with an exponent, none as "-"; a change
 * as "+1.25 %". Return the length, 0 for what cannot be said. */
size_t draw_price_text(char *buffer, size_t capacity, double price);
size_t draw_change_text(char *buffer, size_t capacity, double before, double after);

/* ---- Batches: add shapes, flush the rest at the end ---------------------------------------- */

enum { DRAW_BATCH_SHAPES = 256, DRAW_BATCH_TEXTS = 64, DRAW_BATCH_TEXT_BYTES = 2048 };

typedef struct draw_rects {
    pp_canvas *canvas;
    pp_color color;
    bool outlines;
    size_t size;
    pp_rect items[DRAW_BATCH_SHAPES];
} draw_rects;

typedef struct draw_lines {
    pp_canvas *canvas;
    pp_color color;
    int width_px;
    size_t size;
    pp_line items[DRAW_BATCH_SHAPES];
} draw_lines;

typedef struct draw_segments {
    pp_canvas *canvas;
    pp_color color;
    float width_px;
    size_t size;
    pp_segment items[DRAW_BATCH_SHAPES];
} draw_segments;

typedef struct draw_triangles {
    pp_canvas *canvas;
    pp_color color;
    size_t size;
    pp_triangle items[DRAW_BATCH_SHAPES];
} draw_triangles;

typedef struct draw_texts {
    pp_canvas *canvas;
    pp_font font;
    size_t size, used_bytes;
    pp_text items[DRAW_BATCH_TEXTS];
    char bytes[DRAW_BATCH_TEXT_BYTES];
} draw_texts;

void draw_rects_begin(draw_rects *batch, pp_canvas *canvas, pp_color color);
void draw_outlines_begin(draw_rects *batch, pp_canvas *canvas, pp_color color);
void draw_rects_flush(draw_rects *batch);

void draw_lines_begin(draw_lines *batch, pp_canvas *canvas, pp_color color, int width_px);
void draw_lines_flush(draw_lines *batch);

void draw_segments_begin(draw_segments *batch, pp_canvas *canvas, pp_color color, double width_px);
void draw_segments_flush(draw_segments *batch);

void draw_triangles_begin(draw_triangles *batch, pp_canvas *canvas, pp_color color);
void draw_triangles_flush(draw_triangles *batch);

/* Texts are copied. */
void draw_texts_begin(draw_texts *batch, pp_canvas *canvas, pp_font font);
void draw_texts_add(draw_texts *batch, int x, int y, unsigned align, const char *utf8, size_t size,
                    pp_color color);
void draw_texts_flush(draw_texts *batch);

static inline void draw_rects_add(draw_rects *batch, pp_rect rect)
{
    if (batch->size == DRAW_BATCH_SHAPES)
        draw_rects_flush(batch);
    batch->items[batch->size++] = rect;
}

static inline void draw_lines_add(draw_lines *batch, pp_line line)
{
    if (batch->size == DRAW_BATCH_SHAPES)
        draw_lines_flush(batch);
    batch->items[batch->size++] = line;
}

static inline void draw_segments_add(draw_segments *batch, pp_segment segment)
{
    if (batch->size == DRAW_BATCH_SHAPES)
        draw_segments_flush(batch);
    batch->items[batch->size++] = segment;
}

static inline void draw_triangles_add(draw_triangles *batch, pp_triangle triangle)
{
    if (batch->size == DRAW_BATCH_SHAPES)
        draw_triangles_flush(batch);
    batch->items[batch->size++] = triangle;
}

#endif
