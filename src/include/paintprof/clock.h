/* paintprof/clock.h: the clock of every measurement.
 *
 * A tick is one count of the fastest trustworthy counter: the TSC where the kernel itself uses it
 * (clocksource "tsc"), CNTVCT on aarch64, else CLOCK_MONOTONIC nanoseconds. Everything that
 * leaves the library is CLOCK_MONOTONIC nanoseconds. */
#ifndef PAINTPROF_CLOCK_H
#define PAINTPROF_CLOCK_H

#include <paintprof/export.h>
#include <stdbool.h>
#include <stdint.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

PP_BEGIN_DECLS

/* The raw hardware counter, unfenced: two reads may be reordered by a few nanoseconds. Only
 * meaningful while pp_clock_is_counter(); zones fall back by themselves.
 * Units: ticks. Thread: any, wait-free. Since: 0.1 */
static inline uint64_t pp_counter(void)
{
#if defined(__x86_64__)
    return __rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    return 0;
#endif
}

/* True when ticks come from pp_counter(), false when they come from clock_gettime or from an
 * override. Thread: any. Since: 0.1 */
PP_API bool pp_clock_is_counter(void);

/* Now, in CLOCK_MONOTONIC nanoseconds (or in the override's). Thread: any, wait-free. Since: 0.1 */
PP_API uint64_t pp_now_ns(void);

typedef uint64_t (*pp_clock_fn)(void *user);

/* Replaces the clock by now_ns (nanoseconds, never 0, never falling), for tests and simulators;
 * NULL restores the real one. Must be called while no session runs, else PP_EBUSY.
 * Ownership: user is the caller's and must outlive its use. Thread: any. Since: 0.1 */
PP_API int pp_clock_override(pp_clock_fn now_ns, void *user);

PP_END_DECLS

#endif
