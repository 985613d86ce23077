/* shim/probe/waste.hpp: an estimate of what of a window's painting was not needed. */
#ifndef PPQ_WASTE_HPP
#define PPQ_WASTE_HPP

#include <paintprof/zone.h>

#include <QtCore/QHash>
#include <QtCore/QPointer>
#include <QtCore/QRect>
#include <QtWidgets/QWidget>

#include <cstdint>
#include <vector>

class QImage;

namespace ppq
{

/* Compares a top-level widget's picture before and after each frame, at the points of a grid inside
 * what was painted, and right after each painter whose repaint was asked for. At most 576 points
 * of a paint and 48 paints of a frame; where that would still take more than 1/400 of the
 * frames' time and a thousandth of all time, it rests. What it found in 16 paints of a painter is
 * told when that is painted next. GUI thread only.
 *
 * unchanged: outside the smallest rectangle around the points that changed in any of the 16, so
 * that a thin line that moves is not waste, though few points of a grid meet it, and a cursor in a
 * full update is. covered: painted, and then overpainted by something that does not
 * stand in it, in the same frame. */
class WasteSampler
{
public:
    /* Of the window root, as long as that lives. Only a picture of 32 bits a pixel is looked at. */
    explicit WasteSampler(QWidget *root) : root_(root) {}

    void frameBegins();
    void frameEnded();

    /* The picture has changed otherwise. */
    void forget() { is_fresh_ = true; }

    /* Whether begin() wants to hear of one more. */
    bool isOpen() const { return is_in_frame_ && paints_.size() < max_paints; }
    /* painter identifies it from frame to frame; parents, ended by nullptr, are what it stands in;
     * rect_px in the picture. Returns a number for end(), which is called after its paint. */
    size_t begin(const void *painter, const void *const *parents, const QRect &rect_px);
    void end(size_t index, bool is_asked);

    /* Records what was found last time at zone, the innermost open one. */
    void tell(const void *painter, const pp_zone &zone);

private:
    static constexpr size_t max_paints = 48;

    struct Paint {
        const void *painter;
        QRect grid;      /* the columns and rows of the grid in it */
        int step;        /* every so many of them is sampled */
        size_t values;   /* where those right after it begin in after_; only if is_asked */
        uint64_t inside; /* a bit for each earlier paint in whose painter this one stands */
        bool is_asked;
    };
    struct Found {
        static constexpr uint32_t most = 16; /* paints that are told together */

        uint32_t paints = 0;
        uint32_t covered = 0;
        QRect changed;
        struct {
            QRect grid;
            int step;
            QPoint phase; /* of the round it was painted in */
            uint32_t sampled;
        } each[most] = {};
    };

    void resize(QSize size_px);
    void compareAll(const QImage &image);
    void rest(bool is_over_budget);
    void paintsBegin();
    const QImage *picture() const;
    void compare(const Paint &paint, const QImage &image, Found &found) const;
    bool isUnderLater(const Paint &paint, int column, int row) const;
    void keep(const QImage &image);
    uint32_t valueAt(const QImage &image, int column, int row) const;
    size_t indexOf(int column, int row) const
    {
        return static_cast<size_t>(row) * static_cast<size_t>(grid_.width()) +
               static_cast<size_t>(column);
    }

    bool is_active_ = false;
    bool is_in_frame_ = false; /* and active in it */
    bool has_looked_ = false;  /* at the picture, in this frame */
    bool is_fresh_ = true;     /* what is kept is older than the last frame */
    int frames_left_ = 0;      /* before the cost is looked at again */
    uint64_t first_ticks_ = 0;
    uint64_t begin_ticks_ = 0;
    uint64_t frame_ticks_ = 0;
    uint64_t own_ticks_ = 0;
    const QPointer<QWidget> root_;
    const QBackingStore *painted_ = nullptr; /* that was painted; maybe gone */
    QSize size_px_;
    QSize grid_;
    int pitch_px_ = 1;
    QPoint phase_; /* which of the grid's points are sampled where not all are */
    unsigned rounds_ = 0;
    std::vector<uint32_t> values_; /* after the last frame, */
    std::vector<uint8_t> known_;   /* where 1 */
    std::vector<Paint> paints_;
    std::vector<uint32_t> after_;
    QHash<const void *, Found> found_;
};

} // namespace ppq

#endif
