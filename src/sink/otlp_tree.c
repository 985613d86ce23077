/* sink/otlp_tree.c: makes trees of zones from zones that are told when they end.
 *
 * A thread's zones wait on a stack of those whose surrounding zone has not ended. A zone that ends
 * takes what is deeper as its children; a frame takes what lies in its time. */
#include "sink/otlp_tree.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_MAX = 2048, MARKS_MAX = 4096, WINDOWS_MAX = 64 };

static const uint64_t DEFAULT_SLOW_NS = 16666667;

typedef struct thread {
    uint32_t number; /* first: threads are found by it */
    bool has_frames;
    uint32_t mark_count;
    uint64_t left_out;   /* since the last tree */
    pp_otlp_node *top;   /* zones that wait, the last one first */
    pp_otlp_mark *marks; /* of zones that have not ended, the last one first */
} thread;

/* Which thread a window's frames come from: frames are told without it. */
typedef struct window_thread {
    uint32_t window;
    thread *thread;
} window_thread;

struct pp_otlp_trees {
    pp_otlp_tree_opts opts;
    void *threads; /* a tree (tsearch) */
    uint32_t thread_count, window_count;
    thread *last; /* whose zone was told last */
    const pp_site_info *last_site;
    bool has_frames;
    window_thread windows[WINDOWS_MAX];
    uint32_t node_count; /* that wait */
    uint64_t lost, budget_ns;
    pp_otlp_tree *shown; /* the last frame, to which traces that it shows may be told yet */
    pp_otlp_requests requests;
};

uint64_t pp_otlp_trees_slow_ns(const pp_otlp_trees *trees)
{
    return trees->opts.slow_ns != 0 ? trees->opts.slow_ns : trees->budget_ns;
}

uint64_t pp_otlp_trees_lost(const pp_otlp_trees *trees)
{
    return trees->lost;
}

/* ---- Memory --------------------------------------------------------------------------------- */

static void free_marks(pp_otlp_mark *marks)
{
    while (marks) {
        pp_otlp_mark *next = marks->next;
        free(marks);
        marks = next;
    }
}

static void free_node(pp_otlp_node *node)
{
    free_marks(node->marks);
    free(node);
}

/* Children are put before their siblings, so that no recursion is needed; how many there were. */
static uint32_t free_nodes(pp_otlp_node *node)
{
    uint32_t count = 0;
    while (node) {
        pp_otlp_node *next = node->next;
        if (node->child) {
            pp_otlp_node *last = node->child;
            while (last->next)
                last = last->next;
            last->next = next;
            next = node->child;
        }
        free_node(node);
        node = next;
        count++;
    }
    return count;
}

void pp_otlp_tree_free(pp_otlp_tree *tree)
{
    if (!tree)
        return;
    free_nodes(tree->nodes);
    free(tree);
}

static void free_thread(void *node)
{
    thread *t = node;
    free_nodes(t->top);
    free_marks(t->marks);
    free(t);
}

pp_otlp_trees *pp_otlp_trees_create(const pp_otlp_tree_opts *opts)
{
    pp_otlp_trees *trees = calloc(1, sizeof *trees);
    if (!trees)
        return NULL;
    trees->opts = *opts;
    trees->budget_ns = DEFAULT_SLOW_NS;
    return trees;
}

void pp_otlp_trees_destroy(pp_otlp_trees *trees)
{
    if (!trees)
        return;
    tdestroy(trees->threads, free_thread);
    pp_otlp_tree_free(trees->shown);
    free(trees);
}

static int compare_threads(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static thread *find_thread(pp_otlp_trees *trees, uint32_t number)
{
    if (trees->last && trees->last->number == number)
        return trees->last;
    void *node = tfind(&number, &trees->threads, compare_threads);
    if (node)
        return *(thread **)node;
    thread *t = trees->thread_count < THREADS_MAX ? calloc(1, sizeof *t) : NULL;
    if (!t)
        return NULL;
    t->number = number;
    if (!tsearch(t, &trees->threads, compare_threads)) {
        free(t);
        return NULL;
    }
    trees->thread_count++;
    return t;
}

/* ---- What is wanted ------------------------------------------------------------------------- */

bool pp_otlp_node_is_wanted(const pp_otlp_node *node, bool all_zones, uint64_t slow_ns)
{
    return all_zones || node->is_span || node->end_ns - node->start_ns > slow_ns;
}

/* Takes unwanted zones out of a list and all below it; the children of such stay, in its place.
 * How many were taken out. */
static uint32_t prune(pp_otlp_node **link, bool all_zones, uint64_t slow_ns)
{
    uint32_t removed = 0;
    while (*link) {
        pp_otlp_node *node = *link;
        removed += prune(&node->child, all_zones, slow_ns); /* as deep as zones nest */
        if (pp_otlp_node_is_wanted(node, all_zones, slow_ns)) {
            link = &node->next;
            continue;
        }
        *link = node->child;
        while (*link) /* they have been looked at */
            link = &(*link)->next;
        *link = node->next;
        free_node(node);
        removed++;
    }
    return removed;
}

/* ---- Delivery ------------------------------------------------------------------------------- */

/* The frame before the present event: no more traces will be told for it. */
static void deliver_shown(pp_otlp_trees *trees)
{
    pp_otlp_tree *tree = trees->shown;
    trees->shown = NULL;
    if (tree)
        trees->opts.deliver(trees->opts.user, tree);
}

static uint32_t count_nodes(const pp_otlp_node *node)
{
    uint32_t count = 0;
    for (; node; node = node->next)
        count += 1 + count_nodes(node->child);
    return count;
}

/* A tree of these nodes, which wait no longer; NULL when nothing of them is wanted. */
static pp_otlp_tree *make_tree(pp_otlp_trees *trees, thread *t, pp_otlp_node *nodes, bool keeps_all)
{
    uint32_t before = count_nodes(nodes);
    trees->node_count -= before;
    uint32_t removed =
        keeps_all ? 0 : prune(&nodes, trees->opts.all_zones, pp_otlp_trees_slow_ns(trees));
    pp_otlp_tree *tree = calloc(1, sizeof *tree);
    if (!tree) {
        trees->lost += free_nodes(nodes);
        return NULL;
    }
    tree->nodes = nodes;
    tree->node_count = before - removed;
    tree->left_out = t ? t->left_out : 0;
    if (t)
        t->left_out = 0;
    return tree;
}

/* Delivers one zone that lies in no frame, with what is in it. */
static void deliver_alone(pp_otlp_trees *trees, thread *t, pp_otlp_node *node)
{
    bool is_cut = node->depth > 0;
    node->next = NULL;
    pp_otlp_tree *tree = make_tree(trees, t, node, false);
    if (tree && tree->node_count > 0) {
        tree->is_cut = is_cut;
        trees->opts.deliver(trees->opts.user, tree);
    } else {
        pp_otlp_tree_free(tree);
    }
}

/* Delivers what waits on a thread, or only what nothing surrounds. Oldest first. */
static void deliver_waiting(pp_otlp_trees *trees, thread *t, bool only_outermost)
{
    pp_otlp_node *oldest = NULL, *kept = NULL, **end = &kept;
    while (t->top) {
        pp_otlp_node *node = t->top;
        t->top = node->next;
        if (only_outermost && node->depth > 0) {
            *end = node;
            end = &node->next;
        } else {
            node->next = oldest;
            oldest = node;
        }
    }
    *end = NULL;
    t->top = kept;
    while (oldest) {
        pp_otlp_node *node = oldest;
        oldest = node->next;
        deliver_alone(trees, t, node);
    }
}

static void flush_thread(const void *node, VISIT order, void *user)
{
    if (order == postorder || order == leaf)
        deliver_waiting(user, *(thread *const *)node, false);
}

void pp_otlp_trees_flush(pp_otlp_trees *trees)
{
    deliver_shown(trees);
    twalk_r(trees->threads, flush_thread, trees);
}

/* ---- Zones and marks ------------------------------------------------------------------------ */

/* The marks of a zone that ends, first one first; those of zones inside it are forgotten. */
static pp_otlp_mark *take_marks(thread *t, const pp_zone_record *zone)
{
    pp_otlp_mark *taken = NULL;
    while (t->marks && t->marks->depth >= zone->depth) {
        pp_otlp_mark *mark = t->marks;
        t->marks = mark->next;
        t->mark_count--;
        if (mark->depth == zone->depth && mark->zone_start_ns == zone->start_ns) {
            mark->next = taken;
            taken = mark;
        } else {
            free(mark);
        }
    }
    return taken;
}

/* What is deeper on the stack, and not older, is inside. */
static pp_otlp_node *take_children(thread *t, const pp_zone_record *zone)
{
    pp_otlp_node *children = NULL;
    while (t->top && t->top->depth > zone->depth && t->top->start_ns >= zone->start_ns) {
        pp_otlp_node *node = t->top;
        t->top = node->next;
        node->next = children;
        children = node;
    }
    return children;
}

/* Whether a zone is let go because too many wait. Its children stay: the zone around it takes them.
 */
static bool must_go(pp_otlp_trees *trees, thread *t, const pp_zone_record *zone)
{
    if (trees->node_count < trees->opts.nodes_max)
        return false;
    bool is_quick = zone->end_ns - zone->start_ns <= pp_otlp_trees_slow_ns(trees);
    if (!trees->opts.all_zones && !zone->span && is_quick) {
        t->left_out++;
        return true;
    }
    deliver_waiting(trees, t, false);
    if (trees->node_count >= trees->opts.nodes_max)
        pp_otlp_trees_flush(trees);
    return false;
}

/* ---- Requests ------------------------------------------------------------------------------- */

/* Puts a message among the marks of its zone, by time. False without memory. */
static bool add_message(pp_otlp_node *node, const char *direction, uint64_t at_ns)
{
    if (at_ns == 0)
        return true;
    size_t size = strlen(direction) + 1;
    pp_otlp_mark *message = malloc(sizeof *message + size), **place = &node->marks;
    if (!message)
        return false;
    while (*place && (*place)->at_ns <= at_ns)
        place = &(*place)->next;
    *message = (pp_otlp_mark){.next = *place, .is_message = true, .at_ns = at_ns};
    memcpy(message->label, direction, size);
    *place = message;
    return true;
}

/* What the span of a client noted of its request. */
static void take_messages(pp_otlp_trees *trees, pp_otlp_node *node)
{
    const pp_otlp_request *request = pp_otlp_requests_of(&trees->requests, &node->span.trace);
    if (request && (!add_message(node, "SENT", request->at_ns[PP_TRACE_REQUEST_SENT]) ||
                    !add_message(node, "RECEIVED", request->at_ns[PP_TRACE_REPLY_RECEIVED])))
        trees->lost++;
}

/* A span beside that of the handling: both are children of the one that asked. */
static pp_otlp_node *make_wait(const pp_otlp_wait *wait)
{
    pp_otlp_node *node = malloc(sizeof *node);
    if (!node)
        return NULL;
    *node = (pp_otlp_node){.site = wait->site,
                           .thread = wait->thread,
                           .start_ns = wait->from_ns,
                           .end_ns = wait->to_ns,
                           .self_ns = wait->to_ns - wait->from_ns,
                           .is_span = true,
                           .wait = wait->kind,
                           .span = {.trace = wait->asked, .role = PP_TRACE_INTERNAL}};
    memcpy(node->span.parent_id, wait->asked.span_id, sizeof node->span.parent_id);
    return node;
}

/* Delivers what is known now of a request's waits. */
static void deliver_waits(pp_otlp_trees *trees, pp_otlp_request *request)
{
    pp_otlp_wait wait;
    while (request && pp_otlp_next_wait(request, &wait)) {
        pp_otlp_node *node = make_wait(&wait);
        if (node) {
            trees->node_count++;
            deliver_alone(trees, NULL, node);
        } else {
            trees->lost++;
        }
    }
}

static pp_otlp_node *make_node(thread *t, const pp_zone_record *zone)
{
    pp_otlp_node *node = malloc(sizeof *node);
    if (!node)
        return NULL;
    *node = (pp_otlp_node){.site = zone->site,
                           .thread = zone->thread,
                           .depth = zone->depth,
                           .start_ns = zone->start_ns,
                           .end_ns = zone->end_ns,
                           .self_ns = zone->self_ns,
                           .is_span = zone->span != NULL};
    if (zone->span)
        node->span = *zone->span;
    node->marks = take_marks(t, zone);
    node->child = take_children(t, zone);
    return node;
}

void pp_otlp_trees_zone(pp_otlp_trees *trees, const pp_zone_record *zone)
{
    deliver_shown(trees);
    thread *t = find_thread(trees, zone->thread);
    if (!t || zone->end_ns < zone->start_ns || !zone->site) {
        trees->lost++;
        return;
    }
    trees->last = t;
    trees->last_site = zone->site;
    if (must_go(trees, t, zone)) {
        free_marks(take_marks(t, zone));
        return;
    }
    pp_otlp_node *node = make_node(t, zone);
    if (!node) {
        trees->lost++;
        return;
    }
    trees->node_count++;
    node->next = t->top;
    t->top = node;
    if (zone->span) {
        take_messages(trees, node);
        deliver_waits(trees, pp_otlp_requests_handled(&trees->requests, zone));
    }
    /* A thread without frames, in a program that has some: no frame will take it. */
    if (zone->depth == 0 && trees->has_frames && !t->has_frames)
        deliver_waiting(trees, t, true);
}

void pp_otlp_trees_mark(pp_otlp_trees *trees, const pp_mark_record *mark)
{
    deliver_shown(trees);
    if (!mark->site || mark->since_begin_ns > mark->at_ns)
        return;
    thread *t = find_thread(trees, mark->thread);
    size_t size = strlen(mark->label) + 1;
    pp_otlp_mark *copy = t && t->mark_count < MARKS_MAX ? malloc(sizeof *copy + size) : NULL;
    if (!copy) {
        trees->lost++;
        return;
    }
    *copy = (pp_otlp_mark){.next = t->marks,
                           .at_ns = mark->at_ns,
                           .since_mark_ns = mark->since_mark_ns,
                           .zone_start_ns = mark->at_ns - mark->since_begin_ns,
                           .depth = mark->depth};
    memcpy(copy->label, mark->label, size);
    t->marks = copy;
    t->mark_count++;
}

/* ---- Frames --------------------------------------------------------------------------------- */

static bool is_painter(const pp_frame *frame, const pp_site_info *site)
{
    for (uint32_t i = 0; i < frame->painter_count; i++)
        if (frame->painters[i].site == site)
            return true;
    return false;
}

static void learn_thread(pp_otlp_trees *trees, uint32_t window, thread *t)
{
    uint32_t i = 0;
    while (i < trees->window_count && trees->windows[i].window != window)
        i++;
    if (i == WINDOWS_MAX)
        i = window % WINDOWS_MAX;
    else if (i == trees->window_count)
        trees->window_count++;
    trees->windows[i] = (window_thread){window, t};
    t->has_frames = true;
}

/* A frame is told on its own thread, behind the zones in it: the last zone tells which thread that
 * is if the frame knows its site. Else the window's frames before this one do. */
static thread *thread_of(pp_otlp_trees *trees, const pp_frame *frame)
{
    if (trees->last && is_painter(frame, trees->last_site))
        learn_thread(trees, frame->window, trees->last);
    for (uint32_t i = 0; i < trees->window_count; i++)
        if (trees->windows[i].window == frame->window)
            return trees->windows[i].thread;
    return NULL;
}

static pp_otlp_node *take_frame(thread *t, const pp_frame *frame)
{
    pp_otlp_node *nodes = NULL;
    while (t && t->top && t->top->start_ns >= frame->start_ns) {
        pp_otlp_node *node = t->top;
        t->top = node->next;
        node->next = nodes;
        nodes = node;
    }
    return nodes;
}

static bool is_slow(const pp_otlp_trees *trees, const pp_frame *frame)
{
    uint64_t flush_ns = frame->flush_ns > 0 ? (uint64_t)frame->flush_ns : 0;
    uint64_t spent_ns = frame->work_ns + frame->phase_ns[PP_PHASE_OVERLAY] + flush_ns;
    return spent_ns > pp_otlp_trees_slow_ns(trees);
}

void pp_otlp_trees_frame(pp_otlp_trees *trees, const pp_frame *frame)
{
    deliver_shown(trees);
    trees->has_frames = true;
    if (frame->budget_ns > 0)
        trees->budget_ns = frame->budget_ns;
    bool slow = is_slow(trees, frame);
    thread *t = thread_of(trees, frame);
    pp_otlp_node *nodes = take_frame(t, frame);
    if (t)
        deliver_waiting(trees, t, true); /* what came before the frame */
    pp_otlp_tree *tree = make_tree(trees, t, nodes, slow);
    if (!tree)
        return;
    if (trees->opts.slow_frames && !slow && tree->node_count == 0) {
        pp_otlp_tree_free(tree);
        return;
    }
    tree->has_frame = true;
    tree->is_slow = slow;
    tree->frame = *frame;
    tree->frame.painters = NULL;
    trees->shown = tree;
}

void pp_otlp_trees_event(pp_otlp_trees *trees, const pp_trace_record *event)
{
    if (event->event == PP_TRACE_EVENT_POINT) {
        deliver_waits(trees, pp_otlp_requests_moment(&trees->requests, event));
        return;
    }
    pp_otlp_tree *tree = trees->shown;
    bool is_shown = event->event == PP_TRACE_EVENT_SHOWN && tree &&
                    tree->frame.window == event->window && tree->frame.number == event->frame;
    if (is_shown && tree->link_count < PP_OTLP_LINKS_MAX)
        tree->links[tree->link_count++] = event->span.trace;
}
