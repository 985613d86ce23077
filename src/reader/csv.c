/* reader/csv.c: writes the frame CSV of a recording, as its process would have. */
#include "base/base.h"
#include "reader/reader.h"
#include "sink/csv_file.h"

#include <paintprof/version.h>
#include <stdlib.h>

static bool recorded_window(void *user, uint32_t number, char *title, size_t title_capacity,
                            char *renderer, size_t renderer_capacity)
{
    const pp_reader *reader = user;
    const char *title_text, *renderer_text;
    if (!pp_reader_window(reader, number, &title_text, &renderer_text))
        return false;
    pp_format(title, title_capacity, "%s", title_text);
    pp_format(renderer, renderer_capacity, "%s", renderer_text);
    return true;
}

/* Asked at the end of the run, when what the run itself could not keep is part of it. */
static uint64_t recorded_dropped(void *user)
{
    const pp_reader *reader = user;
    return reader->info.dropped;
}

static void copy_note(const pp_reader *reader, const char *key, char *to, size_t capacity)
{
    const char *value = pp_reader_note(reader, key);
    pp_format(to, capacity, "%s", value ? value : "");
}

static void recorded_host(void *user, pp_host *host)
{
    const pp_reader *reader = user;
    copy_note(reader, "host.name", host->name, sizeof host->name);
    copy_note(reader, "host.system", host->system, sizeof host->system);
    copy_note(reader, "host.release", host->release, sizeof host->release);
    copy_note(reader, "host.machine", host->machine, sizeof host->machine);
    copy_note(reader, "host.cpu", host->cpu, sizeof host->cpu);
    const char *cpus = pp_reader_note(reader, "host.cpus");
    host->cpus = cpus ? (unsigned)strtoul(cpus, NULL, 10) : 0;
}

/* Reads everything into csv. The run's message is kept when closing fails as well. */
static int fill(pp_reader *reader, pp_csv *csv, pp_progress_fn progress, void *user)
{
    const pp_sink sink = pp_csv_sink(csv);
    int status = pp_reader_run(reader, &sink, progress, user);
    int closed = pp_csv_close(csv);
    return status != PP_OK ? status : closed;
}

int pp_reader_write_csv(pp_reader *reader, const char *path, pp_progress_fn progress, void *user)
{
    if (!path || !*path)
        return pp_fail(PP_EINVAL, "pp_reader_write_csv: no path");
    if (pp_source_is_at(&reader->source, path))
        return pp_fail(PP_EINVAL, "%s: is the recording that is read", path);
    const char *version = pp_reader_note(reader, "paintprof.version");
    const pp_csv_source source = {
        .user = reader,
        .window = recorded_window,
        .dropped = recorded_dropped,
        .host = recorded_host,
        .version = version ? version : pp_version(),
    };
    pp_csv *csv = NULL;
    int status = pp_csv_open_for(&csv, path, &source);
    return status == PP_OK ? fill(reader, csv, progress, user) : status;
}
