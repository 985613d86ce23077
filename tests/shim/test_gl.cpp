/* tests/shim/test_gl.cpp: the renderer of a view: refused off-screen, switched while it runs where
 * OpenGL can be shown (ctest label "xvfb"). */
#include "view_fixture.hpp"

#include <QtGui/QGuiApplication>

namespace
{

/* Lines, text, fills and a clip: what a chart draws. */
void paintScene(void *surface, void *)
{
    auto *canvas = static_cast<pp_canvas *>(surface);
    const pp_canvas_ops &ops = *canvas->ops;
    ops.fill_rects(canvas, &everywhere, 1, 0xff101820);
    const pp_rect boxes[] = {{20, 20, 60, 40}, {100, 31, 33, 57}};
    ops.fill_rects(canvas, boxes, 2, 0xff2060c0);
    ops.stroke_rects(canvas, boxes, 2, 0xffffc040);
    const pp_line lines[] = {{10, 200, 300, 200}, {150, 10, 150, 250}};
    ops.lines(canvas, lines, 2, 0xff40c060, 1);
    std::vector<pp_point> points;
    for (int x = 0; x < 300; ++x)
        points.push_back({x, 150 + (x * 7919) % 40});
    ops.polyline(canvas, points.data(), points.size(), 0xffe0e0e0, 1);
    const pp_triangle triangle = {{200, 40}, {240, 40}, {220, 80}};
    ops.triangles(canvas, &triangle, 1, 0xffc04040);
    ops.push_clip(canvas, {250, 100, 40, 40});
    ops.fill_rects(canvas, &everywhere, 1, 0xff8040c0);
    ops.pop_clip(canvas);
}

/* Sprites, translucent at their edges, enough of them to be one batch. */
void paintSprites(void *surface, void *)
{
    auto *canvas = static_cast<pp_canvas *>(surface);
    canvas->ops->fill_rects(canvas, &everywhere, 1, 0xff101820);
    static const std::vector<uint32_t> pixels = [] {
        std::vector<uint32_t> made(11 * 7, 0x80402010);
        for (size_t i = 2; i < 5; ++i)
            made[i * 11 + i] = 0xffc0ffee;
        return made;
    }();
    const pp_image image = {pixels.data(), 11, 7, 11, false, 1};
    std::vector<pp_fragment> fragments;
    for (int i = 0; i < 40; ++i)
        fragments.push_back({{i % 3, i % 2, 11 - i % 3, 7 - i % 2}, {7 * i + 1, (i * 31) % 200}});
    canvas->ops->fragments(canvas, &image, fragments.data(), fragments.size());
}

/* The share of pixels that differ by more than rounding. */
double difference(const QImage &one, const QImage &other)
{
    if (one.size() != other.size() || one.isNull())
        return 1;
    qsizetype differing = 0;
    for (int y = 0; y < one.height(); ++y) {
        for (int x = 0; x < one.width(); ++x) {
            const QRgb a = one.pixel(x, y), b = other.pixel(x, y);
            const int most = qMax(qAbs(qRed(a) - qRed(b)),
                                  qMax(qAbs(qGreen(a) - qGreen(b)), qAbs(qBlue(a) - qBlue(b))));
            differing += most > 8;
        }
    }
    return double(differing) / double(qsizetype(one.width()) * one.height());
}

} // namespace

class TestGl : public QObject
{
    Q_OBJECT

private slots:
    void off_screen_it_is_refused_with_a_message_and_nothing_changes();
    void switching_to_opengl_and_back_keeps_picture_and_items();
    void many_fragments_are_the_same_pixels_on_opengl();
    void input_works_on_either_renderer();
    void a_view_can_be_switched_before_it_is_shown();
    void a_mouse_callback_may_switch();
    void the_overlay_stays_above_the_view();
    void a_frame_on_opengl_is_one_frame_of_all_pixels();
    void an_exception_on_opengl_leaves_the_next_frame_right();

private:
    static bool canShowOpenGl() { return QGuiApplication::platformName() != "offscreen"; }
    static int switchTo(ViewFixture &fixture, ppq_renderer renderer)
    {
        const int failure = ppq_view_set_renderer(fixture.view, renderer);
        for (int round = 0; round < 5; ++round)
            fixture.settle(); /* software OpenGL takes its time */
        return failure;
    }
};

#define NEEDS_OPENGL()                                                                             \
    if (!canShowOpenGl())                                                                          \
    QSKIP("no OpenGL widgets on this platform")

void TestGl::off_screen_it_is_refused_with_a_message_and_nothing_changes()
{
    if (canShowOpenGl())
        QSKIP("OpenGL widgets can be shown on this platform");
    ViewFixture fixture;
    ppq_item *item = nullptr;
    QCOMPARE(ppq_item_create(&item, fixture.view, nullptr, {0, 0, 4000, 4000, 0}, 0, paintScene,
                             nullptr),
             int(PP_OK));
    fixture.show();
    const QImage before = fixture.picture();
    QWidget *const viewport = ViewFixture::viewport();
    pp_clear_error();
    QCOMPARE(ppq_view_set_renderer(fixture.view, PPQ_OPENGL), int(PP_ENOTSUP));
    QVERIFY(QByteArray(pp_last_error()).contains("offscreen"));
    QCOMPARE(ppq_view_renderer(fixture.view), PPQ_RASTER);
    QCOMPARE(ViewFixture::viewport(), viewport);
    fixture.settle();
    QCOMPARE(fixture.picture(), before);
}

void TestGl::switching_to_opengl_and_back_keeps_picture_and_items()
{
    NEEDS_OPENGL();
    ViewFixture fixture;
    ppq_item *item = nullptr;
    QCOMPARE(ppq_item_create(&item, fixture.view, nullptr, {0, 0, 4000, 4000, 0}, 0, paintScene,
                             nullptr),
             int(PP_OK));
    Box box({10, 100, 30, 30}, red);
    ppq_group *group = addGroup(fixture.view);
    ppq_group_set_clip(group, {15, 100, 20, 20});
    addItem(fixture.view, group, {10, 100, 30, 30, 0}, box);
    fixture.show();
    const QImage raster = fixture.picture();
    QVERIFY(!raster.isNull());

    QCOMPARE(switchTo(fixture, PPQ_OPENGL), int(PP_OK));
    QCOMPARE(ppq_view_renderer(fixture.view), PPQ_OPENGL);
    QVERIFY(ViewFixture::viewport()->inherits("QOpenGLWidget"));
    const QImage opengl = fixture.picture();
    QVERIFY2(difference(raster, opengl) < 0.02,
             qPrintable(QString::number(difference(raster, opengl))));
    QCOMPARE(areaOf(opengl, red), QRect(15, 100, 20, 20));

    QCOMPARE(switchTo(fixture, PPQ_RASTER), int(PP_OK));
    QVERIFY(!ViewFixture::viewport()->inherits("QOpenGLWidget"));
    QCOMPARE(fixture.picture(), raster);
}

void TestGl::many_fragments_are_the_same_pixels_on_opengl()
{
    NEEDS_OPENGL();
    ViewFixture fixture;
    ppq_item *item = nullptr;
    QCOMPARE(ppq_item_create(&item, fixture.view, nullptr, {0, 0, 4000, 4000, 0}, 0, paintSprites,
                             nullptr),
             int(PP_OK));
    fixture.show();
    const QImage raster = fixture.picture();
    QVERIFY(areaOf(raster, 0xffc0ffee).width() > 200);
    QCOMPARE(switchTo(fixture, PPQ_OPENGL), int(PP_OK));
    QCOMPARE(difference(raster, fixture.picture()), 0.0);
}

void TestGl::input_works_on_either_renderer()
{
    NEEDS_OPENGL();
    ViewFixture fixture;
    fixture.show();
    for (const ppq_renderer renderer : {PPQ_OPENGL, PPQ_RASTER}) {
        QCOMPARE(switchTo(fixture, renderer), int(PP_OK));
        fixture.told.mouse.clear();
        fixture.told.keys.clear();
        QTest::mouseClick(ViewFixture::viewport(), Qt::LeftButton, {}, QPoint(20, 30));
        QTest::keyClick(ViewFixture::viewport(), 'r');
        QVERIFY(!fixture.told.mouse.empty());
        QCOMPARE(fixture.told.mouse.back().x_px, 20 * fixture.ratio());
        QCOMPARE(fixture.told.keys.size(), size_t(1));
        QVERIFY(ViewFixture::viewport()->hasMouseTracking());
    }
}

void TestGl::a_view_can_be_switched_before_it_is_shown()
{
    NEEDS_OPENGL();
    ViewFixture fixture;
    Box background(everywhere, red);
    addItem(fixture.view, background);
    QCOMPARE(ppq_view_set_renderer(fixture.view, PPQ_OPENGL), int(PP_OK));
    fixture.show();
    fixture.settle();
    QVERIFY(background.paints > 0);
    QCOMPARE(fixture.picture().pixel(50, 50), red);
    QCOMPARE(fixture.told.width_px, qRound(400 * fixture.ratio()));
}

void TestGl::a_mouse_callback_may_switch()
{
    NEEDS_OPENGL();
    ppq_window *window = nullptr;
    ppq_view *view = nullptr;
    ppq_callbacks table = {};
    table.struct_size = sizeof table;
    table.user = &view;
    table.mouse = [](void *user, const ppq_mouse *mouse) {
        ppq_view *clicked = *static_cast<ppq_view **>(user);
        if (mouse->kind == PPQ_MOUSE_PRESS)
            ppq_view_set_renderer(clicked, ppq_view_renderer(clicked) == PPQ_RASTER ? PPQ_OPENGL
                                                                                    : PPQ_RASTER);
    };
    QCOMPARE(ppq_window_create(&window, "w", 1, 200, 100), int(PP_OK));
    QCOMPARE(ppq_view_create(&view, window, &table), int(PP_OK));
    Box background(everywhere, red);
    addItem(view, background);
    ppq_window_show(window);
    QVERIFY(QTest::qWaitForWindowExposed(ViewFixture::topLevel()));
    for (const ppq_renderer expected : {PPQ_OPENGL, PPQ_RASTER, PPQ_OPENGL}) {
        QTest::mouseClick(ViewFixture::viewport(), Qt::LeftButton, {}, QPoint(20, 30));
        QCOMPARE(ppq_view_renderer(view), expected);
        ViewFixture::settle();
        QCOMPARE(ViewFixture::viewport()->inherits("QOpenGLWidget"), expected == PPQ_OPENGL);
    }
    ppq_window_destroy(window);
}

void TestGl::the_overlay_stays_above_the_view()
{
    NEEDS_OPENGL();
    pp_overlay *overlay = nullptr;
    QCOMPARE(pp_overlay_create(&overlay, 0), int(PP_OK));
    pp_overlay_set_page(overlay, PP_OVERLAY_FULL);
    pp_overlay_set_corner(overlay, PP_CORNER_TOP_LEFT);
    {
        ViewFixture fixture;
        Box background(everywhere, red);
        addItem(fixture.view, background);
        fixture.show();
        const QPoint inside(40, 40);
        QCOMPARE(fixture.picture().pixel(inside), red);
        QCOMPARE(ppq_window_set_overlay(fixture.window, overlay), int(PP_OK));
        for (const ppq_renderer renderer : {PPQ_RASTER, PPQ_OPENGL, PPQ_RASTER}) {
            QCOMPARE(switchTo(fixture, renderer), int(PP_OK));
            ppq_view_update(fixture.view);
            fixture.settle();
            const QImage picture = fixture.picture();
            QTRY_VERIFY(fixture.picture().pixel(inside) != red);
            QCOMPARE(fixture.picture().pixel(picture.width() - 5, picture.height() - 5), red);
        }
    }
    pp_overlay_destroy(overlay);
}

void TestGl::a_frame_on_opengl_is_one_frame_of_all_pixels()
{
    NEEDS_OPENGL();
    pp_session *session = nullptr;
    QCOMPARE(pp_session_start(&session, nullptr), int(PP_OK));
    {
        ViewFixture fixture;
        Box background(everywhere, black), box({10, 10, 10, 10}, red);
        addItem(fixture.view, background, -1);
        addItem(fixture.view, box);
        fixture.show();
        QCOMPARE(switchTo(fixture, PPQ_OPENGL), int(PP_OK));
        pp_session_reset(session);
        background.paints = box.paints = 0;
        ppq_view_update_rect(fixture.view, {200, 200, 10, 10});
        fixture.settle();
        QTRY_COMPARE(background.paints, 1);
        QCOMPARE(box.paints, 1);
        fixture.settle();
        pp_frame frames[4];
        QCOMPARE(pp_session_frames(session, 0, frames, 4), size_t(1));
        QCOMPARE(frames[0].items_painted, 2);
        QCOMPARE(frames[0].dirty_px, int64_t(fixture.told.width_px) * fixture.told.height_px);
        QCOMPARE(fixture.picture().pixel(15, 15), red);
    }
    pp_session_stop(session);
}

void TestGl::an_exception_on_opengl_leaves_the_next_frame_right()
{
    NEEDS_OPENGL();
    ViewFixture fixture;
    Box background(everywhere, black);
    addItem(fixture.view, background, -1);
    bool armed = false;
    ppq_item *item = nullptr;
    const pp_paint_fn paint = [](void *, void *user) {
        if (*static_cast<bool *>(user))
            throw std::runtime_error("thrown on OpenGL");
    };
    QCOMPARE(ppq_item_create(&item, fixture.view, nullptr, {0, 0, 50, 50, 0}, 0, paint, &armed),
             int(PP_OK));
    fixture.show();
    QCOMPARE(switchTo(fixture, PPQ_OPENGL), int(PP_OK));
    armed = true;
    ppq_view_update(fixture.view);
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, QCoreApplication::sendPostedEvents());
    armed = false;
    background.color = red;
    ppq_view_update(fixture.view);
    fixture.settle();
    QTRY_COMPARE(fixture.picture().pixel(200, 200), red);
}

QTEST_MAIN(TestGl)
#include "test_gl.moc"
