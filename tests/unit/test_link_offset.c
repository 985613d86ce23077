/* unit/test_link_offset.c: the offset and drift between two clocks, estimated from exchanges. Its
 * source is this suite's own copy. */
#include "support.h"

#include "link/offset.h"

#include <math.h>

enum { COUNT = 400 };

static pp_link_exchange exchanges[COUNT];

/* A small generator, so that a failure comes again. */
static uint32_t seed;

static uint32_t next_random(uint32_t most)
{
    seed = seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)(seed >> 8) * most >> 24);
}

static int64_t server_of(int64_t client_ns, int64_t offset_ns, double drift)
{
    return client_ns + offset_ns + llround((double)client_ns * drift);
}

/* count exchanges, a second apart; each way takes 50 us and up to jitter_us more, mostly less. */
static void exchange(size_t count, int64_t offset_ns, double drift, uint32_t jitter_us)
{
    for (size_t i = 0; i < count; i++) {
        int64_t sent_ns = (int64_t)i * 1000000000 + 5000000000;
        int64_t there_ns = 50000 + (int64_t)next_random(jitter_us) * next_random(1000);
        int64_t back_ns = 50000 + (int64_t)next_random(jitter_us) * next_random(1000);
        int64_t work_ns = 3000000;
        exchanges[i] = (pp_link_exchange){sent_ns, server_of(sent_ns + there_ns, offset_ns, drift),
                                          server_of(sent_ns + there_ns + work_ns, offset_ns, drift),
                                          sent_ns + there_ns + work_ns + back_ns};
    }
}

static int64_t error_at(const pp_link_clock *clock, int64_t client_ns, int64_t offset_ns,
                        double drift)
{
    return llabs(pp_link_client_time(clock, server_of(client_ns, offset_ns, drift)) - client_ns);
}

static void one_exchange_tells_the_offset_within_half_its_delay(void **state)
{
    (void)state;
    /* Sent at 100, 30 on the way there and 10 back, on clocks that are 5000 apart. */
    pp_link_exchange one = {100, 5130, 5180, 190};
    pp_link_clock clock;
    assert_true(pp_link_estimate(&one, 1, &clock));
    assert_int_equal(clock.offset_ns, 5010);
    assert_int_equal(clock.uncertainty_ns, 20);
    assert_true(llabs(clock.offset_ns - 5000) <= clock.uncertainty_ns);
    assert_true(clock.drift == 0);
}

static void no_exchange_tells_nothing(void **state)
{
    (void)state;
    pp_link_clock clock;
    assert_false(pp_link_estimate(exchanges, 0, &clock));
}

static void offsets_of_any_size_are_within_the_uncertainty(void **state)
{
    (void)state;
    static const int64_t offsets_ns[] = {
        0, 1, -1, 1000, INT64_C(-7200) * 1000000000, INT64_C(86400) * 365 * 1000000000};
    for (size_t i = 0; i < sizeof offsets_ns / sizeof offsets_ns[0]; i++)
        for (seed = 1; seed < 20; seed++) {
            pp_link_clock clock;
            exchange(40, offsets_ns[i], 0, 500);
            assert_true(pp_link_estimate(exchanges, 40, &clock));
            assert_true(error_at(&clock, 20000000000, offsets_ns[i], 0) <= clock.uncertainty_ns);
            assert_true(clock.uncertainty_ns < 200000);
        }
}

static void a_drift_is_followed_over_all_of_the_time(void **state)
{
    (void)state;
    static const double drifts[] = {100e-6, -100e-6, 20e-6, -5e-6};
    const int64_t offset_ns = INT64_C(5) * 3600 * 1000000000;
    for (size_t i = 0; i < sizeof drifts / sizeof drifts[0]; i++) {
        pp_link_clock clock;
        seed = 7;
        exchange(COUNT, offset_ns, drifts[i], 300);
        assert_true(pp_link_estimate(exchanges, COUNT, &clock));
        assert_true(fabs(clock.drift - drifts[i]) < 1e-6);
        for (int64_t at_s = 5; at_s < 405; at_s += 40)
            assert_true(error_at(&clock, at_s * 1000000000, offset_ns, drifts[i]) < 100000);
    }
}

static void no_drift_is_made_up_where_there_is_none(void **state)
{
    (void)state;
    for (seed = 1; seed < 50; seed++) {
        pp_link_clock clock;
        exchange(COUNT, 1000000, 0, 500);
        assert_true(pp_link_estimate(exchanges, COUNT, &clock));
        assert_true(fabs(clock.drift) * 400e9 <= (double)clock.uncertainty_ns * 4);
    }
}

static void a_burst_of_delays_does_not_spoil_it(void **state)
{
    (void)state;
    pp_link_clock clock;
    seed = 3;
    exchange(COUNT, 1000000000, 0, 100);
    for (size_t i = 0; i < COUNT; i += 2) { /* every other request is held up for 80 ms */
        exchanges[i].received_ns += 80000000;
        exchanges[i].replied_ns += 80000000;
        exchanges[i].back_ns += 80000000;
    }
    assert_true(pp_link_estimate(exchanges, COUNT, &clock));
    assert_true(error_at(&clock, 20000000000, 1000000000, 0) < 100000);
}

static void clocks_agree_unless_something_comes_before_it_was_sent(void **state)
{
    (void)state;
    seed = 1;
    exchange(10, 0, 0, 100);
    assert_true(pp_link_clocks_agree(exchanges, 10, 1000));
    assert_true(pp_link_clocks_agree(exchanges, 0, 1000));
    exchange(10, 1000000000, 0, 100);
    assert_false(pp_link_clocks_agree(exchanges, 10, 1000));
    exchange(10, -1000000000, 0, 100);
    assert_false(pp_link_clocks_agree(exchanges, 10, 1000));
}

static void times_at_the_ends_of_the_range_do_no_harm(void **state)
{
    (void)state;
    const int64_t most = INT64_C(1) << 60;
    pp_link_exchange wild[12];
    for (size_t i = 0; i < 12; i++)
        wild[i] = (pp_link_exchange){i % 2 ? most : 0, i % 3 ? 0 : most, most, most};
    pp_link_clock clock;
    assert_true(pp_link_estimate(wild, 12, &clock));
    assert_true(clock.uncertainty_ns >= 0);
    pp_link_client_time(&clock, 0);
    pp_link_client_time(&clock, most);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_exchange_tells_the_offset_within_half_its_delay),
        cmocka_unit_test(no_exchange_tells_nothing),
        cmocka_unit_test(offsets_of_any_size_are_within_the_uncertainty),
        cmocka_unit_test(a_drift_is_followed_over_all_of_the_time),
        cmocka_unit_test(no_drift_is_made_up_where_there_is_none),
        cmocka_unit_test(a_burst_of_delays_does_not_spoil_it),
        cmocka_unit_test(clocks_agree_unless_something_comes_before_it_was_sent),
        cmocka_unit_test(times_at_the_ends_of_the_range_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
