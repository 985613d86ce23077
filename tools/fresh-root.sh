#!/usr/bin/env bash
# tools/fresh-root.sh: proves ./do on a Debian 12 that has nothing but the base system, since a
# used machine hides missing packages. Makes one by debootstrap in a temporary directory, clones
# HEAD into a path with a space, and runs each COMMAND there as root, without a terminal, a
# display, HOME or a locale. What they left in out/ comes back to out/fresh-root/.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/common.sh
. tools/packages.sh

inside='/srv/a place/paintprof'
uncommitted=false
keep=false

main() {
    parse_options "$@"
    [ "$(id -u)" -eq 0 ] || fail "a fresh root needs root: debootstrap and chroot do"
    ensure_packages fresh_root
    place=$(mktemp -d "${TMPDIR:-/var/tmp}/paintprof-fresh.XXXXXX")
    trap clean_up EXIT
    root=$place/root

    say "making a Debian 12 from $(debian_mirror) in $root"
    debootstrap --variant=minbase bookworm "$root" "$(debian_mirror)" >"$place/debootstrap.log" 2>&1 ||
        { tail -n 20 "$place/debootstrap.log" >&2; fail "debootstrap failed"; }
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
    pass_on_the_network
    copy_tree

    local command
    for command in "${commands[@]}"; do
        say "fresh root: ./do $command"
        # shellcheck disable=SC2086 # a command may have arguments
        in_root ./do $command || fail "./do $command failed on a fresh Debian 12"
    done
    bring_back
    say "proved on a fresh Debian 12: ${commands[*]}"
}

parse_options() {
    commands=()
    while [ $# -gt 0 ]; do
        case $1 in
        --uncommitted) uncommitted=true ;;
        --keep) keep=true ;;
        -*) usage_error "fresh-root takes --uncommitted (the tree as it is), --keep and commands" ;;
        *) commands+=("$1") ;;
        esac
        shift
    done
    [ ${#commands[@]} -gt 0 ] || commands=(demo test)
}

# The mirror this system itself takes Debian from.
debian_mirror() {
    # shellcheck disable=SC2016 # apt's own variables
    apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)' 'Created-By: Packages' |
        awk -F '|' '$1 == "Debian" && $2 == "Debian" && $3 == "main" { print $4; exit }'
}

pass_on_the_network() {
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    apt-config dump | grep -iE '^Acquire::https?::Proxy' >"$root/etc/apt/apt.conf.d/90proxy" || true
}

copy_tree() {
    mkdir -p "$root$inside"
    if $uncommitted; then
        git ls-files -z --cached --others --exclude-standard |
            tar --null --files-from=- --ignore-failed-read -cf - | tar -xf - -C "$root$inside"
    else
        git clone -q "$PWD" "$root$inside"
    fi
    chown -R 0:0 "$root$inside"
}

# in_root COMMAND...: mounts are made in a namespace of their own, so that they are gone before
# anything deletes the root.
in_root() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare --mount --pid --fork --kill-child bash -euc '
        root=$1 inside=$2
        shift 2
        mount -t proc proc "$root/proc"
        mount --rbind /sys "$root/sys"
        mount --rbind /dev "$root/dev"
        mount -t tmpfs -o mode=1777 tmp "$root/tmp"
        exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin CI=true \
            ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
            /bin/sh -c '\''cd "$0" && exec "$@"'\'' "$inside" "$@"
    ' bash "$root" "$inside" "$@" </dev/null 2>&1 | cat
}

bring_back() {
    [ -d "$root$inside/out" ] || return 0
    rm -rf out/fresh-root
    mkdir -p out
    cp -r "$root$inside/out" out/fresh-root
}

clean_up() {
    if $keep; then
        say "kept $place"
    else
        rm -rf --one-file-system "$place"
    fi
}

main "$@"
