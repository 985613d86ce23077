/* cli/link_program.c: a client and a server in two processes over a socket pair, with planted
 * delays; test_link.py joins what they record.
 *
 *   link_program FOLDER CALLS BUILD SEND QUEUE WORK REDRAW OFFSET DRIFT
 *
 * The delays are in microseconds; the server's clock is OFFSET seconds ahead and goes faster by
 * DRIFT millionths.
 *
 * Each call: the client builds for BUILD, is SEND on the way (it sends the last byte that much
 * later than the first), the server looks QUEUE later, works for WORK, replies and paints for
 * REDRAW. They leave FOLDER/client.pprec and FOLDER/server.pprec, and FOLDER/truth.txt with how
 * long each stage really took in sum, by clock_gettime() beside each step: a busy machine makes any
 * of them longer. */
#include <paintprof/paintprof.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct delays {
    uint64_t calls, build_us, send_us, queue_us, work_us, redraw_us, offset_s, drift_ppm;
} delays;

/* Nanoseconds of all calls. */
enum { OWN, TRANSPORT, WAIT, WORK, SCREEN, STAGES };
static uint64_t truth_ns[STAGES];

/* What the server tells the client with its reply. */
typedef struct reply {
    uint64_t received_ns, replied_ns;
} reply;

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void rest_for(uint64_t us)
{
    const struct timespec time = {(time_t)(us / 1000000), (long)(us % 1000000) * 1000};
    nanosleep(&time, NULL);
}

static void die(const char *what)
{
    fprintf(stderr, "link_program: %s: %s\n", what, pp_last_error());
    exit(1);
}

static void begin_recording(const char *folder, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.pprec", folder, name);
    if (pp_recording_start(path, NULL) != PP_OK)
        die(path);
    pg_set_profile_enabled(true);
}

static void write_all(int fd, const void *bytes, size_t size)
{
    if (write(fd, bytes, size) != (ssize_t)size)
        die("write");
}

/* Reads so many bytes; 0 at the end of the stream. */
static int read_all(int fd, void *bytes, size_t size)
{
    size_t got = 0;
    while (got < size) {
        ssize_t part = read(fd, (char *)bytes + got, size - got);
        if (part <= 0)
            return 0;
        got += (size_t)part;
    }
    return 1;
}

/* ---- Client --------------------------------------------------------------------------------- */

/* Adds what the client's part was, and the way there and back. */
static void call_server(int fd, const pp_trace *asked, const delays *d, uint64_t begin_ns)
{
    char text[PP_TRACE_TEXT_BYTES];
    reply answer;
    if (pp_trace_format(asked, text) != PP_OK)
        die("format");
    uint64_t sent_ns = now_ns();
    pp_trace_note(asked, PP_TRACE_REQUEST_SENT, 0);
    write_all(fd, text, sizeof text / 2);
    rest_for(d->send_us);
    write_all(fd, text + sizeof text / 2, sizeof text - sizeof text / 2);
    if (!read_all(fd, &answer, sizeof answer))
        die("read");
    pp_trace_note(asked, PP_TRACE_REPLY_RECEIVED, 0);
    uint64_t back_ns = now_ns();
    truth_ns[OWN] += sent_ns - begin_ns;
    truth_ns[TRANSPORT] += back_ns - sent_ns - (answer.replied_ns - answer.received_ns);
}

static void run_client(int fd, const delays *d)
{
    for (uint64_t i = 0; i < d->calls; i++) {
        pp_trace trace = pp_trace_new();
        uint64_t begin_ns = now_ns();
        PP_ZONE(zone, "Client.annotate()", PP_PHASE_OTHER);
        trace = pp_zone_trace(&zone, &trace, PP_TRACE_INTERNAL);
        rest_for(d->build_us);
        pp_mark(&zone, "built specs");
        PP_ZONE(call, "Client.call()", PP_PHASE_OTHER);
        pp_trace asked = pp_zone_trace(&call, &trace, PP_TRACE_CLIENT);
        call_server(fd, &asked, d, begin_ns);
        PP_END(call);
        PP_END(zone);
    }
}

/* ---- Server --------------------------------------------------------------------------------- */

static void serve(int fd, const pp_trace *asked, const delays *d, pp_window *window)
{
    reply answer = {.received_ns = now_ns()};
    pp_trace_note(asked, PP_TRACE_REQUEST_RECEIVED, 0);
    rest_for(d->queue_us);
    uint64_t begin_ns = now_ns();
    PP_ZONE(zone, "Server.handle()", PP_PHASE_BATCH);
    pp_zone_trace(&zone, asked, PP_TRACE_SERVER);
    rest_for(d->work_us);
    pp_mark(&zone, "looked up rows");
    PP_END(zone);
    uint64_t end_ns = now_ns();
    pp_trace_note(asked, PP_TRACE_REPLY_SENT, 0);
    answer.replied_ns = now_ns();
    write_all(fd, &answer, sizeof answer);
    pp_frame_shows_trace(window, asked);
    pp_frame_begin(window);
    rest_for(d->redraw_us);
    pp_frame_painted(window, 100);
    uint64_t shown_ns = now_ns();
    pp_frame_end(window);
    truth_ns[WAIT] += begin_ns - answer.received_ns;
    truth_ns[WORK] += end_ns - begin_ns;
    truth_ns[SCREEN] += shown_ns - end_ns;
}

static uint64_t other_clock(void *user)
{
    const delays *d = user;
    uint64_t ns = now_ns();
    return ns + d->offset_s * 1000000000 + ns / 1000000 * d->drift_ppm;
}

static void run_server(int fd, const delays *d)
{
    char text[PP_TRACE_TEXT_BYTES];
    pp_window *window;
    const pp_window_opts opts = {.struct_size = sizeof opts, .title = "server"};
    if (pp_window_create(&window, &opts) != PP_OK)
        die("window");
    while (read_all(fd, text, sizeof text)) {
        pp_trace asked;
        if (pp_trace_parse(&asked, text, strlen(text)) != PP_OK)
            die("parse");
        serve(fd, &asked, d, window);
    }
    pp_window_destroy(window);
}

/* ---- Both ----------------------------------------------------------------------------------- */

static void note_truth(const char *folder)
{
    char path[512];
    snprintf(path, sizeof path, "%s/truth.txt", folder);
    FILE *file = fopen(path, "a");
    if (!file)
        die(path);
    for (int stage = 0; stage < STAGES; stage++)
        fprintf(file, "%llu ", (unsigned long long)truth_ns[stage]);
    fputc('\n', file);
    fclose(file);
}

static void run(const char *folder, bool is_server, int fd, delays *d)
{
    bool is_elsewhere = is_server && d->offset_s > 0;
    if (is_elsewhere && pp_clock_override(other_clock, d) != PP_OK)
        die("clock");
    begin_recording(folder, is_server ? "server" : "client");
    if (is_server)
        run_server(fd, d);
    else
        run_client(fd, d);
    close(fd);
    if (pp_recording_stop() != PP_OK)
        die("stop");
    note_truth(folder);
}

int main(int argc, char **argv)
{
    int ends[2], status;
    delays d;
    uint64_t *values[] = {&d.calls,   &d.build_us,  &d.send_us,  &d.queue_us,
                          &d.work_us, &d.redraw_us, &d.offset_s, &d.drift_ppm};
    if (argc != 10) {
        fputs("usage: link_program FOLDER CALLS BUILD SEND QUEUE WORK REDRAW OFFSET DRIFT\n",
              stderr);
        return 2;
    }
    for (int i = 0; i < 8; i++)
        *values[i] = strtoull(argv[i + 2], NULL, 10);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        die("socketpair");
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        run(argv[1], true, ends[1], &d);
        exit(0);
    }
    close(ends[1]);
    run(argv[1], false, ends[0], &d);
    return waitpid(child, &status, 0) == child && status == 0 ? 0 : 1;
}
