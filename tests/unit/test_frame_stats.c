/* unit/test_frame_stats.c: late frames, the history, and snapshots against a plain sort. */
#include "frame_fixture.h"

static void assert_ms(double actual, double expected)
{
    double difference = actual > expected ? actual - expected : expected - actual;
    if (difference > 1e-9)
        fail_msg("%.9f ms is not %.9f ms", actual, expected);
}

static void on_budget_is_in_time_and_above_is_late(void **state)
{
    (void)state;
    plain_frame(window, 10000);
    plain_frame(window, 10001);
    assert_int_equal(got.frames[0].jank, PP_JANK_NONE);
    assert_int_equal(got.frames[1].jank, PP_JANK_PAINT);
}

static void a_long_flush_is_flush_jank(void **state)
{
    (void)state;
    pp_frame_begin(window);
    advance_us(4000);
    pp_frame_painted(window, 1);
    advance_us(7000);
    pp_frame_end(window);
    assert_int_equal(got.frames[0].jank, PP_JANK_FLUSH);
}

static void overlay_counts_toward_late(void **state)
{
    (void)state;
    pp_frame_begin(window);
    PP_ZONE(zone, "panel", PP_PHASE_OVERLAY);
    advance_us(11000);
    PP_END(zone);
    pp_frame_end(window);
    assert_int_equal(got.frames[0].jank, PP_JANK_PAINT);
}

static void a_frame_that_waited_for_a_handler_is_event_jank(void **state)
{
    (void)state;
    pp_frame_asked(window);
    advance_us(10001);
    pp_frame_asked(window); /* only the first counts */
    plain_frame(window, 1);
    advance_us(50000);
    plain_frame(window, 1); /* nobody asked: idle, not late */
    assert_int_equal(got.frames[0].asked_ns, 1000000000);
    assert_int_equal(got.frames[0].jank, PP_JANK_EVENT);
    assert_int_equal(got.frames[1].asked_ns, PP_NOT_MEASURED);
    assert_int_equal(got.frames[1].jank, PP_JANK_NONE);
}

static void paint_names_a_frame_that_was_late_twice_over(void **state)
{
    (void)state;
    pp_frame_asked(window);
    advance_us(20000);
    plain_frame(window, 20000);
    assert_int_equal(got.frames[0].jank, PP_JANK_PAINT);
}

static void jank_has_names(void **state)
{
    (void)state;
    assert_string_equal(pp_jank_name(PP_JANK_NONE), "");
    assert_string_equal(pp_jank_name(PP_JANK_PAINT), "paint");
    assert_string_equal(pp_jank_name(PP_JANK_FLUSH), "flush");
    assert_string_equal(pp_jank_name(PP_JANK_GPU), "gpu");
    assert_string_equal(pp_jank_name(PP_JANK_EVENT), "event");
    assert_string_equal(pp_jank_name((pp_jank)99), "");
}

static int compare(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* The smallest value with at least percent of all values at or below it, by counting. */
static double nearest_rank_ms(const uint64_t *sorted, size_t count, unsigned percent)
{
    size_t i = 0;
    while ((i + 1) * 100 < count * percent)
        i++;
    return (double)sorted[i] / 1e6;
}

/* Compares a snapshot with what a sort says, of times that shape gives. */
static void check_against_sort(size_t count, uint64_t (*shape_us)(size_t i))
{
    uint64_t *values = calloc(count, sizeof *values);
    pp_session_reset(session);
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        values[i] = shape_us(i) * US;
        sum += (double)values[i];
        plain_frame(window, shape_us(i));
    }
    pp_snapshot snapshot;
    assert_int_equal(pp_session_snapshot(session, 0, 0, &snapshot), PP_OK);
    assert_int_equal(snapshot.frames, count);
    assert_int_equal(snapshot.work.count, count);
    assert_ms(snapshot.work.last, (double)values[count - 1] / 1e6);
    qsort(values, count, sizeof *values, compare);
    assert_ms(snapshot.work.p50, nearest_rank_ms(values, count, 50));
    assert_ms(snapshot.work.p95, nearest_rank_ms(values, count, 95));
    assert_ms(snapshot.work.p99, nearest_rank_ms(values, count, 99));
    assert_ms(snapshot.work.max, (double)values[count - 1] / 1e6);
    assert_ms(snapshot.work.mean, sum / (double)count / 1e6);
    size_t worst = count < 100 ? 1 : count / 100;
    double worst_sum = 0;
    for (size_t i = count - worst; i < count; i++)
        worst_sum += (double)values[i];
    assert_ms(snapshot.work.worst, worst_sum / (double)worst / 1e6);
    free(values);
}

static uint64_t scattered(size_t i)
{
    return (i * 2654435761u >> 7) % 9973;
}

static uint64_t rising(size_t i)
{
    return i;
}

static uint64_t falling(size_t i)
{
    return 5000 - i;
}

static uint64_t equal(size_t i)
{
    (void)i;
    return 42;
}

static uint64_t two_values(size_t i)
{
    return i % 3 ? 5 : 900;
}

static void percentiles_are_those_of_a_sort(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 3, 10, 99, 100, 101, 199, 200, 1000, 2500};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        check_against_sort(counts[i], scattered);
        check_against_sort(counts[i], rising);
        check_against_sort(counts[i], falling);
        check_against_sort(counts[i], equal);
        check_against_sort(counts[i], two_values);
    }
}

static void an_empty_snapshot_is_all_zero(void **state)
{
    (void)state;
    pp_snapshot snapshot;
    assert_int_equal(pp_session_snapshot(session, 0, 0, &snapshot), PP_OK);
    assert_int_equal(snapshot.frames, 0);
    assert_int_equal(snapshot.work.count, 0);
    assert_ms(snapshot.work.max, 0);
    assert_null(snapshot.slowest_site);
    assert_int_equal(snapshot.phase_count, pp_phase_count());
}

static void only_measured_values_are_summed_up(void **state)
{
    (void)state;
    plain_frame(window, 1);
    pp_frame_begin(window);
    pp_frame_painted(window, 1);
    advance_us(6000);
    pp_frame_end(window);
    pp_snapshot snapshot;
    pp_session_snapshot(session, 0, 0, &snapshot);
    assert_int_equal(snapshot.frames, 2);
    assert_int_equal(snapshot.work.count, 2);
    assert_int_equal(snapshot.flush.count, 1);
    assert_ms(snapshot.flush.p50, 6);
    assert_int_equal(snapshot.interval.count, 1);
    assert_int_equal(snapshot.gpu.count, 0);
}

static void a_snapshot_knows_the_slowest_frame_and_site(void **state)
{
    (void)state;
    plain_frame(window, 3000);
    pp_frame_begin(window);
    PP_ZONE(fast, "Fast", PP_PHASE_REDRAW);
    advance_us(2000);
    PP_END(fast);
    PP_ZONE(slow, "Slow", PP_PHASE_BATCH);
    advance_us(15000);
    PP_END(slow);
    pp_frame_end(window);
    plain_frame(window, 4000);
    pp_snapshot snapshot;
    pp_session_snapshot(session, 0, 0, &snapshot);
    assert_int_equal(snapshot.slowest.number, 2);
    assert_null(snapshot.slowest.painters);
    assert_string_equal(snapshot.slowest_site->name, "Slow");
    assert_int_equal(snapshot.slowest_site_self_ns, 15000 * US);
    assert_int_equal(snapshot.jank[PP_JANK_PAINT], 1);
    assert_int_equal(snapshot.jank[PP_JANK_NONE], 2);
    assert_ms(snapshot.phase[PP_PHASE_BATCH].max, 15);
}

static void snapshots_choose_window_and_number_of_frames(void **state)
{
    (void)state;
    pp_window *second = create_window("second", false);
    for (uint64_t i = 1; i <= 10; i++) {
        plain_frame(window, i);
        plain_frame(second, i * 100);
    }
    pp_snapshot snapshot;
    pp_session_snapshot(session, pp_window_number(second), 3, &snapshot);
    assert_int_equal(snapshot.frames, 3);
    assert_int_equal(snapshot.frames_total, 20);
    assert_ms(snapshot.work.p50, 0.9);
    pp_frame frames[4];
    assert_int_equal(pp_session_frames(session, pp_window_number(window), frames, 4), 4);
    assert_int_equal(frames[0].work_ns, 7 * US);
    assert_int_equal(frames[3].work_ns, 10 * US);
    assert_int_equal(pp_session_frames(session, 0, frames, 2), 2);
    assert_int_equal(frames[0].number, 19);
    assert_int_equal(frames[1].number, 20);
    pp_window_destroy(second);
}

static void a_reset_forgets_frames_but_not_their_numbering(void **state)
{
    (void)state;
    plain_frame(window, 1);
    pp_session_reset(session);
    pp_snapshot snapshot;
    pp_session_snapshot(session, 0, 0, &snapshot);
    assert_int_equal(snapshot.frames, 0);
    assert_int_equal(snapshot.frames_total, 1);
    plain_frame(window, 1);
    assert_int_equal(got.frames[1].number, 2);
    assert_int_not_equal(got.frames[1].interval_ns, PP_NOT_MEASURED);
}

static void the_history_keeps_the_last_frames(void **state)
{
    (void)state;
    pp_session_stop(session);
    const pp_session_opts opts = {.struct_size = sizeof opts, .history_frames = 5};
    assert_int_equal(pp_session_start(&session, &opts), PP_OK);
    for (uint64_t i = 1; i <= 12; i++)
        plain_frame(window, i);
    pp_frame frames[8];
    assert_int_equal(pp_session_frames(session, 0, frames, 8), 5);
    assert_int_equal(frames[0].number, 8);
    assert_int_equal(frames[4].number, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRAME_TEST(on_budget_is_in_time_and_above_is_late),
        FRAME_TEST(a_long_flush_is_flush_jank),
        FRAME_TEST(overlay_counts_toward_late),
        FRAME_TEST(a_frame_that_waited_for_a_handler_is_event_jank),
        FRAME_TEST(paint_names_a_frame_that_was_late_twice_over),
        FRAME_TEST(jank_has_names),
        FRAME_TEST(percentiles_are_those_of_a_sort),
        FRAME_TEST(an_empty_snapshot_is_all_zero),
        FRAME_TEST(only_measured_values_are_summed_up),
        FRAME_TEST(a_snapshot_knows_the_slowest_frame_and_site),
        FRAME_TEST(snapshots_choose_window_and_number_of_frames),
        FRAME_TEST(a_reset_forgets_frames_but_not_their_numbering),
        FRAME_TEST(the_history_keeps_the_last_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
