/* sink/overlay_pen.h: collects the panel's texts, so that each font costs one call of the canvas.
 */
#ifndef PP_OVERLAY_PEN_H
#define PP_OVERLAY_PEN_H

#include <paintprof/canvas.h>

enum {
    PP_OVERLAY_PEN_TEXTS = 128,
    PP_OVERLAY_PEN_BYTES = 4096 /* more than a full page of one font has */
};

/* Texts of one font. A text that finds no room is left out. */
typedef struct pp_overlay_pen {
    pp_canvas *canvas;
    pp_font font;
    size_t count, size_bytes;
    pp_text texts[PP_OVERLAY_PEN_TEXTS];
    char bytes[PP_OVERLAY_PEN_BYTES];
} pp_overlay_pen;

void pp_overlay_pen_init(pp_overlay_pen *pen, pp_canvas *canvas, pp_font font);

/* The width of a character of the font, which is monospaced, in hundredths of a pixel. */
int pp_overlay_pen_cell(const pp_overlay_pen *pen);

/* The advance of a text in device pixels. */
int pp_overlay_pen_width(const pp_overlay_pen *pen, const char *utf8);

/* Copies a text that shall stand at x, y, unless it is above or below what has to be drawn. */
void pp_overlay_pen_put(pp_overlay_pen *pen, int x, int y, unsigned align, pp_color color,
                        const char *utf8);

/* Draws what was put. */
void pp_overlay_pen_flush(pp_overlay_pen *pen);

#endif
