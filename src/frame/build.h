/* frame/build.h: turns the records of threads into zones, marks and frames.
 *
 * It knows capture's record format and nothing else of capture: names, clock and phases come
 * through pp_build_source, so that a recording feeds the same code as a running program. */
#ifndef PP_BUILD_H
#define PP_BUILD_H

#include "capture/capture.h"

#include <paintprof/session.h>
#include <paintprof/trace.h>

/* Where names and times come from. site and label give NULL for an unknown id. */
typedef struct pp_build_source {
    void *user;
    const pp_site_info *(*site)(void *user, uint32_t id);
    const char *(*label)(void *user, uint32_t id);
    uint64_t (*to_ns)(void *user, uint64_t ticks); /* never falling */
    uint32_t (*phase_count)(void *user);
    bool renumbers_phases; /* the phases counted in records are not those of the sites */
} pp_build_source;

/* Where results go; all but frame may be NULL, and then cost nothing. See pp_sink. */
typedef struct pp_build_target {
    void *user;
    void (*frame)(void *user, const pp_frame *frame);
    void (*ended)(void *user, const pp_frame *frame); /* the same when it ends: no number, jank and
                                                         GPU time yet; may be NULL */
    void (*zone)(void *user, const pp_zone_record *zone);
    void (*mark)(void *user, const pp_mark_record *mark);
    void (*painted)(void *user, const pp_paint_record *paint);
    void (*unpainted)(void *user, const pp_unpainted_record *updates);
    void (*event)(void *user, const pp_event_record *event);
    void (*overhead)(void *user, uint32_t thread, uint64_t ns);
    void (*trace)(void *user, const pp_trace_record *event);
} pp_build_target;

/* Copies a sink of this version or an older one, whose struct_size ends earlier; false if it is
 * neither. */
bool pp_sink_take(pp_sink *out, const pp_sink *sink);

typedef struct pp_builder pp_builder;

/* A builder that has seen nothing; NULL without memory. */
pp_builder *pp_builder_create(const pp_build_source *source);
void pp_builder_destroy(pp_builder *builder);

/* Changes where results go; not while in pp_builder_feed(). */
void pp_builder_set_target(pp_builder *builder, const pp_build_target *target);

/* Sums up everything per site from now on, for pp_builder_finish(); before the first block. False
 * without memory. */
bool pp_builder_keep_totals(pp_builder *builder);

/* Takes the next block of a thread; a pp_block_fn. A thread that has been idle for long may be
 * forgotten when thousands of others use up the builder's memory. */
void pp_builder_feed(void *builder_object, const pp_block *block);

/* Delivers the frames that wait for their GPU time without it. */
void pp_builder_stop_waiting(pp_builder *builder);

/* Shows the frames that wait as they would be delivered without their GPU time; they go on
 * waiting. */
void pp_builder_visit_waiting(const pp_builder *builder,
                              void (*visit)(void *user, const pp_frame *frame), void *user);

/* The state of a thread after its last record (frame/track.h); NULL for one never seen. */
const struct pp_track *pp_builder_track(const pp_builder *builder, uint32_t thread);

/* What a builder has seen. */
typedef struct pp_build_totals {
    uint64_t zones, marks, frames;
    const struct pp_tally *sites; /* of all threads; empty without pp_builder_keep_totals() */
} pp_build_totals;

/* Ends every thread, and with it what waits there; the totals then say all. They live as long as
 * the builder. */
pp_build_totals pp_builder_finish(pp_builder *builder);

/* What could not be kept: zones deeper than PP_ZONE_DEPTH_MAX, and anything for which memory was
 * lacking. Their time is part of what encloses them. */
uint64_t pp_builder_lost(const pp_builder *builder);

enum {
    PP_ZONE_DEPTH_MAX = 1024, /* open zones of a thread */
    PP_FRAME_DEPTH_MAX = 16,  /* frames of a thread inside each other */
};

#endif
