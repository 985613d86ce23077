/* unit/test_link_bottleneck.c: the bottleneck of planted delays, and the sentence that names it. */
#include "link_fixture.h"

#include <pthread.h>

static const other_clock one_clock = {0, 0};

static void the_planted_delay_is_the_bottleneck(void **state)
{
    (void)state;
    static const struct {
        plan plan;
        pp_link_stage stage;
        const char *label;
    } cases[] = {
        {{5000, 10, 50, 20, 300, 5, 50, 5, 200}, PP_LINK_CLIENT, "built annotation specs"},
        {{50, 5000, 50, 20, 300, 5, 50, 5, 200}, PP_LINK_CLIENT, "Batch.send()"},
        {{50, 10, 5000, 20, 300, 5, 50, 5, 200}, PP_LINK_TRANSPORT, "Batch.send()"},
        {{50, 10, 50, 20, 300, 5, 5000, 5, 200}, PP_LINK_TRANSPORT, "Batch.send()"},
        {{50, 10, 50, 5000, 300, 5, 50, 5, 200}, PP_LINK_WAIT, "Batch annotate 1285 gaps"},
        {{50, 10, 50, 20, 5000, 5, 50, 5, 200}, PP_LINK_SERVER, "time_to_row creation"},
        {{50, 10, 50, 20, 300, 5000, 50, 5, 200}, PP_LINK_REPLY_WAIT, "Batch annotate 1285 gaps"},
        {{50, 10, 50, 20, 300, 5, 50, 5000, 200}, PP_LINK_CLIENT, "markup_gaps() for 1285 gaps"},
        {{50, 10, 50, 20, 300, 5, 50, 5, 9000}, PP_LINK_SCREEN, "Batch annotate 1285 gaps"},
    };
    static const other_clock clocks[] = {{0, 0}, {INT64_C(7200) * 1000000000, 50e-6}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t k = 0; k < 2; k++) {
            const plan *p = &cases[i].plan;
            fake_now_ns = 1000000000;
            record_calls(p, 1, &clocks[k]);
            pp_link *link = join_files(client_path, server_path);
            const pp_link_times *t = pp_link_total(link);
            assert_int_equal(t->bottleneck, cases[i].stage);
            const char *sentence = strstr(json_of(link), "\"bottleneck\":\"");
            assert_non_null(sentence);
            char *end = strchr(sentence + strlen("\"bottleneck\":\""), '"');
            *end = '\0';
            if (!strstr(sentence, cases[i].label))
                fail_msg("no `%s` in: %s", cases[i].label, sentence);
            assert_near(t->client_own_ns, (double)(p->build + p->pack + p->after));
            assert_near(t->transport_ns, (double)(p->there + p->back));
            assert_near(t->wait_ns, (double)p->queue);
            assert_near(t->server_ns, (double)p->work);
            assert_near(t->reply_wait_ns, (double)p->reply_queue);
            assert_near(t->to_screen_ns, (double)p->redraw);
            pp_link_destroy(link);
        }
}

/* The sentence alone, of the last json_of(). */
static const char *sentence_of(const pp_link *link)
{
    static const char key[] = "\"bottleneck\":\"";
    char *sentence = strstr(json_of(link), key);
    assert_non_null(sentence);
    sentence += strlen(key);
    *strchr(sentence, '"') = '\0';
    return sentence;
}

static void assert_says(const pp_link *link, const char *part)
{
    const char *sentence = sentence_of(link);
    if (!strstr(sentence, part))
        fail_msg("no '%s' in: %s", part, sentence);
}

static void a_wait_for_the_thread_that_paints_is_told_as_that(void **state)
{
    (void)state;
    const plan busy = {.build = 50, .there = 50, .queue = 5000, .work = 300, .redraw = 200};
    record_calls(&busy, 1, &one_clock);
    pp_link *link = join_files(client_path, server_path);
    assert_says(link, "The wait for the server's GUI thread is the bottleneck: requests have come "
                      "to the server, but wait there for 5.00 of the client's 5.40 ms (93 %) "
                      "before `Batch annotate 1285 gaps` begins.");
    pp_link_destroy(link);
}

/* One that waits, and one that does not, on a thread without frames. */
static void *handle_elsewhere(void *user)
{
    const pp_trace *asked = user;
    PP_ZONE(zone, "Worker.handle()", PP_PHASE_OTHER);
    pp_zone_trace(&zone, asked, PP_TRACE_SERVER);
    advance_us(100);
    PP_END(zone);
    return NULL;
}

static void a_wait_for_another_thread_is_not_the_gui_s(void **state)
{
    (void)state;
    const pp_window_opts opts = {.struct_size = sizeof opts, .title = "chart"};
    pp_window *window;
    pthread_t worker;
    begin_recording(client_path);
    uint64_t begin_ns = fake_now_ns;
    pp_trace trace = pp_trace_new();
    PP_ZONE(zone, "Client", PP_PHASE_OTHER);
    trace = pp_zone_trace(&zone, &trace, PP_TRACE_CLIENT);
    advance_us(9000);
    PP_END(zone);
    end_recording();
    fake_now_ns = begin_ns + 100000;
    begin_recording(server_path);
    assert_int_equal(pp_window_create(&window, &opts), PP_OK);
    pp_trace_note(&trace, PP_TRACE_REQUEST_RECEIVED, 0);
    advance_us(8000);
    assert_int_equal(pthread_create(&worker, NULL, handle_elsewhere, &trace), 0);
    assert_int_equal(pthread_join(worker, NULL), 0);
    pp_frame_shows_trace(window, &trace);
    pp_frame_begin(window);
    pp_frame_end(window);
    pp_window_destroy(window);
    end_recording();
    pp_link *link = join_files(client_path, server_path);
    assert_says(link, "The wait before handling is the bottleneck: ");
    assert_says(link, "8.00 of the client's 9.00 ms (89 %) before `Worker.handle()` begins.");
    pp_link_destroy(link);
}

static void a_reply_that_waits_for_a_frame_is_no_slow_reply(void **state)
{
    (void)state;
    const plan redraw = {.build = 50, .there = 50, .work = 10, .reply_queue = 5000, .redraw = 4900};
    record_calls(&redraw, 1, &one_clock);
    pp_link *link = join_files(client_path, server_path);
    assert_int_equal(pp_link_total(link)->bottleneck, PP_LINK_SCREEN);
    assert_says(link, "frames that show it end 4.90 ms after `Batch annotate 1285 gaps`, whose "
                      "reply waits for them, while the client's call takes 5.11 ms.");
    pp_link_destroy(link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINK_TEST(the_planted_delay_is_the_bottleneck),
        LINK_TEST(a_wait_for_the_thread_that_paints_is_told_as_that),
        LINK_TEST(a_wait_for_another_thread_is_not_the_gui_s),
        LINK_TEST(a_reply_that_waits_for_a_frame_is_no_slow_reply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
