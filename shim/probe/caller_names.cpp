/* shim/probe/caller_names.cpp: what stands at a return address, for people. */
#include "caller_names.hpp"

#include "debug_info.hpp"

#include <paintprof/cause.h>
#include <paintprof/hook.h>

#include <cstdlib>
#include <cstring>
#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>

namespace ppq
{

namespace
{

constexpr int max_depth = 48;

/* A return address may be the first byte after the caller. */
const void *callAt(const void *return_address)
{
    return static_cast<const char *>(return_address) - 1;
}

const char *baseName(const char *path)
{
    const char *slash = std::strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Where the bracket that opens at from is closed. */
qsizetype closingBracket(const QByteArray &text, qsizetype from)
{
    int depth = 0;
    for (qsizetype i = from; i < text.size(); i++) {
        const char c = text[i];
        if (c == '<' || c == '(' || c == '{' || c == '[')
            depth++;
        else if (c == '>' || c == ')' || c == '}' || c == ']')
            depth--;
        else if (c == ',' && depth == 1)
            return i;
        if (depth == 0)
            return i;
    }
    return text.size();
}

/* Without its parameters, which may stand behind those of functions around it. */
QByteArray withoutParameters(const QByteArray &name)
{
    qsizetype i = 0;
    while (i < name.size()) {
        const bool opens = name[i] == '<' || name[i] == '{' || name[i] == '(';
        const bool is_scope = opens && name.mid(i).startsWith("(anonymous namespace)");
        if (name[i] == '(' && !is_scope) {
            const qsizetype end = closingBracket(name, i);
            const QByteArray rest = name.mid(end + 1);
            if (!rest.startsWith("::") && !rest.startsWith(" const::"))
                return name.left(i);
        }
        i = opens ? closingBracket(name, i) + 1 : i + 1;
        while (opens && i > 0 && i < name.size() && name[i - 1] == ',')
            i = closingBracket(name, i) + 1;
    }
    return name;
}

/* A lambda that is connected to a signal is called by a function of Qt's around it. */
QByteArray withoutSlotObject(const QByteArray &name)
{
    constexpr const char *wrappers[] = {"QtPrivate::QFunctorSlotObject<",
                                        "QtPrivate::QCallableObject<"};
    for (const char *wrapper : wrappers) {
        const auto length = static_cast<qsizetype>(std::strlen(wrapper));
        if (name.startsWith(wrapper))
            return name.mid(length, closingBracket(name, length - 1) - length);
    }
    return name;
}

QByteArray demangled(const char *symbol)
{
    int status = 0;
    char *text = abi::__cxa_demangle(symbol, nullptr, nullptr, &status);
    const QByteArray name(status == 0 ? text : symbol);
    std::free(text);
    const QByteArray slot = withoutSlotObject(name);
    return slot == name && !name.startsWith("operator") ? withoutParameters(name) : slot;
}

CallerNames::Module findModule(const void *address)
{
    static const void *own = [] {
        Dl_info info = {};
        return dladdr(reinterpret_cast<const void *>(&baseName), &info) ? info.dli_fbase : nullptr;
    }();
    Dl_info info = {};
    if (!dladdr(address, &info) || !info.dli_fname)
        return CallerNames::Module::Other;
    if (info.dli_fbase == own)
        return CallerNames::Module::Probe;
    const char *name = baseName(info.dli_fname);
    /* With what stands between them: the preload library, GLib's loop, Qt's platform plugins. */
    constexpr const char *inner[] = {"libQt6",  "libpaintprof", "libc.so",      "libglib-",
                                     "libqxcb", "libqwayland",  "libqoffscreen"};
    for (const char *start : inner) {
        if (std::strncmp(name, start, std::strlen(start)) == 0)
            return CallerNames::Module::Qt;
    }
    if (std::strstr(name, ".abi3.so") || std::strstr(name, ".cpython-"))
        return CallerNames::Module::Python;
    return CallerNames::Module::Other;
}

} // namespace

CallerNames::CallerNames() = default;
CallerNames::~CallerNames() = default;

QByteArray CallerNames::textOf(const void *address)
{
    Dl_info info = {};
    const bool is_known = dladdr(callAt(address), &info) && info.dli_fname;
    if (!debug_info_)
        debug_info_ = std::make_unique<DebugInfo>();
    const DebugInfo::Place place = debug_info_->at(callAt(address));
    const QByteArray module = is_known ? baseName(info.dli_fname) : "?";
    const QByteArray symbol = place.symbol.isEmpty() ? QByteArray(info.dli_sname) : place.symbol;
    if (symbol.isEmpty()) {
        if (!is_known)
            return {};
        const auto offset =
            static_cast<const char *>(callAt(address)) - static_cast<const char *>(info.dli_fbase);
        return module + "+0x" + QByteArray::number(static_cast<qulonglong>(offset), 16);
    }
    const QByteArray where =
        place.file.isEmpty() ? module : place.file + ':' + QByteArray::number(place.line);
    return demangled(symbol.constData()) + " (" + where + ')';
}

CallerNames::Slot &CallerNames::slotOf(const void *address)
{
    const auto hash = (reinterpret_cast<uintptr_t>(address) * UINT64_C(0x9E3779B97F4A7C15)) >> 54;
    Slot &slot = known_[hash & (slot_count - 1)];
    if (slot.address != address)
        slot = {address, 0, false, findModule(callAt(address))};
    return slot;
}

CallerNames::Module CallerNames::moduleOf(const void *address)
{
    return slotOf(address).module;
}

uint16_t CallerNames::of(const void *address)
{
    Slot &slot = slotOf(address);
    if (slot.module == Module::Qt)
        return outsideQt();
    const uint16_t line = slot.module == Module::Python ? python_.current() : uint16_t{0};
    return line ? line : nativeNameOf(slot);
}

uint16_t CallerNames::nativeNameOf(Slot &slot)
{
    if (slot.is_named)
        return slot.text;
    static pp_site *site = pp_site_get("paintprof.callers", PP_PHASE_OVERLAY);
    pp_zone zone = site ? pp_zone_begin(site) : pp_zone{0};
    const QByteArray text = textOf(slot.address);
    slot.text = pp_text_intern(text.constData(), static_cast<size_t>(text.size()));
    slot.is_named = true;
    pp_zone_end(&zone);
    return slot.text;
}

/* What lies beyond the probe's own frames (those below the event that is handled) only leads to
 * the event loop. */
uint16_t CallerNames::outsideQt()
{
    void *stack[max_depth];
    const int depth = backtrace(stack, max_depth);
    bool has_left = false; /* the probe's frames of this very call */
    for (int i = 0; i < depth; i++) {
        const Module module = moduleOf(stack[i]);
        if (module == Module::Other)
            return of(stack[i]);
        if (module == Module::Python) {
            /* A binding stands before each virtual function, also where no Python runs. */
            if (const uint16_t line = python_.current())
                return line;
        } else if (module == Module::Qt)
            has_left = true;
        else if (has_left)
            return 0;
    }
    return 0;
}

} // namespace ppq
