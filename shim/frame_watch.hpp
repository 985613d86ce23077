/* shim/frame_watch.hpp: finds the frames of any top-level widget through public Qt API alone. */
#ifndef PPQ_FRAME_WATCH_HPP
#define PPQ_FRAME_WATCH_HPP

#include "window_frames.hpp"

#include <QtCore/QHash>

#include <exception>

namespace ppq
{

/* Watches one top-level widget (its root) from an event filter of the application. Each paint
 * event becomes a zone "Class::paintEvent" of phase redraw.
 *
 * A filter sees events before they are delivered and has no "after". So it delivers the event
 * itself, by QCoreApplication::notify(), which leaves the event as it is, lets it pass the second
 * time, and reports it as handled. As the application's latest filter it hides the first pass
 * from all others; filters that the program adds to the application later see both. */
class FrameWatch : public QObject
{
    Q_OBJECT

public:
    /* The watch is a child of root. Throws std::bad_alloc. */
    FrameWatch(QWidget *root, bool counts_items);

    pp_window *measured() const { return frames_.measured(); }
    QWidget *root() const { return frames_.root(); }

    void setListener(FrameListener *listener) { frames_.setListener(listener); }
    void setOverlay(OverlayPanel *panel) { frames_.setOverlay(panel); }

    bool eventFilter(QObject *receiver, QEvent *event) override;

private:
    class Passing;

    void followRoot(QObject *receiver, const QEvent *event);
    void deliverFrame(QObject *receiver, QEvent *event);
    void deliverArmed(QObject *receiver, QEvent *event);
    void deliverPaint(QWidget *widget, QEvent *event);
    pp_site *siteOf(const QWidget *widget);

    WindowFrames frames_;
    QHash<const QMetaObject *, pp_site *> sites_;
    const QEvent *passing_ = nullptr; /* what this filter delivers at present */
    std::exception_ptr thrown_;       /* by a paint event of the frame, until Qt is done with it */
};

/* The watch of widget's window, or nullptr. */
FrameWatch *watchOf(const QWidget *widget);

} // namespace ppq

#endif
