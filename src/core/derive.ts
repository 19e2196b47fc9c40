import { covers, SIDES, type Side } from './clock.js';
import { standing, type Candidate, type Conflict, type ConflictKind } from './conflict.js';
import type { DeriveInput } from './derive-input.js';
import { givenBack } from './give-back.js';
import type { Outcome, Overridden } from './outcome.js';
import type { UnitPlan } from './plan.js';
import { resolveConcurrent, type Resolution } from './policy/resolve.js';
import { foreignEdit } from './policy/owner.js';
import { image, incorporated, type Unit, type Version } from './unit.js';
import { isBlank } from './value.js';

/**
 * The outcome of a unit as a pure function of its registers (semantics §2.2–2.5). Nothing is stored between calls: a conflict opens,
 * changes and closes by itself, and the order in which observations came in does not matter.
 */
export function derive(input: DeriveInput): Outcome {
  const { plan, unit } = input;
  if (plan.contextOnly) return { kind: 'rest' };
  const news = changesUnknownToHead(plan, unit);

  if (unit.contest !== null) return contested(input, news);
  if (unit.decision !== null) return decided(input, news);
  if (news.changed.length === 0) {
    // A void needs no new head unless head has moved since and must be written over it.
    const mustCover = news.voids.some(
      (side) =>
        !plan.equal(image(unit, side).value, unit.head.value) &&
        !(isBlank(image(unit, side).value) && isBlank(unit.head.value)),
    );
    if (!mustCover) return { kind: 'rest' };
    return {
      kind: 'author',
      how: 'void-cover',
      value: unit.head.value,
      from: unit.head,
      overridden: [],
      why: `${sideNames(input, news.voids)} went back to the earlier value, so the newer one stands`,
    };
  }
  return settleChanges(input, news);
}

interface News {
  /** Versions that head has not seen and that differ from what it had folded in, in the order A, B, recovered. */
  readonly changed: readonly Candidate[];
  /** Sides that moved and came back to the value head had already folded in. */
  readonly voids: readonly Side[];
}

function changesUnknownToHead(plan: UnitPlan, unit: Unit): News {
  const changed: Candidate[] = [];
  const voids: Side[] = [];
  for (const side of ['A', 'B'] as const) {
    const img = image(unit, side);
    // A record that was made anew says again what had been typed over since: the later one counts.
    if (covers(unit.head, img) || unit.orphans.some((orphan) => covers(orphan, img))) continue;
    const base = incorporated(unit, side);
    // Two records linked without a common past: a blank has nothing to say against a value.
    const isVoid = base === undefined ? isBlank(img.value) : plan.equal(img.value, base.value);
    if (isVoid) voids.push(side);
    else changed.push(standing(unit, side));
  }
  for (const orphan of unit.orphans) {
    if (!covers(unit.head, orphan)) changed.push({ ...orphan, key: 'recovered', side: orphan.side });
  }
  return { changed, voids };
}

function settleChanges(input: DeriveInput, news: News): Outcome {
  const { plan, unit } = input;
  const first = news.changed[0] as Candidate;
  const noSharedPast = unit.incA === undefined && unit.incB === undefined;
  const headSeen = unit.head.dot === null || news.changed.some((c) => covers(c, unit.head));

  if (news.changed.length === 1 && headSeen) {
    const lone = foreignEdit(plan, first);
    // What a write of ours has covered stands nowhere any more: it cannot stay where it was made.
    const foreign = lone === 'ignore' && first.key === 'recovered' ? 'review' : lone;
    // Of two records that were just linked only one has a value: nobody edited anything that could be put back or looked at.
    if (foreign !== null && (!noSharedPast || foreign === 'ignore'))
      return loneForeignEdit(input, first, foreign);
    // The author of the change had seen head: it simply follows. With a void on the other side the hub must sign, to cover it.
    return news.voids.length === 0
      ? {
          kind: 'author',
          how: 'fast-forward',
          value: first.value,
          from: first,
          overridden: [],
          why: `${label(input, first)} changed it`,
        }
      : {
          kind: 'author',
          how: 'void-cover',
          value: first.value,
          from: first,
          overridden: [],
          why: `${label(input, first)} changed it; the other side came back to the earlier value`,
        };
  }

  // Said again by the side that a restore had taken it from: still the edit of one side alone.
  if (
    headSeen &&
    news.changed.every(({ side, value }) => side === first.side && plan.equal(value, first.value))
  ) {
    const foreign = first.key === 'recovered' ? null : foreignEdit(plan, first);
    if (foreign !== null) return loneForeignEdit(input, first, foreign);
  }

  const candidates = headSeen ? news.changed : [...news.changed, headCandidate(unit)];
  const oneSided = news.changed.length === 1;
  const isCounter = plan.policy.strategy === 'merge' && plan.policy.merge === 'counter';
  // Equal sums of different edits are a coincidence: +2 and +2 must give +4. Not so what two records said before anybody counted.
  const counted = isCounter && !(noSharedPast && candidates.every(({ ctx }) => ctx.every((n) => n === 0)));
  if (!counted && candidates.every((c) => plan.equal(c.value, first.value))) {
    return {
      kind: 'author',
      how: 'agreement',
      value: first.value,
      from: null,
      overridden: [],
      why: oneSided ? 'the change is what already stood' : 'both sides say the same',
    };
  }
  return fromResolution(
    resolveConcurrent({ ...input, candidates, changed: news.changed }),
    candidates,
    input,
  );
}

function loneForeignEdit(
  input: DeriveInput,
  candidate: Candidate,
  action: 'revert' | 'review' | 'ignore',
): Outcome {
  const { plan, unit } = input;
  const protectedBy = candidate.side === 'A' ? input.sides.B.label : input.sides.A.label;
  switch (action) {
    case 'review':
      return conflict(
        'foreign-edit',
        `${protectedBy} owns this field and ${label(input, candidate)} changed it`,
        [candidate, headCandidate(unit)],
      );
    case 'ignore':
      return {
        kind: 'diverged',
        why: `${protectedBy} owns this field; the change in ${label(input, candidate)} stays there only`,
      };
    case 'revert': {
      if (plan.equal(candidate.value, unit.head.value)) {
        return {
          kind: 'author',
          how: 'agreement',
          value: unit.head.value,
          from: null,
          overridden: [],
          why: 'the change is what already stood',
        };
      }
      const overridden: Overridden = {
        version: candidate,
        by: 'reassert',
        detail: `${protectedBy} owns this field`,
      };
      return {
        kind: 'author',
        how: 'reassert',
        value: unit.head.value,
        from: unit.head,
        overridden: [overridden],
        why: `${protectedBy} owns this field, so its value was put back`,
      };
    }
  }
}

function contested(input: DeriveInput, news: News): Outcome {
  const { unit } = input;
  const contest = unit.contest as NonNullable<Unit['contest']>;
  const decision = unit.decision;
  // What stands on a side is shown as that side's, never a second time as an earlier value: it can be taken by naming the side.
  const sides = SIDES.map((side) => saying(unit, side));
  const covered =
    decision !== null &&
    contest.candidates.every((c) => covers(decision, c) || sides.some((s) => sameValue(input, s, c))) &&
    vectorCovers(decision.ctx, contest.ctx);
  if (covered) return decided(input, news);
  const extra = contest.candidates
    .map((c): Candidate => ({ ...c, key: 'recovered', side: null }))
    // An edit that a write of ours had hidden is asked about here as well.
    .concat(news.changed.filter(({ key }) => key === 'recovered'))
    .filter((c) => !sides.some((s) => sameValue(input, s, c)));
  // Made by somebody who had not seen that the matter is open again, or what stands now: one more value to choose.
  const stale: readonly Candidate[] = decision === null ? [] : [{ ...decision, key: 'decision', side: null }];
  return conflict(contest.kind, contest.reason, [...sides, ...extra, ...stale]);
}

/** What a side says in the matter: what it is being given back, else what stands there. */
function saying(unit: Unit, side: Side): Candidate {
  const stands = standing(unit, side);
  const back = givenBack(unit, side);
  if (back === null) return stands;
  const { value, dot, ctx, stamp, by } = back;
  return { key: stands.key, side, value, dot, ctx, stamp, by };
}

function decided(input: DeriveInput, news: News): Outcome {
  const { unit, plan } = input;
  const decision = unit.decision as NonNullable<Unit['decision']>;
  const unseen = news.changed.filter((c) => !covers(decision, c));
  const moved = unseen.filter((c) => !plan.equal(c.value, decision.value));
  const headUnseen = !covers(decision, unit.head) && !plan.equal(unit.head.value, decision.value);
  if (moved.length > 0 || headUnseen) {
    const choice: Candidate = { ...decision, key: 'decision', side: null };
    return conflict('stale-decision', 'the values moved after the decision was made', [
      ...(moved.length > 0 ? moved : [headCandidate(unit)]),
      choice,
    ]);
  }
  if (input.now < decision.dueAt) {
    return { kind: 'held', decision: decision.id, until: decision.dueAt, conflict: null };
  }
  // A head that none of the changes had seen is somebody's edit as well, and gives way like one.
  const headSeen =
    unit.head.dot === null || news.changed.length === 0 || news.changed.some((c) => covers(c, unit.head));
  const overridden = [...news.changed, ...(headSeen ? [] : [headCandidate(unit)])]
    .filter((c) => !plan.equal(c.value, decision.value))
    .map((version): Overridden => ({ version, by: 'decision', detail: decision.by?.name ?? '' }));
  return {
    kind: 'author',
    how: 'decision',
    value: decision.value,
    from: decision,
    overridden,
    why: `${decision.by?.name ?? 'a steward'} decided`,
  };
}

function fromResolution(
  resolution: Resolution,
  candidates: readonly Candidate[],
  input: DeriveInput,
): Outcome {
  switch (resolution.kind) {
    case 'conflict':
      return conflict(resolution.conflict, resolution.reason, candidates);
    case 'diverged':
      return { kind: 'diverged', why: resolution.why };
    case 'value': {
      const lost = candidates.filter(
        (c) => !resolution.contains && !input.plan.equal(c.value, resolution.value),
      );
      const overridden = lost.map((version): Overridden => ({
        version,
        by: resolution.how,
        detail: resolution.why,
      }));
      return {
        kind: 'author',
        how: resolution.how,
        value: resolution.value,
        from: resolution.from,
        overridden,
        why: resolution.why,
      };
    }
  }
}

function conflict(kind: ConflictKind, reason: string, candidates: readonly Candidate[]): Outcome {
  const value: Conflict = {
    kind,
    reason,
    candidates: [...candidates].sort((x, y) => (x.key < y.key ? -1 : x.key > y.key ? 1 : 0)),
  };
  return { kind: 'conflict', conflict: value };
}

function headCandidate(unit: Unit): Candidate {
  return { ...unit.head, key: 'head', side: null };
}

function sameValue(input: DeriveInput, x: Version, y: Version): boolean {
  return input.plan.equal(x.value, y.value);
}

function vectorCovers(x: readonly number[], y: readonly number[]): boolean {
  return y.every((n, i) => (x[i] as number) >= n);
}

function label(input: DeriveInput, candidate: Candidate): string {
  return candidate.side === null ? 'Accord' : input.sides[candidate.side].label;
}

function sideNames(input: DeriveInput, sides: readonly Side[]): string {
  return sides.map((side) => input.sides[side].label).join(' and ');
}
