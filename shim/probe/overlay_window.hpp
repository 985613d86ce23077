/* shim/probe/overlay_window.hpp: the overlay of a window in which no widget can stand. */
#ifndef PPQ_OVERLAY_WINDOW_HPP
#define PPQ_OVERLAY_WINDOW_HPP

#include "../painter.hpp"
#include "../sink_link.hpp"

#include <paintprof/overlay.h>
#include <paintprof/zone.h>

#include <QtCore/QPointer>
#include <QtCore/QTimer>
#include <QtGui/QRasterWindow>

#include <memory>

namespace ppq
{

/* A small window of its own above a Quick, OpenGL or raster window, transient for it, which takes
 * neither focus nor input. Where the window system refuses that it is a free window. */
class OverlayWindow : public QRasterWindow
{
    Q_OBJECT

public:
    /* number is a pp_window_number(). Throws std::bad_alloc. */
    OverlayWindow(QWindow *host, uint32_t number);
    ~OverlayWindow() override;

    void setPage(pp_overlay_page page);
    void setNote(const char *text); /* nullptr: none */
    void reset();

    /* After a frame of the host: shows it, a few times a second. */
    void frameEnded();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void place();
    void refresh();

    struct Destroy {
        void operator()(pp_overlay *overlay) const { pp_overlay_destroy(overlay); }
    };
    const QPointer<QWindow> host_;
    std::unique_ptr<pp_overlay, Destroy> overlay_;
    pp_site *const site_;
    std::unique_ptr<SinkLink> sink_;
    CanvasCache cache_;
    QTimer refresh_;
    QSize size_px_;
};

} // namespace ppq

#endif
