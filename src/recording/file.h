/* recording/file.h: a recording file that is being written: its header, segments and blocks.
 *
 * One caller at a time. Every write is a pwrite of whole pieces, made with SIGXFSZ held back, so
 * that a full disk and a limit on the size of files are errors and nothing more. */
#ifndef PP_RECORDING_FILE_H
#define PP_RECORDING_FILE_H

#include "recording/format.h"

#include <stdbool.h>

typedef struct pp_rec_file pp_rec_file;

/* What a new file is to be. */
typedef struct pp_rec_file_opts {
    uint64_t capacity_bytes; /* of the data segments; 0: unbounded */
    uint64_t start_ns, start_utc_ns;
    uint32_t pid;
    const char *boot_id;   /* copied, like all texts here; NULL: "" */
    const char *live_path; /* NULL: there is no live part */
    bool by_rename;        /* appears under its name only when it is finished */
} pp_rec_file_opts;

/* Creates path (0600). What stood there is unlinked, never cut; but a file that somebody is
 * recording to (it is locked) is left alone and path.PID is taken. A new random id is chosen. In a
 * bounded file space for all of it is reserved where the file system can. 0, PP_ENOMEM, PP_EIO. */
int pp_rec_file_create(pp_rec_file **out, const char *path, const pp_rec_file_opts *opts);

/* The path that was taken, and the header as it is on disk. */
const char *pp_rec_file_path(const pp_rec_file *file);
const pp_rec_header *pp_rec_file_header(const pp_rec_file *file);

/* Appends one block: kind, thread, words, sequence, base_ticks, lost_before and records are the
 * caller's, the rest is filled in. Data in a bounded file may push out the oldest segment, whose
 * records are then counted as overwritten. 0 or PP_EIO (errno in pp_rec_file_error()); after a
 * failure nothing more is written. */
int pp_rec_file_append(pp_rec_file *file, const pp_rec_block *block, const uint64_t *words);

uint64_t pp_rec_file_bytes(const pp_rec_file *file);
uint64_t pp_rec_file_overwritten(const pp_rec_file *file);
int pp_rec_file_error(const pp_rec_file *file);

/* The descriptor, for reading back what was written. */
int pp_rec_file_fd(const pp_rec_file *file);

/* Marks it complete with that many records dropped, closes and frees it. 0 or PP_EIO with the
 * first failure of all. NULL is allowed. */
int pp_rec_file_finish(pp_rec_file *file, uint64_t dropped);

/* Closes and frees it without another word: a by_rename file is gone, another stays as it is. */
void pp_rec_file_abandon(pp_rec_file *file);

/* The checksum of a block with its words, and of a header; their checksum fields count as 0. */
uint64_t pp_rec_block_checksum(const pp_rec_block *block, const uint64_t *words);
uint64_t pp_rec_header_checksum(const pp_rec_header *header);

#endif
