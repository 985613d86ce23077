/* capture/environment.c: the recording that PAINTPROF_RECORD asks for, from the first zone or frame
 * of the program to its end. */
#include "base/base.h"
#include "capture/recorder.h"
#include "capture/state.h"

#include <paintprof/gate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    bool is_wanted; /* and not tried yet */
    pthread_once_t once;
} environment = {.once = PTHREAD_ONCE_INIT};

static double number_of(const char *name)
{
    const char *text = secure_getenv(name);
    double value = text ? pp_strtod(text, NULL) : 0;
    return value > 0 ? value : 0;
}

static uint64_t size_wanted(void)
{
    const char *text = secure_getenv("PAINTPROF_RECORD_SIZE");
    if (!text || !*text)
        return PP_RECORDING_DEFAULT_BYTES;
    double mib = number_of("PAINTPROF_RECORD_SIZE");
    if (mib <= 0 || mib >= 1e12)
        return PP_RECORDING_UNBOUNDED;
    return (uint64_t)(mib * 1048576);
}

static void start_recording(void)
{
    const pp_recording_opts opts = {
        .struct_size = sizeof opts,
        .size_bytes = size_wanted(),
        .slow_frame_ns = (uint64_t)(number_of("PAINTPROF_RECORD_SLOW") * 1e6),
        .snapshot_ns = (uint64_t)(number_of("PAINTPROF_RECORD_SECONDS") * 1e9),
    };
    if (pp_recording_start_by_environment(secure_getenv("PAINTPROF_RECORD"), &opts) != PP_OK)
        fprintf(stderr, "paintprof: %s; nothing is recorded\n", pp_last_error());
    /* Only now: threads that meet their first zone meanwhile wait for it to be recorded. */
    __atomic_store_n(&environment.is_wanted, false, __ATOMIC_RELAXED);
}

static bool is_asked_for(void)
{
    const char *path = secure_getenv("PAINTPROF_RECORD");
    const char *profile = secure_getenv("PAINTPROF");
    return path && *path && !(profile && strcmp(profile, "0") == 0);
}

bool pp_capture_awake(void)
{
    if (PP_UNLIKELY(__atomic_load_n(&environment.is_wanted, __ATOMIC_RELAXED)))
        pthread_once(&environment.once, start_recording);
    return pp_capture_generation() != 0;
}

__attribute__((constructor)) static void read_environment(void)
{
    if (!is_asked_for())
        return;
    pg_set_profile_enabled(true);
    environment.is_wanted = true;
}

/* The program ends: what is still recorded is made whole. */
__attribute__((destructor)) static void end_recording(void)
{
    if (pp_the_capture.recorder)
        pp_recording_stop();
}
