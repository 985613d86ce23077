/* scene/calendar.h: the proleptic Gregorian calendar in UTC, without the C library's time zones
 * and locales. */
#ifndef PP_SCENE_CALENDAR_H
#define PP_SCENE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct calendar_date {
    int64_t year;
    int month, day; /* from 1 */
} calendar_date;

/* Days since 1970-01-01 of a date, and back. Years within +-1e9. */
int64_t calendar_days(int64_t year, int month, int day);
calendar_date calendar_date_of(int64_t days);

int calendar_days_in_month(int64_t year, int month);

/* 0 is Monday. */
int calendar_weekday(int64_t days);

const char *calendar_month_name(int month); /* "Jan" */
const char *calendar_month_full_name(int month);
const char *calendar_weekday_name(int weekday); /* "Mon" */

/* Times beyond that (some 300 million years) are not named. */
bool calendar_can_name(double time_s);

/* "Sat 14 Mar 2020", and so much of " 14:05:09.250" as times step_s apart need. Returns the
 * length; 0 when it cannot be named. */
size_t calendar_format(char *buffer, size_t capacity, double time_s, double step_s);

/* "14:05", "14:05:09" or "14:05:09.250" as step_s needs. */
size_t calendar_format_clock(char *buffer, size_t capacity, double time_s, double step_s);

#endif
