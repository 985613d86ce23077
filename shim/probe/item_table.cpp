/* shim/probe/item_table.cpp: what is known of each graphics item, by its address. */
#include "item_table.hpp"

#include <new>

namespace ppq
{

namespace
{

constexpr size_t first_slots = 2048; /* a power of two */

} // namespace

ItemTable::ItemTable()
    : entries_(static_cast<ItemEntry *>(std::calloc(most_items + 1, sizeof(ItemEntry)))),
      slots_(first_slots)
{
    if (!entries_)
        throw std::bad_alloc();
}

size_t ItemTable::slotOf(const void *item) const
{
    return (reinterpret_cast<uintptr_t>(item) * UINT64_C(0x9E3779B97F4A7C15) >> 32) &
           (slots_.size() - 1);
}

ItemEntry *ItemTable::search(const void *item) const
{
    for (size_t i = slotOf(item); slots_[i] != 0; i = (i + 1) & (slots_.size() - 1)) {
        ItemEntry *entry = &entries_[slots_[i] - 1];
        if (entry->item == item)
            return entry;
    }
    return nullptr;
}

ItemEntry *ItemTable::add(const void *item) noexcept
{
    if (count_ == most_items || (count_ * 2 >= slots_.size() && !grow()))
        return nullptr;
    entries_[count_] = {item, 0, 0, true, {}, 0, 0};
    enter(count_);
    return &entries_[count_++];
}

bool ItemTable::grow() noexcept
try {
    std::vector<uint32_t> larger(slots_.size() * 2);
    slots_.swap(larger);
    for (size_t i = 0; i < count_; i++)
        enter(i);
    return true;
} catch (const std::bad_alloc &) {
    return false;
}

void ItemTable::enter(size_t index)
{
    size_t i = slotOf(entries_[index].item);
    while (slots_[i] != 0)
        i = (i + 1) & (slots_.size() - 1);
    slots_[i] = static_cast<uint32_t>(index + 1);
}

} // namespace ppq
