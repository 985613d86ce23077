/* base/text.h: text for machines: numbers, UTF-8 and JSON, independent of the locale. */
#ifndef PP_TEXT_H
#define PP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The room that one number needs, of either kind below. */
enum { PP_NUMBER_BYTES = 24 };

/* Write at `at`, without a NUL, and return where the text ends. */
char *pp_put_u64(char *at, uint64_t value);
char *pp_put_ms(char *at, uint64_t value_ns); /* milliseconds with six decimals: exact */
char *pp_put_text(char *at, const char *text);

/* The size in bytes of the well-formed UTF-8 character that text begins with, 0 if there is none
 * (Unicode's table 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF). */
size_t pp_utf8_size(const char *text, size_t size_bytes);

/* A growing text. Starts zeroed, ends by free(data). Appending goes on after memory ran out and
 * does nothing: look at failed once, at the end. */
typedef struct pp_buffer {
    char *data;
    size_t size_bytes, capacity;
    bool failed;
} pp_buffer;

void pp_buffer_add(pp_buffer *buffer, const char *bytes, size_t size_bytes);
void pp_buffer_text(pp_buffer *buffer, const char *text);
void pp_buffer_u64(pp_buffer *buffer, uint64_t value);

/* A JSON string with its quotes; each byte that is not UTF-8 becomes U+FFFD. */
void pp_buffer_json(pp_buffer *buffer, const char *text);

#endif
