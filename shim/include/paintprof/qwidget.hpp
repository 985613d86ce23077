/* paintprof/qwidget.hpp: frames, flush, overlay and CSV for any QWidget of your own. C++17.
 *
 *   MyPlot plot;
 *   paintprof::attach(&plot, {.overlay = ...});    in C++17: options o; o.csv = "frames.csv";
 *   plot.show();
 */
#ifndef PAINTPROF_QWIDGET_HPP
#define PAINTPROF_QWIDGET_HPP

#include <paintprof/paintprof.h>

#include <QtCore/QString>

class QWidget;

namespace paintprof
{

struct AttachOptions {
    pp_overlay_page overlay = PP_OVERLAY_OFF; // first page; PAINTPROF_OVERLAY overrides it
    QString csv;                              // a file for the frames, "-" standard output
    QString overlayKey = "Ctrl+Alt+F12";      // cycles the pages; empty: no key, as for the others
    QString freezeKey = "Ctrl+Alt+F11";       // the overlay stands still, or goes on
    QString resetKey = "Ctrl+Alt+F10";        // forgets the overlay's numbers
    QString cornerKey = "Ctrl+Alt+F9";        // moves the overlay to the next corner
    QString recordKey = "Ctrl+Alt+F8";        // frames to paintprof-frames-PID-N.csv, or stop
    bool ownSession = true;                   // starts a session if none runs
};

class Attachment;

// Measures widget's window and times the paint events of all widgets in it as redraw (zones inside
// are charged to their own phases). Opens the gate when an overlay or a CSV is asked for. One
// attachment per window: a second call returns the first. The attachment is owned by the window;
// detach() it, or delete the widget or the window, in any order.
// Returns nullptr on failure, with pp_last_error(). GUI thread. Since: 0.1
PP_API Attachment *attach(QWidget *widget, const AttachOptions &options = {});

// Ends the measuring that attach() began and closes its CSV. nullptr is allowed. GUI thread.
PP_API void detach(Attachment *attachment);

// The controls of an attachment. GUI thread. Since: 0.1
PP_API void setOverlayPage(Attachment *attachment, pp_overlay_page page);
PP_API void setRecording(Attachment *attachment, bool on); // as recordKey
PP_API pp_window *measuredWindow(Attachment *attachment);

// Its overlay, for the functions of paintprof/overlay.h; call overlayChanged() after them.
// Lifetime: that of the attachment.
PP_API pp_overlay *overlay(Attachment *attachment);
PP_API void overlayChanged(Attachment *attachment);

// Asks for widget's repaint and notes when, so that a frame delayed by a handler is told apart.
PP_API void update(QWidget *widget);

} // namespace paintprof

#endif
