/* shim/probe/windows.cpp: the measured windows of any program: every top-level widget and QWindow.
 */
#include "windows.hpp"

#include "flash.hpp"
#include "gpu_foreign.hpp"
#include "overlay.hpp"

#include <paintprof/profiler.h>
#include <paintprof/version.h>

#include <QtGui/QPaintEvent>
#include <QtGui/QWindow>
#include <QtWidgets/QApplication>
#include <QtWidgets/QGraphicsView>
#include <QtWidgets/QWidget>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

namespace ppq
{

namespace
{

constexpr size_t most_painted = 64; /* widgets of a frame that may get its cause */

/* Runs an action at the end of a scope, also when an exception passes. */
template <typename Action>
class AtEnd
{
public:
    explicit AtEnd(Action action) : action_(action) {}
    ~AtEnd() { action_(); }
    AtEnd(const AtEnd &) = delete;
    AtEnd &operator=(const AtEnd &) = delete;

private:
    Action action_;
};

/* The scene that widget, a viewport, shows. */
QGraphicsScene *sceneOf(const QWidget *widget)
{
    auto *view = qobject_cast<const QGraphicsView *>(widget->parentWidget());
    return view && view->viewport() == widget ? view->scene() : nullptr;
}

/* Where rect of widget lies on what its window is painted on, in device pixels. */
QRect pictureRect(const QWidget *widget, const QRect &rect)
{
    const QPointF origin = widget->mapTo(widget->window(), QPointF(0, 0));
    const double ratio = widget->devicePixelRatioF();
    const QRectF moved = QRectF(rect).translated(origin);
    return QRectF(moved.topLeft() * ratio, moved.size() * ratio).toAlignedRect();
}

size_t beginSample(WasteSampler &waste, const QWidget *widget, const QRect &rect)
{
    constexpr size_t most_parents = 32;
    const void *parents[most_parents + 1] = {};
    size_t count = 0;
    for (const QWidget *outer = widget->parentWidget(); outer && count < most_parents;
         outer = outer->parentWidget())
        parents[count++] = outer;
    return waste.begin(widget, parents, pictureRect(widget, rect));
}

bool isOurs(const QWidget *widget)
{
    return std::strncmp(widget->metaObject()->className(), "ppq::", 5) == 0;
}

} // namespace

WidgetWindow::WidgetWindow(QWidget *root) : frames(root, false), key(root), waste(root)
{
    frames.setListener(this);
}

WidgetWindow::~WidgetWindow() = default;

/* ---- Which window -------------------------------------------------------------------------- */

WidgetWindows::Window WidgetWindows::known(const QWidget *root)
{
    const auto found = windows_.constFind(root);
    if (found == windows_.constEnd())
        return nullptr;
    if ((*found)->frames.root() == root && root->isWindow())
        return *found;
    windows_.erase(found); /* another widget had the address, or it stands in a window now */
    return nullptr;
}

WidgetWindows::Window WidgetWindows::create(QWidget *root)
{
    forgetDead();
    auto window = std::make_shared<WidgetWindow>(root);
    windows_.insert(root, window);
    if (context_.created)
        context_.created(*window);
    return window;
}

void WidgetWindows::forgetDead()
{
    for (auto it = windows_.begin(); it != windows_.end();) {
        const QWidget *root = (*it)->frames.root();
        if (root && root->isWindow()) {
            ++it;
            continue;
        }
        if (context_.causes)
            context_.causes->windowGone((*it)->key);
        it = windows_.erase(it);
    }
}

/* Of a top-level widget's own QWindow, or of a child's that has one. */
WidgetWindows::Window WidgetWindows::ofQWindow(const QWindow *window)
{
    for (const Window &watched : std::as_const(windows_)) {
        if (watched->frames.ownsWindow(window))
            return watched;
    }
    if (!window->inherits("QWidgetWindow"))
        return nullptr;
    const QWidgetList roots = QApplication::topLevelWidgets();
    for (QWidget *root : roots) {
        if (root->windowHandle() == window && !isOurs(root))
            return create(root);
    }
    return nullptr;
}

WidgetWindows::Window WidgetWindows::windowOf(QObject *receiver, const QEvent *event)
{
    if (!receiver->isWidgetType())
        return receiver->isWindowType() ? ofQWindow(static_cast<QWindow *>(receiver)) : nullptr;
    auto *widget = static_cast<QWidget *>(receiver);
    if (event->type() == QEvent::Paint)
        return known(widget->window());
    if (event->type() != QEvent::UpdateRequest || !widget->isWindow())
        return nullptr;
    Window window = known(widget);
    return window || isOurs(widget) ? window : create(widget);
}

void WidgetWindows::asked(QObject *object, pp_cause cause)
{
    Window window;
    if (object->isWidgetType())
        window = known(static_cast<QWidget *>(object));
    else if (object->isWindowType())
        window = ofQWindow(static_cast<QWindow *>(object));
    if (!window)
        return;
    pp_frame_asked(window->measured());
    if (!window->is_asked)
        window->asked = cause;
    window->is_asked = true;
}

/* ---- Deliveries ---------------------------------------------------------------------------- */

bool WidgetWindows::deliver(QObject *receiver, QEvent *event, bool *is_told, bool *result)
{
    const Window window = windowOf(receiver, event);
    if (!window) {
        if (event->type() != QEvent::Paint || !receiver->isWidgetType())
            return false;
        *is_told = true;
        *result = deliverPaint(nullptr, static_cast<QWidget *>(receiver),
                               static_cast<QPaintEvent *>(event));
        return true;
    }
    if (window->in_own_frame && !receiver->isWidgetType())
        return false; /* inside the frame */
    switch (window->frames.of(receiver, event)) {
    case FrameEvent::None:
        return false;
    case FrameEvent::Frame:
        *is_told = true;
        *result = deliverFrame(*window, receiver, event);
        return true;
    case FrameEvent::Armed:
        *result = deliverArmed(*window, receiver, event);
        return true;
    case FrameEvent::Paint:
        *is_told = true;
        *result = deliverPaint(window.get(), static_cast<QWidget *>(receiver),
                               static_cast<QPaintEvent *>(event));
        return true;
    }
    return false;
}

/* The program may begin at any time to measure the window itself. */
void WidgetWindows::findOwn(WidgetWindow &window)
{
    if (window.own_mark || window.is_foreign)
        return;
    const QObjectList &children = window.frames.root()->children();
    const auto mark = std::find_if(children.cbegin(), children.cend(), [](const QObject *child) {
        return std::strcmp(child->metaObject()->className(), "ppq::WatchMark") == 0;
    });
    if (mark == children.cend())
        return;
    void *shared = nullptr;
    QMetaObject::invokeMethod(*mark, "shareWithProbe", Qt::DirectConnection,
                              Q_RETURN_ARG(void *, shared),
                              Q_ARG(void *, const_cast<char *>(pp_version())));
    window.own_window = static_cast<pp_window *>(shared);
    window.own_mark = shared ? *mark : nullptr;
    window.is_foreign = !shared;
    window.overlay.reset(); /* it was of our own numbers, */
    window.quick.clear();   /* and so were these */
    if (window.is_foreign)
        context_.foreign_found();
    else
        context_.created(window);
}

bool WidgetWindows::deliverFrame(WidgetWindow &window, QObject *receiver, QEvent *event)
{
    findOwn(window);
    if (!window.is_asked && context_.causes) { /* shown by the window system, or repaint() */
        Handling *handling = EventTap::current();
        const bool is_inside = event->type() == QEvent::UpdateRequest && handling->outer;
        window.asked = context_.causes->handled(is_inside ? handling->outer : handling);
    }
    window.none_asked = !context_.causes || context_.causes->heard() == window.heard;
    window.is_exposed = event->type() == QEvent::Expose;
    const bool is_own = window.own_mark != nullptr;
    window.in_own_frame = is_own;
    if (window.gpu_times)
        window.gpu_times->frameBegins();
    if (!is_own)
        window.frames.begin();
    else if (window.overlay)
        window.overlay->frameBegins();
    if (context_.causes)
        window.waste.frameBegins();
    pp_profiler block = {};
    if (context_.prints_blocks)
        block = pp_profiler_beginf(nullptr, "frame of %s", receiver->metaObject()->className());
    const AtEnd end([&] {
        pp_profiler_end(&block);
        if (context_.causes)
            window.waste.frameEnded();
        window.in_own_frame = false;
        if (!is_own)
            window.frames.end();
        else if (window.overlay)
            window.overlay->frameEnded();
        finishFrame(window, window.is_exposed);
    });
    return context_.tap->pass(receiver, event);
}

bool WidgetWindows::deliverArmed(WidgetWindow &window, QObject *receiver, QEvent *event)
{
    const bool is_exposed = event->type() == QEvent::Paint; /* Qt's way to say so */
    findOwn(window);
    const bool is_own = window.own_mark != nullptr;
    window.in_own_frame = is_own;
    if (window.gpu_times)
        window.gpu_times->frameBegins();
    if (!is_own)
        window.frames.arm();
    const AtEnd end([&] {
        window.in_own_frame = false;
        if (!is_own)
            window.frames.disarm();
        window.waste.forget();
        if (window.has_ended)
            finishFrame(window, is_exposed);
    });
    return context_.tap->pass(receiver, event);
}

void WidgetWindows::finishFrame(WidgetWindow &window, bool is_exposed)
{
    if (Flash *flash = Flash::current())
        flash->frameEnded(window.frames.root(), is_exposed);
    if (context_.causes) {
        noteInnermost(window);
        context_.causes->windowPainted(window.key);
        window.heard = context_.causes->heard();
    }
    window.is_asked = false;
    if (std::exchange(window.has_ended, false) && context_.frame_ended)
        context_.frame_ended();
}

/* ---- Paints -------------------------------------------------------------------------------- */

bool WidgetWindows::deliverPaint(WidgetWindow *window, QWidget *widget, QPaintEvent *event)
{
    const bool is_overlay = window && window->frames.isOverlay(widget);
    const uint64_t pixels = paintedPixels(widget, event->region());
    const QPointer<QWidget> alive(widget);
    if (window && !is_overlay)
        window->frames.paintBegins();
    if (context_.items && !is_overlay) {
        if (QGraphicsScene *scene = sceneOf(widget))
            context_.items->scenePaints(scene);
    }
    pp_site *site =
        is_overlay ? window->frames.overlaySite() : context_.painters->of(painterOf(widget));
    pp_zone zone = site ? pp_zone_begin(site) : pp_zone{0};
    bool is_asked = false;
    WasteSampler *waste =
        window && !is_overlay && window->waste.isOpen() ? &window->waste : nullptr;
    const size_t sampled = waste ? beginSample(*waste, widget, event->region().boundingRect()) : 0;
    WasteSampler *outer_waste = context_.items ? context_.items->setWaste(waste) : nullptr;
    const pp_object_kind kind =
        window && !is_overlay ? context_.painters->kindOf(widget) : PP_OBJECT_WIDGET;
    GpuTimes *gpu_times = kind == PP_OBJECT_GL ? gpuTimesOf(*window) : nullptr;
    const AtEnd end([&] {
        if (gpu_times && alive)
            gpu_times->end(widget);
        if (context_.items)
            context_.items->setWaste(outer_waste);
        if (waste)
            waste->end(sampled, is_asked);
        pp_zone_end(&zone);
        if (window && !is_overlay) {
            window->frames.painted(pixels);
            window->has_ended |= window->in_own_frame;
        }
    });
    pp_zone_pixels(&zone, pixels);
    if (!is_overlay) {
        if (kind == PP_OBJECT_GL)
            noteRenderer(*window);
        const QWindow *scene = kind == PP_OBJECT_QUICK ? sceneWindowOf(*window, widget) : nullptr;
        is_asked = tellCause(window, widget, scene, zone);
        if (waste)
            waste->tell(widget, zone);
    }
    std::optional<FlashedWidget> flashed;
    if (Flash::current() && window && !is_overlay && window->inFrame())
        flashed.emplace(widget, event->region());
    if (gpu_times)
        gpu_times->begin(widget);
    return context_.tap->pass(widget, event);
}

/* nullptr outside frames, and where the program measures itself. */
GpuTimes *WidgetWindows::gpuTimesOf(WidgetWindow &window)
{
    if (!window.frames.inFrame())
        return nullptr;
    if (!window.gpu_times)
        window.gpu_times = std::make_unique<GpuTimes>(window.frames.measured(), foreignGpuWidget,
                                                      context_.gpu_checked, [] {});
    return window.gpu_times.get();
}

void WidgetWindows::noteRenderer(WidgetWindow &window)
{
    if (window.is_opengl)
        return;
    window.is_opengl = true;
    pp_window_set_renderer(window.measured(), "opengl");
}

/* The window behind a QQuickWidget, which is watched from its first paint on. */
QWindow *WidgetWindows::sceneWindowOf(WidgetWindow &window, QWidget *widget)
{
    for (const auto &watch : window.quick) {
        if (watch->isOf(widget))
            return watch->sceneWindow();
    }
    window.quick.erase(std::remove_if(window.quick.begin(), window.quick.end(),
                                      [](const auto &watch) { return !watch->sceneWindow(); }),
                       window.quick.end());
    const QByteArray &name = context_.painters->classNames().of(classKeyOf(widget));
    window.quick.push_back(std::make_unique<QuickWidgetWatch>(
        widget, name.constData(), window.own_mark ? nullptr : window.frames.measured()));
    return window.quick.back()->sceneWindow();
}

/* Its own and those of the scene or area that it shows. One without any is painted along with
 * another, unless none was asked for by name. Returns whether there was a cause. */
bool WidgetWindows::tellCause(WidgetWindow *window, QWidget *widget, const QWindow *quick_scene,
                              const pp_zone &zone)
{
    if (!context_.causes)
        return false;
    bool is_told = context_.causes->tell(widget, zone);
    const QWidget *painter = painterOf(widget);
    if (painter != widget)
        is_told |= context_.causes->tell(painter, zone);
    if (const QGraphicsScene *scene = sceneOf(widget))
        is_told |= context_.causes->tell(scene, zone);
    if (quick_scene)
        is_told |= context_.causes->tell(quick_scene, zone);
    if (is_told || !window || !window->none_asked)
        return is_told;
    if (window->is_exposed)
        pp_zone_cause(&zone, window->asked, 1);
    else
        notePainted(*window, widget);
    return window->is_exposed;
}

void WidgetWindows::notePainted(WidgetWindow &window, const QWidget *widget)
{
    for (const QWidget *outer = widget->parentWidget(); outer; outer = outer->parentWidget()) {
        for (WidgetWindow::Painted &painted : window.painted)
            painted.has_inner |= painted.widget == outer;
    }
    if (window.painted.size() < most_painted)
        window.painted.push_back({widget, false});
}

/* Something inside Qt has asked for a repaint, most likely of what nothing else stands in. It has
 * the cause of the window when it is painted next. */
void WidgetWindows::noteInnermost(WidgetWindow &window)
{
    for (const WidgetWindow::Painted &painted : window.painted) {
        if (!painted.has_inner)
            context_.causes->add(painted.widget, window.asked);
    }
    window.painted.clear();
}

} // namespace ppq
