/* shim/timer.cpp: timers whose zones count to the frames of their window. */
#include "guard.hpp"
#include "window.hpp"

#include <QtCore/QTimer>

struct ppq_timer final : public QTimer {
public:
    ppq_timer(ppq_window *window, void (*fire)(void *user), void *user);
};

/* fire may destroy the timer, so nothing of it is touched afterwards. */
ppq_timer::ppq_timer(ppq_window *window, void (*fire)(void *user), void *user) : QTimer(window)
{
    setTimerType(Qt::PreciseTimer);
    QObject::connect(this, &QTimer::timeout, this, [window, fire, user] {
        pp_window_focus(window ? window->measured() : nullptr);
        fire(user);
    });
}

int ppq_timer_create(ppq_timer **out, ppq_window *window, int interval_ms, bool repeat,
                     void (*fire)(void *user), void *user)
{
    return ppq::guarded([&] {
        if (!out || !fire || interval_ms < 0)
            return ppq::fail(PP_EINVAL, "ppq_timer_create: out, interval or fire is invalid");
        auto timer = std::make_unique<ppq_timer>(window, fire, user);
        timer->setSingleShot(!repeat);
        timer->start(interval_ms);
        *out = timer.release();
        return int{PP_OK};
    });
}

void ppq_timer_destroy(ppq_timer *timer)
{
    delete timer;
}
