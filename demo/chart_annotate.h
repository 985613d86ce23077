/* demo/chart_annotate.h: what other processes annotate, in the chart. GUI thread. */
#ifndef CHART_ANNOTATE_H
#define CHART_ANNOTATE_H

#include "chart_app.h"

/* Begins to listen as the options say (--listen), with a layer of its own for what comes, and sets
 * chart->annotations; the chart's own gaps stay as they are. Returns 0, or 1 with the reason on
 * standard error. */
int chart_annotate_open(chart_state *chart);

/* Closes the socket and forgets all annotations. NULL is allowed, here and below. */
void chart_annotate_close(chart_annotations *annotations);

/* A frame ended: those who wait for it hear of it. */
void chart_annotate_frame_end(chart_annotations *annotations);

/* The plot has another size. */
void chart_annotate_place(chart_annotations *annotations);

/* Gaps of all batches as they are drawn, NULL for none; and how many. */
const pp_gaps *chart_annotate_gaps(const chart_annotations *annotations);
size_t chart_annotate_count(const chart_annotations *annotations);

#endif
