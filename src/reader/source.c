/* reader/source.c: the bytes of a recording file: its header, its segments and their blocks. */
#include "reader/source.h"

#include "base/base.h"
#include "recording/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROGRESS_SEGMENTS = 16 };

struct pp_source_buffer {
    _Alignas(64) unsigned char bytes[PP_REC_SEGMENT_BYTES];
};

ptrdiff_t pp_source_pread(int fd, void *bytes, size_t size, uint64_t offset)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = pread(fd, (char *)bytes + done, size - done, (off_t)(offset + done));
        if (got > 0)
            done += (size_t)got;
        else if (got == 0)
            break;
        else if (errno != EINTR)
            return -1;
    }
    return (ptrdiff_t)done;
}

static int fail_read(const pp_source *source, uint64_t offset)
{
    return pp_fail(PP_EIO, "%s: cannot be read at byte %llu: %s", source->path,
                   (unsigned long long)offset, strerrordesc_np(errno));
}

void pp_source_note_damage(pp_source *source, uint64_t offset)
{
    pp_source_damage *damage = &source->damage;
    if (damage->count == 0 || offset < damage->first_offset)
        damage->first_offset = offset;
    damage->count++;
}

bool pp_source_is_at(const pp_source *source, const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && status.st_dev == source->device &&
           status.st_ino == source->inode;
}

/* ---- The header ----------------------------------------------------------------------------- */

static int check_header(const pp_source *source, size_t size)
{
    const pp_rec_header *header = &source->header;
    const char *path = source->path;
    if (size < sizeof header->magic ||
        memcmp(header->magic, PP_REC_MAGIC, sizeof header->magic) != 0)
        return pp_fail(PP_EDATA, "%s: is no recording: it does not begin like one", path);
    if (size < sizeof *header)
        return pp_fail(PP_EDATA, "%s: is cut off at byte %zu, within its header of %zu bytes", path,
                       size, sizeof *header);
    if (header->version < PP_REC_VERSION_MIN || header->version > PP_REC_VERSION)
        return pp_fail(PP_EDATA, "%s: is of version %u at byte 8; versions %d to %d can be read",
                       path, header->version, PP_REC_VERSION_MIN, PP_REC_VERSION);
    if (!memchr(header->path, '\0', sizeof header->path))
        return pp_fail(PP_EDATA, "%s: is damaged: the path at byte %zu does not end", path,
                       offsetof(pp_rec_header, path));
    if (header->flags & PP_REC_LIVE)
        return pp_fail(PP_EDATA, "%s: is the live part of a recording: read that, %s", path,
                       header->path);
    if (header->checksum != pp_rec_header_checksum(header))
        return pp_fail(PP_EDATA, "%s: is damaged: the checksum at byte %zu does not fit its header",
                       path, offsetof(pp_rec_header, checksum));
    if (header->header_bytes != PP_REC_HEADER_BYTES ||
        header->segment_bytes != PP_REC_SEGMENT_BYTES)
        return pp_fail(PP_EDATA,
                       "%s: has a header of %u and segments of %u bytes at byte 12; "
                       "%d and %d are expected",
                       path, header->header_bytes, header->segment_bytes, PP_REC_HEADER_BYTES,
                       PP_REC_SEGMENT_BYTES);
    return PP_OK;
}

static int read_header(pp_source *source)
{
    ptrdiff_t size = pp_source_pread(source->fd, &source->header, sizeof source->header, 0);
    return size < 0 ? fail_read(source, 0) : check_header(source, (size_t)size);
}

/* ---- The index ------------------------------------------------------------------------------ */

static int add_segment(pp_source *source, const pp_rec_segment *segment, uint64_t offset)
{
    pp_source_index *index = segment->kind == PP_REC_META ? &source->meta : &source->data;
    if (index->count == index->capacity) {
        size_t capacity = index->capacity * 2 + 64;
        pp_source_segment *segments = realloc(index->segments, capacity * sizeof *segments);
        if (!segments)
            return pp_fail(PP_ENOMEM, "%s: out of memory for its index", source->path);
        index->segments = segments;
        index->capacity = capacity;
    }
    index->segments[index->count++] = (pp_source_segment){segment->sequence, offset};
    return PP_OK;
}

static bool is_unused(const pp_rec_segment *segment)
{
    static const pp_rec_segment zeros;
    return memcmp(segment, &zeros, sizeof zeros) == 0;
}

/* The segment behind offset that holds anything: a file may have holes of any size. */
static uint64_t next_segment(const pp_source *source, uint64_t offset)
{
    uint64_t next = offset + PP_REC_SEGMENT_BYTES;
    off_t data = lseek(source->fd, (off_t)next, SEEK_DATA);
    if (data < 0)
        return errno == ENXIO ? source->size_bytes : next;
    uint64_t skipped = ((uint64_t)data - next) / PP_REC_SEGMENT_BYTES;
    return next + skipped * PP_REC_SEGMENT_BYTES;
}

static int by_sequence(const void *left, const void *right)
{
    const pp_source_segment *a = left, *b = right;
    if (a->sequence != b->sequence)
        return a->sequence < b->sequence ? -1 : 1;
    return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static void sort_index(pp_source_index *index)
{
    if (index->count > 0)
        qsort(index->segments, index->count, sizeof *index->segments, by_sequence);
}

static int read_index(pp_source *source)
{
    uint64_t offset = PP_REC_HEADER_BYTES;
    while (offset < source->size_bytes) {
        pp_rec_segment segment;
        ptrdiff_t size = pp_source_pread(source->fd, &segment, sizeof segment, offset);
        if (size < 0)
            return fail_read(source, offset);
        uint64_t here = offset;
        offset += PP_REC_SEGMENT_BYTES;
        if (size < (ptrdiff_t)sizeof segment) {
            if (size > 0)
                pp_source_note_damage(source, here);
            break;
        }
        if (is_unused(&segment)) {
            offset = next_segment(source, here);
        } else if (segment.magic != PP_REC_SEGMENT_MAGIC || segment.sequence == 0 ||
                   (segment.kind != PP_REC_DATA && segment.kind != PP_REC_META)) {
            pp_source_note_damage(source, here);
        } else {
            int status = add_segment(source, &segment, here);
            if (status != PP_OK)
                return status;
        }
    }
    sort_index(&source->data);
    sort_index(&source->meta);
    return PP_OK;
}

/* ---- Open and close ------------------------------------------------------------------------- */

/* The live part is copied before the file is looked at: what its writer moves from there to the
 * file meanwhile is then in both. */
static int open_parts(pp_source *source)
{
    struct stat status;
    if (fstat(source->fd, &status) != 0)
        return fail_read(source, 0);
    if (!S_ISREG(status.st_mode))
        return pp_fail(PP_EDATA, "%s: is no recording: it is not a regular file", source->path);
    source->device = status.st_dev;
    source->inode = status.st_ino;
    int result = read_header(source);
    if (result != PP_OK)
        return result;
    if (!(source->header.flags & PP_REC_COMPLETE)) {
        result = pp_source_copy_live(source, status.st_uid);
        if (result == PP_OK)
            result = read_header(source); /* it may have been finished just now */
    }
    if (result != PP_OK)
        return result;
    if (fstat(source->fd, &status) != 0)
        return fail_read(source, 0);
    source->size_bytes = (uint64_t)status.st_size;
    source->buffer = aligned_alloc(64, sizeof *source->buffer);
    if (!source->buffer)
        return pp_fail(PP_ENOMEM, "%s: out of memory for a segment", source->path);
    return read_index(source);
}

int pp_source_open(pp_source *source, const char *path)
{
    *source = (pp_source){.path = path};
    source->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (source->fd < 0)
        return pp_fail(PP_EIO, "%s: cannot be opened: %s", path, strerrordesc_np(errno));
    int status = open_parts(source);
    if (status != PP_OK)
        pp_source_close(source);
    return status;
}

void pp_source_close(pp_source *source)
{
    close(source->fd);
    pp_source_free_live(source);
    free(source->data.segments);
    free(source->meta.segments);
    free(source->buffer);
}

/* ---- Blocks --------------------------------------------------------------------------------- */

/* A segment that is being read. */
typedef struct segment_walk {
    pp_source *source;
    const pp_source_segment *segment;
    enum pp_rec_kind kind;
    bool may_grow; /* its writer may be adding to it just now */
    size_t size;   /* of what there is of it */
    size_t at;
    uint64_t torn_at; /* of a damaged block with none behind it yet; 0: none */
} segment_walk;

/* A damaged block at the end of what is being written is no damage: it is in the live part. */
static void note_torn(segment_walk *walk)
{
    if (walk->torn_at)
        pp_source_note_damage(walk->source, walk->torn_at);
    walk->torn_at = 0;
}

static void end_walk(segment_walk *walk)
{
    if (!walk->may_grow)
        note_torn(walk);
}

static void tear(segment_walk *walk)
{
    note_torn(walk);
    walk->torn_at = walk->segment->offset + walk->at;
}

/* Whether what stands where a block should begin is left over from an older use of the segment, or
 * was never written; else it was one and is damaged. */
static bool is_left_over(const segment_walk *walk, const pp_rec_block *block)
{
    bool is_bounded = walk->source->header.flags & PP_REC_BOUNDED;
    if (block->magic == PP_REC_BLOCK_MAGIC)
        return is_bounded && block->segment < walk->segment->sequence;
    return block->segment != walk->segment->sequence;
}

static size_t padded(size_t size)
{
    return (size + PP_REC_BLOCK_ALIGN - 1) / PP_REC_BLOCK_ALIGN * PP_REC_BLOCK_ALIGN;
}

/* The next block that is whole; NULL at the end of the segment. */
static const pp_rec_block *next_block(segment_walk *walk)
{
    while (walk->at < walk->size) {
        const unsigned char *bytes = walk->source->buffer->bytes + walk->at;
        const pp_rec_block *block = (const pp_rec_block *)(const void *)bytes;
        size_t room = walk->size - walk->at;
        if (room < sizeof *block) {
            tear(walk);
            break;
        }
        if (block->magic != PP_REC_BLOCK_MAGIC || block->segment != walk->segment->sequence) {
            if (!is_left_over(walk, block))
                tear(walk);
            break;
        }
        note_torn(walk);
        size_t size = sizeof *block + block->words * sizeof(uint64_t);
        if (size > room) {
            tear(walk);
            break;
        }
        bool is_whole =
            block->kind == walk->kind &&
            block->checksum == pp_rec_block_checksum(block, (const uint64_t *)(block + 1));
        if (!is_whole)
            tear(walk);
        walk->at += padded(size);
        if (is_whole)
            return block;
    }
    end_walk(walk);
    return NULL;
}

static int visit_segment(pp_source *source, const pp_source_index *index, size_t number,
                         enum pp_rec_kind kind, pp_source_fn visit, void *user)
{
    const pp_source_segment *segment = &index->segments[number];
    ptrdiff_t size =
        pp_source_pread(source->fd, source->buffer->bytes, PP_REC_SEGMENT_BYTES, segment->offset);
    if (size < 0)
        return fail_read(source, segment->offset);
    const pp_rec_segment *header = (const pp_rec_segment *)(const void *)source->buffer->bytes;
    if (size < (ptrdiff_t)sizeof *header || header->sequence != segment->sequence)
        return PP_OK; /* cut off or used again since it was looked at */
    segment_walk walk = {.source = source,
                         .segment = segment,
                         .kind = kind,
                         .may_grow = source->has_live && number + 1 == index->count,
                         .size = (size_t)size,
                         .at = sizeof *header};
    const pp_rec_block *block;
    int status = PP_OK;
    while (status == PP_OK && (block = next_block(&walk)))
        status = visit(user, block, (const uint64_t *)(block + 1));
    return status;
}

static int visit_slots(pp_source *source, enum pp_rec_kind kind, pp_source_fn visit, void *user)
{
    int status = PP_OK;
    for (size_t i = 0; i < source->slot_count && status == PP_OK; i++)
        if (source->slots[i].header.kind == kind)
            status = visit(user, &source->slots[i].header, source->slots[i].words);
    return status;
}

int pp_source_visit(pp_source *source, enum pp_rec_kind kind, pp_source_fn visit, void *user,
                    pp_progress_fn progress, void *progress_user)
{
    const pp_source_index *index = kind == PP_REC_META ? &source->meta : &source->data;
    uint64_t total = (uint64_t)index->count * PP_REC_SEGMENT_BYTES;
    for (size_t i = 0; i < index->count; i++) {
        if (progress && i % PROGRESS_SEGMENTS == 0 &&
            !progress(progress_user, (uint64_t)i * PP_REC_SEGMENT_BYTES, total))
            return pp_fail(PP_EBUSY, "%s: reading was stopped", source->path);
        int status = visit_segment(source, index, i, kind, visit, user);
        if (status != PP_OK)
            return status;
    }
    if (progress && !progress(progress_user, total, total))
        return pp_fail(PP_EBUSY, "%s: reading was stopped", source->path);
    return visit_slots(source, kind, visit, user);
}
