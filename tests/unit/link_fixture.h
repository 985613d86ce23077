/* unit/link_fixture.h: recordings of a client and a server that were never run: their times are
 * planted, each side's on its own clock. */
#ifndef PP_UNIT_LINK_FIXTURE_H
#define PP_UNIT_LINK_FIXTURE_H

#include "recording_support.h"

#include <math.h>
#include <paintprof/link.h>
#include <paintprof/trace.h>

enum { CALLS_MAX = 256 };

/* What one call takes, in microseconds. */
typedef struct plan {
    uint64_t build, pack, there, queue, work, reply_queue, back, after, redraw;
} plan;

/* Where the server's clock is when the client's is at now_ns. */
typedef struct other_clock {
    int64_t offset_ns;
    double drift;
} other_clock;

static uint64_t server_time(const other_clock *clock, uint64_t client_ns)
{
    return (uint64_t)((int64_t)client_ns + clock->offset_ns +
                      llround(clock->drift * (double)client_ns));
}

/* What the server needs to know of a call. */
typedef struct sent_call {
    pp_trace asked;
    uint64_t arrives_ns; /* on the client's clock */
} sent_call;

static sent_call sent[CALLS_MAX];
static char client_path[160], server_path[160];

static int make_link_folder(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    snprintf(client_path, sizeof client_path, "%s/client.pprec", folder);
    snprintf(server_path, sizeof server_path, "%s/server.pprec", folder);
    fake_now_ns = 1000000000;
    return 0;
}

#define LINK_TEST(name) cmocka_unit_test_setup_teardown(name, make_link_folder, remove_folder)

static void begin_recording(const char *path)
{
    const pp_recording_opts opts = {.struct_size = sizeof opts,
                                    .size_bytes = PP_RECORDING_UNBOUNDED};
    pp_recording_stop();
    assert_int_equal(pp_clock_override(fake_clock, NULL), PP_OK);
    pg_set_profile_enabled(true);
    assert_int_equal(pp_recording_start(path, &opts), PP_OK);
}

static void end_recording(void)
{
    assert_int_equal(pp_recording_stop(), PP_OK);
    assert_int_equal(pp_clock_override(NULL, NULL), PP_OK);
}

static uint64_t round_trip_us(const plan *p)
{
    return p->there + p->queue + p->work + p->reply_queue + p->back;
}

/* One call of the client, 10 ms apart. */
static void client_call(const plan *p, sent_call *out)
{
    pp_trace trace = pp_trace_new();
    PP_ZONE(zone, "markup_gaps() for 1285 gaps", PP_PHASE_OTHER);
    trace = pp_zone_trace(&zone, &trace, PP_TRACE_INTERNAL);
    advance_us(p->build);
    pp_mark(&zone, "built annotation specs");
    PP_ZONE(call, "Batch.send()", PP_PHASE_OTHER);
    out->asked = pp_zone_trace(&call, &trace, PP_TRACE_CLIENT);
    advance_us(p->pack);
    pp_trace_note(&out->asked, PP_TRACE_REQUEST_SENT, 0);
    out->arrives_ns = fake_now_ns + p->there * 1000;
    advance_us(round_trip_us(p));
    pp_trace_note(&out->asked, PP_TRACE_REPLY_RECEIVED, 0);
    PP_END(call);
    pp_mark(&zone, "batch complete");
    advance_us(p->after);
    PP_END(zone);
    advance_us(10000);
}

static void at(const other_clock *clock, uint64_t client_ns)
{
    fake_now_ns = server_time(clock, client_ns);
}

static void server_call(const plan *p, const sent_call *call, const other_clock *clock,
                        pp_window *window)
{
    uint64_t ns = call->arrives_ns;
    at(clock, ns);
    pp_trace_note(&call->asked, PP_TRACE_REQUEST_RECEIVED, 0);
    at(clock, ns += p->queue * 1000);
    PP_ZONE(zone, "Batch annotate 1285 gaps", PP_PHASE_BATCH);
    PP_ZONE(decode, "decode", PP_PHASE_BATCH); /* ends before the trace is known */
    at(clock, ns += p->work * 100);
    PP_END(decode);
    pp_zone_trace(&zone, &call->asked, PP_TRACE_SERVER);
    at(clock, ns += p->work * 900);
    pp_mark(&zone, "time_to_row creation");
    PP_END(zone);
    pp_frame_shows_trace(window, &call->asked);
    pp_trace_note(&call->asked, PP_TRACE_REPLY_SENT,
                  server_time(clock, ns + p->reply_queue * 1000));
    pp_frame_begin(window);
    at(clock, ns + p->redraw * 1000);
    pp_frame_end(window);
}

/* Records count calls, each by its own plan, in both files. */
static void record_calls(const plan *plans, size_t count, const other_clock *clock)
{
    const pp_window_opts opts = {.struct_size = sizeof opts, .title = "chart"};
    pp_window *window;
    begin_recording(client_path);
    for (size_t i = 0; i < count; i++)
        client_call(&plans[i], &sent[i]);
    end_recording();
    fake_now_ns = server_time(clock, 1000000000);
    begin_recording(server_path);
    assert_int_equal(pp_window_create(&window, &opts), PP_OK);
    for (size_t i = 0; i < count; i++)
        server_call(&plans[i], &sent[i], clock, window);
    pp_window_destroy(window);
    end_recording();
}

/* Joins the files, in the order given. */
static pp_link *join_files(const char *first, const char *second)
{
    pp_link *link;
    assert_int_equal(pp_link_create(&link, NULL), PP_OK);
    if (pp_link_add_file(link, first, NULL, NULL) != PP_OK ||
        pp_link_add_file(link, second, NULL, NULL) != PP_OK || pp_link_join(link) != PP_OK)
        fail_msg("%s", pp_last_error());
    return link;
}

/* What a link writes, for a test to look into. */
static captured_text written;

static const char *json_of(const pp_link *link)
{
    memset(&written, 0, sizeof written);
    assert_int_equal(pp_link_write_json(link, capture_text, &written), PP_OK);
    return written.bytes;
}

static inline const char *text_of(const pp_link *link)
{
    memset(&written, 0, sizeof written);
    assert_int_equal(pp_link_write_text(link, capture_text, &written), PP_OK);
    return written.bytes;
}

/* Within 5 % or 0.2 ms. */
static void assert_near(int64_t ns, double us)
{
    double error_us = fabs((double)ns / 1000 - us);
    if (ns == PP_LINK_UNKNOWN || error_us > fmax(us * 0.05, 200))
        fail_msg("%.6f ms is not near %.6f ms", (double)ns / 1e6, us / 1000);
}

#endif
