/* link/write_json.c: what was joined as one line of JSON: milliseconds, null where unknown. */
#include "base/base.h"
#include "link/model.h"
#include "sink/report_data.h"

#include <paintprof/version.h>
#include <string.h>

enum { SCHEMA_VERSION = 1 };

static void put_key(pp_buffer *json, const char *key)
{
    char last = json->size_bytes > 0 ? json->data[json->size_bytes - 1] : '{';
    if (last != '{' && last != '[')
        pp_buffer_text(json, ",");
    if (key) {
        pp_buffer_json(json, key);
        pp_buffer_text(json, ":");
    }
}

static void put_text(pp_buffer *json, const char *key, const char *text)
{
    put_key(json, key);
    if (text)
        pp_buffer_json(json, text);
    else
        pp_buffer_text(json, "null");
}

static void put_u64(pp_buffer *json, const char *key, uint64_t number)
{
    put_key(json, key);
    pp_buffer_u64(json, number);
}

static void put_bool(pp_buffer *json, const char *key, bool value)
{
    put_key(json, key);
    pp_buffer_text(json, value ? "true" : "false");
}

static void put_ms(pp_buffer *json, const char *key, int64_t ns)
{
    char text[PP_NUMBER_BYTES];
    put_key(json, key);
    if (ns == PP_LINK_UNKNOWN) {
        pp_buffer_text(json, "null");
        return;
    }
    *pp_put_ms(text, (uint64_t)(ns < 0 ? -ns : ns)) = '\0';
    pp_buffer_text(json, ns < 0 ? "-" : "");
    pp_buffer_text(json, text);
}

static void put_open(pp_buffer *json, const char *key, const char *bracket)
{
    put_key(json, key);
    pp_buffer_text(json, bracket);
}

static const char *stage_name(pp_link_stage stage)
{
    static const char *const names[] = {
        [PP_LINK_CLIENT] = "client",
        [PP_LINK_TRANSPORT] = "transport",
        [PP_LINK_WAIT] = "wait",
        [PP_LINK_SERVER] = "server",
        [PP_LINK_REPLY_WAIT] = "reply_wait",
        [PP_LINK_SCREEN] = "to_screen",
    };
    return names[stage];
}

static void put_times(pp_buffer *json, const pp_link_times *t)
{
    put_ms(json, "client_ms", t->client_ns);
    put_ms(json, "server_ms", t->server_ns);
    put_ms(json, "transport_ms", t->transport_ns);
    put_ms(json, "request_transport_ms", t->request_transport_ns);
    put_ms(json, "reply_transport_ms", t->reply_transport_ns);
    put_ms(json, "wait_ms", t->wait_ns);
    put_ms(json, "reply_wait_ms", t->reply_wait_ns);
    put_ms(json, "server_after_reply_ms", t->server_after_reply_ns);
    put_ms(json, "unmatched_ms", t->unmatched_ns);
    put_ms(json, "to_screen_ms", t->to_screen_ns);
    put_ms(json, "end_to_end_ms", t->end_to_end_ns);
    put_ms(json, "client_own_ms", t->client_own_ns);
    if (t->largest_own_label) {
        put_open(json, "largest_own_step", "{");
        put_text(json, "label", t->largest_own_label);
        put_ms(json, "ms", t->largest_own_ns);
        pp_buffer_text(json, "}");
    } else {
        put_text(json, "largest_own_step", NULL);
    }
    put_u64(json, "requests", t->requests);
    put_text(json, "bottleneck_stage", stage_name(t->bottleneck));
}

static const char *path_of(const pp_link *link, uint32_t file)
{
    return file < link->file_count ? link->files[file].path : NULL;
}

static void put_call(pp_buffer *json, const pp_link *link, const pp_link_result *result)
{
    const pp_link_call *call = &result->call;
    put_open(json, NULL, "{");
    put_text(json, "trace_id", call->trace_id[0] ? call->trace_id : NULL);
    put_bool(json, "root", result->is_root);
    put_text(json, "client", call->client);
    put_text(json, "server", call->server);
    put_text(json, "client_file", path_of(link, result->client_file));
    put_text(json, "server_file", path_of(link, result->server_file));
    if (call->items > 0)
        put_u64(json, "items", call->items);
    else
        put_text(json, "items", NULL);
    put_times(json, &call->times);
    if (call->frame > 0) {
        put_u64(json, "frame", call->frame);
        put_u64(json, "window", call->window);
    } else {
        put_text(json, "frame", NULL);
        put_text(json, "window", NULL);
    }
    put_bool(json, "requests_overlap", result->has_overlap);
    pp_buffer_text(json, "}");
}

static void put_files(pp_buffer *json, const pp_link *link)
{
    put_open(json, "files", "[");
    for (size_t i = 0; i < link->file_count; i++) {
        const pp_link_file *file = &link->files[i];
        put_open(json, NULL, "{");
        put_text(json, "path", file->path);
        put_text(json, "kind", file->is_log ? "log" : "recording");
        put_text(json, "program", file->program[0] ? file->program : NULL);
        put_text(json, "host", file->host[0] ? file->host : NULL);
        put_u64(json, file->is_log ? "blocks" : "spans",
                file->is_log ? file->block_count : file->spans);
        put_u64(json, "lost", file->lost);
        pp_buffer_text(json, "}");
    }
    pp_buffer_text(json, "]");
}

static void put_clocks(pp_buffer *json, const pp_link *link)
{
    char ppm[64];
    put_open(json, "clocks", "[");
    for (size_t i = 0; i < link->pairing_count; i++) {
        const pp_link_pairing *pairing = &link->pairings[i];
        const pp_link_clock *clock = &pairing->clock;
        bool is_estimated = pairing->is_known && !pairing->is_one_boot;
        put_open(json, NULL, "{");
        put_text(json, "client_file", path_of(link, pairing->client));
        put_text(json, "server_file", path_of(link, pairing->server));
        put_bool(json, "one_clock", pairing->is_one_boot);
        put_ms(json, "offset_ms",
               is_estimated           ? clock->offset_ns
               : pairing->is_one_boot ? 0
                                      : PP_LINK_UNKNOWN);
        pp_format(ppm, sizeof ppm, "%.6f", clock->drift * 1e6);
        put_open(json, "drift_ppm", is_estimated ? ppm : "null");
        put_ms(json, "uncertainty_ms",
               is_estimated           ? clock->uncertainty_ns
               : pairing->is_one_boot ? 0
                                      : PP_LINK_UNKNOWN);
        put_u64(json, "exchanges", clock->exchanges);
        pp_buffer_text(json, "}");
    }
    pp_buffer_text(json, "]");
}

static void put_choice(pp_buffer *json, const pp_link *link)
{
    if (!link->call_step) {
        put_text(json, "call", NULL);
        return;
    }
    put_open(json, "call", "{");
    put_text(json, "label", link->call_step);
    put_text(json, "reason", link->call_reason);
    put_text(json, "client_reason", link->role_reason);
    pp_buffer_text(json, "}");
}

int pp_link_write_json(const pp_link *link, pp_text_fn write, void *user)
{
    pp_buffer json = {0};
    pp_buffer_text(&json, "{");
    put_text(&json, "format", "paintprof link");
    put_u64(&json, "schema_version", SCHEMA_VERSION);
    put_text(&json, "paintprof_version", pp_version());
    put_times(&json, &link->total);
    put_text(&json, "bottleneck", link->sentence);
    put_choice(&json, link);
    put_files(&json, link);
    put_clocks(&json, link);
    put_open(&json, "flags", "");
    pp_flags_json(&json, &link->flags);
    put_open(&json, "traces", "[");
    for (size_t i = 0; i < link->result_count; i++)
        put_call(&json, link, &link->results[i]);
    pp_buffer_text(&json, "]}\n");
    return pp_report_deliver(&json, write, user);
}
