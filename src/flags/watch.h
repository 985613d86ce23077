/* flags/watch.h: gathers from frames the facts that rules ask for, in bounded memory. */
#ifndef PP_FLAGS_WATCH_H
#define PP_FLAGS_WATCH_H

#include "flags/flags.h"

#include <paintprof/frame.h>

enum { PP_WATCH_SITES = 512, PP_WATCH_WINDOWS = 32 };

typedef struct pp_watch_site {
    const pp_site_info *site; /* NULL: this place is free */
    pp_step_kind kind;
    bool builds_path;
    uint64_t items;         /* that its name speaks of */
    uint64_t ns, runs;      /* in the frame in which it took longest */
    uint64_t frames, total; /* of all frames */
} pp_watch_site;

/* Starts zeroed and needs no end. */
typedef struct pp_flag_watch {
    uint64_t frames, painted, work_ns;
    uint64_t whole, whole_small, small_px, whole_px, whole_small_ns;
    size_t site_count, window_count;
    pp_watch_site sites[PP_WATCH_SITES]; /* by a hash of their addresses; later ones are not kept */
    struct {
        uint32_t number;
        int64_t most_px; /* the largest repaint: all of the window */
    } windows[PP_WATCH_WINDOWS];
} pp_flag_watch;

/* Adds a finished frame. changed_px: what the program asked to repaint, in device pixels;
 * PP_NOT_MEASURED: unknown. */
void pp_flag_watch_frame(pp_flag_watch *watch, const pp_frame *frame, int64_t changed_px);

/* Applies every rule to what was seen. False without memory. */
bool pp_flag_watch_find(const pp_flag_watch *watch, pp_flag_list *out);

#endif
