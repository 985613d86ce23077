/* shim/frame_watch.hpp: finds the frames of any top-level widget through public Qt API alone. */
#ifndef PPQ_FRAME_WATCH_HPP
#define PPQ_FRAME_WATCH_HPP

#include "window_frames.hpp"

#include <QtCore/QHash>

#include <exception>

namespace ppq
{

class WatchMark;

/* Watches the top-level widget (its root) that a widget is in, wherever that moves, from an event
 * filter of the application. Each paint event becomes a zone "Class::paintEvent" of phase redraw.
 *
 * A filter sees events before they are delivered and has no "after". So it delivers the event
 * itself, by QCoreApplication::notify(), which leaves the event as it is, lets it pass the second
 * time, and reports it as handled. As the application's latest filter it hides the first pass
 * from all others; filters that the program adds to the application later see both. */
class FrameWatch : public QObject
{
    Q_OBJECT

public:
    /* widget is a top-level one now. The watch is the caller's, no child of a root: that may go
     * before or after it. Throws std::bad_alloc. */
    FrameWatch(QWidget *widget, bool counts_items);
    ~FrameWatch() override;

    pp_window *measured() const { return frames_.measured(); }
    QWidget *root() const { return frames_.root(); }

    void setListener(FrameListener *listener)
    {
        listener_ = listener;
        frames_.setListener(listener);
    }
    void setOverlay(OverlayPanel *panel) { frames_.setOverlay(panel); }

    bool eventFilter(QObject *receiver, QEvent *event) override;

    /* Somebody else over the same core times the paints from now on: this finds the frames. */
    void leavePaints() { leaves_paints_ = true; }

private:
    class Passing;

    void followRoot(QObject *receiver, const QEvent *event);
    void followWidget();
    void deliverFrame(QObject *receiver, QEvent *event);
    void deliverArmed(QObject *receiver, QEvent *event);
    void deliverPaint(QWidget *widget, QEvent *event);
    pp_site *siteOf(const QWidget *widget);

    const QPointer<QWidget> widget_; /* it was made for */
    QPointer<WatchMark> mark_;       /* on the root */
    WindowFrames frames_;
    FrameListener *listener_ = nullptr;
    QHash<const QMetaObject *, pp_site *> sites_;
    const QEvent *passing_ = nullptr; /* what this filter delivers at present */
    bool leaves_paints_ = false;
    std::exception_ptr thrown_; /* by a paint event of the frame, until Qt is done with it */
};

/* The watch of widget's window, or nullptr. */
FrameWatch *watchOf(const QWidget *widget);

} // namespace ppq

#endif
