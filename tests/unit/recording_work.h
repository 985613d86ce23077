/* unit/recording_work.h: something to record. */
#ifndef PP_UNIT_RECORDING_WORK_H
#define PP_UNIT_RECORDING_WORK_H

#include "recording_support.h"

static inline void start_with(uint64_t size_bytes)
{
    const pp_recording_opts opts = {.struct_size = sizeof opts, .size_bytes = size_bytes};
    if (pp_recording_start(file_path, &opts) != PP_OK)
        fail_msg("%s", pp_last_error());
}

static inline void stop(void)
{
    if (pp_recording_stop() != PP_OK)
        fail_msg("%s", pp_last_error());
}

static inline void record_zones(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        PP_ZONE(outer, "outer", PP_PHASE_REDRAW);
        pp_mark(&outer, "half");
        PP_ZONE(inner, "inner", PP_PHASE_BATCH);
        PP_END(inner);
        PP_END(outer);
    }
}

static inline void paint_frames(pp_window *window, int count)
{
    for (int i = 0; i < count; i++) {
        pp_frame_asked(window);
        PP_ZONE(slot, "slot", PP_PHASE_CREATE);
        PP_END(slot);
        pp_frame_begin(window);
        PP_ZONE(paint, "paint", PP_PHASE_REDRAW);
        pp_zone_pixels(&paint, 100);
        record_zones(20);
        PP_ZONE_IN(layout, "layout", "layout");
        PP_END(layout);
        PP_END(paint);
        pp_frame_painted(window, 64 * 64);
        pp_count_items_painted(3);
        pp_frame_end(window);
    }
}

#endif
