/* scene/gap_merge.h: the gaps of a view, those that begin in one pixel column merged. */
#ifndef PP_SCENE_GAP_MERGE_H
#define PP_SCENE_GAP_MERGE_H

#include "scene/gap_shape.h"

/* What is drawn: a gap, or several as one. */
typedef struct gap_mark {
    gap_shape shape;
    double low, high;    /* prices of its rectangle */
    size_t first, count; /* not always neighbours: a wide one between them is its own */
} gap_mark;

typedef struct gap_walk {
    const pp_gaps *gaps;
    const pp_view *view;
    const gap_sizes *sizes;
    gap_axis axis;
    size_t column_size;        /* gaps of the column before */
    size_t next, outside, end; /* gaps before outside begin left of all that is near the plot */
    double plot_px, left_px;   /* from where on the plot / what is asked for may be touched */
    int outside_left;          /* columns outside that are still drawn one by one */
} gap_walk;

/* Prepares for all marks that may touch the pixels left..right. A column is merged alike whatever
 * part of the plot is asked for. */
void gap_walk_begin(gap_walk *walk, const pp_gaps *gaps, const pp_view *view,
                    const gap_sizes *sizes, int left, int right);

enum { GAP_MARKS_MAX = 2 };

/* The marks of the next column, 0 after the last. */
size_t gap_walk_next(gap_walk *walk, gap_mark marks[GAP_MARKS_MAX]);

#endif
