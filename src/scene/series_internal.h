/* scene/series_internal.h: what the makers of series and the curve share. */
#ifndef PP_SCENE_SERIES_INTERNAL_H
#define PP_SCENE_SERIES_INTERNAL_H

#include "scene/pyramid.h"

#include <paintprof/series.h>

/* Makes room for that many rows in all. Returns 0 or PP_ENOMEM (unchanged). */
int pp_series_reserve(pp_series *series, size_t rows);

/* Lows and highs of blocks of rows; of all rows but the last. */
const price_pyramid *pp_series_pyramid(const pp_series *series);

/* Rises with every change of rows. */
uint64_t pp_series_changes(const pp_series *series);

/* What canvases that keep meshes draw; belongs to the series, though it is no part of its value. */
struct curve_meshes **pp_series_meshes(const pp_series *series);

/* Whether to look for breaks at all. */
bool pp_series_has_breaks(const pp_series *series);

#endif
