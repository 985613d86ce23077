/* fuzz/fuzz_reader.c: a libFuzzer target: any bytes as a recording give numbers or a message.
 *
 * Built by clang with -fsanitize=fuzzer,address,undefined together with the core's sources. An
 * input that begins with P is the file itself; others become the words in one whose frame is right,
 * since a mutation does not get past the checksums. */
#include "recording/file.h"

#include <paintprof/error.h>
#include <paintprof/link.h>
#include <paintprof/reader.h>
#include <paintprof/report.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static uint64_t seen; /* keeps what callbacks read from being optimized away */

static void see_text(const char *text)
{
    if (!text)
        abort();
    seen += strlen(text);
}

static void see_site(const pp_site_info *site)
{
    see_text(site->name);
    see_text(site->file);
    if (site->phase >= PP_PHASE_MAX)
        abort();
}

static void see_frame(void *user, const pp_frame *frame)
{
    (void)user;
    if (frame->phase_count > PP_PHASE_MAX || (unsigned)frame->jank >= PP_JANK_COUNT)
        abort();
    for (uint32_t i = 0; i < frame->painter_count; i++)
        see_site(frame->painters[i].site);
}

static void see_zone(void *user, const pp_zone_record *zone)
{
    (void)user;
    see_site(zone->site);
}

static void see_mark(void *user, const pp_mark_record *mark)
{
    (void)user;
    see_text(mark->label);
    if (mark->site)
        see_site(mark->site);
}

static void see_trace(void *user, const pp_trace_record *event)
{
    (void)user;
    if (event->site)
        see_site(event->site);
    if (event->event > PP_TRACE_EVENT_SHOWN || event->point > PP_TRACE_REPLY_RECEIVED)
        abort();
}

static void see_cause(const pp_cause_record *cause)
{
    see_text(cause->event);
    see_text(cause->receiver);
    see_text(cause->caller);
}

static void see_paint(void *user, const pp_paint_record *paint)
{
    (void)user;
    see_site(paint->site);
    if (paint->unchanged > paint->sampled || paint->covered > paint->sampled)
        abort();
    for (uint32_t i = 0; i < paint->cause_count; i++)
        see_cause(&paint->causes[i]);
}

static void see_unpainted(void *user, const pp_unpainted_record *updates)
{
    (void)user;
    see_site(updates->site);
    see_cause(&updates->cause);
}

static void see_event(void *user, const pp_event_record *event)
{
    (void)user;
    see_cause(&event->cause);
    seen += event->self_ns + event->total_ns;
}

static void see_overhead(void *user, uint32_t thread, uint64_t ns)
{
    (void)user;
    seen += thread + ns;
}

static void see_report(void *user, const char *bytes, size_t size_bytes)
{
    (void)user;
    seen += size_bytes ? (uint64_t)bytes[size_bytes - 1] : 0;
}

static void check(int status)
{
    if (status == PP_OK)
        return;
    if (status != PP_EDATA || pp_last_error()[0] == '\0')
        abort();
}

static void list(const pp_reader *reader)
{
    uint32_t number, tid;
    const char *a, *b;
    pp_site_total total;
    for (size_t i = 0; pp_reader_site_at(reader, i, &total); i++)
        see_site(total.site);
    for (size_t i = 0; pp_reader_thread_at(reader, i, &number, &tid, &a); i++)
        see_text(a);
    for (size_t i = 0; pp_reader_note_at(reader, i, &a, &b); i++) {
        see_text(b);
        see_text(pp_reader_note(reader, a));
    }
    if (pp_reader_window(reader, 1, &a, &b)) {
        see_text(a);
        see_text(b);
    }
}

static void report(pp_reader *reader)
{
    pp_report *made = NULL;
    if (pp_report_create(&made, NULL) != PP_OK)
        abort();
    const pp_sink sink = pp_report_sink(made);
    check(pp_reader_run(reader, &sink, NULL, NULL));
    check(pp_report_write_text(made, reader, see_report, NULL));
    check(pp_report_write_json(made, reader, see_report, NULL));
    pp_report_destroy(made);
}

static void cut(pp_reader *reader, const char *path, uint64_t slow_frame_ns)
{
    const pp_cut_opts opts = {.struct_size = sizeof opts,
                              .from_ns = slow_frame_ns ? 0 : 100,
                              .to_ns = slow_frame_ns ? UINT64_MAX : 100000,
                              .slow_frame_ns = slow_frame_ns};
    uint64_t frames = 0;
    check(pp_reader_cut(reader, path, &opts, NULL, NULL, &frames));
    pp_reader *part = NULL;
    check(pp_reader_open(&part, path));
    check(pp_reader_run(part, NULL, NULL, NULL));
    const pp_recording_info *info = pp_reader_info(part);
    if (info->frames != frames || info->damaged || !info->complete)
        abort();
    pp_reader_close(part);
}

static void see_output(void *user, const char *text, size_t size)
{
    (void)user;
    if (size == 0 || text[size - 1] != '\n')
        abort();
}

/* As if it were two sides of its traces: every span then has a server in another file. */
static void link_with_itself(const char *path)
{
    pp_link *link = NULL;
    check(pp_link_create(&link, NULL));
    check(pp_link_add_file(link, path, NULL, NULL));
    check(pp_link_add_file(link, path, NULL, NULL));
    int status = pp_link_join(link);
    check(status);
    if (status == PP_OK) {
        check(pp_link_write_json(link, see_output, NULL));
        check(pp_link_write_text(link, see_output, NULL));
    }
    pp_link_destroy(link);
}

/* ---- Inputs ---------------------------------------------------------------------------------- */

/* A file whose frame is right, so that the words in it are reached: the input is a size and so many
 * words of names, then chunks: thread, what to do to the sequence, size, ticks, words. */
static void append(pp_rec_file *file, pp_rec_block *block, const uint8_t **at, const uint8_t *end,
                   size_t count)
{
    uint64_t words[PP_REC_CHUNK_WORDS];
    size_t left = (size_t)(end - *at) / sizeof words[0];
    if (count > left)
        count = left;
    memcpy(words, *at, count * sizeof words[0]);
    *at += count * sizeof words[0];
    block->words = (uint32_t)count;
    if (pp_rec_file_append(file, block, words) != PP_OK)
        abort();
}

static void write_words(const char *path, const uint8_t *at, const uint8_t *end)
{
    pp_rec_file *file = NULL;
    if (pp_rec_file_create(&file, path, &(pp_rec_file_opts){0}) != PP_OK)
        abort();
    pp_rec_block block = {.kind = PP_REC_META, .sequence = 1};
    size_t count = *at++;
    append(file, &block, &at, end, count);
    block = (pp_rec_block){.kind = PP_REC_DATA};
    while (end - at > 8) {
        block.thread = at[0] % 4 + 1;
        block.sequence += at[1] % 8 == 0 ? 2 : 1;
        block.lost_before = at[1] == 1;
        block.base_ticks += (uint64_t)at[3] << at[4] % 64;
        count = at[2];
        at += 5;
        append(file, &block, &at, end, count);
    }
    if (pp_rec_file_finish(file, 0) != PP_OK)
        abort();
}

/* The bytes as they are, but for the checksum of the header. */
static void write_bytes(const char *path, const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(path, "we");
    if (!file)
        abort();
    if (size >= sizeof(pp_rec_header)) {
        pp_rec_header header;
        memcpy(&header, bytes, sizeof header);
        header.checksum = pp_rec_header_checksum(&header);
        fwrite(&header, sizeof header, 1, file);
        bytes += sizeof header;
        size -= sizeof header;
    }
    fwrite(bytes, 1, size, file);
    fclose(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char folder[] = "/dev/shm/fuzz_reader-XXXXXX", path[64], cut_path[64];
    if (size < 2 || !mkdtemp(folder))
        return 0;
    snprintf(path, sizeof path, "%s/in", folder);
    snprintf(cut_path, sizeof cut_path, "%s/cut", folder);
    if (bytes[0] == 'P')
        write_bytes(path, bytes, size);
    else
        write_words(path, bytes + 1, bytes + size);
    pp_reader *reader = NULL;
    int status = pp_reader_open(&reader, path);
    check(status);
    if (status == PP_OK) {
        const pp_sink sink = {.struct_size = sizeof sink,
                              .frame = see_frame,
                              .zone = see_zone,
                              .mark = see_mark,
                              .painted = see_paint,
                              .unpainted = see_unpainted,
                              .event = see_event,
                              .overhead = see_overhead,
                              .trace = see_trace};
        list(reader);
        check(pp_reader_run(reader, &sink, NULL, NULL));
        list(reader);
        report(reader);
        cut(reader, cut_path, 0);
        cut(reader, cut_path, 1000);
        pp_reader_close(reader);
        link_with_itself(path);
    }
    unlink(path);
    unlink(cut_path);
    rmdir(folder);
    return 0;
}
