/* base/host.c: what is known of the machine. */
#include "base/host.h"

#include "base/base.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { LINE_BYTES = 512 };

/* The processor's name as the kernel tells it. */
static void read_cpu_name(char *name, size_t capacity)
{
    FILE *file = fopen("/proc/cpuinfo", "re");
    char line[LINE_BYTES];
    while (file && !name[0] && fgets(line, sizeof line, file)) {
        char *value = strchr(line, ':');
        if (!value || strncmp(line, "model name", 10) != 0)
            continue;
        value += 1 + strspn(value + 1, " \t");
        value[strcspn(value, "\n")] = '\0';
        pp_format(name, capacity, "%s", value);
    }
    if (file)
        fclose(file);
}

void pp_host_read(pp_host *host)
{
    struct utsname name;
    *host = (pp_host){0};
    if (uname(&name) == 0) {
        pp_format(host->name, sizeof host->name, "%s", name.nodename);
        pp_format(host->system, sizeof host->system, "%s", name.sysname);
        pp_format(host->release, sizeof host->release, "%s", name.release);
        pp_format(host->machine, sizeof host->machine, "%s", name.machine);
    }
    read_cpu_name(host->cpu, sizeof host->cpu);
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    host->cpus = cpus > 0 ? (unsigned)cpus : 0;
}

void pp_host_boot_id(char *buffer, unsigned capacity)
{
    buffer[0] = '\0';
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (file && !fgets(buffer, (int)capacity, file))
        buffer[0] = '\0';
    if (file)
        fclose(file);
    buffer[strcspn(buffer, "\n")] = '\0';
}
