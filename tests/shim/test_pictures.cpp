/* tests/shim/test_pictures.cpp: curves of each style and gaps, to the device pixel at every ratio,
 * as golden images: all rows, some hundred and a few below each other, without text, so that no
 * font matters. PAINTPROF_UPDATE_GOLDEN=1 writes the images anew: look at them before they are
 * committed. */
#include "canvas_fixture.hpp"

#include <paintprof/chart.h>
#include <paintprof/gap.h>

#include <memory>

namespace
{

constexpr int picture_width = 380, picture_height = 270;
constexpr int zooms = 3, row_count = 20000;
constexpr double day_s = 86400;

/* The last rows shown of each zoom. */
constexpr size_t shown_rows[zooms] = {row_count, 300, 12};

struct NamedLook {
    const char *name;
    pp_curve_look look;
};

const NamedLook looks[] = {
    {"line", {PP_CURVE_LINE, 0, false}},      {"line-smooth", {PP_CURVE_LINE, 0, true}},
    {"line-wide", {PP_CURVE_LINE, 3, false}}, {"line-wide-smooth", {PP_CURVE_LINE, 2.5, true}},
    {"step", {PP_CURVE_STEP, 0, false}},      {"step-smooth", {PP_CURVE_STEP, 0, true}},
    {"step-wide", {PP_CURVE_STEP, 3, false}}, {"step-wide-smooth", {PP_CURVE_STEP, 2.5, true}},
    {"ohlc", {PP_CURVE_OHLC, 0, false}},      {"candles", {PP_CURVE_CANDLES, 0, false}},
};

struct DestroySeries {
    void operator()(pp_series *series) const { pp_series_destroy(series); }
};
using Series = std::unique_ptr<pp_series, DestroySeries>;

/* Daily rows; some of the last are breaks. */
Series makeSeries()
{
    pp_series *generated = nullptr, *series = nullptr;
    if (pp_series_generate(&generated, row_count, day_s, 11) || pp_series_create(&series))
        throw std::runtime_error(pp_last_error());
    const Series source(generated);
    Series made(series);
    const pp_columns c = pp_series_columns(generated);
    for (size_t i = 0; i < c.size; ++i) {
        const bool is_break = i % 40 == 33 || i + 5 == c.size;
        const pp_ohlc row = {c.time_s[i], c.open[i], c.high[i], c.low[i],
                             is_break ? qQNaN() : c.close[i]};
        if (pp_series_append(series, &row, 1))
            throw std::runtime_error(pp_last_error());
    }
    return made;
}

/* One between most rows, too narrow for a label. */
void fillGaps(pp_gaps *gaps, const pp_columns &c)
{
    for (size_t i = 0; i + 1 < c.size; ++i) {
        if (i % 3 == 1 || qIsNaN(c.close[i]) || qIsNaN(c.close[i + 1]))
            continue;
        const pp_gap gap = {c.time_s[i], c.time_s[i] + day_s / 4, c.close[i], c.close[i + 1]};
        if (pp_gaps_add(gaps, &gap, 1))
            throw std::runtime_error(pp_last_error());
    }
}

pp_view viewOf(const pp_series *series, int zoom)
{
    pp_view view = {};
    view.plot = {5, 4 + zoom * 90, 370, 82};
    pp_chart_fit(&view, series, row_count - shown_rows[zoom], row_count);
    return view;
}

/* The device pixels of the part that is compared. */
QImage pictureOf(const pp_series *series,
                 const std::function<void(pp_canvas *, const pp_view *)> &draw)
{
    CanvasFixture fixture;
    fixture.paint = [&](pp_canvas *canvas) {
        fillAll(canvas, pp_theme_dark.background);
        for (int zoom = 0; zoom < zooms; ++zoom) {
            const pp_view view = viewOf(series, zoom);
            canvas->ops->fill_rects(canvas, &view.plot, 1, pp_theme_dark.plot);
            draw(canvas, &view);
        }
    };
    fixture.show();
    return fixture.picture().copy(0, 0, picture_width, picture_height);
}

void compareGolden(const QImage &picture, const QString &name)
{
    const QString path = QStringLiteral(PP_SOURCE_DIR "/tests/golden/pictures/%1@%2.png")
                             .arg(name, qEnvironmentVariable("QT_SCALE_FACTOR", "1"));
    QCOMPARE(picture.size(), QSize(picture_width, picture_height));
    if (qEnvironmentVariable("PAINTPROF_UPDATE_GOLDEN") == "1") {
        QVERIFY2(picture.save(path), qPrintable(path));
        return;
    }
    const QImage golden = QImage(path).convertToFormat(QImage::Format_RGB32);
    QVERIFY2(!golden.isNull(), qPrintable(path + ": missing"));
    if (golden == picture)
        return;
    const QString actual = QDir::temp().filePath(name + ".actual.png");
    picture.save(actual);
    for (int y = 0; y < picture_height; ++y) {
        for (int x = 0; x < picture_width; ++x) {
            if (golden.pixel(x, y) != picture.pixel(x, y))
                QFAIL(qPrintable(QString("%1: pixel %2,%3 is %4, not %5; see %6")
                                     .arg(path)
                                     .arg(x)
                                     .arg(y)
                                     .arg(picture.pixel(x, y), 8, 16)
                                     .arg(golden.pixel(x, y), 8, 16)
                                     .arg(actual)));
        }
    }
}

} // namespace

class TestPictures : public QObject
{
    Q_OBJECT

private slots:
    void a_curve_looks_as_ever_data();
    void a_curve_looks_as_ever();
    void gaps_look_as_ever();
    void a_gap_alone_looks_like_one_of_many();
};

void TestPictures::a_curve_looks_as_ever_data()
{
    QTest::addColumn<int>("index");
    for (int i = 0; i < int(std::size(looks)); ++i)
        QTest::newRow(looks[i].name) << i;
}

void TestPictures::a_curve_looks_as_ever()
{
    QFETCH(int, index);
    const Series series = makeSeries();
    const QImage picture = pictureOf(series.get(), [&](pp_canvas *canvas, const pp_view *view) {
        pp_chart_draw_curve(canvas, view, series.get(), &looks[index].look);
    });
    compareGolden(picture, looks[index].name);
}

void TestPictures::gaps_look_as_ever()
{
    const Series series = makeSeries();
    pp_gaps gaps = {};
    fillGaps(&gaps, pp_series_columns(series.get()));
    const QImage picture = pictureOf(series.get(), [&](pp_canvas *canvas, const pp_view *view) {
        pp_gaps_draw(canvas, view, &gaps);
    });
    pp_gaps_clear(&gaps);
    compareGolden(picture, "gaps");
}

void TestPictures::a_gap_alone_looks_like_one_of_many()
{
    const Series series = makeSeries();
    pp_gaps gaps = {};
    const pp_columns c = pp_series_columns(series.get());
    for (size_t i = row_count - 11; i + 1 < row_count; i += 3) {
        const pp_gap gap = {c.time_s[i], c.time_s[i] + day_s / 4, 20, 22.0 - double(i % 2) * 5};
        QCOMPARE(pp_gaps_add(&gaps, &gap, 1), PP_OK);
    }
    const auto draw_all = [&](pp_canvas *canvas, const pp_view *view) {
        if (view->plot.y > 180)
            pp_gaps_draw(canvas, view, &gaps);
    };
    const auto draw_each = [&](pp_canvas *canvas, const pp_view *view) {
        for (size_t i = 0; view->plot.y > 180 && i < gaps.size; ++i)
            pp_gap_draw(canvas, view, &gaps.items[i]);
    };
    const QImage all = pictureOf(series.get(), draw_all), each = pictureOf(series.get(), draw_each);
    pp_gaps_clear(&gaps);
    QVERIFY(all == each);
}

QTEST_MAIN(TestPictures)
#include "test_pictures.moc"
