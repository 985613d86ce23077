/* peers/sysprof.c: a mark of sysprof's capture library with its duration, written to a file. */
#include "peers.h"

#include <sysprof-capture.h>
#include <unistd.h>

static SysprofCaptureWriter *writer;
static char path[PEER_PATH_BYTES];

static void run_recording(uint64_t zones)
{
    const int32_t pid = getpid();
    for (uint64_t i = 0; i < zones; i++) {
        int64_t begin_ns = SYSPROF_CAPTURE_CURRENT_TIME;
        PEER_BARRIER();
        int64_t end_ns = SYSPROF_CAPTURE_CURRENT_TIME;
        sysprof_capture_writer_add_mark(writer, begin_ns, -1, pid, (uint64_t)(end_ns - begin_ns),
                                        "peers", "peers zone", "");
        PEER_BARRIER();
    }
}

/* As programs guard their marks where no sysprof listens. */
static void run_disabled(uint64_t zones)
{
    for (uint64_t i = 0; i < zones; i++) {
        int64_t begin_ns = sysprof_collector_is_active() ? SYSPROF_CAPTURE_CURRENT_TIME : 0;
        PEER_BARRIER();
        if (begin_ns != 0)
            sysprof_collector_mark(begin_ns, SYSPROF_CAPTURE_CURRENT_TIME - begin_ns, "peers",
                                   "peers zone", "");
        PEER_BARRIER();
    }
}

static const char *setup(const char *folder)
{
    sysprof_clock_init();
    writer = sysprof_capture_writer_new(peer_path(path, folder, "sysprof.syscap"), 0);
    return writer ? NULL : "its file cannot be opened";
}

static void teardown(uint64_t zones)
{
    sysprof_capture_writer_flush(writer);
    sysprof_capture_writer_unref(writer);
    peer_sysprof.bytes_per_zone = (double)peer_bytes_on_disk(path, NULL) / (double)zones;
}

peer peer_sysprof = {
    .name = "sysprof capture",
    .version = SYSPROF_VERSION_S,
    .recorded_to = "a file",
    .background = "none: the recording thread writes the file",
    .block = 8192,
    .setup = setup,
    .run_recording = run_recording,
    .run_disabled = run_disabled,
    .teardown = teardown,
};
