#!/usr/bin/env bash
# Sets this checkout up on a Debian-like machine, and does the program's main job once.
#
#   ./bootstrap.sh               install what is missing, build, install `cargo-wasm`, run hexyl through it
#   ./bootstrap.sh test          the same, then the test suite (under 40 minutes on two cores)
#   ./bootstrap.sh test --all    the same, then everything long as well (hours)
#
# Options: --no-main-job (skip the last step), --prefix DIR (install there), --jobs N.
# Every step looks first whether it is done: a second run repeats nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source_dir=$PWD
build_dir=$source_dir/build
state_dir=$build_dir/.bootstrap

rust_version=1.99.1
rust_targets=(wasm32-wasip1 wasm32-unknown-unknown wasm32-wasip2)
# The tests change the toolchain under a built project.
other_rust_version=1.98.0
main_job_package=hexyl@0.17.0
# rustup-init for systems that package no rustup: a fixed version, checked against these digests.
rustup_version=1.29.0
rustup_sha256_x86_64=4acc9acc76d5079515b46346a485974457b5a79893cfb01112423c89aeb5aa10
rustup_sha256_aarch64=9732d6c5e2a098d3521fca8145d826ae0aaa067ef2385ead08e6feac88fa5792

mode=setup all=0 main_job=1 prefix= jobs=
begin=$SECONDS

usage() {
  sed -n '2,9p' "$source_dir/bootstrap.sh" | sed 's/^# \{0,1\}//'
  exit "$1"
}
step() { printf '\n==> [%s] %s\n' "$1" "$2"; }
say() { printf '    %s\n' "$*"; }
fail() {
  local status=$1
  shift
  printf 'bootstrap: %s\n' "$@" >&2
  exit "$status"
}

# ---- 1. the system -------------------------------------------------------------------------------

detect_system() {
  local id= version= like=
  if [[ -r /etc/os-release ]]; then
    id=$(. /etc/os-release && echo "${ID:-}")
    version=$(. /etc/os-release && echo "${VERSION_ID:-}")
    like=$(. /etc/os-release && echo "${ID_LIKE:-}")
  fi
  case $id-$version in
    debian-12 | debian-13) system=$id-$version ;;
    ubuntu-24.04) system=ubuntu-24.04 ;;
    *) system=unknown ;;
  esac
  case $system in
    ubuntu-24.04) say 'Ubuntu 24.04: the same package names as Debian 13; untested' ;;
    unknown)
      command -v apt-get >/dev/null || fail 3 "this script knows Debian 12, Debian 13 and Ubuntu 24.04; found ${id:-no /etc/os-release} $version" \
        'docs/guide/install.md lists what to install by hand'
      say "$id $version${like:+ (like $like)}: taken as Debian 13; untested"
      ;;
    *) say "Debian ${version}" ;;
  esac
}

# ---- 2. distribution packages --------------------------------------------------------------------

have_package() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# A word is PACKAGE, or PACKAGE:COMMAND when the command from anywhere serves as well.
missing=()
want() {
  local word package
  for word in "$@"; do
    package=${word%%:*}
    have_package "$package" && continue
    [[ $word == *:* ]] && command -v "${word#*:}" >/dev/null && continue
    missing+=("$package")
  done
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail 3 'these packages need root, and there is no sudo; as root run:' "  apt-get update && apt-get install ${missing[*]}"
  fi
}

apt_updated=0
apt_install() {
  if ((apt_updated == 0)); then
    say 'apt-get update'
    as_root apt-get -qq -o DPkg::Lock::Timeout=300 update
    apt_updated=1
  fi
  say "apt-get install $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Use-Pty=0 install --no-install-recommends "$@" >"$state_dir/apt.log" 2>&1 || {
    tail -n 25 "$state_dir/apt.log" >&2
    fail 3 "apt-get could not install: $*"
  }
}

# Debian 12 ships Boost 1.74 by default and 1.81 beside it; their header packages exclude one another,
# and only 1.81 has Process v2. Where 1.74's are installed nothing is removed: 1.81's headers are
# unpacked into the build directory instead.
boost_dir=
find_boost() {
  if [[ $system != debian-12 ]]; then
    want libboost-dev
    return
  fi
  if have_package libboost1.81-dev; then return; fi
  if ! have_package libboost1.74-dev; then
    want libboost1.81-dev
    return
  fi
  boost_dir=$build_dir/boost-1.81
  if [[ -f $boost_dir/usr/include/boost/process/v2.hpp ]]; then
    say "Boost 1.81 headers are in $boost_dir (libboost1.74-dev stays installed)"
    return
  fi
  say 'libboost1.74-dev is installed and excludes libboost1.81-dev, which the build needs.'
  say "It stays as it is: the 1.81 headers are unpacked into $boost_dir, for this build alone."
  mkdir -p "$boost_dir"
  (
    cd "$boost_dir"
    apt-get -qq download libboost1.81-dev || {
      as_root apt-get -qq update
      apt-get -qq download libboost1.81-dev
    }
    dpkg-deb -x libboost1.81-dev_*.deb .
    rm -f libboost1.81-dev_*.deb
  ) || fail 3 'could not fetch libboost1.81-dev'
}

# The suites chosen name what they need: fuzzers are compiled by clang.
suites_use() {
  local chosen
  chosen=$(awk -v all="$all" '/^[[:space:]]*(#|$)/ { next } $1 ~ /^test[*]?$/ || all { print }' tests/suites.txt)
  [[ $chosen == *"$1"* ]]
}

compiler_runtime() {
  case $system in
    debian-12) echo libclang-rt-14-dev ;;
    ubuntu-24.04) echo libclang-rt-18-dev ;;
    *) echo libclang-rt-19-dev ;;
  esac
}

install_packages() {
  want ca-certificates g++:g++ cmake:cmake ninja-build:ninja pkg-config:pkg-config ccache:ccache
  want libcurl4-openssl-dev libgit2-dev nlohmann-json3-dev libtomlplusplus-dev libcli11-dev libfmt-dev \
    libexpected-dev zlib1g-dev libbrotli-dev libssl-dev libsqlite3-dev
  find_boost
  if ! command -v wasmtime >/dev/null && ! command -v node >/dev/null; then
    want nodejs
  fi
  if ! command -v rustup >/dev/null && [[ ! -x ${CARGO_HOME:-$HOME/.cargo}/bin/rustup ]]; then
    case $system in
      debian-12) want curl:curl ;;
      *) want rustup ;;
    esac
  fi
  if [[ $mode == test ]]; then
    want catch2 libarchive-dev git:git python3:python3 python3-venv strace:strace openssl:openssl nodejs:node dpkg-dev:dpkg-shlibdeps file:file zsh:zsh fish:fish
    if suites_use fuzz || suites_use clang; then
      want clang:clang "$(compiler_runtime)"
    fi
    if suites_use line-tables; then
      want llvm:llvm-dwarfdump
    fi
    # C code for WebAssembly, by the oldest and the newest clang that Debian 12 has; where one is not packaged, the suites skip it.
    want llvm:llvm-ar wasi-libc
    local clang
    for clang in clang-14 clang-19; do
      if apt-cache show "$clang" >/dev/null 2>&1; then want "$clang:$clang"; fi
    done
    # A page to run modules in. Ubuntu's package only installs a snap: there the suites skip what needs one.
    if [[ $system != ubuntu-* ]] && apt-cache show chromium >/dev/null 2>&1; then want chromium:chromium; fi
  fi
  if ((${#missing[@]} == 0)); then
    say 'nothing is missing'
    return
  fi
  apt_install "${missing[@]}"
}

# nginx serves HTTP/2 on loopback in some tests. Its package starts a web server on port 80: here it does not.
install_nginx() {
  if [[ $mode != test ]] || command -v nginx >/dev/null || [[ -x /usr/sbin/nginx ]]; then return; fi
  local guard=/usr/sbin/policy-rc.d guarded=0
  missing=(nginx-light)
  say 'nginx-light: for tests on loopback; it is neither started nor enabled'
  if [[ ! -e $guard ]]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$guard" >/dev/null
    as_root chmod 755 "$guard"
    guarded=1
  fi
  local status=0
  (apt_install nginx-light) || status=$?
  if ((guarded)); then as_root rm -f "$guard"; fi
  ((status == 0)) || exit "$status"
  if [[ -d /run/systemd/system ]]; then as_root systemctl --quiet disable nginx || true; fi
}

# ---- 3. the Rust toolchain -----------------------------------------------------------------------

# rustup chooses by directory and environment; here every call names the version.
run_rustup() { env -u RUSTUP_TOOLCHAIN rustup "$@"; }

# rustup's own progress on a terminal; in a log only what went wrong.
watch_rustup() {
  if [[ -t 2 ]]; then
    run_rustup "$@"
  else
    run_rustup --quiet "$@" >"$state_dir/rustup.log" 2>&1 || { tail -n 20 "$state_dir/rustup.log" >&2; return 1; }
  fi
}

fetch_rustup() {
  local machine expected place url
  machine=$(uname -m)
  case $machine in
    x86_64) expected=$rustup_sha256_x86_64 ;;
    aarch64) expected=$rustup_sha256_aarch64 ;;
    *) fail 3 "no rustup-init is known for $machine; install rustup yourself and run this again" ;;
  esac
  place=$state_dir/rustup-init
  url=${RUSTUP_UPDATE_ROOT:-https://static.rust-lang.org/rustup}/archive/$rustup_version/$machine-unknown-linux-gnu/rustup-init
  say "this system packages no rustup: rustup-init $rustup_version comes from Rust's distribution server,"
  say "goes into ${CARGO_HOME:-$HOME/.cargo} and adds that to PATH in your shell's profile"
  curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location --retry 4 --output "$place" "$url" ||
    fail 4 'could not download rustup-init'
  echo "$expected  $place" | sha256sum --check --status || fail 5 "rustup-init does not have the expected SHA-256 $expected"
  chmod 755 "$place"
  "$place" -y --quiet --default-toolchain none --profile minimal >"$state_dir/rustup-init.log" 2>&1 || {
    tail -n 20 "$state_dir/rustup-init.log" >&2
    fail 3 'rustup-init failed'
  }
  rm -f "$place"
}

install_rust() {
  local cargo_bin=${CARGO_HOME:-$HOME/.cargo}/bin
  if ! command -v rustup >/dev/null && [[ -x $cargo_bin/rustup ]]; then PATH=$cargo_bin:$PATH; fi
  if ! command -v rustup >/dev/null; then
    fetch_rustup
    PATH=$cargo_bin:$PATH
  fi
  export PATH
  local toolchains present target
  local -a absent=()
  toolchains=$(run_rustup toolchain list 2>/dev/null || true)
  if ! grep -q "^$rust_version-" <<<"$toolchains"; then
    say "rustup toolchain install $rust_version (profile minimal) with ${rust_targets[*]}"
    watch_rustup toolchain install "$rust_version" --profile minimal --no-self-update "${rust_targets[@]/#/--target=}" ||
      fail 4 "rustup could not install Rust $rust_version"
  else
    present=$(run_rustup target list --toolchain "$rust_version" --installed)
    for target in "${rust_targets[@]}"; do
      grep -qx "$target" <<<"$present" || absent+=("$target")
    done
    if ((${#absent[@]})); then
      say "rustup target add ${absent[*]}"
      watch_rustup target add --toolchain "$rust_version" "${absent[@]}" || fail 4 'rustup could not add the targets'
    else
      say "Rust $rust_version with ${rust_targets[*]} is installed"
    fi
  fi
  if [[ $mode == test ]] && ! run_rustup target list --toolchain "$other_rust_version" --installed 2>/dev/null | grep -qx wasm32-wasip1; then
    say "rustup toolchain install $other_rust_version with wasm32-wasip1 (for the tests alone)"
    watch_rustup toolchain install "$other_rust_version" --profile minimal --no-self-update --target wasm32-wasip1 ||
      fail 4 "rustup could not install Rust $other_rust_version"
  fi
  if ! run_rustup default >/dev/null 2>&1; then
    say "rustup has no default toolchain yet: it becomes $rust_version"
    run_rustup --quiet default "$rust_version" >/dev/null 2>&1
  fi
}

# ---- 4. configure and build ----------------------------------------------------------------------

# One compiler job needs up to 2 GB here; two links at once more.
choose_jobs() {
  if [[ -n $jobs ]]; then return; fi
  local memory_kb
  memory_kb=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
  jobs=$(nproc)
  if ((jobs > memory_kb / 2000000)); then jobs=$((memory_kb / 2000000)); fi
  if ((jobs < 1)); then jobs=1; fi
}

build_program() {
  local tests=OFF reason=
  local -a targets=(all) options=()
  if [[ $mode == test ]] || grep -qsx 'CARGO_WASM_TESTS:BOOL=ON' "$build_dir/CMakeCache.txt"; then tests=ON; fi
  if [[ -n $boost_dir ]]; then options+=("-DCW_BOOST_DIR=$boost_dir/usr/include"); fi
  choose_jobs
  if [[ ! -f $build_dir/build.ninja ]]; then
    reason='first time'
  elif ! grep -qsx "CARGO_WASM_TESTS:BOOL=$tests" "$build_dir/CMakeCache.txt"; then
    reason='with the tests'
  fi
  if [[ -n $reason ]]; then
    say "cmake: release mode in build/ ($reason)"
    cmake -G Ninja -S "$source_dir" -B "$build_dir" -DCMAKE_BUILD_TYPE=Release "-DCARGO_WASM_TESTS=$tests" \
      "${options[@]}" >"$state_dir/configure.log" 2>&1 || {
      tail -n 30 "$state_dir/configure.log" >&2
      fail 3 'cmake could not configure the build'
    }
    grep '^-- dependency ' "$state_dir/configure.log" | sed 's/^-- dependency /      /' || true
  else
    say 'configured already'
  fi
  if [[ $mode != test ]]; then targets=(cargo-wasm cargo_wasm_net); fi
  local started=$SECONDS
  if [[ -t 1 ]]; then
    say "ninja -j$jobs ${targets[*]}"
    ninja -C "$build_dir" -j"$jobs" "${targets[@]}" || fail 1 'the build failed'
    say "built in $((SECONDS - started)) s"
    return
  fi
  NINJA_STATUS='[%f/%t] ' ninja -C "$build_dir" -j"$jobs" "${targets[@]}" >"$state_dir/build.log" 2>&1 &
  watch_build $! || {
    grep -a -vE '^\[[0-9]+/[0-9]+\] ' "$state_dir/build.log" | tail -n 120 >&2
    fail 1 'the build failed; the whole log is build/.bootstrap/build.log'
  }
  if grep -aq 'no work to do' "$state_dir/build.log"; then
    say 'built already'
  else
    say "built ${targets[*]} with $jobs jobs in $((SECONDS - started)) s"
  fi
}

# Without a terminal: one line every twenty seconds, so that a log stays short and a wait stays explained.
watch_build() {
  local ninja=$1 last=$SECONDS
  while kill -0 "$ninja" 2>/dev/null; do
    sleep 1
    if ((SECONDS - last >= 20)); then
      last=$SECONDS
      say "$(grep -a -oE '^\[[0-9]+/[0-9]+\]' "$state_dir/build.log" | tail -n 1 || true) …"
    fi
  done
  wait "$ninja"
}

# ---- 5. install ----------------------------------------------------------------------------------

on_path() { [[ :$PATH_AT_START: == *":$1:"* ]]; }
PATH_AT_START=$PATH

built_digest() {
  find "$build_dir" -maxdepth 4 -type f \( -name cargo-wasm -o -name 'cargo_wasm_net*.so' -o -name 'libcargo_wasm_net*.so' \) \
    -not -path '*/CMakeFiles/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1
}

install_program() {
  local cargo_home=${CARGO_HOME:-$HOME/.cargo} digest stamp=$state_dir/installed
  if [[ -z $prefix ]]; then
    if on_path "$cargo_home/bin" || { [[ -x $cargo_home/bin/rustup ]] && ! on_path "$HOME/.local/bin"; }; then
      prefix=$cargo_home
    else
      prefix=$HOME/.local
    fi
  fi
  installed=$prefix/bin/cargo-wasm
  digest=$(built_digest)
  if [[ -x $installed && -f $stamp && $(<"$stamp") == "$digest $prefix" ]]; then
    say "$installed is this build already"
  else
    cmake --install "$build_dir" --prefix "$prefix" --component program --strip >"$state_dir/install.log"
    cmake --install "$build_dir" --prefix "$HOME/.local" --component documentation >>"$state_dir/install.log"
    local version
    version=$("$installed" --version) || fail 1 "$installed does not start"
    echo "$digest $prefix" >"$stamp"
    say "installed $installed ($version)"
  fi
  if ! on_path "$prefix/bin"; then
    case $prefix in
      "$cargo_home") say "for this shell: . \"$cargo_home/env\"    (new shells have it on PATH)" ;;
      *)
        if [[ $prefix == "$HOME/.local" ]] && grep -qs 'HOME/.local/bin' "$HOME/.profile"; then
          say "for this shell: export PATH=\"$prefix/bin:\$PATH\"    (new login shells have it on PATH)"
        else
          say "put it on PATH: echo 'export PATH=\"$prefix/bin:\$PATH\"' >> ~/.profile && . ~/.profile"
        fi
        ;;
    esac
  fi
}

# ---- 6. the main job -----------------------------------------------------------------------------

# Takes a program from the registry, builds it for wasm32-wasip1 and runs it on its own wasm file.
do_main_job() {
  local digest stamp=$state_dir/main-job wasm
  digest=$(<"$state_dir/installed")
  if [[ -f $stamp && $(<"$stamp") == "$digest" ]]; then
    say 'done already with this build of the program'
    return 0
  fi
  # Another default toolchain may lack the target; this one has it.
  local -a program=("$installed")
  if [[ -n ${RUSTUP_TOOLCHAIN:-} || $(run_rustup default 2>/dev/null) != "$rust_version-"* ]]; then program+=("+$rust_version"); fi
  say "cargo-wasm${program[1]:+ ${program[1]}} build --from $main_job_package"
  "${program[@]}" build --from "$main_job_package" --message-format=json-render-diagnostics >"$state_dir/main-job.json" || return 1
  wasm=$(grep -oE '"executable":"[^"]+\.wasm"' "$state_dir/main-job.json" | tail -n 1 | cut -d '"' -f 4)
  [[ -f $wasm ]] || return 1
  # A program sees the working directory and what is below it.
  say "cd $(dirname "$wasm")"
  say "cargo-wasm${program[1]:+ ${program[1]}} run --from $main_job_package -- --color=auto --length=256 $(basename "$wasm")"
  (cd "$(dirname "$wasm")" && "${program[@]}" run --from "$main_job_package" -- --color=auto --length=256 "$(basename "$wasm")") ||
    return 1
  echo "$digest" >"$stamp"
}

# ---- all of it -----------------------------------------------------------------------------------

parse_arguments() {
  while (($#)); do
    case $1 in
      test) mode=test ;;
      --all) all=1 ;;
      --no-main-job) main_job=0 ;;
      --prefix) prefix=${2:?--prefix needs a directory}; shift ;;
      --jobs | -j) jobs=${2:?--jobs needs a number}; shift ;;
      -h | --help) usage 0 ;;
      *) echo "bootstrap: unknown argument \`$1\`" >&2; usage 2 ;;
    esac
    shift
  done
  ((all == 0)) || [[ $mode == test ]] || fail 2 '`--all` belongs to `test`'
}

# One function, called on the last line: bash has read the whole file before it begins, so an update of
# this file during a run changes nothing.
main() {
  parse_arguments "$@"
  local last=6 tier=test main_job_state=ok
  mkdir -p "$state_dir"
  [[ $mode == test ]] && last=7
  step "1/$last" 'System'
  detect_system
  step "2/$last" 'Distribution packages'
  install_packages
  install_nginx
  step "3/$last" 'Rust toolchain'
  install_rust
  step "4/$last" 'Build'
  build_program
  step "5/$last" 'Install'
  install_program
  step "6/$last" "Main job: $main_job_package for wasm32-wasip1, run on its own wasm file"
  if ((main_job == 0)); then
    say 'left out (--no-main-job)'
  elif ! do_main_job; then
    main_job_state=failed
    [[ $mode == test ]] || fail 1 "the main job failed; everything before it is in place"
  fi
  if [[ $mode == setup ]]; then
    printf '\nDone in %s s. Try: cargo-wasm build   (in any Cargo project)\n' "$((SECONDS - begin))"
    exit 0
  fi
  step "7/$last" "Tests$( ((all)) && echo ', all of them')"
  ((all)) && tier=all
  exec python3 tests/run_suites.py --build-dir "$build_dir" --tier "$tier" --jobs "$jobs" --program "$installed" \
    --setup "main job=$main_job_state"
}
main "$@"; exit
