/* base/locale.c: formatting and parsing in the C locale, whatever setlocale() was told. */
#include "base/base.h"

#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* cannot fail: glibc has it built in */
}

static locale_t enter_c_locale(void)
{
    pthread_once(&c_locale_once, make_c_locale);
    return uselocale(c_locale);
}

int pp_vformat(char *buffer, size_t capacity, const char *format, va_list args)
{
    locale_t previous = enter_c_locale();
    int length = vsnprintf(buffer, capacity, format, args);
    uselocale(previous);
    return length;
}

int pp_format(char *buffer, size_t capacity, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = pp_vformat(buffer, capacity, format, args);
    va_end(args);
    return length;
}

double pp_strtod(const char *text, char **end)
{
    locale_t previous = enter_c_locale();
    double value = strtod(text, end);
    uselocale(previous);
    return value;
}
