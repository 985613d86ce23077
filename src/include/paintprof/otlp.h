/* paintprof/otlp.h: frames and zones for OpenTelemetry: to any Collector over HTTP, or as text.
 *
 * Frames and zones become spans, frame times exponential histograms; docs/fleet.md says which, and
 * how a Collector is set up. From a running program it is off until it is asked for:
 *
 *   PAINTPROF_OTLP=http://127.0.0.1:4318   from the program's first session to its end
 *   PAINTPROF_OTLP_PERIOD=S                seconds between metrics; 60
 *   PAINTPROF_OTLP_SLOW=MS                 what makes a frame slow; its budget
 *   PAINTPROF_NO_ARGS=1                    keeps the command line out of it
 *   OTEL_SERVICE_NAME=NAME                 instead of the program's file name
 *
 * Posting needs libcurl.so.4, which is loaded only then. */
#ifndef PAINTPROF_OTLP_H
#define PAINTPROF_OTLP_H

#include <paintprof/export.h>
#include <paintprof/profiler.h>
#include <paintprof/reader.h>
#include <stdbool.h>
#include <stdint.h>

PP_BEGIN_DECLS

typedef struct pp_otlp pp_otlp;

/* Zeroed but for struct_size: the defaults. Texts are copied. */
typedef struct pp_otlp_opts {
    uint32_t struct_size;     /* sizeof(pp_otlp_opts) */
    bool all_zones;           /* of a recording: every zone, not only slow ones and slow frames' */
    bool no_args;             /* leaves the command line out */
    const char *endpoint;     /* http or https; /v1/traces and /v1/metrics are put behind it */
    const char *service_name; /* NULL: the program's file name */
    uint64_t slow_ns;         /* what takes longer is slow; 0: the frame's budget */
    uint64_t period_ns;       /* between metrics of a running program; 0: 60 s; at least 1 s */
    uint64_t patience_ns;     /* how long one request is tried again; 0: 30 s */
} pp_otlp_opts;

/* What became of it so far. */
typedef struct pp_otlp_status {
    uint64_t frames;
    uint64_t spans_sent;     /* taken by the Collector, or written */
    uint64_t spans_dropped;  /* not sent: no room, no answer in time, or refused for good */
    uint64_t spans_rejected; /* of those sent: the Collector said that it dropped them */
    uint64_t points_rejected;
    uint64_t requests, retries;
    uint64_t bytes;  /* bodies of requests, or text */
    uint64_t cpu_ns; /* of the exporter's thread in a running program */
    uint64_t lost;   /* zones and marks for which there was no memory */
} pp_otlp_status;

/* Exports the running session until pp_otlp_stop() or the session's end: slow frames with their
 * zones, slow zones, zones of traces, and metrics every period. One at a time per process. It has a
 * thread of its own and a bounded queue; no frame ever waits for it, what finds no room is counted.
 * Returns 0, PP_EINVAL (no session, no endpoint), PP_EBUSY, PP_ENOMEM, PP_ENOTSUP (no libcurl).
 * Thread: any but a sink's callback. Since: 0.2 */
PP_API int pp_otlp_start(pp_otlp **out, const pp_otlp_opts *opts);

/* Sends what is left within 2 s (a transfer under way may end a second later), ends the thread and
 * frees it; NULL is allowed. Returns 0, or PP_EIO with a message if the last request was not taken.
 * Thread: any but a sink's callback. Since: 0.2 */
PP_API int pp_otlp_stop(pp_otlp *otlp);

/* Thread: any. Since: 0.2 */
PP_API void pp_otlp_query(pp_otlp *otlp, pp_otlp_status *out);

/* Exports a recording: frames, slow frames' zones, slow zones and zones of traces, then metrics.
 * With an endpoint it is posted; else each request goes to write as one line. status may be NULL.
 * The same recording gives the same ids each time. Returns 0 or as pp_reader_run(), PP_EINVAL,
 * PP_ENOTSUP, PP_EIO (a request was refused or not answered: the rest is not sent). Thread: one at
 * a time per reader. Since: 0.2 */
PP_API int pp_reader_export_otlp(pp_reader *reader, const pp_otlp_opts *opts, pp_text_fn write,
                                 void *user, pp_progress_fn progress, void *progress_user,
                                 pp_otlp_status *status);

PP_END_DECLS

#endif
