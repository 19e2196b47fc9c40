import type { Author } from '../core/unit.js';

const kinds: readonly Author['kind'][] = ['person', 'integration', 'import'];

/** What an application said in `accord.actor`, or an actor column holds: a name, or `integration:name`, `import:name`. A plain name is a person's. */
export function settingAuthor(actor: string): Author {
  const colon = actor.indexOf(':');
  const kind = kinds.find((each) => each === actor.slice(0, Math.max(colon, 0)));
  return kind === undefined ? { kind: 'person', name: actor } : { kind, name: actor.slice(colon + 1).trim() };
}

/** Who connected: the role and, where the application says it, its name. It may stand for a person or for a program. */
export function roleAuthor(role: string): Author {
  return { kind: 'unknown', name: role.trim() };
}
