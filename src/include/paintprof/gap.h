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

/* All gaps in one array, sorted by time0_s. Zeroed is empty; free with pp_gaps_clear(). */
typedef struct pp_gaps {
    pp_gap *items;
    size_t size, capacity;
    double longest_s; /* the widest, so that culling by binary search misses none */
} pp_gaps;

/* Adds a gap between each two neighbouring rows of [first, series size) that are more than
 * min_gap_s apart. Returns 0 or PP_ENOMEM (nothing added).
 * Thread of all functions here: one at a time per object. Since: 0.1 */
PP_API int pp_gaps_find(pp_gaps *gaps, const pp_series *series, size_t first, double min_gap_s);

/* Replaces all by count gaps spread evenly over the series, each between two neighbouring rows.
 * Returns 0, PP_EINVAL (fewer than two rows), PP_ENOMEM. Since: 0.1 */
PP_API int pp_gaps_spread(pp_gaps *gaps, const pp_series *series, size_t count);

PP_API void pp_gaps_clear(pp_gaps *gaps);

/* The range of gaps that touch time0_s..time1_s; first == last when none. Since: 0.1 */
PP_API void pp_gaps_visible(const pp_gaps *gaps, double time0_s, double time1_s, size_t *first,
                            size_t *last);

/* The gap whose rectangle or arrow is under a point, SIZE_MAX if none. Since: 0.1 */
PP_API size_t pp_gaps_at(const pp_gaps *gaps, const pp_view *view, double ratio, int x_px,
                         int y_px);

/* Draws one gap (items mode) / all visible gaps as arrays (batch mode): the same picture.
 * Labels only where they do not overlap; a single gap draws its own if it is wide enough.
 * Since: 0.1 */
PP_API void pp_gap_draw(pp_canvas *canvas, const pp_view *view, const pp_gap *gap);
PP_API void pp_gaps_draw(pp_canvas *canvas, const pp_view *view, const pp_gaps *gaps);

PP_END_DECLS

#endif
