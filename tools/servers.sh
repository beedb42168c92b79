#!/bin/sh
# What the tests run against for real: PostgreSQL, PgBouncer, Redis, a browser with Chinese letters. Installs what is missing.
set -eu
missing=""
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$missing postgresql"
command -v redis-server >/dev/null || missing="$missing redis-server"
PATH="$PATH:/usr/sbin" command -v pgbouncer >/dev/null || missing="$missing pgbouncer"
# The shell of Chromium that only draws takes half the CPU; where a system has none to install, the whole browser does.
command -v chromium-headless-shell >/dev/null ||
    timeout 120 sh "$(dirname "$0")/apt.sh" chromium-headless-shell 2>/dev/null ||
    command -v chromium >/dev/null || missing="$missing chromium"
fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fontconfig fonts-noto-cjk"
[ -z "$missing" ] || sh "$(dirname "$0")/apt.sh" $missing
