/* scene/crosshair.c: the lines through the cursor, their tags, and the values of the nearest row.
 */
#include <paintprof/chart.h>

#include "base/base.h"
#include "scene/axes_ticks.h"
#include "scene/calendar.h"
#include "scene/draw.h"

#include <string.h>

/* Logical pixels. */
enum { DASH = 4, PADDING = 5, PANEL_MARGIN = 8, ROW_HEIGHT = 16, COLUMN_SPACING = 14 };
enum { TEXT_BYTES = 64, VALUE_COUNT = 5 };

/* A little see-through, so that the chart goes on below it. */
static const pp_color PANEL_COLOR = 0xE6181F29;

typedef struct crosshair {
    pp_canvas *canvas;
    const pp_view *view;
    pp_font font;
    int x, y;
} crosshair;

static int px(const crosshair *cross, double logical_px)
{
    return pp_canvas_px(cross->canvas, logical_px);
}

/* ---- Lines and tags ------------------------------------------------------------------------- */

static void draw_dashes(const crosshair *cross)
{
    pp_rect plot = cross->view->plot;
    int dash = px(cross, DASH), stroke = px(cross, 1);
    draw_rects dashes;
    draw_rects_begin(&dashes, cross->canvas, pp_theme_dark.crosshair);
    for (int x = plot.x; x < draw_right(plot); x += 2 * dash)
        draw_rects_add(&dashes,
                       (pp_rect){x, cross->y, draw_min(dash, draw_right(plot) - x), stroke});
    for (int y = plot.y; y < draw_bottom(plot); y += 2 * dash)
        draw_rects_add(&dashes,
                       (pp_rect){cross->x, y, stroke, draw_min(dash, draw_bottom(plot) - y)});
    draw_rects_flush(&dashes);
}

static void draw_tag(const crosshair *cross, pp_rect box, const char *text, size_t size)
{
    pp_text label = {{box.x + px(cross, PADDING), box.y + box.h / 2},
                     PP_ALIGN_LEFT | PP_ALIGN_MIDDLE,
                     text,
                     size,
                     pp_theme_dark.tag_text};
    cross->canvas->ops->fill_rects(cross->canvas, &box, 1, pp_theme_dark.tag);
    cross->canvas->ops->texts(cross->canvas, cross->font, &label, 1);
}

/* The box of a tag, moved so far that it stays within low..high. */
static int kept_between(int at, int size, int low, int high)
{
    return draw_max(draw_min(at, high - size), low);
}

static void draw_price_tag(const crosshair *cross)
{
    const pp_view *view = cross->view;
    int right = draw_right(view->plot), room = cross->canvas->width_px - right;
    if (room < px(cross, 4 * PADDING))
        return;
    char text[TEXT_BYTES];
    price_step step = price_step_at_least((view->y1 - view->y0) / view->plot.h);
    size_t size = price_step_label(step, pp_view_y_at(view, cross->y + 0.5), text, sizeof(text));
    int width = draw_text_width(cross->canvas, cross->font, text, size) + 2 * px(cross, PADDING);
    int height = px(cross, ROW_HEIGHT + 2);
    pp_rect box = {
        draw_min(right + 1, cross->canvas->width_px - width),
        kept_between(cross->y - height / 2, height, view->plot.y, draw_bottom(view->plot)),
        draw_max(width, room - 1), height};
    draw_tag(cross, box, text, size);
}

static void draw_date_tag(const crosshair *cross)
{
    const pp_view *view = cross->view;
    int bottom = draw_bottom(view->plot), height = px(cross, ROW_HEIGHT + 2);
    if (cross->canvas->height_px - bottom < height)
        return;
    char text[TEXT_BYTES];
    double s_per_px = (view->x1 - view->x0) / view->plot.w;
    size_t size = calendar_format(text, sizeof(text), pp_view_x_at(view, cross->x + 0.5), s_per_px);
    if (size == 0)
        return;
    int width = draw_text_width(cross->canvas, cross->font, text, size) + 2 * px(cross, PADDING);
    pp_rect box = {kept_between(cross->x - width / 2, width, view->plot.x, draw_right(view->plot)),
                   bottom + 1, width, height};
    draw_tag(cross, box, text, size);
}

/* ---- The values of the nearest row ------------------------------------------------------------
 */

typedef struct value_panel {
    char date[TEXT_BYTES];
    size_t date_size;
    const char *names[VALUE_COUNT];
    char values[VALUE_COUNT][TEXT_BYTES];
    size_t value_sizes[VALUE_COUNT];
    pp_color close_color;
} value_panel;

/* Prices with two decimals, small ones with more, huge ones with an exponent. */
static size_t format_price(char *text, double price)
{
    if (!isfinite(price)) { /* a break has none */
        text[0] = '-';
        return 1;
    }
    double size = fabs(price);
    int decimals = size >= 1 || size == 0 ? 2 : draw_min(2 - (int)floor(log10(size)), 9);
    int length = size >= 1e12 ? pp_format(text, TEXT_BYTES, "%.6e", price)
                              : pp_format(text, TEXT_BYTES, "%.*f", decimals, price);
    return length > 0 && length < TEXT_BYTES ? (size_t)length : 0;
}

static void set_change(value_panel *panel, double change)
{
    int length = pp_format(panel->values[4], TEXT_BYTES, "%+.2f %%", change * 100);
    bool is_shown = isfinite(change) && length > 0 && length < TEXT_BYTES;
    panel->value_sizes[4] = is_shown ? (size_t)length : 0;
}

/* Rows within a day of each other show the clock. */
static double row_spacing(const pp_columns *rows, size_t row)
{
    size_t second = row > 0 ? row : 1;
    return rows->size > 1 ? rows->time_s[second] - rows->time_s[second - 1] : 86400;
}

static void fill_panel(value_panel *panel, const pp_columns *rows, size_t row)
{
    static const char *const names[VALUE_COUNT] = {"Open", "High", "Low", "Close", "Change"};
    const double prices[] = {rows->open[row], rows->high[row], rows->low[row], rows->close[row]};
    memcpy(panel->names, names, sizeof(names));
    panel->date_size =
        calendar_format(panel->date, TEXT_BYTES, rows->time_s[row], row_spacing(rows, row));
    for (size_t i = 0; i < PP_COUNT_OF(prices); i++)
        panel->value_sizes[i] = format_price(panel->values[i], prices[i]);
    double before = row > 0 ? rows->close[row - 1] : rows->open[row];
    set_change(panel, (rows->close[row] - before) / fabs(before));
    panel->close_color = rows->close[row] >= before ? pp_theme_dark.bar_up : pp_theme_dark.bar_down;
}

/* The panel's size; it holds a heading and a row for each value. */
static pp_rect measure_panel(const crosshair *cross, const value_panel *panel, pp_font bold)
{
    int names = 0, values = 0;
    for (int i = 0; i < VALUE_COUNT; i++) {
        names = draw_max(names, draw_text_width(cross->canvas, cross->font, panel->names[i],
                                                strlen(panel->names[i])));
        values = draw_max(values, draw_text_width(cross->canvas, cross->font, panel->values[i],
                                                  panel->value_sizes[i]));
    }
    int heading = draw_text_width(cross->canvas, bold, panel->date, panel->date_size);
    int width = draw_max(heading, names + px(cross, COLUMN_SPACING) + values);
    return (pp_rect){0, 0, width + 4 * px(cross, PADDING),
                     (VALUE_COUNT + 1) * px(cross, ROW_HEIGHT) + 2 * px(cross, PADDING)};
}

/* In the top left corner, or in the bottom left one while the cursor is there. False: no room. */
static bool place_panel(const crosshair *cross, pp_rect *box)
{
    pp_rect plot = cross->view->plot;
    int margin = px(cross, PANEL_MARGIN);
    if (box->w + 2 * margin > plot.w || 2 * box->h + 4 * margin > plot.h)
        return false;
    box->x = plot.x + margin;
    box->y = plot.y + margin;
    bool near_x = cross->x < draw_right(*box) + margin;
    if (near_x && cross->y < draw_bottom(*box) + margin)
        box->y = draw_bottom(plot) - margin - box->h;
    return true;
}

static void draw_panel(const crosshair *cross, const value_panel *panel)
{
    pp_canvas *canvas = cross->canvas;
    pp_font bold = draw_font(canvas, DRAW_FONT_PX, true);
    pp_rect box = measure_panel(cross, panel, bold);
    if (!place_panel(cross, &box))
        return;
    int left = box.x + 2 * px(cross, PADDING), right = draw_right(box) - 2 * px(cross, PADDING);
    int row_height = px(cross, ROW_HEIGHT), y = box.y + px(cross, PADDING) + row_height / 2;
    canvas->ops->fill_rects(canvas, &box, 1, PANEL_COLOR);
    canvas->ops->stroke_rects(canvas, &box, 1, pp_theme_dark.grid);
    pp_text heading = {{left, y},
                       PP_ALIGN_LEFT | PP_ALIGN_MIDDLE,
                       panel->date,
                       panel->date_size,
                       pp_theme_dark.tag_text};
    canvas->ops->texts(canvas, bold, &heading, 1);
    draw_texts rows;
    draw_texts_begin(&rows, canvas, cross->font);
    for (int i = 0; i < VALUE_COUNT; i++) {
        y += row_height;
        draw_texts_add(&rows, left, y, PP_ALIGN_LEFT | PP_ALIGN_MIDDLE, panel->names[i],
                       strlen(panel->names[i]), pp_theme_dark.axis_text);
        draw_texts_add(&rows, right, y, PP_ALIGN_RIGHT | PP_ALIGN_MIDDLE, panel->values[i],
                       panel->value_sizes[i],
                       i == VALUE_COUNT - 1 ? panel->close_color : pp_theme_dark.tag_text);
    }
    draw_texts_flush(&rows);
}

static void draw_nearest_row(const crosshair *cross, const pp_series *series)
{
    size_t row = pp_series_nearest(series, pp_view_x_at(cross->view, cross->x + 0.5));
    if (row == SIZE_MAX)
        return;
    pp_columns rows = pp_series_columns(series);
    int size = px(cross, 5);
    int x = draw_x(cross->view, rows.time_s[row]) - size / 2;
    bool has_price = isfinite(rows.close[row]);
    int y = has_price ? draw_y(cross->view, rows.close[row]) - size / 2 : 0;
    pp_rect dot = {x, y, size, size};
    if (has_price && draw_encloses(cross->view->plot, dot))
        cross->canvas->ops->fill_rects(cross->canvas, &dot, 1, pp_theme_dark.tag_text);
    value_panel panel;
    fill_panel(&panel, &rows, row);
    draw_panel(cross, &panel);
}

void pp_chart_draw_crosshair(pp_canvas *canvas, const pp_view *view, const pp_series *series,
                             int x_px, int y_px)
{
    if (!draw_is_usable(view) || !draw_contains(view->plot, x_px, y_px))
        return;
    crosshair cross = {canvas, view, draw_font(canvas, DRAW_FONT_PX, false), x_px, y_px};
    draw_dashes(&cross);
    draw_price_tag(&cross);
    draw_date_tag(&cross);
    draw_nearest_row(&cross, series);
}
