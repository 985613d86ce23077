/* sink/overlay_paint.c: draws the overlay's panel and its pages. */
#include "sink/overlay_paint.h"
#include "base/base.h"
#include "sink/overlay_pen.h"
#include "sink/overlay_text.h"
#include <inttypes.h>
#include <paintprof/gate.h>
#include <stdio.h>
#include <string.h>

static const pp_color panel_color = 0xFF14171C;
static const pp_color border_color = 0xFF343B46;
static const pp_color rule_color = 0xFF2A3039;
static const pp_color strong_color = 0xFFFFFFFF;
static const pp_color value_color = 0xFFD9DDE3;
static const pp_color label_color = 0xFF98A2AF;
static const pp_color warning_color = 0xFFFF7B72;
static const pp_color recording_color = 0xFFFF4D4D;
static const pp_color frozen_color = 0xFF7CC4FF;

static const unsigned left = PP_ALIGN_LEFT | PP_ALIGN_MIDDLE;
static const unsigned right = PP_ALIGN_RIGHT | PP_ALIGN_MIDDLE;
static const unsigned baseline_left = PP_ALIGN_LEFT | PP_ALIGN_BASELINE;
static const unsigned baseline_right = PP_ALIGN_RIGHT | PP_ALIGN_BASELINE;

/* One paint of the panel. */
typedef struct painting {
    const pp_overlay_panel *panel;
    const pp_overlay_layout *layout;
    pp_canvas *canvas;
    int cell; /* of plain, in hundredths of a pixel */
    pp_overlay_pen plain, bold, large;
} painting;

static int cells_px(const painting *p, int cells)
{
    return (cells * p->cell + 99) / 100;
}

static size_t cells_in(const painting *p, int width_px)
{
    return width_px > 0 ? (size_t)width_px * 100 / (size_t)p->cell : 0;
}

/* The columns of a row, the last of them at the right edge. */
static void put_columns(const painting *p, pp_overlay_pen *pen, int middle, pp_color color,
                        const pp_overlay_columns *columns)
{
    int right_x = p->layout->table.x + p->layout->table.w;
    for (size_t i = 0; i < columns->count; i++) {
        int behind = (int)(columns->count - 1 - i) * PP_OVERLAY_COLUMN_CELLS;
        pp_overlay_pen_put(pen, right_x - cells_px(p, behind), middle, right, color,
                           columns->text[i]);
    }
}

static void fill(const painting *p, pp_rect rect, pp_color color)
{
    p->canvas->ops->fill_rects(p->canvas, &rect, 1, color);
}

/* The middle of a row of a band. */
static int row_middle(pp_rect band, int row_h, size_t row)
{
    return band.y + row_h * (int)row + row_h / 2;
}

/* Three crossed bars: round enough at the size of a letter. */
static void fill_disc(const painting *p, int x, int middle, pp_color color)
{
    int size = p->layout->swatch, cut = (size + 2) / 4, nick = cut / 2;
    int y = middle - size / 2;
    const pp_rect bars[] = {{x + cut, y, size - 2 * cut, size},
                            {x, y + cut, size, size - 2 * cut},
                            {x + nick, y + nick, size - 2 * nick, size - 2 * nick}};
    p->canvas->ops->fill_rects(p->canvas, bars, PP_COUNT_OF(bars), color);
}

static void fill_pause(const painting *p, int x, int middle, pp_color color)
{
    int size = p->layout->swatch, bar = (size + 1) / 3;
    const pp_rect bars[] = {{x, middle - size / 2, bar, size},
                            {x + size - bar, middle - size / 2, bar, size}};
    p->canvas->ops->fill_rects(p->canvas, bars, PP_COUNT_OF(bars), color);
}

/* The number that leads a page: what the last frame's work took. */
static void format_last_work(char *out, const pp_overlay_stats *stats)
{
    if (stats->frames > 0)
        pp_overlay_format_ms(out, stats->work.last_ns);
    else
        snprintf(out, PP_OVERLAY_NUMBER_BYTES, "–");
}

/* The rate that frames really come at, beside the one that the screen would take. */
static void format_rate(char *out, size_t capacity, const pp_overlay_stats *stats)
{
    char hz[PP_OVERLAY_NUMBER_BYTES];
    out[0] = '\0';
    if (stats->frames == 0)
        return;
    pp_overlay_format_hz(hz, stats->budget_ns);
    uint64_t tenths = (uint64_t)(stats->rate_hz * 10 + 0.5);
    if (tenths > 0)
        snprintf(out, capacity, "%" PRIu64 ".%" PRIu64 " fps · %s", tenths / 10, tenths % 10, hz);
    else
        snprintf(out, capacity, "%s", hz);
}

static void put_head(painting *p)
{
    const pp_overlay_stats *stats = &p->panel->stats;
    pp_rect head = p->layout->head;
    int baseline = head.y + head.h * 3 / 4;
    char work[PP_OVERLAY_NUMBER_BYTES], rate[3 * PP_OVERLAY_NUMBER_BYTES];
    format_last_work(work, stats);
    pp_overlay_pen_put(&p->large, head.x, baseline, baseline_left, strong_color, work);
    int work_w = pp_overlay_pen_width(&p->large, work);
    pp_overlay_pen_put(&p->plain, head.x + work_w + cells_px(p, 1), baseline, baseline_left,
                       label_color, "ms work");
    format_rate(rate, sizeof rate, stats);
    pp_overlay_pen_put(&p->plain, head.x + head.w, baseline, baseline_right, label_color, rate);
}

/* What to do when there is nothing to see, in the middle of a band. */
static void put_waiting(painting *p, pp_rect band)
{
    int x = band.x + band.w / 2, y = band.y + band.h / 2;
    bool open = pg_profile_enabled();
    pp_overlay_pen_put(&p->plain, x, y - p->layout->row_h / 2, PP_ALIGN_CENTER | PP_ALIGN_MIDDLE,
                       value_color, "waiting for the first frame");
    pp_overlay_pen_put(
        &p->plain, x, y + p->layout->row_h / 2, PP_ALIGN_CENTER | PP_ALIGN_MIDDLE, label_color,
        open ? "frames come when the program paints" : "profiling is off (PAINTPROF=1)");
}

static void draw_graph(painting *p)
{
    pp_rect graph = p->layout->graph;
    pp_overlay_graph_paint(&p->panel->graph, p->canvas, (pp_point){graph.x, graph.y});
}

static void put_axis_label(painting *p, int y, unsigned align, pp_color color, uint64_t ns)
{
    char label[PP_OVERLAY_NUMBER_BYTES];
    uint64_t tenths = (ns + 50000) / 100000;
    snprintf(label, sizeof label, "%" PRIu64 ".%" PRIu64, tenths / 10, tenths % 10);
    pp_rect axis = p->layout->axis;
    pp_overlay_pen_put(&p->plain, axis.x + axis.w, y, PP_ALIGN_RIGHT | align, color, label);
}

static void put_axis(painting *p)
{
    pp_rect axis = p->layout->axis;
    uint64_t budget_ns = p->panel->stats.budget_ns;
    int bars_h = p->panel->graph.bars_h;
    if (p->panel->stats.frames == 0)
        return;
    put_axis_label(p, axis.y, PP_ALIGN_TOP, label_color, 2 * budget_ns);
    put_axis_label(p, axis.y + bars_h / 2, PP_ALIGN_MIDDLE, strong_color, budget_ns);
    pp_overlay_pen_put(&p->plain, axis.x + axis.w, axis.y + bars_h,
                       PP_ALIGN_RIGHT | PP_ALIGN_BOTTOM, label_color, "0 ms");
}

static void put_row(painting *p, const pp_overlay_row *row, int middle)
{
    const pp_overlay_layout *layout = p->layout;
    pp_overlay_pen *pen = row->strong ? &p->bold : &p->plain;
    pp_color color = row->strong ? strong_color : value_color;
    pp_rect table = layout->table;
    char name[sizeof row->name + 4];
    pp_overlay_columns columns;
    int name_x = table.x + layout->indent;
    if (row->color != 0)
        fill(p, (pp_rect){table.x, middle - layout->swatch / 2, layout->swatch, layout->swatch},
             row->color);
    int name_w = table.w - layout->indent - cells_px(p, 4 * PP_OVERLAY_COLUMN_CELLS);
    pp_overlay_elide(name, sizeof name, row->name, cells_in(p, name_w));
    pp_overlay_pen_put(pen, name_x, middle, left, row->strong ? strong_color : label_color, name);
    if (row->instead) {
        pp_overlay_pen_put(pen, table.x + table.w, middle, right, label_color, row->instead);
        return;
    }
    pp_overlay_stat_columns(&columns, &row->stat);
    put_columns(p, pen, middle, color, &columns);
}

static void put_table(painting *p)
{
    const pp_overlay_layout *layout = p->layout;
    pp_overlay_row rows[PP_OVERLAY_ROWS_MAX];
    pp_rect table = layout->table;
    size_t count = pp_overlay_rows(&p->panel->stats, rows);
    int heading = row_middle(table, layout->table_row_h, 0);
    pp_overlay_pen_put(&p->plain, table.x + layout->indent, heading, left, label_color, "ms");
    put_columns(p, &p->plain, heading, label_color, &pp_overlay_stat_heading);
    for (size_t i = 0; i < count; i++) {
        int top = table.y + layout->table_row_h * (int)(i + 1);
        if (rows[i].ruled)
            fill(p, (pp_rect){table.x, top, table.w, layout->line}, rule_color);
        put_row(p, &rows[i], row_middle(table, layout->table_row_h, i + 1));
    }
}

/* A label and its sentence, in the next row of the lines below the table. */
static void put_line(painting *p, size_t *row, const char *label, pp_color color,
                     const char *sentence)
{
    pp_rect lines = p->layout->lines;
    int middle = row_middle(lines, p->layout->row_h, (*row)++);
    char fitting[PP_OVERLAY_LINE_BYTES];
    int x = lines.x + cells_px(p, 8);
    pp_overlay_elide(fitting, sizeof fitting, sentence, cells_in(p, lines.x + lines.w - x));
    pp_overlay_pen_put(&p->plain, lines.x, middle, left, label_color, label);
    pp_overlay_pen_put(&p->plain, x, middle, left, color, fitting);
}

static void put_findings(painting *p, size_t *row)
{
    const pp_overlay_stats *stats = &p->panel->stats;
    char line[PP_OVERLAY_LINE_BYTES];
    if (stats->frames == 0)
        return;
    pp_overlay_late_line(line, stats);
    put_line(p, row, "late", stats->late > 0 ? warning_color : value_color, line);
    pp_overlay_worst_line(line, &stats->worst);
    put_line(p, row, "worst", value_color, line);
    pp_overlay_cause_line(line, &stats->worst, cells_in(p, p->layout->lines.w) - 8);
    put_line(p, row, "cause", value_color, line);
}

static void put_warnings(painting *p, size_t *row)
{
    char line[PP_OVERLAY_LINE_BYTES];
    if (p->layout->shape.dropped) {
        snprintf(line, sizeof line, "%" PRIu64 " records: the buffer was full",
                 p->panel->stats.dropped);
        put_line(p, row, "dropped", warning_color, line);
    }
    if (p->layout->shape.note)
        put_line(p, row, "note", value_color, p->panel->note);
}

/* Frozen and recording, each with its sign. */
static void put_states(painting *p, int x, int middle, int end_x)
{
    const pp_overlay_panel *panel = p->panel;
    char fitting[PP_OVERLAY_STATE_BYTES + 4];
    if (panel->frozen) {
        fill_pause(p, x, middle, frozen_color);
        x += p->layout->indent;
        pp_overlay_pen_put(&p->plain, x, middle, left, frozen_color, "frozen");
        x += cells_px(p, 8);
    }
    if (panel->recording[0] == '\0')
        return;
    fill_disc(p, x, middle, recording_color);
    x += p->layout->indent;
    pp_overlay_elide(fitting, sizeof fitting, panel->recording, cells_in(p, end_x - x));
    pp_overlay_pen_put(&p->plain, x, middle, left, value_color, fitting);
}

static void put_foot(painting *p)
{
    pp_rect foot = p->layout->foot;
    if (foot.h > 0)
        put_states(p, foot.x, row_middle(foot, p->layout->row_h, 0), foot.x + foot.w);
}

static void paint_full(painting *p)
{
    size_t row = 0;
    put_head(p);
    put_axis(p);
    put_table(p);
    put_findings(p, &row);
    put_warnings(p, &row);
    put_foot(p);
    if (p->panel->stats.frames == 0)
        put_waiting(p, p->layout->graph);
}

static void put_item(painting *p, const pp_overlay_item *item, size_t row)
{
    const pp_overlay_layout *layout = p->layout;
    const pp_overlay_stats *stats = &p->panel->stats;
    pp_rect table = layout->table;
    int middle = row_middle(table, layout->table_row_h, row);
    int name_x = table.x + layout->indent;
    int name_w = table.w - layout->indent - cells_px(p, 3 * PP_OVERLAY_COLUMN_CELLS);
    char name[PP_OVERLAY_LINE_BYTES];
    pp_overlay_columns columns;
    pp_color color = pp_overlay_phase_color(item->site->phase);
    double share =
        stats->item_self_ns > 0 ? (double)item->self_ns / (double)stats->item_self_ns : 0;
    int bottom = table.y + layout->table_row_h * (int)(row + 1);
    fill(p, (pp_rect){table.x, middle - layout->swatch / 2, layout->swatch, layout->swatch}, color);
    const pp_rect track = {name_x, bottom - layout->line, table.x + table.w - name_x, layout->line};
    fill(p, track, rule_color);
    fill(p, (pp_rect){track.x, track.y, (int)(track.w * share + 0.5), track.h}, color);
    pp_overlay_elide(name, sizeof name, item->site->name, cells_in(p, name_w));
    pp_overlay_pen_put(&p->plain, name_x, middle, left, value_color, name);
    pp_overlay_item_columns(&columns, item, stats->frames);
    put_columns(p, &p->plain, middle, value_color, &columns);
}

static void paint_items(painting *p)
{
    const pp_overlay_layout *layout = p->layout;
    const pp_overlay_stats *stats = &p->panel->stats;
    pp_rect table = layout->table;
    int heading = row_middle(table, layout->table_row_h, 0);
    char title[PP_OVERLAY_LINE_BYTES];
    size_t row = 0;
    put_head(p);
    if (stats->item_count > stats->item_rows)
        snprintf(title, sizeof title, "%" PRIu32 " of %" PRIu32 ", per frame", stats->item_rows,
                 stats->item_count);
    else
        snprintf(title, sizeof title, "painters, per frame");
    pp_overlay_pen_put(&p->plain, table.x + layout->indent, heading, left, label_color, title);
    put_columns(p, &p->plain, heading, label_color, &pp_overlay_item_heading);
    for (uint32_t i = 0; i < stats->item_rows; i++)
        put_item(p, &stats->items[i], i + 1);
    if (stats->frames == 0)
        put_waiting(p, table);
    put_warnings(p, &row);
    put_foot(p);
}

/* A label and a number of that many cells behind it; returns where the next thing may stand. */
static int put_field(painting *p, int x, int baseline, const char *label, int cells, pp_color color,
                     const char *number)
{
    pp_overlay_pen_put(&p->plain, x, baseline, baseline_left, label_color, label);
    x += cells_px(p, (int)strlen(label) + cells);
    pp_overlay_pen_put(&p->plain, x, baseline, baseline_right, color, number);
    return x + cells_px(p, 2);
}

static void paint_mini(painting *p)
{
    const pp_overlay_stats *stats = &p->panel->stats;
    pp_rect head = p->layout->head;
    int baseline = head.y + head.h * 7 / 10, x = head.x;
    char number[PP_OVERLAY_NUMBER_BYTES];
    if (p->panel->frozen)
        fill_pause(p, x, head.h / 2, frozen_color);
    else if (p->panel->recording[0] != '\0')
        fill_disc(p, x, head.h / 2, recording_color);
    if (p->layout->shape.badge)
        x += p->layout->indent;
    format_last_work(number, stats);
    pp_overlay_pen_put(&p->large, x, baseline, baseline_left, strong_color, number);
    int number_w = pp_overlay_pen_width(&p->large, number);
    int usual_w = pp_overlay_pen_width(&p->large, "000.00"); /* what follows stands still */
    pp_overlay_pen_put(&p->plain, x + number_w + cells_px(p, 1), baseline, baseline_left,
                       label_color, "ms");
    x += (number_w > usual_w ? number_w : usual_w) + cells_px(p, 5);
    if (stats->frames == 0) {
        pp_overlay_pen_put(&p->plain, x, baseline, baseline_left, value_color,
                           "waiting for the first frame");
        return;
    }
    pp_overlay_format_ms(number, stats->flush.last_ns);
    x = put_field(p, x, baseline, "flush", 8, value_color,
                  stats->flush.last_measured ? number : "–");
    pp_overlay_format_ms(number, stats->work.p99_ns);
    x = put_field(p, x, baseline, "p99", 9, value_color, number);
    snprintf(number, sizeof number, "%" PRIu32, stats->late);
    put_field(p, x, baseline, "late", 4, stats->late > 0 ? warning_color : value_color, number);
}

/* The panel around the graph, whose image is opaque itself: at ratio 2 a fifth of all pixels. */
static void fill_ground(const painting *p)
{
    int w = p->canvas->width_px, h = p->canvas->height_px;
    pp_rect graph = p->layout->graph;
    int graph_right = graph.x + graph.w, graph_bottom = graph.y + graph.h;
    bool inside = graph_right <= w && graph_bottom <= h; /* else the host lags behind */
    if (p->panel->graph.pixels == NULL || !inside) {
        fill(p, (pp_rect){0, 0, w, h}, panel_color);
        return;
    }
    const pp_rect around[] = {{0, 0, w, graph.y},
                              {0, graph.y, graph.x, graph.h},
                              {graph_right, graph.y, w - graph_right, graph.h},
                              {0, graph_bottom, w, h - graph_bottom}};
    p->canvas->ops->fill_rects(p->canvas, around, PP_COUNT_OF(around), panel_color);
}

/* Ground, border and what is on the page. */
static void paint_panel(painting *p)
{
    const pp_rect all = {0, 0, p->canvas->width_px, p->canvas->height_px};
    const pp_overlay_layout *layout = p->layout;
    fill_ground(p);
    if (layout->shape.page == PP_OVERLAY_OFF)
        return;
    p->canvas->ops->stroke_rects(p->canvas, &all, 1, border_color);
    pp_overlay_pen_init(&p->plain, p->canvas, (pp_font){PP_FONT_MONO, layout->text_px, false});
    pp_overlay_pen_init(&p->bold, p->canvas, (pp_font){PP_FONT_MONO, layout->text_px, true});
    pp_overlay_pen_init(&p->large, p->canvas, (pp_font){PP_FONT_MONO, layout->head_px, true});
    p->cell = pp_overlay_pen_cell(&p->plain);
    draw_graph(p);
    if (layout->shape.page == PP_OVERLAY_MINI)
        paint_mini(p);
    else if (layout->shape.page == PP_OVERLAY_FULL)
        paint_full(p);
    else if (layout->shape.page == PP_OVERLAY_ITEMS)
        paint_items(p);
    pp_overlay_pen_flush(&p->plain);
    pp_overlay_pen_flush(&p->bold);
    pp_overlay_pen_flush(&p->large);
}

static bool contains(pp_rect outer, pp_rect inner)
{
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
           inner.y + inner.h <= outer.y + outer.h;
}

void pp_overlay_panel_paint(const pp_overlay_panel *panel, pp_canvas *canvas)
{
    painting p;
    p.panel = panel;
    p.layout = &panel->layout;
    p.canvas = canvas;
    bool only_graph = panel->graph.pixels != NULL && panel->stats.frames > 0 &&
                      contains(panel->layout.graph, canvas->dirty);
    if (only_graph)
        draw_graph(&p);
    else
        paint_panel(&p);
}
