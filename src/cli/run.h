/* cli/run.h: what the files of `paintprof run` share. */
#ifndef PP_CLI_RUN_H
#define PP_CLI_RUN_H

#include "cli.h"

#include <limits.h>
#include <signal.h>
#include <sys/types.h>

/* As a shell has them. */
enum { RUN_CANNOT = 126, RUN_MISSING = 127 };

typedef struct run_settings {
    const char *overlay, *record, *csv, *report_file;
    uint64_t record_mib;
    bool has_record_size;
    bool wants_report, json, flash, no_items, no_causes, attach_children;
    bool has_profile, has_slow_event;
    int64_t profile_ns, slow_event_ns;
    int64_t duration_ns; /* 0: until the program ends itself */
    char **program;      /* and its arguments; ends with NULL */
} run_settings;

/* One line on standard error, behind "paintprof run: ". */
void run_say(const char *format, ...) PP_PRINTF(1, 2);

/* ---- What is started, and what a look at it tells (run_look.c) ------------------------------- */

/* Evidence of Qt in a file or in running processes. */
typedef struct run_qt {
    bool qt5, qt6, gui;    /* gui: Qt 6's library of that name */
    char version[32];      /* of Qt 6; "" if it is not known */
    unsigned major, minor; /* the same */
} run_qt;

typedef struct run_file {
    char path[PATH_MAX];
    char loader[128]; /* of a dynamic one */
    bool is_elf, is_script, is_static, has_static_qt;
    bool is_other_machine; /* than this program */
    bool is_secure;        /* setuid, setgid or with capabilities: the loader drops our variables */
    run_qt qt;             /* that it is linked to */
} run_file;

/* Finds the program as a shell does. CLI_GO_ON; else it was said why, and the status to end with.
 */
int run_find(const char *name, run_file *out);

/* Whether our variables can reach Qt in it: else it is started as if we were not there. */
bool run_is_reachable(const run_file *file);

/* Adds what the process and its descendants have loaded. */
void run_look_at_processes(pid_t pid, run_qt *qt);

/* Says why the probe was never loaded. */
void run_say_why(const run_file *file, const run_qt *seen);

/* ---- Where things are, and the program's environment (run_setup.c) ----------------------------
 */

typedef struct run_place {
    char plugins[PATH_MAX]; /* the folder for QT_PLUGIN_PATH */
    char preload[PATH_MAX]; /* "": none, or not wanted */
    char folder[PATH_MAX];  /* a private one of this run, "" if there is none */
    char status[PATH_MAX];  /* the file that the probe writes its lines to */
    char record[PATH_MAX];  /* "" if nothing is recorded; with %p and %% as the probe reads it */
    char csv[PATH_MAX];
} run_place;

/* Finds the probe beside this program and makes the private folder. CLI_GO_ON or a status. */
int run_prepare(const run_settings *settings, run_place *place);
void run_clean_up(const run_place *place);

/* The program's environment: ours, and the probe's variables. NULL without memory; freed whole by
 * run_free_environment(). */
char **run_environment(const run_settings *settings, const run_place *place);
void run_free_environment(char **environment);

/* The path of the recording of a process; false if it is too long. */
bool run_record_path(const run_place *place, pid_t pid, char *out, size_t capacity);

/* ---- What the probe told (run_status.c) --------------------------------------------------------
 */

enum { RUN_PROBES_MAX = 256 };

typedef struct run_status {
    pid_t loaded[RUN_PROBES_MAX]; /* in the order in which they came */
    size_t loaded_count;
    bool is_ending; /* the first of them */
    size_t errors_said;
    int64_t read_bytes;
} run_status;

/* Reads the file anew if it has grown, and says the errors in it. */
void run_read_status(const run_place *place, run_status *status);

/* ---- The running program (run_process.c) --------------------------------------------------------
 */

typedef struct run_end {
    int status;        /* as waitpid() gives it */
    bool is_ours;      /* its time was over: that is a success */
    run_status probes; /* of the whole run */
    run_qt seen;       /* what it had loaded while no probe was */
    bool has_said_why; /* that no probe will come */
} run_end;

/* Starts the program and stays with it until it ends. CLI_GO_ON; else it was said why it could not
 * be started, and the status to end with. */
int run_program(const run_settings *settings, const run_file *file, const run_place *place,
                char **environment, run_end *end);

/* The status to end with; dies of the program's signal where that ended it. */
int run_end_like(const run_end *end);

#endif
