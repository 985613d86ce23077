/* cli/run_elf.h: what an executable file needs: its machine, its loader, and which Qt. */
#ifndef PP_CLI_RUN_ELF_H
#define PP_CLI_RUN_ELF_H

#include "run.h"

/* Fills what the contents of out->path tell; nothing if it cannot be read. */
void run_read_file(run_file *out);

/* The version of Qt that a copy of its library QtCore is; unchanged if it does not say so. */
void run_read_qt_version(const char *path, run_qt *qt);

#endif
