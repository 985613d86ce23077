/* scene/gap_shape.h: the geometry of a gap on the screen, for drawing and for picking. */
#ifndef PP_SCENE_GAP_SHAPE_H
#define PP_SCENE_GAP_SHAPE_H

#include <paintprof/gap.h>

/* Lengths in device pixels at one ratio. */
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

gap_sizes gap_sizes_at(double ratio);
gap_shape gap_shape_of(const pp_view *view, const gap_sizes *sizes, const pp_gap *gap);

/* The gaps of which something may be seen between the pixels left and right. */
void gap_range_between(const pp_gaps *gaps, const pp_view *view, const gap_sizes *sizes, int left,
                       int right, size_t *first, size_t *last);

#endif
