/* peers/main.c: peers-bench: times all peers in turn, block by block, and prints the rows of the
 * table in docs/benchmarks.md. */
#include "peers.h"

#include <dirent.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { ROUNDS_MAX = 300, WARM_UP_ROUNDS = 10 };
static const uint64_t MEASURE_NS = 25000000000;

static peer *const peers[] = {&peer_floor,   &peer_ours, &peer_microprofile, &peer_lttng_ust,
                              &peer_sysprof, &peer_usdt, &peer_pyqtgraph};
enum { PEER_COUNT = sizeof peers / sizeof peers[0] };

/* Of one peer: CPU ns a zone, block by block. */
typedef struct samples {
    const char *failure; /* NULL: it runs */
    double recording_ns[ROUNDS_MAX], disabled_ns[ROUNDS_MAX];
    uint64_t zones; /* recorded, warming up included */
    double background_ns_per_zone;
} samples;

static samples of_peer[PEER_COUNT];
static double loop_ns[ROUNDS_MAX];

/* ---- Files ---------------------------------------------------------------------------------- */

const char *peer_path(char path[PEER_PATH_BYTES], const char *folder, const char *name)
{
    snprintf(path, PEER_PATH_BYTES, "%s/%s", folder, name);
    return path;
}

static uint64_t bytes_in_folder(const char *path, const char *except)
{
    uint64_t sum = 0;
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        char below[PEER_PATH_BYTES];
        if (entry->d_name[0] == '.' ||
            (except && strncmp(entry->d_name, except, strlen(except)) == 0))
            continue;
        sum += peer_bytes_on_disk(peer_path(below, path, entry->d_name), except);
    }
    if (folder)
        closedir(folder);
    return sum;
}

uint64_t peer_bytes_on_disk(const char *path, const char *except)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return 0;
    return S_ISDIR(info.st_mode) ? bytes_in_folder(path, except) : (uint64_t)info.st_size;
}

/* ---- Timing --------------------------------------------------------------------------------- */

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void run_empty(uint64_t zones)
{
    for (uint64_t i = 0; i < zones; i++)
        PEER_BARRIER();
}

/* CPU time of this thread: other programs that want its core do not count, helpers neither. */
static double time_run(void (*run)(uint64_t), uint64_t zones)
{
    uint64_t start_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    run(zones);
    return (double)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - start_ns) / (double)zones;
}

static double time_block(const peer *p, bool recording)
{
    void (*run)(uint64_t) = recording ? p->run_recording : p->run_disabled;
    if (p->set_recording)
        p->set_recording(recording);
    if (p->block_ns)
        return p->block_ns(recording, p->block) / (double)p->block;
    return run ? time_run(run, p->block) : NAN;
}

static void run_peer(size_t at, size_t round)
{
    samples *s = &of_peer[at];
    if (s->failure)
        return;
    s->recording_ns[round] = time_block(peers[at], true);
    s->disabled_ns[round] = time_block(peers[at], false);
    s->zones += peers[at]->block;
    if (peers[at]->block_ns && s->recording_ns[round] < 0)
        s->failure = "its process ended early";
}

static void run_round(size_t round)
{
    loop_ns[round] = time_run(run_empty, peer_floor.block);
    for (size_t i = 0; i < PEER_COUNT; i++)
        run_peer(i, round);
}

/* The last core has the fewest interrupts on most machines. Only this thread: the helpers that
 * the set-ups have started may run beside it. */
static void pin_to_one_core(void)
{
    cpu_set_t cores;
    if (sched_getaffinity(0, sizeof cores, &cores) != 0)
        return;
    size_t last = CPU_SETSIZE - 1;
    while (last > 0 && !CPU_ISSET(last, &cores))
        last--;
    CPU_ZERO(&cores);
    CPU_SET(last, &cores);
    sched_setaffinity(0, sizeof cores, &cores);
}

static size_t measure(void)
{
    uint64_t background_ns[PEER_COUNT] = {0};
    for (size_t i = 0; i < WARM_UP_ROUNDS; i++)
        run_round(0);
    for (size_t i = 0; i < PEER_COUNT; i++)
        if (peers[i]->background_ns && !of_peer[i].failure)
            background_ns[i] = peers[i]->background_ns();
    size_t rounds = 0;
    uint64_t start_ns = clock_ns(CLOCK_MONOTONIC);
    while (rounds < ROUNDS_MAX && clock_ns(CLOCK_MONOTONIC) - start_ns < MEASURE_NS)
        run_round(rounds++);
    for (size_t i = 0; i < PEER_COUNT; i++)
        if (peers[i]->background_ns && !of_peer[i].failure)
            of_peer[i].background_ns_per_zone =
                (double)(peers[i]->background_ns() - background_ns[i]) /
                (double)(rounds * peers[i]->block);
    return rounds;
}

/* ---- The table ------------------------------------------------------------------------------ */

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static double median(double *values, size_t count)
{
    if (count == 0 || isnan(values[0]))
        return NAN;
    qsort(values, count, sizeof *values, compare_doubles);
    return values[count / 2];
}

/* Two cells: the time and its ratio to the floor. */
static void print_time(double ns, double floor_ns)
{
    if (isnan(ns))
        printf(" | |");
    else
        printf(" %.*f ns | %.*f |", ns < 1 ? 2 : 1, ns, ns < floor_ns ? 3 : 2, ns / floor_ns);
}

static void print_background(const peer *p, const samples *s)
{
    printf(" %s", p->background);
    if (p->background_ns)
        printf(", %.1f ns a zone", s->background_ns_per_zone);
    if (p->lost)
        printf("; **%llu records lost**", (unsigned long long)p->lost);
    printf(" |\n");
}

static void print_row(size_t at, size_t rounds, double loop, double floor_ns)
{
    const peer *p = peers[at];
    samples *s = &of_peer[at];
    /* One that times itself has subtracted a loop of its own. */
    double own_loop = p->block_ns ? 0 : loop;
    printf("| %s%s%s |", p->name, *p->version ? " " : "", p->version);
    if (s->failure) {
        printf(" not measured: %s | | | | | | |\n", s->failure);
        return;
    }
    if (p->why_not)
        printf(" %s | |", p->why_not);
    else
        print_time(median(s->recording_ns, rounds) - own_loop, floor_ns);
    print_time(median(s->disabled_ns, rounds) - own_loop, floor_ns);
    if (p->why_not)
        printf(" |");
    else
        printf(" %.*f |", p->bytes_per_zone == floor(p->bytes_per_zone) ? 0 : 1, p->bytes_per_zone);
    printf(" %s |", p->recorded_to);
    print_background(p, s);
}

static void print_table(size_t rounds)
{
    double loop = median(loop_ns, rounds);
    double copy[ROUNDS_MAX];
    memcpy(copy, of_peer[0].recording_ns, sizeof copy);
    double floor_ns = median(copy, rounds) - loop;
    printf("| tool | recording | x floor | compiled in, off | x floor | bytes a zone | recorded to "
           "| works beside it |\n|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < PEER_COUNT; i++)
        print_row(i, rounds, loop, floor_ns);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "Usage: peers-bench FOLDER\n"
                        "Run by ./do bench peers; FOLDER takes what is recorded.\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < PEER_COUNT; i++)
        if (peers[i]->setup)
            of_peer[i].failure = peers[i]->setup(argv[1]);
    pin_to_one_core();
    size_t rounds = measure();
    for (size_t i = 0; i < PEER_COUNT; i++)
        if (peers[i]->teardown && !of_peer[i].failure)
            peers[i]->teardown(of_peer[i].zones);
    print_table(rounds);
    fprintf(stderr, "peers-bench: %zu rounds\n", rounds);
    return 0;
}
