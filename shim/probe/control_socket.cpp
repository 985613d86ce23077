/* shim/probe/control_socket.cpp: where `paintprof ctl PID` reaches the program. */
#include "control_socket.hpp"

#include <QtCore/QSocketNotifier>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace ppq
{

namespace
{

constexpr size_t most_clients = 8;
constexpr qsizetype longest_request = 4096;

QByteArray runtimeFolder()
{
    const char *runtime = secure_getenv("XDG_RUNTIME_DIR");
    const QByteArray base = runtime && *runtime == '/' ? runtime : "/tmp";
    return base + "/paintprof-" + QByteArray::number(getuid());
}

/* A folder of that name that somebody else made could be anything. */
bool makePrivateFolder(const QByteArray &path)
{
    if (mkdir(path.constData(), 0700) != 0 && errno != EEXIST)
        return false;
    struct stat info;
    if (lstat(path.constData(), &info) != 0)
        return false;
    if (S_ISDIR(info.st_mode) && info.st_uid == getuid() && (info.st_mode & 0077) == 0)
        return true;
    errno = EPERM;
    return false;
}

/* For a program that exits without its application's end. */
char path_to_remove[sizeof sockaddr_un::sun_path];

__attribute__((destructor)) void removePath()
{
    if (*path_to_remove)
        unlink(path_to_remove);
    *path_to_remove = '\0';
}

bool isOwnUser(int fd)
{
    ucred peer = {};
    socklen_t size = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == getuid();
}

} // namespace

struct ControlSocket::Client {
    Client(int socket_fd) : fd(socket_fd), notifier(socket_fd, QSocketNotifier::Read) {}
    ~Client()
    {
        notifier.setEnabled(false);
        close(fd);
    }
    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;

    int fd;
    QSocketNotifier notifier;
    QByteArray received;
};

ControlSocket::ControlSocket(Answer answer) : answer_(std::move(answer))
{
    const QByteArray folder = runtimeFolder();
    if (!listenAt(folder, folder + '/' + QByteArray::number(getpid()) + ".ctl"))
        return;
    notifier_ = std::make_unique<QSocketNotifier>(fd_, QSocketNotifier::Read);
    QObject::connect(notifier_.get(), &QSocketNotifier::activated, notifier_.get(),
                     [this] { accept(); });
}

ControlSocket::~ControlSocket()
{
    clients_.clear();
    notifier_.reset();
    if (fd_ >= 0)
        close(fd_);
    removePath();
}

bool ControlSocket::failed(const char *what)
{
    error_ = QByteArray(what) + ": " + std::strerror(errno);
    if (fd_ >= 0)
        close(fd_);
    fd_ = -1;
    return false;
}

bool ControlSocket::listenAt(const QByteArray &folder, const QByteArray &path)
{
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (!makePrivateFolder(folder))
        return failed(folder.constData());
    if (static_cast<size_t>(path.size()) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return failed(path.constData());
    }
    std::memcpy(address.sun_path, path.constData(), static_cast<size_t>(path.size()));
    unlink(path.constData()); /* of a process of that number that died */
    fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd_ < 0 || bind(fd_, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
        return failed(path.constData());
    std::memcpy(path_to_remove, address.sun_path, sizeof path_to_remove);
    if (chmod(path.constData(), 0600) != 0 || listen(fd_, static_cast<int>(most_clients)) != 0)
        return failed(path.constData());
    return true;
}

void ControlSocket::accept()
{
    const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    if (!isOwnUser(fd)) {
        close(fd);
        return;
    }
    if (clients_.size() == most_clients) /* the one that has been silent longest */
        clients_.pop_front();
    clients_.push_back(std::make_unique<Client>(fd));
    Client *client = clients_.back().get();
    QObject::connect(&client->notifier, &QSocketNotifier::activated, &client->notifier,
                     [this, client] {
                         if (!serve(*client))
                             clients_.remove_if([&](const auto &c) { return c.get() == client; });
                     });
}

/* Returns false when the client is to be dropped. */
bool ControlSocket::serve(Client &client)
{
    char buffer[1024];
    const ssize_t size = recv(client.fd, buffer, sizeof buffer, 0);
    if (size < 0)
        return errno == EAGAIN || errno == EINTR;
    if (size == 0)
        return false;
    client.received.append(buffer, size);
    for (qsizetype end; (end = client.received.indexOf('\n')) >= 0;) {
        const QByteArray request = client.received.left(end).trimmed();
        client.received.remove(0, end + 1);
        QByteArray answer = answer_(request);
        answer.replace('\n', ' ');
        answer += '\n';
        const ssize_t sent =
            send(client.fd, answer.constData(), static_cast<size_t>(answer.size()), MSG_NOSIGNAL);
        if (sent != answer.size())
            return false;
    }
    return client.received.size() <= longest_request;
}

} // namespace ppq
