/* scene/series_internal.h: what the makers of series share. */
#ifndef PP_SCENE_SERIES_INTERNAL_H
#define PP_SCENE_SERIES_INTERNAL_H

#include <paintprof/series.h>

/* Makes room for that many rows in all. Returns 0 or PP_ENOMEM (unchanged). */
int pp_series_reserve(pp_series *series, size_t rows);

#endif
