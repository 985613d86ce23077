/* shim/window_frames.hpp: what the events of a top-level widget mean for its frames. */
#ifndef PPQ_WINDOW_FRAMES_HPP
#define PPQ_WINDOW_FRAMES_HPP

#include <paintprof/window.h>
#include <paintprof/zone.h>

#include <QtCore/QObject>
#include <QtCore/QPointer>
#include <QtGui/QScreen>
#include <QtWidgets/QWidget>

class QEvent;
class QRegion;
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

    /* Around the paint of one widget in a frame, on its way from a FrameWatch. */
    virtual void widgetBegins(QWidget *) {}
    virtual void widgetEnded(QWidget *) {}
};

/* What an event is to a watched window. */
enum class FrameEvent {
    None,
    Frame, /* a frame, if something is painted while it is handled */
    Armed, /* may paint, but mostly runs the program's own handlers: from its first paint on */
    Paint, /* a paint event of one of its widgets */
};

/* The frames of one top-level widget (its root): the outermost UpdateRequest of the root, or
 * Expose of its window, that paints something other than the overlay; also a Resize of the window,
 * from its first paint on. Knows what an event means, not how to deliver it: whoever does that
 * asks of() first and calls the functions below around the delivery. */
class WindowFrames
{
public:
    /* Throws std::bad_alloc. */
    WindowFrames(QWidget *root, bool counts_items);
    ~WindowFrames();
    WindowFrames(const WindowFrames &) = delete;
    WindowFrames &operator=(const WindowFrames &) = delete;

    pp_window *measured() const { return measured_; }
    QWidget *root() const { return root_; }
    void moveTo(QWidget *root);

    void setListener(FrameListener *listener) { listener_ = listener; }
    void setOverlay(OverlayPanel *panel);
    bool isOverlay(const QWidget *widget) const;
    pp_site *overlaySite() const { return overlay_site_; }

    FrameEvent of(QObject *receiver, const QEvent *event) const;
    bool ownsWindow(const QWindow *window) const;
    bool inFrame() const { return in_frame_; }

    /* Around a FrameEvent::Frame. What remains of a frame that ended with the root is nothing. */
    void begin();
    void end();

    /* Around a FrameEvent::Armed. */
    void arm() { armed_ = true; }
    void disarm();

    /* Around the paint of a widget that is not the overlay. */
    void paintBegins();
    void painted(uint64_t pixels);

    /* The root was resized: the overlay keeps its corner. */
    void resized();

private:
    FrameEvent ofWidget(QWidget *widget, const QEvent *event) const;
    void followScreen();

    QPointer<QWidget> root_;
    pp_window *measured_ = nullptr;
    FrameListener *listener_ = nullptr;
    QPointer<OverlayPanel> overlay_;
    pp_site *overlay_site_;
    QPointer<QScreen> screen_;
    QMetaObject::Connection rate_changes_;
    bool armed_ = false; /* the next paint begins a frame */
    bool in_frame_ = false;
    uint32_t painted_ = 0; /* paint events of the frame that are not the overlay's */
    uint64_t last_painted_ns_ = 0;
};

/* The widget whose class paints widget: the viewport of a scroll area is painted by the area. */
const QWidget *painterOf(const QWidget *widget);

/* Whether widget shows an overlay, ours or that of another copy of this code. */
bool isOverlayPanel(const QWidget *widget);

/* How many device pixels of widget a paint event asks for. */
uint64_t paintedPixels(const QWidget *widget, const QRegion &region);

} // namespace ppq

#endif
