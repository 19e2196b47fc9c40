export function trackedFaults(files: readonly string[]): readonly string[];
