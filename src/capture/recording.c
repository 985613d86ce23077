/* capture/recording.c: starts, stops and asks the recording of the process: the caller's side of
 * it. */
#include "base/base.h"
#include "base/host.h"
#include "capture/meta.h"
#include "capture/recorder.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define capture pp_the_capture

/* The most of shared memory: what threads hold, and what waits for the disk. */
static const uint64_t LIVE_BYTES = UINT64_C(256) << 20;
enum { LEAST_BYTES = 1 << 20, DEFAULT_SNAPSHOTS = 16 };
static const uint64_t DEFAULT_SNAPSHOT_NS = UINT64_C(5000000000);

/* Orders starting, stopping and asking; taken before everything else. */
static pthread_mutex_t api_mutex = PTHREAD_MUTEX_INITIALIZER;

/* ---- Starting -------------------------------------------------------------------------------- */

/* %p is the process id and %% a percent sign. False: too long, or another letter. */
static bool expand_path(const char *path, char *out, size_t capacity)
{
    size_t used = 0;
    for (; *path && used + 16 < capacity; path++) {
        if (*path != '%')
            out[used++] = *path;
        else if (*++path == 'p')
            used += (size_t)pp_format(out + used, capacity - used, "%d", (int)getpid());
        else if (*path == '%')
            out[used++] = '%';
        else
            return false;
    }
    out[used] = '\0';
    return used > 0 && !*path;
}

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void take_opts(pp_recorder *recorder, const pp_recording_opts *opts)
{
    if (opts)
        recorder->opts = *opts;
    pp_recording_opts *chosen = &recorder->opts;
    if (!chosen->size_bytes)
        chosen->size_bytes = PP_RECORDING_DEFAULT_BYTES;
    if (chosen->size_bytes < LEAST_BYTES)
        chosen->size_bytes = LEAST_BYTES;
    if (!chosen->max_snapshots)
        chosen->max_snapshots = DEFAULT_SNAPSHOTS;
    if (!chosen->snapshot_ns)
        chosen->snapshot_ns = DEFAULT_SNAPSHOT_NS;
    recorder->start_ns = clock_ns(CLOCK_MONOTONIC);
    recorder->start_utc_ns = clock_ns(CLOCK_REALTIME);
    /* Ticks are compared at the end of a frame: a multiplication there would be one too many. */
    if (chosen->slow_frame_ns) {
        uint64_t now = pp_ticks(), second_ns = 1000000000;
        uint64_t span = pp_ticks_to_ns(now + second_ns) - pp_ticks_to_ns(now);
        recorder->slow_frame_ticks =
            (uint64_t)((unsigned __int128)chosen->slow_frame_ns * second_ns / (span ? span : 1));
        if (!recorder->slow_frame_ticks)
            recorder->slow_frame_ticks = 1;
    }
}

static int create_files(pp_recorder *recorder, const char *path)
{
    int status = pp_rec_live_create(&recorder->live, path);
    if (status != PP_OK)
        return status;
    char boot_id[40];
    pp_host_boot_id(boot_id, sizeof boot_id);
    uint64_t size_bytes = recorder->opts.size_bytes;
    const pp_rec_file_opts opts = {
        .capacity_bytes = size_bytes == PP_RECORDING_UNBOUNDED ? 0 : size_bytes,
        .start_ns = recorder->start_ns,
        .start_utc_ns = recorder->start_utc_ns,
        .pid = (uint32_t)getpid(),
        .boot_id = boot_id,
        .live_path = pp_rec_live_path(recorder->live),
    };
    status = pp_rec_file_create(&recorder->file, path, &opts);
    if (status != PP_OK)
        return status;
    pp_rec_live_bind(recorder->live, pp_rec_file_header(recorder->file),
                     pp_rec_file_path(recorder->file));
    pp_rec_live_sweep(recorder->live);
    return PP_OK;
}

/* A file that could not be begun leaves nothing behind. */
static void discard(pp_recorder *recorder)
{
    if (recorder->file) {
        unlink(pp_rec_file_path(recorder->file));
        pp_rec_file_abandon(recorder->file);
    }
    pp_rec_live_destroy(recorder->live, false);
    free(recorder);
}

static pp_store *create_store(pp_recorder *recorder)
{
    pp_store *store = pp_store_create(recorder->live, LIVE_BYTES / PP_REC_SLOT_BYTES);
    if (!store)
        return NULL;
    store->making++;
    pp_batch *batch = pp_store_make(store, PP_READY_RECORDING);
    pp_store_add(store, batch);
    if (!batch)
        pp_store_close(store);
    return batch ? store : NULL;
}

/* Names follow at once; only a kill between the two leaves records without them. */
static void install(pp_recorder *recorder, pp_store *store)
{
    pthread_mutex_lock(&capture.mutex);
    bool runs = capture.generation != 0;
    capture.recorder = recorder;
    capture.recording_serial++;
    if (runs)
        pp_threads_switch(store);
    else
        pp_capture_begin(store);
    recorder->lost_base = pp_threads_lost();
    pthread_mutex_unlock(&capture.mutex);
    pp_meta_open_log();
}

static int start(const char *path, const pp_recording_opts *opts, bool by_environment)
{
    char expanded[PATH_MAX];
    if (!path || !expand_path(path, expanded, sizeof expanded))
        return pp_fail(PP_EINVAL,
                       "no path to record to, or one with a %% before another letter "
                       "than p: \"%.200s\"",
                       path ? path : "");
    if (opts && opts->struct_size < sizeof *opts)
        return pp_fail(PP_EINVAL, "pp_recording_start: no valid options");
    if (capture.recorder)
        return pp_fail(PP_EBUSY, "a recording is running already");
    int status = pp_threads_init();
    if (status != PP_OK)
        return status;
    pp_clock_init();
    pp_recorder *recorder = calloc(1, sizeof *recorder);
    if (!recorder)
        return pp_fail(PP_ENOMEM, "%s: out of memory for a recording", expanded);
    recorder->by_environment = by_environment;
    take_opts(recorder, opts);
    status = create_files(recorder, expanded);
    pp_store *store = status == PP_OK ? create_store(recorder) : NULL;
    if (status == PP_OK && !store)
        status = pp_fail(PP_ENOMEM, "%s: no shared memory for the live part of the recording: %s",
                         expanded, strerrordesc_np(errno));
    if (status != PP_OK) {
        discard(recorder);
        return status;
    }
    pp_clock_hold(1);
    install(recorder, store);
    status = pp_helper_start();
    if (status != PP_OK) {
        pp_recorder_end(recorder);
        free(recorder);
        return pp_fail(status, "cannot start the helper thread of the recording");
    }
    pp_sites_refresh();
    return PP_OK;
}

int pp_recording_start(const char *path, const pp_recording_opts *opts)
{
    pthread_mutex_lock(&api_mutex);
    int status = start(path, opts, false);
    pthread_mutex_unlock(&api_mutex);
    return status;
}

int pp_recording_start_by_environment(const char *path, const pp_recording_opts *opts)
{
    pthread_mutex_lock(&api_mutex);
    int status = start(path, opts, true);
    pthread_mutex_unlock(&api_mutex);
    return status;
}

/* ---- Asking ---------------------------------------------------------------------------------- */

/* Waits for the helper's answer; the message becomes the caller's. Under the lock. */
static int wait_for_answer(pp_recorder *recorder)
{
    recorder->is_answered = false;
    pp_helper_ask();
    while (!recorder->is_answered)
        pthread_cond_wait(&capture.done, &capture.mutex);
    return recorder->status;
}

static int fail_not_running(void)
{
    return pp_fail(PP_EINVAL, "no recording is running");
}

int pp_recording_stop(void)
{
    pthread_mutex_lock(&api_mutex);
    pthread_mutex_lock(&capture.mutex);
    pp_recorder *recorder = capture.recorder;
    int status = PP_OK;
    if (recorder) {
        recorder->stop_asked = true;
        status = wait_for_answer(recorder);
    }
    pthread_mutex_unlock(&capture.mutex);
    if (recorder)
        pp_helper_reap();
    if (recorder && status != PP_OK)
        pp_fail(status, "%s", recorder->message);
    pthread_mutex_unlock(&api_mutex);
    free(recorder);
    return recorder ? status : fail_not_running();
}

int pp_recording_snapshot(const char *path, uint64_t last_ns)
{
    if (!path || !*path)
        return pp_fail(PP_EINVAL, "pp_recording_snapshot: no path");
    pthread_mutex_lock(&api_mutex);
    pthread_mutex_lock(&capture.mutex);
    pp_recorder *recorder = capture.recorder;
    int status = PP_OK;
    if (recorder) {
        recorder->snapshot_asked = true;
        recorder->snapshot_path = path;
        recorder->snapshot_ns = last_ns;
        status = wait_for_answer(recorder);
        if (status != PP_OK)
            pp_fail(status, "%s", recorder->message);
    }
    pthread_mutex_unlock(&capture.mutex);
    pthread_mutex_unlock(&api_mutex);
    return recorder ? status : fail_not_running();
}

size_t pp_recording_path(char *buffer, size_t capacity)
{
    pthread_mutex_lock(&api_mutex);
    const pp_recorder *recorder = capture.recorder;
    int length = recorder ? pp_format(buffer, capacity, "%s", pp_rec_file_path(recorder->file)) : 0;
    pthread_mutex_unlock(&api_mutex);
    return length > 0 ? (size_t)length : 0;
}

int pp_recording_query(pp_recording_status *out)
{
    pthread_mutex_lock(&capture.mutex);
    bool runs = out && capture.recorder;
    if (runs)
        *out = capture.recorder->numbers;
    pthread_mutex_unlock(&capture.mutex);
    return runs ? PP_OK : fail_not_running();
}

/* Unmapping is left to exec or exit: a batch of chunks may be half made. */
void pp_recorder_forget(void)
{
    pthread_mutex_init(&api_mutex, NULL);
    pp_recorder *recorder = capture.recorder;
    if (recorder && recorder->live)
        pp_rec_live_forget(recorder->live);
    if (recorder && recorder->file)
        close(pp_rec_file_fd(recorder->file));
}
