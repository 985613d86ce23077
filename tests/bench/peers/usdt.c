/* peers/usdt.c: two static probes of sys/sdt.h a zone. Off, nothing is attached to them. On, the
 * kernel is asked for a sample with time and identity of each, as `perf record` does it: a probe is
 * then a trap. Two pairs of probes, since an attached one is never off. */
#include "peers.h"

#include <errno.h>
#include <link.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sdt.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { RING_BYTES = 1 << 20, BYTES_PER_SAMPLE = 24 };

/* Labels in front of the probes' instructions save reading the ELF notes that name them. */
extern const char peers_usdt_begin[], peers_usdt_end[];
#define LABEL(name) __asm__ volatile(".globl " #name "\n.hidden " #name "\n" #name ":")

static struct perf_event_mmap_page *ring = MAP_FAILED;
static int probes[2] = {-1, -1};
static char failure[128];
static uint64_t kept_samples, wanted_samples;

__attribute__((noinline)) static void run_recording(uint64_t zones)
{
    for (uint64_t i = 0; i < zones; i++) {
        LABEL(peers_usdt_begin);
        DTRACE_PROBE(paintprof_peers, zone_begin);
        PEER_BARRIER();
        LABEL(peers_usdt_end);
        DTRACE_PROBE(paintprof_peers, zone_end);
        PEER_BARRIER();
    }
    wanted_samples += 2 * zones;
}

static void run_disabled(uint64_t zones)
{
    for (uint64_t i = 0; i < zones; i++) {
        DTRACE_PROBE(paintprof_peers, off_begin);
        PEER_BARRIER();
        DTRACE_PROBE(paintprof_peers, off_end);
        PEER_BARRIER();
    }
}

/* What is sought: an address; what is found: its place in the program's file. */
typedef struct place {
    uintptr_t address;
    uint64_t offset;
} place;

static int find_segment(struct dl_phdr_info *module, size_t size, void *data)
{
    (void)size;
    place *sought = data;
    for (int i = 0; i < module->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &module->dlpi_phdr[i];
        uintptr_t start = module->dlpi_addr + segment->p_vaddr;
        if (segment->p_type != PT_LOAD || sought->address < start ||
            sought->address - start >= segment->p_filesz)
            continue;
        sought->offset = segment->p_offset + (sought->address - start);
        return 1;
    }
    return 0;
}

static uint32_t uprobe_type(void)
{
    unsigned type = 0;
    FILE *file = fopen("/sys/bus/event_source/devices/uprobe/type", "r");
    if (file && fscanf(file, "%u", &type) != 1)
        type = 0;
    if (file)
        fclose(file);
    return type;
}

static int attach(uint32_t type, const char *address)
{
    place at = {.address = (uintptr_t)address};
    if (!dl_iterate_phdr(find_segment, &at))
        return -1;
    struct perf_event_attr attr = {.type = type,
                                   .size = sizeof attr,
                                   .sample_period = 1,
                                   .sample_type = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TIME,
                                   .config1 = (uintptr_t) "/proc/self/exe",
                                   .config2 = at.offset};
    return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

/* One ring takes the samples of both. */
static bool attach_both(uint32_t type)
{
    probes[0] = attach(type, peers_usdt_begin);
    probes[1] = attach(type, peers_usdt_end);
    if (probes[0] < 0 || probes[1] < 0)
        return false;
    size_t bytes = RING_BYTES + (size_t)sysconf(_SC_PAGESIZE);
    ring = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, probes[0], 0);
    return ring != MAP_FAILED && ioctl(probes[1], PERF_EVENT_IOC_SET_OUTPUT, probes[0]) == 0;
}

static const char *setup(const char *folder)
{
    (void)folder;
    uint32_t type = uprobe_type();
    if (!type) {
        peer_usdt.why_not = "this kernel offers no uprobes";
    } else if (!attach_both(type)) {
        snprintf(failure, sizeof failure, "the kernel attaches no probe: %s", strerror(errno));
        peer_usdt.why_not = failure;
    }
    return NULL;
}

/* Takes what is in the ring for read. */
static void empty_ring(bool on)
{
    (void)on;
    if (ring == MAP_FAILED)
        return;
    uint64_t head = __atomic_load_n(&ring->data_head, __ATOMIC_ACQUIRE);
    kept_samples += (head - ring->data_tail) / BYTES_PER_SAMPLE;
    __atomic_store_n(&ring->data_tail, head, __ATOMIC_RELEASE);
}

static void teardown(uint64_t zones)
{
    (void)zones;
    empty_ring(false);
    if (!peer_usdt.why_not && kept_samples < wanted_samples)
        peer_usdt.lost = wanted_samples - kept_samples;
    for (int i = 0; i < 2; i++)
        if (probes[i] >= 0)
            close(probes[i]);
}

peer peer_usdt = {
    .name = "USDT",
    .version = SDT_VERSION,
    .recorded_to = "memory, shared with the kernel",
    .background = "none; its ring emptied untimed between blocks",
    .block = 2048,
    .setup = setup,
    .set_recording = empty_ring,
    .run_recording = run_recording,
    .run_disabled = run_disabled,
    .teardown = teardown,
    .bytes_per_zone = 2 * BYTES_PER_SAMPLE,
};
