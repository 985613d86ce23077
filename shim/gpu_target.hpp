/* shim/gpu_target.hpp: what is drawn into with OpenGL, as a GpuTimer sees it. */
#ifndef PPQ_GPU_TARGET_HPP
#define PPQ_GPU_TARGET_HPP

class QOpenGLContext;

namespace ppq
{

/* A widget or window with a context of its own. */
class GpuTarget
{
public:
    virtual ~GpuTarget() = default;

    /* nullptr before it has one, and when it is gone. */
    virtual QOpenGLContext *context() const = 0;

    /* Makes that context current, if it can. */
    virtual void makeCurrent() = 0;
};

} // namespace ppq

#endif
