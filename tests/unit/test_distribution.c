/* unit/test_distribution.c: percentiles of few values against a sort, of many within their bound.
 */
#include "support.h"

#include "frame/distribution.h"

enum { MANY = PP_DISTRIBUTION_EXACT * 2 };

static void assert_near(double actual, double expected, double share)
{
    double difference = actual > expected ? actual - expected : expected - actual;
    if (difference > expected * share + 1e-9)
        fail_msg("%.9f ms is not %.9f ms", actual, expected);
}

static int compare(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* The smallest value with at least percent of all values at or below it. */
static double nearest_rank_ms(const uint64_t *sorted, size_t count, unsigned percent)
{
    size_t rank = (count * percent + 99) / 100;
    return (double)sorted[rank - 1] / 1e6;
}

/* A generator whose values spread over shift powers of two. */
static uint64_t scattered(uint64_t *state, unsigned shift)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    uint64_t bits = *state >> 20;
    return bits >> (20 + bits % shift);
}

/* Adds count values and compares everything with a sort; share: how far percentiles may be off. */
static void check(size_t count, unsigned shift, double share)
{
    uint64_t *values = calloc(count, sizeof *values);
    pp_distribution distribution = {0};
    uint64_t state = count;
    double sum = 0, worst_sum = 0;
    for (size_t i = 0; i < count; i++) {
        values[i] = scattered(&state, shift);
        sum += (double)values[i];
        pp_distribution_add(&distribution, values[i]);
    }
    pp_stat stat;
    assert_true(pp_distribution_stat(&distribution, &stat));
    assert_int_equal(stat.count, count);
    assert_near(stat.last, (double)values[count - 1] / 1e6, 0);
    qsort(values, count, sizeof *values, compare);
    size_t worst = count < 100 ? 1 : count / 100;
    for (size_t i = count - worst; i < count; i++)
        worst_sum += (double)values[i];
    assert_near(stat.mean, sum / (double)count / 1e6, 1e-12);
    assert_near(stat.max, (double)values[count - 1] / 1e6, 0);
    assert_near(stat.p50, nearest_rank_ms(values, count, 50), share);
    assert_near(stat.p95, nearest_rank_ms(values, count, 95), share);
    assert_near(stat.p99, nearest_rank_ms(values, count, 99), share);
    assert_near(stat.worst, worst_sum / (double)worst / 1e6, share + 1e-12);
    pp_distribution_free(&distribution);
    free(values);
}

static void nothing_has_no_numbers(void **state)
{
    (void)state;
    pp_distribution distribution = {0};
    pp_stat stat;
    assert_true(pp_distribution_stat(&distribution, &stat));
    assert_int_equal(stat.count, 0);
    assert_true(pp_distribution_is_exact(&distribution));
    pp_distribution_free(&distribution);
}

static void few_values_are_exact(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 99, 100, 101, 257, 5000, PP_DISTRIBUTION_EXACT};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        check(counts[i], 8, 1e-12);
}

static void many_values_are_within_a_thousandth(void **state)
{
    (void)state;
    check(PP_DISTRIBUTION_EXACT + 1, 1, 0.001);
    check(MANY, 4, 0.001);
    check(MANY, 20, 0.001);
}

static void it_says_when_it_is_no_longer_exact(void **state)
{
    (void)state;
    pp_distribution distribution = {0};
    for (size_t i = 0; i < PP_DISTRIBUTION_EXACT; i++)
        pp_distribution_add(&distribution, i);
    assert_true(pp_distribution_is_exact(&distribution));
    pp_distribution_add(&distribution, 1);
    assert_false(pp_distribution_is_exact(&distribution));
    pp_distribution_free(&distribution);
}

static void asking_changes_nothing(void **state)
{
    (void)state;
    pp_distribution distribution = {0};
    pp_stat first, second;
    for (uint64_t i = 0; i < 1000; i++)
        pp_distribution_add(&distribution, i * 7919 % 1000);
    assert_true(pp_distribution_stat(&distribution, &first));
    assert_true(pp_distribution_stat(&distribution, &second));
    assert_memory_equal(&first, &second, sizeof first);
    pp_distribution_free(&distribution);
}

static void one_value_many_times_stays_itself(void **state)
{
    (void)state;
    static const uint64_t values[] = {0,         1, 1023, 1024, 1025, 16666667, UINT64_C(1) << 63,
                                      UINT64_MAX};
    for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
        pp_distribution distribution = {0};
        for (size_t i = 0; i <= PP_DISTRIBUTION_EXACT; i++)
            pp_distribution_add(&distribution, values[v]);
        pp_stat stat;
        double ms = (double)values[v] / 1e6;
        assert_true(pp_distribution_stat(&distribution, &stat));
        assert_near(stat.p50, ms, 0.0005);
        assert_near(stat.p99, ms, 0.0005);
        assert_near(stat.mean, ms, 1e-9);
        assert_near(stat.max, ms, 0);
        assert_true(stat.p99 <= stat.max);
        pp_distribution_free(&distribution);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_has_no_numbers),
        cmocka_unit_test(few_values_are_exact),
        cmocka_unit_test(many_values_are_within_a_thousandth),
        cmocka_unit_test(it_says_when_it_is_no_longer_exact),
        cmocka_unit_test(asking_changes_nothing),
        cmocka_unit_test(one_value_many_times_stays_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
