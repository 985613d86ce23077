/* shim/probe/quick_watch.hpp: what a Quick window's render loop does, without a link to QtQuick. */
#ifndef PPQ_QUICK_WATCH_HPP
#define PPQ_QUICK_WATCH_HPP

#include <paintprof/zone.h>

#include <QtCore/QObject>

#include <atomic>

namespace ppq
{

/* Hears a QQuickWindow's signals, connected by name and directly, so on the thread that emits them:
 * the render thread, or the GUI thread where there is none. Its zones: sync, in which the GUI
 * thread waits; render; swap, with the wait for the screen. */
class QuickWatch : public QObject
{
    Q_OBJECT

public:
    /* window is a QQuickWindow, of class_name for people. */
    QuickWatch(QObject *window, const char *class_name);

    /* Whether the scene was synchronized since the last call: then there was a frame. */
    bool takeSynchronized() { return synchronized_.exchange(false); }

public slots:
    void beforeSynchronizing();
    void afterSynchronizing();
    void beforeRendering();
    void afterRendering();
    void frameSwapped();

private:
    pp_site *sync_, *render_, *swap_;
    pp_zone zone_ = {0}; /* of the rendering thread, one at a time */
    std::atomic<bool> synchronized_{false};
};

} // namespace ppq

#endif
