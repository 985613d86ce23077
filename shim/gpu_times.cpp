/* shim/gpu_times.cpp: the GPU's time for the frames of a window in which widgets draw by OpenGL. */
#include "gpu_times.hpp"

#include "gpu_timer.hpp"

#include <utility>

namespace ppq
{

GpuTimes::GpuTimes(pp_window *window, MakeTarget make_target,
                   std::function<void(const char *)> checked, std::function<void()> collected)
    : window_(window), make_target_(make_target), checked_(std::move(checked)),
      collected_(std::move(collected))
{
}

GpuTimes::~GpuTimes() = default;

/* Another widget may have the address of one that is gone: its timer then follows the new one's
 * context no more, and is made anew. */
GpuTimer *GpuTimes::timerOf(QWidget *widget)
{
    std::shared_ptr<GpuTimer> &timer = timers_[widget];
    if (timer && timer->isOfLiving())
        return timer.get();
    std::unique_ptr<GpuTarget> target = make_target_(widget);
    timer = target ? std::make_shared<GpuTimer>(std::move(target), window_, checked_, collected_)
                   : nullptr;
    return timer.get();
}

void GpuTimes::begin(QWidget *widget)
{
    if (are_several_)
        return;
    const QWidget *first = std::exchange(drawn_, widget);
    if (first && first != widget) {
        are_several_ = true;
        if (timers_[first])
            timers_[first]->drop();
        checked_("has several widgets to time");
        return;
    }
    if (GpuTimer *timer = timerOf(widget))
        timer->begin();
}

void GpuTimes::end(QWidget *widget)
{
    const auto timer = timers_.constFind(widget);
    if (timer != timers_.constEnd() && *timer)
        (*timer)->end();
}

} // namespace ppq
