/* capture/snapshot.c: the last seconds of a running recording, as a recording of their own. */
#include "base/base.h"
#include "base/host.h"
#include "capture/meta.h"
#include "capture/recorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A data segment of the running file. */
typedef struct found_segment {
    uint64_t sequence, offset;
} found_segment;

typedef struct snapshot {
    pp_rec_file *out;
    int fd; /* of the running file */
    uint64_t from_ns;
    int status;
    found_segment *segments;
    size_t segment_count;
    pp_rec_block meta; /* that is being filled */
    uint64_t meta_words[PP_REC_CHUNK_WORDS];
    unsigned char segment[PP_REC_SEGMENT_BYTES];
} snapshot;

/* ---- Names ----------------------------------------------------------------------------------- */

static void flush_meta(snapshot *s)
{
    if (s->meta.words && s->status == PP_OK)
        s->status = pp_rec_file_append(s->out, &s->meta, s->meta_words);
    s->meta.words = 0;
    s->meta.sequence++;
}

static void add_entry(void *user, const uint64_t *words, size_t count)
{
    snapshot *s = user;
    if (s->meta.words + count > PP_REC_CHUNK_WORDS)
        flush_meta(s);
    memcpy(s->meta_words + s->meta.words, words, count * sizeof *words);
    s->meta.words += (uint32_t)count;
}

/* ---- Records --------------------------------------------------------------------------------- */

/* When the last record of a block was made. */
static uint64_t end_ns_of(const pp_rec_block *block, const uint64_t *words, uint64_t count)
{
    uint64_t ticks = block->base_ticks;
    for (uint64_t at = 0; at < count; at += 1 + pp_word_payload(words[at]))
        ticks = pp_word_ticks(ticks, words[at]);
    return pp_ticks_to_ns(ticks);
}

static bool is_wanted(const snapshot *s, const pp_rec_block *block, const uint64_t *words)
{
    return s->from_ns == 0 || end_ns_of(block, words, block->words) >= s->from_ns;
}

/* Visits the blocks of the segment in memory; true if one of them is wanted. */
static bool copy_segment(snapshot *s, size_t size, uint64_t sequence, bool copies)
{
    bool has_wanted = false;
    size_t at = sizeof(pp_rec_segment);
    while (at + sizeof(pp_rec_block) <= size && s->status == PP_OK) {
        const pp_rec_block *block = (const pp_rec_block *)(const void *)(s->segment + at);
        size_t bytes = sizeof *block + block->words * sizeof(uint64_t);
        if (block->magic != PP_REC_BLOCK_MAGIC || block->segment != sequence || at + bytes > size)
            break;
        const uint64_t *words = (const uint64_t *)(const void *)(block + 1);
        if (is_wanted(s, block, words)) {
            has_wanted = true;
            if (!copies)
                break;
            s->status = pp_rec_file_append(s->out, block, words);
        }
        at += (bytes + PP_REC_BLOCK_ALIGN - 1) / PP_REC_BLOCK_ALIGN * PP_REC_BLOCK_ALIGN;
    }
    return has_wanted;
}

static int by_sequence(const void *left, const void *right)
{
    const found_segment *a = left, *b = right;
    return a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
}

static bool find_segments(snapshot *s, uint64_t end)
{
    size_t room = end / PP_REC_SEGMENT_BYTES + 1;
    s->segments = calloc(room, sizeof *s->segments);
    if (!s->segments)
        return false;
    for (uint64_t offset = PP_REC_HEADER_BYTES; offset < end; offset += PP_REC_SEGMENT_BYTES) {
        pp_rec_segment header;
        if (pread(s->fd, &header, sizeof header, (off_t)offset) == (ssize_t)sizeof header &&
            header.magic == PP_REC_SEGMENT_MAGIC && header.kind == PP_REC_DATA)
            s->segments[s->segment_count++] = (found_segment){header.sequence, offset};
    }
    qsort(s->segments, s->segment_count, sizeof *s->segments, by_sequence);
    return true;
}

static bool visit_segment(snapshot *s, size_t index, bool copies)
{
    ssize_t size = pread(s->fd, s->segment, sizeof s->segment, (off_t)s->segments[index].offset);
    return size > 0 && copy_segment(s, (size_t)size, s->segments[index].sequence, copies);
}

/* Goes back to the first segment with something wanted, then forward. */
static void copy_saved(snapshot *s)
{
    size_t first = s->from_ns ? s->segment_count : 0;
    while (first > 0 && visit_segment(s, first - 1, false))
        first--;
    for (size_t i = first; i < s->segment_count && s->status == PP_OK; i++)
        visit_segment(s, i, true);
}

static void copy_held(snapshot *s, const pp_held_chunks *held)
{
    for (size_t i = 0; i < held->count && s->status == PP_OK; i++) {
        uint64_t words;
        s->status = pp_recorder_append(s->out, held->chunks[i], &words);
    }
}

static void fill(pp_recorder *recorder, snapshot *s)
{
    /* What threads gave up since the last look belongs to neither until it is saved. */
    pp_held_chunks held = pp_recorder_hold(false);
    pp_recorder_save(recorder);
    if (!find_segments(s, pp_rec_file_bytes(recorder->file)))
        s->status = pp_fail(PP_ENOMEM, "out of memory for a snapshot");
    if (!held.chunks)
        s->status = pp_fail(PP_ENOMEM, "out of memory for a snapshot");
    if (s->status == PP_OK) {
        copy_saved(s);
        copy_held(s, &held);
    }
    pp_recorder_let_go(&held);
    /* Last: a name may be as new as the youngest record. */
    pp_meta_all(&(pp_meta_target){s, add_entry});
    flush_meta(s);
    free(s->segments);
}

int pp_recorder_snapshot(pp_recorder *recorder, const char *path, uint64_t last_ns)
{
    snapshot *s = calloc(1, sizeof *s);
    if (!s)
        return pp_fail(PP_ENOMEM, "%s: out of memory for a snapshot", path);
    char boot_id[40];
    pp_host_boot_id(boot_id, sizeof boot_id);
    uint64_t now_ns = pp_ticks_to_ns(pp_ticks());
    s->fd = pp_rec_file_fd(recorder->file);
    s->from_ns = last_ns && last_ns < now_ns ? now_ns - last_ns : 0;
    s->meta.kind = PP_REC_META;
    s->meta.sequence = 1;
    s->status = pp_rec_file_create(&s->out, path,
                                   &(pp_rec_file_opts){.start_ns = recorder->start_ns,
                                                       .start_utc_ns = recorder->start_utc_ns,
                                                       .pid = (uint32_t)getpid(),
                                                       .boot_id = boot_id,
                                                       .by_rename = true});
    int status = s->status;
    if (status == PP_OK) {
        fill(recorder, s);
        status = s->status;
        int error = pp_rec_file_error(s->out);
        if (status == PP_OK)
            status = pp_rec_file_finish(s->out, 0);
        else
            pp_rec_file_abandon(s->out);
        if (status == PP_EIO && error)
            pp_fail(status, "%s: the snapshot could not be written: %s", path,
                    strerrordesc_np(error));
    }
    free(s);
    return status;
}
