/* charts/qtcharts.cpp: a QLineSeries of Qt Charts, painted or by its own OpenGL. */
#include "chart_peer.hpp"

#include <QtCharts/QChart>
#include <QtCharts/QChartView>
#include <QtCharts/QLineSeries>
#include <QtCharts/QValueAxis>
#include <QtGui/QPen>

namespace
{

class Charts : public ChartPeer
{
public:
    Charts(size_t count, bool opengl) : count_(double(count))
    {
        const ChartCurve curve(count);
        last_ = curve.y.back();
        QList<QPointF> points;
        points.reserve(static_cast<qsizetype>(count));
        for (size_t i = 0; i < count; i++)
            points.append(QPointF(double(i), curve.y[i]));
        auto *series = new QLineSeries; /* the chart's, as the axes */
        series->setUseOpenGL(opengl);
        series->setPen(QPen(Qt::blue, 0));
        series->replace(points);
        auto *chart = new QChart; /* the view's */
        auto *y = new QValueAxis;
        x_ = new QValueAxis;
        chart->legend()->hide();
        chart->addAxis(x_, Qt::AlignBottom);
        chart->addAxis(y, Qt::AlignLeft);
        x_->setRange(0, count_);
        y->setRange(curve.low, curve.high);
        chart->addSeries(series);
        series->attachAxis(x_);
        series->attachAxis(y);
        view_.setChart(chart);
    }

    QWidget &window() override { return view_; }

    void pan(double part) override { x_->setRange(part * count_, (1 + part) * count_); }

    double last() const override { return last_; }

private:
    double count_, last_;
    QChartView view_;
    QValueAxis *x_;
};

std::unique_ptr<ChartPeer> make(const ChartTask &task)
{
    if (task.gaps || (task.variant != "painted" && task.variant != "opengl"))
        return nullptr;
    return std::make_unique<Charts>(task.count, task.variant == "opengl");
}

} // namespace

int main(int argc, char **argv)
{
    return runChartPeer(argc, argv, qVersion(), make);
}
