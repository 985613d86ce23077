/* demo/annotate_rows.c: the rows of the chart, changed by one thread and read by another. */
#include "annotate_rows.h"

void annotate_rows_init(annotate_rows *rows, const pp_series *series)
{
    *rows = (annotate_rows){.series = series};
    pthread_mutex_init(&rows->mutex, NULL);
    pthread_cond_init(&rows->changed, NULL);
}

void annotate_rows_destroy(annotate_rows *rows)
{
    pthread_cond_destroy(&rows->changed);
    pthread_mutex_destroy(&rows->mutex);
}

void annotate_rows_change_begin(annotate_rows *rows)
{
    __atomic_store_n(&rows->is_wanted, true, __ATOMIC_RELAXED);
    pthread_mutex_lock(&rows->mutex);
}

void annotate_rows_change_end(annotate_rows *rows)
{
    __atomic_store_n(&rows->is_wanted, false, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&rows->mutex);
    pthread_cond_signal(&rows->changed);
}

/* A mutex alone goes to who comes by, which is mostly a reader that has just let go of it. */
pp_columns annotate_rows_read_begin(annotate_rows *rows)
{
    pthread_mutex_lock(&rows->mutex);
    while (__atomic_load_n(&rows->is_wanted, __ATOMIC_RELAXED))
        pthread_cond_wait(&rows->changed, &rows->mutex);
    return pp_series_columns(rows->series);
}

void annotate_rows_read_end(annotate_rows *rows)
{
    pthread_mutex_unlock(&rows->mutex);
}
