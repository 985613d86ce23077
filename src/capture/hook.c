/* capture/hook.c: paint hooks: a callback in a zone, whatever leaves it. */
#include <paintprof/hook.h>

#include "base/base.h"
#include "capture/state.h"
#include "capture/text_block.h"

/* What has to be closed when a callback returns, or an exception passes through. */
typedef struct hook_scope {
    pp_zone zone;
    uint64_t profilers; /* the innermost one open before */
} hook_scope;

static void close_scope(hook_scope *scope)
{
    pp_text_block_unwind(scope->profilers);
    pp_zone_end(&scope->zone); /* also ends the zones left open inside */
}

int pp_paint_hook_init(pp_paint_hook *hook, const char *name, pp_phase phase, pp_paint_fn paint,
                       void *user)
{
    if (!hook || !name || !paint)
        return pp_fail(PP_EINVAL, "a paint hook needs a name and a paint function");
    *hook = (pp_paint_hook){pp_site_get(name, phase), paint, user};
    return hook->site ? PP_OK : PP_ENOMEM;
}

void pp_paint_hook_run(void *surface, void *hook)
{
    const pp_paint_hook *self = hook;
    if (!self->site) {
        self->paint(surface, self->user);
        return;
    }
    __attribute__((cleanup(close_scope), unused))
    hook_scope scope = {.profilers = pp_text_block_innermost(), .zone = pp_zone_begin(self->site)};
    self->paint(surface, self->user);
}

void pp_paint_hook_pixels(const pp_paint_hook *hook, uint64_t pixels)
{
    const pp_zone zone = {hook->site ? __atomic_load_n(&hook->site->word, __ATOMIC_RELAXED) : 0};
    pp_zone_pixels(&zone, pixels);
}

pp_zone pp_overhead_begin(void)
{
    static pp_site site = PP_SITE_INIT("paintprof.drain", PP_PHASE_OVERLAY);
    return pp_zone_begin(&site);
}
