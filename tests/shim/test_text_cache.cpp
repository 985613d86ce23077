/* tests/shim/test_text_cache.cpp: no text is shaped again that did not change: a chart that pans,
 * and one over which the cursor moves. Compiled with the canvas itself, whose cache counts. */
#include "../../shim/painter.hpp"

#include <paintprof/error.h>
#include <paintprof/scene.h>

#include <QtGui/QPainter>
#include <QtTest/QtTest>

#include <stdexcept>

namespace
{

constexpr int width_px = 1280, height_px = 720;

/* The sample of a chart: a day of minutes, drawn on an image. */
class Chart
{
public:
    Chart()
    {
        if (pp_series_generate(&series, 1440, 60, 1) != PP_OK)
            throw std::runtime_error(pp_last_error());
        view.plot = pp_chart_plot_rect(width_px, height_px, 1);
        pp_chart_fit(&view, series, 0, 1440);
    }
    ~Chart() { pp_series_destroy(series); }
    Chart(const Chart &) = delete;
    Chart &operator=(const Chart &) = delete;

    /* Draws axes and, with x >= 0, the crosshair; returns how many texts were shaped for it. */
    uint64_t draw(int x = -1, int y = -1)
    {
        const uint64_t before = cache.shapings();
        QPainter painter(&image);
        ppq::Canvas canvas(painter, cache, image.size(), 1, image.rect());
        pp_chart_draw_axes(&canvas, &view);
        if (x >= 0)
            pp_chart_draw_crosshair(&canvas, &view, series, x, y);
        return cache.shapings() - before;
    }

    ppq::CanvasCache cache;
    QImage image = QImage(width_px, height_px, QImage::Format_RGB32);
    pp_series *series = nullptr;
    pp_view view = {};
};

} // namespace

class TestTextCache : public QObject
{
    Q_OBJECT

private slots:
    void a_chart_drawn_again_shapes_nothing();
    void a_pan_shapes_only_the_labels_that_come_into_sight();
    void an_idle_crosshair_shapes_nothing_and_a_moving_one_only_what_it_says_anew();
};

void TestTextCache::a_chart_drawn_again_shapes_nothing()
{
    Chart chart;
    QVERIFY(chart.draw() > 5);
    QCOMPARE(chart.draw(), uint64_t(0));
    QCOMPARE(chart.draw(), uint64_t(0));
}

void TestTextCache::a_pan_shapes_only_the_labels_that_come_into_sight()
{
    Chart chart;
    const uint64_t all = chart.draw();
    uint64_t shaped = 0;
    constexpr int frames = 200;
    for (int i = 0; i < frames; ++i) {
        pp_view_pan(&chart.view, -3, 0);
        shaped += chart.draw();
    }
    /* 600 pixels to the left bring half a day: some labels of hours, and a date. */
    QVERIFY2(shaped <= all, qPrintable(QString::number(shaped)));
    for (int i = 0; i < frames; ++i)
        pp_view_pan(&chart.view, 3, 0);
    QCOMPARE(chart.draw(), uint64_t(0));
}

void TestTextCache::an_idle_crosshair_shapes_nothing_and_a_moving_one_only_what_it_says_anew()
{
    Chart chart;
    chart.draw(600, 300);
    QCOMPARE(chart.draw(600, 300), uint64_t(0));
    /* Another price on the axis: one text; the row and its date are the same. */
    QVERIFY(chart.draw(600, 301) <= 1);
    QCOMPARE(chart.draw(600, 300), uint64_t(0));
    /* Another row: its date twice, four prices and a change. */
    QVERIFY(chart.draw(640, 300) <= 7);
}

QTEST_MAIN(TestTextCache)
#include "test_text_cache.moc"
