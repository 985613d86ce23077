/* shim/probe/windows.hpp: the measured windows of any program: every top-level widget and QWindow.
 */
#ifndef PPQ_PROBE_WINDOWS_HPP
#define PPQ_PROBE_WINDOWS_HPP

#include "../gpu_times.hpp"
#include "../window_frames.hpp"
#include "cause_notes.hpp"
#include "event_tap.hpp"
#include "items.hpp"
#include "painters.hpp"
#include "quick_watch.hpp"
#include "waste.hpp"

#include <QtCore/QHash>

#include <functional>
#include <memory>
#include <vector>

class QPaintEvent;

namespace ppq
{

class WidgetOverlay;

/* One top-level widget as it is watched, for as long as it lives, and longer where it is deleted
 * while it paints. */
struct WidgetWindow : FrameListener {
    explicit WidgetWindow(QWidget *root);
    ~WidgetWindow() override;

    void frameBegins() override {}
    void frameEnded(uint64_t, uint64_t) override { has_ended = true; }

    /* What its frames are of: ours, or that of the program where it measures itself by the same
     * core (paintprof::attach(), ppq_window) and tells its frames itself. */
    pp_window *measured() const { return own_mark ? own_window : frames.measured(); }
    bool inFrame() const { return in_own_frame || frames.inFrame(); }

    WindowFrames frames;
    QPointer<QObject> own_mark; /* the program's */
    pp_window *own_window = nullptr;
    bool in_own_frame = false;
    bool is_foreign = false;  /* the program measures it too, by another core */
    const QWidget *const key; /* the root, which may be gone */
    std::unique_ptr<WidgetOverlay> overlay;
    std::vector<std::unique_ptr<QuickWidgetWatch>> quick; /* of the QQuickWidgets in it */
    std::unique_ptr<GpuTimes> gpu_times;                  /* once a widget in it draws by OpenGL */
    pp_cause asked = {};                                  /* what asked for the next frame first */
    bool is_asked = false;
    WasteSampler waste;
    uint32_t heard = 0;      /* calls that asked for a repaint, until the last frame's end */
    bool has_ended = false;  /* a frame, just now */
    bool is_opengl = false;  /* something in it is painted so */
    bool none_asked = true;  /* by name, for the present frame */
    bool is_exposed = false; /* it is by the window system */

    /* What is painted in a frame for which none was asked by name. */
    struct Painted {
        const QWidget *widget;
        bool has_inner; /* another that was painted stands in it */
    };
    std::vector<Painted> painted;
};

/* What the windows share and tell. */
struct WindowsContext {
    EventTap *tap = nullptr;
    Painters *painters = nullptr;
    ItemPaints *items = nullptr;  /* may be nullptr */
    CauseNotes *causes = nullptr; /* may be nullptr */
    bool prints_blocks = false;   /* a text block for each frame of widgets */
    std::function<void(WidgetWindow &)> created;
    std::function<void()> frame_ended;
    std::function<void(const char *)> gpu_checked; /* what stands in the way of GPU times, if any */
    std::function<void()> foreign_found; /* the program measures a window by a core of its own */
};

/* Delivers what may be a frame or a paint of a widget, and finds the windows by the way. Nothing is
 * connected to them and nothing becomes their child: a window does not notice. */
class WidgetWindows
{
public:
    explicit WidgetWindows(const WindowsContext &context) : context_(context) {}

    /* Delivers event, of type Paint, UpdateRequest, Expose or Resize, if it belongs to a widget or
     * its window. Returns false where it does not; *result is then untouched. */
    bool deliver(QObject *receiver, QEvent *event, bool *is_told, bool *result);

    /* A repaint of object, a top-level widget or its window, was asked for. */
    void asked(QObject *object, pp_cause cause);

    template <typename Action>
    void forEach(Action action)
    {
        const auto windows = windows_.values();
        for (const auto &window : windows)
            action(*window);
    }

private:
    using Window = std::shared_ptr<WidgetWindow>;

    Window windowOf(QObject *receiver, const QEvent *event);
    Window known(const QWidget *root);
    Window create(QWidget *root);
    Window ofQWindow(const QWindow *window);
    void forgetDead();
    void findOwn(WidgetWindow &window);
    bool deliverFrame(WidgetWindow &window, QObject *receiver, QEvent *event);
    bool deliverArmed(WidgetWindow &window, QObject *receiver, QEvent *event);
    bool deliverPaint(WidgetWindow *window, QWidget *widget, QPaintEvent *event);
    GpuTimes *gpuTimesOf(WidgetWindow &window);
    void noteRenderer(WidgetWindow &window);
    QWindow *sceneWindowOf(WidgetWindow &window, QWidget *widget);
    bool tellCause(WidgetWindow *window, QWidget *widget, const QWindow *quick_scene,
                   const pp_zone &zone);
    static void notePainted(WidgetWindow &window, const QWidget *widget);
    void noteInnermost(WidgetWindow &window);
    void finishFrame(WidgetWindow &window, bool is_exposed);

    const WindowsContext context_;
    QHash<const QWidget *, Window> windows_;
};

} // namespace ppq

#endif
