#!/bin/sh
# Print the path of an nginx for the tests of deploy/; with --install, install one where possible.
set -eu

PATH="$PATH:/usr/sbin:/usr/local/sbin"
if command -v nginx; then exit 0; fi

if [ "${1:-}" = --install ] && command -v apt-get >/dev/null; then
  root=
  if [ "$(id -u)" != 0 ] && command -v sudo >/dev/null && sudo -n true 2>/dev/null; then root="sudo -n"; fi
  if [ "$(id -u)" = 0 ] || [ -n "$root" ]; then
    echo "No nginx found: installing the package nginx" >&2
    # The runlevel keeps the package from starting a server on port 80.
    { $root apt-get update -qq &&
      $root env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx
    } >&2 && command -v nginx && exit 0
  fi
fi

cat >&2 <<'HELP'
The tests of deploy/ need nginx, and none is on the PATH. Install one:
  Debian, Ubuntu   sudo apt-get install nginx
  Fedora           sudo dnf install nginx
  macOS            brew install nginx
HELP
exit 1
