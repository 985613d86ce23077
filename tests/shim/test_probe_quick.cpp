/* tests/shim/test_probe_quick.cpp: what the probe finds of a QQuickWidget. */
#include <paintprof/error.h>
#include <paintprof/reader.h>

#include <QtCore/QMap>
#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

namespace
{

struct Seen {
    QMap<QByteArray, int> quick;                     /* paints of each "<quick>" site */
    QSet<QByteArray> causes;                         /* "event|receiver" of the widget */
    QMap<uint32_t, QMap<QByteArray, int>> in_frames; /* sites in the frames of each window */
};

} // namespace

class TestProbeQuick : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void the_program_ends_as_without();
    void it_is_one_painter_with_sync_and_render_apart();
    void its_rendering_counts_to_the_frames_of_its_window();
    void its_repaints_have_the_causes_of_its_items();

private:
    static QByteArray run(const QProcessEnvironment &environment);

    QTemporaryDir folder_;
    QByteArray with_;
    Seen seen_;
};

QByteArray TestProbeQuick::run(const QProcessEnvironment &environment)
{
    QProcess child;
    child.setProcessEnvironment(environment);
    child.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    child.start(PP_TEST_PROGRAM, QStringList());
    if (!child.waitForFinished(60000))
        child.kill();
    return child.readAllStandardOutput() + "status " + QByteArray::number(child.exitCode());
}

void TestProbeQuick::initTestCase()
{
    const QString record = folder_.filePath("quick.pprec");
    QProcessEnvironment env = QProcessEnvironment::systemEnvironment();
    env.insert("QT_PLUGIN_PATH", PP_TEST_PROBE_FOLDER "/plugins");
    env.insert("QT_QPA_GENERIC_PLUGINS", "paintprof");
    env.insert("LD_PRELOAD", PP_TEST_PRELOAD);
    env.insert("PAINTPROF_PROBE_RECORD", record);
    env.insert("XDG_RUNTIME_DIR", folder_.path());
    env.insert("ASAN_OPTIONS", "verify_asan_link_order=0:" + env.value("ASAN_OPTIONS"));
    with_ = run(env);
    if (with_.endsWith("status 2"))
        QSKIP("qml6-module-qtquick is not installed");
    pp_reader *reader = nullptr;
    QCOMPARE(pp_reader_open(&reader, record.toLocal8Bit().constData()), int{PP_OK});
    pp_sink sink = {};
    sink.struct_size = sizeof sink;
    sink.user = &seen_;
    sink.frame = [](void *user, const pp_frame *frame) {
        for (uint32_t i = 0; i < frame->painter_count; i++)
            static_cast<Seen *>(user)->in_frames[frame->window][frame->painters[i].site->name] +=
                static_cast<int>(frame->painters[i].count);
    };
    sink.zone = [](void *user, const pp_zone_record *zone) {
        if (qstrcmp(zone->site->file, "<quick>") == 0)
            static_cast<Seen *>(user)->quick[zone->site->name]++;
    };
    sink.painted = [](void *user, const pp_paint_record *paint) {
        if (qstrcmp(paint->site->file, "<quick>") != 0)
            return;
        for (uint32_t i = 0; i < paint->cause_count; i++)
            static_cast<Seen *>(user)->causes.insert(QByteArray(paint->causes[i].event) + '|' +
                                                     paint->causes[i].receiver);
    };
    QCOMPARE(pp_reader_run(reader, &sink, nullptr, nullptr), int{PP_OK});
    pp_reader_close(reader);
}

void TestProbeQuick::the_program_ends_as_without()
{
    const QByteArray without = run(QProcessEnvironment::systemEnvironment());
    QVERIFY2(without.contains("#ffd700 #000080"), without.constData());
    QCOMPARE(with_, without);
}

void TestProbeQuick::it_is_one_painter_with_sync_and_render_apart()
{
    QCOMPARE(seen_.quick.keys().join(", "),
             QByteArray("QQuickWidget \"board\", QQuickWidget render, QQuickWidget sync"));
    QVERIFY(seen_.quick["QQuickWidget \"board\""] >= 10);
    QVERIFY(seen_.quick["QQuickWidget render"] >= 10);
    QVERIFY(seen_.quick["QQuickWidget sync"] >= 10);
}

void TestProbeQuick::its_rendering_counts_to_the_frames_of_its_window()
{
    int windows = 0;
    for (auto it = seen_.in_frames.cbegin(); it != seen_.in_frames.cend(); ++it) {
        const bool is_its = it->contains("QQuickWidget \"board\"");
        QCOMPARE(it->contains("QQuickWidget render"), is_its);
        QCOMPARE(it->contains("QQuickWidget sync"), is_its);
        windows += is_its;
    }
    QCOMPARE(seen_.in_frames.size(), qsizetype{2});
    QCOMPARE(windows, 1);
}

void TestProbeQuick::its_repaints_have_the_causes_of_its_items()
{
    QVERIFY2(seen_.causes.contains("Timer|QTimer \"mover\""),
             seen_.causes.values().join(", ").constData());
}

QTEST_GUILESS_MAIN(TestProbeQuick)
#include "test_probe_quick.moc"
