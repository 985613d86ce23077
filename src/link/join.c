/* link/join.c: joins the spans of several recordings, trace by trace.
 *
 * A request is a span of one recording that asks and, in another one, a span that names it as its
 * parent. Of the client's time from sent to back, what the server's own clock does not account for
 * is transport: that needs no offset between the clocks. Only its two ways apart do. */
#include "base/base.h"
#include "link/model.h"

#include <stdlib.h>
#include <string.h>

/* Clocks of one boot that are further apart than this are not one clock. */
static const int64_t one_clock_ns = 200000;

enum { NO_FILE = UINT32_MAX, CHILDREN_MAX = 1024 };

/* One request with its four times, and the handling within them. */
typedef struct request {
    const pp_link_span *asking, *handling; /* handling: NULL where no recording knows of it */
    bool waits;                            /* the client did, for the reply */
    bool has_received;                     /* its arrival was noted */
    pp_link_exchange times;
    int64_t begin_ns, end_ns; /* of its handling: received <= begin <= end <= replied */
} request;

/* ---- Finding -------------------------------------------------------------------------------- */

static int compare_keys(const pp_link_key *a, const pp_link_key *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

static int compare_traces(const pp_link_key *a, const pp_link_key *b)
{
    return memcmp(a->bytes, b->bytes, 16);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* Those of one trace stand together: by trace, then by time. */
static int by_trace(const void *left, const void *right)
{
    const pp_link_span *a = left, *b = right;
    int trace = compare_traces(&a->key, &b->key);
    if (trace != 0)
        return trace;
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    return compare_numbers(a->start_ns, b->start_ns);
}

static int by_moment(const void *left, const void *right)
{
    const pp_link_point *a = left, *b = right;
    int key = compare_keys(&a->key, &b->key);
    if (key != 0)
        return key;
    if (a->file != b->file)
        return compare_numbers(a->file, b->file);
    return a->point != b->point ? compare_numbers(a->point, b->point)
                                : compare_numbers(a->at_ns, b->at_ns);
}

static int by_trace_and_frame(const void *left, const void *right)
{
    const pp_link_shown *a = left, *b = right;
    int trace = compare_traces(&a->key, &b->key);
    if (trace != 0)
        return trace;
    return a->file != b->file ? compare_numbers(a->file, b->file)
                              : compare_numbers(a->end_ns, b->end_ns);
}

/* The first of sorted items that is not before wanted. */
static size_t lower_bound(const void *items, size_t count, size_t size, const void *wanted,
                          int (*compare)(const void *, const void *))
{
    size_t first = 0, end = count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (compare((const char *)items + middle * size, wanted) < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

/* When the moment was noted in a file first; 0: it was not. */
static uint64_t point_at(const pp_link *link, const pp_link_key *key, uint32_t file,
                         pp_trace_point point)
{
    const pp_link_point wanted = {.key = *key, .file = file, .point = point};
    size_t at = lower_bound(link->points, link->point_count, sizeof wanted, &wanted, by_moment);
    const pp_link_point *found = at < link->point_count ? &link->points[at] : NULL;
    bool is_it = found && found->file == file && found->point == point &&
                 compare_keys(&found->key, key) == 0;
    return is_it ? found->at_ns : 0;
}

/* ---- A trace -------------------------------------------------------------------------------- */

/* The spans of one trace; all of them, of all files. Those that ask whom stand behind children. */
typedef struct trace {
    const pp_link *link;
    const pp_link_span *spans;
    size_t count;
    const pp_link_span **by_parent, **by_key; /* of all traces */
} trace;

static int by_parent(const void *left, const void *right)
{
    const pp_link_span *const *a = left, *const *b = right;
    int key = compare_keys(&(*a)->parent, &(*b)->parent);
    return key != 0 ? key : compare_numbers((*a)->start_ns, (*b)->start_ns);
}

static int by_key(const void *left, const void *right)
{
    const pp_link_span *const *a = left, *const *b = right;
    int key = compare_keys(&(*a)->key, &(*b)->key);
    return key != 0 ? key : compare_numbers((*a)->file, (*b)->file);
}

/* Whether a span of that key is in a file. */
static bool is_in_file(const trace *t, const pp_link_key *key, uint32_t file)
{
    const pp_link_span span = {.key = *key, .file = file}, *wanted = &span;
    size_t count = t->link->span_count;
    size_t at = lower_bound(t->by_key, count, sizeof wanted, &wanted, by_key);
    return at < count && by_key(&t->by_key[at], &wanted) == 0;
}

/* The first span that was asked for by span in another file; in its own, where a server is. */
static const pp_link_span *handler_of(const trace *t, const pp_link_span *span)
{
    const pp_link_span *local = NULL;
    const pp_link_span asked = {.parent = span->key}, *wanted = &asked;
    size_t count = t->link->span_count;
    size_t at = lower_bound(t->by_parent, count, sizeof wanted, &wanted, by_parent);
    for (size_t end = at + CHILDREN_MAX; at < count && at < end; at++) {
        const pp_link_span *child = t->by_parent[at];
        if (compare_keys(&child->parent, &span->key) != 0)
            break;
        if (!child->has_ended)
            continue;
        if (child->file != span->file)
            return child;
        bool serves = child->role == PP_TRACE_SERVER || child->role == PP_TRACE_CONSUMER;
        local = !local && serves ? child : local;
    }
    return local;
}

/* ---- Requests ------------------------------------------------------------------------------- */

static int64_t clamp(int64_t value, int64_t least, int64_t most)
{
    return value < least ? least : value > most ? most : value;
}

static int64_t point_or(const trace *t, const pp_link_key *key, uint32_t file, pp_trace_point point,
                        uint64_t otherwise)
{
    uint64_t at_ns = point_at(t->link, key, file, point);
    return (int64_t)(at_ns ? at_ns : otherwise);
}

/* The client's side: what was not noted is taken from its zone. */
static void fill_client(const trace *t, request *r)
{
    const pp_link_span *span = r->asking;
    int64_t begin_ns = (int64_t)span->start_ns, end_ns = (int64_t)span->end_ns;
    r->times.sent_ns = point_or(t, &span->key, span->file, PP_TRACE_REQUEST_SENT, span->start_ns);
    r->times.sent_ns = clamp(r->times.sent_ns, begin_ns, end_ns);
    r->times.back_ns = point_or(t, &span->key, span->file, PP_TRACE_REPLY_RECEIVED, span->end_ns);
    r->times.back_ns = clamp(r->times.back_ns, r->times.sent_ns, end_ns);
    r->waits = span->role != PP_TRACE_PRODUCER;
}

static void fill_server(const trace *t, request *r)
{
    const pp_link_span *span = r->handling, *asking = r->asking;
    uint64_t received_ns = point_at(t->link, &asking->key, span->file, PP_TRACE_REQUEST_RECEIVED);
    r->has_received = received_ns != 0 && received_ns <= span->start_ns;
    r->times.received_ns = (int64_t)(r->has_received ? received_ns : span->start_ns);
    r->times.replied_ns = point_or(t, &asking->key, span->file, PP_TRACE_REPLY_SENT, span->end_ns);
    if (r->times.replied_ns < r->times.received_ns)
        r->times.replied_ns = r->times.received_ns;
    r->begin_ns = clamp((int64_t)span->start_ns, r->times.received_ns, r->times.replied_ns);
    r->end_ns = clamp((int64_t)span->end_ns, r->begin_ns, r->times.replied_ns);
}

/* Whether a span is a request, and its times. */
static bool read_request(const trace *t, const pp_link_span *span, request *out)
{
    if (!span->has_ended)
        return false;
    *out = (request){.asking = span, .handling = handler_of(t, span)};
    bool asks = span->role == PP_TRACE_CLIENT || span->role == PP_TRACE_PRODUCER;
    if (!asks && (!out->handling || out->handling->file == span->file))
        return false;
    fill_client(t, out);
    if (out->handling)
        fill_server(t, out);
    return true;
}

/* ---- Clocks --------------------------------------------------------------------------------- */

static pp_link_pairing *pairing_of(const pp_link *link, uint32_t client, uint32_t server)
{
    for (size_t i = 0; i < link->pairing_count; i++)
        if (link->pairings[i].client == client && link->pairings[i].server == server)
            return &link->pairings[i];
    return NULL;
}

/* A request on its way into its pairing. */
typedef struct pair_item {
    uint32_t client, server;
    pp_link_exchange times;
} pair_item;

static int by_files(const void *left, const void *right)
{
    const pair_item *a = left, *b = right;
    if (a->client != b->client)
        return a->client < b->client ? -1 : 1;
    return compare_numbers(a->server, b->server);
}

static void judge_clock(const pp_link *link, pp_link_pairing *pairing, pp_link_exchange *exchanges,
                        size_t count)
{
    const char *a = link->files[pairing->client].boot_id, *b = link->files[pairing->server].boot_id;
    bool is_same_file = pairing->client == pairing->server;
    bool is_same_boot = is_same_file || (a[0] && strcmp(a, b) == 0);
    pairing->is_one_boot = is_same_boot && pp_link_clocks_agree(exchanges, count, one_clock_ns);
    pairing->is_known = true;
    if (!pairing->is_one_boot)
        pairing->is_known = pp_link_estimate(exchanges, count, &pairing->clock);
    else
        pairing->clock.exchanges = count;
}

static bool make_pairings(pp_link *link, pair_item *items, size_t count)
{
    qsort(items, count, sizeof *items, by_files);
    pp_link_exchange *exchanges = calloc(count + 1, sizeof *exchanges);
    link->pairings = calloc(count + 1, sizeof *link->pairings);
    for (size_t i = 0, next; exchanges && link->pairings && i < count; i = next) {
        for (next = i; next < count && by_files(&items[i], &items[next]) == 0; next++)
            exchanges[next - i] = items[next].times;
        pp_link_pairing *pairing = &link->pairings[link->pairing_count++];
        *pairing = (pp_link_pairing){.client = items[i].client, .server = items[i].server};
        judge_clock(link, pairing, exchanges, next - i);
    }
    free(exchanges);
    return exchanges && link->pairings;
}

static bool find_clocks(pp_link *link, const trace *all)
{
    pair_item *items = calloc(link->span_count + 1, sizeof *items);
    size_t count = 0;
    request r;
    for (size_t i = 0; items && i < link->span_count; i++)
        if (read_request(all, &link->spans[i], &r) && r.handling && r.waits)
            items[count++] = (pair_item){r.asking->file, r.handling->file, r.times};
    bool ok = items && make_pairings(link, items, count);
    free(items);
    return ok;
}

/* ---- Times of a call ------------------------------------------------------------------------ */

static void add(int64_t *sum_ns, int64_t ns)
{
    *sum_ns = *sum_ns == PP_LINK_UNKNOWN ? ns : *sum_ns + ns;
}

static void add_ways(const pp_link *link, const request *r, pp_link_times *times)
{
    const pp_link_pairing *pairing = pairing_of(link, r->asking->file, r->handling->file);
    if (!pairing || !pairing->is_known)
        return;
    const pp_link_clock *clock = &pairing->clock;
    add(&times->request_transport_ns,
        pp_link_client_time(clock, r->times.received_ns) - r->times.sent_ns);
    if (r->waits)
        add(&times->reply_transport_ns,
            r->times.back_ns - pp_link_client_time(clock, r->times.replied_ns));
}

static void add_request(const pp_link *link, const request *r, pp_link_times *times)
{
    times->requests++;
    int64_t waited_ns = r->waits ? r->times.back_ns - r->times.sent_ns : 0;
    if (!r->handling) {
        add(&times->unmatched_ns, waited_ns);
        return;
    }
    int64_t handling_ns = (int64_t)(r->handling->end_ns - r->handling->start_ns);
    int64_t away_ns = r->times.replied_ns - r->times.received_ns;
    add(&times->server_ns, handling_ns);
    /* One that nobody waits for is part of no waiting. */
    add(&times->server_after_reply_ns,
        r->waits ? handling_ns - (r->end_ns - r->begin_ns) : handling_ns);
    add(&times->reply_wait_ns, r->waits ? r->times.replied_ns - r->end_ns : 0);
    if (r->has_received)
        add(&times->wait_ns, r->begin_ns - r->times.received_ns);
    if (r->waits)
        add(&times->transport_ns, waited_ns - away_ns);
    add_ways(link, r, times);
}

/* Client's time that was waiting for a reply; requests come by their time of sending. */
typedef struct waiting {
    int64_t sum_ns, until_ns;
    bool has_overlap;
} waiting;

static void add_waiting(waiting *w, const request *r)
{
    if (!r->waits)
        return;
    int64_t from_ns = r->times.sent_ns;
    if (w->sum_ns > 0 && from_ns < w->until_ns) {
        w->has_overlap = true;
        from_ns = w->until_ns;
    }
    if (r->times.back_ns > from_ns) {
        w->sum_ns += r->times.back_ns - from_ns;
        w->until_ns = r->times.back_ns;
    }
}

/* ---- A call --------------------------------------------------------------------------------- */

/* What a client's file has of a trace. */
typedef struct side {
    size_t first, end;       /* its spans */
    const pp_link_span *top; /* the first that nobody in the file asked for, the longest of all */
    int64_t client_ns;
    bool is_root; /* nobody elsewhere asked for it either */
} side;

static bool has_parent(const pp_link_span *span)
{
    static const uint8_t none[8];
    return memcmp(span->parent.bytes + 16, none, sizeof none) != 0;
}

static side look_at_side(const trace *t, size_t first, size_t end)
{
    side s = {.first = first, .end = end, .is_root = true};
    for (size_t i = first; i < end; i++) {
        const pp_link_span *span = &t->spans[i];
        if (!span->has_ended || (has_parent(span) && is_in_file(t, &span->parent, span->file)))
            continue;
        s.client_ns += (int64_t)(span->end_ns - span->start_ns);
        if (!s.top || span->end_ns - span->start_ns > s.top->end_ns - s.top->start_ns)
            s.top = span;
        for (uint32_t file = 0; file < t->link->file_count && has_parent(span); file++)
            s.is_root = s.is_root && !is_in_file(t, &span->parent, file);
    }
    return s;
}

/* The first frame that shows the trace once it has been handled: of the server, else of the client.
 */
static const pp_link_shown *frame_of(const pp_link *link, const pp_link_key *key, uint32_t file,
                                     int64_t begin_ns)
{
    const pp_link_shown wanted = {.key = *key, .file = file, .end_ns = (uint64_t)begin_ns};
    size_t at =
        lower_bound(link->shown, link->shown_count, sizeof wanted, &wanted, by_trace_and_frame);
    const pp_link_shown *found = at < link->shown_count ? &link->shown[at] : NULL;
    return found && found->file == file && compare_traces(&found->key, key) == 0 ? found : NULL;
}

/* first, last: of the server's handlings, NULL for none. The last may only have waited for a frame
 * that shows the first. */
static void add_frame(const pp_link *link, const pp_link_span *top, const pp_link_span *first,
                      const pp_link_span *handling, pp_link_result *result)
{
    pp_link_call *call = &result->call;
    const pp_link_span *last = handling ? handling : top;
    const pp_link_shown *shown = frame_of(link, &top->key, last->file, (int64_t)last->start_ns);
    if (!shown && first && first != last) {
        last = first;
        shown = frame_of(link, &top->key, first->file, (int64_t)first->start_ns);
    }
    if (!shown && handling) {
        last = top;
        shown = frame_of(link, &top->key, top->file, (int64_t)top->start_ns);
    }
    if (!shown)
        return;
    int64_t behind_ns = (int64_t)shown->end_ns - (int64_t)last->end_ns;
    call->frame = shown->frame;
    call->window = shown->window;
    result->shown = last->work.name;
    call->times.to_screen_ns = behind_ns > 0 ? behind_ns : 0;
    const pp_link_pairing *pairing = pairing_of(link, top->file, last->file);
    if (last->file == top->file)
        call->times.end_to_end_ns = (int64_t)(shown->end_ns - top->start_ns);
    else if (pairing && pairing->is_known)
        call->times.end_to_end_ns =
            pp_link_client_time(&pairing->clock, (int64_t)shown->end_ns) - (int64_t)top->start_ns;
}

static void print_id(char *out, const pp_link_key *key)
{
    for (size_t i = 0; i < 16; i++)
        pp_format(out + 2 * i, 3, "%02x", key->bytes[i]);
}

static uint64_t items_of(const char *client, const char *server)
{
    uint64_t items = pp_label_items(client);
    return items > 0 || !server ? items : pp_label_items(server);
}

/* What a call's requests were handled by. */
typedef struct servers {
    pp_link_work *all; /* in sum, called as the longest of them */
    uint64_t longest_ns;
    const pp_link_span *first, *last; /* whose result the frame shows */
} servers;

static bool add_server(servers *s, const pp_link_span *handling, pp_link_result *result)
{
    const pp_link_work *work = &handling->work;
    s->first = s->first ? s->first : handling;
    s->last = handling;
    if (!s->all)
        s->all = calloc(1, sizeof *s->all);
    if (!s->all)
        return false;
    result->served = s->all;
    if (!s->all->name || work->total_ns > s->longest_ns) {
        s->all->name = work->name;
        s->longest_ns = work->total_ns;
        result->server_file = handling->file;
    }
    return pp_work_merge(s->all, work);
}

/* What a call in the sum waited for beside the work itself. */
static bool note_waits(pp_link *link, const request *r)
{
    const char *handling = r->handling->work.name;
    uint64_t before_ns = (uint64_t)(r->begin_ns - r->times.received_ns);
    uint64_t behind_ns = (uint64_t)(r->times.replied_ns - r->end_ns);
    bool ok = true;
    if (r->has_received && before_ns > 0)
        ok = pp_work_add(&link->before_handling, handling, false, before_ns, before_ns);
    if (r->waits && behind_ns > 0)
        ok = ok && pp_work_add(&link->before_reply, handling, false, behind_ns, behind_ns);
    return ok;
}

static bool add_requests(pp_link *link, const trace *t, const side *s, pp_link_result *result,
                         servers *found)
{
    request r;
    waiting w = {0};
    int64_t most_ns = -1;
    for (size_t i = s->first; i < s->end; i++) {
        if (!read_request(t, &t->spans[i], &r))
            continue;
        add_request(link, &r, &result->call.times);
        add_waiting(&w, &r);
        if (r.handling && result->is_root && !note_waits(link, &r))
            return false;
        if (r.times.back_ns - r.times.sent_ns > most_ns) {
            most_ns = r.times.back_ns - r.times.sent_ns;
            result->asking = r.asking->work.name;
        }
        if (r.handling && !add_server(found, r.handling, result))
            return false;
    }
    result->has_overlap = w.has_overlap;
    result->server_work = found->all;
    result->call.times.client_own_ns = s->client_ns > w.sum_ns ? s->client_ns - w.sum_ns : 0;
    return true;
}

static bool fill_result(pp_link *link, const trace *t, const side *s, pp_link_result *result)
{
    *result = (pp_link_result){.is_root = s->is_root,
                               .begin_ns = s->top->start_ns,
                               .client_file = s->top->file,
                               .server_file = NO_FILE,
                               .client_work = &s->top->work,
                               .call.client = s->top->work.name,
                               .call.times = pp_link_no_times()};
    pp_link_times *times = &result->call.times;
    servers found = {0};
    if (!add_requests(link, t, s, result, &found))
        return false;
    times->client_ns = s->client_ns;
    result->call.server = result->server_work ? result->server_work->name : NULL;
    result->call.items = items_of(result->call.client, result->call.server);
    add_frame(link, s->top, found.first, found.last, result);
    uint64_t largest_ns;
    times->largest_own_label =
        pp_work_largest(&s->top->work, (uint64_t)times->client_own_ns, &largest_ns);
    times->largest_own_ns = (int64_t)largest_ns;
    times->bottleneck = pp_link_largest_stage(times);
    print_id(result->call.trace_id, &s->top->key);
    return true;
}

/* A file takes part as a client where it asks. */
static bool join_side(pp_link *link, const trace *t, size_t first, size_t end)
{
    request r;
    side s = look_at_side(t, first, end);
    bool asks = false;
    for (size_t i = first; i < end && !asks; i++)
        asks = read_request(t, &t->spans[i], &r);
    if (!s.top || !asks)
        return true;
    if (!pp_link_reserve(&link->results, &link->result_capacity, link->result_count,
                         sizeof *link->results, SIZE_MAX / sizeof *link->results))
        return false;
    return fill_result(link, t, &s, &link->results[link->result_count++]);
}

static bool join_trace(pp_link *link, const trace *t)
{
    for (size_t i = 0, next; i < t->count; i = next) {
        next = i + 1;
        while (next < t->count && t->spans[next].file == t->spans[i].file)
            next++;
        if (!join_side(link, t, i, next))
            return false;
    }
    return true;
}

static bool join_all(pp_link *link, const pp_link_span **parents, const pp_link_span **keys)
{
    for (size_t i = 0; i < link->span_count; i++)
        parents[i] = keys[i] = &link->spans[i];
    qsort(parents, link->span_count, sizeof(*parents), by_parent);
    qsort(keys, link->span_count, sizeof(*keys), by_key);
    trace t = {link, link->spans, link->span_count, parents, keys};
    if (!find_clocks(link, &t))
        return false;
    for (size_t i = 0, next; i < link->span_count; i = next) {
        next = i + 1;
        while (next < link->span_count &&
               compare_traces(&link->spans[i].key, &link->spans[next].key) == 0)
            next++;
        t.spans = link->spans + i;
        t.count = next - i;
        if (!join_trace(link, &t))
            return false;
    }
    return true;
}

/* ---- All ------------------------------------------------------------------------------------ */

/* Calls in the order in which they began, a client's after each other. */
static int by_begin(const void *left, const void *right)
{
    const pp_link_result *a = left, *b = right;
    if (a->is_root != b->is_root)
        return a->is_root ? -1 : 1;
    if (a->client_file != b->client_file)
        return a->client_file < b->client_file ? -1 : 1;
    return compare_numbers(a->begin_ns, b->begin_ns);
}

int pp_link_join_traces(pp_link *link)
{
    pp_link_sort(link->spans, link->span_count, sizeof *link->spans, by_trace);
    pp_link_sort(link->points, link->point_count, sizeof *link->points, by_moment);
    pp_link_sort(link->shown, link->shown_count, sizeof *link->shown, by_trace_and_frame);
    const pp_link_span **parents = calloc(link->span_count + 1, sizeof(*parents));
    const pp_link_span **keys = calloc(link->span_count + 1, sizeof(*keys));
    bool ok = parents && keys && join_all(link, parents, keys);
    free(parents);
    free(keys);
    if (!ok)
        return pp_fail(PP_ENOMEM, "out of memory for joining recordings");
    pp_link_sort(link->results, link->result_count, sizeof *link->results, by_begin);
    return PP_OK;
}
