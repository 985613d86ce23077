/* capture/recorder.h: the running recording, as recorder.c, recording.c and snapshot.c share it. */
#ifndef PP_CAPTURE_RECORDER_H
#define PP_CAPTURE_RECORDER_H

#include "capture/threads.h"
#include "recording/file.h"

#include <paintprof/recording.h>

/* Written by the helper alone but for what is marked; that is under the capture's lock. */
struct pp_recorder {
    pp_rec_file *file;
    pp_rec_live *live;
    pp_recording_opts opts;
    uint64_t start_ns, start_utc_ns;
    uint64_t slow_frame_ticks; /* 0: no frame is slow */
    uint64_t lost_base;        /* lost in this capture before it began */
    uint64_t unsaved;          /* records that the file could not take */
    bool by_environment, has_told;

    /* Under the lock: what was asked for, and the answer. */
    bool stop_asked, snapshot_asked, is_answered;
    uint32_t slow_frames; /* that wait for their snapshot */
    const char *snapshot_path;
    uint64_t snapshot_ns;
    int status;
    char message[512];
    pp_recording_status numbers;
};

/* Chunks that are copied while their threads may go on writing to them. */
typedef struct pp_held_chunks {
    pp_chunk **chunks;
    size_t count;
    uint64_t lost; /* zones and marks in those for which there was no memory */
} pp_held_chunks;

/* Appends the chunks that wait for it; true if there were any. On the helper's thread. */
bool pp_recorder_save(pp_recorder *recorder);

/* Collects the queues' chunks of the recording, oldest first per thread; until pp_recorder_let_go()
 * none of them is cleared. leaves: at the same moment threads are sent elsewhere for good. */
pp_held_chunks pp_recorder_hold(bool leaves);
void pp_recorder_let_go(pp_held_chunks *held);

/* Appends what is published in chunk to file. 0 or PP_EIO. */
int pp_recorder_append(pp_rec_file *file, const pp_chunk *chunk, uint64_t *words);

/* Sends threads elsewhere, writes what they leave behind and closes the file; then answers who
 * waits, and recorder may be freed by him. */
void pp_recorder_end(pp_recorder *recorder);

/* As pp_recording_start(); failures of the writing are told on standard error, once. */
int pp_recording_start_by_environment(const char *path, const pp_recording_opts *opts);

/* Writes the last last_ns (0: all) as a recording at path. 0, PP_EIO, PP_ENOMEM. */
int pp_recorder_snapshot(pp_recorder *recorder, const char *path, uint64_t last_ns);

#endif
