/* shim/probe/gpu_foreign.cpp: OpenGL widgets and windows of a program, without a link to QtOpenGL.
 */
#include "gpu_foreign.hpp"

#include "vtable.hpp"

#include <QtCore/QPointer>
#include <QtGui/QOpenGLContext>
#include <QtWidgets/QWidget>

#include <dlfcn.h>

namespace ppq
{

namespace
{

/* ---- Widgets ------------------------------------------------------------------------------- */

/* Exported functions of QOpenGLWidget. The library may have been loaded for one module of Python
 * alone, so that it is asked itself. */
struct WidgetCalls {
    QOpenGLContext *(*context)(const QWidget *);
    void (*make_current)(QWidget *);

    WidgetCalls()
    {
        void *library = dlopen("libQt6OpenGLWidgets.so.6", RTLD_LAZY | RTLD_NOLOAD);
        const auto find = [library](const char *name) {
            return library ? dlsym(library, name) : nullptr;
        };
        context = reinterpret_cast<QOpenGLContext *(*)(const QWidget *)>(
            find("_ZNK13QOpenGLWidget7contextEv"));
        make_current =
            reinterpret_cast<void (*)(QWidget *)>(find("_ZN13QOpenGLWidget11makeCurrentEv"));
        if (library)
            dlclose(library); /* the program keeps it */
    }
    bool areThere() const { return context && make_current; }
};

/* QWidget is the first base of QOpenGLWidget, so that a pointer to either is one to the other. */
class ForeignWidget final : public GpuTarget
{
public:
    ForeignWidget(QWidget *widget, const WidgetCalls &calls) : widget_(widget), calls_(calls) {}

    QOpenGLContext *context() const override { return widget_ ? calls_.context(widget_) : nullptr; }
    void makeCurrent() override { calls_.make_current(widget_); }

private:
    const QPointer<QWidget> widget_;
    const WidgetCalls calls_;
};

/* ---- Windows ------------------------------------------------------------------------------- */

class ForeignWindow final : public GpuTarget
{
public:
    explicit ForeignWindow(QWindow *window) : window_(window) {}

    /* First asked for while the window is painted. */
    QOpenGLContext *context() const override
    {
        QOpenGLContext *current = QOpenGLContext::currentContext();
        if (current && window_ && current->surface() == window_)
            context_ = current;
        return window_ ? context_ : nullptr;
    }
    void makeCurrent() override
    {
        if (window_ && window_->handle())
            context_->makeCurrent(window_);
    }

private:
    const QPointer<QWindow> window_;
    mutable QPointer<QOpenGLContext> context_;
};

/* Protected where it is declared. */
struct PaintSlot : QPaintDeviceWindow {
    static size_t find() { return vtableSlot(&PaintSlot::paintEvent); }
};

GpuWindowPaints *the_paints = nullptr;

} // namespace

std::unique_ptr<GpuTarget> foreignGpuWidget(QWidget *widget)
{
    if (!widget->inherits("QOpenGLWidget"))
        return nullptr;
    static WidgetCalls calls;
    if (!calls.areThere())
        calls = WidgetCalls(); /* not loaded when it was looked for */
    return calls.areThere() ? std::make_unique<ForeignWidget>(widget, calls) : nullptr;
}

std::unique_ptr<GpuTarget> foreignGpuWindow(QWindow *window)
{
    return std::make_unique<ForeignWindow>(window);
}

GpuWindowPaints::GpuWindowPaints()
{
    the_paints = this;
}

GpuWindowPaints::~GpuWindowPaints()
{
    for (const Patched &type : patched_)
        replaceVtableEntry(type.vtable + PaintSlot::find(), reinterpret_cast<void *>(timedPaint),
                           reinterpret_cast<void *>(type.paint));
    the_paints = nullptr;
}

GpuWindowPaints::PaintEvent GpuWindowPaints::paintOf(void **vtable) const
{
    for (const Patched &type : patched_) {
        if (type.vtable == vtable)
            return type.paint;
    }
    return nullptr;
}

void GpuWindowPaints::watch(QWindow *window)
{
    void **vtable = vtableOf(window);
    if (paintOf(vtable))
        return;
    void *original = vtable[PaintSlot::find()];
    patched_.push_back({vtable, reinterpret_cast<PaintEvent>(original)});
    if (!replaceVtableEntry(vtable + PaintSlot::find(), original,
                            reinterpret_cast<void *>(timedPaint)))
        patched_.pop_back();
}

void GpuWindowPaints::timedPaint(QPaintDeviceWindow *window, QPaintEvent *event)
{
    struct Timed {
        GpuTimer *const timer;
        explicit Timed(GpuTimer *used) : timer(used)
        {
            if (timer)
                timer->begin();
        }
        ~Timed()
        {
            if (timer)
                timer->end();
        }
    };
    const PaintEvent paint = the_paints->paintOf(vtableOf(window));
    const Timed timed(the_paints->setTimer(nullptr));
    paint(window, event);
}

} // namespace ppq
