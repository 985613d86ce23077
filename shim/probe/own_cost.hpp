/* shim/probe/own_cost.hpp: what a hook of the probe costs, from a sample of its runs. */
#ifndef PPQ_OWN_COST_HPP
#define PPQ_OWN_COST_HPP

#include <algorithm>
#include <cstdint>

namespace ppq
{

/* Times one run in so many and takes it for all of them. Of one thread. */
class OwnCost
{
public:
    /* Counts a run; true where this one is to be timed and added. */
    bool isDue() { return (++runs_ & (sample_every - 1)) == 0; }
    void add(uint64_t ticks)
    {
        sampled_ticks_ += std::min(ticks, longest_ticks);
        ++samples_;
    }

    /* The cost of all runs since the last call, in ticks. */
    uint64_t take()
    {
        const uint32_t runs = runs_ - taken_;
        taken_ = runs_;
        return samples_ ? runs * (sampled_ticks_ / samples_) : 0;
    }

private:
    static constexpr uint32_t sample_every = 64; /* a power of two */
    /* What took longer was interrupted, or did once what has a zone of its own: no other run did.
     */
    static constexpr uint64_t longest_ticks = 1U << 16;

    uint64_t sampled_ticks_ = 0;
    uint64_t samples_ = 0;
    uint32_t runs_ = 0;
    uint32_t taken_ = 0;
};

} // namespace ppq

#endif
