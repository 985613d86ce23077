/* recording/file.c: a recording file that is being written: its header, segments and blocks. */
#include "recording/file.h"

#include "base/base.h"
#include "base/signal_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { LEAST_SEGMENTS = 4, RESERVE_AHEAD = 16, SUFFIX_BYTES = 24 };

/* A segment that is being filled. */
typedef struct open_segment {
    uint64_t offset; /* in the file, 0: none yet */
    uint64_t sequence;
    uint32_t used_bytes;
} open_segment;

struct pp_rec_file {
    int fd, error;
    char *path, *final_path; /* the latter only with by_rename */
    uint64_t end;            /* of the last segment */
    uint64_t reserved;       /* space is reserved up to here */
    uint64_t last_sequence;
    uint64_t overwritten;
    open_segment data, meta;
    /* The data segments of a bounded file, in the order in which they are used again. */
    uint64_t ring_capacity, ring_count, ring_next;
    struct ring_segment {
        uint64_t offset, records;
    } * ring;
    pp_rec_header header;
    struct block_piece {
        pp_rec_block header;
        uint64_t words[PP_REC_CHUNK_WORDS + PP_REC_BLOCK_ALIGN / 8];
    } piece; /* one write for both, so that a kill rarely parts them */
};

/* ---- Checksums ----------------------------------------------------------------------------- */

uint64_t pp_rec_block_checksum(const pp_rec_block *block, const uint64_t *words)
{
    pp_rec_block plain = *block;
    plain.checksum = 0;
    return XXH3_64bits_withSeed(words, block->words * sizeof *words,
                                XXH3_64bits(&plain, sizeof plain));
}

uint64_t pp_rec_header_checksum(const pp_rec_header *header)
{
    /* In two pieces around the field itself, instead of a copy of a whole page. */
    size_t before = offsetof(pp_rec_header, checksum);
    size_t after = before + sizeof header->checksum;
    return XXH3_64bits_withSeed((const char *)header + after, sizeof *header - after,
                                XXH3_64bits(header, before));
}

/* ---- Writing ------------------------------------------------------------------------------- */

static int write_at(int fd, const void *bytes, size_t size, uint64_t offset)
{
    for (size_t done = 0; done < size;) {
        ssize_t written =
            pwrite(fd, (const char *)bytes + done, size - done, (off_t)(offset + done));
        if (written > 0)
            done += (size_t)written;
        else if (written == 0)
            return ENOSPC;
        else if (errno != EINTR)
            return errno;
    }
    return 0;
}

/* Keeps the first failure; nothing is written after it. */
static bool put(pp_rec_file *file, const void *bytes, size_t size, uint64_t offset)
{
    if (file->error)
        return false;
    pp_signal_guard guard = pp_signal_guard_begin(SIGXFSZ);
    file->error = write_at(file->fd, bytes, size, offset);
    pp_signal_guard_end(&guard, file->error == EFBIG);
    return !file->error;
}

/* Space ahead of what is written, so that a full disk shows here and in big steps. A file system
 * that cannot reserve says so; the write itself then fails where it must. */
static void reserve(pp_rec_file *file, uint64_t end)
{
    if (end <= file->reserved || file->error)
        return;
    pp_signal_guard guard = pp_signal_guard_begin(SIGXFSZ);
    int status = fallocate(file->fd, FALLOC_FL_KEEP_SIZE, (off_t)file->reserved,
                           (off_t)(end - file->reserved)) == 0
                     ? 0
                     : errno;
    pp_signal_guard_end(&guard, status == EFBIG);
    if (status == 0)
        file->reserved = end;
}

static bool put_header(pp_rec_file *file)
{
    file->header.overwritten = file->overwritten;
    file->header.checksum = pp_rec_header_checksum(&file->header);
    return put(file, &file->header, sizeof file->header, 0);
}

/* ---- Segments ------------------------------------------------------------------------------ */

static uint64_t append_segment(pp_rec_file *file)
{
    uint64_t offset = file->end;
    if (offset + PP_REC_SEGMENT_BYTES > file->reserved)
        reserve(file, offset + (uint64_t)RESERVE_AHEAD * PP_REC_SEGMENT_BYTES);
    file->end += PP_REC_SEGMENT_BYTES;
    return offset;
}

/* The place for the next data segment of a bounded file: new, or that of the oldest. */
static uint64_t take_ring_segment(pp_rec_file *file)
{
    struct ring_segment *segment = &file->ring[file->ring_next];
    file->ring_next = (file->ring_next + 1) % file->ring_capacity;
    if (file->ring_count < file->ring_capacity) {
        file->ring_count++;
        segment->offset = append_segment(file);
    } else {
        file->overwritten += segment->records;
    }
    segment->records = 0;
    return segment->offset;
}

static bool begin_segment(pp_rec_file *file, open_segment *segment, enum pp_rec_kind kind)
{
    bool is_in_ring = kind == PP_REC_DATA && file->ring;
    *segment = (open_segment){.offset = is_in_ring ? take_ring_segment(file) : append_segment(file),
                              .sequence = ++file->last_sequence,
                              .used_bytes = sizeof(pp_rec_segment)};
    const pp_rec_segment header = {
        .magic = PP_REC_SEGMENT_MAGIC, .kind = kind, .sequence = segment->sequence};
    return put(file, &header, sizeof header, segment->offset);
}

static size_t padded(size_t size)
{
    return (size + PP_REC_BLOCK_ALIGN - 1) / PP_REC_BLOCK_ALIGN * PP_REC_BLOCK_ALIGN;
}

int pp_rec_file_append(pp_rec_file *file, const pp_rec_block *block, const uint64_t *words)
{
    open_segment *segment = block->kind == PP_REC_META ? &file->meta : &file->data;
    size_t words_bytes = block->words * sizeof *words;
    size_t size = padded(sizeof *block + words_bytes);
    if (block->words > PP_REC_CHUNK_WORDS)
        return pp_fail(PP_EINVAL, "%s: a block of %u words", file->path, block->words);
    if ((!segment->offset || segment->used_bytes + size > PP_REC_SEGMENT_BYTES) &&
        !begin_segment(file, segment, block->kind))
        return PP_EIO;
    struct block_piece *piece = &file->piece;
    piece->header = *block;
    piece->header.magic = PP_REC_BLOCK_MAGIC;
    piece->header.segment = segment->sequence;
    memcpy(piece->words, words, words_bytes);
    memset((char *)piece->words + words_bytes, 0, size - sizeof *block - words_bytes);
    piece->header.checksum = pp_rec_block_checksum(&piece->header, piece->words);
    if (!put(file, piece, size, segment->offset + segment->used_bytes))
        return PP_EIO;
    segment->used_bytes += (uint32_t)size;
    if (file->ring && block->kind == PP_REC_DATA)
        file->ring[(file->ring_next + file->ring_capacity - 1) % file->ring_capacity].records +=
            block->records;
    return PP_OK;
}

/* ---- Creation ------------------------------------------------------------------------------ */

static bool is_locked_by_another(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return false;
    bool is_locked = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(fd);
    return is_locked;
}

static int open_locked(pp_rec_file *file)
{
    file->fd = open(file->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
    if (file->fd < 0)
        return errno;
    flock(file->fd, LOCK_EX | LOCK_NB); /* it is ours alone: nobody else knows it yet */
    return 0;
}

/* What stood there is unlinked and lives on for those who read it; never a device or a link. */
static int open_replacing(pp_rec_file *file)
{
    struct stat status;
    int error = open_locked(file);
    if (error != EEXIST || lstat(file->path, &status) != 0 || !S_ISREG(status.st_mode))
        return error;
    if (is_locked_by_another(file->path)) {
        size_t used = strlen(file->path);
        pp_format(file->path + used, SUFFIX_BYTES, ".%d", (int)getpid());
        error = open_locked(file);
        if (error != EEXIST)
            return error;
    }
    if (unlink(file->path) != 0)
        return errno;
    return open_locked(file);
}

static int open_temporary(pp_rec_file *file)
{
    struct stat status;
    if (lstat(file->path, &status) == 0 && !S_ISREG(status.st_mode))
        return EEXIST; /* never in the place of a device or a link */
    file->final_path = strdup(file->path);
    if (!file->final_path)
        return ENOMEM;
    memcpy(file->path + strlen(file->path), ".XXXXXX", sizeof ".XXXXXX");
    file->fd = mkostemp(file->path, O_CLOEXEC);
    return file->fd < 0 ? errno : 0;
}

static bool prepare_ring(pp_rec_file *file, uint64_t capacity_bytes)
{
    if (!capacity_bytes)
        return true;
    file->ring_capacity = capacity_bytes / PP_REC_SEGMENT_BYTES;
    if (file->ring_capacity < LEAST_SEGMENTS)
        file->ring_capacity = LEAST_SEGMENTS;
    file->ring = calloc(file->ring_capacity, sizeof *file->ring);
    return file->ring != NULL;
}

static void fill_header(pp_rec_file *file, const pp_rec_file_opts *opts)
{
    pp_rec_header *header = &file->header;
    memcpy(header->magic, PP_REC_MAGIC, sizeof header->magic);
    header->version = PP_REC_VERSION;
    header->header_bytes = PP_REC_HEADER_BYTES;
    header->segment_bytes = PP_REC_SEGMENT_BYTES;
    header->flags = file->ring ? PP_REC_BOUNDED : 0;
    header->pid = opts->pid;
    header->start_ns = opts->start_ns;
    header->start_utc_ns = opts->start_utc_ns;
    header->capacity_bytes = file->ring_capacity * PP_REC_SEGMENT_BYTES;
    pp_format(header->boot_id, sizeof header->boot_id, "%s", opts->boot_id ? opts->boot_id : "");
    pp_format(header->path, sizeof header->path, "%s", opts->live_path ? opts->live_path : "");
    if (getrandom(header->id, sizeof header->id, 0) != (ssize_t)sizeof header->id)
        memcpy(header->id, &opts->start_utc_ns, sizeof opts->start_utc_ns);
    file->end = PP_REC_HEADER_BYTES;
}

static void free_file(pp_rec_file *file)
{
    free(file->path);
    free(file->final_path);
    free(file->ring);
    free(file);
}

int pp_rec_file_create(pp_rec_file **out, const char *path, const pp_rec_file_opts *opts)
{
    pp_rec_file *file = calloc(1, sizeof *file);
    if (file)
        file->path = malloc(strlen(path) + SUFFIX_BYTES);
    if (!file || !file->path || !prepare_ring(file, opts->capacity_bytes)) {
        if (file)
            free_file(file);
        return pp_fail(PP_ENOMEM, "%s: out of memory for a recording", path);
    }
    strcpy(file->path, path); /* has room: the suffix comes on top */
    int error = opts->by_rename ? open_temporary(file) : open_replacing(file);
    if (!error) {
        fill_header(file, opts);
        reserve(file, PP_REC_HEADER_BYTES + file->ring_capacity * PP_REC_SEGMENT_BYTES);
        if (!put_header(file)) {
            error = file->error;
            close(file->fd);
            unlink(file->path);
        }
    }
    if (error) {
        free_file(file);
        return pp_fail(PP_EIO, "%s: cannot be recorded to: %s", path, strerrordesc_np(error));
    }
    *out = file;
    return PP_OK;
}

/* ---- What is known, and the end ------------------------------------------------------------- */

const char *pp_rec_file_path(const pp_rec_file *file)
{
    return file->path;
}

const pp_rec_header *pp_rec_file_header(const pp_rec_file *file)
{
    return &file->header;
}

uint64_t pp_rec_file_bytes(const pp_rec_file *file)
{
    return file->end;
}

uint64_t pp_rec_file_overwritten(const pp_rec_file *file)
{
    return file->overwritten;
}

int pp_rec_file_error(const pp_rec_file *file)
{
    return file->error;
}

int pp_rec_file_fd(const pp_rec_file *file)
{
    return file->fd;
}

void pp_rec_file_abandon(pp_rec_file *file)
{
    if (!file)
        return;
    close(file->fd);
    if (file->final_path)
        unlink(file->path);
    free_file(file);
}

/* The end of what was written: the last segment is rarely full. */
static uint64_t used_end(const pp_rec_file *file)
{
    uint64_t end = PP_REC_HEADER_BYTES;
    const open_segment *const segments[] = {&file->data, &file->meta};
    for (size_t i = 0; i < PP_COUNT_OF(segments); i++) {
        if (segments[i]->offset + PP_REC_SEGMENT_BYTES == file->end)
            return segments[i]->offset + segments[i]->used_bytes;
        if (segments[i]->offset)
            end = file->end;
    }
    return end;
}

int pp_rec_file_finish(pp_rec_file *file, uint64_t dropped)
{
    if (!file)
        return PP_OK;
    /* The header has its place already: it says what went wrong also on a full disk. */
    int error = file->error;
    file->error = 0;
    file->header.error = error;
    file->header.dropped = dropped;
    file->header.flags |= PP_REC_COMPLETE;
    uint64_t end = used_end(file);
    file->header.size_bytes = error ? 0 : end; /* what an error cut short is not missed */
    if (!put_header(file) && !error)
        error = file->error;
    if (ftruncate(file->fd, (off_t)end) != 0 && !error) /* gives back what was reserved */
        error = errno;
    if (close(file->fd) != 0 && errno != EINTR && !error)
        error = errno;
    const char *path = file->final_path ? file->final_path : file->path;
    if (file->final_path && !error && rename(file->path, file->final_path) != 0)
        error = errno;
    if (file->final_path && error)
        unlink(file->path);
    int status =
        error ? pp_fail(PP_EIO, "%s: recording stopped early: %s", path, strerrordesc_np(error))
              : PP_OK;
    free_file(file);
    return status;
}
