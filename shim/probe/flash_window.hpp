/* shim/probe/flash_window.hpp: the layer above a window in which what was repainted is outlined. */
#ifndef PPQ_FLASH_WINDOW_HPP
#define PPQ_FLASH_WINDOW_HPP

#include "flash_outlines.hpp"

#include <paintprof/zone.h>

#include <QtCore/QPointer>
#include <QtCore/QTimer>
#include <QtGui/QRasterWindow>

namespace ppq
{

/* A window of its own, as large as its host and right above it, that takes neither focus nor input
 * and shows nothing but outlines: the host and its pixels are not touched. On X11 its mask leaves
 * only the outlines of it, so that it needs no compositor; elsewhere it is translucent. While
 * nothing is outlined it is idle and all clear. */
class FlashWindow : public QRasterWindow
{
    Q_OBJECT

public:
    /* Of a host that is shown. GUI thread. */
    explicit FlashWindow(QWindow *host);

    QWindow *host() const { return host_; }

    /* rect of the host, in its logical pixels, was repainted for cost_ns. */
    void painted(const QRect &rect, uint64_t cost_ns);

    /* What was painted so far is to be seen now. */
    void frameEnded();

    /* The host was moved or resized, or shows and hides itself. */
    void follow();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    bool place();
    void show(const QRegion &region);
    void fade();

    const QPointer<QWindow> host_;
    FlashOutlines outlines_;
    QRegion shown_; /* where outlines were drawn last */
    QTimer fading_;
    pp_site *const site_;
};

} // namespace ppq

#endif
