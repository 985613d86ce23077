/* unit/recording_fixture.h: recordings made word by word, so that a test knows every byte of them.
 */
#ifndef PP_UNIT_RECORDING_FIXTURE_H
#define PP_UNIT_RECORDING_FIXTURE_H

#include "support.h"

#include "capture/record.h"
#include "recording/file.h"

#include <fcntl.h>
#include <paintprof/reader.h>
#include <sys/stat.h>
#include <unistd.h>

/* The words of one thread on their way to the file. */
typedef struct rec_thread {
    uint32_t number;
    uint64_t sequence, ticks, base_ticks, lost;
    size_t count;
    uint64_t words[PP_REC_CHUNK_WORDS];
} rec_thread;

static char rec_folder[64];
static char rec_path[128];
static pp_rec_file *rec_file;

static inline int start_recording_fixture(void **state)
{
    (void)state;
    snprintf(rec_folder, sizeof rec_folder, "/tmp/paintprof-reader-XXXXXX");
    if (!mkdtemp(rec_folder))
        return -1;
    snprintf(rec_path, sizeof rec_path, "%s/a.pprec", rec_folder);
    return 0;
}

static inline int stop_recording_fixture(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", rec_folder);
    return system(command);
}

#define RECORDING_TEST(name)                                                                       \
    cmocka_unit_test_setup_teardown(name, start_recording_fixture, stop_recording_fixture)

static inline void rec_create(const pp_rec_file_opts *opts)
{
    assert_int_equal(pp_rec_file_create(&rec_file, rec_path, opts), PP_OK);
}

static inline void rec_finish(void)
{
    assert_int_equal(pp_rec_file_finish(rec_file, 0), PP_OK);
}

/* ---- Names ---------------------------------------------------------------------------------- */

/* Puts a text at words[at]; returns where it ends. */
static inline size_t rec_text(uint64_t *words, size_t at, const char *text)
{
    size_t size = strlen(text), count = (size + 7) / 8;
    words[at] = size;
    memset(words + at + 1, 0, count * 8);
    memcpy(words + at + 1, text, size);
    return at + 1 + count;
}

/* An entry of up to three numbers and two texts; NULL: no such text. */
static inline size_t rec_entry(uint64_t *words, enum pp_rec_meta type, const uint64_t *numbers,
                               size_t number_count, const char *text1, const char *text2)
{
    size_t at = 1;
    for (size_t i = 0; i < number_count; i++)
        words[at++] = numbers[i];
    if (text1)
        at = rec_text(words, at, text1);
    if (text2)
        at = rec_text(words, at, text2);
    words[0] = pp_meta_word(type, at - 1);
    return at;
}

static inline void rec_meta(enum pp_rec_meta type, const uint64_t *numbers, size_t number_count,
                            const char *text1, const char *text2)
{
    uint64_t words[512];
    static uint64_t sequence;
    const pp_rec_block block = {
        .kind = PP_REC_META,
        .sequence = ++sequence,
        .words = (uint32_t)rec_entry(words, type, numbers, number_count, text1, text2)};
    assert_int_equal(pp_rec_file_append(rec_file, &block, words), PP_OK);
}

#define NUMBERS(...) (const uint64_t[]){__VA_ARGS__}, sizeof((const uint64_t[]){__VA_ARGS__}) / 8

static inline void rec_site(uint64_t id, uint64_t phase, const char *name)
{
    rec_meta(PP_META_SITE, NUMBERS(id, phase, 7), name, "file.c");
}

static inline void rec_note(const char *key, const char *value)
{
    rec_meta(PP_META_NOTE, NULL, 0, key, value);
}

/* ---- Records -------------------------------------------------------------------------------- */

/* Appends what the thread has as one block. */
static inline void rec_flush(rec_thread *thread)
{
    uint64_t records = 0;
    for (size_t at = 0; at < thread->count; at += 1 + pp_word_payload(thread->words[at]))
        records += pp_word_is_counted(thread->words[at]);
    const pp_rec_block block = {.kind = PP_REC_DATA,
                                .thread = thread->number,
                                .words = (uint32_t)thread->count,
                                .sequence = ++thread->sequence,
                                .base_ticks = thread->base_ticks,
                                .lost_before = thread->lost,
                                .records = records};
    assert_int_equal(pp_rec_file_append(rec_file, &block, thread->words), PP_OK);
    thread->count = 0;
    thread->lost = 0;
}

static inline void rec_room(rec_thread *thread, size_t count)
{
    if (thread->count + count > PP_REC_CHUNK_WORDS)
        rec_flush(thread);
    if (thread->count == 0)
        thread->base_ticks = thread->ticks;
}

static inline void rec_word(rec_thread *thread, uint32_t id, unsigned kind)
{
    rec_room(thread, 1);
    thread->words[thread->count++] =
        thread->ticks << PP_RECORD_TICK_SHIFT | (uint64_t)id << PP_RECORD_KIND_BITS | kind;
}

static inline void rec_extended(rec_thread *thread, enum pp_extended type, const uint64_t *payload,
                                size_t count)
{
    rec_room(thread, count + 1);
    memcpy(thread->words + thread->count + 1, payload, count * sizeof *payload);
    rec_word(thread, (uint32_t)(count << 8 | type), PP_RECORD_EXTENDED);
    thread->count += count;
}

static inline void rec_begin(rec_thread *thread, uint32_t id)
{
    rec_word(thread, id, PP_RECORD_BEGIN);
}

static inline void rec_end(rec_thread *thread, uint32_t id)
{
    rec_word(thread, id, PP_RECORD_END);
}

static inline void rec_mark(rec_thread *thread, uint32_t id)
{
    rec_word(thread, id, PP_RECORD_MARK);
}

static inline void rec_frame_begin(rec_thread *thread, uint32_t window)
{
    rec_extended(thread, PP_EXT_FRAME_BEGIN, NUMBERS(window, thread->ticks, 0, 16666667));
}

static inline void rec_frame_end(rec_thread *thread, uint64_t window_and_flags,
                                 uint64_t painted_ticks)
{
    rec_extended(thread, PP_EXT_FRAME_END, NUMBERS(window_and_flags, painted_ticks, 100, 5));
}

/* As rec_frame_end() of a frame whose GPU time follows under token. */
static inline void rec_frame_end_gpu(rec_thread *thread, uint32_t window, uint64_t token)
{
    rec_extended(thread, PP_EXT_FRAME_END, NUMBERS(window, 0, 100, 5, token));
}

static inline void rec_gpu(rec_thread *thread, uint32_t window, uint64_t token, uint64_t gpu_ns)
{
    rec_extended(thread, PP_EXT_GPU, NUMBERS(window, token, gpu_ns));
}

/* A zone of that length. */
static inline void rec_zone(rec_thread *thread, uint32_t id, uint64_t ticks)
{
    rec_begin(thread, id);
    thread->ticks += ticks;
    rec_end(thread, id);
}

/* A frame of window 1 with one zone of that length in it. */
static inline void rec_frame(rec_thread *thread, uint32_t id, uint64_t ticks)
{
    rec_frame_begin(thread, 1);
    rec_zone(thread, id, ticks);
    rec_frame_end(thread, 1, 0);
}

/* ---- Reading -------------------------------------------------------------------------------- */

enum { SEEN_FRAMES = 4096, SEEN_EVENTS = 256 };

typedef struct seen {
    pp_frame frames[SEEN_FRAMES];
    size_t frame_count;
    pp_zone_record zones[SEEN_EVENTS];
    size_t zone_count;
    char labels[SEEN_EVENTS][64];
    size_t mark_count;
    int stops;
} seen;

static inline void see_frame(void *user, const pp_frame *frame)
{
    seen *s = user;
    if (s->frame_count < SEEN_FRAMES)
        s->frames[s->frame_count++] = *frame;
}

static inline void see_zone(void *user, const pp_zone_record *zone)
{
    seen *s = user;
    if (s->zone_count < SEEN_EVENTS)
        s->zones[s->zone_count++] = *zone;
}

static inline void see_mark(void *user, const pp_mark_record *mark)
{
    seen *s = user;
    if (s->mark_count < SEEN_EVENTS)
        snprintf(s->labels[s->mark_count++], sizeof s->labels[0], "%s", mark->label);
}

static inline void see_stop(void *user)
{
    ((seen *)user)->stops++;
}

static inline pp_sink sink_of(seen *s)
{
    memset(s, 0, sizeof *s);
    return (pp_sink){.struct_size = sizeof(pp_sink),
                     .user = s,
                     .frame = see_frame,
                     .zone = see_zone,
                     .mark = see_mark,
                     .stop = see_stop};
}

static inline pp_reader *open_path(const char *path)
{
    pp_reader *reader = NULL;
    if (pp_reader_open(&reader, path) != PP_OK)
        fail_msg("%s", pp_last_error());
    return reader;
}

/* Opens it and reads all of it. */
static inline pp_reader *read_path(const char *path, seen *s)
{
    pp_reader *reader = open_path(path);
    const pp_sink sink = sink_of(s);
    assert_int_equal(pp_reader_run(reader, &sink, NULL, NULL), PP_OK);
    return reader;
}

static inline size_t file_size(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return (size_t)status.st_size;
}

static inline void patch(const char *path, size_t offset, const void *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, bytes, size, (off_t)offset), (ssize_t)size);
    close(fd);
}

#endif
