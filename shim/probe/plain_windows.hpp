/* shim/probe/plain_windows.hpp: the frames of windows that belong to no widget. */
#ifndef PPQ_PLAIN_WINDOWS_HPP
#define PPQ_PLAIN_WINDOWS_HPP

#include "cause_notes.hpp"
#include "event_tap.hpp"
#include "gpu_foreign.hpp"
#include "painters.hpp"
#include "quick_watch.hpp"

#include <paintprof/window.h>

#include <QtCore/QHash>
#include <QtCore/QPointer>
#include <QtGui/QScreen>
#include <QtGui/QWindow>

#include <functional>
#include <memory>

namespace ppq
{

class OverlayWindow;

/* A QRasterWindow, QOpenGLWindow, QQuickWindow or QWindow of the program's own. Each UpdateRequest,
 * Expose or Paint that it handles while it is exposed is a frame: whether it painted anything is
 * not known, but for Quick, where a frame synchronizes the scene. */
class PlainWindow
{
public:
    PlainWindow(QWindow *window, pp_object_kind kind, pp_site *site);
    ~PlainWindow();
    PlainWindow(const PlainWindow &) = delete;
    PlainWindow &operator=(const PlainWindow &) = delete;

    QWindow *window() const { return window_; }
    pp_window *measured() const { return measured_; }

    bool inFrame() const { return in_frame_; }
    void begin();
    bool end(); /* whether there was a frame */
    pp_site *site() const { return site_; }
    bool isOpenGl() const { return kind_ == PP_OBJECT_GL; }

    std::unique_ptr<OverlayWindow> overlay;
    std::unique_ptr<GpuTimer> gpu_timer; /* of an OpenGL window */
    pp_cause asked = {};
    bool is_asked = false;

private:
    void followScreen();

    const QPointer<QWindow> window_;
    pp_window *measured_ = nullptr;
    const pp_object_kind kind_;
    pp_site *const site_;
    std::unique_ptr<QuickWatch> quick_;
    double refresh_hz_ = 0;
    bool in_frame_ = false;
};

class PlainWindows
{
public:
    /* causes may be nullptr; created is called for each new window, ended after each frame,
     * gpu_checked with what stands in the way of GPU times, if anything. */
    PlainWindows(EventTap &tap, Painters &painters, CauseNotes *causes,
                 std::function<void()> created, std::function<void()> ended,
                 std::function<void(const char *)> gpu_checked);
    ~PlainWindows();
    PlainWindows(const PlainWindows &) = delete;
    PlainWindows &operator=(const PlainWindows &) = delete;

    /* Delivers event, of type UpdateRequest, Expose or Paint, if it may be a frame of such a
     * window. */
    bool deliver(QObject *receiver, QEvent *event, bool *is_told, bool *result);
    void asked(QObject *object, pp_cause cause);

    template <typename Action>
    void forEach(Action action)
    {
        const auto windows = windows_.values();
        for (const auto &window : windows)
            action(*window);
    }

private:
    using Window = std::shared_ptr<PlainWindow>;

    Window windowOf(QWindow *window);
    void timeGpu(PlainWindow &window);
    void tellCause(PlainWindow &window, const pp_zone &zone);

    EventTap &tap_;
    Painters &painters_;
    CauseNotes *const causes_;
    const std::function<void()> created_, ended_;
    const std::function<void(const char *)> gpu_checked_;
    GpuWindowPaints gpu_paints_;
    const bool is_wayland_;
    QHash<const QWindow *, Window> windows_;
};

} // namespace ppq

#endif
