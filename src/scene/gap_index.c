/* scene/gap_index.c: extents of blocks of gaps. */
#include "scene/gap_index.h"

#include "base/base.h"
#include "scene/gap_mesh.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of one call: more are sorted all at once. */
enum { INSERTED_MAX = 16 };

static inline double least(double a, double b)
{
    return b < a ? b : a;
}

static inline double greatest(double a, double b)
{
    return b > a ? b : a;
}

/* ---- Memory --------------------------------------------------------------------------------- */

int gap_index_reserve(pp_gaps *gaps, size_t capacity)
{
    if (!gaps->index) {
        gaps->index = calloc(1, sizeof(*gaps->index));
        if (!gaps->index)
            return pp_fail(PP_ENOMEM, "no memory for an index of gaps");
        gap_index_reset(gaps->index);
    }
    for (int i = 0; i < GAP_LEVELS; i++) {
        size_t blocks = capacity >> (GAP_BLOCK_SHIFT * (i + 1));
        if (blocks == 0)
            break;
        gap_extent *grown = realloc(gaps->index->levels[i].blocks, blocks * sizeof(*grown));
        if (!grown)
            return pp_fail(PP_ENOMEM, "no memory for an index of %zu gaps", capacity);
        gaps->index->levels[i].blocks = grown;
    }
    return PP_OK;
}

void gap_index_free(struct pp_gap_index *index)
{
    if (!index)
        return;
    for (int i = 0; i < GAP_LEVELS; i++)
        free(index->levels[i].blocks);
    free(index->ends_s);
    gap_meshes_destroy(index->meshes);
    free(index);
}

void gap_index_reset(struct pp_gap_index *index)
{
    if (!index)
        return;
    for (int i = 0; i < GAP_LEVELS; i++)
        index->levels[i].size = 0;
    index->noted = 0;
    index->changes++;
    index->overlaps = false;
    index->ends_rise = true;
    index->end_max_s = -INFINITY;
    index->ends_size = 0;
}

/* ---- Extents -------------------------------------------------------------------------------- */

gap_extent gap_extent_none(void)
{
    return (gap_extent){INFINITY, -INFINITY, INFINITY, -INFINITY};
}

static inline void add_gap(gap_extent *extent, const pp_gap *gap)
{
    extent->end_min_s = least(extent->end_min_s, gap->time1_s);
    extent->end_max_s = greatest(extent->end_max_s, gap->time1_s);
    extent->low = least(extent->low, least(gap->price0, gap->price1));
    extent->high = greatest(extent->high, greatest(gap->price0, gap->price1));
}

static inline void add_extent(gap_extent *extent, const gap_extent *other)
{
    extent->end_min_s = least(extent->end_min_s, other->end_min_s);
    extent->end_max_s = greatest(extent->end_max_s, other->end_max_s);
    extent->low = least(extent->low, other->low);
    extent->high = greatest(extent->high, other->high);
}

/* The level of the largest block that begins at gap at and ends within last; 0: the gap alone. */
static int largest_block_at(const pp_gaps *gaps, size_t at, size_t last)
{
    int level = 0;
    while (gaps->index && level < GAP_LEVELS) {
        int shift = GAP_BLOCK_SHIFT * (level + 1);
        size_t block = at >> shift;
        if (block << shift != at || last - at < (size_t)1 << shift ||
            block >= gaps->index->levels[level].size)
            break;
        level++;
    }
    return level;
}

static const gap_extent *block_at(const pp_gaps *gaps, int level, size_t at)
{
    return &gaps->index->levels[level - 1].blocks[at >> (GAP_BLOCK_SHIFT * level)];
}

void gap_extent_add(gap_extent *extent, const pp_gaps *gaps, size_t first, size_t last)
{
    while (first < last && (first % GAP_BLOCK || !gaps->index))
        add_gap(extent, &gaps->items[first++]);
    while (first < last && last % GAP_BLOCK)
        add_gap(extent, &gaps->items[--last]);
    if (first == last)
        return;
    for (const gap_level *level = gaps->index->levels; first < last; level++) {
        first /= GAP_BLOCK;
        last /= GAP_BLOCK;
        while (first < last && first % GAP_BLOCK)
            add_extent(extent, &level->blocks[first++]);
        while (first < last && last % GAP_BLOCK)
            add_extent(extent, &level->blocks[--last]);
    }
}

void gap_index_fetch(const pp_gaps *gaps, size_t at)
{
    enum { LINE_BYTES = 64 };
    size_t first = at / GAP_BLOCK * GAP_BLOCK;
    const char *items = (const char *)&gaps->items[first];
    for (size_t i = 0; i < GAP_BLOCK * sizeof(pp_gap); i += LINE_BYTES)
        __builtin_prefetch(items + i);
    if (!gaps->index || at / GAP_BLOCK >= gaps->index->levels[0].size)
        return;
    const char *blocks =
        (const char *)&gaps->index->levels[0].blocks[first / GAP_BLOCK / GAP_BLOCK * GAP_BLOCK];
    for (size_t i = 0; i < GAP_BLOCK * sizeof(gap_extent); i += LINE_BYTES)
        __builtin_prefetch(blocks + i);
}

/* Sums up the complete blocks among size gaps or blocks below that level does not have yet. */
static void complete_items(const pp_gaps *gaps)
{
    gap_level *level = &gaps->index->levels[0];
    for (; level->size < gaps->size / GAP_BLOCK; level->size++) {
        gap_extent extent = gap_extent_none();
        for (size_t i = 0; i < GAP_BLOCK; i++)
            add_gap(&extent, &gaps->items[level->size * GAP_BLOCK + i]);
        level->blocks[level->size] = extent;
    }
}

static void complete_blocks(const gap_level *below, gap_level *level)
{
    for (; level->size < below->size / GAP_BLOCK; level->size++) {
        gap_extent extent = gap_extent_none();
        for (size_t i = 0; i < GAP_BLOCK; i++)
            add_extent(&extent, &below->blocks[level->size * GAP_BLOCK + i]);
        level->blocks[level->size] = extent;
    }
}

static void note_ends(const pp_gaps *gaps, size_t first)
{
    struct pp_gap_index *index = gaps->index;
    double end_max_s = index->end_max_s;
    bool overlaps = index->overlaps, ends_rise = index->ends_rise;
    for (size_t i = first; i < gaps->size; i++) {
        const pp_gap *gap = &gaps->items[i];
        overlaps |= gap->time0_s < end_max_s;
        ends_rise &= gap->time1_s >= end_max_s;
        end_max_s = greatest(end_max_s, gap->time1_s);
    }
    index->overlaps = overlaps;
    index->ends_rise = ends_rise;
    index->end_max_s = end_max_s;
}

/* ---- Sorted ends ---------------------------------------------------------------------------- */

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

/* Moves the end at index at down to its place among the sorted ones before it. */
static void insert_end(double *ends_s, size_t at)
{
    double end_s = ends_s[at];
    size_t low = 0, high = at;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ends_s[middle] <= end_s)
            low = middle + 1;
        else
            high = middle;
    }
    memmove(&ends_s[low + 1], &ends_s[low], (at - low) * sizeof(*ends_s));
    ends_s[low] = end_s;
}

static void sort_ends(const pp_gaps *gaps, size_t first)
{
    struct pp_gap_index *index = gaps->index;
    if (index->ends_capacity < gaps->size) {
        double *grown = realloc(index->ends_s, gaps->capacity * sizeof(*grown));
        if (!grown)
            return;
        index->ends_s = grown;
        index->ends_capacity = gaps->capacity;
    }
    bool is_new = index->ends_size != first || gaps->size - first > first / 64 + INSERTED_MAX;
    for (size_t i = is_new ? 0 : first; i < gaps->size; i++) {
        index->ends_s[i] = gaps->items[i].time1_s;
        if (!is_new)
            insert_end(index->ends_s, i);
    }
    if (is_new)
        qsort(index->ends_s, gaps->size, sizeof(*index->ends_s), compare_doubles);
    index->ends_size = gaps->size;
}

static void note(const pp_gaps *gaps, struct pp_gap_index *index)
{
    size_t first = index->noted;
    index->noted = gaps->size;
    index->changes++;
    note_ends(gaps, first);
    complete_items(gaps);
    for (int i = 1; i < GAP_LEVELS && index->levels[i - 1].size >= GAP_BLOCK; i++)
        complete_blocks(&index->levels[i - 1], &index->levels[i]);
    if (!index->ends_rise)
        sort_ends(gaps, first);
}

struct pp_gap_index *gap_index_of(const pp_gaps *gaps)
{
    struct pp_gap_index *index = gaps->index;
    if (index && index->noted != gaps->size)
        note(gaps, index);
    return index;
}

/* ---- Searches ------------------------------------------------------------------------------- */

size_t gap_next_reaching(const pp_gaps *gaps, const gap_axis *axis, size_t first, size_t last,
                         double x_px)
{
    while (first < last) {
        /* Mostly it is the very first. */
        if (gap_px(axis, gaps->items[first].time1_s) >= x_px)
            return first;
        int level = largest_block_at(gaps, first, last);
        while (level > 0 && gap_px(axis, block_at(gaps, level, first)->end_max_s) >= x_px)
            level--;
        first += (size_t)1 << (GAP_BLOCK_SHIFT * level);
    }
    return last;
}

/* The first gap of [low, high) that begins at x_px or right of it. */
static size_t bisect(const pp_gaps *gaps, const gap_axis *axis, size_t low, size_t high,
                     double x_px)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (gap_px(axis, gaps->items[middle].time0_s) < x_px)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t gap_next_starting_near(const pp_gaps *gaps, const gap_axis *axis, size_t first, size_t last,
                              size_t guess, double x_px)
{
    guess = guess < first ? first : guess;
    size_t step = 1;
    if (guess < last && gap_px(axis, gaps->items[guess].time0_s) < x_px) {
        size_t low = guess + 1;
        while (step < last - low && gap_px(axis, gaps->items[low + step].time0_s) < x_px) {
            low += step + 1;
            step *= 2;
        }
        return bisect(gaps, axis, low, step < last - low ? low + step : last, x_px);
    }
    size_t high = guess < last ? guess : last;
    while (step <= high - first && gap_px(axis, gaps->items[high - step].time0_s) >= x_px) {
        high -= step;
        step *= 2;
    }
    return bisect(gaps, axis, step <= high - first ? high - step + 1 : first, high, x_px);
}

size_t gap_next_starting(const pp_gaps *gaps, const gap_axis *axis, size_t first, size_t last,
                         double x_px)
{
    return bisect(gaps, axis, first, last, x_px);
}

static bool touches(const gap_extent *extent, const pp_view *view, double x_px, double y0_px,
                    double y1_px)
{
    return pp_view_x_px(view, extent->end_max_s) >= x_px &&
           pp_view_y_px(view, extent->high) <= y1_px && pp_view_y_px(view, extent->low) >= y0_px;
}

/* The same as largest_block_at(), for blocks that end before gap end. */
static int largest_block_before(const pp_gaps *gaps, size_t first, size_t end)
{
    int level = 0;
    while (gaps->index && level < GAP_LEVELS) {
        size_t size = (size_t)1 << (GAP_BLOCK_SHIFT * (level + 1));
        if (end % size != 0 || end - first < size || end / size > gaps->index->levels[level].size)
            break;
        level++;
    }
    return level;
}

size_t gap_last_touching(const pp_gaps *gaps, const pp_view *view, size_t first, size_t last,
                         double x_px, double y0_px, double y1_px)
{
    while (first < last) {
        int level = largest_block_before(gaps, first, last);
        while (level > 0 && touches(block_at(gaps, level, last - 1), view, x_px, y0_px, y1_px))
            level--;
        if (level == 0) {
            gap_extent extent = gap_extent_none();
            add_gap(&extent, &gaps->items[last - 1]);
            if (touches(&extent, view, x_px, y0_px, y1_px))
                return last - 1;
        }
        last -= (size_t)1 << (GAP_BLOCK_SHIFT * level);
    }
    return SIZE_MAX;
}
