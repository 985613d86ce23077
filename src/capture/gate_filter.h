/* capture/gate_filter.h: whether the gate's filter lets a site name through. */
#ifndef PP_CAPTURE_GATE_FILTER_H
#define PP_CAPTURE_GATE_FILTER_H

#include <stdbool.h>

bool pp_filter_matches(const char *name);

#endif
