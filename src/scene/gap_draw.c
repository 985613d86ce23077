/* scene/gap_draw.c: gaps on the screen: one by one or all at once. */
#include "base/base.h"
#include "scene/draw.h"
#include "scene/gap_look.h"
#include "scene/gap_merge.h"
#include "scene/gap_mesh.h"
#include "scene/gap_sprite.h"

#include <paintprof/chart.h>

/* Logical pixels. */
enum { LABEL_FONT_PX = 10, LABEL_PADDING = 4 };
enum { LABEL_BYTES = 24 };

/* ---- Labels --------------------------------------------------------------------------------- */

size_t gap_length_text(char *buffer, size_t capacity, double length_s)
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

static int label_least_px(const pp_canvas *canvas)
{
    return pp_canvas_px(canvas, LABEL_FONT_PX + 2 * LABEL_PADDING);
}

/* Where a label of that width stands, with a pixel on either side. */
static pp_rect label_place(const gap_shape *shape, int width, int height)
{
    bool is_below = (shape->label_align & 12) == PP_ALIGN_TOP;
    return (pp_rect){shape->label_at.x - width / 2 - 1,
                     is_below ? shape->label_at.y : shape->label_at.y - height, width + 2, height};
}

/* A label stands where it fits into the box's width: gaps follow each other, so that such labels
 * never touch, and one that is drawn alone decides the same. One that the edge of the plot would
 * cut is left out. */
static size_t label_of(pp_canvas *canvas, pp_rect plot, pp_font font, const gap_shape *shape,
                       const pp_gap *gap, char *text, size_t capacity)
{
    if (shape->box.w < label_least_px(canvas))
        return 0;
    size_t size = gap_length_text(text, capacity, gap->time1_s - gap->time0_s);
    int width = draw_text_width(canvas, font, text, size);
    bool fits = width + pp_canvas_px(canvas, LABEL_PADDING) <= shape->box.w;
    int height = font.size_px * 5 / 4; /* with what descends */
    return fits && draw_encloses(plot, label_place(shape, width, height)) ? size : 0;
}

/* ---- Drawing -------------------------------------------------------------------------------- */

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
    size_t size = label_of(canvas, view->plot, font, &shape, gap, text, sizeof(text));
    pp_text label = {shape.label_at, shape.label_align, text, size, pp_theme_dark.gap_text};
    const pp_canvas_ops *ops = canvas->ops;
    bool is_cut = size > 0 || !draw_encloses(view->plot, shape.bounds);
    if (is_cut)
        ops->push_clip(canvas, view->plot);
    ops->fill_rects(canvas, &shape.box, 1, gap_box_color(shape.up, GAP_STEP_SINGLE));
    ops->stroke_rects(canvas, &shape.box, 1, gap_line_color(shape.up));
    const pp_image *sprite = gap_sprite(&sizes, shape.up);
    pp_fragment arrow = gap_sprite_at(sprite, &shape);
    ops->fragments(canvas, sprite, &arrow, 1);
    if (size > 0)
        ops->texts(canvas, font, &label, 1);
    if (is_cut)
        ops->pop_clip(canvas);
}

/* ---- Drawing all ---------------------------------------------------------------------------- */

/* Enough for most plots, so that a colour is one call. */
enum { SHAPES_MAX = 1024, LABELS_MAX = 256 };

/* The shapes of all gaps of one direction. */
typedef struct gap_batch {
    pp_canvas *canvas;
    const pp_image *sprite;
    bool up;
    size_t size, step_sizes[GAP_STEP_COUNT];
    uint8_t steps[SHAPES_MAX];
    pp_rect boxes[SHAPES_MAX];
    pp_fragment arrows[SHAPES_MAX];
} gap_batch;

static void empty_batch(gap_batch *batch)
{
    batch->size = 0;
    for (int step = 0; step < GAP_STEP_COUNT; step++)
        batch->step_sizes[step] = 0;
}

/* Arrays are left as they are: clearing them would cost more than most batches. */
static void begin_batch(gap_batch *batch, pp_canvas *canvas, const gap_sizes *sizes, bool up)
{
    batch->canvas = canvas;
    batch->sprite = gap_sprite(sizes, up);
    batch->up = up;
    empty_batch(batch);
}

static void fill_boxes(const gap_batch *batch, int step, const pp_rect *boxes, size_t count)
{
    const pp_canvas_ops *ops = batch->canvas->ops;
    ops->fill_rects(batch->canvas, boxes, count, gap_box_color(batch->up, step));
    if (step == GAP_STEP_SINGLE)
        ops->stroke_rects(batch->canvas, boxes, count, gap_line_color(batch->up));
}

/* The strongest first, so that the outlines of single gaps stay visible. */
static void flush_boxes(const gap_batch *batch)
{
    pp_rect sorted[SHAPES_MAX];
    size_t ends[GAP_STEP_COUNT], end = 0;
    for (int step = GAP_STEP_COUNT - 1; step >= 0; step--) {
        ends[step] = end;
        end += batch->step_sizes[step];
    }
    for (size_t i = 0; i < batch->size; i++)
        sorted[ends[batch->steps[i]]++] = batch->boxes[i];
    for (int step = GAP_STEP_COUNT - 1; step >= 0; step--) {
        size_t count = batch->step_sizes[step];
        if (count > 0)
            fill_boxes(batch, step, &sorted[ends[step] - count], count);
    }
}

static void flush_batch(gap_batch *batch)
{
    if (batch->size == 0)
        return;
    const pp_canvas_ops *ops = batch->canvas->ops;
    flush_boxes(batch);
    ops->fragments(batch->canvas, batch->sprite, batch->arrows, batch->size);
    empty_batch(batch);
}

static void add_mark(gap_batch *batch, const gap_mark *mark)
{
    /* Together, so that a full batch never puts one gap's box over another's arrow. */
    if (batch->size == SHAPES_MAX)
        flush_batch(batch);
    int step = gap_step_of(mark->count);
    size_t at = batch->size++;
    batch->step_sizes[step]++;
    batch->steps[at] = (uint8_t)step;
    batch->boxes[at] = mark->shape.box;
    batch->arrows[at] = gap_sprite_at(batch->sprite, &mark->shape);
}

/* Labels of gaps that overlap, thinned to those that touch none before them. */
typedef struct gap_labels {
    draw_texts texts;
    pp_rect plot;
    pp_font font;
    bool may_touch;
    size_t size;
    pp_rect taken[LABELS_MAX];
} gap_labels;

static bool take_place(gap_labels *labels, const gap_shape *shape, int width)
{
    int height = labels->font.size_px * 3 / 2; /* with some air */
    pp_rect place = label_place(shape, width, height);
    for (size_t i = 0; i < labels->size; i++) {
        if (draw_intersects(labels->taken[i], place))
            return false;
    }
    if (labels->size == LABELS_MAX)
        return false;
    labels->taken[labels->size++] = place;
    return true;
}

static void add_label(gap_labels *labels, const gap_shape *shape, const pp_gap *gap)
{
    char text[LABEL_BYTES];
    pp_canvas *canvas = labels->texts.canvas;
    size_t size = label_of(canvas, labels->plot, labels->font, shape, gap, text, sizeof(text));
    if (size == 0)
        return;
    if (labels->may_touch &&
        !take_place(labels, shape, draw_text_width(canvas, labels->font, text, size)))
        return;
    draw_texts_add(&labels->texts, shape->label_at.x, shape->label_at.y, shape->label_align, text,
                   size, pp_theme_dark.gap_text);
}

static void begin_labels(gap_labels *labels, pp_canvas *canvas, pp_rect plot, bool may_touch)
{
    labels->plot = plot;
    labels->font = draw_font(canvas, LABEL_FONT_PX, false);
    labels->may_touch = may_touch;
    labels->size = 0;
    draw_texts_begin(&labels->texts, canvas, labels->font);
}

static bool may_overlap(const pp_gaps *gaps)
{
    const struct pp_gap_index *index = gap_index_of(gaps);
    return !index || index->overlaps;
}

static void draw_marks(pp_canvas *canvas, const pp_view *view, const pp_gaps *gaps, gap_walk *walk)
{
    gap_batch up, down;
    gap_labels labels;
    begin_batch(&up, canvas, walk->sizes, true);
    begin_batch(&down, canvas, walk->sizes, false);
    begin_labels(&labels, canvas, view->plot, may_overlap(gaps));
    gap_mark marks[GAP_MARKS_MAX];
    for (size_t count; (count = gap_walk_next(walk, marks)) > 0;) {
        for (size_t i = 0; i < count; i++) {
            const gap_mark *mark = &marks[i];
            if (!is_seen(&mark->shape, view->plot))
                continue;
            add_mark(mark->shape.up ? &up : &down, mark);
            if (mark->count == 1)
                add_label(&labels, &mark->shape, &gaps->items[mark->first]);
        }
    }
    flush_batch(&up);
    flush_batch(&down);
    draw_texts_flush(&labels.texts);
}

static void draw_wide(pp_canvas *canvas, const pp_view *view, const pp_gaps *gaps,
                      const gap_sizes *sizes, const gap_list *wide)
{
    gap_batch up, down;
    begin_batch(&up, canvas, sizes, true);
    begin_batch(&down, canvas, sizes, false);
    for (size_t i = 0; i < wide->size; i++) {
        size_t gap = wide->items[i];
        gap_mark mark = {.shape = gap_shape_of(view, sizes, &gaps->items[gap]), .count = 1};
        if (is_seen(&mark.shape, view->plot))
            add_mark(mark.shape.up ? &up : &down, &mark);
    }
    flush_batch(&up);
    flush_batch(&down);
}

static void draw_labels(pp_canvas *canvas, const pp_view *view, const pp_gaps *gaps,
                        const gap_sizes *sizes, const gap_list *labelled)
{
    gap_labels labels;
    begin_labels(&labels, canvas, view->plot, may_overlap(gaps));
    for (size_t i = 0; i < labelled->size; i++) {
        const pp_gap *gap = &gaps->items[labelled->items[i]];
        gap_shape shape = gap_shape_of(view, sizes, gap);
        if (is_seen(&shape, view->plot))
            add_label(&labels, &shape, gap);
    }
    draw_texts_flush(&labels.texts);
}

static bool draw_mesh(pp_canvas *canvas, const pp_view *view, const pp_gaps *gaps,
                      const gap_sizes *sizes)
{
    if (!pp_canvas_keeps_meshes(canvas))
        return false;
    const gap_mesh *mesh = gap_mesh_prepare(view, gaps, sizes, label_least_px(canvas));
    if (!mesh)
        return false;
    draw_wide(canvas, view, gaps, sizes, gap_mesh_wide(mesh));
    gap_mesh_draw(canvas, view, mesh);
    draw_labels(canvas, view, gaps, sizes, gap_mesh_labelled(mesh));
    return true;
}

void pp_gaps_draw(pp_canvas *canvas, const pp_view *view, const pp_gaps *gaps)
{
    pp_rect dirty = draw_dirty_plot(canvas, view);
    if (!draw_is_usable(view) || dirty.w <= 0 || dirty.h <= 0 || gaps->size == 0)
        return;
    /* Which labels find a place depends on those further left, of whatever part is drawn. */
    int left = may_overlap(gaps) ? view->plot.x : dirty.x;
    gap_sizes sizes = gap_sizes_at(canvas->ratio);
    gap_walk walk;
    gap_walk_begin(&walk, gaps, view, &sizes, left, draw_right(dirty));
    if (walk.end == 0)
        return;
    canvas->ops->push_clip(canvas, view->plot);
    if (!draw_mesh(canvas, view, gaps, &sizes))
        draw_marks(canvas, view, gaps, &walk);
    canvas->ops->pop_clip(canvas);
}
