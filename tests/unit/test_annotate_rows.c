/* unit/test_annotate_rows.c: rows that one thread changes and others read, in turns. */
#include "annotate_rows.h"

#include <paintprof/error.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static pp_series *series;
static annotate_rows rows;

static void append(double time_s)
{
    const pp_ohlc row = {time_s, time_s, time_s, time_s, time_s};
    assert_int_equal(pp_series_append(series, &row, 1), PP_OK);
}

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(pp_series_create(&series), PP_OK);
    append(1);
    annotate_rows_init(&rows, series);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    annotate_rows_destroy(&rows);
    pp_series_destroy(series);
    return 0;
}

static void a_reader_sees_the_rows_of_its_turn(void **state)
{
    (void)state;
    pp_columns columns = annotate_rows_read_begin(&rows);
    assert_int_equal(columns.size, 1);
    annotate_rows_read_end(&rows);
    annotate_rows_change_begin(&rows);
    append(2);
    annotate_rows_change_end(&rows);
    columns = annotate_rows_read_begin(&rows);
    assert_int_equal(columns.size, 2);
    assert_true(columns.time_s[1] == 2);
    annotate_rows_read_end(&rows);
}

/* ---- Who is next ------------------------------------------------------------------------------
 */

static int order[2], ordered; /* under the rows' mutex */

static void rest(void)
{
    const struct timespec moment = {0, 1000000};
    nanosleep(&moment, NULL);
}

static void *change_once(void *user)
{
    annotate_rows_change_begin(&rows);
    order[ordered++] = 'c';
    annotate_rows_change_end(&rows);
    return user;
}

static void *read_once(void *user)
{
    annotate_rows_read_begin(&rows);
    order[ordered++] = 'r';
    annotate_rows_read_end(&rows);
    return user;
}

static void whoever_wants_to_change_is_next(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        pthread_t changer, reader;
        ordered = 0;
        annotate_rows_read_begin(&rows);
        assert_int_equal(pthread_create(&changer, NULL, change_once, NULL), 0);
        while (!__atomic_load_n(&rows.is_wanted, __ATOMIC_RELAXED))
            rest();
        assert_int_equal(pthread_create(&reader, NULL, read_once, NULL), 0);
        rest();
        annotate_rows_read_end(&rows);
        pthread_join(changer, NULL);
        pthread_join(reader, NULL);
        assert_int_equal(ordered, 2);
        assert_int_equal(order[0], 'c');
        assert_int_equal(order[1], 'r');
    }
}

/* ---- Together ----------------------------------------------------------------------------------
 */

enum { CHANGES = 20000 };
static bool is_done;

/* Rows are seen whole, and never fewer than before. */
static void *read_until_done(void *user)
{
    size_t before = 0, *turns = user;
    while (!__atomic_load_n(&is_done, __ATOMIC_ACQUIRE)) {
        const pp_columns columns = annotate_rows_read_begin(&rows);
        bool is_whole = columns.size >= before && columns.size > 0 &&
                        columns.time_s[columns.size - 1] == (double)columns.size &&
                        columns.close[columns.size - 1] == (double)columns.size;
        before = columns.size;
        annotate_rows_read_end(&rows);
        if (!is_whole)
            return NULL;
        ++*turns;
    }
    return user;
}

static void readers_and_changes_do_not_meet(void **state)
{
    (void)state;
    enum { READERS = 3 };
    pthread_t readers[READERS];
    size_t turns[READERS] = {0};
    is_done = false;
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_until_done, &turns[i]), 0);
    for (int i = 2; i <= CHANGES; i++) { /* the array moves as it grows */
        annotate_rows_change_begin(&rows);
        append(i);
        annotate_rows_change_end(&rows);
    }
    __atomic_store_n(&is_done, true, __ATOMIC_RELEASE);
    for (int i = 0; i < READERS; i++) {
        void *result;
        pthread_join(readers[i], &result);
        assert_ptr_equal(result, &turns[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_reader_sees_the_rows_of_its_turn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whoever_wants_to_change_is_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(readers_and_changes_do_not_meet, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
