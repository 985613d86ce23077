/* base/random.h: random numbers for identifiers: fast, different in every thread and process. */
#ifndef PP_RANDOM_H
#define PP_RANDOM_H

#include <stdint.h>

/* 64 random bits from the calling thread's generator, which the kernel seeds at its first use and
 * after a fork. Unpredictable enough for identifiers, not for secrets. Any thread; wait-free but
 * for the seeding. */
uint64_t pp_random(void);

#endif
