/* sink/json.c: values of a JSON object or list, one after the other. */
#include "sink/json.h"

#include "base/base.h"

static void put_comma(pp_buffer *json)
{
    char last = json->size_bytes > 0 ? json->data[json->size_bytes - 1] : '{';
    if (last != '{' && last != '[' && last != ':')
        pp_buffer_add(json, ",", 1);
}

void pp_json_open(pp_buffer *json, const char *key, const char *bracket)
{
    if (key) {
        put_comma(json);
        pp_buffer_json(json, key);
        pp_buffer_add(json, ":", 1);
    } else {
        put_comma(json);
    }
    pp_buffer_text(json, bracket);
}

void pp_json_text(pp_buffer *json, const char *key, const char *text)
{
    pp_json_open(json, key, "");
    pp_buffer_json(json, text ? text : "");
}

void pp_json_u64(pp_buffer *json, const char *key, uint64_t number)
{
    pp_json_open(json, key, "");
    pp_buffer_u64(json, number);
}

void pp_json_bool(pp_buffer *json, const char *key, bool value)
{
    pp_json_open(json, key, value ? "true" : "false");
}

void pp_json_double(pp_buffer *json, const char *key, double number)
{
    char text[64];
    pp_format(text, sizeof text, "%.6f", number);
    pp_json_open(json, key, text);
}

void pp_json_ms(pp_buffer *json, const char *key, uint64_t ns)
{
    char text[PP_NUMBER_BYTES];
    *pp_put_ms(text, ns) = '\0';
    pp_json_open(json, key, text);
}

/* null: nobody measured it. */
void pp_json_measured_ms(pp_buffer *json, const char *key, int64_t ns)
{
    if (ns < 0)
        pp_json_open(json, key, "null");
    else
        pp_json_ms(json, key, (uint64_t)ns);
}
