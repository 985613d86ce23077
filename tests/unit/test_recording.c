/* unit/test_recording.c: recordings, from start to stop, as a reader finds them. */
#include "recording_work.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum { THREADS = 8, ZONES = 30000, SHORT_THREADS = 10000, CROWD = 1000 };

static void *record_many(void *unused)
{
    (void)unused;
    record_zones(ZONES / 2);
    return NULL;
}

static void *record_one(void *unused)
{
    (void)unused;
    record_zones(1);
    return NULL;
}

static void run_threads(size_t count, void *(*run)(void *))
{
    pthread_t threads[CROWD];
    for (size_t i = 0; i < count; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run, NULL), 0);
    for (size_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

static void everything_that_was_recorded_is_in_the_file(void **state)
{
    (void)state;
    start_with(PP_RECORDING_UNBOUNDED);
    run_threads(THREADS, record_many);
    stop();
    found f = {0};
    read_recording(file_path, &f);
    assert_true(f.info.complete);
    assert_int_equal(f.info.dropped, 0);
    assert_int_equal(f.info.damaged, 0);
    assert_int_equal(f.info.zones, (uint64_t)THREADS * ZONES);
    assert_int_equal(f.info.marks, (uint64_t)THREADS * ZONES / 2);
    assert_int_equal(f.info.records, f.info.zones + f.info.marks);
    assert_int_equal(f.zones_ended, f.info.zones);
    assert_int_equal(f.info.threads, THREADS);
    assert_int_equal(f.bad_order, 0);
    assert_true(f.info.duration_ns > 0);
}

static void a_zone_takes_sixteen_bytes_and_a_mark_eight(void **state)
{
    (void)state;
    start_with(PP_RECORDING_UNBOUNDED);
    record_zones(200000); /* two zones and a mark: 40 bytes */
    stop();
    struct stat status;
    assert_int_equal(stat(file_path, &status), 0);
    assert_in_range((uint64_t)status.st_size, 200000 * 40, 200000 * 40 * 102 / 100 + 65536);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void a_flight_recorder_keeps_the_newest_and_counts_the_rest(void **state)
{
    (void)state;
    start_with(1 << 20);
    record_zones(200000);
    PP_ZONE(last, "the last one", PP_PHASE_REDRAW);
    PP_END(last);
    stop();
    struct stat status;
    assert_int_equal(stat(file_path, &status), 0);
    found f = {0};
    read_recording(file_path, &f);
    assert_true(f.info.bounded);
    assert_true(status.st_size < (3 << 20));
    assert_true(f.info.overwritten > 0);
    assert_int_equal(f.info.records + f.info.overwritten + f.info.dropped, 3 * 200000 + 1);
    pp_reader *reader = NULL;
    pp_site_total total;
    bool has_last = false;
    assert_int_equal(pp_reader_open(&reader, file_path), PP_OK);
    assert_int_equal(pp_reader_run(reader, NULL, NULL, NULL), PP_OK);
    for (size_t i = 0; pp_reader_site_at(reader, i, &total); i++)
        has_last |= strcmp(total.site->name, "the last one") == 0;
    pp_reader_close(reader);
    assert_true(has_last);
}

static void recording_may_start_and_stop_inside_open_zones(void **state)
{
    (void)state;
    PP_ZONE(before, "before", PP_PHASE_REDRAW);
    start_with(0);
    PP_ZONE(inside, "inside", PP_PHASE_REDRAW);
    record_zones(10);
    stop();
    PP_END(inside);
    PP_END(before);
    found f = {0};
    read_recording(file_path, &f);
    assert_int_equal(f.info.zones, 21);
    assert_int_equal(f.zones_ended, 20);
}

static void recordings_follow_one_another(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 5; i++) {
        start_with(0);
        record_zones(i);
        stop();
        record_zones(100); /* in none */
        found f = {0};
        read_recording(file_path, &f);
        assert_int_equal(f.info.zones, 2 * i);
    }
}

static void a_second_recording_is_refused_with_a_reason(void **state)
{
    (void)state;
    start_with(0);
    assert_int_equal(pp_recording_start(file_path, NULL), PP_EBUSY);
    stop();
    assert_int_equal(pp_recording_stop(), PP_EINVAL);
    assert_non_null(strstr(pp_last_error(), "no recording"));
}

static void ten_thousand_short_threads_leave_no_memory_behind(void **state)
{
    (void)state;
    start_with(PP_RECORDING_UNBOUNDED);
    char live_path[256];
    pp_reader *reader = NULL;
    assert_int_equal(pp_reader_open(&reader, file_path), PP_OK);
    snprintf(live_path, sizeof live_path, "%s", pp_reader_info(reader)->live_path);
    pp_reader_close(reader);
    for (int i = 0; i < SHORT_THREADS; i++)
        run_threads(1, record_one);
    struct stat live;
    assert_int_equal(stat(live_path, &live), 0);
    assert_true(live.st_size < (16 << 20));
    stop();
    assert_int_equal(stat(live_path, &live), -1);
    found f = {0};
    read_recording(file_path, &f);
    assert_int_equal(f.info.zones, 2 * SHORT_THREADS);
    assert_int_equal(f.info.threads, SHORT_THREADS);
    struct stat status;
    assert_int_equal(stat(file_path, &status), 0);
    assert_true(status.st_size < 5 << 20);
}

static pthread_barrier_t crowd;

static void *record_together(void *unused)
{
    (void)unused;
    pthread_barrier_wait(&crowd);
    record_zones(50);
    pthread_barrier_wait(&crowd);
    return NULL;
}

static void a_thousand_threads_at_once_lose_nothing(void **state)
{
    (void)state;
    skip_if_emulated();
    start_with(1 << 20);
    pthread_barrier_init(&crowd, NULL, CROWD);
    run_threads(CROWD, record_together);
    pthread_barrier_destroy(&crowd);
    stop();
    found f = {0};
    read_recording(file_path, &f);
    assert_int_equal(f.info.records + f.info.overwritten + f.info.dropped, CROWD * 50 * 3);
    assert_int_equal(f.info.dropped, 0);
}

static void *leave_inside_a_zone(void *unused)
{
    PP_ZONE(open, "never ended", PP_PHASE_REDRAW);
    pp_mark(&open, "about to go");
    pthread_exit(unused);
}

static void a_thread_that_dies_inside_a_zone_harms_nobody(void **state)
{
    (void)state;
    start_with(0);
    for (int i = 0; i < 10; i++)
        run_threads(1, leave_inside_a_zone);
    record_zones(5);
    stop();
    found f = {0};
    read_recording(file_path, &f);
    assert_int_equal(f.info.zones, 20);
    assert_int_equal(f.info.marks, 15);
    assert_int_equal(f.zones_ended, 10);
}

static void a_forked_child_leaves_the_recording_alone(void **state)
{
    (void)state;
    skip_if_emulated();
    start_with(0);
    record_zones(10);
    pid_t child = fork();
    if (child == 0) {
        record_zones(1000);
        _exit(pp_recording_stop() == PP_EINVAL ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    record_zones(10);
    stop();
    found f = {0};
    read_recording(file_path, &f);
    assert_int_equal(f.info.zones, 40);
}

static void a_path_in_use_gets_the_process_id(void **state)
{
    (void)state;
    skip_if_emulated();
    start_with(0);
    record_zones(3);
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        char path[256] = "", expected[256];
        int status = pp_recording_start(file_path, NULL);
        record_zones(7);
        pp_recording_path(path, sizeof path);
        if (status == PP_OK)
            status = pp_recording_stop();
        snprintf(expected, sizeof expected, "%s.%d", file_path, (int)getpid());
        _exit(status == PP_OK && strcmp(path, expected) == 0 ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
#if !defined(__SANITIZE_THREAD__) /* it cannot follow a thread that is made after a fork */
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    char path[256];
    snprintf(path, sizeof path, "%s.%d", file_path, (int)child);
    found theirs = {0};
    read_recording(path, &theirs);
    assert_int_equal(theirs.info.zones, 14);
#endif
    close(ready[0]);
    close(ready[1]);
    stop();
    found f = {0};
    read_recording(file_path, &f);
    assert_int_equal(f.info.zones, 6);
}

static void a_finished_file_is_replaced_and_its_readers_keep_the_old_one(void **state)
{
    (void)state;
    start_with(0);
    record_zones(3);
    stop();
    int old = open(file_path, O_RDONLY);
    struct stat before, after;
    assert_int_equal(fstat(old, &before), 0);
    start_with(0);
    stop();
    assert_int_equal(fstat(old, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    close(old);
}

static void percent_p_is_the_process_id(void **state)
{
    (void)state;
    char path[256], taken[256], expected[256];
    snprintf(path, sizeof path, "%s/%%p-100%%%%.pprec", folder);
    snprintf(expected, sizeof expected, "%s/%d-100%%.pprec", folder, (int)getpid());
    assert_int_equal(pp_recording_start(path, NULL), PP_OK);
    assert_true(pp_recording_path(taken, sizeof taken) > 0);
    assert_string_equal(taken, expected);
    stop();
    snprintf(path, sizeof path, "%s/%%x", folder);
    assert_int_equal(pp_recording_start(path, NULL), PP_EINVAL);
}

static void what_cannot_be_recorded_to_is_an_error_that_names_it(void **state)
{
    (void)state;
    char path[256];
    snprintf(path, sizeof path, "%s/none/a.pprec", folder);
    assert_int_equal(pp_recording_start(path, NULL), PP_EIO);
    assert_non_null(strstr(pp_last_error(), path));
    assert_int_equal(pp_recording_start(folder, NULL), PP_EIO);
    assert_int_equal(pp_recording_start("/dev/null", NULL), PP_EIO);
    assert_int_equal(access("/dev/null", W_OK), 0); /* is still there */
    assert_int_equal(pp_recording_start("/proc/a.pprec", NULL), PP_EIO);
    record_zones(10);
    start_with(0);
    stop();
}

static void names_and_facts_are_in_the_file(void **state)
{
    (void)state;
    pthread_setname_np(pthread_self(), "the-thread");
    assert_int_equal(pp_process_note("qt.version", "6.4.2"), PP_OK);
    pp_window *window = NULL;
    const pp_window_opts opts = {
        .struct_size = sizeof opts, .title = "Titel \xc3\xbc", .renderer = "raster"};
    start_with(0);
    assert_int_equal(pp_window_create(&window, &opts), PP_OK);
    paint_frames(window, 1);
    assert_int_equal(pp_process_note("later", "value"), PP_OK);
    stop();
    pp_reader *reader = NULL;
    assert_int_equal(pp_reader_open(&reader, file_path), PP_OK);
    assert_int_equal(pp_reader_run(reader, NULL, NULL, NULL), PP_OK);
    assert_string_equal(pp_reader_note(reader, "qt.version"), "6.4.2");
    assert_string_equal(pp_reader_note(reader, "later"), "value");
    assert_string_equal(pp_reader_note(reader, "paintprof.version"), PP_VERSION);
    assert_non_null(pp_reader_note(reader, "host.name"));
    assert_non_null(strstr(pp_reader_note(reader, "process.executable"), "test_recording"));
    assert_non_null(strstr(pp_reader_note(reader, "process.command_line"), "test_recording"));
    const char *title, *renderer, *name;
    assert_true(pp_reader_window(reader, pp_window_number(window), &title, &renderer));
    assert_string_equal(title, "Titel \xc3\xbc");
    bool has_thread = false;
    uint32_t number, tid;
    for (size_t i = 0; pp_reader_thread_at(reader, i, &number, &tid, &name); i++)
        has_thread |= strcmp(name, "the-thread") == 0 && tid == (uint32_t)gettid();
    assert_true(has_thread);
    pp_reader_close(reader);
    pp_window_destroy(window);
}

static void a_recording_is_read_while_it_is_written(void **state)
{
    (void)state;
    start_with(PP_RECORDING_UNBOUNDED);
    record_zones(30000);
    for (int i = 0; i < 5; i++) {
        found f = {0};
        read_recording(file_path, &f);
        assert_false(f.info.complete);
        assert_true(f.info.has_live_part);
        assert_int_equal(f.info.zones, 60000 + 2000 * (uint64_t)i);
        record_zones(1000);
    }
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RECORDING_TEST(everything_that_was_recorded_is_in_the_file),
        RECORDING_TEST(a_zone_takes_sixteen_bytes_and_a_mark_eight),
        RECORDING_TEST(a_flight_recorder_keeps_the_newest_and_counts_the_rest),
        RECORDING_TEST(recording_may_start_and_stop_inside_open_zones),
        RECORDING_TEST(recordings_follow_one_another),
        RECORDING_TEST(a_second_recording_is_refused_with_a_reason),
        RECORDING_TEST(ten_thousand_short_threads_leave_no_memory_behind),
        RECORDING_TEST(a_thousand_threads_at_once_lose_nothing),
        RECORDING_TEST(a_thread_that_dies_inside_a_zone_harms_nobody),
        RECORDING_TEST(a_forked_child_leaves_the_recording_alone),
        RECORDING_TEST(a_path_in_use_gets_the_process_id),
        RECORDING_TEST(a_finished_file_is_replaced_and_its_readers_keep_the_old_one),
        RECORDING_TEST(percent_p_is_the_process_id),
        RECORDING_TEST(what_cannot_be_recorded_to_is_an_error_that_names_it),
        RECORDING_TEST(names_and_facts_are_in_the_file),
        RECORDING_TEST(a_recording_is_read_while_it_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
