/* paintprof/link.h: joins what two or more processes recorded: who waited for whom.
 *
 * Recordings are joined by the traces in them (paintprof/trace.h); logs of text blocks, of programs
 * that have nothing else, by their totals. Of each call it tells where its time went: the client's
 * own work, the way to the server and back, waiting there, the server's work, and the frame that
 * showed the result. Times of one side are exact; what lies between two machines rests on an offset
 * of their clocks, which is estimated and told with its uncertainty. */
#ifndef PAINTPROF_LINK_H
#define PAINTPROF_LINK_H

#include <paintprof/export.h>
#include <paintprof/profiler.h>
#include <paintprof/reader.h>
#include <stddef.h>
#include <stdint.h>

PP_BEGIN_DECLS

typedef struct pp_link pp_link;

typedef struct pp_link_opts {
    uint32_t struct_size;   /* sizeof(pp_link_opts) */
    const char *call_label; /* the step of a client's log that is the call; copied; NULL: found */
} pp_link_opts;

/* A time that is not known. Known ones may be negative by what a clock offset is wrong by. */
#define PP_LINK_UNKNOWN INT64_MIN

/* Where most of a call's time went. */
typedef enum pp_link_stage {
    PP_LINK_CLIENT,     /* the client's own work */
    PP_LINK_TRANSPORT,  /* on the way, both ways together */
    PP_LINK_WAIT,       /* received, but not handled yet */
    PP_LINK_SERVER,     /* handling it */
    PP_LINK_REPLY_WAIT, /* handled, but the reply not sent yet */
    PP_LINK_SCREEN,     /* handled, but not on the screen yet */
} pp_link_stage;

/* One call, or the sum of all; nanoseconds. Where requests do not overlap,
 *   client = client_own + transport + wait + server - server_after_reply + reply_wait + unmatched
 */
typedef struct pp_link_times {
    int64_t client_ns;            /* all of the client's work on the trace, its waiting included */
    int64_t client_own_ns;        /* of that, what it did not wait for */
    int64_t transport_ns;         /* both ways; in logs with all queueing */
    int64_t request_transport_ns; /* of that, the way there and the way back */
    int64_t reply_transport_ns;
    int64_t wait_ns;               /* from the request's arrival to the beginning of its handling */
    int64_t server_ns;             /* handling it */
    int64_t server_after_reply_ns; /* of that, what came after the reply had been sent */
    int64_t reply_wait_ns;         /* from the end of its handling to the reply's departure */
    int64_t unmatched_ns;          /* waiting for requests that no other recording knows */
    int64_t to_screen_ns;          /* from the end of its handling to the end of the frame */
    int64_t end_to_end_ns;         /* from the client's begin to the end of that frame */
    int64_t largest_own_ns;        /* the client's largest own step */
    const char *largest_own_label; /* NULL: unknown */
    uint64_t requests;
    pp_link_stage bottleneck;
} pp_link_times;

/* One call of a trace. Texts live as long as the link. */
typedef struct pp_link_call {
    char trace_id[33];           /* hex; "" in logs */
    const char *client, *server; /* what ran there: zone or heading; NULL: unknown */
    pp_link_times times;
    uint64_t items; /* that it was about, as the headings say; 0: unknown */
    uint64_t frame; /* number of the frame that showed it in its recording; 0: unknown */
    uint32_t window;
} pp_link_call;

/* A link without files. opts may be NULL. PP_EINVAL, PP_ENOMEM. Destroy with pp_link_destroy().
 * Thread: one at a time per object, here and below. Since: 0.2 */
PP_API int pp_link_create(pp_link **out, const pp_link_opts *opts);
PP_API void pp_link_destroy(pp_link *link);

/* Adds a recording or, when path does not begin like one, a log. progress may be NULL. Returns 0,
 * PP_EIO, PP_EDATA (neither: nothing in it is a block), PP_ENOMEM, PP_EBUSY (progress said stop).
 * Since: 0.2 */
PP_API int pp_link_add_file(pp_link *link, const char *path, pp_progress_fn progress, void *user);

/* Adds a log that is in memory, under a name. Any bytes are a log; PP_EDATA when no block is in it.
 * Since: 0.2 */
PP_API int pp_link_add_log(pp_link *link, const char *name, const char *bytes, size_t size_bytes);

/* Joins what was added; after the last file, once. PP_EDATA with a message that says what is
 * missing when nothing can be joined; PP_EINVAL, PP_ENOMEM. Since: 0.2 */
PP_API int pp_link_join(pp_link *link);

/* The sum over all calls, and the calls one by one: false past the last. After pp_link_join().
 * Since: 0.2 */
PP_API const pp_link_times *pp_link_total(const pp_link *link);
PP_API bool pp_link_call_at(const pp_link *link, size_t index, pp_link_call *out);

/* Writes all of it through write, in one call: for people, or as one line of JSON in milliseconds.
 * PP_ENOMEM. After pp_link_join(). Since: 0.2 */
PP_API int pp_link_write_text(const pp_link *link, pp_text_fn write, void *user);
PP_API int pp_link_write_json(const pp_link *link, pp_text_fn write, void *user);

PP_END_DECLS

#endif
