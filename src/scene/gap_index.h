/* scene/gap_index.h: extents of blocks of gaps, so that a stretch of any length is summed up, and
 * the next gap that reaches a pixel found, in few steps.
 *
 * Blocks of 16 gaps, of 16 such blocks and so on, kept for complete blocks only: adding a gap at
 * the end is O(1) amortised. The greatest end of a block does what a running maximum of ends would
 * do, in a quarter of its memory, and also finds those after the first. Gaps are noted when they
 * are first drawn or searched, so that adding them is as cheap as filling an array. */
#ifndef PP_SCENE_GAP_INDEX_H
#define PP_SCENE_GAP_INDEX_H

#include <paintprof/gap.h>

typedef struct gap_extent {
    double end_min_s, end_max_s, low, high;
} gap_extent;

/* 16^12 gaps are more than memory holds. */
enum { GAP_BLOCK_SHIFT = 4, GAP_BLOCK = 1 << GAP_BLOCK_SHIFT, GAP_LEVELS = 12 };

typedef struct gap_level {
    gap_extent *blocks;
    size_t size;
} gap_level;

struct pp_gap_index {
    size_t noted;                 /* gaps accounted for; see gap_index_of() */
    gap_level levels[GAP_LEVELS]; /* the first: blocks of 16 */
    bool overlaps;                /* some gap begins before an earlier one has ended */
    bool ends_rise;               /* no gap ends before one that began earlier */
    double end_max_s;             /* of all */
    double *ends_s;               /* sorted; only where ends do not rise */
    size_t ends_size, ends_capacity;
    uint64_t changes;          /* rises with every change of gaps */
    struct gap_meshes *meshes; /* what canvases that keep meshes draw, or NULL */
};

/* Makes room for the blocks of capacity gaps. Returns 0 or PP_ENOMEM (nothing lost). */
int gap_index_reserve(pp_gaps *gaps, size_t capacity);
void gap_index_free(struct pp_gap_index *index);

/* The index, which may be NULL, with all gaps noted. Call it before anything of a search. Without
 * memory for sorted ends these are left out, and counting takes longer. */
struct pp_gap_index *gap_index_of(const pp_gaps *gaps);

/* Forgets all gaps, keeps the memory. */
void gap_index_reset(struct pp_gap_index *index);

/* The extent of an empty stretch, and that of one with the gaps [first, last) added. */
gap_extent gap_extent_none(void);
void gap_extent_add(gap_extent *extent, const pp_gaps *gaps, size_t first, size_t last);

/* Begins to read what searches for a gap, and extents that begin or end there, need. */
void gap_index_fetch(const pp_gaps *gaps, size_t at);

/* pp_view_x_px() of one view, its division done once. */
typedef struct gap_axis {
    double origin_s, offset_px, px_per_s;
} gap_axis;

static inline gap_axis gap_axis_of(const pp_view *view)
{
    return (gap_axis){view->x0, view->plot.x, view->plot.w / (view->x1 - view->x0)};
}

static inline double gap_px(const gap_axis *axis, double time_s)
{
    return axis->offset_px + (time_s - axis->origin_s) * axis->px_per_s;
}

/* The first gap of [first, last) that ends at pixel x_px or right of it; last if none. */
size_t gap_next_reaching(const pp_gaps *gaps, const gap_axis *axis, size_t first, size_t last,
                         double x_px);

/* The first gap of [first, last) that begins at pixel x_px or right of it; the second searches
 * outwards from a guess. */
size_t gap_next_starting(const pp_gaps *gaps, const gap_axis *axis, size_t first, size_t last,
                         double x_px);
size_t gap_next_starting_near(const pp_gaps *gaps, const gap_axis *axis, size_t first, size_t last,
                              size_t guess, double x_px);

/* The last gap of [first, last) that ends at pixel x_px or right of it and has a price between the
 * pixels y0_px and y1_px; SIZE_MAX if none. */
size_t gap_last_touching(const pp_gaps *gaps, const pp_view *view, size_t first, size_t last,
                         double x_px, double y0_px, double y1_px);

#endif
