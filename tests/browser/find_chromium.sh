#!/bin/sh
# Print the path of a Chromium for the browser tests; with --install, install one where possible.
set -eu

for name in ${CHROMIUM:-} chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$name" 2>/dev/null; then exit 0; fi
done

if [ "${1:-}" = --install ] && command -v apt-get >/dev/null; then
  root=
  if [ "$(id -u)" != 0 ] && command -v sudo >/dev/null && sudo -n true 2>/dev/null; then root="sudo -n"; fi
  if [ "$(id -u)" = 0 ] || [ -n "$root" ]; then
    echo "No Chromium found: installing the package chromium" >&2
    { $root apt-get update -qq &&
      $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium
    } >&2 && command -v chromium && exit 0
  fi
fi

cat >&2 <<'HELP'
The browser tests need Chromium or Chrome, and none is on the PATH. Install one:
  Debian, Ubuntu   sudo apt-get install chromium
  Fedora           sudo dnf install chromium
  macOS            brew install --cask chromium
or name yours:     CHROMIUM=/path/to/chrome make test
HELP
exit 1
