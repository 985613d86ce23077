/* shim/overlay_host.hpp: the opaque panel that shows a pp_overlay above a window's content. */
#ifndef PPQ_OVERLAY_HOST_HPP
#define PPQ_OVERLAY_HOST_HPP

#include "painter.hpp"
#include "sink_link.hpp"

#include <paintprof/overlay.h>
#include <paintprof/zone.h>

#include <QtCore/QTimer>
#include <QtWidgets/QWidget>

namespace ppq
{

/* A child of the top-level widget, transparent for the mouse, that blits a picture of the overlay.
 *
 * Where the program repaints what is under the panel, Qt paints the panel on top, up to date, in
 * the same frame. The panel never asks for that: an opaque child would be cut out of the host's
 * clip, and a clip of several rectangles made a curve of 1,280 lines twice as slow (1.1 against
 * 2.2 ms). Only to refresh itself, at most four times a second, it becomes opaque for one update,
 * so that the host is not painted at all. An idle program is woken once. */
class OverlayPanel : public QWidget
{
    Q_OBJECT

public:
    OverlayPanel(QWidget *root, pp_overlay *overlay);

    /* Page, corner or freeze may have changed: places and repaints the panel. */
    void changed();

    /* Puts the panel where size, ratio and corner want it. */
    void place();

    /* The content that it covers is now root's. */
    void moveTo(QWidget *root);

    /* At the beginning of a frame: the panel may need another size. */
    void frameBegins();

    /* After a frame: arms the trailing refresh. */
    void frameEnded();

    pp_overlay *overlay() const { return overlay_; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    bool mustMove() const;
    void updatePicture();
    void blit(const QRegion &region);
    void updateAlone(const QRegion &region);
    void armRefresh();
    void refresh();
    void raiseAboveSiblings();
    QSize wantedSize(double ratio) const;

    pp_overlay *overlay_;
    pp_site *site_;
    SinkLink sink_;
    CanvasCache cache_;
    QTimer refresh_;
    double placed_ratio_ = 0;
    QSize placed_px_;      /* 0x0: off */
    QImage picture_;       /* of the whole panel, in device pixels */
    uint64_t version_ = 0; /* of picture_ */
    QRegion stale_;        /* where the screen shows an older picture */
};

} // namespace ppq

#endif
