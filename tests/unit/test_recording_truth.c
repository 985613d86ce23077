/* unit/test_recording_truth.c: a recording says what a session says, and what the test itself
 * counts. */
#include "recording_work.h"

#include <time.h>

enum { ZONES = 30000 };

static void a_session_beside_it_sees_the_same(void **state)
{
    (void)state;
    pp_session *session = NULL;
    start_with(0);
    record_zones(100);
    assert_int_equal(pp_session_start(&session, NULL), PP_OK);
    found live = {0};
    const pp_sink sink = {.struct_size = sizeof sink, .user = &live, .zone = found_zone};
    assert_true(pp_session_add_sink(session, &sink) > 0);
    record_zones(ZONES);
    pp_session_drain(session);
    assert_int_equal(live.zones_ended, 2 * ZONES);
    pp_session_stop(session);
    record_zones(100);
    stop();
    found f = {0};
    read_recording(file_path, &f);
    assert_int_equal(f.info.zones, 2 * ZONES + 400);
    assert_int_equal(f.info.dropped, 0);
    assert_int_equal(f.bad_order, 0);
}

static void a_recording_inside_a_session_takes_only_its_own_part(void **state)
{
    (void)state;
    pp_session *session = NULL;
    assert_int_equal(pp_session_start(&session, NULL), PP_OK);
    found live = {0};
    const pp_sink sink = {.struct_size = sizeof sink, .user = &live, .zone = found_zone};
    assert_true(pp_session_add_sink(session, &sink) > 0);
    record_zones(50);
    start_with(0);
    record_zones(ZONES);
    stop();
    record_zones(50);
    pp_session_drain(session);
    assert_int_equal(live.zones_ended, 2 * ZONES + 200);
    assert_int_equal(pp_session_dropped(session), 0);
    pp_session_stop(session);
    found f = {0};
    read_recording(file_path, &f);
    assert_int_equal(f.info.zones, 2 * ZONES);
}

static void the_csv_of_a_recording_equals_the_live_one(void **state)
{
    (void)state;
    char live_path[256], later_path[256];
    snprintf(live_path, sizeof live_path, "%s/live.csv", folder);
    snprintf(later_path, sizeof later_path, "%s/later.csv", folder);
    pp_window *window = NULL;
    const pp_window_opts opts = {
        .struct_size = sizeof opts, .title = "T", .renderer = "raster", .refresh_hz = 75};
    assert_int_equal(pp_window_create(&window, &opts), PP_OK);
    start_with(0);
    pp_session *session = NULL;
    pp_csv *csv = NULL;
    assert_int_equal(pp_session_start(&session, NULL), PP_OK);
    assert_int_equal(pp_csv_open(&csv, live_path), PP_OK);
    const pp_sink sink = pp_csv_sink(csv);
    assert_true(pp_session_add_sink(session, &sink) > 0);
    uint64_t start_ns = pp_now_ns();
    while (pp_now_ns() - start_ns < 2500000000u) { /* the clock gets some lines meanwhile */
        paint_frames(window, 5);
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    pp_session_stop(session);
    assert_int_equal(pp_csv_close(csv), PP_OK);
    stop();
    pp_window_destroy(window);
    pp_reader *reader = NULL;
    assert_int_equal(pp_reader_open(&reader, file_path), PP_OK);
    assert_int_equal(pp_reader_write_csv(reader, later_path, NULL, NULL), PP_OK);
    pp_reader_close(reader);
    size_t live_size, later_size;
    char *live = read_file(live_path, &live_size), *later = read_file(later_path, &later_size);
    assert_true(live_size > 10000);
    assert_int_equal(live_size, later_size);
    assert_memory_equal(live, later, live_size);
    free(live);
    free(later);
}

static void totals_equal_an_independent_count_and_clock(void **state)
{
    (void)state;
    fake_now_ns = 5000000000;
    assert_int_equal(pp_clock_override(fake_clock, NULL), PP_OK);
    start_with(0);
    uint64_t outer_ns = 0, inner_ns = 0, random = 1;
    for (int i = 0; i < 5000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        uint64_t a = (random >> 33) % 100000, b = (random >> 13) % 1000;
        PP_ZONE(outer, "truth outer", PP_PHASE_REDRAW);
        fake_now_ns += a;
        PP_ZONE(inner, "truth inner", PP_PHASE_BATCH);
        fake_now_ns += b;
        PP_END(inner);
        PP_END(outer);
        outer_ns += a;
        inner_ns += b;
    }
    stop();
    assert_int_equal(pp_clock_override(NULL, NULL), PP_OK);
    pp_reader *reader = NULL;
    assert_int_equal(pp_reader_open(&reader, file_path), PP_OK);
    assert_int_equal(pp_reader_run(reader, NULL, NULL, NULL), PP_OK);
    pp_site_total total;
    assert_true(pp_reader_site_at(reader, 0, &total));
    assert_string_equal(total.site->name, "truth outer");
    assert_int_equal(total.count, 5000);
    assert_int_equal(total.self_ns, outer_ns);
    assert_int_equal(total.total_ns, outer_ns + inner_ns);
    assert_true(pp_reader_site_at(reader, 1, &total));
    assert_string_equal(total.site->name, "truth inner");
    assert_int_equal(total.self_ns, inner_ns);
    assert_true(total.site->line > 0);
    assert_non_null(strstr(total.site->file, "test_recording_truth.c"));
    assert_false(pp_reader_site_at(reader, 2, &total));
    pp_reader_close(reader);
}

/* Whatever the helper was about to write when it was asked. */
static void a_snapshot_lacks_nothing_that_was_recorded_before(void **state)
{
    (void)state;
    char path[256];
    snprintf(path, sizeof path, "%s/snapshot.pprec", folder);
    start_with(0);
    for (uint64_t round = 1; round <= 60; round++) {
        record_zones(20000);
        assert_int_equal(pp_recording_snapshot(path, 0), PP_OK);
        found f = {0};
        read_recording(path, &f);
        assert_int_equal(f.info.zones, round * 40000);
        assert_false(f.bad_order);
    }
    stop();
}

static void a_snapshot_holds_the_last_moments(void **state)
{
    (void)state;
    char early[256], late[256];
    snprintf(early, sizeof early, "%s/early.pprec", folder);
    snprintf(late, sizeof late, "%s/late.pprec", folder);
    start_with(0);
    record_zones(60000);
    assert_int_equal(pp_recording_snapshot(early, 0), PP_OK);
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
    record_zones(100);
    assert_int_equal(pp_recording_snapshot(late, 100000000), PP_OK);
    stop();
    found f = {0}, first = {0}, last = {0};
    read_recording(file_path, &f);
    read_recording(early, &first);
    read_recording(late, &last);
    assert_int_equal(f.info.zones, 120200);
    assert_int_equal(first.info.zones, 120000);
    assert_true(first.info.complete && last.info.complete);
    assert_true(last.info.zones >= 200 && last.info.zones < 120000);
    assert_int_equal(last.info.last_ns, f.info.last_ns);
}

static void a_slow_frame_leaves_a_snapshot(void **state)
{
    (void)state;
    pp_window *window = NULL;
    const pp_window_opts window_opts = {.struct_size = sizeof window_opts, .title = "T"};
    assert_int_equal(pp_window_create(&window, &window_opts), PP_OK);
    const pp_recording_opts opts = {
        .struct_size = sizeof opts, .slow_frame_ns = 20000000, .max_snapshots = 1};
    assert_int_equal(pp_recording_start(file_path, &opts), PP_OK);
    paint_frames(window, 3);
    pp_frame_begin(window);
    nanosleep(&(struct timespec){.tv_nsec = 25000000}, NULL);
    pp_frame_end(window);
    pp_recording_status numbers = {0};
    for (int i = 0; i < 500 && numbers.snapshots == 0; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        assert_int_equal(pp_recording_query(&numbers), PP_OK);
    }
    assert_int_equal(numbers.snapshots, 1);
    stop();
    pp_window_destroy(window);
    char path[256];
    snprintf(path, sizeof path, "%s/a-slow-1.pprec", folder);
    found f = {0};
    read_recording(path, &f);
    assert_int_equal(f.frames, 4);
}

static uint64_t stepping_back(void *user)
{
    (void)user;
    fake_now_ns += 1000;
    return fake_now_ns % 7000 == 0 ? fake_now_ns - 5000 : fake_now_ns;
}

static void a_clock_that_steps_back_gives_no_negative_time(void **state)
{
    (void)state;
    fake_now_ns = 5000000000;
    assert_int_equal(pp_clock_override(stepping_back, NULL), PP_OK);
    start_with(0);
    record_zones(1000);
    stop();
    assert_int_equal(pp_clock_override(NULL, NULL), PP_OK);
    found f = {0};
    read_recording(file_path, &f);
    assert_int_equal(f.zones_ended, 2000);
    assert_int_equal(f.bad_order, 0);
    assert_true(f.total_ns < 2000 * 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RECORDING_TEST(a_session_beside_it_sees_the_same),
        RECORDING_TEST(a_recording_inside_a_session_takes_only_its_own_part),
        RECORDING_TEST(the_csv_of_a_recording_equals_the_live_one),
        RECORDING_TEST(totals_equal_an_independent_count_and_clock),
        RECORDING_TEST(a_snapshot_lacks_nothing_that_was_recorded_before),
        RECORDING_TEST(a_snapshot_holds_the_last_moments),
        RECORDING_TEST(a_slow_frame_leaves_a_snapshot),
        RECORDING_TEST(a_clock_that_steps_back_gives_no_negative_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
