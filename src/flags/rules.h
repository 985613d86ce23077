/* flags/rules.h: what the files of this room share. */
#ifndef PP_FLAGS_RULES_H
#define PP_FLAGS_RULES_H

#include "flags/flags.h"

#include <paintprof/export.h>

/* A rule adds its findings to the list. */
typedef struct pp_rule {
    const char *name;
    const char *remedy;
    bool (*find)(const struct pp_rule *rule, const pp_flag_facts *facts, pp_flag_list *out);
} pp_rule;

/* Each returns false without memory. */
bool pp_rule_steps_per_item(const pp_rule *rule, const pp_flag_facts *facts, pp_flag_list *out);
bool pp_rule_items_one_by_one(const pp_rule *rule, const pp_flag_facts *facts, pp_flag_list *out);
bool pp_rule_removal(const pp_rule *rule, const pp_flag_facts *facts, pp_flag_list *out);
bool pp_rule_round_trips(const pp_rule *rule, const pp_flag_facts *facts, pp_flag_list *out);
bool pp_rule_client_building(const pp_rule *rule, const pp_flag_facts *facts, pp_flag_list *out);
bool pp_rule_path(const pp_rule *rule, const pp_flag_facts *facts, pp_flag_list *out);
bool pp_rule_whole_window(const pp_rule *rule, const pp_flag_facts *facts, pp_flag_list *out);
bool pp_rule_unusual(const pp_rule *rule, const pp_flag_facts *facts, pp_flag_list *out);

/* Adds a finding; evidence is a format. */
void pp_flag_add(pp_flag_list *out, const pp_rule *rule, const char *label, const char *evidence,
                 ...) PP_PRINTF(4, 5);

static inline double pp_flag_ms(uint64_t ns)
{
    return (double)ns / 1e6;
}

#endif
