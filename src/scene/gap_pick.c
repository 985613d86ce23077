/* scene/gap_pick.c: the gaps of a stretch of time, over a pixel column and under a point. */
#include "scene/draw.h"
#include "scene/gap_index.h"
#include "scene/gap_shape.h"

/* Through this one a time is its own pixel, exactly. */
static const gap_axis IDENTITY = {0, 0, 1};

/* ---- Ranges --------------------------------------------------------------------------------- */

/* The gaps from the first that ends at first_px or right of it to the last that begins left of
 * end_px. */
static void range_of(const pp_gaps *gaps, const gap_axis *axis, double first_px, double end_px,
                     size_t *first, size_t *last)
{
    gap_index_of(gaps);
    *last = gap_next_starting(gaps, axis, 0, gaps->size, end_px);
    *first = gap_next_reaching(gaps, axis, 0, *last, first_px);
}

void pp_gaps_visible(const pp_gaps *gaps, double time0_s, double time1_s, size_t *first,
                     size_t *last)
{
    range_of(gaps, &IDENTITY, time0_s, nextafter(time1_s, INFINITY), first, last);
}

/* How many gaps end left of x_px. */
static size_t count_ended(const pp_gaps *gaps, const gap_axis *axis, double x_px)
{
    const double *ends_s = gaps->index->ends_rise ? NULL : gaps->index->ends_s;
    size_t low = 0, high = gaps->size;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        double end_s = ends_s ? ends_s[middle] : gaps->items[middle].time1_s;
        if (gap_px(axis, end_s) < x_px)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Each gap that reaches first_px on its own: where there are no sorted ends. */
static size_t count_singly(const pp_gaps *gaps, const gap_axis *axis, size_t first, size_t last,
                           double first_px)
{
    size_t count = 0;
    while ((first = gap_next_reaching(gaps, axis, first, last, first_px)) < last) {
        count++;
        first++;
    }
    return count;
}

/* Of first_px <= end, start < end_px. All that end left of first_px also begin left of end_px, so
 * that a difference of two counts is exact however gaps overlap. */
static size_t count_between(const pp_gaps *gaps, const gap_axis *axis, double first_px,
                            double end_px, size_t *first)
{
    size_t start = 0, last = 0, count = 0;
    if (gaps->size > 0 && first_px < end_px)
        range_of(gaps, axis, first_px, end_px, &start, &last);
    const struct pp_gap_index *index = gap_index_of(gaps);
    if (start < last && index && (index->ends_rise || index->ends_size == gaps->size))
        count = last - count_ended(gaps, axis, first_px);
    else
        count = count_singly(gaps, axis, start, last, first_px);
    if (first)
        *first = count > 0 ? start : SIZE_MAX;
    return count;
}

size_t pp_gaps_count(const pp_gaps *gaps, double time0_s, double time1_s, size_t *first)
{
    return count_between(gaps, &IDENTITY, time0_s, nextafter(time1_s, INFINITY), first);
}

size_t pp_gaps_count_at(const pp_gaps *gaps, const pp_view *view, int x_px, size_t *first)
{
    gap_axis axis = gap_axis_of(view);
    if (draw_is_usable(view) && x_px >= view->plot.x && x_px < draw_right(view->plot))
        return count_between(gaps, &axis, x_px, (double)x_px + 1, first);
    if (first)
        *first = SIZE_MAX;
    return 0;
}

/* ---- Points --------------------------------------------------------------------------------- */

static bool is_under(const pp_view *view, const gap_sizes *sizes, const pp_gap *gap, int x, int y)
{
    gap_shape shape = gap_shape_of(view, sizes, gap);
    pp_rect arrow = shape.bounds;
    arrow.x = shape.head.b.x;
    arrow.w = shape.head.c.x - shape.head.b.x + 1;
    return draw_contains(shape.box, x, y) || draw_contains(arrow, x, y);
}

size_t pp_gaps_at(const pp_gaps *gaps, const pp_view *view, double ratio, int x_px, int y_px)
{
    if (!draw_is_usable(view) || !draw_contains(view->plot, x_px, y_px))
        return SIZE_MAX;
    gap_sizes sizes = gap_sizes_at(ratio);
    int reach_x = sizes.head_half_width + sizes.box_width_min + 1;
    int reach_y = sizes.box_height_min + sizes.distance + sizes.head_height + sizes.stem_height + 1;
    size_t first, last;
    gap_axis axis = gap_axis_of(view);
    range_of(gaps, &axis, x_px - reach_x, x_px + reach_x, &first, &last);
    /* The last one drawn is the one on top. */
    for (;;) {
        last = gap_last_touching(gaps, view, first, last, x_px - reach_x, y_px - reach_y,
                                 y_px + reach_y);
        if (last == SIZE_MAX || is_under(view, &sizes, &gaps->items[last], x_px, y_px))
            return last;
    }
}
