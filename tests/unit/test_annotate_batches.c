/* unit/test_annotate_batches.c: batches of gaps as clients change them, their row errors and
 * bounds, and what is left when memory runs out. */
#include "annotate_batches.h"

#include <math.h>
#include <paintprof/error.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Memory that runs out -------------------------------------------------------------------- */

/* The linker puts these in the place of what the library under test calls (--wrap). */
#pragma GCC visibility push(default)
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
int __real_pp_gaps_add(pp_gaps *gaps, const pp_gap *items, size_t count);
int __wrap_pp_gaps_add(pp_gaps *gaps, const pp_gap *items, size_t count);
#pragma GCC visibility pop

static int calls_left = -1; /* then one fails; -1: none does */

static bool fails_now(void)
{
    return calls_left >= 0 && calls_left-- == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

int __wrap_pp_gaps_add(pp_gaps *gaps, const pp_gap *items, size_t count)
{
    return fails_now() ? PP_ENOMEM : __real_pp_gaps_add(gaps, items, count);
}

/* ---- A chart's rows ---------------------------------------------------------------------------
 */

enum { ROWS = 1000, COLUMNS_MAX = 4000 };
static const double START_S = 1000, STEP_S = 60;

static pp_series *series;
static annotate_rows rows;
static annotate_batches batches;
static annotate_job job;
static pp_gaps shown;
static double time0_s[COLUMNS_MAX], time1_s[COLUMNS_MAX], price0[COLUMNS_MAX], price1[COLUMNS_MAX];

static double time_of(double row)
{
    return START_S + row * STEP_S;
}

/* A row's close is its number, its open half of one less. */
static int set_up(void **state)
{
    (void)state;
    calls_left = -1;
    assert_int_equal(pp_series_create(&series), PP_OK);
    for (int i = 0; i < ROWS; i++) {
        const pp_ohlc row = {time_of(i), i + 9.5, i + 11, i + 9, i + 10};
        assert_int_equal(pp_series_append(series, &row, 1), PP_OK);
    }
    annotate_rows_init(&rows, series);
    batches = (annotate_batches){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pp_gaps_clear(&shown);
    annotate_batches_clear(&batches);
    annotate_rows_destroy(&rows);
    pp_series_destroy(series);
    return 0;
}

#define BATCH_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* Carries out op for the first count of the columns. */
static bool apply(wire_op op, const char *name, size_t count)
{
    static pp_profiler silent;
    pp_gaps_clear(&shown);
    job = (annotate_job){.profiler = &silent,
                         .request = {.op = op,
                                     .count = count,
                                     .time0_s = time0_s,
                                     .time1_s = time1_s,
                                     .price0 = job.request.price0,
                                     .price1 = job.request.price1}};
    snprintf(job.request.batch, sizeof job.request.batch, "%s", name);
    return annotate_batches_apply(&batches, &job, &rows, &shown);
}

static void with_prices(bool has_them)
{
    job.request.price0 = has_them ? price0 : NULL;
    job.request.price1 = has_them ? price1 : NULL;
}

/* Gaps between neighbouring rows from first on. */
static void fill(size_t count, size_t first)
{
    with_prices(false);
    for (size_t i = 0; i < count; i++) {
        time0_s[i] = time_of((double)(first + i));
        time1_s[i] = time_of((double)(first + i + 1));
    }
}

static void assert_shown(size_t size)
{
    assert_int_equal(shown.size, size);
    assert_int_equal(batches.total, size);
    assert_int_equal(job.reply.total, size);
    for (size_t i = 1; i < size; i++)
        assert_true(shown.items[i - 1].time0_s <= shown.items[i].time0_s);
}

/* ---- What each operation does -----------------------------------------------------------------
 */

static void gaps_that_are_added_take_their_prices_from_the_rows(void **state)
{
    (void)state;
    fill(100, 5);
    assert_true(apply(WIRE_ADD, "a", 100));
    assert_int_equal(job.reply.accepted, 100);
    assert_int_equal(job.reply.rejected, 0);
    assert_shown(100);
    assert_true(shown.items[0].price0 == 15 && shown.items[0].price1 == 15.5);
    assert_true(shown.items[99].time1_s == time_of(105));
}

static void prices_that_are_given_stay(void **state)
{
    (void)state;
    fill(2, 0);
    with_prices(true);
    price0[0] = -1, price1[0] = 1e300, price0[1] = 2, price1[1] = 0;
    assert_true(apply(WIRE_ADD, "", 2));
    assert_true(shown.items[0].price0 == -1 && shown.items[0].price1 == 1e300);
    assert_true(shown.items[1].price0 == 2 && shown.items[1].price1 == 0);
}

static void adding_twice_keeps_both_and_replacing_does_not(void **state)
{
    (void)state;
    fill(10, 0);
    assert_true(apply(WIRE_ADD, "a", 10));
    assert_true(apply(WIRE_ADD, "a", 10));
    assert_int_equal(job.reply.removed, 0);
    assert_shown(20);
    fill(3, 500);
    assert_true(apply(WIRE_REPLACE, "a", 3));
    assert_int_equal(job.reply.removed, 20);
    assert_int_equal(job.reply.accepted, 3);
    assert_shown(3);
    assert_int_equal(batches.count, 1);
}

static void batches_are_shown_together_in_the_order_of_time(void **state)
{
    (void)state;
    fill(10, 500);
    assert_true(apply(WIRE_ADD, "late", 10));
    fill(10, 100);
    assert_true(apply(WIRE_REPLACE, "early", 10));
    assert_shown(20);
    assert_true(shown.items[0].time0_s == time_of(100));
    assert_true(shown.items[10].time0_s == time_of(500));
    assert_int_equal(batches.count, 2);
}

static void removing_takes_one_batch_and_clearing_all(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "b%d", i);
        fill(5, (size_t)i * 10);
        assert_true(apply(WIRE_ADD, name, 5));
    }
    assert_true(apply(WIRE_REMOVE, "b1", 0));
    assert_int_equal(job.reply.removed, 5);
    assert_shown(10);
    assert_true(apply(WIRE_CLEAR, "b0", 0)); /* its name means nothing */
    assert_int_equal(job.reply.removed, 10);
    assert_shown(0);
    assert_int_equal(batches.count, 0);
    assert_true(apply(WIRE_CLEAR, "", 0));
    assert_int_equal(job.reply.removed, 0);
}

static void removing_what_is_not_there_removes_nothing(void **state)
{
    (void)state;
    assert_true(apply(WIRE_REMOVE, "none", 0));
    assert_shown(0);
    fill(4, 0);
    assert_true(apply(WIRE_ADD, "a", 4));
    for (int i = 0; i < 2; i++) {
        assert_true(apply(WIRE_REMOVE, i ? "A" : "", 0));
        assert_true(job.reply.ok);
        assert_int_equal(job.reply.removed, 0);
        assert_shown(4);
    }
}

static void an_empty_batch_is_one_and_shows_nothing(void **state)
{
    (void)state;
    assert_true(apply(WIRE_ADD, "empty", 0));
    assert_shown(0);
    assert_int_equal(batches.count, 1);
    fill(2, 0);
    assert_true(apply(WIRE_ADD, "a", 2));
    assert_shown(2);
    assert_true(apply(WIRE_REPLACE, "a", 0));
    assert_int_equal(job.reply.removed, 2);
    assert_shown(0);
}

/* ---- Rows --------------------------------------------------------------------------------------
 */

static void gaps_in_any_order_find_their_rows(void **state)
{
    (void)state;
    enum { COUNT = ROWS - 1, STRIDE = 389 }; /* has no factor in common with the count */
    with_prices(false);
    for (size_t i = 0; i < COUNT; i++) {
        size_t row = i * STRIDE % COUNT;
        time0_s[i] = time_of((double)row);
        time1_s[i] = time_of((double)(row % 7 ? row + 1 : COUNT));
    }
    assert_true(apply(WIRE_ADD, "a", COUNT));
    assert_int_equal(job.reply.accepted, COUNT);
    assert_shown(COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_true(shown.items[i].price0 == (double)i + 10);
}

static void assert_row_error(size_t at, uint64_t index, const char *text)
{
    assert_int_equal(job.reply.row_errors[at].index, index);
    if (strncmp(job.reply.row_errors[at].text, text, strlen(text)) != 0)
        fail_msg("%s", job.reply.row_errors[at].text);
}

static void each_wrong_gap_is_told_and_the_others_are_taken(void **state)
{
    (void)state;
    static const double rows0[] = {0, 0.5, 1, 2, 3, -1, ROWS, 7};
    static const double rows1[] = {1, 1, 1.5, 2, 1, 1, ROWS + 1, ROWS};
    enum { COUNT = sizeof rows0 / sizeof rows0[0] };
    with_prices(false);
    for (size_t i = 0; i < COUNT; i++) {
        time0_s[i] = time_of(rows0[i]);
        time1_s[i] = time_of(rows1[i]);
    }
    time0_s[COUNT] = NAN, time1_s[COUNT] = time_of(1);
    time0_s[COUNT + 1] = time_of(0), time1_s[COUNT + 1] = NAN;
    time0_s[COUNT + 2] = -INFINITY, time1_s[COUNT + 2] = INFINITY;
    assert_true(apply(WIRE_ADD, "a", COUNT + 3));
    assert_true(job.reply.ok);
    assert_int_equal(job.reply.accepted, 1);
    assert_int_equal(job.reply.rejected, COUNT + 2);
    assert_int_equal(job.reply.row_error_count, COUNT + 2);
    assert_row_error(0, 1, "time0: no row of that time: 1030");
    assert_row_error(1, 2, "time1: no row of that time: 1090");
    assert_row_error(2, 3, "time1: not after time0: 1120");
    assert_row_error(3, 4, "time1: not after time0: 1060");
    assert_row_error(4, 5, "time0: no row of that time: 940");
    assert_row_error(5, 6, "time0: no row of that time");
    assert_row_error(6, 7, "time1: no row of that time");
    assert_row_error(7, COUNT, "time0: no row of that time: ");
    assert_row_error(8, COUNT + 1, "time1: no row of that time: ");
    assert_row_error(9, COUNT + 2, "time0: no row of that time: -inf");
    assert_shown(1);
}

static void prices_that_are_no_numbers_are_told(void **state)
{
    (void)state;
    fill(4, 0);
    with_prices(true);
    price0[0] = 1, price1[0] = 1;
    price0[1] = NAN, price1[1] = 1;
    price0[2] = 1, price1[2] = -INFINITY;
    price0[3] = INFINITY, price1[3] = NAN;
    assert_true(apply(WIRE_ADD, "a", 4));
    assert_int_equal(job.reply.rejected, 3);
    assert_row_error(0, 1, "price0: not a number");
    assert_row_error(1, 2, "price1: not a number: -inf");
    assert_row_error(2, 3, "price0: not a number: inf");
    assert_shown(1);
}

static void all_errors_are_counted_and_the_first_are_told(void **state)
{
    (void)state;
    with_prices(false);
    for (size_t i = 0; i < 1000; i++)
        time0_s[i] = time1_s[i] = 0.5;
    assert_true(apply(WIRE_ADD, "a", 1000));
    assert_int_equal(job.reply.rejected, 1000);
    assert_int_equal(job.reply.row_error_count, WIRE_ROW_ERRORS_MAX);
    assert_int_equal(job.reply.row_errors[WIRE_ROW_ERRORS_MAX - 1].index, WIRE_ROW_ERRORS_MAX - 1);
    assert_shown(0);
}

static void a_series_without_rows_rejects_all(void **state)
{
    (void)state;
    pp_series *empty;
    annotate_rows none;
    assert_int_equal(pp_series_create(&empty), PP_OK);
    annotate_rows_init(&none, empty);
    fill(3, 0);
    assert_true(apply(WIRE_ADD, "before", 3));
    job.reply = (wire_reply){0};
    pp_gaps_clear(&shown);
    assert_true(annotate_batches_apply(&batches, &job, &none, &shown));
    assert_int_equal(job.reply.rejected, 3);
    annotate_rows_destroy(&none);
    pp_series_destroy(empty);
}

/* ---- Bounds ------------------------------------------------------------------------------------
 */

static void assert_refused(const char *why, size_t total)
{
    assert_false(job.reply.ok);
    if (!strstr(job.reply.error, why))
        fail_msg("%s", job.reply.error);
    assert_int_equal(job.reply.accepted, 0);
    assert_int_equal(job.reply.rejected, 0);
    assert_int_equal(job.reply.removed, 0);
    assert_int_equal(job.reply.row_error_count, 0);
    assert_int_equal(job.reply.total, total);
    assert_int_equal(batches.total, total);
    assert_null(shown.items);
    assert_null(shown.index);
}

static void one_batch_too_many_is_refused_and_nothing_changes(void **state)
{
    (void)state;
    char name[16];
    fill(1, 0);
    for (int i = 0; i < ANNOTATE_BATCHES_MAX; i++) {
        snprintf(name, sizeof name, "b%d", i);
        assert_true(apply(WIRE_ADD, name, 1));
    }
    assert_false(apply(WIRE_ADD, "more", 1));
    assert_refused("1,000", ANNOTATE_BATCHES_MAX);
    assert_true(apply(WIRE_ADD, "b7", 1)); /* those that are there may grow */
    assert_shown(ANNOTATE_BATCHES_MAX + 1);
    assert_true(apply(WIRE_REMOVE, "b8", 0));
    assert_true(apply(WIRE_ADD, "more", 1));
}

static void more_gaps_than_a_chart_holds_are_refused(void **state)
{
    (void)state;
    fill(10, 0);
    assert_true(apply(WIRE_ADD, "a", 10));
    /* The bound is looked at before a column is read: these claim more than they have. */
    assert_false(apply(WIRE_ADD, "a", ANNOTATE_GAPS_MAX - 9));
    assert_refused("5,000,000", 10);
    assert_false(apply(WIRE_ADD, "b", ANNOTATE_GAPS_MAX - 9));
    assert_refused("5,000,000", 10);
    assert_false(apply(WIRE_REPLACE, "a", ANNOTATE_GAPS_MAX + 1));
    assert_refused("5,000,000", 10);
}

/* ---- Memory ------------------------------------------------------------------------------------
 */

/* Whatever allocation fails, the batches are as before; in the end none fails. */
static void assert_survives(wire_op op, const char *name, size_t count, size_t before, size_t after)
{
    int failures = 0;
    for (;; failures++) {
        assert_true(failures < 20);
        calls_left = failures;
        bool ok = apply(op, name, count);
        bool has_failed = calls_left == -1;
        calls_left = -1;
        if (ok) {
            assert_false(has_failed);
            break;
        }
        assert_true(has_failed);
        assert_refused("out of memory", before);
    }
    assert_true(failures > 0);
    assert_shown(after);
}

static void nothing_changes_when_memory_runs_out(void **state)
{
    (void)state;
    fill(10, 0);
    assert_survives(WIRE_ADD, "a", 10, 0, 10);
    assert_survives(WIRE_ADD, "b", 10, 10, 20);
    assert_survives(WIRE_ADD, "b", 5, 20, 25);
    assert_survives(WIRE_REPLACE, "b", 7, 25, 17);
    assert_survives(WIRE_REMOVE, "b", 0, 17, 10);
    assert_survives(WIRE_REMOVE, "none", 0, 10, 10);
    assert_int_equal(batches.count, 1);
    calls_left = 0; /* clearing needs none */
    assert_true(apply(WIRE_CLEAR, "", 0));
    assert_int_equal(calls_left, 0);
    calls_left = -1;
    assert_shown(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BATCH_TEST(gaps_that_are_added_take_their_prices_from_the_rows),
        BATCH_TEST(prices_that_are_given_stay),
        BATCH_TEST(adding_twice_keeps_both_and_replacing_does_not),
        BATCH_TEST(batches_are_shown_together_in_the_order_of_time),
        BATCH_TEST(removing_takes_one_batch_and_clearing_all),
        BATCH_TEST(removing_what_is_not_there_removes_nothing),
        BATCH_TEST(an_empty_batch_is_one_and_shows_nothing),
        BATCH_TEST(gaps_in_any_order_find_their_rows),
        BATCH_TEST(each_wrong_gap_is_told_and_the_others_are_taken),
        BATCH_TEST(prices_that_are_no_numbers_are_told),
        BATCH_TEST(all_errors_are_counted_and_the_first_are_told),
        BATCH_TEST(a_series_without_rows_rejects_all),
        BATCH_TEST(one_batch_too_many_is_refused_and_nothing_changes),
        BATCH_TEST(more_gaps_than_a_chart_holds_are_refused),
        BATCH_TEST(nothing_changes_when_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
