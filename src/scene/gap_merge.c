/* scene/gap_merge.c: one or two marks for all gaps that begin in a pixel column. Columns are found
 * by galloping and summed up by blocks, so that a frame costs pixels, not gaps. */
#include "scene/gap_merge.h"

#include "scene/draw.h"

static double start_px(const gap_walk *walk, size_t i)
{
    return gap_px(&walk->axis, walk->gaps->items[i].time0_s);
}

void gap_walk_begin(gap_walk *walk, const pp_gaps *gaps, const pp_view *view,
                    const gap_sizes *sizes, int left, int right)
{
    gap_index_of(gaps);
    int reach = sizes->head_half_width + sizes->box_width_min;
    *walk = (gap_walk){.gaps = gaps,
                       .view = view,
                       .sizes = sizes,
                       .axis = gap_axis_of(view),
                       .plot_px = view->plot.x - reach,
                       .left_px = left - reach,
                       .outside_left = view->plot.w};
    walk->outside = gap_next_starting(gaps, &walk->axis, 0, gaps->size, walk->plot_px);
    walk->end = gap_next_starting(gaps, &walk->axis, walk->outside, gaps->size, right + reach);
}

/* ---- Marks ---------------------------------------------------------------------------------- */

static gap_mark single(const gap_walk *walk, size_t i)
{
    const pp_gap *gap = &walk->gaps->items[i];
    return (gap_mark){gap_shape_of(walk->view, walk->sizes, gap), fmin(gap->price0, gap->price1),
                      fmax(gap->price0, gap->price1), i, 1};
}

static gap_extent extent_of(const gap_walk *walk, size_t first, size_t last)
{
    gap_extent extent = gap_extent_none();
    gap_extent_add(&extent, walk->gaps, first, last);
    return extent;
}

/* The gaps from first to last, count of them with that extent, as one. */
static gap_mark merged(const gap_walk *walk, size_t first, size_t last, size_t count,
                       const gap_extent *extent)
{
    const pp_gap *from = &walk->gaps->items[first], *to = &walk->gaps->items[last];
    bool up = to->price1 >= from->price0;
    return (gap_mark){gap_shape_around(walk->view, walk->sizes, from->time0_s, extent, up),
                      extent->low, extent->high, first, count};
}

/* All of [first, last) but the one at index without. */
static gap_mark merged_without(const gap_walk *walk, size_t first, size_t last, size_t without)
{
    gap_extent extent = extent_of(walk, first, without);
    gap_extent_add(&extent, walk->gaps, without + 1, last);
    size_t start = first + (first == without), end = last - 1 - (last - 1 == without);
    return start == end ? single(walk, start) : merged(walk, start, end, last - first - 1, &extent);
}

/* One wide gap among narrow ones keeps its own shape: merged with them it would cover what no gap
 * does. Several wide ones from one column are rare and lie over each other anyway. */
static size_t column_marks(const gap_walk *walk, size_t first, size_t last, double column,
                           gap_mark marks[GAP_MARKS_MAX])
{
    double wide_px = column + walk->sizes->box_width_min;
    gap_extent all = extent_of(walk, first, last);
    size_t wide = last;
    if (gap_px(&walk->axis, all.end_max_s) >= wide_px)
        wide = gap_next_reaching(walk->gaps, &walk->axis, first, last, wide_px);
    if (wide == last ||
        gap_next_reaching(walk->gaps, &walk->axis, wide + 1, last, wide_px) < last) {
        marks[0] = merged(walk, first, last - 1, last - first, &all);
        return 1;
    }
    marks[wide != first] = single(walk, wide);
    marks[wide == first] = merged_without(walk, first, last, wide);
    return 2;
}

/* ---- Columns -------------------------------------------------------------------------------- */

/* The next gap that reaches what is asked for. */
static size_t next_gap(const gap_walk *walk)
{
    size_t next = walk->next;
    if (next < walk->outside)
        next = gap_next_reaching(walk->gaps, &walk->axis, next, walk->outside, walk->plot_px);
    if (next < walk->outside)
        return next;
    return gap_next_reaching(walk->gaps, &walk->axis, next, walk->end, walk->left_px);
}

/* floor(), which would be a call, of what fits into an integer. */
static double whole(double px)
{
    if (!(fabs(px) < 1e9))
        return floor(px);
    double cut = (int)px;
    return cut - (cut > px);
}

/* Gaps a column, and columns. */
enum { FETCHED_FROM = 64, FETCHED_AHEAD = 4 };

/* What will be read around the end of a column some way ahead, if it holds as many gaps: of many
 * gaps none is in a cache. */
static void fetch_ahead(const gap_walk *walk)
{
    size_t gaps = FETCHED_AHEAD * walk->column_size;
    if (walk->column_size >= FETCHED_FROM && gaps < walk->end - walk->next)
        gap_index_fetch(walk->gaps, walk->next + gaps);
}

size_t gap_walk_next(gap_walk *walk, gap_mark marks[GAP_MARKS_MAX])
{
    size_t found = next_gap(walk);
    if (found == walk->end)
        return 0;
    if (found < walk->outside && walk->outside_left-- == 0) {
        /* More than pixels reach in from there: the rest is one. */
        gap_extent rest = extent_of(walk, found, walk->outside);
        marks[0] = merged(walk, found, walk->outside - 1, walk->outside - found, &rest);
        walk->next = walk->outside;
        return 1;
    }
    double column = whole(start_px(walk, found));
    size_t first = found;
    if (found > walk->next)
        first = gap_next_starting(walk->gaps, &walk->axis, walk->next, found, column);
    /* Neighbouring columns hold about as many. */
    size_t last = gap_next_starting_near(walk->gaps, &walk->axis, found + 1, walk->end,
                                         found + walk->column_size, column + 1);
    walk->column_size = last - first;
    walk->next = last;
    fetch_ahead(walk);
    if (last - first > 1)
        return column_marks(walk, first, last, column, marks);
    marks[0] = single(walk, found);
    return 1;
}
