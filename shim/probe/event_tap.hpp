/* shim/probe/event_tap.hpp: sees every event of the GUI thread before and after its handler. */
#ifndef PPQ_EVENT_TAP_HPP
#define PPQ_EVENT_TAP_HPP

#include "class_names.hpp"
#include "own_cost.hpp"

#include <QtCore/QEvent>
#include <QtCore/QObject>
#include <QtCore/QString>

#include <cstdint>

namespace ppq
{

/* One event that is being handled. They live on the stack of the GUI thread, innermost first, so
 * that a nested loop, a deleted receiver and an exception need no care. Class and name are taken
 * before the handler runs, which may delete the receiver. */
struct Handling {
    Handling *outer;
    QObject *receiver;
    ClassKey receiver_class;
    QString receiver_name;
    QEvent::Type type;
    int loop_level;
    uint64_t begin_ticks;
    uint64_t inner_ticks; /* of it, what is told elsewhere or is no work of this handler */
    uint32_t cause_words; /* kept by CauseNotes: event and receiver, 0 not asked yet */
};

/* What the tap tells, on the GUI thread. */
class TapListener
{
public:
    virtual ~TapListener() = default;

    /* Delivers the event by EventTap::pass() or swallows it. Returns what its handler returned.
     * Sets *is_told when its time is recorded elsewhere. */
    virtual bool deliver(QObject *receiver, QEvent *event, bool *is_told) = 0;

    /* A handler has returned or thrown; it ran self_ticks without what is told elsewhere. Returns
     * whether it is told now. */
    virtual bool handled(Handling &handling, uint64_t self_ticks, uint64_t total_ticks) = 0;
};

/* Takes Qt's EventNotifyCallback, which sees each event before it is delivered and has no "after",
 * and delivers the event itself: by QCoreApplication::notifyInternal2() once more, which keeps the
 * event as it is and counts its own depth, on which deleteLater() depends; the second pass goes
 * through. Events of other threads pass at the cost of one check. */
class EventTap
{
public:
    /* One at a time, on the GUI thread. */
    explicit EventTap(TapListener *listener);
    ~EventTap();
    EventTap(const EventTap &) = delete;
    EventTap &operator=(const EventTap &) = delete;

    /* Hands the event on to its receiver. */
    bool pass(QObject *receiver, QEvent *event);

    /* The event being handled on the GUI thread, or nullptr; nullptr on any other thread. */
    static Handling *current() { return is_gui_thread_ ? innermost_ : nullptr; }
    /* Of a program with a tap. */
    static bool onGuiThread() { return is_gui_thread_; }

    OwnCost &cost() { return cost_; }

private:
    class Scope;

    static bool callback(void **data);
    bool tap(QObject *receiver, QEvent *event);
    void blockEnded(uint64_t now_ticks);

    static void leaveInChild();

    /* Not thread_local, which would be checked for an initializer at each use from other files. */
    static __thread bool is_gui_thread_ __attribute__((tls_model("initial-exec")));
    static Handling *innermost_; /* of the GUI thread */

    TapListener *const listener_;
    const QEvent *passing_ = nullptr;
    uint64_t blocked_since_ = 0;
    OwnCost cost_;
    QMetaObject::Connection about_to_block_, awake_;
};

} // namespace ppq

#endif
