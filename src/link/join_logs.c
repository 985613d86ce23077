/* link/join_logs.c: joins a client's log and a server's by their totals.
 *
 * Logs have no common time and no ids: which file is the client's, which step of it is the call and
 * which block of the server answers it is found by labels, totals and order, and told. A recording
 * beside a log takes part with its outermost spans. */
#include "base/base.h"
#include "link/model.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { KINDS_MAX = 64 };
static const size_t none = SIZE_MAX;

/* Two decimals of milliseconds, rounded on either side. */
static const uint64_t rounding_ns = 20000;

typedef struct side {
    uint32_t file;
    pp_link_work **works; /* in the order in which they began */
    size_t count;
    const char *kinds[KINDS_MAX]; /* names, with all numbers equal */
    size_t kind_count;
    size_t first[KINDS_MAX], last[KINDS_MAX]; /* works of each kind; */
    size_t *next;                             /* of each work: the next of its kind, or NONE */
} side;

/* How the call was found, best last. */
typedef enum call_rank { BY_LENGTH, BY_WORD, BY_LABEL } call_rank;

static const char *const rank_texts[] = {
    [BY_LENGTH] = "it is the shortest step not shorter than the server's total",
    [BY_WORD] = "its label says IPC, call, request, send or rpc",
    [BY_LABEL] = "it was named by --call",
};

/* ---- Blocks of a side ----------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_same_kind(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (is_digit(*a) && (is_digit(a[1]) || a[1] == ','))
            a++;
        while (is_digit(*b) && (is_digit(b[1]) || b[1] == ','))
            b++;
        if ((!is_digit(*a) || !is_digit(*b)) && *a != *b)
            return false;
        if (!*a)
            return true;
    }
}

/* Its number; none when there are too many. */
static size_t kind_number(side *s, const char *name)
{
    for (size_t i = 0; i < s->kind_count; i++)
        if (is_same_kind(s->kinds[i], name))
            return i;
    if (s->kind_count == KINDS_MAX)
        return none;
    s->kinds[s->kind_count] = name;
    s->first[s->kind_count] = none;
    return s->kind_count++;
}

static void add_work(side *s, pp_link_work *work)
{
    size_t kind = kind_number(s, work->name);
    if (kind == none)
        return;
    for (uint32_t i = 0; i < work->step_count; i++)
        work->steps[i].says_call = pp_label_is_call(work->steps[i].label);
    if (s->first[kind] == none)
        s->first[kind] = s->count;
    else
        s->next[s->last[kind]] = s->count;
    s->last[kind] = s->count;
    s->next[s->count] = none;
    s->works[s->count++] = work;
}

static bool is_outermost(const pp_link_span *span)
{
    return span->has_ended && (span->role == PP_TRACE_SERVER || span->role == PP_TRACE_CONSUMER ||
                               memcmp(span->parent.bytes + 16, (const uint8_t[8]){0}, 8) == 0);
}

static int by_start(const void *left, const void *right)
{
    const pp_link_span *a = left, *b = right;
    return (a->start_ns > b->start_ns) - (a->start_ns < b->start_ns);
}

static bool fill_side(pp_link *link, side *s, uint32_t file)
{
    const pp_link_file *f = &link->files[file];
    size_t most = f->is_log ? f->block_count : link->span_count;
    *s = (side){.file = file,
                .works = calloc(most + 1, sizeof(*s->works)),
                .next = calloc(most + 1, sizeof *s->next)};
    if (!s->works || !s->next)
        return false;
    for (size_t i = 0; i < f->block_count; i++)
        if (f->blocks[i].has_ended)
            add_work(s, &f->blocks[i].work);
    for (size_t i = 0; i < link->span_count && !f->is_log; i++)
        if (link->spans[i].file == file && is_outermost(&link->spans[i]))
            add_work(s, &link->spans[i].work);
    return true;
}

static void free_side(side *s)
{
    free(s->works);
    free(s->next);
}

/* ---- The call ------------------------------------------------------------------------------- */

static bool is_named(const char *label, const char *wanted)
{
    return strcasecmp(label, wanted) == 0;
}

static bool is_candidate(const pp_link *link, const pp_link_step *step, call_rank rank)
{
    if (rank == BY_LABEL)
        return link->call_label && is_named(step->label, link->call_label);
    return rank == BY_LENGTH || step->says_call;
}

static bool fits(const pp_link_step *step, const pp_link_work *server)
{
    return step->total_ns + rounding_ns >= server->total_ns;
}

/* The shortest step of that rank into which the server's work fits; NULL if there is none.
 * is_loose: it need not fit. */
static pp_link_step *find_call(const pp_link *link, const pp_link_work *client,
                               const pp_link_work *server, call_rank rank, bool is_loose)
{
    pp_link_step *found = NULL;
    for (uint32_t i = 0; i < client->step_count; i++) {
        pp_link_step *step = &client->steps[i];
        if (is_candidate(link, step, rank) && (is_loose || fits(step, server)) &&
            (!found || step->total_ns < found->total_ns))
            found = step;
    }
    return found;
}

/* ---- Which blocks belong together ------------------------------------------------------------ */

typedef struct match {
    size_t client_kind, server_kind;
    call_rank rank;
    bool is_loose; /* the server's total is longer than the call: only if nothing fits */
    size_t pairs;
    bool has_same_items;
    uint64_t client_ns;
} match;

typedef bool (*pair_fn)(void *user, pp_link_work *client, pp_link_work *server, pp_link_step *call);

/* Pairs blocks of two kinds in their order: each client's with the next server's that fits. */
static bool each_pair(const pp_link *link, const side *client, const side *server, const match *m,
                      pair_fn visit, void *user)
{
    size_t at = server->first[m->server_kind];
    for (size_t i = client->first[m->client_kind]; i != none; i = client->next[i]) {
        pp_link_work *work = client->works[i];
        pp_link_step *call = NULL;
        size_t answer = none;
        for (; !call && at != none; at = server->next[at]) {
            call = find_call(link, work, server->works[at], m->rank, m->is_loose);
            answer = at;
        }
        if (!call)
            return true;
        if (!visit(user, work, server->works[answer], call))
            return false;
    }
    return true;
}

static bool count_pair(void *user, pp_link_work *client, pp_link_work *server, pp_link_step *call)
{
    match *m = user;
    (void)call;
    uint64_t items = pp_label_items(client->name);
    m->pairs++;
    m->has_same_items |= items > 0 && items == pp_label_items(server->name);
    m->client_ns += client->total_ns;
    return true;
}

static bool is_better(const match *a, const match *b)
{
    if (b->pairs == 0 || a->pairs == 0)
        return a->pairs > 0;
    if (a->rank != b->rank)
        return a->rank > b->rank;
    if (a->has_same_items != b->has_same_items)
        return a->has_same_items;
    return a->pairs != b->pairs ? a->pairs > b->pairs : a->client_ns > b->client_ns;
}

static match find_match(const pp_link *link, const side *client, const side *server, bool is_loose)
{
    match best = {.pairs = 0};
    call_rank least = link->call_label ? BY_LABEL : is_loose ? BY_WORD : BY_LENGTH;
    for (size_t c = 0; c < client->kind_count; c++)
        for (size_t s = 0; s < server->kind_count; s++)
            for (call_rank rank = least; rank <= BY_LABEL; rank++) {
                match m = {.client_kind = c, .server_kind = s, .rank = rank, .is_loose = is_loose};
                each_pair(link, client, server, &m, count_pair, &m);
                if (is_better(&m, &best))
                    best = m;
            }
    return best;
}

/* ---- Results -------------------------------------------------------------------------------- */

typedef struct output {
    pp_link *link;
    uint32_t client_file, server_file;
} output;

static uint64_t items_of(const pp_link_work *client, const pp_link_work *server)
{
    uint64_t items = pp_label_items(client->name);
    return items > 0 ? items : pp_label_items(server->name);
}

static bool add_result(void *user, pp_link_work *client, pp_link_work *server, pp_link_step *call)
{
    const output *o = user;
    pp_link *link = o->link;
    if (!pp_link_reserve(&link->results, &link->result_capacity, link->result_count,
                         sizeof *link->results, SIZE_MAX / sizeof *link->results))
        return false;
    pp_link_result *result = &link->results[link->result_count++];
    *result = (pp_link_result){.is_root = true,
                               .client_file = o->client_file,
                               .server_file = o->server_file,
                               .client_work = client,
                               .server_work = server,
                               .asking = call->label,
                               .call.client = client->name,
                               .call.server = server->name,
                               .call.items = items_of(client, server),
                               .call.times = pp_link_no_times()};
    uint64_t call_ns = call->total_ns < client->total_ns ? call->total_ns : client->total_ns;
    uint64_t own_ns = client->total_ns - call_ns, largest_ns;
    call->is_call = true;
    call->own_ns = 0;
    pp_link_times *times = &result->call.times;
    times->requests = call->runs;
    times->client_ns = (int64_t)client->total_ns;
    times->client_own_ns = (int64_t)own_ns;
    times->server_ns = (int64_t)server->total_ns;
    if (call_ns + rounding_ns >= server->total_ns)
        times->transport_ns = (int64_t)call_ns - (int64_t)server->total_ns;
    times->largest_own_label = pp_work_largest(client, own_ns, &largest_ns);
    times->largest_own_ns = (int64_t)largest_ns;
    times->bottleneck = pp_link_largest_stage(times);
    link->call_step = call->label;
    return true;
}

/* ---- Which file is the client's ------------------------------------------------------------- */

static uint64_t largest_total(const side *s)
{
    uint64_t most_ns = 0;
    for (size_t i = 0; i < s->count; i++)
        if (s->works[i]->total_ns > most_ns)
            most_ns = s->works[i]->total_ns;
    return most_ns;
}

/* Orders the sides client first; true when they change places. */
static bool choose_client(const match *forth, const match *back, const side *a, const side *b,
                          const char **reason)
{
    if (forth->pairs == 0 || back->pairs == 0) {
        *reason = "the other's work fits in one of its steps, and not the other way round";
        return forth->pairs == 0;
    }
    if (forth->rank != back->rank) {
        *reason = "it has the step that is the call";
        return forth->rank < back->rank;
    }
    uint64_t a_ns = largest_total(a), b_ns = largest_total(b);
    if (a_ns != b_ns) {
        *reason = "its total is the larger one";
        return a_ns < b_ns;
    }
    *reason = "it was named first";
    return false;
}

static int fail_unmatched(const pp_link *link, const side *sides)
{
    const char *a = link->files[sides[0].file].path, *b = link->files[sides[1].file].path;
    for (int i = 0; i < 2; i++)
        if (sides[i].count == 0)
            return pp_fail(PP_EDATA, "%s: it has no block or span that has ended",
                           link->files[sides[i].file].path);
    if (link->call_label)
        return pp_fail(PP_EDATA,
                       "%s and %s: no step is called '%s'; labels are written as in the log", a, b,
                       link->call_label);
    return pp_fail(PP_EDATA,
                   "%s and %s: no block of one fits in a step of the other: they do not seem to be "
                   "two sides of one call",
                   a, b);
}

static int join_sides(pp_link *link, side *sides)
{
    match forth = find_match(link, &sides[0], &sides[1], false);
    match back = find_match(link, &sides[1], &sides[0], false);
    if (forth.pairs == 0 && back.pairs == 0) {
        forth = find_match(link, &sides[0], &sides[1], true);
        back = find_match(link, &sides[1], &sides[0], true);
    }
    if (forth.pairs == 0 && back.pairs == 0)
        return fail_unmatched(link, sides);
    bool swaps = choose_client(&forth, &back, &sides[0], &sides[1], &link->role_reason);
    const match *m = swaps ? &back : &forth;
    const side *client = &sides[swaps], *server = &sides[!swaps];
    output o = {link, client->file, server->file};
    link->call_reason = rank_texts[m->rank];
    if (!each_pair(link, client, server, m, add_result, &o))
        return pp_fail(PP_ENOMEM, "out of memory for joining logs");
    return PP_OK;
}

int pp_link_join_logs(pp_link *link)
{
    if (link->file_count != 2)
        return pp_fail(PP_EINVAL,
                       "logs are joined in twos, the client's and the server's; %zu files were "
                       "given",
                       link->file_count);
    pp_link_sort(link->spans, link->span_count, sizeof *link->spans, by_start);
    side sides[2] = {{0}, {0}};
    bool ok = fill_side(link, &sides[0], 0) && fill_side(link, &sides[1], 1);
    int status =
        ok ? join_sides(link, sides) : pp_fail(PP_ENOMEM, "out of memory for joining logs");
    free_side(&sides[0]);
    free_side(&sides[1]);
    return status;
}
