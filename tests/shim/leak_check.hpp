/* tests/shim/leak_check.hpp: where a program that the probe is loaded into looks for its leaks. */
#ifndef PPQ_LEAK_CHECK_HPP
#define PPQ_LEAK_CHECK_HPP

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

/* With ASan: now, when the application is gone, and not again when the process ends. There the
 * thread of Qt's D-Bus connection is waited for, and may come to its own end only after Qt has
 * deleted the key by which the data of threads are freed (qthread_unix.cpp). */
inline void lookForLeaks()
{
#ifdef __SANITIZE_ADDRESS__
    __lsan_do_leak_check();
#endif
}

#endif
