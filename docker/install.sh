#!/bin/sh
# Build stage, step 1: everything that building needs.
set -eu
cd "$(dirname "$0")/.."

# No package needs its install script. Optional packages are what the image has by itself (Node) or does not run
# (PostgreSQL), and the compilers' native parts, which building does need.
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
