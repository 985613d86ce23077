/* shim/probe/options.cpp: what `paintprof run` asks of the probe, through the environment. */
#include "options.hpp"

#include <QtCore/QByteArrayList>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace ppq
{

namespace
{

constexpr char prefix[] = "PAINTPROF_PROBE_";
constexpr const char *borrowed[] = {"QT_PLUGIN_PATH", "QT_QPA_GENERIC_PLUGINS", "LD_PRELOAD"};

QByteArray asked(const char *name)
{
    const char *value = secure_getenv((QByteArray(prefix) + name).constData());
    return value ? QByteArray(value) : QByteArray();
}

bool unlessZero(const char *name)
{
    return asked(name) != "0";
}

void giveBack(const char *name)
{
    const char *saved = secure_getenv((QByteArray(prefix) + "SAVED_" + name).constData());
    if (saved)
        setenv(name, saved, 1);
    else
        unsetenv(name);
}

void forgetOurs()
{
    QByteArrayList names;
    for (char **entry = environ; entry && *entry; ++entry) {
        const char *equals = std::strchr(*entry, '=');
        if (equals && std::strncmp(*entry, prefix, sizeof prefix - 1) == 0)
            names.append(QByteArray(*entry, equals - *entry));
    }
    for (const QByteArray &name : std::as_const(names))
        unsetenv(name.constData());
}

/* Loaded by hand, without `paintprof run`, there is nothing to restore. */
bool startedByRun()
{
    for (char **entry = environ; entry && *entry; ++entry) {
        if (std::strncmp(*entry, prefix, sizeof prefix - 1) == 0)
            return true;
    }
    return false;
}

} // namespace

ProbeOptions takeProbeOptions()
{
    ProbeOptions options;
    options.record = asked("RECORD");
    const QByteArray size = asked("RECORD_SIZE");
    options.record_bytes = size.toULongLong();
    options.record_all = !size.isEmpty() && options.record_bytes == 0;
    options.csv = asked("CSV");
    options.status = asked("STATUS");
    const int page = pp_overlay_page_from_name(asked("OVERLAY").constData());
    if (page > 0)
        options.page = static_cast<pp_overlay_page>(page);
    options.flash = asked("FLASH") == "1";
    options.items = unlessZero("ITEMS");
    options.causes = unlessZero("CAUSES");
    const QByteArray profile = asked("PROFILE");
    if (!profile.isEmpty())
        options.profile_ms = profile.toDouble();
    const QByteArray slow_event = asked("SLOW_EVENT");
    if (!slow_event.isEmpty())
        options.slow_event_ms = slow_event.toDouble();
    options.duration_s = asked("DURATION").toDouble();
    if (startedByRun() && asked("CHILDREN") != "1") {
        for (const char *name : borrowed)
            giveBack(name);
        forgetOurs();
    }
    return options;
}

void tellStatus(const QByteArray &status_path, const QByteArray &line)
{
    if (status_path.isEmpty())
        return;
    const int fd = open(status_path.constData(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    const QByteArray text = line + '\n';
    ssize_t written;
    do
        written = write(fd, text.constData(), static_cast<size_t>(text.size()));
    while (written < 0 && errno == EINTR);
    close(fd);
}

} // namespace ppq
