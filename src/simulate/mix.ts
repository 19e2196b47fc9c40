import { withMarks, withReferences, withRestores } from './generate.js';
import type { Random } from './random.js';
import type { Setup } from './scenario/setup.js';

/**
 * What a history is about besides edits: records that point to others, backups that something is set back to, rows
 * that are deleted by a mark.
 */
export const SUBJECTS = ['fields', 'references', 'restores', 'marks'] as const;

export type Subject = (typeof SUBJECTS)[number];

/** Of a hundred histories of the mix. */
const SHARES: Readonly<Record<Exclude<Subject, 'fields'>, number>> = {
  references: 15,
  restores: 10,
  marks: 10,
};

/** "of 100, 15 are about references, …". */
export function sharesInWords(): string {
  const shares = Object.entries(SHARES).map(([subject, share]) => `${String(share)} about ${subject}`);
  return `of 100, ${shares.join(', ')}, the others about fields`;
}

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
      case 'marks':
        return withMarks(random, setup);
    }
  };
}

function anySubject(random: Random): Subject {
  const drawn = random.int(100);
  if (drawn < SHARES.references) return 'references';
  if (drawn < SHARES.references + SHARES.restores) return 'restores';
  return drawn < SHARES.references + SHARES.restores + SHARES.marks ? 'marks' : 'fields';
}
