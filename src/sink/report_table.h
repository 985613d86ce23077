/* sink/report_table.h: tables of plain text whose columns are as wide as what stands in them. */
#ifndef PP_REPORT_TABLE_H
#define PP_REPORT_TABLE_H

#include "base/text.h"

#include <paintprof/export.h>

typedef struct pp_table_column {
    const char *heading;
    bool is_text;        /* begins at the left edge; a number ends at the right one */
    unsigned most_cells; /* a longer text is cut in its middle */
} pp_table_column;

typedef struct pp_table {
    const pp_table_column *columns;
    size_t column_count;
    char **cells; /* row by row */
    size_t count, capacity;
    bool failed; /* memory ran out */
} pp_table;

/* Each adds the next cell. Text may be anything: see pp_put_readable(). */
void pp_table_text(pp_table *table, const char *text);
void pp_table_u64(pp_table *table, uint64_t number);
void pp_table_format(pp_table *table, const char *format, ...) PP_PRINTF(2, 3);

/* Appends headings and rows to out, each line behind indent, and frees the table's memory. */
void pp_table_write(pp_table *table, pp_buffer *out, const char *indent);

/* Appends a short formatted text, in the C locale. */
void pp_put_format(pp_buffer *out, const char *format, ...) PP_PRINTF(2, 3);

/* Appends text that may come from anybody: what is no UTF-8 becomes U+FFFD, and characters that
 * would move a terminal's cursor or turn its writing around become '?'. */
void pp_put_readable(pp_buffer *out, const char *text);

#endif
