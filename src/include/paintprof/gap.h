/* paintprof/gap.h: annotations: a gap between two rows, a rectangle and an arrow, labelled. */
#ifndef PAINTPROF_GAP_H
#define PAINTPROF_GAP_H

#include <paintprof/canvas.h>
#include <paintprof/export.h>
#include <paintprof/series.h>
#include <paintprof/view.h>

PP_BEGIN_DECLS

/* From the close of one row to the open of a later one. */
typedef struct pp_gap {
    double time0_s, time1_s;
    double price0, price1;
} pp_gap;

/* All gaps in one array, sorted by time0_s; they may overlap. Zeroed is empty. Change it by the
 * functions here and free it with pp_gaps_clear(). One that is filled by hand, without an index, is
 * drawn and searched too, but each time at the cost of all its gaps. */
typedef struct pp_gaps {
    pp_gap *items;
    size_t size, capacity;
    double longest_s;           /* the widest */
    struct pp_gap_index *index; /* for searching and merging */
} pp_gaps;

/* Adds a gap between each two neighbouring rows of [first, series size) that are more than
 * min_gap_s apart. Returns 0 or PP_ENOMEM (nothing added).
 * Thread of all functions here: one at a time per object. Since: 0.1 */
PP_API int pp_gaps_find(pp_gaps *gaps, const pp_series *series, size_t first, double min_gap_s);

/* Replaces all by count gaps spread evenly over the series, each between two neighbouring rows.
 * Returns 0, PP_EINVAL (fewer than two rows), PP_ENOMEM. Since: 0.1 */
PP_API int pp_gaps_spread(pp_gaps *gaps, const pp_series *series, size_t count);

/* Adds count gaps in any order, finite and with time0_s <= time1_s. O(1) amortised a gap where they
 * begin after all others, or with the last; else all are sorted again. What searches need is made
 * by the first search or drawing after it: let a search do that where drawing must not wait.
 * Returns 0, PP_EDATA or PP_ENOMEM (nothing added). Since: 0.2 */
PP_API int pp_gaps_add(pp_gaps *gaps, const pp_gap *items, size_t count);

PP_API void pp_gaps_clear(pp_gaps *gaps);

/* The range of gaps that touch time0_s..time1_s; first == last when none. Where gaps overlap, some
 * between its first and its last may end before time0_s. O(log size). Since: 0.1 */
PP_API void pp_gaps_visible(const pp_gaps *gaps, double time0_s, double time1_s, size_t *first,
                            size_t *last);

/* How many gaps touch time0_s..time1_s / lie in time over the pixel column x_px of the plot; and
 * the first of them in *first (may be NULL), SIZE_MAX if none. O(log size). Since: 0.2 */
PP_API size_t pp_gaps_count(const pp_gaps *gaps, double time0_s, double time1_s, size_t *first);
PP_API size_t pp_gaps_count_at(const pp_gaps *gaps, const pp_view *view, int x_px, size_t *first);

/* The gap whose own rectangle or arrow is under a point, the one that begins last if several,
 * SIZE_MAX if none. Of merged ones too it is the very gap that lies there. O(log size), but where
 * many gaps nearby miss the point narrowly. Since: 0.1 */
PP_API size_t pp_gaps_at(const pp_gaps *gaps, const pp_view *view, double ratio, int x_px,
                         int y_px);

/* A tag near the cursor that says what is under it: the times, prices and length of the gap that
 * pp_gaps_at() finds, and how many share its pixels where they were merged; nothing elsewhere. It
 * stays within the plot. The second says where it is (canvas only measures text), or returns false.
 * O(log size) as above. Since: 0.2 */
PP_API void pp_gaps_draw_tag(pp_canvas *canvas, const pp_view *view, const pp_gaps *gaps, int x_px,
                             int y_px);
PP_API bool pp_gaps_tag_area(pp_canvas *canvas, const pp_view *view, const pp_gaps *gaps, int x_px,
                             int y_px, pp_rect *area);

/* Draws one gap (items mode) / all visible gaps as arrays (batch mode): the same picture where no
 * two gaps begin in one pixel column. Those that do are merged by the batch, so that it costs
 * pixels, not gaps: one rectangle without outline and one arrow stand for the narrow ones (a single
 * wide one keeps its own), over all their columns and prices, stronger in colour the more they are,
 * in the direction from the first to the last. Labels only where they do not overlap; a single gap
 * draws its own if it is wide enough. Since: 0.1; merged since 0.2 */
PP_API void pp_gap_draw(pp_canvas *canvas, const pp_view *view, const pp_gap *gap);
PP_API void pp_gaps_draw(pp_canvas *canvas, const pp_view *view, const pp_gaps *gaps);

PP_END_DECLS

#endif
