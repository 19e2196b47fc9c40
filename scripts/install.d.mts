export function packagesMissing(wanted: { packages: object }, installed: { packages: object }): string[];
