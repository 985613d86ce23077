/* tests/shim/test_canvas.cpp: every canvas operation, to the device pixel at every ratio. */
#include "canvas_fixture.hpp"

namespace
{

constexpr pp_font sans = {PP_FONT_SANS, 14, false};
constexpr pp_font mono = {PP_FONT_MONO, 14, false};

/* What draw leaves on black, as the window shows it. */
QImage drawn(const std::function<void(pp_canvas *)> &draw)
{
    CanvasFixture fixture;
    fixture.paint = [&draw](pp_canvas *canvas) {
        fillAll(canvas, black);
        draw(canvas);
    };
    fixture.show();
    return fixture.picture();
}

/* Exactly the pixels of region have that colour; the rest is black. */
void compareRegion(const QImage &image, const QRegion &region, QRgb color)
{
    QVERIFY(!image.isNull());
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            const QRgb wanted = region.contains(QPoint(x, y)) ? color : black;
            if (image.pixel(x, y) != wanted)
                QFAIL(qPrintable(QString("pixel %1,%2 is %3, not %4")
                                     .arg(x)
                                     .arg(y)
                                     .arg(image.pixel(x, y), 8, 16)
                                     .arg(wanted, 8, 16)));
        }
    }
}

/* The smallest rectangle around what is not black. */
QRect inkOf(const QImage &image)
{
    QRect ink;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            if (image.pixel(x, y) != black)
                ink |= QRect(x, y, 1, 1);
        }
    }
    return ink;
}

pp_text textAt(int x, int y, unsigned align, const char *utf8)
{
    return {{x, y}, align, utf8, std::strlen(utf8), 0xffffffff};
}

} // namespace

class TestCanvas : public QObject
{
    Q_OBJECT

private slots:
    void its_size_is_in_device_pixels();
    void rectangles_fill_exactly_their_pixels();
    void outlines_lie_inside_and_share_no_pixel();
    void axis_lines_draw_both_ends();
    void wide_axis_lines_are_as_wide_as_asked();
    void thin_oblique_lines_draw_both_ends();
    void a_polyline_touches_every_point();
    void an_upright_segment_covers_its_column_and_parts_of_its_ends();
    void a_wide_segment_is_as_wide_as_asked();
    void triangles_fill_their_inside();
    void clips_nest_and_end();
    void an_unbalanced_clip_ends_with_the_paint();
    void fragments_copy_pixels();
    void an_image_that_changed_is_drawn_as_it_is_now();
    void translucent_colours_blend();
    void text_stands_where_it_is_aligned();
    void text_width_is_that_of_the_ink_and_its_sides();
    void the_same_text_is_drawn_the_same_again();
    void monospaced_digits_are_as_wide_as_another();
    void text_that_is_no_utf8_is_harmless();
    void a_partial_repaint_leaves_the_rest();
    void a_screenshot_is_what_was_shown_and_counts_nothing();
    void a_screenshot_replaces_the_file_whole_or_not_at_all();
};

void TestCanvas::its_size_is_in_device_pixels()
{
    CanvasFixture fixture;
    int width_px = 0, height_px = 0;
    double ratio = 0;
    fixture.paint = [&](pp_canvas *canvas) {
        width_px = canvas->width_px;
        height_px = canvas->height_px;
        ratio = canvas->ratio;
    };
    fixture.show();
    QCOMPARE(ratio, ppq_window_ratio(fixture.window));
    QCOMPARE(width_px, qRound(fixture_width * ratio));
    QCOMPARE(height_px, qRound(fixture_height * ratio));
    QCOMPARE(fixture.width_px, width_px);
    QCOMPARE(fixture.picture().size(), QSize(width_px, height_px));
}

void TestCanvas::rectangles_fill_exactly_their_pixels()
{
    const pp_rect rects[] = {{0, 0, 1, 1}, {3, 5, 7, 11}, {51, 33, 100, 1}, {399, 299, 1, 1}};
    const QImage image = drawn([&](pp_canvas *canvas) {
        canvas->ops->fill_rects(canvas, rects, 3, red);
        canvas->ops->fill_rects(canvas, rects + 3, 1, red);
    });
    QRegion region;
    for (const pp_rect &r : rects)
        region += QRect(r.x, r.y, r.w, r.h);
    compareRegion(image, region, red);
}

void TestCanvas::outlines_lie_inside_and_share_no_pixel()
{
    const pp_rect rects[] = {{11, 13, 21, 17}, {61, 13, 2, 9}, {71, 13, 1, 1}, {81, 13, 3, 3}};
    const QImage image =
        drawn([&](pp_canvas *canvas) { canvas->ops->stroke_rects(canvas, rects, 4, 0x80ff0000); });
    QRegion region;
    for (const pp_rect &r : rects) {
        const QRect outer(r.x, r.y, r.w, r.h);
        region += QRegion(outer) - outer.adjusted(1, 1, -1, -1);
    }
    compareRegion(image, region, image.pixel(11, 13));
    QVERIFY(image.pixel(11, 13) != black);
}

void TestCanvas::axis_lines_draw_both_ends()
{
    const pp_line lines[] = {{10, 20, 30, 20}, {50, 40, 50, 25}, {7, 7, 7, 7}};
    const QImage image =
        drawn([&](pp_canvas *canvas) { canvas->ops->lines(canvas, lines, 3, green, 1); });
    const QRegion region = QRegion(10, 20, 21, 1) + QRegion(50, 25, 1, 16) + QRegion(7, 7, 1, 1);
    compareRegion(image, region, green);
}

void TestCanvas::wide_axis_lines_are_as_wide_as_asked()
{
    const pp_line lines[] = {{10, 20, 30, 20}, {50, 25, 50, 40}};
    const QImage image =
        drawn([&](pp_canvas *canvas) { canvas->ops->lines(canvas, lines, 2, green, 3); });
    compareRegion(image, QRegion(10, 19, 21, 3) + QRegion(49, 25, 3, 16), green);
}

void TestCanvas::thin_oblique_lines_draw_both_ends()
{
    const pp_line line = {20, 30, 27, 37};
    const QImage image =
        drawn([&](pp_canvas *canvas) { canvas->ops->lines(canvas, &line, 1, green, 1); });
    QRegion diagonal;
    for (int i = 0; i <= 7; ++i)
        diagonal += QRect(20 + i, 30 + i, 1, 1);
    compareRegion(image, diagonal, green);
}

void TestCanvas::a_polyline_touches_every_point()
{
    const pp_point points[] = {{10, 10}, {20, 15}, {30, 90}, {41, 12}};
    for (int width_px : {1, 3}) {
        const QImage image = drawn(
            [&](pp_canvas *canvas) { canvas->ops->polyline(canvas, points, 4, green, width_px); });
        for (const pp_point &point : points)
            QVERIFY(qGreen(image.pixel(point.x, point.y)) > 128);
        QCOMPARE(image.pixel(200, 200), black);
    }
}

/* Twelve pixels in full, a quarter of one before and a half of one after. */
void TestCanvas::an_upright_segment_covers_its_column_and_parts_of_its_ends()
{
    const pp_segment segment = {20.5F, 29.75F, 20.5F, 42.5F};
    const QImage image =
        drawn([&](pp_canvas *canvas) { canvas->ops->segments(canvas, &segment, 1, green, 1); });
    QCOMPARE(inkOf(image), QRect(20, 29, 1, 14));
    for (int y = 30; y < 42; ++y)
        QCOMPARE(image.pixel(20, y), green);
    QVERIFY(std::abs(qGreen(image.pixel(20, 29)) - 64) <= 2);
    QVERIFY(std::abs(qGreen(image.pixel(20, 42)) - 128) <= 2);
}

/* Its pixels add up to its area, level, upright or oblique. */
void TestCanvas::a_wide_segment_is_as_wide_as_asked()
{
    const pp_segment segments[] = {
        {20, 30, 60, 30}, {20.25F, 30.5F, 20.25F, 70.5F}, {20, 30, 44, 62}};
    for (const pp_segment &segment : segments) {
        for (const float width_px : {1.5F, 2.0F, 5.0F}) {
            const QImage image = drawn([&](pp_canvas *canvas) {
                canvas->ops->segments(canvas, &segment, 1, green, width_px);
            });
            double covered = 0;
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x)
                    covered += qGreen(image.pixel(x, y)) / 255.0;
            }
            QVERIFY2(std::abs(covered - 40 * double(width_px)) < 0.03 * 40 * double(width_px),
                     qPrintable(QString::number(covered)));
        }
    }
}

void TestCanvas::triangles_fill_their_inside()
{
    const pp_triangle triangle = {{20, 20}, {60, 20}, {40, 60}};
    const QImage image =
        drawn([&](pp_canvas *canvas) { canvas->ops->triangles(canvas, &triangle, 1, blue); });
    QCOMPARE(image.pixel(40, 30), blue);
    QVERIFY(QRect(19, 19, 43, 43).contains(inkOf(image)));
    QVERIFY(inkOf(image).contains(QRect(22, 21, 36, 34)));
}

void TestCanvas::clips_nest_and_end()
{
    const QImage image = drawn([](pp_canvas *canvas) {
        canvas->ops->push_clip(canvas, {10, 10, 100, 100});
        canvas->ops->push_clip(canvas, {0, 0, 20, 20});
        fillAll(canvas, red);
        canvas->ops->pop_clip(canvas);
        const pp_rect right = {100, 100, 50, 50};
        canvas->ops->fill_rects(canvas, &right, 1, red);
        canvas->ops->pop_clip(canvas);
        const pp_rect outside = {200, 200, 5, 5};
        canvas->ops->fill_rects(canvas, &outside, 1, red);
    });
    compareRegion(
        image, QRegion(10, 10, 10, 10) + QRegion(100, 100, 10, 10) + QRegion(200, 200, 5, 5), red);
}

void TestCanvas::an_unbalanced_clip_ends_with_the_paint()
{
    CanvasFixture fixture;
    fixture.paint = [](pp_canvas *canvas) {
        canvas->ops->pop_clip(canvas);
        fillAll(canvas, blue);
        canvas->ops->push_clip(canvas, {0, 0, 1, 1});
    };
    fixture.show();
    fixture.frame();
    QCOMPARE(fixture.picture().pixel(200, 200), blue);
}

void TestCanvas::fragments_copy_pixels()
{
    std::vector<uint32_t> pixels(16 * 16, 0xff112233);
    pixels[16 + 1] = red;
    const pp_image image = {pixels.data(), 10, 10, 16, true, 1};
    const pp_fragment fragments[] = {{{1, 1, 4, 3}, {30, 40}}, {{0, 0, 2, 10}, {51, 41}}};
    const QImage shown =
        drawn([&](pp_canvas *canvas) { canvas->ops->fragments(canvas, &image, fragments, 2); });
    QCOMPARE(shown.pixel(30, 40), red);
    QCOMPARE(shown.pixel(33, 42), 0xff112233);
    QCOMPARE(shown.pixel(34, 42), black);
    QCOMPARE(shown.pixel(33, 43), black);
    QCOMPARE(shown.pixel(52, 42), red);
    QCOMPARE(shown.pixel(52, 50), 0xff112233);
}

void TestCanvas::an_image_that_changed_is_drawn_as_it_is_now()
{
    std::vector<uint32_t> pixels(100, red);
    pp_image image = {pixels.data(), 10, 10, 10, true, 1};
    const pp_fragment whole = {{0, 0, 10, 10}, {5, 5}};
    CanvasFixture fixture;
    fixture.paint = [&](pp_canvas *canvas) { canvas->ops->fragments(canvas, &image, &whole, 1); };
    fixture.show();
    QCOMPARE(fixture.picture().pixel(7, 7), red);
    std::fill(pixels.begin(), pixels.end(), blue);
    ++image.version;
    fixture.frame();
    QCOMPARE(fixture.picture().pixel(7, 7), blue);
}

void TestCanvas::translucent_colours_blend()
{
    const pp_rect rect = {10, 10, 5, 5};
    const QImage image =
        drawn([&](pp_canvas *canvas) { canvas->ops->fill_rects(canvas, &rect, 1, 0x80ffffff); });
    QCOMPARE(qRed(image.pixel(12, 12)), 0x80);
}

void TestCanvas::text_stands_where_it_is_aligned()
{
    const auto ink = [](unsigned align) {
        const pp_text text = textAt(200, 150, align, "H0H");
        return inkOf(drawn([&](pp_canvas *canvas) { canvas->ops->texts(canvas, sans, &text, 1); }));
    };
    const QRect baseline = ink(PP_ALIGN_LEFT | PP_ALIGN_BASELINE);
    QVERIFY(baseline.left() >= 200 && baseline.left() <= 203);
    QVERIFY(std::abs(baseline.bottom() - 149) <= 1);
    const QRect center = ink(PP_ALIGN_CENTER | PP_ALIGN_MIDDLE);
    QVERIFY(std::abs(center.center().x() - 200) <= 1);
    QVERIFY(std::abs(center.center().y() - 150) <= 1);
    const QRect right = ink(PP_ALIGN_RIGHT | PP_ALIGN_TOP);
    QVERIFY(right.right() < 200 && right.right() >= 196);
    QVERIFY(right.top() >= 150);
    QVERIFY(ink(PP_ALIGN_LEFT | PP_ALIGN_BOTTOM).bottom() < 150);
}

void TestCanvas::text_width_is_that_of_the_ink_and_its_sides()
{
    int width_px = 0, empty_px = -1;
    const pp_text text = textAt(50, 50, PP_ALIGN_LEFT | PP_ALIGN_BASELINE, "WWWWWW");
    const QImage image = drawn([&](pp_canvas *canvas) {
        width_px = canvas->ops->text_width(canvas, sans, text.utf8, text.size_bytes);
        empty_px = canvas->ops->text_width(canvas, sans, "", 0);
        canvas->ops->texts(canvas, sans, &text, 1);
    });
    QCOMPARE(empty_px, 0);
    QVERIFY(std::abs(width_px - inkOf(image).width()) <= 3);
}

void TestCanvas::the_same_text_is_drawn_the_same_again()
{
    CanvasFixture fixture;
    const pp_text text = textAt(20, 40, PP_ALIGN_LEFT | PP_ALIGN_BASELINE, "12.34 ms – é");
    fixture.paint = [&text](pp_canvas *canvas) {
        fillAll(canvas, black);
        canvas->ops->texts(canvas, sans, &text, 1);
    };
    fixture.show();
    const QImage first = fixture.picture();
    fixture.paint = [](pp_canvas *canvas) {
        for (int i = 0; i < 5000; ++i) { /* more than are kept */
            const QByteArray number = QByteArray::number(i);
            const pp_text label = textAt(0, 9, 0, number.constData());
            canvas->ops->texts(canvas, sans, &label, 1);
        }
    };
    fixture.frame();
    fixture.paint = [&text](pp_canvas *canvas) {
        fillAll(canvas, black);
        canvas->ops->texts(canvas, sans, &text, 1);
    };
    fixture.frame();
    QCOMPARE(fixture.picture(), first);
}

void TestCanvas::monospaced_digits_are_as_wide_as_another()
{
    drawn([](pp_canvas *canvas) {
        const int wide = canvas->ops->text_width(canvas, mono, "00000000", 8);
        QCOMPARE(canvas->ops->text_width(canvas, mono, "11111111", 8), wide);
        QCOMPARE(canvas->ops->text_width(canvas, mono, "1 .,-+%m", 8), wide);
    });
}

void TestCanvas::text_that_is_no_utf8_is_harmless()
{
    const char bytes[] = {'a', '\xff', '\xc3', '\0', '\xe2', '\x82'};
    const pp_text text = {{20, 40}, 0, bytes, sizeof bytes, 0xffffffff};
    const QImage image =
        drawn([&](pp_canvas *canvas) { canvas->ops->texts(canvas, sans, &text, 1); });
    QVERIFY(!inkOf(image).isEmpty());
}

void TestCanvas::a_partial_repaint_leaves_the_rest()
{
    CanvasFixture fixture;
    fixture.paint = [](pp_canvas *canvas) { fillAll(canvas, red); };
    fixture.show();
    fixture.paint = [](pp_canvas *canvas) { fillAll(canvas, blue); };
    ppq_canvas_update_rect(fixture.canvas, {30, 60, 90, 30});
    settle();
    const QImage image = fixture.picture();
    QCOMPARE(image.pixel(30, 60), blue);
    QCOMPARE(image.pixel(119, 89), blue);
    QCOMPARE(image.pixel(29, 60), red);
    QCOMPARE(image.pixel(120, 89), red);
}

void TestCanvas::a_screenshot_is_what_was_shown_and_counts_nothing()
{
    CanvasFixture fixture;
    fixture.paint = [](pp_canvas *canvas) { fillAll(canvas, red); };
    fixture.show();
    Frames frames;
    fixture.paints = 0;
    fixture.paint = [](pp_canvas *canvas) { fillAll(canvas, blue); };
    QCOMPARE(fixture.picture().pixel(9, 9), red);
    settle();
    QCOMPARE(fixture.paints, 0);
    QCOMPARE(frames.seen.size(), size_t{0});
    fixture.frame();
    QCOMPARE(fixture.picture().pixel(9, 9), blue);
    QCOMPARE(frames.seen.size(), size_t{1});
    QCOMPARE(frames.seen[0].items_painted, int64_t{0});
}

void TestCanvas::a_screenshot_replaces_the_file_whole_or_not_at_all()
{
    CanvasFixture fixture;
    const QTemporaryDir directory;
    const QByteArray path = directory.filePath("w.png").toLocal8Bit();
    QCOMPARE(ppq_window_screenshot(fixture.window, path.constData()), int{PP_ENOTSUP});
    fixture.show();
    QCOMPARE(ppq_window_screenshot(fixture.window, "/nowhere/w.png"), int{PP_EIO});
    QVERIFY(QByteArray(pp_last_error()).contains("/nowhere/w.png"));
    QCOMPARE(ppq_window_screenshot(fixture.window, path.constData()), int{PP_OK});
    QCOMPARE(QDir(directory.path()).entryList(QDir::Files), QStringList{"w.png"});
}

QTEST_MAIN(TestCanvas)
#include "test_canvas.moc"
