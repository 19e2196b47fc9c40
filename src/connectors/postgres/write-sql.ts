import { columnBatch, unfold, type BatchForm } from './column-batch.js';
import type { Column, Table } from './catalog.js';
import { idExpression } from './record-id.js';
import type { PlannedItem, WriteGroup } from './write-groups.js';
import { keyMatch, textOf } from './select-columns.js';

/** One statement for all items of a group. Its answer: how many were applied; which, if not all; what stands, where that must be known. */
export interface WriteStatement {
  readonly text: Readonly<Record<BatchForm, string>>;
  /** Columns whose stored text is part of the answer, in this order. */
  readonly reads: readonly Column[];
  /** `reads` comes for every applied item, not only where it differs from what was sent. */
  readonly readsAll: boolean;
  /** Answers the rows as they stand before, under lock; only where triggers may change more than was sent. */
  readonly before: Readonly<Record<BatchForm, string>> | null;
}

export interface WriteScope {
  readonly table: Table;
  /** Columns of the endpoint. */
  readonly columns: readonly Column[];
}

export function writeStatement(scope: WriteScope, group: WriteGroup): WriteStatement {
  if (group.op === 'update') return updateStatement(scope, group);
  return group.op === 'create' ? createStatement(scope, group) : deleteStatement(scope.table, group);
}

/** The statement's parameters: one per key column, per column set, per column expected; then how many items there are. */
export function parameters(
  group: WriteGroup,
  items: readonly PlannedItem[],
): { readonly form: BatchForm; readonly values: string[] } {
  const columns: (string | null)[][] = [];
  const keySize = items[0]?.key.length ?? 0;
  for (let k = 0; k < keySize; k++) columns.push(items.map(({ key }) => key[k] ?? null));
  for (const { name } of group.set) {
    columns.push(items.map(({ item }) => (item.op === 'delete' ? null : (item.set[name] as string | null))));
  }
  for (const { name } of group.expect) {
    columns.push(
      items.map(({ item }) => (item.op === 'create' ? null : (item.expect[name] as string | null))),
    );
  }
  const { form, values } = columnBatch(columns);
  values.push(String(items.length));
  return { form, values };
}

function source(table: Table, group: WriteGroup, form: BatchForm): string {
  const names = [
    ...table.key.map((_, i) => `k${i + 1}`),
    ...group.set.map((_, i) => `s${i + 1}`),
    ...group.expect.map((_, i) => `e${i + 1}`),
  ];
  const arrays = names.map((_, i) => unfold[form](`$${i + 1}`));
  return `unnest(${arrays.join(', ')}) with ordinality i(${names.join(', ')}, n)`;
}

function countParameter(table: Table, group: WriteGroup): string {
  return `$${table.key.length + group.set.length + group.expect.length + 1}::bigint`;
}

/** To the type without its length, then by assignment: a value that is too long is refused, not cut. */
function incoming(column: Column, item: string): string {
  return column.type.castTarget === '"pg_catalog"."text"' ? item : `${item}::${column.type.castTarget}`;
}

/** Equality of the text forms. Under citext, other collations, numeric scale and for json, `=` says less or nothing. */
function stillStands(group: WriteGroup): string {
  return group.expect
    .map((column, i) => {
      const standing = column.type.plainText ? `t.${column.quoted}` : `t.${column.quoted}::text collate "C"`;
      return ` and ${standing} is not distinct from i.e${i + 1}`;
    })
    .join('');
}

const answer = (count: string, applied: string, reads: string) =>
  `select count(*)::text, case when count(*) < ${count} then ${applied} end, ${reads} from u`;

function updateStatement({ table, columns }: WriteScope, group: WriteGroup): WriteStatement {
  const all = table.before.update || columns.some(({ generated }) => generated);
  const reads = all ? unionOf(group.set, columns) : group.set.filter(({ type }) => type.mayNormalise);
  const set = group.set.map((column, i) => `${column.quoted} = ${incoming(column, `i.s${i + 1}`)}`);
  // An update of nothing still has to tell whether the expectation holds.
  if (set.length === 0) set.push(`${table.key[0]?.quoted ?? ''} = t.${table.key[0]?.quoted ?? ''}`);
  const returned = reads.map(
    (column, i) =>
      `, ${column.type.wireIsText ? `t.${column.quoted}::text` : textOf(column, 't')} as a${i + 1}`,
  );
  const sent = all ? [] : reads.map((column, i) => `, i.s${group.set.indexOf(column) + 1} as b${i + 1}`);
  const differs = all
    ? ''
    : ` where ${reads.map((_, i) => `a${i + 1} collate "C" is distinct from b${i + 1}`).join(' or ')}`;
  const list = reads.map((_, i) => `, a${i + 1}`).join('');
  const text = (
    form: BatchForm,
  ): string => `with u as (update ${table.qualified} t set ${set.join(', ')} from ${source(table, group, form)}
      where ${keyMatch(table, 't', 'i')}${stillStands(group)} returning i.n${returned.join('')}${sent.join('')})
      ${answer(countParameter(table, group), `json_agg(n)::text`, reads.length === 0 ? 'null' : `(select json_agg(json_build_array(n${list})) from u${differs})::text`)}`;
  return {
    text: { joined: text('joined'), literal: text('literal') },
    reads,
    readsAll: all,
    before: all
      ? { joined: beforeStatement(table, reads, 'joined'), literal: beforeStatement(table, reads, 'literal') }
      : null,
  };
}

function beforeStatement(table: Table, reads: readonly Column[], form: BatchForm): string {
  const names = table.key.map((_, i) => `k${i + 1}`);
  return `select i.n::text, ${reads.map((column) => textOf(column, 't')).join(', ')}
    from unnest(${names.map((_, i) => unfold[form](`$${i + 1}`)).join(', ')}) with ordinality i(${names.join(', ')}, n)
    join ${table.qualified} t on ${keyMatch(table, 't', 'i')} for no key update of t`;
}

function createStatement({ table, columns }: WriteScope, group: WriteGroup): WriteStatement {
  const normalised = group.set.filter(({ type }) => type.mayNormalise);
  const filled = columns.filter(
    (column) =>
      !group.set.includes(column) &&
      !table.key.includes(column) &&
      (column.defaultExpression !== null || column.generated || column.identity !== ''),
  );
  const reads = table.before.insert
    ? unionOf(
        group.set,
        columns.filter((column) => !table.key.includes(column)),
      )
    : [...normalised, ...filled];
  const targets = [...table.key, ...group.set];
  const values = [
    ...table.key.map((column, i) => incoming(column, `i.k${i + 1}`)),
    ...group.set.map((column, i) => incoming(column, `i.s${i + 1}`)),
  ];
  const overriding = targets.some(({ identity }) => identity === 'a') ? ' overriding system value' : '';
  const list = reads.map((_, i) => `, a${i + 1}`).join('');
  const returned = reads.map((column, i) => `, t.${column.quoted}::text as a${i + 1}`).join('');
  const text = (
    form: BatchForm,
  ): string => `with u as (insert into ${table.qualified} as t (${targets.map(({ quoted }) => quoted).join(', ')})${overriding}
      select ${values.join(', ')} from ${source(table, group, form)} on conflict do nothing
      returning ${idExpression(table.key, 't')} as id${returned})
      ${answer(countParameter(table, group), `json_agg(id)::text`, reads.length === 0 ? 'null' : `json_agg(json_build_array(id${list}))::text`)}`;
  return {
    text: { joined: text('joined'), literal: text('literal') },
    reads,
    readsAll: true,
    before: null,
  };
}

function deleteStatement(table: Table, group: WriteGroup): WriteStatement {
  const text = (
    form: BatchForm,
  ): string => `with u as (delete from ${table.qualified} t using ${source(table, group, form)}
      where ${keyMatch(table, 't', 'i')}${stillStands(group)} returning i.n)
      ${answer(countParameter(table, group), `json_agg(n)::text`, 'null')}`;
  return {
    text: { joined: text('joined'), literal: text('literal') },
    reads: [],
    readsAll: false,
    before: null,
  };
}

function unionOf(first: readonly Column[], second: readonly Column[]): readonly Column[] {
  return [...first, ...second.filter((column) => !first.includes(column))];
}
