/* sink/otlp_spans.c: frames and zones as spans, in the JSON of the OpenTelemetry protocol. */
#include "base/base.h"
#include "sink/otlp_json.h"

#include <paintprof/phase.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* Where a span hangs. */
typedef struct place {
    uint8_t trace_id[16];
    uint8_t parent_id[8]; /* all 0: none */
} place;

/* OTLP's SpanKind. */
enum { KIND_INTERNAL = 1, KIND_SERVER, KIND_CLIENT, KIND_PRODUCER, KIND_CONSUMER };

static int kind_of(const pp_otlp_node *node)
{
    if (!node->is_span)
        return KIND_INTERNAL;
    switch (node->span.role) {
    case PP_TRACE_CLIENT:
        return KIND_CLIENT;
    case PP_TRACE_SERVER:
        return KIND_SERVER;
    case PP_TRACE_PRODUCER:
        return KIND_PRODUCER;
    case PP_TRACE_CONSUMER:
        return KIND_CONSUMER;
    case PP_TRACE_INTERNAL:
        break;
    }
    return KIND_INTERNAL;
}

/* ---- Ids ------------------------------------------------------------------------------------ */

static bool is_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static void put_id(pp_buffer *json, const char *key, const uint8_t *bytes, size_t size)
{
    static const char hex[] = "0123456789abcdef";
    pp_buffer_text(json, key);
    pp_buffer_text(json, "\"");
    for (size_t i = 0; i < size; i++) {
        char pair[2] = {hex[bytes[i] >> 4], hex[bytes[i] & 15]};
        pp_buffer_add(json, pair, 2);
    }
    pp_buffer_text(json, "\"");
}

/* What tells a zone from all others of its process: it comes with every export. */
static XXH128_hash_t hash_of(const pp_otlp_origin *origin, const pp_otlp_node *node)
{
    uint64_t source[5] = {0, 0, node->start_ns, node->end_ns,
                          (uint64_t)node->thread << 32 | node->depth};
    memcpy(source, origin->identity, sizeof origin->identity);
    return XXH3_128bits_withSeed(source, sizeof source,
                                 XXH3_64bits(node->site->name, strlen(node->site->name)));
}

static void span_id_of(const pp_otlp_origin *origin, const pp_otlp_node *node, uint8_t id[8])
{
    XXH64_canonical_t canonical;
    XXH64_canonicalFromHash(&canonical, hash_of(origin, node).low64);
    bool has_own = node->is_span && !node->wait;
    memcpy(id, has_own ? node->span.trace.span_id : canonical.digest, 8);
}

/* A trace of a zone's own, where nothing around it has one. */
static place alone(const pp_otlp_origin *origin, const pp_otlp_node *node)
{
    place at = {{0}, {0}};
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, hash_of(origin, node));
    memcpy(at.trace_id, canonical.digest, sizeof at.trace_id);
    return at;
}

/* A zone with a trace has it, wherever it stands. */
static place place_of(const pp_otlp_node *node, const place *around)
{
    place at = *around;
    if (node->is_span) {
        memcpy(at.trace_id, node->span.trace.trace_id, sizeof at.trace_id);
        memcpy(at.parent_id, node->span.parent_id, sizeof at.parent_id);
    }
    return at;
}

/* ---- Spans ---------------------------------------------------------------------------------- */

static void begin_request(pp_otlp_spans *w)
{
    w->json.size_bytes = 0;
    pp_buffer_text(&w->json, "{\"resourceSpans\":[{\"resource\":");
    pp_buffer_text(&w->json, w->origin->resource);
    pp_buffer_text(&w->json, ",\"scopeSpans\":[{\"scope\":");
    pp_buffer_text(&w->json, w->origin->scope);
    pp_buffer_text(&w->json, ",\"spans\":[");
}

static void begin_span(pp_otlp_spans *w, const place *at, const uint8_t span_id[8],
                       const char *name, int kind, uint64_t start_ns, uint64_t end_ns)
{
    pp_buffer *json = &w->json;
    if (w->count == 0)
        begin_request(w);
    put_id(json, w->count == 0 ? "{\"traceId\":" : ",{\"traceId\":", at->trace_id, 16);
    put_id(json, ",\"spanId\":", span_id, 8);
    if (!is_zero(at->parent_id, 8))
        put_id(json, ",\"parentSpanId\":", at->parent_id, 8);
    pp_buffer_text(json, ",\"name\":");
    pp_buffer_json(json, name && *name ? name : "?");
    pp_buffer_text(json, ",\"kind\":");
    pp_buffer_u64(json, (uint64_t)kind);
    pp_otlp_put_u64(json, ",\"startTimeUnixNano\":", pp_otlp_unix_ns(w->origin, start_ns));
    pp_otlp_put_u64(json, ",\"endTimeUnixNano\":", pp_otlp_unix_ns(w->origin, end_ns));
    pp_buffer_text(json, ",\"attributes\":");
    w->count++;
}

static void end_span(pp_otlp_spans *w)
{
    pp_buffer_text(&w->json, "}");
    if (w->json.size_bytes >= PP_OTLP_REQUEST_BYTES)
        pp_otlp_spans_flush(w);
}

/* Named as the semantic conventions of RPC want it; a span has one request and one reply. */
static void put_message(pp_otlp_spans *w, const pp_otlp_mark *message)
{
    pp_buffer_text(&w->json, ",\"name\":\"rpc.message\"");
    pp_otlp_put_text(&w->json, ",\"attributes\":[", "rpc.message.type", message->label);
    pp_otlp_put_int(&w->json, ",", "rpc.message.id", 1);
}

static void put_mark(pp_otlp_spans *w, const pp_otlp_mark *mark)
{
    pp_buffer_text(&w->json, ",\"name\":");
    pp_buffer_json(&w->json, *mark->label ? mark->label : "?");
    pp_otlp_put_int(&w->json, ",\"attributes\":[", "paintprof.since_mark_ns", mark->since_mark_ns);
}

static void put_events(pp_otlp_spans *w, const pp_otlp_mark *mark)
{
    if (!mark)
        return;
    pp_buffer_text(&w->json, ",\"events\":");
    const char *separator = "[";
    for (; mark; mark = mark->next) {
        pp_buffer_text(&w->json, separator);
        pp_otlp_put_u64(&w->json, "{\"timeUnixNano\":", pp_otlp_unix_ns(w->origin, mark->at_ns));
        if (mark->is_message)
            put_message(w, mark);
        else
            put_mark(w, mark);
        pp_buffer_text(&w->json, "]}");
        separator = ",";
    }
    pp_buffer_text(&w->json, "]");
}

/* What a request waited for is told beside its handling, whose site says what that is. */
static const char *name_of(const pp_otlp_node *node, char *room, size_t room_bytes)
{
    static const char *const before[] = {
        [PP_OTLP_WAIT] = "wait for", [PP_OTLP_REPLY_WAIT] = "reply waits after"};
    if (!node->wait)
        return node->site->name;
    pp_format(room, room_bytes, "%s %s", before[node->wait], node->site->name);
    return room;
}

static void put_zone_attributes(pp_otlp_spans *w, const pp_otlp_node *node)
{
    const pp_site_info *site = node->site;
    const char *phase = pp_phase_name(site->phase);
    pp_otlp_put_int(&w->json, "[", "thread.id", node->thread);
    pp_otlp_put_int(&w->json, ",", "paintprof.self_ns", node->self_ns);
    if (phase)
        pp_otlp_put_text(&w->json, ",", "paintprof.phase", phase);
    if (site->file && *site->file)
        pp_otlp_put_text(&w->json, ",", "code.file.path", site->file);
    if (site->line > 0)
        pp_otlp_put_int(&w->json, ",", "code.line.number", site->line);
    pp_buffer_text(&w->json, "]");
}

/* A list of zones and all that is in them; around NULL: each begins a trace. */
static void put_zones(pp_otlp_spans *w, const pp_otlp_node *node, const place *around)
{
    for (; node; node = node->next) {
        place own = alone(w->origin, node), inner;
        place at = place_of(node, around ? around : &own);
        uint8_t span_id[8];
        char room[256];
        span_id_of(w->origin, node, span_id);
        begin_span(w, &at, span_id, name_of(node, room, sizeof room), kind_of(node), node->start_ns,
                   node->end_ns);
        put_zone_attributes(w, node);
        put_events(w, node->marks);
        if (node->is_span) {
            pp_buffer_text(&w->json, ",\"flags\":");
            pp_buffer_u64(&w->json, node->span.trace.flags);
        }
        end_span(w);
        inner = at;
        memcpy(inner.parent_id, span_id, sizeof span_id);
        put_zones(w, node->child, &inner); /* as deep as zones nest */
    }
}

static void put_measured(pp_otlp_spans *w, const char *key, int64_t value)
{
    if (value >= 0)
        pp_otlp_put_int(&w->json, ",", key, (uint64_t)value);
}

static void put_phases(pp_otlp_spans *w, const pp_frame *frame)
{
    char key[64];
    for (unsigned phase = 0; phase < PP_PHASE_MAX; phase++) {
        const char *name = frame->phase_ns[phase] > 0 ? pp_phase_name(phase) : NULL;
        if (!name)
            continue;
        pp_format(key, sizeof key, "paintprof.frame.phase.%s_ns", name);
        pp_otlp_put_int(&w->json, ",", key, frame->phase_ns[phase]);
    }
}

static void put_frame_attributes(pp_otlp_spans *w, const pp_otlp_tree *tree)
{
    const pp_frame *frame = &tree->frame;
    pp_otlp_put_int(&w->json, "[", "paintprof.frame.number", frame->number);
    pp_otlp_put_int(&w->json, ",", "paintprof.window", frame->window);
    pp_otlp_put_int(&w->json, ",", "paintprof.frame.budget_ns", frame->budget_ns);
    pp_otlp_put_int(&w->json, ",", "paintprof.frame.work_ns", frame->work_ns);
    put_phases(w, frame);
    put_measured(w, "paintprof.frame.interval_ns", frame->interval_ns);
    put_measured(w, "paintprof.frame.flush_ns", frame->flush_ns);
    put_measured(w, "paintprof.frame.gpu_ns", frame->gpu_ns);
    put_measured(w, "paintprof.frame.items_created", frame->items_created);
    put_measured(w, "paintprof.frame.items_painted", frame->items_painted);
    put_measured(w, "paintprof.frame.dirty_px", frame->dirty_px);
    if (frame->jank != PP_JANK_NONE)
        pp_otlp_put_text(&w->json, ",", "paintprof.frame.late", pp_jank_name(frame->jank));
    if (tree->left_out > 0)
        pp_otlp_put_int(&w->json, ",", "paintprof.zones_left_out", tree->left_out);
    pp_buffer_text(&w->json, "]");
}

static void put_links(pp_otlp_spans *w, const pp_otlp_tree *tree)
{
    if (tree->link_count == 0)
        return;
    pp_buffer_text(&w->json, ",\"links\":[");
    for (uint32_t i = 0; i < tree->link_count; i++) {
        put_id(&w->json, i > 0 ? ",{\"traceId\":" : "{\"traceId\":", tree->links[i].trace_id, 16);
        put_id(&w->json, ",\"spanId\":", tree->links[i].span_id, 8);
        pp_otlp_put_text(&w->json, ",\"attributes\":[", "paintprof.link", "shows");
        pp_buffer_text(&w->json, "]}");
    }
    pp_buffer_text(&w->json, "]");
}

static void put_frame(pp_otlp_spans *w, const pp_otlp_tree *tree)
{
    const pp_frame *frame = &tree->frame;
    place at = {{0}, {0}};
    uint8_t span_id[8];
    pp_otlp_frame_ids(w->origin, frame, at.trace_id, span_id);
    begin_span(w, &at, span_id, "frame", KIND_INTERNAL, frame->start_ns, frame->end_ns);
    put_frame_attributes(w, tree);
    put_links(w, tree);
    end_span(w);
    memcpy(at.parent_id, span_id, sizeof span_id);
    put_zones(w, tree->nodes, &at);
}

/* ---- Requests ------------------------------------------------------------------------------- */

void pp_otlp_spans_add(pp_otlp_spans *spans, const pp_otlp_tree *tree)
{
    if (tree->has_frame)
        put_frame(spans, tree);
    else
        put_zones(spans, tree->nodes, NULL);
}

bool pp_otlp_spans_flush(pp_otlp_spans *spans)
{
    uint64_t count = spans->count;
    spans->count = 0;
    if (count == 0)
        return !spans->json.failed;
    pp_buffer_text(&spans->json, "]}]}]}");
    if (!spans->json.failed)
        spans->send(spans->user, spans->json.data, spans->json.size_bytes, count);
    return !spans->json.failed;
}
