/* shim/display.cpp: whether Qt would find a display, since it aborts the process if not. */
#include "display.hpp"

#include "guard.hpp"

#include <QtCore/QByteArrayList>
#include <QtCore/QCoreApplication>
#include <QtCore/QDir>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace ppq
{

DisplayProbe::~DisplayProbe()
{
    keep(-1);
}

void DisplayProbe::keep(int fd)
{
    if (fd_ >= 0)
        close(fd_);
    fd_ = fd;
}

namespace
{

QByteArray environment(const char *name)
{
    return QByteArray(secure_getenv(name));
}

/* ---- Does somebody answer ------------------------------------------------------------------ */

bool answers(const sockaddr_un &address, socklen_t size, DisplayProbe &probe)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    probe.keep(fd);
    return connect(fd, reinterpret_cast<const sockaddr *>(&address), size) == 0;
}

/* abstract: a name of Linux' own, not of the file system. */
bool socketAnswers(const QByteArray &path, bool abstract, DisplayProbe &probe)
{
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const size_t offset = abstract ? 1 : 0;
    const size_t size = static_cast<size_t>(path.size());
    if (size + offset >= sizeof address.sun_path)
        return false;
    std::memcpy(address.sun_path + offset, path.constData(), size);
    const size_t end = offsetof(sockaddr_un, sun_path) + offset + size + (abstract ? 0 : 1);
    return answers(address, static_cast<socklen_t>(end), probe);
}

/* "host:number.screen". A server on another host is believed: asking could take minutes. */
bool x11Answers(DisplayProbe &probe)
{
    const QByteArray display = environment("DISPLAY");
    const qsizetype colon = display.lastIndexOf(':');
    if (colon < 0)
        return false;
    const QByteArray host = display.left(colon);
    if (host.startsWith('/'))
        return socketAnswers(display, false, probe) || socketAnswers(host, false, probe);
    if (!host.isEmpty() && host != "unix")
        return true;
    const QByteArray number = display.mid(colon + 1).split('.').front();
    const QByteArray path = "/tmp/.X11-unix/X" + number;
    return !number.isEmpty() &&
           (socketAnswers(path, true, probe) || socketAnswers(path, false, probe));
}

bool waylandAnswers(DisplayProbe &probe)
{
    const QByteArray name = environment("WAYLAND_DISPLAY");
    if (!environment("WAYLAND_SOCKET").isEmpty() || name.startsWith('/'))
        return name.isEmpty() || socketAnswers(name, false, probe);
    const QByteArray runtime = environment("XDG_RUNTIME_DIR");
    return !runtime.isEmpty() &&
           socketAnswers(runtime + '/' + (name.isEmpty() ? QByteArray("wayland-0") : name), false,
                         probe);
}

/* ---- Which platforms Qt would try ------------------------------------------------------------ */

/* What -platform or QT_QPA_PLATFORM say, else what Qt takes on this desktop; without arguments
 * such as "offscreen:width=800". */
QByteArrayList wantedPlatforms(int argc, const char *const *argv)
{
    QByteArray wanted = environment("QT_QPA_PLATFORM");
    for (int i = 1; i + 1 < argc; i++) {
        if (std::strcmp(argv[i], "-platform") == 0 || std::strcmp(argv[i], "--platform") == 0)
            wanted = argv[i + 1];
    }
    if (wanted.isEmpty())
        return environment("XDG_SESSION_TYPE") == "wayland" ? QByteArrayList{"wayland", "xcb"}
                                                            : QByteArrayList{"xcb"};
    QByteArrayList names = wanted.split(';');
    for (QByteArray &name : names)
        name = name.split(':').front();
    return names;
}

bool isInstalled(const QByteArray &platform)
{
    QStringList folders = {QString::fromLocal8Bit(environment("QT_QPA_PLATFORM_PLUGIN_PATH"))};
    const QStringList libraries = QCoreApplication::libraryPaths();
    for (const QString &path : libraries)
        folders.append(path + "/platforms");
    /* "wayland" is provided by libqwayland-generic.so and its sisters. */
    const QString pattern = "libq" + QString::fromLatin1(platform) + "*.so";
    for (const QString &folder : folders) {
        if (!folder.isEmpty() && !QDir(folder).entryList({pattern}, QDir::Files).isEmpty())
            return true;
    }
    return false;
}

/* Why a platform cannot start, or nullptr. */
const char *obstacleOf(const QByteArray &platform, DisplayProbe &probe)
{
    if (!isInstalled(platform))
        return "no such Qt platform plugin is installed";
    if (platform == "xcb" && environment("DISPLAY").isEmpty())
        return "DISPLAY is not set";
    if (platform == "xcb" && !x11Answers(probe))
        return "no X server answers at DISPLAY";
    if (platform.startsWith("wayland") && !waylandAnswers(probe))
        return "no Wayland compositor answers at WAYLAND_DISPLAY";
    return nullptr;
}

} // namespace

int checkDisplay(int argc, const char *const *argv, DisplayProbe &probe)
{
    QByteArray why;
    const QByteArrayList platforms = wantedPlatforms(argc, argv);
    for (const QByteArray &platform : platforms) {
        const char *obstacle = obstacleOf(platform, probe);
        if (!obstacle)
            return PP_OK;
        why += (why.isEmpty() ? "" : "; ") + platform + ": " + obstacle;
    }
    const char *hint = environment("WAYLAND_DISPLAY").isEmpty()
                           ? "to run without a display"
                           : "to run without a display, QT_QPA_PLATFORM=wayland to use Wayland";
    return fail(PP_ENOTSUP, "no display (%s): set QT_QPA_PLATFORM=offscreen %s", why.constData(),
                hint);
}

} // namespace ppq
