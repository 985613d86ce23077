# shellcheck shell=bash
# tools/suite.sh: `./do test`, the whole suite in stages. Sourced by ./do.
#
# A stage is a function suite_NAME that runs in its own subshell under `set -e`. One that runs
# CTest counts as many tests as CTest ran, any other as one.

stages=(format test wayland core asan tsan clang tidy fuzz aarch64)
# Those that run only when they are asked for.
further_stages=(apps)

describe_stage() {
    case $1 in
    format) echo "the sources are as clang-format leaves them" ;;
    test) echo "gcc, -Werror: all suites, off-screen and under Xvfb with OpenGL" ;;
    wayland) echo "the chart and probed programs under a headless Wayland compositor" ;;
    core) echo "the core's suites, built without Qt" ;;
    asan) echo "all suites under ASan, LSan and UBSan" ;;
    tsan) echo "the core's suites under TSan" ;;
    clang) echo "clang, -Werror: everything compiles" ;;
    tidy) echo "clang-tidy finds nothing" ;;
    fuzz) echo "libFuzzer with ASan and UBSan on whatever parses bytes, briefly" ;;
    aarch64) echo "the core's suites, cross-built and run under qemu-user" ;;
    apps) echo "real programs of Debian under the probe; only with --only apps" ;;
    esac
}

do_test() {
    local selected=() results=() passed=0 failed=0 first_failure=
    parse_test_options "$@"
    ensure_packages test
    private_runtime_dir
    make_comma_locale
    unset DISPLAY WAYLAND_DISPLAY
    # No desktop's bus either: libdbus would start one, and leaks where it cannot.
    export DBUS_SESSION_BUS_ADDRESS=disabled:
    export QT_QPA_PLATFORM=offscreen CTEST_OUTPUT_ON_FAILURE=1

    local stage
    for stage in "${selected[@]}"; do
        run_stage "$stage"
    done
    summarise
}

parse_test_options() {
    while [ $# -gt 0 ]; do
        case $1 in
        --list)
            local stage
            for stage in "${stages[@]}" "${further_stages[@]}"; do
                printf '%-8s  %s\n' "$stage" "$(describe_stage "$stage")"
            done
            exit 0
            ;;
        --only)
            [[ $# -ge 2 && " ${stages[*]} ${further_stages[*]} " == *" $2 "* ]] ||
                usage_error "--only takes one of: ${stages[*]} ${further_stages[*]}"
            selected+=("$2")
            shift
            ;;
        *) usage_error "test takes --list and --only STAGE, not '$1'" ;;
        esac
        shift
    done
    [ ${#selected[@]} -gt 0 ] || selected=("${stages[@]}")
}

# run_stage NAME: adds to results, passed, failed and first_failure of do_test.
run_stage() {
    local stage=$1 log status=0 seconds=$SECONDS
    log=$(log_file "test-$stage")
    printf '\n== %s: %s ==\n' "$stage" "$(describe_stage "$stage")"
    set +e
    (
        set -e
        "suite_$stage"
    ) </dev/null 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    set -e
    seconds=$((SECONDS - seconds))

    local ran=0 broken=0
    count_ctest_results "$log"
    if [ "$status" -ne 0 ] && [ "$broken" -eq 0 ]; then
        broken=1
    elif [ "$ran" -eq 0 ] && [ "$broken" -eq 0 ]; then
        ran=1
    fi
    passed=$((passed + ran))
    failed=$((failed + broken))
    if [ "$status" -ne 0 ]; then
        first_failure=${first_failure:-$stage}
        results+=("$(printf '%-8s  FAILED  %4d s  %s' "$stage" "$seconds" "$log")")
    else
        results+=("$(printf '%-8s  ok      %4d s' "$stage" "$seconds")")
    fi
}

# count_ctest_results LOG: sums the closing lines of its CTest runs into ran and broken.
count_ctest_results() {
    local failures total
    while read -r failures total; do
        broken=$((broken + failures))
        ran=$((ran + total - failures))
    done < <(sed -n 's/^[0-9]*% tests passed, \([0-9]*\) tests\{0,1\} failed out of \([0-9]*\)$/\1 \2/p' "$1")
}

summarise() {
    printf '\n== summary, %d min %d s ==\n' $((SECONDS / 60)) $((SECONDS % 60))
    printf '%s\n' "${results[@]}"
    [ -z "$first_failure" ] || printf 'first failing stage: %s\n' "$first_failure"
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ -z "$first_failure" ]
}

# A locale whose decimals have a comma, for the tests that must not see one; made here, since no
# fresh system has any.
make_comma_locale() {
    local place=build/locale
    if [ ! -e "$place/de_DE.UTF-8/LC_NUMERIC" ]; then
        mkdir -p "$place"
        localedef -i de_DE -f UTF-8 "$place/de_DE.UTF-8" || fail "localedef could not make de_DE.UTF-8"
    fi
    export LOCPATH=$PWD/$place
}

# ctest_in PRESET ARGUMENTS...
ctest_in() {
    local preset=$1
    shift
    "${plain_addresses[@]}" ctest --test-dir "build/$preset" --no-tests=error "$@"
}

# Sanitizers need their part of the address space; kernels that randomise it more widely than
# gcc 12 knows break them at random.
plain_addresses=()
use_plain_addresses() { ! setarch -R true 2>/dev/null || plain_addresses=(setarch -R); }

# run_all_suites PRESET: those that need no display, then those that need an X server, one at a time.
# What measures runs alone in both (RUN_SERIAL).
run_all_suites() {
    local status=0
    ctest_in "$1" -LE '^(headers|xvfb|wayland|apps)$' --parallel "$(jobs_here)" || status=1
    with_xvfb ctest_in "$1" -L '^xvfb$' || status=1
    return $status
}

suite_format() { list_sources | xargs -0 clang-format --dry-run -Werror; }

suite_test() {
    configure_and_build test
    local status=0
    ctest_in test -L '^headers$' --parallel "$(jobs_here)" || status=1
    run_all_suites test || status=1
    return $status
}

suite_wayland() {
    configure_and_build test
    with_weston ctest --test-dir build/test -L wayland --no-tests=ignore
    local scratch
    scratch=$(mktemp -d)
    with_weston build/test/bin/paintprof-chart --overlay full --script pan --frames 60 \
        --csv "$scratch/frames.csv" --screenshot "$scratch/chart.png"
    local rows
    rows=$(($(wc -l <"$scratch/frames.csv") - 1))
    [ "$rows" -eq 60 ] || fail "the chart wrote $rows rows for 60 frames"
    [ "$(head -c 4 "$scratch/chart.png" | tail -c 3)" = PNG ] || fail "the chart left no picture"
    rm -rf "$scratch"
    say "60 frames and a picture under Wayland"
}

suite_apps() {
    ensure_packages apps
    configure_and_build test
    PAINTPROF_APPS_REQUIRED=1 ctest_in test -L '^apps$'
}

suite_core() {
    configure_and_build core
    ctest_in core -LE '^headers$' --parallel "$(jobs_here)"
}

suite_asan() {
    use_plain_addresses
    configure_and_build asan
    export ASAN_OPTIONS=detect_stack_use_after_return=1
    export LSAN_OPTIONS="suppressions='$PWD/tests/suppressions/lsan.txt'"
    export UBSAN_OPTIONS="suppressions='$PWD/tests/suppressions/ubsan.txt':print_stacktrace=1"
    run_all_suites asan
}

suite_tsan() {
    use_plain_addresses
    configure_and_build tsan
    export TSAN_OPTIONS="suppressions='$PWD/tests/suppressions/tsan.txt':halt_on_error=1"
    ctest_in tsan -L '^core$' --parallel "$(jobs_here)"
}

suite_clang() { configure_and_build clang; }

suite_tidy() {
    [ -e build/clang/compile_commands.json ] || configure_and_build clang
    find src shim demo \( -name '*.c' -o -name '*.cpp' \) -print0 | sort -z |
        xargs -0 -n 1 -P "$(jobs_here)" clang-tidy -p build/clang --quiet --warnings-as-errors='*'
}

suite_fuzz() {
    . tools/fuzz.sh
    prepare_fuzz
    local target targets status=0
    mapfile -t targets < <(fuzz_targets)
    local -A running=()
    for target in "${targets[@]}"; do
        (build_fuzz "$target" && run_fuzz "$target" 15) >"$(log_file "fuzz-$target")" 2>&1 &
        running[$target]=$!
    done
    for target in "${targets[@]}"; do
        wait "${running[$target]}" || status=1
        cat "$(log_file "fuzz-$target")"
    done
    return $status
}

suite_aarch64() {
    tools/aarch64-cmocka.sh build/aarch64-cmocka
    configure_and_build aarch64
    ctest_in aarch64 -L '^core$' --parallel "$(jobs_here)"
}
