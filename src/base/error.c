/* base/error.c: codes, and the thread's last message. */
#include "base/base.h"

#include <stdio.h>

enum { MESSAGE_CAPACITY = 512 };

static __thread char last_message[MESSAGE_CAPACITY];

int pp_fail(int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    pp_vformat(last_message, sizeof last_message, format, args);
    va_end(args);
    return code;
}

const char *pp_last_error(void)
{
    return last_message;
}

void pp_clear_error(void)
{
    last_message[0] = '\0';
}

const char *pp_error_name(int code)
{
    switch (code) {
#define PP_ERROR_CASE(name, value, text)                                                           \
    case name:                                                                                     \
        return text;
        PP_ERROR_LIST(PP_ERROR_CASE)
#undef PP_ERROR_CASE
    default:
        return "unknown error";
    }
}
