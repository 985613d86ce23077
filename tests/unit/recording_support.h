/* unit/recording_support.h: a place for recordings, and what is found in one. */
#ifndef PP_UNIT_RECORDING_SUPPORT_H
#define PP_UNIT_RECORDING_SUPPORT_H

#include "support.h"

#include <paintprof/recording.h>
#include <stdbool.h>
#include <unistd.h>

static char folder[64];
static char file_path[128];

static inline int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/paintprof-test-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(file_path, sizeof file_path, "%s/a.pprec", folder);
    pg_set_profile_enabled(true);
    return 0;
}

static inline int remove_folder(void **state)
{
    (void)state;
    char command[128];
    pp_recording_stop();
    pg_set_profile_enabled(false);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* What was found in a recording. */
typedef struct found {
    pp_recording_info info;
    uint64_t zones_ended;
    uint64_t total_ns, self_ns; /* of all zones */
    uint64_t frames;
    uint64_t bad_order; /* zones that end before the one before them on their thread */
    uint64_t last_end_ns[64];
    void (*on_mark)(struct found *found, const pp_mark_record *mark);
    void *user;
} found;

static inline void found_zone(void *user, const pp_zone_record *zone)
{
    found *f = (found *)user;
    unsigned slot = zone->thread % 64;
    f->zones_ended++;
    f->total_ns += zone->end_ns - zone->start_ns;
    f->self_ns += zone->self_ns;
    f->bad_order += zone->end_ns < zone->start_ns;
    f->bad_order += f->info.threads < 64 && zone->end_ns < f->last_end_ns[slot];
    f->last_end_ns[slot] = zone->end_ns;
}

static inline void found_frame(void *user, const pp_frame *frame)
{
    (void)frame;
    ((found *)user)->frames++;
}

static inline void found_mark(void *user, const pp_mark_record *mark)
{
    found *f = (found *)user;
    if (f->on_mark)
        f->on_mark(f, mark);
}

/* Reads path; a failure is the test's. */
static inline void read_recording(const char *path, found *f)
{
    pp_reader *reader = NULL;
    if (pp_reader_open(&reader, path) != PP_OK)
        fail_msg("%s", pp_last_error());
    const pp_sink sink = {.struct_size = sizeof sink,
                          .user = f,
                          .frame = found_frame,
                          .zone = found_zone,
                          .mark = found_mark};
    if (pp_reader_run(reader, &sink, NULL, NULL) != PP_OK)
        fail_msg("%s", pp_last_error());
    f->info = *pp_reader_info(reader);
    f->info.live_path = "";
    pp_reader_close(reader);
}

static inline char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s cannot be read", path);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = (char *)malloc(*size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    bytes[*size] = '\0';
    fclose(file);
    return bytes;
}

#define RECORDING_TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

#endif
