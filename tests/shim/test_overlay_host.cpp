/* tests/shim/test_overlay_host.cpp: the overlay's panel: it costs its host no paint, wakes nobody,
 * and covers whole device pixels at every ratio. */
#include "canvas_fixture.hpp"

namespace
{

struct Destroy {
    void operator()(pp_overlay *overlay) const { pp_overlay_destroy(overlay); }
};
using Overlay = std::unique_ptr<pp_overlay, Destroy>;

/* A fixture with an overlay on a page. The overlay outlives the window. */
class OverlayFixture
{
public:
    explicit OverlayFixture(pp_overlay_page page)
    {
        pp_overlay *made = nullptr;
        const uint32_t window = pp_window_number(ppq_window_measured(host_.window));
        if (pp_overlay_create(&made, window) != PP_OK)
            throw std::runtime_error(pp_last_error());
        overlay_.reset(made);
        pp_overlay_set_page(made, page);
        if (ppq_window_set_overlay(host_.window, made) != PP_OK)
            throw std::runtime_error(pp_last_error());
        host_.paint = [](pp_canvas *canvas) { fillAll(canvas, red); };
    }
    ~OverlayFixture() { ppq_window_set_overlay(host_.window, nullptr); }

    CanvasFixture &host() { return host_; }
    pp_overlay *overlay() { return overlay_.get(); }

    void setPage(pp_overlay_page page)
    {
        pp_overlay_set_page(overlay(), page);
        ppq_window_overlay_changed(host_.window);
    }

    /* The panel: the child of the window that takes no mouse. */
    static QWidget *panel()
    {
        const QList<QWidget *> children = CanvasFixture::topLevel()->findChildren<QWidget *>();
        for (QWidget *child : children) {
            if (child->testAttribute(Qt::WA_TransparentForMouseEvents))
                return child;
        }
        return nullptr;
    }

private:
    Overlay overlay_;
    CanvasFixture host_;
};

/* Counts the paint events that a widget gets. */
class Counter : public QObject
{
public:
    explicit Counter(QWidget *widget) { widget->installEventFilter(this); }

    bool eventFilter(QObject *, QEvent *event) override
    {
        if (event->type() == QEvent::Paint)
            ++paints;
        return false;
    }

    int paints = 0;
};

} // namespace

class TestOverlayHost : public QObject
{
    Q_OBJECT

private slots:
    void init() { pp_clear_error(); }

    void the_host_is_painted_as_often_as_without_it();
    void the_panel_is_painted_in_the_frames_of_its_host();
    void its_cost_is_charged_to_overlay();
    void the_trailing_refresh_is_no_frame_and_no_paint_of_the_host();
    void an_idle_program_is_woken_at_most_once();
    void turning_it_on_while_a_program_idles_shows_it();
    void off_hides_the_panel();
    void the_panel_begins_on_a_whole_device_pixel();
    void the_panel_covers_every_pixel_of_its_place();
    void the_panel_follows_the_window();
    void the_panel_stays_above_later_children();
    void the_mouse_passes_through();
    void a_session_that_starts_later_is_shown();
    void removing_it_uncovers_the_host();
};

void TestOverlayHost::the_host_is_painted_as_often_as_without_it()
{
    OverlayFixture fixture(PP_OVERLAY_FULL);
    Frames frames;
    CanvasFixture::topLevel()->resize(700, 500);
    fixture.host().show();
    fixture.setPage(PP_OVERLAY_OFF);
    settle();

    const auto pixels_of = [&](int count) {
        frames.forget();
        fixture.host().paints = 0;
        for (int i = 0; i < count; ++i) {
            ppq_canvas_update_rect(fixture.host().canvas, {0, 280, 60, 15});
            QCoreApplication::sendPostedEvents();
        }
        QTest::qWait(600); /* two refreshes of the text */
        int64_t sum = 0;
        for (const pp_frame &frame : frames.seen)
            sum += frame.dirty_px;
        return sum;
    };
    const int64_t off_px = pixels_of(40);
    const int off_paints = fixture.host().paints;
    QCOMPARE(off_paints, 40);

    fixture.setPage(PP_OVERLAY_FULL);
    settle();
    const int64_t on_px = pixels_of(40);
    QCOMPARE(fixture.host().paints, off_paints);
    QCOMPARE(frames.seen.size(), size_t{40});
    QCOMPARE(on_px, off_px);
}

void TestOverlayHost::the_panel_is_painted_in_the_frames_of_its_host()
{
    Frames frames;
    OverlayFixture fixture(PP_OVERLAY_FULL);
    fixture.host().show();
    fixture.host().frame();
    Counter counter(OverlayFixture::panel());
    for (int i = 0; i < 10; ++i)
        fixture.host().frame();
    QVERIFY2(counter.paints >= 9 && counter.paints <= 10,
             qPrintable(QString::number(counter.paints)));
}

void TestOverlayHost::its_cost_is_charged_to_overlay()
{
    Frames frames;
    OverlayFixture fixture(PP_OVERLAY_FULL);
    fixture.host().show();
    frames.forget();
    for (int i = 0; i < 5; ++i)
        fixture.host().frame();
    QCOMPARE(frames.seen.size(), size_t{5});
    for (const pp_frame &frame : frames.seen)
        QVERIFY(frame.phase_ns[PP_PHASE_OVERLAY] > 0);
    QVERIFY(frames.anyPainter("paintprof.overlay"));
}

void TestOverlayHost::the_trailing_refresh_is_no_frame_and_no_paint_of_the_host()
{
    Frames frames;
    OverlayFixture fixture(PP_OVERLAY_FULL);
    fixture.host().show();
    QTest::qWait(600);
    frames.forget();
    fixture.host().paints = 0;
    fixture.host().frame();
    fixture.host().frame();
    Counter counter(OverlayFixture::panel());
    QTRY_VERIFY(counter.paints > 0);
    QTest::qWait(100);
    QCOMPARE(fixture.host().paints, 2);
    QCOMPARE(frames.seen.size(), size_t{2});
}

void TestOverlayHost::an_idle_program_is_woken_at_most_once()
{
    Frames frames;
    OverlayFixture fixture(PP_OVERLAY_FULL);
    fixture.host().show();
    QTest::qWait(600);
    Counter counter(OverlayFixture::panel());
    fixture.host().frame();
    const int in_frame = counter.paints;
    QTest::qWait(1200);
    QVERIFY2(counter.paints - in_frame <= 1,
             qPrintable(QString::number(counter.paints - in_frame)));
}

void TestOverlayHost::turning_it_on_while_a_program_idles_shows_it()
{
    Frames frames;
    OverlayFixture fixture(PP_OVERLAY_OFF);
    fixture.host().show();
    const QImage without = fixture.host().picture();
    fixture.setPage(PP_OVERLAY_FULL);
    settle();
    const QImage with = fixture.host().picture();
    QVERIFY(!without.isNull() && without.size() == with.size());
    QVERIFY(without != with);
}

void TestOverlayHost::off_hides_the_panel()
{
    OverlayFixture fixture(PP_OVERLAY_FULL);
    fixture.host().show();
    QVERIFY(OverlayFixture::panel()->isVisible());
    fixture.setPage(PP_OVERLAY_OFF);
    QVERIFY(!OverlayFixture::panel()->isVisible());
}

void TestOverlayHost::the_panel_begins_on_a_whole_device_pixel()
{
    OverlayFixture fixture(PP_OVERLAY_MINI);
    fixture.host().show();
    for (int corner = 0; corner < PP_CORNER_COUNT; ++corner) {
        pp_overlay_set_corner(fixture.overlay(), static_cast<pp_corner>(corner));
        ppq_window_overlay_changed(fixture.host().window);
        const QPointF at = QPointF(OverlayFixture::panel()->pos()) * fixture.host().ratio;
        QCOMPARE(at, QPointF(at.toPoint()));
        QVERIFY(fixture.host().topLevel()->rect().contains(OverlayFixture::panel()->pos()));
    }
}

/* The host is pure red, which the overlay never is: red inside the panel is a hole. */
void TestOverlayHost::the_panel_covers_every_pixel_of_its_place()
{
    Frames frames;
    OverlayFixture fixture(PP_OVERLAY_FULL);
    CanvasFixture::topLevel()->resize(700, 500);
    fixture.host().show();
    const double ratio = fixture.host().ratio;
    for (int i = 0; i < 30; ++i)
        fixture.host().frame();
    QTest::qWait(300);
    const QImage picture = fixture.host().picture();
    const QRect panel = OverlayFixture::panel()->geometry();
    const QRect place(qRound(panel.x() * ratio), qRound(panel.y() * ratio),
                      qRound(panel.width() * ratio), qRound(panel.height() * ratio));
    QVERIFY(picture.rect().contains(place));
    for (int y = 0; y < picture.height(); ++y) {
        for (int x = 0; x < picture.width(); ++x) {
            const bool covered = picture.pixel(x, y) != red;
            if (covered != place.contains(x, y))
                QFAIL(qPrintable(QString("pixel %1,%2").arg(x).arg(y)));
        }
    }
}

void TestOverlayHost::the_panel_follows_the_window()
{
    OverlayFixture fixture(PP_OVERLAY_MINI);
    fixture.host().show();
    CanvasFixture::topLevel()->resize(900, 500);
    settle();
    const QRect panel = OverlayFixture::panel()->geometry();
    QVERIFY(panel.right() > 900 - 20 && panel.right() < 900);
}

void TestOverlayHost::the_panel_stays_above_later_children()
{
    Frames frames;
    OverlayFixture fixture(PP_OVERLAY_MINI);
    fixture.host().show();
    auto *later = new QWidget(CanvasFixture::topLevel());
    later->setGeometry(CanvasFixture::topLevel()->rect());
    later->show();
    fixture.host().frame();
    QCOMPARE(CanvasFixture::topLevel()->childAt(OverlayFixture::panel()->geometry().center()),
             later); /* childAt skips what takes no mouse */
    QCOMPARE(CanvasFixture::topLevel()->children().constLast(), OverlayFixture::panel());
}

void TestOverlayHost::the_mouse_passes_through()
{
    OverlayFixture fixture(PP_OVERLAY_FULL);
    fixture.host().show();
    int presses = 0;
    fixture.host().mouse = [&presses](const ppq_mouse &mouse) {
        presses += mouse.kind == PPQ_MOUSE_PRESS;
    };
    const QPoint on_panel = OverlayFixture::panel()->geometry().topLeft() + QPoint(5, 5);
    QTest::mouseClick(CanvasFixture::topLevel()->windowHandle(), Qt::LeftButton, {}, on_panel);
    QCOMPARE(presses, 1);
}

void TestOverlayHost::a_session_that_starts_later_is_shown()
{
    OverlayFixture fixture(PP_OVERLAY_FULL);
    fixture.host().show();
    const QImage before = fixture.host().picture();
    for (int session = 0; session < 2; ++session) {
        pp_overlay_reset(fixture.overlay());
        Frames frames;
        for (int i = 0; i < 20; ++i)
            fixture.host().frame();
        QTest::qWait(300);
        QVERIFY(fixture.host().picture() != before);
    }
}

void TestOverlayHost::removing_it_uncovers_the_host()
{
    Frames frames;
    OverlayFixture fixture(PP_OVERLAY_FULL);
    fixture.host().show();
    QVERIFY(fixture.host().picture().pixel(fixture.host().width_px - 30, 30) != red);
    QCOMPARE(ppq_window_set_overlay(fixture.host().window, nullptr), int{PP_OK});
    settle();
    QCOMPARE(fixture.host().picture().pixel(fixture.host().width_px - 30, 30), red);
}

QTEST_MAIN(TestOverlayHost)
#include "test_overlay_host.moc"
