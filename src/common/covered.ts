/** Stands in answers where a value is personal data that was not asked for, or is not for the caller. Never a made-up value. */
export const COVERED = { redacted: true, reason: 'personal' } as const;

export function isCovered(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as Partial<typeof COVERED>).redacted === true &&
    (value as Partial<typeof COVERED>).reason === COVERED.reason
  );
}
