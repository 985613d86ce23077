/* unit/test_link_log.c: text logs of a client and a server joined, in all the forms they have. */
#include "support.h"

#include "link/log.h"

#include <paintprof/link.h>

/* ---- Lines (a copy of link/log_line.c) ------------------------------------------------------- */

typedef struct line_case {
    const char *line;
    pp_log_kind kind;
    const char *name;
    double ms; /* negative: it tells none */
} line_case;

static const line_case lines[] = {
    {"> Entering f()", PP_LOG_ENTER, "f()", -1},
    {"    > Entering Batch annotate 1285 gaps  ", PP_LOG_ENTER, "Batch annotate 1285 gaps", -1},
    {"\t> Entering f\r", PP_LOG_ENTER, "f", -1},
    {"2024-05-01 12:00:00 INFO > Entering f", PP_LOG_ENTER, "f", -1},
    {"a> Entering f", PP_LOG_OTHER, NULL, -1},
    {"> Entering ", PP_LOG_OTHER, NULL, -1},
    {">Entering f", PP_LOG_OTHER, NULL, -1},
    {"< Exiting f(), total time: 4.1530 ms", PP_LOG_EXIT, "f()", 4.153},
    {"< Exiting f(), total: 4.15 ms", PP_LOG_EXIT, "f()", 4.15},
    {"< Exiting f(), total: 4.15", PP_LOG_EXIT, "f()", 4.15},
    {"< Exiting f() total time: 4.15 ms", PP_LOG_EXIT, "f()", 4.15},
    {"< Exiting f(), Total Time: 4.15 MS\r", PP_LOG_EXIT, "f()", 4.15},
    {"< Exiting f(), tot:4.15", PP_LOG_EXIT, "f()", 4.15},
    {"< Exiting f(a, total: b), total time: 12 ms", PP_LOG_EXIT, "f(a, total: b)", 12},
    {"< Exiting f()", PP_LOG_EXIT, "f()", -1},
    {"  drawLine: 0.0312, tot:0.0312", PP_LOG_STEP, "drawLine", 0.0312},
    {"  drawLine: 0.03, tot: 0.03", PP_LOG_STEP, "drawLine", 0.03},
    {"  drawLine: 0.03 ms, tot: 10.03 ms", PP_LOG_STEP, "drawLine", 0.03},
    {"  drawLine: 0.03ms", PP_LOG_STEP, "drawLine", 0.03},
    {"  drawLine: 0.0312 ms", PP_LOG_STEP, "drawLine", 0.0312},
    {"  drawLine: 0.0312 ms, total: 3.0312 ms", PP_LOG_STEP, "drawLine", 0.0312},
    {"  drawLine: 0.0312 ms, total time: 3.0312 ms", PP_LOG_STEP, "drawLine", 0.0312},
    {"  drawLine: 12 ms", PP_LOG_STEP, "drawLine", 12},
    {"  drawPath: 4 points: 4.1200, tot:4.1512", PP_LOG_STEP, "drawPath: 4 points", 4.12},
    {"  0: 0.1000 ms", PP_LOG_STEP, "0", 0.1},
    {"  total gaps: 12.00", PP_LOG_STEP, "total gaps", 12},
    {"  the total: 3.00, tot:5.00", PP_LOG_STEP, "the total", 3},
    {"drawLine: 0.03, tot:0.03", PP_LOG_STEP, "drawLine", 0.03},
    {"  retries: 3", PP_LOG_OTHER, NULL, -1},             /* a whole number without unit */
    {"  at 12:30:45.25", PP_LOG_STEP, "at 12:30", 45.25}, /* cannot be told; blocks sort it out */
    {"  : 0.03", PP_LOG_OTHER, NULL, -1},
    {"  drawLine 0.03", PP_LOG_OTHER, NULL, -1},
    {"  drawLine: -0.03", PP_LOG_OTHER, NULL, -1},
    {"  drawLine: 1.2.3", PP_LOG_OTHER, NULL, -1},
    {"  drawLine: .5", PP_LOG_OTHER, NULL, -1},
    {"  drawLine: 1e3 ms", PP_LOG_OTHER, NULL, -1},
    {"  drawLine: nan ms", PP_LOG_OTHER, NULL, -1},
    {"  drawLine: 99999999999999999999.0 ms", PP_LOG_OTHER, NULL, -1},
    {"  drawLine: 0.123456789012345 ms", PP_LOG_STEP, "drawLine", 0.123456},
    {"", PP_LOG_OTHER, NULL, -1},
    {"ms", PP_LOG_OTHER, NULL, -1},
    {": ms", PP_LOG_OTHER, NULL, -1},
    {"tot:", PP_LOG_OTHER, NULL, -1},
};

static void each_form_of_a_line_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const line_case *wanted = &lines[i];
        pp_log_line line = pp_log_read_line(wanted->line, strlen(wanted->line));
        if (line.kind != wanted->kind)
            fail_msg("'%s' is of kind %d", wanted->line, line.kind);
        if (wanted->name && (line.name_size != strlen(wanted->name) ||
                             memcmp(line.name, wanted->name, line.name_size) != 0))
            fail_msg("'%s' is called '%.*s'", wanted->line, (int)line.name_size, line.name);
        assert_int_equal(line.has_time, wanted->ms >= 0);
        if (wanted->ms >= 0)
            assert_int_equal(line.ns, (uint64_t)(wanted->ms * 1e6 + 0.5));
    }
}

/* ---- The account ----------------------------------------------------------------------------- */

static captured_text written;

static pp_link *begin(const char *call_label)
{
    pp_link *link;
    const pp_link_opts opts = {.struct_size = sizeof opts, .call_label = call_label};
    assert_int_equal(pp_link_create(&link, &opts), PP_OK);
    return link;
}

static pp_link *join_texts(const char *first, const char *second, const char *call_label)
{
    pp_link *link = begin(call_label);
    if (pp_link_add_log(link, "first", first, strlen(first)) != PP_OK ||
        pp_link_add_log(link, "second", second, strlen(second)) != PP_OK ||
        pp_link_join(link) != PP_OK)
        fail_msg("%s\n%s\n%s", pp_last_error(), first, second);
    return link;
}

static const char *json_of(const pp_link *link)
{
    memset(&written, 0, sizeof written);
    assert_int_equal(pp_link_write_json(link, capture_text, &written), PP_OK);
    return written.bytes;
}

static const char client[] = "> Entering markup_gaps() for 1285 gaps\n"
                             "  initial redraw: 0.20, tot:0.20\n"
                             "  built annotation specs: 256.48, tot:256.68\n"
                             "  batch IPC call complete: 119.26, tot:375.94\n"
                             "  final redraw: 0.07, tot:376.01\n"
                             "< Exiting markup_gaps() for 1285 gaps, total: 376.04 ms\n";
static const char server[] = "> Entering Batch annotate 1285 gaps\n"
                             "  searchsorted: 0.81, tot:0.81\n"
                             "  time_to_row creation: 98.45, tot:99.26\n"
                             "  created GapAnnotations item: 2.98, tot:102.24\n"
                             "< Exiting Batch annotate 1285 gaps, total: 104.15 ms\n";

static void assert_is_the_account(const pp_link *link)
{
    const pp_link_times *t = pp_link_total(link);
    assert_int_equal(t->client_ns, 376040000);
    assert_int_equal(t->server_ns, 104150000);
    assert_int_equal(t->transport_ns, 15110000);
    assert_int_equal(t->client_own_ns, 256780000);
    assert_int_equal(t->largest_own_ns, 256480000);
    assert_string_equal(t->largest_own_label, "built annotation specs");
    assert_int_equal(t->bottleneck, PP_LINK_CLIENT);
    assert_int_equal(t->wait_ns, PP_LINK_UNKNOWN);
    assert_int_equal(t->to_screen_ns, PP_LINK_UNKNOWN);
}

static void the_account_adds_up_in_either_order(void **state)
{
    (void)state;
    pp_link *link = join_texts(client, server, NULL);
    assert_is_the_account(link);
    const char *json = json_of(link);
    assert_non_null(strstr(json, "\"client_ms\":376.040000,\"server_ms\":104.150000,"
                                 "\"transport_ms\":15.110000,"));
    assert_non_null(
        strstr(json, "{\"flag\":\"step-per-item\",\"label\":\"built annotation specs\""));
    assert_non_null(strstr(json, "{\"flag\":\"step-per-item\",\"label\":\"time_to_row creation\""));
    assert_non_null(strstr(json, "\"call\":{\"label\":\"batch IPC call complete\",\"reason\":\"its "
                                 "label says IPC"));
    pp_link_destroy(link);
    link = join_texts(server, client, NULL);
    assert_is_the_account(link);
    pp_link_destroy(link);
}

/* Replaces every from in text by to, into a static buffer. */
static const char *with(const char *text, const char *from, const char *to)
{
    static char buffers[8][8192];
    static unsigned next;
    char *out = buffers[next++ % 8], *end = out;
    while (*text) {
        bool is_it = strncmp(text, from, strlen(from)) == 0;
        end += is_it ? sprintf(end, "%s", to) : sprintf(end, "%c", *text);
        text += is_it ? strlen(from) : 1;
    }
    *end = '\0';
    return out;
}

static void every_way_of_writing_it_gives_the_same(void **state)
{
    (void)state;
    static const char *const changes[][2] = {
        {"\n", "\r\n"},
        {", total:", ", total time:"},
        {", total:", " tot:"},
        {", tot:", " ms, tot: "},
        {", tot:", ", total time: "},
        {"256.48", "256.4800"},
        {" ms\n", "\n"},
        {"\n  ", "\nDEBUG:root:loaded 12 files in 3.25\n  "}, /* lines between */
        {"\n  ", "\nprogress: 12.5\nvalue = 3.5 ms\n  "},     /* that look like steps */
        {"\n  ", "\n\x1b[32m  "},                             /* colours */
        {"\n  ", "\n\t"},
        {"> Entering ", "warming up\n\xff\xfe broken \xc3(\n> Entering "},
        {"\n  ", "\n\n  "},
        {"\n  final", "\n  > Entering child()\n    step: 1.00\n  < Exiting child(), total: 1.10 ms"
                      "\n  final"},
        {"\n  final", "\n> Entering child()\n  send it: 1.00\n< Exiting child(), total: 1.10 ms"
                      "\n  final"},
        {"\n  ", "\n"}, /* no indentation at all */
        {"< Exiting", "  < Exiting"},
        {" for 1285 gaps, total", ", total"}, /* the end names less than the heading */
        {"> Entering markup", "> Entering other()\n  request: 500.0\n< Exiting other(), total: 1.00"
                              " ms\n> Entering markup"},
        {"> Entering Batch", "> Entering paintEvent\n  draw: 1.00\n< Exiting paintEvent, total: "
                             "2.00 ms\n> Entering Batch"},
        {"total: 104.15 ms\n", "total: 104.15 ms\n> Entering paintEvent\n< Exiting paintEvent, "
                               "total: 80.00 ms\n"},
        {"> Entering markup", "> Entering never ends\n  build: 1.00\n> Entering markup"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        const char *a = with(client, changes[i][0], changes[i][1]);
        const char *b = with(server, changes[i][0], changes[i][1]);
        pp_link *link = join_texts(b, a, NULL);
        if (pp_link_total(link)->client_own_ns != 256780000)
            fail_msg("change %zu: %s", i, json_of(link));
        assert_is_the_account(link);
        pp_link_destroy(link);
    }
}

static void our_own_blocks_are_read(void **state)
{
    (void)state;
    static captured_text blocks;
    pg_set_profile_enabled(true);
    pp_set_text_sink(capture_text, &blocks);
    pp_profiler outer = pp_profiler_begin("outer", &(pp_profiler_opts){.when = PP_ENABLED});
    pp_profiler_mark(&outer, "prepared: 100% of it");
    pp_profiler inner = pp_profiler_begin("inner", &(pp_profiler_opts){.when = PP_ENABLED});
    pp_profiler_mark(&inner, "request");
    pp_profiler_end(&inner);
    pp_profiler_mark(&outer, "request sent");
    pp_profiler_end(&outer);
    pp_set_text_sink(NULL, NULL);
    pg_set_profile_enabled(false);
    pp_link *link = begin(NULL);
    assert_int_equal(pp_link_add_log(link, "own", blocks.bytes, blocks.size), PP_OK);
    static const char tiny[] = "> Entering tiny\n< Exiting tiny, total time: 0.0000 ms\n";
    assert_int_equal(pp_link_add_log(link, "tiny", tiny, strlen(tiny)), PP_OK);
    assert_int_equal(pp_link_join(link), PP_OK);
    pp_link_call call;
    assert_true(pp_link_call_at(link, 0, &call));
    assert_string_equal(call.client, "outer");
    assert_string_equal(call.server, "tiny");
    pp_link_destroy(link);
}

/* ---- Which step is the call ------------------------------------------------------------------ */

static void the_call_is_the_one_that_was_named(void **state)
{
    (void)state;
    pp_link *link = join_texts(client, server, "built annotation specs");
    assert_int_equal(pp_link_total(link)->transport_ns, 256480000 - 104150000);
    assert_non_null(strstr(json_of(link), "\"reason\":\"it was named by --call\""));
    pp_link_destroy(link);
    link = join_texts(client, server, "Initial Redraw"); /* shorter than the server's total */
    assert_int_equal(pp_link_total(link)->transport_ns, PP_LINK_UNKNOWN);
    assert_int_equal(pp_link_total(link)->client_own_ns, 375840000);
    pp_link_destroy(link);
}

static void a_call_that_does_not_exist_is_told(void **state)
{
    (void)state;
    pp_link *link = begin("no such step");
    assert_int_equal(pp_link_add_log(link, "a", client, strlen(client)), PP_OK);
    assert_int_equal(pp_link_add_log(link, "b", server, strlen(server)), PP_OK);
    assert_int_equal(pp_link_join(link), PP_EDATA);
    assert_non_null(strstr(pp_last_error(), "no step is called 'no such step'"));
    pp_link_destroy(link);
}

static void each_of_the_words_makes_a_step_the_call(void **state)
{
    (void)state;
    static const char *const labels[] = {"ipc",        "the Call",     "request done", "sendBatch",
                                         "send_batch", "RPC annotate", "XMLRPC rpc"};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        const char *named = with(client, "batch IPC call complete", labels[i]);
        pp_link *link = join_texts(named, server, NULL);
        assert_int_equal(pp_link_total(link)->transport_ns, 15110000);
        assert_non_null(strstr(json_of(link), "its label says"));
        pp_link_destroy(link);
    }
}

static void without_a_word_it_is_the_shortest_step_that_is_long_enough(void **state)
{
    (void)state;
    const char *plain = with(client, "batch IPC call complete", "callback, recall, sender");
    pp_link *link = join_texts(server, plain, NULL);
    assert_is_the_account(link);
    assert_non_null(strstr(json_of(link), "shortest step not shorter than the server's total"));
    pp_link_destroy(link);
}

/* ---- Several blocks -------------------------------------------------------------------------- */

static void several_calls_are_joined_in_their_order(void **state)
{
    (void)state;
    static char clients[8192], servers[8192];
    char *c = clients, *s = servers;
    for (int i = 1; i <= 5; i++) {
        c += sprintf(c,
                     "> Entering markup_gaps() for %d gaps\n  built specs: %d.00\n  IPC: %d.50\n"
                     "< Exiting markup_gaps() for %d gaps, total time: %d.5000 ms\n"
                     "> Entering idle\n  tick: 0.10\n< Exiting idle, total: 0.20 ms\n",
                     i * 100, i, i * 10, i * 100, i * 11);
        s += sprintf(s,
                     "> Entering paint\n< Exiting paint, total: 0.10 ms\n"
                     "> Entering Batch annotate %d gaps\n  work: %d.00\n"
                     "< Exiting Batch annotate %d gaps, total: %d.00 ms\n",
                     i * 100, i * 10, i * 100, i * 10);
    }
    pp_link *link = join_texts(clients, servers, NULL);
    pp_link_call call;
    for (int i = 1; i <= 5; i++) {
        assert_true(pp_link_call_at(link, (size_t)i - 1, &call));
        assert_int_equal(call.items, i * 100);
        assert_int_equal(call.times.server_ns, i * 10000000);
        assert_int_equal(call.times.transport_ns, 500000);
        assert_int_equal(call.times.client_own_ns, i * 1000000);
    }
    assert_false(pp_link_call_at(link, 5, &call));
    assert_int_equal(pp_link_total(link)->client_ns, (11 + 22 + 33 + 44 + 55) * 1000000 + 2500000);
    pp_link_destroy(link);
}

static void two_logs_that_have_nothing_to_do_with_each_other_are_refused(void **state)
{
    (void)state;
    static const char a[] = "> Entering a\n  x: 1.00\n  y: 1.00\n< Exiting a, total: 50.00 ms\n";
    static const char b[] = "> Entering b\n  x: 2.00\n< Exiting b, total: 40.00 ms\n";
    pp_link *link = begin(NULL);
    assert_int_equal(pp_link_add_log(link, "a", a, strlen(a)), PP_OK);
    assert_int_equal(pp_link_add_log(link, "b", b, strlen(b)), PP_OK);
    assert_int_equal(pp_link_join(link), PP_EDATA);
    assert_non_null(
        strstr(pp_last_error(), "a and b: no block of one fits in a step of the other"));
    pp_link_destroy(link);
}

static void three_logs_are_one_too_many(void **state)
{
    (void)state;
    pp_link *link = begin(NULL);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pp_link_add_log(link, "log", client, strlen(client)), PP_OK);
    assert_int_equal(pp_link_join(link), PP_EINVAL);
    assert_non_null(strstr(pp_last_error(), "in twos"));
    pp_link_destroy(link);
}

/* ---- Hostile ones ---------------------------------------------------------------------------- */

static void a_huge_log_stays_within_bounds(void **state)
{
    (void)state;
    enum { LINES = 200000 };
    char *text = malloc((size_t)LINES * 64), *end = text;
    end += sprintf(end, "> Entering huge\n");
    for (int i = 0; i < LINES; i++)
        end += sprintf(end, i % 3 ? "  step %d: 1.00\n" : "> Entering deeper %d\n", i);
    end += sprintf(end, "%s", client);
    pp_link *link = begin(NULL);
    assert_int_equal(pp_link_add_log(link, "huge", text, (size_t)(end - text)), PP_OK);
    assert_int_equal(pp_link_add_log(link, "server", server, strlen(server)), PP_OK);
    pp_link_join(link); /* whether it can or not */
    free(text);
    pp_link_destroy(link);
}

static void a_line_without_end_is_no_line(void **state)
{
    (void)state;
    enum { SIZE = 1 << 20 };
    char *text = malloc(SIZE + sizeof client);
    memset(text, 'x', SIZE);
    text[SIZE - 1] = '\n';
    memcpy(text + SIZE, client, sizeof client);
    pp_link *link = begin(NULL);
    assert_int_equal(pp_link_add_log(link, "client", text, SIZE + strlen(client)), PP_OK);
    assert_int_equal(pp_link_add_log(link, "server", server, strlen(server)), PP_OK);
    assert_int_equal(pp_link_join(link), PP_OK);
    assert_is_the_account(link);
    free(text);
    pp_link_destroy(link);
}

static void control_characters_do_not_reach_the_terminal(void **state)
{
    (void)state;
    const char *evil =
        with(client, "built annotation specs", "evil\x1b]0;title\x07\x1b[2J\xe2\x80\xae\x9b built");
    pp_link *link = join_texts(evil, server, NULL);
    memset(&written, 0, sizeof written);
    assert_int_equal(pp_link_write_text(link, capture_text, &written), PP_OK);
    assert_null(strpbrk(written.bytes, "\x1b\x07"));
    assert_null(strstr(written.bytes, "\xe2\x80\xae"));
    pp_link_destroy(link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_of_a_line_is_read),
        cmocka_unit_test(the_account_adds_up_in_either_order),
        cmocka_unit_test(every_way_of_writing_it_gives_the_same),
        cmocka_unit_test(our_own_blocks_are_read),
        cmocka_unit_test(the_call_is_the_one_that_was_named),
        cmocka_unit_test(a_call_that_does_not_exist_is_told),
        cmocka_unit_test(each_of_the_words_makes_a_step_the_call),
        cmocka_unit_test(without_a_word_it_is_the_shortest_step_that_is_long_enough),
        cmocka_unit_test(several_calls_are_joined_in_their_order),
        cmocka_unit_test(two_logs_that_have_nothing_to_do_with_each_other_are_refused),
        cmocka_unit_test(three_logs_are_one_too_many),
        cmocka_unit_test(a_huge_log_stays_within_bounds),
        cmocka_unit_test(a_line_without_end_is_no_line),
        cmocka_unit_test(control_characters_do_not_reach_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
