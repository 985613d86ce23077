/* paintprof/gate.h: the process-wide switch and the threshold, under the names the field knows.
 *
 * Off by default. The environment is read once, at the first use, with secure_getenv:
 *   PAINTPROF=1 all sites, 0 none, or a comma list of site names and globs such as Curve.*,Axis.*
 *   PAINTPROF_MS_SLOWER_THEN=5  the threshold
 * A value of PAINTPROF other than 0 opens the gate and turns text blocks on. */
#ifndef PAINTPROF_GATE_H
#define PAINTPROF_GATE_H

#include <paintprof/export.h>
#include <stdbool.h>

PP_BEGIN_DECLS

/* True while the gate is open. One relaxed load. Thread: any, wait-free. Since: 0.1 */
PP_API bool pg_profile_enabled(void);

/* Opens or closes the gate. Sites outside the filter stay off. Zones that are open finish.
 * Thread: any. Since: 0.1 */
PP_API void pg_set_profile_enabled(bool on);

/* The threshold in milliseconds: profilers that follow it print only when they took longer.
 * Read when a profiler ends, so that a later change counts. Thread: any, wait-free. Since: 0.1 */
PP_API double pg_ms_slower_then(void);

/* Sets the threshold; NaN and negative values become 0 (print all). Thread: any. Since: 0.1 */
PP_API void pg_set_ms_slower_then(double ms);

/* Limits the gate to sites whose name matches one of the comma-separated names and globs
 * (* and ? as in fnmatch); NULL or "" is every site. Copied. PP_ENOMEM leaves the old filter.
 * Thread: any. Since: 0.1 */
PP_API int pp_set_site_filter(const char *globs);

/* Whether profilers that follow the gate print their text blocks. Off unless the environment's
 * PAINTPROF asked for them. Thread: any. Since: 0.1 */
PP_API void pp_set_text_enabled(bool on);
PP_API bool pp_text_enabled(void);

PP_END_DECLS

#endif
