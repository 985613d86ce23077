/* unit/frame_fixture.h: a session on a clock that stands still, and the frames it delivered. */
#ifndef PP_UNIT_FRAME_FIXTURE_H
#define PP_UNIT_FRAME_FIXTURE_H

#include "support.h"

enum { FIXTURE_FRAMES = 64, FIXTURE_PAINTERS = 16, FIXTURE_EVENTS = 64 };

/* What a sink received, copied. */
typedef struct received {
    pp_frame frames[FIXTURE_FRAMES];
    pp_painter painters[FIXTURE_FRAMES][FIXTURE_PAINTERS];
    size_t frame_count;
    pp_zone_record zones[FIXTURE_EVENTS];
    size_t zone_count;
    pp_mark_record marks[FIXTURE_EVENTS];
    char labels[FIXTURE_EVENTS][64];
    size_t mark_count;
} received;

static received got;
static pp_session *session;
static pp_window *window;

static inline void receive_frame(void *user, const pp_frame *frame)
{
    received *r = user;
    if (r->frame_count == FIXTURE_FRAMES)
        return;
    pp_frame *copy = &r->frames[r->frame_count];
    pp_painter *painters = r->painters[r->frame_count++];
    *copy = *frame;
    for (uint32_t i = 0; i < frame->painter_count && i < FIXTURE_PAINTERS; i++)
        painters[i] = frame->painters[i];
    copy->painters = painters;
}

static inline void receive_zone(void *user, const pp_zone_record *zone)
{
    received *r = user;
    if (r->zone_count < FIXTURE_EVENTS)
        r->zones[r->zone_count++] = *zone;
}

static inline void receive_mark(void *user, const pp_mark_record *mark)
{
    received *r = user;
    if (r->mark_count == FIXTURE_EVENTS)
        return;
    snprintf(r->labels[r->mark_count], sizeof r->labels[0], "%s", mark->label);
    r->marks[r->mark_count] = *mark;
    r->marks[r->mark_count].label = r->labels[r->mark_count];
    r->mark_count++;
}

static inline pp_window *create_window(const char *title, bool counts_items)
{
    pp_window *created = NULL;
    const pp_window_opts opts = {.struct_size = sizeof opts,
                                 .title = title,
                                 .renderer = "raster",
                                 .refresh_hz = 100,
                                 .counts_items = counts_items};
    assert_int_equal(pp_window_create(&created, &opts), PP_OK);
    return created;
}

/* The frames of the last test must not leak into the next: everything is made anew. */
static inline int start_fixture(void **state)
{
    (void)state;
    memset(&got, 0, sizeof got);
    fake_now_ns = 1000000000;
    if (pp_clock_override(fake_clock, NULL) != PP_OK || pp_session_start(&session, NULL) != PP_OK)
        return -1;
    const pp_sink sink = {.struct_size = sizeof sink,
                          .user = &got,
                          .frame = receive_frame,
                          .zone = receive_zone,
                          .mark = receive_mark};
    pg_set_profile_enabled(true);
    window = create_window("main", false);
    return pp_session_add_sink(session, &sink) > 0 ? 0 : -1;
}

static inline int stop_fixture(void **state)
{
    (void)state;
    pp_window_focus(NULL);
    pp_session_stop(session);
    pp_window_destroy(window);
    pg_set_profile_enabled(false);
    return pp_clock_override(NULL, NULL);
}

/* A frame of nothing but that much work outside zones. */
static inline void plain_frame(pp_window *of, uint64_t us)
{
    pp_frame_begin(of);
    advance_us(us);
    pp_frame_end(of);
}

static inline const pp_painter *painter_of(const pp_frame *frame, const char *name)
{
    for (uint32_t i = 0; i < frame->painter_count; i++)
        if (strcmp(frame->painters[i].site->name, name) == 0)
            return &frame->painters[i];
    return NULL;
}

#define FRAME_TEST(name) cmocka_unit_test_setup_teardown(name, start_fixture, stop_fixture)
#define US UINT64_C(1000)

#endif
