/* demo/annotate_check.c: is this MessagePack safe to unpack?
 *
 * The format is that of the MessagePack specification (msgpack/spec.md, 2013 with bin and ext). An
 * unpacker trusts the count in a container's header and allocates for it; five bytes can claim four
 * billion values. Here the headers are walked first, with a fixed stack. */
#include "annotate_wire.h"

#include <stdio.h>

/* A request needs 2 levels; more than a few are somebody's attack on a stack. */
enum { DEPTH_MAX = 8, VALUES_MAX = 4 * WIRE_GAPS_MAX + 1024 };

/* One value's header: what follows it. */
typedef struct header {
    size_t header_bytes; /* with the first byte */
    uint64_t body_bytes; /* of a number, string, bin or ext */
    uint64_t children;   /* of an array, or twice those of a map */
} header;

static uint64_t big_endian(const unsigned char *at, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

static const char *fixed_width(unsigned char first, header *out)
{
    static const unsigned char widths[] = {4, 8, 1, 2, 4, 8, 1, 2, 4, 8}; /* 0xca to 0xd3 */
    static const unsigned char ext_widths[] = {1, 2, 4, 8, 16};           /* 0xd4 to 0xd8 */
    out->header_bytes = 1;
    if (first == 0xc1)
        return "a byte that MessagePack does not use";
    if (first >= 0xca && first <= 0xd3)
        out->body_bytes = widths[first - 0xca];
    else if (first >= 0xd4 && first <= 0xd8)
        out->body_bytes = 1u + ext_widths[first - 0xd4];
    return NULL;
}

/* The bytes of the count behind the first byte; 0: it has none. */
static size_t count_width(unsigned char first)
{
    switch (first) {
    case 0xc4: /* bin 8, ext 8, str 8 */
    case 0xc7:
    case 0xd9:
        return 1;
    case 0xc5: /* bin 16, ext 16, str 16, array 16, map 16 */
    case 0xc8:
    case 0xda:
    case 0xdc:
    case 0xde:
        return 2;
    case 0xc6: /* bin 32, ext 32, str 32, array 32, map 32 */
    case 0xc9:
    case 0xdb:
    case 0xdd:
    case 0xdf:
        return 4;
    default:
        return 0;
    }
}

static void take_count(unsigned char first, uint64_t count, header *out)
{
    if (first == 0xdc || first == 0xdd)
        out->children = count;
    else if (first == 0xde || first == 0xdf)
        out->children = 2 * count;
    else
        out->body_bytes = count + (first >= 0xc7 && first <= 0xc9); /* an ext's type */
}

/* NULL, or what is wrong. */
static const char *read_header(const unsigned char *at, size_t left, header *out)
{
    const unsigned char first = at[0];
    *out = (header){.header_bytes = 1};
    if (first < 0x80 || first >= 0xe0)
        return NULL; /* a small integer */
    if (first < 0x90)
        out->children = 2u * (first & 0x0fu);
    else if (first < 0xa0)
        out->children = first & 0x0fu;
    else if (first < 0xc0)
        out->body_bytes = first & 0x1fu;
    else if (count_width(first) == 0)
        return fixed_width(first, out);
    else if (left <= count_width(first))
        return "the message ends inside a count";
    else {
        out->header_bytes = 1 + count_width(first);
        take_count(first, big_endian(at + 1, count_width(first)), out);
    }
    return NULL;
}

/* NULL, or what is wrong with the value at *offset, which is then moved behind its header and
 * body. */
static const char *step(const unsigned char *bytes, size_t size, size_t *offset, header *out)
{
    size_t left = size - *offset;
    if (left == 0)
        return "the message ends before its last value";
    const char *wrong = read_header(bytes + *offset, left, out);
    if (wrong)
        return wrong;
    left -= out->header_bytes;
    if (out->body_bytes > left)
        return "a value is longer than the rest of the message";
    left -= (size_t)out->body_bytes;
    if (out->children > left)
        return "an array or map has more values than the message has bytes left";
    *offset = size - left;
    return NULL;
}

static bool fail_at(char *error, size_t offset, const char *what)
{
    snprintf(error, WIRE_ERROR_BYTES, "byte %zu: %s", offset, what);
    return false;
}

bool wire_check(const void *bytes, size_t size, char *error)
{
    uint64_t open[DEPTH_MAX] = {1}; /* values that each level still expects */
    size_t depth = 1, offset = 0;
    uint64_t values = 0;
    while (depth > 0) {
        if (open[depth - 1] == 0) {
            depth--;
            continue;
        }
        open[depth - 1]--;
        header value;
        size_t at = offset;
        const char *wrong = step(bytes, size, &offset, &value);
        if (wrong)
            return fail_at(error, at, wrong);
        if (++values > VALUES_MAX || value.children > VALUES_MAX)
            return fail_at(error, at, "too many values for one message");
        if (value.children > 0 && depth == DEPTH_MAX)
            return fail_at(error, at, "arrays and maps nest too deep");
        if (value.children > 0)
            open[depth++] = value.children;
    }
    return offset == size || fail_at(error, offset, "more bytes behind the message");
}
