/* shim/probe/quick_watch.hpp: what a Quick window's render loop does, without a link to QtQuick. */
#ifndef PPQ_QUICK_WATCH_HPP
#define PPQ_QUICK_WATCH_HPP

#include <paintprof/window.h>
#include <paintprof/zone.h>

#include <QtCore/QObject>
#include <QtCore/QPointer>
#include <QtGui/QWindow>
#include <QtWidgets/QWidget>

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

/* The same of a QQuickWidget, whose scene a window that is never shown renders on the GUI thread,
 * mostly from a timer before the widget is painted. Its zones, sync and render, count to the next
 * frame of the widget's window. Nothing tells where its polish begins. */
class QuickWidgetWatch : public QObject
{
    Q_OBJECT

public:
    /* widget, a QQuickWidget of class_name for people, may go first. measured must live as long as
     * this; nullptr: what is rendered counts to the next frame of any window. */
    QuickWidgetWatch(QWidget *widget, const char *class_name, pp_window *measured);

    /* The scene's window, for which its items ask; nullptr where it is unknown or gone. */
    QWindow *sceneWindow() const { return scene_window_; }

    /* Whether it is of that widget still, in that window. */
    bool isOf(const QWidget *widget) const { return widget_ == widget && widget; }

public slots:
    void beforeSynchronizing();
    void afterSynchronizing();
    void beforeRendering();
    void afterRendering();

private:
    bool isMeasured() const { return widget_ && widget_->window() == root_; }
    void begin(pp_site *site);
    void end();

    const QPointer<QWidget> widget_;
    const QWidget *const root_;
    const QPointer<QWindow> scene_window_;
    pp_window *const measured_;
    pp_site *sync_, *render_;
    pp_zone zone_ = {0};
};

} // namespace ppq

#endif
