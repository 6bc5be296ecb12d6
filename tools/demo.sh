#!/bin/sh
# The main job on the embedded speech world, in ten minutes from the first keystroke, installing included:
# demo.sh VENV. What the installation took is taken off the budget of the training.
set -eu
venv=$1
began=$(date +%s)
"${MAKE:-make}" --no-print-directory "$venv/base"
spent=$(($(date +%s) - began))
minutes=$(awk "BEGIN { left = 9.5 - $spent / 60; print (left < 5 ? 5 : left) }")
number=1
while [ -e "demo/digits-$number" ]; do number=$((number + 1)); done
echo "raising a generator of spoken digits in demo/digits-$number: about $minutes minutes" >&2
exec "$venv/bin/ganbaru" raise speech:digits --out "demo/digits-$number" --minutes "$minutes"
