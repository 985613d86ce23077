/* shim/frame_watch.hpp: finds the frames of any top-level widget through public Qt API alone. */
#ifndef PPQ_FRAME_WATCH_HPP
#define PPQ_FRAME_WATCH_HPP

#include <paintprof/window.h>
#include <paintprof/zone.h>

#include <QtCore/QHash>
#include <QtCore/QObject>
#include <QtCore/QPointer>
#include <QtGui/QScreen>

#include <exception>

class QEvent;
class QWidget;
class QWindow;

namespace ppq
{

class OverlayPanel;

/* What wants to know of a window's frames: before the first paint, and after the flush, which
 * runs from the end of the last paint. */
class FrameListener
{
public:
    virtual ~FrameListener() = default;
    virtual void frameBegins() = 0;
    virtual void frameEnded(uint64_t flush_start_ns, uint64_t end_ns) = 0;
};

/* Watches one top-level widget (its root) from an event filter of the application. A frame is the
 * outermost UpdateRequest of the root, or Expose of its window, that paints something other than
 * the overlay; also a Resize of the window, from its first paint on. Each paint event becomes a
 * zone "Class::paintEvent" of phase redraw.
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
    ~FrameWatch() override;

    pp_window *measured() const { return measured_; }
    QWidget *root() const { return root_; }

    void setListener(FrameListener *listener) { listener_ = listener; }
    void setOverlay(OverlayPanel *panel);

    bool eventFilter(QObject *receiver, QEvent *event) override;

private:
    class Passing;

    bool takeWidgetEvent(QWidget *widget, QEvent *event);
    bool takeWindowEvent(QWindow *window, QEvent *event);
    bool ownsWindow(const QWindow *window) const;
    void moveToRoot(QWidget *root);
    void deliverFrame(QObject *receiver, QEvent *event);
    void deliverArmed(QObject *receiver, QEvent *event);
    void beginFrame();
    void endFrame();
    void deliverPaint(QWidget *widget, QEvent *event);
    void contentPaintBegins();
    void contentPainted(uint64_t pixels);
    pp_site *siteOf(const QWidget *widget);
    void followScreen();

    QPointer<QWidget> root_;
    pp_window *measured_ = nullptr;
    FrameListener *listener_ = nullptr;
    QPointer<OverlayPanel> overlay_;
    pp_site *overlay_site_;
    QPointer<QScreen> screen_;
    QHash<const QMetaObject *, pp_site *> sites_;
    const QEvent *passing_ = nullptr; /* what this filter delivers at present */
    bool armed_ = false;              /* the next paint begins a frame */
    bool in_frame_ = false;
    uint32_t painted_ = 0; /* paint events of the frame that are not the overlay's */
    uint64_t last_painted_ns_ = 0;
    std::exception_ptr thrown_; /* by a paint event of the frame, until Qt is done with it */
};

/* The watch of widget's window, or nullptr. */
FrameWatch *watchOf(const QWidget *widget);

} // namespace ppq

#endif
