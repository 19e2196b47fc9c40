import type pg from 'pg';

/** What Accord's database says, in the words of the oracle: records by their key. */
export interface HubFacts {
  readonly links: ReadonlyMap<string, readonly { readonly id: number; readonly live: boolean }[]>;
  readonly open: ReadonlySet<string>;
  /** The unit of the record waits for a person, or a side refused it; `life`: the record itself. */
  isOpen(key: string, unit: string): boolean;
  /** A person was asked about the unit, now or earlier. */
  wasAsked(key: string, unit: string): boolean;
  /** A person decided about the unit; `life`: about the record's existence. */
  isDecided(key: string, unit: string): boolean;
  /** What the shadow says both sides hold; `undefined`: nothing at rest. */
  head(key: string, unit: string): string | undefined;
  /** Values that some person was shown when deciding, or that lineage names as given way. */
  readonly named: ReadonlySet<string>;
  /** Values that were typed into a decision. */
  readonly typed: ReadonlySet<string>;
  /** How often lineage tells of a person's value. */
  readonly observed: ReadonlyMap<string, number>;
  readonly known: ReadonlySet<string>;
  readonly decisions: number;
  /** What must never be, whatever the sides say. */
  readonly faults: readonly string[];
}

const LIFE = '$life';

/** Must be nothing. Each answers rows of text. */
const never: readonly (readonly [string, string])[] = [
  [
    'attempt without an end',
    `select side || ' ' || kind || ' ' || id as text from attempt_batch where state in ('sent', 'unknown')`,
  ],
  [
    'still waiting to be linked',
    `select side || ' ' || ext_id || ': ' || reason || ' ' || coalesce(detail, '') as text from unmatched`,
  ],
  [
    'a conflict that no register shows',
    `select c.link_id || ' ' || c.unit as text from conflict c left join shadow s using (link_id) where c.state <> 'closed' and not coalesce(s.open ? c.unit, false)`,
  ],
  [
    'a decision that is held beyond its time',
    `select d.id || ' about ' || d.link_id || ' ' || d.unit as text from decision d
     where d.outcome = 'held' and d.undo_until < now() - interval '2 seconds'
       and not exists (select from conflict c where c.link_id = d.link_id and c.unit = '${LIFE}' and c.state <> 'closed')`,
  ],
  [
    'one clock for two events',
    `select l.link_id || ' ' || u.key || ' ' || (u.value ->> 'd') as text from lineage l, jsonb_each(l.units) u
     where jsonb_typeof(u.value) = 'object' and u.value ? 'd' and u.value ->> 'd' <> '' and u.value ->> 'k' in ('observed', 'forward', 'stale-form')
     group by l.link_id, u.key, u.value ->> 'd' having count(*) > 1`,
  ],
  [
    'one clock for two values',
    `select l.link_id || ' ' || u.key || ' ' || (u.value ->> 'd') || ': ' || string_agg(distinct u.value ->> 'v', ' | ') as text
     from lineage l, jsonb_each(l.units) u
     where jsonb_typeof(u.value) = 'object' and u.value ? 'd' and u.value ? 'v' and u.value ->> 'd' <> '' and u.value ->> 'k' <> 'undone'
     group by l.link_id, u.key, u.value ->> 'd' having count(distinct u.value -> 'v') > 1`,
  ],
  [
    'a live link without registers',
    `select l.id::text as text from link l left join shadow s on s.link_id = l.id where l.state = 'live' and s.link_id is null`,
  ],
];

export async function readHub(pool: pg.Pool): Promise<HubFacts> {
  const query = async <R extends pg.QueryResultRow>(text: string): Promise<R[]> =>
    (await pool.query<R>(text)).rows;
  const linkRows = await query<{ id: string; key: string | null; live: boolean }>(
    `select l.id, coalesce(s.fields ->> 'key', s.fields -> 'key' ->> 'v') as key, l.state in ('live', 'creating') as live
     from link l left join shadow s on s.link_id = l.id`,
  );
  const keyOf = new Map(linkRows.map(({ id, key }) => [id, keyText(key)]));
  const links = new Map<string, { id: number; live: boolean }[]>();
  for (const { id, live } of linkRows) {
    const key = keyOf.get(id) ?? '';
    links.set(key, [...(links.get(key) ?? []), { id: Number(id), live }]);
  }
  const at = (link: string, unit: string): string =>
    `${keyOf.get(link) ?? link} ${unit === LIFE ? 'life' : unit}`;
  const open = new Set(
    (
      await query<{ link_id: string; unit: string }>(
        `select link_id, unit from conflict where state <> 'closed' union select link_id, unit from blocked_unit`,
      )
    ).map((row) => at(row.link_id, row.unit)),
  );
  const decided = new Set(
    (await query<{ link_id: string; unit: string }>('select link_id, unit from decision')).map((row) =>
      at(row.link_id, row.unit),
    ),
  );
  const asked = new Set(
    (await query<{ link_id: string; unit: string }>('select link_id, unit from conflict')).map((row) =>
      at(row.link_id, row.unit),
    ),
  );
  const fields = await query<{ link_id: string; unit: string; v: unknown }>(
    `select s.link_id, f.key as unit, case when jsonb_typeof(f.value) = 'object' then f.value -> 'v' else f.value end as v
     from shadow s join link l on l.id = s.link_id and l.state = 'live', jsonb_each(s.fields) f where not coalesce(s.open ? f.key, false)`,
  );
  const heads = new Map(fields.map((row) => [at(row.link_id, row.unit), textOf(row.v)]));
  const values = async (text: string): Promise<string[]> =>
    (await query<{ v: string | null }>(text)).flatMap(({ v }) => (v === null ? [] : [placeText(v)]));
  const named = new Set([
    ...(await values(`select c ->> 'v' as v from decision, jsonb_array_elements(shown) c`)),
    ...(await values(`select x ->> 0 as v from lineage l, jsonb_each(l.units) u, jsonb_array_elements(u.value -> 'x') x
                      where jsonb_typeof(u.value) = 'object' and jsonb_typeof(u.value -> 'x') = 'array'`)),
    ...(await values(`select u.value ->> 'v' as v from lineage l, jsonb_each(l.units) u
                      where jsonb_typeof(u.value) = 'object' and u.value ->> 'k' in ('superseded', 'stale-form')`)),
  ]);
  const typed = new Set(await values(`select value #>> '{}' as v from decision where take = 'value'`));
  const observed = new Map<string, number>();
  for (const { v, n } of await query<{ v: string; n: number }>(
    `select u.value ->> 'v' as v, count(*)::int as n from lineage l, jsonb_each(l.units) u
     where l.kind = 'observed' and u.key in ('f1', 'f2', 'f3', 'owned', 'latest', 'place')
       and u.value ->> 'k' in ('observed', 'forward', 'stale-form', 'superseded') and u.value ->> 'v' is not null group by 1`,
  ))
    observed.set(placeText(v), (observed.get(placeText(v)) ?? 0) + n);
  const decisions = await query<{ id: string }>('select id from decision');
  const faults: string[] = [];
  for (const [what, text] of never)
    for (const row of await query<{ text: string }>(text)) faults.push(`${what}: ${row.text}`);
  return {
    links,
    open,
    isOpen: (key, unit) => open.has(`${key} ${unit}`) || open.has(`${key} life`),
    wasAsked: (key, unit) => asked.has(`${key} ${unit}`),
    isDecided: (key, unit) => decided.has(`${key} ${unit}`),
    head: (key, unit) => heads.get(`${key} ${unit}`),
    named,
    typed,
    observed,
    known: new Set(decisions.map(({ id }) => `dec_${id}`)),
    decisions: decisions.length,
    faults,
  };
}

/** A group's value as the oracle names it: its two columns carry the same text. */
function placeText(value: string): string {
  return value.startsWith('{') ? textOf(JSON.parse(value)) : value;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return [...(value as string[])].sort().join(',');
  if (value === null || typeof value !== 'object') return String(value);
  const { street, town } = value as { street?: unknown; town?: unknown };
  return street === town ? String(street) : `mixed: ${String(street)} | ${String(town)}`;
}

function keyText(key: string | null): string {
  return key ?? '';
}
