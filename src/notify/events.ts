import { EVERY_PIPELINE, rolePermissions, type Grant, type Role } from '../common/permissions.js';

/** What people can be told by mail. An event may be added, never renamed: preferences and addresses in mails carry it. */
export const NOTIFY_EVENTS = [
  'conflicts',
  'assigned',
  'comments',
  'deadlines',
  'pipelines',
  'daily',
] as const;
export type NotifyEvent = (typeof NOTIFY_EVENTS)[number];

/** `digest`: gathered for a while and told together. */
export const MODES = ['instant', 'digest', 'off'] as const;
export type Mode = (typeof MODES)[number];

/** The daily digest is one: it comes or it does not. */
export function modesOf(event: NotifyEvent): readonly Mode[] {
  return event === 'daily' ? ['digest', 'off'] : MODES;
}

/** The least that works: whoever decides hears of what is to be decided, whoever runs pipelines hears when one stands still. */
const byRole: Readonly<Record<NotifyEvent, Partial<Record<Role, Mode>>>> = {
  conflicts: { steward: 'digest' },
  assigned: { steward: 'digest', engineer: 'digest' },
  comments: { steward: 'digest', engineer: 'digest' },
  deadlines: { steward: 'instant', engineer: 'instant' },
  pipelines: { engineer: 'instant', admin: 'instant', steward: 'digest' },
  daily: { steward: 'digest' },
};

const stronger = (x: Mode, y: Mode): Mode => (MODES.indexOf(x) <= MODES.indexOf(y) ? x : y);

/** What the roles suggest, on one pipeline or (`null`) on any. */
export function defaultMode(grants: readonly Grant[], event: NotifyEvent, pipeline: string | null): Mode {
  return grants
    .filter((grant) => pipeline === null || isAt(grant, pipeline))
    .map(({ role }) => byRole[event][role] ?? 'off')
    .reduce(stronger, 'off');
}

/** What is said about a pipeline is for those who may see it. */
export function maySee(grants: readonly Grant[], pipeline: string): boolean {
  return grants.some(
    (grant) => isAt(grant, pipeline) && rolePermissions[grant.role].includes('conflicts:read'),
  );
}

export function hasRoleAt(grants: readonly Grant[], role: Role, pipeline: string): boolean {
  return grants.some((grant) => grant.role === role && isAt(grant, pipeline));
}

export function mayDecide(grants: readonly Grant[], pipeline: string): boolean {
  return grants.some(
    (grant) => isAt(grant, pipeline) && rolePermissions[grant.role].includes('conflicts:resolve'),
  );
}

function isAt(grant: Grant, pipeline: string): boolean {
  return grant.pipeline === EVERY_PIPELINE || grant.pipeline === pipeline;
}
