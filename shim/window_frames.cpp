/* shim/window_frames.cpp: what the events of a top-level widget mean for its frames. */
#include "window_frames.hpp"

#include "overlay_host.hpp"
#include "painter.hpp"

#include <paintprof/clock.h>
#include <paintprof/error.h>
#include <paintprof/hook.h>
#include <paintprof/recording.h>

#include <QtCore/QEvent>
#include <QtGui/QGuiApplication>
#include <QtGui/QWindow>
#include <QtWidgets/QAbstractScrollArea>
#include <QtWidgets/QWidget>

#include <cstring>
#include <new>

namespace ppq
{

namespace
{

/* A recording says which Qt its program ran on. */
void noteQt()
{
    pp_process_note("qt.version", qVersion());
    pp_process_note("qt.platform", QGuiApplication::platformName().toUtf8().constData());
}

} // namespace

const QWidget *painterOf(const QWidget *widget)
{
    auto *area = qobject_cast<const QAbstractScrollArea *>(widget->parentWidget());
    return area && area->viewport() == widget ? area : widget;
}

uint64_t paintedPixels(const QWidget *widget, const QRegion &region)
{
    return devicePixels(region, widget->devicePixelRatioF());
}

bool isOverlayPanel(const QWidget *widget)
{
    return std::strcmp(widget->metaObject()->className(),
                       OverlayPanel::staticMetaObject.className()) == 0;
}

WindowFrames::WindowFrames(QWidget *root, bool counts_items)
    : root_(root), overlay_site_(pp_site_get("paintprof.overlay", PP_PHASE_OVERLAY))
{
    const QByteArray title = root->windowTitle().toUtf8();
    pp_window_opts opts = {};
    opts.struct_size = sizeof opts;
    opts.title = title.constData();
    opts.renderer = "raster";
    opts.counts_items = counts_items;
    if (pp_window_create(&measured_, &opts) != PP_OK)
        throw std::bad_alloc();
    noteQt();
    followScreen();
}

WindowFrames::~WindowFrames()
{
    QObject::disconnect(rate_changes_);
    if (in_frame_)
        pp_frame_cancel(measured_);
    pp_window_focus(nullptr);
    pp_window_destroy(measured_);
}

void WindowFrames::setOverlay(OverlayPanel *panel)
{
    overlay_ = panel;
}

bool WindowFrames::isOverlay(const QWidget *widget) const
{
    return widget == overlay_ || isOverlayPanel(widget);
}

/* A widget that was measured on its own has become part of a larger window. */
void WindowFrames::moveTo(QWidget *root)
{
    root_ = root;
    followScreen();
    if (overlay_)
        overlay_->moveTo(root);
}

void WindowFrames::resized()
{
    if (overlay_)
        overlay_->place();
}

/* ---- Which events are ours ----------------------------------------------------------------- */

FrameEvent WindowFrames::of(QObject *receiver, const QEvent *event) const
{
    if (!root_)
        return FrameEvent::None;
    if (receiver->isWidgetType())
        return ofWidget(static_cast<QWidget *>(receiver), event);
    if (!receiver->isWindowType() || in_frame_ || armed_ ||
        !ownsWindow(static_cast<QWindow *>(receiver)))
        return FrameEvent::None;
    switch (event->type()) {
    case QEvent::Expose:
    case QEvent::UpdateRequest:
        return FrameEvent::Frame;
    case QEvent::Resize:
    case QEvent::Paint:
        return FrameEvent::Armed;
    default:
        return FrameEvent::None;
    }
}

FrameEvent WindowFrames::ofWidget(QWidget *widget, const QEvent *event) const
{
    if (event->type() == QEvent::Paint)
        return widget->window() == root_ ? FrameEvent::Paint : FrameEvent::None;
    if (event->type() == QEvent::UpdateRequest && widget == root_ && !in_frame_)
        return FrameEvent::Frame;
    return FrameEvent::None;
}

/* The root's own window, or that of a child which has one. */
bool WindowFrames::ownsWindow(const QWindow *window) const
{
    const QWindow *own = root_ ? root_->windowHandle() : nullptr;
    while (own && window && window != own)
        window = window->parent();
    return own && window == own;
}

/* ---- Frames ------------------------------------------------------------------------------ */

void WindowFrames::begin()
{
    followScreen();
    in_frame_ = true;
    painted_ = 0;
    pp_frame_begin(measured_);
    if (!overlay_)
        return;
    pp_zone zone = overlay_site_ ? pp_zone_begin(overlay_site_) : pp_zone{0};
    overlay_->frameBegins();
    pp_zone_end(&zone);
}

/* A frame is something presented: without a paint of the program's own there was none. The
 * listener comes last, since it may delete everything. */
void WindowFrames::end()
{
    const uint64_t end_ns = listener_ ? pp_now_ns() : 0;
    const uint32_t painted = painted_;
    in_frame_ = false;
    if (painted > 0)
        pp_frame_end(measured_);
    else
        pp_frame_cancel(measured_);
    if (overlay_)
        overlay_->frameEnded();
    if (painted > 0 && listener_)
        listener_->frameEnded(last_painted_ns_, end_ns);
}

void WindowFrames::disarm()
{
    armed_ = false;
    if (in_frame_)
        end();
}

void WindowFrames::paintBegins()
{
    if (armed_ && !in_frame_)
        begin();
    if (in_frame_ && painted_ == 0 && listener_)
        listener_->frameBegins();
}

void WindowFrames::painted(uint64_t pixels)
{
    if (!in_frame_)
        return;
    ++painted_;
    if (listener_)
        last_painted_ns_ = pp_now_ns();
    pp_frame_painted(measured_, pixels);
}

/* ---- Budget ------------------------------------------------------------------------------ */

void WindowFrames::followScreen()
{
    QScreen *screen = root_ ? root_->screen() : nullptr;
    if (!screen || screen == screen_)
        return;
    QObject::disconnect(rate_changes_);
    screen_ = screen;
    rate_changes_ = QObject::connect(screen, &QScreen::refreshRateChanged, screen,
                                     [this](qreal hz) { pp_window_set_refresh_hz(measured_, hz); });
    pp_window_set_refresh_hz(measured_, screen->refreshRate());
}

} // namespace ppq
