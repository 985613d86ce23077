/* tests/shim/test_attach.cpp: paintprof::attach() on widgets that know nothing of it. */
#include "frames_fixture.hpp"

#include <paintprof/qwidget.hpp>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtGui/QPainter>
#include <QtWidgets/QApplication>
#include <QtWidgets/QLabel>
#include <QtWidgets/QMainWindow>
#include <QtWidgets/QScrollArea>
#include <QtWidgets/QTextEdit>
#include <QtWidgets/QVBoxLayout>

#include <functional>

namespace
{

/* A user's own widget, as anybody would write it. */
class Plot : public QWidget
{
    Q_OBJECT

public:
    using QWidget::QWidget;
    std::function<void()> on_paint;
    int paints = 0;

protected:
    void paintEvent(QPaintEvent *) override
    {
        ++paints;
        QPainter painter(this);
        painter.fillRect(rect(), Qt::darkGreen);
        if (on_paint)
            on_paint();
    }
};

paintprof::AttachOptions quiet()
{
    return {};
}

paintprof::AttachOptions withPage(pp_overlay_page page)
{
    paintprof::AttachOptions options;
    options.overlay = page;
    return options;
}

QWidget *panelOf(const QWidget &root)
{
    const QList<QWidget *> children = root.findChildren<QWidget *>();
    for (QWidget *child : children) {
        if (child->testAttribute(Qt::WA_TransparentForMouseEvents))
            return child;
    }
    return nullptr;
}

} // namespace

class TestAttach : public QObject
{
    Q_OBJECT

private slots:
    void cleanup();

    void every_update_is_a_frame_with_redraw_and_flush();
    void a_repaint_at_once_is_a_frame();
    void zones_of_the_users_own_are_charged_to_their_phases();
    void every_widget_of_the_window_is_a_painter();
    void a_second_attach_returns_the_first();
    void quiet_options_leave_the_gate_and_the_picture_alone();
    void a_page_opens_the_gate_and_shows_the_panel();
    void the_key_cycles_the_pages();
    void keys_freeze_move_and_record();
    void a_session_is_started_and_ended();
    void two_windows_share_a_session();
    void a_running_session_is_used();
    void an_exception_passes_and_the_next_frame_is_right();
    void an_exception_of_a_repaint_passes_to_the_caller();
    void detach_ends_it();
    void the_widget_may_go_first();
    void the_window_may_go_first();
    void the_window_may_go_while_it_handles_a_request();
    void a_widget_may_move_into_a_window();
    void the_overlay_costs_the_widget_no_paint();
    void filters_on_widgets_see_each_event_once();
    void no_widget_is_an_error();
};

void TestAttach::cleanup()
{
    pg_set_profile_enabled(false);
    QCOMPARE(pp_session_current(), nullptr);
}

void TestAttach::every_update_is_a_frame_with_redraw_and_flush()
{
    Frames frames;
    Plot plot;
    QVERIFY(paintprof::attach(&plot, quiet()));
    showAndSettle(plot);
    frames.forget();
    plot.paints = 0;
    for (int i = 0; i < 20; ++i) {
        paintprof::update(&plot);
        QCoreApplication::sendPostedEvents();
    }
    QCOMPARE(plot.paints, 20);
    QCOMPARE(frames.seen.size(), size_t{20});
    for (const pp_frame &frame : frames.seen) {
        QVERIFY(frame.phase_ns[PP_PHASE_REDRAW] > 0);
        QVERIFY(frame.flush_ns > 0);
        QVERIFY(frame.asked_ns > 0);
        QCOMPARE(frame.items_painted, int64_t{PP_NOT_MEASURED});
        const double ratio = plot.devicePixelRatioF();
        QCOMPARE(frame.dirty_px, qRound64(plot.width() * ratio) * qRound64(plot.height() * ratio));
    }
    QVERIFY(frames.anyPainter("Plot::paintEvent"));
}

void TestAttach::a_repaint_at_once_is_a_frame()
{
    Frames frames;
    Plot plot;
    QVERIFY(paintprof::attach(&plot, quiet()));
    showAndSettle(plot);
    frames.forget();
    for (int i = 0; i < 5; ++i)
        plot.repaint();
    settle();
    QCOMPARE(frames.seen.size(), size_t{5});
}

void TestAttach::zones_of_the_users_own_are_charged_to_their_phases()
{
    Frames frames;
    Plot plot;
    plot.on_paint = [] {
        PP_SCOPE("Plot::annotate", PP_PHASE_BATCH);
        spin(200000);
    };
    QVERIFY(paintprof::attach(&plot, quiet()));
    showAndSettle(plot);
    const pp_frame &frame = frames.seen.back();
    QVERIFY(frame.phase_ns[PP_PHASE_BATCH] >= 200000);
    QVERIFY(frame.phase_ns[PP_PHASE_REDRAW] > 0);
}

void TestAttach::every_widget_of_the_window_is_a_painter()
{
    Frames frames;
    QWidget window;
    auto *layout = new QVBoxLayout(&window);
    auto *plot = new Plot;
    plot->setMinimumSize(50, 50);
    auto *text = new QTextEdit("text");
    layout->addWidget(plot);
    layout->addWidget(text);
    layout->addWidget(new QLabel("label"));
    QVERIFY(paintprof::attach(plot, quiet()));
    showAndSettle(window);
    QVERIFY(frames.anyPainter("Plot::paintEvent"));
    QVERIFY(frames.anyPainter("QLabel::paintEvent"));
    QVERIFY(frames.anyPainter("QTextEdit::paintEvent")); /* of its viewport */
}

void TestAttach::a_second_attach_returns_the_first()
{
    QWidget window;
    auto *plot = new Plot(&window);
    auto *other = new Plot(&window);
    paintprof::Attachment *first = paintprof::attach(plot, quiet());
    QVERIFY(first);
    QCOMPARE(paintprof::attach(other, quiet()), first);
    QCOMPARE(paintprof::attach(&window, quiet()), first);
}

void TestAttach::quiet_options_leave_the_gate_and_the_picture_alone()
{
    Plot plot;
    showAndSettle(plot);
    const QImage before = plot.grab().toImage();
    QVERIFY(paintprof::attach(&plot, quiet()));
    settle();
    QVERIFY(!pg_profile_enabled());
    QCOMPARE(plot.grab().toImage(), before);
}

void TestAttach::a_page_opens_the_gate_and_shows_the_panel()
{
    Plot plot;
    plot.resize(600, 400);
    paintprof::Attachment *attachment = paintprof::attach(&plot, withPage(PP_OVERLAY_FULL));
    QVERIFY(attachment && pg_profile_enabled());
    showAndSettle(plot);
    QVERIFY(panelOf(plot)->isVisible());
    paintprof::setOverlayPage(attachment, PP_OVERLAY_OFF);
    QVERIFY(!panelOf(plot)->isVisible());
}

void TestAttach::the_key_cycles_the_pages()
{
    Plot plot;
    plot.resize(600, 400);
    paintprof::AttachOptions options;
    options.overlayKey = "Ctrl+Alt+F12";
    QVERIFY(paintprof::attach(&plot, options));
    showAndSettle(plot);
    plot.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&plot));
    std::vector<bool> visible;
    for (int i = 0; i < PP_OVERLAY_PAGE_COUNT; ++i) {
        QTest::keyClick(plot.windowHandle(), Qt::Key_F12, Qt::ControlModifier | Qt::AltModifier);
        visible.push_back(panelOf(plot)->isVisible());
    }
    QCOMPARE(visible, std::vector<bool>({true, true, true, false}));
}

void TestAttach::keys_freeze_move_and_record()
{
    const QTemporaryDir folder;
    const QString before = QDir::currentPath();
    QVERIFY(QDir::setCurrent(folder.path()));
    Plot plot;
    plot.resize(600, 400);
    paintprof::AttachOptions options;
    options.overlay = PP_OVERLAY_FULL;
    paintprof::Attachment *attachment = paintprof::attach(&plot, options);
    QVERIFY(attachment);
    pp_overlay *overlay = paintprof::overlay(attachment);
    showAndSettle(plot);
    plot.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&plot));
    const auto press = [&](Qt::Key key) {
        QTest::keyClick(plot.windowHandle(), key, Qt::ControlModifier | Qt::AltModifier);
    };

    press(Qt::Key_F11);
    QVERIFY(pp_overlay_frozen(overlay));
    press(Qt::Key_F11);
    QVERIFY(!pp_overlay_frozen(overlay));

    const QPoint corner = panelOf(plot)->pos();
    press(Qt::Key_F9);
    QCOMPARE(pp_overlay_current_corner(overlay), PP_CORNER_BOTTOM_RIGHT);
    QVERIFY(panelOf(plot)->pos().y() > corner.y());

    press(Qt::Key_F8);
    for (int i = 0; i < 3; ++i) {
        plot.update();
        QCoreApplication::sendPostedEvents();
    }
    press(Qt::Key_F8);
    const QStringList files = QDir(folder.path()).entryList({"paintprof-frames-*.csv"});
    QCOMPARE(files.size(), 1);
    QFile csv(folder.filePath(files.first()));
    QVERIFY(csv.open(QIODevice::ReadOnly));
    QVERIFY(csv.readAll().count('\n') >= 4);
    QVERIFY(QDir::setCurrent(before));
}

void TestAttach::a_session_is_started_and_ended()
{
    Plot plot;
    paintprof::AttachOptions none;
    none.ownSession = false;
    paintprof::Attachment *without = paintprof::attach(&plot, none);
    QCOMPARE(pp_session_current(), nullptr);
    paintprof::detach(without);
    paintprof::Attachment *with = paintprof::attach(&plot, quiet());
    QVERIFY(pp_session_current());
    paintprof::detach(with);
    QCOMPARE(pp_session_current(), nullptr);
}

void TestAttach::two_windows_share_a_session()
{
    auto first = std::make_unique<Plot>();
    auto second = std::make_unique<Plot>();
    QVERIFY(paintprof::attach(first.get(), quiet()));
    QVERIFY(paintprof::attach(second.get(), quiet()));
    first.reset();
    QVERIFY(pp_session_current());
    second.reset();
}

void TestAttach::a_running_session_is_used()
{
    Frames frames;
    pp_session *running = pp_session_current();
    {
        Plot plot;
        QVERIFY(paintprof::attach(&plot, quiet()));
        QCOMPARE(pp_session_current(), running);
    }
    QCOMPARE(pp_session_current(), running);
}

void TestAttach::an_exception_passes_and_the_next_frame_is_right()
{
    Frames frames;
    Plot plot;
    QVERIFY(paintprof::attach(&plot, quiet()));
    showAndSettle(plot);
    frames.forget();
    plot.on_paint = [] {
        PP_SCOPE("throws", PP_PHASE_CREATE);
        throw std::runtime_error("from a paint");
    };
    plot.update();
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, QCoreApplication::sendPostedEvents());
    plot.on_paint = nullptr;
    plot.update();
    QCoreApplication::sendPostedEvents();
    QCOMPARE(frames.seen.size(), size_t{2});
    QVERIFY(frames.seen[0].phase_ns[PP_PHASE_CREATE] > 0);
    QCOMPARE(frames.seen[1].phase_ns[PP_PHASE_CREATE], uint64_t{0});
    QVERIFY(frames.seen[1].phase_ns[PP_PHASE_REDRAW] > 0);
    QVERIFY(frames.seen[1].flush_ns > 0);
}

void TestAttach::an_exception_of_a_repaint_passes_to_the_caller()
{
    Frames frames;
    Plot plot;
    QVERIFY(paintprof::attach(&plot, quiet()));
    showAndSettle(plot);
    frames.forget();
    plot.on_paint = [] { throw std::runtime_error("from a paint"); };
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, plot.repaint());
    plot.on_paint = nullptr;
    plot.repaint();
    QCOMPARE(frames.seen.size(), size_t{2});
}

void TestAttach::detach_ends_it()
{
    Frames frames;
    Plot plot;
    plot.resize(600, 400);
    paintprof::Attachment *attachment = paintprof::attach(&plot, withPage(PP_OVERLAY_FULL));
    showAndSettle(plot);
    paintprof::detach(attachment);
    settle();
    frames.forget();
    plot.repaint();
    QCOMPARE(frames.seen.size(), size_t{0});
    QCOMPARE(panelOf(plot), nullptr);
    paintprof::update(&plot);
    paintprof::detach(nullptr);
}

void TestAttach::the_widget_may_go_first()
{
    QMainWindow window;
    auto *plot = new Plot;
    window.setCentralWidget(plot);
    paintprof::Attachment *attachment = paintprof::attach(plot, withPage(PP_OVERLAY_FULL));
    showAndSettle(window);
    delete plot;
    settle();
    QVERIFY(paintprof::measuredWindow(attachment));
    paintprof::detach(attachment);
}

void TestAttach::the_window_may_go_first()
{
    Frames frames;
    auto plot = std::make_unique<Plot>();
    QVERIFY(paintprof::attach(plot.get(), withPage(PP_OVERLAY_FULL)));
    showAndSettle(*plot);
    frames.forget();
    plot->update();
    plot.reset();
    settle();
    QCOMPARE(frames.seen.size(), size_t{0});
}

void TestAttach::the_window_may_go_while_it_handles_a_request()
{
    struct Killer : QObject {
        bool eventFilter(QObject *receiver, QEvent *event) override
        {
            if (event->type() != QEvent::UpdateRequest)
                return false;
            delete receiver;
            return true;
        }
    } killer;
    Frames frames;
    auto *plot = new Plot;
    QVERIFY(paintprof::attach(plot, withPage(PP_OVERLAY_MINI)));
    showAndSettle(*plot);
    frames.forget();
    plot->installEventFilter(&killer);
    QPointer<Plot> alive(plot);
    plot->update();
    settle();
    QVERIFY(!alive);
    QCOMPARE(frames.seen.size(), size_t{0});
}

void TestAttach::a_widget_may_move_into_a_window()
{
    Frames frames;
    QMainWindow window;
    auto *plot = new Plot;
    QVERIFY(paintprof::attach(plot, withPage(PP_OVERLAY_MINI)));
    window.setCentralWidget(plot);
    showAndSettle(window);
    frames.forget();
    plot->paints = 0;
    for (int i = 0; i < 5; ++i) {
        paintprof::update(plot);
        QCoreApplication::sendPostedEvents();
    }
    QCOMPARE(plot->paints, 5);
    QCOMPARE(frames.seen.size(), size_t{5});
    QVERIFY(frames.seen.back().asked_ns > 0);
    QCOMPARE(panelOf(window)->parentWidget(), &window);
}

void TestAttach::the_overlay_costs_the_widget_no_paint()
{
    Frames frames;
    Plot plot;
    plot.resize(600, 400);
    plot.setAttribute(Qt::WA_OpaquePaintEvent);
    paintprof::Attachment *attachment = paintprof::attach(&plot, withPage(PP_OVERLAY_FULL));
    QVERIFY(attachment);
    showAndSettle(plot);
    QTest::qWait(400);
    for (const pp_overlay_page page : {PP_OVERLAY_OFF, PP_OVERLAY_FULL}) {
        paintprof::setOverlayPage(attachment, page);
        settle();
        plot.paints = 0;
        for (int i = 0; i < 20; ++i) {
            plot.update(0, 380, 50, 10);
            QCoreApplication::sendPostedEvents();
        }
        QTest::qWait(400);
        QCOMPARE(plot.paints, 20);
    }
}

void TestAttach::filters_on_widgets_see_each_event_once()
{
    struct Counter : QObject {
        int paints = 0, requests = 0;
        bool eventFilter(QObject *, QEvent *event) override
        {
            paints += event->type() == QEvent::Paint;
            requests += event->type() == QEvent::UpdateRequest;
            return false;
        }
    } before, after, of_application;
    qApp->installEventFilter(&of_application);
    Plot plot;
    plot.installEventFilter(&before);
    QVERIFY(paintprof::attach(&plot, quiet()));
    plot.installEventFilter(&after);
    showAndSettle(plot);
    for (Counter *counter : {&before, &after, &of_application})
        counter->paints = counter->requests = 0;
    plot.update();
    QCoreApplication::sendPostedEvents();
    for (const Counter *counter : {&before, &after, &of_application}) {
        QCOMPARE(counter->paints, 1);
        QCOMPARE(counter->requests, 1);
    }
}

void TestAttach::no_widget_is_an_error()
{
    QCOMPARE(paintprof::attach(nullptr, quiet()), nullptr);
    QVERIFY(!QByteArray(pp_last_error()).isEmpty());
}

QTEST_MAIN(TestAttach)
#include "test_attach.moc"
