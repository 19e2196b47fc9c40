import { AppError } from './errors.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Ids as the API shows them: the prefix says what it is, the rest is the database's key. */
export const publicId = {
  record: (linkId: number): string => `rec_${linkId}`,
  change: (lineageId: number): string => `chg_${lineageId}`,
  conflict: (id: string): string => `cf_${id}`,
  decision: (id: string): string => `dec_${id}`,
  person: (id: string): string => `usr_${id}`,
  guard: (id: string): string => `grd_${id}`,
  halt: (id: string): string => `hlt_${id}`,
  activity: (id: string): string => `act_${id}`,
  linkOrder: (id: string): string => `lnk_${id}`,
  token: (id: string): string => `tok_${id}`,
  verification: (id: number): string => `ver_${id}`,
};

/** @throws AppError `not-found` for what cannot be an id of a record: nothing has that id. */
export function recordKey(id: string): number {
  const key = /^rec_([1-9]\d{0,15})$/.exec(id)?.[1];
  if (key === undefined || !Number.isSafeInteger(Number(key))) throw noSuch('record', id);
  return Number(key);
}

/** @throws AppError `not-found` */
export function verificationKey(id: string): number {
  const key = /^ver_([1-9]\d{0,15})$/.exec(id)?.[1];
  if (key === undefined || !Number.isSafeInteger(Number(key))) throw noSuch('verification', id);
  return Number(key);
}

/** @throws AppError `not-found` */
export function linkOrderKey(id: string): string {
  return uuidAfter('lnk_', 'order', id);
}

export function conflictKeyOf(id: string): string {
  return uuidAfter('cf_', 'conflict', id);
}

/** What stands in the queue: a conflict, a guard or a halt. */
export function itemKey(id: string): string {
  const prefix = ['grd_', 'hlt_'].find((one) => id.startsWith(one)) ?? 'cf_';
  return uuidAfter(prefix, 'conflict', id);
}

export function decisionKey(id: string): string {
  return uuidAfter('dec_', 'decision', id);
}

export function personKey(id: string): string {
  return uuidAfter('usr_', 'person', id);
}

export function guardKey(id: string): string {
  return uuidAfter('grd_', 'guard', id);
}

export function tokenKey(id: string): string {
  return uuidAfter('tok_', 'token', id);
}

export function noSuch(what: string, id: string): AppError {
  return new AppError('not-found', `There is no ${what} ${JSON.stringify(id.slice(0, 80))}.`);
}

function uuidAfter(prefix: string, what: string, id: string): string {
  const key = id.startsWith(prefix) ? id.slice(prefix.length) : '';
  if (!UUID.test(key)) throw noSuch(what, id);
  return key;
}
