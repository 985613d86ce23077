/* scene/curve_mesh.c: the curve as meshes. Of each look, zoom and place one is kept. New rows and
 * ticks at the end of a series change only the end of its mesh: the making goes on from where it
 * stood before it came to the last row. */
#include "scene/curve_mesh.h"

#include "scene/curve_columns.h"
#include "scene/draw.h"
#include "scene/mesh.h"
#include "scene/series_internal.h"

#include <paintprof/chart.h>

#include <stdlib.h>

/* Views of one series that are drawn in turn without making meshes anew. */
enum { MESHES_MAX = 4 };
/* Pixels that a shape reaches beyond where its row stands, beside the sides of bars. */
enum { SHAPE_REACH_PX = 64 };

/* The upright line of a column, in prices. */
typedef struct upright {
    int x;
    double low, high;
} upright;

/* How far the making of shapes has come. */
typedef struct progress {
    size_t shapes, row;
    /* What goes on from the column or row before: */
    size_t last; /* SIZE_MAX: there is none */
    upright line;
    int x, parts; /* as in curve_walk */
} progress;

typedef struct curve_mesh {
    mesh_shapes shapes;
    mesh_stretch stretch;
    curve_mesh_look look;
    uint64_t changes; /* of the series, until which it is accounted for */
    bool shows_end;   /* the last row is part of it */
    progress resume;  /* before the last row came into it */
    uint64_t last_use;
} curve_mesh;

struct curve_meshes {
    curve_mesh items[MESHES_MAX];
    uint64_t uses;
};

void curve_meshes_destroy(curve_meshes *meshes)
{
    if (!meshes)
        return;
    for (int i = 0; i < MESHES_MAX; i++)
        mesh_release(&meshes->items[i].shapes);
    free(meshes);
}

/* ---- Line, column by column ----------------------------------------------------------------- */

static bool is_bars(const curve_mesh_look *look)
{
    return look->style == PP_CURVE_OHLC || look->style == PP_CURVE_CANDLES;
}

static bool is_stroked(const curve_mesh_look *look)
{
    return !is_bars(look) && (look->smooth || look->width_px > 1);
}

/* Strokes go through the middle of pixels, those of an even width between two. */
static double middle_of(const curve_mesh *mesh)
{
    if (!is_stroked(&mesh->look))
        return 0;
    return lroundf(mesh->look.width_px) % 2 == 0 ? 1 : 0.5;
}

static void add_upright(curve_mesh *mesh, upright line)
{
    float x = (float)(line.x + middle_of(mesh));
    mesh_add(&mesh->shapes, (pp_mesh_shape){.x0 = x,
                                            .x1 = x,
                                            .y0 = mesh_price(&mesh->stretch, line.high),
                                            .y1 = mesh_price(&mesh->stretch, line.low),
                                            .least_height_px = 1,
                                            .color = pp_theme_dark.curve});
}

static void reach(upright *line, double price)
{
    line->low = price < line->low ? price : line->low;
    line->high = price > line->high ? price : line->high;
}

/* A segment between two columns: its right end, and how it rises per pixel. */
typedef struct rising {
    double x, price, slope;
} rising;

static double price_at(const rising *segment, int x)
{
    return segment->price - (segment->x - x) * segment->slope;
}

/* An upright line for each column of the stretch that a segment passes between two others. */
static void add_passed(curve_mesh *mesh, const rising *segment, int x, int end)
{
    int left = -mesh->stretch.reach_px, right = mesh->stretch.width_px + mesh->stretch.reach_px;
    x = draw_max(x, left - 1);
    end = draw_min(end, right + 1);
    for (; x < end; x++) {
        double price = price_at(segment, x), next = price_at(segment, x + 1);
        add_upright(mesh, (upright){x, fmin(price, next), fmax(price, next)});
    }
}

/* What the segment from one column to the next adds to both, and to those between. */
static void add_crossing(curve_mesh *mesh, upright *from, upright *to, rising segment)
{
    reach(from, price_at(&segment, from->x + 1));
    reach(to, price_at(&segment, to->x));
    add_passed(mesh, &segment, from->x + 1, to->x);
}

static rising segment_between(const curve_walk *walk, size_t from, size_t to)
{
    const double *close = walk->columns.close;
    double x = curve_walk_px(walk, to), before_x = curve_walk_px(walk, from);
    double slope = (close[to] - close[from]) / (x - before_x);
    return (rising){x, close[to], isfinite(slope) ? slope : 0};
}

/* Not with the last row next: were that a break and then a price, it would go to what came before.
 */
static void keep_progress(curve_mesh *mesh, const curve_walk *walk, progress now)
{
    if (walk->row + 1 >= walk->columns.size)
        return;
    now.shapes = mesh->shapes.size;
    now.row = walk->row;
    now.x = walk->x;
    now.parts = walk->parts;
    mesh->resume = now;
}

static void add_line_of_columns(curve_mesh *mesh, curve_walk *walk, progress now)
{
    curve_column column;
    for (;;) {
        keep_progress(mesh, walk, now);
        if (!curve_walk_next(walk, &column))
            break;
        upright next = {column.x, column.range.low, column.range.high};
        if (now.last != SIZE_MAX && column.joined && column.x > now.line.x)
            add_crossing(mesh, &now.line, &next, segment_between(walk, now.last, column.first));
        if (now.last != SIZE_MAX)
            add_upright(mesh, now.line);
        now.line = next;
        now.last = column.last;
    }
    if (now.last != SIZE_MAX)
        add_upright(mesh, now.line);
}

/* The same for steps: what a row holds is level up to the column of the next. */
static void add_steps_of_columns(curve_mesh *mesh, curve_walk *walk, progress now)
{
    curve_column column;
    for (;;) {
        keep_progress(mesh, walk, now);
        if (!curve_walk_next(walk, &column))
            return;
        upright next = {column.x, column.range.low, column.range.high};
        if (now.last != SIZE_MAX && column.joined && column.x > now.line.x) {
            double held = walk->columns.close[now.last];
            add_passed(mesh, &(rising){column.x, held, 0}, now.line.x + 1, column.x);
            reach(&next, held);
        }
        add_upright(mesh, next);
        now.line = next;
        now.last = column.last;
    }
}

/* ---- Line, row by row ----------------------------------------------------------------------- */

static bool is_price(const pp_columns *rows, size_t row)
{
    return row < rows->size && !isnan(rows->close[row]);
}

/* Between two points in pixels of the stretch and prices. */
static void add_segment(curve_mesh *mesh, double x0, double price0, double x1, double price1)
{
    mesh_add(&mesh->shapes, (pp_mesh_shape){.x0 = mesh_value(x0),
                                            .x1 = mesh_value(x1),
                                            .y0 = mesh_price(&mesh->stretch, price0),
                                            .y1 = mesh_price(&mesh->stretch, price1),
                                            .least_height_px = 1,
                                            .color = pp_theme_dark.curve});
}

/* From one row to another, directly or level and then upright. */
static void connect(curve_mesh *mesh, const curve_walk *walk, size_t from, size_t to)
{
    const double *close = walk->columns.close;
    double x0 = curve_walk_px(walk, from), x1 = curve_walk_px(walk, to);
    if (mesh->look.style != PP_CURVE_STEP) {
        add_segment(mesh, x0, close[from], x1, close[to]);
        return;
    }
    add_segment(mesh, x0, close[from], x1, close[from]);
    if (close[from] != close[to])
        add_segment(mesh, x1, fmax(close[from], close[to]), x1, fmin(close[from], close[to]));
}

/* From each row to the one before; one that stands alone is a point. Whether it does is known only
 * with the row behind it. */
static void add_line_of_rows(curve_mesh *mesh, curve_walk *walk, progress now)
{
    for (; walk->row < walk->end; walk->row++) {
        size_t row = walk->row;
        keep_progress(mesh, walk, now);
        if (!is_price(&walk->columns, row)) {
            now.last = SIZE_MAX;
            continue;
        }
        if (now.last != SIZE_MAX)
            connect(mesh, walk, now.last, row);
        else if (!is_price(&walk->columns, row + 1) &&
                 (row == 0 || !is_price(&walk->columns, row - 1)))
            connect(mesh, walk, row, row);
        now.last = row;
    }
}

/* ---- Bars ----------------------------------------------------------------------------------- */

static pp_color bar_color(double open, double close)
{
    return close >= open ? pp_theme_dark.bar_up : pp_theme_dark.bar_down;
}

static void add_bars_of_columns(curve_mesh *mesh, curve_walk *walk, progress now)
{
    curve_column column;
    for (;;) {
        keep_progress(mesh, walk, now);
        if (!curve_walk_next(walk, &column))
            return;
        mesh_add(&mesh->shapes,
                 (pp_mesh_shape){.x0 = (float)column.x,
                                 .x1 = (float)column.x,
                                 .y0 = mesh_price(&mesh->stretch, column.range.high),
                                 .y1 = mesh_price(&mesh->stretch, column.range.low),
                                 .least_height_px = (int16_t)mesh->look.least_px,
                                 .color = bar_color(walk->columns.open[column.first],
                                                    walk->columns.close[column.last])});
    }
}

/* Pixels left_px from a row's own on, width_px of them. */
static void add_part_of_bar(curve_mesh *mesh, double x_px, int left_px, int width_px, float y0,
                            float y1, int top_px, pp_color color)
{
    float left = mesh_value(x_px + left_px);
    mesh_add(&mesh->shapes, (pp_mesh_shape){.x0 = left,
                                            .x1 = left + (float)(width_px - 1),
                                            .y0 = y0,
                                            .y1 = y1,
                                            .top_px = (int16_t)top_px,
                                            .least_height_px = (int16_t)mesh->look.stroke_px,
                                            .color = color});
}

/* In pixels of the stretch, and prices. */
typedef struct bar_of_row {
    double x;
    float open, high, low, close;
    pp_color color;
} bar_of_row;

static bar_of_row bar_of(const curve_mesh *mesh, const curve_walk *walk, size_t row)
{
    const pp_columns *rows = &walk->columns;
    const mesh_stretch *stretch = &mesh->stretch;
    double open = rows->open[row], close = rows->close[row];
    return (bar_of_row){curve_walk_px(walk, row),
                        mesh_price(stretch, open),
                        mesh_price(stretch, rows->high[row]),
                        mesh_price(stretch, rows->low[row]),
                        mesh_price(stretch, close),
                        bar_color(open, close)};
}

static void add_ohlc(curve_mesh *mesh, const bar_of_row *bar)
{
    int stroke = mesh->look.stroke_px, tick = mesh->look.aside_px, before = stroke / 2;
    add_part_of_bar(mesh, bar->x, -before, stroke, bar->high, bar->low, 0, bar->color);
    add_part_of_bar(mesh, bar->x, -before - tick, tick, bar->open, bar->open, -before, bar->color);
    add_part_of_bar(mesh, bar->x, -before + stroke, tick, bar->close, bar->close, -before,
                    bar->color);
}

/* A rising one is hollow: two sides, top and bottom, which lie over each other where there is no
 * inside. On planes larger is lower. */
static void add_candle(curve_mesh *mesh, const bar_of_row *bar)
{
    int stroke = mesh->look.stroke_px, aside = mesh->look.aside_px;
    int left = -(stroke / 2), width = stroke + 2 * aside;
    float top = fminf(bar->open, bar->close), bottom = fmaxf(bar->open, bar->close);
    add_part_of_bar(mesh, bar->x, left, stroke, fminf(bar->high, top), top, 0, bar->color);
    if (bar->color == pp_theme_dark.bar_up) {
        add_part_of_bar(mesh, bar->x, left - aside, stroke, top, bottom, 0, bar->color);
        add_part_of_bar(mesh, bar->x, left - aside, width, top, top, 0, bar->color);
        add_part_of_bar(mesh, bar->x, left - aside, width, bottom, bottom, 1 - stroke, bar->color);
        add_part_of_bar(mesh, bar->x, left + aside, stroke, top, bottom, 0, bar->color);
    } else {
        add_part_of_bar(mesh, bar->x, left - aside, width, top, bottom, 0, bar->color);
    }
    add_part_of_bar(mesh, bar->x, left, stroke, bottom, fmaxf(bar->low, bottom), 0, bar->color);
}

static void add_bars_of_rows(curve_mesh *mesh, curve_walk *walk, progress now)
{
    for (; walk->row < walk->end; walk->row++) {
        size_t row = walk->row;
        keep_progress(mesh, walk, now);
        if (!is_price(&walk->columns, row))
            continue;
        bar_of_row bar = bar_of(mesh, walk, row);
        if (mesh->look.style == PP_CURVE_CANDLES)
            add_candle(mesh, &bar);
        else
            add_ohlc(mesh, &bar);
    }
}

static int reach_px(const curve_mesh_look *look)
{
    return SHAPE_REACH_PX + 2 * look->aside_px;
}

/* ---- Making --------------------------------------------------------------------------------- */

static void add_shapes(curve_mesh *mesh, curve_walk *walk, progress from)
{
    mesh->shows_end = walk->end == walk->columns.size;
    bool gathered = mesh->look.gathered, bars = is_bars(&mesh->look);
    if (bars && gathered)
        add_bars_of_columns(mesh, walk, from);
    else if (bars)
        add_bars_of_rows(mesh, walk, from);
    else if (gathered && mesh->look.style == PP_CURVE_STEP)
        add_steps_of_columns(mesh, walk, from);
    else if (gathered)
        add_line_of_columns(mesh, walk, from);
    else
        add_line_of_rows(mesh, walk, from);
}

static curve_walk walk_over(const curve_mesh *mesh, const pp_series *series)
{
    pp_view wide = mesh_stretch_view(&mesh->stretch);
    curve_walk walk;
    curve_walk_begin(&walk, &wide, series, is_bars(&mesh->look) ? PYRAMID_PRICES : PYRAMID_CLOSES,
                     wide.plot.x, draw_right(wide.plot));
    return walk;
}

/* Thin crisp steps and columns are rectangles, to the pixel. */
static pp_mesh_kind kind_of(const curve_mesh_look *look)
{
    if (is_stroked(look))
        return PP_MESH_STROKES;
    bool oblique = look->style == PP_CURVE_LINE && !look->gathered;
    return oblique ? PP_MESH_LINES : PP_MESH_RECTS;
}

static void make_anew(curve_mesh *mesh, const pp_view *view, const pp_series *series)
{
    mesh_stretch_set(&mesh->stretch, view);
    mesh_restart(&mesh->shapes, 0);
    mesh->shapes.mesh.kind = kind_of(&mesh->look);
    mesh->shapes.mesh.width_px = mesh->look.width_px;
    mesh->shapes.mesh.smooth = mesh->look.smooth;
    mesh->shapes.mesh.square = mesh->look.style == PP_CURVE_STEP;
    curve_walk walk = walk_over(mesh, series);
    mesh->resume = (progress){.row = walk.row, .last = SIZE_MAX, .x = walk.x};
    add_shapes(mesh, &walk, mesh->resume);
}

/* Makes the end again, from before the row that was the last. */
static void make_end(curve_mesh *mesh, const pp_series *series)
{
    progress from = mesh->resume;
    mesh_restart(&mesh->shapes, from.shapes);
    curve_walk walk = walk_over(mesh, series);
    walk.row = from.row;
    walk.x = from.x;
    walk.parts = from.parts;
    add_shapes(mesh, &walk, from);
}

static void bring_up_to_date(curve_mesh *mesh, const pp_view *view, const pp_series *series)
{
    uint64_t changes = pp_series_changes(series);
    if (mesh->shapes.is_short_of_memory || !mesh_stretch_same_zoom(&mesh->stretch, view) ||
        !mesh_stretch_covers(&mesh->stretch, view, reach_px(&mesh->look)))
        make_anew(mesh, view, series);
    else if (mesh->changes != changes && mesh->shows_end)
        make_end(mesh, series);
    mesh->changes = changes;
}

/* ---- Keeping -------------------------------------------------------------------------------- */

static bool same_look(const curve_mesh_look *a, const curve_mesh_look *b)
{
    return a->style == b->style && a->gathered == b->gathered && a->smooth == b->smooth &&
           a->width_px == b->width_px && a->least_px == b->least_px && a->aside_px == b->aside_px &&
           a->stroke_px == b->stroke_px;
}

/* The mesh that fits best; else the one that was not drawn for longest. */
static curve_mesh *choose_mesh(curve_meshes *meshes, const pp_view *view,
                               const curve_mesh_look *look)
{
    curve_mesh *oldest = &meshes->items[0], *same_zoom = NULL;
    for (int i = 0; i < MESHES_MAX; i++) {
        curve_mesh *mesh = &meshes->items[i];
        if (mesh->last_use < oldest->last_use)
            oldest = mesh;
        if (mesh->last_use == 0 || !same_look(&mesh->look, look) ||
            !mesh_stretch_same_zoom(&mesh->stretch, view))
            continue;
        if (mesh_stretch_covers(&mesh->stretch, view, reach_px(&mesh->look)))
            return mesh;
        same_zoom = mesh;
    }
    return same_zoom ? same_zoom : oldest;
}

/* Shapes are sorted by x, but for the parts of a bar. */
static size_t first_from(const mesh_shapes *shapes, double x_px)
{
    size_t first = 0, count = shapes->size;
    while (count > 0) {
        size_t half = count / 2;
        if (shapes->items[first + half].x1 < x_px) {
            first += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return first;
}

static void draw_shown(pp_canvas *canvas, const pp_view *view, const curve_mesh *mesh)
{
    pp_plane plane = mesh_stretch_plane(&mesh->stretch, view, mesh->look.gathered);
    double left = view->plot.x - plane.move_x_px;
    size_t first = first_from(&mesh->shapes, left - reach_px(&mesh->look));
    size_t end = first_from(&mesh->shapes, left + view->plot.w + reach_px(&mesh->look));
    end += end < mesh->shapes.size; /* a line that ends further right */
    mesh_draw(canvas, &mesh->shapes, &plane, first, end);
}

bool curve_mesh_draw(pp_canvas *canvas, const pp_view *view, const pp_series *series,
                     const curve_mesh_look *look)
{
    curve_meshes **kept = pp_series_meshes(series);
    if (!*kept)
        *kept = calloc(1, sizeof(**kept));
    if (!*kept)
        return false;
    curve_mesh *mesh = choose_mesh(*kept, view, look);
    if (!same_look(&mesh->look, look))
        mesh->stretch = (mesh_stretch){0};
    mesh->look = *look;
    mesh->last_use = ++(*kept)->uses;
    bring_up_to_date(mesh, view, series);
    if (mesh->shapes.is_short_of_memory)
        return false;
    draw_shown(canvas, view, mesh);
    return true;
}
