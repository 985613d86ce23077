/* charts/qpainter.cpp: every point by QPainter::drawPolyline, with and without a clip rectangle.
 * Without axes. */
#include "chart_peer.hpp"

#include <QtCore/QPointF>
#include <QtGui/QPainter>
#include <QtGui/QPaintEvent>

#include <utility>

namespace
{

class PolylineWidget : public QWidget
{
public:
    PolylineWidget(size_t count, bool clips) : curve_(count), points_(count), clips_(clips)
    {
        setAttribute(Qt::WA_OpaquePaintEvent);
    }

    void pan(double part)
    {
        part_ = part;
        update();
    }

    const ChartCurve &curve() const { return curve_; }

protected:
    void paintEvent(QPaintEvent *) override
    {
        const double step = double(CHART_WIDTH) / double(points_.size());
        const double scale = height() / (curve_.high - curve_.low);
        const double left = -part_ * double(CHART_WIDTH);
        for (size_t i = 0; i < points_.size(); i++)
            points_[i] = QPointF(left + double(i) * step, (curve_.high - curve_.y[i]) * scale);
        QPainter painter(this);
        painter.fillRect(rect(), Qt::black);
        if (clips_)
            painter.setClipRect(rect());
        painter.setPen(QPen(Qt::cyan, 0));
        painter.drawPolyline(points_.data(), static_cast<int>(points_.size()));
    }

private:
    ChartCurve curve_;
    std::vector<QPointF> points_;
    bool clips_;
    double part_ = 0;
};

class Polyline : public ChartPeer
{
public:
    Polyline(size_t count, bool clips) : widget_(count, clips) {}

    QWidget &window() override { return widget_; }
    void pan(double part) override { widget_.pan(part); }
    double last() const override { return widget_.curve().y.back(); }

private:
    PolylineWidget widget_;
};

std::unique_ptr<ChartPeer> make(const ChartTask &task)
{
    if (task.gaps || (task.variant != "plain" && task.variant != "clip"))
        return nullptr;
    return std::make_unique<Polyline>(task.count, task.variant == "clip");
}

} // namespace

int main(int argc, char **argv)
{
    return runChartPeer(argc, argv, qVersion(), make);
}
