# shellcheck shell=bash
# tools/fuzz.sh: `./do fuzz`: libFuzzer on whatever parses bytes. Sourced by ./do and tools/suite.sh.
#
# tests/fuzz/fuzz_NAME.c is a target, tests/fuzz/corpus/NAME its kept inputs. What a long run finds
# new goes to build/fuzz/corpus/NAME; a crash to build/fuzz/NAME-*.

fuzz_sources() {
    local core=(src/base src/recording src/capture src/frame src/flags src/sink src/reader src/link)
    case $1 in
    log | reader) find "${core[@]}" -name '*.c' ;;
    annotate) ls demo/annotate_{check,pack,reply,request}.c ;;
    series) find src/scene "${core[@]}" -name '*.c' ;;
    esac
}

fuzz_targets() { find tests/fuzz -name 'fuzz_*.c' | sed 's|.*/fuzz_||; s|\.c$||' | sort; }

# prepare_fuzz: what all targets need: version.h of the core's build.
prepare_fuzz() { configure_and_build core paintprof >/dev/null; }

# build_fuzz NAME: build/fuzz/NAME, when it is older than its sources.
build_fuzz() {
    local name=$1 sources libraries=(-lm -lpthread)
    [ "$name" != annotate ] || libraries+=(-lmsgpackc)
    mapfile -t sources < <(fuzz_sources "$name")
    [ ${#sources[@]} -gt 0 ] || fail "no sources are known for the fuzz target $name"
    mkdir -p build/fuzz
    if [ -x "build/fuzz/$name" ] &&
        [ -z "$(find src demo "tests/fuzz/fuzz_$name.c" -newer "build/fuzz/$name" -name '*.[ch]')" ]; then
        return 0
    fi
    say "building build/fuzz/$name"
    clang -std=c11 -g -O1 -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined \
        -fno-sanitize-recover=undefined -Isrc -Isrc/include -Ibuild/core/src/include -Idemo \
        "tests/fuzz/fuzz_$name.c" "${sources[@]}" -o "build/fuzz/$name" "${libraries[@]}"
}

# run_fuzz NAME SECONDS
run_fuzz() {
    local name=$1 seconds=$2
    mkdir -p "build/fuzz/corpus/$name"
    say "fuzzing $name for $seconds s"
    ASAN_OPTIONS=detect_leaks=1 "build/fuzz/$name" -max_total_time="$seconds" -max_len=65536 \
        -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="build/fuzz/$name-" "build/fuzz/corpus/$name" \
        "tests/fuzz/corpus/$name" || fail "fuzzing $name found a failure: see build/fuzz/$name-*"
}

do_fuzz() {
    local minutes=${1:-5} target targets
    [[ $minutes =~ ^[0-9]+$ && $minutes -gt 0 ]] || usage_error "fuzz takes whole minutes, not '$minutes'"
    ensure_packages test
    mapfile -t targets < <(fuzz_targets)
    prepare_fuzz
    for target in "${targets[@]}"; do
        build_fuzz "$target"
        run_fuzz "$target" $((minutes * 60 / ${#targets[@]}))
    done
}
