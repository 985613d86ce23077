/* scene/gap_tag.c: what is under the cursor, in words: one gap, or how many were merged there. */
#include "base/base.h"
#include "scene/calendar.h"
#include "scene/draw.h"
#include "scene/gap_index.h"
#include "scene/gap_shape.h"

#include <paintprof/chart.h>
#include <string.h>

/* Logical pixels. */
enum { PADDING = 6, ROW_HEIGHT = 16, COLUMN_SPACING = 12, CURSOR_DISTANCE = 14 };
enum { ROWS_MAX = 3, COLUMNS = 3, TEXT_BYTES = 48 };

static const double DAY_S = 86400;
static const pp_color PANEL_COLOR = 0xF2181F29;

typedef struct tag_text {
    char text[TEXT_BYTES];
    size_t size;
} tag_text;

typedef struct gap_tag {
    pp_canvas *canvas;
    pp_font font, bold;
    tag_text heading;
    tag_text rows[ROWS_MAX][COLUMNS]; /* name, time or length, price */
    int row_count;
    int column_widths[COLUMNS];
    pp_rect box;
} gap_tag;

static int px(const gap_tag *tag, double logical_px)
{
    return pp_canvas_px(tag->canvas, logical_px);
}

/* ---- What it says --------------------------------------------------------------------------- */

static void set_text(tag_text *cell, const char *text)
{
    cell->size = strlen(text);
    memcpy(cell->text, text, cell->size);
}

static bool is_midnight(double time_s)
{
    return fmod(time_s, DAY_S) == 0;
}

static void say_gap(gap_tag *tag, const pp_gap *gap)
{
    double length_s = gap->time1_s - gap->time0_s;
    bool days = is_midnight(gap->time0_s) && is_midnight(gap->time1_s);
    double step_s = days ? DAY_S : fmin(length_s, 60);
    const double times_s[] = {gap->time0_s, gap->time1_s}, prices[] = {gap->price0, gap->price1};
    set_text(&tag->rows[0][0], "From");
    set_text(&tag->rows[1][0], "To");
    set_text(&tag->rows[2][0], "Gap");
    for (size_t i = 0; i < PP_COUNT_OF(times_s); i++) {
        tag_text *row = tag->rows[i];
        row[1].size = calendar_format(row[1].text, TEXT_BYTES, times_s[i], step_s);
        row[2].size = draw_price_text(row[2].text, TEXT_BYTES, prices[i]);
    }
    tag_text *last = tag->rows[2];
    last[1].size = gap_length_text(last[1].text, TEXT_BYTES, length_s);
    last[2].size = draw_change_text(last[2].text, TEXT_BYTES, gap->price0, gap->price1);
    tag->row_count = ROWS_MAX;
}

static void say_count(gap_tag *tag, size_t count)
{
    int length = pp_format(tag->heading.text, TEXT_BYTES, "%zu gaps here", count);
    tag->heading.size = length > 0 && length < TEXT_BYTES ? (size_t)length : 0;
}

/* Whether a height is that of a mark which stands for the gaps [first, first + count). */
static bool is_beside(const gap_tag *tag, const pp_view *view, const pp_gaps *gaps, size_t first,
                      size_t count, int y_px)
{
    gap_sizes sizes = gap_sizes_at(tag->canvas->ratio);
    int reach = sizes.distance + sizes.head_height + sizes.stem_height;
    gap_extent extent = gap_extent_none();
    gap_extent_add(&extent, gaps, first, first + count);
    return y_px >= draw_y(view, extent.high) - reach && y_px <= draw_y(view, extent.low) + reach;
}

/* False: there is nothing to say. */
static bool say(gap_tag *tag, const pp_view *view, const pp_gaps *gaps, int x_px, int y_px)
{
    size_t first, gap = pp_gaps_at(gaps, view, tag->canvas->ratio, x_px, y_px);
    size_t count = pp_gaps_count_at(gaps, view, x_px, &first);
    if (gap != SIZE_MAX)
        say_gap(tag, &gaps->items[gap]);
    else if (count < 2 || !is_beside(tag, view, gaps, first, count, y_px))
        return false;
    if (count > 1)
        say_count(tag, count);
    return true;
}

/* ---- Where it is ---------------------------------------------------------------------------- */

static void measure(gap_tag *tag)
{
    int width = 0, rows = tag->row_count + (tag->heading.size > 0);
    for (int column = 0; column < COLUMNS; column++) {
        int widest = 0;
        for (int row = 0; row < tag->row_count; row++) {
            const tag_text *cell = &tag->rows[row][column];
            widest =
                draw_max(widest, draw_text_width(tag->canvas, tag->font, cell->text, cell->size));
        }
        tag->column_widths[column] = widest;
        width += widest + (column > 0 && tag->row_count > 0 ? px(tag, COLUMN_SPACING) : 0);
    }
    int heading = draw_text_width(tag->canvas, tag->bold, tag->heading.text, tag->heading.size);
    tag->box.w = draw_max(width, heading) + 2 * px(tag, PADDING);
    tag->box.h = rows * px(tag, ROW_HEIGHT) + 2 * px(tag, PADDING);
}

static int within(int place, int size, int low, int room)
{
    return draw_max(draw_min(place, low + room - size), low);
}

/* Behind the cursor, or before it where there is no room; within low..low + room. */
static int beside(int at, int distance, int size, int low, int room)
{
    int place = at + distance + size <= low + room ? at + distance : at - distance - size;
    return within(place, size, low, room);
}

/* Below or above the cursor it need not change sides at the right edge: there it would come to lie
 * over what the left corners hold. */
static bool place(gap_tag *tag, pp_rect plot, int x_px, int y_px)
{
    int distance = px(tag, CURSOR_DISTANCE);
    pp_rect *box = &tag->box;
    box->y = beside(y_px, distance, box->h, plot.y, plot.h);
    bool is_clear = y_px < box->y || y_px >= draw_bottom(*box);
    box->x = is_clear ? within(x_px + distance, box->w, plot.x, plot.w)
                      : beside(x_px, distance, box->w, plot.x, plot.w);
    return draw_encloses(plot, *box);
}

static bool lay_out(gap_tag *tag, pp_canvas *canvas, const pp_view *view, const pp_gaps *gaps,
                    int x_px, int y_px)
{
    if (!draw_is_usable(view) || !draw_contains(view->plot, x_px, y_px))
        return false;
    *tag = (gap_tag){.canvas = canvas,
                     .font = draw_font(canvas, DRAW_FONT_PX, false),
                     .bold = draw_font(canvas, DRAW_FONT_PX, true)};
    if (!say(tag, view, gaps, x_px, y_px))
        return false;
    measure(tag);
    return place(tag, view->plot, x_px, y_px);
}

bool pp_gaps_tag_area(pp_canvas *canvas, const pp_view *view, const pp_gaps *gaps, int x_px,
                      int y_px, pp_rect *area)
{
    gap_tag tag;
    if (!lay_out(&tag, canvas, view, gaps, x_px, y_px))
        return false;
    *area = tag.box;
    return true;
}

/* ---- Drawing -------------------------------------------------------------------------------- */

static void draw_rows(const gap_tag *tag, int left, int y)
{
    int row_height = px(tag, ROW_HEIGHT), right = draw_right(tag->box) - px(tag, PADDING);
    int second = left + tag->column_widths[0] + px(tag, COLUMN_SPACING);
    draw_texts texts;
    draw_texts_begin(&texts, tag->canvas, tag->font);
    for (int i = 0; i < tag->row_count; i++, y += row_height) {
        const tag_text *row = tag->rows[i];
        draw_texts_add(&texts, left, y, PP_ALIGN_LEFT | PP_ALIGN_MIDDLE, row[0].text, row[0].size,
                       pp_theme_dark.axis_text);
        draw_texts_add(&texts, second, y, PP_ALIGN_LEFT | PP_ALIGN_MIDDLE, row[1].text, row[1].size,
                       pp_theme_dark.tag_text);
        draw_texts_add(&texts, right, y, PP_ALIGN_RIGHT | PP_ALIGN_MIDDLE, row[2].text, row[2].size,
                       pp_theme_dark.tag_text);
    }
    draw_texts_flush(&texts);
}

void pp_gaps_draw_tag(pp_canvas *canvas, const pp_view *view, const pp_gaps *gaps, int x_px,
                      int y_px)
{
    gap_tag tag;
    if (!lay_out(&tag, canvas, view, gaps, x_px, y_px))
        return;
    int left = tag.box.x + px(&tag, PADDING);
    int y = tag.box.y + px(&tag, PADDING) + px(&tag, ROW_HEIGHT) / 2;
    canvas->ops->fill_rects(canvas, &tag.box, 1, PANEL_COLOR);
    canvas->ops->stroke_rects(canvas, &tag.box, 1, pp_theme_dark.tag);
    if (tag.heading.size > 0) {
        pp_text heading = {{left, y},
                           PP_ALIGN_LEFT | PP_ALIGN_MIDDLE,
                           tag.heading.text,
                           tag.heading.size,
                           pp_theme_dark.tag_text};
        canvas->ops->texts(canvas, tag.bold, &heading, 1);
        y += px(&tag, ROW_HEIGHT);
    }
    draw_rows(&tag, left, y);
}
