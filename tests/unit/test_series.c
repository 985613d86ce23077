/* unit/test_series.c: rows as arrays: appending, searching, generating. */
#include "support.h"

#include <paintprof/clock.h>
#include <paintprof/error.h>
#include <paintprof/series.h>

#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

static pp_series *series;

static int create(void **state)
{
    (void)state;
    return pp_series_create(&series);
}

static int destroy(void **state)
{
    (void)state;
    pp_series_destroy(series);
    series = NULL;
    return 0;
}

static pp_ohlc row_at(double time_s)
{
    return (pp_ohlc){time_s, 10, 12, 9, 11};
}

static void append_at(double time_s)
{
    pp_ohlc row = row_at(time_s);
    assert_int_equal(pp_series_append(series, &row, 1), PP_OK);
}

static void appended_rows_come_back_as_columns(void **state)
{
    (void)state;
    pp_ohlc rows[] = {{100, 1, 4, 0.5, 3}, {200, 3, 5, 2, 2.5}};
    assert_int_equal(pp_series_append(series, rows, 2), PP_OK);
    pp_columns columns = pp_series_columns(series);
    assert_int_equal(columns.size, 2);
    assert_true(columns.time_s[1] == 200 && columns.open[1] == 3 && columns.high[1] == 5);
    assert_true(columns.low[1] == 2 && columns.close[1] == 2.5);
}

static void growth_keeps_all_rows(void **state)
{
    (void)state;
    for (int i = 0; i < 10000; i++)
        append_at(i);
    pp_columns columns = pp_series_columns(series);
    assert_int_equal(columns.size, 10000);
    for (int i = 0; i < 10000; i++)
        assert_true(columns.time_s[i] == i);
}

/* ---- Pages ----------------------------------------------------------------------------------- */

enum { ROWS_A_PAGE = (2 << 20) / sizeof(double) }; /* of a column, in a large page */

/* Bytes of the closes' third large page that are there once its first row is. */
static size_t bytes_of_a_new_page(uint64_t page_us)
{
    for (size_t i = 0; i <= 2 * ROWS_A_PAGE; i++) {
        if (i % ROWS_A_PAGE == 0)
            advance_us(page_us);
        append_at((double)i);
    }
    const char *page = (const char *)(pp_series_columns(series).close + (size_t)2 * ROWS_A_PAGE);
    size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE), pages = 0;
    unsigned char resident[(2 << 20) / 4096];
    assert_int_equal(mincore((void *)page, 2 << 20, resident), 0);
    for (size_t i = 0; i < (2 << 20) / page_bytes; i++)
        pages += resident[i] & 1;
    return pages * page_bytes;
}

static int create_under_a_fake_clock(void **state)
{
    return pp_clock_override(fake_clock, NULL) == PP_OK ? create(state) : -1;
}

static int destroy_and_let_the_clock_go(void **state)
{
    pp_clock_override(NULL, NULL);
    return destroy(state);
}

static void a_feed_is_given_small_pages_one_by_one(void **state)
{
    (void)state;
    assert_int_equal(bytes_of_a_new_page(2600000), sysconf(_SC_PAGESIZE));
}

/* Large pages are a wish. */
static void a_file_is_given_large_pages_where_there_are_any(void **state)
{
    (void)state;
    size_t bytes = bytes_of_a_new_page(50000);
    assert_true(bytes == 2 << 20 || bytes == (size_t)sysconf(_SC_PAGESIZE));
}

/* -----------------------------------------------------------------------------------------------
 */

static void a_time_that_falls_is_refused_with_the_whole_batch(void **state)
{
    (void)state;
    append_at(100);
    pp_ohlc falling[] = {row_at(200), row_at(150)};
    assert_int_equal(pp_series_append(series, falling, 2), PP_EDATA);
    assert_non_null(strstr(pp_last_error(), "row 1"));
    assert_int_equal(pp_series_append(series, &(pp_ohlc){99.5, 1, 1, 1, 1}, 1), PP_EDATA);
    assert_int_equal(pp_series_columns(series).size, 1);
}

static void rows_of_one_time_keep_their_order(void **state)
{
    (void)state;
    pp_ohlc rows[] = {row_at(100), row_at(100), row_at(100)};
    rows[1].close = 11.5;
    assert_int_equal(pp_series_append(series, rows, 3), PP_OK);
    append_at(100);
    assert_int_equal(pp_series_columns(series).size, 4);
    assert_true(pp_series_columns(series).close[1] == 11.5);
    assert_int_equal(pp_series_lower_bound(series, 100), 0);
    assert_int_equal(pp_series_lower_bound(series, 101), 4);
}

static void a_time_that_is_not_finite_is_refused(void **state)
{
    (void)state;
    pp_ohlc rows[] = {row_at(1), row_at(INFINITY)};
    assert_int_equal(pp_series_append(series, rows, 2), PP_EDATA);
    rows[0] = row_at(-INFINITY);
    assert_int_equal(pp_series_append(series, rows, 2), PP_EDATA);
    rows[0] = row_at(NAN);
    assert_int_equal(pp_series_append(series, rows, 2), PP_EDATA);
    assert_int_equal(pp_series_columns(series).size, 0);
}

static void a_row_without_all_of_its_prices_is_a_break(void **state)
{
    (void)state;
    pp_ohlc rows[] = {row_at(1), row_at(2), row_at(3), row_at(4)};
    rows[1].low = -INFINITY;
    rows[2].open = NAN;
    assert_int_equal(pp_series_append(series, rows, 4), PP_OK);
    pp_columns columns = pp_series_columns(series);
    assert_true(isnan(columns.close[1]) && isnan(columns.low[1]) && isnan(columns.high[2]));
    double low = 0, high = 0;
    assert_true(pp_series_range(series, 0, 4, &low, &high));
    assert_true(low == 9 && high == 12);
    assert_false(pp_series_range(series, 1, 3, &low, &high));
}

static void the_last_row_can_be_replaced_at_its_own_time_only(void **state)
{
    (void)state;
    pp_ohlc row = row_at(100);
    assert_int_equal(pp_series_update_last(series, &row), PP_EINVAL);
    append_at(100);
    row.close = 11.5;
    assert_int_equal(pp_series_update_last(series, &row), PP_OK);
    assert_true(pp_series_columns(series).close[0] == 11.5);
    row = row_at(101);
    assert_int_equal(pp_series_update_last(series, &row), PP_EINVAL);
    assert_true(pp_series_columns(series).close[0] == 11.5);
}

static void lower_bound_finds_the_first_row_not_before(void **state)
{
    (void)state;
    assert_int_equal(pp_series_lower_bound(series, 0), 0);
    append_at(100);
    append_at(200);
    append_at(300);
    assert_int_equal(pp_series_lower_bound(series, 99), 0);
    assert_int_equal(pp_series_lower_bound(series, 100), 0);
    assert_int_equal(pp_series_lower_bound(series, 100.5), 1);
    assert_int_equal(pp_series_lower_bound(series, 300), 2);
    assert_int_equal(pp_series_lower_bound(series, 301), 3);
}

static void nearest_finds_the_row_on_either_side(void **state)
{
    (void)state;
    assert_true(pp_series_nearest(series, 0) == SIZE_MAX);
    append_at(100);
    append_at(200);
    assert_int_equal(pp_series_nearest(series, -1e9), 0);
    assert_int_equal(pp_series_nearest(series, 149), 0);
    assert_int_equal(pp_series_nearest(series, 151), 1);
    assert_int_equal(pp_series_nearest(series, 1e9), 1);
}

static void range_covers_the_given_rows_only(void **state)
{
    (void)state;
    pp_ohlc rows[] = {{1, 5, 6, 4, 5}, {2, 5, 9, 3, 5}, {3, 5, 20, -7, 5}};
    assert_int_equal(pp_series_append(series, rows, 3), PP_OK);
    double low = 0, high = 0;
    assert_true(pp_series_range(series, 0, 2, &low, &high));
    assert_true(low == 3 && high == 9);
    assert_true(pp_series_range(series, 1, 99, &low, &high));
    assert_true(low == -7 && high == 20);
    assert_false(pp_series_range(series, 2, 2, &low, &high));
    assert_false(pp_series_range(series, 3, 9, &low, &high));
}

/* FNV-1a over the bits of all columns. */
static uint64_t hash_of(const pp_series *generated)
{
    pp_columns columns = pp_series_columns(generated);
    const double *arrays[] = {columns.time_s, columns.open, columns.high, columns.low,
                              columns.close};
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t a = 0; a < 5; a++) {
        for (size_t i = 0; i < columns.size; i++) {
            uint64_t bits;
            memcpy(&bits, &arrays[a][i], sizeof(bits));
            for (int shift = 0; shift < 64; shift += 8)
                hash = (hash ^ (bits >> shift & 0xFF)) * 0x100000001B3u;
        }
    }
    return hash;
}

/* Of 20,000 rows every 60 s by seed 1. */
static const uint64_t GENERATED_HASH = 0x4C545721FF524213u;

static uint64_t hash_of_seed(uint64_t seed)
{
    pp_series *generated = NULL;
    assert_int_equal(pp_series_generate(&generated, 20000, 60, seed), PP_OK);
    uint64_t hash = hash_of(generated);
    pp_series_destroy(generated);
    return hash;
}

static void a_generated_series_is_the_same_to_the_bit_on_every_machine(void **state)
{
    (void)state;
    assert_true(hash_of_seed(1) == GENERATED_HASH);
    assert_true(hash_of_seed(2) != GENERATED_HASH);
}

static void a_generated_series_has_consistent_rows(void **state)
{
    (void)state;
    pp_series *generated = NULL;
    assert_int_equal(pp_series_generate(&generated, 100000, 60, 7), PP_OK);
    pp_columns rows = pp_series_columns(generated);
    assert_int_equal(rows.size, 100000);
    for (size_t i = 0; i < rows.size; i++) {
        assert_true(rows.low[i] > 0 && rows.low[i] <= rows.open[i] && rows.low[i] <= rows.close[i]);
        assert_true(rows.high[i] >= rows.open[i] && rows.high[i] >= rows.close[i]);
        assert_true(i == 0 || rows.time_s[i] - rows.time_s[i - 1] == 60);
    }
    pp_series_destroy(generated);
}

static void a_series_whose_times_would_not_rise_is_not_generated(void **state)
{
    (void)state;
    pp_series *generated = NULL;
    assert_int_equal(pp_series_generate(&generated, 10, 0, 1), PP_EINVAL);
    assert_int_equal(pp_series_generate(&generated, 10, NAN, 1), PP_EINVAL);
    assert_int_equal(pp_series_generate(&generated, 10, 1e-9, 1), PP_EINVAL);
    assert_null(generated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(appended_rows_come_back_as_columns, create, destroy),
        cmocka_unit_test_setup_teardown(growth_keeps_all_rows, create, destroy),
        cmocka_unit_test_setup_teardown(a_feed_is_given_small_pages_one_by_one,
                                        create_under_a_fake_clock, destroy_and_let_the_clock_go),
        cmocka_unit_test_setup_teardown(a_file_is_given_large_pages_where_there_are_any,
                                        create_under_a_fake_clock, destroy_and_let_the_clock_go),
        cmocka_unit_test_setup_teardown(a_time_that_falls_is_refused_with_the_whole_batch, create,
                                        destroy),
        cmocka_unit_test_setup_teardown(rows_of_one_time_keep_their_order, create, destroy),
        cmocka_unit_test_setup_teardown(a_time_that_is_not_finite_is_refused, create, destroy),
        cmocka_unit_test_setup_teardown(a_row_without_all_of_its_prices_is_a_break, create,
                                        destroy),
        cmocka_unit_test_setup_teardown(the_last_row_can_be_replaced_at_its_own_time_only, create,
                                        destroy),
        cmocka_unit_test_setup_teardown(lower_bound_finds_the_first_row_not_before, create,
                                        destroy),
        cmocka_unit_test_setup_teardown(nearest_finds_the_row_on_either_side, create, destroy),
        cmocka_unit_test_setup_teardown(range_covers_the_given_rows_only, create, destroy),
        cmocka_unit_test(a_generated_series_is_the_same_to_the_bit_on_every_machine),
        cmocka_unit_test(a_generated_series_has_consistent_rows),
        cmocka_unit_test(a_series_whose_times_would_not_rise_is_not_generated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
