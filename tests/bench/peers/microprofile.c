/* peers/microprofile.c: a zone of microprofile, as its C++ scope makes it. */
#include "peers.h"

#include <microprofile.h>

static MicroProfileToken token;
static bool recording;
static uint64_t overflown_blocks;

static void run_zone(uint64_t zones)
{
    for (uint64_t i = 0; i < zones; i++) {
        uint64_t tick = MicroProfileEnterInternal(token);
        PEER_BARRIER();
        MicroProfileLeaveInternal(token, tick);
        PEER_BARRIER();
    }
}

/* A full log refuses further zones, which would then look cheap: had it no place for one more
 * after a block, that block does not count. */
static void check_that_log_has_room(void)
{
    uint64_t tick = MicroProfileEnterInternal(token);
    overflown_blocks += tick >= UINT64_MAX - 1;
    MicroProfileLeaveInternal(token, tick);
}

/* A flip ends microprofile's frame: it empties the logs and lets the groups take effect. */
static void set_recording(bool on)
{
    if (recording)
        check_that_log_has_room();
    recording = on;
    MicroProfileSetEnableAllGroups(on);
    MicroProfileFlip(NULL);
}

static const char *setup(const char *folder)
{
    (void)folder;
    MicroProfileInit();
    MicroProfileOnThreadCreate("peers");
    token = MicroProfileGetToken("peers", "peers zone", 0xff00ff, MicroProfileTokenTypeCpu, 0);
    set_recording(true);
    return MicroProfileEnabled() ? NULL : "its groups cannot be enabled";
}

static void teardown(uint64_t zones)
{
    (void)zones;
    set_recording(false);
    MicroProfileShutdown();
    peer_microprofile.lost = overflown_blocks * peer_microprofile.block;
}

peer peer_microprofile = {
    .name = "microprofile",
    .version = MICROPROFILE_VERSION,
    .recorded_to = "memory",
    .background = "a web server's thread, idle; its log emptied untimed between blocks",
    .block = 8192,
    .setup = setup,
    .set_recording = set_recording,
    .run_recording = run_zone,
    .run_disabled = run_zone,
    .teardown = teardown,
    .bytes_per_zone = 16, /* two entries of its log */
};
