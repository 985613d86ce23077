# shellcheck shell=bash disable=SC2034 # the lists are read through a name reference
# tools/packages.sh: the Debian packages each command needs, and their installation.

packages_build=(
    gcc g++ libc6-dev cmake ninja-build pkg-config libxxhash-dev libmsgpack-dev
    qt6-base-dev libqt6opengl6-dev libgl-dev libegl-dev
    # What the demo needs beside them: a font, a display of its own, software OpenGL, and a way to
    # ask whether a display answers.
    fonts-dejavu-core xvfb libgl1-mesa-dri x11-utils
)
packages_format=(clang-format)
packages_test=(
    "${packages_build[@]}" "${packages_format[@]}"
    libclang-rt-14-dev libcmocka-dev python3 python3-msgpack xdotool xauth
    x11-xserver-utils    # xrandr: two screens of different rates
    qt6-declarative-dev libqt6quickwidgets6 qml6-module-qtquick # a program with QQuickWidgets
    libcurl4-openssl-dev # what paintprof loads to post, and the header its numbers are held against
    clang clang-tidy
    g++-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
    weston qt6-wayland
    locales
)
packages_wayland=(qt6-wayland)
# What `./do test --only apps` runs under the probe, and a window manager for it.
packages_apps=(
    jwm weston qt6-wayland
    designer-qt6 assistant-qt6 linguist-qt6 tanglet qtcreator
    python3-pyqt6 python3-pyqt6.qtquick python3-pyqt6.qtsvg pyqt6-examples python3-pyqtgraph
    speedcrunch # of Qt 5
    qml-qt6 qml6-module-qtquick qml6-module-qtquick-window qml6-module-qtquick-controls
)
# The profilers that ours is measured beside; the one of sysprof brings GTK's headers along.
packages_peers=(
    libmicroprofile-dev liblttng-ust-dev lttng-tools libsysprof-4-dev systemtap-sdt-dev
    python3 python3-pyqtgraph
)
# The charts that ours is measured beside.
packages_charts=(
    libqcustomplot-dev libqcustomplot2.1-qt6 qt6-charts-dev
    python3 python3-pyqtgraph python3-pyqt6
)
packages_fresh_root=(debootstrap git)

# ensure_packages LIST: installs what of packages_LIST is missing.
ensure_packages() {
    local -n wanted=packages_$1
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "not a Debian system; taking these for installed: ${wanted[*]}"
        return 0
    fi
    local missing
    mapfile -t missing < <(missing_packages "${wanted[@]}")
    [ ${#missing[@]} -gt 0 ] || return 0
    install_packages "${missing[@]}"
}

missing_packages() {
    local package
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            printf '%s\n' "$package"
    done
}

install_packages() {
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        # A password can be asked for only where there is a terminal.
        if ! command -v sudo >/dev/null || { ! sudo -n true 2>/dev/null && [ ! -t 0 ]; }; then
            fail "packages are missing and this is neither root nor able to use sudo." \
                $'Run as root:\n' " apt-get install --no-install-recommends $*"
        fi
        as_root=(sudo)
    fi
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y
        -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Acquire::Retries=3)
    say "installing $# packages: $*"
    if ! packages_known "$@"; then
        "${apt[@]}" update </dev/null
    elif install_now "$@"; then
        return 0
    else
        # The lists here are older than the mirror.
        "${apt[@]}" update </dev/null
    fi
    install_now "$@" || fail "apt-get could not install: $*"
}

install_now() { "${apt[@]}" install --no-install-recommends "$@" </dev/null; }

packages_known() {
    local package
    for package in "$@"; do
        apt-cache show "$package" >/dev/null 2>&1 || return 1
    done
}
