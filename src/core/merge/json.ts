import { jsonEqual, type Canon, type Json } from '../value.js';
import { merged, notMerged, type Contribution, type MergeOutcome } from './outcome.js';

type JsonObject = { readonly [key: string]: Json };

/** A key that is not there; also the base where there is no common past. */
const ABSENT = undefined;

/**
 * Merges objects key by key, all the way down; arrays and scalars are atomic. A leaf that both changed differently does not merge,
 * and the reason names it by JSON pointer: `conflict: /address/city`.
 */
export function mergeJson(head: Canon, contributions: readonly Contribution[]): MergeOutcome {
  let result: Json | undefined = head;
  for (const { base, value } of contributions) {
    const step = mergeNode(base, value, result, '');
    if ('conflict' in step) return notMerged(`conflict: ${step.conflict === '' ? '/' : step.conflict}`);
    result = step.value;
  }
  return merged(result ?? null);
}

type Step = { readonly value: Json | undefined } | { readonly conflict: string };

function mergeNode(
  base: Json | undefined,
  value: Json | undefined,
  head: Json | undefined,
  path: string,
): Step {
  if (jsonEqual(value, head) || jsonEqual(value, base)) return { value: head };
  if (jsonEqual(head, base)) return { value };
  // Without a common past a blank is filled; it says nothing against the other's value.
  if (base === ABSENT && path === '' && (value === null || head === null)) return { value: value ?? head };
  if (!isObject(value) || !isObject(head)) return { conflict: path };
  const from: JsonObject = isObject(base) ? base : {};
  const entries: [string, Json][] = [];
  for (const key of [
    ...new Set([...Object.keys(from), ...Object.keys(value), ...Object.keys(head)]),
  ].sort()) {
    const step = mergeNode(own(from, key), own(value, key), own(head, key), `${path}/${pointerToken(key)}`);
    if ('conflict' in step) return step;
    if (step.value !== ABSENT) entries.push([key, step.value]);
  }
  return { value: Object.fromEntries(entries) };
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : ABSENT;
}

function isObject(value: Json | undefined): value is JsonObject {
  return value !== undefined && value !== null && typeof value === 'object' && !Array.isArray(value);
}

function pointerToken(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
