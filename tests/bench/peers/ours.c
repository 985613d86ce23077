/* peers/ours.c: a zone of paintprof, recorded to a file. */
#include "peers.h"

#include <paintprof/paintprof.h>

static void set_gate(bool open)
{
    pg_set_profile_enabled(open);
#ifndef PEERS_RECORDING
    pp_session_drain(pp_session_current());
#endif
}

static void run_zone(uint64_t zones)
{
    for (uint64_t i = 0; i < zones; i++) {
        PP_ZONE(zone, "peers zone", PP_PHASE_REDRAW);
        PEER_BARRIER();
        PP_END(zone);
        PEER_BARRIER();
    }
}

#ifdef PEERS_RECORDING
static char path[PEER_PATH_BYTES];

static const char *start(const char *folder)
{
    return pp_recording_start(peer_path(path, folder, "ours.pprec"), NULL) == PP_OK
               ? NULL
               : pp_last_error();
}

static uint64_t helper_ns(void)
{
    pp_recording_status status;
    return pp_recording_query(&status) == PP_OK ? status.helper_ns : 0;
}

static void stop(uint64_t zones)
{
    pg_set_profile_enabled(false);
    pp_recording_status status = {0};
    pp_recording_query(&status);
    pp_recording_stop();
    peer_ours.bytes_per_zone = (double)peer_bytes_on_disk(path, NULL) / (double)zones;
    peer_ours.lost = status.dropped + status.overwritten;
}
#else
static pp_session *session;

static const char *start(const char *folder)
{
    (void)folder;
    return pp_session_start(&session, NULL) == PP_OK ? NULL : pp_last_error();
}

static void stop(uint64_t zones)
{
    (void)zones;
    pg_set_profile_enabled(false);
    peer_ours.lost = pp_session_dropped(session);
    pp_session_stop(session);
    peer_ours.bytes_per_zone = 16;
}
#endif

peer peer_ours = {
    .name = "paintprof",
    .version = PP_VERSION,
#ifdef PEERS_RECORDING
    .recorded_to = "shared memory, then a file",
    .background = "a thread writes the file",
    .background_ns = helper_ns,
#else
    .recorded_to = "memory",
    .background = "none; drained untimed between blocks",
#endif
    .block = 8192,
    .setup = start,
    .set_recording = set_gate,
    .run_recording = run_zone,
    .run_disabled = run_zone,
    .teardown = stop,
};
