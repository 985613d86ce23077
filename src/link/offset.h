/* link/offset.h: what lies between the clocks of two machines, estimated from requests. */
#ifndef PP_LINK_OFFSET_H
#define PP_LINK_OFFSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One request and its reply. sent and back are of the client's clock, the others of the server's;
 * received <= replied, sent <= back. */
typedef struct pp_link_exchange {
    int64_t sent_ns, received_ns, replied_ns, back_ns;
} pp_link_exchange;

/* server time = client time + offset + drift * (client time - at). */
typedef struct pp_link_clock {
    int64_t at_ns, offset_ns;
    double drift; /* 0 where it was not found to differ */
    int64_t uncertainty_ns;
    size_t exchanges;
} pp_link_clock;

/* Estimates it; false without any exchange. Sorts exchanges. */
bool pp_link_estimate(pp_link_exchange *exchanges, size_t count, pp_link_clock *out);

/* Whether the two clocks are one, as far as the exchanges say: nothing arrives before it was sent
 * by more than tolerance_ns. */
bool pp_link_clocks_agree(const pp_link_exchange *exchanges, size_t count, int64_t tolerance_ns);

/* Client time of a server time. */
int64_t pp_link_client_time(const pp_link_clock *clock, int64_t server_ns);

#endif
