/* sink/otlp_origin.c: of which process telemetry is: its resource by OpenTelemetry's semantic
 * conventions, its identity, its clock. */
#include "base/base.h"
#include "sink/otlp_json.h"

#include <paintprof/version.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static const char HEX[] = "0123456789abcdef";

void pp_otlp_identify(pp_otlp_origin *origin, const char *boot_id, uint64_t pid,
                      uint64_t started_ns, uint64_t started_unix_ns)
{
    const uint64_t numbers[] = {XXH3_64bits(boot_id, strlen(boot_id)), pid, started_ns,
                                started_unix_ns};
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(numbers, sizeof numbers));
    memcpy(origin->identity, canonical.digest, sizeof origin->identity);
    origin->monotonic_ns = started_ns;
    origin->unix_ns = started_unix_ns;
}

uint64_t pp_otlp_unix_ns(const pp_otlp_origin *origin, uint64_t ns)
{
    uint64_t at = origin->unix_ns + (ns - origin->monotonic_ns);
    return at <= INT64_MAX ? at : 0; /* a time of a damaged recording: 0 is "unknown" */
}

void pp_otlp_frame_ids(const pp_otlp_origin *origin, const pp_frame *frame, uint8_t trace_id[16],
                       uint8_t span_id[8])
{
    uint64_t source[5] = {0, 0, frame->number, frame->window, frame->start_ns};
    memcpy(source, origin->identity, sizeof origin->identity);
    XXH128_canonical_t trace;
    XXH64_canonical_t span;
    XXH128_canonicalFromHash(&trace, XXH3_128bits(source, sizeof source));
    XXH64_canonicalFromHash(&span, XXH3_64bits(source, sizeof source));
    memcpy(trace_id, trace.digest, 16);
    memcpy(span_id, span.digest, 8);
}

/* ---- Resource ------------------------------------------------------------------------------- */

void pp_otlp_put_text(pp_buffer *json, const char *separator, const char *key, const char *text)
{
    pp_buffer_text(json, separator);
    pp_buffer_text(json, "{\"key\":\"");
    pp_buffer_text(json, key);
    pp_buffer_text(json, "\",\"value\":{\"stringValue\":");
    pp_buffer_json(json, text);
    pp_buffer_text(json, "}}");
}

void pp_otlp_put_u64(pp_buffer *json, const char *key, uint64_t value)
{
    pp_buffer_text(json, key);
    pp_buffer_text(json, "\"");
    pp_buffer_u64(json, value);
    pp_buffer_text(json, "\"");
}

/* intValue is signed: what does not fit, from a damaged recording, stays the largest. */
void pp_otlp_put_int(pp_buffer *json, const char *separator, const char *key, uint64_t value)
{
    pp_buffer_text(json, separator);
    pp_buffer_text(json, "{\"key\":\"");
    pp_buffer_text(json, key);
    pp_otlp_put_u64(json, "\",\"value\":{\"intValue\":", value < INT64_MAX ? value : INT64_MAX);
    pp_buffer_text(json, "}}");
}

static void put_known(pp_buffer *json, const char *key, const char *text)
{
    if (text && *text)
        pp_otlp_put_text(json, ",", key, text);
}

static const char *name_in(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path;
}

/* As the conventions spell the architectures that Debian has. */
static const char *architecture(const char *machine)
{
    static const char *const names[][2] = {
        {"x86_64", "amd64"}, {"aarch64", "arm64"}, {"i686", "x86"}, {"armv7l", "arm32"}};
    for (size_t i = 0; i < PP_COUNT_OF(names); i++)
        if (strcmp(names[i][0], machine) == 0)
            return names[i][1];
    return machine;
}

static void put_host(pp_buffer *json, const pp_otlp_facts *facts)
{
    if (!facts->host)
        return;
    put_known(json, "host.name", facts->host->name);
    put_known(json, "host.id", facts->host_id);
    put_known(json, "host.arch", architecture(facts->host->machine));
    put_known(json, "host.cpu.model.name", facts->host->cpu);
    if (strcmp(facts->host->system, "Linux") == 0)
        put_known(json, "os.type", "linux");
    put_known(json, "os.version", facts->host->release);
}

static void put_instance(pp_buffer *json, const pp_otlp_origin *origin)
{
    char hex[33];
    for (size_t i = 0; i < 16; i++) {
        hex[2 * i] = HEX[origin->identity[i] >> 4];
        hex[2 * i + 1] = HEX[origin->identity[i] & 15];
    }
    hex[32] = '\0';
    pp_otlp_put_text(json, ",", "service.instance.id", hex);
}

static void put_resource(pp_buffer *json, const pp_otlp_origin *origin, const pp_otlp_facts *facts)
{
    const char *program = name_in(facts->executable);
    bool is_named = facts->service_name && *facts->service_name;
    bool has_program = program && *program;
    pp_otlp_put_text(json, "{\"attributes\":[", "service.name",
                     is_named      ? facts->service_name
                     : has_program ? program
                                   : "unknown_service");
    put_instance(json, origin);
    if (facts->pid != 0)
        pp_otlp_put_int(json, ",", "process.pid", facts->pid);
    put_known(json, "process.executable.name", program);
    put_known(json, "process.executable.path", facts->executable);
    put_known(json, "process.command_line", facts->command_line);
    put_host(json, facts);
    put_known(json, "telemetry.sdk.name", "paintprof");
    put_known(json, "telemetry.sdk.language", "cpp");
    put_known(json, "telemetry.sdk.version", facts->version);
    pp_buffer_text(json, "]}");
}

static char *finish(pp_buffer *json)
{
    pp_buffer_add(json, "", 1);
    if (!json->failed)
        return json->data;
    free(json->data);
    return NULL;
}

bool pp_otlp_describe(pp_otlp_origin *origin, const pp_otlp_facts *facts)
{
    pp_buffer resource = {0}, scope = {0};
    put_resource(&resource, origin, facts);
    pp_buffer_text(&scope, "{\"name\":\"paintprof\",\"version\":");
    pp_buffer_json(&scope, PP_VERSION);
    pp_buffer_text(&scope, "}");
    origin->resource = finish(&resource);
    origin->scope = finish(&scope);
    return origin->resource && origin->scope;
}

void pp_otlp_origin_free(pp_otlp_origin *origin)
{
    free(origin->resource);
    free(origin->scope);
    origin->resource = origin->scope = NULL;
}
