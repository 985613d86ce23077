/* base/signal_guard.h: keeps the signal that a failing write raises from the calling thread, so
 * that a broken pipe (SIGPIPE) or a limit on the size of files (SIGXFSZ) is only an error. */
#ifndef PP_SIGNAL_GUARD_H
#define PP_SIGNAL_GUARD_H

#include <signal.h>
#include <stdbool.h>

typedef struct pp_signal_guard {
    int number;
    bool was_pending;
    sigset_t before;
} pp_signal_guard;

/* Holds the signal of that number back on this thread. */
pp_signal_guard pp_signal_guard_begin(int number);

/* Lets it through again; was_raised: our own write raised it, which is then forgotten. */
void pp_signal_guard_end(const pp_signal_guard *guard, bool was_raised);

#endif
