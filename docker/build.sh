#!/bin/sh
# Build stage, step 2: builds, and puts what the service needs at run time, and nothing else, into the folder given.
set -eu
cd "$(dirname "$0")/.."
out=${1:?usage: docker/build.sh FOLDER}

node scripts/build.mjs
node scripts/import-built.mjs

mkdir -p "$out/docker"
cp -R package.json package-lock.json LICENSE dist migrations "$out/"
cp docker/entrypoint.sh docker/healthcheck.mjs "$out/docker/"
for folder in templates examples; do
  if [ -d "$folder" ]; then cp -R "$folder" "$out/"; fi
done
rm -rf "$out/dist/.stamps" "$out/dist/bench"

cd "$out"
npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund --loglevel=error
