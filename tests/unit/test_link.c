/* unit/test_link.c: recordings of several processes joined by their traces. */
#include "link_fixture.h"

#include "recording/file.h"

static const other_clock one_clock = {0, 0};
static const plan usual = {.build = 20000,
                           .pack = 300,
                           .there = 800,
                           .queue = 1500,
                           .work = 9000,
                           .reply_queue = 200,
                           .back = 700,
                           .after = 100,
                           .redraw = 4000};
static const int64_t hours_ns = INT64_C(3) * 3600 * 1000000000;

static void assert_ms(int64_t ns, double us)
{
    if (llabs(ns - llround(us * 1000)) > 2)
        fail_msg("%.6f ms is not %.6f ms", (double)ns / 1e6, us / 1000);
}

static void assert_adds_up(const pp_link_times *t)
{
    int64_t unmatched_ns = t->unmatched_ns == PP_LINK_UNKNOWN ? 0 : t->unmatched_ns;
    assert_int_equal(t->client_own_ns + t->transport_ns + t->wait_ns + t->server_ns -
                         t->server_after_reply_ns + t->reply_wait_ns + unmatched_ns,
                     t->client_ns);
}

/* ---- One clock ------------------------------------------------------------------------------ */

static void each_part_of_a_call_is_found_exactly(void **state)
{
    (void)state;
    record_calls(&usual, 1, &one_clock);
    pp_link *link = join_files(client_path, server_path);
    const pp_link_times *t = pp_link_total(link);
    assert_ms(t->client_ns, 20000 + 300 + 12200 + 100);
    assert_ms(t->client_own_ns, 20400);
    assert_ms(t->request_transport_ns, 800);
    assert_ms(t->reply_transport_ns, 700);
    assert_ms(t->transport_ns, 1500);
    assert_ms(t->wait_ns, 1500);
    assert_ms(t->server_ns, 9000);
    assert_ms(t->reply_wait_ns, 200);
    assert_ms(t->to_screen_ns, 4000);
    assert_ms(t->end_to_end_ns, 20000 + 300 + 800 + 1500 + 9000 + 4000);
    assert_ms(t->server_after_reply_ns, 0);
    assert_ms(t->largest_own_ns, 20000);
    assert_string_equal(t->largest_own_label, "built annotation specs");
    assert_int_equal(t->bottleneck, PP_LINK_CLIENT);
    assert_int_equal(t->requests, 1);
    assert_adds_up(t);
    pp_link_call call;
    assert_true(pp_link_call_at(link, 0, &call));
    assert_false(pp_link_call_at(link, 1, &call));
    assert_int_equal(call.frame, 1);
    assert_int_equal(call.items, 1285);
    assert_string_equal(call.client, "markup_gaps() for 1285 gaps");
    assert_string_equal(call.server, "Batch annotate 1285 gaps");
    pp_link_destroy(link);
}

static void the_order_of_the_files_does_not_matter(void **state)
{
    (void)state;
    record_calls(&usual, 1, &one_clock);
    pp_link *forth = join_files(client_path, server_path);
    pp_link *back = join_files(server_path, client_path);
    pp_link_call a, b;
    assert_true(pp_link_call_at(forth, 0, &a) && pp_link_call_at(back, 0, &b));
    assert_memory_equal(a.trace_id, b.trace_id, 32);
    assert_int_equal(a.times.client_own_ns, b.times.client_own_ns);
    assert_int_equal(a.times.wait_ns, b.times.wait_ns);
    pp_link_destroy(forth);
    pp_link_destroy(back);
}

static void calls_sum_up_and_are_told_one_by_one(void **state)
{
    (void)state;
    plan plans[10];
    uint64_t build_us = 0;
    for (size_t i = 0; i < 10; i++) {
        plans[i] = usual;
        plans[i].build = 1000 * (i + 1);
        build_us += plans[i].build;
    }
    record_calls(plans, 10, &one_clock);
    pp_link *link = join_files(client_path, server_path);
    pp_link_call call;
    for (size_t i = 0; i < 10; i++) {
        assert_true(pp_link_call_at(link, i, &call));
        assert_ms(call.times.client_own_ns, (double)plans[i].build + 400);
        assert_int_equal(call.frame, i + 1);
        assert_adds_up(&call.times);
    }
    assert_ms(pp_link_total(link)->client_own_ns, (double)build_us + 4000);
    assert_adds_up(pp_link_total(link));
    pp_link_destroy(link);
}

/* ---- Two clocks ----------------------------------------------------------------------------- */

static void fill_plans(plan *plans, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        plans[i] = usual;
        plans[i].there = 100 + i * 37 % 400; /* the ways take now this long, now that */
        plans[i].back = 100 + i * 53 % 400;
        plans[i].after = 400000;
    }
}

static void hours_between_the_clocks_are_found(void **state)
{
    (void)state;
    static const int64_t offsets_ns[] = {INT64_C(3) * 3600 * 1000000000,
                                         INT64_C(-12) * 3600 * 1000000000, 5000000};
    for (size_t k = 0; k < 3; k++) {
        plan plans[20];
        other_clock clock = {offsets_ns[k], 0};
        fill_plans(plans, 20);
        fake_now_ns = UINT64_C(50) * 3600 * 1000000000;
        record_calls(plans, 20, &clock);
        pp_link *link = join_files(client_path, server_path);
        pp_link_call call;
        for (size_t i = 0; i < 20; i++) {
            assert_true(pp_link_call_at(link, i, &call));
            assert_near(call.times.request_transport_ns, (double)plans[i].there);
            assert_near(call.times.reply_transport_ns, (double)plans[i].back);
            assert_ms(call.times.transport_ns, (double)(plans[i].there + plans[i].back));
            assert_ms(call.times.to_screen_ns, 4000);
            assert_adds_up(&call.times);
        }
        assert_non_null(strstr(json_of(link), "\"one_clock\":false"));
        assert_non_null(strstr(text_of(link), "+-"));
        pp_link_destroy(link);
    }
}

static void a_drift_of_the_clocks_is_found(void **state)
{
    (void)state;
    enum { COUNT = 120 };
    plan plans[COUNT];
    other_clock clock = {hours_ns, 80e-6}; /* over a minute: 4 ms */
    fill_plans(plans, COUNT);
    record_calls(plans, COUNT, &clock);
    pp_link *link = join_files(client_path, server_path);
    pp_link_call call;
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(pp_link_call_at(link, i, &call));
        assert_near(call.times.request_transport_ns, (double)plans[i].there);
        assert_near(call.times.reply_transport_ns, (double)plans[i].back);
        assert_near(call.times.wait_ns, 1500);
        assert_near(call.times.to_screen_ns, 4000);
    }
    const char *drift = strstr(json_of(link), "\"drift_ppm\":");
    assert_non_null(drift);
    double ppm = strtod(drift + strlen("\"drift_ppm\":"), NULL);
    assert_true(ppm > 75 && ppm < 85);
    pp_link_destroy(link);
}

/* As if the file came from another machine: the boot id is another one. */
static void change_boot(const char *path)
{
    pp_rec_header header;
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    assert_int_equal(fread(&header, sizeof header, 1, file), 1);
    header.boot_id[0] = header.boot_id[0] == 'a' ? 'b' : 'a';
    header.checksum = pp_rec_header_checksum(&header);
    rewind(file);
    assert_int_equal(fwrite(&header, sizeof header, 1, file), 1);
    assert_int_equal(fclose(file), 0);
}

static void another_boot_is_another_clock(void **state)
{
    (void)state;
    plan plans[20];
    fill_plans(plans, 20);
    record_calls(plans, 20, &one_clock);
    pp_link *link = join_files(client_path, server_path);
    assert_non_null(strstr(json_of(link), "\"one_clock\":true,\"offset_ms\":0.000000"));
    pp_link_destroy(link);
    change_boot(server_path);
    link = join_files(client_path, server_path);
    assert_non_null(strstr(json_of(link), "\"one_clock\":false"));
    pp_link_call call;
    for (size_t i = 0; i < 20; i++) {
        assert_true(pp_link_call_at(link, i, &call));
        assert_near(call.times.request_transport_ns, (double)plans[i].there);
        assert_ms(call.times.transport_ns, (double)(plans[i].there + plans[i].back));
    }
    pp_link_destroy(link);
}

/* ---- Other shapes --------------------------------------------------------------------------- */

/* A client whose zone asks several times, while nobody else recorded all of it. */
static void requests_that_nobody_recorded_are_told_apart(void **state)
{
    (void)state;
    begin_recording(client_path);
    pp_trace trace = pp_trace_new(), asked[2];
    PP_ZONE(zone, "Client", PP_PHASE_OTHER);
    trace = pp_zone_trace(&zone, &trace, PP_TRACE_INTERNAL);
    for (size_t i = 0; i < 2; i++) {
        PP_ZONE(call, "Ask", PP_PHASE_OTHER);
        asked[i] = pp_zone_trace(&call, &trace, PP_TRACE_CLIENT);
        advance_us(1000);
        PP_END(call);
    }
    PP_END(zone);
    end_recording();
    begin_recording(server_path);
    fake_now_ns -= 800000;
    PP_ZONE(handle, "Handle", PP_PHASE_OTHER);
    pp_zone_trace(&handle, &asked[1], PP_TRACE_SERVER);
    advance_us(500);
    PP_END(handle);
    end_recording();
    pp_link *link = join_files(client_path, server_path);
    const pp_link_times *t = pp_link_total(link);
    assert_ms(t->unmatched_ns, 1000);
    assert_ms(t->transport_ns, 500);
    assert_ms(t->request_transport_ns, 200); /* the zones' times stand for what nobody noted */
    assert_ms(t->reply_transport_ns, 300);
    assert_ms(t->server_ns, 500);
    assert_ms(t->client_own_ns, 0);
    assert_int_equal(t->wait_ns, PP_LINK_UNKNOWN);
    assert_int_equal(t->to_screen_ns, PP_LINK_UNKNOWN);
    assert_int_equal(t->requests, 2);
    assert_non_null(strstr(json_of(link), "\"wait_ms\":null"));
    pp_link_destroy(link);
}

static void a_server_that_asks_another_one_is_a_client_too(void **state)
{
    (void)state;
    char third_path[160];
    snprintf(third_path, sizeof third_path, "%s/third.pprec", folder);
    pp_trace trace = pp_trace_new(), first, second;
    begin_recording(client_path);
    uint64_t begin_ns = fake_now_ns;
    PP_ZONE(a, "A", PP_PHASE_OTHER);
    first = pp_zone_trace(&a, &trace, PP_TRACE_CLIENT);
    advance_us(5000);
    PP_END(a);
    end_recording();
    fake_now_ns = begin_ns + 1000000;
    begin_recording(server_path);
    PP_ZONE(b, "B", PP_PHASE_OTHER);
    second = pp_zone_trace(&b, &first, PP_TRACE_SERVER);
    PP_ZONE(ask, "B asks", PP_PHASE_OTHER);
    second = pp_zone_trace(&ask, &second, PP_TRACE_CLIENT);
    advance_us(2000);
    PP_END(ask);
    advance_us(1000);
    PP_END(b);
    end_recording();
    fake_now_ns = begin_ns + 1500000;
    begin_recording(third_path);
    PP_ZONE(c, "C", PP_PHASE_OTHER);
    pp_zone_trace(&c, &second, PP_TRACE_SERVER);
    advance_us(1000);
    PP_END(c);
    end_recording();

    pp_link *link;
    assert_int_equal(pp_link_create(&link, NULL), PP_OK);
    assert_int_equal(pp_link_add_file(link, third_path, NULL, NULL), PP_OK);
    assert_int_equal(pp_link_add_file(link, client_path, NULL, NULL), PP_OK);
    assert_int_equal(pp_link_add_file(link, server_path, NULL, NULL), PP_OK);
    assert_int_equal(pp_link_join(link), PP_OK);
    pp_link_call outer, inner;
    assert_true(pp_link_call_at(link, 0, &outer) && pp_link_call_at(link, 1, &inner));
    assert_string_equal(outer.client, "A");
    assert_string_equal(outer.server, "B");
    assert_ms(outer.times.server_ns, 3000);
    assert_string_equal(inner.client, "B");
    assert_string_equal(inner.server, "C");
    assert_ms(inner.times.client_own_ns, 1000);
    assert_ms(inner.times.server_ns, 1000);
    /* Only the call that began the trace counts in the sum. */
    assert_int_equal(pp_link_total(link)->client_ns, outer.times.client_ns);
    pp_link_destroy(link);
}

static void overlapping_requests_are_waited_for_once(void **state)
{
    (void)state;
    begin_recording(client_path);
    pp_trace trace = pp_trace_new(), a, b;
    uint64_t begin_ns = fake_now_ns;
    PP_ZONE(zone, "Client", PP_PHASE_OTHER);
    trace = pp_zone_trace(&zone, &trace, PP_TRACE_INTERNAL);
    PP_ZONE(first, "Ask", PP_PHASE_OTHER);
    a = pp_zone_trace(&first, &trace, PP_TRACE_CLIENT);
    advance_us(500);
    PP_ZONE(second, "Ask again", PP_PHASE_OTHER);
    b = pp_zone_trace(&second, &trace, PP_TRACE_CLIENT);
    advance_us(1000);
    PP_END(second);
    advance_us(500);
    PP_END(first);
    advance_us(100);
    PP_END(zone);
    end_recording();
    fake_now_ns = begin_ns + 600000;
    begin_recording(server_path);
    PP_ZONE(handle, "Handle", PP_PHASE_OTHER);
    pp_zone_trace(&handle, &a, PP_TRACE_SERVER);
    advance_us(100);
    PP_END(handle);
    PP_ZONE(other, "Handle", PP_PHASE_OTHER);
    pp_zone_trace(&other, &b, PP_TRACE_SERVER);
    PP_END(other);
    end_recording();
    pp_link *link = join_files(client_path, server_path);
    assert_ms(pp_link_total(link)->client_own_ns, 100);
    assert_non_null(strstr(json_of(link), "\"requests_overlap\":true"));
    pp_link_destroy(link);
}

static void work_after_the_reply_keeps_nobody_waiting(void **state)
{
    (void)state;
    begin_recording(client_path);
    pp_trace trace = pp_trace_new();
    uint64_t begin_ns = fake_now_ns;
    PP_ZONE(zone, "Client", PP_PHASE_OTHER);
    trace = pp_zone_trace(&zone, &trace, PP_TRACE_CLIENT);
    advance_us(1000);
    PP_END(zone);
    end_recording();
    fake_now_ns = begin_ns + 200000;
    begin_recording(server_path);
    PP_ZONE(handle, "Handle", PP_PHASE_OTHER);
    pp_zone_trace(&handle, &trace, PP_TRACE_SERVER);
    advance_us(300);
    pp_trace_note(&trace, PP_TRACE_REPLY_SENT, 0);
    advance_us(5000);
    PP_END(handle);
    end_recording();
    pp_link *link = join_files(client_path, server_path);
    const pp_link_times *t = pp_link_total(link);
    assert_ms(t->server_ns, 5300);
    assert_ms(t->server_after_reply_ns, 5000);
    assert_ms(t->transport_ns, 700);
    assert_int_equal(t->client_own_ns + t->transport_ns + t->server_ns - t->server_after_reply_ns +
                         t->reply_wait_ns,
                     t->client_ns);
    pp_link_destroy(link);
}

static void traces_of_one_process_alone_are_no_calls(void **state)
{
    (void)state;
    pp_trace local = pp_trace_new();
    record_calls(&usual, 1, &one_clock);
    char more_path[180];
    snprintf(more_path, sizeof more_path, "%s.more", client_path);
    begin_recording(more_path);
    PP_ZONE(zone, "Local", PP_PHASE_OTHER);
    pp_zone_trace(&zone, &local, PP_TRACE_SERVER);
    advance_us(500000);
    PP_END(zone);
    end_recording();
    pp_link *link;
    assert_int_equal(pp_link_create(&link, NULL), PP_OK);
    assert_int_equal(pp_link_add_file(link, client_path, NULL, NULL), PP_OK);
    assert_int_equal(pp_link_add_file(link, server_path, NULL, NULL), PP_OK);
    assert_int_equal(pp_link_add_file(link, more_path, NULL, NULL), PP_OK);
    assert_int_equal(pp_link_join(link), PP_OK);
    assert_ms(pp_link_total(link)->client_ns, 32600);
    pp_link_call call;
    assert_false(pp_link_call_at(link, 1, &call));
    pp_link_destroy(link);
}

/* ---- Red flags ------------------------------------------------------------------------------ */

static void a_quick_batch_raises_no_flag(void **state)
{
    (void)state;
    const plan quick = {.build = 200,
                        .pack = 10,
                        .there = 100,
                        .queue = 50,
                        .work = 900,
                        .reply_queue = 5,
                        .back = 100,
                        .after = 5,
                        .redraw = 300};
    record_calls(&quick, 1, &one_clock);
    pp_link *link = join_files(client_path, server_path);
    assert_non_null(strstr(json_of(link), "\"flags\":[]"));
    assert_null(strstr(text_of(link), "red flags"));
    pp_link_destroy(link);
}

static void the_account_as_recordings_is_flagged_as_its_logs_are(void **state)
{
    (void)state;
    const plan account = {.build = 256480, .there = 7000, .work = 104150, .back = 8110};
    record_calls(&account, 1, &one_clock);
    pp_link *link = join_files(client_path, server_path);
    const char *json = json_of(link);
    assert_non_null(
        strstr(json, "{\"flag\":\"step-per-item\",\"label\":\"built annotation specs\""));
    assert_non_null(strstr(json, "{\"flag\":\"step-per-item\",\"label\":\"time_to_row creation\""));
    assert_non_null(strstr(json, "{\"flag\":\"client-building\""));
    pp_link_destroy(link);
}

/* A client that asks for each item, and a server that creates each in a zone of its own. */
static void a_request_and_an_item_each_are_flagged(void **state)
{
    (void)state;
    enum { ITEMS = 200 };
    pp_trace trace = pp_trace_new(), asked[ITEMS];
    begin_recording(client_path);
    uint64_t begin_ns = fake_now_ns;
    PP_ZONE(zone, "annotate 200 gaps", PP_PHASE_OTHER);
    trace = pp_zone_trace(&zone, &trace, PP_TRACE_INTERNAL);
    for (size_t i = 0; i < ITEMS; i++) {
        PP_ZONE(call, "Remote.add()", PP_PHASE_OTHER);
        asked[i] = pp_zone_trace(&call, &trace, PP_TRACE_CLIENT);
        advance_us(3000);
        PP_END(call);
    }
    PP_END(zone);
    end_recording();
    fake_now_ns = begin_ns + 100000;
    begin_recording(server_path);
    for (size_t i = 0; i < ITEMS; i++) {
        PP_ZONE(handle, "Handle", PP_PHASE_OTHER);
        pp_zone_trace(&handle, &asked[i], PP_TRACE_SERVER);
        PP_ZONE(add, "addItem()", PP_PHASE_CREATE);
        advance_us(2000);
        PP_END(add);
        PP_END(handle);
        advance_us(1000);
    }
    end_recording();
    pp_link *link = join_files(client_path, server_path);
    const char *json = json_of(link);
    assert_non_null(strstr(json, "\"flag\":\"round-trip-per-item\",\"label\":\"Remote.add()\","
                                 "\"evidence\":\"`Remote.add()`: 200 round trips for 200 items\""));
    assert_non_null(strstr(json, "\"flag\":\"items-one-by-one\",\"label\":\"addItem()\","
                                 "\"evidence\":\"server, `addItem()`: 400.00 ms for 200 items"));
    assert_int_equal(pp_link_total(link)->requests, ITEMS);
    assert_ms(pp_link_total(link)->server_ns, 400000);
    assert_string_equal(pp_link_total(link)->largest_own_label, "annotate 200 gaps");
    pp_link_destroy(link);
}

/* ---- What cannot be joined ------------------------------------------------------------------ */

static void assert_not_joined(const char *first, const char *second, const char *message)
{
    pp_link *link;
    assert_int_equal(pp_link_create(&link, NULL), PP_OK);
    assert_int_equal(pp_link_add_file(link, first, NULL, NULL), PP_OK);
    assert_int_equal(pp_link_add_file(link, second, NULL, NULL), PP_OK);
    assert_int_equal(pp_link_join(link), PP_EDATA);
    if (!strstr(pp_last_error(), message))
        fail_msg("%s", pp_last_error());
    pp_link_destroy(link);
}

static void recordings_without_traces_are_named(void **state)
{
    (void)state;
    record_calls(&usual, 1, &one_clock);
    begin_recording(file_path);
    PP_ZONE(zone, "Plain", PP_PHASE_OTHER);
    PP_END(zone);
    end_recording();
    assert_not_joined(client_path, file_path, "a.pprec: no zone in it belongs to a trace");
}

static void recordings_of_different_traces_are_not_joined(void **state)
{
    (void)state;
    char other_path[180];
    record_calls(&usual, 1, &one_clock);
    snprintf(other_path, sizeof other_path, "%s.other", client_path);
    assert_int_equal(rename(client_path, other_path), 0);
    record_calls(&usual, 1, &one_clock);
    assert_not_joined(other_path, server_path, "no trace in common");
}

static void misuse_is_refused(void **state)
{
    (void)state;
    pp_link *link;
    const pp_link_opts small = {.struct_size = 4};
    assert_int_equal(pp_link_create(NULL, NULL), PP_EINVAL);
    assert_int_equal(pp_link_create(&link, &small), PP_EINVAL);
    assert_int_equal(pp_link_create(&link, NULL), PP_OK);
    assert_int_equal(pp_link_join(link), PP_EINVAL);
    assert_int_equal(pp_link_add_file(link, "/nowhere/at-all", NULL, NULL), PP_EIO);
    assert_int_equal(pp_link_add_log(link, "none", "hello\n", 6), PP_EDATA);
    assert_non_null(strstr(pp_last_error(), "none: is neither a recording nor a log"));
    pp_link_destroy(link);
    pp_link_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINK_TEST(each_part_of_a_call_is_found_exactly),
        LINK_TEST(the_order_of_the_files_does_not_matter),
        LINK_TEST(calls_sum_up_and_are_told_one_by_one),
        LINK_TEST(hours_between_the_clocks_are_found),
        LINK_TEST(a_drift_of_the_clocks_is_found),
        LINK_TEST(another_boot_is_another_clock),
        LINK_TEST(requests_that_nobody_recorded_are_told_apart),
        LINK_TEST(a_server_that_asks_another_one_is_a_client_too),
        LINK_TEST(overlapping_requests_are_waited_for_once),
        LINK_TEST(work_after_the_reply_keeps_nobody_waiting),
        LINK_TEST(traces_of_one_process_alone_are_no_calls),
        LINK_TEST(a_quick_batch_raises_no_flag),
        LINK_TEST(the_account_as_recordings_is_flagged_as_its_logs_are),
        LINK_TEST(a_request_and_an_item_each_are_flagged),
        LINK_TEST(recordings_without_traces_are_named),
        LINK_TEST(recordings_of_different_traces_are_not_joined),
        LINK_TEST(misuse_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
