/* sink/overlay_data.c: the frames an overlay remembers. */
#include "sink/overlay_data.h"
#include "base/base.h"
#include <stdlib.h>
#include <string.h>

/* A pause of so many budgets is idleness: Qt paints on demand. */
enum { IDLE_BUDGETS = 8 };

static const uint64_t default_budget_ns = 1000000000 / 60;

int pp_overlay_history_init(pp_overlay_history *history)
{
    memset(history, 0, sizeof *history);
    history->entries = calloc(PP_OVERLAY_FRAMES, sizeof *history->entries);
    if (history->entries == NULL)
        return pp_fail(PP_ENOMEM, "overlay: no memory for %d frames", PP_OVERLAY_FRAMES);
    return 0;
}

void pp_overlay_history_release(pp_overlay_history *history)
{
    free(history->entries);
    history->entries = NULL;
}

void pp_overlay_history_clear(pp_overlay_history *history)
{
    history->total = 0;
    history->last_end_ns = 0;
    history->cut = false;
}

static bool follows_idleness(const pp_overlay_history *history, const pp_overlay_entry *entry)
{
    if (history->total == 0)
        return false;
    const pp_frame *frame = &entry->frame;
    return history->cut || frame->start_ns > history->last_end_ns + IDLE_BUDGETS * frame->budget_ns;
}

void pp_overlay_history_add(pp_overlay_history *history, const pp_frame *frame)
{
    pp_overlay_entry *entry = &history->entries[history->total % PP_OVERLAY_FRAMES];
    entry->frame = *frame;
    entry->frame.painters = NULL;
    if (entry->frame.budget_ns == 0)
        entry->frame.budget_ns = default_budget_ns;
    if (entry->frame.phase_count > PP_PHASE_MAX)
        entry->frame.phase_count = PP_PHASE_MAX;
    entry->after_idle = follows_idleness(history, entry);
    entry->painter_count =
        frame->painter_count < PP_OVERLAY_PAINTERS ? frame->painter_count : PP_OVERLAY_PAINTERS;
    if (entry->painter_count > 0)
        memcpy(entry->painters, frame->painters, entry->painter_count * sizeof *frame->painters);
    if (frame->end_ns > history->last_end_ns)
        history->last_end_ns = frame->end_ns;
    history->cut = false;
    history->total++;
}

uint32_t pp_overlay_history_count(const pp_overlay_history *history)
{
    return history->total < PP_OVERLAY_FRAMES ? (uint32_t)history->total : PP_OVERLAY_FRAMES;
}

const pp_overlay_entry *pp_overlay_history_at(const pp_overlay_history *history, uint64_t index)
{
    return &history->entries[index % PP_OVERLAY_FRAMES];
}

uint64_t pp_overlay_frame_total_ns(const pp_frame *frame)
{
    uint64_t flush_ns = frame->flush_ns > 0 ? (uint64_t)frame->flush_ns : 0;
    return frame->work_ns + frame->phase_ns[PP_PHASE_OVERLAY] + flush_ns;
}
