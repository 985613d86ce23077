/* demo/annotate_pack.h: the few steps between msgpack-c and the messages. */
#ifndef ANNOTATE_PACK_H
#define ANNOTATE_PACK_H

#include "annotate_wire.h"

#include <msgpack.h>

/* Writes "key: what" to error; returns false. */
bool pack_fail(char *error, const char *key, const char *what);

/* Checks and unpacks a message. On success, destroy *out with msgpack_unpacked_destroy(). */
bool pack_unpack(msgpack_unpacked *out, const void *bytes, size_t size, char *error);

bool pack_is_text(const msgpack_object *object, const char *text);

/* False: it is something else, or too large. Texts must not hold a NUL. */
bool pack_read_text(const msgpack_object *object, char *out, size_t capacity);
bool pack_read_uint(const msgpack_object *object, uint64_t *out);
bool pack_read_double(const msgpack_object *object, double *out);

void pack_text(msgpack_packer *packer, const char *text);

/* Begins a message in out, leaving room for its length; memory that is lacking shows at the end,
 * which then takes the message back. */
void pack_begin(wire_bytes *out, msgpack_packer *packer, size_t *start);
bool pack_end(wire_bytes *out, size_t start);

#endif
