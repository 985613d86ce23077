/* tests/shim/test_gl_canvas.cpp: OpenGL draws the shapes that raster draws (ctest label "xvfb"). */
#include "gl_chart.hpp"

#include <QtGui/QOpenGLContext>

class TestGlCanvas : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        if (QGuiApplication::platformName() == "offscreen")
            QSKIP("no OpenGL widgets on this platform");
    }
    void the_context_is_the_one_that_was_asked_for();
    void rectangles_outlines_and_straight_lines_are_the_same_pixels();
    void oblique_lines_and_triangles_are_the_same_but_for_their_edges();
    void segments_are_the_same_but_for_their_edges();
    void texts_are_the_same_pixels();
    void more_texts_than_there_is_room_for_are_all_drawn();
    void images_are_the_same_pixels_and_follow_their_version();
    void clips_cut_the_same_pixels();
    void a_clip_of_a_group_cuts_its_items();
    void a_mesh_that_changes_within_a_frame_is_drawn_as_it_was_each_time();
    void a_mesh_is_drawn_as_its_shapes_would_be();
    void switching_many_times_leaves_the_picture_right();
    void a_window_that_moves_into_another_gets_its_picture_again();
    void an_item_that_throws_leaves_the_next_frame_right();
};

void TestGlCanvas::the_context_is_the_one_that_was_asked_for()
{
    GlPair pair([](pp_canvas *canvas) { fillAll(canvas, red); });
    QVERIFY(pair.update(places, EXACT) <= EXACT);
    QVERIFY(pair.opengl.openGl());
    const QOpenGLContext *context = pair.opengl.openGl()->context();
    QCOMPARE(context->isOpenGLES(), wantsEs());
    if (wantsEs()) {
        QVERIFY(context->format().version() >= qMakePair(3, 0));
    } else {
        QVERIFY(context->format().version() >= qMakePair(3, 3));
        QCOMPARE(context->format().profile(), QSurfaceFormat::CoreProfile);
    }
    QCOMPARE(pair.opengl.picture().pixel(10, 10), red);
}

/* ---- Shapes ------------------------------------------------------------------------------ */

static void paintStraight(pp_canvas *canvas)
{
    const pp_canvas_ops &ops = *canvas->ops;
    fillAll(canvas, 0xff101820);
    const pp_rect boxes[] = {{20, 20, 60, 40}, {100, 31, 33, 57}, {110, 40, 50, 50},
                             {3, 3, 1, 1},     {5, 3, 2, 9},      {-20, 200, 300, 2000},
                             {200, -5, 7, 20}, {0, 0, 0, 9},      {50, 50, -3, 4}};
    ops.fill_rects(canvas, boxes, 5, 0xff2060c0);
    ops.fill_rects(canvas, boxes, 9, 0x602060c0);
    ops.stroke_rects(canvas, boxes, 7, 0x80ffc040);
    for (int width = 1; width < 6; ++width) {
        const int x = 200 + 12 * width;
        const pp_line lines[] = {{x, 30, x, 60}, {x + 60, 90, x, 90}, {x, 100, x, 100}};
        ops.lines(canvas, lines, 3, 0xc040c060, width);
    }
}

void TestGlCanvas::rectangles_outlines_and_straight_lines_are_the_same_pixels()
{
    GlPair pair(paintStraight);
    QCOMPARE_LE(pair.update(places, EXACT), EXACT);
}

static void paintOblique(pp_canvas *canvas)
{
    const pp_canvas_ops &ops = *canvas->ops;
    fillAll(canvas, 0xff101820);
    std::vector<pp_point> points;
    for (int x = 0; x < 300; x += 7)
        points.push_back({x, 150 + (x * 7919) % 40});
    for (int width = 1; width < 4; ++width) {
        ops.polyline(canvas, points.data(), points.size(), 0xffe0e0e0, width);
        for (pp_point &point : points)
            point.y += 45;
    }
    for (int angle = 0; angle < 36; ++angle) {
        const double turn = angle * M_PI / 18;
        const pp_line line = {120, 80, 120 + int(70 * std::cos(turn)),
                              80 + int(70 * std::sin(turn))};
        ops.lines(canvas, &line, 1, 0xff60d0ff, 1 + angle % 3);
    }
    const pp_triangle triangles[] = {{{200, 40}, {240, 40}, {220, 80}},
                                     {{250, 20}, {246, 25}, {254, 25}},
                                     {{300, 90}, {260, 60}, {310, 30}}};
    ops.triangles(canvas, triangles, 3, 0xffc04040);
}

void TestGlCanvas::oblique_lines_and_triangles_are_the_same_but_for_their_edges()
{
    GlPair pair(paintOblique);
    const auto edges = [](const QImage &a, const QImage &b) { return differing(a, b, 60); };
    QCOMPARE_LE(pair.update(edges, EDGES), EDGES);
    QCOMPARE_LE(pair.update(shapes, EDGES), EDGES);
}

static void paintSegments(pp_canvas *canvas)
{
    fillAll(canvas, 0xff101820);
    for (int i = 0; i < 30; ++i) {
        const float turn = float(i) * 0.2094f, width = 1 + float(i % 4) * 0.8f;
        const pp_segment segment = {150.5f, 120.25f, 150.5f + 100 * std::cos(turn),
                                    120.25f + 100 * std::sin(turn)};
        canvas->ops->segments(canvas, &segment, 1, 0xff60d0ff, width);
    }
}

void TestGlCanvas::segments_are_the_same_but_for_their_edges()
{
    GlPair pair(paintSegments);
    const auto edges = [](const QImage &a, const QImage &b) { return differing(a, b, 70); };
    QCOMPARE_LE(pair.update(edges, EDGES), EDGES);
}

/* ---- Texts and images -------------------------------------------------------------------- */

static void paintTexts(pp_canvas *canvas)
{
    fillAll(canvas, 0xff12171f);
    const std::array<const char *, 4> words = {"3500", "Wäg 2,5 %", "fji|_g", "2020-11-24 09:30"};
    const std::array<pp_color, 4> colors = {0xffa9b4c2, 0xffffffff, 0x80ff8040, 0xff40ff80};
    for (int i = 0; i < 48; ++i) {
        const char *word = words[size_t(i) % 4];
        const pp_text text = {{40 + i % 6 * 55, 20 + i / 6 * 30},
                              unsigned(i % 3) | unsigned(i / 3 % 4) << 2,
                              word,
                              std::strlen(word),
                              colors[size_t(i) / 4 % 4]};
        const pp_font font = {i % 5 ? PP_FONT_SANS : PP_FONT_MONO, 9 + i % 9, i % 7 == 0};
        canvas->ops->texts(canvas, font, &text, 1);
    }
}

void TestGlCanvas::texts_are_the_same_pixels()
{
    GlPair pair(paintTexts);
    QCOMPARE_LE(pair.update(places, EXACT), EXACT);
    QCOMPARE_LE(pair.update(places, EXACT), EXACT); /* and again, from the atlas */
}

/* Each frame thousands of texts that no frame had before, more than the atlas holds. */
void TestGlCanvas::more_texts_than_there_is_room_for_are_all_drawn()
{
    int frame = 0;
    GlPair pair([&frame](pp_canvas *canvas) {
        fillAll(canvas, 0xff12171f);
        for (int i = 0; i < 400; ++i) {
            const QByteArray word = "text " + QByteArray::number(frame * 1000 + i) + " of many";
            const pp_text text = {{i % 4 * 170, 10 + i / 4 * 5},
                                  PP_ALIGN_LEFT,
                                  word.constData(),
                                  size_t(word.size()),
                                  0xffffffff};
            canvas->ops->texts(canvas, {PP_FONT_SANS, 30, false}, &text, 1);
        }
    });
    for (; frame < 3; ++frame)
        QCOMPARE_LE(pair.update(places, EXACT), EXACT);
}

void TestGlCanvas::images_are_the_same_pixels_and_follow_their_version()
{
    std::vector<uint32_t> pixels(40 * 30);
    std::vector<std::vector<uint32_t>> many(20, std::vector<uint32_t>(8 * 8));
    uint64_t version = 1;
    for (size_t i = 0; i < many.size(); ++i)
        std::fill(many[i].begin(), many[i].end(), 0xff000000 | uint32_t(i * 12 + 10) * 0x10101);
    GlPair pair([&](pp_canvas *canvas) {
        fillAll(canvas, 0xff203040);
        const pp_image image = {pixels.data(), 40, 30, 40, false, version};
        const pp_fragment parts[] = {{{0, 0, 40, 30}, {20, 20}}, {{5, 6, 7, 8}, {100, 50}}};
        canvas->ops->fragments(canvas, &image, parts, 2);
        for (size_t i = 0; i < many.size(); ++i) {
            const pp_image each = {many[i].data(), 8, 8, 8, true, 1};
            const pp_fragment part = {{0, 0, 8, 8}, {10 + int(i) * 12, 100}};
            canvas->ops->fragments(canvas, &each, &part, 1);
        }
    });
    for (; version < 4; ++version) {
        for (size_t i = 0; i < pixels.size(); ++i) { /* premultiplied */
            const uint32_t alpha = uint32_t(i * 5 * version % 256);
            const uint32_t part = alpha * uint32_t(i % 7) / 7;
            pixels[i] = alpha << 24 | part << 16 | (alpha - part) << 8 | part / 2;
        }
        QCOMPARE_LE(pair.update(places, EXACT), EXACT);
    }
}

/* ---- Clips ------------------------------------------------------------------------------- */

static void paintClipped(pp_canvas *canvas)
{
    const pp_canvas_ops &ops = *canvas->ops;
    fillAll(canvas, 0xff101820);
    ops.pop_clip(canvas); /* one too many: nothing to take away */
    ops.push_clip(canvas, {50, 40, 200, 150});
    fillAll(canvas, 0xff8040c0);
    ops.push_clip(canvas, {100, 0, 60, 100});
    fillAll(canvas, 0xff40c080);
    const pp_text text = {{80, 60}, PP_ALIGN_LEFT, "cut on both sides", 17, 0xffffffff};
    ops.texts(canvas, {PP_FONT_SANS, 20, false}, &text, 1);
    ops.push_clip(canvas, {300, 300, 10, 10});
    fillAll(canvas, red);
    ops.pop_clip(canvas);
    ops.pop_clip(canvas);
    const pp_rect box = {10, 100, 400, 10};
    ops.fill_rects(canvas, &box, 1, 0x80ffffff);
    ops.pop_clip(canvas);
    const pp_rect low = {10, 120, 400, 10};
    ops.fill_rects(canvas, &low, 1, 0x80ffffff);
    ops.push_clip(canvas, {0, 0, 5, 5}); /* left open: the next item begins anew */
}

void TestGlCanvas::clips_cut_the_same_pixels()
{
    GlPair pair(paintClipped);
    QCOMPARE_LE(pair.update(places, EXACT), EXACT);
}

void TestGlCanvas::a_clip_of_a_group_cuts_its_items()
{
    GlPair pair(paintClipped);
    std::vector<std::unique_ptr<Box>> boxes;
    for (ppq_view *view : {pair.raster.view, pair.opengl.view}) {
        ppq_group *group = addGroup(view);
        ppq_group_set_clip(group, {60, 60, 77, 91});
        ppq_group_set_transform(group, 0.25, -8, -3.9e8, 700);
        for (int i = 0; i < 5; ++i) {
            boxes.push_back(
                std::make_unique<Box>(pp_rect{40 + 30 * i, 50 + 20 * i, 45, 30}, 0xff00a0ff));
            addItem(view, group, {1.56e9 + 4000.0 * i, 60, 400, 20, 4000}, *boxes.back());
        }
    }
    QCOMPARE_LE(pair.update(places, EXACT), EXACT);
    QVERIFY(boxes.front()->paints > 0 && boxes.back()->paints > 0);
    QCOMPARE(pair.opengl.picture().pixel(75, 75), 0xff00a0ff);
}

/* ---- Meshes ------------------------------------------------------------------------------ */

static pp_mesh_shape meshRect(float x, float y, float w, float h, pp_color color)
{
    return {x, y, x + w - 1, y + h - 1, 0, 0, color, 0};
}

void TestGlCanvas::a_mesh_that_changes_within_a_frame_is_drawn_as_it_was_each_time()
{
    std::vector<pp_mesh_shape> items = {meshRect(10, 10, 20, 20, red)};
    pp_mesh mesh = {};
    mesh.id = UINT64_MAX;
    const pp_plane plane = {0, 1, 0, 1};
    GlPair pair([&](pp_canvas *canvas) {
        fillAll(canvas, black);
        for (int i = 0; i < 5; ++i) {
            items[0] = meshRect(float(10 + 30 * i), 10, 20, 20, i % 2 ? blue : red);
            if (!pp_canvas_keeps_meshes(canvas)) {
                const pp_rect rect = {10 + 30 * i, 10, 20, 20};
                canvas->ops->fill_rects(canvas, &rect, 1, items[0].color);
                continue;
            }
            mesh.base_version = ++mesh.version;
            mesh.shapes = items.data();
            mesh.count = mesh.end_shown = items.size();
            canvas->ops->mesh(canvas, &mesh, &plane);
        }
    });
    QCOMPARE_LE(pair.update(places, EXACT), EXACT);
    QVERIFY(mesh.version >= 5);
}

/* Rectangles with outlines, grown and moved, and their arrows; thin lines. Against the shapes that
 * canvas.h says they are. */
void TestGlCanvas::a_mesh_is_drawn_as_its_shapes_would_be()
{
    const pp_mesh_shape boxes[] = {{0, 0, 20, 30, 0, 0, 0x602060c0, 0xffffc040},
                                   {40, 5, 41, 5, 3, 9, 0xff2060c0, 0},
                                   {60, 2, 70, 40, -2, 8, 0x802060c0, 0xff40ff40}};
    const pp_mesh_shape lines[] = {{0, 60, 50, 90, 0, 0, 0xffe0e0e0, 0},
                                   {50, 90, 51, 62, 0, 0, 0xffe0e0e0, 0},
                                   {51, 62, 1e6f, 62, 0, 0, 0xffe0e0e0, 0}};
    const pp_plane plane = {20.3, 2, 10.6, 1.5};
    const pp_mesh_arrow arrow = {1, 3, 5, 6, 2, 7, 0xff00b488};
    GlPair pair([&](pp_canvas *canvas) {
        const pp_canvas_ops &ops = *canvas->ops;
        fillAll(canvas, 0xff101820);
        if (pp_canvas_keeps_meshes(canvas)) {
            pp_mesh mesh = {};
            mesh.id = UINT64_MAX - 1;
            mesh.version = mesh.base_version = 1;
            mesh.shapes = boxes;
            mesh.count = mesh.end_shown = 3;
            mesh.has_outlines = true;
            mesh.grows_both_ways = true;
            mesh.arrow = arrow;
            ops.mesh(canvas, &mesh, &plane);
            mesh = {};
            mesh.id = UINT64_MAX - 2;
            mesh.version = mesh.base_version = 1;
            mesh.kind = PP_MESH_LINES;
            mesh.width_px = 2;
            mesh.shapes = lines;
            mesh.count = mesh.end_shown = 3;
            ops.mesh(canvas, &mesh, &plane);
            return;
        }
        const auto px = [](double move, double value, double scale) {
            return int(std::floor(move + value * scale));
        };
        std::vector<pp_rect> stems;
        std::vector<pp_triangle> heads;
        for (const pp_mesh_shape &shape : boxes) {
            const int left = px(20.3, double(shape.x0), 2), right = px(20.3, double(shape.x1), 2);
            const int top = px(10.6, double(shape.y0), 1.5);
            const int bottom = px(10.6, double(shape.y1), 1.5);
            const int height = std::max(bottom - top + 1, int(shape.least_height_px));
            const pp_rect box = {left, top - (height - (bottom - top + 1)) / 2 + shape.top_px,
                                 right - left + 1, height};
            ops.fill_rects(canvas, &box, 1, shape.color);
            if (shape.outline)
                ops.stroke_rects(canvas, &box, 1, shape.outline);
            const int middle = box.x + box.w / 2, tip = box.y + box.h + arrow.distance_px;
            const int base = tip + arrow.head_height_px;
            stems.push_back({middle - 1, base, 2, arrow.stem_height_px});
            heads.push_back({{middle, tip}, {middle - 5, base}, {middle + 5, base}});
        }
        ops.fill_rects(canvas, stems.data(), stems.size(), arrow.color);
        ops.triangles(canvas, heads.data(), heads.size(), arrow.color);
        const pp_line thin[] = {{20, 100, 120, 145}, {120, 145, 122, 103}, {122, 103, 9000, 103}};
        ops.lines(canvas, thin, 3, 0xffe0e0e0, 2);
    });
    const auto edges = [](const QImage &a, const QImage &b) { return differing(a, b, 60); };
    QCOMPARE_LE(pair.update(edges, 0.3), 0.3);
}

/* ---- Contexts ---------------------------------------------------------------------------- */

void TestGlCanvas::switching_many_times_leaves_the_picture_right()
{
    Chart chart(5000, 100);
    chart.show(0, 5000);
    GlPair pair([&chart](pp_canvas *canvas) { chart.paint(canvas); });
    for (int i = 0; i < 12; ++i) {
        QCOMPARE(ppq_view_set_renderer(pair.opengl.view, PPQ_RASTER), int(PP_OK));
        if (i % 3 == 0)
            QCOMPARE_LE(pair.update(places, EXACT), EXACT);
        QCOMPARE(ppq_view_set_renderer(pair.opengl.view, PPQ_OPENGL), int(PP_OK));
        if (i % 2 == 0)
            QCOMPARE_LE(pair.update(shapes, EDGES), EDGES);
    }
    QVERIFY(pair.opengl.openGl());
    QCOMPARE_LE(pair.update(shapes, EDGES), EDGES);
}

/* Its context goes with the old window. */
void TestGlCanvas::a_window_that_moves_into_another_gets_its_picture_again()
{
    QWidget host;
    Chart chart(5000, 100);
    chart.show(0, 5000);
    GlPair pair([&chart](pp_canvas *canvas) { chart.paint(canvas); });
    QCOMPARE_LE(pair.update(shapes, EDGES), EDGES);
    QWidget *const window = pair.opengl.top_level;
    const auto taken_back = qScopeGuard([window] { window->setParent(nullptr, Qt::Window); });
    for (int round = 0; round < 2; ++round) {
        host.setGeometry(window->geometry());
        window->setParent(&host, Qt::Widget);
        window->move(0, 0);
        host.show();
        window->show();
        QVERIFY(QTest::qWaitForWindowExposed(&host));
        const auto inHost = [&](const QImage &raster, const QImage &) {
            const QImage shown = host.screen()
                                     ->grabWindow(host.winId())
                                     .toImage()
                                     .convertToFormat(QImage::Format_RGB32);
            return shapes(raster, shown);
        };
        QCOMPARE_LE(pair.update(inHost, EDGES), EDGES);
        const int x = pair.raster.top_level->width() + 10;
        window->setParent(nullptr, Qt::Window);
        host.hide();
        window->move(x, 0);
        window->show();
        QVERIFY(QTest::qWaitForWindowExposed(window));
        QCOMPARE_LE(pair.update(shapes, EDGES), EDGES);
    }
}

/* What it drew before stays, and the painter is whole again. */
void TestGlCanvas::an_item_that_throws_leaves_the_next_frame_right()
{
    bool armed = false;
    PaintedView view("throwing", [&armed](pp_canvas *canvas) {
        fillAll(canvas, armed ? blue : red);
        canvas->ops->push_clip(canvas, {0, 0, 20, 20});
        if (armed)
            throw std::runtime_error("thrown while recording");
    });
    QCOMPARE(ppq_view_set_renderer(view.view, PPQ_OPENGL), int(PP_OK));
    view.show(0);
    QTRY_COMPARE(view.picture().pixel(100, 100), red);
    armed = true;
    ppq_view_update(view.view);
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, QCoreApplication::sendPostedEvents());
    QTRY_COMPARE(view.picture().pixel(100, 100), blue);
    armed = false;
    ppq_view_update(view.view);
    QTRY_COMPARE(view.picture().pixel(100, 100), red);
}

int main(int argc, char **argv)
{
    return runGlTest<TestGlCanvas>(argc, argv);
}

#include "test_gl_canvas.moc"
