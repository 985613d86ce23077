/* flags/rules_frames.c: rules about what frames repeat, and what they repaint. */
#include "flags/rules.h"

enum { FRAMES_MIN = 10 };
static const double path_frames_share = 0.9, path_work_share = 0.05, whole_share = 0.5;

bool pp_rule_path(const pp_rule *rule, const pp_flag_facts *facts, pp_flag_list *out)
{
    const pp_flag_frames *frames = &facts->frames;
    for (size_t i = 0; i < frames->path_count && frames->painted >= FRAMES_MIN; i++) {
        const pp_flag_path *path = &frames->paths[i];
        bool is_each = (double)path->frames >= path_frames_share * (double)frames->painted;
        bool costs = (double)path->total_ns >= path_work_share * (double)frames->work_ns;
        if (is_each && costs)
            pp_flag_add(out, rule, path->name,
                        "`%.100s`: built in %llu of %llu frames, %.2f ms each, %.0f %% of all work",
                        path->name, (unsigned long long)path->frames,
                        (unsigned long long)frames->painted,
                        pp_flag_ms(path->total_ns) / (double)path->frames,
                        100 * (double)path->total_ns / (double)frames->work_ns);
    }
    return true;
}

bool pp_rule_whole_window(const pp_rule *rule, const pp_flag_facts *facts, pp_flag_list *out)
{
    const pp_flag_frames *frames = &facts->frames;
    if (frames->whole_small < FRAMES_MIN ||
        (double)frames->whole_small < whole_share * (double)frames->painted)
        return true;
    pp_flag_add(out, rule, "",
                "%llu of %llu frames repainted the whole window although %.1f %% of it %s; "
                "%.2f ms of work each",
                (unsigned long long)frames->whole_small, (unsigned long long)frames->painted,
                100 * (double)frames->small_px / (double)frames->whole_px,
                frames->whole_asked == frames->whole_small ? "was asked for" : "changed",
                pp_flag_ms(frames->whole_small_ns) / (double)frames->whole_small);
    return true;
}
