/* paintprof/reader.h: reads recordings: finished, still being written, or left by a killed process.
 *
 * A file is taken for hostile: any bytes give numbers or one clear error. It is streamed, never
 * mapped; memory is bounded by what it names (sites, threads), not by its length. */
#ifndef PAINTPROF_READER_H
#define PAINTPROF_READER_H

#include <paintprof/export.h>
#include <paintprof/session.h>
#include <paintprof/trace.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

PP_BEGIN_DECLS

typedef struct pp_reader pp_reader;

/* What a recording says of itself, and after pp_reader_run() what was found in it. */
typedef struct pp_recording_info {
    uint32_t version;   /* of the format */
    bool complete;      /* its writer closed it */
    bool has_live_part; /* not complete, and what its writer had in shared memory was there */
    bool bounded;       /* a flight recorder */
    int error;          /* errno that ended the recording early, or 0 */
    uint32_t pid;
    uint64_t size_bytes;     /* of the file */
    uint64_t capacity_bytes; /* of a bounded one */
    uint64_t started_ns;     /* CLOCK_MONOTONIC */
    uint64_t started_utc_ns; /* CLOCK_REALTIME */
    uint64_t dropped;        /* records that were lost, as far as is known */
    uint64_t overwritten;    /* records that made room for newer ones */
    const char *live_path;   /* where its live part is or was; "" */
    const char *boot_id;     /* of the recorded machine: one clock where it is the same; "" */
    /* From here on known after pp_reader_run(). */
    uint64_t records; /* zones and marks */
    uint64_t zones, marks, frames;
    uint32_t threads;           /* that have records in it */
    uint64_t first_ns, last_ns; /* of all records; 0 without any */
    uint64_t duration_ns;       /* last_ns - first_ns */
    uint64_t damaged;           /* chunks that were passed over: cut off or changed */
    uint64_t damaged_offset;    /* of the first of them in the file */
} pp_recording_info;

/* What one site did in all of a recording, on all threads. */
typedef struct pp_site_total {
    const pp_site_info *site;
    uint64_t count, self_ns, total_ns, max_ns, pixels;
} pp_site_total;

/* Opens a recording. Returns 0, PP_EIO, PP_EDATA (not a recording, another version, damaged
 * beyond use), PP_ENOMEM. Close with pp_reader_close(). Thread: any. Since: 0.2 */
PP_API int pp_reader_open(pp_reader **out, const char *path);
PP_API void pp_reader_close(pp_reader *reader);

/* Lifetime: the reader's; pp_reader_run() changes what it says. Since: 0.2 */
PP_API const pp_recording_info *pp_reader_info(const pp_reader *reader);

/* A fact noted about the recorded process, such as "process.command_line"; NULL if unknown.
 * pp_reader_note_at() lists them: false past the last. Lifetime: the reader's. Since: 0.2 */
PP_API const char *pp_reader_note(const pp_reader *reader, const char *key);
PP_API bool pp_reader_note_at(const pp_reader *reader, size_t index, const char **key,
                              const char **value);

/* The name of a recorded thread, "" if it had none; false past the last. Since: 0.2 */
PP_API bool pp_reader_thread_at(const pp_reader *reader, size_t index, uint32_t *number,
                                uint32_t *tid, const char **name);

/* Title and renderer of a window that was recorded; false if unknown. Since: 0.2 */
PP_API bool pp_reader_window(const pp_reader *reader, uint32_t number, const char **title,
                             const char **renderer);

/* Called now and then while a recording is read; false stops the reading. */
typedef bool (*pp_progress_fn)(void *user, uint64_t done_bytes, uint64_t total_bytes);

/* Reads all of it once and feeds sink (NULL: only counts), as a session would have; stop is called
 * when all was read, destroy is not: sink stays the caller's. What it points to lives as long as
 * the reader. Without zone and mark in sink it is faster. progress may be NULL.
 * Returns 0, PP_EIO, PP_ENOMEM, PP_EBUSY (progress said stop).
 * Thread: one at a time per object. Since: 0.2 */
PP_API int pp_reader_run(pp_reader *reader, const pp_sink *sink, pp_progress_fn progress,
                         void *user);

/* The site with the index-th largest self time; false past the last. After pp_reader_run().
 * Since: 0.2 */
PP_API bool pp_reader_site_at(const pp_reader *reader, size_t index, pp_site_total *out);

/* Writes the frame CSV of the recording, which equals the one its process would have written,
 * sidecar included. path "-": standard output. Returns 0 or as above. Since: 0.2 */
PP_API int pp_reader_write_csv(pp_reader *reader, const char *path, pp_progress_fn progress,
                               void *user);

/* What pp_reader_cut() keeps: whole frames and what lies between them. Times in nanoseconds since
 * first_ns of the recording. */
typedef struct pp_cut_opts {
    uint32_t struct_size;   /* sizeof(pp_cut_opts) */
    uint64_t from_ns;       /* 0: from the beginning */
    uint64_t to_ns;         /* UINT64_MAX: to the end */
    uint64_t slow_frame_ns; /* not 0: only frames whose work + overlay + flush takes longer */
} pp_cut_opts;

/* Writes part of the recording as a recording at path, by a temporary name and a rename; a zone
 * that is open where a part begins begins there. The frames in it keep their numbers: what counts
 * to them from before the part comes along, and frames on that way are marked as left out. Reads
 * the file two or three times. Returns 0 or as above; PP_EINVAL when path is the file that is read.
 * *frames (may be NULL): how many were kept. Since: 0.2 */
PP_API int pp_reader_cut(pp_reader *reader, const char *path, const pp_cut_opts *opts,
                         pp_progress_fn progress, void *user, uint64_t *frames);

PP_END_DECLS

#endif
