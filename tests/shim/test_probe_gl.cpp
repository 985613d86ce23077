/* tests/shim/test_probe_gl.cpp: GPU times of programs that draw by OpenGL: on software Mesa they
 * are refused and it is told why, and the programs do not notice. */
#include <paintprof/error.h>
#include <paintprof/gate.h>
#include <paintprof/overlay.h>
#include <paintprof/qwidget.hpp>
#include <paintprof/reader.h>
#include <paintprof/recording.h>

#include <QtCore/QMap>
#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>
#include <QtGui/QOpenGLFunctions>
#include <QtOpenGLWidgets/QOpenGLWidget>
#include <QtTest/QtTest>

class TestProbeGl : public QObject
{
    Q_OBJECT

private slots:
    void the_program_finds_its_opengl_as_without();
    void software_is_refused_and_named();
    void an_attached_widget_is_refused_and_named();

private:
    QByteArray run(const QProcessEnvironment &environment);
    QProcessEnvironment probed() const;

    QTemporaryDir folder_;
};

QProcessEnvironment TestProbeGl::probed() const
{
    QProcessEnvironment env = QProcessEnvironment::systemEnvironment();
    env.insert("QT_PLUGIN_PATH", PP_TEST_PROBE_FOLDER "/plugins");
    env.insert("QT_QPA_GENERIC_PLUGINS", "paintprof");
    env.insert("LD_PRELOAD", PP_TEST_PRELOAD);
    env.insert("PAINTPROF_PROBE_RECORD", folder_.filePath("gl.pprec"));
    env.insert("XDG_RUNTIME_DIR", folder_.path());
    env.insert("ASAN_OPTIONS", "verify_asan_link_order=0:" + env.value("ASAN_OPTIONS"));
    return env;
}

QByteArray TestProbeGl::run(const QProcessEnvironment &environment)
{
    QProcess child;
    child.setProcessEnvironment(environment);
    child.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    child.start(PP_TEST_PROGRAM, QStringList());
    if (!child.waitForFinished(100000))
        child.kill();
    return child.readAllStandardOutput() + "status " + QByteArray::number(child.exitCode()) +
           (child.exitStatus() == QProcess::CrashExit ? " crashed" : "");
}

void TestProbeGl::the_program_finds_its_opengl_as_without()
{
    const QByteArray without = run(QProcessEnvironment::systemEnvironment());
    QVERIFY2(without.endsWith("status 0"), without.constData());
    QVERIFY(without.contains("pixel #4080bf"));
    QVERIFY(without.contains("own context is current"));
    QCOMPARE(run(probed()), without);
}

void TestProbeGl::software_is_refused_and_named()
{
    QVERIFY(run(probed()).endsWith("status 0"));
    pp_reader *reader = nullptr;
    QCOMPARE(pp_reader_open(&reader, folder_.filePath("gl.pprec").toLocal8Bit().constData()),
             int{PP_OK});
    struct Seen {
        QMap<QByteArray, int> paints;
        int frames = 0, measured = 0;
        bool has_check = false;
    } seen;
    pp_sink sink = {};
    sink.struct_size = sizeof sink;
    sink.user = &seen;
    sink.frame = [](void *user, const pp_frame *frame) {
        static_cast<Seen *>(user)->frames++;
        static_cast<Seen *>(user)->measured += frame->gpu_ns >= 0;
    };
    sink.zone = [](void *user, const pp_zone_record *zone) {
        if (qstrcmp(zone->site->file, "<gl>") == 0)
            static_cast<Seen *>(user)->paints[zone->site->name]++;
        static_cast<Seen *>(user)->has_check |= qstrcmp(zone->site->name, "paintprof.gpu") == 0 &&
                                                zone->site->phase == PP_PHASE_OVERLAY;
    };
    QCOMPARE(pp_reader_run(reader, &sink, nullptr, nullptr), int{PP_OK});
    const QByteArray note = pp_reader_note(reader, "gpu.time");
    pp_reader_close(reader);
    QVERIFY2(note.startsWith("not measured ("), note.constData());
    QVERIFY(seen.has_check);
    QVERIFY(seen.paints["(anonymous namespace)::Surface"] >= 8);
    QVERIFY(seen.paints["(anonymous namespace)::Bare"] >= 4);
    QVERIFY(seen.frames >= 12);
    QCOMPARE(seen.measured, 0);
}

void TestProbeGl::an_attached_widget_is_refused_and_named()
{
    class Surface : public QOpenGLWidget
    {
        void paintGL() override
        {
            QOpenGLFunctions &gl = *context()->functions();
            gl.glClearColor(0, 1, 0, 1);
            gl.glClear(GL_COLOR_BUFFER_BIT);
        }
    };
    const QByteArray record = folder_.filePath("attached.pprec").toLocal8Bit();
    QCOMPARE(pp_recording_start(record.constData(), nullptr), int{PP_OK});
    QWidget window;
    window.resize(400, 300);
    Surface surface;
    surface.setParent(&window);
    surface.setGeometry(0, 0, 200, 100);
    paintprof::AttachOptions options;
    options.overlay = PP_OVERLAY_FULL;
    paintprof::Attachment *attachment = paintprof::attach(&window, options);
    QVERIFY(attachment);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    for (int i = 0; i < 20; i++) {
        surface.update();
        QTest::qWait(10);
    }
    char text[4096];
    pp_overlay_text(paintprof::overlay(attachment), text, sizeof text);
    QVERIFY2(QByteArray(text).contains("not measured"), text);
    QCOMPARE(surface.grabFramebuffer().pixelColor(20, 20), QColor(Qt::green));
    paintprof::detach(attachment);
    QCOMPARE(pp_recording_stop(), int{PP_OK});
    pg_set_profile_enabled(false);
    pp_reader *reader = nullptr;
    QCOMPARE(pp_reader_open(&reader, record.constData()), int{PP_OK});
    const QByteArray note = pp_reader_note(reader, "gpu.time");
    pp_reader_close(reader);
    QVERIFY2(note.startsWith("not measured ("), note.constData());
}

QTEST_MAIN(TestProbeGl)
#include "test_probe_gl.moc"
