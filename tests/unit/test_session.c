/* unit/test_session.c: sessions and sinks: their lives, and who may call what when. */
#include "frame_fixture.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* A sink that counts what is called, and notes the order across sinks. */
typedef struct counter {
    int frames, zones, marks, stops, destroys;
    char *trace; /* where this sink's name is appended at each frame */
    char name;
} counter;

static void count_frame(void *user, const pp_frame *frame)
{
    (void)frame;
    counter *c = user;
    c->frames++;
    if (c->trace)
        c->trace[strlen(c->trace)] = c->name;
}

static void count_zone(void *user, const pp_zone_record *zone)
{
    (void)zone;
    ((counter *)user)->zones++;
}

static void count_mark(void *user, const pp_mark_record *mark)
{
    (void)mark;
    ((counter *)user)->marks++;
}

static void count_stop(void *user)
{
    ((counter *)user)->stops++;
}

static void count_destroy(void *user)
{
    ((counter *)user)->destroys++;
}

static int add_counter(counter *c)
{
    const pp_sink sink = {.struct_size = sizeof sink,
                          .user = c,
                          .frame = count_frame,
                          .zone = count_zone,
                          .mark = count_mark,
                          .stop = count_stop,
                          .destroy = count_destroy};
    return pp_session_add_sink(session, &sink);
}

static void a_second_session_is_refused(void **state)
{
    (void)state;
    pp_session *second = NULL;
    assert_int_equal(pp_session_start(&second, NULL), PP_EBUSY);
    assert_null(second);
    assert_string_not_equal(pp_last_error(), "");
    assert_ptr_equal(pp_session_current(), session);
}

static void bad_arguments_are_refused(void **state)
{
    (void)state;
    pp_snapshot snapshot;
    pp_frame frame;
    const pp_sink small = {.struct_size = 4};
    const pp_session_opts old = {.struct_size = 4};
    pp_session *out;
    assert_int_equal(pp_session_start(NULL, NULL), PP_EINVAL);
    assert_int_equal(pp_session_start(&out, &old), PP_EINVAL);
    assert_int_equal(pp_session_add_sink(session, NULL), PP_EINVAL);
    assert_int_equal(pp_session_add_sink(session, &small), PP_EINVAL);
    assert_int_equal(pp_session_add_sink(NULL, &small), PP_EINVAL);
    assert_int_equal(pp_session_remove_sink(session, 12345), PP_EINVAL);
    assert_int_equal(pp_session_snapshot(NULL, 0, 0, &snapshot), PP_EINVAL);
    assert_int_equal(pp_session_snapshot(session, 0, 0, NULL), PP_EINVAL);
    assert_int_equal(pp_session_frames(NULL, 0, &frame, 1), 0);
    assert_int_equal(pp_session_dropped(NULL), 0);
    pp_session_stop(NULL);
    pp_session_drain(NULL);
    pp_session_reset(NULL);
}

static void a_sink_is_destroyed_once_by_removal(void **state)
{
    (void)state;
    counter c = {0};
    int id = add_counter(&c);
    assert_true(id > 0);
    plain_frame(window, 1);
    assert_int_equal(pp_session_remove_sink(session, id), PP_OK);
    assert_int_equal(pp_session_remove_sink(session, id), PP_EINVAL);
    plain_frame(window, 1);
    pp_session_stop(session);
    assert_int_equal(c.frames, 1);
    assert_int_equal(c.stops, 0);
    assert_int_equal(c.destroys, 1);
}

static void a_sink_is_destroyed_once_by_the_sessions_end(void **state)
{
    (void)state;
    counter c = {0};
    add_counter(&c);
    pp_session_stop(session);
    pp_session_stop(session);
    assert_int_equal(c.stops, 1);
    assert_int_equal(c.destroys, 1);
    assert_null(pp_session_current());
}

static void sinks_are_called_in_the_order_they_were_added(void **state)
{
    (void)state;
    char trace[16] = "";
    counter a = {.trace = trace, .name = 'a'}, b = {.trace = trace, .name = 'b'};
    counter c = {.trace = trace, .name = 'c'};
    int first = add_counter(&a);
    add_counter(&b);
    add_counter(&c);
    plain_frame(window, 1);
    pp_session_remove_sink(session, first);
    plain_frame(window, 1);
    assert_string_equal(trace, "abcbc");
    pp_session_stop(session);
}

static void a_sink_sees_only_what_ended_after_it_was_added(void **state)
{
    (void)state;
    PP_ZONE(before, "before", PP_PHASE_REDRAW);
    PP_END(before);
    counter c = {0};
    add_counter(&c);
    PP_ZONE(after, "after", PP_PHASE_REDRAW);
    pp_mark(&after, "mark");
    PP_END(after);
    pp_session_stop(session);
    assert_int_equal(c.zones, 1);
    assert_int_equal(c.marks, 1);
}

static void call_the_session(void *user, const pp_frame *frame)
{
    (void)frame;
    int *refused = user;
    pp_snapshot snapshot;
    pp_session *other;
    const pp_sink sink = {.struct_size = sizeof sink};
    *refused += pp_session_snapshot(session, 0, 0, &snapshot) < 0;
    *refused += pp_session_add_sink(session, &sink) < 0;
    *refused += pp_session_start(&other, NULL) < 0;
    pp_session_drain(session);
    pp_session_stop(session);
}

static void a_sink_that_calls_the_session_is_refused_and_does_not_hang(void **state)
{
    (void)state;
    int refused = 0;
    const pp_sink sink = {.struct_size = sizeof sink, .user = &refused, .frame = call_the_session};
    pp_session_add_sink(session, &sink);
    plain_frame(window, 1);
    assert_int_equal(refused, 3);
    assert_ptr_equal(pp_session_current(), session);
}

static void a_session_restarted_inside_an_open_zone_begins_clean(void **state)
{
    (void)state;
    counter c = {0};
    PP_ZONE(zone, "open across sessions", PP_PHASE_REDRAW);
    advance_us(10);
    pp_frame_begin(window);
    pp_session_stop(session);
    assert_int_equal(pp_session_start(&session, NULL), PP_OK);
    add_counter(&c);
    advance_us(20);
    PP_END(zone);
    pp_frame_end(window);
    plain_frame(window, 5);
    pp_frame frame;
    assert_int_equal(pp_session_frames(session, 0, &frame, 1), 1);
    assert_int_equal(c.frames, 1);
    assert_int_equal(frame.number, 1);
    assert_int_equal(frame.work_ns, 5 * US);
    pp_session_stop(session);
    assert_int_equal(c.zones, 2); /* the library's own, at the end of both frames */
}

enum { ENDERS = 4, ENDED_FRAMES = 2000 };

static void *end_frames(void *user)
{
    pp_window *own = create_window("own", false);
    for (int i = 0; i < ENDED_FRAMES && !__atomic_load_n((bool *)user, __ATOMIC_RELAXED); i++) {
        pp_frame_begin(own);
        PP_ZONE(zone, "threaded", PP_PHASE_REDRAW);
        PP_END(zone);
        pp_frame_end(own);
    }
    pp_window_destroy(own);
    return NULL;
}

static void a_frame_ended_while_the_session_stops_is_harmless(void **state)
{
    (void)state;
    bool is_over = false;
    pthread_t threads[ENDERS];
    for (int i = 0; i < ENDERS; i++)
        pthread_create(&threads[i], NULL, end_frames, &is_over);
    for (int i = 0; i < 20; i++) {
        counter c = {0};
        add_counter(&c);
        pp_session_drain(session);
        pp_session_stop(session);
        assert_int_equal(c.destroys, 1);
        assert_int_equal(pp_session_start(&session, NULL), PP_OK);
    }
    __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    for (int i = 0; i < ENDERS; i++)
        pthread_join(threads[i], NULL);
}

/* Counts zones and marks of many threads; sinks run under the session's lock. */
enum { MARKERS = 8, MARKS = 20000 };

static void *mark_many(void *user)
{
    (void)user;
    for (int i = 0; i < MARKS; i++) {
        PP_ZONE(zone, "worker", PP_PHASE_BATCH);
        pp_mark(&zone, "step");
        PP_END(zone);
    }
    return NULL;
}

static void eight_threads_marking_at_once_lose_nothing(void **state)
{
    (void)state;
    pp_session_stop(session);
    const pp_session_opts opts = {.struct_size = sizeof opts, .buffer_bytes = 64 << 20};
    assert_int_equal(pp_session_start(&session, &opts), PP_OK);
    counter c = {0};
    add_counter(&c);
    pthread_t threads[MARKERS];
    for (int i = 0; i < MARKERS; i++)
        pthread_create(&threads[i], NULL, mark_many, NULL);
    for (int i = 0; i < MARKERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(pp_session_dropped(session), 0);
    pp_session_stop(session);
    assert_int_equal(c.zones, MARKERS * MARKS);
    assert_int_equal(c.marks, MARKERS * MARKS);
}

static void the_helper_drains_where_no_frame_ends(void **state)
{
    (void)state;
    pp_session_stop(session);
    const pp_session_opts opts = {.struct_size = sizeof opts, .buffer_bytes = 1 << 20};
    assert_int_equal(pp_session_start(&session, &opts), PP_OK);
    counter c = {0};
    add_counter(&c);
    /* Far more than the buffer holds, in portions that leave the helper time. */
    for (int i = 0; i < 100; i++) {
        for (int j = 0; j < 2000; j++) {
            PP_ZONE(zone, "no frames here", PP_PHASE_BATCH);
            PP_END(zone);
        }
        usleep(1000);
    }
    uint64_t dropped = pp_session_dropped(session);
    pp_session_stop(session);
    assert_true(c.zones > 100000);
    assert_true(dropped > 0 || c.zones == 200000);
}

/* What flood() begins and never ends. */
typedef struct flooded {
    pp_window *window;
    bool is_done;
} flooded;

/* Fills the buffer, from a sink: while it runs nobody can drain. */
static void flood(void *user, const pp_frame *frame)
{
    (void)frame;
    flooded *f = user;
    if (f->is_done)
        return;
    f->is_done = true;
    static pp_site open_site = PP_SITE_INIT("open when records are lost", PP_PHASE_CREATE);
    pp_frame_begin(f->window);
    pp_zone_begin(&open_site);
    for (int i = 0; i < 60000; i++) {
        PP_ZONE(zone, "flood", PP_PHASE_BATCH);
        PP_END(zone);
    }
}

static void what_was_open_when_records_were_lost_is_forgotten(void **state)
{
    (void)state;
    pp_session_stop(session);
    const pp_session_opts opts = {.struct_size = sizeof opts, .buffer_bytes = 1};
    assert_int_equal(pp_session_start(&session, &opts), PP_OK);
    flooded f = {.window = create_window("flooded", false)};
    counter c = {0};
    const pp_sink sink = {.struct_size = sizeof sink, .user = &f, .frame = flood};
    pp_session_add_sink(session, &sink);
    add_counter(&c);
    plain_frame(window, 1);
    assert_true(pp_session_dropped(session) > 0);
    advance_us(1000);
    pp_frame_end(f.window);
    plain_frame(window, 5);
    assert_int_equal(c.frames, 2);
    pp_frame frame;
    assert_int_equal(pp_session_frames(session, 0, &frame, 1), 1);
    assert_int_equal(frame.work_ns, 5 * US);
    assert_int_equal(frame.phase_ns[PP_PHASE_OVERLAY], 0);
    pp_session_stop(session);
    pp_window_destroy(f.window);
}

static void the_child_of_a_fork_has_no_session(void **state)
{
    (void)state;
    skip_if_emulated();
    counter c = {0};
    add_counter(&c);
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        pp_session *own = NULL;
        bool ok = pp_session_current() == NULL;
        pp_session_stop(session);
        pp_session_drain(session);
        plain_frame(window, 1);
        ok = ok && c.frames == 0 && c.destroys == 0;
#if !defined(__SANITIZE_THREAD__) /* it cannot follow a thread that is made after a fork */
        ok = ok && pp_session_start(&own, NULL) == PP_OK;
        plain_frame(window, 1);
        pp_frame frame;
        ok = ok && pp_session_frames(own, 0, &frame, 1) == 1;
#endif
        pp_session_stop(own);
        _exit(ok ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    plain_frame(window, 1);
    assert_int_equal(c.frames, 1);
    pp_session_stop(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRAME_TEST(a_second_session_is_refused),
        FRAME_TEST(bad_arguments_are_refused),
        FRAME_TEST(a_sink_is_destroyed_once_by_removal),
        FRAME_TEST(a_sink_is_destroyed_once_by_the_sessions_end),
        FRAME_TEST(sinks_are_called_in_the_order_they_were_added),
        FRAME_TEST(a_sink_sees_only_what_ended_after_it_was_added),
        FRAME_TEST(a_sink_that_calls_the_session_is_refused_and_does_not_hang),
        FRAME_TEST(a_session_restarted_inside_an_open_zone_begins_clean),
        FRAME_TEST(a_frame_ended_while_the_session_stops_is_harmless),
        FRAME_TEST(eight_threads_marking_at_once_lose_nothing),
        FRAME_TEST(the_helper_drains_where_no_frame_ends),
        FRAME_TEST(what_was_open_when_records_were_lost_is_forgotten),
        FRAME_TEST(the_child_of_a_fork_has_no_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
