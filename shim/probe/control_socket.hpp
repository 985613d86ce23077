/* shim/probe/control_socket.hpp: where `paintprof ctl PID` reaches the program. */
#ifndef PPQ_CONTROL_SOCKET_HPP
#define PPQ_CONTROL_SOCKET_HPP

#include <QtCore/QByteArray>

#include <functional>
#include <list>
#include <memory>

class QSocketNotifier;

namespace ppq
{

/* A Unix socket, ${XDG_RUNTIME_DIR:-/tmp}/paintprof-UID/PID.ctl, for its user alone: each line is
 * a request and gets one line back. Everything happens on the GUI thread and nothing waits: a
 * client that is silent costs nothing, one that sends too much or does not read is dropped. */
class ControlSocket
{
public:
    using Answer = std::function<QByteArray(const QByteArray &request)>;

    /* Does without where there can be no socket; then error() says why. */
    explicit ControlSocket(Answer answer);
    ~ControlSocket();
    ControlSocket(const ControlSocket &) = delete;
    ControlSocket &operator=(const ControlSocket &) = delete;

    const QByteArray &error() const { return error_; }

private:
    struct Client;

    bool listenAt(const QByteArray &folder, const QByteArray &path);
    bool failed(const char *what);
    void accept();
    bool serve(Client &client);

    const Answer answer_;
    QByteArray error_;
    int fd_ = -1;
    std::unique_ptr<QSocketNotifier> notifier_;
    std::list<std::unique_ptr<Client>> clients_;
};

} // namespace ppq

#endif
