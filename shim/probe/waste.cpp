/* shim/probe/waste.cpp: an estimate of what of a window's painting was not needed. */
#include "waste.hpp"

#include "ticks.hpp"

#include <paintprof/cause.h>

#include <QtGui/QBackingStore>
#include <QtGui/QImage>
#include <QtGui/QPaintDevice>
#include <QtGui/QWindow>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ppq
{

namespace
{

constexpr int least_pitch_px = 4;
constexpr int most_points = 32768; /* of a window's grid */
constexpr int most_samples = 576;  /* of a paint */
constexpr int frames_at_once = 32; /* a round */
/* What it may take, as 1 in so many: of the frames' time, or of all time where that is more. */
constexpr uint64_t frame_share = 400;
constexpr uint64_t time_share = 1000;
constexpr qsizetype most_painters = 1024;

/* The image that device is, if its pixels can be compared as numbers. */
const QImage *imageOf(const QPaintDevice *device)
{
    if (!device || device->devType() != QInternal::Image)
        return nullptr;
    const auto *image = static_cast<const QImage *>(device);
    return image->depth() == 32 && !image->isNull() ? image : nullptr;
}

/* The first number from from on that is phase past a multiple of step. */
int firstFrom(int from, int step, int phase)
{
    const int past = (from - phase) % step;
    return past == 0 ? from : from + (past > 0 ? step - past : -past);
}

int countIn(int from, int to, int step, int phase)
{
    const int first = firstFrom(from, step, phase);
    return first > to ? 0 : (to - first) / step + 1;
}

/* How many points of a part of the grid are sampled. */
int samplesIn(const QRect &grid, int step, QPoint phase)
{
    return grid.isEmpty() ? 0
                          : countIn(grid.left(), grid.right(), step, phase.x()) *
                                countIn(grid.top(), grid.bottom(), step, phase.y());
}

/* Calls action(column, row) for each of them. */
template <typename Action>
void eachSample(const QRect &grid, int step, QPoint phase, Action action)
{
    const int first_column = firstFrom(grid.left(), step, phase.x());
    for (int row = firstFrom(grid.top(), step, phase.y()); row <= grid.bottom(); row += step) {
        for (int column = first_column; column <= grid.right(); column += step)
            action(column, row);
    }
}

int stepFor(const QRect &grid)
{
    int step = 1;
    while ((grid.width() / step) * (grid.height() / step) > most_samples)
        step *= 2;
    return step;
}

} // namespace

/* ---- Frames -------------------------------------------------------------------------------- */

/* It may be another image at every look. Qt crashes when a store is asked for one that was never
 * painted while pixels are scaled, and on Wayland after its window has gone from the screen. */
const QImage *WasteSampler::picture() const
{
    QBackingStore *store = root_ ? root_->backingStore() : nullptr;
    const bool is_painted = store && store == painted_ && !store->size().isEmpty();
    const QWindow *window = is_painted ? root_->windowHandle() : nullptr;
    return window && window->isExposed() ? imageOf(store->paintDevice()) : nullptr;
}

void WasteSampler::frameBegins()
{
    begin_ticks_ = ticksNow();
    if (first_ticks_ == 0)
        first_ticks_ = begin_ticks_;
    if (frames_left_-- <= 0)
        rest(own_ticks_ * frame_share > frame_ticks_ &&
             own_ticks_ * time_share > begin_ticks_ - first_ticks_);
    is_in_frame_ = is_active_;
    has_looked_ = false;
    paints_.clear();
    after_.clear();
}

/* At the first paint: until then there may be no picture, and to ask for one crashes on Wayland. */
void WasteSampler::paintsBegin()
{
    has_looked_ = true;
    const QImage *image = picture();
    if (image && image->size() != size_px_)
        resize(image->size());
}

/* Begins a round at other points, or rests for one; what happens meanwhile is not known. */
void WasteSampler::rest(bool is_over_budget)
{
    frames_left_ = frames_at_once;
    is_fresh_ = true;
    is_active_ = !is_over_budget;
    ++rounds_;
    phase_ = QPoint(static_cast<int>(rounds_ * 5 % 16), static_cast<int>(rounds_ * 11 % 16));
}

void WasteSampler::resize(QSize size_px)
{
    size_px_ = size_px;
    const double area = static_cast<double>(size_px.width()) * size_px.height();
    pitch_px_ =
        std::max(least_pitch_px, static_cast<int>(std::ceil(std::sqrt(area / most_points))));
    grid_ = {size_px.width() / pitch_px_, size_px.height() / pitch_px_};
    const size_t points = indexOf(0, grid_.height());
    values_.assign(points, 0);
    known_.assign(points, 0);
    is_fresh_ = false;
    paints_.reserve(max_paints);
    after_.reserve(most_samples * 4);
    found_.clear();
}

void WasteSampler::frameEnded()
{
    const uint64_t begin = ticksNow();
    const bool is_painted = is_in_frame_ && has_looked_;
    const QImage *image = is_painted ? picture() : nullptr;
    if (image && image->size() == size_px_)
        compareAll(*image);
    else if (is_painted || !is_in_frame_)
        is_fresh_ = true;
    is_in_frame_ = false;
    paints_.clear();
    const uint64_t end = ticksNow();
    own_ticks_ += end - begin;
    frame_ticks_ += end - begin_ticks_;
}

void WasteSampler::compareAll(const QImage &image)
{
    if (is_fresh_)
        std::fill(known_.begin(), known_.end(), uint8_t{0});
    is_fresh_ = false;
    if (found_.size() > most_painters)
        found_.clear();
    for (const Paint &paint : paints_)
        compare(paint, image, found_[paint.painter]);
    keep(image);
}

/* ---- Points -------------------------------------------------------------------------------- */

uint32_t WasteSampler::valueAt(const QImage &image, int column, int row) const
{
    const int offset = pitch_px_ / 2;
    uint32_t value;
    std::memcpy(&value,
                image.constScanLine(row * pitch_px_ + offset) +
                    sizeof value * static_cast<size_t>(column * pitch_px_ + offset),
                sizeof value);
    return value;
}

size_t WasteSampler::begin(const void *painter, const void *const *parents, const QRect &rect_px)
{
    painted_ = root_ ? root_->backingStore() : nullptr;
    if (is_in_frame_ && !has_looked_)
        paintsBegin();
    const QRect in = rect_px & QRect(QPoint(), size_px_);
    /* The first whose point is not before px. */
    const auto cell = [this](int px) { return (px + pitch_px_ - 1 - pitch_px_ / 2) / pitch_px_; };
    const QRect grid = QRect(QPoint(cell(in.left()), cell(in.top())),
                             QPoint(cell(in.right() + 1) - 1, cell(in.bottom() + 1) - 1)) &
                       QRect(QPoint(), grid_);
    uint64_t inside = 0;
    for (; *parents; ++parents) {
        for (size_t i = 0; i < paints_.size(); i++)
            inside |= uint64_t{paints_[i].painter == *parents} << i;
    }
    paints_.push_back({painter, in.isEmpty() ? QRect() : grid, 1, 0, inside, false});
    return paints_.size() - 1;
}

void WasteSampler::end(size_t index, bool is_asked)
{
    const uint64_t begin_ticks = ticksNow();
    const QImage *image = is_in_frame_ && index < paints_.size() ? picture() : nullptr;
    if (!image || image->size() != size_px_)
        return;
    Paint &paint = paints_[index];
    paint.step = stepFor(paint.grid);
    paint.values = after_.size();
    paint.is_asked = is_asked;
    if (is_asked)
        eachSample(paint.grid, paint.step, phase_,
                   [&](int x, int y) { after_.push_back(valueAt(*image, x, y)); });
    own_ticks_ += ticksNow() - begin_ticks;
}

bool WasteSampler::isUnderLater(const Paint &paint, int column, int row) const
{
    const auto index = static_cast<size_t>(&paint - paints_.data());
    for (size_t i = index + 1; i < paints_.size(); i++) {
        const Paint &later = paints_[i];
        const bool stands_in_it = later.inside >> index & 1;
        if (!stands_in_it && later.painter != paint.painter && later.grid.contains(column, row))
            return true;
    }
    return false;
}

void WasteSampler::compare(const Paint &paint, const QImage &image, Found &found) const
{
    if (found.paints == Found::most) /* not painted again since, so not told */
        found = Found();
    uint32_t sampled = 0;
    size_t value_index = paint.values;
    eachSample(paint.grid, paint.step, phase_, [&](int x, int y) {
        const uint32_t value = valueAt(image, x, y);
        const size_t before = indexOf(x, y);
        const bool is_overpainted = paint.is_asked && after_[value_index++] != value;
        if (!known_[before])
            return;
        sampled++;
        if (value != values_[before])
            found.changed |= QRect(x, y, 1, 1);
        if (is_overpainted && isUnderLater(paint, x, y))
            found.covered++;
    });
    if (sampled > 0)
        found.each[found.paints++] = {paint.grid, paint.step, phase_, sampled};
}

/* The values that the next frame is compared with. */
void WasteSampler::keep(const QImage &image)
{
    for (const Paint &paint : paints_) {
        for (int row = paint.grid.top(); row <= paint.grid.bottom(); row++)
            std::memset(&known_[indexOf(paint.grid.left(), row)], 0,
                        static_cast<size_t>(paint.grid.width()));
    }
    for (const Paint &paint : paints_)
        eachSample(paint.grid, paint.step, phase_, [&](int x, int y) {
            values_[indexOf(x, y)] = valueAt(image, x, y);
            known_[indexOf(x, y)] = 1;
        });
}

void WasteSampler::tell(const void *painter, const pp_zone &zone)
{
    const auto known = is_in_frame_ ? found_.find(painter) : found_.end();
    if (known == found_.end() || known->paints < Found::most)
        return;
    uint32_t sampled = 0;
    uint32_t unchanged = 0;
    for (const auto &paint : known->each) {
        const auto inside =
            static_cast<uint32_t>(samplesIn(paint.grid & known->changed, paint.step, paint.phase));
        sampled += paint.sampled;
        unchanged += paint.sampled - std::min(inside, paint.sampled);
    }
    pp_zone_waste(&zone, sampled, unchanged, known->covered);
    *known = Found();
}

} // namespace ppq
