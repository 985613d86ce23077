/* shim/probe/plain_windows.cpp: the frames of windows that belong to no widget. */
#include "plain_windows.hpp"

#include "flash.hpp"
#include "overlay_window.hpp"

#include <QtGui/QExposeEvent>
#include <QtGui/QGuiApplication>

#include <cstring>
#include <new>
#include <utility>
#include <vector>

namespace ppq
{

namespace
{

/* Watches of windows that outlive the application: their render threads may still run. */
std::vector<std::unique_ptr<QuickWatch>> &outlivingWatches()
{
    static auto *watches = new std::vector<std::unique_ptr<QuickWatch>>;
    return *watches;
}

const char *rendererOf(pp_object_kind kind)
{
    switch (kind) {
    case PP_OBJECT_GL:
        return "opengl";
    case PP_OBJECT_QUICK:
        return "quick";
    default:
        return "raster";
    }
}

bool isOfWidget(const QWindow *window)
{
    return window->inherits("QWidgetWindow") ||
           std::strncmp(window->metaObject()->className(), "ppq::", 5) == 0;
}

uint64_t devicePixels(const QWindow &window)
{
    const QSize size = window.size() * window.devicePixelRatio();
    return static_cast<uint64_t>(size.width()) * static_cast<uint64_t>(size.height());
}

} // namespace

/* ---- One window ---------------------------------------------------------------------------- */

PlainWindow::PlainWindow(QWindow *window, pp_object_kind kind, pp_site *site)
    : window_(window), kind_(kind), site_(site)
{
    const QByteArray title = window->title().toUtf8();
    pp_window_opts opts = {};
    opts.struct_size = sizeof opts;
    opts.title = title.constData();
    opts.renderer = rendererOf(kind);
    if (pp_window_create(&measured_, &opts) != PP_OK)
        throw std::bad_alloc();
    if (kind == PP_OBJECT_QUICK)
        quick_ =
            std::make_unique<QuickWatch>(window, ClassNames().of(classKeyOf(window)).constData());
    followScreen();
}

PlainWindow::~PlainWindow()
{
    overlay.reset();
    gpu_timer.reset();
    if (quick_ && window_)
        outlivingWatches().push_back(std::move(quick_));
    if (in_frame_)
        pp_frame_cancel(measured_);
    pp_window_focus(nullptr);
    pp_window_destroy(measured_);
}

void PlainWindow::followScreen()
{
    const QScreen *screen = window_ ? window_->screen() : nullptr;
    const double hz = screen ? screen->refreshRate() : refresh_hz_;
    if (hz != refresh_hz_)
        pp_window_set_refresh_hz(measured_, hz);
    refresh_hz_ = hz;
}

void PlainWindow::begin()
{
    followScreen();
    if (quick_)
        quick_->takeSynchronized();
    in_frame_ = true;
    pp_frame_begin(measured_);
}

bool PlainWindow::end()
{
    in_frame_ = false;
    is_asked = false;
    const bool is_frame = window_ && (!quick_ || quick_->takeSynchronized());
    if (!is_frame) {
        pp_frame_cancel(measured_);
        return false;
    }
    pp_frame_painted(measured_, devicePixels(*window_));
    pp_frame_end(measured_);
    if (overlay)
        overlay->frameEnded();
    return true;
}

/* ---- All of them --------------------------------------------------------------------------- */

PlainWindows::PlainWindows(EventTap &tap, Painters &painters, CauseNotes *causes,
                           std::function<void()> created, std::function<void()> ended,
                           std::function<void(const char *)> gpu_checked)
    : tap_(tap), painters_(painters), causes_(causes), created_(std::move(created)),
      ended_(std::move(ended)), gpu_checked_(std::move(gpu_checked)),
      is_wayland_(QGuiApplication::platformName().startsWith("wayland"))
{
}

PlainWindows::~PlainWindows() = default;

PlainWindows::Window PlainWindows::windowOf(QWindow *window)
{
    const auto found = windows_.constFind(window);
    if (found != windows_.constEnd() && (*found)->window() == window)
        return *found;
    for (auto it = windows_.begin(); it != windows_.end();)
        it = (*it)->window() ? std::next(it) : windows_.erase(it);
    if (isOfWidget(window))
        return nullptr;
    Window created =
        std::make_shared<PlainWindow>(window, painters_.kindOf(window), painters_.of(window));
    windows_.insert(window, created);
    timeGpu(*created);
    created_();
    return created;
}

/* Of Quick windows it is not told: Qt hands their drawing to the GPU when a frame ends, on a thread
 * of its own. */
void PlainWindows::timeGpu(PlainWindow &window)
{
    if (painters_.kindOf(window.window()) == PP_OBJECT_QUICK)
        gpu_checked_("time of Qt Quick is unknown");
    if (!window.isOpenGl())
        return;
    gpu_paints_.watch(window.window());
    window.gpu_timer = std::make_unique<GpuTimer>(foreignGpuWindow(window.window()),
                                                  window.measured(), gpu_checked_, [] {});
}

bool PlainWindows::deliver(QObject *receiver, QEvent *event, bool *is_told, bool *result)
{
    if (!receiver->isWindowType() || event->type() == QEvent::Resize)
        return false;
    auto *qwindow = static_cast<QWindow *>(receiver);
    if (!qwindow->isExposed())
        return false;
    const Window window = windowOf(qwindow);
    if (!window || window->inFrame())
        return false;
    if (!window->is_asked && causes_) {
        Handling *handling = EventTap::current();
        const bool is_inside = event->type() == QEvent::UpdateRequest && handling->outer;
        window->asked = causes_->handled(is_inside ? handling->outer : handling);
    }
    struct Frame {
        PlainWindow &window;
        GpuWindowPaints &gpu_paints;
        const std::function<void()> &ended;
        const bool is_exposed;
        const uint64_t begin_ticks;
        pp_zone zone;
        ~Frame()
        {
            gpu_paints.setTimer(nullptr);
            pp_zone_end(&zone);
            const uint64_t ticks = ticksNow() - begin_ticks;
            const bool is_frame = window.end();
            if (is_frame && Flash::current())
                Flash::current()->frameEnded(window.window(), is_exposed, ticks);
            ended();
        }
    };
    *is_told = true;
    window->begin();
    gpu_paints_.setTimer(window->gpu_timer.get());
    const Frame frame = {*window,    gpu_paints_,
                         ended_,     event->type() != QEvent::UpdateRequest,
                         ticksNow(), window->site() ? pp_zone_begin(window->site()) : pp_zone{0}};
    pp_zone_pixels(&frame.zone, devicePixels(*qwindow));
    tellCause(*window, frame.zone);
    *result = tap_.pass(receiver, event);
    return true;
}

void PlainWindows::tellCause(PlainWindow &window, const pp_zone &zone)
{
    if (causes_ && !causes_->tell(window.window(), zone))
        pp_zone_cause(&zone, window.asked, 1);
}

void PlainWindows::asked(QObject *object, pp_cause cause)
{
    const auto found = object->isWindowType() ? windows_.constFind(static_cast<QWindow *>(object))
                                              : windows_.constEnd();
    if (found == windows_.constEnd() || (*found)->window() != object)
        return;
    /* On Wayland it comes when the compositor wants it: to wait for that is not to be late. */
    if (!is_wayland_)
        pp_frame_asked((*found)->measured());
    if (!(*found)->is_asked)
        (*found)->asked = cause;
    (*found)->is_asked = true;
}

} // namespace ppq
