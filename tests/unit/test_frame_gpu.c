/* unit/test_frame_gpu.c: frames whose GPU time comes frames later: order, waiting, and its end. */
#include "recording_fixture.h"
/* After it: its functions take a window of their own. */
#include "frame_fixture.h"

#include <paintprof/recording.h>
#include <pthread.h>

static pp_site curve_site = PP_SITE_INIT("Curve.paint()", PP_PHASE_REDRAW);

/* A frame that waits for its GPU time; its token. */
static uint64_t gpu_frame(pp_window *of, uint64_t us)
{
    pp_frame_begin(of);
    uint64_t token = pp_frame_gpu_pending(of);
    advance_us(us);
    pp_frame_end(of);
    return token;
}

static void done(pp_window *of, uint64_t token, int64_t us)
{
    pp_frame_gpu_done(of, token, us * (int64_t)US);
}

static void a_frame_gets_the_gpu_time_that_comes_later(void **state)
{
    (void)state;
    uint64_t first = gpu_frame(window, 1);
    assert_int_not_equal(first, 0);
    assert_int_equal(got.frame_count, 0);
    done(window, first, 700);
    uint64_t second = gpu_frame(window, 2);
    assert_int_equal(got.frame_count, 1);
    assert_int_equal(got.frames[0].number, 1);
    assert_int_equal(got.frames[0].work_ns, 1 * US);
    assert_int_equal(got.frames[0].gpu_ns, 700 * US);
    done(window, second, 0);
    pp_session_drain(session);
    assert_int_equal(got.frame_count, 2);
    assert_int_equal(got.frames[1].number, 2);
    assert_int_equal(got.frames[1].gpu_ns, 0);
}

static void frames_without_gpu_time_do_not_wait(void **state)
{
    (void)state;
    plain_frame(window, 1);
    assert_int_equal(got.frame_count, 1);
    assert_int_equal(got.frames[0].gpu_ns, PP_NOT_MEASURED);
    done(window, gpu_frame(window, 1), 5);
    pp_session_drain(session);
    plain_frame(window, 1);
    assert_int_equal(got.frame_count, 3);
}

static void frames_behind_one_that_waits_keep_their_order(void **state)
{
    (void)state;
    uint64_t tokens[3];
    for (uint64_t i = 0; i < 3; i++)
        tokens[i] = gpu_frame(window, 10 + i);
    plain_frame(window, 20);
    done(window, tokens[2], 3);
    done(window, tokens[1], 2);
    pp_session_drain(session);
    assert_int_equal(got.frame_count, 0);
    done(window, tokens[0], 1);
    pp_session_drain(session);
    assert_int_equal(got.frame_count, 4);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(got.frames[i].number, i + 1);
        assert_int_equal(got.frames[i].work_ns, (10 + i) * US);
        assert_int_equal(got.frames[i].gpu_ns, (int64_t)((i + 1) * US));
    }
    assert_int_equal(got.frames[3].gpu_ns, PP_NOT_MEASURED);
    assert_int_equal(got.frames[3].work_ns, 20 * US);
}

static void a_frame_waits_for_four_further_ones_and_no_longer(void **state)
{
    (void)state;
    uint64_t first = gpu_frame(window, 1);
    uint64_t last = 0;
    for (int i = 0; i < 3; i++)
        last = gpu_frame(window, 2);
    assert_int_equal(got.frame_count, 0);
    gpu_frame(window, 2);
    assert_int_equal(got.frame_count, 1);
    assert_int_equal(got.frames[0].work_ns, 1 * US);
    assert_int_equal(got.frames[0].gpu_ns, PP_NOT_MEASURED);
    done(window, first, 900); /* too late, and nobody else's */
    done(window, last, 5);
    pp_session_stop(session);
    assert_int_equal(got.frame_count, 5);
    for (size_t i = 1; i < 5; i++)
        assert_int_equal(got.frames[i].gpu_ns, i == 3 ? (int64_t)(5 * US) : PP_NOT_MEASURED);
}

static void cancelled_frames_are_no_further_ones(void **state)
{
    (void)state;
    uint64_t token = gpu_frame(window, 1);
    for (int i = 0; i < 6; i++) {
        pp_frame_begin(window);
        assert_int_not_equal(pp_frame_gpu_pending(window), 0);
        pp_frame_cancel(window);
    }
    assert_int_equal(got.frame_count, 0);
    done(window, token, 4);
    pp_session_drain(session);
    assert_int_equal(got.frames[0].gpu_ns, 4 * US);
}

static void a_frame_late_by_the_gpu_alone_is_so_when_its_time_is_known(void **state)
{
    (void)state;
    done(window, gpu_frame(window, 1), 10000); /* the budget at 100 Hz */
    done(window, gpu_frame(window, 1), 10001);
    done(window, gpu_frame(window, 10001), 30000);
    gpu_frame(window, 1);
    pp_session_stop(session);
    assert_int_equal(got.frames[0].jank, PP_JANK_NONE);
    assert_int_equal(got.frames[1].jank, PP_JANK_GPU);
    assert_int_equal(got.frames[2].jank, PP_JANK_PAINT);
    assert_int_equal(got.frames[3].jank, PP_JANK_NONE);
}

static void snapshots_sum_up_gpu_times_and_count_gpu_jank(void **state)
{
    (void)state;
    for (int i = 1; i <= 10; i++)
        done(window, gpu_frame(window, 1), i < 10 ? 1000 * i : 20000);
    pp_session_drain(session);
    pp_snapshot snapshot;
    assert_int_equal(pp_session_snapshot(session, 0, 0, &snapshot), PP_OK);
    assert_int_equal(snapshot.gpu.count, 10);
    assert_int_equal(snapshot.jank[PP_JANK_GPU], 1);
    assert_true(snapshot.gpu.max == 20.0 && snapshot.gpu.p50 == 5.0);
}

static void painters_wait_with_their_frame(void **state)
{
    (void)state;
    pp_frame_begin(window);
    uint64_t token = pp_frame_gpu_pending(window);
    pp_zone zone = pp_zone_begin(&curve_site);
    advance_us(30);
    pp_zone_end(&zone);
    pp_frame_end(window);
    plain_frame(window, 1);
    done(window, token, 1);
    pp_session_drain(session);
    assert_int_equal(painter_of(&got.frames[0], "Curve.paint()")->self_ns, 30 * US);
    assert_null(painter_of(&got.frames[1], "Curve.paint()"));
}

static void no_time_may_come_too(void **state)
{
    (void)state;
    pp_frame_gpu_done(window, gpu_frame(window, 1), PP_NOT_MEASURED);
    pp_session_drain(session);
    assert_int_equal(got.frame_count, 1);
    assert_int_equal(got.frames[0].gpu_ns, PP_NOT_MEASURED);
}

static void a_time_that_comes_before_the_frames_end_is_its_own(void **state)
{
    (void)state;
    pp_frame_begin(window);
    pp_frame_gpu_done(window, pp_frame_gpu_pending(window), 6 * (int64_t)US);
    pp_frame_end(window);
    assert_int_equal(got.frame_count, 1);
    assert_int_equal(got.frames[0].gpu_ns, 6 * US);
}

static void only_one_time_is_asked_for_and_only_inside_a_frame(void **state)
{
    (void)state;
    assert_int_equal(pp_frame_gpu_pending(window), 0);
    pp_frame_gpu_done(window, 0, 5);
    pp_frame_gpu_done(window, 77, 5);
    pp_frame_begin(window);
    assert_int_not_equal(pp_frame_gpu_pending(window), 0);
    assert_int_equal(pp_frame_gpu_pending(window), 0);
    pp_frame_end(window);
    assert_int_equal(pp_frame_gpu_pending(window), 0);
}

/* ---- Several windows and threads ------------------------------------------------------------- */

static void windows_of_a_thread_keep_the_order_between_them(void **state)
{
    (void)state;
    pp_window *second = create_window("second", false);
    uint64_t token = gpu_frame(window, 1);
    for (int i = 0; i < 6; i++)
        plain_frame(second, 2); /* no further frames of the first */
    assert_int_equal(got.frame_count, 0);
    done(second, token, 900); /* the same number, of another window */
    pp_session_drain(session);
    assert_int_equal(got.frame_count, 0);
    done(window, token, 3);
    pp_session_drain(session);
    assert_int_equal(got.frame_count, 7);
    assert_int_equal(got.frames[0].window, pp_window_number(window));
    assert_int_equal(got.frames[0].gpu_ns, 3 * US);
    assert_int_equal(got.frames[6].number, 7);
    pp_window_destroy(second);
}

static void a_window_that_rests_does_not_hold_others_back_for_ever(void **state)
{
    (void)state;
    pp_window *second = create_window("second", false);
    gpu_frame(window, 1);
    for (int i = 0; i < 31; i++)
        plain_frame(second, 2);
    assert_int_equal(got.frame_count, 0);
    plain_frame(second, 2);
    assert_int_equal(got.frame_count, 33);
    assert_int_equal(got.frames[0].gpu_ns, PP_NOT_MEASURED);
    pp_window_destroy(second);
}

static void a_window_that_goes_lets_its_frames_go(void **state)
{
    (void)state;
    pp_window *second = create_window("second", false);
    gpu_frame(second, 1);
    gpu_frame(window, 2);
    pp_window_destroy(second);
    pp_session_drain(session);
    assert_int_equal(got.frame_count, 1);
    assert_int_equal(got.frames[0].work_ns, 1 * US);
}

static void *draw_and_end(void *of)
{
    gpu_frame(of, 5);
    return NULL;
}

static void a_thread_that_ends_lets_its_frames_go(void **state)
{
    (void)state;
    skip_if_emulated();
    pp_window *second = create_window("second", false);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, draw_and_end, second), 0);
    pthread_join(thread, NULL);
    pp_session_drain(session);
    assert_int_equal(got.frame_count, 1);
    assert_int_equal(got.frames[0].work_ns, 5 * US);
    pp_window_destroy(second);
}

/* ---- Sessions and sinks ---------------------------------------------------------------------- */

static void a_stop_delivers_what_waits(void **state)
{
    (void)state;
    gpu_frame(window, 1);
    plain_frame(window, 2);
    pp_session_stop(session);
    assert_int_equal(got.frame_count, 2);
    assert_int_equal(got.frames[0].gpu_ns, PP_NOT_MEASURED);
    assert_int_equal(got.frames[1].number, 2);
}

static void a_time_of_the_session_before_is_nobodys(void **state)
{
    (void)state;
    uint64_t token = gpu_frame(window, 1);
    pp_session_stop(session);
    done(window, token, 1);
    assert_int_equal(pp_session_start(&session, NULL), PP_OK);
    const pp_sink sink = {.struct_size = sizeof sink, .user = &got, .frame = receive_frame};
    assert_true(pp_session_add_sink(session, &sink) > 0);
    got.frame_count = 0;
    uint64_t next = gpu_frame(window, 2);
    assert_int_not_equal(next, token);
    done(window, token, 900);
    pp_session_drain(session);
    assert_int_equal(got.frame_count, 0);
    done(window, next, 4);
    pp_session_drain(session);
    assert_int_equal(got.frames[0].gpu_ns, 4 * US);
}

static void a_new_sink_sees_no_frame_that_ended_before_it_came(void **state)
{
    (void)state;
    static received late;
    memset(&late, 0, sizeof late);
    uint64_t token = gpu_frame(window, 1);
    advance_us(1);
    const pp_sink sink = {.struct_size = sizeof sink, .user = &late, .frame = receive_frame};
    assert_true(pp_session_add_sink(session, &sink) > 0);
    uint64_t second = gpu_frame(window, 2);
    done(window, token, 1);
    done(window, second, 2);
    pp_session_drain(session);
    assert_int_equal(got.frame_count, 2);
    assert_int_equal(late.frame_count, 1);
    assert_int_equal(late.frames[0].work_ns, 2 * US);
}

static void a_sink_that_leaves_sees_what_waits_and_the_others_wait_on(void **state)
{
    (void)state;
    static received leaving;
    memset(&leaving, 0, sizeof leaving);
    const pp_sink sink = {.struct_size = sizeof sink, .user = &leaving, .frame = receive_frame};
    int id = pp_session_add_sink(session, &sink);
    plain_frame(window, 1);
    uint64_t token = gpu_frame(window, 2);
    plain_frame(window, 11000);
    assert_int_equal(pp_session_remove_sink(session, id), PP_OK);
    assert_int_equal(leaving.frame_count, 3);
    assert_int_equal(leaving.frames[1].number, 2);
    assert_int_equal(leaving.frames[1].gpu_ns, PP_NOT_MEASURED);
    assert_int_equal(leaving.frames[2].number, 3);
    assert_int_equal(leaving.frames[2].jank, PP_JANK_PAINT);
    assert_int_equal(got.frame_count, 1);
    done(window, token, 8);
    pp_session_drain(session);
    assert_int_equal(got.frame_count, 3);
    assert_int_equal(got.frames[1].gpu_ns, 8 * US);
}

/* ---- Recordings ------------------------------------------------------------------------------ */

static char *whole_file(const char *path)
{
    static char text[2][65536];
    static int next;
    next = !next;
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s cannot be read", path);
    size_t size = fread(text[next], 1, sizeof text[0] - 1, file);
    fclose(file);
    text[next][size] = '\0';
    return text[next];
}

/* Frames of two windows, with GPU times that come soon, late, too late, never and in no order. */
static void draw_all_kinds(pp_window *second)
{
    uint64_t tokens[60] = {0};
    for (uint64_t i = 0; i < 60; i++) {
        pp_window *of = i % 7 == 3 ? second : window;
        tokens[i] = i % 5 == 4 ? 0 : gpu_frame(of, 10 + i);
        if (i % 5 == 4)
            plain_frame(of, 5);
        advance_us(100);
        uint64_t age = i % 6;
        if (i >= age && i % 11 != 0)
            done((i - age) % 7 == 3 ? second : window, tokens[i - age], (int64_t)(400 * i));
    }
}

static void the_csv_of_a_recording_equals_the_live_one_with_gpu_times(void **state)
{
    start_recording_fixture(state);
    char live[256], later[256];
    snprintf(live, sizeof live, "%s/live.csv", rec_folder);
    snprintf(later, sizeof later, "%s/later.csv", rec_folder);
    pp_window *second = create_window("second", false);
    pp_csv *csv = NULL;
    assert_int_equal(pp_csv_open(&csv, live), PP_OK);
    const pp_sink sink = pp_csv_sink(csv);
    assert_true(pp_session_add_sink(session, &sink) > 0);
    assert_int_equal(pp_recording_start(rec_path, NULL), PP_OK);
    draw_all_kinds(second);
    pp_session_stop(session);
    assert_int_equal(pp_csv_close(csv), PP_OK);
    pp_window_destroy(second);
    assert_int_equal(pp_recording_stop(), PP_OK);

    pp_reader *reader = open_path(rec_path);
    assert_int_equal(pp_reader_write_csv(reader, later, NULL, NULL), PP_OK);
    pp_reader_close(reader);
    char *text = whole_file(live);
    assert_string_equal(text, whole_file(later));
    assert_non_null(strstr(text, ",gpu\n"));
    assert_int_equal(got.frame_count, 60);
    assert_int_equal(stop_recording_fixture(state), 0);
}

/* ---- Recordings made word by word --------------------------------------------------------------
 */

static rec_thread gui;
static seen all_read;

static int start_recorded(void **state)
{
    memset(&gui, 0, sizeof gui);
    gui.number = 1;
    gui.ticks = 1000;
    int status = start_recording_fixture(state);
    rec_create(&(pp_rec_file_opts){.start_ns = 5, .pid = 42, .boot_id = "boot"});
    return status;
}

#define RECORDED_TEST(name)                                                                        \
    cmocka_unit_test_setup_teardown(name, start_recorded, stop_recording_fixture)

static void recorded_frame(uint64_t token)
{
    rec_frame_begin(&gui, 1);
    gui.ticks += 100;
    rec_frame_end_gpu(&gui, 1, token);
}

static void read_all(void)
{
    rec_flush(&gui);
    rec_finish();
    pp_reader_close(read_path(rec_path, &all_read));
}

static void a_time_is_found_behind_records_that_were_lost(void **state)
{
    (void)state;
    recorded_frame(1);
    rec_flush(&gui);
    gui.sequence += 3;
    gui.lost = 5;
    recorded_frame(2);
    rec_gpu(&gui, 1, 1, 700);
    read_all();
    assert_int_equal(all_read.frame_count, 2);
    assert_int_equal(all_read.frames[0].gpu_ns, 700);
    assert_int_equal(all_read.frames[1].gpu_ns, PP_NOT_MEASURED);
}

static void frames_whose_times_were_lost_come_without_them(void **state)
{
    (void)state;
    recorded_frame(1);
    rec_flush(&gui);
    gui.lost = 1;
    for (uint64_t token = 2; token <= 8; token++) {
        recorded_frame(token);
        if (token > 3)
            rec_gpu(&gui, 1, token - 2, token * 10);
    }
    read_all();
    assert_int_equal(all_read.frame_count, 8);
    static const int64_t expected[] = {-1, 40, 50, 60, 70, 80, -1, -1};
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(all_read.frames[i].number, i + 1);
        assert_int_equal(all_read.frames[i].gpu_ns, expected[i]);
    }
}

static void a_recording_that_ends_while_frames_wait_has_them(void **state)
{
    (void)state;
    recorded_frame(1);
    recorded_frame(2);
    read_all();
    assert_int_equal(all_read.frame_count, 2);
    assert_int_equal(all_read.stops, 1);
    assert_int_equal(all_read.frames[1].gpu_ns, PP_NOT_MEASURED);
}

static void times_that_make_no_sense_change_nothing(void **state)
{
    (void)state;
    rec_gpu(&gui, 1, 1, 5);
    recorded_frame(1);
    rec_gpu(&gui, 2, 1, 6);
    rec_gpu(&gui, 1, 99, 7);
    rec_extended(&gui, PP_EXT_GPU, NUMBERS(1, 1)); /* too short */
    rec_gpu(&gui, 1, 1, UINT64_C(1) << 63);        /* no time that there can be */
    rec_gpu(&gui, 1, 1, 8);                        /* twice */
    rec_extended(&gui, PP_EXT_FRAME_END, NUMBERS(1, 0, 0, 5, 77));
    read_all();
    assert_int_equal(all_read.frame_count, 1);
    assert_int_equal(all_read.frames[0].gpu_ns, PP_NOT_MEASURED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRAME_TEST(a_frame_gets_the_gpu_time_that_comes_later),
        FRAME_TEST(frames_without_gpu_time_do_not_wait),
        FRAME_TEST(frames_behind_one_that_waits_keep_their_order),
        FRAME_TEST(a_frame_waits_for_four_further_ones_and_no_longer),
        FRAME_TEST(cancelled_frames_are_no_further_ones),
        FRAME_TEST(a_frame_late_by_the_gpu_alone_is_so_when_its_time_is_known),
        FRAME_TEST(snapshots_sum_up_gpu_times_and_count_gpu_jank),
        FRAME_TEST(painters_wait_with_their_frame),
        FRAME_TEST(no_time_may_come_too),
        FRAME_TEST(a_time_that_comes_before_the_frames_end_is_its_own),
        FRAME_TEST(only_one_time_is_asked_for_and_only_inside_a_frame),
        FRAME_TEST(windows_of_a_thread_keep_the_order_between_them),
        FRAME_TEST(a_window_that_rests_does_not_hold_others_back_for_ever),
        FRAME_TEST(a_window_that_goes_lets_its_frames_go),
        FRAME_TEST(a_thread_that_ends_lets_its_frames_go),
        FRAME_TEST(a_stop_delivers_what_waits),
        FRAME_TEST(a_time_of_the_session_before_is_nobodys),
        FRAME_TEST(a_new_sink_sees_no_frame_that_ended_before_it_came),
        FRAME_TEST(a_sink_that_leaves_sees_what_waits_and_the_others_wait_on),
        RECORDED_TEST(a_time_is_found_behind_records_that_were_lost),
        RECORDED_TEST(frames_whose_times_were_lost_come_without_them),
        RECORDED_TEST(a_recording_that_ends_while_frames_wait_has_them),
        RECORDED_TEST(times_that_make_no_sense_change_nothing),
        FRAME_TEST(the_csv_of_a_recording_equals_the_live_one_with_gpu_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
