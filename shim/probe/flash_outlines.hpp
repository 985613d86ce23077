/* shim/probe/flash_outlines.hpp: which rectangles of a window are outlined, how, and until when. */
#ifndef PPQ_FLASH_OUTLINES_HPP
#define PPQ_FLASH_OUTLINES_HPP

#include <QtCore/QRect>
#include <QtGui/QColor>
#include <QtGui/QRegion>

#include <cstdint>
#include <vector>

namespace ppq
{

/* How much of a frame's budget one paint took: Least up to 1 %, Little up to 5 %, Some up to 20 %,
 * Much up to 50 %, Most beyond. The scale of docs/man/paintprof-ctl.1. */
enum class FlashLevel { Least, Little, Some, Much, Most };

FlashLevel flashLevel(uint64_t cost_ns, uint64_t budget_ns);

/* Blue, sky blue, yellow, orange and vermilion of Okabe and Ito, which people of any colour vision
 * tell apart; what cost more is also drawn wider. */
QColor flashColor(FlashLevel level);
int flashWidth(FlashLevel level); /* logical pixels */

/* The outlines of one window, in its logical pixels. Each dies away from its last repaint on.
 * Bounded: past the limit there is one more, around all others that were painted meanwhile. */
class FlashOutlines
{
public:
    static constexpr uint64_t life_ns = 400000000;
    static constexpr size_t most = 256;

    struct Outline {
        QRect rect;
        FlashLevel level;
        uint64_t painted_ns;
    };

    /* rect was repainted just now. One that is empty is left out. */
    void add(const QRect &rect, FlashLevel level, uint64_t now_ns);

    /* Takes out what has died; whether any are left. */
    bool expire(uint64_t now_ns);

    void clear() { outlines_.clear(); }
    bool isEmpty() const { return outlines_.empty(); }
    const std::vector<Outline> &all() const { return outlines_; }

    /* Where they are drawn: along the inner edge of each rectangle. */
    QRegion region() const;

    /* The four sides of one, or all of a rectangle that has no inside. */
    static QRegion ring(const Outline &outline);

    /* How strong one still is, from 1 to 0. */
    static double strength(const Outline &outline, uint64_t now_ns);

private:
    std::vector<Outline> outlines_;
};

} // namespace ppq

#endif
