/* scene/curve_columns.h: the rows of a series gathered per pixel column. */
#ifndef PP_SCENE_CURVE_COLUMNS_H
#define PP_SCENE_CURVE_COLUMNS_H

#include "scene/pyramid.h"

#include <paintprof/series.h>
#include <paintprof/view.h>

/* Rows that fall into one pixel column. */
typedef struct curve_column {
    int x;
    size_t first, last;  /* rows, both included, neither a break */
    bool joined;         /* no break lies between the rows before and these */
    pyramid_range range; /* of the values of the walk */
} curve_column;

/* A walk over the rows [row, end), column by column. Of closes a column comes in parts, as breaks
 * divide it; if these are many, the last part is all of the rest. Set it up by
 * curve_walk_begin(). */
typedef struct curve_walk {
    const price_pyramid *pyramid;
    pp_columns columns;
    pyramid_values values;
    bool has_breaks;
    /* pp_view_x_px() with its quotient computed once: to the bit the same. */
    double x0, scale, left_px;
    int x_min, x_max;
    size_t row, end;
    size_t usual_rows; /* of a column: as many as the one before had */
    int x, parts;      /* of the present column */
    int parts_max;     /* of any: more are one; 1 unless it is changed */
} curve_walk;

/* The rows [first, last) of which something may be seen between the pixels left and right: those
 * between them and one more on each side. */
void curve_visible_rows(const pp_view *view, const pp_series *series, int left, int right,
                        size_t *first, size_t *last);

/* A walk over what may be seen between the pixels left and right. */
void curve_walk_begin(curve_walk *walk, const pp_view *view, const pp_series *series,
                      pyramid_values values, int left, int right);

/* The next column that holds a row which is no break; false at the end. Costs two searches,
 * whatever the number of rows. */
bool curve_walk_next(curve_walk *walk, curve_column *column);

static inline double curve_walk_px(const curve_walk *walk, size_t row)
{
    return walk->left_px + (walk->columns.time_s[row] - walk->x0) * walk->scale;
}

#endif
