#!/usr/bin/env bash
# Builds the Debian package from the build directory, and tries what is in it from another place.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${CW_BUILD_DIR:-build}
if ! command -v dpkg-shlibdeps >/dev/null || ! command -v file >/dev/null; then
  echo 'skip - the Debian package: dpkg-dev and file are not installed'
  exit 0
fi
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
status=0
check() {
  local name=$1
  shift
  if "$@" >"$place/out" 2>&1; then
    echo "ok - $name"
  else
    sed 's/^/  /' "$place/out"
    echo "not ok - $name"
    status=1
  fi
}
make_package() { (cd "$build" && cpack -G DEB -B "$place/deb"); }
check 'cpack makes the package' make_package
package=$(find "$place/deb" -maxdepth 1 -name '*.deb' | head -n 1)
if [[ -z $package ]]; then exit 1; fi
dpkg-deb -x "$package" "$place/root"
contains() { [[ -s $place/root/$1 ]]; }
for file in usr/bin/cargo-wasm usr/share/man/man1/cargo-wasm.1 usr/share/bash-completion/completions/cargo-wasm \
  usr/share/zsh/site-functions/_cargo-wasm usr/share/fish/vendor_completions.d/cargo-wasm.fish usr/share/doc/cargo-wasm/copyright; do
  check "the package contains /$file" contains "$file"
done
depends() {
  local depends
  depends=$(dpkg-deb -f "$package" Depends)
  echo "$depends"
  [[ $depends == *libcurl4* && $depends == *libgit2* ]]
}
check 'it depends on the libraries its files are linked to' depends
version_matches() { [[ $(dpkg-deb -f "$package" Version) == "$(<VERSION)" ]]; }
check 'its version is the one in VERSION' version_matches
# Nothing listens on port 9: that the connection fails (exit code 4) shows that libcurl's module was found.
loads() {
  local status=0
  CARGO_HOME=$place/home XDG_CACHE_HOME=$place/cache CARGO_HTTP_PROXY=http://127.0.0.1:9 CARGO_NET_RETRY=0 \
    "$place/root/usr/bin/cargo-wasm" build --from hexyl@0.17.0 || status=$?
  ((status == 4))
}
check 'the unpacked program starts and finds its module' loads
exit "$status"
