/* demo/chart_keys.h: what the keys of paintprof-chart do, in one table for keys, help and --help.
 */
#ifndef CHART_KEYS_H
#define CHART_KEYS_H

#include <paintprof/qt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Handles a key press of the chart (user); a ppq_callbacks.key. */
bool chart_on_key(void *user, const ppq_key *key);

enum { CHART_KEYS_MOST_LINES = 64 };

/* The table as lines of "key<TAB>what", for pp_chart_draw_help(); returns how many.
 * Lifetime of the lines: static. */
size_t chart_keys_lines(const char **lines, size_t capacity);

/* The table as the section of --help. */
void chart_keys_print(FILE *out);

#endif
