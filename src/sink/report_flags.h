/* sink/report_flags.h: red flags as lines for people. */
#ifndef PP_REPORT_FLAGS_H
#define PP_REPORT_FLAGS_H

#include "base/text.h"
#include "flags/flags.h"

/* A heading and the flags, or nothing where there are none. */
void pp_put_flags(pp_buffer *text, const pp_flag_list *list);

#endif
