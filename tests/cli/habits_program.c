/* cli/habits_program.c: makes recordings with one slow habit each, for test_habits.py.
 *
 *   habits_program frames FILE HABIT
 *   habits_program calls CLIENT SERVER HABIT
 *
 * The clock moves only by what is planted here. HABIT is a row of one of the tables below, or
 * "clean": the same work, done well. frames: what a program with a window recorded; calls: what a
 * client and the server that it asked did. */
#include <paintprof/paintprof.h>
#include <stdio.h>
#include <string.h>

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

static int fail(void)
{
    fprintf(stderr, "habits_program: %s\n", pp_last_error());
    return 1;
}

static int begin_recording(const char *path)
{
    const pp_recording_opts opts = {.struct_size = sizeof opts,
                                    .size_bytes = PP_RECORDING_UNBOUNDED};
    pg_set_profile_enabled(true);
    return pp_recording_start(path, &opts);
}

/* A step that runs so often, each time for so long, in a zone of its own. */
#define REPEAT(name, phase, times, us_each)                                                        \
    for (uint64_t run = 0; run < (times); run++) {                                                 \
        PP_ZONE(step, name, phase);                                                                \
        advance_us(us_each);                                                                       \
        PP_END(step);                                                                              \
    }

/* ---- Frames --------------------------------------------------------------------------------- */

enum { FRAMES = 60, WINDOW_PX = 1280 * 720, FRAME_US = 16000 };

/* Runs are of each frame; of paths: every so many frames. */
typedef struct frame_habit {
    const char *name;
    uint64_t creates, create_us, builds, build_us, removals, removal_us, path_every, painted_px,
        dirty_px;
    uint64_t specs_us, items_us, old_us; /* of the marks of one call that is about 1285 gaps */
} frame_habit;

static const frame_habit frame_habits[] = {
    {"clean", 1, 500, 1, 300, 1, 200, 20, 2000, 2000, 900, 2000, 700},
    {"items-one-by-one", 120, 1200, 1, 300, 1, 200, 20, 2000, 2000, 900, 2000, 700},
    {"step-per-item", 1, 500, 300, 60, 1, 200, 20, 2000, 2000, 900, 2000, 700},
    {"removal-one-by-one", 1, 500, 1, 300, 200, 60, 20, 2000, 2000, 900, 2000, 700},
    {"path-rebuilt", 1, 500, 1, 300, 1, 200, 1, 2000, 2000, 900, 2000, 700},
    {"whole-window-repaint", 1, 500, 1, 300, 1, 200, 20, 2000, WINDOW_PX, 900, 2000, 700},
    {"step-per-item-marked", 1, 500, 1, 300, 1, 200, 20, 2000, 2000, 256480, 2000, 700},
    {"items-one-by-one-marked", 1, 500, 1, 300, 1, 200, 20, 2000, 2000, 900, 2600000, 700},
    {"removal-one-by-one-marked", 1, 500, 1, 300, 1, 200, 20, 2000, 2000, 900, 2000, 90000},
};

/* Outside any frame, and of a thread that need not have some. */
static void annotate(const frame_habit *habit)
{
    PP_ZONE(zone, "markup_gaps() for 1285 gaps", PP_PHASE_OTHER);
    advance_us(habit->old_us);
    pp_mark(&zone, "removed the old ones");
    advance_us(habit->specs_us);
    pp_mark(&zone, "built annotation specs");
    advance_us(habit->items_us);
    pp_mark(&zone, "created their items");
    advance_us(40000); /* paints: asking for a repaint does not take long, what it does may */
    pp_mark(&zone, "redraw");
    PP_END(zone);
}

static void paint(const frame_habit *habit, uint64_t frame)
{
    PP_ZONE(zone, "Chart.paint()", PP_PHASE_REDRAW);
    if (frame % habit->path_every == 0)
        REPEAT("Curve.buildPath()", PP_PHASE_REDRAW, 1, 900);
    advance_us(8000);
    /* The first frame shows the window. */
    pp_zone_pixels(&zone, frame == 0 ? WINDOW_PX : habit->painted_px);
    PP_END(zone);
}

static int record_frames(const frame_habit *habit, const char *path)
{
    pp_window *window;
    const pp_window_opts opts = {.struct_size = sizeof opts, .title = "chart"};
    if (begin_recording(path) != PP_OK || pp_window_create(&window, &opts) != PP_OK)
        return fail();
    annotate(habit);
    for (uint64_t frame = 0; frame < FRAMES; frame++) {
        pp_frame_begin(window);
        REPEAT("removeItem()", PP_PHASE_CREATE, habit->removals, habit->removal_us);
        REPEAT("addItem()", PP_PHASE_CREATE, habit->creates, habit->create_us);
        REPEAT("Gaps.build()", PP_PHASE_BATCH, habit->builds, habit->build_us);
        paint(habit, frame);
        pp_frame_painted(window, frame == 0 ? WINDOW_PX : habit->dirty_px);
        pp_frame_end(window);
        advance_us(FRAME_US);
    }
    pp_window_destroy(window);
    return pp_recording_stop() == PP_OK ? 0 : fail();
}

/* ---- Calls ---------------------------------------------------------------------------------- */

enum { TRIPS_MAX = 1000, SIZES = 3 };

/* One call that is about so many items; grows: three of them, the latter ones of more. */
typedef struct call_habit {
    const char *name;
    uint64_t items, trips, build_us, way_us, search_us, creates, create_us, removals, removal_us,
        step_us, redraw_us, grows;
} call_habit;

static const call_habit call_habits[] = {
    {"clean", 1000, 1, 900, 300, 500, 1, 900, 1, 400, 300, 200, 0},
    {"clean-growth", 1000, 1, 900, 300, 500, 1, 900, 1, 400, 3, 200, 1},
    {"items-one-by-one", 1000, 1, 900, 300, 500, 1000, 1200, 1, 400, 300, 200, 0},
    {"step-per-item", 1000, 1, 900, 300, 500, 1, 900, 1, 400, 60000, 200, 0},
    {"step-per-item-growth", 1000, 1, 900, 300, 500, 1, 900, 1, 400, 60, 200, 1},
    {"removal-one-by-one", 1000, 1, 900, 300, 500, 1, 900, 300, 60, 300, 200, 0},
    {"round-trip-per-item", 200, 200, 900, 300, 5, 1, 900, 1, 400, 300, 200, 0},
    {"client-building", 1000, 1, 30000, 300, 500, 1, 900, 1, 400, 300, 200, 0},
    {"slower-than-usual-search", 1000, 1, 900, 300, 4000, 1, 900, 1, 400, 300, 200, 0},
    {"slower-than-usual-trip", 1000, 1, 900, 12000, 500, 1, 900, 1, 400, 300, 200, 0},
    {"slower-than-usual-redraw", 1000, 1, 900, 300, 500, 1, 900, 1, 400, 300, 9000, 0},
};

static pp_trace asked[SIZES * TRIPS_MAX];
static uint64_t arrives_ns[SIZES * TRIPS_MAX];

/* What the server needs for one request; that of the first is longer. */
static uint64_t handling_us(const call_habit *habit, uint64_t items, uint64_t trip)
{
    uint64_t step_us = habit->grows ? habit->step_us * items : habit->step_us;
    uint64_t once_us = habit->removals * habit->removal_us + habit->creates * habit->create_us +
                       step_us + habit->redraw_us;
    return habit->search_us + (trip == 0 ? once_us : 0);
}

static void call(const call_habit *habit, uint64_t items, size_t first)
{
    char name[64];
    snprintf(name, sizeof name, "annotate %llu gaps", (unsigned long long)items);
    pp_zone zone = pp_zone_begin(pp_site_get(name, PP_PHASE_OTHER));
    pp_trace trace = pp_trace_new();
    trace = pp_zone_trace(&zone, &trace, PP_TRACE_INTERNAL);
    advance_us(habit->build_us);
    pp_mark(&zone, "built specs");
    for (uint64_t trip = 0; trip < habit->trips; trip++) {
        PP_ZONE(ask, "Remote.call()", PP_PHASE_OTHER);
        asked[first + trip] = pp_zone_trace(&ask, &trace, PP_TRACE_CLIENT);
        arrives_ns[first + trip] = now_ns + habit->way_us * 1000 / 2;
        advance_us(habit->way_us + handling_us(habit, items, trip));
        PP_END(ask);
    }
    pp_zone_end(&zone);
    advance_us(1000);
}

static void handle(const call_habit *habit, uint64_t items, uint64_t trip, size_t request)
{
    char label[64];
    now_ns = arrives_ns[request];
    PP_ZONE(zone, "Server.handle()", PP_PHASE_BATCH);
    pp_zone_trace(&zone, &asked[request], PP_TRACE_SERVER);
    advance_us(habit->search_us);
    pp_mark(&zone, "searchsorted");
    if (trip == 0) {
        REPEAT("removeItem()", PP_PHASE_CREATE, habit->removals, habit->removal_us);
        REPEAT("addItem()", PP_PHASE_CREATE, habit->creates, habit->create_us);
        pp_mark(&zone, "items done");
        snprintf(label, sizeof label, "indexed %llu rows", (unsigned long long)items);
        advance_us(habit->grows ? habit->step_us * items : habit->step_us);
        pp_markf(&zone, "%s", label);
        advance_us(habit->redraw_us);
        pp_mark(&zone, "final redraw");
    }
    PP_END(zone);
}

static int record_calls(const call_habit *habit, const char *client, const char *server)
{
    size_t calls = habit->grows ? SIZES : 1;
    if (begin_recording(client) != PP_OK)
        return fail();
    for (size_t i = 0; i < calls; i++)
        call(habit, habit->items << i, i * habit->trips);
    if (pp_recording_stop() != PP_OK || begin_recording(server) != PP_OK)
        return fail();
    for (size_t i = 0; i < calls; i++)
        for (uint64_t trip = 0; trip < habit->trips; trip++)
            handle(habit, habit->items << i, trip, i * habit->trips + trip);
    return pp_recording_stop() == PP_OK ? 0 : fail();
}

int main(int argc, char **argv)
{
    if (pp_clock_override(read_clock, NULL) != PP_OK)
        return fail();
    for (size_t i = 0; i < sizeof frame_habits / sizeof frame_habits[0]; i++)
        if (argc == 4 && strcmp(argv[1], "frames") == 0 &&
            strcmp(argv[3], frame_habits[i].name) == 0)
            return record_frames(&frame_habits[i], argv[2]);
    for (size_t i = 0; i < sizeof call_habits / sizeof call_habits[0]; i++)
        if (argc == 5 && strcmp(argv[1], "calls") == 0 && strcmp(argv[4], call_habits[i].name) == 0)
            return record_calls(&call_habits[i], argv[2], argv[3]);
    fputs("usage: habits_program frames FILE HABIT | calls CLIENT SERVER HABIT\n", stderr);
    return 2;
}
