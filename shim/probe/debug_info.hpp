/* shim/probe/debug_info.hpp: function and line of an address, by elfutils' libdw where it is. */
#ifndef PPQ_DEBUG_INFO_HPP
#define PPQ_DEBUG_INFO_HPP

#include <QtCore/QByteArray>

namespace ppq
{

/* Loads libdw when it is first asked, since most programs have neither it nor debug information;
 * without it nothing is found. Never asks a debug information server. */
class DebugInfo
{
public:
    DebugInfo() = default;
    ~DebugInfo();
    DebugInfo(const DebugInfo &) = delete;
    DebugInfo &operator=(const DebugInfo &) = delete;

    struct Place {
        QByteArray symbol; /* mangled */
        QByteArray file;   /* without folders */
        int line = 0;
    };
    Place at(const void *address);

private:
    bool open();
    void close();

    struct Library;
    const Library *library_ = nullptr;
    void *session_ = nullptr;
};

} // namespace ppq

#endif
