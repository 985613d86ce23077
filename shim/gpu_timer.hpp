/* shim/gpu_timer.hpp: the GPU's time for the frames of what draws by OpenGL. */
#ifndef PPQ_GPU_TIMER_HPP
#define PPQ_GPU_TIMER_HPP

#include "gpu_queries.hpp"
#include "gpu_target.hpp"

#include <QtCore/QMetaObject>
#include <QtCore/QObject>
#include <QtCore/QTimer>

#include <functional>
#include <memory>
#include <optional>

class QOpenGLContext;

namespace ppq
{

/* Times what is drawn into a target between begin() and end(), without Qt's composing of a widget
 * into its window. It measures nothing before the gate is open, and then only where a check
 * (gpuClockObstacle(), once a context) believes the queries. When drawing has come to rest, one
 * timer event takes the last results. What is current outside begin() and end() stays so.
 *
 * Lifetime: within that of the window; what is drawn into may go first. GUI thread. */
class GpuTimer : public QObject
{
public:
    /* checked is told what stands in the way, or nullptr, once it is known; collected is called
     * when frames were delivered outside a frame. */
    GpuTimer(std::unique_ptr<GpuTarget> target, pp_window *window,
             std::function<void(const char *)> checked, std::function<void()> collected);
    ~GpuTimer() override;

    void begin();
    void end();

    /* What was begun last is not all that its frame draws: it is not told. */
    void drop();

    /* Whether its target still has a context. */
    bool isOfLiving() const { return target_->context() != nullptr; }

private:
    bool makeCurrent();
    bool isReady();
    void follow(QOpenGLContext *context);
    void checkContext(QOpenGLContext *context);
    void release();
    void collectLate();

    const std::unique_ptr<GpuTarget> target_;
    pp_window *const window_;
    const std::function<void(const char *)> checked_;
    const std::function<void()> collected_;
    QOpenGLContext *context_ = nullptr; /* that was checked; queries_ are its own, if it passed */
    QMetaObject::Connection going_;
    std::optional<GpuQueries> queries_;
    QTimer late_;
    bool is_drawing_ = false; /* a frame was timed since late_ was started */
    int attempts_ = 0;        /* since the last frame */
};

} // namespace ppq

#endif
