/* sink/report_table.c: tables of plain text whose columns are as wide as what stands in them. */
#include "sink/report_table.h"

#include "base/base.h"
#include "sink/overlay_text.h"

#include <stdlib.h>
#include <string.h>

enum { FORMAT_BYTES = 512, GAP_CELLS = 2 };

/* ---- Text ----------------------------------------------------------------------------------- */

static void put_formatted(pp_buffer *out, const char *format, va_list args)
{
    char text[FORMAT_BYTES];
    pp_vformat(text, sizeof text, format, args);
    pp_buffer_text(out, text);
}

void pp_put_format(pp_buffer *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    put_formatted(out, format, args);
    va_end(args);
}

/* Controls of both sets, and the marks that set the direction of text (U+202A to U+202E, U+2066 to
 * U+2069, U+200E, U+200F) or break lines (U+2028, U+2029). */
static bool is_dangerous(const char *character, size_t size)
{
    const unsigned char *byte = (const unsigned char *)character;
    if (size == 1)
        return byte[0] < 0x20 || byte[0] == 0x7f;
    if (size == 2)
        return byte[0] == 0xc2 && byte[1] < 0xa0;
    if (size != 3 || byte[0] != 0xe2)
        return false;
    return (byte[1] == 0x80 &&
            ((byte[2] >= 0xa8 && byte[2] <= 0xae) || byte[2] == 0x8e || byte[2] == 0x8f)) ||
           (byte[1] == 0x81 && byte[2] >= 0xa6 && byte[2] <= 0xa9);
}

void pp_put_readable(pp_buffer *out, const char *text)
{
    for (size_t left = strlen(text); left > 0;) {
        size_t size = pp_utf8_size(text, left);
        if (size == 0)
            pp_buffer_text(out, "\xef\xbf\xbd");
        else if (is_dangerous(text, size))
            pp_buffer_text(out, "?");
        else
            pp_buffer_add(out, text, size);
        size_t step = size ? size : 1;
        text += step;
        left -= step;
    }
}

/* ---- Cells ---------------------------------------------------------------------------------- */

/* Takes over the cell. */
static void add_cell(pp_table *table, char *cell)
{
    if (table->count == table->capacity) {
        size_t capacity = table->capacity ? table->capacity * 2 : 64;
        char **cells = reallocarray(table->cells, capacity, sizeof *cells);
        if (cells) {
            table->cells = cells;
            table->capacity = capacity;
        }
    }
    if (!cell || table->count == table->capacity) {
        table->failed = true;
        free(cell);
        return;
    }
    table->cells[table->count++] = cell;
}

void pp_table_text(pp_table *table, const char *text)
{
    size_t most_cells = table->columns[table->count % table->column_count].most_cells;
    size_t capacity = most_cells * 4 + 8; /* a character has up to four bytes */
    pp_buffer readable = {0};
    pp_put_readable(&readable, text);
    pp_buffer_add(&readable, "", 1);
    char *cell = readable.failed ? NULL : malloc(capacity);
    if (cell)
        pp_overlay_elide(cell, capacity, readable.data, most_cells);
    free(readable.data);
    add_cell(table, cell);
}

void pp_table_u64(pp_table *table, uint64_t number)
{
    char text[PP_NUMBER_BYTES];
    *pp_put_u64(text, number) = '\0';
    add_cell(table, strdup(text));
}

void pp_table_format(pp_table *table, const char *format, ...)
{
    pp_buffer text = {0};
    va_list args;
    va_start(args, format);
    put_formatted(&text, format, args);
    va_end(args);
    pp_buffer_add(&text, "", 1);
    if (text.failed) {
        free(text.data);
        text.data = NULL;
    }
    add_cell(table, text.data);
}

/* ---- Rows ----------------------------------------------------------------------------------- */

static void put_spaces(pp_buffer *out, size_t count)
{
    while (count-- > 0)
        pp_buffer_add(out, " ", 1);
}

/* A text at the end of a line is not filled up. */
static void put_cell(pp_buffer *out, const pp_table *table, size_t column, const char *cell,
                     size_t width)
{
    size_t cells = pp_overlay_cells(cell);
    size_t fill = width > cells ? width - cells : 0;
    if (column > 0)
        put_spaces(out, GAP_CELLS);
    if (!table->columns[column].is_text)
        put_spaces(out, fill);
    pp_buffer_text(out, cell);
    if (table->columns[column].is_text && column + 1 < table->column_count)
        put_spaces(out, fill);
}

static size_t width_of(const pp_table *table, size_t column)
{
    size_t width = pp_overlay_cells(table->columns[column].heading);
    for (size_t i = column; i < table->count; i += table->column_count) {
        size_t cells = pp_overlay_cells(table->cells[i]);
        width = cells > width ? cells : width;
    }
    return width;
}

/* The last cell of a row may be empty. */
static void end_row(pp_buffer *out)
{
    while (out->size_bytes > 0 && out->data[out->size_bytes - 1] == ' ')
        out->size_bytes--;
    pp_buffer_text(out, "\n");
}

/* widths has a place for each column. */
static void put_rows(pp_buffer *out, const pp_table *table, const char *indent, size_t *widths)
{
    size_t columns = table->column_count;
    for (size_t column = 0; column < columns; column++)
        widths[column] = width_of(table, column);
    pp_buffer_text(out, indent);
    for (size_t column = 0; column < columns; column++)
        put_cell(out, table, column, table->columns[column].heading, widths[column]);
    for (size_t row = 0; row < table->count; row += columns) {
        end_row(out);
        pp_buffer_text(out, indent);
        for (size_t column = 0; column < columns; column++)
            put_cell(out, table, column, table->cells[row + column], widths[column]);
    }
    end_row(out);
}

void pp_table_write(pp_table *table, pp_buffer *out, const char *indent)
{
    size_t *widths = calloc(table->column_count + 1, sizeof *widths);
    if (table->failed || !widths)
        out->failed = true;
    else
        put_rows(out, table, indent, widths);
    free(widths);
    for (size_t i = 0; i < table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    table->cells = NULL;
    table->count = table->capacity = 0;
}
