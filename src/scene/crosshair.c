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

/* A text in a box; size 0: there is none. */
typedef struct tag {
    pp_rect box;
    char text[TEXT_BYTES];
    size_t size;
} tag;

typedef struct value_panel {
    pp_rect box; /* empty: no room */
    char date[TEXT_BYTES];
    size_t date_size;
    const char *names[VALUE_COUNT];
    char values[VALUE_COUNT][TEXT_BYTES];
    size_t value_sizes[VALUE_COUNT];
    pp_color close_color;
} value_panel;

/* All that is drawn and where, before anything is. */
typedef struct crosshair {
    pp_canvas *canvas;
    const pp_view *view;
    pp_font font, bold;
    int x, y;
    tag price, date;
    pp_rect dot; /* of the nearest row; empty: none */
    value_panel panel;
} crosshair;

static int px(const crosshair *cross, double logical_px)
{
    return pp_canvas_px(cross->canvas, logical_px);
}

/* ---- Where lines and tags are ----------------------------------------------------------------
 */

/* The places of the two dashed lines. */
static pp_rect across(const crosshair *cross)
{
    pp_rect plot = cross->view->plot;
    return (pp_rect){plot.x, cross->y, plot.w, px(cross, 1)};
}

static pp_rect down(const crosshair *cross)
{
    pp_rect plot = cross->view->plot;
    return (pp_rect){cross->x, plot.y, px(cross, 1), plot.h};
}

/* The box of a tag, moved so far that it stays within low..high. */
static int kept_between(int at, int size, int low, int high)
{
    return draw_max(draw_min(at, high - size), low);
}

static void place_price_tag(crosshair *cross)
{
    const pp_view *view = cross->view;
    int right = draw_right(view->plot), room = cross->canvas->width_px - right;
    if (room < px(cross, 4 * PADDING))
        return;
    tag *price = &cross->price;
    price_step step = price_step_at_least((view->y1 - view->y0) / view->plot.h);
    price->size =
        price_step_label(step, pp_view_y_at(view, cross->y + 0.5), price->text, TEXT_BYTES);
    int width = draw_text_width(cross->canvas, cross->font, price->text, price->size) +
                2 * px(cross, PADDING);
    int height = px(cross, ROW_HEIGHT + 2);
    price->box = (pp_rect){
        draw_min(right + 1, cross->canvas->width_px - width),
        kept_between(cross->y - height / 2, height, view->plot.y, draw_bottom(view->plot)),
        draw_max(width, room - 1), height};
}

static void place_date_tag(crosshair *cross)
{
    const pp_view *view = cross->view;
    int bottom = draw_bottom(view->plot), height = px(cross, ROW_HEIGHT + 2);
    if (cross->canvas->height_px - bottom < height)
        return;
    tag *date = &cross->date;
    double s_per_px = (view->x1 - view->x0) / view->plot.w;
    date->size =
        calendar_format(date->text, TEXT_BYTES, pp_view_x_at(view, cross->x + 0.5), s_per_px);
    int width = draw_text_width(cross->canvas, cross->font, date->text, date->size) +
                2 * px(cross, PADDING);
    date->box =
        (pp_rect){kept_between(cross->x - width / 2, width, view->plot.x, draw_right(view->plot)),
                  bottom + 1, width, height};
}

/* ---- The values of the nearest row ------------------------------------------------------------
 */

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
        panel->value_sizes[i] = draw_price_text(panel->values[i], TEXT_BYTES, prices[i]);
    double before = row > 0 ? rows->close[row - 1] : rows->open[row];
    panel->value_sizes[4] =
        draw_change_text(panel->values[4], TEXT_BYTES, before, rows->close[row]);
    panel->close_color = rows->close[row] >= before ? pp_theme_dark.bar_up : pp_theme_dark.bar_down;
}

/* Gives the panel its size: it holds a heading and a row for each value. */
static void measure_panel(crosshair *cross)
{
    value_panel *panel = &cross->panel;
    int names = 0, values = 0;
    for (int i = 0; i < VALUE_COUNT; i++) {
        names = draw_max(names, draw_text_width(cross->canvas, cross->font, panel->names[i],
                                                strlen(panel->names[i])));
        values = draw_max(values, draw_text_width(cross->canvas, cross->font, panel->values[i],
                                                  panel->value_sizes[i]));
    }
    int heading = draw_text_width(cross->canvas, cross->bold, panel->date, panel->date_size);
    int width = draw_max(heading, names + px(cross, COLUMN_SPACING) + values);
    panel->box = (pp_rect){0, 0, width + 4 * px(cross, PADDING),
                           (VALUE_COUNT + 1) * px(cross, ROW_HEIGHT) + 2 * px(cross, PADDING)};
}

/* In the top left corner, or in the bottom left one while the cursor is there. */
static void place_panel(crosshair *cross)
{
    pp_rect plot = cross->view->plot, *box = &cross->panel.box;
    int margin = px(cross, PANEL_MARGIN);
    if (box->w + 2 * margin > plot.w || 2 * box->h + 4 * margin > plot.h) {
        *box = (pp_rect){0};
        return;
    }
    box->x = plot.x + margin;
    box->y = plot.y + margin;
    bool near_x = cross->x < draw_right(*box) + margin;
    if (near_x && cross->y < draw_bottom(*box) + margin)
        box->y = draw_bottom(plot) - margin - box->h;
}

static void place_nearest_row(crosshair *cross, const pp_series *series)
{
    size_t row = pp_series_nearest(series, pp_view_x_at(cross->view, cross->x + 0.5));
    if (row == SIZE_MAX)
        return;
    pp_columns rows = pp_series_columns(series);
    int size = px(cross, 5);
    if (isfinite(rows.close[row])) {
        pp_rect dot = {draw_x(cross->view, rows.time_s[row]) - size / 2,
                       draw_y(cross->view, rows.close[row]) - size / 2, size, size};
        if (draw_encloses(cross->view->plot, dot))
            cross->dot = dot;
    }
    fill_panel(&cross->panel, &rows, row);
    measure_panel(cross);
    place_panel(cross);
}

/* False where there is no crosshair. */
static bool lay_out(crosshair *cross, pp_canvas *canvas, const pp_view *view,
                    const pp_series *series, int x_px, int y_px)
{
    if (!draw_is_usable(view) || !draw_contains(view->plot, x_px, y_px))
        return false;
    *cross = (crosshair){.canvas = canvas,
                         .view = view,
                         .font = draw_font(canvas, DRAW_FONT_PX, false),
                         .bold = draw_font(canvas, DRAW_FONT_PX, true),
                         .x = x_px,
                         .y = y_px};
    place_price_tag(cross);
    place_date_tag(cross);
    place_nearest_row(cross, series);
    return true;
}

/* ---- Drawing ---------------------------------------------------------------------------------
 */

static void draw_dashes(const crosshair *cross)
{
    pp_rect row = across(cross), column = down(cross);
    int dash = px(cross, DASH);
    draw_rects dashes;
    draw_rects_begin(&dashes, cross->canvas, pp_theme_dark.crosshair);
    for (int x = row.x; x < draw_right(row); x += 2 * dash)
        draw_rects_add(&dashes, (pp_rect){x, row.y, draw_min(dash, draw_right(row) - x), row.h});
    for (int y = column.y; y < draw_bottom(column); y += 2 * dash)
        draw_rects_add(&dashes,
                       (pp_rect){column.x, y, column.w, draw_min(dash, draw_bottom(column) - y)});
    draw_rects_flush(&dashes);
}

static void draw_tag(const crosshair *cross, const tag *shown)
{
    if (shown->size == 0)
        return;
    pp_text label = {{shown->box.x + px(cross, PADDING), shown->box.y + shown->box.h / 2},
                     PP_ALIGN_LEFT | PP_ALIGN_MIDDLE,
                     shown->text,
                     shown->size,
                     pp_theme_dark.tag_text};
    cross->canvas->ops->fill_rects(cross->canvas, &shown->box, 1, pp_theme_dark.tag);
    cross->canvas->ops->texts(cross->canvas, cross->font, &label, 1);
}

static void draw_panel(const crosshair *cross)
{
    pp_canvas *canvas = cross->canvas;
    const value_panel *panel = &cross->panel;
    pp_rect box = panel->box;
    if (box.w == 0)
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
    canvas->ops->texts(canvas, cross->bold, &heading, 1);
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

void pp_chart_draw_crosshair(pp_canvas *canvas, const pp_view *view, const pp_series *series,
                             int x_px, int y_px)
{
    crosshair cross;
    if (!lay_out(&cross, canvas, view, series, x_px, y_px))
        return;
    draw_dashes(&cross);
    draw_tag(&cross, &cross.price);
    draw_tag(&cross, &cross.date);
    if (cross.dot.w > 0)
        canvas->ops->fill_rects(canvas, &cross.dot, 1, pp_theme_dark.tag_text);
    draw_panel(&cross);
}

size_t pp_chart_crosshair_area(pp_canvas *canvas, const pp_view *view, const pp_series *series,
                               int x_px, int y_px, pp_rect *rects)
{
    crosshair cross;
    if (!lay_out(&cross, canvas, view, series, x_px, y_px))
        return 0;
    size_t count = 0;
    rects[count++] = across(&cross);
    rects[count++] = down(&cross);
    if (cross.price.size > 0)
        rects[count++] = cross.price.box;
    if (cross.date.size > 0)
        rects[count++] = cross.date.box;
    if (cross.dot.w > 0)
        rects[count++] = cross.dot;
    if (cross.panel.box.w > 0)
        rects[count++] = cross.panel.box;
    return count;
}
