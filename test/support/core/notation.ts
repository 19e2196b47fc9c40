import { EMPTY_VECTOR, parseDot, parseVector, dotText } from '../../../src/core/clock.js';
import type { Stamp, StampDoubt } from '../../../src/core/stamp.js';
import type { Image, Incorporated, Unit, Version } from '../../../src/core/unit.js';
import type { Canon, Json } from '../../../src/core/value.js';

/**
 * Registers as they are written in the case tables.
 *
 * A version is `value @dot (context) [lo–hi]`: `x @A2 (1.1.1) [100–110]`; dot, context and stamp may be missing. A stamp may be
 * doubtful: `[100–110, bulk]`. A value is a word, a
 * number, `∅` for blank, `{a, b}` for a set, or JSON in backquotes.
 */
export interface Registers {
  readonly head: string;
  /** Missing: the side holds head. */
  readonly A?: string;
  readonly B?: string;
  /** What head has folded in of the side; missing: head's value. `none`: the records share no past. */
  readonly incA?: string;
  readonly incB?: string;
  readonly recovered?: { readonly side: 'A' | 'B'; readonly version: string; readonly base: string };
}

const VERSION = /^(?<value>.*?)(?: @(?<dot>[ABHX]\d+))?(?: \((?<ctx>[\d.]*)\))?(?: \[(?<stamp>[^\]]+)\])?$/u;

export function readValue(text: string): Canon {
  if (text === '∅') return null;
  if (text.startsWith('`')) return JSON.parse(text.slice(1, -1)) as Json;
  if (text.startsWith('{'))
    return text
      .slice(1, -1)
      .split(',')
      .map((member) => member.trim())
      .filter((member) => member !== '')
      .sort();
  return text;
}

export function writeValue(value: Canon): string {
  if (value === null) return '∅';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `{${value.join(', ')}}`;
  return `\`${JSON.stringify(value)}\``;
}

export function readStamp(text: string): Stamp {
  const [, lo, hi, doubt] = /^(\d+)–(\d+)(?:, (ahead|bulk))?$/.exec(text) ?? [];
  if (lo === undefined || hi === undefined) throw new Error(`not a stamp: ${text}`);
  return doubt === undefined ? [Number(lo), Number(hi)] : [Number(lo), Number(hi), doubt as StampDoubt];
}

export function readVersion(text: string): Version {
  const { value = '', dot, ctx, stamp } = VERSION.exec(text)?.groups ?? {};
  return {
    value: readValue(value),
    dot: dot === undefined ? null : parseDot(dot),
    ctx: ctx === undefined ? EMPTY_VECTOR : parseVector(ctx),
    stamp: stamp === undefined ? null : readStamp(stamp),
    by: null,
  };
}

/** `value @dot`, for what a table expects to see. */
export function brief(version: Version): string {
  return `${writeValue(version.value)} @${dotText(version.dot)}`;
}

export function readRegisters(registers: Registers): Unit {
  const head = readVersion(registers.head);
  const held = (text: string | undefined): Image => ({
    ...(text === undefined ? head : readVersion(text)),
    raw: undefined,
  });
  const inc = (text: string | undefined): Incorporated =>
    text === 'none' ? undefined : { value: text === undefined ? head.value : readValue(text) };
  const { recovered } = registers;
  const unit: Unit = {
    head,
    A: held(registers.A),
    B: held(registers.B),
    incA: inc(registers.incA),
    incB: inc(registers.incB),
    orphans:
      recovered === undefined
        ? []
        : [{ ...readVersion(recovered.version), side: recovered.side, base: readValue(recovered.base) }],
    decision: null,
    contest: null,
    tick: EMPTY_VECTOR,
    blocked: null,
  };
  return { ...unit, tick: highest(unit) };
}

function highest(unit: Unit): Unit['tick'] {
  const versions = [unit.head, unit.A, unit.B, ...unit.orphans];
  const top = (i: 0 | 1 | 2 | 3, actor: string): number =>
    Math.max(0, ...versions.flatMap(({ dot, ctx }) => [ctx[i], dot?.actor === actor ? dot.n : 0]));
  return [top(0, 'A'), top(1, 'B'), top(2, 'H'), top(3, 'X')];
}
