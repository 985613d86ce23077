# Cross-builds for 64-bit Arm with Debian's compiler and runs the suites under qemu-user.
# PAINTPROF_CROSS_ROOT holds what Debian's cross packages lack (tools/aarch64-cmocka.sh fills it).
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /usr/aarch64-linux-gnu)

list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PAINTPROF_CROSS_ROOT)
set(CMAKE_FIND_ROOT_PATH "${PAINTPROF_CROSS_ROOT}" /usr/aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${PAINTPROF_CROSS_ROOT}")
set(ENV{PKG_CONFIG_LIBDIR} "${PAINTPROF_CROSS_ROOT}/usr/lib/aarch64-linux-gnu/pkgconfig")
