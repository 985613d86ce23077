/* paintprof/csv.h: one row per frame, written while the program runs. docs/csv.md has the columns.
 *
 * RFC 4180 with LF, '.' decimals in every locale, one write(2) per row, so that a killed program
 * leaves every finished frame. Beside FILE stands FILE.meta.json with schema version and units. */
#ifndef PAINTPROF_CSV_H
#define PAINTPROF_CSV_H

#include <paintprof/export.h>
#include <paintprof/session.h>

PP_BEGIN_DECLS

#define PP_CSV_SCHEMA_VERSION 1

typedef struct pp_csv pp_csv;

/* Opens path for writing (created 0600, truncated; "-" is standard output) without a header yet:
 * it is written with the first row, or at close, and has the phases registered by then.
 * Returns 0, PP_EINVAL, PP_ENOMEM, PP_EIO. Close with pp_csv_close(). Thread: any. Since: 0.1 */
PP_API int pp_csv_open(pp_csv **out, const char *path);

/* A sink that writes to csv, for pp_session_add_sink(); removing it does not close csv.
 * Lifetime: csv must outlive the sink. Thread: any. Since: 0.1 */
PP_API pp_sink pp_csv_sink(pp_csv *csv);

/* Writes the sidecar, closes the file and frees csv; NULL is allowed. Returns 0 or PP_EIO with
 * the first failure of all writes (a full disk, say); rows are whole up to there.
 * Thread: one at a time per object. Since: 0.1 */
PP_API int pp_csv_close(pp_csv *csv);

PP_END_DECLS

#endif
