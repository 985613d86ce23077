/* unit/test_report.c: reports of made-up frames, and of a recording made here. */
#include "support.h"

#include <locale.h>
#include <unistd.h>

enum { MS = 1000000 /* ns */ };

static const pp_site_info curve = {"Curve.paint()", "src/chart/curve.c", 120, PP_PHASE_REDRAW};
static const pp_site_info gaps = {
    "Gaps.build(std::vector<Gap> const &, int, double) für alle Lücken", "gaps.c", 7,
    PP_PHASE_CREATE};
static const pp_site_info evil = {"a\x1b[31mb\nc\xff\xe2\x80\xae", "x.c", 1, PP_PHASE_BATCH};

static pp_report *report;
static pp_sink sink;
static captured_text text;
static bool are_disturbed; /* the frames that are added */

static int create_report(void **state)
{
    (void)state;
    memset(&text, 0, sizeof text);
    if (pp_report_create(&report, NULL) != PP_OK)
        return -1;
    sink = pp_report_sink(report);
    return 0;
}

static int destroy_report(void **state)
{
    (void)state;
    pp_report_destroy(report);
    return 0;
}

/* The report of another number of slow frames. */
static void recreate(uint32_t slowest)
{
    const pp_report_opts opts = {.struct_size = sizeof opts, .slowest = slowest};
    pp_report_destroy(report);
    assert_int_equal(pp_report_create(&report, &opts), PP_OK);
    sink = pp_report_sink(report);
}

/* A frame in which curve took redraw_ms and gaps create_ms; number and time follow on. */
static void add_frame(uint64_t number, uint32_t of, uint64_t redraw_ms, uint64_t create_ms)
{
    const pp_painter drawn = {
        .site = &curve, .self_ns = redraw_ms * MS, .total_ns = redraw_ms * MS, .count = 2};
    const pp_painter created = {
        .site = &gaps, .self_ns = create_ms * MS, .total_ns = create_ms * MS, .count = 1};
    const pp_painter painters[] = {redraw_ms < create_ms ? created : drawn,
                                   redraw_ms < create_ms ? drawn : created};
    pp_frame frame = {.number = number,
                      .window = of,
                      .phase_count = PP_PHASE_USER,
                      .start_ns = 1000000000 + number * 16 * MS,
                      .interval_ns = number == 1 ? PP_NOT_MEASURED : 16 * MS,
                      .asked_ns = PP_NOT_MEASURED,
                      .work_ns = (redraw_ms + create_ms) * MS,
                      .flush_ns = MS / 2,
                      .gpu_ns = PP_NOT_MEASURED,
                      .budget_ns = 10 * MS,
                      .jank = redraw_ms + create_ms >= 10 ? PP_JANK_PAINT : PP_JANK_NONE,
                      .painter_count = 2,
                      .painters = painters,
                      .is_disturbed = are_disturbed};
    frame.end_ns = frame.start_ns;
    frame.phase_ns[PP_PHASE_REDRAW] = redraw_ms * MS;
    frame.phase_ns[PP_PHASE_CREATE] = create_ms * MS;
    frame.phase_ns[PP_PHASE_OVERLAY] = MS / 10;
    sink.frame(sink.user, &frame);
}

static const char *as_text(void)
{
    text.size = 0;
    text.writes = 0;
    assert_int_equal(pp_report_write_text(report, NULL, capture_text, &text), PP_OK);
    assert_int_equal(text.writes, 1);
    return text.bytes;
}

static const char *as_json(void)
{
    text.size = 0;
    text.writes = 0;
    assert_int_equal(pp_report_write_json(report, NULL, capture_text, &text), PP_OK);
    assert_int_equal(text.writes, 1);
    return text.bytes;
}

static void assert_has(const char *whole, const char *part)
{
    if (!strstr(whole, part))
        fail_msg("no '%s' in\n%s", part, whole);
}

static void assert_has_not(const char *whole, const char *part)
{
    if (strstr(whole, part))
        fail_msg("'%s' is in\n%s", part, whole);
}

static void a_report_without_frames_says_what_to_do(void **state)
{
    (void)state;
    assert_has(as_text(), "no frames: ");
    assert_has(as_text(), "pp_frame_begin()");
    assert_has(as_json(), "\"frames\":0");
    assert_has(as_json(), "\"work_ms\":null");
    assert_has(as_json(), "\"slowest\":[]");
}

static void a_report_of_frames_reads_as_the_golden_file(void **state)
{
    (void)state;
    recreate(2);
    for (uint64_t i = 1; i <= 200; i++)
        add_frame(i, i % 10 == 0 ? 12 : 1, 2 + i % 3, i % 50 == 0 ? 9 : 0);
    assert_golden("report.txt", as_text());
}

static void json_is_one_line_of_the_same_numbers(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 100; i++)
        add_frame(i, 1, i == 40 ? 30 : 2, 0);
    const char *json = as_json();
    assert_ptr_equal(strchr(json, '\n'), json + strlen(json) - 1);
    assert_has(json, "\"frames\":100,\"late\":1,\"jank\":{\"paint\":1,\"flush\":0,");
    assert_has(json, "\"exact\":true");
    assert_has(json, "\"work_ms\":{\"count\":100,\"mean\":2.280000,\"p50\":2.000000,"
                     "\"p95\":2.000000,\"p99\":2.000000,\"max\":30.000000,"
                     "\"worst_1_percent\":30.000000}");
    assert_has(json, "\"phases_ms\":{\"redraw\":{\"count\":100,");
    assert_has(json, "\"gpu_ms\":null");
    assert_has(json, "\"interval_ms\":{\"count\":99,");
    assert_has(json, "\"slowest\":[{\"frame\":40,\"window\":1,");
    assert_has(json, "\"taken_ms\":30.600000");
    assert_has(json, "\"painters\":[{\"name\":\"Curve.paint()\",\"phase\":\"redraw\",");
}

static void disturbed_frames_are_named(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 10; i++)
        add_frame(i, 1, i, 0);
    assert_has_not(as_text(), "disturbed");
    assert_has_not(as_json(), "disturbed");
    are_disturbed = true;
    for (uint64_t i = 11; i <= 20; i++)
        add_frame(i, 1, i, 0);
    are_disturbed = false;
    add_frame(21, 1, 1, 0);
    are_disturbed = true;
    add_frame(22, 1, 1, 0);
    assert_has(as_text(), "\ndisturbed    11 frames (11 to 20, 22 to 22), 0.1 s in all: ");
    assert_has(as_text(), "frame 20: 20.600 ms at 0.304 s in window 1, late (paint), disturbed\n");
    assert_has(as_json(), "\"disturbed_frames\":11,\"disturbed\":[{\"first\":11,\"last\":20,"
                          "\"frames\":10,\"ms\":144.000000},{\"first\":22,");
}

static void any_number_of_disturbed_stretches_is_counted(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 400; i++) {
        are_disturbed = i % 2 == 0;
        add_frame(i, 1, 1, 0);
    }
    are_disturbed = false;
    assert_has(as_text(), "\ndisturbed    200 frames (2 to 2, 4 to 4, 6 to 6, 8 to 8 …), ");
    assert_has(as_json(), "\"disturbed_frames\":200,");
    assert_has(as_json(), "\"last\":400,\"frames\":137,");
}

static void the_slowest_frames_come_longest_first(void **state)
{
    (void)state;
    recreate(3);
    static const uint64_t ms[] = {5, 9, 1, 9, 7, 30, 2, 8, 9};
    for (uint64_t i = 0; i < sizeof ms / sizeof ms[0]; i++)
        add_frame(i + 1, 1, ms[i], 0);
    const char *first = strstr(as_text(), "frame 6: 30.600 ms");
    assert_non_null(first);
    const char *second = strstr(first, "frame 2: 9.600 ms");
    assert_non_null(second);
    assert_non_null(strstr(second, "frame 4: 9.600 ms"));
    assert_has_not(text.bytes, "frame 9:");
    assert_has_not(text.bytes, "frame 8:");
}

static void what_no_frame_measured_has_no_row(void **state)
{
    (void)state;
    add_frame(1, 1, 3, 0);
    assert_has(as_text(), "\n    redraw ");
    assert_has_not(text.bytes, "\n    batch ");
    assert_has_not(text.bytes, "\n  gpu ");
    assert_has_not(text.bytes, "\n  interval ");
}

static void names_are_cut_in_the_middle_and_cannot_move_the_cursor(void **state)
{
    (void)state;
    const pp_painter painters[] = {{.site = &gaps, .self_ns = 1, .total_ns = 1, .count = 1},
                                   {.site = &evil, .self_ns = 1, .total_ns = 1, .count = 1}};
    const pp_frame frame = {.number = 1,
                            .window = 1,
                            .phase_count = PP_PHASE_USER,
                            .interval_ns = PP_NOT_MEASURED,
                            .flush_ns = PP_NOT_MEASURED,
                            .gpu_ns = PP_NOT_MEASURED,
                            .painter_count = 2,
                            .painters = painters};
    sink.frame(sink.user, &frame);
    assert_has(as_text(), "  Gaps.build(std::vect…le) für alle Lücken  create ");
    assert_has(text.bytes, "  a?[31mb?c\xef\xbf\xbd?");
    assert_has(as_json(), "\"a\\u001b[31mb\\u000ac\xef\xbf\xbd");
}

/* A text that is too long to be kept. */
typedef struct wanted_text {
    const char *part;
    bool was_found;
} wanted_text;

static void look_for(void *user, const char *bytes, size_t size_bytes)
{
    wanted_text *wanted = user;
    wanted->was_found = memmem(bytes, size_bytes, wanted->part, strlen(wanted->part)) != NULL;
}

static void windows_beyond_a_thousand_are_counted_together(void **state)
{
    (void)state;
    wanted_text wanted = {.part = "\"frames_of_more_windows\":976"};
    for (uint32_t i = 1; i <= 2000; i++)
        add_frame(i, 3000 - i, 1, 0);
    assert_int_equal(pp_report_write_json(report, NULL, look_for, &wanted), PP_OK);
    assert_true(wanted.was_found);
}

static void red_flags_stand_at_its_end(void **state)
{
    (void)state;
    static const pp_site_info per_item = {"Item.create()", "item.c", 3, PP_PHASE_CREATE};
    const pp_painter painter = {.site = &per_item,
                                .self_ns = 3000 * (uint64_t)MS,
                                .total_ns = 3000 * (uint64_t)MS,
                                .count = 1285};
    assert_has(as_json(), "\"red_flags\":[]}");
    assert_has_not(as_text(), "red flags");
    sink.frame(sink.user, &(pp_frame){.number = 1,
                                      .window = 1,
                                      .work_ns = 3000 * (uint64_t)MS,
                                      .painter_count = 1,
                                      .painters = &painter});
    assert_has(as_text(),
               "\nred flags (docs/red-flags.md)\n  items-one-by-one\n    frame, "
               "`Item.create()`: 3000.00 ms for 1285 items, 2.3346 ms each\n    remedy: ");
    assert_has(as_json(), "\"red_flags\":[{\"flag\":\"items-one-by-one\",\"label\":"
                          "\"Item.create()\",");
}

static void beyond_the_limit_it_says_that_percentiles_are_rounded(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 262145; i++)
        add_frame(i, 1, 3 + i % 2, 0);
    assert_has(as_text(), "within 0.1%");
    assert_has(as_json(), "\"exact\":false");
}

static void a_comma_locale_changes_nothing(void **state)
{
    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        skip();
    add_frame(1, 1, 3, 0);
    assert_has(as_text(), "3.000");
    assert_has_not(text.bytes, "3,000");
    assert_has(as_json(), "\"mean\":3.000000");
    setlocale(LC_ALL, "C");
}

static void wrong_options_are_refused(void **state)
{
    (void)state;
    pp_report *other = report;
    const pp_report_opts small = {.struct_size = 1};
    const pp_report_opts many = {.struct_size = sizeof many, .slowest = PP_REPORT_SLOWEST_MAX + 1};
    assert_int_equal(pp_report_create(NULL, NULL), PP_EINVAL);
    assert_int_equal(pp_report_create(&other, &small), PP_EINVAL);
    assert_null(other);
    assert_int_equal(pp_report_create(&other, &many), PP_EINVAL);
    pp_report_destroy(NULL);
}

/* A recording at path: ten frames of a window, each with two zones. */
static void record(const char *path)
{
    pp_window *window;
    const pp_window_opts opts = {
        .struct_size = sizeof opts, .title = "chart", .renderer = "raster", .refresh_hz = 60};
    assert_int_equal(pp_window_create(&window, &opts), PP_OK);
    pg_set_profile_enabled(true);
    assert_int_equal(pp_process_note("test.fact", "some value"), PP_OK);
    assert_int_equal(pp_recording_start(path, NULL), PP_OK);
    for (int i = 0; i < 10; i++) {
        pp_frame_begin(window);
        PP_ZONE(outer, "Chart.paint()", PP_PHASE_REDRAW);
        PP_ZONE(inner, "Gaps.build()", PP_PHASE_BATCH);
        PP_END(inner);
        pp_zone_pixels(&outer, 1234);
        PP_END(outer);
        pp_frame_end(window);
    }
    assert_int_equal(pp_recording_stop(), PP_OK);
    pg_set_profile_enabled(false);
    pp_window_destroy(window);
}

static void a_recording_is_described_and_its_sites_are_listed(void **state)
{
    (void)state;
    char path[] = "/tmp/paintprof-report-XXXXXX";
    pp_reader *reader;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    record(path);
    assert_int_equal(pp_reader_open(&reader, path), PP_OK);
    assert_int_equal(pp_reader_run(reader, &sink, NULL, NULL), PP_OK);
    assert_int_equal(pp_report_write_text(report, reader, capture_text, &text), PP_OK);
    assert_has(text.bytes, "\ncomplete     yes\nframes       10, ");
    assert_has(text.bytes, "raster    chart\n");
    assert_has(text.bytes, "\n  Chart.paint() ");
    assert_has(text.bytes, "  12340  test_report.c:");
    text.size = 0;
    assert_int_equal(pp_report_write_info_text(report, reader, capture_text, &text), PP_OK);
    assert_has(text.bytes, "some value\n");
    text.size = 0;
    assert_int_equal(pp_report_write_info_json(report, reader, capture_text, &text), PP_OK);
    assert_has(text.bytes, "\"complete\":true,");
    assert_has(text.bytes, "\"frames\":10,");
    assert_has(text.bytes, "\"test.fact\":\"some value\"");
    text.size = 0;
    assert_int_equal(pp_report_write_json(report, reader, capture_text, &text), PP_OK);
    assert_has(text.bytes, "\"sites\":[{\"name\":\"");
    pp_reader_close(reader);
    unlink(path);
}

#define REPORT_TEST(name) cmocka_unit_test_setup_teardown(name, create_report, destroy_report)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REPORT_TEST(a_report_without_frames_says_what_to_do),
        REPORT_TEST(a_report_of_frames_reads_as_the_golden_file),
        REPORT_TEST(json_is_one_line_of_the_same_numbers),
        REPORT_TEST(disturbed_frames_are_named),
        REPORT_TEST(any_number_of_disturbed_stretches_is_counted),
        REPORT_TEST(the_slowest_frames_come_longest_first),
        REPORT_TEST(what_no_frame_measured_has_no_row),
        REPORT_TEST(names_are_cut_in_the_middle_and_cannot_move_the_cursor),
        REPORT_TEST(windows_beyond_a_thousand_are_counted_together),
        REPORT_TEST(red_flags_stand_at_its_end),
        REPORT_TEST(beyond_the_limit_it_says_that_percentiles_are_rounded),
        REPORT_TEST(a_comma_locale_changes_nothing),
        REPORT_TEST(wrong_options_are_refused),
        REPORT_TEST(a_recording_is_described_and_its_sites_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
