/* paintprof/report.h: frames summed up as a text for people or as JSON for scripts. */
#ifndef PAINTPROF_REPORT_H
#define PAINTPROF_REPORT_H

#include <paintprof/export.h>
#include <paintprof/profiler.h>
#include <paintprof/reader.h>

PP_BEGIN_DECLS

#define PP_REPORT_SLOWEST_MAX 1000

typedef struct pp_report pp_report;

typedef struct pp_report_opts {
    uint32_t struct_size; /* sizeof(pp_report_opts) */
    uint32_t slowest;     /* frames listed with their zones; 0: 5; up to PP_REPORT_SLOWEST_MAX */
    uint32_t top_sites;   /* sites listed; 0: 15 */
} pp_report_opts;

/* A report without frames yet. opts may be NULL. Returns 0, PP_EINVAL, PP_ENOMEM. Destroy with
 * pp_report_destroy(). Thread: one at a time per object, here and below. Since: 0.2 */
PP_API int pp_report_create(pp_report **out, const pp_report_opts *opts);
PP_API void pp_report_destroy(pp_report *report);

/* A sink that adds frames to report, which must outlive it. Percentiles are exact up to 262,144
 * frames and within 0.1 % beyond, where the report says so. Since: 0.2 */
PP_API pp_sink pp_report_sink(pp_report *report);

/* Writes the report of reader, which must have run into the report's sink, through write, in one
 * call; as one line of JSON or as text in UTF-8. reader NULL: of frames alone, such as those of a
 * running session. Returns 0 or PP_ENOMEM. Since: 0.2 */
PP_API int pp_report_write_text(const pp_report *report, const pp_reader *reader, pp_text_fn write,
                                void *user);
PP_API int pp_report_write_json(const pp_report *report, const pp_reader *reader, pp_text_fn write,
                                void *user);

/* The same of what the recording is: its process, how much it holds, what was lost. Since: 0.2 */
PP_API int pp_report_write_info_text(const pp_report *report, const pp_reader *reader,
                                     pp_text_fn write, void *user);
PP_API int pp_report_write_info_json(const pp_report *report, const pp_reader *reader,
                                     pp_text_fn write, void *user);

PP_END_DECLS

#endif
