/* tests/shim/test_item_table.cpp: what the probe knows of items, by their addresses. */
#include "../../shim/probe/item_table.hpp"

#include <QtTest/QtTest>

using ppq::ItemEntry;
using ppq::ItemTable;

namespace
{

/* An address; nothing is read there. */
const void *item(size_t number)
{
    return reinterpret_cast<const void *>(0x10000 + number * 48);
}

} // namespace

class TestItemTable : public QObject
{
    Q_OBJECT

private slots:
    void what_was_not_added_is_not_found();
    void an_item_is_found_in_any_order();
    void an_entry_stays_where_it_is();
    void there_is_no_place_past_the_bound();
    void each_sort_of_lookup_goes_its_own_way();
};

void TestItemTable::what_was_not_added_is_not_found()
{
    ItemTable table;
    ItemTable::Place place(table);
    QCOMPARE(table.find(item(1), place), nullptr);
    table.add(item(1));
    QCOMPARE(table.find(item(2), place), nullptr);
    QVERIFY(table.find(item(1), place));
    QCOMPARE(table.find(item(2), place), nullptr);
}

void TestItemTable::an_item_is_found_in_any_order()
{
    constexpr size_t count = 5003; /* a prime, and several times as many as there is room for */
    ItemTable table;
    for (size_t i = 0; i < count; i++)
        table.add(item(i))->number = static_cast<uint32_t>(i);
    for (const size_t stride : {size_t{1}, count - 1, size_t{7}, size_t{1000}}) {
        ItemTable::Place place(table);
        for (size_t i = 0; i < 2 * count; i++) {
            const size_t wanted = i * stride % count;
            const ItemEntry *entry = table.find(item(wanted), place);
            QVERIFY(entry);
            QCOMPARE(entry->item, item(wanted));
            QCOMPARE(entry->number, static_cast<uint32_t>(wanted));
        }
    }
}

void TestItemTable::an_entry_stays_where_it_is()
{
    ItemTable table;
    ItemEntry *first = table.add(item(0));
    for (size_t i = 1; i < 5000; i++)
        table.add(item(i));
    ItemTable::Place place(table);
    QCOMPARE(table.find(item(0), place), first);
}

void TestItemTable::there_is_no_place_past_the_bound()
{
    ItemTable table;
    for (size_t i = 0; i < ItemTable::most_items; i++)
        QVERIFY(table.add(item(i)));
    QCOMPARE(table.add(item(ItemTable::most_items)), nullptr);
    ItemTable::Place place(table);
    for (size_t i = 0; i < 2 * ItemTable::most_items; i++)
        QVERIFY(table.find(item(i % ItemTable::most_items), place));
    QCOMPARE(table.find(item(ItemTable::most_items), place), nullptr);
}

void TestItemTable::each_sort_of_lookup_goes_its_own_way()
{
    ItemTable table;
    for (size_t i = 0; i < 10; i++)
        table.add(item(i));
    ItemTable::Place forwards(table);
    ItemTable::Place backwards(table);
    for (size_t i = 0; i < 10; i++) {
        QCOMPARE(table.find(item(i), forwards)->item, item(i));
        QCOMPARE(table.find(item(9 - i), backwards)->item, item(9 - i));
    }
}

QTEST_GUILESS_MAIN(TestItemTable)
#include "test_item_table.moc"
