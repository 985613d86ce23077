/* shim/probe/ticks.hpp: the core's clock in its own unit, for what is timed at every event. */
#ifndef PPQ_TICKS_HPP
#define PPQ_TICKS_HPP

#include <paintprof/clock.h>

namespace ppq
{

/* As zones are timed. */
inline uint64_t ticksNow()
{
    return pp_clock_is_counter() ? pp_counter() : pp_now_ns();
}

/* How long a tick is, from the time since the program started. */
class TickScale
{
public:
    uint64_t ns(uint64_t ticks) const
    {
        const uint64_t passed = ticksNow() - start_ticks_;
        const auto passed_ns = static_cast<double>(pp_now_ns() - start_ns_);
        return passed ? static_cast<uint64_t>(static_cast<double>(ticks) * passed_ns /
                                              static_cast<double>(passed))
                      : 0;
    }

private:
    uint64_t start_ns_ = pp_now_ns(); /* first: it chooses the clock */
    uint64_t start_ticks_ = ticksNow();
};

} // namespace ppq

#endif
