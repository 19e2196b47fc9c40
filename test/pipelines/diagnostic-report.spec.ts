import { describe, expect, it } from '@jest/globals';
import { diagnosticsJson, diagnosticsSarif, diagnosticsText } from '../../src/pipelines/diagnostic-report.js';
import type { Diagnostic } from '../../src/pipelines/diagnostic.js';

describe('reports', () => {
  const diagnostics: readonly Diagnostic[] = [
    {
      severity: 'error',
      code: 'shape-missing',
      message: 'tie is missing',
      file: 'p q.yaml',
      line: 3,
      column: 7,
      path: '/fields/x',
    },
    {
      severity: 'warning',
      code: 'yaml-too-large',
      message: 'too large',
      file: 'z.yaml',
      line: 0,
      column: 0,
      path: '',
    },
  ];

  it('are text that editors can follow', () => {
    expect(diagnosticsText(diagnostics)).toBe(
      'p q.yaml:3:7: error shape-missing: tie is missing (/fields/x)\nz.yaml: warning yaml-too-large: too large\n1 error, 1 warning',
    );
  });

  it('are JSON', () => {
    expect(JSON.parse(diagnosticsJson(diagnostics))).toEqual({ valid: false, diagnostics });
    expect(JSON.parse(diagnosticsJson([]))).toEqual({ valid: true, diagnostics: [] });
  });

  it('are SARIF with places and rules', () => {
    const sarif = JSON.parse(diagnosticsSarif(diagnostics)) as {
      version: string;
      runs: { results: unknown[]; tool: { driver: { rules: unknown[] } } }[];
    };
    expect(sarif.version).toBe('2.1.0');
    expect(sarif.runs[0]?.tool.driver.rules).toEqual([{ id: 'shape-missing' }, { id: 'yaml-too-large' }]);
    expect(sarif.runs[0]?.results).toEqual([
      expect.objectContaining({
        ruleId: 'shape-missing',
        level: 'error',
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'p%20q.yaml' },
              region: { startLine: 3, startColumn: 7 },
            },
          },
        ],
      }),
      expect.objectContaining({
        ruleIndex: 1,
        level: 'warning',
        locations: [{ physicalLocation: { artifactLocation: { uri: 'z.yaml' } } }],
      }),
    ]);
  });
});
