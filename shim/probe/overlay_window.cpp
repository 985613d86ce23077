/* shim/probe/overlay_window.cpp: the overlay of a window in which no widget can stand. */
#include "overlay_window.hpp"

#include <paintprof/clock.h>
#include <paintprof/hook.h>

#include <QtGui/QPainter>
#include <QtGui/QPaintEvent>

#include <algorithm>
#include <cmath>
#include <new>

namespace ppq
{

namespace
{

constexpr int margin = 8;
constexpr int refresh_ms = 250;

pp_overlay *createOverlay(uint32_t number)
{
    pp_overlay *overlay = nullptr;
    if (pp_overlay_create(&overlay, number) != PP_OK)
        throw std::bad_alloc();
    pp_overlay_set_page(overlay, PP_OVERLAY_OFF);
    return overlay;
}

} // namespace

OverlayWindow::OverlayWindow(QWindow *host, uint32_t number)
    : host_(host), overlay_(createOverlay(number)),
      site_(pp_site_get("paintprof.overlay", PP_PHASE_OVERLAY)),
      sink_(std::make_unique<SinkLink>(pp_overlay_sink(overlay_.get())))
{
    setTransientParent(host);
    setFlags(Qt::Tool | Qt::FramelessWindowHint | Qt::WindowDoesNotAcceptFocus |
             Qt::WindowTransparentForInput | Qt::WindowStaysOnTopHint);
    refresh_.setSingleShot(true);
    QObject::connect(&refresh_, &QTimer::timeout, this, [this] { refresh(); });
    sink_->follow();
}

OverlayWindow::~OverlayWindow() = default;

void OverlayWindow::setPage(pp_overlay_page page)
{
    pp_overlay_set_page(overlay_.get(), page);
    refresh();
}

void OverlayWindow::setNote(const char *text)
{
    pp_overlay_set_note(overlay_.get(), text);
    refresh();
}

void OverlayWindow::reset()
{
    pp_overlay_reset(overlay_.get());
    refresh();
}

void OverlayWindow::frameEnded()
{
    sink_->follow();
    if (!refresh_.isActive() && pp_overlay_current_page(overlay_.get()) != PP_OVERLAY_OFF)
        refresh_.start(refresh_ms);
}

/* In the host's corner, should it have moved. */
void OverlayWindow::place()
{
    const double ratio = devicePixelRatio();
    int width_px = 0;
    int height_px = 0;
    pp_overlay_size(overlay_.get(), ratio, &width_px, &height_px);
    size_px_ = {width_px, height_px};
    if (size_px_.isEmpty() || !host_ || !host_->isVisible()) {
        hide();
        return;
    }
    const QSize size(static_cast<int>(std::ceil(width_px / ratio)),
                     static_cast<int>(std::ceil(height_px / ratio)));
    const QPoint corner(std::max(host_->width() - margin - size.width(), 0), margin);
    setGeometry(QRect(host_->mapToGlobal(corner), size));
    show();
}

void OverlayWindow::refresh()
{
    place();
    if (isVisible())
        update();
}

void OverlayWindow::paintEvent(QPaintEvent *)
{
    const double ratio = devicePixelRatio();
    pp_rect dirty_px[PP_OVERLAY_DIRTY_MAX];
    pp_zone zone = site_ ? pp_zone_begin(site_) : pp_zone{0};
    pp_overlay_dirty(overlay_.get(), pp_now_ns(), ratio, dirty_px);
    QPainter painter(this);
    painter.fillRect(QRect(QPoint(), size()), Qt::black);
    Canvas canvas(painter, cache_, size_px_, ratio, QRect(QPoint(), size_px_));
    pp_overlay_paint(static_cast<pp_canvas *>(&canvas), overlay_.get());
    pp_zone_end(&zone);
}

} // namespace ppq
