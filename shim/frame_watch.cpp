/* shim/frame_watch.cpp: finds the frames of any top-level widget through public Qt API alone. */
#include "frame_watch.hpp"

#include <paintprof/hook.h>
#include <paintprof/version.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QEvent>
#include <QtGui/QPaintEvent>
#include <QtWidgets/QWidget>

#include <utility>

namespace ppq
{

namespace
{

/* One paint event on its way to its widget, inside the zone of site. */
struct PaintDelivery {
    const pp_paint_hook *hook;
    uint64_t pixels;
    QWidget *widget;
    QEvent *event;
};

void deliverInZone(void *, void *user)
{
    const PaintDelivery &paint = *static_cast<PaintDelivery *>(user);
    pp_paint_hook_pixels(paint.hook, paint.pixels);
    QCoreApplication::instance()->notify(paint.widget, paint.event);
}

} // namespace

/* A child of the root by which the watch is found there; the probe of `paintprof run` finds it by
 * the name of its class. */
class WatchMark : public QObject
{
    Q_OBJECT

public:
    WatchMark(QWidget *root, FrameWatch *watch) : QObject(root), watch_(watch) {}

    FrameWatch *watch() const { return watch_; }

    /* For a probe, which times paints itself: the pp_window of the frames. nullptr where the probe
     * has another copy of the core than this library, told by where that keeps its version. */
    Q_INVOKABLE void *shareWithProbe(void *version)
    {
        if (version != pp_version())
            return nullptr;
        watch_->leavePaints();
        return watch_->measured();
    }

private:
    FrameWatch *watch_;
};

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

FrameWatch::FrameWatch(QWidget *widget, bool counts_items)
    : widget_(widget), mark_(new WatchMark(widget, this)), frames_(widget, counts_items)
{
    QCoreApplication::instance()->installEventFilter(this);
}

FrameWatch::~FrameWatch()
{
    delete mark_.data();
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
    switch (frames_.of(receiver, event)) {
    case FrameEvent::None:
        followRoot(receiver, event);
        return false;
    case FrameEvent::Frame:
        deliverFrame(receiver, event);
        return true;
    case FrameEvent::Armed:
        deliverArmed(receiver, event);
        return true;
    case FrameEvent::Paint:
        deliverPaint(static_cast<QWidget *>(receiver), event);
        return true;
    }
    return false;
}

void FrameWatch::followRoot(QObject *receiver, const QEvent *event)
{
    if (event->type() == QEvent::ParentChange)
        followWidget();
    else if (event->type() == QEvent::Resize && receiver == frames_.root())
        frames_.resized();
}

/* A widget that was measured on its own has become part of a larger window, or left it. */
void FrameWatch::followWidget()
{
    if (!widget_ || widget_->window() == frames_.root())
        return;
    QWidget *root = widget_->window();
    delete mark_.data();
    mark_ = new WatchMark(root, this);
    frames_.moveTo(root);
}

/* ---- Deliveries ---------------------------------------------------------------------------- */

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
        frames_.begin();
        Passing passing(*this, event);
        QCoreApplication::instance()->notify(receiver, event);
    } catch (...) {
        thrown = std::current_exception();
    }
    if (alive) {
        if (!thrown)
            thrown = std::exchange(thrown_, nullptr);
        frames_.end();
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
    frames_.arm();
    try {
        Passing passing(*this, event);
        QCoreApplication::instance()->notify(receiver, event);
    } catch (...) {
        thrown = std::current_exception();
    }
    if (alive) {
        if (!thrown)
            thrown = std::exchange(thrown_, nullptr);
        frames_.disarm();
    }
    if (thrown)
        std::rethrow_exception(thrown);
}

void FrameWatch::deliverPaint(QWidget *widget, QEvent *event)
{
    const QPointer<FrameWatch> alive(this);
    const bool is_overlay = frames_.isOverlay(widget);
    const uint64_t pixels = paintedPixels(widget, static_cast<QPaintEvent *>(event)->region());
    if (!is_overlay)
        frames_.paintBegins();

    pp_site *site = is_overlay ? frames_.overlaySite() : siteOf(painterOf(widget));
    if (leaves_paints_)
        site = nullptr;
    PaintDelivery paint = {nullptr, pixels, widget, event};
    pp_paint_hook hook = {site, deliverInZone, &paint};
    paint.hook = &hook;
    const bool is_told = !is_overlay && listener_ && frames_.inFrame();
    if (is_told)
        listener_->widgetBegins(widget);
    try {
        Passing passing(*this, event);
        pp_paint_hook_run(nullptr, &hook);
    } catch (...) {
        if (!alive || !frames_.inFrame())
            throw;
        if (!thrown_)
            thrown_ = std::current_exception();
    }
    if (alive && is_told && listener_)
        listener_->widgetEnded(widget);
    if (alive && !is_overlay)
        frames_.painted(pixels);
}

pp_site *FrameWatch::siteOf(const QWidget *widget)
{
    const QMetaObject *type = widget->metaObject();
    const auto known = sites_.constFind(type);
    if (known != sites_.constEnd())
        return *known;
    if (widget->inherits("QOpenGLWidget"))
        pp_window_set_renderer(measured(), "opengl");
    const QByteArray name = QByteArray(type->className()) + "::paintEvent";
    return *sites_.insert(type, pp_site_get(name.constData(), PP_PHASE_REDRAW));
}

FrameWatch *watchOf(const QWidget *widget)
{
    auto *mark = widget->window()->findChild<WatchMark *>(QString(), Qt::FindDirectChildrenOnly);
    return mark ? mark->watch() : nullptr;
}

} // namespace ppq

#include "frame_watch.moc"
