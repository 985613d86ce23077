/* bench/floor_pyramid.hpp: lows and highs of every 16 values, of every 16 of those, and so on: what
 * the floors have ready before a frame is timed. */
#ifndef PP_BENCH_FLOOR_PYRAMID_HPP
#define PP_BENCH_FLOOR_PYRAMID_HPP

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace bench
{

template <typename Number>
struct Range {
    Number low = std::numeric_limits<Number>::infinity();
    Number high = -std::numeric_limits<Number>::infinity();

    void add(Range other)
    {
        low = std::min(low, other.low);
        high = std::max(high, other.high);
    }
};

/* Over base, which has size() and at(i), a range of Number. */
template <typename Base, typename Number>
class Pyramid
{
public:
    explicit Pyramid(Base base) : base_(std::move(base))
    {
        Level level = above(base_.size(), base_);
        while (level.nodes.size() >= fan) {
            Level next = above(level.nodes.size(), level);
            levels_.push_back(std::move(level));
            level = std::move(next);
        }
        levels_.push_back(std::move(level));
    }

    const Base &base() const { return base_; }

    /* Of [first, last): what is left of the first whole node of a level, and right of its last,
     * level by level. */
    Range<Number> range(size_t first, size_t last) const
    {
        size_t from = (first + fan - 1) / fan, to = last / fan;
        if (from >= to)
            return of(base_, first, last);
        Range<Number> range = of(base_, first, from * fan);
        range.add(of(base_, to * fan, last));
        for (const Level &level : levels_) {
            const size_t above_from = (from + fan - 1) / fan, above_to = to / fan;
            if (above_from >= above_to || &level == &levels_.back()) {
                range.add(of(level, from, to));
                break;
            }
            range.add(of(level, from, above_from * fan));
            range.add(of(level, above_to * fan, to));
            from = above_from;
            to = above_to;
        }
        return range;
    }

private:
    static constexpr size_t fan = 16;

    struct Level {
        std::vector<Range<Number>> nodes;

        Range<Number> at(size_t i) const { return nodes[i]; }
    };

    template <typename Values>
    static Range<Number> of(const Values &values, size_t first, size_t last)
    {
        Range<Number> range;
        for (; first < last; first++)
            range.add(values.at(first));
        return range;
    }

    template <typename Values>
    static Level above(size_t size, const Values &values)
    {
        Level level;
        for (size_t i = 0; i + fan <= size; i += fan)
            level.nodes.push_back(of(values, i, i + fan));
        return level;
    }

    Base base_;
    std::vector<Level> levels_;
};

} // namespace bench

#endif
