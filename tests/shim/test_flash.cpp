/* tests/shim/test_flash.cpp: what the flash outlines, as it is seen on the screen of an X server
 * without a compositor, and that the program stays as it is. */
#include "probe_fixture.hpp"

#include "../../shim/probe/flash_outlines.hpp"

#include <paintprof/error.h>
#include <paintprof/reader.h>

#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>
#include <QtGui/QScreen>
#include <QtTest/QtTest>

#include <cmath>
#include <functional>

namespace
{

constexpr int patience_ms = 20000;

/* The smallest rectangle around what differs, in pixels of the screen. */
QRect difference(const QImage &a, const QImage &b)
{
    QRect around;
    for (int y = 0; y < a.height(); y++) {
        const auto *left = reinterpret_cast<const QRgb *>(a.constScanLine(y));
        const auto *right = reinterpret_cast<const QRgb *>(b.constScanLine(y));
        for (int x = 0; x < a.width(); x++) {
            if (left[x] != right[x])
                around |= QRect(x, y, 1, 1);
        }
    }
    return around;
}

bool isNear(const QRect &a, const QRect &b, int by)
{
    return std::abs(a.left() - b.left()) <= by && std::abs(a.top() - b.top()) <= by &&
           std::abs(a.right() - b.right()) <= by && std::abs(a.bottom() - b.bottom()) <= by;
}

QByteArray textOf(const QRect &r)
{
    return QStringLiteral("%1,%2 %3x%4")
        .arg(r.x())
        .arg(r.y())
        .arg(r.width())
        .arg(r.height())
        .toUtf8();
}

} // namespace

class TestFlash : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void cleanup();
    void the_scale_follows_the_share_of_the_budget();
    void outlines_are_bounded_and_die();
    void a_repaint_is_outlined_where_it_was_painted_data();
    void a_repaint_is_outlined_where_it_was_painted();
    void a_costly_repaint_has_another_colour();
    void outlines_die_away_and_nothing_else_is_repainted();
    void outlines_follow_their_window();
    void no_layer_outlives_its_window_or_the_flash();
    void frames_meanwhile_are_disturbed();
    void clicks_go_through_an_outline();
    void keys_switch_it();

private:
    QByteArray tell(char letter);
    QByteArray ask(const QByteArray &request) const;
    static QImage screen();
    static QRect onScreen(const QRect &logical);
    QRect waitForOutline(const QImage &plain, const QRect &expected);
    bool waitForPicture(const QImage &wanted);
    bool waitForWindows(int count);
    QString record() const { return folder_.filePath("flash.pprec"); }

    QTemporaryDir folder_;
    std::unique_ptr<QProcess> program_;
    QImage plain_; /* of the program without an outline */
};

void TestFlash::init()
{
    QProcessEnvironment env = QProcessEnvironment::systemEnvironment();
    env.insert("QT_PLUGIN_PATH", PP_TEST_PROBE_FOLDER "/plugins");
    env.insert("QT_QPA_GENERIC_PLUGINS", "paintprof");
    env.insert("LD_PRELOAD", PP_TEST_PRELOAD);
    env.insert("PAINTPROF_PROBE_RECORD", record());
    env.insert("PAINTPROF_PROBE_RECORD_SIZE", "0");
    env.insert("XDG_RUNTIME_DIR", folder_.path());
    env.insert("ASAN_OPTIONS", "verify_asan_link_order=0:" + env.value("ASAN_OPTIONS"));
    program_ = std::make_unique<QProcess>();
    program_->setProcessEnvironment(env);
    program_->setProcessChannelMode(QProcess::ForwardedErrorChannel);
    program_->start(PP_TEST_PROGRAM, QStringList());
    QVERIFY(program_->waitForReadyRead(patience_ms));
    QCOMPARE(program_->readLine(), QByteArray("ready\n"));
    /* The screen is at rest when it shows both windows and nothing changes any more. */
    const QPoint inside = onScreen({490, 50, 1, 1}).topLeft();
    QTRY_COMPARE_WITH_TIMEOUT(screen().pixel(inside), qRgb(60, 60, 60), patience_ms);
    QTRY_COMPARE_WITH_TIMEOUT(screen().pixel(onScreen({70, 80, 1, 1}).topLeft()), qRgb(40, 90, 40),
                              patience_ms);
    QTest::qWait(300);
    plain_ = screen();
}

void TestFlash::cleanup()
{
    if (!program_)
        return;
    program_->closeWriteChannel();
    QTRY_COMPARE_WITH_TIMEOUT(program_->state(), QProcess::NotRunning, patience_ms);
    QCOMPARE(program_->exitStatus(), QProcess::NormalExit);
    QCOMPARE(program_->exitCode(), 0);
    program_.reset();
}

/* One letter to the program, and its line. */
QByteArray TestFlash::tell(char letter)
{
    program_->putChar(letter);
    program_->waitForBytesWritten(patience_ms);
    while (!program_->canReadLine() && program_->waitForReadyRead(patience_ms))
        continue;
    return program_->readLine();
}

QByteArray TestFlash::ask(const QByteArray &request) const
{
    return ::ask(folder_.path(), program_->processId(), request);
}

QImage TestFlash::screen()
{
    return QGuiApplication::primaryScreen()->grabWindow(0).toImage().convertToFormat(
        QImage::Format_RGB32);
}

QRect TestFlash::onScreen(const QRect &logical)
{
    const double ratio = QGuiApplication::primaryScreen()->devicePixelRatio();
    return QRectF(QPointF(logical.topLeft()) * ratio, QSizeF(logical.size()) * ratio).toRect();
}

/* What differs from plain, as soon as that is the expected rectangle; else what differed last. */
QRect TestFlash::waitForOutline(const QImage &plain, const QRect &expected)
{
    const int by = QGuiApplication::primaryScreen()->devicePixelRatio() == 1 ? 0 : 2;
    const QDeadlineTimer patience(patience_ms);
    QRect found;
    do {
        found = difference(plain, screen());
        if (isNear(found, onScreen(expected), by))
            return found;
    } while (!patience.hasExpired());
    return found;
}

bool TestFlash::waitForPicture(const QImage &wanted)
{
    const QDeadlineTimer patience(patience_ms);
    while (!patience.hasExpired()) {
        if (difference(wanted, screen()).isNull())
            return true;
        QTest::qWait(20);
    }
    return false;
}

/* The program counts its own and ours. */
bool TestFlash::waitForWindows(int count)
{
    const QDeadlineTimer patience(patience_ms);
    const QByteArray wanted = ' ' + QByteArray::number(count) + " windows";
    while (!patience.hasExpired()) {
        if (tell('?').contains(wanted))
            return true;
        QTest::qWait(20);
    }
    return false;
}

/* ---- What is outlined ---------------------------------------------------------------------- */

void TestFlash::the_scale_follows_the_share_of_the_budget()
{
    using ppq::flashLevel;
    using ppq::FlashLevel;
    constexpr uint64_t budget_ns = 10000000;
    QCOMPARE(flashLevel(0, budget_ns), FlashLevel::Least);
    QCOMPARE(flashLevel(100000, budget_ns), FlashLevel::Least);
    QCOMPARE(flashLevel(100001, budget_ns), FlashLevel::Little);
    QCOMPARE(flashLevel(500001, budget_ns), FlashLevel::Some);
    QCOMPARE(flashLevel(2000001, budget_ns), FlashLevel::Much);
    QCOMPARE(flashLevel(5000001, budget_ns), FlashLevel::Most);
    QCOMPARE(flashLevel(UINT64_MAX, budget_ns), FlashLevel::Most);
    for (int level = 1; level <= int(FlashLevel::Most); level++) {
        QVERIFY(ppq::flashWidth(FlashLevel(level)) >= ppq::flashWidth(FlashLevel(level - 1)));
        QVERIFY(ppq::flashColor(FlashLevel(level)) != ppq::flashColor(FlashLevel(level - 1)));
    }
}

void TestFlash::outlines_are_bounded_and_die()
{
    ppq::FlashOutlines outlines;
    outlines.add(QRect(), ppq::FlashLevel::Most, 5);
    QVERIFY(outlines.isEmpty());
    for (int i = 0; i < 5000; i++)
        outlines.add({i, 10, 20, 20}, ppq::FlashLevel::Least, 1000);
    QCOMPARE(outlines.all().size(), ppq::FlashOutlines::most + 1);
    QCOMPARE(outlines.all().back().rect, QRect(ppq::FlashOutlines::most, 10, 4763, 20));
    outlines.add({0, 10, 20, 20}, ppq::FlashLevel::Most, 2000); /* the first, once more */
    QVERIFY(outlines.expire(ppq::FlashOutlines::life_ns + 1000));
    QCOMPARE(outlines.all().size(), size_t{1});
    const ppq::FlashOutlines::Outline &left = outlines.all()[0];
    QCOMPARE(ppq::FlashOutlines::strength(left, 2000), 1.0);
    QCOMPARE(ppq::FlashOutlines::ring(left).boundingRect(), QRect(0, 10, 20, 20));
    QVERIFY(!ppq::FlashOutlines::ring(left).contains(QPoint(10, 20)));
    QCOMPARE(ppq::FlashOutlines::ring({{0, 0, 3, 90}, ppq::FlashLevel::Most, 0}),
             QRegion(0, 0, 3, 90));
    QVERIFY(!outlines.expire(ppq::FlashOutlines::life_ns + 2000));
}

void TestFlash::a_repaint_is_outlined_where_it_was_painted_data()
{
    QTest::addColumn<char>("what");
    QTest::addColumn<QRect>("painted");
    QTest::newRow("widget") << 'w' << QRect(60, 70, 140, 90);
    QTest::newRow("item") << 'i' << QRect(293, 143, 64, 44); /* and what Qt adds around it */
    QTest::newRow("window") << 'r' << QRect(480, 40, 300, 200);
}

void TestFlash::a_repaint_is_outlined_where_it_was_painted()
{
    QFETCH(char, what);
    QFETCH(QRect, painted);
    QCOMPARE(ask("flash on"), QByteArray("ok"));
    tell(what);
    const QRect found = waitForOutline(plain_, painted);
    const int by = QGuiApplication::primaryScreen()->devicePixelRatio() == 1 ? 0 : 2;
    QVERIFY2(isNear(found, onScreen(painted), by), textOf(found).constData());
    /* Nothing inside is covered. */
    const QRect inside = onScreen(painted.adjusted(8, 8, -8, -8));
    QVERIFY(difference(plain_.copy(inside), screen().copy(inside)).isNull());
}

void TestFlash::a_costly_repaint_has_another_colour()
{
    QCOMPARE(ask("flash on"), QByteArray("ok"));
    tell('S');
    tell('w');
    const QPoint corner = onScreen({61, 71, 1, 1}).topLeft();
    const QColor wanted = ppq::flashColor(ppq::FlashLevel::Most);
    /* It has begun to die away when it is seen. */
    QTRY_VERIFY_WITH_TIMEOUT(
        std::abs(QColor(screen().pixel(corner)).hslHue() - wanted.hslHue()) < 8, patience_ms);
}

void TestFlash::outlines_die_away_and_nothing_else_is_repainted()
{
    const QByteArray before = tell('?');
    QCOMPARE(ask("flash on"), QByteArray("ok"));
    tell('w');
    QVERIFY(!waitForOutline(plain_, {60, 70, 140, 90}).isNull());
    QVERIFY(screen() != plain_);
    tell('s');
    QVERIFY(waitForPicture(plain_));
    QCOMPARE(tell('?').split(',').last(),
             before.split(',').last()); /* paints of the other window */
}

void TestFlash::outlines_follow_their_window()
{
    QCOMPARE(ask("flash on"), QByteArray("ok"));
    tell('w');
    QVERIFY(!waitForOutline(plain_, {60, 70, 140, 90}).isNull());
    tell('s');
    tell('m');
    QTest::qWait(700);
    QImage plain = screen();
    tell('w');
    QRect found = waitForOutline(plain, {120, 370, 140, 90});
    QVERIFY2(isNear(found, onScreen({120, 370, 140, 90}), 2), textOf(found).constData());
    tell('s');
    tell('z');
    QTest::qWait(700);
    plain = screen();
    tell('r');
    found = waitForOutline(plain, {540, 340, 200, 150});
    QVERIFY2(isNear(found, onScreen({540, 340, 200, 150}), 2), textOf(found).constData());
}

void TestFlash::no_layer_outlives_its_window_or_the_flash()
{
    QVERIFY(waitForWindows(2));
    QCOMPARE(ask("flash on"), QByteArray("ok"));
    tell('w');
    QVERIFY(waitForWindows(3));
    tell('r');
    QVERIFY(waitForWindows(4));
    QCOMPARE(ask("flash off"), QByteArray("ok"));
    QVERIFY(waitForWindows(2));
    tell('s');
    QVERIFY(waitForPicture(plain_));
    QCOMPARE(ask("flash on"), QByteArray("ok"));
    tell('r');
    QVERIFY(waitForWindows(3));
    tell('h');
    QVERIFY(waitForWindows(2));
    tell('s');
    tell('v');
    tell('r');
    QVERIFY(waitForWindows(3));
    tell('s');
    tell('c'); /* the last windows: the program ends as without the flash */
    QVERIFY(program_->waitForFinished(patience_ms));
}

void TestFlash::frames_meanwhile_are_disturbed()
{
    tell('w');
    QTest::qWait(200);
    QVERIFY(!ask("status").endsWith(", flash"));
    QCOMPARE(ask("flash on"), QByteArray("ok"));
    QVERIFY(ask("status").endsWith(", flash"));
    QTest::qWait(300);
    QCOMPARE(ask("flash off"), QByteArray("ok"));
    QTest::qWait(200);
    tell('s');
    program_->closeWriteChannel();
    QVERIFY(program_->waitForFinished(patience_ms));

    pp_reader *reader = nullptr;
    QCOMPARE(pp_reader_open(&reader, record().toLocal8Bit().constData()), int{PP_OK});
    struct Seen {
        QByteArray runs; /* of disturbed and other frames */
        bool has_layer = false;
    } seen;
    pp_sink sink = {};
    sink.struct_size = sizeof sink;
    sink.user = &seen;
    sink.frame = [](void *user, const pp_frame *frame) {
        QByteArray &runs = static_cast<Seen *>(user)->runs;
        const char run = frame->is_disturbed ? 'd' : '-';
        if (!runs.endsWith(run))
            runs += run;
    };
    sink.zone = [](void *user, const pp_zone_record *zone) {
        static_cast<Seen *>(user)->has_layer |= qstrcmp(zone->site->name, "paintprof.flash") == 0 &&
                                                zone->site->phase == PP_PHASE_OVERLAY;
    };
    QCOMPARE(pp_reader_run(reader, &sink, nullptr, nullptr), int{PP_OK});
    pp_reader_close(reader);
    QCOMPARE(seen.runs, QByteArray("-d-"));
    QVERIFY(seen.has_layer);
}

void TestFlash::clicks_go_through_an_outline()
{
    if (QStandardPaths::findExecutable("xdotool").isEmpty())
        QSKIP("xdotool is not installed");
    QCOMPARE(ask("flash on"), QByteArray("ok"));
    tell('S'); /* a wide outline */
    tell('w');
    QVERIFY(!waitForOutline(plain_, {60, 70, 140, 90}).isNull());
    const QPoint on_it = onScreen({61, 100, 1, 1}).topLeft();
    QCOMPARE(QProcess::execute("xdotool", {"mousemove", QString::number(on_it.x()),
                                           QString::number(on_it.y()), "click", "1"}),
             0);
    QTRY_VERIFY_WITH_TIMEOUT(tell('?').contains(", 1 clicks,"), patience_ms);
}

void TestFlash::keys_switch_it()
{
    tell('k');
    QVERIFY(ask("status").endsWith(", flash"));
    tell('k');
    QVERIFY(!ask("status").endsWith(", flash"));
}

QTEST_MAIN(TestFlash)
#include "test_flash.moc"
