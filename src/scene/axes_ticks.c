/* scene/axes_ticks.c: where the marks of the axes stand and how they are named. */
#include "scene/axes_ticks.h"

#include "base/base.h"
#include "scene/calendar.h"

#include <math.h>

static const double DAY_S = 86400;
static const double YEAR_S = 365.2425 * 86400;

enum { TWO_DAY_MARKS = 14 }; /* days 1, 3 ... 27: the next month's first is never crowded */

/* Above fractions of a second and below 10 years; those go on by 1, 2 and 5. */
static const time_step calendar_steps[] = {
    {TICK_SECONDS, 1},     {TICK_SECONDS, 2},     {TICK_SECONDS, 5},     {TICK_SECONDS, 10},
    {TICK_SECONDS, 30},    {TICK_SECONDS, 60},    {TICK_SECONDS, 120},   {TICK_SECONDS, 300},
    {TICK_SECONDS, 600},   {TICK_SECONDS, 1800},  {TICK_SECONDS, 3600},  {TICK_SECONDS, 7200},
    {TICK_SECONDS, 10800}, {TICK_SECONDS, 21600}, {TICK_SECONDS, 43200}, {TICK_DAYS, 1},
    {TICK_DAYS, 2},        {TICK_WEEKS, 1},       {TICK_MONTHS, 1},      {TICK_MONTHS, 3},
    {TICK_MONTHS, 6},      {TICK_YEARS, 1},       {TICK_YEARS, 2},       {TICK_YEARS, 5}};

/* The smallest of 1, 2, 5 times a power of ten that is >= value (> 0), its power in *exponent. */
static double round_up_125(double value, int *exponent)
{
    int power = (int)floor(log10(value));
    double unit = pow(10, power);
    static const double factors[] = {1, 2, 5, 10};
    size_t i = 0;
    /* A hair of tolerance, so that 0.1 / 100 * 100 stays 0.1. */
    while (i + 1 < PP_COUNT_OF(factors) && factors[i] * unit < value * (1 - 1e-9))
        i++;
    *exponent = factors[i] == 10 ? power + 1 : power;
    return power < 0 ? factors[i] / pow(10, -power) : factors[i] * unit;
}

double time_step_seconds(time_step step)
{
    switch (step.unit) {
    case TICK_SECONDS:
        return step.count;
    case TICK_DAYS:
        return step.count * DAY_S;
    case TICK_WEEKS:
        return step.count * 7 * DAY_S;
    case TICK_MONTHS:
        return step.count * YEAR_S / 12;
    case TICK_YEARS:
        break;
    }
    return step.count * YEAR_S;
}

time_step time_step_at_least(double seconds)
{
    int exponent;
    if (seconds < 1)
        return (time_step){TICK_SECONDS, round_up_125(seconds, &exponent)};
    for (size_t i = 0; i < PP_COUNT_OF(calendar_steps); i++) {
        if (time_step_seconds(calendar_steps[i]) >= seconds)
            return calendar_steps[i];
    }
    return (time_step){TICK_YEARS, round_up_125(seconds / YEAR_S, &exponent)};
}

time_step time_step_coarser(time_step step)
{
    return time_step_at_least(time_step_seconds(step) * 1.01);
}

static double month_index(calendar_date date)
{
    return (double)date.year * 12 + date.month - 1;
}

static double month_start(double months)
{
    double year = floor(months / 12);
    int month = (int)(months - year * 12) + 1;
    return (double)calendar_days((int64_t)year, month, 1) * DAY_S;
}

double time_step_index(time_step step, double time_s)
{
    if (step.unit == TICK_SECONDS)
        return floor(time_s / step.count);
    int64_t days = (int64_t)floor(time_s / DAY_S);
    if (step.unit == TICK_WEEKS)
        return floor((double)(days + 3) / 7);
    if (step.unit == TICK_DAYS && step.count == 1)
        return (double)days;
    calendar_date date = calendar_date_of(days);
    if (step.unit == TICK_DAYS)
        return month_index(date) * TWO_DAY_MARKS +
               fmin(floor((date.day - 1) / 2.0), TWO_DAY_MARKS - 1);
    if (step.unit == TICK_MONTHS)
        return floor(month_index(date) / step.count);
    return floor((double)date.year / step.count);
}

double time_step_time(time_step step, double index)
{
    switch (step.unit) {
    case TICK_SECONDS:
        return index * step.count;
    case TICK_DAYS:
        if (step.count == 1)
            return index * DAY_S;
        double month = floor(index / TWO_DAY_MARKS);
        return month_start(month) + (index - month * TWO_DAY_MARKS) * 2 * DAY_S;
    case TICK_WEEKS:
        return (index * 7 - 3) * DAY_S;
    case TICK_MONTHS:
        return month_start(index * step.count);
    case TICK_YEARS:
        break;
    }
    return month_start(index * step.count * 12);
}

bool time_step_context(time_step step, time_step *context)
{
    switch (step.unit) {
    case TICK_SECONDS:
        *context = (time_step){TICK_DAYS, 1};
        return true;
    case TICK_DAYS:
    case TICK_WEEKS:
        *context = (time_step){TICK_MONTHS, 1};
        return true;
    case TICK_MONTHS:
        *context = (time_step){TICK_YEARS, 1};
        return true;
    case TICK_YEARS:
        break;
    }
    return false;
}

/* The bytes that a pp_format() of that result left in the buffer. */
static size_t written(int length, size_t capacity)
{
    if (length < 0)
        return 0;
    return (size_t)length < capacity ? (size_t)length : capacity - 1;
}

size_t time_step_label(time_step step, double time_s, char *buffer, size_t capacity)
{
    if (step.unit == TICK_SECONDS)
        return calendar_format_clock(buffer, capacity, time_s, step.count);
    calendar_date date = calendar_date_of((int64_t)floor(time_s / DAY_S));
    if (step.unit == TICK_YEARS)
        return written(pp_format(buffer, capacity, "%lld", (long long)date.year), capacity);
    if (step.unit == TICK_MONTHS)
        return written(pp_format(buffer, capacity, "%s", calendar_month_name(date.month)),
                       capacity);
    return written(pp_format(buffer, capacity, "%d", date.day), capacity);
}

size_t time_context_label(time_step context, double time_s, bool shorter, char *buffer,
                          size_t capacity)
{
    int64_t days = (int64_t)floor(time_s / DAY_S);
    calendar_date date = calendar_date_of(days);
    long long year = date.year;
    if (context.unit == TICK_YEARS)
        return written(pp_format(buffer, capacity, "%lld", year), capacity);
    if (context.unit == TICK_MONTHS && shorter)
        return written(pp_format(buffer, capacity, "%s", calendar_month_name(date.month)),
                       capacity);
    if (context.unit == TICK_MONTHS)
        return written(
            pp_format(buffer, capacity, "%s %lld", calendar_month_full_name(date.month), year),
            capacity);
    if (shorter)
        return written(
            pp_format(buffer, capacity, "%d %s", date.day, calendar_month_name(date.month)),
            capacity);
    return written(pp_format(buffer, capacity, "%s %d %s %lld",
                             calendar_weekday_name(calendar_weekday(days)), date.day,
                             calendar_month_full_name(date.month), year),
                   capacity);
}

price_step price_step_at_least(double price)
{
    int exponent;
    double size = round_up_125(price, &exponent);
    return (price_step){size, exponent < 0 ? -exponent : 0};
}

size_t price_step_label(price_step step, double price, char *buffer, size_t capacity)
{
    static const struct {
        double size;
        int digits;
        const char *suffix;
    } units[] = {{1e12, 12, "T"}, {1e9, 9, "B"}, {1e6, 6, "M"}};
    if (fabs(price) < step.size / 2)
        price = 0; /* never "-0.00" */
    for (size_t i = 0; i < PP_COUNT_OF(units); i++) {
        if (fabs(price) < units[i].size || step.size < units[i].size / 1e3)
            continue;
        int decimals = (int)ceil(-log10(step.size / units[i].size) - 1e-9);
        return written(pp_format(buffer, capacity, "%.*f%s", decimals > 0 ? decimals : 0,
                                 price / units[i].size, units[i].suffix),
                       capacity);
    }
    return written(pp_format(buffer, capacity, "%.*f", step.decimals, price), capacity);
}
