/* base/host.h: what is known of the machine. */
#ifndef PP_HOST_H
#define PP_HOST_H

typedef struct pp_host {
    char name[128], system[128], release[128], machine[128];
    char cpu[256]; /* "" where the kernel does not tell */
    unsigned cpus; /* online */
} pp_host;

void pp_host_read(pp_host *host);

/* The kernel's id of this boot into buffer, "" if unknown. */
void pp_host_boot_id(char *buffer, unsigned capacity);

#endif
