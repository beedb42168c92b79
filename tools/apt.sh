#!/bin/sh
# Install Debian packages, as root or through sudo.
set -eu
if [ "$(id -u)" = 0 ]; then as_root=""; elif command -v sudo >/dev/null; then as_root="sudo"; else
    echo "Please install these Debian packages as root, then try again: $*" >&2
    exit 1
fi
echo "Installing $* ..." >&2
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
