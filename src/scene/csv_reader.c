/* scene/csv_reader.c: records of a CSV file (RFC 4180), one at a time, in bounded memory. */
#include "scene/csv_reader.h"

#include "base/base.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What a field may be followed by decides all of RFC 4180. */
typedef enum field_state { AT_FIELD_START, IN_PLAIN, IN_QUOTES, AFTER_QUOTES } field_state;

enum { END_OF_FILE = -1, READ_FAILED = -2 };

static int refuse_record(const csv_reader *reader, const char *what)
{
    return pp_fail(PP_EDATA, "%s:%zu: record: %s", reader->path, reader->line, what);
}

static int refuse_file(const csv_reader *reader)
{
    return pp_fail(PP_EIO, "%s: cannot be read: %s", reader->path, strerror(errno));
}

static bool refill(csv_reader *reader)
{
    reader->buffer_at = 0;
    reader->buffer_end = fread(reader->buffer, 1, sizeof(reader->buffer), reader->file);
    return reader->buffer_end > 0;
}

static int next_byte(csv_reader *reader)
{
    if (reader->buffer_at == reader->buffer_end && !refill(reader))
        return ferror(reader->file) ? READ_FAILED : END_OF_FILE;
    return reader->buffer[reader->buffer_at++];
}

static int peek_byte(csv_reader *reader)
{
    int byte = next_byte(reader);
    if (byte >= 0)
        reader->buffer_at--;
    return byte;
}

static void skip_byte_order_mark(csv_reader *reader)
{
    static const unsigned char mark[3] = {0xEF, 0xBB, 0xBF};
    if (refill(reader) && reader->buffer_end >= 3 && memcmp(reader->buffer, mark, 3) == 0)
        reader->buffer_at = 3;
}

int csv_reader_open(csv_reader **out, const char *path)
{
    csv_reader *reader = malloc(sizeof(*reader));
    if (!reader)
        return pp_fail(PP_ENOMEM, "%s: no memory to read it", path);
    reader->path = path;
    reader->line = 1;
    reader->record_line = 0;
    reader->field_count = reader->record_bytes = 0;
    reader->buffer_at = reader->buffer_end = 0;
    reader->file = fopen(path, "rbe");
    if (!reader->file) {
        int status = pp_fail(PP_EIO, "%s: cannot be opened: %s", path, strerror(errno));
        free(reader);
        return status;
    }
    skip_byte_order_mark(reader);
    *out = reader;
    return PP_OK;
}

void csv_reader_close(csv_reader *reader)
{
    if (!reader)
        return;
    fclose(reader->file);
    free(reader);
}

static int put_byte(csv_reader *reader, int byte)
{
    if (byte == '\0')
        return refuse_record(reader, "contains a NUL byte");
    /* One byte stays free for the NUL that ends the field. */
    if (reader->record_bytes + 1 >= CSV_RECORD_MAX)
        return refuse_record(reader, "is longer than 65534 bytes");
    reader->record[reader->record_bytes++] = (char)byte;
    return PP_OK;
}

static int end_field(csv_reader *reader, size_t field_start)
{
    if (reader->field_count == CSV_FIELDS_MAX)
        return refuse_record(reader, "has more than 1024 fields");
    if (reader->record_bytes >= CSV_RECORD_MAX)
        return refuse_record(reader, "is longer than 65534 bytes");
    reader->fields[reader->field_count++] =
        (csv_field){&reader->record[field_start], reader->record_bytes - field_start};
    reader->record[reader->record_bytes++] = '\0';
    return PP_OK;
}

/* A byte that stands for itself, or a quote, in a field. */
static int take_byte(csv_reader *reader, field_state *state, int byte)
{
    if (*state == IN_QUOTES) {
        if (byte != '"') {
            int status = put_byte(reader, byte);
            reader->line += byte == '\n';
            return status;
        }
        if (peek_byte(reader) != '"') {
            *state = AFTER_QUOTES;
            return PP_OK;
        }
        return put_byte(reader, next_byte(reader));
    }
    if (*state == AFTER_QUOTES)
        return refuse_record(reader, "text follows a closing quote");
    if (byte == '"') {
        if (*state == IN_PLAIN)
            return refuse_record(reader, "a quote stands inside an unquoted field");
        *state = IN_QUOTES;
        return PP_OK;
    }
    if (byte == '\r')
        return refuse_record(reader, "a carriage return without a line feed");
    *state = IN_PLAIN;
    return put_byte(reader, byte);
}

/* Reads to the end of a line or of the file. Returns 1, or 0 when there was nothing at all. */
static int read_record(csv_reader *reader)
{
    reader->record_line = reader->line;
    reader->record_bytes = reader->field_count = 0;
    field_state state = AT_FIELD_START;
    size_t field_start = 0;
    for (;;) {
        int byte = next_byte(reader);
        if (byte == READ_FAILED)
            return refuse_file(reader);
        if (byte == END_OF_FILE) {
            if (state == IN_QUOTES)
                return refuse_record(reader, "a quoted field is not closed");
            bool nothing = state == AT_FIELD_START && reader->field_count == 0;
            int status = nothing ? PP_OK : end_field(reader, field_start);
            return status ? status : !nothing;
        }
        int status = PP_OK;
        if (state != IN_QUOTES && byte == '\r' && peek_byte(reader) == '\n')
            continue;
        if (state != IN_QUOTES && byte == '\n') {
            status = end_field(reader, field_start);
            reader->line++;
            return status ? status : 1;
        }
        if (state != IN_QUOTES && byte == ',') {
            status = end_field(reader, field_start);
            field_start = reader->record_bytes;
            state = AT_FIELD_START;
        } else {
            status = take_byte(reader, &state, byte);
        }
        if (status)
            return status;
    }
}

int csv_reader_next(csv_reader *reader)
{
    for (;;) {
        int status = read_record(reader);
        bool empty_line = reader->field_count == 1 && reader->fields[0].size_bytes == 0;
        if (status != 1 || !empty_line)
            return status;
    }
}
