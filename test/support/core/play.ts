import { acknowledge, holdsBack } from '../../../src/core/author.js';
import { SIDES, type Side } from '../../../src/core/clock.js';
import { decide, shownVersions, undoHeld, undoWritten } from '../../../src/core/decide.js';
import { dueBack, heldBefore, holdBack, refuseBack, type HeldBefore } from '../../../src/core/give-back.js';
import { observe, withImage } from '../../../src/core/observe.js';
import { resolveRecord, type RecordResult } from '../../../src/core/record.js';
import type { Stamp } from '../../../src/core/stamp.js';
import { image, type Image, type Unit } from '../../../src/core/unit.js';
import type { UnitPlan } from '../../../src/core/plan.js';
import type { CaseRow, Expected } from './case-row.js';
import { brief, readRegisters, readStamp, readValue } from './notation.js';
import { POLICIES, type PolicyName } from './policies.js';
import { recordPlan, unitPlan } from './unit-plans.js';

const KEY = 'unit';

/**
 * Plays a row's events on its registers, then looks at the unit once more. The words:
 *
 * - `A edits x`, `A edits x [100–110]`, `A edits x over an old form`
 * - `Accord plans`: derives, authors and sends; `the write to B lands`, `misses`, `is rejected`
 * - `a person looks`, `a person decides x`, `a person decides x until 10`, `a person undoes it`
 * - `time 10`, `the policy becomes newest`
 */
export class Play {
  unit: Unit;
  now = 0;
  #plan: UnitPlan;
  #shown: RecordResult['conflicts'] = new Map();
  #seen: Unit;
  readonly #sent = new Map<Side, Image>();
  /** What both sides held when the last decision was carried out. */
  #before: HeldBefore | null = null;

  constructor(
    private readonly row: CaseRow,
    policy: PolicyName,
  ) {
    this.unit = readRegisters(row.before);
    this.#seen = this.unit;
    this.#plan = this.#planFor(policy);
    for (const event of row.events ?? []) this.#happens(event);
  }

  /** What stands after all events. */
  outcome(): Expected {
    const before = this.unit;
    const result = this.#resolve();
    const after = result.units.get(KEY) as Unit;
    const conflict = result.conflicts.get(KEY);
    const authored = result.authored[0]?.outcome;
    const writes = SIDES.filter((side) => result.writes[side].length > 0);
    const wanted = this.row.then;
    const why = conflict?.reason ?? result.diverged.get(KEY) ?? authored?.why;
    return {
      outcome: word(result),
      ...(brief(after.head) !== brief(before.head) && { head: brief(after.head) }),
      ...(writes.length > 0 && { push: writes }),
      ...(authored !== undefined &&
        authored.overridden.length > 0 && {
          overridden: authored.overridden.map(({ version, by }) => `${brief(version)} by ${by}`),
        }),
      ...(conflict !== undefined && {
        candidates: conflict.candidates.map((c) => `${c.key} ${brief(c)}`),
      }),
      ...(wanted.why !== undefined && why !== undefined && { why }),
      ...(wanted.image !== undefined && {
        image: Object.fromEntries(
          SIDES.filter((side) => wanted.image?.[side] !== undefined).map((side) => [
            side,
            brief(image(after, side)),
          ]),
        ),
      }),
    };
  }

  #planFor(policy: PolicyName): UnitPlan {
    const { preferNonBlank = false, direction = 'both' } = this.row;
    return unitPlan(KEY, POLICIES[policy], { preferNonBlank, direction });
  }

  #resolve(): RecordResult {
    return resolveRecord({
      plan: recordPlan([this.#plan]),
      units: new Map([[KEY, this.unit]]),
      now: this.now,
      writable: { A: true, B: true },
      unsettled: false,
      fights: () => false,
    });
  }

  #happens(event: string): void {
    const edit = /^([AB]) edits (.*?)(?: \[([^\]]+)\])?( over an old form)?$/.exec(event);
    if (edit !== null) {
      const [, side, value = '', when, old] = edit;
      const stamp = when === undefined ? null : readStamp(when);
      this.#edit(side as Side, value, stamp, old !== undefined);
      return;
    }
    const write = /^the write to ([AB]) (lands|misses|is rejected)$/.exec(event);
    if (write !== null) {
      this.#end(write[1] as Side, write[2] as string);
      return;
    }
    const decision = /^a person decides (.*?)(?: until (\d+))?$/.exec(event);
    if (decision !== null) {
      this.#decide(decision[1] as string, Number(decision[2] ?? 0));
      return;
    }
    if (event.startsWith('time ')) this.now = Number(event.slice(5));
    else if (event.startsWith('the policy becomes '))
      this.#plan = this.#planFor(event.slice(19) as PolicyName);
    else if (event === 'Accord plans') this.#send();
    else if (event === 'a person looks') this.#look();
    else if (event === 'a person undoes it') this.#undo();
    else throw new Error(`no such event: ${event}`);
  }

  #edit(side: Side, text: string, stamp: Stamp | null, stale: boolean): void {
    const value = readValue(text);
    this.unit = observe(this.#plan, this.unit, { side, value, raw: value, stamp, by: null, stale }).unit;
  }

  #send(): void {
    const result = this.#resolve();
    this.unit = result.units.get(KEY) as Unit;
    const decided = result.authored.find(({ outcome }) => outcome.how === 'decision');
    if (decided !== undefined) this.#before = heldBefore(decided.before);
    for (const side of SIDES) {
      if (result.writes[side].length === 0) continue;
      this.#sent.set(side, image(this.unit, side));
      const back = dueBack(this.#plan, this.unit, side);
      this.unit =
        back === null ? acknowledge(this.unit, side, undefined) : holdBack(this.unit, side, back.raw);
    }
  }

  #end(side: Side, how: string): void {
    const before = this.#sent.get(side);
    const isBack = holdsBack(this.unit, side);
    if (before === undefined) throw new Error(`nothing was sent to ${side}`);
    this.#sent.delete(side);
    if (how === 'lands') return;
    const back = withImage(this.unit, side, before);
    this.unit = { ...back, [side === 'A' ? 'incA' : 'incB']: { value: before.value } };
    if (how === 'is rejected') {
      const blocked = { side, code: 'check', detail: 'too long', since: this.now, head: this.unit.head.dot };
      this.unit = { ...(isBack ? refuseBack(this.unit, side) : this.unit), blocked };
    }
  }

  #look(): void {
    this.#shown = this.#resolve().conflicts;
    this.#seen = this.unit;
  }

  #decide(value: string, dueAt: number): void {
    if (this.#shown.size === 0) this.#look();
    const shown = shownVersions(this.#seen, this.#shown.get(KEY)?.candidates ?? []);
    const by = { kind: 'person', name: 'Ada' } as const;
    this.unit = decide(this.unit, { id: 'd1', value: readValue(value), shown, by, dueAt });
  }

  #undo(): void {
    if (this.unit.decision !== null) {
      this.unit = undoHeld(this.unit);
      return;
    }
    if (this.#before === null) throw new Error('nothing was decided');
    this.unit = undoWritten(this.#plan, this.unit, {
      decision: 'd1',
      before: this.#before,
      earlier: this.#shown.get(KEY)?.candidates ?? [],
      base: { value: this.#seen.head.value },
      edited: { A: false, B: false },
      reason: () => 'Ada took it back',
    }).unit;
  }
}

function word(result: RecordResult): string {
  const conflict = result.conflicts.get(KEY);
  if (conflict !== undefined) return `conflict: ${conflict.kind}`;
  if (result.held.has(KEY)) return 'held';
  if (result.diverged.has(KEY)) return 'diverged';
  return result.authored[0]?.outcome.how ?? 'rest';
}
