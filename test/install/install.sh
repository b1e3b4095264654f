#!/usr/bin/env bash
# Installs nnx, moves the tree, and trains with it in an empty environment.
#   install.sh tree|packages BUILD CMAKE NINJA
# tree: `cmake --install`, and a project of its own that finds nnx in it. packages: the .deb and the
# tarball, unpacked.
set -euo pipefail
kind=$1 build=$2 cmake=$3 ninja=$4
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/data" "$folder/home"
python3 "$source/test/train/Inputs/make_data.py" "$folder/data"

# bare COMMAND...: with no variable set but a home, so that no cache is shared.
bare() {
  (cd "$folder/home" && env -i HOME="$folder/home" PATH=/usr/bin:/bin "$@")
}

# trains PREFIX: a study of the tree, by the compiler of the tree.
trains() {
  bare "$1/bin/nnxc" run "$1/share/nnx/examples/cmake/digits.nnx" --data "$folder/data" \
    --out "$folder/out" --force >"$folder/log" 2>&1 || {
    cat "$folder/log"
    return 1
  }
  grep -q 'width = 16' "$folder/out/report.md"
  bare "$1/bin/nnxc" check "$1/share/nnx/examples/mnist/study.nnx"
  for file in man/man1/nnxc.1 man/man1/nnxc-build.1 bash-completion/completions/nnxc \
    zsh/site-functions/_nnxc fish/vendor_completions.d/nnxc.fish doc/nnx/copyright \
    doc/nnx/language.md nnx/editors/vscode/package.json; do
    [[ -s $1/share/$file ]] || {
      echo "error: $file is missing or empty"
      return 1
    }
  done
  if readelf -d "$1/bin/nnxc" | grep -E 'RUNPATH.*(build|cache)'; then
    echo "error: the compiler looks for libraries where it was built"
    return 1
  fi
}

case $kind in
  tree)
    "$cmake" --install "$build" --prefix "$folder/first" >/dev/null
    mv "$folder/first" "$folder/second"
    trains "$folder/second"
    cp -r "$folder/second/share/nnx/examples/cmake" "$folder/project"
    bare "$cmake" -G Ninja -DCMAKE_MAKE_PROGRAM="$ninja" -S "$folder/project" -B "$folder/made" \
      -DCMAKE_PREFIX_PATH="$folder/second" >"$folder/log"
    bare "$cmake" --build "$folder/made" >"$folder/log"
    bare "$folder/made/bin/digits" --data "$folder/data" --out "$folder/out2" >"$folder/log" 2>&1
    [[ $(tail -n +2 "$folder/out2/results.csv" | wc -l) == 2 ]]
    ;;
  packages)
    for generator in TGZ DEB; do
      (cd "$folder" && "$cmake" -E env "${cmake%cmake}cpack" -G "$generator" --config "$build/CPackConfig.cmake" \
        -B "$folder/packages" >/dev/null)
    done
    mkdir "$folder/tar" "$folder/deb"
    tar -xzf "$folder"/packages/nnx-*.tar.gz -C "$folder/tar" --strip-components=1
    trains "$folder/tar"
    dpkg-deb -x "$folder"/packages/nnx_*.deb "$folder/deb"
    trains "$folder/deb/usr"
    dpkg-deb -f "$folder"/packages/nnx_*.deb Depends | grep -q 'libmlir-22'
    ;;
esac
