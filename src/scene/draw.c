/* scene/draw.c: batches of shapes and texts on their way to the canvas. */
#include "scene/draw.h"

#include "base/base.h"

#include <string.h>

/* Begin leaves the arrays as they are: clearing them would cost more than most batches. */

void draw_rects_begin(draw_rects *batch, pp_canvas *canvas, pp_color color)
{
    batch->canvas = canvas;
    batch->color = color;
    batch->outlines = false;
    batch->size = 0;
}

void draw_outlines_begin(draw_rects *batch, pp_canvas *canvas, pp_color color)
{
    draw_rects_begin(batch, canvas, color);
    batch->outlines = true;
}

void draw_rects_flush(draw_rects *batch)
{
    const pp_canvas_ops *ops = batch->canvas->ops;
    if (batch->size > 0 && batch->outlines)
        ops->stroke_rects(batch->canvas, batch->items, batch->size, batch->color);
    else if (batch->size > 0)
        ops->fill_rects(batch->canvas, batch->items, batch->size, batch->color);
    batch->size = 0;
}

void draw_lines_begin(draw_lines *batch, pp_canvas *canvas, pp_color color, int width_px)
{
    batch->canvas = canvas;
    batch->color = color;
    batch->width_px = width_px;
    batch->size = 0;
}

void draw_lines_flush(draw_lines *batch)
{
    if (batch->size > 0)
        batch->canvas->ops->lines(batch->canvas, batch->items, batch->size, batch->color,
                                  batch->width_px);
    batch->size = 0;
}

void draw_segments_begin(draw_segments *batch, pp_canvas *canvas, pp_color color, double width_px)
{
    batch->canvas = canvas;
    batch->color = color;
    batch->width_px = (float)width_px;
    batch->size = 0;
}

void draw_segments_flush(draw_segments *batch)
{
    if (batch->size > 0)
        batch->canvas->ops->segments(batch->canvas, batch->items, batch->size, batch->color,
                                     batch->width_px);
    batch->size = 0;
}

void draw_triangles_begin(draw_triangles *batch, pp_canvas *canvas, pp_color color)
{
    batch->canvas = canvas;
    batch->color = color;
    batch->size = 0;
}

void draw_triangles_flush(draw_triangles *batch)
{
    if (batch->size > 0)
        batch->canvas->ops->triangles(batch->canvas, batch->items, batch->size, batch->color);
    batch->size = 0;
}

void draw_texts_begin(draw_texts *batch, pp_canvas *canvas, pp_font font)
{
    batch->canvas = canvas;
    batch->font = font;
    batch->size = batch->used_bytes = 0;
}

void draw_texts_add(draw_texts *batch, int x, int y, unsigned align, const char *utf8, size_t size,
                    pp_color color)
{
    if (batch->size == DRAW_BATCH_TEXTS || batch->used_bytes + size > DRAW_BATCH_TEXT_BYTES)
        draw_texts_flush(batch);
    if (size > DRAW_BATCH_TEXT_BYTES)
        return;
    char *copy = &batch->bytes[batch->used_bytes];
    memcpy(copy, utf8, size);
    batch->used_bytes += size;
    batch->items[batch->size++] = (pp_text){{x, y}, align, copy, size, color};
}

void draw_texts_flush(draw_texts *batch)
{
    if (batch->size > 0)
        batch->canvas->ops->texts(batch->canvas, batch->font, batch->items, batch->size);
    batch->size = batch->used_bytes = 0;
}

/* ---- Numbers as text ------------------------------------------------------------------------ */

size_t draw_price_text(char *buffer, size_t capacity, double price)
{
    double size = fabs(price);
    int decimals =
        size >= 1 || size == 0 || !isfinite(size) ? 2 : draw_min(2 - (int)floor(log10(size)), 9);
    int length = !isfinite(price) ? pp_format(buffer, capacity, "-")
                 : size >= 1e12   ? pp_format(buffer, capacity, "%.6e", price)
                                  : pp_format(buffer, capacity, "%.*f", decimals, price);
    return length > 0 && (size_t)length < capacity ? (size_t)length : 0;
}

size_t draw_change_text(char *buffer, size_t capacity, double before, double after)
{
    double change = (after - before) / fabs(before);
    int length = pp_format(buffer, capacity, "%+.2f %%", change * 100);
    return isfinite(change) && length > 0 && (size_t)length < capacity ? (size_t)length : 0;
}
