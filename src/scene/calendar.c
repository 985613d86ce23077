/* scene/calendar.c: the proleptic Gregorian calendar in UTC.
 *
 * The conversions are Howard Hinnant's (days_from_civil, public domain): years begin in March, so
 * that the leap day is the last one, and repeat every 400 years. */
#include "scene/calendar.h"

#include "base/base.h"

#include <math.h>

enum { DAYS_OF_ERA = 146097, DAYS_TO_EPOCH = 719468 };

static const double DAY_S = 86400;

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t calendar_days(int64_t year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_OF_ERA + day_of_era - DAYS_TO_EPOCH;
}

calendar_date calendar_date_of(int64_t days)
{
    int64_t shifted = days + DAYS_TO_EPOCH;
    int64_t era = floor_div(shifted, DAYS_OF_ERA);
    int64_t day_of_era = shifted - era * DAYS_OF_ERA;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;
    calendar_date date;
    date.day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    date.month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    date.year = year_of_era + era * 400 + (date.month <= 2);
    return date;
}

int calendar_days_in_month(int64_t year, int month)
{
    int64_t next_year = month == 12 ? year + 1 : year;
    return (int)(calendar_days(next_year, month % 12 + 1, 1) - calendar_days(year, month, 1));
}

int calendar_weekday(int64_t days)
{
    int64_t since_monday = days + 3; /* 1970-01-01 was a Thursday */
    return (int)(since_monday - floor_div(since_monday, 7) * 7);
}

const char *calendar_month_name(int month)
{
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return names[month - 1];
}

const char *calendar_month_full_name(int month)
{
    static const char *const names[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
    return names[month - 1];
}

const char *calendar_weekday_name(int weekday)
{
    static const char *const names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    return names[weekday];
}

bool calendar_can_name(double time_s)
{
    return fabs(time_s) <= 1e16;
}

/* Decimals of a second that tell times step_s apart: at most 6, as doubles of today's dates do
 * not hold more. */
static int second_decimals(double step_s)
{
    int decimals = 0;
    for (double unit = 1; step_s < unit * 0.999 && decimals < 6; unit /= 10)
        decimals++;
    return decimals;
}

/* The time in units of the last decimal shown, so that 59.9999996 carries instead of giving 60. */
static double rounded_to_decimals(double time_s, int decimals)
{
    double unit = pow(10, decimals), whole = floor(time_s);
    return whole + floor((time_s - whole) * unit + 0.5) / unit;
}

size_t calendar_format_clock(char *buffer, size_t capacity, double time_s, double step_s)
{
    if (!calendar_can_name(time_s))
        return 0;
    int decimals = second_decimals(step_s);
    double shown_s = rounded_to_decimals(time_s, decimals);
    double of_day_s = shown_s - floor(shown_s / DAY_S) * DAY_S;
    int seconds = (int)of_day_s;
    int hour = seconds / 3600, minute = seconds / 60 % 60;
    int length;
    if (step_s >= 60)
        length = pp_format(buffer, capacity, "%02d:%02d", hour, minute);
    else if (decimals == 0)
        length = pp_format(buffer, capacity, "%02d:%02d:%02d", hour, minute, seconds % 60);
    else
        length = pp_format(buffer, capacity, "%02d:%02d:%0*.*f", hour, minute, decimals + 3,
                           decimals, of_day_s - seconds + seconds % 60);
    return length > 0 ? (size_t)length : 0;
}

size_t calendar_format(char *buffer, size_t capacity, double time_s, double step_s)
{
    if (!calendar_can_name(time_s))
        return 0;
    double shown_s = step_s < DAY_S ? rounded_to_decimals(time_s, second_decimals(step_s)) : time_s;
    int64_t days = (int64_t)floor(shown_s / DAY_S);
    calendar_date date = calendar_date_of(days);
    int length =
        pp_format(buffer, capacity, "%s %d %s %lld", calendar_weekday_name(calendar_weekday(days)),
                  date.day, calendar_month_name(date.month), (long long)date.year);
    if (length <= 0 || (size_t)length + 1 >= capacity)
        return 0;
    size_t size = (size_t)length;
    if (step_s < DAY_S) {
        buffer[size++] = ' ';
        size += calendar_format_clock(buffer + size, capacity - size, time_s, step_s);
    }
    return size;
}
