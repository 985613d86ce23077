/* unit/test_otlp.c: the export's histograms, ids and JSON. Not exported: their own copies. */
#include "sink/otlp_curl.h"
#include "sink/otlp_histogram.h"
#include "sink/otlp_json.h"
#include "sink/otlp_metrics.h"
#include "support.h"

#include <locale.h>
#include <math.h>
#if defined(PP_TEST_CURL)
#include <curl/curl.h>
#endif

/* ---- Histograms ----------------------------------------------------------------------------- */

enum { VALUES = 20000 };

static uint64_t random_state;

static double random_share(void)
{
    random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (double)(random_state >> 11) / 9007199254740992.0;
}

/* Spread evenly over so many powers of ten above 2 µs. */
static uint64_t spread(double decades)
{
    return (uint64_t)(2000 * pow(10, random_share() * decades));
}

static int by_value(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static void assert_quantiles(double decades)
{
    static uint64_t values[VALUES];
    static const double shares[] = {0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1};
    pp_otlp_histogram h;
    pp_otlp_histogram_init(&h);
    for (size_t i = 0; i < VALUES; i++) {
        values[i] = spread(decades);
        pp_otlp_histogram_add(&h, values[i]);
    }
    qsort(values, VALUES, sizeof values[0], by_value);
    double base = exp2(ldexp(1, -h.scale)), bound = (base - 1) / (base + 1) + 1e-9;
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        double exact = (double)values[(size_t)ceil(shares[i] * VALUES) - 1] / 1e9;
        double told = pp_otlp_histogram_quantile(&h, shares[i]);
        assert_true(fabs(told - exact) <= bound * exact);
    }
    assert_true(h.used <= PP_OTLP_BUCKETS);
    /* The scale is the finest that fits: one finer would need more buckets than there are. */
    double octaves = log2((double)values[VALUES - 1] / (double)values[0]);
    assert_true(ldexp(octaves, h.scale + 1) > PP_OTLP_BUCKETS - 2);
}

static void quantiles_are_within_the_error_that_the_scale_says(void **state)
{
    (void)state;
    random_state = 1;
    static const double decades[] = {0.01, 0.1, 0.3, 1, 3, 6, 12};
    for (size_t i = 0; i < sizeof decades / sizeof decades[0]; i++)
        assert_quantiles(decades[i]);
}

static void assert_same(const pp_otlp_histogram *a, const pp_otlp_histogram *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->zero_count, b->zero_count);
    assert_int_equal(a->scale, b->scale);
    assert_int_equal(a->offset, b->offset);
    assert_int_equal(a->used, b->used);
    assert_memory_equal(a->buckets, b->buckets, a->used * sizeof a->buckets[0]);
    assert_true(fabs(a->sum - b->sum) <= 1e-9 * b->sum);
    assert_true(a->min == b->min && a->max == b->max);
}

static void two_merged_are_one_of_all_values(void **state)
{
    (void)state;
    random_state = 2;
    for (int round = 0; round < 200; round++) {
        pp_otlp_histogram one, two, all;
        pp_otlp_histogram_init(&one);
        pp_otlp_histogram_init(&two);
        pp_otlp_histogram_init(&all);
        double decades[2] = {random_share() * 8, random_share() * 8};
        int counts[2] = {(int)(random_share() * 100), (int)(random_share() * 100)};
        for (int side = 0; side < 2; side++)
            for (int i = 0; i < counts[side]; i++) {
                uint64_t value = i % 7 == 0 ? 500 : spread(decades[side]);
                pp_otlp_histogram_add(side == 0 ? &one : &two, value);
                pp_otlp_histogram_add(&all, value);
            }
        pp_otlp_histogram_merge(&one, &two);
        assert_same(&one, &all);
    }
}

static void every_bucket_counts_what_lies_in_it(void **state)
{
    (void)state;
    pp_otlp_histogram h;
    pp_otlp_histogram_init(&h);
    pp_otlp_histogram_add(&h, 1000000000);
    assert_int_equal(h.offset, -1); /* 1 s is the upper edge of bucket -1 at every scale */
    pp_otlp_histogram_add(&h, UINT64_MAX);
    pp_otlp_histogram_add(&h, 0);
    pp_otlp_histogram_add(&h, 1000);
    pp_otlp_histogram_add(&h, 1001);
    assert_int_equal(h.zero_count, 2); /* the threshold itself is zero */
    uint64_t sum = 0;
    for (uint32_t i = 0; i < h.used; i++)
        sum += h.buckets[i];
    assert_int_equal(sum, 3);
    assert_int_equal(h.buckets[-1 - h.offset], 1); /* 1 s, also at a lower scale */
    assert_int_equal(pp_otlp_histogram_quantile(&h, 0.4), 0);
}

/* ---- Identifiers ---------------------------------------------------------------------------- */

static void ids_come_of_recording_and_frame_alone(void **state)
{
    (void)state;
    pp_otlp_origin origin = {.resource = NULL}, other = {.resource = NULL};
    pp_frame frame = {.number = 7, .window = 1, .start_ns = 5};
    uint8_t trace[4][16], span[4][8];
    pp_otlp_identify(&origin, "boot", 1, 2, 3);
    pp_otlp_identify(&other, "boot", 1, 2, 4);
    pp_otlp_frame_ids(&origin, &frame, trace[0], span[0]);
    pp_otlp_frame_ids(&origin, &frame, trace[1], span[1]);
    pp_otlp_frame_ids(&other, &frame, trace[2], span[2]);
    frame.number = 8;
    pp_otlp_frame_ids(&origin, &frame, trace[3], span[3]);
    assert_memory_equal(trace[0], trace[1], 16);
    assert_memory_equal(span[0], span[1], 8);
    for (int i = 2; i < 4; i++) {
        assert_memory_not_equal(trace[0], trace[i], 16);
        assert_memory_not_equal(span[0], span[i], 8);
    }
}

static void times_are_unix_time_by_the_pair_of_clocks(void **state)
{
    (void)state;
    pp_otlp_origin origin = {.monotonic_ns = 1000, .unix_ns = UINT64_C(1700000000000000000)};
    assert_int_equal(pp_otlp_unix_ns(&origin, 1500), UINT64_C(1700000000000000500));
    assert_int_equal(pp_otlp_unix_ns(&origin, 400), UINT64_C(1699999999999999400));
    assert_int_equal(pp_otlp_unix_ns(&origin, UINT64_C(1) << 63), 0);
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static const pp_site_info paint_site = {"Chart\xff\"paint\"\n", "chart.c", 12, PP_PHASE_REDRAW};
static const pp_site_info item_site = {"Item.paint()", "item.c", 0, PP_PHASE_CREATE};

static captured_text text;

static void capture_request(void *user, const char *json, size_t size_bytes, uint64_t spans)
{
    (void)spans;
    capture_text(user, json, size_bytes);
    capture_text(user, "\n", 1);
}

static void capture_tree(void *user, pp_otlp_tree *tree)
{
    pp_otlp_spans_add(user, tree);
    pp_otlp_tree_free(tree);
}

static pp_otlp_origin make_origin(void)
{
    static const pp_host host = {.name = "host", .system = "Linux", .machine = "aarch64"};
    pp_otlp_origin origin = {.resource = NULL};
    const pp_otlp_facts facts = {.executable = "/usr/bin/chart",
                                 .command_line = "chart --file \xc3\x28",
                                 .version = "0.0",
                                 .pid = 42,
                                 .host = &host};
    pp_otlp_identify(&origin, "boot", 42, 1000, UINT64_C(1700000000000000000));
    assert_true(pp_otlp_describe(&origin, &facts));
    return origin;
}

static void tell_zone(pp_otlp_trees *trees, const pp_site_info *site, uint32_t depth,
                      uint64_t start_ns, uint64_t end_ns, const pp_span *span)
{
    pp_otlp_trees_zone(trees, &(pp_zone_record){.site = site,
                                                .thread = 1,
                                                .depth = depth,
                                                .start_ns = start_ns,
                                                .end_ns = end_ns,
                                                .self_ns = end_ns - start_ns,
                                                .span = span});
}

/* A frame with a zone of a request in it, and a zone before it. */
static void write_spans(const pp_otlp_origin *origin)
{
    pp_otlp_spans spans = {.origin = origin, .user = &text, .send = capture_request};
    const pp_otlp_tree_opts opts = {
        .user = &spans, .deliver = capture_tree, .nodes_max = 100, .all_zones = true};
    pp_otlp_trees *trees = pp_otlp_trees_create(&opts);
    const pp_span span = {.trace = {.trace_id = {1, 2}, .span_id = {3}, .flags = 1},
                          .parent_id = {4},
                          .role = PP_TRACE_SERVER};
    const pp_painter painter = {.site = &paint_site, .count = 1};
    const pp_frame frame = {.number = 1,
                            .window = 2,
                            .phase_count = PP_PHASE_USER,
                            .start_ns = 2000,
                            .end_ns = 9000,
                            .interval_ns = PP_NOT_MEASURED,
                            .flush_ns = 10,
                            .gpu_ns = PP_NOT_MEASURED,
                            .items_created = 0,
                            .items_painted = PP_NOT_MEASURED,
                            .dirty_px = PP_NOT_MEASURED,
                            .work_ns = 7000,
                            .phase_ns = {[PP_PHASE_REDRAW] = 7000},
                            .budget_ns = 5000,
                            .jank = PP_JANK_PAINT,
                            .painter_count = 1,
                            .painters = &painter};
    tell_zone(trees, &item_site, 0, 1100, 1200, NULL);
    tell_zone(trees, &item_site, 1, 3000, 4000, &span);
    pp_otlp_trees_mark(trees, &(pp_mark_record){.site = &paint_site,
                                                .label = "drawn \xf0\x9f\x99\x82\\",
                                                .thread = 1,
                                                .at_ns = 4500,
                                                .since_mark_ns = 500,
                                                .since_begin_ns = 2000});
    tell_zone(trees, &paint_site, 0, 2500, 8000, NULL);
    pp_otlp_trees_frame(trees, &frame);
    pp_otlp_trees_event(
        trees,
        &(pp_trace_record){.event = PP_TRACE_EVENT_SHOWN, .span = span, .window = 2, .frame = 1});
    pp_otlp_trees_flush(trees);
    assert_true(pp_otlp_spans_flush(&spans));
    pp_otlp_trees_destroy(trees);
    free(spans.json.data);
    pp_otlp_metrics metrics;
    pp_otlp_metrics_init(&metrics);
    pp_otlp_metrics_add(&metrics, &frame);
    pp_buffer json = {0};
    pp_otlp_metrics_write(&metrics, origin, 2000, 9000, &json);
    assert_false(json.failed);
    capture_request(&text, json.data, json.size_bytes, 0);
    free(json.data);
}

/* The version of paintprof is in it, and is not what the test is about. */
static void hide_version(void)
{
    static const char key[] = "\"paintprof\",\"version\":\"";
    for (char *at = text.bytes; (at = strstr(at, key)) != NULL;) {
        at += sizeof key - 1;
        size_t size = strcspn(at, "\"");
        memset(at, 'V', size < 1 ? size : 1);
        memmove(at + 1, at + size, strlen(at + size) + 1);
    }
}

static void requests_are_byte_for_byte_what_they_were(void **state)
{
    (void)state;
    pp_otlp_origin origin = make_origin();
    memset(&text, 0, sizeof text);
    write_spans(&origin);
    hide_version();
    assert_golden("otlp.jsonl", text.bytes);
    assert_non_null(strstr(text.bytes, "Chart\xef\xbf\xbd\\\"paint\\\"\\u000a"));
    assert_non_null(strstr(text.bytes, "--file \xef\xbf\xbd("));
    pp_otlp_origin_free(&origin);
}

static void a_comma_locale_changes_nothing(void **state)
{
    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        skip();
    requests_are_byte_for_byte_what_they_were(state);
    setlocale(LC_ALL, "C");
}

/* ---- Trees ---------------------------------------------------------------------------------- */

typedef struct tally {
    uint64_t trees, zones, left_out, cut;
} tally;

static void count_tree(void *user, pp_otlp_tree *tree)
{
    tally *t = user;
    t->trees++;
    t->zones += tree->node_count;
    t->left_out += tree->left_out;
    t->cut += tree->is_cut;
    pp_otlp_tree_free(tree);
}

static void zones_beyond_the_limit_are_let_go_and_counted(void **state)
{
    (void)state;
    tally t = {0};
    const pp_otlp_tree_opts opts = {
        .user = &t, .deliver = count_tree, .slow_ns = 1000000, .nodes_max = 50};
    pp_otlp_trees *trees = pp_otlp_trees_create(&opts);
    const pp_painter painter = {.site = &item_site, .count = 1};
    const pp_frame frame = {.number = 1,
                            .window = 1,
                            .start_ns = 1000,
                            .end_ns = 90000000,
                            .work_ns = 80000000,
                            .painter_count = 1,
                            .painters = &painter};
    for (uint64_t i = 0; i < 1000; i++)
        tell_zone(trees, &item_site, 1, 2000 + i * 10, 2005 + i * 10, NULL);
    pp_otlp_trees_frame(trees, &frame);
    pp_otlp_trees_flush(trees);
    assert_int_equal(t.trees, 1);
    assert_int_equal(t.zones, 50);
    assert_int_equal(t.left_out, 950);
    pp_otlp_trees_destroy(trees);
}

/* All are wanted, and the zone around them never ends: they are told without it, not kept. */
static void nothing_waits_for_ever(void **state)
{
    (void)state;
    tally t = {0};
    const pp_otlp_tree_opts opts = {
        .user = &t, .deliver = count_tree, .nodes_max = 50, .all_zones = true};
    pp_otlp_trees *trees = pp_otlp_trees_create(&opts);
    for (uint64_t i = 0; i < 1000; i++)
        tell_zone(trees, &item_site, 1, 2000 + i * 10, 2005 + i * 10, NULL);
    assert_true(t.zones >= 950);
    pp_otlp_trees_flush(trees);
    assert_int_equal(t.zones, 1000);
    assert_int_equal(t.cut, 1000);
    pp_otlp_trees_destroy(trees);
}

static void zones_without_sense_harm_nothing(void **state)
{
    (void)state;
    tally t = {0};
    const pp_otlp_tree_opts opts = {
        .user = &t, .deliver = count_tree, .slow_ns = 1, .nodes_max = 200};
    pp_otlp_trees *trees = pp_otlp_trees_create(&opts);
    random_state = 3;
    for (int i = 0; i < 20000; i++) {
        uint64_t start_ns = (uint64_t)(random_share() * 1000);
        uint64_t end_ns = (uint64_t)(random_share() * 1000);
        pp_zone_record zone = {.site = random_share() < 0.9 ? &item_site : NULL,
                               .thread = (uint32_t)(random_share() * 4000),
                               .depth = (uint32_t)(random_share() * 5),
                               .start_ns = start_ns,
                               .end_ns = end_ns};
        pp_otlp_trees_zone(trees, &zone);
        if (i % 50 == 0)
            pp_otlp_trees_frame(trees, &(pp_frame){.window = (uint32_t)(random_share() * 100),
                                                   .start_ns = start_ns,
                                                   .end_ns = end_ns});
        pp_otlp_trees_mark(trees, &(pp_mark_record){.site = &item_site,
                                                    .label = "",
                                                    .thread = zone.thread,
                                                    .depth = zone.depth,
                                                    .at_ns = end_ns,
                                                    .since_begin_ns = start_ns});
    }
    pp_otlp_trees_flush(trees);
    assert_true(t.zones > 0 && t.zones < 20000);
    pp_otlp_trees_destroy(trees);
}

/* ---- Requests -------------------------------------------------------------------------------- */

typedef struct waits {
    size_t count;
    struct {
        pp_otlp_wait_kind kind;
        uint64_t start_ns, end_ns;
        pp_span span;
    } items[8];
} waits;

static void note_waits(void *user, pp_otlp_tree *tree)
{
    waits *w = user;
    for (const pp_otlp_node *node = tree->nodes; node; node = node->next) {
        if (!node->wait)
            continue;
        assert_true(w->count < 8);
        w->items[w->count].kind = node->wait;
        w->items[w->count].start_ns = node->start_ns;
        w->items[w->count].end_ns = node->end_ns;
        w->items[w->count++].span = node->span;
    }
    pp_otlp_tree_free(tree);
}

static pp_trace trace_number(uint32_t number)
{
    pp_trace trace = {.trace_id = {7}, .span_id = {1}};
    memcpy(trace.span_id + 4, &number, sizeof number);
    return trace;
}

static void tell_moment(pp_otlp_trees *trees, uint32_t request, pp_trace_point point, uint64_t ns)
{
    pp_otlp_trees_event(trees, &(pp_trace_record){.event = PP_TRACE_EVENT_POINT,
                                                  .point = point,
                                                  .span.trace = trace_number(request),
                                                  .at_ns = ns});
}

static void tell_handling(pp_otlp_trees *trees, uint32_t request, uint64_t start_ns,
                          uint64_t end_ns)
{
    pp_span span = {.trace = {.trace_id = {7}, .span_id = {9}}, .role = PP_TRACE_SERVER};
    memcpy(span.parent_id, trace_number(request).span_id, sizeof span.parent_id);
    tell_zone(trees, &item_site, 0, start_ns, end_ns, &span);
}

/* Received at 1 ms, handled from 3 to 4 ms, replied at 9 ms; told in any order. */
static void waits_are_told_in_whatever_order_their_ends_come(void **state)
{
    (void)state;
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (size_t i = 0; i < 6; i++) {
        waits w = {0};
        const pp_otlp_tree_opts opts = {.user = &w, .deliver = note_waits, .nodes_max = 100};
        pp_otlp_trees *trees = pp_otlp_trees_create(&opts);
        for (size_t k = 0; k < 3; k++) {
            if (orders[i][k] == 0)
                tell_moment(trees, 5, PP_TRACE_REQUEST_RECEIVED, 1000000);
            else if (orders[i][k] == 1)
                tell_handling(trees, 5, 3000000, 4000000);
            else
                tell_moment(trees, 5, PP_TRACE_REPLY_SENT, 9000000);
        }
        tell_moment(trees, 5, PP_TRACE_REPLY_SENT, 12000000); /* the first counts */
        tell_handling(trees, 5, 20000000, 21000000);
        pp_otlp_trees_flush(trees);
        assert_int_equal(w.count, 2);
        size_t before = w.items[0].kind == PP_OTLP_WAIT ? 0 : 1;
        assert_int_equal(w.items[before].start_ns, 1000000);
        assert_int_equal(w.items[before].end_ns, 3000000);
        assert_int_equal(w.items[1 - before].kind, PP_OTLP_REPLY_WAIT);
        assert_int_equal(w.items[1 - before].start_ns, 4000000);
        assert_int_equal(w.items[1 - before].end_ns, 9000000);
        assert_memory_equal(w.items[0].span.parent_id, trace_number(5).span_id, 8);
        pp_otlp_trees_destroy(trees);
    }
}

static void more_requests_than_are_known_harm_nothing(void **state)
{
    (void)state;
    waits w = {0};
    const pp_otlp_tree_opts opts = {.user = &w, .deliver = note_waits, .nodes_max = 100};
    pp_otlp_trees *trees = pp_otlp_trees_create(&opts);
    for (uint32_t i = 1; i <= 10000; i++) {
        tell_moment(trees, i, PP_TRACE_REQUEST_RECEIVED, 1000000);
        tell_handling(trees, i, 1010000, 1020000); /* 10 us are no wait worth a span */
    }
    tell_moment(trees, 0, PP_TRACE_REPLY_SENT, 0);
    pp_otlp_trees_event(trees, &(pp_trace_record){.event = PP_TRACE_EVENT_POINT}); /* of no trace */
    tell_moment(trees, 20, PP_TRACE_REPLY_SENT, 9000000); /* forgotten by now */
    tell_moment(trees, 9999, PP_TRACE_REPLY_SENT, 9000000);
    pp_otlp_trees_flush(trees);
    assert_int_equal(w.count, 1);
    assert_int_equal(pp_otlp_trees_lost(trees), 0);
    pp_otlp_trees_destroy(trees);
}

/* ---- libcurl -------------------------------------------------------------------------------- */

static void the_numbers_of_libcurl_are_its_own(void **state)
{
    (void)state;
#if defined(PP_TEST_CURL)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#define ASSERT_NUMBER(name, value) assert_int_equal((long)(name), (long)(value));
    PP_CURL_NUMBERS(ASSERT_NUMBER)
#undef ASSERT_NUMBER
#pragma GCC diagnostic pop
#else
    skip(); /* curl/curl.h is not here */
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_within_the_error_that_the_scale_says),
        cmocka_unit_test(two_merged_are_one_of_all_values),
        cmocka_unit_test(every_bucket_counts_what_lies_in_it),
        cmocka_unit_test(ids_come_of_recording_and_frame_alone),
        cmocka_unit_test(times_are_unix_time_by_the_pair_of_clocks),
        cmocka_unit_test(requests_are_byte_for_byte_what_they_were),
        cmocka_unit_test(a_comma_locale_changes_nothing),
        cmocka_unit_test(zones_beyond_the_limit_are_let_go_and_counted),
        cmocka_unit_test(nothing_waits_for_ever),
        cmocka_unit_test(zones_without_sense_harm_nothing),
        cmocka_unit_test(waits_are_told_in_whatever_order_their_ends_come),
        cmocka_unit_test(more_requests_than_are_known_harm_nothing),
        cmocka_unit_test(the_numbers_of_libcurl_are_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
