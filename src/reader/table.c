/* reader/table.c: items found by the key they begin with, and listed. */
#include "reader/table.h"

#include <search.h>
#include <stdlib.h>

void *pp_table_find(const pp_table *table, const void *key, pp_table_order order)
{
    void *node = tfind(key, &table->tree, order);
    return node ? *(void **)node : NULL;
}

bool pp_table_add(pp_table *table, void *item, pp_table_order order)
{
    if (table->count == table->capacity) {
        size_t capacity = table->capacity * 2 + 16;
        void **items = realloc(table->items, capacity * sizeof *items);
        if (!items)
            return false;
        table->items = items;
        table->capacity = capacity;
    }
    if (!tsearch(item, &table->tree, order))
        return false;
    table->items[table->count++] = item;
    return true;
}

static void leave_item(void *item)
{
    (void)item;
}

void pp_table_free(pp_table *table)
{
    tdestroy(table->tree, leave_item);
    free(table->items);
    *table = (pp_table){0};
}
