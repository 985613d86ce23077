/* fuzz/fuzz_annotate.c: a libFuzzer target: any bytes as a message to the annotation service give a
 * request, or a reason; what decodes survives the way back.
 *
 * Built by clang with -fsanitize=fuzzer,address,undefined together with demo/annotate_*.c. */
#include "annotate_wire.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_request(const uint8_t *bytes, size_t size)
{
    char error[WIRE_ERROR_BYTES] = "";
    wire_request request, again;
    bool is_read = wire_request_decode(&request, bytes, size, error);
    if (!is_read && error[0] == '\0')
        abort();
    if (is_read) {
        wire_bytes out = {0};
        if (!wire_request_encode(&out, &request))
            abort();
        if (!wire_request_decode(&again, out.data + WIRE_LENGTH_BYTES, out.size - WIRE_LENGTH_BYTES,
                                 error) ||
            again.id != request.id || again.op != request.op || again.count != request.count)
            abort();
        wire_request_free(&again);
        wire_bytes_free(&out);
    }
    wire_request_free(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static wire_reply reply;
    char error[WIRE_ERROR_BYTES] = "";
    check_request(bytes, size);
    if (!wire_reply_decode(&reply, bytes, size, error) && error[0] == '\0')
        abort();
    return 0;
}
