/* shim/app.cpp: the application, signals, posted calls and the clipboard. */
#include "display.hpp"
#include "guard.hpp"

#include <paintprof/qt.h>

#include <QtCore/QMetaObject>
#include <QtCore/QSocketNotifier>
#include <QtGui/QClipboard>
#include <QtWidgets/QApplication>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

namespace
{

constexpr int caught_signals[] = {SIGINT, SIGTERM};

/* A signal handler gets no user pointer, so the pipe it writes to is the process's. */
std::atomic<int> signal_pipe_in{-1};
static_assert(std::atomic<int>::is_always_lock_free, "used in a signal handler");

extern "C" void writeSignal(int signal)
{
    const int saved = errno;
    const unsigned char byte = static_cast<unsigned char>(signal);
    if (write(signal_pipe_in.load(), &byte, 1) < 0)
        errno = 0; /* a full pipe already wakes the loop */
    errno = saved;
}

/* Carries signals from their handler to the event loop; restores the old handlers. */
class SignalPipe
{
public:
    SignalPipe(void (*on_signal)(void *, int), void *user) : on_signal_(on_signal), user_(user) {}
    ~SignalPipe();
    SignalPipe(const SignalPipe &) = delete;
    SignalPipe &operator=(const SignalPipe &) = delete;

    int open();

private:
    void read();

    void (*on_signal_)(void *user, int signal);
    void *user_;
    int ends_[2] = {-1, -1};
    bool installed_ = false;
    struct sigaction old_[std::size(caught_signals)] = {};
    std::unique_ptr<QSocketNotifier> notifier_;
};

int SignalPipe::open()
{
    if (pipe2(ends_, O_CLOEXEC | O_NONBLOCK) != 0)
        return ppq::fail(PP_EIO, "pipe for signals: %s", std::strerror(errno));
    notifier_ = std::make_unique<QSocketNotifier>(ends_[0], QSocketNotifier::Read);
    QObject::connect(notifier_.get(), &QSocketNotifier::activated, notifier_.get(),
                     [this] { read(); });
    signal_pipe_in = ends_[1];
    struct sigaction action = {};
    action.sa_handler = writeSignal;
    action.sa_flags = SA_RESTART;
    for (size_t i = 0; i < std::size(caught_signals); i++)
        sigaction(caught_signals[i], &action, &old_[i]);
    installed_ = true;
    return PP_OK;
}

SignalPipe::~SignalPipe()
{
    for (size_t i = 0; installed_ && i < std::size(caught_signals); i++)
        sigaction(caught_signals[i], &old_[i], nullptr);
    signal_pipe_in = -1;
    notifier_.reset();
    for (int end : ends_) {
        if (end >= 0)
            close(end);
    }
}

void SignalPipe::read()
{
    unsigned char signal = 0;
    if (::read(ends_[0], &signal, 1) == 1)
        on_signal_(user_, signal);
}

} // namespace

struct ppq_app final : public QApplication {
public:
    using QApplication::QApplication;

    int catchSignals(void (*on_signal)(void *user, int signal), void *user);
    const QByteArray &platform() const { return platform_; }

private:
    std::unique_ptr<SignalPipe> signals_;
    QByteArray platform_ = platformName().toUtf8();
};

int ppq_app::catchSignals(void (*on_signal)(void *user, int signal), void *user)
{
    signals_.reset();
    if (!on_signal)
        return PP_OK;
    auto pipe = std::make_unique<SignalPipe>(on_signal, user);
    const int result = pipe->open();
    if (result == PP_OK)
        signals_ = std::move(pipe);
    return result;
}

/* ---- C ABI ------------------------------------------------------------------------------- */

int ppq_app_create(ppq_app **out, int *argc, /* NOLINT(readability-non-const-parameter): Qt's */
                   char **argv)
{
    return ppq::guarded([&] {
        if (!out || !argc || !argv || *argc < 1)
            return ppq::fail(PP_EINVAL, "ppq_app_create: out, argc or argv is invalid");
        if (QCoreApplication::instance())
            return ppq::fail(PP_EBUSY, "ppq_app_create: there is an application already");
        ppq::DisplayProbe probe;
        if (const int failure = ppq::checkDisplay(*argc, argv, probe))
            return failure;
        *out = new ppq_app(*argc, argv);
        return int{PP_OK};
    });
}

void ppq_app_destroy(ppq_app *app)
{
    delete app;
}

/* Exceptions of callbacks pass through: the caller's, not the shim's. */
int ppq_app_exec(ppq_app *)
{
    return QApplication::exec();
}

void ppq_app_quit(ppq_app *, int status)
{
    QCoreApplication::exit(status);
}

int ppq_app_on_signal(ppq_app *app, void (*on_signal)(void *user, int signal), void *user)
{
    return ppq::guarded([&] { return app->catchSignals(on_signal, user); });
}

const char *ppq_platform_name(void)
{
    const auto *app = dynamic_cast<const ppq_app *>(QCoreApplication::instance());
    return app ? app->platform().constData() : "";
}

const char *ppq_qt_version(void)
{
    return qVersion();
}

int ppq_post(void (*fn)(void *user), void *user)
{
    return ppq::guarded([&] {
        QCoreApplication *app = QCoreApplication::instance();
        if (!fn || !app)
            return ppq::fail(PP_EINVAL, "ppq_post: fn is NULL or there is no application");
        QMetaObject::invokeMethod(
            app, [fn, user] { fn(user); }, Qt::QueuedConnection);
        return int{PP_OK};
    });
}

int ppq_clipboard_set(const char *utf8, size_t size_bytes)
{
    return ppq::guarded([&] {
        if (!QCoreApplication::instance() || (!utf8 && size_bytes > 0))
            return ppq::fail(PP_EINVAL, "ppq_clipboard_set: no text or no application");
        QGuiApplication::clipboard()->setText(
            QString::fromUtf8(utf8, static_cast<qsizetype>(size_bytes)));
        return int{PP_OK};
    });
}

size_t ppq_clipboard_get(char *buffer, size_t capacity)
{
    size_t size = 0;
    ppq::guardedVoid([&] {
        if (!QCoreApplication::instance())
            return;
        const QByteArray text = QGuiApplication::clipboard()->text().toUtf8();
        size = static_cast<size_t>(text.size());
        if (capacity == 0)
            return;
        const size_t copied = size < capacity ? size : capacity - 1;
        std::memcpy(buffer, text.constData(), copied);
        buffer[copied] = '\0';
    });
    return size;
}
