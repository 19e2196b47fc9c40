export function lockFaults(manifest: object, lock: { packages: object }): string[];
