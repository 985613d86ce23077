/* link/conclude.c: from calls to their sum, the bottleneck in one sentence, and red flags. */
#include "base/base.h"
#include "link/model.h"

#include <stdlib.h>
#include <string.h>

static const size_t flag_steps_max = (size_t)1 << 20;

pp_link_times pp_link_no_times(void)
{
    return (pp_link_times){
        .client_ns = PP_LINK_UNKNOWN,
        .client_own_ns = PP_LINK_UNKNOWN,
        .transport_ns = PP_LINK_UNKNOWN,
        .request_transport_ns = PP_LINK_UNKNOWN,
        .reply_transport_ns = PP_LINK_UNKNOWN,
        .wait_ns = PP_LINK_UNKNOWN,
        .server_ns = PP_LINK_UNKNOWN,
        .server_after_reply_ns = PP_LINK_UNKNOWN,
        .reply_wait_ns = PP_LINK_UNKNOWN,
        .unmatched_ns = PP_LINK_UNKNOWN,
        .to_screen_ns = PP_LINK_UNKNOWN,
        .end_to_end_ns = PP_LINK_UNKNOWN,
        .largest_own_ns = PP_LINK_UNKNOWN,
    };
}

/* ---- The sum -------------------------------------------------------------------------------- */

static void add(int64_t *sum_ns, int64_t ns)
{
    if (ns != PP_LINK_UNKNOWN)
        *sum_ns = *sum_ns == PP_LINK_UNKNOWN ? ns : *sum_ns + ns;
}

static void add_times(pp_link_times *sum, const pp_link_times *times)
{
    add(&sum->client_ns, times->client_ns);
    add(&sum->client_own_ns, times->client_own_ns);
    add(&sum->transport_ns, times->transport_ns);
    add(&sum->request_transport_ns, times->request_transport_ns);
    add(&sum->reply_transport_ns, times->reply_transport_ns);
    add(&sum->wait_ns, times->wait_ns);
    add(&sum->server_ns, times->server_ns);
    add(&sum->server_after_reply_ns, times->server_after_reply_ns);
    add(&sum->reply_wait_ns, times->reply_wait_ns);
    add(&sum->unmatched_ns, times->unmatched_ns);
    add(&sum->to_screen_ns, times->to_screen_ns);
    add(&sum->end_to_end_ns, times->end_to_end_ns);
    sum->requests += times->requests;
}

pp_link_stage pp_link_largest_stage(const pp_link_times *times)
{
    const int64_t stages[] = {
        [PP_LINK_CLIENT] = times->client_own_ns,
        [PP_LINK_TRANSPORT] = times->transport_ns,
        [PP_LINK_WAIT] = times->wait_ns,
        [PP_LINK_SERVER] = times->server_ns,
        [PP_LINK_REPLY_WAIT] = times->reply_wait_ns,
        [PP_LINK_SCREEN] = times->to_screen_ns,
    };
    pp_link_stage largest = PP_LINK_CLIENT;
    for (pp_link_stage stage = PP_LINK_CLIENT; stage <= PP_LINK_SCREEN; stage++)
        if (stages[stage] > stages[largest])
            largest = stage;
    /* A reply that tells of a frame leaves when the frame is there: that is what it waits for. */
    bool waits_for_frame =
        largest == PP_LINK_REPLY_WAIT && times->to_screen_ns >= times->reply_wait_ns / 2;
    return waits_for_frame ? PP_LINK_SCREEN : largest;
}

/* ---- Steps of all calls --------------------------------------------------------------------- */

/* The steps of the clients of all calls, or of their servers, as if they were of one work. */
static bool sum_up_works(const pp_link *link, bool of_servers, pp_link_work *out)
{
    for (size_t i = 0; i < link->result_count; i++) {
        const pp_link_result *result = &link->results[i];
        const pp_link_work *work = of_servers ? result->server_work : result->client_work;
        if (!result->is_root || !work)
            continue;
        out->name = out->name ? out->name : work->name;
        if (!pp_work_merge(out, work))
            return false;
    }
    return true;
}

static bool find_largest(pp_link *link, const char **server_label, uint64_t *server_label_ns)
{
    pp_link_work client = {0}, server = {0};
    uint64_t own_ns = link->total.client_own_ns > 0 ? (uint64_t)link->total.client_own_ns : 0;
    uint64_t largest_ns = 0;
    bool ok = sum_up_works(link, false, &client) && sum_up_works(link, true, &server);
    if (ok && client.name) {
        link->total.largest_own_label = pp_work_largest(&client, own_ns, &largest_ns);
        link->total.largest_own_ns = (int64_t)largest_ns;
    }
    *server_label =
        ok && server.name ? pp_work_largest(&server, server.total_ns, server_label_ns) : "?";
    pp_work_free(&client);
    pp_work_free(&server);
    return ok;
}

/* ---- The sentence --------------------------------------------------------------------------- */

static double ms_of(int64_t ns)
{
    return ns == PP_LINK_UNKNOWN ? 0 : (double)ns / 1e6;
}

static double share_of(int64_t part_ns, int64_t whole_ns)
{
    return whole_ns > 0 && part_ns > 0 ? 100 * (double)part_ns / (double)whole_ns : 0;
}

static const pp_link_result *first_root(const pp_link *link)
{
    for (size_t i = 0; i < link->result_count; i++)
        if (link->results[i].is_root)
            return &link->results[i];
    return NULL;
}

static const char *or_unknown(const char *name)
{
    return name ? name : "?";
}

/* What the client calls its waiting: the step that is the call, or the zone that asks. */
static const char *call_of(const pp_link_result *result)
{
    return result->asking ? result->asking : or_unknown(result->call.client);
}

/* The handling for which, or for whose reply, clients waited longest. */
static const char *longest_wait(const pp_link_work *waits, const char *otherwise)
{
    uint64_t largest_ns;
    return waits->step_count > 0 ? pp_work_largest(waits, 0, &largest_ns) : otherwise;
}

/* What to_screen counts from, of the call in which it is longest. */
static const char *shown_after(const pp_link *link, const char *otherwise)
{
    const pp_link_result *longest = NULL;
    for (size_t i = 0; i < link->result_count; i++) {
        const pp_link_result *result = &link->results[i];
        if (result->is_root && result->shown &&
            (!longest || result->call.times.to_screen_ns > longest->call.times.to_screen_ns))
            longest = result;
    }
    return longest ? longest->shown : otherwise;
}

/* Whether a handling runs on the thread that paints. Equal names are one pointer. */
static bool is_on_gui_thread(const pp_link *link, const char *handling)
{
    const pp_link_span *span = link->spans, *end = span + link->span_count;
    while (span < end && (span->work.name != handling || span->role == PP_TRACE_CLIENT))
        span++;
    for (size_t i = 0; span < end && i < link->shown_count; i++)
        if (link->shown[i].file == span->file && link->shown[i].thread == span->thread)
            return true;
    return false;
}

static void write_wait(const pp_link *link, char *out, size_t capacity, const char *server)
{
    const pp_link_times *t = &link->total;
    const char *handling = longest_wait(&link->before_handling, server);
    pp_format(out, capacity,
              "The wait %s is the bottleneck: requests have come to the server, but wait there for "
              "%.2f of the client's %.2f ms (%.0f %%) before `%s` begins.",
              is_on_gui_thread(link, handling) ? "for the server's GUI thread" : "before handling",
              ms_of(t->wait_ns), ms_of(t->client_ns), share_of(t->wait_ns, t->client_ns), handling);
}

static void write_way_to_screen(const pp_link *link, char *out, size_t capacity,
                                const char *otherwise)
{
    const pp_link_times *t = &link->total;
    bool is_waited_for = t->reply_wait_ns > 0 && t->to_screen_ns >= t->reply_wait_ns / 2 &&
                         t->reply_wait_ns >= t->to_screen_ns / 2;
    pp_format(out, capacity,
              "The way to the screen is the bottleneck: frames that show it end %.2f ms after "
              "`%s`,%s while the client's call takes %.2f ms.",
              ms_of(t->to_screen_ns), shown_after(link, otherwise),
              is_waited_for ? " whose reply waits for them," : "", ms_of(t->client_ns));
}

static void write_sentence(const pp_link *link, char *out, size_t capacity,
                           const char *server_label, uint64_t server_label_ns)
{
    const pp_link_times *t = &link->total;
    const pp_link_result *first = first_root(link);
    const char *server = or_unknown(first->call.server), *call = call_of(first);
    double client_ms = ms_of(t->client_ns);
    switch (t->bottleneck) {
    case PP_LINK_CLIENT:
        pp_format(out, capacity,
                  "The client's own work is the bottleneck: `%s` takes %.2f of its %.2f ms "
                  "(%.0f %%); it waits for the server for %.2f ms.",
                  or_unknown(t->largest_own_label), ms_of(t->largest_own_ns), client_ms,
                  share_of(t->largest_own_ns, t->client_ns), client_ms - ms_of(t->client_own_ns));
        break;
    case PP_LINK_SERVER:
        pp_format(out, capacity,
                  "The server's work is the bottleneck: `%s` takes %.2f of the %.2f ms that it "
                  "handles the request, of the client's %.2f ms in all.",
                  server_label, (double)server_label_ns / 1e6, ms_of(t->server_ns), client_ms);
        break;
    case PP_LINK_TRANSPORT:
        pp_format(out, capacity,
                  "The way between the processes is the bottleneck: of `%s`, %.2f of the client's "
                  "%.2f ms (%.0f %%) are transport and queueing.",
                  call, ms_of(t->transport_ns), client_ms, share_of(t->transport_ns, t->client_ns));
        break;
    case PP_LINK_WAIT:
        write_wait(link, out, capacity, server);
        break;
    case PP_LINK_REPLY_WAIT:
        pp_format(out, capacity,
                  "The server's replies are the bottleneck: `%s` has ended, but its replies leave "
                  "%.2f ms later, of the client's %.2f ms (%.0f %%).",
                  longest_wait(&link->before_reply, server), ms_of(t->reply_wait_ns), client_ms,
                  share_of(t->reply_wait_ns, t->client_ns));
        break;
    case PP_LINK_SCREEN:
        write_way_to_screen(link, out, capacity,
                            first->call.server ? server : or_unknown(first->call.client));
        break;
    }
}

/* ---- Red flags ------------------------------------------------------------------------------ */

static uint64_t items_of(const char *label, const char *heading, uint64_t otherwise)
{
    uint64_t items = pp_label_items(label);
    if (items == 0)
        items = pp_label_items(heading);
    return items > 0 ? items : otherwise;
}

/* What repeats many times within one call speaks of its items by that. */
static void add_flag_steps(pp_flag_step *steps, size_t *count, const pp_link_work *work,
                           const char *where, uint64_t otherwise)
{
    for (uint32_t i = 0; work && i < work->step_count && *count < flag_steps_max; i++) {
        const pp_link_step *step = &work->steps[i];
        if (!step->is_call && step->own_ns > 0)
            steps[(*count)++] =
                (pp_flag_step){.label = step->label,
                               .where = where,
                               .ns = step->own_ns,
                               .runs = step->runs,
                               .items = items_of(step->label, work->name, otherwise)};
    }
}

static size_t count_steps(const pp_link *link)
{
    size_t count = 0;
    for (size_t i = 0; i < link->result_count; i++) {
        const pp_link_result *result = &link->results[i];
        count += result->client_work ? result->client_work->step_count : 0;
        count += result->server_work ? result->server_work->step_count : 0;
    }
    return count < flag_steps_max ? count : flag_steps_max;
}

static bool is_local(const pp_link *link)
{
    for (size_t i = 0; i < link->pairing_count; i++)
        if (!link->pairings[i].is_one_boot)
            return false;
    return true;
}

static uint64_t known(int64_t ns)
{
    return ns > 0 ? (uint64_t)ns : 0;
}

static pp_flag_calls sum_up_calls(const pp_link *link)
{
    const pp_link_times *t = &link->total;
    pp_flag_calls calls = {
        .round_trips = t->requests,
        .call_label = call_of(first_root(link)),
        .client_ns = known(t->client_ns),
        .client_own_ns = known(t->client_own_ns),
        .transport_ns = known(t->transport_ns),
        .has_transport = t->transport_ns != PP_LINK_UNKNOWN,
        .is_local = is_local(link),
        .own_label = or_unknown(t->largest_own_label),
        .own_label_ns = known(t->largest_own_ns),
    };
    for (size_t i = 0; i < link->result_count; i++) {
        calls.calls += link->results[i].is_root;
        calls.items += link->results[i].is_root ? link->results[i].call.items : 0;
    }
    return calls;
}

static bool find_flags(pp_link *link)
{
    pp_flag_step *steps = calloc(count_steps(link) + 1, sizeof *steps);
    pp_flag_facts facts = {.steps = steps, .calls = sum_up_calls(link)};
    for (size_t i = 0; steps && i < link->result_count; i++) {
        const pp_link_result *result = &link->results[i];
        add_flag_steps(steps, &facts.step_count, result->client_work, "client", result->call.items);
        add_flag_steps(steps, &facts.step_count, result->server_work, "server", result->call.items);
    }
    bool ok = steps && pp_flags_find(&facts, &link->flags);
    free(steps);
    return ok;
}

int pp_link_conclude(pp_link *link)
{
    enum { SENTENCE_BYTES = 1024 };
    const char *server_label;
    uint64_t server_label_ns = 0;
    link->total = pp_link_no_times();
    for (size_t i = 0; i < link->result_count; i++)
        if (link->results[i].is_root)
            add_times(&link->total, &link->results[i].call.times);
    link->total.bottleneck = pp_link_largest_stage(&link->total);
    link->sentence = calloc(1, SENTENCE_BYTES);
    bool ok = link->sentence && find_largest(link, &server_label, &server_label_ns);
    if (ok)
        write_sentence(link, link->sentence, SENTENCE_BYTES, server_label, server_label_ns);
    if (!ok || !find_flags(link))
        return pp_fail(PP_ENOMEM, "out of memory for joining %zu files", link->file_count);
    return PP_OK;
}
