/* shim/probe/event_tap.cpp: sees every event of the GUI thread before and after its handler. */
#include "event_tap.hpp"
#include "ticks.hpp"

#include <QtCore/QAbstractEventDispatcher>
#include <QtCore/QCoreApplication>
#include <QtCore/QThread>

#include <dlfcn.h>
#include <pthread.h>

namespace ppq
{

namespace
{

using Deliver = bool (*)(QObject *, QEvent *);

EventTap *the_tap = nullptr;
QThread *gui_thread = nullptr;

bool deliverByNotify(QObject *receiver, QEvent *event)
{
    return QCoreApplication::instance()->notify(receiver, event);
}

/* Exported by every Qt 6, though not in a public header. */
Deliver findDeliver()
{
    void *symbol = dlsym(RTLD_DEFAULT, "_ZN16QCoreApplication15notifyInternal2EP7QObjectP6QEvent");
    return symbol ? reinterpret_cast<Deliver>(symbol) : deliverByNotify;
}

Deliver deliver_again = deliverByNotify;

} // namespace

__thread bool EventTap::is_gui_thread_ = false;
Handling *EventTap::innermost_ = nullptr;

/* Keeps the list of what is being handled, and the time of it, however the handler is left. */
class EventTap::Scope
{
public:
    Scope(EventTap &tap, QObject *receiver, QEvent *event)
        : handling_{innermost_,
                    receiver,
                    classKeyOf(receiver),
                    receiver->objectName(),
                    event->type(),
                    gui_thread->loopLevel(),
                    ticksNow(),
                    0,
                    0}
    {
        tap.blockEnded(handling_.begin_ticks);
        innermost_ = &handling_;
        if (tap.cost_.isDue())
            tap.cost_.add(ticksNow() - handling_.begin_ticks);
    }
    ~Scope()
    {
        innermost_ = handling_.outer;
        if (!the_tap)
            return;
        const uint64_t total = ticksNow() - handling_.begin_ticks;
        const uint64_t inner = handling_.inner_ticks < total ? handling_.inner_ticks : total;
        const bool told = is_told || the_tap->listener_->handled(handling_, total - inner, total);
        if (handling_.outer)
            handling_.outer->inner_ticks +=
                told || handling_.loop_level > handling_.outer->loop_level ? total : inner;
    }
    Scope(const Scope &) = delete;
    Scope &operator=(const Scope &) = delete;

    bool is_told = false;
    const Handling &handling() const { return handling_; }

private:
    Handling handling_;
};

EventTap::EventTap(TapListener *listener) : listener_(listener)
{
    is_gui_thread_ = true;
    gui_thread = QThread::currentThread();
    deliver_again = findDeliver();
    the_tap = this;
    if (auto *dispatcher = QAbstractEventDispatcher::instance()) {
        about_to_block_ =
            QObject::connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, dispatcher,
                             [this] { blocked_since_ = innermost_ ? ticksNow() : 0; });
        awake_ = QObject::connect(dispatcher, &QAbstractEventDispatcher::awake, dispatcher,
                                  [this] { blockEnded(0); });
    }
    static const int once = pthread_atfork(nullptr, nullptr, leaveInChild);
    (void)once;
    QInternal::registerCallback(QInternal::EventNotifyCallback, callback);
}

EventTap::~EventTap()
{
    QInternal::unregisterCallback(QInternal::EventNotifyCallback, callback);
    QObject::disconnect(about_to_block_);
    QObject::disconnect(awake_);
    the_tap = nullptr;
    innermost_ = nullptr;
    is_gui_thread_ = false;
}

/* A forked child that goes on with Qt is not what is measured. */
void EventTap::leaveInChild()
{
    the_tap = nullptr;
    is_gui_thread_ = false;
    innermost_ = nullptr;
}

/* While a loop nested in a handler waits, the handler does not work. Some event loops say that
 * they are awake only after they have handled the events; the first of them says so here. */
void EventTap::blockEnded(uint64_t now_ticks)
{
    if (blocked_since_ == 0)
        return;
    if (innermost_)
        innermost_->inner_ticks += (now_ticks ? now_ticks : ticksNow()) - blocked_since_;
    blocked_since_ = 0;
}

bool EventTap::callback(void **data)
{
    if (!is_gui_thread_ || !the_tap)
        return false;
    EventTap &tap = *the_tap;
    auto *event = static_cast<QEvent *>(data[1]);
    if (event == tap.passing_) {
        tap.passing_ = nullptr;
        return false;
    }
    *static_cast<bool *>(data[2]) = tap.tap(static_cast<QObject *>(data[0]), event);
    return true;
}

bool EventTap::tap(QObject *receiver, QEvent *event)
{
    Scope scope(*this, receiver, event);
    return listener_->deliver(receiver, event, &scope.is_told);
}

bool EventTap::pass(QObject *receiver, QEvent *event)
{
    passing_ = event;
    const bool result = deliver_again(receiver, event);
    passing_ = nullptr; /* should somebody else have taken it on its second pass */
    return result;
}

} // namespace ppq
