/* demo/annotate_pack.c: the few steps between msgpack-c and the messages. */
#include "annotate_pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void wire_bytes_free(wire_bytes *bytes)
{
    free(bytes->data);
    *bytes = (wire_bytes){0};
}

bool pack_fail(char *error, const char *key, const char *what)
{
    snprintf(error, WIRE_ERROR_BYTES, "%s: %s", key, what);
    return false;
}

/* ---- Reading --------------------------------------------------------------------------------- */

bool pack_unpack(msgpack_unpacked *out, const void *bytes, size_t size, char *error)
{
    if (!wire_check(bytes, size, error))
        return false;
    size_t offset = 0;
    msgpack_unpacked_init(out);
    if (msgpack_unpack_next(out, bytes, size, &offset) == MSGPACK_UNPACK_SUCCESS)
        return true;
    msgpack_unpacked_destroy(out);
    return pack_fail(error, "message", "cannot be unpacked: out of memory");
}

bool pack_is_text(const msgpack_object *object, const char *text)
{
    return object->type == MSGPACK_OBJECT_STR && object->via.str.size == strlen(text) &&
           memcmp(object->via.str.ptr, text, object->via.str.size) == 0;
}

bool pack_read_text(const msgpack_object *object, char *out, size_t capacity)
{
    if (object->type != MSGPACK_OBJECT_STR || object->via.str.size >= capacity)
        return false;
    size_t size = object->via.str.size;
    if (size > 0 && memchr(object->via.str.ptr, '\0', size))
        return false;
    if (size > 0)
        memcpy(out, object->via.str.ptr, size);
    out[size] = '\0';
    return true;
}

bool pack_read_uint(const msgpack_object *object, uint64_t *out)
{
    if (object->type != MSGPACK_OBJECT_POSITIVE_INTEGER)
        return false;
    *out = object->via.u64;
    return true;
}

bool pack_read_double(const msgpack_object *object, double *out)
{
    switch (object->type) {
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        *out = (double)object->via.u64;
        return true;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        *out = (double)object->via.i64;
        return true;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        *out = object->via.f64;
        return true;
    default:
        return false;
    }
}

/* ---- Writing --------------------------------------------------------------------------------- */

static bool reserve(wire_bytes *out, size_t size)
{
    if (size <= out->capacity - out->size)
        return true;
    size_t capacity = (out->size + size) * 2;
    char *data = realloc(out->data, capacity);
    if (!data)
        return false;
    out->data = data;
    out->capacity = capacity;
    return true;
}

static int append(void *user, const char *bytes, size_t size)
{
    wire_bytes *out = user;
    out->failed = out->failed || !reserve(out, size);
    if (out->failed)
        return -1;
    memcpy(out->data + out->size, bytes, size);
    out->size += size;
    return 0;
}

void pack_text(msgpack_packer *packer, const char *text)
{
    msgpack_pack_str_with_body(packer, text, strlen(text));
}

void pack_begin(wire_bytes *out, msgpack_packer *packer, size_t *start)
{
    static const char length[WIRE_LENGTH_BYTES] = {0};
    *start = out->size;
    out->failed = false;
    append(out, length, sizeof length);
    msgpack_packer_init(packer, out, append);
}

bool pack_end(wire_bytes *out, size_t start)
{
    size_t size = out->size - start - WIRE_LENGTH_BYTES;
    if (out->failed || size > WIRE_MESSAGE_MAX) {
        out->size = start;
        return false;
    }
    for (int i = 0; i < WIRE_LENGTH_BYTES; i++)
        out->data[start + (size_t)i] = (char)(size >> (8 * (WIRE_LENGTH_BYTES - 1 - i)));
    return true;
}
