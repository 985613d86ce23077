/* paintprof/frame.h: what a finished frame is, and what programs can ask about the last ones. */
#ifndef PAINTPROF_FRAME_H
#define PAINTPROF_FRAME_H

#include <paintprof/export.h>
#include <paintprof/phase.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

PP_BEGIN_DECLS

/* Why a frame was late. X(name, text) */
#define PP_JANK_LIST(X)                                                                            \
    X(PP_JANK_NONE, "")                                                                            \
    X(PP_JANK_PAINT, "paint")                                                                      \
    X(PP_JANK_FLUSH, "flush")                                                                      \
    X(PP_JANK_GPU, "gpu")                                                                          \
    X(PP_JANK_EVENT, "event")
#define PP_JANK_ENUM(name, text) name,
typedef enum pp_jank { PP_JANK_LIST(PP_JANK_ENUM) PP_JANK_COUNT } pp_jank;
#undef PP_JANK_ENUM

/* A time or count that nobody measured, as opposed to one measured as 0. */
#define PP_NOT_MEASURED (-1)

/* What a site is, as known outside capture. Lifetime: the process. */
typedef struct pp_site_info {
    const char *name;
    const char *file;
    uint32_t line;
    uint32_t phase;
} pp_site_info;

/* What one site did in one frame, on the frame's thread. */
typedef struct pp_painter {
    const pp_site_info *site;
    uint64_t self_ns;
    uint64_t total_ns;
    uint64_t pixels; /* device pixels, as charged by pp_zone_pixels() */
    uint32_t count;
} pp_painter;

/* One presented update of one window. Times are CLOCK_MONOTONIC nanoseconds.
 * work_ns is the sum of phase_ns without PP_PHASE_OVERLAY; flush_ns stands beside it. */
typedef struct pp_frame {
    uint64_t number; /* 1 for the first frame of the session, of any window */
    uint32_t window;
    uint32_t phase_count;
    uint64_t start_ns;
    uint64_t end_ns;
    int64_t interval_ns; /* since the previous frame of the window began; first: not measured */
    int64_t asked_ns;    /* when the repaint was asked for, or not measured */
    uint64_t work_ns;
    uint64_t phase_ns[PP_PHASE_MAX];
    int64_t flush_ns;
    int64_t gpu_ns; /* comes later than the rest (pp_frame_gpu_pending()), if at all */
    int64_t items_created;
    int64_t items_painted;
    int64_t dirty_px;
    uint64_t budget_ns;
    uint64_t records; /* zones and marks of this frame's thread that went into it */
    pp_jank jank;
    uint32_t painter_count;
    const pp_painter *painters; /* by self time, largest first; valid during the call only */
    bool is_disturbed;          /* its times are: pp_window_set_disturbed(). Since: 0.2 */
} pp_frame;

/* The distribution of one quantity over frames, in milliseconds. Percentiles are nearest-rank;
 * worst is the mean of the slowest 1 % (at least one frame). All 0 when count is 0. */
typedef struct pp_stat {
    uint64_t count;
    double last, mean, p50, p95, p99, max, worst;
} pp_stat;

/* The last frames of a session, summed up. */
typedef struct pp_snapshot {
    uint64_t frames;       /* frames this covers */
    uint64_t frames_total; /* of the session so far */
    uint64_t dropped;      /* records lost, all threads, session so far */
    uint64_t jank[PP_JANK_COUNT];
    uint32_t phase_count;
    pp_stat work, interval, flush, gpu;
    pp_stat phase[PP_PHASE_MAX];
    pp_frame slowest;                 /* by work + flush; painters NULL */
    const pp_site_info *slowest_site; /* its largest self time; NULL if unknown */
    uint64_t slowest_site_self_ns;
} pp_snapshot;

/* The name of a jank class, "" for none. Lifetime: static. Thread: any. Since: 0.1 */
PP_API const char *pp_jank_name(pp_jank jank);

PP_END_DECLS

#endif
