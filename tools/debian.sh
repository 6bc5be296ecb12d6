#!/bin/sh
# Installs the Debian packages that some tests use, where that is allowed; else says what will be skipped.
set -eu
wanted=""
command -v chromium >/dev/null || wanted="$wanted chromium"
[ -d /usr/share/sonic-pi/samples ] || [ -d ../shared/sounds/drums ] || wanted="$wanted sonic-pi-samples"
[ -n "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || wanted="$wanted postgresql"
[ -n "$wanted" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "not installed, so tests that need them are skipped:$wanted" >&2
    exit 0
fi
if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted; } >/dev/null 2>&1; then
    echo "could not be installed, so tests that need them are skipped:$wanted" >&2
fi
