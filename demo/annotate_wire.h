/* demo/annotate_wire.h: the messages between the chart's annotation service and its clients.
 *
 * docs/annotate-protocol.md is the reference. A message is one MessagePack map behind its length;
 * here are its bytes to values and back. What comes from a peer is checked before anything is made
 * of it: a few bytes can ask an unpacker for gigabytes. No function keeps state.
 * Thread of all functions: any. */
#ifndef ANNOTATE_WIRE_H
#define ANNOTATE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WIRE_VERSION = 1,
    WIRE_LENGTH_BYTES = 4,       /* before each message: its size, most significant byte first */
    WIRE_MESSAGE_MAX = 64 << 20, /* bytes, without its length */
    WIRE_GAPS_MAX = 1000000,     /* in one message */
    WIRE_NAME_MAX = 64,          /* bytes of a batch's name */
    WIRE_TRACE_MAX = 128,        /* bytes of a traceparent */
    WIRE_ROW_ERRORS_MAX = 100,   /* told in one reply; all are counted */
    WIRE_ROW_ERROR_BYTES = 96,
    WIRE_ERROR_BYTES = 256,
};

/* X(name, word) */
#define WIRE_OP_LIST(X)                                                                            \
    X(WIRE_ADD, "add")                                                                             \
    X(WIRE_REPLACE, "replace")                                                                     \
    X(WIRE_REMOVE, "remove")                                                                       \
    X(WIRE_CLEAR, "clear")                                                                         \
    X(WIRE_REDRAW, "redraw")
#define WIRE_OP_ENUM(name, word) name,
typedef enum wire_op { WIRE_OP_LIST(WIRE_OP_ENUM) WIRE_OP_COUNT } wire_op;
#undef WIRE_OP_ENUM

/* What a client asks. The columns have count values each, one after the other in one allocation;
 * price0 and price1 are NULL where the chart shall look them up. */
typedef struct wire_request {
    uint64_t id; /* the client's; comes back in the reply */
    wire_op op;
    char batch[WIRE_NAME_MAX + 1];
    char traceparent[WIRE_TRACE_MAX + 1]; /* "" for none */
    size_t count;
    double *time0_s, *time1_s, *price0, *price1;
} wire_request;

typedef struct wire_row_error {
    uint64_t index; /* in the request's columns */
    char text[WIRE_ROW_ERROR_BYTES];
} wire_row_error;

/* What the chart answers. */
typedef struct wire_reply {
    uint64_t id;
    bool ok;
    char error[WIRE_ERROR_BYTES];                /* when not ok */
    uint64_t accepted, rejected, removed, total; /* gaps; total: of all batches now */
    uint64_t frame;                              /* of a redraw: the frame that showed it; else 0 */
    uint64_t received_ns, replied_ns;            /* the chart's CLOCK_MONOTONIC */
    size_t row_error_count;
    wire_row_error row_errors[WIRE_ROW_ERRORS_MAX];
} wire_reply;

/* Bytes that grow; zeroed is empty. Free them with wire_bytes_free(). */
typedef struct wire_bytes {
    char *data;
    size_t size, capacity;
    bool failed; /* memory is lacking: the message being appended is not whole */
} wire_bytes;

void wire_bytes_free(wire_bytes *bytes);

const char *wire_op_word(wire_op op);

/* Whether bytes are exactly one MessagePack value that is safe to unpack: every count is checked
 * against the bytes left, depth and number of values are bounded. error (WIRE_ERROR_BYTES) says
 * what is wrong, with the offset. Allocates nothing. */
bool wire_check(const void *bytes, size_t size, char *error);

/* Makes *out of a message. False, with error (WIRE_ERROR_BYTES), for anything that is no request;
 * out->id is then what could be read of it. Free *out with wire_request_free() in both cases. */
bool wire_request_decode(wire_request *out, const void *bytes, size_t size, char *error);
void wire_request_free(wire_request *request);

/* Appends the message, with its length in front. False without memory or beyond a limit. */
bool wire_request_encode(wire_bytes *out, const wire_request *request);
bool wire_reply_encode(wire_bytes *out, const wire_reply *reply);

bool wire_reply_decode(wire_reply *out, const void *bytes, size_t size, char *error);

/* The size that the length in front of a message says. */
static inline uint32_t wire_length(const unsigned char bytes[WIRE_LENGTH_BYTES])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

#endif
