/* unit/overlay_frames.h: an overlay fed with made-up frames through its sink, at a made-up time. */
#ifndef PP_UNIT_OVERLAY_FRAMES_H
#define PP_UNIT_OVERLAY_FRAMES_H

#include "support.h"
#include <paintprof/overlay.h>

enum { MS = 1000000 /* ns */ };

typedef struct overlay_fixture {
    pp_overlay *overlay;
    pp_sink sink;
    uint64_t now_ns;
    uint64_t frames;
    uint64_t budget_ns;
    uint64_t period_ns; /* frame start to frame start, at least */
} overlay_fixture;

static inline void fixture_open(overlay_fixture *fixture, pp_overlay_page page)
{
    unsetenv("PAINTPROF_OVERLAY");
    memset(fixture, 0, sizeof *fixture);
    assert_int_equal(pp_overlay_create(&fixture->overlay, 1), 0);
    fixture->sink = pp_overlay_sink(fixture->overlay);
    fixture->now_ns = UINT64_C(1000000000000);
    fixture->budget_ns = UINT64_C(1000000000) / 60;
    fixture->period_ns = fixture->budget_ns;
    pp_overlay_set_page(fixture->overlay, page);
}

static inline void fixture_close(overlay_fixture *fixture)
{
    pp_overlay_destroy(fixture->overlay);
}

/* A frame of window 1 that only redraws, for work_ms, beginning now. */
static inline pp_frame plain_frame(overlay_fixture *fixture, double work_ms)
{
    pp_frame frame = {.window = 1, .phase_count = PP_PHASE_USER, .gpu_ns = PP_NOT_MEASURED};
    frame.number = ++fixture->frames;
    frame.start_ns = fixture->now_ns;
    frame.asked_ns = PP_NOT_MEASURED;
    frame.interval_ns = PP_NOT_MEASURED;
    frame.items_created = frame.items_painted = PP_NOT_MEASURED;
    frame.budget_ns = fixture->budget_ns;
    frame.phase_ns[PP_PHASE_REDRAW] = (uint64_t)(work_ms * MS + 0.5);
    return frame;
}

/* Sums the frame's work up, delivers it and lets its time pass. */
static inline void deliver(overlay_fixture *fixture, pp_frame *frame)
{
    frame->work_ns = 0;
    for (unsigned phase = 0; phase < frame->phase_count; phase++)
        frame->work_ns += phase == PP_PHASE_OVERLAY ? 0 : frame->phase_ns[phase];
    uint64_t total_ns = frame->work_ns + frame->phase_ns[PP_PHASE_OVERLAY];
    total_ns += frame->flush_ns > 0 ? (uint64_t)frame->flush_ns : 0;
    if (frame->jank == PP_JANK_NONE && total_ns > frame->budget_ns)
        frame->jank = PP_JANK_PAINT;
    frame->end_ns = frame->start_ns + total_ns;
    fixture->sink.frame(fixture->sink.user, frame);
    fixture->now_ns += total_ns > fixture->period_ns ? total_ns : fixture->period_ns;
}

static inline void feed(overlay_fixture *fixture, double work_ms)
{
    pp_frame frame = plain_frame(fixture, work_ms);
    deliver(fixture, &frame);
}

static const pp_site_info curve_site = {"Curve.paint()", "curve.c", 10, PP_PHASE_REDRAW};
static const pp_site_info gaps_site = {"GapBatch.paint()", "gaps.c", 20, PP_PHASE_BATCH};
static const pp_site_info item_site = {
    "GapItem::paint(QPainter *, const QStyleOptionGraphicsItem *)", "item.c", 30, PP_PHASE_CREATE};
static const pp_site_info foreign_site = {"Größenänderung", "size.c", 40, PP_PHASE_OTHER};

/* A frame with something in all phases, different from its neighbours but the same in each run. */
static inline void feed_varied(overlay_fixture *fixture)
{
    uint64_t i = fixture->frames;
    pp_frame frame = plain_frame(fixture, 2.0 + (double)(i % 7) * 0.25 + (i % 50 == 40 ? 20 : 0));
    frame.phase_ns[PP_PHASE_CREATE] = i % 20 < 4 ? 3 * MS : 0;
    frame.phase_ns[PP_PHASE_BATCH] = 1234567;
    frame.phase_ns[PP_PHASE_OTHER] = 345678 + i % 3 * 1000;
    frame.phase_ns[PP_PHASE_OVERLAY] = 81000;
    frame.flush_ns = 700000 + (int64_t)(i % 5) * 10000;
    const pp_painter painters[] = {
        {&curve_site, frame.phase_ns[PP_PHASE_REDRAW], 5 * MS, 921600, 1},
        {&gaps_site, 1234567, 1234567, 40000, 1},
        {&item_site, 300000, 300000, 123, 1109},
        {&foreign_site, 4000, 4000, 0, 2},
    };
    frame.painters = painters;
    frame.painter_count = sizeof painters / sizeof *painters;
    deliver(fixture, &frame);
}

#endif
