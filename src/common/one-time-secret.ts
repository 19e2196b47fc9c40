import { createHash, randomBytes } from 'node:crypto';

const HOUR = 3_600_000;
/** How long somebody can follow an invitation, and a link to choose a new password. */
export const invitationMs = 7 * 24 * HOUR;
export const newPasswordMs = 24 * HOUR;

/** 256 random bits, as text for a cookie or an address. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a secret. It is random and long: a fast hash cannot be searched. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** The screen's page for one-time links. The secret stands behind the `#`: no server, proxy or log sees it. */
export function linkAddress(base: string, secret: string): string {
  return `${base.replace(/\/+$/, '')}/welcome#${secret}`;
}
