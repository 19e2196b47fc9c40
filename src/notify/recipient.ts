import type { Grant, Role } from '../common/permissions.js';
import type { RecipientRow } from '../database/sql/notify/preferences.js';
import { bareAddress } from './bare-address.js';
import { defaultMode, hasRoleAt, mayDecide, maySee, MODES, type Mode, type NotifyEvent } from './events.js';
import type { QuietHours } from './local-time.js';

export interface Preferences {
  /** What was chosen; for other events the roles decide. */
  readonly modes: Partial<Record<NotifyEvent, Mode>>;
  readonly timeZone: string;
  readonly quiet: QuietHours | null;
  readonly digestMinutes: number;
  readonly dailyAt: string;
}

export const PREFERENCES: Preferences = {
  modes: {},
  timeZone: 'UTC',
  quiet: null,
  digestMinutes: 30,
  dailyAt: '08:00',
};

/** Somebody who is told things by mail: a person, or a mailbox of MAIL_TO. */
export interface Recipient {
  /** A person's key, or the mailbox. */
  readonly key: string;
  readonly address: string;
  /** `null`: a mailbox, which is told of new conflicts and of pipelines, of all of them, at once. */
  readonly person: { readonly id: string; readonly name: string; readonly grants: readonly Grant[] } | null;
  readonly preferences: Preferences;
  /** Pipelines whose new conflicts reach nobody else. */
  readonly standsInFor?: readonly string[];
}

/** How somebody is told of something on a pipeline; `off` where it is none of their business. */
export function modeFor(
  { person, preferences, standsInFor = [] }: Recipient,
  event: NotifyEvent,
  pipeline: string | null,
): Mode {
  if (person === null) return event === 'conflicts' || event === 'pipelines' ? 'instant' : 'off';
  if (pipeline !== null && !maySee(person.grants, pipeline)) return 'off';
  if (event === 'conflicts' && pipeline !== null && standsInFor.includes(pipeline)) return 'instant';
  return preferences.modes[event] ?? defaultMode(person.grants, event, pipeline);
}

/** Of these pipelines the ones of which somebody is told, and how. A person is told of new conflicts in one way. */
export function conflictsFor(
  recipient: Recipient,
  pipelines: readonly string[],
): { readonly mode: Mode; readonly pipelines: readonly string[] } {
  const told = pipelines.filter((pipeline) => modeFor(recipient, 'conflicts', pipeline) !== 'off');
  const modes = told.map((pipeline) => modeFor(recipient, 'conflicts', pipeline));
  return { mode: MODES.find((mode) => modes.includes(mode)) ?? 'off', pipelines: told };
}

export function canDecide({ person }: Recipient, pipeline: string): boolean {
  return person !== null && mayDecide(person.grants, pipeline);
}

export function hasRole({ person }: Recipient, role: Role, pipeline: string): boolean {
  return person !== null && hasRoleAt(person.grants, role, pipeline);
}

export function readPreferences(row: RecipientRow): Preferences {
  const { quiet_from: from, quiet_to: to } = row;
  return {
    modes: row.modes ?? PREFERENCES.modes,
    timeZone: row.time_zone ?? PREFERENCES.timeZone,
    quiet: typeof from === 'string' && typeof to === 'string' ? { from, to } : null,
    digestMinutes: row.digest_minutes ?? PREFERENCES.digestMinutes,
    dailyAt: row.daily_at ?? PREFERENCES.dailyAt,
  };
}

/**
 * Everybody who is told something. A mailbox of MAIL_TO that is also a person's is told as that person wishes, and not twice.
 *
 * @param mailboxes addresses, perhaps with a name
 */
export function recipientsOf(rows: readonly RecipientRow[], mailboxes: readonly string[]): Recipient[] {
  const people = rows.map((row) => ({
    key: row.id,
    address: row.email,
    person: { id: row.id, name: row.name, grants: row.grants },
    preferences: readPreferences(row),
  }));
  const taken = new Set(rows.map(({ email }) => email.toLowerCase()));
  const shared = [...new Set(mailboxes)]
    .filter((mailbox) => !taken.has(bareAddress(mailbox)))
    .map((address) => ({ key: address, address, person: null, preferences: PREFERENCES }));
  return [...people, ...shared];
}
