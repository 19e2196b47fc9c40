import type { ConnectionSpec } from '../core/pipeline/spec.js';
import type { ReadVariable } from './project.js';

const REFERENCE = /\$\{([^}]*)\}/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Stands for a variable that is not set, where addresses are looked at but not used. */
export const placeholderUrl = 'placeholder://placeholder@localhost/placeholder';

const schemes: Readonly<Record<ConnectionSpec['connector'], readonly string[]>> = {
  postgres: ['postgres:', 'postgresql:'],
  mysql: ['mysql:', 'mariadb:'],
};

export interface UrlFault {
  readonly severity: 'error' | 'warning';
  readonly code: 'project-variable-missing' | 'project-variable-name' | 'project-url' | 'project-secret';
  readonly message: string;
}

/**
 * Fills `${NAME}` in a connection's address from the environment and checks what results. Values never appear in a message.
 */
export function resolveUrl(
  { url, connector }: Pick<ConnectionSpec, 'url' | 'connector'>,
  read: ReadVariable,
): { readonly url: string; readonly faults: readonly UrlFault[] } {
  const faults: UrlFault[] = [];
  const resolved = url.replace(REFERENCE, (reference, name: string) => {
    if (!VARIABLE.test(name)) {
      faults.push({
        severity: 'error',
        code: 'project-variable-name',
        message: `expected the name of an environment variable in ${reference}`,
      });
      return '';
    }
    const value = read(name);
    if (value === undefined || value === '') {
      faults.push({
        severity: 'error',
        code: 'project-variable-missing',
        message: `expected the environment variable ${name} to be set`,
      });
    }
    return value ?? '';
  });
  if (faults.length === 0 && !isAddress(resolved, schemes[connector])) {
    faults.push({
      severity: 'error',
      code: 'project-url',
      message: `expected an address ${schemes[connector][0] ?? ''}//user@host:port/database`,
    });
  }
  if (/:\/\/[^/@\s]*:(?!\$\{)[^/@\s]+@/.test(url)) {
    faults.push({
      severity: 'warning',
      code: 'project-secret',
      message: 'the password stands in the file; use ${NAME} and the environment',
    });
  }
  return { url: resolved, faults };
}

function isAddress(url: string, known: readonly string[]): boolean {
  const parsed = URL.parse(url);
  return (
    parsed !== null &&
    (known.includes(parsed.protocol) || parsed.protocol === 'placeholder:') &&
    parsed.pathname.length > 1
  );
}
