/* unit/test_csv.c: the frame CSV and its sidecar, byte for byte and when writing goes wrong. */
#include "frame_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char directory[64];
static char csv_path[128];
static char sidecar_path[160];
static pp_csv *csv;

static int start_csv(void **state)
{
    snprintf(directory, sizeof directory, "/tmp/paintprof-csv-XXXXXX");
    if (!mkdtemp(directory))
        return -1;
    snprintf(csv_path, sizeof csv_path, "%s/frames.csv", directory);
    snprintf(sidecar_path, sizeof sidecar_path, "%s.meta.json", csv_path);
    csv = NULL;
    return start_fixture(state);
}

static int stop_csv(void **state)
{
    unlink(sidecar_path);
    unlink(csv_path);
    return stop_fixture(state) == 0 && rmdir(directory) == 0 ? 0 : -1;
}

#define CSV_TEST(name) cmocka_unit_test_setup_teardown(name, start_csv, stop_csv)

static void open_csv(const char *path)
{
    assert_int_equal(pp_csv_open(&csv, path), PP_OK);
    const pp_sink sink = pp_csv_sink(csv);
    assert_true(pp_session_add_sink(session, &sink) > 0);
}

/* Ends session and file; what the file says of itself. */
static int close_csv(void)
{
    pp_session_stop(session);
    return pp_csv_close(csv);
}

static const char *read_text(const char *path)
{
    static char text[65536];
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s cannot be read", path);
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    return text;
}

static const char *line_of(const char *text, int number)
{
    static char line[4096];
    for (int i = 0; i < number && text; i++) {
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    snprintf(line, sizeof line, "%.*s", text ? (int)strcspn(text, "\n") : 0, text ? text : "");
    return line;
}

/* Frames that show every kind of cell. Window numbers go on through the process, so this is the
 * only test that compares whole rows. */
static void record_all_kinds_of_frames(pp_window *items)
{
    pp_frame_begin(items);
    PP_ZONE(create, "create", PP_PHASE_CREATE);
    advance_us(1234);
    PP_END(create);
    PP_ZONE(batch, "batch", PP_PHASE_BATCH);
    fake_now_ns += 1;
    PP_END(batch);
    PP_ZONE(redraw, "redraw", PP_PHASE_REDRAW);
    advance_us(2000);
    PP_END(redraw);
    PP_ZONE_IN(layout, "layout", "csv_layout");
    advance_us(300);
    PP_END(layout);
    PP_ZONE_IN(flush, "a phase called flush", "flush");
    advance_us(40);
    PP_END(flush);
    fake_now_ns += 123456;
    pp_count_items_created(1109);
    pp_count_items_painted(42);
    pp_frame_painted(items, 1280 * 720);
    advance_us(500);
    pp_frame_end(items);

    fake_now_ns += 16666667;
    pp_frame_asked(items);
    advance_us(30000);
    plain_frame(items, 0);
    plain_frame(window, 12000);
    pp_frame_begin(window);
    pp_frame_painted(window, 0);
    advance_us(10001);
    pp_frame_end(window);
}

static void rows_are_these_bytes(void **state)
{
    (void)state;
    open_csv(csv_path);
    pp_window *items = create_window("items", true);
    record_all_kinds_of_frames(items);
    pp_window_destroy(items);
    assert_int_equal(close_csv(), PP_OK);
    assert_golden("frames.csv", read_text(csv_path));
}

/* The digits of a cell without its point: nanoseconds. */
static uint64_t cell_ns(const char *line, int column)
{
    for (int i = 0; i < column; i++)
        line = strchr(line, ',') + 1;
    uint64_t ns = 0;
    for (; *line != ',' && *line; line++)
        ns = *line == '.' ? ns : ns * 10 + (uint64_t)(*line - '0');
    return ns;
}

static void work_is_exactly_the_sum_of_its_phases(void **state)
{
    (void)state;
    open_csv(csv_path);
    for (uint64_t i = 1; i < 40; i++) {
        pp_frame_begin(window);
        PP_ZONE(redraw, "redraw", PP_PHASE_REDRAW);
        fake_now_ns += i * 7654321;
        PP_ZONE_IN(layout, "layout", "csv_layout");
        fake_now_ns += i * i * 13;
        PP_END(layout);
        PP_END(redraw);
        fake_now_ns += i * 999999;
        pp_frame_end(window);
    }
    assert_int_equal(close_csv(), PP_OK);
    const char *text = read_text(csv_path);
    for (int row = 1; row < 40; row++) {
        const char *line = line_of(text, row);
        uint64_t sum_ns = cell_ns(line, 5) + cell_ns(line, 6) + cell_ns(line, 7) + cell_ns(line, 8);
        for (unsigned phase = PP_PHASE_USER; phase < pp_phase_count(); phase++)
            sum_ns += cell_ns(line, 17 + (int)(phase - PP_PHASE_USER));
        assert_int_equal(sum_ns, cell_ns(line, 4));
    }
}

static void a_row_is_in_the_file_when_its_frame_has_ended(void **state)
{
    (void)state;
    open_csv(csv_path);
    assert_string_equal(read_text(csv_path), "");
    plain_frame(window, 1);
    const char *text = read_text(csv_path);
    assert_non_null(strstr(line_of(text, 1), ",0.001000,"));
    assert_string_equal(line_of(text, 2), "");
    assert_int_equal(text[strlen(text) - 1], '\n');
    assert_int_equal(close_csv(), PP_OK);
}

static void a_file_without_frames_has_its_header(void **state)
{
    (void)state;
    open_csv(csv_path);
    assert_int_equal(close_csv(), PP_OK);
    const char *text = read_text(csv_path);
    assert_int_equal(strncmp(text, "frame,window,start_ns,", 22), 0);
    assert_string_equal(line_of(text, 1), "");
}

static void a_phase_that_comes_late_is_charged_to_other_and_named(void **state)
{
    (void)state;
    open_csv(csv_path);
    plain_frame(window, 1);
    int late = pp_phase_register("csv_late");
    assert_true(late >= PP_PHASE_USER);
    pp_frame_begin(window);
    PP_ZONE_IN(zone, "late", "csv_late");
    advance_us(70);
    PP_END(zone);
    advance_us(2);
    pp_frame_end(window);
    assert_int_equal(close_csv(), PP_OK);
    const char *text = read_text(csv_path);
    assert_null(strstr(text, "csv_late"));
    assert_int_equal(cell_ns(line_of(text, 2), 8), 72000);
    assert_int_equal(cell_ns(line_of(text, 2), 4), 72000);
    assert_non_null(strstr(read_text(sidecar_path), "\"late_phases\": [\"csv_late\"]"));
}

static void the_sidecar_names_the_rows_that_were_disturbed(void **state)
{
    (void)state;
    open_csv(csv_path);
    for (int row = 1; row <= 9; row++) {
        pp_window_set_disturbed(window, (row >= 3 && row <= 5) || row == 9);
        plain_frame(window, 1);
    }
    assert_int_equal(close_csv(), PP_OK);
    assert_non_null(strstr(read_text(sidecar_path), "\"disturbed_frames\": [[3, 5], [9, 9]]"));
}

static void an_older_file_is_replaced(void **state)
{
    (void)state;
    FILE *old = fopen(csv_path, "w");
    for (int i = 0; i < 1000; i++)
        fputs("something much longer than what will be written now\n", old);
    fclose(old);
    open_csv(csv_path);
    plain_frame(window, 1);
    assert_int_equal(close_csv(), PP_OK);
    assert_null(strstr(read_text(csv_path), "longer"));
}

static void a_new_file_is_for_its_owner_only(void **state)
{
    (void)state;
    open_csv(csv_path);
    assert_int_equal(close_csv(), PP_OK);
    struct stat status;
    assert_int_equal(stat(csv_path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(stat(sidecar_path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void the_sidecar_stands_from_the_start_and_is_complete_at_the_end(void **state)
{
    (void)state;
    pp_window *odd = create_window("quote \" slash \\ tab \t bad \xff\xc3 good \xc3\xa4", false);
    open_csv(csv_path);
    const char *text = read_text(sidecar_path);
    assert_non_null(strstr(text, "\"schema_version\": 1"));
    assert_non_null(strstr(text, "\"complete\": false"));
    plain_frame(odd, 1);
    assert_int_equal(close_csv(), PP_OK);
    pp_window_destroy(odd);
    text = read_text(sidecar_path);
    assert_non_null(strstr(text, "\"complete\": true"));
    assert_non_null(strstr(text, "\"rows\": 1"));
    assert_non_null(strstr(text, "\"dropped\": 0"));
    assert_non_null(strstr(text, "{\"name\": \"start_ns\", \"unit\": \"ns\"}"));
    assert_non_null(strstr(text, "\"title\": \"quote \\\" slash \\\\ tab \\u0009 bad "
                                 "\xef\xbf\xbd\xef\xbf\xbd good \xc3\xa4\""));
    assert_non_null(strstr(text, "\"renderer\": \"raster\""));
}

static void nothing_is_touched_where_the_sidecar_cannot_be(void **state)
{
    (void)state;
    FILE *old = fopen(csv_path, "w");
    fputs("precious\n", old);
    fclose(old);
    assert_int_equal(mkdir(sidecar_path, 0700), 0);
    assert_int_equal(pp_csv_open(&csv, csv_path), PP_EIO);
    assert_non_null(strstr(pp_last_error(), sidecar_path));
    assert_string_equal(read_text(csv_path), "precious\n");
    assert_int_equal(unlink(csv_path), 0);
    assert_int_equal(pp_csv_open(&csv, csv_path), PP_EIO);
    assert_int_equal(access(csv_path, F_OK), -1);
    assert_int_equal(rmdir(sidecar_path), 0);
}

static void what_cannot_be_opened_is_an_error_with_a_reason(void **state)
{
    (void)state;
    assert_int_equal(pp_csv_open(&csv, "/nonexistent/frames.csv"), PP_EIO);
    assert_string_equal(pp_last_error(),
                        "/nonexistent/frames.csv: cannot be written: No such file or directory");
    assert_int_equal(pp_csv_open(&csv, directory), PP_EIO);
    assert_int_equal(pp_csv_open(&csv, ""), PP_EINVAL);
    assert_int_equal(pp_csv_open(&csv, NULL), PP_EINVAL);
    assert_int_equal(pp_csv_open(NULL, csv_path), PP_EINVAL);
    assert_int_equal(pp_csv_close(NULL), PP_OK);
}

static void a_full_disk_is_reported_at_close(void **state)
{
    (void)state;
    open_csv("/dev/full");
    plain_frame(window, 1);
    plain_frame(window, 1);
    assert_int_equal(close_csv(), PP_EIO);
    assert_non_null(strstr(pp_last_error(), "No space left on device"));
    assert_int_equal(access("/dev/full.meta.json", F_OK), -1);
}

/* A limit on the file's size stands in for a disk that fills up in the middle of a row. */
static void a_row_that_does_not_fit_is_cut_off_again(void **state)
{
    (void)state;
    open_csv(csv_path);
    plain_frame(window, 1);
    struct stat status;
    assert_int_equal(stat(csv_path, &status), 0);
    struct rlimit before;
    getrlimit(RLIMIT_FSIZE, &before);
    const struct rlimit limit = {(rlim_t)status.st_size + 40, before.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    plain_frame(window, 1);
    setrlimit(RLIMIT_FSIZE, &before);
    plain_frame(window, 1);
    signal(SIGXFSZ, handler);
    assert_int_equal(close_csv(), PP_EIO);
    const char *text = read_text(csv_path);
    assert_int_equal(strlen(text), status.st_size);
    assert_int_equal(text[strlen(text) - 1], '\n');
    assert_non_null(strstr(read_text(sidecar_path), "\"rows\": 1"));
}

/* Standard output is a pipe whose reader goes away after the first row. */
static void a_closed_pipe_is_an_error_and_no_signal(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
    open_csv("-");
    plain_frame(window, 1);
    char bytes[4096];
    ssize_t size = read(ends[0], bytes, sizeof bytes);
    close(ends[0]);
    plain_frame(window, 1);
    int status = close_csv();
    dup2(kept, STDOUT_FILENO);
    close(kept);
    sigset_t pending;
    sigpending(&pending);
    assert_int_equal(sigismember(&pending, SIGPIPE), 0);
    assert_true(size > 0 && bytes[size - 1] == '\n');
    assert_int_equal(status, PP_EIO);
    assert_non_null(strstr(pp_last_error(), "Broken pipe"));
    assert_int_equal(access("-.meta.json", F_OK), -1);
}

static void decimals_are_points_in_a_comma_locale(void **state)
{
    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        skip();
    char comma[16];
    snprintf(comma, sizeof comma, "%.1f", 0.5);
    open_csv(csv_path);
    plain_frame(window, 1500);
    int status = close_csv();
    setlocale(LC_ALL, "C");
    assert_string_equal(comma, "0,5");
    assert_int_equal(status, PP_OK);
    assert_non_null(strstr(line_of(read_text(csv_path), 1), ",1.500000,"));
}

static void the_child_of_a_fork_leaves_the_file_alone(void **state)
{
    (void)state;
    open_csv(csv_path);
    plain_frame(window, 1);
    pid_t child = fork();
    if (child == 0) {
        plain_frame(window, 1);
        pp_session_stop(session);
        _exit(pp_csv_close(csv) == PP_OK ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_string_equal(line_of(read_text(csv_path), 2), "");
    assert_non_null(strstr(read_text(sidecar_path), "\"complete\": false"));
    assert_int_equal(close_csv(), PP_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CSV_TEST(rows_are_these_bytes),
        CSV_TEST(work_is_exactly_the_sum_of_its_phases),
        CSV_TEST(a_row_is_in_the_file_when_its_frame_has_ended),
        CSV_TEST(a_file_without_frames_has_its_header),
        CSV_TEST(a_phase_that_comes_late_is_charged_to_other_and_named),
        CSV_TEST(the_sidecar_names_the_rows_that_were_disturbed),
        CSV_TEST(an_older_file_is_replaced),
        CSV_TEST(a_new_file_is_for_its_owner_only),
        CSV_TEST(the_sidecar_stands_from_the_start_and_is_complete_at_the_end),
        CSV_TEST(nothing_is_touched_where_the_sidecar_cannot_be),
        CSV_TEST(what_cannot_be_opened_is_an_error_with_a_reason),
        CSV_TEST(a_full_disk_is_reported_at_close),
        CSV_TEST(a_row_that_does_not_fit_is_cut_off_again),
        CSV_TEST(a_closed_pipe_is_an_error_and_no_signal),
        CSV_TEST(decimals_are_points_in_a_comma_locale),
        CSV_TEST(the_child_of_a_fork_leaves_the_file_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
