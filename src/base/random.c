/* base/random.c: random numbers for identifiers.
 *
 * xoshiro256++ (D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators", ACM
 * TOMS 47, 2021; prng.di.unimi.it), one state per thread, so that no identifier costs a lock or a
 * system call. A child of fork() has its parent's state: it must not give the same numbers. */
#include "base/random.h"

#include <paintprof/clock.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static __thread struct {
    uint64_t state[4];
    uint32_t seeded_for; /* the fork_count that it was seeded under, 0: never */
} generator __attribute__((tls_model("initial-exec")));

static uint32_t fork_count = 1;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;

static void after_fork_in_child(void)
{
    __atomic_fetch_add(&fork_count, 1, __ATOMIC_RELAXED);
}

static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, after_fork_in_child);
}

/* splitmix64, as the authors advise for seeding. */
static uint64_t mix(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Where the kernel gives nothing (a sandbox): what differs between threads, processes and times. */
static void seed_without_kernel(uint64_t state[4])
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t seed = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    seed ^= (uint64_t)getpid() << 32 ^ (uint64_t)(uintptr_t)&generator ^ pp_counter();
    for (int i = 0; i < 4; i++)
        state[i] = mix(&seed);
}

static void seed(void)
{
    pthread_once(&fork_once, watch_forks);
    uint64_t state[4];
    bool is_seeded = getrandom(state, sizeof state, GRND_NONBLOCK) == (ssize_t)sizeof state &&
                     (state[0] | state[1] | state[2] | state[3]) != 0;
    if (!is_seeded)
        seed_without_kernel(state);
    for (int i = 0; i < 4; i++)
        generator.state[i] = state[i];
    generator.seeded_for = __atomic_load_n(&fork_count, __ATOMIC_RELAXED);
}

static uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

uint64_t pp_random(void)
{
    if (PP_UNLIKELY(generator.seeded_for != __atomic_load_n(&fork_count, __ATOMIC_RELAXED)))
        seed();
    uint64_t *s = generator.state;
    uint64_t result = rotate(s[0] + s[3], 23) + s[0];
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}
