/* shim/probe/debug_info.cpp: function and line of an address, by elfutils' libdw where it is. */
#include "debug_info.hpp"

#include <cstdint>
#include <cstring>
#include <dlfcn.h>
#include <unistd.h>

namespace ppq
{

namespace
{

/* As elfutils/libdwfl.h has them; their ABI has not changed since 0.122 (2007). */
using Address = uint64_t;
using FindElf = int (*)(void *, void **, const char *, Address, char **, void **);
using FindDebugInfo = int (*)(void *, void **, const char *, Address, const char *, const char *,
                              unsigned, char **);

struct Callbacks {
    FindElf find_elf;
    FindDebugInfo find_debuginfo;
    void *section_address;
    char **debuginfo_path;
};

/* Looks only for files on this machine. */
Callbacks callbacks = {nullptr, nullptr, nullptr, nullptr};

constexpr Address most_back = 96; /* bytes of code */

template <typename Function>
bool load(void *handle, const char *name, Function &function)
{
    void *symbol = dlsym(handle, name);
    std::memcpy(&function, &symbol, sizeof function);
    return symbol != nullptr;
}

} // namespace

struct DebugInfo::Library {
    void *(*begin)(const Callbacks *);
    void (*end)(void *);
    int (*proc_report)(void *, pid_t);
    int (*report_end)(void *, void *, void *);
    void *(*addrmodule)(void *, Address);
    const char *(*addrname)(void *, Address);
    void *(*getsrc)(void *, Address);
    const char *(*lineinfo)(void *, Address *, int *, int *, Address *, Address *);
    bool complete;

    Library()
    {
        void *handle = dlopen("libdw.so.1", RTLD_LAZY | RTLD_LOCAL);
        complete = handle && load(handle, "dwfl_begin", begin) && load(handle, "dwfl_end", end) &&
                   load(handle, "dwfl_linux_proc_report", proc_report) &&
                   load(handle, "dwfl_report_end", report_end) &&
                   load(handle, "dwfl_addrmodule", addrmodule) &&
                   load(handle, "dwfl_module_addrname", addrname) &&
                   load(handle, "dwfl_getsrc", getsrc) && load(handle, "dwfl_lineinfo", lineinfo) &&
                   load(handle, "dwfl_linux_proc_find_elf", callbacks.find_elf) &&
                   load(handle, "dwfl_build_id_find_debuginfo", callbacks.find_debuginfo);
    }
};

DebugInfo::~DebugInfo()
{
    close();
}

void DebugInfo::close()
{
    if (session_)
        library_->end(session_);
    session_ = nullptr;
}

bool DebugInfo::open()
{
    static const Library library;
    if (!library.complete)
        return false;
    library_ = &library;
    session_ = library.begin(&callbacks);
    if (session_ && library.proc_report(session_, getpid()) == 0 &&
        library.report_end(session_, nullptr, nullptr) == 0)
        return true;
    close();
    return false;
}

DebugInfo::Place DebugInfo::at(const void *address)
{
    const auto place = reinterpret_cast<Address>(address);
    void *module = session_ ? library_->addrmodule(session_, place) : nullptr;
    if (!module) { /* nothing is open yet, or a library was loaded since */
        close();
        module = open() ? library_->addrmodule(session_, place) : nullptr;
    }
    if (!module)
        return {};
    Place found;
    found.symbol = library_->addrname(module, place);
    /* An inline function of Qt's around the call has its line in a header; what was done just
     * before belongs to the program. */
    for (Address back = 0; back <= most_back && found.file.isEmpty(); back++) {
        void *source = library_->getsrc(session_, place - back);
        int line = 0;
        const char *path =
            source ? library_->lineinfo(source, nullptr, &line, nullptr, nullptr, nullptr)
                   : nullptr;
        if (!path)
            break;
        const char *slash = std::strrchr(path, '/');
        if (std::strstr(path, "/include/") == nullptr) {
            found.file = slash ? slash + 1 : path;
            found.line = line;
        }
    }
    return found;
}

} // namespace ppq
