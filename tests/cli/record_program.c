/* cli/record_program.c: makes the recordings that test_recording.py reads.
 *
 *   record_program FILE HOW FRAMES
 *
 * Its clock moves only by what the frames say: a frame every 20 ms that takes 3 ms, 1 ms of it in
 * Gaps.build(); each tenth takes 15 ms and is late. A second thread has one zone. HOW is
 *   finish   the recording is closed
 *   kill     the process kills itself
 *   wait     says "ready" when all is recorded, and closes it at the end of standard input
 *   zones    as finish, but nothing says where a frame begins or ends
 *   empty    as finish, but the gate is closed */
#include <paintprof/paintprof.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAME_US = 20000, FAST_US = 2000, SLOW_US = 14000, BUILD_US = 1000 };

static uint64_t now_ns = 1000000000;

static uint64_t read_clock(void *user)
{
    (void)user;
    return now_ns;
}

static void advance_us(uint64_t us)
{
    now_ns += us * 1000;
}

static void paint(uint64_t us)
{
    PP_ZONE(zone, "Chart.paint()", PP_PHASE_REDRAW);
    advance_us(us);
    pp_mark(&zone, "drawn");
    PP_ZONE(inner, "Gaps.build()", PP_PHASE_BATCH);
    advance_us(BUILD_US);
    PP_END(inner);
    pp_zone_pixels(&zone, 640 * 480);
    PP_END(zone);
}

static void *work(void *unused)
{
    pthread_setname_np(pthread_self(), "worker");
    PP_ZONE(zone, "Worker.sum()", PP_PHASE_OTHER);
    PP_END(zone);
    return unused;
}

static int fail(void)
{
    fprintf(stderr, "record_program: %s\n", pp_last_error());
    return 1;
}

static void record(pp_window *window, uint64_t frames)
{
    for (uint64_t i = 1; i <= frames; i++) {
        uint64_t us = i % 10 == 0 ? SLOW_US : FAST_US;
        if (window != NULL)
            pp_frame_begin(window);
        paint(us);
        if (window != NULL)
            pp_frame_end(window);
        advance_us(FRAME_US - BUILD_US - us);
    }
}

static int run(const char *path, const char *how, uint64_t frames)
{
    pp_window *window = NULL;
    const pp_window_opts window_opts = {.struct_size = sizeof window_opts,
                                        .title = "chart",
                                        .renderer = "raster",
                                        .refresh_hz = 100};
    const pp_recording_opts opts = {.struct_size = sizeof opts,
                                    .size_bytes = PP_RECORDING_UNBOUNDED};
    pthread_t worker;
    if (pp_clock_override(read_clock, NULL) != 0 || pp_recording_start(path, &opts) != 0)
        return fail();
    pg_set_profile_enabled(strcmp(how, "empty") != 0);
    if (strcmp(how, "zones") != 0 && pp_window_create(&window, &window_opts) != 0)
        return fail();
    record(window, frames);
    if (pthread_create(&worker, NULL, work, NULL) == 0)
        pthread_join(worker, NULL);
    if (strcmp(how, "kill") == 0)
        kill(getpid(), SIGKILL);
    if (strcmp(how, "wait") == 0) {
        puts("ready");
        fflush(stdout);
        while (getchar() != EOF)
            ;
    }
    pp_window_destroy(window);
    return pp_recording_stop() == 0 ? 0 : fail();
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fputs("usage: record_program FILE finish|kill|wait|zones|empty FRAMES\n", stderr);
        return 2;
    }
    return run(argv[1], argv[2], strtoull(argv[3], NULL, 10));
}
