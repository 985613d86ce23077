/* unit/test_trace.c: trace contexts: as text, as ids, in recordings and in frames. */
#include "recording_support.h"

#include <paintprof/trace.h>
#include <pthread.h>
#include <sys/wait.h>

static const char good[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

static int parse(pp_trace *trace, const char *text)
{
    return pp_trace_parse(trace, text, strlen(text));
}

/* ---- Text ----------------------------------------------------------------------------------- */

static void a_traceparent_is_read_and_printed_as_it_was(void **state)
{
    (void)state;
    pp_trace trace;
    char text[PP_TRACE_TEXT_BYTES];
    assert_int_equal(parse(&trace, good), PP_OK);
    assert_int_equal(trace.trace_id[0], 0x4b);
    assert_int_equal(trace.trace_id[15], 0x36);
    assert_int_equal(trace.span_id[1], 0xf0);
    assert_int_equal(trace.flags, 1);
    assert_int_equal(pp_trace_format(&trace, text), PP_OK);
    assert_string_equal(text, good);
}

static void a_later_version_is_read_as_far_as_it_is_known(void **state)
{
    (void)state;
    static const char *const later[] = {
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-09-what-comes-later",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
    };
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
        pp_trace trace;
        char text[PP_TRACE_TEXT_BYTES];
        assert_int_equal(parse(&trace, later[i]), PP_OK);
        assert_int_equal(pp_trace_format(&trace, text), PP_OK);
        assert_memory_equal(text, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0", 54);
    }
}

static void a_malformed_traceparent_is_no_trace(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "00",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",   /* a digit short */
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-011", /* one too many */
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "FF-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", /* upper case */
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1F",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7_01",
        " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 ",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n",
        "00-4bf92f3577b34da6a3ce929d0e0e47-36-00f067aa0ba902b7-01",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        pp_trace trace;
        memset(&trace, 0xff, sizeof trace);
        if (parse(&trace, bad[i]) != PP_EDATA)
            fail_msg("'%s' was taken", bad[i]);
        assert_false(pp_trace_is_valid(&trace));
        assert_true(strlen(pp_last_error()) > 10);
    }
}

static void every_byte_of_a_traceparent_counts(void **state)
{
    (void)state;
    char text[PP_TRACE_TEXT_BYTES];
    for (size_t at = 0; at < sizeof good - 1; at++)
        for (int byte = 0; byte < 256; byte++) {
            bool is_hex = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
            bool is_dash = good[at] == '-';
            memcpy(text, good, sizeof text);
            text[at] = (char)byte;
            bool is_ff = at < 2 && memcmp(text, "ff", 2) == 0;
            bool is_good = (is_dash ? byte == '-' : is_hex) && !is_ff;
            pp_trace trace;
            int status = pp_trace_parse(&trace, text, sizeof good - 1);
            assert_int_equal(status, is_good ? PP_OK : PP_EDATA);
        }
}

static void what_is_no_trace_is_not_printed(void **state)
{
    (void)state;
    pp_trace none = {0}, fresh = pp_trace_new();
    char text[PP_TRACE_TEXT_BYTES] = "x";
    assert_int_equal(pp_trace_format(&none, text), PP_EINVAL);
    assert_string_equal(text, "");
    assert_true(pp_trace_is_valid(&fresh));
    assert_int_equal(pp_trace_format(&fresh, text), PP_EINVAL); /* it has no span yet */
}

/* ---- Ids ------------------------------------------------------------------------------------ */

enum { THREADS = 8, IDS = 2000 };

static pp_trace ids[THREADS][IDS];

static void *make_ids(void *row)
{
    for (size_t i = 0; i < IDS; i++)
        ((pp_trace *)row)[i] = pp_trace_new();
    return NULL;
}

static int compare_traces(const void *a, const void *b)
{
    return memcmp(((const pp_trace *)a)->trace_id, ((const pp_trace *)b)->trace_id, 16);
}

static void ids_of_all_threads_differ(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, make_ids, ids[i]), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    qsort(ids, (size_t)THREADS * IDS, sizeof(pp_trace), compare_traces);
    const pp_trace *all = ids[0];
    for (size_t i = 1; i < (size_t)THREADS * IDS; i++)
        assert_true(compare_traces(&all[i - 1], &all[i]) < 0);
}

static void bits_of_ids_are_set_half_of_the_time(void **state)
{
    (void)state;
    unsigned set[128] = {0};
    for (int i = 0; i < 4000; i++) {
        pp_trace trace = pp_trace_new();
        for (unsigned bit = 0; bit < 128; bit++)
            set[bit] += trace.trace_id[bit / 8] >> bit % 8 & 1;
    }
    for (unsigned bit = 0; bit < 128; bit++) /* 2000 +- 8 standard deviations */
        assert_in_range(set[bit], 1747, 2253);
}

static void a_child_of_fork_has_ids_of_its_own(void **state)
{
    (void)state;
    int ends[2];
    pp_trace ours, theirs;
    pp_trace_new(); /* the generator is seeded by now */
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        theirs = pp_trace_new();
        _exit(write(ends[1], &theirs, sizeof theirs) == (ssize_t)sizeof theirs ? 0 : 1);
    }
    ours = pp_trace_new();
    assert_int_equal(read(ends[0], &theirs, sizeof theirs), sizeof theirs);
    waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
    assert_memory_not_equal(ours.trace_id, theirs.trace_id, sizeof ours.trace_id);
}

/* ---- Records -------------------------------------------------------------------------------- */

typedef struct heard {
    pp_trace_record events[64];
    char sites[64][32];
    size_t count;
    pp_span spans[16];
    char names[16][32];
    uint64_t starts[16], ends[16];
    size_t span_count, zone_count;
} heard;

static void hear_event(void *user, const pp_trace_record *event)
{
    heard *h = user;
    if (h->count == 64)
        return;
    snprintf(h->sites[h->count], sizeof h->sites[0], "%s", event->site ? event->site->name : "");
    h->events[h->count++] = *event;
}

static void hear_zone(void *user, const pp_zone_record *zone)
{
    heard *h = user;
    h->zone_count++;
    if (!zone->span || h->span_count == 16)
        return;
    h->spans[h->span_count] = *zone->span;
    h->starts[h->span_count] = zone->start_ns;
    h->ends[h->span_count] = zone->end_ns;
    snprintf(h->names[h->span_count++], sizeof h->names[0], "%s", zone->site->name);
}

static pp_sink sink_of(heard *h)
{
    memset(h, 0, sizeof *h);
    return (pp_sink){
        .struct_size = sizeof(pp_sink), .user = h, .zone = hear_zone, .trace = hear_event};
}

static heard got;

static void start_recording(void)
{
    assert_int_equal(pp_clock_override(fake_clock, NULL), PP_OK);
    assert_int_equal(pp_recording_start(file_path, NULL), PP_OK);
}

static void read_back(const char *path)
{
    pp_reader *reader;
    const pp_sink sink = sink_of(&got);
    if (pp_reader_open(&reader, path) != PP_OK)
        fail_msg("%s", pp_last_error());
    assert_int_equal(pp_reader_run(reader, &sink, NULL, NULL), PP_OK);
    assert_true(strlen(pp_reader_info(reader)->boot_id) > 10);
    pp_reader_close(reader);
    assert_int_equal(pp_clock_override(NULL, NULL), PP_OK);
}

static void zones_become_spans_of_a_trace(void **state)
{
    (void)state;
    start_recording();
    pp_trace trace = pp_trace_new();
    PP_ZONE(root, "Root", PP_PHASE_OTHER);
    uint64_t begun_ns = fake_now_ns;
    advance_us(10);
    pp_trace in_root = pp_zone_trace(&root, &trace, PP_TRACE_INTERNAL);
    PP_ZONE(plain, "Plain", PP_PHASE_OTHER);
    PP_ZONE(call, "Call", PP_PHASE_OTHER);
    pp_trace asked = pp_zone_trace(&call, &in_root, PP_TRACE_CLIENT);
    advance_us(20);
    PP_END(call);
    PP_END(plain);
    PP_END(root);
    PP_ZONE(later, "Call", PP_PHASE_OTHER); /* a zone at the same site is no span again */
    PP_END(later);
    assert_int_equal(pp_recording_stop(), PP_OK);
    read_back(file_path);

    assert_memory_equal(in_root.trace_id, trace.trace_id, 16);
    assert_memory_equal(asked.trace_id, trace.trace_id, 16);
    assert_memory_not_equal(in_root.span_id, asked.span_id, 8);
    assert_int_equal(got.zone_count, 4);
    assert_int_equal(got.span_count, 2);
    assert_string_equal(got.names[0], "Call");
    assert_memory_equal(got.spans[0].trace.span_id, asked.span_id, 8);
    assert_memory_equal(got.spans[0].parent_id, in_root.span_id, 8);
    assert_int_equal(got.spans[0].role, PP_TRACE_CLIENT);
    assert_int_equal(got.spans[0].trace.flags, 1);
    assert_string_equal(got.names[1], "Root");
    assert_memory_equal(got.spans[1].parent_id, (uint8_t[8]){0}, 8);
    assert_int_equal(got.starts[1], begun_ns);
    assert_int_equal(got.ends[1] - got.starts[1], 30000);
    assert_int_equal(got.count, 2);
    assert_int_equal(got.events[0].event, PP_TRACE_EVENT_SPAN);
    assert_int_equal(got.events[0].depth, 0);
    assert_int_equal(got.events[0].zone_start_ns, begun_ns);
    assert_string_equal(got.sites[1], "Call");
    assert_int_equal(got.events[1].depth, 2);
}

static void moments_keep_the_time_they_were_given(void **state)
{
    (void)state;
    start_recording();
    pp_trace trace;
    assert_int_equal(parse(&trace, good), PP_OK);
    pp_trace_note(&trace, PP_TRACE_REQUEST_RECEIVED, 123456789);
    advance_us(5);
    pp_trace_note(&trace, PP_TRACE_REPLY_SENT, 0);
    uint64_t now_ns = fake_now_ns;
    assert_int_equal(pp_recording_stop(), PP_OK);
    read_back(file_path);
    assert_int_equal(got.count, 2);
    assert_int_equal(got.events[0].point, PP_TRACE_REQUEST_RECEIVED);
    assert_int_equal(got.events[0].at_ns, 123456789);
    assert_memory_equal(got.events[0].span.trace.span_id, trace.span_id, 8);
    assert_int_equal(got.events[1].point, PP_TRACE_REPLY_SENT);
    assert_int_equal(got.events[1].at_ns, now_ns);
}

static pp_window *make_window(void)
{
    pp_window *window;
    const pp_window_opts opts = {.struct_size = sizeof opts, .title = "w"};
    assert_int_equal(pp_window_create(&window, &opts), PP_OK);
    return window;
}

static void paint(pp_window *window)
{
    pp_frame_begin(window);
    advance_us(100);
    pp_frame_end(window);
    advance_us(100);
}

static void the_frame_that_shows_a_trace_is_told(void **state)
{
    (void)state;
    start_recording();
    pp_window *first = make_window(), *second = make_window();
    pp_trace a = pp_trace_new(), b = pp_trace_new(), c = pp_trace_new();
    pp_frame_shows_trace(second, &a); /* before its frame, across one of another window */
    paint(first);
    pp_frame_begin(second);
    pp_frame_shows_trace(second, &b); /* within it */
    advance_us(50);
    uint64_t ended_ns = fake_now_ns;
    pp_frame_end(second);
    pp_frame_shows_trace(NULL, &c); /* whichever ends next, and no cancelled one */
    pp_frame_begin(second);
    pp_frame_cancel(second);
    paint(first);
    assert_int_equal(pp_recording_stop(), PP_OK);
    read_back(file_path);
    assert_int_equal(got.count, 3);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(got.events[i].event, PP_TRACE_EVENT_SHOWN);
        assert_int_equal(got.events[i].window, pp_window_number(second));
        assert_int_equal(got.events[i].frame, 2);
        assert_int_equal(got.events[i].at_ns, ended_ns);
        assert_int_equal(got.events[i].frame_start_ns, ended_ns - 50000);
    }
    assert_memory_equal(got.events[0].span.trace.trace_id, a.trace_id, 16);
    assert_memory_equal(got.events[1].span.trace.trace_id, b.trace_id, 16);
    assert_memory_equal(got.events[2].span.trace.trace_id, c.trace_id, 16);
    assert_int_equal(got.events[2].window, pp_window_number(first));
    assert_int_equal(got.events[2].frame, 3);
    pp_window_destroy(first);
    pp_window_destroy(second);
}

static void a_session_tells_the_same(void **state)
{
    (void)state;
    pp_session *session;
    const pp_sink sink = sink_of(&got);
    assert_int_equal(pp_session_start(&session, NULL), PP_OK);
    assert_true(pp_session_add_sink(session, &sink) > 0);
    pp_trace trace = pp_trace_new();
    PP_ZONE(zone, "Live", PP_PHASE_OTHER);
    trace = pp_zone_trace(&zone, &trace, PP_TRACE_SERVER);
    PP_END(zone);
    pp_session_stop(session);
    assert_int_equal(got.span_count, 1);
    assert_memory_equal(got.spans[0].trace.span_id, trace.span_id, 8);
    assert_int_equal(got.count, 1);
}

static void nothing_happens_while_nothing_is_recorded(void **state)
{
    (void)state;
    pp_trace none = {0}, trace = pp_trace_new();
    PP_ZONE(off, "Off", PP_PHASE_OTHER);
    pp_trace passed = pp_zone_trace(&off, &trace, PP_TRACE_CLIENT);
    pp_trace_note(&trace, PP_TRACE_REQUEST_SENT, 0);
    pp_frame_shows_trace(NULL, &trace);
    PP_END(off);
    assert_memory_equal(&passed, &trace, sizeof trace);

    start_recording();
    PP_ZONE(on, "On", PP_PHASE_OTHER);
    passed = pp_zone_trace(&on, &none, PP_TRACE_CLIENT);
    pp_trace_note(&none, PP_TRACE_REQUEST_SENT, 0);
    PP_END(on);
    pg_set_profile_enabled(false);
    pp_trace_note(&trace, PP_TRACE_REQUEST_SENT, 0);
    assert_int_equal(pp_recording_stop(), PP_OK);
    read_back(file_path);
    assert_memory_equal(&passed, &none, sizeof none);
    assert_int_equal(got.zone_count, 1);
    assert_int_equal(got.span_count + got.count, 0);
}

static void a_cut_keeps_the_traces_in_it(void **state)
{
    (void)state;
    char cut_path[160];
    pp_reader *reader;
    start_recording();
    pp_window *window = make_window();
    pp_trace trace = pp_trace_new();
    paint(window);
    PP_ZONE(zone, "Handle", PP_PHASE_OTHER);
    pp_trace own = pp_zone_trace(&zone, &trace, PP_TRACE_SERVER);
    advance_us(100);
    PP_END(zone);
    pp_frame_shows_trace(window, &own);
    paint(window);
    assert_int_equal(pp_recording_stop(), PP_OK);
    snprintf(cut_path, sizeof cut_path, "%s/cut.pprec", folder);
    const pp_cut_opts opts = {.struct_size = sizeof opts, .from_ns = 150000, .to_ns = UINT64_MAX};
    assert_int_equal(pp_reader_open(&reader, file_path), PP_OK);
    assert_int_equal(pp_reader_cut(reader, cut_path, &opts, NULL, NULL, NULL), PP_OK);
    pp_reader_close(reader);
    read_back(cut_path);
    assert_int_equal(got.span_count, 1);
    assert_memory_equal(got.spans[0].trace.span_id, own.span_id, 8);
    assert_int_equal(got.count, 2);
    assert_int_equal(got.events[1].event, PP_TRACE_EVENT_SHOWN);
    pp_window_destroy(window);
}

#define TRACE_TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_traceparent_is_read_and_printed_as_it_was),
        cmocka_unit_test(a_later_version_is_read_as_far_as_it_is_known),
        cmocka_unit_test(a_malformed_traceparent_is_no_trace),
        cmocka_unit_test(every_byte_of_a_traceparent_counts),
        cmocka_unit_test(what_is_no_trace_is_not_printed),
        cmocka_unit_test(ids_of_all_threads_differ),
        cmocka_unit_test(bits_of_ids_are_set_half_of_the_time),
        cmocka_unit_test(a_child_of_fork_has_ids_of_its_own),
        TRACE_TEST(zones_become_spans_of_a_trace),
        TRACE_TEST(moments_keep_the_time_they_were_given),
        TRACE_TEST(the_frame_that_shows_a_trace_is_told),
        TRACE_TEST(a_session_tells_the_same),
        TRACE_TEST(nothing_happens_while_nothing_is_recorded),
        TRACE_TEST(a_cut_keeps_the_traces_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
