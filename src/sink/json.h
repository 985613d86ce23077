/* sink/json.h: values of a JSON object or list, one after the other; commas come by themselves. */
#ifndef PP_SINK_JSON_H
#define PP_SINK_JSON_H

#include "base/text.h"

/* Begins a value under key (NULL: in a list) with what stands in bracket, or is one. */
void pp_json_open(pp_buffer *json, const char *key, const char *bracket);

/* Each writes a whole value. text NULL: "". */
void pp_json_text(pp_buffer *json, const char *key, const char *text);
void pp_json_u64(pp_buffer *json, const char *key, uint64_t number);
void pp_json_bool(pp_buffer *json, const char *key, bool value);
void pp_json_double(pp_buffer *json, const char *key, double number);
void pp_json_ms(pp_buffer *json, const char *key, uint64_t ns);
void pp_json_measured_ms(pp_buffer *json, const char *key, int64_t ns); /* below 0: null */

#endif
