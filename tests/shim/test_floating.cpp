/* tests/shim/test_floating.cpp: items that float: they move without a repaint of anything else, and
 * the window never shows other pixels than a whole repaint would. */
#include "view_fixture.hpp"

#include <QtCore/QRandomGenerator>

#include <cstring>

namespace
{

/* A picture that differs from pixel to pixel and from state to state. */
struct Pattern {
    uint32_t state = 1;
    int paints = 0;

    static void paint(void *surface, void *user)
    {
        auto *canvas = static_cast<pp_canvas *>(surface);
        Pattern &pattern = *static_cast<Pattern *>(user);
        ++pattern.paints;
        const int cell = 5;
        for (int y = 0; y < canvas->height_px; y += cell) {
            for (int x = 0; x < canvas->width_px; x += cell) {
                const pp_rect rect = {x, y, cell, cell};
                const uint32_t mixed =
                    (uint32_t(x) * 2654435761u ^ uint32_t(y) * 40503u) + pattern.state * 7919u;
                canvas->ops->fill_rects(canvas, &rect, 1, 0xff000000u | (mixed & 0xffffffu));
            }
        }
    }
};

/* A crosshair with a translucent panel. */
struct Cross {
    int x = 50, y = 50;
    int paints = 0;

    std::vector<pp_rect> area() const
    {
        return {{0, y, 4000, 1}, {x, 0, 2, 4000}, {x - 20, y + 8, 41, 17}, {6, 6, 80, 40}};
    }
    static void paint(void *surface, void *user)
    {
        auto *canvas = static_cast<pp_canvas *>(surface);
        Cross &cross = *static_cast<Cross *>(user);
        ++cross.paints;
        const std::vector<pp_rect> area = cross.area();
        canvas->ops->fill_rects(canvas, area.data(), area.size(), 0x80ffffffu);
        const pp_text text = {{cross.x, cross.y + 12}, PP_ALIGN_CENTER, "1.25", 4, 0xff000000u};
        canvas->ops->texts(canvas, {PP_FONT_SANS, 11, false}, &text, 1);
    }
};

struct Destroy {
    void operator()(pp_overlay *overlay) const { pp_overlay_destroy(overlay); }
};

/* A pattern, a box on it, a cross that floats, and an overlay. */
class FloatingFixture
{
public:
    FloatingFixture()
    {
        const ppq_bounds all = {0, 0, 4000, 4000, 0};
        if (ppq_item_create(&background, host.view, nullptr, all, 0, Pattern::paint, &pattern) ||
            ppq_item_create(&crosshair, host.view, nullptr, {}, 5, Cross::paint, &cross) ||
            ppq_item_set_floating(crosshair, true))
            throw std::runtime_error(pp_last_error());
        box_item = addItem(host.view, box, 9); /* of higher z, and yet below */
        pp_overlay *made = nullptr;
        const uint32_t window = pp_window_number(ppq_window_measured(host.window));
        if (pp_overlay_create(&made, window) != PP_OK ||
            ppq_window_set_overlay(host.window, made) != PP_OK)
            throw std::runtime_error(pp_last_error());
        overlay.reset(made);
        place();
    }
    ~FloatingFixture() { ppq_window_set_overlay(host.window, nullptr); }

    void show()
    {
        host.show();
        pattern.paints = cross.paints = box.paints = 0;
    }
    void place()
    {
        const std::vector<pp_rect> area = cross.area();
        ppq_item_set_area(crosshair, area.data(), area.size());
    }
    void moveTo(int x, int y)
    {
        cross.x = x;
        cross.y = y;
        place();
    }
    void setPage(pp_overlay_page page)
    {
        pp_overlay_set_page(overlay.get(), page);
        ppq_window_overlay_changed(host.window);
    }

    /* The panel of the overlay, where the picture is not the view's. */
    static QRect panelArea(double ratio)
    {
        const QList<QWidget *> children = ViewFixture::topLevel()->findChildren<QWidget *>();
        for (QWidget *child : children) {
            if (child->testAttribute(Qt::WA_TransparentForMouseEvents) && child->isVisible()) {
                const QRect at = child->geometry();
                return QRectF(at.x() * ratio, at.y() * ratio, at.width() * ratio,
                              at.height() * ratio)
                    .toAlignedRect();
            }
        }
        return {};
    }

    /* Where the window shows something else than the view painted as a whole would. The paints of
     * that are not counted. */
    QRect difference()
    {
        const int paints[] = {pattern.paints, cross.paints, box.paints};
        const QRect differs = compare();
        pattern.paints = paints[0];
        cross.paints = paints[1];
        box.paints = paints[2];
        return differs;
    }

    Pattern pattern;
    Box box = Box({30, 90, 60, 40}, 0xff3366ccu);
    Cross cross;
    std::unique_ptr<pp_overlay, Destroy> overlay;
    ViewFixture host;
    ppq_item *background = nullptr, *crosshair = nullptr, *box_item = nullptr;

private:
    QRect compare()
    {
        const QImage shown = host.picture();
        QImage whole = ViewFixture::viewport()->grab().toImage();
        whole = whole.convertToFormat(QImage::Format_RGB32);
        whole.setDevicePixelRatio(1);
        if (shown.size() != whole.size())
            return {QPoint(0, 0), shown.size()};
        const QRect panel = panelArea(host.ratio());
        QRect differs;
        const size_t row_bytes = size_t(shown.width()) * 4;
        for (int y = 0; y < shown.height(); ++y) {
            if (std::memcmp(shown.constScanLine(y), whole.constScanLine(y), row_bytes) == 0)
                continue;
            for (int x = 0; x < shown.width(); ++x) {
                if (shown.pixel(x, y) != whole.pixel(x, y) && !panel.contains(x, y))
                    differs |= QRect(x, y, 1, 1);
            }
        }
        return differs;
    }
};

void deliver()
{
    QCoreApplication::sendPostedEvents();
    QCoreApplication::processEvents();
}

int upTo(QRandomGenerator &random, int most)
{
    return int(random.bounded(quint32(most)));
}

} // namespace

class TestFloating : public QObject
{
    Q_OBJECT

private slots:
    void a_move_paints_nothing_but_what_floats();
    void a_move_paints_nothing_else_under_an_overlay_either();
    void nothing_is_cleared_below_the_view();
    void it_is_painted_above_items_of_any_z();
    void a_change_below_is_painted_with_it();
    void a_change_below_it_alone_is_painted_too();
    void what_the_overlay_uncovers_is_painted_too();
    void hiding_it_paints_nothing_else_and_uncovers_what_was_below();
    void destroying_it_uncovers_what_was_below();
    void a_picture_grabbed_between_ask_and_paint_changes_nothing();
    void what_no_longer_floats_is_painted_in_its_order();
    void an_item_of_a_group_cannot_float();
    void the_measuring_canvas_measures_as_a_paint_does();
    void the_window_always_shows_what_a_whole_repaint_would();
};

void TestFloating::a_move_paints_nothing_but_what_floats()
{
    FloatingFixture fixture;
    fixture.show();
    for (int i = 1; i <= 20; ++i) {
        fixture.moveTo(50 + 7 * i, 60 + 5 * i);
        deliver();
        QCOMPARE(fixture.cross.paints, i);
    }
    QCOMPARE(fixture.pattern.paints, 0);
    QCOMPARE(fixture.box.paints, 0);
    QCOMPARE(fixture.difference(), QRect());
}

void TestFloating::a_move_paints_nothing_else_under_an_overlay_either()
{
    FloatingFixture fixture;
    fixture.show();
    fixture.setPage(PP_OVERLAY_MINI);
    ppq_view_update(fixture.host.view);
    fixture.host.settle();
    fixture.pattern.paints = 0;
    for (int i = 1; i <= 20; ++i) {
        fixture.moveTo(350 - 3 * i, 10 + i); /* under the panel, at the top right */
        deliver();
    }
    QCOMPARE(fixture.pattern.paints, 0);
    QCOMPARE(fixture.difference(), QRect());
}

void TestFloating::nothing_is_cleared_below_the_view()
{
    struct Paints : QObject {
        bool eventFilter(QObject *, QEvent *event) override
        {
            count += event->type() == QEvent::Paint;
            return false;
        }
        int count = 0;
    } paints;
    FloatingFixture fixture;
    fixture.show();
    ViewFixture::topLevel()->installEventFilter(&paints);
    ppq_view_update(fixture.host.view);
    deliver();
    fixture.moveTo(80, 80);
    deliver();
    QCOMPARE(fixture.pattern.paints, 1);
    QCOMPARE(paints.count, 0);
    QVERIFY(ViewFixture::viewport()->testAttribute(Qt::WA_OpaquePaintEvent));
}

void TestFloating::it_is_painted_above_items_of_any_z()
{
    FloatingFixture fixture;
    fixture.show();
    fixture.moveTo(60, 110); /* over the box, whose z is higher */
    deliver();
    const QImage shown = fixture.host.picture();
    QVERIFY(shown.pixel(60, 92) != fixture.box.color);
    QCOMPARE(shown.pixel(40, 92), fixture.box.color);
}

void TestFloating::a_change_below_is_painted_with_it()
{
    FloatingFixture fixture;
    fixture.show();
    fixture.moveTo(70, 70);
    ppq_item_set_bounds(fixture.box_item, {35, 95, 60, 40, 0});
    fixture.box.rect = {35, 95, 60, 40};
    deliver();
    QVERIFY(fixture.pattern.paints > 0);
    QCOMPARE(fixture.difference(), QRect());
    fixture.moveTo(75, 75);
    deliver();
    QCOMPARE(fixture.difference(), QRect());
}

void TestFloating::a_change_below_it_alone_is_painted_too()
{
    FloatingFixture fixture;
    fixture.show();
    fixture.pattern.state++; /* where its panel is, and nowhere else */
    const int before = fixture.pattern.paints;
    ppq_view_update_rect(fixture.host.view, {12, 12, 30, 18});
    ppq_item_update(fixture.crosshair);
    deliver();
    QCOMPARE(fixture.pattern.paints, before + 1);
}

void TestFloating::what_the_overlay_uncovers_is_painted_too()
{
    FloatingFixture fixture;
    fixture.show();
    const pp_rect all = {0, 0, 4000, 4000};
    fixture.setPage(PP_OVERLAY_MINI);
    ppq_item_set_area(fixture.crosshair, &all, 1);
    fixture.host.settle();
    fixture.setPage(PP_OVERLAY_OFF);
    ppq_item_update(fixture.crosshair);
    deliver();
    QCOMPARE(fixture.difference(), QRect());
}

void TestFloating::hiding_it_paints_nothing_else_and_uncovers_what_was_below()
{
    FloatingFixture fixture;
    fixture.show();
    ppq_item_set_visible(fixture.crosshair, false);
    deliver();
    QCOMPARE(fixture.pattern.paints, 0);
    QCOMPARE(fixture.difference(), QRect());
    ppq_item_set_visible(fixture.crosshair, true);
    deliver();
    QCOMPARE(fixture.cross.paints, 1);
    QCOMPARE(fixture.pattern.paints, 0);
    QCOMPARE(fixture.difference(), QRect());
}

void TestFloating::destroying_it_uncovers_what_was_below()
{
    FloatingFixture fixture;
    fixture.show();
    ppq_item_destroy(fixture.crosshair);
    deliver();
    QCOMPARE(fixture.difference(), QRect());
    QCOMPARE(fixture.cross.paints, 0);
}

void TestFloating::a_picture_grabbed_between_ask_and_paint_changes_nothing()
{
    FloatingFixture fixture;
    fixture.show();
    fixture.pattern.state++;
    ppq_view_update(fixture.host.view);
    fixture.moveTo(90, 120);
    ViewFixture::viewport()->grab();
    fixture.moveTo(95, 125);
    deliver();
    QCOMPARE(fixture.difference(), QRect());
}

void TestFloating::what_no_longer_floats_is_painted_in_its_order()
{
    FloatingFixture fixture;
    fixture.show();
    fixture.moveTo(60, 110);
    deliver();
    QCOMPARE(ppq_item_set_floating(fixture.crosshair, false), PP_OK);
    deliver();
    QCOMPARE(fixture.host.picture().pixel(60, 92), fixture.box.color);
    QVERIFY(fixture.pattern.paints > 0);
}

void TestFloating::an_item_of_a_group_cannot_float()
{
    FloatingFixture fixture;
    ppq_item *item =
        addItem(fixture.host.view, addGroup(fixture.host.view), {0, 0, 1, 1, 0}, fixture.box);
    QCOMPARE(ppq_item_set_floating(item, true), PP_EINVAL);
}

void TestFloating::the_measuring_canvas_measures_as_a_paint_does()
{
    struct Measured {
        int width = -1;
        static void paint(void *surface, void *user)
        {
            auto *canvas = static_cast<pp_canvas *>(surface);
            static_cast<Measured *>(user)->width =
                canvas->ops->text_width(canvas, {PP_FONT_SANS, 13, true}, "1,469.25", 8);
        }
    } measured;
    ViewFixture fixture;
    Box background(everywhere, black);
    addItem(fixture.view, background);
    ppq_item *item = nullptr;
    QCOMPARE(ppq_item_create(&item, fixture.view, nullptr, {0, 0, 50, 50, 0}, 1, Measured::paint,
                             &measured),
             PP_OK);
    fixture.show();
    pp_canvas *canvas = ppq_view_measuring_canvas(fixture.view);
    QCOMPARE(canvas->ops->text_width(canvas, {PP_FONT_SANS, 13, true}, "1,469.25", 8),
             measured.width);
    QVERIFY(measured.width > 0);
    QCOMPARE(canvas->width_px, fixture.told.width_px);
    QCOMPARE(canvas->ratio, fixture.told.ratio);
    const pp_rect all = {0, 0, 4000, 4000};
    canvas->ops->fill_rects(canvas, &all, 1, red);
    QVERIFY(areaOf(fixture.picture(), red).isEmpty());
}

void TestFloating::the_window_always_shows_what_a_whole_repaint_would()
{
    FloatingFixture fixture;
    fixture.show();
    QRandomGenerator random(7);
    ViewFixture &host = fixture.host;
    bool shown = true;
    int alone = 0;
    for (int step = 0; step < 250; ++step) {
        QByteArray what;
        for (int changes = 1 + upTo(random, 3); changes > 0; --changes) {
            const int kind = std::max(upTo(random, 40) - 16, 0);
            what += QByteArray::number(kind) + ' ';
            const int width = host.told.width_px, height = host.told.height_px;
            if (kind < 12) {
                fixture.moveTo(upTo(random, width), upTo(random, height));
            } else if (kind == 12) { /* a pan */
                fixture.pattern.state++;
                ppq_view_update(host.view);
            } else if (kind == 13) {
                fixture.box.rect.x = upTo(random, width);
                fixture.box.rect.y = upTo(random, height);
                ppq_item_set_bounds(fixture.box_item,
                                    {double(fixture.box.rect.x), double(fixture.box.rect.y),
                                     double(fixture.box.rect.w), double(fixture.box.rect.h), 0});
            } else if (kind == 14) {
                ppq_view_update_rect(host.view, {upTo(random, width), upTo(random, height),
                                                 upTo(random, 90), upTo(random, 90)});
            } else if (kind == 15) {
                ViewFixture::viewport()->update(upTo(random, 300), upTo(random, 200), 50, 60);
            } else if (kind == 16 || kind == 17) {
                fixture.setPage(pp_overlay_page(upTo(random, PP_OVERLAY_PAGE_COUNT)));
            } else if (kind == 18) {
                pp_overlay_set_corner(fixture.overlay.get(),
                                      pp_corner(upTo(random, PP_CORNER_COUNT)));
                ppq_window_overlay_changed(host.window);
            } else if (kind == 19) {
                ppq_window_overlay_changed(host.window);
            } else if (kind == 20) {
                shown = !shown;
                ppq_item_set_visible(fixture.crosshair, shown);
            } else if (kind == 21) {
                ppq_item_update(fixture.crosshair);
            } else if (kind == 22 && upTo(random, 4) == 0) {
                ViewFixture::topLevel()->resize(380 + upTo(random, 60), 280 + upTo(random, 60));
            } else if (kind == 23 && upTo(random, 4) == 0) {
                ViewFixture::topLevel()->hide();
                ViewFixture::topLevel()->show();
                if (!QTest::qWaitForWindowExposed(ViewFixture::topLevel()))
                    QSKIP("the window does not come back");
            }
        }
        const int before[] = {fixture.pattern.paints, fixture.cross.paints};
        deliver();
        if (fixture.pattern.paints == before[0] && fixture.cross.paints > before[1])
            ++alone;
        const QRect differs = fixture.difference();
        if (!differs.isEmpty())
            QFAIL(qPrintable(QString("step %1 (%2): differs in %3,%4 %5x%6")
                                 .arg(step)
                                 .arg(QString::fromLatin1(what))
                                 .arg(differs.x())
                                 .arg(differs.y())
                                 .arg(differs.width())
                                 .arg(differs.height())));
    }
    QVERIFY(alone > 60);
}

QTEST_MAIN(TestFloating)
#include "test_floating.moc"
