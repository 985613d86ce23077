/* shim/gpu_widget.hpp: an OpenGL widget whose drawing a GpuTimer times. */
#ifndef PPQ_GPU_WIDGET_HPP
#define PPQ_GPU_WIDGET_HPP

#include "gpu_target.hpp"

#include <memory>

class QWidget;

namespace ppq
{

/* nullptr for a widget that is no QOpenGLWidget. The widget may go first. */
std::unique_ptr<GpuTarget> gpuTargetOf(QWidget *widget);

} // namespace ppq

#endif
