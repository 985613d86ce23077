/* shim/probe/flash_window.cpp: the layer above a window in which what was repainted is outlined. */
#include "flash_window.hpp"

#include <paintprof/clock.h>
#include <paintprof/hook.h>

#include <QtGui/QGuiApplication>
#include <QtGui/QPainter>
#include <QtGui/QPaintEvent>
#include <QtGui/QScreen>

#include <algorithm>

namespace ppq
{

namespace
{

constexpr int step_ms = 50; /* of dying away */

/* A mask that is empty would be none. */
const QRect nowhere(-2, -2, 1, 1);

/* Elsewhere a mask says only where input goes. */
bool masksCut()
{
    return QGuiApplication::platformName() == QLatin1String("xcb");
}

/* Wayland places none but popups, for which Qt takes a tool tip. */
Qt::WindowType layerType()
{
    return QGuiApplication::platformName().startsWith(QLatin1String("wayland")) ? Qt::ToolTip
                                                                                : Qt::Tool;
}

QWindow *topLevelOf(QWindow *window)
{
    while (window->parent())
        window = window->parent();
    return window;
}

uint64_t budgetOf(const QWindow &window)
{
    const double hz = window.screen() ? window.screen()->refreshRate() : 0;
    return static_cast<uint64_t>(1e9 / (hz > 0 ? hz : 60));
}

class Overhead
{
public:
    explicit Overhead(pp_site *site) : zone_(site ? pp_zone_begin(site) : pp_zone{0}) {}
    ~Overhead() { pp_zone_end(&zone_); }
    Overhead(const Overhead &) = delete;
    Overhead &operator=(const Overhead &) = delete;

private:
    pp_zone zone_;
};

} // namespace

FlashWindow::FlashWindow(QWindow *host)
    : host_(host), site_(pp_site_get("paintprof.flash", PP_PHASE_OVERLAY))
{
    setTransientParent(topLevelOf(host));
    setFlags(layerType() | Qt::FramelessWindowHint | Qt::WindowDoesNotAcceptFocus |
             Qt::WindowTransparentForInput | Qt::NoDropShadowWindowHint);
    setProperty("_q_showWithoutActivating", true);
    QSurfaceFormat translucent = format();
    translucent.setAlphaBufferSize(8);
    setFormat(translucent);
    fading_.setSingleShot(true);
    connect(&fading_, &QTimer::timeout, this, [this] { fade(); });
}

void FlashWindow::painted(const QRect &rect, uint64_t cost_ns)
{
    if (!host_)
        return;
    outlines_.add(rect & QRect(QPoint(), host_->size()), flashLevel(cost_ns, budgetOf(*host_)),
                  pp_now_ns());
}

/* Right above the host. Returns false where that cannot be seen. */
bool FlashWindow::place()
{
    if (!host_ || !host_->isExposed()) {
        outlines_.clear();
        shown_ = QRegion();
        hide();
        return false;
    }
    const QRect above(host_->mapToGlobal(QPoint()), host_->size());
    if (geometry() != above)
        setGeometry(above);
    return true;
}

void FlashWindow::follow()
{
    const Overhead overhead(site_);
    if (isVisible())
        place();
}

void FlashWindow::frameEnded()
{
    const Overhead overhead(site_);
    if (!outlines_.isEmpty() && place())
        show(outlines_.region());
}

void FlashWindow::show(const QRegion &region)
{
    if (region != shown_ || !isVisible())
        setMask(region.isEmpty() ? QRegion(nowhere) : region);
    if (!isVisible())
        QRasterWindow::show();
    update(region + shown_);
    shown_ = region;
    if (!region.isEmpty() && !fading_.isActive())
        fading_.start(step_ms);
}

void FlashWindow::fade()
{
    const Overhead overhead(site_);
    outlines_.expire(pp_now_ns());
    if (place())
        show(outlines_.region());
}

/* Where a mask cuts them out they are drawn a pixel wider, since at fractional ratios it is rounded
 * in another way. */
void FlashWindow::paintEvent(QPaintEvent *event)
{
    const Overhead overhead(site_);
    const int more = masksCut() ? 1 : 0;
    const uint64_t now_ns = pp_now_ns();
    QPainter painter(this);
    painter.setCompositionMode(QPainter::CompositionMode_Source);
    for (const QRect &rect : event->region())
        painter.fillRect(rect, Qt::transparent);
    std::vector<FlashOutlines::Outline> drawn = outlines_.all();
    std::stable_sort(drawn.begin(), drawn.end(),
                     [](const auto &a, const auto &b) { return a.level < b.level; });
    for (const FlashOutlines::Outline &outline : drawn) {
        QColor color = flashColor(outline.level);
        color.setAlphaF(static_cast<float>(FlashOutlines::strength(outline, now_ns)));
        for (const QRect &side : FlashOutlines::ring(outline))
            painter.fillRect(side.adjusted(-more, -more, more, more), color);
    }
}

} // namespace ppq
