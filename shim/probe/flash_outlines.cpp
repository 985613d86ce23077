/* shim/probe/flash_outlines.cpp: which rectangles of a window are outlined, how, and until when. */
#include "flash_outlines.hpp"

#include <algorithm>
#include <array>

namespace ppq
{

namespace
{

struct Look {
    uint64_t most_percent; /* of the budget */
    QRgb color;
    int width;
};

constexpr std::array<Look, 5> looks = {{{1, 0xff0072b2, 2},
                                        {5, 0xff56b4e9, 2},
                                        {20, 0xfff0e442, 3},
                                        {50, 0xffe69f00, 3},
                                        {UINT64_MAX, 0xffd55e00, 4}}};

const Look &lookOf(FlashLevel level)
{
    return looks[static_cast<size_t>(level)];
}

} // namespace

FlashLevel flashLevel(uint64_t cost_ns, uint64_t budget_ns)
{
    size_t level = 0;
    while (level + 1 < looks.size() && cost_ns > budget_ns / 100 * looks[level].most_percent)
        ++level;
    return static_cast<FlashLevel>(level);
}

QColor flashColor(FlashLevel level)
{
    return QColor::fromRgb(lookOf(level).color);
}

int flashWidth(FlashLevel level)
{
    return lookOf(level).width;
}

/* The last place is for all that finds none. */
void FlashOutlines::add(const QRect &rect, FlashLevel level, uint64_t now_ns)
{
    if (rect.isEmpty())
        return;
    const auto same = std::find_if(outlines_.begin(), outlines_.end(),
                                   [&rect](const Outline &o) { return o.rect == rect; });
    if (same != outlines_.end())
        *same = {rect, level, now_ns};
    else if (outlines_.size() <= most)
        outlines_.push_back({rect, level, now_ns});
    else
        outlines_.back() = {outlines_.back().rect | rect, std::max(outlines_.back().level, level),
                            now_ns};
}

bool FlashOutlines::expire(uint64_t now_ns)
{
    outlines_.erase(
        std::remove_if(outlines_.begin(), outlines_.end(),
                       [now_ns](const Outline &o) { return now_ns - o.painted_ns >= life_ns; }),
        outlines_.end());
    return !outlines_.empty();
}

QRegion FlashOutlines::ring(const Outline &outline)
{
    const int width = flashWidth(outline.level);
    const QRect inside = outline.rect.adjusted(width, width, -width, -width);
    return inside.isEmpty() ? QRegion(outline.rect) : QRegion(outline.rect) - inside;
}

QRegion FlashOutlines::region() const
{
    QRegion all;
    for (const Outline &outline : outlines_)
        all += ring(outline);
    return all;
}

double FlashOutlines::strength(const Outline &outline, uint64_t now_ns)
{
    const auto age = static_cast<double>(now_ns - outline.painted_ns);
    return std::clamp(1 - age / static_cast<double>(life_ns), 0.0, 1.0);
}

} // namespace ppq
