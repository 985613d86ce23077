/* recording/live.h: the live part of a recording: a mapped file in shared memory, whose slots are
 * the chunks that threads write to.
 *
 * Not the recording file itself: the kernel write-protects a mapped page of a disk file whenever it
 * writes it back, and the next store into it waits for the file system. */
#ifndef PP_RECORDING_LIVE_H
#define PP_RECORDING_LIVE_H

#include "recording/format.h"

#include <stdbool.h>

typedef struct pp_rec_live pp_rec_live;

/* Creates one in /dev/shm, the user's runtime folder or, where neither is a tmpfs, beside path
 * (the recording; stores may then wait for the disk). 0, PP_ENOMEM, PP_EIO. */
int pp_rec_live_create(pp_rec_live **out, const char *path);

/* Removes, from the folder that live is in, those that dead processes of this user left and that no
 * recording refers to any more. */
void pp_rec_live_sweep(const pp_rec_live *live);

/* Where it is: absolute. */
const char *pp_rec_live_path(const pp_rec_live *live);

/* Makes it the live part of the file with that header, at path. */
void pp_rec_live_bind(pp_rec_live *live, const pp_rec_header *file_header, const char *path);

/* The mapped header, for the counters in it. */
pp_rec_header *pp_rec_live_header(pp_rec_live *live);

/* Adds zeroed slots: reserved, mapped and faulted in. NULL: no space. Unmap it by munmap() of
 * count * PP_REC_SLOT_BYTES, also after pp_rec_live_destroy(). Any thread. */
void *pp_rec_live_grow(pp_rec_live *live, uint32_t count);

/* Removes the file, unless it is kept for readers, and frees live; mapped slots stay. */
void pp_rec_live_destroy(pp_rec_live *live, bool keep_file);

/* In the child of a fork: closes its copies without touching the file. */
void pp_rec_live_forget(pp_rec_live *live);

#endif
