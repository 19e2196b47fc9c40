/** What can be allowed. A permission is also a scope of an API token; it may be added, never renamed. */
export const PERMISSIONS = [
  'conflicts:read',
  'conflicts:resolve',
  'records:read',
  'personal:read',
  'lineage:read',
  'pipelines:read',
  'ops:run',
  'metrics:read',
  'connections:manage',
  'people:manage',
  'audit:read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = ['viewer', 'steward', 'engineer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

const looking: readonly Permission[] = ['conflicts:read', 'records:read', 'lineage:read', 'pipelines:read'];

/**
 * What each role may. Personal data (`pii` of a pipeline's file) is for those who decide, run the pipeline or manage its people, and each
 * look is noted: a viewer has it covered. An admin manages people and does not decide about records by virtue of that: whoever does both
 * has both roles, and the audit log shows who gave them.
 */
export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: looking,
  steward: [...looking, 'personal:read', 'conflicts:resolve'],
  engineer: [
    ...looking,
    'personal:read',
    'conflicts:resolve',
    'ops:run',
    'metrics:read',
    'connections:manage',
  ],
  admin: [
    ...looking,
    'personal:read',
    'ops:run',
    'metrics:read',
    'connections:manage',
    'people:manage',
    'audit:read',
  ],
};

/** The roles that have a permission, for messages. */
export function rolesWith(permission: Permission): readonly Role[] {
  return ROLES.filter((role) => rolePermissions[role].includes(permission));
}

/** Stands for every pipeline in a grant; no pipeline can be called so. */
export const EVERY_PIPELINE = '*';

/** A role, on one pipeline or on all. */
export interface Grant {
  readonly role: Role;
  /** A pipeline's name, or `*`. */
  readonly pipeline: string;
}

/** Where something is allowed: on every pipeline (also those to come), or on these. */
export type Reach = 'everywhere' | readonly string[];

export function reachOf(grants: readonly Grant[], permission: Permission): Reach {
  const having = grants.filter(({ role }) => rolePermissions[role].includes(permission));
  return having.some(({ pipeline }) => pipeline === EVERY_PIPELINE)
    ? 'everywhere'
    : [...new Set(having.map(({ pipeline }) => pipeline))].sort();
}
