/* unit/test_reader.c: what a recording gives back, whole, damaged, cut off or still being written.
 */
#include "recording_fixture.h"

static seen got;
static rec_thread gui, worker;

static const pp_rec_file_opts plain_opts = {.start_ns = 5, .start_utc_ns = 6, .pid = 42};

static int start(void **state)
{
    memset(&gui, 0, sizeof gui);
    memset(&worker, 0, sizeof worker);
    gui.number = 1;
    worker.number = 2;
    gui.ticks = worker.ticks = 1000;
    return start_recording_fixture(state);
}

#define READER_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop_recording_fixture)

static void name_sites(void)
{
    rec_site(1, PP_PHASE_CREATE, "create");
    rec_site(2, PP_PHASE_REDRAW, "redraw");
}

/* A file with frames of one zone each: three blocks of two frames. */
static void write_three_blocks(void)
{
    rec_create(&plain_opts);
    name_sites();
    for (int block = 0; block < 3; block++) {
        rec_frame(&gui, 1, 100);
        rec_frame(&gui, 2, 200);
        rec_flush(&gui);
    }
    rec_finish();
}

/* The file's data segment is the last; where its number-th block begins. */
static size_t block_offset(size_t number)
{
    size_t frame_words = 2 * (5 + 2 + 5);
    size_t size = (sizeof(pp_rec_block) + frame_words * 8 + 63) / 64 * 64;
    return PP_REC_HEADER_BYTES + PP_REC_SEGMENT_BYTES + sizeof(pp_rec_segment) + number * size;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static void frames_zones_and_marks_come_back(void **state)
{
    (void)state;
    rec_create(&plain_opts);
    name_sites();
    rec_meta(PP_META_LABEL, NUMBERS(9), "built", NULL);
    rec_frame_begin(&gui, 1);
    rec_begin(&gui, 1);
    gui.ticks += 30;
    rec_mark(&gui, 9);
    gui.ticks += 70;
    rec_end(&gui, 1);
    gui.ticks += 5;
    rec_frame_end(&gui, 1, gui.ticks);
    rec_flush(&gui);
    rec_finish();

    pp_reader *reader = read_path(rec_path, &got);
    assert_int_equal(got.frame_count, 1);
    const pp_frame *frame = &got.frames[0];
    assert_int_equal(frame->window, 1);
    assert_int_equal(frame->start_ns, 1000);
    assert_int_equal(frame->phase_ns[PP_PHASE_CREATE], 100);
    assert_int_equal(frame->work_ns, 105);
    assert_int_equal(got.zone_count, 1);
    assert_string_equal(got.zones[0].site->name, "create");
    assert_int_equal(got.mark_count, 1);
    assert_string_equal(got.labels[0], "built");
    assert_int_equal(got.stops, 1);
    const pp_recording_info *info = pp_reader_info(reader);
    assert_true(info->complete);
    assert_false(info->bounded);
    assert_int_equal(info->pid, 42);
    assert_int_equal(info->started_ns, 5);
    assert_int_equal(info->started_utc_ns, 6);
    assert_int_equal(info->records, 2);
    assert_int_equal(info->zones, 1);
    assert_int_equal(info->marks, 1);
    assert_int_equal(info->frames, 1);
    assert_int_equal(info->threads, 1);
    assert_int_equal(info->first_ns, 1000);
    assert_int_equal(info->last_ns, 1105);
    assert_int_equal(info->duration_ns, 105);
    assert_int_equal(info->damaged, 0);
    assert_int_equal(info->size_bytes, file_size(rec_path));
    pp_reader_close(reader);
}

static void a_second_run_says_the_same(void **state)
{
    (void)state;
    write_three_blocks();
    pp_reader *reader = read_path(rec_path, &got);
    const pp_recording_info first = *pp_reader_info(reader);
    assert_int_equal(pp_reader_run(reader, NULL, NULL, NULL), PP_OK);
    assert_memory_equal(pp_reader_info(reader), &first, sizeof first);
    assert_int_equal(first.frames, 6);
    pp_reader_close(reader);
}

static void the_last_name_of_a_number_or_key_counts(void **state)
{
    (void)state;
    rec_create(&plain_opts);
    rec_meta(PP_META_THREAD, NUMBERS(2, 102), "old", NULL);
    rec_meta(PP_META_THREAD, NUMBERS(1, 101), "main", NULL);
    rec_meta(PP_META_THREAD, NUMBERS(2, 102), "worker", NULL);
    rec_meta(PP_META_THREAD, NUMBERS(2, 102), "", NULL); /* it is gone, and so is its name */
    rec_meta(PP_META_WINDOW, NUMBERS(1), "old title", "raster");
    rec_meta(PP_META_WINDOW, NUMBERS(1), "title", "opengl");
    rec_note("a", "1");
    rec_note("b", "2");
    rec_note("a", "3");
    rec_finish();

    pp_reader *reader = open_path(rec_path);
    uint32_t number, tid;
    const char *name, *renderer, *key;
    assert_true(pp_reader_thread_at(reader, 0, &number, &tid, &name));
    assert_int_equal(number, 1);
    assert_string_equal(name, "main");
    assert_true(pp_reader_thread_at(reader, 1, &number, &tid, &name));
    assert_int_equal(tid, 102);
    assert_string_equal(name, "worker");
    assert_false(pp_reader_thread_at(reader, 2, &number, &tid, &name));
    assert_true(pp_reader_window(reader, 1, &name, &renderer));
    assert_string_equal(name, "title");
    assert_string_equal(renderer, "opengl");
    assert_false(pp_reader_window(reader, 2, &name, &renderer));
    assert_string_equal(pp_reader_note(reader, "a"), "3");
    assert_null(pp_reader_note(reader, "c"));
    assert_true(pp_reader_note_at(reader, 0, &key, &name));
    assert_string_equal(key, "a");
    assert_true(pp_reader_note_at(reader, 1, &key, &name));
    assert_string_equal(name, "2");
    assert_false(pp_reader_note_at(reader, 2, &key, &name));
    pp_reader_close(reader);
}

static void names_that_make_no_sense_are_left_out(void **state)
{
    (void)state;
    rec_create(&plain_opts);
    rec_site(65536, 0, "beyond all ids");
    rec_site(1, 4000000000, "no such phase");
    rec_meta(PP_META_PHASE, NUMBERS(32), "beyond", NULL);
    rec_meta(PP_META_PHASE, NUMBERS(7), "Not A Phase", NULL);
    rec_meta(PP_META_SITE, NUMBERS(2), NULL, NULL);              /* nothing but its id */
    rec_meta(PP_META_LABEL, NUMBERS(3, UINT64_MAX), NULL, NULL); /* longer than anything */
    rec_meta((enum pp_rec_meta)999, NUMBERS(1, 2, 3), NULL, NULL);
    rec_site(3, 7, "of a phase that cannot be");
    for (uint32_t id = 1; id <= 4; id++)
        rec_zone(&gui, id, 10);
    rec_flush(&gui);
    rec_finish();

    pp_reader *reader = read_path(rec_path, &got);
    assert_int_equal(got.zone_count, 4);
    assert_string_equal(got.zones[0].site->name, "no such phase");
    assert_int_equal(got.zones[0].site->phase, PP_PHASE_OTHER);
    assert_string_equal(got.zones[1].site->name, "?");
    assert_int_equal(got.zones[2].site->phase, PP_PHASE_OTHER);
    assert_string_equal(got.zones[3].site->name, "?");
    pp_reader_close(reader);
}

static void phases_are_known_by_their_names(void **state)
{
    (void)state;
    int ours = pp_phase_register("reader_ours");
    rec_create(&plain_opts);
    rec_meta(PP_META_PHASE, NUMBERS(5), "reader_theirs", NULL);
    rec_meta(PP_META_PHASE, NUMBERS(6), "reader_ours", NULL);
    rec_site(1, 5, "theirs");
    rec_site(2, 6, "ours");
    rec_frame(&gui, 1, 100);
    rec_frame(&gui, 2, 100);
    rec_flush(&gui);
    rec_finish();

    pp_reader *reader = read_path(rec_path, &got);
    assert_int_equal(got.frames[1].phase_ns[ours], 100);
    int theirs = pp_phase_register("reader_theirs");
    assert_int_equal(got.frames[0].phase_ns[theirs], 100);
    /* The count in the record is one of other numbers. */
    assert_int_equal(got.frames[0].phase_count, pp_phase_count());
    pp_reader_close(reader);
}

static void a_frame_has_the_phases_that_there_were_when_it_ended(void **state)
{
    (void)state;
    pp_phase_register("reader_late");
    write_three_blocks();
    pp_reader *reader = read_path(rec_path, &got);
    assert_int_equal(got.frames[0].phase_count, PP_PHASE_USER);
    pp_reader_close(reader);
}

static void ticks_become_nanoseconds_by_the_line_they_lie_on(void **state)
{
    (void)state;
    const uint64_t one = UINT64_C(1) << 32;
    rec_create(&plain_opts);
    name_sites();
    rec_meta(PP_META_CLOCK, NUMBERS(2000, 1000000, 2 * one), NULL, NULL);
    rec_meta(PP_META_CLOCK, NUMBERS(1500, 999500, one), NULL, NULL);
    rec_zone(&gui, 1, 200);
    gui.ticks = 1900;
    rec_zone(&gui, 1, 200);
    rec_flush(&gui);
    rec_finish();

    pp_reader *reader = read_path(rec_path, &got);
    assert_int_equal(got.zones[0].start_ns, 999000); /* the first line reaches back */
    assert_int_equal(got.zones[1].start_ns, 999900);
    assert_int_equal(got.zones[1].end_ns, 1000200);
    assert_int_equal(pp_reader_info(reader)->duration_ns, 1200);
    pp_reader_close(reader);
}

static void sites_are_summed_up_over_all_threads_and_frames(void **state)
{
    (void)state;
    rec_create(&plain_opts);
    name_sites();
    rec_frame(&gui, 1, 100);
    rec_zone(&gui, 1, 40); /* waits for a frame that never comes */
    rec_frame_begin(&gui, 1);
    rec_begin(&gui, 1);
    rec_extended(&gui, PP_EXT_PIXELS, NUMBERS(64));
    gui.ticks += 10;
    rec_zone(&gui, 2, 500);
    rec_end(&gui, 1);
    rec_frame_end(&gui, 1 | PP_FRAME_CANCELLED, 0);
    rec_flush(&gui);
    rec_zone(&worker, 1, 300);
    rec_begin(&worker, 2); /* still open at the end */
    worker.ticks += 7;
    rec_mark(&worker, 1);
    rec_flush(&worker);
    rec_finish();

    pp_reader *reader = read_path(rec_path, &got);
    pp_site_total total;
    assert_true(pp_reader_site_at(reader, 0, &total));
    assert_string_equal(total.site->name, "redraw");
    assert_int_equal(total.count, 2);
    assert_int_equal(total.self_ns, 507);
    assert_true(pp_reader_site_at(reader, 1, &total));
    assert_string_equal(total.site->name, "create");
    assert_int_equal(total.count, 4);
    assert_int_equal(total.self_ns, 450);
    assert_int_equal(total.total_ns, 950);
    assert_int_equal(total.max_ns, 510);
    assert_int_equal(total.pixels, 64);
    assert_false(pp_reader_site_at(reader, 2, &total));
    assert_int_equal(pp_reader_info(reader)->records, 7);
    assert_int_equal(pp_reader_info(reader)->frames, 1);
    assert_int_equal(pp_reader_info(reader)->threads, 2);
    pp_reader_close(reader);
}

static void missing_records_end_what_was_open(void **state)
{
    (void)state;
    rec_create(&plain_opts);
    name_sites();
    rec_begin(&gui, 1);
    rec_flush(&gui);
    gui.sequence++; /* a chunk that is nowhere */
    gui.ticks += 1000;
    rec_zone(&gui, 2, 10);
    rec_end(&gui, 1);
    rec_begin(&gui, 1);
    rec_flush(&gui);
    gui.lost = 3;
    gui.ticks += 1000;
    rec_zone(&gui, 2, 10);
    rec_end(&gui, 1);
    rec_flush(&gui);
    rec_finish();

    pp_reader *reader = read_path(rec_path, &got);
    assert_int_equal(got.zone_count, 2);
    assert_int_equal(got.zones[0].depth, 0);
    assert_int_equal(got.zones[1].depth, 0);
    pp_reader_close(reader);
}

static void thousands_of_threads_cost_no_more_each(void **state)
{
    (void)state;
    rec_create(&plain_opts);
    name_sites();
    for (uint32_t number = 1; number <= 20000; number++) {
        memset(&worker, 0, offsetof(rec_thread, words));
        worker.number = number;
        worker.ticks = 1000 + number;
        rec_zone(&worker, 1, 10);
        rec_flush(&worker);
    }
    rec_finish();
    pp_reader *reader = open_path(rec_path);
    assert_int_equal(pp_reader_run(reader, NULL, NULL, NULL), PP_OK);
    pp_site_total total;
    assert_true(pp_reader_site_at(reader, 0, &total));
    assert_int_equal(total.count, 20000);
    assert_int_equal(total.self_ns, 200000);
    assert_int_equal(pp_reader_info(reader)->threads, 20000);
    pp_reader_close(reader);
}

static bool stop_at_once(void *user, uint64_t done_bytes, uint64_t total_bytes)
{
    assert_true(done_bytes <= total_bytes);
    (*(int *)user)++;
    return false;
}

static void progress_can_stop_it(void **state)
{
    (void)state;
    write_three_blocks();
    pp_reader *reader = open_path(rec_path);
    int calls = 0;
    assert_int_equal(pp_reader_run(reader, NULL, stop_at_once, &calls), PP_EBUSY);
    assert_int_equal(calls, 1);
    assert_non_null(strstr(pp_last_error(), rec_path));
    pp_reader_close(reader);
}

/* ---- Damage ---------------------------------------------------------------------------------- */

static void a_changed_block_is_passed_over_and_counted(void **state)
{
    (void)state;
    write_three_blocks();
    patch(rec_path, block_offset(1) + 64 + 16, "?", 1);
    pp_reader *reader = read_path(rec_path, &got);
    assert_int_equal(got.frame_count, 4);
    assert_int_equal(pp_reader_info(reader)->damaged, 1);
    assert_int_equal(pp_reader_info(reader)->damaged_offset, block_offset(1));
    pp_reader_close(reader);
}

static void no_changed_byte_goes_unnoticed(void **state)
{
    (void)state;
    write_three_blocks();
    size_t first = block_offset(0), used = 64 + 2 * 12 * 8;
    for (size_t i = 0; i < used; i++) {
        unsigned char byte, changed;
        int fd = open(rec_path, O_RDONLY | O_CLOEXEC);
        assert_int_equal(pread(fd, &byte, 1, (off_t)(first + i)), 1);
        close(fd);
        changed = byte ^ 0x10;
        patch(rec_path, first + i, &changed, 1);
        pp_reader *reader = open_path(rec_path);
        assert_int_equal(pp_reader_run(reader, NULL, NULL, NULL), PP_OK);
        assert_true(pp_reader_info(reader)->damaged > 0);
        assert_int_equal(pp_reader_info(reader)->damaged_offset, first);
        pp_reader_close(reader);
        patch(rec_path, first + i, &byte, 1);
    }
}

static void a_file_cut_off_anywhere_gives_what_is_left(void **state)
{
    (void)state;
    write_three_blocks();
    size_t size = file_size(rec_path);
    for (size_t end = size; end >= block_offset(0); end -= 32) {
        assert_int_equal(truncate(rec_path, (off_t)end), 0);
        pp_reader *reader = read_path(rec_path, &got);
        size_t whole = 0;
        while (whole < 3 && block_offset(whole) + 64 + 2 * 12 * 8 <= end)
            whole++;
        assert_int_equal(got.frame_count, 2 * whole);
        assert_int_equal(pp_reader_info(reader)->damaged, end < size); /* also between blocks */
        pp_reader_close(reader);
    }
}

static void a_header_that_is_wrong_is_said_so(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        const char *bytes, *message;
    } wrongs[] = {
        {0, "P?", "no recording"},
        {8, "\x63", "version 99"},
        {16, "\x01", "checksum"},
        {700, "x", "checksum"},
        {0,
         "\x7f"
         "ELF",
         "no recording"},
    };
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        write_three_blocks();
        patch(rec_path, wrongs[i].offset, wrongs[i].bytes, strlen(wrongs[i].bytes));
        pp_reader *reader = NULL;
        assert_int_equal(pp_reader_open(&reader, rec_path), PP_EDATA);
        assert_null(reader);
        assert_non_null(strstr(pp_last_error(), rec_path));
        assert_non_null(strstr(pp_last_error(), wrongs[i].message));
    }
    assert_int_equal(truncate(rec_path, 1000), 0);
    pp_reader *reader = NULL;
    assert_int_equal(pp_reader_open(&reader, rec_path), PP_EDATA);
    assert_int_equal(pp_reader_open(&reader, "/nowhere/at.all"), PP_EIO);
    assert_int_equal(pp_reader_open(&reader, "/dev/null"), PP_EDATA);
    assert_int_equal(pp_reader_open(&reader, rec_folder), PP_EDATA);
}

static void a_file_of_holes_is_read_at_once(void **state)
{
    (void)state;
    write_three_blocks();
    assert_int_equal(truncate(rec_path, INT64_C(1) << 42), 0);
    pp_reader *reader = read_path(rec_path, &got);
    assert_int_equal(got.frame_count, 6);
    pp_reader_close(reader);
}

static void what_an_older_use_of_a_segment_left_is_not_read(void **state)
{
    (void)state;
    pp_rec_file_opts opts = plain_opts;
    opts.capacity_bytes = 1 << 20; /* four segments */
    rec_create(&opts);
    name_sites();
    uint64_t frames = 0;
    while (pp_rec_file_overwritten(rec_file) == 0) {
        rec_frame(&gui, 1, 100);
        frames++;
    }
    rec_frame(&gui, 2, 100);
    rec_flush(&gui);
    rec_finish();
    pp_reader *reader = read_path(rec_path, &got);
    const pp_recording_info *info = pp_reader_info(reader);
    assert_true(info->bounded);
    assert_int_equal(info->damaged, 0);
    assert_true(info->overwritten > 0);
    assert_int_equal(info->records, frames + 1 - info->overwritten);
    pp_site_total total;
    assert_true(pp_reader_site_at(reader, 1, &total));
    assert_string_equal(total.site->name, "redraw"); /* the newest is there */
    pp_reader_close(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        READER_TEST(frames_zones_and_marks_come_back),
        READER_TEST(a_second_run_says_the_same),
        READER_TEST(the_last_name_of_a_number_or_key_counts),
        READER_TEST(a_frame_has_the_phases_that_there_were_when_it_ended),
        READER_TEST(names_that_make_no_sense_are_left_out),
        READER_TEST(phases_are_known_by_their_names),
        READER_TEST(ticks_become_nanoseconds_by_the_line_they_lie_on),
        READER_TEST(sites_are_summed_up_over_all_threads_and_frames),
        READER_TEST(missing_records_end_what_was_open),
        READER_TEST(thousands_of_threads_cost_no_more_each),
        READER_TEST(progress_can_stop_it),
        READER_TEST(a_changed_block_is_passed_over_and_counted),
        READER_TEST(no_changed_byte_goes_unnoticed),
        READER_TEST(a_file_cut_off_anywhere_gives_what_is_left),
        READER_TEST(a_header_that_is_wrong_is_said_so),
        READER_TEST(a_file_of_holes_is_read_at_once),
        READER_TEST(what_an_older_use_of_a_segment_left_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
