/* demo/sample.h: where the bundled market data are. */
#ifndef DEMO_SAMPLE_H
#define DEMO_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>

/* S&P 500, daily, 2000 to 2020: at one place relative to the executable, built or installed. */
bool sample_find(char *path, size_t capacity);

#endif
