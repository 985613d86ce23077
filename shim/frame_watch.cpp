/* shim/frame_watch.cpp: finds the frames of any top-level widget through public Qt API alone. */
#include "frame_watch.hpp"

#include "overlay_host.hpp"
#include "painter.hpp"

#include <paintprof/clock.h>
#include <paintprof/error.h>
#include <paintprof/hook.h>
#include <paintprof/recording.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QEvent>
#include <QtGui/QGuiApplication>
#include <QtGui/QPaintEvent>
#include <QtGui/QWindow>
#include <QtWidgets/QAbstractScrollArea>
#include <QtWidgets/QWidget>

#include <new>
#include <utility>

namespace ppq
{

namespace
{

/* The widget whose class paints here: the viewport of a scroll area is painted by the area. */
const QWidget *painterOf(const QWidget *widget)
{
    auto *area = qobject_cast<const QAbstractScrollArea *>(widget->parentWidget());
    return area && area->viewport() == widget ? area : widget;
}

/* One paint event on its way to its widget, inside the zone of site. */
struct PaintDelivery {
    const pp_paint_hook *hook;
    uint64_t pixels;
    QWidget *widget;
    QEvent *event;
};

/* A recording says which Qt its program ran on. */
void noteQt()
{
    pp_process_note("qt.version", qVersion());
    pp_process_note("qt.platform", QGuiApplication::platformName().toUtf8().constData());
}

void deliverInZone(void *, void *user)
{
    const PaintDelivery &paint = *static_cast<PaintDelivery *>(user);
    pp_paint_hook_pixels(paint.hook, paint.pixels);
    QCoreApplication::instance()->notify(paint.widget, paint.event);
}

} // namespace

/* Marks the event that the filter delivers itself, for as long as it does. */
class FrameWatch::Passing
{
public:
    Passing(FrameWatch &watch, const QEvent *event) : watch_(&watch) { watch.passing_ = event; }
    ~Passing()
    {
        if (watch_)
            watch_->passing_ = nullptr;
    }
    Passing(const Passing &) = delete;
    Passing &operator=(const Passing &) = delete;

private:
    const QPointer<FrameWatch> watch_;
};

FrameWatch::FrameWatch(QWidget *root, bool counts_items)
    : QObject(root), root_(root), overlay_site_(pp_site_get("paintprof.overlay", PP_PHASE_OVERLAY))
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
    QCoreApplication::instance()->installEventFilter(this);
}

FrameWatch::~FrameWatch()
{
    if (in_frame_)
        pp_frame_cancel(measured_);
    pp_window_focus(nullptr);
    pp_window_destroy(measured_);
}

void FrameWatch::setOverlay(OverlayPanel *panel)
{
    overlay_ = panel;
}

/* ---- Which events are ours ----------------------------------------------------------------- */

bool FrameWatch::eventFilter(QObject *receiver, QEvent *event)
{
    switch (event->type()) {
    case QEvent::Paint:
    case QEvent::UpdateRequest:
    case QEvent::Expose:
    case QEvent::Resize:
    case QEvent::ParentChange:
        break;
    default:
        return false;
    }
    if (event == passing_) {
        passing_ = nullptr;
        return false;
    }
    if (!root_)
        return false;
    if (receiver->isWidgetType())
        return takeWidgetEvent(static_cast<QWidget *>(receiver), event);
    return receiver->isWindowType() && takeWindowEvent(static_cast<QWindow *>(receiver), event);
}

bool FrameWatch::takeWidgetEvent(QWidget *widget, QEvent *event)
{
    switch (event->type()) {
    case QEvent::Paint:
        if (widget->window() != root_)
            return false;
        deliverPaint(widget, event);
        return true;
    case QEvent::UpdateRequest:
        if (widget != root_ || in_frame_)
            return false;
        deliverFrame(widget, event);
        return true;
    case QEvent::Resize:
        if (widget == root_ && overlay_)
            overlay_->place();
        return false;
    case QEvent::ParentChange:
        if (widget == root_ && !widget->isWindow())
            moveToRoot(widget->window());
        return false;
    default:
        return false;
    }
}

bool FrameWatch::takeWindowEvent(QWindow *window, QEvent *event)
{
    if (in_frame_ || armed_ || !ownsWindow(window))
        return false;
    if (event->type() == QEvent::Expose || event->type() == QEvent::UpdateRequest)
        deliverFrame(window, event);
    else
        deliverArmed(window, event);
    return true;
}

/* The root's own window, or that of a child which has one. */
bool FrameWatch::ownsWindow(const QWindow *window) const
{
    const QWindow *own = root_->windowHandle();
    while (own && window && window != own)
        window = window->parent();
    return own && window == own;
}

/* A widget that was measured on its own has become part of a larger window. */
void FrameWatch::moveToRoot(QWidget *root)
{
    root_ = root;
    setParent(root);
    followScreen();
    if (overlay_)
        overlay_->moveTo(root);
}

/* ---- Frames ------------------------------------------------------------------------------ */

/* Delivers an event that is a frame if it paints.
 *
 * An exception from a paint event waits until Qt has finished the frame: QtGui and QtWidgets are
 * built without exceptions, so that unwinding through their painting would leave the window's
 * backing store open, and nothing could be painted there again. */
void FrameWatch::deliverFrame(QObject *receiver, QEvent *event)
{
    const QPointer<FrameWatch> alive(this);
    std::exception_ptr thrown;
    try {
        beginFrame();
        Passing passing(*this, event);
        QCoreApplication::instance()->notify(receiver, event);
    } catch (...) {
        thrown = std::current_exception();
    }
    if (alive) {
        if (!thrown)
            thrown = std::exchange(thrown_, nullptr);
        endFrame();
    }
    if (thrown)
        std::rethrow_exception(thrown);
}

/* Delivers an event that may paint but mostly runs the program's own handlers (a resize): the
 * frame begins with the first paint. */
void FrameWatch::deliverArmed(QObject *receiver, QEvent *event)
{
    const QPointer<FrameWatch> alive(this);
    std::exception_ptr thrown;
    armed_ = true;
    try {
        Passing passing(*this, event);
        QCoreApplication::instance()->notify(receiver, event);
    } catch (...) {
        thrown = std::current_exception();
    }
    if (alive) {
        armed_ = false;
        if (!thrown)
            thrown = std::exchange(thrown_, nullptr);
        if (in_frame_)
            endFrame();
    }
    if (thrown)
        std::rethrow_exception(thrown);
}

void FrameWatch::beginFrame()
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
void FrameWatch::endFrame()
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

/* ---- Paints ------------------------------------------------------------------------------ */

void FrameWatch::deliverPaint(QWidget *widget, QEvent *event)
{
    const QPointer<FrameWatch> alive(this);
    const bool is_overlay = widget == overlay_;
    const QRegion &region = static_cast<QPaintEvent *>(event)->region();
    const uint64_t pixels = devicePixels(region, widget->devicePixelRatioF());
    if (!is_overlay)
        contentPaintBegins();

    pp_site *site = is_overlay ? overlay_site_ : siteOf(painterOf(widget));
    PaintDelivery paint = {nullptr, pixels, widget, event};
    pp_paint_hook hook = {site, deliverInZone, &paint};
    paint.hook = &hook;
    try {
        Passing passing(*this, event);
        pp_paint_hook_run(nullptr, &hook);
    } catch (...) {
        if (!alive || !in_frame_)
            throw;
        if (!thrown_)
            thrown_ = std::current_exception();
    }
    if (alive && in_frame_ && !is_overlay)
        contentPainted(pixels);
}

void FrameWatch::contentPaintBegins()
{
    if (armed_ && !in_frame_)
        beginFrame();
    if (in_frame_ && painted_ == 0 && listener_)
        listener_->frameBegins();
}

void FrameWatch::contentPainted(uint64_t pixels)
{
    ++painted_;
    if (listener_)
        last_painted_ns_ = pp_now_ns();
    pp_frame_painted(measured_, pixels);
}

pp_site *FrameWatch::siteOf(const QWidget *widget)
{
    const QMetaObject *type = widget->metaObject();
    const auto known = sites_.constFind(type);
    if (known != sites_.constEnd())
        return *known;
    if (widget->inherits("QOpenGLWidget"))
        pp_window_set_renderer(measured_, "opengl");
    const QByteArray name = QByteArray(type->className()) + "::paintEvent";
    return *sites_.insert(type, pp_site_get(name.constData(), PP_PHASE_REDRAW));
}

/* ---- Budget ------------------------------------------------------------------------------ */

void FrameWatch::followScreen()
{
    QScreen *screen = root_ ? root_->screen() : nullptr;
    if (!screen || screen == screen_)
        return;
    if (screen_)
        disconnect(screen_, nullptr, this, nullptr);
    screen_ = screen;
    connect(screen, &QScreen::refreshRateChanged, this,
            [this](qreal hz) { pp_window_set_refresh_hz(measured_, hz); });
    pp_window_set_refresh_hz(measured_, screen->refreshRate());
}

FrameWatch *watchOf(const QWidget *widget)
{
    return widget->window()->findChild<FrameWatch *>(QString(), Qt::FindDirectChildrenOnly);
}

} // namespace ppq
