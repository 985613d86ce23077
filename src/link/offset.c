/* link/offset.c: what lies between the clocks of two machines.
 *
 * As NTP does (D. Mills et al., RFC 5905, sections 8 and 10): of an exchange with the four times
 * sent, received, replied, back
 *
 *   offset = ((received - sent) + (replied - back)) / 2
 *   delay  = (back - sent) - (replied - received)
 *
 * and the true offset is within delay / 2 of it, whatever the two ways took (F. Cristian,
 * "Probabilistic clock synchronization", 1989). So the exchange with the least delay tells most:
 * the clock filter. Where there are enough of them, over time, a straight line through the best of
 * each stretch of time gives the drift as well (V. Paxson, "On calibrating measurements of packet
 * transit times", 1998, uses such minima); it is believed only where it explains them far better
 * than a constant does. Two ways that always take unequally long cannot be told from an offset:
 * that is what the uncertainty is for. */
#include "link/offset.h"

#include <math.h>
#include <stdlib.h>

enum { STRETCHES = 32, DRIFT_MIN = 8 };

static int64_t delay_of(const pp_link_exchange *e)
{
    int64_t delay_ns = (e->back_ns - e->sent_ns) - (e->replied_ns - e->received_ns);
    return delay_ns > 0 ? delay_ns : 0;
}

/* Halves first: the sum of two offsets of decades would not fit. */
static int64_t offset_of(const pp_link_exchange *e)
{
    int64_t there_ns = e->received_ns - e->sent_ns, back_ns = e->replied_ns - e->back_ns;
    return there_ns + (back_ns - there_ns) / 2;
}

static int by_time(const void *left, const void *right)
{
    const pp_link_exchange *a = left, *b = right;
    return (a->sent_ns > b->sent_ns) - (a->sent_ns < b->sent_ns);
}

bool pp_link_clocks_agree(const pp_link_exchange *exchanges, size_t count, int64_t tolerance_ns)
{
    for (size_t i = 0; i < count; i++) {
        const pp_link_exchange *e = &exchanges[i];
        if (e->received_ns < e->sent_ns - tolerance_ns || e->back_ns < e->replied_ns - tolerance_ns)
            return false;
    }
    return true;
}

/* ---- The best of each stretch --------------------------------------------------------------- */

/* Of one stretch of time, beside the clock's base. */
typedef struct sample {
    double at_s, offset_ns, half_delay_ns;
} sample;

static size_t take_best(const pp_link_exchange *exchanges, size_t count, const pp_link_clock *base,
                        sample *samples)
{
    int64_t first_ns = exchanges[0].sent_ns;
    int64_t length_ns = (exchanges[count - 1].sent_ns - first_ns) / STRETCHES + 1;
    const pp_link_exchange *best[STRETCHES] = {NULL};
    for (size_t i = 0; i < count; i++) {
        size_t stretch = (size_t)((exchanges[i].sent_ns - first_ns) / length_ns);
        if (!best[stretch] || delay_of(&exchanges[i]) < delay_of(best[stretch]))
            best[stretch] = &exchanges[i];
    }
    size_t found = 0;
    for (size_t i = 0; i < STRETCHES; i++)
        if (best[i])
            samples[found++] = (sample){.at_s = (double)(best[i]->sent_ns - base->at_ns) / 1e9,
                                        .offset_ns = (double)(offset_of(best[i]) - base->offset_ns),
                                        .half_delay_ns = (double)delay_of(best[i]) / 2};
    return found;
}

/* ---- A line through them -------------------------------------------------------------------- */

typedef struct line {
    double offset_ns, drift_ns_per_s;
    double error_ns_per_s; /* standard error of the drift */
    double rest_ns;        /* root mean square of what it leaves */
    double constant_ns;    /* the same of a constant */
} line;

/* Weighted by how well each sample is known. */
static double weight_of(const sample *s)
{
    double known_ns = s->half_delay_ns + 1000;
    return 1 / (known_ns * known_ns);
}

static line fit(const sample *samples, size_t count)
{
    double w = 0, wx = 0, wy = 0, wxx = 0, wxy = 0;
    for (size_t i = 0; i < count; i++) {
        double weight = weight_of(&samples[i]), x = samples[i].at_s, y = samples[i].offset_ns;
        w += weight;
        wx += weight * x;
        wy += weight * y;
        wxx += weight * x * x;
        wxy += weight * x * y;
    }
    double mean_x = wx / w, mean_y = wy / w, var_x = wxx - wx * mean_x;
    line found = {.offset_ns = mean_y};
    if (var_x <= 0)
        return found;
    found.drift_ns_per_s = (wxy - wx * mean_y) / var_x;
    found.offset_ns = mean_y - found.drift_ns_per_s * mean_x;
    for (size_t i = 0; i < count; i++) {
        double weight = weight_of(&samples[i]), x = samples[i].at_s, y = samples[i].offset_ns;
        double rest = y - found.offset_ns - found.drift_ns_per_s * x;
        found.rest_ns += weight * rest * rest;
        found.constant_ns += weight * (y - mean_y) * (y - mean_y);
    }
    found.error_ns_per_s = sqrt(found.rest_ns / (double)(count - 2) / var_x);
    found.rest_ns = sqrt(found.rest_ns / w);
    found.constant_ns = sqrt(found.constant_ns / w);
    return found;
}

static double median_half_delay(sample *samples, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t k = i; k > 0 && samples[k].half_delay_ns < samples[k - 1].half_delay_ns; k--) {
            sample swap = samples[k];
            samples[k] = samples[k - 1];
            samples[k - 1] = swap;
        }
    return samples[count / 2].half_delay_ns;
}

static void look_for_drift(const pp_link_exchange *exchanges, size_t count, pp_link_clock *clock)
{
    sample samples[STRETCHES];
    size_t found = take_best(exchanges, count, clock, samples);
    if (found < DRIFT_MIN)
        return;
    line l = fit(samples, found);
    bool is_sure = fabs(l.drift_ns_per_s) > 4 * l.error_ns_per_s && l.rest_ns < l.constant_ns / 2;
    if (!is_sure)
        return;
    clock->drift = l.drift_ns_per_s / 1e9;
    clock->offset_ns += (int64_t)llround(l.offset_ns);
    clock->uncertainty_ns = (int64_t)(median_half_delay(samples, found) + 2 * l.rest_ns);
}

bool pp_link_estimate(pp_link_exchange *exchanges, size_t count, pp_link_clock *out)
{
    if (count == 0)
        return false;
    qsort(exchanges, count, sizeof *exchanges, by_time);
    const pp_link_exchange *best = &exchanges[0];
    for (size_t i = 1; i < count; i++)
        if (delay_of(&exchanges[i]) < delay_of(best))
            best = &exchanges[i];
    *out = (pp_link_clock){.at_ns = best->sent_ns,
                           .offset_ns = offset_of(best),
                           .uncertainty_ns = delay_of(best) / 2,
                           .exchanges = count};
    look_for_drift(exchanges, count, out);
    return true;
}

int64_t pp_link_client_time(const pp_link_clock *clock, int64_t server_ns)
{
    int64_t beside_ns = server_ns - clock->offset_ns - clock->at_ns;
    return clock->at_ns + beside_ns -
           (int64_t)llround((double)beside_ns * clock->drift / (1 + clock->drift));
}
