/* charts/graphics_items.cpp: two QGraphicsItems for each gap, a rectangle and a path. Without axes.
 * The view is told to repaint all at once: left alone it paints twice for each move. */
#include "chart_peer.hpp"

#include <QtGui/QPainterPath>
#include <QtGui/QPen>
#include <QtWidgets/QGraphicsItem>
#include <QtWidgets/QGraphicsScene>
#include <QtWidgets/QGraphicsView>
#include <QtWidgets/QScrollBar>

#include <cmath>

namespace
{

constexpr int margin_px = 100; /* for the view to move in */

QPainterPath arrowPath(bool up)
{
    const double base = up ? CHART_ARROW_HEIGHT : -CHART_ARROW_HEIGHT;
    QPainterPath path;
    path.moveTo(0, 0);
    path.lineTo(-CHART_ARROW_HALF_WIDTH, base);
    path.lineTo(CHART_ARROW_HALF_WIDTH, base);
    path.closeSubpath();
    return path;
}

class Items : public ChartPeer
{
public:
    explicit Items(size_t count) : count_(count), view_(&scene_)
    {
        scene_.setSceneRect(-margin_px, 0, CHART_WIDTH + 2 * margin_px, CHART_HEIGHT);
        scene_.setBackgroundBrush(Qt::black);
        view_.setFrameShape(QFrame::NoFrame);
        view_.setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        view_.setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        view_.setViewportUpdateMode(QGraphicsView::FullViewportUpdate);
    }

    QWidget &window() override { return view_; }

    void pan(double part) override
    {
        QScrollBar *bar = view_.horizontalScrollBar();
        const int value = bar->minimum() + margin_px + static_cast<int>(part * double(CHART_WIDTH));
        if (bar->value() == value) /* the first frame: nothing moves */
            view_.viewport()->update();
        bar->setValue(value);
    }

    void createGaps() override
    {
        const QPainterPath up = arrowPath(true), down = arrowPath(false);
        const QPen pen(Qt::green, 0);
        const QBrush fill(QColor(0, 255, 0, 96)), solid(Qt::green);
        for (size_t i = 0; i < count_; i++) {
            const chart_gap gap = chart_gap_at(i, count_);
            const QRectF box = boxOf(gap);
            scene_.addRect(box, pen, fill);
            const QPointF tip(box.center().x(), gap.up ? box.bottom() + 2 : box.top() - 2);
            scene_.addPath(gap.up ? up : down, Qt::NoPen, solid)->setPos(tip);
        }
    }

    void removeGaps() override { scene_.clear(); }
    double last() const override { return chart_gap_at(count_ - 1, count_).y; }

private:
    static QRectF boxOf(const chart_gap &gap)
    {
        const double scale_x = double(CHART_WIDTH) / CHART_GAPS_X,
                     scale_y = double(CHART_HEIGHT) / 2.0;
        const double height = CHART_GAP_HEIGHT * scale_y;
        return {gap.x * scale_x, (1 - gap.y) * scale_y - height, CHART_GAP_WIDTH * scale_x, height};
    }

    size_t count_;
    QGraphicsScene scene_;
    QGraphicsView view_;
};

std::unique_ptr<ChartPeer> make(const ChartTask &task)
{
    if (!task.gaps || task.variant != "items")
        return nullptr;
    return std::make_unique<Items>(task.count);
}

} // namespace

int main(int argc, char **argv)
{
    return runChartPeer(argc, argv, qVersion(), make);
}
