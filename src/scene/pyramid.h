/* scene/pyramid.h: lowest and highest prices of blocks of rows, kept beside a series, so that what
 * a pixel column shows of a million rows is a few dozen comparisons.
 *
 * A node of level 0 stands for 16 rows, one of each further level for 16 nodes of the level below.
 * Only full nodes are stored: a node is written once and never again, and what a row more costs
 * does not depend on how many there are. In all 33 bytes a node, so 2.2 bytes a row, 5.5 % of a
 * series' 40. A row whose close is a NaN is a break and counts for no low or high.
 *
 * The levels of averages and extremes are those of a mip map (Williams 1983), the covering of a
 * range by few blocks that of a segment tree. */
#ifndef PP_SCENE_PYRAMID_H
#define PP_SCENE_PYRAMID_H

#include "scene/big_array.h"

#include <paintprof/series.h>

enum { PYRAMID_FAN_BITS = 4, PYRAMID_LEVELS = 15 };

/* low > high: there was no price. */
typedef struct pyramid_range {
    double low, high;
} pyramid_range;

typedef enum pyramid_values {
    PYRAMID_CLOSES,
    PYRAMID_PRICES, /* from low to high of the rows */
    PYRAMID_VALUES_COUNT
} pyramid_values;

typedef struct pyramid_level {
    pyramid_range *nodes[PYRAMID_VALUES_COUNT];
    bool *broken;                               /* a break is among the rows of the node */
    big_array arrays[PYRAMID_VALUES_COUNT + 1]; /* that hold them */
    size_t capacity;
} pyramid_level;

/* All zero: of no rows. */
typedef struct price_pyramid {
    pyramid_level levels[PYRAMID_LEVELS];
    size_t rows; /* accounted for: full nodes of these are stored */
} price_pyramid;

void pyramid_release(price_pyramid *pyramid);

/* Makes room for the nodes of that many rows. Returns 0 or PP_ENOMEM. */
int pyramid_reserve(price_pyramid *pyramid, size_t rows);

/* As big_array_fill_at_once(). */
void pyramid_fill_at_once(price_pyramid *pyramid, bool at_once);

/* Stores the nodes that became full; use pyramid_extend(). */
void pyramid_add_nodes(price_pyramid *pyramid, const pp_columns *columns, size_t rows);

/* Accounts for the first rows of columns, for which there is room and which will not change. */
static inline void pyramid_extend(price_pyramid *pyramid, const pp_columns *columns, size_t rows)
{
    if (rows >> PYRAMID_FAN_BITS != pyramid->rows >> PYRAMID_FAN_BITS)
        pyramid_add_nodes(pyramid, columns, rows);
    pyramid->rows = rows;
}

/* Begins to read the nodes that queries from and to a row will need. */
void pyramid_fetch(const price_pyramid *pyramid, pyramid_values values, size_t row);

/* The prices of the rows [first, last) of columns. Rows not accounted for are read one by one. */
pyramid_range pyramid_query(const price_pyramid *pyramid, const pp_columns *columns,
                            pyramid_values values, size_t first, size_t last);

/* The first row of [first, last) that is a break, or is none; last if there is no such row. */
size_t pyramid_next_break(const price_pyramid *pyramid, const pp_columns *columns, size_t first,
                          size_t last);
size_t pyramid_next_price(const price_pyramid *pyramid, const pp_columns *columns, size_t first,
                          size_t last);

/* The last row of [first, last) that is no break; first if there is no such row. */
size_t pyramid_last_price(const price_pyramid *pyramid, const pp_columns *columns, size_t first,
                          size_t last);

#endif
