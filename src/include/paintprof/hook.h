/* paintprof/hook.h: wraps any paint or redraw callback in a zone, in one call.
 *
 *   pp_paint_hook hook;
 *   pp_paint_hook_init(&hook, "Curve.paint()", PP_PHASE_REDRAW, curve_paint, curve);
 *   toolkit_set_paint_callback(widget, pp_paint_hook_run, &hook);
 */
#ifndef PAINTPROF_HOOK_H
#define PAINTPROF_HOOK_H

#include <paintprof/export.h>
#include <paintprof/phase.h>
#include <paintprof/zone.h>

PP_BEGIN_DECLS

/* A paint or redraw callback. surface: whatever is painted on (a pp_canvas in scene and shim),
 * passed through untouched, NULL where there is none. */
typedef void (*pp_paint_fn)(void *surface, void *user);

/* A callback with its site and its user; itself such a callback through pp_paint_hook_run. */
typedef struct pp_paint_hook {
    pp_site *site;
    pp_paint_fn paint;
    void *user;
} pp_paint_hook;

/* Fills *hook. name is copied; hooks of one name and phase share one site.
 * Returns 0, PP_EINVAL (no paint) or PP_ENOMEM; on failure the hook calls paint unmeasured.
 * Ownership: hook and user are the caller's; nothing to free. Thread: any. Since: 0.1 */
PP_API int pp_paint_hook_init(pp_paint_hook *hook, const char *name, pp_phase phase,
                              pp_paint_fn paint, void *user);

/* Runs hook (a pp_paint_hook *) on surface inside its zone. An exception that passes through
 * closes the zone, with all zones and profilers left open inside, and goes on.
 * Thread: any. Since: 0.1 */
PP_API void pp_paint_hook_run(void *surface, void *hook);

/* Charges device pixels to the zone of hook, from inside its callback and with no other zone open
 * in it, for the painters' table. Thread: that of the callback, wait-free. Since: 0.1 */
PP_API void pp_paint_hook_pixels(const pp_paint_hook *hook, uint64_t pixels);

/* The process-wide site of that name and phase, created at first use; for languages and
 * toolkits without static records. Lifetime: the process. NULL without memory (or past the
 * limit of 65,535 sites and labels). Thread: any. Since: 0.1 */
PP_API pp_site *pp_site_get(const char *name, pp_phase phase);

PP_END_DECLS

#endif
