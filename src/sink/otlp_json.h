/* sink/otlp_json.h: requests of the OpenTelemetry protocol in its JSON mapping: ids in hex, 64-bit
 * integers as strings, lowerCamelCase (opentelemetry-proto, docs/specification.md). */
#ifndef PP_OTLP_JSON_H
#define PP_OTLP_JSON_H

#include "base/host.h"
#include "base/text.h"
#include "sink/otlp_tree.h"

/* Which process the telemetry is of, and how its clock stands to unix time. */
typedef struct pp_otlp_origin {
    uint8_t identity[16];           /* of the recording or process: all ids are made of it */
    uint64_t monotonic_ns, unix_ns; /* one moment on both clocks */
    char *resource;                 /* JSON of it; pp_otlp_origin_free() */
    char *scope;
} pp_otlp_origin;

/* What a resource says; NULL, "" and 0: left out. */
typedef struct pp_otlp_facts {
    const char *service_name, *executable, *command_line, *host_id, *version;
    uint64_t pid;
    const pp_host *host;
} pp_otlp_facts;

/* Makes the identity of what tells one process or recording from all others. */
void pp_otlp_identify(pp_otlp_origin *origin, const char *boot_id, uint64_t pid,
                      uint64_t started_ns, uint64_t started_unix_ns);

/* Describes the process, after pp_otlp_identify(). False without memory. */
bool pp_otlp_describe(pp_otlp_origin *origin, const pp_otlp_facts *facts);
void pp_otlp_origin_free(pp_otlp_origin *origin);

uint64_t pp_otlp_unix_ns(const pp_otlp_origin *origin, uint64_t ns);

/* The trace of a frame and the span of it, the same whenever they are asked for. */
void pp_otlp_frame_ids(const pp_otlp_origin *origin, const pp_frame *frame, uint8_t trace_id[16],
                       uint8_t span_id[8]);

/* Spans on their way into ExportTraceServiceRequests, each of PP_OTLP_REQUEST_BYTES and one span
 * more at most. Zeroed but for the first three; free json.data at the end. */
typedef struct pp_otlp_spans {
    const pp_otlp_origin *origin;
    void *user;
    void (*send)(void *user, const char *json, size_t size_bytes, uint64_t spans);
    pp_buffer json;
    uint64_t count; /* in the request that is being made */
} pp_otlp_spans;

enum { PP_OTLP_REQUEST_BYTES = 512 << 10 };

void pp_otlp_spans_add(pp_otlp_spans *spans, const pp_otlp_tree *tree);

/* Sends the last request, if there is something in it. False if memory ran out. */
bool pp_otlp_spans_flush(pp_otlp_spans *spans);

/* {"key":KEY,"value":{"stringValue":TEXT}} and the like. */
void pp_otlp_put_text(pp_buffer *json, const char *separator, const char *key, const char *text);
void pp_otlp_put_int(pp_buffer *json, const char *separator, const char *key, uint64_t value);

/* KEY"value" with value as a string, as 64-bit integers are; key brings its own punctuation. */
void pp_otlp_put_u64(pp_buffer *json, const char *key, uint64_t value);

#endif
