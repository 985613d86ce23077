/* frame/jank.c: whether a frame was late, and what made it so. */
#include "frame/jank.h"

const char *pp_jank_name(pp_jank jank)
{
#define PP_JANK_NAME(name, text) text,
    static const char *const names[] = {PP_JANK_LIST(PP_JANK_NAME)};
#undef PP_JANK_NAME
    return (unsigned)jank < PP_JANK_COUNT ? names[jank] : "";
}

static uint64_t measured(int64_t value)
{
    return value > 0 ? (uint64_t)value : 0;
}

pp_jank pp_jank_of(const pp_frame *frame)
{
    uint64_t paint_ns = frame->work_ns + frame->phase_ns[PP_PHASE_OVERLAY];
    uint64_t flush_ns = measured(frame->flush_ns);
    if (paint_ns + flush_ns > frame->budget_ns)
        return flush_ns > paint_ns ? PP_JANK_FLUSH : PP_JANK_PAINT;
    if (measured(frame->gpu_ns) > frame->budget_ns)
        return PP_JANK_GPU;
    uint64_t asked_ns = measured(frame->asked_ns);
    if (asked_ns > 0 && frame->start_ns > asked_ns && frame->start_ns - asked_ns > frame->budget_ns)
        return PP_JANK_EVENT;
    return PP_JANK_NONE;
}
