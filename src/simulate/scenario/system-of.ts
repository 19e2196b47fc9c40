import type { Abilities } from '../../core/protocol/abilities.js';
import { jsonEqual, type Raw } from '../../core/value.js';
import { MemorySystem } from '../../connectors/memory/system.js';
import type { Traits } from '../../connectors/memory/traits.js';
import { tierOf } from './plan-of.js';
import type { SideSetup } from './setup.js';
import { FORM } from './units.js';

/** Longer texts are cut by a side that cuts. */
export const CUT = 6;

/** Longer ones are refused by a side that refuses. */
const TOO_LONG = 9;

/** No copy of a request lands later than this after it was sent. */
export const FENCE_MS = 60;

/** `calm`: the system's automations have stopped, and it takes what it refused. */
export function systemOf(
  setup: SideSetup,
  columns: readonly string[],
  formed: ReadonlySet<string>,
  calm: () => boolean,
  /** What an automation wants a unit's columns to hold. */
  own: (unit: string) => Readonly<Record<string, Raw>>,
  /** The column points to something that is not there. */
  isMissing: (column: string, raw: Raw) => boolean,
): MemorySystem {
  const refuse = (column: string, raw: Raw): string | null => {
    if (setup.keys === true && isMissing(column, raw)) return 'it points to nothing';
    const isLong = setup.refuses && typeof raw === 'string' && formed.has(column) && raw.length > TOO_LONG;
    return isLong && !calm() ? 'too long' : null;
  };
  const react = setup.insists === null ? undefined : insist(own(setup.insists), calm);
  return new MemorySystem({
    ...traitsOf(setup, formed),
    columns,
    ...(react !== undefined && { react }),
    ...((setup.refuses || setup.keys === true) && { refuse }),
  });
}

/** What the hub is told about the side. Its clock is known up to one ms. */
export function abilitiesOf(setup: SideSetup): Abilities {
  const tier = tierOf(setup.kind);
  return {
    tier,
    order: orderOf(setup),
    marker: setup.marker,
    granuleMs: setup.granuleMs,
    staleMs: setup.staleMs,
    keepsValues: setup.form !== 'cut',
    clock: { offsetMs: setup.skewMs, errorMs: 1 },
    fenceMs: FENCE_MS,
  };
}

function traitsOf(setup: SideSetup, formed: ReadonlySet<string>): Traits {
  const { marker, idempotent, granuleMs, skewMs, staleMs } = setup;
  return {
    tier: tierOf(setup.kind),
    order: orderOf(setup),
    marker,
    idempotent,
    granuleMs,
    skewMs,
    staleMs,
    ...(setup.form !== 'plain' && { normalise: (column, raw) => formOf(setup.form, formed, column, raw) }),
    ...(setup.trigger && { trigger: fill }),
  };
}

/** What a side makes of a text. Also how the judge compares the two sides: by what the one would make of the other's value. */
export function formOf(form: SideSetup['form'], formed: ReadonlySet<string>, column: string, raw: Raw): Raw {
  if (typeof raw !== 'string' || !formed.has(column)) return raw;
  if (form === 'marked') return raw.endsWith(FORM) ? raw : raw + FORM;
  return form === 'cut' ? raw.slice(0, CUT) : raw;
}

/** An automation that wants its own values back whenever the hub has written others. */
function insist(own: Readonly<Record<string, Raw>>, calm: () => boolean): NonNullable<Traits['react']> {
  const columns = Object.keys(own);
  return (written, standing) => {
    if (calm() || !columns.some((column) => column in written)) return null;
    return columns.every((column) => jsonEqual(standing[column] ?? null, own[column] ?? null)) ? null : own;
  };
}

function orderOf({ kind }: SideSetup): Traits['order'] {
  switch (kind) {
    case 'T1 unordered':
    case 'T4':
      return 'none';
    case 'T1 coarse':
    case 'T2':
      return 'mtime';
    case 'T0 log':
    case 'T0':
    case 'T1':
    case 'T3':
      return 'counter';
  }
}

/** A trigger that keeps a second column in step with the first. */
function fill(written: Readonly<Record<string, Raw>>): Readonly<Record<string, Raw>> | null {
  const cause = written.review;
  return typeof cause === 'string' && !('status' in written) ? { status: `by trigger: ${cause}` } : null;
}
