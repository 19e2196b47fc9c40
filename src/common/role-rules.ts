import { EVERY_PIPELINE, ROLES, type Grant, type Role } from './permissions.js';

/** Whoever is in the group has the role. */
export interface RoleRule extends Grant {
  readonly group: string;
}

/**
 * `sync-admins=admin; crm-team=steward@companies`: the role stands behind the last `=`, since names of groups may hold one.
 *
 * @returns `null` for a text that is not of this form; an admin is one everywhere
 */
export function readRoleRules(text: string): readonly RoleRule[] | null {
  const rules = text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(readRule);
  return rules.includes(null) || rules.length === 0 ? null : (rules as RoleRule[]);
}

function readRule(text: string): RoleRule | null {
  const at = text.lastIndexOf('=');
  const group = text.slice(0, Math.max(0, at)).trim();
  const [role = '', pipeline = EVERY_PIPELINE] = text
    .slice(at + 1)
    .trim()
    .split('@');
  if (group === '' || pipeline === '' || !ROLES.includes(role as Role)) return null;
  if (role === 'admin' && pipeline !== EVERY_PIPELINE) return null;
  return { group, role: role as Role, pipeline };
}

/** What the groups of a person give, each role once. */
export function grantsOfGroups(rules: readonly RoleRule[], groups: readonly string[]): readonly Grant[] {
  const given = new Map(
    rules
      .filter(({ group }) => groups.includes(group))
      .map(({ role, pipeline }) => [`${role}@${pipeline}`, { role, pipeline }] as const),
  );
  return [...given.values()];
}
