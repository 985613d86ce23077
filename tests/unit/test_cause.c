/* unit/test_cause.c: painters that are objects, and what is recorded of why they painted. */
#include "cause_fixture.h"

#include <paintprof/recording.h>
#include <pthread.h>
#include <unistd.h>

static noted seen;

static int start(void **state)
{
    int status = start_fixture(state);
    const pp_sink sink = noted_sink(&seen);
    return status == 0 && pp_session_add_sink(session, &sink) > 0 ? 0 : -1;
}

#define CAUSE_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop_fixture)

/* ---- Names ----------------------------------------------------------------------------------- */

static void an_object_has_one_site_for_its_kind_class_and_name(void **state)
{
    (void)state;
    pp_site *site = pp_object_site(PP_OBJECT_WIDGET, "QLabel", "status");
    assert_non_null(site);
    assert_string_equal(site->name, "QLabel \"status\"");
    assert_string_equal(site->file, "<widget>");
    assert_int_equal(site->line, 0);
    assert_int_equal(site->phase, PP_PHASE_REDRAW);
    assert_ptr_equal(pp_object_site(PP_OBJECT_WIDGET, "QLabel", "status"), site);
    assert_ptr_not_equal(pp_object_site(PP_OBJECT_ITEM, "QLabel", "status"), site);
    assert_ptr_not_equal(pp_object_site(PP_OBJECT_WIDGET, "QLabel", "other"), site);
    assert_string_equal(pp_object_site(PP_OBJECT_GL, "View", NULL)->name, "View");
    assert_ptr_equal(pp_object_site(PP_OBJECT_GL, "View", ""),
                     pp_object_site(PP_OBJECT_GL, "View", NULL));
    assert_null(pp_object_site(PP_OBJECT_KIND_COUNT, "View", NULL));
    assert_null(pp_object_site(PP_OBJECT_GL, NULL, NULL));
}

static void long_names_are_cut_between_characters(void **state)
{
    (void)state;
    char name[601];
    for (size_t i = 0; i < 600; i += 2)
        memcpy(name + i, "\xc3\xbc", 2); /* ü */
    name[600] = '\0';
    const pp_site *site = pp_object_site(PP_OBJECT_ITEM, name, name);
    size_t size = strlen(site->name);
    assert_true(size <= 255 && size > 250);
    assert_int_equal(site->name[size - 1], '"');
    assert_int_equal((unsigned char)site->name[size - 2], 0xbc);
}

static void a_text_has_one_number(void **state)
{
    (void)state;
    char longer[300];
    memset(longer, 'x', sizeof longer);
    uint16_t timer = text_id("Timer");
    assert_int_not_equal(timer, 0);
    assert_int_equal(pp_text_intern("Timer and more", 5), timer);
    assert_int_not_equal(text_id("Timer "), timer);
    assert_int_equal(pp_text_intern("", 0), 0);
    assert_int_equal(pp_text_intern(NULL, 7), 0);
    assert_int_equal(pp_text_intern(longer, 300), pp_text_intern(longer, 255));
    assert_int_not_equal(pp_text_intern(longer, 254), pp_text_intern(longer, 255));
}

enum { ASKING_THREADS = 8, ASKED_NAMES = 200 };

typedef struct asker {
    pp_site *sites[ASKED_NAMES];
    uint16_t texts[ASKED_NAMES];
} asker;

static void *ask_for_all(void *user)
{
    asker *a = user;
    char name[32];
    for (int i = 0; i < ASKED_NAMES; i++) {
        snprintf(name, sizeof name, "asked for %d", i);
        a->sites[i] = pp_object_site(PP_OBJECT_WIDGET, "Asked", name);
        a->texts[i] = text_id(name);
    }
    return NULL;
}

static void threads_that_ask_at_once_get_the_same(void **state)
{
    (void)state;
    static asker askers[ASKING_THREADS];
    pthread_t threads[ASKING_THREADS];
    for (int i = 0; i < ASKING_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_for_all, &askers[i]), 0);
    for (int i = 0; i < ASKING_THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < ASKING_THREADS; i++) {
        assert_non_null(askers[i].sites[0]);
        assert_memory_equal(&askers[i], &askers[0], sizeof askers[0]);
    }
}

/* ---- Of zones -------------------------------------------------------------------------------- */

static void a_paint_tells_its_instance_causes_pixels_and_waste(void **state)
{
    (void)state;
    pp_site *site = pp_object_site(PP_OBJECT_ITEM, "Rect", NULL);
    const pp_cause timer = cause_of("Timer", "Ticker \"t\"", "Ticker::tick() (app)");
    pp_frame_begin(window);
    pp_zone zone = pp_zone_begin(site);
    pp_zone_object(&zone, 7);
    pp_zone_cause(&zone, timer, 1);
    pp_zone_cause(&zone, cause_of("MouseMove", "", ""), 70000);
    pp_zone_cause(&zone, timer, 2);
    advance_us(30);
    pp_zone_pixels(&zone, 100);
    pp_zone_pixels(&zone, 25);
    pp_zone_waste(&zone, 16, 15, 4);
    pp_zone_waste(&zone, 4, 9, 9);
    pp_zone_end(&zone);
    pp_frame_end(window);

    assert_int_equal(seen.paint_count, 1);
    const pp_paint_record *paint = &seen.paints[0];
    assert_string_equal(paint->site->name, "Rect");
    assert_int_equal(paint->object, 7);
    assert_int_equal(paint->self_ns, 30 * US);
    assert_int_equal(paint->end_ns - paint->start_ns, 30 * US);
    assert_int_equal(paint->pixels, 125);
    assert_int_equal(paint->sampled, 20);
    assert_int_equal(paint->unchanged, 19); /* never more than was sampled */
    assert_int_equal(paint->covered, 8);
    assert_int_equal(paint->cause_count, 2);
    assert_string_equal(paint->causes[0].event, "Timer");
    assert_string_equal(paint->causes[0].receiver, "Ticker \"t\"");
    assert_string_equal(paint->causes[0].caller, "Ticker::tick() (app)");
    assert_int_equal(paint->causes[0].count, 3);
    assert_string_equal(paint->causes[1].event, "MouseMove");
    assert_string_equal(paint->causes[1].receiver, "");
    assert_int_equal(paint->causes[1].count, 70000);
    assert_int_equal(painter_of(&got.frames[0], "Rect")->pixels, 125);
}

static void one_record_tells_instance_pixels_and_cause(void **state)
{
    (void)state;
    pp_site *site = pp_object_site(PP_OBJECT_ITEM, "Short", NULL);
    pp_frame_begin(window);
    pp_zone zone = pp_zone_begin_paint(site, 9, 50, cause_of("Timer", "A", "b"), 3);
    advance_us(2);
    pp_zone_end(&zone);
    zone = pp_zone_begin_paint(site, 10, 60, (pp_cause){0}, 0);
    pp_zone_end(&zone);
    pp_frame_end(window);
    assert_int_equal(seen.paint_count, 2);
    assert_int_equal(seen.paints[0].object, 9);
    assert_int_equal(seen.paints[0].pixels, 50);
    assert_int_equal(seen.paints[0].cause_count, 1);
    assert_int_equal(seen.causes[0][0].count, 3);
    assert_string_equal(seen.causes[0][0].caller, "b");
    assert_int_equal(seen.paints[1].object, 10);
    assert_int_equal(seen.paints[1].cause_count, 0);
    assert_int_equal(painter_of(&got.frames[0], "Short")->pixels, 110);
}

static void paints_inside_each_other_are_told_apart(void **state)
{
    (void)state;
    pp_site *view = pp_object_site(PP_OBJECT_WIDGET, "View", NULL);
    pp_site *item = pp_object_site(PP_OBJECT_ITEM, "Item", NULL);
    const pp_cause cause = cause_of("Timer", "A", "");
    pp_frame_begin(window);
    pp_zone outer = pp_zone_begin(view);
    pp_zone_cause(&outer, cause, 1);
    advance_us(5);
    for (uint32_t i = 1; i <= 3; i++)
        paint_once(item, &(one_paint){.us = 10 * i, .object = i, .pixels = i});
    pp_zone_pixels(&outer, 1000);
    pp_zone_end(&outer);
    pp_frame_end(window);
    assert_int_equal(seen.paint_count, 4);
    for (uint32_t i = 1; i <= 3; i++) {
        assert_int_equal(seen.paints[i - 1].object, i);
        assert_int_equal(seen.paints[i - 1].self_ns, 10 * i * US);
        assert_int_equal(seen.paints[i - 1].pixels, i);
        assert_int_equal(seen.paints[i - 1].cause_count, 0);
    }
    assert_int_equal(seen.paints[3].object, 0);
    assert_int_equal(seen.paints[3].self_ns, 5 * US);
    assert_int_equal(seen.paints[3].pixels, 1000);
    assert_int_equal(seen.paints[3].cause_count, 1);
}

static void causes_beyond_a_handful_become_one_that_is_not_known(void **state)
{
    (void)state;
    char text[24];
    uint64_t count = 0;
    pp_frame_begin(window);
    pp_zone zone = pp_zone_begin(pp_object_site(PP_OBJECT_WIDGET, "Busy", NULL));
    for (int i = 0; i < 20; i++) {
        snprintf(text, sizeof text, "event %d", i);
        pp_zone_cause(&zone, cause_of(text, "", ""), 2);
    }
    pp_zone_end(&zone);
    pp_frame_end(window);
    const pp_paint_record *paint = &seen.paints[0];
    assert_in_range(paint->cause_count, 2, 8);
    for (uint32_t i = 0; i < paint->cause_count; i++)
        count += paint->causes[i].count;
    assert_int_equal(count, 40);
    assert_string_equal(paint->causes[0].event, "event 0");
    assert_string_equal(paint->causes[paint->cause_count - 1].event, "");
}

static void zones_without_notes_are_not_told(void **state)
{
    (void)state;
    pp_frame_begin(window);
    PP_ZONE(plain, "plain", PP_PHASE_REDRAW);
    advance_us(1);
    PP_END(plain);
    pp_frame_end(window);
    assert_int_equal(seen.paint_count, 0);
}

static void notes_of_a_zone_that_is_off_are_nothing(void **state)
{
    (void)state;
    pp_site *site = pp_object_site(PP_OBJECT_WIDGET, "Off", NULL);
    pg_set_profile_enabled(false);
    paint_once(site, &(one_paint){.us = 1, .object = 1, .sampled = 9});
    pp_note_unpainted(site, (pp_cause){0}, 1);
    pp_note_event(cause_of("Timer", "", ""), 5, 5);
    pg_set_profile_enabled(true);
    plain_frame(window, 1);
    assert_int_equal(seen.paint_count, 0);
    assert_int_equal(seen.unpainted_count, 0);
    assert_int_equal(seen.event_count, 0);
}

/* ---- Beside zones ---------------------------------------------------------------------------- */

static void updates_events_and_overhead_are_told_inside_and_outside_of_frames(void **state)
{
    (void)state;
    pp_site *site = pp_object_site(PP_OBJECT_WIDGET, "Hidden", "h");
    const pp_cause cause = cause_of("Timer", "Ticker", "tick");
    advance_us(50000);
    pp_note_unpainted(site, cause, 3);
    pp_note_event(cause, 20000 * US, 30000 * US); /* the clock's ticks are nanoseconds */
    pp_frame_begin(window);
    PP_ZONE(zone, "inside", PP_PHASE_REDRAW);
    pp_note_unpainted(site, (pp_cause){0}, 1);
    pp_note_overhead(40 * US);
    pp_note_overhead(2 * US);
    PP_END(zone);
    pp_frame_end(window);

    assert_int_equal(seen.unpainted_count, 2);
    assert_string_equal(seen.unpainted[0].site->name, "Hidden \"h\"");
    assert_int_equal(seen.unpainted[0].cause.count, 3);
    assert_string_equal(seen.unpainted[0].cause.caller, "tick");
    assert_string_equal(seen.unpainted[1].cause.event, "");
    assert_int_equal(seen.event_count, 1);
    assert_int_equal(seen.events[0].self_ns, 20000 * US);
    assert_int_equal(seen.events[0].total_ns, 30000 * US);
    assert_string_equal(seen.events[0].cause.receiver, "Ticker");
    assert_int_equal(seen.overhead_ns, 42 * US);
}

static void notes_change_no_time_of_the_frame(void **state)
{
    (void)state;
    pp_site *site = pp_object_site(PP_OBJECT_ITEM, "Same", NULL);
    const pp_cause cause = cause_of("Timer", "A", "b");
    plain_frame(window, 1); /* its drain counts to the next one */
    pp_frame_begin(window);
    paint_once(site, &(one_paint){.us = 10});
    advance_us(3);
    pp_frame_end(window);
    pp_frame_begin(window);
    paint_once(site, &(one_paint){.us = 10, .object = 1, .cause = &cause, .sampled = 5});
    pp_note_event(cause, 5, 5);
    advance_us(3);
    pp_note_overhead(7);
    pp_frame_end(window);
    assert_int_equal(got.frame_count, 3);
    const pp_frame *without = &got.frames[1], *with = &got.frames[2];
    assert_int_equal(without->work_ns, with->work_ns);
    assert_int_equal(without->records, with->records);
    assert_memory_equal(without->phase_ns, with->phase_ns, sizeof with->phase_ns);
}

/* ---- Sinks ----------------------------------------------------------------------------------- */

static void a_sink_of_an_older_version_is_taken(void **state)
{
    (void)state;
    noted never;
    pp_sink old = noted_sink(&never);
    old.struct_size = offsetof(pp_sink, painted);
    int id = pp_session_add_sink(session, &old);
    assert_true(id > 0);
    plain_frame(window, 1);
    pp_frame_begin(window);
    paint_once(pp_object_site(PP_OBJECT_ITEM, "Old", NULL), &(one_paint){.us = 1, .object = 1});
    pp_frame_end(window);
    assert_int_equal(never.paint_count, 0);
    assert_int_equal(seen.paint_count, 1);
    assert_int_equal(pp_session_remove_sink(session, id), PP_OK);
    old.struct_size = offsetof(pp_sink, painted) - 1;
    assert_int_equal(pp_session_add_sink(session, &old), PP_EINVAL);
}

static void a_sink_that_goes_away_inside_a_paint_is_not_called(void **state)
{
    (void)state;
    noted other;
    const pp_sink sink = noted_sink(&other);
    pp_frame_begin(window);
    pp_zone zone = pp_zone_begin(pp_object_site(PP_OBJECT_ITEM, "Gone", NULL));
    pp_zone_object(&zone, 1);
    int id = pp_session_add_sink(session, &sink); /* drains: the zone is open and has a note */
    assert_int_equal(pp_session_remove_sink(session, id), PP_OK);
    pp_zone_end(&zone);
    pp_frame_end(window);
    assert_int_equal(other.paint_count, 0);
    assert_int_equal(seen.paint_count, 1);
}

/* ---- Files ----------------------------------------------------------------------------------- */

/* What a recording at path notes. */
static void read_notes(const char *path, noted *out, uint64_t *dropped)
{
    pp_reader *reader = NULL;
    const pp_sink sink = noted_sink(out);
    assert_int_equal(pp_reader_open(&reader, path), PP_OK);
    assert_int_equal(pp_reader_run(reader, &sink, NULL, NULL), PP_OK);
    *dropped = pp_reader_info(reader)->dropped;
    for (size_t i = 0; i < out->paint_count; i++) { /* what it points to leaves with the reader */
        assert_string_equal(out->paints[i].site->file, seen.paints[i].site->file);
        assert_string_equal(out->paints[i].site->name, seen.paints[i].site->name);
        for (uint32_t c = 0; c < out->paints[i].cause_count; c++) {
            assert_string_equal(out->causes[i][c].event, seen.causes[i][c].event);
            assert_string_equal(out->causes[i][c].receiver, seen.causes[i][c].receiver);
            assert_string_equal(out->causes[i][c].caller, seen.causes[i][c].caller);
        }
    }
    pp_reader_close(reader);
}

static void record_frames(const char *path, int count)
{
    pp_site *item = pp_object_site(PP_OBJECT_ITEM, "Recorded", "i");
    const pp_cause cause = cause_of("Timer", "R \"r\"", "r()");
    assert_int_equal(pp_recording_start(path, NULL), PP_OK);
    for (int i = 1; i <= count; i++) {
        pp_frame_begin(window);
        paint_once(item, &(one_paint){.us = 10,
                                      .object = (uint32_t)i,
                                      .pixels = 9,
                                      .sampled = 8,
                                      .unchanged = 7,
                                      .cause = &cause,
                                      .asked = (uint32_t)i});
        pp_note_unpainted(item, cause, (uint32_t)i);
        pp_frame_end(window);
        advance_us(1000);
        pp_note_event(cause, 500, 600);
        pp_note_overhead(5);
    }
    assert_int_equal(pp_recording_stop(), PP_OK);
}

static void a_recording_tells_the_same_as_the_running_program(void **state)
{
    (void)state;
    char path[] = "/tmp/paintprof-cause-XXXXXX";
    noted file;
    uint64_t dropped;
    close(mkstemp(path));
    record_frames(path, 10);
    pp_session_drain(session);
    read_notes(path, &file, &dropped);
    assert_int_equal(file.paint_count, 10);
    assert_int_equal(seen.paint_count, 10);
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(file.paints[i].object, seen.paints[i].object);
        assert_int_equal(file.paints[i].self_ns, seen.paints[i].self_ns);
        assert_int_equal(file.paints[i].sampled, 8);
        assert_int_equal(file.causes[i][0].count, seen.causes[i][0].count);
    }
    assert_int_equal(file.unpainted_count, 10);
    assert_int_equal(file.event_count, 10);
    assert_int_equal(file.overhead_ns, 50);
    assert_int_equal(dropped, 0);
    unlink(path);
}

static void a_part_of_a_recording_keeps_what_belongs_to_its_zones(void **state)
{
    (void)state;
    char path[] = "/tmp/paintprof-cause-XXXXXX", part[64];
    noted file;
    pp_reader *reader = NULL;
    uint64_t frames = 0;
    close(mkstemp(path));
    snprintf(part, sizeof part, "%s.cut", path);
    record_frames(path, 10);
    assert_int_equal(pp_reader_open(&reader, path), PP_OK);
    assert_int_equal(pp_reader_run(reader, NULL, NULL, NULL), PP_OK);
    /* Frames begin every 1.01 ms: the fourth to the sixth. */
    const pp_cut_opts opts = {.struct_size = sizeof opts, .from_ns = 3030 * US, .to_ns = 5060 * US};
    assert_int_equal(pp_reader_cut(reader, part, &opts, NULL, NULL, &frames), PP_OK);
    pp_reader_close(reader);
    assert_int_equal(frames, 3);

    const pp_sink sink = noted_sink(&file);
    assert_int_equal(pp_reader_open(&reader, part), PP_OK);
    assert_int_equal(pp_reader_run(reader, &sink, NULL, NULL), PP_OK);
    assert_int_equal(file.paint_count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(file.paints[i].object, 4 + i);
        assert_int_equal(file.paints[i].pixels, 9);
        assert_int_equal(file.paints[i].unchanged, 7);
        assert_int_equal(file.causes[i][0].count, 4 + i);
        assert_string_equal(file.causes[i][0].receiver, "R \"r\"");
    }
    assert_in_range(file.unpainted_count, 3, 4);
    pp_reader_close(reader);
    unlink(path);
    unlink(part);
}

/* ---- Bounds: these use up what all others share ---------------------------------------------- */

static void objects_and_texts_leave_numbers_for_the_zones_of_the_program(void **state)
{
    (void)state;
    char name[32];
    uint32_t sites = 0, texts = 0;
    for (int i = 0; i < 70000; i++) {
        snprintf(name, sizeof name, "object %d", i);
        sites += pp_object_site(PP_OBJECT_ITEM, "Many", name) != NULL;
        texts += pp_text_intern(name, strlen(name)) != 0;
    }
    assert_in_range(sites, 16000, 16384);
    assert_in_range(texts, 32000, 32768);
    assert_null(pp_object_site(PP_OBJECT_ITEM, "New", "name"));
    assert_int_equal(text_id("a new text"), 0);
    assert_non_null(pp_object_site(PP_OBJECT_ITEM, "Many", "object 0"));
    assert_non_null(pp_site_get("a zone of the program", PP_PHASE_REDRAW));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CAUSE_TEST(an_object_has_one_site_for_its_kind_class_and_name),
        CAUSE_TEST(long_names_are_cut_between_characters),
        CAUSE_TEST(a_text_has_one_number),
        CAUSE_TEST(threads_that_ask_at_once_get_the_same),
        CAUSE_TEST(a_paint_tells_its_instance_causes_pixels_and_waste),
        CAUSE_TEST(one_record_tells_instance_pixels_and_cause),
        CAUSE_TEST(paints_inside_each_other_are_told_apart),
        CAUSE_TEST(causes_beyond_a_handful_become_one_that_is_not_known),
        CAUSE_TEST(zones_without_notes_are_not_told),
        CAUSE_TEST(notes_of_a_zone_that_is_off_are_nothing),
        CAUSE_TEST(updates_events_and_overhead_are_told_inside_and_outside_of_frames),
        CAUSE_TEST(notes_change_no_time_of_the_frame),
        CAUSE_TEST(a_sink_of_an_older_version_is_taken),
        CAUSE_TEST(a_sink_that_goes_away_inside_a_paint_is_not_called),
        CAUSE_TEST(a_recording_tells_the_same_as_the_running_program),
        CAUSE_TEST(a_part_of_a_recording_keeps_what_belongs_to_its_zones),
        CAUSE_TEST(objects_and_texts_leave_numbers_for_the_zones_of_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
