/* tests/shim/probe_fixture.hpp: how a test reaches the probe in another process. */
#ifndef PPQ_TEST_PROBE_FIXTURE_HPP
#define PPQ_TEST_PROBE_FIXTURE_HPP

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* One line to the control socket of a process, and the line that comes back. */
inline QByteArray ask(const QString &folder, qint64 pid, const QByteArray &request)
{
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const QByteArray path = folder.toLocal8Bit() + "/paintprof-" + QByteArray::number(getuid()) +
                            '/' + QByteArray::number(pid) + ".ctl";
    qstrncpy(address.sun_path, path.constData(), sizeof address.sun_path);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    QByteArray answer;
    if (::connect(fd, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0 &&
        ::write(fd, (request + '\n').constData(), static_cast<size_t>(request.size() + 1)) > 0) {
        char c;
        while (::read(fd, &c, 1) == 1 && c != '\n')
            answer += c;
    }
    close(fd);
    return answer;
}

#endif
