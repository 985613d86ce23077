/* shim/guard.hpp: the one exception guard around the bodies of the C ABI. */
#ifndef PPQ_GUARD_HPP
#define PPQ_GUARD_HPP

#include <paintprof/error.h>

#include <exception>
#include <new>

/* The core exports it for the libraries beside it. */
extern "C" PP_API int pp_fail(int code, const char *format, ...) PP_PRINTF(2, 3);

namespace ppq
{

/* Sets pp_last_error() and returns code. */
inline constexpr auto &fail = ::pp_fail;

/* Runs body, which returns a PP_ code. Nothing it throws gets out. */
template <typename Body>
int guarded(Body &&body) noexcept
{
    try {
        return body();
    } catch (const std::bad_alloc &) {
        return fail(PP_ENOMEM, "out of memory");
    } catch (const std::exception &error) {
        return fail(PP_EINTERNAL, "unexpected exception: %s", error.what());
    } catch (...) {
        return fail(PP_EINTERNAL, "unexpected exception of unknown type");
    }
}

/* The same for a body without a result: a failure is only in pp_last_error(). */
template <typename Body>
void guardedVoid(Body &&body) noexcept
{
    guarded([&body] {
        body();
        return int{PP_OK};
    });
}

} // namespace ppq

#endif
