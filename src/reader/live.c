/* reader/live.c: copies the live part of a recording that is not complete.
 *
 * Its path comes from the file, which strangers may have made: it is followed only to a regular
 * file of the same owner that carries the same id. Its writer may be at work: a slot that was given
 * to somebody else while it was read is left out, since what it held is in the file by then. */
#include "base/base.h"
#include "capture/record.h"
#include "reader/source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SLOTS_MAX = (128 << 20) / PP_REC_SLOT_BYTES };
enum { SLOT_WORDS = (PP_REC_SLOT_BYTES - sizeof(pp_rec_block)) / sizeof(uint64_t) };

typedef struct slot_bytes {
    pp_rec_block header;
    uint64_t words[SLOT_WORDS];
} slot_bytes;

_Static_assert(sizeof(slot_bytes) == PP_REC_SLOT_BYTES, "a slot");

static bool is_of(const pp_rec_header *live, const pp_rec_header *file)
{
    return memcmp(live->magic, file->magic, sizeof live->magic) == 0 &&
           live->version == file->version && (live->flags & PP_REC_LIVE) &&
           memcmp(live->id, file->id, sizeof live->id) == 0 &&
           live->header_bytes == PP_REC_HEADER_BYTES && live->segment_bytes == PP_REC_SLOT_BYTES;
}

/* Opens it and reads its header; -1 when there is none that can be trusted. */
static int open_live(const pp_source *source, uint32_t owner, pp_rec_header *header, uint64_t *size)
{
    const char *path = source->header.path;
    if (path[0] != '/')
        return -1;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -1;
    struct stat status;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == owner &&
        pp_source_pread(fd, header, sizeof *header, 0) == (ptrdiff_t)sizeof *header &&
        is_of(header, &source->header)) {
        *size = (uint64_t)status.st_size;
        return fd;
    }
    close(fd);
    return -1;
}

/* How many of the words are whole records. A word publishes what belongs to it: the first 0 where
 * one should begin is the end so far. */
static uint32_t published(const slot_bytes *slot)
{
    size_t room = SLOT_WORDS;
    if (slot->header.words && slot->header.words < room)
        room = slot->header.words;
    bool is_meta = slot->header.kind == PP_REC_META;
    size_t at = 0;
    while (at < room && slot->words[at]) {
        uint64_t word = slot->words[at];
        uint64_t size = 1 + (is_meta ? pp_meta_payload(word) : pp_word_payload(word));
        if (size > room - at)
            break;
        at += size;
    }
    return (uint32_t)at;
}

static bool is_same_use(const pp_rec_block *a, const pp_rec_block *b)
{
    return a->kind == b->kind && a->thread == b->thread && a->sequence == b->sequence &&
           a->base_ticks == b->base_ticks;
}

static bool reserve_slot(pp_source *source)
{
    if (source->slot_count < source->slot_capacity)
        return true;
    size_t capacity = source->slot_capacity * 2 + 16;
    pp_source_slot *slots = realloc(source->slots, capacity * sizeof *slots);
    if (!slots)
        return false;
    source->slots = slots;
    source->slot_capacity = capacity;
    return true;
}

static bool keep_slot(pp_source *source, const slot_bytes *slot, uint32_t count)
{
    size_t size = (count ? count : 1) * sizeof slot->words[0];
    uint64_t *words = reserve_slot(source) ? malloc(size) : NULL;
    if (!words)
        return false;
    memcpy(words, slot->words, count * sizeof *words);
    pp_source_slot *kept = &source->slots[source->slot_count++];
    *kept = (pp_source_slot){.header = slot->header, .words = words};
    kept->header.words = count;
    return true;
}

static bool copy_slot(pp_source *source, int fd, slot_bytes *slot, uint64_t offset)
{
    pp_rec_block again;
    if (pp_source_pread(fd, &again, sizeof again, offset) != (ptrdiff_t)sizeof again ||
        (again.kind != PP_REC_DATA && again.kind != PP_REC_META))
        return true;
    if (pp_source_pread(fd, slot, sizeof *slot, offset) != (ptrdiff_t)sizeof *slot ||
        pp_source_pread(fd, &again, sizeof again, offset) != (ptrdiff_t)sizeof again ||
        !is_same_use(&slot->header, &again))
        return true;
    uint32_t count = published(slot);
    return (count == 0 && slot->header.lost_before == 0) || keep_slot(source, slot, count);
}

static int by_use(const void *left, const void *right)
{
    const pp_rec_block *a = &((const pp_source_slot *)left)->header;
    const pp_rec_block *b = &((const pp_source_slot *)right)->header;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->thread != b->thread)
        return a->thread < b->thread ? -1 : 1;
    return a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
}

static bool copy_slots(pp_source *source, int fd, uint64_t size)
{
    slot_bytes *slot = malloc(sizeof *slot);
    bool ok = slot != NULL;
    uint64_t offset = PP_REC_HEADER_BYTES;
    for (int i = 0; ok && i < SLOTS_MAX && offset + sizeof *slot <= size; i++) {
        ok = copy_slot(source, fd, slot, offset);
        offset += sizeof *slot;
    }
    free(slot);
    if (source->slot_count > 0)
        qsort(source->slots, source->slot_count, sizeof *source->slots, by_use);
    return ok;
}

int pp_source_copy_live(pp_source *source, uint32_t owner)
{
    pp_rec_header header;
    uint64_t size;
    int fd = open_live(source, owner, &header, &size);
    if (fd < 0)
        return PP_OK;
    bool ok = copy_slots(source, fd, size);
    /* The counters last: they then cover what the slots hold. */
    if (pp_source_pread(fd, &header, sizeof header, 0) == (ptrdiff_t)sizeof header) {
        source->dropped = header.dropped;
        source->overwritten = header.overwritten;
    }
    source->has_live = true;
    close(fd);
    return ok ? PP_OK : pp_fail(PP_ENOMEM, "%s: out of memory for its live part", source->path);
}

void pp_source_free_live(pp_source *source)
{
    for (size_t i = 0; i < source->slot_count; i++)
        free(source->slots[i].words);
    free(source->slots);
}
