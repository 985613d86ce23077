/* shim/view.hpp: the QGraphicsView behind ppq_view, as its groups and items see it. */
#ifndef PPQ_VIEW_HPP
#define PPQ_VIEW_HPP

#include "callbacks.hpp"
#include "floating.hpp"
#include "gl_canvas.hpp"
#include "gpu_timer.hpp"
#include "gpu_widget.hpp"
#include "measuring_canvas.hpp"
#include "painter.hpp"

#include <paintprof/qt.h>

#include <QtGui/QRegion>
#include <QtWidgets/QGraphicsItem>
#include <QtWidgets/QGraphicsScene>
#include <QtWidgets/QGraphicsView>

#include <exception>
#include <memory>
#include <optional>

namespace ppq
{

/* An item that only carries others. */
class Carrier final : public QGraphicsItem
{
public:
    explicit Carrier(QGraphicsItem *parent = nullptr) : QGraphicsItem(parent)
    {
        setFlag(ItemHasNoContents);
    }
    QRectF boundingRect() const override { return {}; }
    void paint(QPainter *, const QStyleOptionGraphicsItem *, QWidget *) override {}
};

} // namespace ppq

/* Scene units are logical pixels of the viewport; everything below root() is in device pixels.
 *
 * Qt repaints nothing by itself here (NoViewportUpdate): with its own tracking, a pan asks once at
 * the change and once more from a queued call, and paints every item twice. Whoever changes
 * something calls ask(); all that was asked becomes one frame. */
struct ppq_view final : public QGraphicsView {
public:
    /* Throws std::bad_alloc. */
    ppq_view(ppq_window &window, const ppq_callbacks *callbacks);
    ~ppq_view() override;

    int setRenderer(ppq_renderer renderer);
    ppq_renderer renderer() const { return renderer_; }

    QGraphicsItem *root() { return &root_; }

    /* Asks for the repaint of a part, of everything. */
    void ask(pp_rect rect_px);
    void askAll();

    /* The items that float, and the repaint of a part (device pixels) that only they ask for. */
    ppq::FloatingLayer &floating() { return floating_; }
    void askFloating(const QRegion &area_px);

    /* A canvas on which text can be measured at any time. */
    pp_canvas *measuringCanvas();

    /* Runs paint on the canvas of the present pass. */
    void paintItem(pp_paint_fn paint, void *user);

protected:
    bool viewportEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void drawBackground(QPainter *painter, const QRectF &rect) override;
    void drawForeground(QPainter *painter, const QRectF &rect) override;
    void scrollContentsBy(int, int) override {}

private:
    void installViewport(QWidget *viewport);
    void switchViewport();
    void followGeometry();
    void askLogical(const QRect &logical);
    std::unique_ptr<ppq::GpuTimer> timerOf(QWidget *viewport);
    void askQt(const QRegion &logical);
    bool isWindowPaint(const QPainter &painter) const;
    void paintFloating(const ppq::WindowSurface *surface, bool alone);
    bool repaintFloatingAlone();
    pp_canvas *resumedCanvas();

    ppq_window &window_;
    ppq::Callbacks callbacks_;    /* declared early: destroy runs after the scene is gone */
    ppq::FloatingLayer floating_; /* outlives its items, too */
    ppq::MeasuringCanvas measuring_;
    QGraphicsScene scene_;
    ppq::Carrier root_;
    ppq_renderer renderer_ = PPQ_RASTER; /* what was asked for last */
    bool on_opengl_ = false;             /* what the viewport is */
    int viewport_events_ = 0;            /* being delivered */
    QRegion asked_;                      /* for the next paint, logical */
    QSize size_px_;
    double ratio_ = 0;

    std::unique_ptr<ppq::GpuTimer> gpu_timer_; /* of an OpenGL viewport */
    /* Of the pass that runs now: one of them. */
    std::optional<ppq::Canvas> canvas_;
    std::optional<ppq::GlCanvas> gl_canvas_;
    QRect dirty_px_;
    std::exception_ptr thrown_; /* the first that an item threw in it */
};

#endif
