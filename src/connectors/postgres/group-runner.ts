import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Raw } from '../../core/value.js';
import type { ItemException } from '../connector.js';
import { arrayLiteral } from './array-literal.js';
import type { Column } from './catalog.js';
import { keyMatch, textOf } from './select-columns.js';
import { rejected, type PlannedItem, type WriteGroup } from './write-groups.js';
import { parameters, writeStatement, type WriteScope, type WriteStatement } from './write-sql.js';

type Row = (string | null)[];
type Values = Readonly<Record<string, Raw>>;

/** Server-side statements kept per endpoint; more different column sets than this are sent unprepared. */
const maxPrepared = 250;
const chunkItems = 2000;
const chunkBytes = 24 * 1024 ** 2;

/** Runs groups of items within a transaction that someone else opened, and finds out what became of each item. */
export class GroupRunner {
  private readonly statements = new Map<string, WriteStatement & { readonly name: string | null }>();

  constructor(private readonly scope: WriteScope) {}

  /**
   * Sends everything at once. Rejects with the first error after every statement has been answered; then nothing is known of
   * any item, and the transaction must go back to before.
   */
  async start(client: pg.PoolClient, groups: readonly WriteGroup[]): Promise<readonly ItemException[]> {
    const sent = groups.flatMap((group) => chunksOf(group).map((items) => this.send(client, group, items)));
    const answers = await Promise.allSettled(sent);
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const exceptions: ItemException[] = [];
    for (const answer of answers) {
      if (answer.status === 'fulfilled') exceptions.push(...(await this.missing(client, answer.value)));
    }
    return exceptions;
  }

  /** One group's items, in one statement. */
  async run(
    client: pg.PoolClient,
    group: WriteGroup,
    items: readonly PlannedItem[],
  ): Promise<readonly ItemException[]> {
    return this.missing(client, await this.send(client, group, items));
  }

  private async send(client: pg.PoolClient, group: WriteGroup, items: readonly PlannedItem[]): Promise<Sent> {
    const statement = this.statement(group);
    const { form, values } = parameters(group, items);
    const before =
      statement.before === null
        ? null
        : client.query<Row>({
            text: statement.before[form],
            values: values.slice(0, this.scope.table.key.length),
            rowMode: 'array',
          });
    before?.catch(() => undefined);
    const main = client.query<Row>({
      ...(statement.name === null ? {} : { name: `${statement.name} ${form}` }),
      text: statement.text[form],
      values,
      rowMode: 'array',
    });
    main.catch(() => undefined);
    const stood = (await before)?.rows ?? [];
    const [row] = (await main).rows;
    const [count, applied, reads] = row ?? [];
    const done: Sent = { group, items, exceptions: [], left: [] };
    if (Number(count) < items.length) done.left.push(...leftOver(group, items, applied ?? null));
    if (reads !== null && reads !== undefined)
      done.exceptions.push(...this.normalised(statement, items, JSON.parse(reads) as ReadRow[], stood));
    return done;
  }

  /** What stands where it is not what was sent; `before` tells which other fields moved because of it. */
  private normalised(
    statement: WriteStatement,
    items: readonly PlannedItem[],
    rows: readonly ReadRow[],
    before: readonly Row[],
  ): ItemException[] {
    const stood = new Map(before.map((row) => [Number(row[0]), row]));
    const byId = typeof rows[0]?.[0] === 'string' ? new Map(items.map((item) => [idOf(item), item])) : null;
    const found: ItemException[] = [];
    for (const [which, ...values] of rows) {
      const planned = typeof which === 'string' ? byId?.get(which) : items[which - 1];
      if (planned === undefined || planned.item.op === 'delete') continue;
      const { set } = planned.item;
      const after: Record<string, Raw> = {};
      const also: Record<string, Raw> = {};
      let differs = false;
      statement.reads.forEach(({ name }, i) => {
        const value = values[i] ?? null;
        const sent = set[name];
        if (sent !== undefined) {
          after[name] = value;
          differs ||= value !== sent;
        } else if (value !== ((typeof which === 'number' ? stood.get(which)?.[i + 1] : null) ?? null))
          also[name] = value;
      });
      if (differs || Object.keys(also).length > 0)
        found.push({ index: planned.index, kind: 'normalised', after: { ...set, ...after }, also });
    }
    return found;
  }

  /** Items that a statement did not apply: why, read in the same transaction with the rows held. */
  private async missing(client: pg.PoolClient, sent: Sent): Promise<readonly ItemException[]> {
    const { group, left, exceptions } = sent;
    if (left.length === 0) return exceptions;
    const standing = await this.standing(client, left);
    const again: PlannedItem[] = [];
    for (const planned of left) {
      const current = standing.get(planned.index);
      const { item, index } = planned;
      if (current === undefined) {
        if (item.op === 'create') again.push(planned);
        else exceptions.push({ index, kind: 'gone' });
      } else if (item.op === 'create')
        exceptions.push({
          index,
          kind: 'duplicate',
          detail: `A record with the key ${item.id} exists already`,
        });
      else if (Object.entries(item.expect).every(([name, raw]) => current[name] === raw)) again.push(planned);
      else exceptions.push({ index, kind: 'missed', current });
    }
    // Held now, so that what the second look finds cannot be somebody's passing change.
    for (const planned of again) exceptions.push(...(await this.secondLook(client, group, planned)));
    return exceptions;
  }

  private async secondLook(
    client: pg.PoolClient,
    group: WriteGroup,
    planned: PlannedItem,
  ): Promise<readonly ItemException[]> {
    const statement = this.statement(group);
    const { index, item } = planned;
    if (item.op !== 'create') {
      const { left, exceptions } = await this.send(client, group, [planned]);
      return left.length === 0
        ? exceptions
        : [
            rejected(
              index,
              'write-suppressed',
              'The side changed nothing though the expected values stand: a trigger or row security stops the write',
              Object.keys(item.op === 'update' ? item.set : {}),
            ),
          ];
    }
    // Without `on conflict`, the server says which unique value is taken.
    await client.query('savepoint look');
    try {
      const { form, values } = parameters(group, [planned]);
      const text = statement.text[form].replace(' on conflict do nothing', '');
      const { rows } = await client.query<Row>({ text, values, rowMode: 'array' });
      await client.query('release savepoint look');
      if (rows[0]?.[0] !== '1')
        return [
          rejected(index, 'write-suppressed', 'The side did not store the record: a trigger stops it', []),
        ];
      const reads = rows[0][2];
      return reads === null || reads === undefined
        ? []
        : this.normalised(statement, [planned], JSON.parse(reads) as ReadRow[], []);
    } catch (error) {
      const conflict = error as pg.DatabaseError;
      if (conflict.code !== '23505' && conflict.code !== '23P01') throw error;
      await client.query('rollback to savepoint look; release savepoint look');
      return [{ index, kind: 'duplicate', detail: conflict.detail ?? conflict.message }];
    }
  }

  /** What stands, by index of the item. Held where we may: under row security a lock would hide what we may only read. */
  async standing(
    client: pg.PoolClient,
    items: readonly PlannedItem[],
    hold = true,
  ): Promise<ReadonlyMap<number, Values>> {
    const { table } = this.scope;
    const columns = this.readable(items);
    const names = table.key.map((_, i) => `k${i + 1}`);
    const text = `select i.n::text${columns.map((column) => `, ${textOf(column, 't')}`).join('')}
      from unnest(${names.map((_, i) => `$${i + 1}::text[]`).join(', ')}) with ordinality i(${names.join(', ')}, n)
      join ${table.qualified} t on ${keyMatch(table, 't', 'i')}${hold && !table.rowSecurity && table.kind === 'r' ? ' for no key update of t' : ''}`;
    const values = table.key.map((_, k) => arrayLiteral(items.map(({ key }) => key[k] ?? null)));
    const { rows } = await client.query<Row>({ text, values, rowMode: 'array' });
    const found = new Map<number, Values>();
    for (const [n, ...raws] of rows) {
      const planned = items[Number(n) - 1];
      if (planned !== undefined)
        found.set(planned.index, Object.fromEntries(columns.map(({ name }, i) => [name, raws[i] ?? null])));
    }
    return found;
  }

  private readable(items: readonly PlannedItem[]): readonly Column[] {
    const { table, columns } = this.scope;
    const extra = new Set(
      items.flatMap(({ item }) => (item.op === 'create' ? [] : Object.keys(item.expect))),
    );
    for (const { name } of columns) extra.delete(name);
    return [...columns, ...[...extra].flatMap((name) => table.columns.get(name) ?? [])];
  }

  statement(group: WriteGroup): WriteStatement & { readonly name: string | null } {
    const signature = `${group.op}|${group.set.map(({ attnum }) => attnum).join()}|${group.expect.map(({ attnum }) => attnum).join()}`;
    let known = this.statements.get(signature);
    if (known === undefined) {
      const statement = writeStatement(this.scope, group);
      const name =
        this.statements.size < maxPrepared
          ? `w${createHash('sha256').update(statement.text.literal).digest('hex').slice(0, 24)}`
          : null;
      known = { ...statement, name };
      this.statements.set(signature, known);
    }
    return known;
  }
}

interface Sent {
  readonly group: WriteGroup;
  readonly items: readonly PlannedItem[];
  readonly exceptions: ItemException[];
  readonly left: PlannedItem[];
}

type ReadRow = [which: number | string, ...values: (string | null)[]];

function leftOver(
  group: WriteGroup,
  items: readonly PlannedItem[],
  applied: string | null,
): readonly PlannedItem[] {
  const done = new Set(applied === null ? [] : (JSON.parse(applied) as (number | string)[]));
  return group.op === 'create'
    ? items.filter((planned) => !done.has(idOf(planned)))
    : items.filter((_, i) => !done.has(i + 1));
}

/** As the side writes it: a uuid may have come in capitals. */
function idOf({ key, item }: PlannedItem): string {
  const [only] = key;
  return key.length === 1 && only !== undefined ? only : item.id;
}

function chunksOf(group: WriteGroup): readonly (readonly PlannedItem[])[] {
  const chunks: PlannedItem[][] = [];
  let chunk: PlannedItem[] = [];
  let bytes = 0;
  for (const planned of group.items) {
    const size = sizeOf(planned);
    if (chunk.length >= chunkItems || (chunk.length > 0 && bytes + size > chunkBytes)) {
      chunks.push(chunk);
      chunk = [];
      bytes = 0;
    }
    chunk.push(planned);
    bytes += size;
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}

function sizeOf({ item }: PlannedItem): number {
  let size = 0;
  if (item.op !== 'delete')
    for (const name in item.set) size += (item.set[name] as string | null)?.length ?? 0;
  if (item.op !== 'create')
    for (const name in item.expect) size += (item.expect[name] as string | null)?.length ?? 0;
  return size;
}
