/* shim/gpu_widget.cpp: an OpenGL widget whose drawing a GpuTimer times. */
#include "gpu_widget.hpp"

#include <QtCore/QPointer>
#include <QtOpenGLWidgets/QOpenGLWidget>

namespace ppq
{

namespace
{

class GpuWidget final : public GpuTarget
{
public:
    explicit GpuWidget(QOpenGLWidget *widget) : widget_(widget) {}

    QOpenGLContext *context() const override { return widget_ ? widget_->context() : nullptr; }
    void makeCurrent() override { widget_->makeCurrent(); }

private:
    const QPointer<QOpenGLWidget> widget_;
};

} // namespace

std::unique_ptr<GpuTarget> gpuTargetOf(QWidget *widget)
{
    auto *opengl = qobject_cast<QOpenGLWidget *>(widget);
    return opengl ? std::make_unique<GpuWidget>(opengl) : nullptr;
}

} // namespace ppq
