/* capture/profiler.c: profilers: a zone for the recording and a block for the reader. */
#include <paintprof/profiler.h>

#include "base/base.h"
#include "capture/gate_filter.h"
#include "capture/state.h"
#include "capture/text_block.h"

#include <paintprof/gate.h>
#include <paintprof/hook.h>
#include <string.h>

enum { NAME_CAPACITY = 256, LABEL_CAPACITY = 512 };

/* By the gate, following the global threshold. */
static const pp_profiler_opts DEFAULT_OPTS = {.ms_threshold = PP_MS_SLOWER_THEN};

static bool prints(const char *name, const pp_profiler_opts *opts)
{
    switch (opts->when) {
    case PP_ENABLED:
        return true;
    case PP_BY_GATE:
        return pg_profile_enabled() && pp_text_enabled() && pp_filter_matches(name);
    case PP_DISABLED:
    default:
        return false;
    }
}

/* The zone behind a profiler. kind names the site: one per place, not one per number in a name. */
static pp_zone begin_zone(const char *kind, const pp_profiler_opts *opts)
{
    pp_zone none = {0};
    if (opts->when == PP_DISABLED || !pg_profile_enabled() || !pp_capture_awake())
        return none;
    pp_site *site = pp_site_get(kind, opts->has_phase ? opts->phase : PP_PHASE_OTHER);
    return site ? pp_zone_begin(site) : none;
}

static bool is_idle(const pp_profiler_opts *opts)
{
    return opts->when == PP_DISABLED || (opts->when == PP_BY_GATE && !pg_profile_enabled());
}

static pp_profiler begin(const char *kind, const char *name, const pp_profiler_opts *opts)
{
    pp_profiler profiler = {0, {0}};
    profiler.zone = begin_zone(kind, opts);
    if (prints(name, opts))
        profiler.serial = pp_text_block_begin(name, opts->ms_threshold, opts->immediate);
    return profiler;
}

pp_profiler pp_profiler_begin(const char *name, const pp_profiler_opts *opts)
{
    if (!opts)
        opts = &DEFAULT_OPTS;
    if (is_idle(opts))
        return (pp_profiler){0, {0}};
    return begin(name, name, opts);
}

pp_profiler pp_profiler_beginf(const pp_profiler_opts *opts, const char *format, ...)
{
    if (!opts)
        opts = &DEFAULT_OPTS;
    if (is_idle(opts))
        return (pp_profiler){0, {0}};
    char name[NAME_CAPACITY];
    va_list args;
    va_start(args, format);
    pp_vformat(name, sizeof name, format, args);
    va_end(args);
    return begin(format, name, opts);
}

static bool is_recorded(const pp_profiler *profiler)
{
    return profiler->serial || profiler->zone.word;
}

void pp_profiler_mark(pp_profiler *profiler, const char *label)
{
    if (!is_recorded(profiler))
        return;
    pp_markf(&profiler->zone, "%s", label);
    if (profiler->serial)
        pp_text_block_mark(profiler->serial, label);
}

void pp_profiler_markf(pp_profiler *profiler, const char *format, ...)
{
    if (!is_recorded(profiler))
        return;
    char label[LABEL_CAPACITY];
    va_list args;
    va_start(args, format);
    pp_vformat(label, sizeof label, format, args);
    va_end(args);
    pp_profiler_mark(profiler, label);
}

void pp_profiler_end(pp_profiler *profiler)
{
    if (profiler->serial)
        pp_text_block_end(profiler->serial);
    profiler->serial = 0;
    pp_zone_end(&profiler->zone);
}
