/* tests/shim/test_probe.cpp: the probe in a program that was not made for it: what it finds, and
 * that the program does not notice. */
#include "probe_fixture.hpp"

#include <paintprof/cause.h>
#include <paintprof/error.h>
#include <paintprof/reader.h>
#include <paintprof/session.h>

#include <QtCore/QFile>
#include <QtCore/QMap>
#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include <set>

namespace
{

/* How a child ended, and what it said. */
struct Ended {
    QByteArray out;
    int status;
    bool crashed;
};

/* What a recording says of one painter. */
struct Painted {
    quint64 count = 0, pixels = 0, self_ns = 0;
    std::set<quint32> objects;
    QSet<QByteArray> causes;         /* "event|receiver|caller" */
    QMap<QByteArray, quint64> asked; /* how often, by cause */
    quint64 unpainted = 0;
    quint64 sampled = 0, unchanged = 0, covered = 0;
};

struct Found {
    QMap<QByteArray, Painted> painters; /* by "<kind> name" */
    QList<QByteArray> events;           /* "event|receiver", of slow handlers */
    quint64 frames = 0, disturbed = 0;
    quint64 overhead_ns = 0;
    QMap<quint32, quint64> windows; /* frames of each */
};

QByteArray keyOf(const pp_site_info *site)
{
    return QByteArray(site->file) + ' ' + site->name;
}

QByteArray causeText(const pp_cause_record &cause)
{
    return QByteArray(cause.event) + '|' + cause.receiver + '|' + cause.caller;
}

Found read(const QString &path)
{
    Found found;
    pp_reader *reader = nullptr;
    if (pp_reader_open(&reader, path.toLocal8Bit().constData()) != PP_OK)
        return found;
    pp_sink sink = {};
    sink.struct_size = sizeof sink;
    sink.user = &found;
    sink.frame = [](void *user, const pp_frame *frame) {
        static_cast<Found *>(user)->frames++;
        static_cast<Found *>(user)->windows[frame->window]++;
        static_cast<Found *>(user)->disturbed += frame->is_disturbed;
    };
    sink.zone = [](void *user, const pp_zone_record *zone) {
        static_cast<Found *>(user)->painters[keyOf(zone->site)].count++;
    };
    sink.painted = [](void *user, const pp_paint_record *paint) {
        Painted &painted = static_cast<Found *>(user)->painters[keyOf(paint->site)];
        painted.self_ns += paint->self_ns;
        painted.pixels += paint->pixels;
        painted.objects.insert(paint->object);
        painted.sampled += paint->sampled;
        painted.unchanged += paint->unchanged;
        painted.covered += paint->covered;
        for (uint32_t i = 0; i < paint->cause_count; i++)
            painted.causes.insert(causeText(paint->causes[i]));
        for (uint32_t i = 0; i < paint->cause_count; i++)
            painted.asked[causeText(paint->causes[i])] += paint->causes[i].count;
    };
    sink.unpainted = [](void *user, const pp_unpainted_record *updates) {
        static_cast<Found *>(user)->painters[keyOf(updates->site)].unpainted +=
            updates->cause.count;
    };
    sink.event = [](void *user, const pp_event_record *event) {
        static_cast<Found *>(user)->events.append(QByteArray(event->cause.event) + '|' +
                                                  event->cause.receiver);
    };
    sink.overhead = [](void *user, uint32_t, uint64_t ns) {
        static_cast<Found *>(user)->overhead_ns += ns;
    };
    pp_reader_run(reader, &sink, nullptr, nullptr);
    pp_reader_close(reader);
    return found;
}

} // namespace

class TestProbe : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void the_program_sees_the_same_events_in_the_same_order_data();
    void the_program_sees_the_same_events_in_the_same_order();
    void the_program_paints_the_same_while_repaints_are_outlined();
    void the_program_ends_as_without_whatever_its_application_s_lifetime_data();
    void the_program_ends_as_without_whatever_its_application_s_lifetime();
    void an_exception_that_nobody_catches_ends_the_program_as_without();
    void widgets_are_named_with_class_and_object_name();
    void items_are_told_apart_by_class_and_instance();
    void an_item_in_the_place_of_a_deleted_one_is_told_under_its_own_class();
    void each_place_that_moves_an_item_is_a_cause_of_its_own();
    void an_update_has_the_event_and_the_caller_that_asked_for_it();
    void updates_behind_an_opaque_widget_are_told_as_unpainted();
    void what_is_painted_under_others_or_without_change_is_told();
    void a_slow_slot_between_frames_is_told();
    void a_slow_handler_of_any_kind_is_told_data();
    void a_slow_handler_of_any_kind_is_told();
    void what_is_slow_can_be_chosen();
    void a_program_that_measures_itself_is_counted_once_data();
    void a_program_that_measures_itself_is_counted_once();
    void a_program_with_a_core_of_its_own_is_told();
    void without_the_preload_library_causes_have_no_caller();
    void items_and_causes_may_be_left_out();
    void children_are_not_profiled_and_see_the_user_s_environment();
    void the_status_file_tells_that_it_was_loaded();
    void the_duration_ends_the_program_politely();
    void the_overlay_is_switched_by_the_control_socket();
    void a_recording_is_started_and_stopped_by_the_control_socket();
    void a_wrong_request_is_answered_with_an_error();
    void python_items_are_told_apart_by_their_class();

private:
    QProcessEnvironment environment(const QString &record, bool is_preloaded = true) const;
    Ended runChild(const QProcessEnvironment &environment, const QStringList &arguments,
                   const QString &program = PP_TEST_PROGRAM) const;
    Found measure(const QString &scene, const QProcessEnvironment &environment,
                  const QString &record) const;
    QString path(const char *name) const { return folder_.filePath(name); }

    QTemporaryDir folder_;
};

void TestProbe::initTestCase()
{
    QVERIFY(folder_.isValid());
    QVERIFY2(QFile::exists(PP_TEST_PROBE_FOLDER "/plugins/generic/libpaintprofprobe.so"),
             "the probe is not built");
}

/* As `paintprof run` sets it. */
QProcessEnvironment TestProbe::environment(const QString &record, bool is_preloaded) const
{
    QProcessEnvironment env = QProcessEnvironment::systemEnvironment();
    env.insert("QT_PLUGIN_PATH", PP_TEST_PROBE_FOLDER "/plugins");
    env.insert("QT_QPA_GENERIC_PLUGINS", "paintprof");
    if (is_preloaded)
        env.insert("LD_PRELOAD", PP_TEST_PRELOAD);
    env.insert("PAINTPROF_PROBE_RECORD", record);
    env.insert("PAINTPROF_PROBE_STATUS", path("status"));
    env.insert("XDG_RUNTIME_DIR", folder_.path());
    /* Under ASan, whose library wants to be the first of all. */
    env.insert("ASAN_OPTIONS", "verify_asan_link_order=0:" + env.value("ASAN_OPTIONS"));
    return env;
}

Ended TestProbe::runChild(const QProcessEnvironment &env, const QStringList &arguments,
                          const QString &program) const
{
    QProcess child;
    child.setProcessEnvironment(env);
    child.setStandardErrorFile(QProcess::nullDevice());
    child.start(program, arguments);
    if (!child.waitForFinished(60000))
        child.kill();
    return {child.readAllStandardOutput(), child.exitCode(),
            child.exitStatus() == QProcess::CrashExit};
}

Found TestProbe::measure(const QString &scene, const QProcessEnvironment &env,
                         const QString &record) const
{
    const Ended ended = runChild(env, {scene});
    return ended.crashed || ended.status != 0 ? Found() : read(record);
}

/* ---- What the program notices -------------------------------------------------------------- */

void TestProbe::the_program_sees_the_same_events_in_the_same_order_data()
{
    QTest::addColumn<QString>("scene");
    for (const char *scene : {"events", "delete_later", "delete", "throw", "modal", "nested",
                              "drag", "unloading", "threads", "pixels"})
        QTest::newRow(scene) << QString(scene);
}

void TestProbe::the_program_sees_the_same_events_in_the_same_order()
{
    QFETCH(QString, scene);
    QProcessEnvironment plain = QProcessEnvironment::systemEnvironment();
    plain.insert("XDG_RUNTIME_DIR", folder_.path());
    QProcessEnvironment probed = environment(path("same.pprec"));
    if (scene == "drag") { /* offscreen has none */
        plain.insert("QT_QPA_PLATFORM", "minimal");
        probed.insert("QT_QPA_PLATFORM", "minimal");
    }
    const Ended without = runChild(plain, {scene});
    const Ended with = runChild(probed, {scene});
    QVERIFY(scene != "drag" || without.out.contains("parcel drops on to"));
    QVERIFY(scene != "unloading" || without.out.contains("mapped 0"));
    QVERIFY(!without.out.isEmpty());
    QVERIFY(!without.crashed);
    QCOMPARE(with.out, without.out);
    QCOMPARE(with.status, without.status);
    QCOMPARE(with.crashed, without.crashed);
}

void TestProbe::the_program_paints_the_same_while_repaints_are_outlined()
{
    QProcessEnvironment env = environment(path("flash.pprec"));
    env.insert("PAINTPROF_PROBE_FLASH", "1");
    const Ended without = runChild(QProcessEnvironment::systemEnvironment(), {"pixels"});
    const Ended with = runChild(env, {"pixels"});
    QVERIFY(without.out.startsWith("painted "));
    QCOMPARE(with.out, without.out);
    QCOMPARE(with.status, 0);
    const Found found = read(path("flash.pprec"));
    QVERIFY(found.disturbed > 0);
    QCOMPARE(found.disturbed, found.frames);
}

void TestProbe::the_program_ends_as_without_whatever_its_application_s_lifetime_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("status");
    QTest::newRow("on the stack") << QStringList{"modal", "stack"} << 7;
    QTest::newRow("static") << QStringList{"modal", "static"} << 7;
    QTest::newRow("never deleted") << QStringList{"modal", "leaked"} << 7;
    QTest::newRow("exit() in a slot") << QStringList{"exit", "stack"} << 9;
}

void TestProbe::the_program_ends_as_without_whatever_its_application_s_lifetime()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, status);
    QProcessEnvironment env = environment(path("ends.pprec"));
    env.insert("PAINTPROF_PROBE_OVERLAY", "full");
    env.insert("PAINTPROF_PROBE_CSV", path("ends.csv"));
    /* Where the application is not deleted, fontconfig keeps what the overlay's text needed. */
    if (arguments[0] == "exit" || arguments[1] == "leaked")
        env.insert("ASAN_OPTIONS", "detect_leaks=0:" + env.value("ASAN_OPTIONS"));
    const Ended ended = runChild(env, arguments);
    QVERIFY(!ended.crashed);
    QCOMPARE(ended.status, status);
    pp_reader *reader = nullptr;
    QCOMPARE(pp_reader_open(&reader, path("ends.pprec").toLocal8Bit().constData()), int{PP_OK});
    const bool is_complete = pp_reader_info(reader)->complete;
    pp_reader_close(reader);
    QVERIFY(is_complete);
}

void TestProbe::an_exception_that_nobody_catches_ends_the_program_as_without()
{
    const Ended without = runChild(QProcessEnvironment::systemEnvironment(), {"uncaught"});
    const Ended with = runChild(environment(path("uncaught.pprec")), {"uncaught"});
    QVERIFY(without.crashed);
    QVERIFY(with.crashed);
    QCOMPARE(with.status, without.status);
}

/* ---- What it finds ------------------------------------------------------------------------- */

void TestProbe::widgets_are_named_with_class_and_object_name()
{
    const QString record = path("widgets.pprec");
    const Found found = measure("causes", environment(record), record);
    const Painted ticking = found.painters["<widget> Painter \"ticking\""];
    QVERIFY(ticking.count >= 50);
    QVERIFY(ticking.pixels >= ticking.count * 10000);
    QVERIFY(found.painters["<widget> QLabel \"label\""].count >= 50);
    QVERIFY(found.frames >= 50);
    QVERIFY(found.overhead_ns > 0);
}

void TestProbe::items_are_told_apart_by_class_and_instance()
{
    const QString record = path("items.pprec");
    const Found found = measure("items", environment(record), record);
    for (const char *name : {"<item> QGraphicsRectItem", "<item> (anonymous namespace)::Box"}) {
        const Painted items = found.painters[name];
        QCOMPARE(items.objects.size(), size_t{500});
        QVERIFY(items.count >= 500 * 15);
        QVERIFY(items.pixels > 0);
    }
    const Painted dial = found.painters["<item> (anonymous namespace)::Dial"];
    QCOMPARE(dial.objects.size(), size_t{1});
    QVERIFY(dial.count >= 15);
    QVERIFY(dial.pixels >= dial.count * 900);
    /* Its class was unknown until it was added to the shown scene. */
    QVERIFY(found.painters["<item> (anonymous namespace)::Sign"].count > 0);
}

void TestProbe::an_item_in_the_place_of_a_deleted_one_is_told_under_its_own_class()
{
    const QString record = path("reused.pprec");
    const Found found = measure("reused_place", environment(record), record);
    const Painted before = found.painters["<item> QGraphicsRectItem"];
    const Painted after = found.painters["<item> (anonymous namespace)::Box"];
    QCOMPARE(before.objects, (std::set<quint32>{1}));
    QCOMPARE(after.objects, (std::set<quint32>{1, 2})); /* one was there from the start */
    QVERIFY(before.count >= 9);
    QVERIFY(after.count >= 9);
    QVERIFY(!before.asked.isEmpty());
    QVERIFY(!after.asked.isEmpty());
}

/* Whatever the order in which items are moved and painted. */
void TestProbe::each_place_that_moves_an_item_is_a_cause_of_its_own()
{
    const QString record = path("item_causes.pprec");
    const Found found = measure("item_causes", environment(record), record);
    const Painted boxes = found.painters["<item> (anonymous namespace)::Box"];
    QCOMPARE(boxes.objects.size(), size_t{1200});
    QList<quint64> asked;
    for (auto cause = boxes.asked.cbegin(); cause != boxes.asked.cend(); ++cause) {
        if (cause.key().startsWith("Timer|QTimer|"))
            asked.append(cause.value());
    }
    std::sort(asked.begin(), asked.end());
    QCOMPARE(asked.size(), 2);
    QCOMPARE(asked[0], quint64{1200 * 20});
    QCOMPARE(asked[1], 2 * asked[0]);
}

void TestProbe::an_update_has_the_event_and_the_caller_that_asked_for_it()
{
    const QString record = path("causes.pprec");
    const Found found = measure("causes", environment(record), record);
    const Painted ticking = found.painters["<widget> Painter \"ticking\""];
    bool is_found = false;
    for (const QByteArray &cause : ticking.causes)
        is_found |= cause.startsWith("Timer|QTimer|") && cause.contains("probe_program");
    QVERIFY2(is_found, ticking.causes.values().join(", ").constData());
    const Painted label = found.painters["<widget> QLabel \"label\""];
    is_found = false;
    for (const QByteArray &cause : label.causes)
        is_found |= cause.startsWith("Timer|QTimer|") && cause.contains("probe_program");
    QVERIFY2(is_found, label.causes.values().join(", ").constData());
}

void TestProbe::updates_behind_an_opaque_widget_are_told_as_unpainted()
{
    const QString record = path("hidden.pprec");
    const Found found = measure("causes", environment(record), record);
    QVERIFY(found.painters["<widget> Painter \"hidden\""].unpainted >= 50);
    QCOMPARE(found.painters["<widget> Painter \"ticking\""].unpainted, quint64{0});
}

void TestProbe::what_is_painted_under_others_or_without_change_is_told()
{
    const QString record = path("waste.pprec");
    const Found found = measure("waste", environment(record), record);
    const Painted under = found.painters["<widget> Painter \"under\""];
    QVERIFY(under.sampled > 0);
    QCOMPARE(under.covered, under.sampled);
    const Painted still = found.painters["<widget> (anonymous namespace)::Plate \"still\""];
    QVERIFY(still.sampled > 0);
    QCOMPARE(still.unchanged, still.sampled);
    QCOMPARE(still.covered, quint64{0});
    const Painted changing = found.painters["<widget> Painter \"changing\""];
    QVERIFY(changing.sampled > 0);
    QCOMPARE(changing.unchanged, quint64{0});
    QCOMPARE(changing.covered, quint64{0});
}

void TestProbe::a_slow_slot_between_frames_is_told()
{
    const QString record = path("slow.pprec");
    const Found found = measure("causes", environment(record), record);
    QVERIFY(found.events.contains("Timer|QTimer"));
}

void TestProbe::a_slow_handler_of_any_kind_is_told_data()
{
    QTest::addColumn<QByteArray>("event");
    QTest::newRow("timer") << QByteArray("Timer|QTimer \"beat\"");
    QTest::newRow("timer of an object")
        << QByteArray("Timer|(anonymous namespace)::Clock \"clock\"");
    QTest::newRow("mouse") << QByteArray("MouseButtonPress|(anonymous namespace)::Pad \"pad\"");
    QTest::newRow("key") << QByteArray("KeyPress|(anonymous namespace)::Pad \"pad\"");
    QTest::newRow("queued slot") << QByteArray("MetaCall|Actor \"worker\"");
    QTest::newRow("socket") << QByteArray("SockAct|QSocketNotifier \"line\"");
}

void TestProbe::a_slow_handler_of_any_kind_is_told()
{
    QFETCH(QByteArray, event);
    const QString record = path("kinds.pprec");
    const Found found = measure("slow_events", environment(record), record);
    QVERIFY2(found.events.contains(event), found.events.join(", ").constData());
}

void TestProbe::what_is_slow_can_be_chosen()
{
    const QString record = path("choice.pprec");
    QProcessEnvironment env = environment(record);
    env.insert("PAINTPROF_PROBE_SLOW_EVENT", "10000");
    QVERIFY(measure("slow_events", env, record).events.isEmpty());
    env.insert("PAINTPROF_PROBE_SLOW_EVENT", "0");
    const Found all = measure("slow_events", env, record);
    /* The worker does nothing for it. */
    QVERIFY2(all.events.contains("User|Actor \"worker\""), all.events.join(", ").constData());
    for (const QByteArray &event : all.events)
        QVERIFY2(!event.contains("|ppq::"), event.constData());
}

void TestProbe::a_program_that_measures_itself_is_counted_once_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("painter");
    QTest::addColumn<QByteArray>("overlay");
    QTest::newRow("ppq_window") << PP_TEST_CHART << QStringList{"--frames", "60", "--script", "pan"}
                                << QByteArray("<widget> ppq_view") << QByteArray("off");
    QTest::newRow("attach") << PP_TEST_CUSTOM_PAINT << QStringList{"--frames", "60"}
                            << QByteArray("<widget> Spectrum") << QByteArray("off");
    QTest::newRow("attach, with our overlay too")
        << PP_TEST_CUSTOM_PAINT << QStringList{"--frames", "60"} << QByteArray("<widget> Spectrum")
        << QByteArray("full");
}

void TestProbe::a_program_that_measures_itself_is_counted_once()
{
    QFETCH(QString, program);
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, painter);
    QFETCH(QByteArray, overlay);
    const QString record = path("self.pprec");
    QProcessEnvironment env = environment(record);
    env.insert("PAINTPROF_PROBE_OVERLAY", overlay);
    QFile::remove(path("status"));
    const Ended ended = runChild(env, arguments, program);
    QVERIFY(!ended.crashed);
    QCOMPARE(ended.status, 0);
    const Found found = read(record);
    QCOMPARE(found.windows.size(), qsizetype{1});
    QVERIFY2(found.frames >= 60 && found.frames < 80, QByteArray::number(found.frames).constData());
    const Painted painted = found.painters[painter];
    QVERIFY2(painted.count >= 60, found.painters.keys().join(", ").constData());
    QVERIFY(!painted.causes.isEmpty());
    QVERIFY(painted.self_ns > 0);
    for (auto it = found.painters.cbegin(); it != found.painters.cend(); ++it) {
        QVERIFY2(!it.key().endsWith("::paintEvent"), it.key().constData());
        QVERIFY2(!it.key().contains("OverlayPanel"), it.key().constData());
    }
    QFile status(path("status"));
    QVERIFY(status.open(QIODevice::ReadOnly));
    QVERIFY(!status.readAll().contains("error"));
}

void TestProbe::a_program_with_a_core_of_its_own_is_told()
{
    const QString record = path("own.pprec");
    QFile::remove(path("status"));
    const Found found = measure("own_core", environment(record), record);
    QCOMPARE(found.windows.size(), qsizetype{2});
    QVERIFY(found.frames >= 4);
    QFile status(path("status"));
    QVERIFY(status.open(QIODevice::ReadOnly));
    QCOMPARE(status.readAll().count("by a copy of paintprof of its own"), qsizetype{1});
}

void TestProbe::without_the_preload_library_causes_have_no_caller()
{
    const QString record = path("nopreload.pprec");
    const Found found = measure("causes", environment(record, false), record);
    const Painted ticking = found.painters["<widget> Painter \"ticking\""];
    QVERIFY(ticking.count >= 50);
    QVERIFY(!ticking.causes.isEmpty());
    for (const QByteArray &cause : ticking.causes)
        QVERIFY2(cause.endsWith('|') && cause != "||", cause.constData());
}

void TestProbe::items_and_causes_may_be_left_out()
{
    const QString record = path("without.pprec");
    QProcessEnvironment env = environment(record);
    env.insert("PAINTPROF_PROBE_ITEMS", "0");
    env.insert("PAINTPROF_PROBE_CAUSES", "0");
    const Found found = measure("items", env, record);
    QVERIFY(found.painters["<widget> QGraphicsView"].count >= 15);
    for (auto it = found.painters.cbegin(); it != found.painters.cend(); ++it) {
        QVERIFY(!it.key().startsWith("<item>"));
        QVERIFY(it->causes.isEmpty());
    }
}

/* ---- How it is asked ----------------------------------------------------------------------- */

void TestProbe::children_are_not_profiled_and_see_the_user_s_environment()
{
    QProcessEnvironment env = environment(path("children.pprec"));
    env.insert("PAINTPROF_PROBE_SAVED_QT_PLUGIN_PATH", "/the/user's");
    const Ended ended = runChild(env, {"children"});
    QCOMPARE(ended.out, QByteArray("QT_PLUGIN_PATH=/the/user's\nforked child ended with 3\n"));
    QCOMPARE(ended.status, 0);
}

void TestProbe::the_status_file_tells_that_it_was_loaded()
{
    QFile::remove(path("status"));
    runChild(environment(path("status.pprec")), {"throw"});
    QFile status(path("status"));
    QVERIFY(status.open(QIODevice::ReadOnly));
    const QList<QByteArray> words = status.readAll().trimmed().split(' ');
    QCOMPARE(words.size(), 4);
    QCOMPARE(words[0], QByteArray("loaded"));
    QCOMPARE(words[2], QByteArray(qVersion()));
    QCOMPARE(words[3], QByteArray("offscreen"));
}

void TestProbe::the_duration_ends_the_program_politely()
{
    QProcessEnvironment env = environment(path("duration.pprec"));
    env.insert("PAINTPROF_PROBE_DURATION", "0.3");
    const Ended ended = runChild(env, {"wait"});
    QVERIFY(!ended.crashed);
    QCOMPARE(ended.status, 0);
}

void TestProbe::the_overlay_is_switched_by_the_control_socket()
{
    QProcess child;
    child.setProcessEnvironment(environment(path("overlay.pprec")));
    child.start(PP_TEST_PROGRAM, {"wait"});
    QVERIFY(child.waitForReadyRead(20000));
    const qint64 pid = child.processId();
    QVERIFY(ask(folder_.path(), pid, "status").startsWith("ok: overlay off"));
    for (const char *page : {"mini", "full", "items", "off", "full"})
        QCOMPARE(ask(folder_.path(), pid, QByteArray("overlay ") + page), QByteArray("ok"));
    QCOMPARE(ask(folder_.path(), pid, "reset"), QByteArray("ok"));
    QTest::qWait(400); /* frames with the overlay */
    QVERIFY(ask(folder_.path(), pid, "status").startsWith("ok: overlay full"));
    child.terminate();
    QVERIFY(child.waitForFinished(20000));
    const Found found = read(path("overlay.pprec"));
    bool has_overlay = false;
    for (auto it = found.painters.cbegin(); it != found.painters.cend(); ++it)
        has_overlay |= it.key().endsWith(" paintprof.overlay");
    QVERIFY(has_overlay);
}

void TestProbe::a_recording_is_started_and_stopped_by_the_control_socket()
{
    QProcess child;
    child.setProcessEnvironment(environment(QString()));
    child.start(PP_TEST_PROGRAM, {"wait"});
    QVERIFY(child.waitForReadyRead(20000));
    const qint64 pid = child.processId();
    const QByteArray record = path("later.pprec").toLocal8Bit();
    QCOMPARE(ask(folder_.path(), pid, "record start " + record), "ok: " + record);
    QTest::qWait(300);
    QCOMPARE(ask(folder_.path(), pid, "snapshot " + path("snap.pprec").toLocal8Bit()),
             "ok: " + path("snap.pprec").toLocal8Bit());
    QCOMPARE(ask(folder_.path(), pid, "record stop"), QByteArray("ok"));
    QVERIFY(ask(folder_.path(), pid, "record stop").startsWith("error: "));
    child.kill();
    QVERIFY(child.waitForFinished(20000));
    QVERIFY(read(path("later.pprec")).frames > 0);
    QVERIFY(read(path("snap.pprec")).frames > 0);
}

void TestProbe::a_wrong_request_is_answered_with_an_error()
{
    QProcess child;
    child.setProcessEnvironment(environment(QString()));
    child.start(PP_TEST_PROGRAM, {"wait"});
    QVERIFY(child.waitForReadyRead(20000));
    const qint64 pid = child.processId();
    for (const char *request : {"", "overlay", "overlay huge", "record", "record pause", "dance"})
        QVERIFY(ask(folder_.path(), pid, request).startsWith("error: "));
    QCOMPARE(ask(folder_.path(), pid, QByteArray(10000, 'x')), QByteArray()); /* dropped */
    QVERIFY(ask(folder_.path(), pid, "status").startsWith("ok: "));
    child.kill();
    QVERIFY(child.waitForFinished(20000));
}

/* ---- Python -------------------------------------------------------------------------------- */

void TestProbe::python_items_are_told_apart_by_their_class()
{
#ifdef __SANITIZE_ADDRESS__
    QSKIP("Python itself is not built with ASan");
#endif
    QProcess check;
    check.start("/usr/bin/python3", {"-c", "import PyQt6.QtWidgets"});
    if (!check.waitForFinished(60000) || check.exitCode() != 0)
        QSKIP("PyQt6 is not installed");
    QProcess child;
    QProcessEnvironment env = environment(path("python.pprec"));
    child.setProcessEnvironment(env);
    child.start("/usr/bin/python3", {PP_TEST_SOURCES "/probe_program.py"});
    QVERIFY(child.waitForFinished(60000));
    QCOMPARE(child.exitCode(), 5);
    const Found found = read(path("python.pprec"));
    QCOMPARE(found.painters["<item> Square"].objects.size(), size_t{5});
    QCOMPARE(found.painters["<item> Circle"].objects.size(), size_t{3});
    QCOMPARE(found.painters["<item> QGraphicsRectItem"].objects.size(), size_t{2});
    QCOMPARE(found.painters["<item> Axis"].objects.size(), size_t{1});
    const QSet<QByteArray> causes = found.painters["<item> Square"].causes;
    QVERIFY2(causes.contains("Timer|QTimer|tick (probe_program.py:54)"),
             causes.values().join(", ").constData());
}

QTEST_GUILESS_MAIN(TestProbe)
#include "test_probe.moc"
