/* unit/test_capture.c: threads, chunks, losses, forks and plugins, through what sinks receive. */
#include "support.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 8, ZONES = 20000, SHORT_THREADS = 2000 };

typedef struct tally {
    uint64_t zones, marks, bad_order;
    uint64_t zones_of[4096]; /* by thread number, modulo */
    uint64_t last_end_ns[4096];
    char last_label[300];
} tally;

static tally counted;
static pp_session *session;

static void count_zone(void *user, const pp_zone_record *zone)
{
    tally *t = user;
    unsigned slot = zone->thread % 4096;
    t->zones++;
    t->zones_of[slot]++;
    if (zone->end_ns < zone->start_ns || zone->self_ns > zone->end_ns - zone->start_ns ||
        zone->end_ns < t->last_end_ns[slot])
        t->bad_order++;
    t->last_end_ns[slot] = zone->end_ns;
}

static void count_mark(void *user, const pp_mark_record *mark)
{
    tally *t = user;
    t->marks++;
    snprintf(t->last_label, sizeof t->last_label, "%s", mark->label);
    if (mark->since_mark_ns > mark->since_begin_ns)
        t->bad_order++;
}

static int start_with(uint64_t buffer_bytes)
{
    memset(&counted, 0, sizeof counted);
    const pp_session_opts opts = {.struct_size = sizeof opts, .buffer_bytes = buffer_bytes};
    if (pp_session_start(&session, &opts) != PP_OK)
        return -1;
    const pp_sink sink = {
        .struct_size = sizeof sink, .user = &counted, .zone = count_zone, .mark = count_mark};
    pg_set_profile_enabled(true);
    return pp_session_add_sink(session, &sink) > 0 ? 0 : -1;
}

static int start(void **state)
{
    (void)state;
    return start_with(64 << 20);
}

static int stop(void **state)
{
    (void)state;
    pp_session_stop(session);
    session = NULL;
    pg_set_profile_enabled(false);
    return 0;
}

static void record_zones(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        PP_ZONE(outer, "outer", PP_PHASE_REDRAW);
        pp_mark(&outer, "half");
        PP_ZONE(inner, "inner", PP_PHASE_BATCH);
        pp_markf(&inner, "step %llu", (unsigned long long)i);
        PP_END(inner);
        PP_END(outer);
    }
}

static void *record_many(void *unused)
{
    (void)unused;
    record_zones(ZONES / 2);
    return NULL;
}

static void run_threads(int count, void *(*run)(void *))
{
    pthread_t threads[THREADS];
    for (int i = 0; i < count; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run, NULL), 0);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

static void eight_threads_marking_at_once_lose_nothing(void **state)
{
    (void)state;
    run_threads(THREADS, record_many);
    pp_session_drain(session);
    assert_int_equal(pp_session_dropped(session), 0);
    assert_int_equal(counted.zones, (uint64_t)THREADS * ZONES);
    assert_int_equal(counted.marks, (uint64_t)THREADS * ZONES);
    assert_int_equal(counted.bad_order, 0);
}

static void threads_record_while_the_session_drains(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, record_many, NULL), 0);
    for (int i = 0; i < 200; i++)
        pp_session_drain(session);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pp_session_drain(session);
    assert_int_equal(counted.zones + pp_session_dropped(session), (uint64_t)THREADS * ZONES);
    assert_int_equal(counted.bad_order, 0);
}

static void what_does_not_fit_is_counted_and_the_newest_survives(void **state)
{
    (void)state;
    pp_session_stop(session);
    assert_int_equal(start_with(1), 0); /* the smallest buffer there is */
    const uint64_t marks = 800000;
    PP_ZONE(flood, "flood", PP_PHASE_REDRAW);
    for (uint64_t i = 0; i < marks; i++)
        pp_mark(&flood, "one record");
    pp_markf(&flood, "the newest");
    PP_END(flood);
    pp_session_drain(session);
    /* The session's helper may have drained some in between. Begin and end of the zone are the
     * only records that are neither a mark nor, perhaps, lost. */
    uint64_t accounted = counted.marks + pp_session_dropped(session);
    assert_in_range(accounted, marks + 1, marks + 1 + 2);
    assert_string_equal(counted.last_label, "the newest");
    assert_int_equal(counted.bad_order, 0);
}

static void *record_one(void *unused)
{
    (void)unused;
    record_zones(1);
    return NULL;
}

static void threads_that_come_and_go_are_all_seen(void **state)
{
    (void)state;
    for (int i = 0; i < SHORT_THREADS; i++) {
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, record_one, NULL), 0);
        pthread_join(thread, NULL);
        if (i % 64 == 0)
            pp_session_drain(session);
    }
    pp_session_drain(session);
    assert_int_equal(counted.zones + pp_session_dropped(session), 2 * SHORT_THREADS);
    assert_int_equal(pp_session_dropped(session), 0);
}

static void sessions_follow_one_another_inside_open_zones(void **state)
{
    (void)state;
    PP_ZONE(across, "across", PP_PHASE_REDRAW);
    record_zones(10);
    pp_session_stop(session);
    assert_int_equal(start_with(1 << 20), 0);
    PP_END(across); /* began in another session: belongs to none */
    record_zones(10);
    pp_session_drain(session);
    assert_int_equal(counted.zones, 20);
    assert_int_equal(pp_session_dropped(session), 0);
}

static void a_second_session_is_refused_with_a_reason(void **state)
{
    (void)state;
    pp_session *second = NULL;
    pp_clear_error();
    assert_int_equal(pp_session_start(&second, NULL), PP_EBUSY);
    assert_null(second);
    assert_true(strlen(pp_last_error()) > 0);
    assert_ptr_equal(pp_session_current(), session);
}

static void a_forked_child_goes_on_without_the_session(void **state)
{
    (void)state;
    skip_if_emulated();
    record_zones(5);
    pid_t child = fork();
    if (child == 0) {
        record_zones(5);
        bool alone = pp_session_current() == NULL;
        bool starts = true;
#if !defined(__SANITIZE_THREAD__) /* it cannot follow a thread that is made after a fork */
        pp_session *own = NULL;
        starts = pp_session_start(&own, NULL) == PP_OK;
        record_zones(5);
        pp_session_stop(own);
#endif
        _exit(alone && starts ? 0 : 1);
    }
    int status = 0;
    assert_true(waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    record_zones(5);
    pp_session_drain(session);
    assert_int_equal(counted.zones, 20);
}

static void a_plugin_may_be_unloaded_and_loaded_again(void **state)
{
    (void)state;
    uint64_t expected = 0;
    for (int i = 0; i < 50; i++) {
        void *plugin = dlopen(PP_TEST_PLUGIN, RTLD_NOW | RTLD_LOCAL);
        if (!plugin)
            fail_msg("%s", dlerror());
        void (*record)(void) = (void (*)(void))(uintptr_t)dlsym(plugin, "plugin_record");
        assert_non_null(record);
        record();
        expected++;
        dlclose(plugin);
        pg_set_profile_enabled(i % 2 == 0); /* sets the words of all sites that are still there */
        pg_set_profile_enabled(true);
    }
    pp_session_drain(session);
    assert_int_equal(counted.zones, expected);
}

static void a_long_label_is_cut_between_characters(void **state)
{
    (void)state;
    char text[400];
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xC3\xA9", 3); /* é */
    PP_ZONE(zone, "long label", PP_PHASE_REDRAW);
    pp_markf(&zone, "x%s", text);
    PP_END(zone);
    pp_session_drain(session);
    size_t size = strlen(counted.last_label);
    assert_true(size > 250 && size <= 255);
    assert_int_equal((unsigned char)counted.last_label[size - 1], 0xA9);
}

static void sites_of_one_name_and_phase_are_one(void **state)
{
    (void)state;
    pp_site *first = pp_site_get("Shared.paint()", PP_PHASE_REDRAW);
    assert_non_null(first);
    assert_ptr_equal(pp_site_get("Shared.paint()", PP_PHASE_REDRAW), first);
    assert_ptr_not_equal(pp_site_get("Shared.paint()", PP_PHASE_CREATE), first);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(eight_threads_marking_at_once_lose_nothing),
        CASE(threads_record_while_the_session_drains),
        CASE(what_does_not_fit_is_counted_and_the_newest_survives),
        CASE(threads_that_come_and_go_are_all_seen),
        CASE(sessions_follow_one_another_inside_open_zones),
        CASE(a_second_session_is_refused_with_a_reason),
        CASE(a_forked_child_goes_on_without_the_session),
        CASE(a_plugin_may_be_unloaded_and_loaded_again),
        CASE(a_long_label_is_cut_between_characters),
        CASE(sites_of_one_name_and_phase_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
