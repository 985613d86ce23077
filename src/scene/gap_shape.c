/* scene/gap_shape.c: where rectangle, arrow and label of a gap, or of merged ones, stand. */
#include "scene/gap_shape.h"

#include "scene/draw.h"

static int scaled(double logical_px, double ratio)
{
    int px = (int)(logical_px * ratio + 0.5);
    return px > 0 ? px : 1;
}

gap_sizes gap_sizes_at(double ratio)
{
    ratio = ratio < GAP_RATIO_MAX ? ratio : GAP_RATIO_MAX;
    return (gap_sizes){.box_width_min = scaled(3, ratio),
                       .box_height_min = scaled(6, ratio),
                       .distance = scaled(2, ratio),
                       .head_half_width = scaled(GAP_HEAD_HALF, ratio),
                       .head_height = scaled(GAP_HEAD_HEIGHT, ratio),
                       .stem_width = scaled(2, ratio),
                       .stem_height = scaled(GAP_HEAD_HEIGHT, ratio)};
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

gap_shape gap_shape_around(const pp_view *view, const gap_sizes *sizes, double start_s,
                           const gap_extent *extent, bool up)
{
    gap_shape shape = {.up = up};
    int start = draw_x(view, start_s), right, width;
    /* The narrowest reaches furthest to the left when it is widened around its middle. */
    set_extent(start, draw_x(view, extent->end_min_s), sizes->box_width_min, &shape.box.x, &width);
    set_extent(start, draw_x(view, extent->end_max_s), sizes->box_width_min, &right, &width);
    shape.box.w = right + width - shape.box.x;
    set_extent(draw_y(view, extent->high), draw_y(view, extent->low), sizes->box_height_min,
               &shape.box.y, &shape.box.h);
    set_arrow(&shape, sizes);
    return shape;
}
