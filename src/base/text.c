/* base/text.c: text for machines: numbers, UTF-8 and JSON, independent of the locale. */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* All pairs of digits: two digits cost one division. */
static const char digit_pairs[201] =
    "00010203040506070809101112131415161718192021222324252627282930"
    "31323334353637383940414243444546474849505152535455565758596061"
    "62636465666768697071727374757677787980818283848586878889909192"
    "93949596979899";

char *pp_put_u64(char *at, uint64_t value)
{
    char reversed[PP_NUMBER_BYTES];
    char *first = reversed + sizeof reversed;
    while (value >= 100) {
        first -= 2;
        memcpy(first, digit_pairs + value % 100 * 2, 2);
        value /= 100;
    }
    first -= 2;
    memcpy(first, digit_pairs + value * 2, 2);
    if (value < 10)
        first++;
    size_t size = (size_t)(reversed + sizeof reversed - first);
    memcpy(at, first, size);
    return at + size;
}

char *pp_put_ms(char *at, uint64_t value_ns)
{
    at = pp_put_u64(at, value_ns / 1000000);
    uint32_t fraction = (uint32_t)(value_ns % 1000000);
    *at = '.';
    memcpy(at + 1, digit_pairs + fraction / 10000 * 2, 2);
    memcpy(at + 3, digit_pairs + fraction / 100 % 100 * 2, 2);
    memcpy(at + 5, digit_pairs + fraction % 100 * 2, 2);
    return at + 7;
}

char *pp_put_text(char *at, const char *text)
{
    size_t size = strlen(text);
    memcpy(at, text, size);
    return at + size;
}

static bool continues(unsigned char byte, unsigned char low, unsigned char high)
{
    return byte >= low && byte <= high;
}

size_t pp_utf8_size(const char *text, size_t size_bytes)
{
    if (size_bytes == 0)
        return 0;
    const unsigned char *byte = (const unsigned char *)text;
    unsigned char lead = byte[0];
    if (lead < 0x80)
        return 1;
    size_t size = lead >= 0xc2 && lead <= 0xdf   ? 2
                  : lead >= 0xe0 && lead <= 0xef ? 3
                  : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                 : 0;
    if (size == 0 || size > size_bytes)
        return 0;
    /* The second byte's range shuts out overlong forms, surrogates and what is beyond Unicode. */
    unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (!continues(byte[1], low, high))
        return 0;
    for (size_t i = 2; i < size; i++)
        if (!continues(byte[i], 0x80, 0xbf))
            return 0;
    return size;
}

void pp_buffer_add(pp_buffer *buffer, const char *bytes, size_t size_bytes)
{
    if (size_bytes == 0 || buffer->failed)
        return;
    if (size_bytes > buffer->capacity - buffer->size_bytes) {
        size_t capacity = (buffer->size_bytes + size_bytes) * 2 + 256;
        char *data = realloc(buffer->data, capacity);
        if (!data) {
            buffer->failed = true;
            return;
        }
        buffer->data = data;
        buffer->capacity = capacity;
    }
    memcpy(buffer->data + buffer->size_bytes, bytes, size_bytes);
    buffer->size_bytes += size_bytes;
}

void pp_buffer_text(pp_buffer *buffer, const char *text)
{
    pp_buffer_add(buffer, text, strlen(text));
}

void pp_buffer_u64(pp_buffer *buffer, uint64_t value)
{
    char digits[PP_NUMBER_BYTES];
    pp_buffer_add(buffer, digits, (size_t)(pp_put_u64(digits, value) - digits));
}

static void add_json_character(pp_buffer *buffer, const char *character, size_t size_bytes)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char byte = (unsigned char)*character;
    if (size_bytes == 0) {
        pp_buffer_text(buffer, "\xef\xbf\xbd");
    } else if (byte == '"' || byte == '\\') {
        pp_buffer_add(buffer, "\\", 1);
        pp_buffer_add(buffer, character, 1);
    } else if (byte < 0x20 || byte == 0x7f) {
        char escape[6] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
        pp_buffer_add(buffer, escape, sizeof escape);
    } else {
        pp_buffer_add(buffer, character, size_bytes);
    }
}

void pp_buffer_json(pp_buffer *buffer, const char *text)
{
    pp_buffer_add(buffer, "\"", 1);
    for (size_t left = strlen(text); left > 0;) {
        size_t size = pp_utf8_size(text, left);
        add_json_character(buffer, text, size);
        size_t step = size ? size : 1;
        text += step;
        left -= step;
    }
    pp_buffer_add(buffer, "\"", 1);
}
