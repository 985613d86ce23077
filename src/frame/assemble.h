/* frame/assemble.h: makes a pp_frame of what a thread charged to it. */
#ifndef PP_ASSEMBLE_H
#define PP_ASSEMBLE_H

#include "frame/track.h"

enum { PP_ASSEMBLER_WINDOWS = 256 };

/* What has to be known of a window between its frames. */
typedef struct pp_assembler_window {
    uint32_t number;
    bool has_started;
    bool counts_created, counts_painted; /* one was counted: 0 is measured from then on */
    uint64_t start_ns;                   /* of its last frame */
} pp_assembler_window;

typedef struct pp_assembler {
    uint64_t frame_number; /* of the last frame that was delivered */
    pp_painter *painters;
    uint32_t painter_capacity;
    uint32_t window_count;
    pp_assembler_window windows[PP_ASSEMBLER_WINDOWS]; /* last used first; older are forgotten */
} pp_assembler;

void pp_assembler_free(pp_assembler *assembler);

/* The payload of PP_EXT_FRAME_END. */
typedef struct pp_frame_end_record {
    uint64_t window_and_flags, painted_ticks, dirty_px;
    uint64_t phase_count; /* of the process at that time; 0: not recorded */
    uint64_t gpu_token;   /* its GPU time follows under it; 0: none does */
} pp_frame_end_record;

/* Ends the open frame that the record is about, if there is one: delivers it to the target or lets
 * it wait for its GPU time (waiting.h) or, if it was cancelled, leaves its time to the overlay
 * phase of the window's next frame. One that was left out is not told. */
void pp_assemble(pp_assembler *assembler, pp_track *track, const pp_frame_end_record *end);

/* Tells the target a frame that is complete: gives it its number and its class of jank. */
void pp_deliver(pp_assembler *assembler, pp_track *track, pp_frame *frame);

#endif
