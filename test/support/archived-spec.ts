import type { PipelineSpec } from '../../src/core/pipeline/spec.js';

const review = { strategy: 'review' } as const;

/** A pipeline of `key`, `x` and `y` that takes rows with marks for deleted, and tells the other side of deletions. */
export function archivedSpec(
  deletes: Pick<NonNullable<PipelineSpec['deletes']>, 'archive' | 'guard'>,
): PipelineSpec {
  return {
    apiVersion: 'accord/v1',
    kind: 'Pipeline',
    metadata: { name: 'archived' },
    connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
    match: [
      { id: 'by-key', by: ['key'], action: 'link' },
      { id: 'none', action: 'create' },
    ],
    fields: {
      key: { a: 'key', b: 'key', policy: review },
      x: { a: 'x', b: 'x', policy: review },
      y: { a: 'y', b: 'y', policy: review },
    },
    deletes: { aDeleted: 'delete', bDeleted: 'delete', ...deletes },
    review: { undoWindow: '1ms' },
    schedule: { verifyEvery: 'off' },
    load: { accept: 'automatic' },
  };
}
