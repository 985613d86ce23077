/* frame/words.h: reads the words of one thread into its track. */
#ifndef PP_WORDS_H
#define PP_WORDS_H

#include "frame/assemble.h"

/* Takes whole records; one that is cut off at the end is left out. */
void pp_track_read(pp_assembler *assembler, pp_track *track, const uint64_t *words, size_t count);

#endif
