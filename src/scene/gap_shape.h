/* scene/gap_shape.h: the geometry of a gap on the screen, for drawing and for picking. */
#ifndef PP_SCENE_GAP_SHAPE_H
#define PP_SCENE_GAP_SHAPE_H

#include "scene/gap_index.h"

/* Lengths in device pixels at one ratio; beyond 8 they grow no more. */
enum { GAP_RATIO_MAX = 8, GAP_HEAD_HALF = 4, GAP_HEAD_HEIGHT = 5 };
enum {
    GAP_HEAD_HALF_MAX = GAP_HEAD_HALF * GAP_RATIO_MAX,
    GAP_HEAD_HEIGHT_MAX = GAP_HEAD_HEIGHT * GAP_RATIO_MAX
};
typedef struct gap_sizes {
    int box_width_min, box_height_min;
    int distance; /* from box to arrow and from arrow to label */
    int head_half_width, head_height;
    int stem_width, stem_height;
} gap_sizes;

/* A box from close to open, and an arrow of head and stem that points at it. */
typedef struct gap_shape {
    pp_rect box, stem;
    pp_triangle head;
    pp_rect bounds; /* of box and arrow */
    pp_point label_at;
    unsigned label_align;
    bool up;
} gap_shape;

/* "3 d", "14 h", "5 min": the largest unit that fits, with a decimal unless it is a zero. */
size_t gap_length_text(char *buffer, size_t capacity, double length_s);

gap_sizes gap_sizes_at(double ratio);
gap_shape gap_shape_of(const pp_view *view, const gap_sizes *sizes, const pp_gap *gap);

/* The shape of what begins in the pixel column of start_s: its rectangle covers exactly the columns
 * that the rectangles of all gaps between there and extent would cover. */
gap_shape gap_shape_around(const pp_view *view, const gap_sizes *sizes, double start_s,
                           const gap_extent *extent, bool up);

#endif
