/* shim/probe/vtable.cpp: one virtual function of a class replaced, for all its objects. */
#include "vtable.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cxxabi.h>
#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

namespace ppq
{

namespace
{

/* The protection of the page at address, or -1. */
int protectionOf(uintptr_t address)
{
    std::FILE *maps = std::fopen("/proc/self/maps", "re");
    if (!maps)
        return -1;
    char line[512];
    int protection = -1;
    while (protection < 0 && std::fgets(line, sizeof line, maps)) {
        unsigned long from = 0;
        unsigned long to = 0;
        char mode[5] = "";
        if (std::sscanf(line, "%lx-%lx %4s", &from, &to, mode) == 3 && address >= from &&
            address < to)
            protection = (mode[0] == 'r' ? PROT_READ : 0) | (mode[1] == 'w' ? PROT_WRITE : 0) |
                         (mode[2] == 'x' ? PROT_EXEC : 0);
    }
    std::fclose(maps);
    return protection;
}

struct Range {
    uintptr_t from, to;
    bool is_loaded;
};

int findSegment(struct dl_phdr_info *info, size_t, void *user)
{
    Range &range = *static_cast<Range *>(user);
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) &segment = info->dlpi_phdr[i];
        const uintptr_t start = info->dlpi_addr + segment.p_vaddr;
        if (segment.p_type == PT_LOAD && (segment.p_flags & PF_R) && range.from >= start &&
            range.to <= start + segment.p_memsz)
            range.is_loaded = true;
    }
    return range.is_loaded;
}

/* Whether size bytes there belong to one segment of a loaded program or library. */
bool isLoaded(const void *start, size_t size)
{
    const auto from = reinterpret_cast<uintptr_t>(start);
    Range range = {from, from + size, false};
    dl_iterate_phdr(findSegment, &range);
    return range.is_loaded;
}

constexpr size_t longest_name = 512;

/* A mangled type name: no surprise, and it ends. */
bool readsLikeName(const char *name)
{
    size_t length = 0;
    while (isLoaded(name + length, 1) && length < longest_name && name[length]) {
        const auto c = static_cast<unsigned char>(name[length++]);
        if (c <= ' ' || c > '~')
            return false;
    }
    return length > 1 && length < longest_name;
}

/* std::type_info begins with its vtable and its name, which begins with a star where only this
 * library's types are meant. */
const char *typeName(void **vtable)
{
    const void *info = isLoaded(vtable - 1, sizeof *vtable) ? vtable[-1] : nullptr;
    if (!info || !isLoaded(info, 2 * sizeof(void *)) || !isLoaded(vtableOf(info), sizeof(void *)))
        return nullptr;
    const char *name;
    std::memcpy(&name, static_cast<const char *>(info) + sizeof(void *), sizeof name);
    if (!name || !readsLikeName(name))
        return nullptr;
    return *name == '*' ? name + 1 : name;
}

} // namespace

bool replaceVtableEntry(void **entry, void *expected, void *function)
{
    const auto page_size = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    const uintptr_t past_page_start = reinterpret_cast<uintptr_t>(entry) % page_size;
    const int protection = protectionOf(reinterpret_cast<uintptr_t>(entry));
    if (!(protection > 0 && (protection & PROT_READ)) || *entry != expected)
        return false;
    void *start = reinterpret_cast<char *>(entry) - past_page_start;
    const bool is_read_only = !(protection & PROT_WRITE);
    if (is_read_only && mprotect(start, page_size, protection | PROT_WRITE) != 0)
        return false;
    __atomic_store_n(entry, function, __ATOMIC_RELEASE);
    if (is_read_only)
        mprotect(start, page_size, protection);
    return true;
}

QByteArray classNameOf(void **vtable)
{
    QByteArray mangled = typeName(vtable);
    Dl_info info = {};
    if (mangled.isEmpty() && dladdr(vtable, &info) && info.dli_sname &&
        std::strncmp(info.dli_sname, "_ZTV", 4) == 0)
        mangled = info.dli_sname + 4;
    if (mangled.isEmpty())
        return {};
    int status = 0;
    char *text = abi::__cxa_demangle(mangled.constData(), nullptr, nullptr, &status);
    QByteArray name = status == 0 ? text : mangled.constData();
    std::free(text);
    return name;
}

} // namespace ppq
