import { withReferences, withRestores } from './generate.js';
import type { Random } from './random.js';
import type { Setup } from './scenario/setup.js';

/** What a history is about besides edits: records that point to others, or backups that something is set back to. */
export const SUBJECTS = ['fields', 'references', 'restores'] as const;

export type Subject = (typeof SUBJECTS)[number];

/** Of a hundred histories of the mix. */
const SHARES: Readonly<Record<Exclude<Subject, 'fields'>, number>> = { references: 15, restores: 10 };

/** Makes a setup one of this subject; `undefined`: of any, in the shares of the mix. */
export function about(subject: Subject | undefined): (setup: Setup, random: Random) => Setup {
  return (setup, random) => {
    switch (subject ?? anySubject(random)) {
      case 'fields':
        return setup;
      case 'references':
        return withReferences(random, setup);
      case 'restores':
        return withRestores(random, setup);
    }
  };
}

function anySubject(random: Random): Subject {
  const drawn = random.int(100);
  if (drawn < SHARES.references) return 'references';
  return drawn < SHARES.references + SHARES.restores ? 'restores' : 'fields';
}
