/* unit/test_profiler.c: text blocks to the byte, nesting, thresholds, threads, locales. */
#include "support.h"

#include <locale.h>
#include <pthread.h>
#include <stdbool.h>

static captured_text out;

static const pp_profiler_opts ALWAYS = {.when = PP_ENABLED};

static int set_up(void **state)
{
    (void)state;
    out = (captured_text){.size = 0};
    pp_set_text_sink(capture_text, &out);
    pg_set_ms_slower_then(0);
    return pp_clock_override(fake_clock, NULL);
}

static int tear_down(void **state)
{
    (void)state;
    pp_set_text_sink(NULL, NULL);
    pg_set_profile_enabled(false);
    pp_set_text_enabled(false);
    return pp_clock_override(NULL, NULL);
}

static void a_block_is_written_to_the_byte(void **state)
{
    (void)state;
    pp_profiler p = pp_profiler_begin("Curve.paint()", &ALWAYS);
    fake_now_ns += 31200;
    pp_profiler_mark(&p, "drawLine");
    advance_us(4120);
    pp_profiler_mark(&p, "drawPath");
    fake_now_ns += 1800;
    pp_profiler_end(&p);
    assert_string_equal(out.bytes, "> Entering Curve.paint()\n"
                                   "  drawLine: 0.0312, tot:0.0312\n"
                                   "  drawPath: 4.1200, tot:4.1512\n"
                                   "< Exiting Curve.paint(), total time: 4.1530 ms\n");
    assert_int_equal(out.writes, 1);
}

static void nested_blocks_are_indented_below_their_parents_heading(void **state)
{
    (void)state;
    pp_profiler outer = pp_profiler_begin("Chart.paint()", &ALWAYS);
    advance_us(10);
    pp_profiler_mark(&outer, "axes");
    pp_profiler curve = pp_profiler_begin("Curve.paint()", &ALWAYS);
    advance_us(20);
    pp_profiler_mark(&curve, "columns");
    pp_profiler lines = pp_profiler_begin("Lines.draw()", &ALWAYS);
    advance_us(30);
    pp_profiler_end(&lines);
    pp_profiler_end(&curve);
    advance_us(5);
    pp_profiler_mark(&outer, "gaps");
    pp_profiler_end(&outer);
    assert_golden("text_block_nested.txt", out.bytes);
    assert_int_equal(out.writes, 1);
}

static void a_percent_sign_in_a_label_or_a_name_is_only_a_character(void **state)
{
    (void)state;
    pp_profiler p = pp_profiler_begin("100%s done%n", &ALWAYS);
    pp_profiler_mark(&p, "50% %s %n");
    pp_profiler_markf(&p, "%d%% of %s", 7, "rows");
    pp_profiler_end(&p);
    assert_string_equal(out.bytes, "> Entering 100%s done%n\n"
                                   "  50% %s %n: 0.0000, tot:0.0000\n"
                                   "  7% of rows: 0.0000, tot:0.0000\n"
                                   "< Exiting 100%s done%n, total time: 0.0000 ms\n");
}

static void a_newline_in_a_label_does_not_break_the_block(void **state)
{
    (void)state;
    pp_profiler p = pp_profiler_begin("two\nlines", &ALWAYS);
    pp_profiler_mark(&p, "a\tb\nc");
    pp_profiler_end(&p);
    assert_string_equal(out.bytes, "> Entering two lines\n"
                                   "  a b c: 0.0000, tot:0.0000\n"
                                   "< Exiting two lines, total time: 0.0000 ms\n");
}

static void the_threshold_is_read_when_the_profiler_ends(void **state)
{
    (void)state;
    const pp_profiler_opts follow = {.when = PP_ENABLED, .ms_threshold = PP_MS_SLOWER_THEN};
    pg_set_ms_slower_then(5);
    pp_profiler quick = pp_profiler_begin("quick", &follow);
    advance_us(4999);
    pp_profiler_end(&quick);
    assert_int_equal(out.size, 0);
    pp_profiler slow = pp_profiler_begin("slow", &follow);
    advance_us(1000);
    pg_set_ms_slower_then(0.5);
    pp_profiler_end(&slow);
    assert_string_equal(out.bytes, "> Entering slow\n< Exiting slow, total time: 1.0000 ms\n");
}

static void a_slow_child_is_shown_when_its_parent_is_not(void **state)
{
    (void)state;
    const pp_profiler_opts never = {.when = PP_ENABLED, .ms_threshold = 1000};
    pp_profiler parent = pp_profiler_begin("parent", &never);
    pp_profiler_mark(&parent, "not shown");
    pp_profiler child = pp_profiler_begin("child", &ALWAYS);
    advance_us(1);
    pp_profiler_end(&child);
    pp_profiler_end(&parent);
    assert_string_equal(out.bytes, "> Entering child\n< Exiting child, total time: 0.0010 ms\n");
}

static void an_immediate_block_prints_each_line_after_the_headings_of_its_ancestors(void **state)
{
    (void)state;
    const pp_profiler_opts at_once = {.when = PP_ENABLED, .immediate = true};
    pp_profiler outer = pp_profiler_begin("outer", &ALWAYS);
    pp_profiler_mark(&outer, "before");
    assert_int_equal(out.size, 0);
    pp_profiler inner = pp_profiler_begin("inner", &at_once);
    assert_string_equal(out.bytes, "> Entering outer\n"
                                   "  before: 0.0000, tot:0.0000\n"
                                   "  > Entering inner\n");
    advance_us(1);
    pp_profiler_mark(&inner, "step");
    pp_profiler_end(&inner);
    pp_profiler_end(&outer);
    assert_golden("text_block_immediate.txt", out.bytes);
}

static void a_parent_that_ends_closes_what_was_left_open_inside(void **state)
{
    (void)state;
    pp_profiler parent = pp_profiler_begin("parent", &ALWAYS);
    pp_profiler child = pp_profiler_begin("child", &ALWAYS);
    advance_us(1);
    pp_profiler_end(&parent);
    pp_profiler_end(&child);
    assert_string_equal(out.bytes, "> Entering parent\n"
                                   "  > Entering child\n"
                                   "  < Exiting child, total time: 0.0010 ms\n"
                                   "< Exiting parent, total time: 0.0010 ms\n");
    out.size = 0;
    pp_profiler next = pp_profiler_begin("next", &ALWAYS);
    pp_profiler_end(&next);
    assert_string_equal(out.bytes, "> Entering next\n< Exiting next, total time: 0.0000 ms\n");
}

static void the_gate_and_the_text_switch_decide_for_profilers_by_gate(void **state)
{
    (void)state;
    pp_profiler closed = pp_profiler_begin("closed", NULL);
    pp_profiler_end(&closed);
    pg_set_profile_enabled(true);
    pp_profiler quiet = pp_profiler_begin("no text", NULL);
    pp_profiler_end(&quiet);
    assert_int_equal(out.size, 0);
    pp_set_text_enabled(true);
    pp_profiler open = pp_profiler_begin("open", NULL);
    pp_profiler_end(&open);
    assert_string_equal(out.bytes, "> Entering open\n< Exiting open, total time: 0.0000 ms\n");
    const pp_profiler_opts never = {.when = PP_DISABLED};
    pp_profiler disabled = pp_profiler_begin("disabled", &never);
    pp_profiler_end(&disabled);
    assert_int_equal(out.writes, 1);
}

static void the_filter_decides_for_profilers_by_gate(void **state)
{
    (void)state;
    pg_set_profile_enabled(true);
    pp_set_text_enabled(true);
    assert_int_equal(pp_set_site_filter("Curve.*"), PP_OK);
    pp_profiler axis = pp_profiler_begin("Axis.paint()", NULL);
    pp_profiler curve = pp_profiler_beginf(NULL, "Curve.%s()", "paint");
    pp_profiler_end(&curve);
    pp_profiler_end(&axis);
    assert_int_equal(pp_set_site_filter(NULL), PP_OK);
    assert_string_equal(
        out.bytes, "> Entering Curve.paint()\n< Exiting Curve.paint(), total time: 0.0000 ms\n");
}

enum { THREADS = 8, BLOCKS = 200 };
static pthread_mutex_t many_mutex = PTHREAD_MUTEX_INITIALIZER;
static int whole_blocks, broken_blocks;

static void check_block(void *user, const char *text, size_t size_bytes)
{
    (void)user;
    char own[512];
    snprintf(own, sizeof own, "%.*s", (int)size_bytes, text);
    int begin = -1, end = -2;
    bool whole = sscanf(own, "> Entering thread %d\n", &begin) == 1;
    const char *last = strstr(own, "< Exiting thread ");
    whole = whole && last && sscanf(last, "< Exiting thread %d,", &end) == 1 && begin == end;
    pthread_mutex_lock(&many_mutex);
    if (whole)
        whole_blocks++;
    else
        broken_blocks++;
    pthread_mutex_unlock(&many_mutex);
}

static void *print_blocks(void *argument)
{
    int number = *(int *)argument;
    for (int i = 0; i < BLOCKS; i++) {
        pp_profiler p = pp_profiler_beginf(&ALWAYS, "thread %d", number);
        pp_profiler inner = pp_profiler_begin("inner", &ALWAYS);
        pp_profiler_end(&inner);
        pp_profiler_end(&p);
    }
    return NULL;
}

static void each_thread_has_its_own_depth_and_whole_blocks(void **state)
{
    (void)state;
    pp_set_text_sink(check_block, NULL);
    pthread_t threads[THREADS];
    int numbers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, print_blocks, &numbers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(whole_blocks, THREADS * BLOCKS);
    assert_int_equal(broken_blocks, 0);
}

static void decimals_have_a_point_in_a_comma_locale(void **state)
{
    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        skip(); /* made and named by the test's environment; see tests/unit/CMakeLists.txt */
    assert_string_equal(localeconv()->decimal_point, ",");
    pp_profiler p = pp_profiler_begin("comma", &ALWAYS);
    advance_us(1500);
    pp_profiler_markf(&p, "%.1f px", 2.5);
    pp_profiler_end(&p);
    setlocale(LC_ALL, "C");
    assert_string_equal(out.bytes, "> Entering comma\n"
                                   "  2.5 px: 1.5000, tot:1.5000\n"
                                   "< Exiting comma, total time: 1.5000 ms\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_block_is_written_to_the_byte),
        CASE(nested_blocks_are_indented_below_their_parents_heading),
        CASE(a_percent_sign_in_a_label_or_a_name_is_only_a_character),
        CASE(a_newline_in_a_label_does_not_break_the_block),
        CASE(the_threshold_is_read_when_the_profiler_ends),
        CASE(a_slow_child_is_shown_when_its_parent_is_not),
        CASE(an_immediate_block_prints_each_line_after_the_headings_of_its_ancestors),
        CASE(a_parent_that_ends_closes_what_was_left_open_inside),
        CASE(the_gate_and_the_text_switch_decide_for_profilers_by_gate),
        CASE(the_filter_decides_for_profilers_by_gate),
        CASE(each_thread_has_its_own_depth_and_whole_blocks),
        CASE(decimals_have_a_point_in_a_comma_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
