#!/bin/sh
# Every scripted server of this folder: see scripted.py.
exec python3 "$(dirname "$0")/scripted.py" "$@"
