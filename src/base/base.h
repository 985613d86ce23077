/* base/base.h: what every room uses inside the core: errors, the clock's mapping, small helpers.
 * Those marked PP_API are used by the scene and shim libraries as well; none is installed. */
#ifndef PP_BASE_H
#define PP_BASE_H

#include <paintprof/clock.h>
#include <paintprof/error.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

PP_BEGIN_DECLS

#define PP_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Sets the thread's message (printf-style, C locale) and returns code. */
PP_API int pp_fail(int code, const char *format, ...) PP_PRINTF(2, 3);

/* vsnprintf in the C locale, whatever the process has set. */
PP_API int pp_vformat(char *buffer, size_t capacity, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));
PP_API int pp_format(char *buffer, size_t capacity, const char *format, ...) PP_PRINTF(3, 4);

/* strtod in the C locale. */
PP_API double pp_strtod(const char *text, char **end);

/* Ticks of the session's clock (counter, fallback or override). Any thread, wait-free. */
uint64_t pp_ticks(void);

/* CLOCK_MONOTONIC nanoseconds of a tick, by the present calibration. Any thread, wait-free. */
uint64_t pp_ticks_to_ns(uint64_t ticks);

/* From ticks0 on, ns = ns0 + (ticks - ticks0) * rate, rate in 32.32 fixed point. */
typedef struct pp_clock_line {
    uint64_t ticks0, ns0, rate;
} pp_clock_line;

/* Compares counter and CLOCK_MONOTONIC again, at most once a second; cheap otherwise. The mapping
 * stays continuous and rising. True: there is a new line. One caller at a time. */
bool pp_clock_sync(void);

/* The lines of the mapping, oldest first; only for the caller of pp_clock_sync(). */
uint32_t pp_clock_line_count(void);
pp_clock_line pp_clock_line_at(uint32_t index);

/* Chooses and calibrates the clock once per process (about 2 ms); later calls return at once. */
void pp_clock_init(void);

/* Adds change to the number of those whom an override of the clock would confuse. */
void pp_clock_hold(int change);

PP_END_DECLS

#endif
