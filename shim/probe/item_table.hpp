/* shim/probe/item_table.hpp: what is known of each graphics item, by its address. */
#ifndef PPQ_ITEM_TABLE_HPP
#define PPQ_ITEM_TABLE_HPP

#include <paintprof/cause.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

namespace ppq
{

/* Half a line of the processor's cache, in which all stands that a move of an item and its paint
 * have to know. */
struct ItemEntry {
    const void *item;
    uint32_t number; /* of the instance, among those told as the same painter; 0: none */
    uint16_t kind;   /* kept by ItemPaints */
    bool has_note;   /* CauseNotes may have more causes of it than this one */
    pp_cause cause;  /* asked for a repaint first, */
    uint32_t count;  /* so often; 0: not asked */
    uint32_t born;   /* at so many paints of all windows */
};
static_assert(sizeof(ItemEntry) == 32, "two of them share a line");

/* The items that were painted, in the order in which they first were. Most programs move and paint
 * their items in that order again, so that each lookup tries the one after its last answer before
 * it searches. An entry stays for good where it is, and is taken over by an item that takes the
 * place of a deleted one. GUI thread only. */
class ItemTable
{
public:
    static constexpr size_t most_items = 65536;

    /* Throws std::bad_alloc. Memory that no item needs is never touched. */
    ItemTable();

    /* Where one sort of lookups is. */
    class Place
    {
    public:
        explicit Place(const ItemTable &table) : next_(table.entries_.get()) {}

    private:
        friend class ItemTable;
        ItemEntry *next_;
    };

    /* nullptr if it is not here. */
    ItemEntry *find(const void *item, Place &place) const
    {
        ItemEntry *entry = place.next_;
        if (entry->item != item) /* as behind the last one, which is of nothing */
            entry = search(item);
        if (entry)
            place.next_ = entry + 1;
        return entry;
    }

    /* Adds an item that is not here; nullptr past the bound or without memory. */
    ItemEntry *add(const void *item) noexcept;

private:
    struct Free {
        void operator()(ItemEntry *entries) const { std::free(entries); }
    };

    ItemEntry *search(const void *item) const;
    bool grow() noexcept;
    size_t slotOf(const void *item) const;
    void enter(size_t index);

    std::unique_ptr<ItemEntry[], Free> entries_; /* one more than there may be items */
    size_t count_ = 0;
    std::vector<uint32_t> slots_; /* open addressing: 1 + index of the entry, 0 free */
};

} // namespace ppq

#endif
