/* shim/overlay_host.cpp: the panel that shows a pp_overlay above a window's content. */
#include "overlay_host.hpp"

#include <paintprof/clock.h>
#include <paintprof/hook.h>

#include <QtGui/QPainter>
#include <QtGui/QPaintEvent>

#include <algorithm>
#include <cmath>

namespace ppq
{

namespace
{

constexpr int margin = 8; /* logical pixels to the window's edges */
constexpr int ns_per_ms = 1000000;
/* A frame that comes by itself within this brings the refresh along. */
constexpr int refresh_slack_ms = 40;

bool onPixel(int logical, double ratio)
{
    const double px = logical * ratio;
    return std::abs(px - std::round(px)) < 1e-6;
}

/* The nearest logical coordinate in that direction (1 or -1) that is a whole device pixel; ratios
 * with none nearby keep theirs. */
int alignTo(int logical, double ratio, int direction)
{
    constexpr int tries = 16;
    for (int i = 0; i < tries; i++) {
        if (onPixel(logical + i * direction, ratio))
            return logical + i * direction;
    }
    return logical;
}

/* What covers rect_px exactly or, if edges must lie within pixels, with some around it. */
QRect coveringRect(pp_rect rect_px, double ratio)
{
    const QRect rect = logicalRect(rect_px, ratio);
    const QPoint from(alignTo(rect.left(), ratio, -1), alignTo(rect.top(), ratio, -1));
    const QPoint to(alignTo(rect.right() + 1, ratio, 1), alignTo(rect.bottom() + 1, ratio, 1));
    return {from, to - QPoint(1, 1)};
}

bool atRight(pp_corner corner)
{
    return corner == PP_CORNER_TOP_RIGHT || corner == PP_CORNER_BOTTOM_RIGHT;
}

bool atBottom(pp_corner corner)
{
    return corner == PP_CORNER_BOTTOM_LEFT || corner == PP_CORNER_BOTTOM_RIGHT;
}

} // namespace

OverlayPanel::OverlayPanel(QWidget *root, pp_overlay *overlay)
    : QWidget(root), overlay_(overlay), site_(pp_site_get("paintprof.overlay", PP_PHASE_OVERLAY)),
      sink_(pp_overlay_sink(overlay))
{
    setAttribute(Qt::WA_NoSystemBackground);
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAutoFillBackground(false);
    setFocusPolicy(Qt::NoFocus);
    refresh_.setSingleShot(true);
    QObject::connect(&refresh_, &QTimer::timeout, this, [this] { refresh(); });
    sink_.follow();
    place();
}

void OverlayPanel::changed()
{
    pp_zone zone = site_ ? pp_zone_begin(site_) : pp_zone{0};
    place();
    updateAlone(rect());
    pp_zone_end(&zone);
}

QSize OverlayPanel::wantedSize(double ratio) const
{
    int width_px = 0;
    int height_px = 0;
    pp_overlay_size(overlay_, ratio, &width_px, &height_px);
    return {width_px, height_px};
}

void OverlayPanel::place()
{
    placed_ratio_ = devicePixelRatioF();
    placed_px_ = wantedSize(placed_ratio_);
    if (placed_px_.isEmpty()) {
        hide();
        return;
    }
    const QSize room = parentWidget()->size();
    const QSize size =
        coveringRect({0, 0, placed_px_.width(), placed_px_.height()}, placed_ratio_).size();
    const pp_corner corner = pp_overlay_current_corner(overlay_);
    const int x = atRight(corner) ? room.width() - margin - size.width() : margin;
    const int y = atBottom(corner) ? room.height() - margin - size.height() : margin;
    setGeometry(QRect(QPoint(std::max(alignTo(x, placed_ratio_, -1), 0),
                             std::max(alignTo(y, placed_ratio_, -1), 0)),
                      size));
    picture_ = QImage();
    setAttribute(Qt::WA_OpaquePaintEvent); /* to appear is no reason to paint the host */
    raiseAboveSiblings();
    show();
}

void OverlayPanel::moveTo(QWidget *root)
{
    setParent(root);
    place();
}

/* Siblings made after the panel would cover it. */
void OverlayPanel::raiseAboveSiblings()
{
    const QObjectList &siblings = parentWidget()->children();
    for (auto it = siblings.crbegin(); it != siblings.crend() && *it != this; ++it) {
        if ((*it)->isWidgetType() && !static_cast<QWidget *>(*it)->isWindow()) {
            raise();
            return;
        }
    }
}

/* ---- Refreshes --------------------------------------------------------------------------- */

bool OverlayPanel::mustMove() const
{
    const double ratio = devicePixelRatioF();
    return ratio != placed_ratio_ || wantedSize(ratio) != placed_px_;
}

void OverlayPanel::frameBegins()
{
    sink_.follow();
    if (mustMove())
        changed();
    else if (!placed_px_.isEmpty())
        raiseAboveSiblings();
}

void OverlayPanel::frameEnded()
{
    setAttribute(Qt::WA_OpaquePaintEvent, false);
    if (!placed_px_.isEmpty())
        armRefresh();
}

/* Asks for a repaint of the panel, and of nothing that is under it. */
void OverlayPanel::updateAlone(const QRegion &region)
{
    setAttribute(Qt::WA_OpaquePaintEvent);
    update(region);
}

/* The timer is left alone while it runs: it looks for itself what is due when it fires. */
void OverlayPanel::armRefresh()
{
    const uint64_t due_ns = pp_overlay_refresh_due_ns(overlay_);
    if (due_ns == 0 || refresh_.isActive())
        return;
    const uint64_t now_ns = pp_now_ns();
    const uint64_t wait_ns = due_ns > now_ns ? due_ns - now_ns : 0;
    refresh_.start(static_cast<int>(wait_ns / ns_per_ms) + refresh_slack_ms);
}

void OverlayPanel::refresh()
{
    const uint64_t due_ns = pp_overlay_refresh_due_ns(overlay_);
    if (due_ns == 0 || placed_px_.isEmpty())
        return;
    if (pp_now_ns() < due_ns) {
        armRefresh();
    } else if (mustMove()) {
        changed();
    } else {
        pp_zone zone = site_ ? pp_zone_begin(site_) : pp_zone{0};
        updatePicture();
        updateAlone(stale_);
        pp_zone_end(&zone);
    }
}

/* ---- The picture --------------------------------------------------------------------------- */

/* Paints into the picture what the overlay says is dirty, or all of a new one. */
void OverlayPanel::updatePicture()
{
    const double ratio = placed_ratio_;
    const QSize size_px = deviceSize(*this);
    pp_rect dirty_px[PP_OVERLAY_DIRTY_MAX];
    size_t count = pp_overlay_dirty(overlay_, pp_now_ns(), ratio, dirty_px);
    if (picture_.size() != size_px) {
        picture_ = QImage(size_px, QImage::Format_RGB32);
        picture_.fill(Qt::black); /* it may end a device pixel after the overlay */
        dirty_px[0] = {0, 0, placed_px_.width(), placed_px_.height()};
        count = 1;
    }
    if (count == 0)
        return;
    version_++;
    QPainter painter(&picture_);
    for (size_t i = 0; i < count; i++) {
        Canvas canvas(painter, cache_, placed_px_, ratio,
                      QRect(dirty_px[i].x, dirty_px[i].y, dirty_px[i].w, dirty_px[i].h));
        pp_overlay_paint(static_cast<pp_canvas *>(&canvas), overlay_);
        stale_ += coveringRect(dirty_px[i], ratio);
    }
}

void OverlayPanel::blit(const QRegion &region)
{
    const pp_image image = {reinterpret_cast<const uint32_t *>(picture_.constBits()),
                            picture_.width(),
                            picture_.height(),
                            static_cast<int>(picture_.bytesPerLine() / 4),
                            true,
                            version_};
    QPainter painter(this);
    Canvas canvas(painter, cache_, picture_.size(), placed_ratio_,
                  deviceRect(region.boundingRect(), placed_ratio_));
    for (const QRect &rect : region) {
        const QRect part = deviceRect(rect, placed_ratio_) & picture_.rect();
        const pp_fragment fragment = {{part.x(), part.y(), part.width(), part.height()},
                                      {part.x(), part.y()}};
        canvas.ops->fragments(&canvas, &image, &fragment, 1);
    }
}

void OverlayPanel::paintEvent(QPaintEvent *event)
{
    if (placed_px_.isEmpty())
        return;
    updatePicture();
    blit(event->region());
    stale_ -= event->region();
}

} // namespace ppq
