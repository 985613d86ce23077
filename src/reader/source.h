/* reader/source.h: the bytes of a recording: its file, and what its writer had in shared memory.
 *
 * The file is read in whole segments, never mapped: a writer may shorten it. Every count in it is
 * taken for wrong until it was checked. What is damaged is counted and passed over. */
#ifndef PP_READER_SOURCE_H
#define PP_READER_SOURCE_H

#include "recording/format.h"

#include <paintprof/reader.h>
#include <stdbool.h>
#include <stddef.h>

/* Where a segment is; all that is kept of it. */
typedef struct pp_source_segment {
    uint64_t sequence, offset;
} pp_source_segment;

typedef struct pp_source_index {
    pp_source_segment *segments;
    size_t count, capacity;
} pp_source_index;

/* A copy of a slot of the live part; header.words says how many are in use. */
typedef struct pp_source_slot {
    pp_rec_block header;
    uint64_t *words;
} pp_source_slot;

/* What had to be passed over. */
typedef struct pp_source_damage {
    uint64_t count, first_offset;
} pp_source_damage;

typedef struct pp_source {
    const char *path; /* for messages; the owner's */
    int fd;
    uint64_t size_bytes, device, inode;
    pp_rec_header header;
    bool has_live;
    uint64_t dropped, overwritten; /* of the live part, where there is one */
    pp_source_index data, meta;
    pp_source_slot *slots; /* by kind, thread and sequence */
    size_t slot_count, slot_capacity;
    pp_source_damage damage;
    struct pp_source_buffer *buffer;
} pp_source;

/* Opens a recording at path, which must outlive it. 0, PP_EIO, PP_EDATA, PP_ENOMEM; after a
 * failure there is nothing to close. */
int pp_source_open(pp_source *source, const char *path);
void pp_source_close(pp_source *source);

/* Receives a block whose checksum is right and whose words are there; sequence and content are
 * still the file's. Anything but 0 ends the visit and becomes its result. */
typedef int (*pp_source_fn)(void *user, const pp_rec_block *block, const uint64_t *words);

/* Visits all blocks of one kind: the file's in the order in which they were written, then the live
 * part's in the order of thread and sequence. Damage is added to source->damage. progress may be
 * NULL. 0, PP_EIO, PP_EBUSY (progress said stop) or what visit returned. */
int pp_source_visit(pp_source *source, enum pp_rec_kind kind, pp_source_fn visit, void *user,
                    pp_progress_fn progress, void *progress_user);

/* Whether path is the file that is being read. */
bool pp_source_is_at(const pp_source *source, const char *path);

/* Counts what is damaged at a place of the file. */
void pp_source_note_damage(pp_source *source, uint64_t offset);

/* For source.c: copies the used slots of the live part that the header names, if it is there and
 * can be trusted. 0, PP_ENOMEM. */
int pp_source_copy_live(pp_source *source, uint32_t owner);
void pp_source_free_live(pp_source *source);

/* Reads up to size bytes at offset, fewer only at the end of the file. -1: errno says why. */
ptrdiff_t pp_source_pread(int fd, void *bytes, size_t size, uint64_t offset);

#endif
