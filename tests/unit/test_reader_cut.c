/* unit/test_reader_cut.c: parts of a recording hold the same frames with the same numbers. */
#include "recording_fixture.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(PP_TEST_EMULATED)
enum { ROUNDS = 30 };
#else
enum { ROUNDS = 100 };
#endif

enum { WORKER_WINDOWS = 11 }; /* the first of the worker's, where it has some */

static seen whole, part;
static rec_thread gui, worker;
static char cut_path[160];

static int start(void **state)
{
    memset(&gui, 0, sizeof gui);
    memset(&worker, 0, sizeof worker);
    gui.number = 1;
    worker.number = 2;
    gui.ticks = worker.ticks = 1000;
    int status = start_recording_fixture(state);
    snprintf(cut_path, sizeof cut_path, "%s/cut.pprec", rec_folder);
    return status;
}

#define CUT_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop_recording_fixture)

static const pp_cut_opts all = {.struct_size = sizeof all, .to_ns = UINT64_MAX};

static void create(void)
{
    rec_create(&(pp_rec_file_opts){.start_ns = 5, .pid = 42, .boot_id = "boot"});
    rec_site(1, PP_PHASE_CREATE, "create");
    rec_site(2, PP_PHASE_BATCH, "batch");
    rec_site(3, PP_PHASE_REDRAW, "redraw");
    rec_site(4, PP_PHASE_OTHER, "loop");
    rec_site(5, PP_PHASE_OVERLAY, "overhead");
}

/* Cuts the recording and reads the result; how many frames were kept. */
static uint64_t cut(const pp_cut_opts *opts)
{
    uint64_t frames = UINT64_MAX;
    pp_reader *reader = open_path(rec_path);
    if (pp_reader_cut(reader, cut_path, opts, NULL, NULL, &frames) != PP_OK)
        fail_msg("%s", pp_last_error());
    pp_reader_close(reader);
    reader = read_path(cut_path, &part);
    assert_true(pp_reader_info(reader)->complete);
    assert_int_equal(pp_reader_info(reader)->damaged, 0);
    assert_int_equal(part.frame_count, frames);
    pp_reader_close(reader);
    return frames;
}

static void assert_same_frame(const pp_frame *a, const pp_frame *b)
{
    assert_int_equal(a->window, b->window);
    assert_int_equal(a->start_ns, b->start_ns);
    assert_int_equal(a->end_ns, b->end_ns);
    assert_int_equal(a->asked_ns, b->asked_ns);
    assert_int_equal(a->work_ns, b->work_ns);
    assert_int_equal(a->flush_ns, b->flush_ns);
    assert_int_equal(a->gpu_ns, b->gpu_ns);
    assert_int_equal(a->dirty_px, b->dirty_px);
    assert_int_equal(a->budget_ns, b->budget_ns);
    assert_int_equal(a->jank, b->jank);
    assert_int_equal(a->is_disturbed, b->is_disturbed);
    assert_memory_equal(a->phase_ns, b->phase_ns, sizeof a->phase_ns);
}

static uint64_t cost_of(const pp_frame *frame)
{
    return frame->work_ns + frame->phase_ns[PP_PHASE_OVERLAY] +
           (frame->flush_ns > 0 ? (uint64_t)frame->flush_ns : 0);
}

static bool is_in(const pp_frame *frame, const pp_cut_opts *opts, uint64_t first_ns)
{
    uint64_t to_ns = opts->to_ns == UINT64_MAX ? UINT64_MAX : first_ns + opts->to_ns;
    return frame->start_ns <= to_ns && frame->end_ns >= first_ns + opts->from_ns &&
           (!opts->slow_frame_ns || cost_of(frame) > opts->slow_frame_ns);
}

/* Every frame of those windows that belongs into the part is there with its numbers; how many. */
static size_t check_windows(const pp_cut_opts *opts, uint64_t first_ns, uint32_t from, uint32_t to)
{
    size_t found = 0, at = 0;
    for (size_t i = 0; i < whole.frame_count; i++) {
        const pp_frame *frame = &whole.frames[i];
        if (frame->window < from || frame->window >= to || !is_in(frame, opts, first_ns))
            continue;
        while (at < part.frame_count &&
               (part.frames[at].window < from || part.frames[at].window >= to))
            at++;
        assert_true(at < part.frame_count);
        assert_same_frame(&part.frames[at++], frame);
        found++;
    }
    return found;
}

/* ..., and no other. Frames that wait for the GPU keep the order of their thread alone. */
static uint64_t check_cut_of(const pp_cut_opts *opts, bool has_gpu_times)
{
    pp_reader *reader = read_path(rec_path, &whole);
    uint64_t first_ns = pp_reader_info(reader)->first_ns;
    pp_reader_close(reader);
    uint64_t frames = cut(opts);
    size_t found = has_gpu_times ? check_windows(opts, first_ns, 0, WORKER_WINDOWS) +
                                       check_windows(opts, first_ns, WORKER_WINDOWS, UINT32_MAX)
                                 : check_windows(opts, first_ns, 0, UINT32_MAX);
    assert_int_equal(found, part.frame_count);
    return frames;
}

static uint64_t check_cut(const pp_cut_opts *opts)
{
    return check_cut_of(opts, false);
}

/* ---- Simple ones ----------------------------------------------------------------------------- */

static void a_part_has_the_frames_of_its_time(void **state)
{
    (void)state;
    create();
    for (uint64_t i = 0; i < 10; i++) {
        rec_frame(&gui, 1, 100);
        rec_zone(&gui, 2, 50); /* counts to the next frame */
    }
    rec_flush(&gui);
    rec_finish();
    assert_int_equal(
        check_cut(&(pp_cut_opts){.struct_size = sizeof all, .from_ns = 310, .to_ns = 620}), 3);
    assert_int_equal(part.frames[0].phase_ns[PP_PHASE_BATCH], 50);
    assert_int_equal(part.frames[0].interval_ns, 150); /* its window's frame before is left out */
    assert_int_equal(check_cut(&all), 10);
    assert_int_equal(check_cut(&(pp_cut_opts){
                         .struct_size = sizeof all, .from_ns = 999999, .to_ns = UINT64_MAX}),
                     0);
}

static void slow_frames_alone_can_be_kept(void **state)
{
    (void)state;
    create();
    for (uint64_t i = 0; i < 100; i++)
        rec_frame(&gui, 3, i % 10 == 3 ? 5000 : 100);
    rec_flush(&gui);
    rec_finish();
    assert_int_equal(check_cut(&(pp_cut_opts){
                         .struct_size = sizeof all, .to_ns = UINT64_MAX, .slow_frame_ns = 5000}),
                     0);
    assert_int_equal(check_cut(&(pp_cut_opts){
                         .struct_size = sizeof all, .to_ns = UINT64_MAX, .slow_frame_ns = 4999}),
                     10);
    for (size_t i = 1; i < part.frame_count; i++)
        assert_int_equal(part.frames[i].interval_ns, 100);
}

static void what_is_open_where_a_part_begins_begins_there(void **state)
{
    (void)state;
    create();
    rec_begin(&gui, 4);
    rec_frame(&gui, 1, 100);
    gui.ticks += 1000;
    rec_frame(&gui, 1, 100);
    gui.ticks += 1000;
    rec_end(&gui, 4);
    rec_flush(&gui);
    rec_begin(&worker, 2); /* through all of it */
    worker.ticks += 2200;
    rec_end(&worker, 2);
    rec_flush(&worker);
    rec_finish();
    const pp_cut_opts opts = {.struct_size = sizeof opts, .from_ns = 1150, .to_ns = 1160};
    assert_int_equal(check_cut(&opts), 1);
    size_t i = 0;
    while (i < part.zone_count && part.zones[i].thread != 2)
        i++;
    assert_true(i < part.zone_count);
    assert_int_equal(part.zones[i].start_ns, part.frames[0].start_ns);
    assert_int_equal(part.zones[i].end_ns, part.frames[0].end_ns);
}

static void names_and_facts_go_with_it(void **state)
{
    (void)state;
    create();
    char long_text[3000];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    rec_meta(PP_META_THREAD, NUMBERS(1, 101), "main", NULL);
    rec_meta(PP_META_WINDOW, NUMBERS(1), "title", "raster");
    rec_meta(PP_META_LABEL, NUMBERS(9), "label", NULL);
    rec_meta(PP_META_CLOCK, NUMBERS(1000, 77000, UINT64_C(1) << 32), NULL, NULL);
    rec_note("key", "value");
    rec_note("long", long_text);
    rec_frame(&gui, 1, 10);
    rec_mark(&gui, 9);
    rec_flush(&gui);
    rec_finish();
    assert_int_equal(check_cut(&all), 1);
    pp_reader *reader = read_path(cut_path, &part);
    uint32_t number, tid;
    const char *name, *renderer;
    assert_true(pp_reader_thread_at(reader, 0, &number, &tid, &name));
    assert_string_equal(name, "main");
    assert_true(pp_reader_window(reader, 1, &name, &renderer));
    assert_string_equal(renderer, "raster");
    assert_string_equal(pp_reader_note(reader, "key"), "value");
    assert_string_equal(pp_reader_note(reader, "long"), long_text);
    assert_string_equal(part.labels[0], "label");
    assert_int_equal(part.frames[0].start_ns, 77000);
    assert_int_equal(pp_reader_info(reader)->started_ns, 5);
    assert_int_equal(pp_reader_info(reader)->pid, 42);
    pp_reader_close(reader);
}

static void a_kept_frame_takes_its_gpu_time_with_it(void **state)
{
    (void)state;
    create();
    for (uint64_t i = 1; i <= 40; i++) {
        rec_frame_begin(&gui, 1);
        rec_zone(&gui, 3, i % 10 == 0 ? 900 : 100);
        rec_frame_end_gpu(&gui, 1, i);
        gui.ticks += 10;
        if (i > 3 && i % 3 != 0)
            rec_gpu(&gui, 1, i - 3, 1000 + i);
        if (i > 5 && i % 3 == 0)
            rec_gpu(&gui, 1, i - 5, 9000); /* too late; not to be believed in a part either */
        if (i % 7 == 0)
            rec_flush(&gui);
    }
    rec_flush(&gui);
    rec_finish();
    assert_int_equal(check_cut(&(pp_cut_opts){
                         .struct_size = sizeof all, .to_ns = UINT64_MAX, .slow_frame_ns = 800}),
                     4);
    assert_int_equal(part.frames[0].gpu_ns, 1013);
    assert_int_equal(part.frames[1].gpu_ns, 1023);
    check_cut(&(pp_cut_opts){.struct_size = sizeof all, .from_ns = 1000, .to_ns = 1400});
    bool any = false;
    for (size_t i = 0; i < part.frame_count; i++)
        any |= part.frames[i].gpu_ns > 1000;
    assert_true(any);
    check_cut(&all);
}

static void what_cannot_be_cut_is_refused_and_leaves_nothing(void **state)
{
    (void)state;
    create();
    rec_frame(&gui, 1, 10);
    rec_flush(&gui);
    rec_finish();
    pp_reader *reader = open_path(rec_path);
    size_t size = file_size(rec_path);
    assert_int_equal(pp_reader_cut(reader, rec_path, &all, NULL, NULL, NULL), PP_EINVAL);
    assert_int_equal(file_size(rec_path), size);
    assert_int_equal(pp_reader_cut(reader, "/nowhere/cut", &all, NULL, NULL, NULL), PP_EIO);
    assert_non_null(strstr(pp_last_error(), "/nowhere/cut"));
    const pp_cut_opts reversed = {.struct_size = sizeof reversed, .from_ns = 2, .to_ns = 1};
    assert_int_equal(pp_reader_cut(reader, cut_path, &reversed, NULL, NULL, NULL), PP_EINVAL);
    assert_int_equal(access(cut_path, F_OK), -1);
    pp_reader_close(reader);
}

/* ---- Anything that can happen ---------------------------------------------------------------- */

static uint64_t random_state;

static uint32_t roll(uint32_t sides)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % sides;
}

static uint64_t last_token; /* of any window */

/* A frame's end, or the GPU time of one of the last frames; late, twice or of another window. */
static void end_or_gpu(rec_thread *thread, uint32_t window)
{
    if (roll(3))
        rec_frame_end_gpu(thread, window, ++last_token);
    else if (last_token > 8)
        rec_gpu(thread, roll(20) ? window : window + 1, last_token - roll(8),
                roll(9) ? roll(1000) : PP_GPU_NOT_MEASURED);
}

/* A thread with windows of its own that does what programs do and what they should not. */
static void do_anything(rec_thread *thread, uint32_t first_window, bool has_gpu_times)
{
    uint32_t window = first_window + roll(3);
    thread->ticks += roll(50);
    switch (roll(has_gpu_times ? 17 : 14)) {
    case 0:
        rec_frame_begin(thread, window);
        break;
    case 1:
    case 2:
        rec_frame_end(thread,
                      window | (roll(6) == 0 ? PP_FRAME_CANCELLED : 0) |
                          (roll(4) == 0 ? PP_FRAME_DISTURBED : 0),
                      roll(2) ? thread->ticks - roll(40) : 0);
        break;
    case 3:
        rec_extended(thread, PP_EXT_FOCUS, NUMBERS(roll(3) ? window : 0));
        break;
    case 4:
        rec_extended(thread, PP_EXT_COUNT, NUMBERS(roll(3), roll(3)));
        break;
    case 5:
        rec_extended(thread, PP_EXT_PIXELS, NUMBERS(roll(100)));
        break;
    case 6:
        rec_mark(thread, 1);
        break;
    case 7:
        if (roll(8) == 0)
            rec_flush(thread);
        if (thread->count == 0 && roll(8) == 0)
            thread->sequence++;
        break;
    case 8:
    case 9:
    case 10:
        rec_begin(thread, 1 + roll(5));
        break;
    case 14:
    case 15:
    case 16:
        end_or_gpu(thread, window);
        break;
    default:
        rec_end(thread, 1 + roll(5));
    }
}

static void check_any(void **state, bool has_gpu_times)
{
    for (uint64_t seed = 1; seed <= (has_gpu_times ? ROUNDS / 2 : ROUNDS); seed++) {
        random_state = seed;
        create();
        for (int i = 0; i < 1500; i++) {
            do_anything(&gui, 1, has_gpu_times);
            if (roll(3) == 0)
                do_anything(&worker, WORKER_WINDOWS, has_gpu_times);
        }
        rec_flush(&gui);
        rec_flush(&worker);
        rec_finish();
        check_cut_of(&all, has_gpu_times);
        for (int i = 0; i < 4; i++) {
            uint64_t from_ns = roll(30000);
            check_cut_of(&(pp_cut_opts){.struct_size = sizeof all,
                                        .from_ns = from_ns,
                                        .to_ns = from_ns + roll(10000)},
                         has_gpu_times);
            check_cut_of(&(pp_cut_opts){.struct_size = sizeof all,
                                        .to_ns = UINT64_MAX,
                                        .slow_frame_ns = 1 + roll(1500)},
                         has_gpu_times);
        }
        stop_recording_fixture(state);
        start(state);
    }
}

static void parts_of_any_recording_have_the_same_frames(void **state)
{
    check_any(state, false);
}

static void parts_of_any_recording_have_the_same_gpu_times(void **state)
{
    check_any(state, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CUT_TEST(a_part_has_the_frames_of_its_time),
        CUT_TEST(slow_frames_alone_can_be_kept),
        CUT_TEST(what_is_open_where_a_part_begins_begins_there),
        CUT_TEST(names_and_facts_go_with_it),
        CUT_TEST(a_kept_frame_takes_its_gpu_time_with_it),
        CUT_TEST(what_cannot_be_cut_is_refused_and_leaves_nothing),
        CUT_TEST(parts_of_any_recording_have_the_same_frames),
        CUT_TEST(parts_of_any_recording_have_the_same_gpu_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
