/* shim/callbacks.hpp: a copied table of C callbacks and its one destroy. */
#ifndef PPQ_CALLBACKS_HPP
#define PPQ_CALLBACKS_HPP

#include <paintprof/qt.h>

#include <cstring>

namespace ppq
{

/* Whether the caller's table can be copied: NULL is a table without entries. */
inline bool callbacksValid(const ppq_callbacks *callbacks)
{
    return !callbacks || callbacks->struct_size >= offsetof(ppq_callbacks, paint);
}

/* Owns the obligation to call destroy: once adopted, whoever deletes the object fulfils it. */
class Callbacks
{
public:
    Callbacks() = default;
    Callbacks(const Callbacks &) = delete;
    Callbacks &operator=(const Callbacks &) = delete;
    ~Callbacks()
    {
        if (table_.destroy)
            table_.destroy(table_.user);
    }

    /* A caller built against a shorter table leaves the rest empty. Call it when nothing can fail
     * any more: before, the caller still owns user. */
    void adopt(const ppq_callbacks *callbacks) noexcept
    {
        if (!callbacks)
            return;
        const size_t size = callbacks->struct_size;
        std::memcpy(&table_, callbacks, size < sizeof table_ ? size : sizeof table_);
    }

    const ppq_callbacks *operator->() const { return &table_; }
    const ppq_callbacks &operator*() const { return table_; }

private:
    ppq_callbacks table_ = {};
};

} // namespace ppq

#endif
