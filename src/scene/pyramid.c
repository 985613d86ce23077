/* scene/pyramid.c: lowest and highest prices of blocks of rows. */
#include "scene/pyramid.h"

#include "base/base.h"

#include <math.h>

enum { FAN = 1 << PYRAMID_FAN_BITS };
enum { DOWNWARDS_FROM = 2048 }; /* rows */

static const pyramid_range NO_PRICE = {INFINITY, -INFINITY};

/* Rows of a node of that level, as a power of two. */
static unsigned shift_of(int level)
{
    return PYRAMID_FAN_BITS * ((unsigned)level + 1);
}

/* ---- Folding -------------------------------------------------------------------------------- */

/* Comparisons with a NaN are false, so that breaks count for nothing. */
static inline void take(pyramid_range *range, double low, double high)
{
    range->low = low < range->low ? low : range->low;
    range->high = high > range->high ? high : range->high;
}

static pyramid_range rows_folded(const double *lows, const double *highs, size_t first, size_t last,
                                 pyramid_range range)
{
    for (size_t i = first; i < last; i++)
        take(&range, lows[i], highs[i]);
    return range;
}

static pyramid_range nodes_folded(const pyramid_range *nodes, size_t first, size_t last,
                                  pyramid_range range)
{
    for (size_t i = first; i < last; i++)
        take(&range, nodes[i].low, nodes[i].high);
    return range;
}

/* ---- Building ------------------------------------------------------------------------------- */

void pyramid_release(price_pyramid *pyramid)
{
    for (int i = 0; i < PYRAMID_LEVELS; i++)
        for (int k = 0; k <= PYRAMID_VALUES_COUNT; k++)
            big_array_free(&pyramid->levels[i].arrays[k]);
}

void pyramid_fill_at_once(price_pyramid *pyramid, bool at_once)
{
    for (int i = 0; i < PYRAMID_LEVELS; i++)
        for (int k = 0; k <= PYRAMID_VALUES_COUNT; k++)
            big_array_fill_at_once(&pyramid->levels[i].arrays[k], at_once);
}

/* An array that grew before another failed is only larger than it has to be. */
static bool reserve_level(pyramid_level *level, size_t nodes)
{
    for (int i = 0; i < PYRAMID_VALUES_COUNT; i++) {
        if (!big_array_grow(&level->arrays[i], nodes * sizeof(pyramid_range)))
            return false;
        level->nodes[i] = level->arrays[i].items;
    }
    if (!big_array_grow(&level->arrays[PYRAMID_VALUES_COUNT], nodes * sizeof(bool)))
        return false;
    level->broken = level->arrays[PYRAMID_VALUES_COUNT].items;
    level->capacity = nodes;
    return true;
}

int pyramid_reserve(price_pyramid *pyramid, size_t rows)
{
    for (int i = 0; i < PYRAMID_LEVELS && rows >> shift_of(i) > 0; i++) {
        size_t nodes = rows >> shift_of(i);
        if (nodes > pyramid->levels[i].capacity && !reserve_level(&pyramid->levels[i], nodes))
            return pp_fail(PP_ENOMEM, "no memory for the pyramid of %zu rows", rows);
    }
    return PP_OK;
}

static void add_node_of_rows(pyramid_level *level, size_t node, const pp_columns *columns)
{
    pyramid_range closes = NO_PRICE, prices = NO_PRICE;
    bool broken = false;
    for (size_t i = node * FAN; i < (node + 1) * FAN; i++) {
        double close = columns->close[i];
        take(&closes, close, close);
        take(&prices, columns->low[i], columns->high[i]);
        broken |= isnan(close);
    }
    level->nodes[PYRAMID_CLOSES][node] = closes;
    level->nodes[PYRAMID_PRICES][node] = prices;
    level->broken[node] = broken;
}

static void add_node_of_nodes(pyramid_level *level, size_t node, const pyramid_level *below)
{
    size_t first = node * FAN, last = first + FAN;
    for (int i = 0; i < PYRAMID_VALUES_COUNT; i++)
        level->nodes[i][node] = nodes_folded(below->nodes[i], first, last, NO_PRICE);
    bool broken = false;
    for (size_t i = first; i < last; i++)
        broken |= below->broken[i];
    level->broken[node] = broken;
}

void pyramid_add_nodes(price_pyramid *pyramid, const pp_columns *columns, size_t rows)
{
    for (size_t i = pyramid->rows / FAN; i < rows / FAN; i++)
        add_node_of_rows(&pyramid->levels[0], i, columns);
    for (int level = 1; level < PYRAMID_LEVELS; level++) {
        size_t node = pyramid->rows >> shift_of(level), end = rows >> shift_of(level);
        if (node == end)
            break;
        for (; node < end; node++)
            add_node_of_nodes(&pyramid->levels[level], node, &pyramid->levels[level - 1]);
    }
}

/* ---- Queries -------------------------------------------------------------------------------- */

/* Where the values of a query lie. */
typedef struct pyramid_query_source {
    const price_pyramid *pyramid;
    const double *lows, *highs;
    pyramid_values values;
} pyramid_query_source;

/* From the rows up: on each level what lies left and right of the full nodes of the next. */
static pyramid_range folded_upwards(const pyramid_query_source *source, size_t first, size_t last,
                                    size_t from, size_t end)
{
    /* Two chains of comparisons, which a processor follows side by side. */
    pyramid_range left = rows_folded(source->lows, source->highs, first, from * FAN, NO_PRICE);
    pyramid_range right = rows_folded(source->lows, source->highs, end * FAN, last, NO_PRICE);
    for (const pyramid_level *level = source->pyramid->levels;; level++) {
        const pyramid_range *nodes = level->nodes[source->values];
        size_t next_from = (from + FAN - 1) / FAN, next_end = end / FAN;
        if (next_from >= next_end) {
            left = nodes_folded(nodes, from, end, left);
            take(&left, right.low, right.high);
            return left;
        }
        left = nodes_folded(nodes, from, next_from * FAN, left);
        right = nodes_folded(nodes, next_end * FAN, end, right);
        from = next_from;
        end = next_end;
    }
}

/* Whether a node is known to add nothing to a range. */
static inline bool adds_nothing(const pyramid_query_source *source, int level, size_t node,
                                pyramid_range range)
{
    if (node >= source->pyramid->rows >> shift_of(level))
        return false; /* not full, so not stored */
    pyramid_range added = source->pyramid->levels[level].nodes[source->values][node];
    return added.low >= range.low && added.high <= range.high;
}

/* From the top down, on each level what lies left and right of the full nodes of the one above,
 * unless the node that it is a part of adds nothing, as most do of many rows: then neither does
 * anything further down, and the lines of the cache where it lies need not be read. */
static pyramid_range folded_downwards(const pyramid_query_source *source, size_t first, size_t last,
                                      size_t from, size_t end)
{
    size_t froms[PYRAMID_LEVELS] = {from}, ends[PYRAMID_LEVELS] = {end};
    int level = 0;
    while ((from + FAN - 1) / FAN < end / FAN) {
        froms[++level] = from = (from + FAN - 1) / FAN;
        ends[level] = end = end / FAN;
    }
    const pyramid_level *levels = source->pyramid->levels;
    pyramid_range range = nodes_folded(levels[level].nodes[source->values], from, end, NO_PRICE);
    bool left = true, right = true;
    for (; level > 0; level--) {
        const pyramid_range *below = levels[level - 1].nodes[source->values];
        left = left && !adds_nothing(source, level, froms[level] - 1, range);
        right = right && !adds_nothing(source, level, ends[level], range);
        if (left)
            range = nodes_folded(below, froms[level - 1], froms[level] * FAN, range);
        if (right)
            range = nodes_folded(below, ends[level] * FAN, ends[level - 1], range);
    }
    if (left)
        range = rows_folded(source->lows, source->highs, first, froms[0] * FAN, range);
    if (right)
        range = rows_folded(source->lows, source->highs, ends[0] * FAN, last, range);
    return range;
}

pyramid_range pyramid_query(const price_pyramid *pyramid, const pp_columns *columns,
                            pyramid_values values, size_t first, size_t last)
{
    pyramid_query_source source = {
        pyramid, values == PYRAMID_CLOSES ? columns->close : columns->low,
        values == PYRAMID_CLOSES ? columns->close : columns->high, values};
    size_t stored = last < pyramid->rows ? last : pyramid->rows;
    size_t from = (first + FAN - 1) / FAN, end = stored / FAN;
    if (from >= end)
        return rows_folded(source.lows, source.highs, first, last, NO_PRICE);
    /* Of few rows, which are in a cache, nobody can guess whether an edge adds something. */
    if (last - first < DOWNWARDS_FROM)
        return folded_upwards(&source, first, last, from, end);
    return folded_downwards(&source, first, last, from, end);
}

void pyramid_fetch(const price_pyramid *pyramid, pyramid_values values, size_t row)
{
    enum { LEVELS_FETCHED = 2, NODES_A_LINE = 64 / sizeof(pyramid_range) };
    for (int level = 0; level < LEVELS_FETCHED; level++) {
        const pyramid_range *nodes = pyramid->levels[level].nodes[values];
        size_t group = (row >> shift_of(level)) / FAN * FAN;
        if (group + FAN <= pyramid->levels[level].capacity)
            for (int i = 0; i < FAN; i += NODES_A_LINE)
                __builtin_prefetch(&nodes[group + (size_t)i]);
    }
}

/* ---- Breaks --------------------------------------------------------------------------------- */

/* None of a node's rows is a break, or all are. */
static bool is_free(const pyramid_level *level, size_t node, bool of_breaks)
{
    const pyramid_range *closes = &level->nodes[PYRAMID_CLOSES][node];
    return of_breaks ? !level->broken[node] : closes->low > closes->high;
}

/* Rows that can be passed at once from a row that begins nodes: of the largest free one. */
static size_t free_rows_from(const price_pyramid *pyramid, size_t row, bool of_breaks)
{
    size_t rows = 0;
    for (int level = 0; level < PYRAMID_LEVELS; level++) {
        unsigned shift = shift_of(level);
        size_t size = (size_t)1 << shift, node = row >> shift;
        if ((row & (size - 1)) || node >= pyramid->rows >> shift ||
            !is_free(&pyramid->levels[level], node, of_breaks))
            break;
        rows = size;
    }
    return rows;
}

static size_t next_row(const price_pyramid *pyramid, const pp_columns *columns, size_t row,
                       size_t last, bool want_break)
{
    while (row < last) {
        size_t rows = free_rows_from(pyramid, row, want_break);
        if (rows == 0 && !isnan(columns->close[row]) == !want_break)
            return row;
        row += rows ? rows : 1;
    }
    return last;
}

size_t pyramid_next_break(const price_pyramid *pyramid, const pp_columns *columns, size_t first,
                          size_t last)
{
    return next_row(pyramid, columns, first, last, true);
}

size_t pyramid_next_price(const price_pyramid *pyramid, const pp_columns *columns, size_t first,
                          size_t last)
{
    return next_row(pyramid, columns, first, last, false);
}

/* Rows of breaks that end before a row: of the largest node. */
static size_t breaks_before(const price_pyramid *pyramid, size_t row)
{
    size_t rows = 0;
    for (int level = 0; level < PYRAMID_LEVELS; level++) {
        unsigned shift = shift_of(level);
        size_t size = (size_t)1 << shift, node = row >> shift;
        if ((row & (size - 1)) || node == 0 || node > pyramid->rows >> shift ||
            !is_free(&pyramid->levels[level], node - 1, false))
            break;
        rows = size;
    }
    return rows;
}

size_t pyramid_last_price(const price_pyramid *pyramid, const pp_columns *columns, size_t first,
                          size_t last)
{
    for (size_t row = last; row > first;) {
        size_t rows = breaks_before(pyramid, row);
        if (rows == 0 && !isnan(columns->close[row - 1]))
            return row - 1;
        rows = rows ? rows : 1;
        row = row - first > rows ? row - rows : first;
    }
    return first;
}
