/* unit/test_series_csv.c: reading series from files, good ones and hostile ones. */
#include <paintprof/error.h>
#include <paintprof/series.h>

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HEADER "date,open,high,low,close\n"
#define ROW "2020-01-02,10,12,9,11\n"

static char path[] = "/tmp/paintprof-series-XXXXXX";

static int make_file(void **state)
{
    (void)state;
    int file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_bytes(const char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static int load(pp_series **series, const char *text)
{
    write_bytes(text, strlen(text));
    return pp_series_load_csv(series, path);
}

/* message stands behind the path and a colon. */
static void expect_refusal_of_file(const char *message)
{
    pp_series *series = NULL;
    assert_int_equal(pp_series_load_csv(&series, path), PP_EDATA);
    assert_null(series);
    size_t prefix = strlen(path);
    assert_memory_equal(pp_last_error(), path, prefix);
    assert_string_equal(pp_last_error() + prefix + 1, message);
}

static void expect_refusal(const char *text, const char *message)
{
    write_bytes(text, strlen(text));
    expect_refusal_of_file(message);
}

static void expect_close(const char *text, double close)
{
    pp_series *series = NULL;
    if (load(&series, text) != PP_OK)
        fail_msg("%s", pp_last_error());
    assert_int_equal(pp_series_columns(series).size, 1);
    assert_true(pp_series_columns(series).close[0] == close);
    pp_series_destroy(series);
}

static void the_sample_file_gives_all_its_rows(void **state)
{
    (void)state;
    pp_series *series = NULL;
    assert_int_equal(pp_series_load_csv(&series, PP_SOURCE_DIR "/assets/sp500-daily.csv"), PP_OK);
    pp_columns rows = pp_series_columns(series);
    assert_int_equal(rows.size, 5105);
    assert_true(rows.time_s[0] == 946857600); /* 2000-01-03 */
    assert_true(rows.open[0] == 1469.25 && rows.close[0] == 1455.219971);
    assert_true(rows.time_s[5104] == 1587081600); /* 2020-04-17 */
    pp_series_destroy(series);
}

static void columns_may_stand_in_any_order_among_others(void **state)
{
    (void)state;
    expect_close("volume,close,low,high,open,date,note\n1,11,9,12,10,2020-01-02,x\n", 11);
    expect_close("Date,Open,High,Low,Close\n" ROW, 11);
}

static void line_ends_marks_and_quotes_of_other_programs_are_read(void **state)
{
    (void)state;
    expect_close("date,open,high,low,close\r\n2020-01-02,10,12,9,11\r\n", 11);
    expect_close("\xEF\xBB\xBF" HEADER ROW, 11);
    expect_close(HEADER "2020-01-02,10,12,9,11", 11);
    expect_close(HEADER "\n" ROW "\n\r\n", 11);
    expect_close("note,date,open,high,low,\"close\"\n"
                 "\"a \"\"quoted\"\", one,\r\nof two lines\",2020-01-02,10,12,9,\"11\"\n",
                 11);
}

static void numbers_take_signs_and_exponents(void **state)
{
    (void)state;
    expect_close(HEADER "2020-04-20,-1,+1e1,-4.0e1,-37.63\n", -37.63);
}

static void times_of_day_are_read(void **state)
{
    (void)state;
    pp_series *series = NULL;
    assert_int_equal(load(&series, HEADER "1970-01-01T00:00:01Z,1,1,1,1\n"
                                          "1970-01-01 23:59:59,1,1,1,1\n"
                                          "1970-01-02,1,1,1,1\n"
                                          "2000-02-29T12:00:00,1,1,1,1\n"),
                     PP_OK);
    pp_columns rows = pp_series_columns(series);
    assert_true(rows.time_s[0] == 1 && rows.time_s[1] == 86399 && rows.time_s[2] == 86400);
    assert_true(rows.time_s[3] == 951825600);
    pp_series_destroy(series);
}

static void a_comma_locale_changes_nothing(void **state)
{
    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        skip();
    expect_close(HEADER "2020-01-02,10.25,12.5,9,11.75\n", 11.75);
    expect_refusal(HEADER "2020-01-02,\"10,25\",12,9,11\n", "2: open: \"10,25\" is not a number");
    setlocale(LC_ALL, "C");
}

static void a_missing_column_is_named(void **state)
{
    (void)state;
    expect_refusal("", "1: date: required column is missing (the file is empty)");
    expect_refusal("date,open,high,low\n2020-01-02,10,12,9\n",
                   "1: close: required column is missing (have: date,open,high,low)");
    expect_refusal("date,open,high,low,close,close\n",
                   "1: close: two columns, 5 and 6, have this name");
    expect_refusal("\x01\x02\n", "1: date: required column is missing (have: ?\?)");
}

static void a_file_without_rows_is_refused(void **state)
{
    (void)state;
    expect_refusal(HEADER, "2: date: no row follows the header");
}

static void bad_numbers_are_named(void **state)
{
    (void)state;
    expect_refusal(HEADER ROW "2020-01-03,10,12,9,eleven\n",
                   "3: close: \"eleven\" is not a number");
    expect_refusal(HEADER "2020-01-02,10,12,9,11x\n", "2: close: \"11x\" is not a number");
    expect_refusal(HEADER "2020-01-02,10,12,9,1.2.3\n", "2: close: \"1.2.3\" is not a number");
    expect_refusal(HEADER "2020-01-02,10,12,9,0x10\n", "2: close: \"0x10\" is not a number");
    expect_refusal(HEADER "2020-01-02, 10,12,9,11\n", "2: open: \" 10\" is not a number");
    expect_refusal(HEADER "2020-01-02,10,12,9,\n", "2: close: is empty");
    expect_refusal(HEADER "2020-01-02,10,inf,9,11\n", "2: high: \"inf\" is not a finite number");
    expect_refusal(HEADER "2020-01-02,10,12,-NaN,11\n", "2: low: \"-NaN\" is not a finite number");
    expect_refusal(HEADER "2020-01-02,10,1e999,9,11\n", "2: high: \"1e999\" is too large");
}

static void bad_dates_are_named(void **state)
{
    (void)state;
    expect_refusal(HEADER "02.01.2020,10,12,9,11\n",
                   "2: date: \"02.01.2020\" is not YYYY-MM-DD or YYYY-MM-DD HH:MM:SS");
    expect_refusal(HEADER "2020-01-02 24:00:00,10,12,9,11\n",
                   "2: date: \"2020-01-02 24:00:00\" is not YYYY-MM-DD or YYYY-MM-DD HH:MM:SS");
    expect_refusal(HEADER "2020-01-02T10,10,12,9,11\n",
                   "2: date: \"2020-01-02T10\" is not YYYY-MM-DD or YYYY-MM-DD HH:MM:SS");
    expect_refusal(HEADER "2019-02-29,10,12,9,11\n",
                   "2: date: \"2019-02-29\" is no day of the calendar");
    expect_refusal(HEADER "2020-13-01,10,12,9,11\n",
                   "2: date: \"2020-13-01\" is no day of the calendar");
}

static void dates_that_do_not_rise_are_refused(void **state)
{
    (void)state;
    expect_refusal(HEADER ROW ROW, "3: date: \"2020-01-02\" is not after the one of line 2");
    expect_refusal(HEADER ROW "2019-12-31,10,12,9,11\n",
                   "3: date: \"2019-12-31\" is not after the one of line 2");
}

static void prices_that_contradict_each_other_are_refused(void **state)
{
    (void)state;
    expect_refusal(HEADER "2020-01-02,10,9,12,11\n", "2: low: 12 is above high 9");
    expect_refusal(HEADER "2020-01-02,8,12,9,11\n", "2: open: 8 is not between low 9 and high 12");
    expect_refusal(HEADER "2020-01-02,10,12,9,13\n",
                   "2: close: 13 is not between low 9 and high 12");
}

static void broken_records_are_refused_at_their_line(void **state)
{
    (void)state;
    expect_refusal(HEADER ROW "2020-01-03,10,12\n",
                   "3: low: field is missing (the record has 3 fields, the header 5)");
    expect_refusal(HEADER "2020-01-02,10,12,9,11,12\n",
                   "2: record: has 6 fields where the header has 5");
    expect_refusal(HEADER "\"2020-01-02,10,12,9,11\n", "3: record: a quoted field is not closed");
    expect_refusal(HEADER "\"2020-01-02\"x,10,12,9,11\n",
                   "2: record: text follows a closing quote");
    expect_refusal(HEADER "2020\"-01-02,10,12,9,11\n",
                   "2: record: a quote stands inside an unquoted field");
    expect_refusal(HEADER "2020-01-02,10,12,9,11\r",
                   "2: record: a carriage return without a line feed");
}

static void nul_bytes_and_endless_lines_are_refused(void **state)
{
    (void)state;
    static const char with_nul[] = HEADER "2020-01-02,10,12,9,1\0";
    write_bytes(with_nul, sizeof(with_nul));
    expect_refusal_of_file("2: record: contains a NUL byte");
    static char endless[1 << 20];
    memset(endless, 'x', sizeof(endless));
    write_bytes(endless, sizeof(endless));
    expect_refusal_of_file("1: record: is longer than 65534 bytes");
    memset(endless, ',', sizeof(endless));
    write_bytes(endless, sizeof(endless));
    expect_refusal_of_file("1: record: has more than 1024 fields");
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    pp_series *series = NULL;
    assert_int_equal(pp_series_load_csv(&series, "/nonexistent/prices.csv"), PP_EIO);
    assert_string_equal(pp_last_error(),
                        "/nonexistent/prices.csv: cannot be opened: No such file or directory");
    assert_int_equal(pp_series_load_csv(&series, "/tmp"), PP_EIO);
    assert_string_equal(pp_last_error(), "/tmp: cannot be read: Is a directory");
    assert_null(series);
}

/* Every prefix of a good file is either refused or a series: none crashes or hangs. */
static void a_file_cut_off_anywhere_is_refused_or_read(void **state)
{
    (void)state;
    static const char whole[] = "\xEF\xBB\xBF\"date\",open,high,low,close\r\n"
                                "2020-01-02T03:04:05Z,\"10\",1.2e1,9,11\r\n"
                                "2020-01-03,10,12,9,11\r\n";
    for (size_t size = 0; size < sizeof(whole) - 1; size++) {
        pp_series *series = NULL;
        write_bytes(whole, size);
        int status = pp_series_load_csv(&series, path);
        assert_true(status == PP_OK || status == PP_EDATA);
        assert_true((status == PP_OK) == (series != NULL));
        pp_series_destroy(series);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_file_gives_all_its_rows),
        cmocka_unit_test(columns_may_stand_in_any_order_among_others),
        cmocka_unit_test(line_ends_marks_and_quotes_of_other_programs_are_read),
        cmocka_unit_test(numbers_take_signs_and_exponents),
        cmocka_unit_test(times_of_day_are_read),
        cmocka_unit_test(a_comma_locale_changes_nothing),
        cmocka_unit_test(a_missing_column_is_named),
        cmocka_unit_test(a_file_without_rows_is_refused),
        cmocka_unit_test(bad_numbers_are_named),
        cmocka_unit_test(bad_dates_are_named),
        cmocka_unit_test(dates_that_do_not_rise_are_refused),
        cmocka_unit_test(prices_that_contradict_each_other_are_refused),
        cmocka_unit_test(broken_records_are_refused_at_their_line),
        cmocka_unit_test(nul_bytes_and_endless_lines_are_refused),
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(a_file_cut_off_anywhere_is_refused_or_read),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
