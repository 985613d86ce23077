/* cli/otlp_program.c: a program that is watched live, as test_otlp.py wants it.
 *
 *   otlp_program FRAMES EACH_US SLOW_EVERY [URL]
 *
 * Paints FRAMES frames of 21 zones, EACH_US microseconds apart; every SLOW_EVERY-th (0: none) takes
 * 11 ms, beyond its budget of 10 ms. With URL it starts the export itself, with a period of a
 * second; without, PAINTPROF_OTLP may. Prints as JSON what pp_otlp_stop() returned, the longest
 * that a frame's end took, how long the stop took, what the export says, and the CPU time of the
 * process. */
#include <inttypes.h>
#include <paintprof/paintprof.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void rest_for(uint64_t us)
{
    const struct timespec time = {(time_t)(us / 1000000), (long)(us % 1000000) * 1000};
    nanosleep(&time, NULL);
}

static void fail(void)
{
    fprintf(stderr, "otlp_program: %s\n", pp_last_error());
    exit(1);
}

static void paint(bool is_slow)
{
    PP_ZONE(zone, "Chart.paint()", PP_PHASE_REDRAW);
    for (int i = 0; i < 20; i++) {
        PP_ZONE(item, "Item.paint()", PP_PHASE_REDRAW);
        PP_END(item);
    }
    if (is_slow)
        rest_for(11000);
    pp_mark(&zone, "drawn");
    PP_END(zone);
}

/* The longest that a frame's end took. */
static uint64_t run_frames(pp_window *window, uint64_t frames, uint64_t each_us,
                           uint64_t slow_every)
{
    uint64_t worst_ns = 0;
    for (uint64_t i = 1; i <= frames; i++) {
        pp_frame_begin(window);
        paint(slow_every > 0 && i % slow_every == 0);
        pp_frame_painted(window, 100);
        uint64_t before_ns = clock_ns(CLOCK_MONOTONIC);
        pp_frame_end(window);
        uint64_t took_ns = clock_ns(CLOCK_MONOTONIC) - before_ns;
        worst_ns = took_ns > worst_ns ? took_ns : worst_ns;
        rest_for(each_us);
    }
    return worst_ns;
}

int main(int argc, char **argv)
{
    pp_session *session = NULL;
    pp_window *window = NULL;
    pp_otlp *otlp = NULL;
    pp_otlp_status status = {0};
    const pp_window_opts window_opts = {
        .struct_size = sizeof window_opts, .title = "live", .refresh_hz = 100};
    if (argc < 4)
        return 2;
    pg_set_profile_enabled(true);
    if (pp_session_start(&session, NULL) != PP_OK ||
        pp_window_create(&window, &window_opts) != PP_OK)
        fail();
    const pp_otlp_opts opts = {.struct_size = sizeof opts,
                               .endpoint = argc > 4 ? argv[4] : NULL,
                               .period_ns = 1000000000,
                               .patience_ns = 3000000000};
    if (opts.endpoint != NULL && pp_otlp_start(&otlp, &opts) != PP_OK)
        fail();
    if (opts.endpoint == NULL)
        rest_for(600000); /* the exporter looks for a session four times a second */
    uint64_t worst_ns = run_frames(window, strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10),
                                   strtoull(argv[3], NULL, 10));
    pp_window_destroy(window);
    if (otlp != NULL)
        pp_otlp_query(otlp, &status);
    uint64_t before_ns = clock_ns(CLOCK_MONOTONIC);
    int code = pp_otlp_stop(otlp);
    uint64_t stop_ns = clock_ns(CLOCK_MONOTONIC) - before_ns;
    pp_session_stop(session);
    printf("{\"code\":%d,\"worst_ns\":%" PRIu64 ",\"stop_ns\":%" PRIu64 ",\"frames\":%" PRIu64
           ",\"spans_dropped\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"cpu_ns\":%" PRIu64
           ",\"process_cpu_ns\":%" PRIu64 "}\n",
           code, worst_ns, stop_ns, status.frames, status.spans_dropped, status.bytes,
           status.cpu_ns, clock_ns(CLOCK_PROCESS_CPUTIME_ID));
    return 0;
}
