/* sink/overlay_pen.c: collects the panel's texts, so that each font costs one call. */
#include "sink/overlay_pen.h"
#include <string.h>

void pp_overlay_pen_init(pp_overlay_pen *pen, pp_canvas *canvas, pp_font font)
{
    pen->canvas = canvas;
    pen->font = font;
    pen->count = 0;
    pen->size_bytes = 0;
}

int pp_overlay_pen_width(const pp_overlay_pen *pen, const char *utf8)
{
    return pen->canvas->ops->text_width(pen->canvas, pen->font, utf8, strlen(utf8));
}

int pp_overlay_pen_cell(const pp_overlay_pen *pen)
{
    int width = pp_overlay_pen_width(pen, "00000000000000000000");
    return width > 0 ? width * 5 : 100;
}

/* Whether any of a text's rows has to be drawn, with some room for tall letters. */
static bool is_wanted(const pp_overlay_pen *pen, int y, unsigned align)
{
    int size = pen->font.size_px, above = size, below = size;
    if ((align & PP_ALIGN_BASELINE) == PP_ALIGN_BASELINE)
        below = size / 3;
    else if ((align & PP_ALIGN_BASELINE) == PP_ALIGN_TOP)
        below = 3 * size / 2;
    else if ((align & PP_ALIGN_BASELINE) == PP_ALIGN_BOTTOM)
        above = 3 * size / 2;
    pp_rect dirty = pen->canvas->dirty;
    return y + below >= dirty.y && y - above < dirty.y + dirty.h;
}

void pp_overlay_pen_put(pp_overlay_pen *pen, int x, int y, unsigned align, pp_color color,
                        const char *utf8)
{
    size_t size = strlen(utf8);
    if (!is_wanted(pen, y, align))
        return;
    if (pen->count == PP_OVERLAY_PEN_TEXTS || pen->size_bytes + size > sizeof pen->bytes)
        return;
    char *copy = pen->bytes + pen->size_bytes;
    memcpy(copy, utf8, size);
    pen->size_bytes += size;
    pen->texts[pen->count++] = (pp_text){{x, y}, align, copy, size, color};
}

void pp_overlay_pen_flush(pp_overlay_pen *pen)
{
    if (pen->count > 0)
        pen->canvas->ops->texts(pen->canvas, pen->font, pen->texts, pen->count);
    pen->count = 0;
    pen->size_bytes = 0;
}
