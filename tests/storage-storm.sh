#!/usr/bin/env bash
# Kills the storage emulator of a local host again and again, in the moments after a measurement, a parent list or an end became readable, and
# compares what could be read before with what can be read then. Usage: tests/storage-storm.sh [KILLS]; 200 of them take half an hour and more.
set -euo pipefail
cd "$(dirname "$0")/.."
export DPSYNTH_STORM_KILLS="${1:-200}"
export DPSYNTH_STORM_LOG="${DPSYNTH_STORM_LOG:-$PWD/artifacts/storage-storm.log}"
mkdir -p "$(dirname "$DPSYNTH_STORM_LOG")"
echo "Each kill has a line in $DPSYNTH_STORM_LOG."
dotnet test tests/DpSynth.EndToEnd.Tests -c Release --nologo -p:RunAnalyzers=false --filter "FullyQualifiedName~StorageDeathTests"
