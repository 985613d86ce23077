/* shim/probe/gpu_foreign.hpp: OpenGL widgets and windows of a program, without a link to QtOpenGL.
 */
#ifndef PPQ_GPU_FOREIGN_HPP
#define PPQ_GPU_FOREIGN_HPP

#include "../gpu_timer.hpp"

#include <QtGui/QPaintDeviceWindow>

#include <memory>
#include <utility>
#include <vector>

class QWidget;

namespace ppq
{

/* A QOpenGLWidget, whose library the program has loaded; nullptr where that is not as it should be.
 * The widget may go first. */
std::unique_ptr<GpuTarget> foreignGpuWidget(QWidget *widget);

/* Times the drawing of QOpenGLWindows: their paintEvent() runs while their context is current, and
 * ends before the buffers are swapped. It is replaced in the vtable of each class of them, and
 * restored at the end. One at a time, on the GUI thread. */
class GpuWindowPaints
{
public:
    GpuWindowPaints();
    ~GpuWindowPaints();
    GpuWindowPaints(const GpuWindowPaints &) = delete;
    GpuWindowPaints &operator=(const GpuWindowPaints &) = delete;

    /* Paints of window, a QOpenGLWindow, are seen from now on. */
    void watch(QWindow *window);

    /* The timer of the window that is in a frame now, or nullptr. Returns what was before. */
    GpuTimer *setTimer(GpuTimer *timer) { return std::exchange(timer_, timer); }

private:
    using PaintEvent = void (*)(QPaintDeviceWindow *, QPaintEvent *);
    struct Patched {
        void **vtable;
        PaintEvent paint;
    };

    static void timedPaint(QPaintDeviceWindow *window, QPaintEvent *event);
    PaintEvent paintOf(void **vtable) const;

    std::vector<Patched> patched_;
    GpuTimer *timer_ = nullptr;
};

/* A QOpenGLWindow; its context is known once it is painted. The window may go first. */
std::unique_ptr<GpuTarget> foreignGpuWindow(QWindow *window);

} // namespace ppq

#endif
