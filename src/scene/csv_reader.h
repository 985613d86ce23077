/* scene/csv_reader.h: records of a CSV file (RFC 4180), one at a time, in bounded memory. */
#ifndef PP_SCENE_CSV_READER_H
#define PP_SCENE_CSV_READER_H

#include <stddef.h>
#include <stdio.h>

enum { CSV_RECORD_MAX = 64 * 1024, CSV_FIELDS_MAX = 1024 };

/* One field of the present record, NUL-terminated, quotes resolved. */
typedef struct csv_field {
    const char *text;
    size_t size_bytes;
} csv_field;

typedef struct csv_reader {
    const char *path; /* as the messages name it */
    FILE *file;
    size_t line;        /* where reading is */
    size_t record_line; /* where the present record began, from 1 */
    csv_field fields[CSV_FIELDS_MAX];
    size_t field_count;
    size_t record_bytes;
    char record[CSV_RECORD_MAX];
    size_t buffer_at, buffer_end;
    unsigned char buffer[64 * 1024];
} csv_reader;

/* Opens path; a byte order mark is skipped. Returns the reader's memory to csv_reader_close(), or
 * PP_EIO or PP_ENOMEM. */
int csv_reader_open(csv_reader **out, const char *path);
void csv_reader_close(csv_reader *reader);

/* Reads the next record that is not an empty line. LF and CRLF end it, quoted fields may hold
 * both. Returns 1, 0 at the end of the file, or PP_EIO or PP_EDATA with a message. */
int csv_reader_next(csv_reader *reader);

#endif
