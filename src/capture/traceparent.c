/* capture/traceparent.c: a trace context as text: W3C Trace Context level 1, section 3.2
 * (w3.org/TR/trace-context-1).
 *
 *   version "-" trace-id "-" parent-id "-" trace-flags     00-4bf9…4736-00f0…02b7-01
 *
 * Hex digits are lower case. Version ff is invalid. Version 00 is these 55 bytes; a later one may
 * be longer, where a "-" follows, and is read as far as version 00 goes. */
#include "base/base.h"

#include <paintprof/trace.h>
#include <string.h>

enum { AT_TRACE = 3, AT_SPAN = 36, AT_FLAGS = 53, SIZE = PP_TRACE_TEXT_BYTES - 1 };

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(uint8_t *out, const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool is_zero(const uint8_t *bytes, size_t count)
{
    uint8_t all = 0;
    for (size_t i = 0; i < count; i++)
        all |= bytes[i];
    return all == 0;
}

/* What is wrong with it, NULL if nothing is. */
static const char *read_all(pp_trace *out, const char *text, size_t size)
{
    uint8_t version;
    if (size < SIZE)
        return "it is shorter than 55 bytes";
    if (!read_hex(&version, text, 1) || text[AT_TRACE - 1] != '-')
        return "it does not begin with two lower-case hex digits and '-'";
    if (version == 0xff)
        return "version ff is invalid";
    if (version == 0 && size != SIZE)
        return "version 00 is 55 bytes long";
    if (size > SIZE && text[SIZE] != '-')
        return "no '-' is behind its flags";
    if (!read_hex(out->trace_id, text + AT_TRACE, sizeof out->trace_id) || text[AT_SPAN - 1] != '-')
        return "its trace id is not 32 lower-case hex digits and '-'";
    if (!read_hex(out->span_id, text + AT_SPAN, sizeof out->span_id) || text[AT_FLAGS - 1] != '-')
        return "its parent id is not 16 lower-case hex digits and '-'";
    if (!read_hex(&out->flags, text + AT_FLAGS, 1))
        return "its flags are not two lower-case hex digits";
    if (is_zero(out->trace_id, sizeof out->trace_id))
        return "its trace id is 0";
    if (is_zero(out->span_id, sizeof out->span_id))
        return "its parent id is 0";
    return NULL;
}

int pp_trace_parse(pp_trace *out, const char *text, size_t size_bytes)
{
    if (!out)
        return pp_fail(PP_EINVAL, "pp_trace_parse: no place for the trace");
    pp_trace trace = {0};
    *out = trace;
    if (!text)
        return pp_fail(PP_EINVAL, "pp_trace_parse: no text");
    const char *fault = read_all(&trace, text, size_bytes);
    if (fault)
        return pp_fail(PP_EDATA, "traceparent: %s", fault);
    *out = trace;
    return PP_OK;
}

static char *put_hex(char *at, const uint8_t *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        *at++ = digits[bytes[i] >> 4];
        *at++ = digits[bytes[i] & 15];
    }
    return at;
}

int pp_trace_format(const pp_trace *trace, char buffer[PP_TRACE_TEXT_BYTES])
{
    buffer[0] = '\0';
    if (!pp_trace_is_valid(trace) || is_zero(trace->span_id, sizeof trace->span_id))
        return pp_fail(PP_EINVAL, "pp_trace_format: no trace, or none of its spans yet");
    memcpy(buffer, "00-", AT_TRACE);
    char *at = put_hex(buffer + AT_TRACE, trace->trace_id, sizeof trace->trace_id);
    *at++ = '-';
    at = put_hex(at, trace->span_id, sizeof trace->span_id);
    *at++ = '-';
    at = put_hex(at, &trace->flags, 1);
    *at = '\0';
    return PP_OK;
}
