/* tests/shim/test_gl_charts.cpp: OpenGL draws the charts that raster draws (ctest label "xvfb"). */
#include "gl_chart.hpp"

#include <cmath>

class TestGlCharts : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        if (QGuiApplication::platformName() == "offscreen")
            QSKIP("no OpenGL widgets on this platform");
    }
    void charts_are_the_same_at_every_zoom_data();
    void charts_are_the_same_at_every_zoom();
    void wide_and_smooth_lines_are_the_same_data();
    void wide_and_smooth_lines_are_the_same();
    void a_chart_follows_new_rows_and_ticks();
    void a_floating_crosshair_moves_over_the_same_picture();
    void items_of_gaps_are_the_same();
};

void TestGlCharts::charts_are_the_same_at_every_zoom_data()
{
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("style");
    QTest::addColumn<int>("gaps");
    for (const int rows : {100000, 300, 20}) {
        for (const int style : {PP_CURVE_LINE, PP_CURVE_STEP, PP_CURVE_OHLC, PP_CURVE_CANDLES}) {
            QTest::addRow("%d rows, style %d", rows, style) << rows << style << 40000;
        }
    }
    for (const int style :
         {PP_CURVE_LINE, PP_CURVE_STEP, PP_CURVE_OHLC}) /* which so many gaps would hide */
        QTest::addRow("100000 rows, style %d, no gaps", style) << 100000 << style << 0;
}

/* Panned up and down too, as prices move when the rows in sight do. */
void TestGlCharts::charts_are_the_same_at_every_zoom()
{
    QFETCH(int, rows);
    QFETCH(int, style);
    QFETCH(int, gaps);
    Chart chart(100000, size_t(gaps));
    chart.look.style = pp_curve_style(style);
    const size_t first = rows == 100000 ? 0 : 50000;
    chart.show(first, first + size_t(rows));
    GlPair pair([&chart](pp_canvas *canvas) { chart.paint(canvas); });
    const auto edges = [](const QImage &a, const QImage &b) { return differing(a, b, 60); };
    QCOMPARE_LE(pair.update(edges, 3 * EDGES), 3 * EDGES);
    QCOMPARE_LE(pair.update(shapes, EDGES), EDGES);
    pp_view_pan(&chart.view, -23, 0);
    QCOMPARE_LE(pair.update(shapes, EDGES), EDGES);
    for (const double part : {0.31, 5.74, -17.5, 190.25}) {
        pp_view_pan(&chart.view, part, part / 3);
        const double limit = gaps > rows / 10 && rows > 300 ? MERGED : PANNED;
        QCOMPARE_LE(pair.update(covered, limit), limit);
    }
}

void TestGlCharts::wide_and_smooth_lines_are_the_same_data()
{
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("style");
    QTest::addColumn<double>("width");
    QTest::addColumn<bool>("smooth");
    for (const int rows : {2, 30, 5000}) {
        for (const int style : {PP_CURVE_LINE, PP_CURVE_STEP}) {
            for (const double width : {1.0, 2.0, 5.0}) {
                for (const bool smooth : {false, true}) {
                    QTest::addRow("%d rows, style %d, width %g%s", rows, style, width,
                                  smooth ? ", smooth" : "")
                        << rows << style << width << smooth;
                }
            }
        }
    }
}

void TestGlCharts::wide_and_smooth_lines_are_the_same()
{
    QFETCH(int, rows);
    QFETCH(int, style);
    QFETCH(double, width);
    QFETCH(bool, smooth);
    Chart chart(5000, 0);
    chart.look = {pp_curve_style(style), width, smooth};
    chart.show(size_t(5000 - rows), 5000);
    GlPair pair([&chart](pp_canvas *canvas) { chart.paint(canvas); });
    QCOMPARE_LE(pair.update(shapes, EDGES), EDGES);
    for (const double part : {-23.0, 5.74}) {
        pp_view_pan(&chart.view, part, part / 3);
        QCOMPARE_LE(pair.update(covered, PANNED), PANNED);
    }
}

void TestGlCharts::a_chart_follows_new_rows_and_ticks()
{
    for (const size_t rows : {size_t{60}, size_t{5000}}) {
        Chart chart(rows, 20);
        chart.show(0, rows);
        GlPair pair([&chart](pp_canvas *canvas) { chart.paint(canvas); });
        QCOMPARE_LE(pair.update(shapes, EDGES), EDGES);
        chart.view.x1 += (chart.view.x1 - chart.view.x0) * 0.2;
        for (int i = 0; i < 4; ++i) {
            pp_ohlc row = chart.lastRow();
            row.close = row.high += 0.02 * (chart.view.y1 - chart.view.y0);
            QCOMPARE(pp_series_update_last(chart.series, &row), int(PP_OK));
            QCOMPARE_LE(pair.update(shapes, PANNED), PANNED);
            row.time_s += 60;
            QCOMPARE(pp_series_append(chart.series, &row, 1), int(PP_OK));
            const pp_gap gap = {row.time_s - 60, row.time_s, row.low, row.high};
            QCOMPARE(pp_gaps_add(&chart.gaps, &gap, 1), int(PP_OK));
            QCOMPARE_LE(pair.update(shapes, PANNED), PANNED);
        }
    }
}

/* Raster puts back what was under it, OpenGL draws all: the first picture again in the end. */
void TestGlCharts::a_floating_crosshair_moves_over_the_same_picture()
{
    struct Cross {
        const Chart *chart;
        int x, y;
    };
    Chart chart(5000, 100);
    chart.show(0, 5000);
    Cross cross = {&chart, 0, 0};
    GlPair pair([&chart](pp_canvas *canvas) { chart.paint(canvas); });
    const pp_paint_fn paint = [](void *canvas, void *user) {
        const Cross &at = *static_cast<const Cross *>(user);
        pp_chart_draw_crosshair(static_cast<pp_canvas *>(canvas), &at.chart->view, at.chart->series,
                                at.x, at.y);
    };
    ppq_view *const views[] = {pair.raster.view, pair.opengl.view};
    ppq_item *items[2] = {};
    for (int i = 0; i < 2; ++i) {
        QCOMPARE(ppq_item_create(&items[i], views[i], nullptr, ppq_bounds{}, 1, paint, &cross),
                 int(PP_OK));
        QCOMPARE(ppq_item_set_floating(items[i], true), int(PP_OK));
    }
    QCOMPARE_LE(pair.update(shapes, EDGES), EDGES);
    const QImage without = pair.raster.picture();
    const int raster_paints = pair.raster.paints;
    const pp_rect plot = chart.view.plot;
    for (int step = 1; step <= 6; ++step) {
        const QImage raster_before = pair.raster.picture(), opengl_before = pair.opengl.picture();
        cross.x = plot.x + plot.w * step / 7;
        cross.y = plot.y + plot.h * (step * 3 % 7) / 7;
        for (int i = 0; i < 2; ++i) {
            pp_rect area[PP_CROSSHAIR_RECTS_MAX];
            const size_t count =
                pp_chart_crosshair_area(ppq_view_measuring_canvas(views[i]), &chart.view,
                                        chart.series, cross.x, cross.y, area);
            ppq_item_set_area(items[i], area, count);
        }
        QTRY_VERIFY(pair.raster.picture() != raster_before);
        QTRY_VERIFY(pair.opengl.picture() != opengl_before);
        QCOMPARE_LE(pair.settled(shapes, EDGES), EDGES);
        QVERIFY(differing(pair.opengl.picture(), without, 40) > EDGES);
    }
    QCOMPARE(pair.raster.paints, raster_paints);
    for (ppq_item *item : items)
        ppq_item_set_area(item, nullptr, 0);
    QTRY_COMPARE(differing(pair.raster.picture(), without, 0), 0.0);
    QCOMPARE_LE(pair.settled(shapes, EDGES), EDGES);
}

void TestGlCharts::items_of_gaps_are_the_same()
{
    Chart chart(3000, 600);
    chart.show(1000, 1400);
    GlPair pair([&chart](pp_canvas *canvas) {
        chart.paint(canvas);
        for (size_t i = 0; i < chart.gaps.size; ++i)
            pp_gap_draw(canvas, &chart.view, &chart.gaps.items[i]);
    });
    QCOMPARE_LE(pair.update(shapes, EDGES), EDGES);
}

int main(int argc, char **argv)
{
    return runGlTest<TestGlCharts>(argc, argv);
}

#include "test_gl_charts.moc"
