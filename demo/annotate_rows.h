/* demo/annotate_rows.h: the rows of the chart, changed by one thread and read by another.
 *
 * The one that changes them is the GUI thread and must not wait for long: readers take short turns,
 * and whoever wants to change is next. */
#ifndef ANNOTATE_ROWS_H
#define ANNOTATE_ROWS_H

#include <paintprof/series.h>
#include <pthread.h>
#include <stdbool.h>

typedef struct annotate_rows {
    const pp_series *series;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool is_wanted; /* atomic: somebody waits to change them */
} annotate_rows;

void annotate_rows_init(annotate_rows *rows, const pp_series *series);
void annotate_rows_destroy(annotate_rows *rows);

/* Around every change. Thread: the one that changes. */
void annotate_rows_change_begin(annotate_rows *rows);
void annotate_rows_change_end(annotate_rows *rows);

/* A turn of reading; the columns hold until its end. Thread: any other. */
pp_columns annotate_rows_read_begin(annotate_rows *rows);
void annotate_rows_read_end(annotate_rows *rows);

#endif
