/* scene/curve_columns.h: the rows of a series gathered per pixel column. */
#ifndef PP_SCENE_CURVE_COLUMNS_H
#define PP_SCENE_CURVE_COLUMNS_H

#include <paintprof/series.h>
#include <paintprof/view.h>

/* What the rows that fall into one pixel column have in common. */
typedef struct curve_column {
    int x;
    double first_time_s;
    double first, last, low, high;
} curve_column;

typedef enum curve_values {
    CURVE_CLOSES, /* all four of the closes */
    CURVE_BARS    /* the first open, the last close, the lowest low and the highest high */
} curve_values;

/* A walk over the rows [row, end), column by column. */
typedef struct curve_walk {
    const pp_view *view;
    pp_columns columns;
    curve_values values;
    size_t row, end;
} curve_walk;

/* The rows [first, last) of which something may be seen between the pixels left and right: those
 * between them and one more on each side. */
void curve_visible_rows(const pp_view *view, const pp_series *series, int left, int right,
                        size_t *first, size_t *last);

/* The next column that holds a row; false at the end. Costs a search for where the column ends,
 * and one pass over its rows. */
bool curve_walk_next(curve_walk *walk, curve_column *column);

#endif
