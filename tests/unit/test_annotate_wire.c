/* unit/test_annotate_wire.c: messages of the annotation socket, to bytes and back, and hostile
 * ones. */
#include "annotate_wire.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char error[WIRE_ERROR_BYTES];

static bool decode(wire_request *out, const void *bytes, size_t size)
{
    error[0] = '\0';
    return wire_request_decode(out, bytes, size, error);
}

/* A refused message: its reason holds that text. */
static void assert_refused(const void *bytes, size_t size, const char *reason)
{
    wire_request request;
    assert_false(decode(&request, bytes, size));
    if (!strstr(error, reason))
        fail_msg("\"%s\" does not say \"%s\"", error, reason);
    wire_request_free(&request);
}

static wire_request four_gaps(double *values)
{
    for (int i = 0; i < 16; i++)
        values[i] = i * 1.25;
    return (wire_request){.id = 7,
                          .op = WIRE_ADD,
                          .batch = "weekends",
                          .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          .count = 4,
                          .time0_s = values,
                          .time1_s = values + 4,
                          .price0 = values + 8,
                          .price1 = values + 12};
}

static void a_request_survives_the_way(void **state)
{
    (void)state;
    double values[16];
    wire_request sent = four_gaps(values), got;
    wire_bytes bytes = {0};
    assert_true(wire_request_encode(&bytes, &sent));
    assert_int_equal(wire_length((unsigned char *)bytes.data), bytes.size - WIRE_LENGTH_BYTES);
    assert_true(decode(&got, bytes.data + WIRE_LENGTH_BYTES, bytes.size - WIRE_LENGTH_BYTES));
    assert_int_equal(got.id, 7);
    assert_int_equal(got.op, WIRE_ADD);
    assert_string_equal(got.batch, "weekends");
    assert_string_equal(got.traceparent, sent.traceparent);
    assert_int_equal(got.count, 4);
    assert_memory_equal(got.time0_s, values, 4 * sizeof(double));
    assert_memory_equal(got.price1, values + 12, 4 * sizeof(double));
    wire_request_free(&got);
    wire_bytes_free(&bytes);
}

static void prices_may_be_left_out(void **state)
{
    (void)state;
    double values[16];
    wire_request sent = four_gaps(values), got;
    sent.price0 = sent.price1 = NULL;
    wire_bytes bytes = {0};
    assert_true(wire_request_encode(&bytes, &sent));
    assert_true(decode(&got, bytes.data + WIRE_LENGTH_BYTES, bytes.size - WIRE_LENGTH_BYTES));
    assert_null(got.price0);
    assert_int_equal(got.count, 4);
    wire_request_free(&got);
    wire_bytes_free(&bytes);
}

static void a_reply_survives_the_way(void **state)
{
    (void)state;
    static wire_reply sent = {
        .id = UINT64_MAX,
        .ok = true,
        .accepted = 1283,
        .rejected = 2,
        .total = 1283,
        .frame = 9,
        .received_ns = 1,
        .replied_ns = 2,
        .row_error_count = 2,
        .row_errors = {{3, "time0: no such row"}, {900, "time1: not a number"}}};
    static wire_reply got;
    wire_bytes bytes = {0};
    assert_true(wire_reply_encode(&bytes, &sent));
    assert_true(wire_reply_decode(&got, bytes.data + WIRE_LENGTH_BYTES,
                                  bytes.size - WIRE_LENGTH_BYTES, error));
    assert_memory_equal(&got, &sent, sizeof got);
    wire_bytes_free(&bytes);
}

/* What a client writes with a stock library: arrays of numbers, integers among them. */
static void columns_may_be_arrays_of_numbers(void **state)
{
    (void)state;
    static const unsigned char message[] =
        "\x85\xa1v\x01\xa2id\x05\xa2op\xa3"
        "add\xa5time0\x92\x01\xcb\x40\x00\x00\x00\x00\x00\x00\x00"
        "\xa5time1\x92\xff\xca\x40\x80\x00\x00";
    wire_request got;
    assert_true(decode(&got, message, sizeof message - 1));
    assert_int_equal(got.count, 2);
    assert_true(got.time0_s[0] == 1 && got.time0_s[1] == 2);
    assert_true(got.time1_s[0] == -1 && got.time1_s[1] == 4);
    wire_request_free(&got);
}

static void a_later_key_is_passed_over(void **state)
{
    (void)state;
    static const unsigned char message[] = "\x84\xa1v\x01\xa2id\x05\xa2op\xa5"
                                           "clear\xa6"
                                           "colour\x81\xa1"
                                           "a\x93\x01\x02\xc0";
    wire_request got;
    assert_true(decode(&got, message, sizeof message - 1));
    assert_int_equal(got.op, WIRE_CLEAR);
    wire_request_free(&got);
}

static void a_count_that_the_message_cannot_hold_is_refused_before_unpacking(void **state)
{
    (void)state;
    assert_refused("\xdd\xff\xff\xff\xff", 5, "more values than the message has bytes left");
    assert_refused("\xdf\xff\xff\xff\xff", 5, "more values than the message has bytes left");
    assert_refused("\xc6\xff\xff\xff\xff", 5, "longer than the rest");
    assert_refused("\xdb\x7f\xff\xff\xff", 5, "longer than the rest");
    assert_refused("\xc9\xff\xff\xff\xff\x01", 6, "longer than the rest");
    assert_refused("\xdd\xff", 2, "ends inside a count");
    assert_refused("\x81\xa1v", 3, "ends before its last value");
    assert_refused("\xc1", 1, "does not use");
    assert_refused("", 0, "ends before");
    assert_refused("\x80\x80", 2, "more bytes behind");
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    unsigned char deep[100000];
    memset(deep, 0x91, sizeof deep);
    assert_refused(deep, sizeof deep, "nest too deep");
}

static void wrong_types_are_refused_with_their_key(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *reason;
        size_t size;
    } cases[] = {
        {"\x90", "message: not a map", 1},
        {"\x80", "v: missing", 1},
        {"\x81\xa1v\x02", "v: this chart speaks version 1", 4},
        {"\x82\xa1v\x01\xa2id\xff", "id: not an integer", 8},
        {"\x83\xa1v\x01\xa2id\x01\xa2op\xa3"
         "eat",
         "op: not one of", 15},
        {"\x82\xa1v\x01\xa2id\x01", "op: missing", 8},
        {"\x83\xa1v\x01\xa2id\x01\xa2op\xa3"
         "add",
         "time0: missing", 15},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_refused(cases[i].bytes, cases[i].size, cases[i].reason);
}

static void a_bad_request_keeps_its_id_wherever_that_stands(void **state)
{
    (void)state;
    static const char behind[] = "\x82\xa1v\x02\xa2id\x09", before[] = "\x82\xa2id\x09\xa1v\x02";
    wire_request request;
    assert_false(wire_request_decode(&request, behind, sizeof behind - 1, error));
    assert_int_equal(request.id, 9);
    assert_false(wire_request_decode(&request, before, sizeof before - 1, error));
    assert_int_equal(request.id, 9);
}

/* No prefix of a good message is one, and none does harm. */
static void a_message_cut_anywhere_is_refused(void **state)
{
    (void)state;
    double values[16];
    wire_request sent = four_gaps(values);
    wire_bytes bytes = {0};
    assert_true(wire_request_encode(&bytes, &sent));
    for (size_t size = 0; size + WIRE_LENGTH_BYTES < bytes.size; size++) {
        unsigned char *cut = malloc(size + 1);
        memcpy(cut, bytes.data + WIRE_LENGTH_BYTES, size);
        assert_refused(cut, size, "");
        free(cut);
    }
    wire_bytes_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_survives_the_way),
        cmocka_unit_test(prices_may_be_left_out),
        cmocka_unit_test(a_reply_survives_the_way),
        cmocka_unit_test(columns_may_be_arrays_of_numbers),
        cmocka_unit_test(a_later_key_is_passed_over),
        cmocka_unit_test(a_count_that_the_message_cannot_hold_is_refused_before_unpacking),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(wrong_types_are_refused_with_their_key),
        cmocka_unit_test(a_bad_request_keeps_its_id_wherever_that_stands),
        cmocka_unit_test(a_message_cut_anywhere_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
