/* demo/annotate_request.c: a client's request, from and to MessagePack. */
#include "annotate_pack.h"
#include "annotate_wire.h"

#include <math.h>
#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const op_words[] = {
#define WORD(name, word) word,
    WIRE_OP_LIST(WORD)
#undef WORD
};

const char *wire_op_word(wire_op op)
{
    return op_words[op];
}

/* ---- Decoding -------------------------------------------------------------------------------- */

/* What a request's map says, before it is known to be complete. */
typedef struct fields {
    bool has_version, has_id, has_op;
    const msgpack_object *columns[4]; /* time0, time1, price0, price1 */
} fields;

static const char *const column_words[] = {"time0", "time1", "price0", "price1"};

static bool read_op(const msgpack_object *value, wire_op *out, char *error)
{
    for (int op = 0; op < WIRE_OP_COUNT; op++) {
        if (pack_is_text(value, op_words[op])) {
            *out = (wire_op)op;
            return true;
        }
    }
    return pack_fail(error, "op", "not one of add, replace, remove, clear, redraw");
}

/* One entry of the map. Unknown keys are for later versions. */
static bool read_field(wire_request *out, fields *found, const msgpack_object_kv *pair, char *error)
{
    const msgpack_object *value = &pair->val;
    uint64_t version;
    for (size_t i = 0; i < sizeof column_words / sizeof column_words[0]; i++) {
        if (pack_is_text(&pair->key, column_words[i])) {
            found->columns[i] = value->type == MSGPACK_OBJECT_NIL ? NULL : value;
            return true;
        }
    }
    if (pack_is_text(&pair->key, "v")) {
        found->has_version = pack_read_uint(value, &version);
        return (found->has_version && version == WIRE_VERSION) ||
               pack_fail(error, "v", "this chart speaks version 1");
    }
    if (pack_is_text(&pair->key, "id"))
        return (found->has_id = pack_read_uint(value, &out->id)) ||
               pack_fail(error, "id", "not an integer from 0 on");
    if (pack_is_text(&pair->key, "op"))
        return (found->has_op = read_op(value, &out->op, error));
    if (pack_is_text(&pair->key, "batch"))
        return pack_read_text(value, out->batch, sizeof out->batch) ||
               pack_fail(error, "batch", "not a text of at most 64 bytes");
    if (pack_is_text(&pair->key, "traceparent"))
        return value->type == MSGPACK_OBJECT_NIL ||
               pack_read_text(value, out->traceparent, sizeof out->traceparent) ||
               pack_fail(error, "traceparent", "not a text of at most 128 bytes");
    return true;
}

/* SIZE_MAX: no column. */
static size_t column_size(const msgpack_object *column)
{
    if (column->type == MSGPACK_OBJECT_ARRAY)
        return column->via.array.size;
    if (column->type == MSGPACK_OBJECT_BIN && column->via.bin.size % sizeof(double) == 0)
        return column->via.bin.size / sizeof(double);
    return SIZE_MAX;
}

/* Bytes are 64-bit floats, the least significant byte first. */
static double little_endian_double(const unsigned char *at)
{
    uint64_t bits = 0;
    for (int i = 7; i >= 0; i--)
        bits = bits << 8 | at[i];
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool copy_column(double *to, const msgpack_object *column, size_t count)
{
    if (column->type == MSGPACK_OBJECT_BIN) {
        const unsigned char *bytes = (const unsigned char *)column->via.bin.ptr;
        for (size_t i = 0; i < count; i++)
            to[i] = little_endian_double(bytes + i * sizeof(double));
        return true;
    }
    for (size_t i = 0; i < count; i++)
        if (!pack_read_double(&column->via.array.ptr[i], &to[i]))
            return false;
    return true;
}

static bool check_columns(const fields *found, size_t *count, char *error)
{
    *count = found->columns[0] ? column_size(found->columns[0]) : SIZE_MAX;
    for (size_t i = 0; i < 4; i++) {
        const msgpack_object *column = found->columns[i];
        if (!column && i < 2)
            return pack_fail(error, column_words[i], "missing");
        if (column && column_size(column) == SIZE_MAX)
            return pack_fail(error, column_words[i],
                             "neither an array of numbers nor the bytes of 64-bit floats");
        if (column && column_size(column) != *count)
            return pack_fail(error, column_words[i], "not as long as time0");
    }
    if (!found->columns[2] != !found->columns[3])
        return pack_fail(error, "price0, price1", "one without the other");
    return *count <= WIRE_GAPS_MAX || pack_fail(error, "time0", "more than 1,000,000 gaps");
}

static bool read_columns(wire_request *out, const fields *found, char *error)
{
    size_t count;
    if (!check_columns(found, &count, error))
        return false;
    size_t columns = found->columns[2] ? 4 : 2;
    double *values = malloc((count * columns + 1) * sizeof *values);
    if (!values)
        return pack_fail(error, "time0", "out of memory");
    double **const to[] = {&out->time0_s, &out->time1_s, &out->price0, &out->price1};
    for (size_t i = 0; i < columns; i++)
        *to[i] = values + i * count;
    out->count = count;
    for (size_t i = 0; i < columns; i++)
        if (!copy_column(*to[i], found->columns[i], count))
            return pack_fail(error, column_words[i], "holds something that is no number");
    return true;
}

/* The reply to a bad request names it too, wherever the id stands in it. */
static void read_id(wire_request *out, const msgpack_object *map)
{
    for (uint32_t i = 0; i < map->via.map.size; i++)
        if (pack_is_text(&map->via.map.ptr[i].key, "id"))
            pack_read_uint(&map->via.map.ptr[i].val, &out->id);
}

static bool read_request(wire_request *out, const msgpack_object *map, char *error)
{
    fields found = {0};
    if (map->type != MSGPACK_OBJECT_MAP)
        return pack_fail(error, "message", "not a map");
    read_id(out, map);
    for (uint32_t i = 0; i < map->via.map.size; i++)
        if (!read_field(out, &found, &map->via.map.ptr[i], error))
            return false;
    if (!found.has_version || !found.has_id || !found.has_op)
        return pack_fail(error, !found.has_version ? "v" : !found.has_id ? "id" : "op", "missing");
    if (out->op != WIRE_ADD && out->op != WIRE_REPLACE)
        return true;
    return read_columns(out, &found, error);
}

bool wire_request_decode(wire_request *out, const void *bytes, size_t size, char *error)
{
    *out = (wire_request){0};
    msgpack_unpacked unpacked;
    if (!pack_unpack(&unpacked, bytes, size, error))
        return false;
    bool is_read = read_request(out, &unpacked.data, error);
    msgpack_unpacked_destroy(&unpacked);
    return is_read;
}

void wire_request_free(wire_request *request)
{
    free(request->time0_s); /* the first of all columns */
    request->time0_s = request->time1_s = request->price0 = request->price1 = NULL;
    request->count = 0;
}

/* ---- Encoding -------------------------------------------------------------------------------- */

static void pack_column(msgpack_packer *packer, const char *word, const double *values,
                        size_t count)
{
    pack_text(packer, word);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    msgpack_pack_bin_with_body(packer, values, count * sizeof(double));
#else
    msgpack_pack_array(packer, count);
    for (size_t i = 0; i < count; i++)
        msgpack_pack_double(packer, values[i]);
#endif
}

bool wire_request_encode(wire_bytes *out, const wire_request *request)
{
    if (request->count > WIRE_GAPS_MAX)
        return false;
    bool has_columns = request->op == WIRE_ADD || request->op == WIRE_REPLACE;
    bool has_prices = has_columns && request->price0;
    bool has_trace = request->traceparent[0] != '\0';
    size_t start;
    msgpack_packer packer;
    pack_begin(out, &packer, &start);
    msgpack_pack_map(&packer, 4u + (has_columns ? 2 : 0) + (has_prices ? 2 : 0) + has_trace);
    pack_text(&packer, "v");
    msgpack_pack_int(&packer, WIRE_VERSION);
    pack_text(&packer, "id");
    msgpack_pack_uint64(&packer, request->id);
    pack_text(&packer, "op");
    pack_text(&packer, op_words[request->op]);
    pack_text(&packer, "batch");
    pack_text(&packer, request->batch);
    if (has_trace) {
        pack_text(&packer, "traceparent");
        pack_text(&packer, request->traceparent);
    }
    if (has_columns) {
        pack_column(&packer, "time0", request->time0_s, request->count);
        pack_column(&packer, "time1", request->time1_s, request->count);
    }
    if (has_prices) {
        pack_column(&packer, "price0", request->price0, request->count);
        pack_column(&packer, "price1", request->price1, request->count);
    }
    return pack_end(out, start);
}
