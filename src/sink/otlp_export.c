/* sink/otlp_export.c: exports a recording: reads it once, sends spans as they come, then metrics.
 * The last tree of a frame and one request are all that waits, however long the recording is. */
#include "base/base.h"
#include "sink/otlp_http.h"
#include "sink/otlp_json.h"
#include "sink/otlp_metrics.h"

#include <paintprof/otlp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const uint64_t PATIENCE_NS = UINT64_C(30) * 1000000000;

typedef struct exporter {
    pp_otlp_origin origin;
    pp_otlp_trees *trees;
    pp_otlp_spans spans;
    pp_otlp_metrics metrics;
    pp_otlp_http *http; /* NULL: text */
    pp_text_fn write;
    void *write_user;
    pp_progress_fn progress;
    void *progress_user;
    uint64_t patience_ns, deadline_ns;
    uint64_t done_bytes, total_bytes; /* as progress was told last */
    bool has_failed;                  /* a request was not taken */
    bool is_stopped;                  /* by progress */
    char failure[512];
    pp_otlp_status status;
} exporter;

/* ---- Requests ------------------------------------------------------------------------------- */

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* While a request waits, whoever wants to stop is heard. */
static uint64_t deadline_of(void *user)
{
    exporter *e = user;
    if (e->progress && !e->progress(e->progress_user, e->done_bytes, e->total_bytes))
        e->is_stopped = true;
    return e->is_stopped ? 0 : e->deadline_ns;
}

static bool post(exporter *e, const char *path, const char *json, size_t size_bytes,
                 uint64_t *rejected)
{
    pp_otlp_answer answer;
    e->deadline_ns = now_ns() + e->patience_ns;
    bool is_taken = pp_otlp_http_post(e->http, path, json, size_bytes, deadline_of, e, &answer);
    e->status.retries += answer.retries;
    *rejected += answer.rejected;
    if (!is_taken) {
        e->has_failed = true;
        pp_format(e->failure, sizeof e->failure, "a request to %s was not taken: %s", path,
                  answer.message);
    }
    return is_taken;
}

/* Sends one request; false when it was not taken, or an earlier one was not. */
static bool send_request(exporter *e, const char *path, const char *json, size_t size_bytes,
                         uint64_t *rejected)
{
    if (e->has_failed || e->is_stopped)
        return false;
    if (e->http) {
        if (!post(e, path, json, size_bytes, rejected))
            return false;
    } else {
        e->write(e->write_user, json, size_bytes);
        e->write(e->write_user, "\n", 1);
    }
    e->status.requests++;
    e->status.bytes += size_bytes + (e->http ? 0 : 1);
    return true;
}

static void send_spans(void *user, const char *json, size_t size_bytes, uint64_t spans)
{
    exporter *e = user;
    if (send_request(e, "/v1/traces", json, size_bytes, &e->status.spans_rejected))
        e->status.spans_sent += spans;
    else
        e->status.spans_dropped += spans;
}

static bool send_metrics(exporter *e)
{
    pp_buffer json = {0};
    pp_otlp_metrics_write(&e->metrics, &e->origin, e->metrics.first_ns, e->metrics.last_ns, &json);
    bool is_whole = !json.failed;
    if (is_whole)
        send_request(e, "/v1/metrics", json.data, json.size_bytes, &e->status.points_rejected);
    free(json.data);
    return is_whole;
}

/* ---- What the reader tells ------------------------------------------------------------------ */

static void take_tree(void *user, pp_otlp_tree *tree)
{
    exporter *e = user;
    pp_otlp_spans_add(&e->spans, tree);
    pp_otlp_tree_free(tree);
}

static void take_frame(void *user, const pp_frame *frame)
{
    exporter *e = user;
    e->status.frames++;
    pp_otlp_metrics_add(&e->metrics, frame);
    pp_otlp_trees_frame(e->trees, frame);
}

static void take_zone(void *user, const pp_zone_record *zone)
{
    pp_otlp_trees_zone(((exporter *)user)->trees, zone);
}

static void take_mark(void *user, const pp_mark_record *mark)
{
    pp_otlp_trees_mark(((exporter *)user)->trees, mark);
}

static void take_event(void *user, const pp_trace_record *event)
{
    pp_otlp_trees_event(((exporter *)user)->trees, event);
}

/* A request that was not taken ends the reading too. */
static bool step(void *user, uint64_t done_bytes, uint64_t total_bytes)
{
    exporter *e = user;
    e->done_bytes = done_bytes;
    e->total_bytes = total_bytes;
    if (e->progress && !e->progress(e->progress_user, done_bytes, total_bytes))
        e->is_stopped = true;
    return !e->is_stopped && !e->has_failed;
}

/* ---- All ------------------------------------------------------------------------------------ */

static void copy_note(const pp_reader *reader, const char *key, char *to, size_t capacity)
{
    const char *value = pp_reader_note(reader, key);
    pp_format(to, capacity, "%s", value ? value : "");
}

static bool describe(exporter *e, const pp_reader *reader, const pp_otlp_opts *opts)
{
    const pp_recording_info *info = pp_reader_info(reader);
    pp_host host = {0};
    copy_note(reader, "host.name", host.name, sizeof host.name);
    copy_note(reader, "host.system", host.system, sizeof host.system);
    copy_note(reader, "host.release", host.release, sizeof host.release);
    copy_note(reader, "host.machine", host.machine, sizeof host.machine);
    copy_note(reader, "host.cpu", host.cpu, sizeof host.cpu);
    const pp_otlp_facts facts = {
        .service_name = opts->service_name,
        .executable = pp_reader_note(reader, "process.executable"),
        .command_line = opts->no_args ? NULL : pp_reader_note(reader, "process.command_line"),
        .version = pp_reader_note(reader, "paintprof.version"),
        .pid = info->pid,
        .host = &host,
    };
    pp_otlp_identify(&e->origin, info->boot_id, info->pid, info->started_ns, info->started_utc_ns);
    return pp_otlp_describe(&e->origin, &facts);
}

static bool prepare(exporter *e, const pp_reader *reader, const pp_otlp_opts *opts)
{
    const pp_otlp_tree_opts tree_opts = {
        .user = e,
        .deliver = take_tree,
        .slow_ns = opts->slow_ns,
        .nodes_max = PP_OTLP_NODES_MAX,
        .all_zones = opts->all_zones,
    };
    e->patience_ns = opts->patience_ns ? opts->patience_ns : PATIENCE_NS;
    e->trees = pp_otlp_trees_create(&tree_opts);
    e->spans = (pp_otlp_spans){.origin = &e->origin, .user = e, .send = send_spans};
    pp_otlp_metrics_init(&e->metrics);
    return e->trees && describe(e, reader, opts);
}

static int run(exporter *e, pp_reader *reader)
{
    const pp_sink sink = {.struct_size = sizeof sink,
                          .user = e,
                          .frame = take_frame,
                          .zone = take_zone,
                          .mark = take_mark,
                          .trace = take_event};
    int status = pp_reader_run(reader, &sink, step, e);
    if (status == PP_OK) {
        pp_otlp_trees_flush(e->trees);
        bool is_whole = pp_otlp_spans_flush(&e->spans);
        e->status.lost = pp_otlp_trees_lost(e->trees);
        e->metrics.dropped = pp_reader_info(reader)->dropped + e->status.lost;
        if (!send_metrics(e) || !is_whole)
            status = pp_fail(PP_ENOMEM, "out of memory for a request");
    }
    if (e->is_stopped)
        return pp_fail(PP_EBUSY, "the export was stopped");
    return e->has_failed ? pp_fail(PP_EIO, "%s", e->failure) : status;
}

static void clean_up(exporter *e)
{
    pp_otlp_trees_destroy(e->trees);
    free(e->spans.json.data);
    pp_otlp_origin_free(&e->origin);
    pp_otlp_http_destroy(e->http);
    free(e);
}

int pp_reader_export_otlp(pp_reader *reader, const pp_otlp_opts *opts, pp_text_fn write, void *user,
                          pp_progress_fn progress, void *progress_user, pp_otlp_status *status)
{
    if (!reader || !opts || opts->struct_size < sizeof *opts || (!write && !opts->endpoint))
        return pp_fail(PP_EINVAL, "pp_reader_export_otlp: no reader, no valid options, or nowhere "
                                  "to write to");
    exporter *e = calloc(1, sizeof *e);
    if (!e)
        return pp_fail(PP_ENOMEM, "out of memory for an export");
    e->write = write;
    e->write_user = user;
    e->progress = progress;
    e->progress_user = progress_user;
    int code = opts->endpoint ? pp_otlp_http_create(&e->http, opts->endpoint) : PP_OK;
    if (code == PP_OK)
        code = prepare(e, reader, opts) ? run(e, reader)
                                        : pp_fail(PP_ENOMEM, "out of memory for an export");
    if (status)
        *status = e->status;
    clean_up(e);
    return code;
}
