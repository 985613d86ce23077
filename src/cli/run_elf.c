/* cli/run_elf.c: what an executable file needs: its machine, its loader, and which Qt.
 *
 * The file is mapped; each offset in it is checked, since it is anybody's. */
#include "run_elf.h"

#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* That of this program, whose libraries the probe is one of. */
#if UINTPTR_MAX == UINT64_MAX
typedef Elf64_Ehdr elf_header;
typedef Elf64_Phdr elf_segment;
typedef Elf64_Dyn elf_dynamic;
enum { OWN_CLASS = ELFCLASS64 };
#else
typedef Elf32_Ehdr elf_header;
typedef Elf32_Phdr elf_segment;
typedef Elf32_Dyn elf_dynamic;
enum { OWN_CLASS = ELFCLASS32 };
#endif

typedef struct image {
    const char *bytes;
    void *memory; /* the same */
    size_t size;
} image;

static const void *part(const image *file, uint64_t offset, uint64_t size)
{
    return offset <= file->size && size <= file->size - offset ? file->bytes + offset : NULL;
}

static const elf_segment *segment_at(const image *file, const elf_header *header, unsigned index)
{
    if (header->e_phentsize != sizeof(elf_segment))
        return NULL;
    return part(file, header->e_phoff + (uint64_t)index * sizeof(elf_segment), sizeof(elf_segment));
}

static const elf_segment *find_segment(const image *file, const elf_header *header, uint32_t type)
{
    for (unsigned i = 0; i < header->e_phnum; i++) {
        const elf_segment *segment = segment_at(file, header, i);
        if (segment && segment->p_type == type)
            return segment;
    }
    return NULL;
}

/* What the loader will have at an address, to the end of that segment; NULL: nothing. */
static const char *loaded_at(const image *file, const elf_header *header, uint64_t address,
                             size_t *size)
{
    for (unsigned i = 0; i < header->e_phnum; i++) {
        const elf_segment *segment = segment_at(file, header, i);
        if (!segment || segment->p_type != PT_LOAD || address < segment->p_vaddr ||
            address - segment->p_vaddr >= segment->p_filesz)
            continue;
        uint64_t into = address - segment->p_vaddr;
        *size = (size_t)(segment->p_filesz - into);
        return part(file, segment->p_offset + into, *size);
    }
    return NULL;
}

static void note_library(run_qt *qt, const char *name)
{
    qt->qt5 |= strncmp(name, "libQt5", 6) == 0;
    qt->qt6 |= strncmp(name, "libQt6", 6) == 0;
    qt->gui |= strncmp(name, "libQt6Gui.", 10) == 0 || strncmp(name, "libQt6Widgets.", 14) == 0;
}

/* Goes through the names of the libraries that it is linked to. */
static void read_needed(const image *file, const elf_header *header, run_qt *qt)
{
    const elf_segment *segment = find_segment(file, header, PT_DYNAMIC);
    const char *bytes = segment ? part(file, segment->p_offset, segment->p_filesz) : NULL;
    size_t count = bytes ? segment->p_filesz / sizeof(elf_dynamic) : 0, size = 0;
    const char *names = NULL;
    elf_dynamic entry;
    for (size_t i = 0; i < count && !names; i++) {
        memcpy(&entry, bytes + i * sizeof entry, sizeof entry);
        if (entry.d_tag == DT_STRTAB)
            names = loaded_at(file, header, entry.d_un.d_ptr, &size);
    }
    for (size_t i = 0; names && i < count; i++) {
        memcpy(&entry, bytes + i * sizeof entry, sizeof entry);
        if (entry.d_tag == DT_NEEDED && entry.d_un.d_val < size &&
            memchr(names + entry.d_un.d_val, '\0', size - entry.d_un.d_val))
            note_library(qt, names + entry.d_un.d_val);
    }
}

/* Qt keeps a line such as "Qt 6.4.2 (x86_64-little_endian-lp64 static release build; ...". */
static const char *find_build_line(const image *file, size_t *size)
{
    static const char word[] = "Qt ";
    const char *at = file->bytes, *end = file->bytes + file->size;
    while ((at = memmem(at, (size_t)(end - at), word, sizeof word - 1))) {
        size_t left = (size_t)(end - at);
        *size = strnlen(at, left < 96 ? left : 96);
        if (*size > 12 && (at[3] == '5' || at[3] == '6') && at[4] == '.' &&
            memmem(at, *size, "_endian", 7))
            return at;
        at += sizeof word - 1;
    }
    return NULL;
}

static void read_version(const char *line, size_t size, run_qt *qt)
{
    size_t count = 0;
    line += 3;
    while (count < size - 3 && count < sizeof qt->version - 1 &&
           strchr("0123456789.", line[count]) && line[count])
        count++;
    memcpy(qt->version, line, count);
    qt->version[count] = '\0';
    char *dot;
    qt->major = (unsigned)strtoul(qt->version, &dot, 10);
    qt->minor = *dot == '.' ? (unsigned)strtoul(dot + 1, NULL, 10) : 0;
}

static bool map_file(const char *path, image *file)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
    file->size = ok ? (size_t)status.st_size : 0;
    file->memory = ok ? mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    close(fd);
    file->bytes = file->memory;
    return file->memory != MAP_FAILED;
}

static void unmap_file(const image *file)
{
    munmap(file->memory, file->size);
}

/* The machine that this program is built for. */
static unsigned own_machine(void)
{
    image own;
    unsigned machine = EM_NONE;
    if (!map_file("/proc/self/exe", &own))
        return machine;
    const elf_header *header = part(&own, 0, sizeof *header);
    if (header)
        machine = header->e_machine;
    unmap_file(&own);
    return machine;
}

static void read_elf(const image *file, run_file *out)
{
    const elf_header *header = part(file, 0, sizeof *header);
    out->is_elf = true;
    out->is_other_machine =
        !header || header->e_ident[EI_CLASS] != OWN_CLASS || header->e_machine != own_machine();
    if (out->is_other_machine)
        return;
    const elf_segment *loader = find_segment(file, header, PT_INTERP);
    const char *name = loader ? part(file, loader->p_offset, loader->p_filesz) : NULL;
    out->is_static = !loader;
    if (name && loader->p_filesz < sizeof out->loader)
        memcpy(out->loader, name, loader->p_filesz);
    read_needed(file, header, &out->qt);
    size_t size;
    const char *line = out->qt.qt5 || out->qt.qt6 ? NULL : find_build_line(file, &size);
    out->has_static_qt = line && memmem(line, size, " static ", 8);
}

void run_read_file(run_file *out)
{
    image file;
    if (!map_file(out->path, &file))
        return;
    if (file.size > SELFMAG && memcmp(file.bytes, ELFMAG, SELFMAG) == 0)
        read_elf(&file, out);
    else
        out->is_script = file.size > 1 && memcmp(file.bytes, "#!", 2) == 0;
    unmap_file(&file);
}

void run_read_qt_version(const char *path, run_qt *qt)
{
    image file;
    size_t size;
    if (!map_file(path, &file))
        return;
    const char *line = find_build_line(&file, &size);
    if (line)
        read_version(line, size, qt);
    unmap_file(&file);
}
