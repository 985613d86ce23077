/* scene/help.c: a panel of keys and what they do, in two aligned columns. */
#include <paintprof/chart.h>

#include "scene/draw.h"

#include <string.h>

/* Logical pixels; sizes that follow the font are in quarters of it. */
enum { FONT_PX = 13, FONT_PX_MIN = 8, ROW_QUARTERS = 6, PADDING_QUARTERS = 6, COLUMN_QUARTERS = 7 };

static const pp_color PANEL_COLOR = 0xF2161C25;
static const pp_color BORDER_COLOR = 0xFF3B4756;
static const pp_color KEY_COLOR = 0xFF56B4E9;

typedef struct help_layout {
    pp_font font, bold, keys;
    int padding, row_height, column_spacing;
    int key_width;
    pp_rect box;
} help_layout;

static size_t key_size(const char *line)
{
    return strcspn(line, "\t");
}

/* What a key does: the text after the tab, "" without one. */
static const char *meaning(const char *line)
{
    const char *rest = line + key_size(line);
    return *rest ? rest + 1 : rest;
}

static help_layout lay_out(pp_canvas *canvas, const char *title, const char *const *lines,
                           size_t count, int font_px)
{
    help_layout layout;
    int size = pp_canvas_px(canvas, font_px);
    layout.font = (pp_font){PP_FONT_SANS, size, false};
    layout.bold = (pp_font){PP_FONT_SANS, size, true};
    layout.keys = (pp_font){PP_FONT_MONO, size, true};
    layout.padding = size * PADDING_QUARTERS / 4;
    layout.row_height = size * ROW_QUARTERS / 4;
    layout.column_spacing = size * COLUMN_QUARTERS / 4;
    int meaning_width = 0;
    layout.key_width = 0;
    for (size_t i = 0; i < count; i++) {
        const char *what = meaning(lines[i]);
        layout.key_width = draw_max(
            layout.key_width, draw_text_width(canvas, layout.keys, lines[i], key_size(lines[i])));
        meaning_width =
            draw_max(meaning_width, draw_text_width(canvas, layout.font, what, strlen(what)));
    }
    int width = draw_max(layout.key_width + layout.column_spacing + meaning_width,
                         draw_text_width(canvas, layout.bold, title, strlen(title)));
    int rows = count < 4096 ? (int)count : 4096;
    layout.box.w = width + 2 * layout.padding;
    /* The title takes a row and a half. */
    layout.box.h = (2 * rows + 3) * layout.row_height / 2 + 2 * layout.padding;
    layout.box.x = draw_max((canvas->width_px - layout.box.w) / 2, 0);
    layout.box.y = draw_max((canvas->height_px - layout.box.h) / 2, 0);
    return layout;
}

/* The largest font with which the panel fits. */
static help_layout choose_layout(pp_canvas *canvas, const char *title, const char *const *lines,
                                 size_t count)
{
    for (int font_px = FONT_PX;; font_px--) {
        help_layout layout = lay_out(canvas, title, lines, count, font_px);
        bool fits = layout.box.w <= canvas->width_px && layout.box.h <= canvas->height_px;
        if (fits || font_px == FONT_PX_MIN)
            return layout;
    }
}

void pp_chart_draw_help(pp_canvas *canvas, const char *title, const char *const *lines,
                        size_t count)
{
    help_layout layout = choose_layout(canvas, title, lines, count);
    int left = layout.box.x + layout.padding;
    int y = layout.box.y + layout.padding + layout.row_height / 2;
    canvas->ops->fill_rects(canvas, &layout.box, 1, PANEL_COLOR);
    canvas->ops->stroke_rects(canvas, &layout.box, 1, BORDER_COLOR);
    pp_text heading = {
        {left, y}, PP_ALIGN_LEFT | PP_ALIGN_MIDDLE, title, strlen(title), pp_theme_dark.tag_text};
    canvas->ops->texts(canvas, layout.bold, &heading, 1);
    draw_texts keys, meanings;
    draw_texts_begin(&keys, canvas, layout.keys);
    draw_texts_begin(&meanings, canvas, layout.font);
    y += layout.row_height / 2;
    for (size_t i = 0; i < count; i++) {
        const char *what = meaning(lines[i]);
        y += layout.row_height;
        draw_texts_add(&keys, left, y, PP_ALIGN_LEFT | PP_ALIGN_MIDDLE, lines[i],
                       key_size(lines[i]), KEY_COLOR);
        draw_texts_add(&meanings, left + layout.key_width + layout.column_spacing, y,
                       PP_ALIGN_LEFT | PP_ALIGN_MIDDLE, what, strlen(what), pp_theme_dark.gap_text);
    }
    draw_texts_flush(&keys);
    draw_texts_flush(&meanings);
}
