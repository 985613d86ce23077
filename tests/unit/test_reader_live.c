/* unit/test_reader_live.c: a recording whose writer is at work or was killed: its file and its live
 * part are read as one. */
#include "recording_fixture.h"

static seen got;
static rec_thread gui;
static char live_path[160];
static uint64_t slot_count;

static int start(void **state)
{
    memset(&gui, 0, sizeof gui);
    gui.number = 1;
    gui.ticks = 1000;
    slot_count = 0;
    int status = start_recording_fixture(state);
    snprintf(live_path, sizeof live_path, "%s/live", rec_folder);
    return status;
}

#define LIVE_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop_recording_fixture)

/* ---- A live part made by hand ---------------------------------------------------------------- */

static void write_live_header(uint64_t dropped, uint64_t overwritten)
{
    pp_rec_header header = *pp_rec_file_header(rec_file);
    header.flags |= PP_REC_LIVE;
    header.segment_bytes = PP_REC_SLOT_BYTES;
    header.checksum = 0;
    header.dropped = dropped;
    header.overwritten = overwritten;
    snprintf(header.path, sizeof header.path, "%s", rec_path);
    int fd = open(live_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, &header, sizeof header), (ssize_t)sizeof header);
    close(fd);
}

static void write_slot(const pp_rec_block *block, const uint64_t *words, size_t count)
{
    static struct {
        pp_rec_block header;
        uint64_t words[(PP_REC_SLOT_BYTES - sizeof(pp_rec_block)) / 8];
    } slot;
    memset(&slot, 0, sizeof slot);
    slot.header = *block;
    memcpy(slot.words, words, count * sizeof *words);
    patch(live_path, PP_REC_HEADER_BYTES + slot_count++ * PP_REC_SLOT_BYTES, &slot, sizeof slot);
}

/* The thread's words as a slot that is still being filled. */
static void write_data_slot(rec_thread *thread)
{
    const pp_rec_block block = {.magic = PP_REC_BLOCK_MAGIC,
                                .kind = PP_REC_DATA,
                                .thread = thread->number,
                                .sequence = ++thread->sequence,
                                .base_ticks = thread->base_ticks};
    write_slot(&block, thread->words, thread->count);
    thread->count = 0;
}

/* A recording as its writer would leave it when it was killed now. */
static void create_live(void)
{
    rec_create(&(pp_rec_file_opts){.live_path = live_path});
    rec_site(1, PP_PHASE_CREATE, "create");
    write_live_header(3, 5);
}

static void kill_writer(void)
{
    pp_rec_file_abandon(rec_file);
}

/* ---- Tests ----------------------------------------------------------------------------------- */

static void what_is_only_in_shared_memory_is_read_behind_the_file(void **state)
{
    (void)state;
    create_live();
    rec_frame(&gui, 1, 100);
    rec_begin(&gui, 1);
    rec_flush(&gui);
    gui.ticks += 50;
    rec_end(&gui, 1);
    rec_frame(&gui, 1, 200);
    write_data_slot(&gui);
    kill_writer();

    pp_reader *reader = read_path(rec_path, &got);
    const pp_recording_info *info = pp_reader_info(reader);
    assert_false(info->complete);
    assert_true(info->has_live_part);
    assert_string_equal(info->live_path, live_path);
    assert_int_equal(info->dropped, 3);
    assert_int_equal(info->overwritten, 5);
    assert_int_equal(info->damaged, 0);
    assert_int_equal(got.frame_count, 2);
    assert_int_equal(got.frames[1].phase_ns[PP_PHASE_CREATE],
                     250); /* also what began in the file */
    pp_reader_close(reader);
}

static void a_chunk_in_both_parts_counts_once(void **state)
{
    (void)state;
    create_live();
    rec_frame(&gui, 1, 100);
    write_data_slot(&gui); /* half of what came to the file a moment later */
    gui.sequence = 0;
    gui.ticks = 1000;
    rec_frame(&gui, 1, 100);
    rec_frame(&gui, 1, 200);
    rec_flush(&gui);
    kill_writer();
    pp_reader *reader = read_path(rec_path, &got);
    assert_int_equal(got.frame_count, 2);
    assert_int_equal(pp_reader_info(reader)->damaged, 0);
    pp_reader_close(reader);
}

static void slots_are_read_in_the_order_of_their_thread(void **state)
{
    (void)state;
    create_live();
    rec_frame(&gui, 1, 100);
    rec_thread first = gui;
    gui.count = 0;
    gui.sequence++;
    gui.ticks += 10;
    rec_frame(&gui, 1, 200);
    write_data_slot(&gui);
    write_data_slot(&first);
    kill_writer();
    pp_reader *reader = read_path(rec_path, &got);
    assert_int_equal(got.frame_count, 2);
    assert_int_equal(got.frames[0].work_ns, 100);
    assert_int_equal(got.frames[1].work_ns, 200);
    pp_reader_close(reader);
}

static void free_slots_and_half_written_records_are_left_out(void **state)
{
    (void)state;
    create_live();
    const pp_rec_block unused = {.kind = 0, .thread = 7, .sequence = 1};
    write_slot(&unused, (const uint64_t[]){1, 2, 3}, 3);
    rec_frame(&gui, 1, 100);
    gui.words[gui.count - 5] = 0; /* the end of the frame is not published yet */
    write_data_slot(&gui);
    kill_writer();
    pp_reader *reader = read_path(rec_path, &got);
    assert_int_equal(got.frame_count, 0);
    assert_int_equal(got.zone_count, 1);
    assert_int_equal(pp_reader_info(reader)->threads, 1);
    pp_reader_close(reader);
}

static void names_in_shared_memory_are_known(void **state)
{
    (void)state;
    create_live();
    uint64_t words[64];
    size_t count = rec_entry(words, PP_META_SITE, NUMBERS(2, 0, 0), "new", "");
    count += rec_entry(words + count, PP_META_NOTE, NULL, 0, "key", "value");
    const pp_rec_block block = {.magic = PP_REC_BLOCK_MAGIC, .kind = PP_REC_META, .sequence = 1};
    write_slot(&block, words, count);
    rec_zone(&gui, 2, 10);
    write_data_slot(&gui);
    kill_writer();
    pp_reader *reader = read_path(rec_path, &got);
    assert_string_equal(got.zones[0].site->name, "new");
    assert_string_equal(pp_reader_note(reader, "key"), "value");
    pp_reader_close(reader);
}

static void a_block_torn_by_the_kill_is_no_damage_while_its_slot_is_there(void **state)
{
    (void)state;
    create_live();
    rec_frame(&gui, 1, 100);
    rec_flush(&gui);
    rec_frame(&gui, 1, 200);
    rec_thread copy = gui;
    rec_flush(&gui);
    kill_writer();
    assert_int_equal(truncate(rec_path, (off_t)file_size(rec_path) - 64), 0);

    pp_reader *reader = read_path(rec_path, &got);
    assert_int_equal(pp_reader_info(reader)->damaged, 0);
    pp_reader_close(reader);
    write_data_slot(&copy);
    reader = read_path(rec_path, &got);
    assert_int_equal(got.frame_count, 2);
    pp_reader_close(reader);
    unlink(live_path);
    reader = read_path(rec_path, &got);
    assert_int_equal(got.frame_count, 1);
    assert_false(pp_reader_info(reader)->has_live_part);
    assert_int_equal(pp_reader_info(reader)->damaged, 1);
    pp_reader_close(reader);
}

static void a_complete_file_needs_no_live_part(void **state)
{
    (void)state;
    create_live();
    rec_frame(&gui, 1, 100);
    rec_flush(&gui);
    rec_frame(&gui, 1, 100);
    write_data_slot(&gui);
    rec_finish();
    pp_reader *reader = read_path(rec_path, &got);
    assert_true(pp_reader_info(reader)->complete);
    assert_false(pp_reader_info(reader)->has_live_part);
    assert_int_equal(got.frame_count, 1);
    pp_reader_close(reader);
}

static void expect_no_live_part(void)
{
    pp_reader *reader = read_path(rec_path, &got);
    assert_false(pp_reader_info(reader)->has_live_part);
    assert_int_equal(got.frame_count, 0);
    pp_reader_close(reader);
}

static void a_live_part_that_cannot_be_trusted_is_not_followed(void **state)
{
    (void)state;
    create_live();
    rec_frame(&gui, 1, 100);
    write_data_slot(&gui);
    kill_writer();

    pp_rec_header header;
    int fd = open(rec_path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(pread(fd, &header, sizeof header, 0), (ssize_t)sizeof header);
    close(fd);
    char moved[200];
    snprintf(moved, sizeof moved, "%s.moved", live_path);
    assert_int_equal(rename(live_path, moved), 0);
    assert_int_equal(symlink(moved, live_path), 0);
    expect_no_live_part();
    unlink(live_path);
    assert_int_equal(mkfifo(live_path, 0600), 0);
    expect_no_live_part();
    unlink(live_path);
    assert_int_equal(rename(moved, live_path), 0);
    patch(live_path, offsetof(pp_rec_header, id), "other", 5);
    expect_no_live_part();
    if (geteuid() == 0) {
        patch(live_path, offsetof(pp_rec_header, id), header.id, sizeof header.id);
        assert_int_equal(chown(live_path, 65534, 65534), 0);
        expect_no_live_part();
    }
}

static void the_live_part_itself_is_no_recording(void **state)
{
    (void)state;
    create_live();
    kill_writer();
    pp_reader *reader = NULL;
    assert_int_equal(pp_reader_open(&reader, live_path), PP_EDATA);
    assert_non_null(strstr(pp_last_error(), rec_path)); /* says which one is */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIVE_TEST(what_is_only_in_shared_memory_is_read_behind_the_file),
        LIVE_TEST(a_chunk_in_both_parts_counts_once),
        LIVE_TEST(slots_are_read_in_the_order_of_their_thread),
        LIVE_TEST(free_slots_and_half_written_records_are_left_out),
        LIVE_TEST(names_in_shared_memory_are_known),
        LIVE_TEST(a_block_torn_by_the_kill_is_no_damage_while_its_slot_is_there),
        LIVE_TEST(a_complete_file_needs_no_live_part),
        LIVE_TEST(a_live_part_that_cannot_be_trusted_is_not_followed),
        LIVE_TEST(the_live_part_itself_is_no_recording),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
