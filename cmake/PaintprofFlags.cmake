# Language standards, warnings and sanitizers: one interface target that everything links.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()

add_library(paintprof_flags INTERFACE)
target_compile_definitions(paintprof_flags INTERFACE _GNU_SOURCE)
target_compile_options(paintprof_flags INTERFACE
    -Wall -Wextra -Wconversion -Wshadow
    # An exception of the program's own may pass through C frames and must run their cleanups.
    -fexceptions
    # Names of source files in recordings are the project's, wherever it was built.
    -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=
    $<$<BOOL:${PAINTPROF_WERROR}>:-Werror>)
if(PAINTPROF_SANITIZE)
    set(sanitize -fsanitize=${PAINTPROF_SANITIZE} -fno-omit-frame-pointer -g)
    if(PAINTPROF_SANITIZE MATCHES undefined)
        list(APPEND sanitize -fno-sanitize-recover=undefined)
    endif()
    if(PAINTPROF_SANITIZE MATCHES thread AND CMAKE_C_COMPILER_ID STREQUAL GNU)
        # GCC's TSan does not model fences; what ours order are atomics, in which it sees no race.
        list(APPEND sanitize -Wno-tsan)
    endif()
    target_compile_options(paintprof_flags INTERFACE ${sanitize})
    target_link_options(paintprof_flags INTERFACE -fsanitize=${PAINTPROF_SANITIZE})
endif()
