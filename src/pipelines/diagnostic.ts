/** One thing that is wrong, or suspicious, in a file. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Stable: `yaml-*` for the text, `shape-*` for the structure, `project-*` across files, else a code of the lint. */
  readonly code: string;
  /** What was expected and what was found. */
  readonly message: string;
  /** Relative to the project's folder. */
  readonly file: string;
  /** From 1; 0 where the whole file is meant. */
  readonly line: number;
  readonly column: number;
  /** JSON pointer into the document; `""` for all of it. */
  readonly path: string;
}

export function jsonPointer(path: readonly (string | number)[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** In reading order: by file, then by place. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted(
    (x, y) =>
      (x.file < y.file ? -1 : x.file > y.file ? 1 : 0) ||
      x.line - y.line ||
      x.column - y.column ||
      (x.code < y.code ? -1 : x.code > y.code ? 1 : 0),
  );
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}
