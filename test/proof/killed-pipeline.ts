import type { PipelineSpec } from '../../src/core/pipeline/spec.js';

/** Fields with one text value; every value that people type is used once in a run. */
export const TEXTS = ['f1', 'f2', 'f3', 'owned', 'latest'] as const;
/** Two columns that go together. */
export const GROUP = 'place';
export const GROUP_COLUMNS = ['street', 'town'] as const;

const review = { strategy: 'review' } as const;

/** One policy of every kind, so that a crash meets each of them. */
export function killedPipeline(accept: 'automatic' | 'manual' = 'automatic'): PipelineSpec {
  return {
    apiVersion: 'accord/v1',
    kind: 'Pipeline',
    metadata: { name: 'killed' },
    connections: { a: { ref: 'a', object: 'public.rec' }, b: { ref: 'b', object: 'public.rec' } },
    match: [
      { id: 'by-key', by: ['key'], action: 'link' },
      { id: 'none', action: 'create' },
    ],
    fields: {
      key: { a: 'key', b: 'key', policy: review },
      f1: { a: 'f1', b: 'f1', policy: review },
      f2: { a: 'f2', b: 'f2', policy: review },
      f3: { a: 'f3', b: 'f3', policy: review },
      owned: { a: 'owned', b: 'owned', policy: { strategy: 'owner', owner: 'a', onForeignEdit: 'accept' } },
      latest: { a: 'latest', b: 'latest', policy: { strategy: 'newest', tie: 'review' } },
      street: { a: 'street', b: 'street' },
      town: { a: 'town', b: 'town' },
      n: { type: 'integer', a: 'n', b: 'n', policy: { strategy: 'merge', merge: 'counter' } },
      tags: { type: 'set', a: 'tags', b: 'tags', policy: { strategy: 'merge', merge: 'set' } },
    },
    groups: { [GROUP]: { fields: [...GROUP_COLUMNS], policy: review } },
    // One account makes all the edits, and nobody answers guards here.
    deletes: {
      aDeleted: 'delete',
      bDeleted: 'delete',
      deleteVsEdit: 'review',
      guard: { maxPercent: 100 },
    },
    guards: { blanking: { maxPercent: 100 }, massChange: { maxPercent: 100 } },
    review: { undoWindow: '250ms' },
    load: { accept },
  };
}

/**
 * A side. `register` is its own record of what ever stood in which row and who put it there: `accord` for writes of the service, told
 * by the name of its connections, `person` for everybody else.
 */
const table = `
  create table rec (
    id bigserial primary key, key text unique, f1 text, f2 text, f3 text, owned text, latest text,
    street text, town text, n int not null default 0, tags text[] not null default '{}');
  create table register (
    pos bigserial primary key, by text not null, op text not null, key text not null, was jsonb, became jsonb, tx xid8 not null);
  create function note_register() returns trigger language plpgsql as $$ begin
    insert into register (by, op, key, was, became, tx) values (
      case when current_setting('application_name') like 'accord%' then 'accord' else 'person' end,
      tg_op, case when tg_op = 'DELETE' then old.key else new.key end,
      case when tg_op = 'INSERT' then null else to_jsonb(old) end,
      case when tg_op = 'DELETE' then null else to_jsonb(new) end, pg_current_xact_id());
    return null;
  end $$;
  create trigger note_register after insert or update or delete on rec for each row execute function note_register();`;

function rows(side: 'a' | 'b', from: number, to: number): string {
  const texts = TEXTS.map((field) => `'${side}-start-${field}-' || i`).join(', ');
  return `insert into rec (key, ${TEXTS.join(', ')}, street, town)
    select 'k' || i, ${texts}, '${side}-start-p' || i, '${side}-start-p' || i from generate_series(${String(from)}, ${String(to)}) i;`;
}

/** A third of the records on both sides (with other values: in conflict from the start where the key is even), a third on each alone. */
export function killedSides(records: number): { readonly a: string; readonly b: string } {
  const third = Math.floor(records / 3);
  // Mostly equal, or nearly every shared record would begin in conflict.
  const equal = `update rec set f1 = 'start-f1-' || key, f2 = 'start-f2-' || key, f3 = 'start-f3-' || key, owned = 'start-o-' || key,
      latest = 'start-l-' || key, street = 'start-p-' || key, town = 'start-p-' || key where right(key, 1) <> '7';`;
  return {
    a: `${table}${rows('a', 1, 2 * third)}${equal}`,
    b: `${table}${rows('b', third + 1, 3 * third)}${equal}
      alter table rec add constraint no_bad check (f3 is null or f3 not like '%bad');`,
  };
}
