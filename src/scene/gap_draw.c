/* scene/gap_draw.c: gaps on the screen: one by one, all at once, and the one under the cursor. */
#include "base/base.h"
#include "scene/draw.h"
#include "scene/gap_shape.h"

#include <paintprof/chart.h>

/* Logical pixels. */
enum { LABEL_FONT_PX = 10, LABEL_PADDING = 4 };
enum { LABEL_BYTES = 24 };

static const pp_color BOX_ALPHA = 0x60;

/* ---- Geometry ------------------------------------------------------------------------------- */

static int scaled(double logical_px, double ratio)
{
    int px = (int)(logical_px * ratio + 0.5);
    return px > 0 ? px : 1;
}

gap_sizes gap_sizes_at(double ratio)
{
    return (gap_sizes){.box_width_min = scaled(3, ratio),
                       .box_height_min = scaled(6, ratio),
                       .distance = scaled(2, ratio),
                       .head_half_width = scaled(4, ratio),
                       .head_height = scaled(5, ratio),
                       .stem_width = scaled(2, ratio),
                       .stem_height = scaled(5, ratio)};
}

/* The pixels start..end, widened around their middle to at least least. */
static void set_extent(int start, int end, int least, int *at, int *size)
{
    *size = draw_max(end - start + 1, least);
    *at = start + (end - start + 1 - *size) / 2;
}

/* The arrow below a gap up, pointing up at it, or above a gap down, pointing down. */
static void set_arrow(gap_shape *shape, const gap_sizes *sizes)
{
    int middle = shape->box.x + shape->box.w / 2, half = sizes->head_half_width;
    int direction = shape->up ? 1 : -1;
    int tip =
        shape->up ? draw_bottom(shape->box) + sizes->distance : shape->box.y - 1 - sizes->distance;
    int base = tip + direction * sizes->head_height;
    int stem_end = base + direction * sizes->stem_height;
    int label_y = stem_end + direction * sizes->distance;
    shape->head = (pp_triangle){{middle, tip}, {middle - half, base}, {middle + half, base}};
    shape->stem = (pp_rect){middle - sizes->stem_width / 2, draw_min(base, stem_end),
                            sizes->stem_width, sizes->stem_height};
    shape->label_at = (pp_point){middle, label_y};
    shape->label_align = PP_ALIGN_CENTER | (shape->up ? PP_ALIGN_TOP : PP_ALIGN_BOTTOM);
    int left = draw_min(shape->box.x, middle - half);
    int right = draw_max(draw_right(shape->box), middle + half + 1);
    int top = draw_min(shape->box.y, stem_end),
        bottom = draw_max(draw_bottom(shape->box), stem_end + 1);
    shape->bounds = (pp_rect){left, top, right - left, bottom - top};
}

gap_shape gap_shape_of(const pp_view *view, const gap_sizes *sizes, const pp_gap *gap)
{
    gap_shape shape;
    shape.up = gap->price1 >= gap->price0;
    set_extent(draw_x(view, gap->time0_s), draw_x(view, gap->time1_s), sizes->box_width_min,
               &shape.box.x, &shape.box.w);
    set_extent(draw_y(view, fmax(gap->price0, gap->price1)),
               draw_y(view, fmin(gap->price0, gap->price1)), sizes->box_height_min, &shape.box.y,
               &shape.box.h);
    set_arrow(&shape, sizes);
    return shape;
}

void gap_range_between(const pp_gaps *gaps, const pp_view *view, const gap_sizes *sizes, int left,
                       int right, size_t *first, size_t *last)
{
    int reach = sizes->head_half_width + sizes->box_width_min;
    pp_gaps_visible(gaps, pp_view_x_at(view, left - reach), pp_view_x_at(view, right + reach),
                    first, last);
}

size_t pp_gaps_at(const pp_gaps *gaps, const pp_view *view, double ratio, int x_px, int y_px)
{
    if (!draw_is_usable(view) || !draw_contains(view->plot, x_px, y_px))
        return SIZE_MAX;
    gap_sizes sizes = gap_sizes_at(ratio);
    size_t first, last;
    gap_range_between(gaps, view, &sizes, x_px, x_px + 1, &first, &last);
    /* The last one drawn is the one on top. */
    while (last-- > first) {
        gap_shape shape = gap_shape_of(view, &sizes, &gaps->items[last]);
        pp_rect arrow = shape.bounds;
        arrow.x = shape.head.b.x;
        arrow.w = shape.head.c.x - shape.head.b.x + 1;
        if (draw_contains(shape.box, x_px, y_px) || draw_contains(arrow, x_px, y_px))
            return last;
    }
    return SIZE_MAX;
}

/* ---- Labels --------------------------------------------------------------------------------- */

/* "3 d", "14 h", "5 min": the largest unit that fits, with a decimal unless it is a zero. */
static size_t format_length(char *buffer, size_t capacity, double length_s)
{
    static const struct {
        double size_s;
        const char *name;
    } units[] = {{365.2425 * 86400, "y"}, {86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    size_t i = 0;
    while (i + 1 < PP_COUNT_OF(units) && length_s < units[i].size_s)
        i++;
    double tenths = floor(length_s / units[i].size_s * 10 + 0.5);
    bool is_whole = tenths >= 1000 || fmod(tenths, 10) == 0;
    int length = length_s < 1 ? pp_format(buffer, capacity, "%.0f ms", length_s * 1000)
                              : pp_format(buffer, capacity, is_whole ? "%.0f %s" : "%.1f %s",
                                          tenths / 10, units[i].name);
    return length > 0 && (size_t)length < capacity ? (size_t)length : 0;
}

/* A label stands where it fits into the box's width: gaps follow each other, so that such labels
 * never touch, and one that is drawn alone decides the same. */
static size_t label_of(pp_canvas *canvas, pp_font font, const gap_shape *shape, const pp_gap *gap,
                       char *text, size_t capacity)
{
    int least = pp_canvas_px(canvas, LABEL_FONT_PX + 2 * LABEL_PADDING);
    if (shape->box.w < least)
        return 0;
    size_t size = format_length(text, capacity, gap->time1_s - gap->time0_s);
    int width = draw_text_width(canvas, font, text, size);
    return width + pp_canvas_px(canvas, LABEL_PADDING) <= shape->box.w ? size : 0;
}

/* ---- Drawing -------------------------------------------------------------------------------- */

static pp_color box_color(bool up)
{
    pp_color solid = up ? pp_theme_dark.gap_up : pp_theme_dark.gap_down;
    return (solid & 0x00FFFFFF) | BOX_ALPHA << 24;
}

static pp_color line_color(bool up)
{
    return up ? pp_theme_dark.gap_up : pp_theme_dark.gap_down;
}

/* The label does not count: it stands within a few pixels of an arrow that does. */
static bool is_seen(const gap_shape *shape, pp_rect plot)
{
    return draw_intersects(shape->bounds, plot);
}

void pp_gap_draw(pp_canvas *canvas, const pp_view *view, const pp_gap *gap)
{
    if (!draw_is_usable(view))
        return;
    gap_sizes sizes = gap_sizes_at(canvas->ratio);
    gap_shape shape = gap_shape_of(view, &sizes, gap);
    if (!is_seen(&shape, view->plot))
        return;
    char text[LABEL_BYTES];
    pp_font font = draw_font(canvas, LABEL_FONT_PX, false);
    size_t size = label_of(canvas, font, &shape, gap, text, sizeof(text));
    pp_text label = {shape.label_at, shape.label_align, text, size, pp_theme_dark.gap_text};
    const pp_canvas_ops *ops = canvas->ops;
    bool is_cut = size > 0 || !draw_encloses(view->plot, shape.bounds);
    if (is_cut)
        ops->push_clip(canvas, view->plot);
    ops->fill_rects(canvas, &shape.box, 1, box_color(shape.up));
    ops->stroke_rects(canvas, &shape.box, 1, line_color(shape.up));
    ops->fill_rects(canvas, &shape.stem, 1, line_color(shape.up));
    ops->triangles(canvas, &shape.head, 1, line_color(shape.up));
    if (size > 0)
        ops->texts(canvas, font, &label, 1);
    if (is_cut)
        ops->pop_clip(canvas);
}

/* The shapes of all gaps of one direction. */
typedef struct gap_batches {
    draw_rects boxes, outlines, stems;
    draw_triangles heads;
} gap_batches;

static void begin_batches(gap_batches *batches, pp_canvas *canvas, bool up)
{
    draw_rects_begin(&batches->boxes, canvas, box_color(up));
    draw_outlines_begin(&batches->outlines, canvas, line_color(up));
    draw_rects_begin(&batches->stems, canvas, line_color(up));
    draw_triangles_begin(&batches->heads, canvas, line_color(up));
}

static void flush_batches(gap_batches *batches)
{
    draw_rects_flush(&batches->boxes);
    draw_rects_flush(&batches->outlines);
    draw_rects_flush(&batches->stems);
    draw_triangles_flush(&batches->heads);
}

static void add_shape(gap_batches *batches, const gap_shape *shape)
{
    /* Together, so that a full batch never puts one gap's box over another's arrow. */
    if (batches->boxes.size == DRAW_BATCH_SHAPES)
        flush_batches(batches);
    draw_rects_add(&batches->boxes, shape->box);
    draw_rects_add(&batches->outlines, shape->box);
    draw_rects_add(&batches->stems, shape->stem);
    draw_triangles_add(&batches->heads, shape->head);
}

void pp_gaps_draw(pp_canvas *canvas, const pp_view *view, const pp_gaps *gaps)
{
    pp_rect dirty = draw_dirty_plot(canvas, view);
    if (!draw_is_usable(view) || dirty.w <= 0 || dirty.h <= 0)
        return;
    gap_sizes sizes = gap_sizes_at(canvas->ratio);
    size_t first, last;
    gap_range_between(gaps, view, &sizes, dirty.x, draw_right(dirty), &first, &last);
    if (first == last)
        return;
    pp_font font = draw_font(canvas, LABEL_FONT_PX, false);
    gap_batches up, down;
    draw_texts labels;
    begin_batches(&up, canvas, true);
    begin_batches(&down, canvas, false);
    draw_texts_begin(&labels, canvas, font);
    canvas->ops->push_clip(canvas, view->plot);
    for (size_t i = first; i < last; i++) {
        gap_shape shape = gap_shape_of(view, &sizes, &gaps->items[i]);
        if (!is_seen(&shape, view->plot))
            continue;
        add_shape(shape.up ? &up : &down, &shape);
        char text[LABEL_BYTES];
        size_t size = label_of(canvas, font, &shape, &gaps->items[i], text, sizeof(text));
        if (size > 0)
            draw_texts_add(&labels, shape.label_at.x, shape.label_at.y, shape.label_align, text,
                           size, pp_theme_dark.gap_text);
    }
    flush_batches(&up);
    flush_batches(&down);
    draw_texts_flush(&labels);
    canvas->ops->pop_clip(canvas);
}
