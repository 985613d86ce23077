/* base/signal_guard.c: keeps the signal that a failing write raises from the calling thread. */
#include "base/signal_guard.h"

#include <errno.h>
#include <time.h>

static sigset_t set_of(int number)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    return set;
}

pp_signal_guard pp_signal_guard_begin(int number)
{
    pp_signal_guard guard = {.number = number};
    sigset_t pending, held = set_of(number);
    sigpending(&pending);
    guard.was_pending = sigismember(&pending, number) == 1;
    pthread_sigmask(SIG_BLOCK, &held, &guard.before);
    return guard;
}

/* Takes away the signal that our own write raised, and only that. */
void pp_signal_guard_end(const pp_signal_guard *guard, bool was_raised)
{
    if (was_raised && !guard->was_pending) {
        sigset_t held = set_of(guard->number);
        while (sigtimedwait(&held, NULL, &(struct timespec){0, 0}) < 0 && errno == EINTR)
            ;
    }
    pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}
