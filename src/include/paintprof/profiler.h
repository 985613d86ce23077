/* paintprof/profiler.h: a zone that prints its marks as a text block when it ends.
 *
 *   > Entering Curve.paint()
 *     drawLine: 0.0312, tot:0.0312
 *     drawPath: 4.1200, tot:4.1512
 *   < Exiting Curve.paint(), total time: 4.1530 ms
 *
 * Milliseconds, '.' decimals in every locale. Blocks nest per thread by two spaces a level, the
 * parent's heading before its children; one write per outermost block, so that the blocks of
 * several threads never mix. */
#ifndef PAINTPROF_PROFILER_H
#define PAINTPROF_PROFILER_H

#include <paintprof/export.h>
#include <paintprof/phase.h>
#include <paintprof/zone.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

PP_BEGIN_DECLS

typedef enum pp_when {
    PP_BY_GATE,  /* prints while the gate is open and text blocks are on */
    PP_ENABLED,  /* prints always */
    PP_DISABLED, /* does nothing */
} pp_when;

/* ms_threshold: follow pg_ms_slower_then() as it is when the profiler ends. */
#define PP_MS_SLOWER_THEN (-1.0)

/* Options; zeroed: by the gate, every duration, printed when it ends, phase other. */
typedef struct pp_profiler_opts {
    pp_when when;
    double ms_threshold; /* prints only if it took longer; 0 prints all; negative: the global */
    bool immediate;      /* prints each line as it happens; the threshold cannot apply */
    bool has_phase;      /* whether phase is meant; else PP_PHASE_OTHER */
    pp_phase phase;
} pp_profiler_opts;

/* One running profiler, in the caller's frame. */
typedef struct pp_profiler {
    uint64_t serial; /* 0 when it prints nothing */
    pp_zone zone;
} pp_profiler;

/* Begins a profiler called name (copied, up to 255 bytes); opts may be NULL for by the gate,
 * following the global threshold. Never fails: without memory it prints nothing and counts it.
 * Ends by pp_profiler_end() on the same thread; one that never ends is closed by its parent.
 * Thread: any. Since: 0.1 */
PP_API pp_profiler pp_profiler_begin(const char *name, const pp_profiler_opts *opts);

/* The same with a printf-style name, such as "Batch annotate %zu gaps". Since: 0.1 */
PP_API pp_profiler pp_profiler_beginf(const pp_profiler_opts *opts, const char *format, ...)
    PP_PRINTF(2, 3);

/* A checkpoint, printed with the time since the previous one and since the beginning; a label's
 * '%' is only a character. Thread: that of the begin. Since: 0.1 */
PP_API void pp_profiler_mark(pp_profiler *profiler, const char *label);
PP_API void pp_profiler_markf(pp_profiler *profiler, const char *format, ...) PP_PRINTF(2, 3);

/* Ends it and prints the block, unless it is shorter than its threshold; children left open are
 * closed first. A second end does nothing. Thread: that of the begin. Since: 0.1 */
PP_API void pp_profiler_end(pp_profiler *profiler);

/* Receives whole blocks (or single lines, when immediate). text is not NUL-terminated. */
typedef void (*pp_text_fn)(void *user, const char *text, size_t size_bytes);

/* Sends text blocks to write instead of standard error; NULL restores that. It may be called
 * from any thread at once. Ownership: user is the caller's. Thread: any. Since: 0.1 */
PP_API void pp_set_text_sink(pp_text_fn write, void *user);

/* How many profilers of the process printed nothing because memory ran out. Thread: any.
 * Since: 0.1 */
PP_API uint64_t pp_profilers_lost(void);

PP_END_DECLS

#endif
