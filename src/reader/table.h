/* reader/table.h: items found by the key they begin with, and listed. A tree, since keys come from
 * strangers: no choice of them makes it slow. */
#ifndef PP_READER_TABLE_H
#define PP_READER_TABLE_H

#include <stdbool.h>
#include <stddef.h>

typedef int (*pp_table_order)(const void *a, const void *b);

typedef struct pp_table {
    void *tree; /* tsearch */
    void **items;
    size_t count, capacity;
} pp_table;

/* The item with that key, NULL if there is none. */
void *pp_table_find(const pp_table *table, const void *key, pp_table_order order);

/* Adds an item whose key is new; false without memory. */
bool pp_table_add(pp_table *table, void *item, pp_table_order order);

/* Frees the table; the items are the caller's. */
void pp_table_free(pp_table *table);

#endif
