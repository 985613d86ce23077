/* charts/qcustomplot.cpp: QCustomPlot with its adaptive sampling, as it is unless told otherwise,
 * and a thin line without antialiasing. */
#include "chart_peer.hpp"

#include <qcustomplot.h>

namespace
{

class CustomPlot : public ChartPeer
{
public:
    explicit CustomPlot(size_t count) : count_(double(count))
    {
        const ChartCurve curve(count);
        last_ = curve.y.back();
        QVector<double> x(static_cast<qsizetype>(count)), y(curve.y.begin(), curve.y.end());
        for (qsizetype i = 0; i < x.size(); i++)
            x[i] = double(i);
        QCPGraph *graph = plot_.addGraph();
        graph->setData(x, y, true);
        graph->setPen(QPen(Qt::blue, 0));
        graph->setAntialiased(false);
        plot_.yAxis->setRange(curve.low, curve.high);
    }

    QWidget &window() override { return plot_; }

    void pan(double part) override
    {
        plot_.xAxis->setRange(part * count_, (1 + part) * count_);
        plot_.replot(QCustomPlot::rpQueuedRefresh);
    }

    double last() const override { return last_; }

private:
    double count_, last_;
    QCustomPlot plot_;
};

std::unique_ptr<ChartPeer> make(const ChartTask &task)
{
    if (task.gaps || task.variant != "curve")
        return nullptr;
    return std::make_unique<CustomPlot>(task.count);
}

} // namespace

int main(int argc, char **argv)
{
    return runChartPeer(argc, argv, QCUSTOMPLOT_VERSION_STR, make);
}
