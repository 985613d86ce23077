/* scene/axes_ticks.h: where the marks of the axes stand and how they are named. */
#ifndef PP_SCENE_AXES_TICKS_H
#define PP_SCENE_AXES_TICKS_H

#include <stdbool.h>
#include <stddef.h>

/* ---- Time: marks on calendar units ---------------------------------------------------------- */

typedef enum tick_unit {
    TICK_SECONDS, /* also minutes and hours, and fractions */
    TICK_DAYS,    /* 1, or 2 counted within the month */
    TICK_WEEKS,   /* Mondays */
    TICK_MONTHS,
    TICK_YEARS
} tick_unit;

/* Marks every count units. */
typedef struct time_step {
    tick_unit unit;
    double count;
} time_step;

/* The seconds between two marks, months and years on average. */
double time_step_seconds(time_step step);

/* The finest step whose marks are at least so many seconds apart. */
time_step time_step_at_least(double seconds);

/* The next coarser step: for labels that turn out too wide. */
time_step time_step_coarser(time_step step);

/* The number of the last mark at or before time_s; the time of a mark by its number. Whole numbers
 * in doubles: fractions of a second have more marks than an int64_t can count. */
double time_step_index(time_step step, double time_s);
double time_step_time(time_step step, double index);

/* The unit that names what the marks of step lie in: the day of a clock time, the month of a day,
 * the year of a month; false when there is none. */
bool time_step_context(time_step step, time_step *context);

/* "14:05", "14", "Mar" or "2020". Returns the length. */
size_t time_step_label(time_step step, double time_s, char *buffer, size_t capacity);

/* "Sat 14 March 2020", "March 2020" or "2020" of a context, or a shorter name of the same. */
size_t time_context_label(time_step context, double time_s, bool shorter, char *buffer,
                          size_t capacity);

/* ---- Prices: 1, 2 or 5 times a power of ten ---------------------------------------------------
 */

typedef struct price_step {
    double size;
    int decimals;
} price_step;

price_step price_step_at_least(double price);

/* "1469.25", "12.5M", "1.2T": as many decimals as the step needs. Returns the length. */
size_t price_step_label(price_step step, double price, char *buffer, size_t capacity);

#endif
