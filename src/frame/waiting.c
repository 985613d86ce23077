/* frame/waiting.c: frames of one thread that have ended and wait for their GPU time. */
#include "frame/waiting.h"

#include "capture/record.h"
#include "frame/jank.h"

#include <stdlib.h>
#include <string.h>

typedef struct waiting_frame {
    pp_frame frame;
    pp_painter *painters; /* its own; kept for the next frame that comes here */
    uint32_t painter_capacity;
    uint32_t further; /* frames of its window that have ended since */
    uint64_t token;   /* 0: it does not wait any more */
} waiting_frame;

/* A ring. */
struct pp_waiting {
    uint32_t first, count;
    waiting_frame frames[PP_WAITING_MAX];
};

void pp_waiting_free(pp_waiting *waiting)
{
    for (size_t i = 0; waiting && i < PP_WAITING_MAX; i++)
        free(waiting->frames[i].painters);
    free(waiting);
}

size_t pp_waiting_bytes(const pp_waiting *waiting)
{
    size_t bytes = waiting ? sizeof *waiting : 0;
    for (size_t i = 0; waiting && i < PP_WAITING_MAX; i++)
        bytes += waiting->frames[i].painter_capacity * sizeof(pp_painter);
    return bytes;
}

static waiting_frame *frame_at(pp_waiting *waiting, uint32_t index)
{
    return &waiting->frames[(waiting->first + index) % PP_WAITING_MAX];
}

/* ---- Out ------------------------------------------------------------------------------------ */

static void deliver_ready(pp_assembler *assembler, pp_track *track)
{
    pp_waiting *waiting = track->waiting;
    while (waiting->count > 0 && frame_at(waiting, 0)->token == 0) {
        pp_deliver(assembler, track, &frame_at(waiting, 0)->frame);
        waiting->first = (waiting->first + 1) % PP_WAITING_MAX;
        waiting->count--;
    }
}

void pp_waiting_give_up(pp_assembler *assembler, pp_track *track)
{
    if (!track->waiting)
        return;
    for (uint32_t i = 0; i < track->waiting->count; i++)
        frame_at(track->waiting, i)->token = 0;
    deliver_ready(assembler, track);
}

uint64_t pp_waiting_visit(const pp_track *track, uint64_t number,
                          void (*visit)(void *user, const pp_frame *frame), void *user)
{
    for (uint32_t i = 0; track->waiting && i < track->waiting->count; i++) {
        pp_frame frame = frame_at(track->waiting, i)->frame;
        frame.number = ++number;
        frame.jank = pp_jank_of(&frame);
        visit(user, &frame);
    }
    return number;
}

/* ---- In ------------------------------------------------------------------------------------- */

/* One more frame of the window has ended. */
static void count_further(pp_waiting *waiting, uint32_t window)
{
    for (uint32_t i = 0; i < waiting->count; i++) {
        waiting_frame *w = frame_at(waiting, i);
        if (w->frame.window == window && ++w->further >= PP_WAITING_FURTHER)
            w->token = 0;
    }
}

static bool copy_painters(waiting_frame *w)
{
    uint32_t count = w->frame.painter_count;
    if (count > w->painter_capacity) {
        pp_painter *painters = realloc(w->painters, (size_t)count * 2 * sizeof *painters);
        if (!painters)
            return false;
        w->painters = painters;
        w->painter_capacity = count * 2;
    }
    if (count > 0)
        memcpy(w->painters, w->frame.painters, count * sizeof *w->painters);
    w->frame.painters = w->painters;
    return true;
}

static bool keep(pp_waiting *waiting, const pp_frame *frame, uint64_t token)
{
    waiting_frame *w = frame_at(waiting, waiting->count);
    w->frame = *frame;
    w->further = 0;
    w->token = token;
    if (!copy_painters(w))
        return false;
    waiting->count++;
    return true;
}

void pp_waiting_add(pp_assembler *assembler, pp_track *track, const pp_frame *frame, uint64_t token)
{
    if (!track->waiting)
        track->waiting = calloc(1, sizeof *track->waiting);
    pp_waiting *waiting = track->waiting;
    pp_frame now = *frame;
    if (!waiting) {
        pp_deliver(assembler, track, &now);
        return;
    }
    count_further(waiting, frame->window);
    if (waiting->count == PP_WAITING_MAX)
        frame_at(waiting, 0)->token = 0;
    deliver_ready(assembler, track);
    if ((token || waiting->count > 0) && keep(waiting, frame, token))
        return;
    pp_waiting_give_up(assembler, track); /* without memory: nothing may overtake them */
    pp_deliver(assembler, track, &now);
}

void pp_waiting_take(pp_assembler *assembler, pp_track *track, uint32_t window, uint64_t token,
                     uint64_t gpu_ns)
{
    if (!track->waiting)
        return;
    for (uint32_t i = 0; i < track->waiting->count; i++) {
        waiting_frame *w = frame_at(track->waiting, i);
        if (w->frame.window != window || w->token == 0 || (token != 0 && w->token != token))
            continue;
        if (token != 0 && gpu_ns <= INT64_MAX)
            w->frame.gpu_ns = (int64_t)gpu_ns;
        w->token = 0;
    }
    deliver_ready(assembler, track);
}

bool pp_waiting_has(const pp_track *track, uint32_t window, uint64_t token)
{
    for (uint32_t i = 0; track->waiting && i < track->waiting->count; i++) {
        const waiting_frame *w = frame_at(track->waiting, i);
        if (w->frame.window == window && w->token == token && token != 0)
            return true;
    }
    return false;
}
