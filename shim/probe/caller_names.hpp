/* shim/probe/caller_names.hpp: what stands at a return address, for people. */
#ifndef PPQ_CALLER_NAMES_HPP
#define PPQ_CALLER_NAMES_HPP

#include "python_caller.hpp"

#include <QtCore/QByteArray>

#include <array>
#include <cstdint>
#include <memory>

namespace ppq
{

class DebugInfo;

/* Names callers by their return addresses: "function (file.cpp:12)" with debug information,
 * "function (module)" with a symbol, else "module+0x12ab". Each is looked up once and interned. */
class CallerNames
{
public:
    CallerNames();
    ~CallerNames();
    CallerNames(const CallerNames &) = delete;
    CallerNames &operator=(const CallerNames &) = delete;

    /* By pp_text_intern(); 0 where nothing can be said. For a caller in an extension of Python's
     * it is the line of Python; for one in Qt it is as outsideQt(). */
    uint16_t of(const void *address);

    /* Of the nearest caller on this thread's stack that is not in a library of Qt's; 0 where none
     * is before the handler of the present event. */
    uint16_t outsideQt();

    /* Whether of() always answers the same for address. */
    bool isConstant(const void *address) { return moduleOf(address) == Module::Other; }

    enum class Module { Other, Qt, Python, Probe };
    Module moduleOf(const void *address);

private:
    static constexpr size_t slot_count = 1024; /* a power of two */

    struct Slot {
        const void *address;
        uint16_t text;
        bool is_named;
        Module module;
    };
    Slot &slotOf(const void *address);
    QByteArray textOf(const void *address);
    uint16_t nativeNameOf(Slot &slot);

    std::array<Slot, slot_count> known_ = {};
    std::unique_ptr<DebugInfo> debug_info_;
    PythonCaller python_;
};

} // namespace ppq

#endif
