import type { Diagnostic } from './diagnostic.js';

/** One line each, `file:line:column: error code: message (path)`, then a count. Editors and CI jump to such lines. */
export function diagnosticsText(diagnostics: readonly Diagnostic[]): string {
  const lines = diagnostics.map(({ file, line, column, severity, code, message, path }) => {
    const place = line === 0 ? file : `${file}:${String(line)}:${String(column)}`;
    return `${place}: ${severity} ${code}: ${message}${path === '' ? '' : ` (${path})`}`;
  });
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  return [...lines, `${counted(errors, 'error')}, ${counted(warnings, 'warning')}`].join('\n');
}

export function diagnosticsJson(diagnostics: readonly Diagnostic[]): string {
  return JSON.stringify(
    { valid: diagnostics.every(({ severity }) => severity !== 'error'), diagnostics },
    null,
    2,
  );
}

/** SARIF 2.1.0, which code hosts show beside the lines of a change. */
export function diagnosticsSarif(diagnostics: readonly Diagnostic[]): string {
  const rules = [...new Set(diagnostics.map(({ code }) => code))].sort();
  const results = diagnostics.map(({ severity, code, message, file, line, column }) => ({
    ruleId: code,
    ruleIndex: rules.indexOf(code),
    level: severity,
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(file) },
          ...(line > 0 && { region: { startLine: line, startColumn: column } }),
        },
      },
    ],
  }));
  const driver = { name: 'accord', rules: rules.map((id) => ({ id })) };
  return JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }],
    },
    null,
    2,
  );
}

function counted(n: number, noun: string): string {
  return `${String(n)} ${noun}${n === 1 ? '' : 's'}`;
}
