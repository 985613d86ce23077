/* unit/test_reader_hostile.c: any bytes give numbers or one clear error, in bounded time and
 * memory: a recording cut off at any length, as a power cut leaves it, and one with bytes changed
 * at random. */
#include "recording_support.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(PP_TEST_EMULATED)
enum { ROUNDS = 1000 };
#else
enum { ROUNDS = 10000 };
#endif
enum { PATH_BYTES = 64 };

static char *good;
static size_t good_size;
static uint64_t good_records;
static uint64_t random_state = 1;

static uint64_t next_random(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state >> 33;
}

static void record_a_little(pp_window *window)
{
    for (int i = 0; i < 40; i++) {
        pp_frame_begin(window);
        PP_ZONE(paint, "hostile paint", PP_PHASE_REDRAW);
        for (int k = 0; k < 30; k++) {
            PP_ZONE(item, "hostile item", PP_PHASE_BATCH);
            pp_mark(&item, "half");
            pp_markf(&item, "item %d", k);
            PP_END(item);
        }
        PP_END(paint);
        pp_frame_painted(window, 10);
        pp_frame_end(window);
    }
}

static int make_good_file(void **state)
{
    pp_window *window = NULL;
    const pp_window_opts opts = {.struct_size = sizeof opts, .title = "hostile"};
    if (make_folder(state) != 0 || pp_window_create(&window, &opts) != PP_OK ||
        pp_recording_start(file_path, NULL) != PP_OK)
        return -1;
    record_a_little(window);
    if (pp_recording_stop() != PP_OK)
        return -1;
    pp_window_destroy(window);
    good = read_file(file_path, &good_size);
    found f = {0};
    read_recording(file_path, &f);
    good_records = f.info.records;
    return 0;
}

static int drop_good_file(void **state)
{
    free(good);
    return remove_folder(state);
}

static uint64_t damaged; /* in what was read last */

/* Opens and reads those bytes; whatever is said has a message and invents nothing. */
static void read_bytes(const char *bytes, size_t size)
{
    char path[PATH_BYTES];
    int fd = memfd_create("hostile", MFD_CLOEXEC);
    assert_true(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    pp_reader *reader = NULL;
    found f = {0};
    const pp_sink sink = {.struct_size = sizeof sink,
                          .user = &f,
                          .frame = found_frame,
                          .zone = found_zone,
                          .mark = found_mark};
    pp_clear_error();
    int status = pp_reader_open(&reader, path);
    if (status == PP_OK)
        status = pp_reader_run(reader, &sink, NULL, NULL);
    if (status == PP_OK) {
        pp_site_total total;
        assert_true(pp_reader_info(reader)->records <= good_records);
        damaged = pp_reader_info(reader)->damaged;
        assert_int_equal(f.bad_order, 0);
        for (size_t i = 0; pp_reader_site_at(reader, i, &total); i++)
            assert_non_null(total.site->name);
    } else {
        assert_int_equal(status, PP_EDATA);
        assert_non_null(strstr(pp_last_error(), path));
    }
    pp_reader_close(reader);
    close(fd);
}

static void cut_off_at_any_length_it_gives_what_is_whole(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++)
        read_bytes(good, next_random() % (good_size + 1));
    for (size_t size = 0; size < 9000; size += 64)
        read_bytes(good, size);
    for (size_t size = 4096; size < good_size; size += 4096) { /* also between two blocks */
        damaged = 0;
        read_bytes(good, size);
        assert_true(damaged > 0);
    }
}

static void change_bytes(char *bytes)
{
    uint64_t count = 1 + next_random() % 16;
    for (uint64_t i = 0; i < count; i++) {
        size_t at = next_random() % good_size;
        switch (next_random() % 4) {
        case 0:
            bytes[at] = (char)next_random();
            break;
        case 1:
            bytes[at] = (char)(bytes[at] ^ (1 << next_random() % 8));
            break;
        case 2: /* lengths and counts are likely to be hurt at the beginning of a block */
            at = at / 64 * 64 + next_random() % 64;
            bytes[at < good_size ? at : 0] = (char)(next_random() % 2 ? 0xff : 0);
            break;
        default:
            memset(bytes + at, (int)next_random(), good_size - at < 8 ? good_size - at : 8);
            break;
        }
    }
}

static void changed_at_random_it_gives_an_answer_or_a_clean_error(void **state)
{
    (void)state;
    char *bytes = malloc(good_size);
    assert_non_null(bytes);
    for (int i = 0; i < ROUNDS; i++) {
        memcpy(bytes, good, good_size);
        change_bytes(bytes);
        read_bytes(bytes, good_size);
    }
    free(bytes);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(PP_TEST_EMULATED)
    assert_true(usage.ru_maxrss < 128 * 1024);
#endif
}

static void what_is_no_recording_is_named_as_such(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "P", "PPREC\r\n", "PPREC\n\x1a and more text",
                                        "frame,window,start_ns\n1,1,1\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        read_bytes(texts[i], strlen(texts[i]));
    pp_reader *reader = NULL;
    assert_int_not_equal(pp_reader_open(&reader, folder), PP_OK);
    assert_non_null(strstr(pp_last_error(), folder));
    assert_int_equal(pp_reader_open(&reader, "/none/none.pprec"), PP_EIO);
    assert_non_null(strstr(pp_last_error(), "/none/none.pprec"));
}

#define HOSTILE_TEST(name) cmocka_unit_test_setup_teardown(name, make_good_file, drop_good_file)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOSTILE_TEST(cut_off_at_any_length_it_gives_what_is_whole),
        HOSTILE_TEST(changed_at_random_it_gives_an_answer_or_a_clean_error),
        HOSTILE_TEST(what_is_no_recording_is_named_as_such),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
