/* scene/series_csv.c: reads a series from a CSV file with named columns. */
#include "base/base.h"
#include "scene/calendar.h"
#include "scene/csv_reader.h"
#include "scene/series_internal.h"

#include <math.h>
#include <string.h>

enum { DATE, OPEN, HIGH, LOW, CLOSE, REQUIRED_COUNT };

static const char *const required_names[REQUIRED_COUNT] = {"date", "open", "high", "low", "close"};

typedef struct loader {
    csv_reader *reader;
    size_t header_count;
    size_t column[REQUIRED_COUNT]; /* of each required name */
    pp_series *series;
    double last_time_s;
    size_t last_line;
} loader;

/* A field as messages show it: bounded, one line, printable. */
typedef struct shown_text {
    char text[44];
} shown_text;

static shown_text shown(csv_field field)
{
    shown_text result;
    size_t limit = sizeof(result.text) - 4;
    size_t size = field.size_bytes < limit ? field.size_bytes : limit;
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)field.text[i];
        result.text[i] = byte < 0x20 || byte == 0x7F ? '?' : (char)byte;
    }
    strcpy(&result.text[size], size < field.size_bytes ? "..." : "");
    return result;
}

/* Fails with "FILE:LINE: COLUMN: " before a printf-style message. */
#define REFUSE(loader, which, format, ...)                                                         \
    pp_fail(PP_EDATA, "%s:%zu: %s: " format, (loader)->reader->path,                               \
            (loader)->reader->record_line, required_names[which], __VA_ARGS__)

static csv_field field_of(const loader *load, int which)
{
    return load->reader->fields[load->column[which]];
}

static char lower_case(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_name(csv_field field, const char *name)
{
    size_t i = 0;
    while (i < field.size_bytes && lower_case(field.text[i]) == name[i])
        i++;
    return i == field.size_bytes && name[i] == '\0';
}

static int refuse_missing_column(const loader *load, int which)
{
    char have[400];
    size_t used = 0;
    have[0] = '\0';
    for (size_t i = 0; i < load->reader->field_count && used + 64 < sizeof(have); i++) {
        shown_text name = shown(load->reader->fields[i]);
        used +=
            (size_t)pp_format(have + used, sizeof(have) - used, "%s%s", i ? "," : "", name.text);
    }
    return REFUSE(load, which, "required column is missing (have: %s)", have);
}

static int read_header(loader *load)
{
    csv_reader *reader = load->reader;
    int status = csv_reader_next(reader);
    if (status < 0)
        return status;
    if (status == 0)
        return REFUSE(load, DATE, "required column is missing (the file is %s)", "empty");
    for (int which = 0; which < REQUIRED_COUNT; which++) {
        size_t found = SIZE_MAX;
        for (size_t i = 0; i < reader->field_count; i++) {
            if (!is_name(reader->fields[i], required_names[which]))
                continue;
            if (found != SIZE_MAX)
                return REFUSE(load, which, "two columns, %zu and %zu, have this name", found + 1,
                              i + 1);
            found = i;
        }
        if (found == SIZE_MAX)
            return refuse_missing_column(load, which);
        load->column[which] = found;
    }
    load->header_count = reader->field_count;
    return PP_OK;
}

static int check_field_count(const loader *load)
{
    size_t count = load->reader->field_count;
    if (count > load->header_count)
        return pp_fail(PP_EDATA, "%s:%zu: record: has %zu fields where the header has %zu",
                       load->reader->path, load->reader->record_line, count, load->header_count);
    for (int which = 0; which < REQUIRED_COUNT; which++) {
        if (load->column[which] >= count)
            return REFUSE(load, which,
                          "field is missing (the record has %zu fields, the header %zu)", count,
                          load->header_count);
    }
    return PP_OK;
}

/* Fixed-width digits of a date; -1 when one is not a digit. */
static int digits(const char *text, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/* HH:MM:SS, optionally Z, to the end of the text; -1 when it is not that. */
static int seconds_of_day(const char *text, size_t size_bytes)
{
    bool zulu = size_bytes == 9 && text[8] == 'Z';
    if ((size_bytes != 8 && !zulu) || text[2] != ':' || text[5] != ':')
        return -1;
    int hour = digits(text, 2), minute = digits(text + 3, 2), second = digits(text + 6, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return -1;
    return hour * 3600 + minute * 60 + second;
}

static int parse_time(const loader *load, double *time_s)
{
    csv_field field = field_of(load, DATE);
    const char *text = field.text;
    int year = -1, month = -1, day = -1, seconds = 0;
    if (field.size_bytes >= 10 && text[4] == '-' && text[7] == '-') {
        year = digits(text, 4);
        month = digits(text + 5, 2);
        day = digits(text + 8, 2);
    }
    if (field.size_bytes > 10)
        seconds = text[10] == ' ' || text[10] == 'T'
                      ? seconds_of_day(text + 11, field.size_bytes - 11)
                      : -1;
    if (year < 0 || month < 0 || day < 0 || seconds < 0)
        return REFUSE(load, DATE, "\"%s\" is not YYYY-MM-DD or YYYY-MM-DD HH:MM:SS",
                      shown(field).text);
    if (month < 1 || month > 12 || day < 1 || day > calendar_days_in_month(year, month))
        return REFUSE(load, DATE, "\"%s\" is no day of the calendar", shown(field).text);
    *time_s = (double)calendar_days(year, month, day) * 86400 + seconds;
    return PP_OK;
}

/* Digits, a point, an exponent: none of the hexadecimals and spaces that strtod also takes. */
static bool looks_like_number(csv_field field)
{
    return field.size_bytes > 0 && strspn(field.text, "+-.0123456789eE") == field.size_bytes;
}

static bool names_no_finite_number(csv_field field)
{
    if (field.size_bytes > 0 && (field.text[0] == '-' || field.text[0] == '+')) {
        field.text++;
        field.size_bytes--;
    }
    return is_name(field, "nan") || is_name(field, "inf") || is_name(field, "infinity");
}

static int parse_price(const loader *load, int which, double *price)
{
    csv_field field = field_of(load, which);
    if (field.size_bytes == 0)
        return REFUSE(load, which, "%s", "is empty");
    if (names_no_finite_number(field))
        return REFUSE(load, which, "\"%s\" is not a finite number", shown(field).text);
    char *end = NULL;
    if (looks_like_number(field))
        *price = pp_strtod(field.text, &end);
    if (end != field.text + field.size_bytes)
        return REFUSE(load, which, "\"%s\" is not a number", shown(field).text);
    if (!isfinite(*price))
        return REFUSE(load, which, "\"%s\" is too large", shown(field).text);
    return PP_OK;
}

static int check_order(const loader *load, const pp_ohlc *row)
{
    if (load->last_line && !(row->time_s > load->last_time_s))
        return REFUSE(load, DATE, "\"%s\" is not after the one of line %zu",
                      shown(field_of(load, DATE)).text, load->last_line);
    if (row->low > row->high)
        return REFUSE(load, LOW, "%s is above high %s", shown(field_of(load, LOW)).text,
                      shown(field_of(load, HIGH)).text);
    static const int between[] = {OPEN, CLOSE};
    for (size_t i = 0; i < PP_COUNT_OF(between); i++) {
        double price = between[i] == OPEN ? row->open : row->close;
        if (price < row->low || price > row->high)
            return REFUSE(load, between[i], "%s is not between low %s and high %s",
                          shown(field_of(load, between[i])).text, shown(field_of(load, LOW)).text,
                          shown(field_of(load, HIGH)).text);
    }
    return PP_OK;
}

static int parse_row(const loader *load, pp_ohlc *row)
{
    int status = check_field_count(load);
    if (status == PP_OK)
        status = parse_time(load, &row->time_s);
    double *const prices[REQUIRED_COUNT] = {NULL, &row->open, &row->high, &row->low, &row->close};
    for (int which = OPEN; which < REQUIRED_COUNT && status == PP_OK; which++)
        status = parse_price(load, which, prices[which]);
    return status == PP_OK ? check_order(load, row) : status;
}

static int read_rows(loader *load)
{
    int status;
    while ((status = csv_reader_next(load->reader)) == 1) {
        pp_ohlc row;
        status = parse_row(load, &row);
        if (status == PP_OK)
            status = pp_series_append(load->series, &row, 1);
        if (status)
            return status;
        load->last_time_s = row.time_s;
        load->last_line = load->reader->record_line;
    }
    if (status == PP_OK && load->last_line == 0)
        return REFUSE(load, DATE, "no row follows the %s", "header");
    return status;
}

int pp_series_load_csv(pp_series **out, const char *path)
{
    loader load = {0};
    int status = csv_reader_open(&load.reader, path);
    if (status == PP_OK)
        status = read_header(&load);
    if (status == PP_OK)
        status = pp_series_create(&load.series);
    if (status == PP_OK)
        status = read_rows(&load);
    csv_reader_close(load.reader);
    if (status) {
        pp_series_destroy(load.series);
        return status;
    }
    *out = load.series;
    return PP_OK;
}
