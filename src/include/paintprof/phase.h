/* paintprof/phase.h: the categories to which a zone's self time is charged. */
#ifndef PAINTPROF_PHASE_H
#define PAINTPROF_PHASE_H

#include <paintprof/export.h>
#include <stddef.h>

PP_BEGIN_DECLS

/* The built-in phases. Work is their sum without PP_PHASE_OVERLAY, plus the user's phases. */
typedef enum pp_phase {
    PP_PHASE_CREATE,  /* item creation */
    PP_PHASE_BATCH,   /* batch annotation */
    PP_PHASE_REDRAW,  /* painting */
    PP_PHASE_OTHER,   /* the rest of the frame's handling */
    PP_PHASE_OVERLAY, /* paintprof's own cost */
    PP_PHASE_USER,    /* the first user phase; see pp_phase_register() */
    PP_PHASE_MAX = 32 /* most phases of a process, built-in ones included */
} pp_phase;

/* The number of the user phase called name (1 to 31 characters of a-z, 0-9 and _), registered at
 * its first use. Returns a number >= PP_PHASE_USER or, for a built-in name, that phase;
 * PP_EINVAL for a bad name, PP_ELIMIT when PP_PHASE_MAX are in use.
 * Thread: any. Since: 0.1 */
PP_API int pp_phase_register(const char *name);

/* How many phases exist, built-in ones included. It never falls. Thread: any. Since: 0.1 */
PP_API unsigned pp_phase_count(void);

/* The name of a phase, such as "create"; NULL beyond pp_phase_count().
 * Lifetime: the process. Thread: any. Since: 0.1 */
PP_API const char *pp_phase_name(unsigned phase);

PP_END_DECLS

#endif
