/* shim/probe/vtable.hpp: one virtual function of a class replaced, for all its objects. */
#ifndef PPQ_VTABLE_HPP
#define PPQ_VTABLE_HPP

#include <QtCore/QByteArray>

#include <cstddef>
#include <cstring>

namespace ppq
{

/* The vtable of an object with virtual functions (Itanium C++ ABI, as on all of Linux). */
inline void **vtableOf(const void *object)
{
    void **vtable;
    std::memcpy(&vtable, object, sizeof vtable);
    return vtable;
}

/* Which entry of its class's vtable a pointer to a virtual member function stands for. */
template <typename Member>
size_t vtableSlot(Member member)
{
    struct {
        size_t pointer; /* 1 + offset in bytes; on Arm the offset, with the 1 in adjustment */
        size_t adjustment;
    } parts;
    static_assert(sizeof parts == sizeof member);
    std::memcpy(&parts, &member, sizeof parts);
    return (parts.pointer & ~size_t{1}) / sizeof(void *);
}

/* Replaces expected by function in one entry, whose page may be read-only, and gives the page its
 * protection back. Returns false where the entry is something else, is gone with its library, or
 * cannot be written; it is then as it was. */
bool replaceVtableEntry(void **entry, void *expected, void *function);

/* The name of the class that vtable belongs to, from its type information or its symbol; empty
 * where there is neither. A class may be built without type information, so nothing is taken for
 * it that does not lie in a loaded library and read like a name. */
QByteArray classNameOf(void **vtable);

} // namespace ppq

#endif
