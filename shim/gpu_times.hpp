/* shim/gpu_times.hpp: the GPU's time for the frames of a window in which widgets draw by OpenGL. */
#ifndef PPQ_GPU_TIMES_HPP
#define PPQ_GPU_TIMES_HPP

#include "gpu_target.hpp"

#include <paintprof/window.h>

#include <QtCore/QHash>

#include <functional>
#include <memory>

class QWidget;

namespace ppq
{

class GpuTimer;

/* A frame has one GPU time, so that of a window with several such widgets is not told: what one of
 * them took would look like all.
 *
 * Lifetime: within that of the window; widgets may come and go. GUI thread. */
class GpuTimes
{
public:
    using MakeTarget = std::unique_ptr<GpuTarget> (*)(QWidget *);

    /* make_target gives nullptr for a widget that draws otherwise. checked and collected: as of
     * GpuTimer. */
    GpuTimes(pp_window *window, MakeTarget make_target, std::function<void(const char *)> checked,
             std::function<void()> collected);
    ~GpuTimes();
    GpuTimes(const GpuTimes &) = delete;
    GpuTimes &operator=(const GpuTimes &) = delete;

    void frameBegins() { drawn_ = nullptr; }

    /* Around the paint of an OpenGL widget in a frame of the window. */
    void begin(QWidget *widget);
    void end(QWidget *widget);

private:
    GpuTimer *timerOf(QWidget *widget);

    pp_window *const window_;
    const MakeTarget make_target_;
    const std::function<void(const char *)> checked_;
    const std::function<void()> collected_;
    QHash<const QWidget *, std::shared_ptr<GpuTimer>> timers_;
    const QWidget *drawn_ = nullptr; /* the first one, in the present frame */
    bool are_several_ = false;
};

} // namespace ppq

#endif
