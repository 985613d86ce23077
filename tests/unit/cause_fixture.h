/* unit/cause_fixture.h: a session on a clock that stands still, and what was noted beside times. */
#ifndef PP_UNIT_CAUSE_FIXTURE_H
#define PP_UNIT_CAUSE_FIXTURE_H

#include "frame_fixture.h"

#include <string.h>

enum { NOTED_MAX = 64, NOTED_CAUSES = 16 };

/* Copies; the texts in them live longer. */
typedef struct noted {
    pp_paint_record paints[NOTED_MAX];
    pp_cause_record causes[NOTED_MAX][NOTED_CAUSES];
    size_t paint_count;
    pp_unpainted_record unpainted[NOTED_MAX];
    size_t unpainted_count;
    pp_event_record events[NOTED_MAX];
    size_t event_count;
    uint64_t overhead_ns;
} noted;

static inline void note_paint(void *user, const pp_paint_record *paint)
{
    noted *n = (noted *)user;
    assert_true(n->paint_count < NOTED_MAX && paint->cause_count <= NOTED_CAUSES);
    n->paints[n->paint_count] = *paint;
    for (uint32_t i = 0; i < paint->cause_count; i++)
        n->causes[n->paint_count][i] = paint->causes[i];
    n->paints[n->paint_count].causes = n->causes[n->paint_count];
    n->paint_count++;
}

static inline void note_unpainted(void *user, const pp_unpainted_record *updates)
{
    noted *n = (noted *)user;
    assert_true(n->unpainted_count < NOTED_MAX);
    n->unpainted[n->unpainted_count++] = *updates;
}

static inline void note_event(void *user, const pp_event_record *event)
{
    noted *n = (noted *)user;
    assert_true(n->event_count < NOTED_MAX);
    n->events[n->event_count++] = *event;
}

static inline void note_overhead(void *user, uint32_t thread, uint64_t ns)
{
    (void)thread;
    ((noted *)user)->overhead_ns += ns;
}

static inline pp_sink noted_sink(noted *n)
{
    memset(n, 0, sizeof *n);
    return (pp_sink){.struct_size = sizeof(pp_sink),
                     .user = n,
                     .painted = note_paint,
                     .unpainted = note_unpainted,
                     .event = note_event,
                     .overhead = note_overhead};
}

static inline uint16_t text_id(const char *text)
{
    return pp_text_intern(text, strlen(text));
}

static inline pp_cause cause_of(const char *event, const char *receiver, const char *caller)
{
    return (pp_cause){text_id(event), text_id(receiver), text_id(caller)};
}

/* A paint of a site: its time, then what is noted of it; 0 and NULL: nothing. */
typedef struct one_paint {
    uint64_t us, pixels;
    uint32_t object, sampled, unchanged, covered;
    const pp_cause *cause;
    uint32_t asked;
} one_paint;

static inline void paint_once(pp_site *site, const one_paint *p)
{
    pp_zone zone = pp_zone_begin(site);
    if (p->object)
        pp_zone_object(&zone, p->object);
    if (p->cause)
        pp_zone_cause(&zone, *p->cause, p->asked ? p->asked : 1);
    advance_us(p->us);
    if (p->pixels)
        pp_zone_pixels(&zone, p->pixels);
    pp_zone_waste(&zone, p->sampled, p->unchanged, p->covered);
    pp_zone_end(&zone);
}

#endif
