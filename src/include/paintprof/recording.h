/* paintprof/recording.h: leaves what the process records in a file that survives its death.
 *
 * One recording at a time, beside a session or without one. Threads write into chunks in shared
 * memory; a helper thread appends full ones to the file, so that no zone waits for a disk. After a
 * kill the file and its live part (in /dev/shm) together hold every record that was made.
 * docs/recording-format.md has every byte. Does not open the gate.
 *
 * The environment starts one at the first zone or frame, and opens the gate:
 *   PAINTPROF_RECORD=PATH            %p is the process id, %% a percent sign
 *   PAINTPROF_RECORD_SIZE=MIB        0: unbounded
 *   PAINTPROF_RECORD_SLOW=MS         each slower frame leaves a snapshot
 *   PAINTPROF_RECORD_SECONDS=S       what a snapshot reaches back
 *   PAINTPROF_NO_ARGS=1              keeps the command line out of the file */
#ifndef PAINTPROF_RECORDING_H
#define PAINTPROF_RECORDING_H

#include <paintprof/export.h>
#include <stddef.h>
#include <stdint.h>

PP_BEGIN_DECLS

#define PP_RECORDING_DEFAULT_BYTES (UINT64_C(64) << 20)
#define PP_RECORDING_UNBOUNDED UINT64_MAX

/* Options; zeroed but for struct_size: a flight recorder of 64 MiB without triggers. */
typedef struct pp_recording_opts {
    uint32_t struct_size;   /* sizeof(pp_recording_opts) */
    uint32_t max_snapshots; /* of slow frames; 0: 16 */
    uint64_t size_bytes;    /* of the records kept, the newest; 0: the default; at least 1 MiB */
    uint64_t slow_frame_ns; /* a frame that takes longer leaves a snapshot; 0: none does */
    uint64_t snapshot_ns;   /* what such a snapshot reaches back; 0: 5 s */
} pp_recording_opts;

/* What a running recording has done so far. */
typedef struct pp_recording_status {
    uint64_t written_bytes; /* of the file, headers included */
    uint64_t dropped;       /* records lost because nothing could take them */
    uint64_t overwritten;   /* records that made room for newer ones, as asked */
    uint64_t helper_ns;     /* CPU time that the helper thread has used */
    uint32_t stalls;        /* chunks that a recording thread had to make by itself */
    uint32_t snapshots;     /* written */
} pp_recording_status;

/* Starts recording to path (0600; %p as above). A finished file there is replaced, not truncated;
 * one that a process is recording to is left alone, and path.PID is taken. opts may be NULL.
 * Returns 0, PP_EINVAL, PP_EBUSY (one runs), PP_ENOMEM, PP_EIO. Thread: any. Since: 0.2 */
PP_API int pp_recording_start(const char *path, const pp_recording_opts *opts);

/* Writes what is left, marks the file complete and closes it. Zones that are open go on. Returns
 * 0; PP_EINVAL when none runs; PP_EIO with the first failure: what was written until then stays.
 * Thread: any. Since: 0.2 */
PP_API int pp_recording_stop(void);

/* Leaves the last last_ns nanoseconds (0: all that is kept) in a recording of its own at path,
 * while this one goes on. Returns 0, PP_EINVAL (none runs), PP_EIO. Thread: any; takes as long as
 * writing takes. Since: 0.2 */
PP_API int pp_recording_snapshot(const char *path, uint64_t last_ns);

/* The path of the running recording, as it is on disk, into buffer. Returns its length, 0 when none
 * runs. Thread: any. Since: 0.2 */
PP_API size_t pp_recording_path(char *buffer, size_t capacity);

/* Fills *out; PP_EINVAL when none runs. Thread: any. Since: 0.2 */
PP_API int pp_recording_query(pp_recording_status *out);

/* Notes a fact about the process, such as "qt.version" and "6.4.2", for this and later recordings;
 * both are copied, the last value of a key counts. Thread: any. Since: 0.2 */
PP_API int pp_process_note(const char *key, const char *value);

PP_END_DECLS

#endif
