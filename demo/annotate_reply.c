/* demo/annotate_reply.c: the chart's reply, to and from MessagePack. */
#include "annotate_pack.h"
#include "annotate_wire.h"

#include <stdio.h>

/* The numbers of a reply. X(word, member) */
#define NUMBERS(X)                                                                                 \
    X("id", id)                                                                                    \
    X("accepted", accepted)                                                                        \
    X("rejected", rejected)                                                                        \
    X("removed", removed)                                                                          \
    X("total", total)                                                                              \
    X("frame", frame)                                                                              \
    X("received_ns", received_ns)                                                                  \
    X("replied_ns", replied_ns)
enum { NUMBER_COUNT = 8, OTHER_COUNT = 4 };

/* ---- Encoding -------------------------------------------------------------------------------- */

bool wire_reply_encode(wire_bytes *out, const wire_reply *reply)
{
    size_t start;
    msgpack_packer packer;
    pack_begin(out, &packer, &start);
    msgpack_pack_map(&packer, NUMBER_COUNT + OTHER_COUNT);
    pack_text(&packer, "v");
    msgpack_pack_int(&packer, WIRE_VERSION);
#define PACK(word, member)                                                                         \
    pack_text(&packer, word);                                                                      \
    msgpack_pack_uint64(&packer, reply->member);
    NUMBERS(PACK)
#undef PACK
    pack_text(&packer, "ok");
    if (reply->ok)
        msgpack_pack_true(&packer);
    else
        msgpack_pack_false(&packer);
    pack_text(&packer, "error");
    if (reply->ok)
        msgpack_pack_nil(&packer);
    else
        pack_text(&packer, reply->error);
    pack_text(&packer, "row_errors");
    msgpack_pack_array(&packer, reply->row_error_count);
    for (size_t i = 0; i < reply->row_error_count; i++) {
        msgpack_pack_array(&packer, 2);
        msgpack_pack_uint64(&packer, reply->row_errors[i].index);
        pack_text(&packer, reply->row_errors[i].text);
    }
    return pack_end(out, start);
}

/* ---- Decoding -------------------------------------------------------------------------------- */

static bool read_row_error(const msgpack_object *pair, wire_row_error *out)
{
    return pair->type == MSGPACK_OBJECT_ARRAY && pair->via.array.size == 2 &&
           pack_read_uint(&pair->via.array.ptr[0], &out->index) &&
           pack_read_text(&pair->via.array.ptr[1], out->text, sizeof out->text);
}

static bool read_row_errors(const msgpack_object *value, wire_reply *out)
{
    if (value->type != MSGPACK_OBJECT_ARRAY || value->via.array.size > WIRE_ROW_ERRORS_MAX)
        return false;
    for (uint32_t i = 0; i < value->via.array.size; i++)
        if (!read_row_error(&value->via.array.ptr[i], &out->row_errors[i]))
            return false;
    out->row_error_count = value->via.array.size;
    return true;
}

static bool read_field(const msgpack_object_kv *pair, wire_reply *out, char *error)
{
    const msgpack_object *value = &pair->val;
#define READ(word, member)                                                                         \
    if (pack_is_text(&pair->key, word))                                                            \
        return pack_read_uint(value, &out->member) ||                                              \
               pack_fail(error, word, "not an integer from 0 on");
    NUMBERS(READ)
#undef READ
    if (pack_is_text(&pair->key, "ok")) {
        out->ok = value->type == MSGPACK_OBJECT_BOOLEAN && value->via.boolean;
        return value->type == MSGPACK_OBJECT_BOOLEAN || pack_fail(error, "ok", "not a boolean");
    }
    if (pack_is_text(&pair->key, "error"))
        return value->type == MSGPACK_OBJECT_NIL ||
               pack_read_text(value, out->error, sizeof out->error) ||
               pack_fail(error, "error", "not a short text");
    if (pack_is_text(&pair->key, "row_errors"))
        return read_row_errors(value, out) ||
               pack_fail(error, "row_errors", "not a list of at most 100 pairs of row and text");
    return true;
}

static bool read_reply(wire_reply *out, const msgpack_object *map, char *error)
{
    if (map->type != MSGPACK_OBJECT_MAP)
        return pack_fail(error, "message", "not a map");
    for (uint32_t i = 0; i < map->via.map.size; i++)
        if (!read_field(&map->via.map.ptr[i], out, error))
            return false;
    return true;
}

bool wire_reply_decode(wire_reply *out, const void *bytes, size_t size, char *error)
{
    *out = (wire_reply){0};
    msgpack_unpacked unpacked;
    if (!pack_unpack(&unpacked, bytes, size, error))
        return false;
    bool is_read = read_reply(out, &unpacked.data, error);
    msgpack_unpacked_destroy(&unpacked);
    return is_read;
}
