import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { component, covers, type Side } from '../../src/core/clock.js';
import type { ConflictDto, ConflictPageDto } from '../../src/review/conflict.dto.js';
import type { DecisionDto } from '../../src/review/decision.dto.js';
import { ReviewModule } from '../../src/review/review.module.js';
import { apiApp, type ApiApp } from '../support/review-app.js';

/** Seeded, so that what fails fails again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('while the engine folds edits and stewards decide and undo, all at once', () => {
  let api: ApiApp;
  const units = ['email', 'name', 'notes'];
  const rounds = 25;

  beforeAll(async () => {
    api = await apiApp(ReviewModule, undefined, '1ms');
  });
  afterAll(() => api.close());

  async function editor(
    link: number,
    side: Side,
    next: () => number,
    made: Map<string, string[]>,
  ): Promise<void> {
    for (let n = 1; n <= rounds; n++) {
      const unit = units[Math.floor(next() * units.length)]!;
      const value = `${side}${n}`;
      await api.records.edit(link, { unit, side, value });
      made.get(unit + side)!.push(value);
    }
  }

  async function steward(
    link: number,
    next: () => number,
    statuses: number[],
    running: () => boolean,
  ): Promise<void> {
    while (running()) {
      const { items } = await api.json<ConflictPageDto>(`/conflicts?record=rec_${link}&state=open`);
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        continue;
      }
      const shown = await api.call(`/conflicts/${item.id}`);
      const etag = shown.headers.get('etag')!;
      const conflict = (await shown.json()) as ConflictDto;
      const sides = conflict.candidates.map(({ key }) => key).filter((key) => key === 'a' || key === 'b');
      if (sides.length === 0) continue;
      const take = sides[Math.floor(next() * sides.length)]!;
      const answer = await api.call(`/conflicts/${item.id}/decisions`, {
        method: 'POST',
        body: JSON.stringify({ take }),
        headers: { 'content-type': 'application/json', 'if-match': etag },
      });
      statuses.push(answer.status);
      if (answer.status === 201 && next() < 0.4)
        statuses.push(
          (await api.call(`/decisions/${((await answer.json()) as DecisionDto).id}/undo`, { method: 'POST' }))
            .status,
        );
    }
  }

  async function engine(link: number, running: () => boolean): Promise<void> {
    while (running()) {
      for (const unit of units) await api.records.settle(link, unit, Date.now());
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  it.each([1, 2, 3])('no edit is lost, hidden or decided on unseen (seed %i)', async (seed) => {
    const next = random(seed);
    const link = await api.records.agreed(
      { a: `A-${seed}`, b: `B-${seed}` },
      { email: 'e', name: 'n', notes: 't' },
    );
    const made = new Map(units.flatMap((unit) => [`${unit}A`, `${unit}B`].map((key) => [key, []])));
    const statuses: number[] = [];
    let going = true;
    const running = (): boolean => going;
    const others = [
      engine(link, running),
      steward(link, next, statuses, running),
      steward(link, next, statuses, running),
    ];
    await Promise.all([editor(link, 'A', next, made), editor(link, 'B', next, made)]);
    going = false;
    await Promise.all(others);
    for (const unit of units) await api.records.settle(link, unit, Date.now());

    // Decisions were made, and refused because values had moved: the race took place.
    expect(statuses).toContain(201);
    expect(statuses.filter((status) => ![200, 201, 202, 409, 412].includes(status))).toEqual([]);

    for (const key of units) {
      const unit = await api.records.registers(link, key);
      const { rows } = await api.pools.general.query<{ value: string; d: string; kind: string }>(
        `select u ->> 'v' as value, u ->> 'd' as d, kind from lineage, lateral (select units -> $2 as u) e
         where link_id = $1 and u is not null and kind in ('observed', 'authored', 'decided') order by id`,
        [link, key],
      );
      const observed = rows.filter(({ kind }) => kind === 'observed');
      // Every edit that was stored ticked its side's clock exactly once, and no dot was given out twice.
      expect(observed.map(({ value }) => value).sort()).toEqual(
        [...made.get(`${key}A`)!, ...made.get(`${key}B`)!].sort(),
      );
      expect(component(unit.tick, 'A') + component(unit.tick, 'B')).toBe(observed.length + 2);
      const given = rows.filter(({ kind, d }) => kind === 'observed' || d.startsWith('H')).map(({ d }) => d);
      expect(new Set(given).size).toBe(given.length);

      // What stands on each side is known to head, or is still put to a person: never gone in silence.
      const open = (await api.json<ConflictPageDto>(`/conflicts?record=rec_${link}&unit=${key}`)).items;
      for (const side of ['A', 'B'] as const) {
        const stands = covers(unit.head, unit[side]);
        if (!stands) expect(open).toHaveLength(1);
        const [last] = observed.filter(({ d }) => d.startsWith(side)).slice(-1);
        const known =
          last === undefined ||
          component(unit[side].ctx, side) >= Number(last.d.slice(1)) ||
          unit[side].dot?.n === Number(last.d.slice(1));
        expect(known).toBe(true);
      }
    }

    // A decision that took effect had been shown every edit that it replaced.
    const { rows: applied } = await api.pools.general.query<{ unseen: number }>(
      `select count(*) as unseen from decision d where d.link_id = $1 and d.outcome = 'applied' and exists (
         select from lineage o, lineage a, lateral (select o.units -> d.unit as u) e, lateral (select a.units -> d.unit as h) f
         where o.link_id = $1 and o.kind = 'observed' and u is not null and a.decision_id = d.id and a.kind = 'authored'
           and o.id < a.id and o.recorded_at > d.at and u ->> 'v' <> h ->> 'v'
           and not exists (select from lineage x where x.link_id = $1 and x.kind in ('authored', 'undone') and x.id between o.id and a.id - 1 and x.units ? d.unit))`,
      [link],
    );
    expect(applied).toEqual([{ unseen: 0 }]);
  });
});
