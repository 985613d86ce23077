/* flags/watch.h: gathers from frames and marks the facts that rules ask for, in bounded memory. */
#ifndef PP_FLAGS_WATCH_H
#define PP_FLAGS_WATCH_H

#include "flags/flags.h"

#include <paintprof/session.h>

enum {
    PP_WATCH_SITES = 512,
    PP_WATCH_WINDOWS = 32,
    PP_WATCH_ASKED = 256,
    PP_WATCH_MARKS = 256,
    PP_WATCH_DULL = 1024,
    PP_WATCH_LABEL_BYTES = 96,
};

typedef struct pp_watch_site {
    const pp_site_info *site; /* NULL: this place is free */
    pp_step_kind kind;
    bool builds_path;
    uint64_t items;         /* that its name speaks of */
    uint64_t ns, runs;      /* in the frame in which it took longest */
    uint64_t frames, total; /* of all frames */
} pp_watch_site;

/* A label of marks in zones of one site. */
typedef struct pp_watch_mark {
    const pp_site_info *site; /* NULL: this place is free */
    char label[PP_WATCH_LABEL_BYTES];
    uint64_t hash;
    uint64_t items, heading_items; /* that the label speaks of, and the zone's name */
    uint32_t thread;               /* whose zone is looked at, */
    uint64_t zone_start_ns;        /* and what ran in it so far */
    uint64_t zone_ns, zone_runs;
    uint64_t ns, runs; /* in the zone in which it took longest */
} pp_watch_mark;

/* A paint that was asked for, as a probe knows it. */
typedef struct pp_watch_asked {
    uint64_t start_ns, pixels;
} pp_watch_asked;

/* Starts zeroed and needs no end. */
typedef struct pp_flag_watch {
    uint64_t frames, painted, work_ns;
    uint64_t whole, whole_small, whole_asked, small_px, whole_px, whole_small_ns;
    size_t site_count, window_count;
    pp_watch_site sites[PP_WATCH_SITES]; /* by a hash of their addresses; later ones are not kept */
    struct {
        uint32_t number;
        int64_t most_px; /* the largest repaint: all of the window */
    } windows[PP_WATCH_WINDOWS];
    size_t mark_count;
    pp_watch_mark marks[PP_WATCH_MARKS]; /* by their hashes; later ones are not kept */
    uint64_t dull[PP_WATCH_DULL];        /* hashes of labels that say nothing */
    size_t asked_count;
    pp_watch_asked asked[PP_WATCH_ASKED]; /* whose frame has not come yet, oldest first */
} pp_flag_watch;

/* Adds a finished frame, and what a probe knows of a paint in a later one. */
void pp_flag_watch_frame(pp_flag_watch *watch, const pp_frame *frame);
void pp_flag_watch_paint(pp_flag_watch *watch, const pp_paint_record *paint);

/* Adds a mark, of any zone: what came before it is a step. */
void pp_flag_watch_mark(pp_flag_watch *watch, const pp_mark_record *mark);

/* Applies every rule to what was seen. False without memory. */
bool pp_flag_watch_find(const pp_flag_watch *watch, pp_flag_list *out);

#endif
