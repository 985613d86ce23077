/* unit/test_flags.c: red flags: each on a planted case and on a clean one. What frames and marks
 * show is in test_flags_watch.c. The sources are this suite's own copy. */
#include "support.h"

#include "flags/flags.h"

static pp_flag_list found;

static const pp_flag *flag_of(const char *rule)
{
    for (size_t i = 0; i < found.count; i++)
        if (strcmp(found.flags[i].rule, rule) == 0)
            return &found.flags[i];
    return NULL;
}

static void look(const pp_flag_facts *facts)
{
    assert_true(pp_flags_find(facts, &found));
}

static void look_at_steps(const pp_flag_step *steps, size_t count)
{
    look(&(pp_flag_facts){.steps = steps, .step_count = count});
}

#define MS(ms) ((uint64_t)((ms)*1e6))
#define STEP(label, ms, runs, items) (&(pp_flag_step){label, "client", MS(ms), runs, items})

static void assert_flagged(const pp_flag_step *step, const char *rule, const char *evidence)
{
    look_at_steps(step, 1);
    const pp_flag *flag = flag_of(rule);
    if (!flag)
        fail_msg("%s is not flagged as %s", step->label, rule);
    if (found.count != 1)
        fail_msg("%s is flagged as %s too", step->label, found.flags[1].rule);
    if (!strstr(flag->evidence, evidence))
        fail_msg("%s", flag->evidence);
    assert_string_equal(flag->label, step->label);
    assert_true(strlen(flag->remedy) > 20);
}

static void assert_clean(const pp_flag_step *step)
{
    look_at_steps(step, 1);
    if (found.count > 0)
        fail_msg("%s: %s: %s", step->label, found.flags[0].rule, found.flags[0].evidence);
}

/* ---- Words ----------------------------------------------------------------------------------- */

static void labels_say_what_a_step_does(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        pp_step_kind kind;
    } cases[] = {
        {"built annotation specs", PP_STEP_BUILD},
        {"time_to_row creation", PP_STEP_BUILD},
        {"created GapAnnotations item", PP_STEP_CREATE},
        {"addItem()", PP_STEP_CREATE},
        {"Gaps.build()", PP_STEP_BUILD},
        {"buildSpecs", PP_STEP_BUILD},
        {"searchsorted", PP_STEP_LOOKUP},
        {"binary_search rows", PP_STEP_LOOKUP},
        {"scan for gaps", PP_STEP_SCAN},
        {"removed old items", PP_STEP_REMOVE},
        {"clear annotations", PP_STEP_REMOVE},
        {"initial redraw", PP_STEP_REDRAW},
        {"batch IPC call complete", PP_STEP_OTHER},
        {"rebuild", PP_STEP_BUILD},
        {"address", PP_STEP_OTHER},
        {"buildings", PP_STEP_BUILD},
        {"", PP_STEP_OTHER},
        {"12 %", PP_STEP_OTHER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (pp_step_kind_of(cases[i].label) != cases[i].kind)
            fail_msg("'%s' is %d", cases[i].label, pp_step_kind_of(cases[i].label));
}

static void labels_say_whether_a_step_asks_another_process(void **state)
{
    (void)state;
    static const char *const yes[] = {"batch IPC call complete",
                                      "sendBatch()",
                                      "rpc",
                                      "request:x",
                                      "Call",
                                      "zmq send",
                                      "XMLRequest"};
    static const char *const no[] = {"callback", "sender", "recall", "descendants", "ripcord", ""};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        assert_true(pp_label_is_call(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        assert_false(pp_label_is_call(no[i]));
}

static void counts_are_read_from_labels(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        uint64_t items;
    } cases[] = {
        {"markup_gaps() for 1285 gaps", 1285},
        {"Batch annotate 1,285 gaps", 1285},
        {"built 12 specs in 3 parts", 12},
        {"(7 items)", 7},
        {"took 12 ms for 30 rows", 30},
        {"1285", 0},
        {"for 1285", 0},
        {"wait 300 ms", 0},
        {"8 MiB", 0},
        {"v2 reader", 0},
        {"row12 gaps", 0},
        {"0 gaps", 0},
        {"3 of 7 parts", 7},
        {"99999999999999999999 gaps", 0},
        {"", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (pp_label_items(cases[i].label) != cases[i].items)
            fail_msg("'%s' is %llu", cases[i].label,
                     (unsigned long long)pp_label_items(cases[i].label));
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static void a_step_per_item_is_flagged(void **state)
{
    (void)state;
    assert_flagged(STEP("built annotation specs", 256.48, 1, 1285), "step-per-item",
                   "256.48 ms for 1285 items, 0.1996 ms each");
    assert_flagged(STEP("time_to_row creation", 98.45, 1, 1285), "step-per-item", "0.0766 ms each");
    assert_flagged(STEP("scan rows", 64.25, 1, 1285), "step-per-item", "0.0500 ms each");
    assert_flagged(STEP("lookup", 80, 800, 0), "step-per-item", "for 800 items");
    assert_clean(STEP("built annotation specs", 60, 1, 1285)); /* 0.047 ms each */
    assert_clean(STEP("built annotation specs", 0.9, 1, 12));  /* less than 1 ms in all */
    assert_clean(STEP("built annotation specs", 5, 1, 0));     /* of how many is unknown */
    assert_clean(STEP("drawLine", 256.48, 1, 1285)); /* one size tells nothing of growth */
}

static void items_created_one_by_one_are_flagged(void **state)
{
    (void)state;
    assert_flagged(STEP("created annotation items", 3000, 1, 1285), "items-one-by-one",
                   "1285 items, 2.3346 ms each");
    assert_flagged(STEP("addItem()", 1500, 1285, 0), "items-one-by-one", "1285 items");
    assert_clean(STEP("created annotation items", 1200, 1, 1285)); /* 0.93 ms each */
    assert_clean(STEP("created GapAnnotations item", 2.98, 1, 1285));
    assert_clean(STEP("created the item", 30, 1, 1)); /* one is not one by one */
}

static void growth_is_fitted_where_several_sizes_were_seen(void **state)
{
    (void)state;
    static const pp_flag_step grows[] = {{"marks of 100 gaps", "server", MS(15), 1, 100},
                                         {"marks of 200 gaps", "server", MS(25), 1, 200},
                                         {"marks of 800 gaps", "server", MS(85), 1, 800}};
    look_at_steps(grows, 3);
    const pp_flag *flag = flag_of("step-per-item");
    assert_non_null(flag);
    assert_non_null(strstr(flag->evidence, "grows by 0.1000 ms per item from 100 to 800 items, "
                                           "beside 5.00 ms that do not grow"));
    /* The same time at any size is a fixed cost, however much it is per item. */
    static const pp_flag_step fixed[] = {{"built 100 specs", "server", MS(20), 1, 100},
                                         {"built 200 specs", "server", MS(20.1), 1, 200},
                                         {"built 400 specs", "server", MS(20), 1, 400}};
    look_at_steps(fixed, 3);
    assert_int_equal(found.count, 0);
    /* Times that have nothing to do with the size make no line. */
    static const pp_flag_step wild[] = {{"f 100 x", "server", MS(90), 1, 100},
                                        {"f 200 x", "server", MS(5), 1, 200},
                                        {"f 300 x", "server", MS(120), 1, 300},
                                        {"f 400 x", "server", MS(60), 1, 400}};
    look_at_steps(wild, 4);
    assert_int_equal(found.count, 0);
    /* Linear, but cheap: as good as it gets. */
    static const pp_flag_step cheap[] = {{"built 1000 specs", "server", MS(1), 1, 1000},
                                         {"built 2000 specs", "server", MS(2), 1, 2000},
                                         {"built 4000 specs", "server", MS(4), 1, 4000}};
    look_at_steps(cheap, 3);
    assert_int_equal(found.count, 0);
}

static void steps_of_different_places_are_not_mixed(void **state)
{
    (void)state;
    static const pp_flag_step steps[] = {{"part 100 of it", "client", MS(10), 1, 100},
                                         {"part 200 of it", "server", MS(20), 1, 200},
                                         {"part 300 of it", "frame", MS(30), 1, 300}};
    look_at_steps(steps, 3);
    assert_int_equal(found.count, 0);
}

static void removing_items_one_at_a_time_is_flagged(void **state)
{
    (void)state;
    assert_flagged(STEP("removeItem()", 30, 400, 0), "removal-one-by-one", "ran 400 times");
    assert_flagged(STEP("removed 300 items", 80, 1, 300), "removal-one-by-one",
                   "removing hundreds usually takes 10 to 50 ms");
    assert_clean(STEP("removed 300 items", 40, 1, 300));
    assert_clean(STEP("removed 300000 items", 80, 1, 300000));
    assert_clean(STEP("removeItem()", 5, 400, 0));
    assert_clean(STEP("removed the item", 80, 1, 1));
}

static void what_is_slower_than_usual_is_flagged(void **state)
{
    (void)state;
    assert_flagged(STEP("searchsorted", 3, 1, 1285), "slower-than-usual", "less than 1 ms");
    assert_flagged(STEP("final redraw", 12, 1, 0), "slower-than-usual", "0.1 to 1 ms");
    assert_clean(STEP("searchsorted", 0.81, 1, 1285));
    assert_clean(STEP("searchsorted", 8, 1, 100000)); /* rows in proportion */
    assert_clean(STEP("initial redraw", 0.2, 1, 0));
    assert_clean(&(pp_flag_step){"redraw", "frame", MS(12), 1, 0}); /* that is the painting */
}

/* ---- Calls ----------------------------------------------------------------------------------- */

static void look_at_calls(pp_flag_calls calls)
{
    calls.call_label = "send()";
    calls.own_label = "build()";
    look(&(pp_flag_facts){.calls = calls});
}

static void a_round_trip_per_item_is_flagged(void **state)
{
    (void)state;
    look_at_calls((pp_flag_calls){.calls = 1, .round_trips = 1285, .items = 1285});
    assert_non_null(flag_of("round-trip-per-item"));
    assert_non_null(
        strstr(flag_of("round-trip-per-item")->evidence, "1285 round trips for 1285 items"));
    look_at_calls((pp_flag_calls){.calls = 2, .round_trips = 60});
    assert_non_null(strstr(flag_of("round-trip-per-item")->evidence, "30 round trips in one call"));
    look_at_calls((pp_flag_calls){.calls = 1, .round_trips = 13, .items = 1285}); /* batches */
    assert_int_equal(found.count, 0);
    look_at_calls((pp_flag_calls){.calls = 100, .round_trips = 200}); /* one and a redraw each */
    assert_int_equal(found.count, 0);
}

static void a_client_that_mostly_builds_is_flagged(void **state)
{
    (void)state;
    look_at_calls((pp_flag_calls){.calls = 1,
                                  .client_ns = MS(376.04),
                                  .client_own_ns = MS(256.78),
                                  .own_label_ns = MS(256.48)});
    assert_non_null(strstr(flag_of("client-building")->evidence,
                           "`build()`: 256.48 of the client's 376.04 ms (68 %)"));
    look_at_calls((pp_flag_calls){
        .calls = 1, .client_ns = MS(100), .client_own_ns = MS(40), .own_label_ns = MS(40)});
    assert_int_equal(found.count, 0);
    look_at_calls((pp_flag_calls){/* quick all the same */
                                  .calls = 1,
                                  .client_ns = MS(2),
                                  .client_own_ns = MS(1.9),
                                  .own_label_ns = MS(1.9)});
    assert_int_equal(found.count, 0);
}

static void a_slow_local_round_trip_is_flagged(void **state)
{
    (void)state;
    pp_flag_calls slow = {.calls = 1,
                          .round_trips = 2,
                          .has_transport = true,
                          .is_local = true,
                          .transport_ns = MS(30)};
    look_at_calls(slow);
    assert_non_null(strstr(flag_of("slower-than-usual")->evidence, "15.00 ms of transport"));
    slow.is_local = false;
    look_at_calls(slow);
    assert_int_equal(found.count, 0);
    slow.is_local = true;
    slow.transport_ns = MS(18);
    look_at_calls(slow);
    assert_int_equal(found.count, 0);
}

/* ---- All ------------------------------------------------------------------------------------- */

static void nothing_is_found_in_nothing(void **state)
{
    (void)state;
    look(&(pp_flag_facts){.step_count = 0});
    assert_int_equal(found.count, 0);
}

static void more_findings_than_are_kept_do_no_harm(void **state)
{
    (void)state;
    enum { COUNT = 500 };
    static pp_flag_step steps[COUNT];
    static char labels[COUNT][32];
    for (int i = 0; i < COUNT; i++) {
        snprintf(labels[i], sizeof labels[0], "build %c%c%c", 'a' + i % 26, 'a' + i / 26, 'x');
        steps[i] = (pp_flag_step){labels[i], "client", MS(500), 1, 100};
    }
    look_at_steps(steps, COUNT);
    assert_int_equal(found.count, PP_FLAGS_MAX);
}

static void every_rule_is_documented(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "items-one-by-one",   "step-per-item",       "path-rebuilt",    "whole-window-repaint",
        "removal-one-by-one", "round-trip-per-item", "client-building", "slower-than-usual"};
    static char text[32768];
    FILE *file = fopen(PP_SOURCE_DIR "/docs/red-flags.md", "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        char heading[64];
        snprintf(heading, sizeof heading, "\n## %s\n", rules[i]);
        assert_non_null(strstr(text, heading));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_say_what_a_step_does),
        cmocka_unit_test(labels_say_whether_a_step_asks_another_process),
        cmocka_unit_test(counts_are_read_from_labels),
        cmocka_unit_test(a_step_per_item_is_flagged),
        cmocka_unit_test(items_created_one_by_one_are_flagged),
        cmocka_unit_test(growth_is_fitted_where_several_sizes_were_seen),
        cmocka_unit_test(steps_of_different_places_are_not_mixed),
        cmocka_unit_test(removing_items_one_at_a_time_is_flagged),
        cmocka_unit_test(what_is_slower_than_usual_is_flagged),
        cmocka_unit_test(a_round_trip_per_item_is_flagged),
        cmocka_unit_test(a_client_that_mostly_builds_is_flagged),
        cmocka_unit_test(a_slow_local_round_trip_is_flagged),
        cmocka_unit_test(nothing_is_found_in_nothing),
        cmocka_unit_test(more_findings_than_are_kept_do_no_harm),
        cmocka_unit_test(every_rule_is_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
