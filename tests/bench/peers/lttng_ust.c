/* peers/lttng_ust.c: two tracepoints of LTTng-UST a zone, into a session that tools/peers.sh has
 * started. A tracepoint is switched by the daemon, which takes milliseconds, so that two others
 * that nobody enabled stand for the state of being off. */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "lttng_events.h"

#include "peers.h"

#include <dirent.h>
#include <lttng/ust-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char trace[PEER_PATH_BYTES];

static void run_recording(uint64_t zones)
{
    for (uint64_t i = 0; i < zones; i++) {
        lttng_ust_tracepoint(paintprof_peers, zone_begin);
        PEER_BARRIER();
        lttng_ust_tracepoint(paintprof_peers, zone_end);
        PEER_BARRIER();
    }
}

static void run_disabled(uint64_t zones)
{
    for (uint64_t i = 0; i < zones; i++) {
        lttng_ust_tracepoint(paintprof_peers, off_begin);
        PEER_BARRIER();
        lttng_ust_tracepoint(paintprof_peers, off_end);
        PEER_BARRIER();
    }
}

/* A listener thread of the library enables the tracepoints when the daemon says so. */
static const char *wait_for_daemon(const char *folder)
{
    static const struct timespec pause = {.tv_nsec = 10000000};
    peer_path(trace, folder, "lttng");
    const char *failure = getenv("PEERS_LTTNG_FAILURE");
    if (failure && *failure)
        return failure;
    for (int i = 0; i < 300; i++) {
        if (lttng_ust_tracepoint_enabled(paintprof_peers, zone_end))
            return NULL;
        nanosleep(&pause, NULL);
    }
    return "no session daemon enabled its tracepoints within 3 s";
}

static bool process_is(const char *pid, const char *wanted)
{
    char path[64], name[32] = "";
    snprintf(path, sizeof path, "/proc/%.16s/comm", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    bool same = fgets(name, sizeof name, file) && strncmp(name, wanted, strlen(wanted)) == 0;
    fclose(file);
    return same;
}

static uint64_t cpu_ns_of(pid_t process)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &used) != 0)
        return 0;
    return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

static uint64_t consumer_ns(void)
{
    uint64_t sum_ns = 0;
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; processes && (entry = readdir(processes));)
        if (entry->d_name[0] > '0' && entry->d_name[0] <= '9' &&
            process_is(entry->d_name, "lttng-consumer"))
            sum_ns += cpu_ns_of((pid_t)atol(entry->d_name));
    if (processes)
        closedir(processes);
    return sum_ns;
}

/* Asks the daemon how many events found no place. */
static uint64_t discarded_events(void)
{
    unsigned long long sum = 0, one;
    char line[256];
    FILE *list = popen("lttng --no-sessiond list \"$PEERS_LTTNG_SESSION\"", "r");
    while (list && fgets(line, sizeof line, list)) {
        const char *found = strstr(line, "Discarded events: ");
        if (found && sscanf(found, "Discarded events: %llu", &one) == 1)
            sum += one;
    }
    if (list)
        pclose(list);
    return sum;
}

static void teardown(uint64_t zones)
{
    if (system("lttng --no-sessiond stop \"$PEERS_LTTNG_SESSION\" >&2") != 0)
        fprintf(stderr, "peers-bench: the LTTng session could not be stopped\n");
    peer_lttng_ust.lost = discarded_events();
    uint64_t bytes = peer_bytes_on_disk(trace, "metadata");
    peer_lttng_ust.bytes_per_zone = (double)bytes / (double)zones;
}

peer peer_lttng_ust = {
    .name = "LTTng-UST",
    .version = LTTNG_UST_VERSION,
    .recorded_to = "shared memory, then a file",
    .background = "lttng-consumerd writes the file",
    .block = 8192,
    .setup = wait_for_daemon,
    .run_recording = run_recording,
    .run_disabled = run_disabled,
    .background_ns = consumer_ns,
    .teardown = teardown,
};
