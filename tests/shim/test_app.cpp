/* tests/shim/test_app.cpp: the application: displays, signals, posted calls, clipboard, timers. */
#include <paintprof/qt.h>

#include <QtCore/QProcess>
#include <QtCore/QProcessEnvironment>
#include <QtCore/QThread>
#include <QtTest/QtTest>
#include <QtWidgets/QApplication>

#include <csignal>
#include <cstring>
#include <unistd.h>

namespace
{

/* What a child process does when it is run as "test_app --create": tries to make an application. */
int createAndTell(int argc, char **argv)
{
    ppq_app *app = nullptr;
    const int result = ppq_app_create(&app, &argc, argv);
    std::fprintf(stderr, "%s\n", result == PP_OK ? ppq_platform_name() : pp_last_error());
    ppq_app_destroy(app);
    return result == PP_OK ? 0 : -result;
}

struct Child {
    int status;
    QByteArray message;
};

Child create(const QMap<QString, QString> &variables, const QStringList &arguments = {})
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char *name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_SESSION_TYPE"})
        environment.remove(name);
    environment.insert("XDG_RUNTIME_DIR", QDir::tempPath());
    for (auto it = variables.begin(); it != variables.end(); ++it)
        environment.insert(it.key(), it.value());
    QProcess process;
    process.setProcessEnvironment(environment);
    process.start(QCoreApplication::applicationFilePath(), QStringList{"--create"} + arguments);
    process.waitForFinished();
    if (process.exitStatus() != QProcess::NormalExit)
        return {-1, "it crashed: " + process.readAllStandardError()};
    return {process.exitCode(), process.readAllStandardError()};
}

} // namespace

class TestApp : public QObject
{
    Q_OBJECT

public:
    explicit TestApp(ppq_app *app) : app_(app) {}

private slots:
    void without_a_display_it_says_so();
    void an_x_server_that_does_not_answer_is_no_display();
    void a_compositor_that_does_not_answer_is_no_display();
    void an_unknown_platform_is_refused();
    void a_platform_by_argument_is_taken();
    void one_application_is_enough();
    void names_and_versions_are_told();
    void posted_calls_run_on_the_gui_thread();
    void signals_come_on_the_gui_thread();
    void the_clipboard_keeps_text();
    void a_timer_repeats_until_it_is_destroyed();
    void a_timer_fires_once_if_asked();
    void a_timer_may_destroy_itself();
    void a_timer_ends_with_its_window();
    void exec_returns_the_status();
    void an_exception_of_a_callback_passes_through_exec();
    void bad_arguments_are_refused();

private:
    ppq_app *app_;
};

void TestApp::without_a_display_it_says_so()
{
    const Child child = create({});
    QCOMPARE(child.status, -int{PP_ENOTSUP});
    QVERIFY2(child.message.contains("DISPLAY is not set"), child.message.constData());
    QVERIFY2(child.message.contains("QT_QPA_PLATFORM=offscreen"), child.message.constData());
}

void TestApp::an_x_server_that_does_not_answer_is_no_display()
{
    for (const char *display : {":4711", "unix:4711.0", "nonsense", "/no/such:0"}) {
        const Child child = create({{"DISPLAY", display}});
        QCOMPARE(child.status, -int{PP_ENOTSUP});
    }
    QCOMPARE(create({{"DISPLAY", ":4711"}, {"QT_QPA_PLATFORM", "xcb"}}).status, -int{PP_ENOTSUP});
}

void TestApp::a_compositor_that_does_not_answer_is_no_display()
{
    const Child child =
        create({{"WAYLAND_DISPLAY", "wayland-4711"}, {"QT_QPA_PLATFORM", "wayland"}});
    QCOMPARE(child.status, -int{PP_ENOTSUP});
}

void TestApp::an_unknown_platform_is_refused()
{
    const Child child = create({{"QT_QPA_PLATFORM", "nosuchplatform"}});
    QCOMPARE(child.status, -int{PP_ENOTSUP});
    QVERIFY2(child.message.contains("nosuchplatform"), child.message.constData());
}

void TestApp::a_platform_by_argument_is_taken()
{
    const Child child = create({}, {"-platform", "offscreen"});
    QCOMPARE(child.status, 0);
    QVERIFY2(child.message.contains("offscreen"), child.message.constData());
    QCOMPARE(create({{"QT_QPA_PLATFORM", "xcb;offscreen"}}).status, 0);
}

void TestApp::one_application_is_enough()
{
    ppq_app *second = nullptr;
    int argc = 1;
    char name[] = "second";
    char *argv[] = {name, nullptr};
    QCOMPARE(ppq_app_create(&second, &argc, argv), int{PP_EBUSY});
    QCOMPARE(second, nullptr);
}

void TestApp::names_and_versions_are_told()
{
    QCOMPARE(QString(ppq_platform_name()), QGuiApplication::platformName());
    QCOMPARE(QString(ppq_qt_version()), QString(qVersion()));
}

void TestApp::posted_calls_run_on_the_gui_thread()
{
    QThread *ran_on = nullptr;
    const auto note = [](void *user) { *static_cast<QThread **>(user) = QThread::currentThread(); };
    std::unique_ptr<QThread> thread(QThread::create([&] { ppq_post(note, &ran_on); }));
    thread->start();
    QVERIFY(thread->wait());
    QTRY_COMPARE(ran_on, QThread::currentThread());
}

void TestApp::signals_come_on_the_gui_thread()
{
    struct sigaction before;
    sigaction(SIGTERM, nullptr, &before);
    std::vector<int> got;
    const auto note = [](void *user, int signal) {
        static_cast<std::vector<int> *>(user)->push_back(signal);
    };
    QCOMPARE(ppq_app_on_signal(app_, note, &got), int{PP_OK});
    kill(getpid(), SIGTERM);
    QTRY_COMPARE(got, std::vector<int>{SIGTERM});
    kill(getpid(), SIGINT);
    QTRY_COMPARE(got, (std::vector<int>{SIGTERM, SIGINT}));
    QCOMPARE(ppq_app_on_signal(app_, nullptr, nullptr), int{PP_OK});
    struct sigaction after;
    sigaction(SIGTERM, nullptr, &after);
    QVERIFY(after.sa_handler == before.sa_handler);
}

void TestApp::the_clipboard_keeps_text()
{
    const char text[] = "work 3.1 ms – ä";
    QCOMPARE(ppq_clipboard_set(text, sizeof text - 1), int{PP_OK});
    char whole[64];
    QCOMPARE(ppq_clipboard_get(whole, sizeof whole), sizeof text - 1);
    QCOMPARE(QByteArray(whole), QByteArray(text));
    char part[5] = "xxxx";
    QCOMPARE(ppq_clipboard_get(part, sizeof part), sizeof text - 1);
    QCOMPARE(QByteArray(part), QByteArray("work"));
    QCOMPARE(ppq_clipboard_get(nullptr, 0), sizeof text - 1);
}

void TestApp::a_timer_repeats_until_it_is_destroyed()
{
    int fired = 0;
    ppq_timer *timer = nullptr;
    const auto count = [](void *user) { ++*static_cast<int *>(user); };
    QCOMPARE(ppq_timer_create(&timer, nullptr, 1, true, count, &fired), int{PP_OK});
    QTRY_VERIFY(fired >= 3);
    ppq_timer_destroy(timer);
    const int then = fired;
    QTest::qWait(20);
    QCOMPARE(fired, then);
}

void TestApp::a_timer_fires_once_if_asked()
{
    int fired = 0;
    ppq_timer *timer = nullptr;
    const auto count = [](void *user) { ++*static_cast<int *>(user); };
    QCOMPARE(ppq_timer_create(&timer, nullptr, 0, false, count, &fired), int{PP_OK});
    QTest::qWait(30);
    QCOMPARE(fired, 1);
    ppq_timer_destroy(timer);
}

void TestApp::a_timer_may_destroy_itself()
{
    struct Self {
        ppq_timer *timer = nullptr;
        int fired = 0;
    } self;
    const auto fire = [](void *user) {
        auto *me = static_cast<Self *>(user);
        ++me->fired;
        ppq_timer_destroy(me->timer);
    };
    QCOMPARE(ppq_timer_create(&self.timer, nullptr, 1, true, fire, &self), int{PP_OK});
    QTest::qWait(30);
    QCOMPARE(self.fired, 1);
}

void TestApp::a_timer_ends_with_its_window()
{
    int fired = 0;
    ppq_window *window = nullptr;
    ppq_timer *timer = nullptr;
    QCOMPARE(ppq_window_create(&window, "w", 1, 10, 10), int{PP_OK});
    const auto count = [](void *user) { ++*static_cast<int *>(user); };
    QCOMPARE(ppq_timer_create(&timer, window, 1, true, count, &fired), int{PP_OK});
    QTRY_VERIFY(fired > 0);
    ppq_window_destroy(window);
    const int then = fired;
    QTest::qWait(20);
    QCOMPARE(fired, then);
}

void TestApp::exec_returns_the_status()
{
    const auto quit = [](void *user) { ppq_app_quit(static_cast<ppq_app *>(user), 42); };
    QCOMPARE(ppq_post(quit, app_), int{PP_OK});
    QCOMPARE(ppq_app_exec(app_), 42);
}

void TestApp::an_exception_of_a_callback_passes_through_exec()
{
    const auto raise = [](void *) { throw std::runtime_error("from a callback"); };
    QCOMPARE(ppq_post(raise, nullptr), int{PP_OK});
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, ppq_app_exec(app_));
    exec_returns_the_status();
}

void TestApp::bad_arguments_are_refused()
{
    QCOMPARE(ppq_post(nullptr, nullptr), int{PP_EINVAL});
    QCOMPARE(ppq_clipboard_set(nullptr, 3), int{PP_EINVAL});
    ppq_window *window = nullptr;
    QCOMPARE(ppq_window_create(&window, "w", 1, 0, 100), int{PP_EINVAL});
    QCOMPARE(ppq_window_create(&window, nullptr, 1, 10, 10), int{PP_EINVAL});
    QCOMPARE(ppq_window_create(nullptr, "w", 1, 10, 10), int{PP_EINVAL});
    ppq_timer *timer = nullptr;
    QCOMPARE(ppq_timer_create(
                 &timer, nullptr, -1, true, [](void *) {}, nullptr),
             int{PP_EINVAL});
    ppq_canvas *canvas = nullptr;
    QCOMPARE(ppq_canvas_create(&canvas, nullptr, nullptr), int{PP_EINVAL});
}

int main(int argc, char **argv)
{
    if (argc > 1 && std::strcmp(argv[1], "--create") == 0)
        return createAndTell(argc, argv);
    ppq_app *app = nullptr;
    if (ppq_app_create(&app, &argc, argv) != PP_OK) {
        std::fprintf(stderr, "%s\n", pp_last_error());
        return 1;
    }
    TestApp test(app);
    const int failures = QTest::qExec(&test, argc, argv);
    ppq_app_destroy(app);
    return failures;
}
#include "test_app.moc"
