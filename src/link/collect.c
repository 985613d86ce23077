/* link/collect.c: reads the spans of a recording, and the steps in each.
 *
 * A zone may become a span after some of its steps have ended: a server knows the trace only when
 * it has decoded the request. Therefore each thread remembers its last steps. */
#include "base/base.h"
#include "link/model.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

enum { RECENT = 128, DEPTH = 64, WAITS = 64, THREADS_MAX = 2048, TEXT_BYTES = 128 };
static const size_t SPANS_MAX = (size_t)1 << 18, POINTS_MAX = (size_t)1 << 20;

/* Times beyond are of no clock; so no sum or difference of some overflows. */
static const uint64_t NS_MAX = UINT64_C(1) << 60;

/* Something that ended: a zone or what came before a mark. Most of them belong to no span, so their
 * labels are not kept in the pool before they do. */
typedef struct recent_step {
    const char *zone_name; /* NULL: a mark, whose label is in text */
    char text[TEXT_BYTES];
    uint64_t start_ns, end_ns;
    uint64_t zone_start_ns; /* of the mark's zone */
    uint32_t depth;         /* of the zone */
} recent_step;

typedef struct open_span {
    size_t index;
    uint32_t depth;
    uint64_t start_ns;
    const pp_site_info *site;
} open_span;

/* Time in which the thread waited for another process. */
typedef struct wait {
    uint64_t from_ns, to_ns;
} wait;

typedef struct thread {
    uint32_t number; /* first: threads are found by it */
    uint32_t open_count;
    uint64_t recent_count, wait_count;
    open_span open[DEPTH];
    recent_step recent[RECENT]; /* the last ones, in a ring; so are waits */
    wait waits[WAITS];
} thread;

typedef struct collector {
    pp_link *link;
    uint32_t file;
    void *threads; /* a tree (tsearch) */
    size_t thread_count;
    thread *last;
    bool failed; /* memory ran out */
} collector;

pp_link_key pp_link_key_of(const uint8_t trace_id[16], const uint8_t span_id[8])
{
    pp_link_key key;
    memcpy(key.bytes, trace_id, 16);
    memcpy(key.bytes + 16, span_id, 8);
    return key;
}

static int compare_threads(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static void count_lost(collector *c)
{
    c->link->files[c->file].lost++;
}

static thread *add_thread(collector *c, uint32_t number)
{
    thread *t = c->thread_count < THREADS_MAX ? calloc(1, sizeof *t) : NULL;
    if (!t) {
        count_lost(c);
        return NULL;
    }
    t->number = number;
    if (!tsearch(t, &c->threads, compare_threads)) {
        free(t);
        c->failed = true;
        return NULL;
    }
    c->thread_count++;
    return t;
}

static thread *find_thread(collector *c, uint32_t number)
{
    if (c->last && c->last->number == number)
        return c->last;
    void *node = tfind(&number, &c->threads, compare_threads);
    thread *t = node ? *(thread **)node : add_thread(c, number);
    if (t)
        c->last = t;
    return t;
}

static const char *label_of(const collector *c, const char *text)
{
    return pp_pool_label(&c->link->pool, text, strlen(text));
}

/* ---- Steps ---------------------------------------------------------------------------------- */

/* How much of a step was waiting. */
static uint64_t waited(const thread *t, uint64_t start_ns, uint64_t end_ns)
{
    uint64_t sum_ns = 0;
    uint64_t oldest = t->wait_count > WAITS ? t->wait_count - WAITS : 0;
    for (uint64_t i = t->wait_count; i > oldest; i--) {
        const wait *w = &t->waits[(i - 1) % WAITS];
        if (w->to_ns <= start_ns)
            break;
        uint64_t from_ns = w->from_ns > start_ns ? w->from_ns : start_ns;
        uint64_t to_ns = w->to_ns < end_ns ? w->to_ns : end_ns;
        sum_ns += to_ns > from_ns ? to_ns - from_ns : 0;
    }
    return sum_ns;
}

static void add_to_span(collector *c, const thread *t, size_t span, const recent_step *step)
{
    uint64_t total_ns = step->end_ns - step->start_ns;
    uint64_t waited_ns = waited(t, step->start_ns, step->end_ns);
    uint64_t own_ns = total_ns > waited_ns ? total_ns - waited_ns : 0;
    bool is_mark = !step->zone_name;
    const char *label = label_of(c, is_mark ? step->text : step->zone_name);
    c->failed |= !pp_work_add(&c->link->spans[span].work, label, is_mark, total_ns, own_ns);
}

static bool belongs_to(const recent_step *step, const open_span *open)
{
    if (!step->zone_name)
        return step->depth == open->depth && step->zone_start_ns == open->start_ns;
    return step->depth == open->depth + 1 && step->start_ns >= open->start_ns;
}

static void take_step(collector *c, thread *t, const recent_step *step)
{
    const open_span *top = t->open_count > 0 ? &t->open[t->open_count - 1] : NULL;
    if (top && belongs_to(step, top))
        add_to_span(c, t, top->index, step);
    else
        t->recent[t->recent_count++ % RECENT] = *step;
}

/* The steps that had ended when a zone became a span. */
static void take_recent(collector *c, const thread *t, const open_span *open)
{
    uint64_t at = t->recent_count > RECENT ? t->recent_count - RECENT : 0;
    for (; at < t->recent_count; at++)
        if (belongs_to(&t->recent[at % RECENT], open))
            add_to_span(c, t, open->index, &t->recent[at % RECENT]);
}

/* ---- Spans ---------------------------------------------------------------------------------- */

static void begin_span(collector *c, const pp_trace_record *event)
{
    pp_link *link = c->link;
    thread *t = find_thread(c, event->thread);
    if (!t || event->zone_start_ns > NS_MAX)
        return;
    while (t->open_count > 0 && t->open[t->open_count - 1].depth >= event->depth)
        t->open_count--;
    if (t->open_count == DEPTH ||
        !pp_link_reserve(&link->spans, &link->span_capacity, link->span_count, sizeof *link->spans,
                         SPANS_MAX)) {
        count_lost(c);
        return;
    }
    const pp_span *span = &event->span;
    link->spans[link->span_count] = (pp_link_span){
        .key = pp_link_key_of(span->trace.trace_id, span->trace.span_id),
        .parent = pp_link_key_of(span->trace.trace_id, span->parent_id),
        .file = c->file,
        .thread = event->thread,
        .role = span->role,
        .start_ns = event->zone_start_ns,
        .work.name = label_of(c, event->site ? event->site->name : "?"),
    };
    open_span *open = &t->open[t->open_count++];
    *open = (open_span){link->span_count++, event->depth, event->zone_start_ns, event->site};
    link->files[c->file].spans++;
    take_recent(c, t, open);
}

/* When the client began and ceased to wait: as it noted, else all of the zone. */
static wait wait_of(const collector *c, const pp_link_span *span)
{
    const pp_link *link = c->link;
    wait w = {span->start_ns, span->end_ns};
    size_t oldest = link->point_count > WAITS ? link->point_count - WAITS : 0;
    for (size_t i = link->point_count; i > oldest; i--) {
        const pp_link_point *point = &link->points[i - 1];
        if (memcmp(&point->key, &span->key, sizeof point->key) != 0 || point->file != c->file)
            continue;
        if (point->point == PP_TRACE_REQUEST_SENT)
            w.from_ns = point->at_ns;
        else if (point->point == PP_TRACE_REPLY_RECEIVED)
            w.to_ns = point->at_ns;
    }
    return w;
}

static void end_span(collector *c, thread *t, const pp_zone_record *zone)
{
    pp_link_span *span = &c->link->spans[t->open[t->open_count - 1].index];
    t->open_count--;
    span->has_ended = true;
    span->end_ns = zone->end_ns;
    span->work.total_ns = zone->end_ns - zone->start_ns;
    if (span->role == PP_TRACE_CLIENT)
        t->waits[t->wait_count++ % WAITS] = wait_of(c, span);
}

static void take_zone(void *user, const pp_zone_record *zone)
{
    collector *c = user;
    thread *t = find_thread(c, zone->thread);
    if (!t || zone->end_ns > NS_MAX || zone->end_ns < zone->start_ns)
        return;
    while (t->open_count > 0 && t->open[t->open_count - 1].depth > zone->depth)
        t->open_count--;
    const open_span *top = t->open_count > 0 ? &t->open[t->open_count - 1] : NULL;
    if (top && top->depth == zone->depth && zone->span)
        end_span(c, t, zone);
    else if (top && top->depth == zone->depth)
        t->open_count--;
    take_step(c, t,
              &(recent_step){.zone_name = zone->site->name,
                             .start_ns = zone->start_ns,
                             .end_ns = zone->end_ns,
                             .depth = zone->depth});
}

static void take_mark(void *user, const pp_mark_record *mark)
{
    collector *c = user;
    thread *t = find_thread(c, mark->thread);
    if (!t || !mark->site || mark->at_ns > NS_MAX || mark->since_begin_ns > mark->at_ns ||
        mark->since_mark_ns > mark->at_ns)
        return;
    recent_step step = {.start_ns = mark->at_ns - mark->since_mark_ns,
                        .end_ns = mark->at_ns,
                        .zone_start_ns = mark->at_ns - mark->since_begin_ns,
                        .depth = mark->depth};
    pp_format(step.text, sizeof step.text, "%s", mark->label);
    take_step(c, t, &step);
}

/* ---- Moments and frames --------------------------------------------------------------------- */

static void take_point(collector *c, const pp_trace_record *event)
{
    pp_link *link = c->link;
    if (!pp_link_reserve(&link->points, &link->point_capacity, link->point_count,
                         sizeof *link->points, POINTS_MAX)) {
        count_lost(c);
        return;
    }
    link->points[link->point_count++] = (pp_link_point){
        .key = pp_link_key_of(event->span.trace.trace_id, event->span.trace.span_id),
        .file = c->file,
        .point = event->point,
        .at_ns = event->at_ns,
    };
}

static void take_shown(collector *c, const pp_trace_record *event)
{
    pp_link *link = c->link;
    if (!pp_link_reserve(&link->shown, &link->shown_capacity, link->shown_count,
                         sizeof *link->shown, POINTS_MAX)) {
        count_lost(c);
        return;
    }
    link->shown[link->shown_count++] = (pp_link_shown){
        .key = pp_link_key_of(event->span.trace.trace_id, event->span.trace.span_id),
        .file = c->file,
        .window = event->window,
        .thread = event->thread,
        .frame = event->frame,
        .start_ns = event->frame_start_ns,
        .end_ns = event->at_ns,
    };
}

static void take_event(void *user, const pp_trace_record *event)
{
    collector *c = user;
    if (event->at_ns > NS_MAX)
        return;
    if (event->event == PP_TRACE_EVENT_SPAN)
        begin_span(c, event);
    else if (event->event == PP_TRACE_EVENT_POINT)
        take_point(c, event);
    else
        take_shown(c, event);
}

/* ---- All ------------------------------------------------------------------------------------ */

static void note_origin(pp_link *link, uint32_t file, const pp_reader *reader)
{
    pp_link_file *f = &link->files[file];
    const char *program = pp_reader_note(reader, "process.executable");
    const char *host = pp_reader_note(reader, "host.name");
    f->program = label_of(&(collector){.link = link}, program ? program : "");
    f->host = label_of(&(collector){.link = link}, host ? host : "");
    pp_format(f->boot_id, sizeof f->boot_id, "%s", pp_reader_info(reader)->boot_id);
}

int pp_link_collect(pp_link *link, uint32_t file, pp_progress_fn progress, void *user)
{
    pp_reader *reader;
    int status = pp_reader_open(&reader, link->files[file].path);
    if (status != PP_OK)
        return status;
    collector c = {.link = link, .file = file};
    const pp_sink sink = {.struct_size = sizeof sink,
                          .user = &c,
                          .zone = take_zone,
                          .mark = take_mark,
                          .trace = take_event};
    note_origin(link, file, reader);
    status = pp_reader_run(reader, &sink, progress, user);
    link->files[file].lost += pp_reader_info(reader)->dropped;
    pp_reader_close(reader);
    tdestroy(c.threads, free);
    if (status == PP_OK && c.failed)
        status = pp_fail(PP_ENOMEM, "%s: out of memory for its traces", link->files[file].path);
    return status;
}
