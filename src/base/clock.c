/* base/clock.c: chooses the clock, and maps its ticks to CLOCK_MONOTONIC nanoseconds.
 *
 * The mapping is a chain of lines, ns = ns0 + (ticks - ticks0) * rate. About once a second one is
 * added that starts where the last one is and is steered to meet CLOCK_MONOTONIC a second later, so
 * that it is continuous and rising while it follows the kernel's own slewing. A tick is mapped by
 * the line it lies on, whenever it is asked about: a recording that has the lines gives the same
 * nanoseconds as the program that made it. */
#include "base/base.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CALIBRATION_NS = 2000000, SAMPLE_TRIES = 8, STEP_NS = 1000000 };
static const int64_t SECOND_NS = 1000000000;
/* The rate is measured over at most this, so that it follows a slew within seconds. */
static const int64_t RATE_WINDOW_NS = 16000000000;

typedef struct clock_sample {
    uint64_t ticks, ns;
} clock_sample;

/* Lines kept: more than an hour. What is older is mapped by the oldest. */
enum { LINES_MAX = 4096 };

/* The clock is one per process, as the counter itself is. */
static struct {
    pthread_once_t once;
    bool has_counter;  /* the counter may be trusted */
    bool uses_counter; /* and is in use: no override */
    pp_clock_fn override;
    void *override_user;
    int holders;       /* running captures, which an override would confuse */
    uint32_t sequence; /* odd while lines are being changed */
    uint32_t line_count;
    pp_clock_line lines[LINES_MAX];
    clock_sample anchor; /* the rate is measured from here */
    clock_sample last;
} the_clock = {.once = PTHREAD_ONCE_INIT};

static pthread_mutex_t clock_mutex = PTHREAD_MUTEX_INITIALIZER;

static uint64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* One simultaneous reading: the tightest of a few brackets, its middle. */
static clock_sample take_sample(void)
{
    clock_sample best = {0, 0};
    uint64_t best_width = UINT64_MAX;
    for (int i = 0; i < SAMPLE_TRIES; i++) {
        uint64_t before = pp_counter();
        uint64_t ns = monotonic_ns();
        uint64_t after = pp_counter();
        if (after - before < best_width) {
            best_width = after - before;
            best = (clock_sample){before + best_width / 2, ns};
        }
    }
    return best;
}

static bool kernel_trusts_counter(void)
{
#if defined(__aarch64__)
    return true;
#elif defined(__x86_64__)
    char name[16] = "";
    int fd = open("/sys/devices/system/clocksource/clocksource0/current_clocksource",
                  O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t size = read(fd, name, sizeof name - 1);
    close(fd);
    return size >= 4 && strncmp(name, "tsc\n", 4) == 0;
#else
    return false;
#endif
}

static uint64_t rate_between(clock_sample from, clock_sample to)
{
    return (uint64_t)(((unsigned __int128)(to.ns - from.ns) << 32) / (to.ticks - from.ticks));
}

static uint64_t line_at(const pp_clock_line *line, uint64_t ticks)
{
    int64_t delta = (int64_t)(ticks - line->ticks0);
    return line->ns0 + (uint64_t)(int64_t)(((__int128)delta * (__int128)line->rate) >> 32);
}

static void store_line(uint32_t index, const pp_clock_line *line)
{
    pp_clock_line *place = &the_clock.lines[index];
    __atomic_store_n(&place->ticks0, line->ticks0, __ATOMIC_RELAXED);
    __atomic_store_n(&place->ns0, line->ns0, __ATOMIC_RELAXED);
    __atomic_store_n(&place->rate, line->rate, __ATOMIC_RELAXED);
}

static pp_clock_line load_line(uint32_t index)
{
    const pp_clock_line *place = &the_clock.lines[index];
    return (pp_clock_line){__atomic_load_n(&place->ticks0, __ATOMIC_RELAXED),
                           __atomic_load_n(&place->ns0, __ATOMIC_RELAXED),
                           __atomic_load_n(&place->rate, __ATOMIC_RELAXED)};
}

/* Adds a line under a sequence lock: readers try again. */
static void publish_line(const pp_clock_line *line)
{
    uint32_t sequence = __atomic_load_n(&the_clock.sequence, __ATOMIC_RELAXED);
    __atomic_store_n(&the_clock.sequence, sequence + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    uint32_t count = the_clock.line_count;
    if (count == LINES_MAX) {
        for (uint32_t i = 0; i < LINES_MAX / 2; i++) {
            pp_clock_line kept = load_line(i + LINES_MAX / 2);
            store_line(i, &kept);
        }
        count = LINES_MAX / 2;
    }
    store_line(count, line);
    __atomic_store_n(&the_clock.line_count, count + 1, __ATOMIC_RELAXED);
    __atomic_store_n(&the_clock.sequence, sequence + 2, __ATOMIC_RELEASE);
}

/* The last line that begins at or before ticks, or the first one. */
static pp_clock_line find_line(uint64_t ticks)
{
    uint32_t low = 0, high = __atomic_load_n(&the_clock.line_count, __ATOMIC_RELAXED) - 1;
    pp_clock_line line = load_line(high);
    if (line.ticks0 <= ticks)
        return line;
    while (low < high) { /* the answer is in low to high - 1 */
        uint32_t middle = low + (high - low) / 2;
        if (load_line(middle).ticks0 <= ticks)
            low = middle + 1;
        else
            high = middle;
    }
    return load_line(low > 0 ? low - 1 : 0);
}

static pp_clock_line line_of(uint64_t ticks)
{
    for (;;) {
        uint32_t before = __atomic_load_n(&the_clock.sequence, __ATOMIC_ACQUIRE);
        pp_clock_line line = find_line(ticks);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (!(before & 1) && before == __atomic_load_n(&the_clock.sequence, __ATOMIC_RELAXED))
            return line;
    }
}

static void calibrate(void)
{
    if (!kernel_trusts_counter())
        return;
    clock_sample first = take_sample();
    while (monotonic_ns() - first.ns < CALIBRATION_NS)
        ;
    clock_sample second = take_sample();
    if (second.ticks <= first.ticks)
        return;
    the_clock.anchor = first;
    the_clock.last = second;
    publish_line(&(pp_clock_line){second.ticks, second.ns, rate_between(first, second)});
    the_clock.has_counter = true;
    __atomic_store_n(&the_clock.uses_counter, true, __ATOMIC_RELEASE);
}

void pp_clock_init(void)
{
    pthread_once(&the_clock.once, calibrate);
}

bool pp_clock_is_counter(void)
{
    return __atomic_load_n(&the_clock.uses_counter, __ATOMIC_ACQUIRE);
}

uint64_t pp_ticks(void)
{
    if (PP_LIKELY(pp_clock_is_counter()))
        return pp_counter();
    pp_clock_fn override = __atomic_load_n(&the_clock.override, __ATOMIC_ACQUIRE);
    return override ? override(the_clock.override_user) : monotonic_ns();
}

uint64_t pp_ticks_to_ns(uint64_t ticks)
{
    if (!pp_clock_is_counter())
        return ticks;
    pp_clock_line line = line_of(ticks);
    return line_at(&line, ticks);
}

uint64_t pp_now_ns(void)
{
    pp_clock_init();
    return pp_ticks_to_ns(pp_ticks());
}

bool pp_clock_sync(void)
{
    if (!pp_clock_is_counter())
        return false;
    pp_clock_line line = line_of(UINT64_MAX);
    if ((int64_t)(line_at(&line, pp_counter()) - the_clock.last.ns) < SECOND_NS)
        return false;
    clock_sample now = take_sample();
    uint64_t mapped_ns = line_at(&line, now.ticks);
    int64_t error_ns = (int64_t)(now.ns - mapped_ns);
    if ((int64_t)(now.ns - the_clock.anchor.ns) > RATE_WINDOW_NS)
        the_clock.anchor = the_clock.last;
    uint64_t rate = rate_between(the_clock.anchor, now);
    if (error_ns > STEP_NS) {
        mapped_ns = now.ns; /* the machine slept: only a jump forward tells the truth */
        the_clock.anchor = now;
        rate = line.rate;
    } else {
        int64_t steer_ns = error_ns < -SECOND_NS / 2 ? -SECOND_NS / 2 : error_ns;
        rate = (uint64_t)((unsigned __int128)rate * (uint64_t)(SECOND_NS + steer_ns) /
                          (uint64_t)SECOND_NS);
    }
    the_clock.last = now;
    publish_line(&(pp_clock_line){now.ticks, mapped_ns, rate});
    return true;
}

uint32_t pp_clock_line_count(void)
{
    return pp_clock_is_counter() ? __atomic_load_n(&the_clock.line_count, __ATOMIC_RELAXED) : 1;
}

pp_clock_line pp_clock_line_at(uint32_t index)
{
    if (!pp_clock_is_counter())
        return (pp_clock_line){0, 0, UINT64_C(1) << 32}; /* ticks are nanoseconds */
    return load_line(index);
}

void pp_clock_hold(int change)
{
    pthread_mutex_lock(&clock_mutex);
    the_clock.holders += change;
    pthread_mutex_unlock(&clock_mutex);
}

int pp_clock_override(pp_clock_fn now_ns, void *user)
{
    pp_clock_init();
    pthread_mutex_lock(&clock_mutex);
    bool busy = the_clock.holders != 0;
    if (!busy) {
        the_clock.override_user = user;
        __atomic_store_n(&the_clock.override, now_ns, __ATOMIC_RELEASE);
        __atomic_store_n(&the_clock.uses_counter, !now_ns && the_clock.has_counter,
                         __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&clock_mutex);
    return busy ? pp_fail(PP_EBUSY, "the clock cannot be replaced while a session runs") : PP_OK;
}
