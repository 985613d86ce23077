/* sink/overlay_data.h: the frames an overlay remembers and the numbers its pages show of them. */
#ifndef PP_OVERLAY_DATA_H
#define PP_OVERLAY_DATA_H

#include <paintprof/frame.h>
#include <stdbool.h>

enum {
    PP_OVERLAY_FRAMES = 300,  /* the numbers cover at most so many frames */
    PP_OVERLAY_PAINTERS = 16, /* painters kept of each frame */
    PP_OVERLAY_USER_ROWS = 6, /* user phases with a row of their own, or one less and "+N more" */
    PP_OVERLAY_ITEM_ROWS = 10
};

/* One remembered frame. frame.painters is NULL: its largest ones are in painters. */
typedef struct pp_overlay_entry {
    pp_frame frame;
    bool after_idle; /* the program slept, or the overlay was frozen, before this frame */
    uint32_t painter_count;
    pp_painter painters[PP_OVERLAY_PAINTERS];
} pp_overlay_entry;

/* The last frames, in a ring; total counts all since the last clear. */
typedef struct pp_overlay_history {
    pp_overlay_entry *entries;
    uint64_t total;
    uint64_t last_end_ns;
    bool cut; /* the next frame does not follow on the last one */
} pp_overlay_history;

int pp_overlay_history_init(pp_overlay_history *history);
void pp_overlay_history_release(pp_overlay_history *history);
void pp_overlay_history_clear(pp_overlay_history *history);

/* Copies a frame in: no allocation, some hundred bytes. */
void pp_overlay_history_add(pp_overlay_history *history, const pp_frame *frame);

/* How many frames are remembered. */
uint32_t pp_overlay_history_count(const pp_overlay_history *history);

/* The frame with that running number, 0 for the first; one of the last PP_OVERLAY_FRAMES. */
const pp_overlay_entry *pp_overlay_history_at(const pp_overlay_history *history, uint64_t index);

/* What the frame took of its budget: work, overlay and flush, as in the meaning of late. */
uint64_t pp_overlay_frame_total_ns(const pp_frame *frame);

/* One quantity over the frames that measured it. */
typedef struct pp_overlay_stat {
    uint32_t count;     /* 0: not measured at all */
    bool last_measured; /* in the last frame */
    uint64_t last_ns, mean_ns, p99_ns, max_ns;
} pp_overlay_stat;

/* A painter summed up over the frames. */
typedef struct pp_overlay_item {
    const pp_site_info *site;
    uint64_t self_ns, pixels, count;
} pp_overlay_item;

typedef struct pp_overlay_worst {
    uint64_t total_ns;
    uint32_t frames_ago; /* 0 for the last frame */
    pp_frame frame;      /* painters NULL */
    pp_painter painter;  /* its largest self time; site NULL when it has none */
} pp_overlay_worst;

/* The numbers of all pages. They are made at a text refresh, not at each frame. */
typedef struct pp_overlay_stats {
    uint32_t frames;
    unsigned phase_count;
    uint64_t budget_ns; /* of the last frame */
    double rate_hz;     /* achieved in the last second that had frames; 0: unknown */
    uint64_t dropped;   /* records lost, of the session */
    uint32_t late, late_by[PP_JANK_COUNT];
    pp_overlay_stat work, flush, gpu, phase[PP_PHASE_MAX];
    unsigned user_shown[PP_OVERLAY_USER_ROWS]; /* phases with a row, in their order */
    unsigned user_shown_count, user_more_count;
    uint32_t user_more_phases; /* a bit for each of the other user phases */
    pp_overlay_stat user_more; /* the other user phases together */
    pp_overlay_worst worst;
    uint64_t item_self_ns; /* of all painters */
    uint32_t item_count;   /* distinct painters */
    uint32_t item_rows;
    pp_overlay_item items[PP_OVERLAY_ITEM_ROWS]; /* by self time, largest first */
} pp_overlay_stats;

/* Sums up the remembered frames, painters only with_items; dropped is left 0. */
void pp_overlay_stats_make(pp_overlay_stats *stats, const pp_overlay_history *history,
                           bool with_items);

#endif
